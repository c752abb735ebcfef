"""The codes teams type, and those judges know entries by."""

from __future__ import annotations

from datetime import timedelta

CODE_CONSONANTS = "bdfghkmnprstvwz"
CODE_VOWELS = "aeiu"
CODE_PATTERN = "cvccvc"
"""Six letters that can be said aloud and have no look-alikes: about 800,000 codes."""
WRONG_CODES = 30
"""From one network: a whole school types from behind one address."""
WRONG_CODES_PER = timedelta(minutes=10)
WRONG_CODES_ANYWHERE = 300
"""From everywhere together: who has many addresses must not have that many more tries."""
WRONG_CODES_ANYWHERE_PER = timedelta(hours=1)


def read_team_code(typed: str) -> str:
    """What was typed, with blanks, hyphens and capitals forgiven."""
    return "".join(letter for letter in typed.lower() if letter.isalpha())[:12]


ENTRY_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ENTRY_CODE_LENGTH = 4
"""What judges know an entry by; drawn, it says nothing about school or order."""
