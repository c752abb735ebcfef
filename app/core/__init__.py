"""The ground: database, jobs, storage, mail, clock, audit, signed links, limits.

Knows nothing of the contest and nothing of Flask.
"""
