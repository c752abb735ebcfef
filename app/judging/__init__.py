"""Judging: rounds, who scores which entry, scorecards, conflicts and recusals, and the ranking that
comes of it.

A judge knows an entry by its code: school, team, people and the scores of others never reach her.
Ballots of the public and awards are none of its business.
"""
