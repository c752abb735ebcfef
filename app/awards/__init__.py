"""What is given to whom: placements from the judges' ranking, People's Choice from the ballots,
special awards. Branding the winners' films and announcing them.

The only place where scores and ballots meet.
"""
