"""Entries: what a teacher puts in for a team, who appears in it and who allowed what, and whether
the organizers accept it.

Students have no account. A team code, handed over by the teacher, opens the upload page.
Scores, ballots and awards live above.
"""
