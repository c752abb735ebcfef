"""Children first: no table has room for what nobody may know of a student."""

from __future__ import annotations

import re

from app.models import Base

ADULTS = {
    "users",  # Teachers, judges, screeners, organizers.
    "outgoing_mails",  # To adults; private ones lose the address once handed over.
    "seasons",  # The organizers' own addresses.
    "schools",  # The school's office.
    "witnesses",  # Whoever keeps the signed heads of the vote, such as a TV station.
    "school_checks",  # Which address of the school's office confirmed it.
}
"""Tables that hold adults' addresses."""
TELLING = re.compile(
    r"e_?mail|phone|mobile|birth|dob|\bage\b|gender|photo|address|street|surname|last_name|full_name"
    r"|handle|student_id|face|voice|biometric",
)
STUDENTS = ("team_members", "appearing_people", "team_codes")


def test_no_column_could_hold_how_to_reach_or_recognize_a_student() -> None:
    telling = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if table.name not in ADULTS
        for column in table.columns
        if TELLING.search(column.name)
    }
    assert telling == set()


def test_of_a_student_there_is_an_alias_and_nothing_else() -> None:
    held = {name: set(Base.metadata.tables[name].columns.keys()) for name in STUDENTS}
    assert held == {
        "team_members": {"id", "entry_id", "alias"},
        "appearing_people": {"id", "entry_id", "alias"},
        "team_codes": {"id", "entry_id", "code", "created_at", "revoked_at"},
    }
