"""The contest's frame: seasons with their dates and limits, categories, divisions, rubric, prizes,
partners.

A phase is computed from the dates, never stored. Who takes part, and with what, lives above.
"""
