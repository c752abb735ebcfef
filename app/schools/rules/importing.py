"""Schools from a table: reading the file, naming what is wrong with it, saying what it changes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.schools.rules.domains import page_host, whole_address
from app.texts import Text, text

if TYPE_CHECKING:
    from app.schools.models import School

FILE_BYTES = 400_000
ROWS_MOST = 2_000
ERRORS_SHOWN = 50
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

NAME, CITY, WEB_PAGE, GRADES, DISTRICT = "name", "city", "web_page", "grades", "district"
FIELDS: dict[str, tuple[Text, int]] = {
    NAME: (text("Name"), 120),
    CITY: (text("City"), 80),
    WEB_PAGE: (text("Web page"), 300),
    GRADES: (text("Grades"), 40),
    DISTRICT: (text("District"), 120),
}
NEEDED = (NAME, CITY, WEB_PAGE, GRADES)
HEADINGS: dict[str, str] = {
    "name": NAME,
    "school": NAME,
    "school name": NAME,
    "name of the school": NAME,
    "city": CITY,
    "town": CITY,
    "city or town": CITY,
    "web page": WEB_PAGE,
    "webpage": WEB_PAGE,
    "website": WEB_PAGE,
    "web site": WEB_PAGE,
    "url": WEB_PAGE,
    "grades": GRADES,
    "district": DISTRICT,
    "complex area": DISTRICT,
    "district or complex area": DISTRICT,
}


class SheetRefused(Exception):
    """The file as a whole can't be read; `reason` says why and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class RowError:
    row: int
    """As a spreadsheet counts: the headings are row 1."""
    column: Text | str
    words: Text


@dataclass(frozen=True)
class Row:
    row: int
    values: dict[str, str]
    """Only what the file says: an empty cell says nothing."""


@dataclass
class Sheet:
    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def read_sheet(data: bytes) -> Sheet:
    """The file's rows and what is wrong with them. Raises SheetRefused."""
    sheet = Sheet()
    records = _records(_decode(data, sheet))
    if not records:
        raise SheetRefused(text("The file is empty. Nothing was changed."))
    columns = _columns(records[0], sheet)
    seen: dict[tuple[str, str], int] = {}
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if any(cell.strip() for cell in record[len(records[0]) :]):
            sheet.errors.append(
                RowError(
                    number,
                    "",
                    text("There are more cells than headings. Is a separator inside a name?"),
                )
            )
            continue
        values = _values(number, record, columns, sheet)
        key = key_of(values.get(NAME, ""), values.get(CITY, ""))
        if all(key) and key in seen:
            sheet.errors.append(
                RowError(
                    number,
                    FIELDS[NAME][0],
                    text("This school stands in row %(row)s already.", row=seen[key]),
                )
            )
        seen.setdefault(key, number)
        sheet.rows.append(Row(number, values))
    if not sheet.rows and not sheet.errors:
        raise SheetRefused(text("There is no school below the headings. Nothing was changed."))
    return sheet


def key_of(name: str, city: str) -> tuple[str, str]:
    """What a school is known by from one import to the next: neither case nor blanks matter."""
    return _fold(name), _fold(city)


def _fold(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def _decode(data: bytes, sheet: Sheet) -> str:
    if len(data) > FILE_BYTES:
        raise SheetRefused(
            text(
                "The file is larger than %(most)s kB, far more than a list of schools is. Please"
                " split it, or save only the columns named here.",
                most=FILE_BYTES // 1000,
            )
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SheetRefused(
            text("This is a workbook, not a table of text. Please save it as “CSV UTF-8”.")
        )
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            words = data.decode("utf-16")
        else:
            words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = _decode_western(data)
        sheet.notes.append(
            text(
                "The file is not in UTF-8, so we read it as Western European (Windows). Please look"
                " at every accent below; if one is wrong, save the file as “CSV UTF-8”."
            )
        )
    if "\0" in words:
        raise SheetRefused(
            text(
                "There are empty signs (NUL) in this file, so it is no plain table or in another"
                " encoding. Please save it as “CSV UTF-8”."
            )
        )
    return words


def _decode_western(data: bytes) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UnicodeError
        return data.decode("cp1252")
    except UnicodeError as error:
        raise SheetRefused(
            text("We can't make out how this file is encoded. Please save it as “CSV UTF-8”.")
        ) from error


def _records(words: str) -> list[list[str]]:
    """The table's records, parted by whichever sign gives the most headings we know."""
    found: list[list[str]] = []
    best, delimiter = -1, ","
    for sign in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(words, newline=""), delimiter=sign, strict=True)
        try:
            headings = next(reader, [])
        except csv.Error:
            continue
        known = sum(1 for heading in headings if _fold(heading) in HEADINGS)
        if known > best:
            best, delimiter = known, sign
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            found.append(record)
            if len(found) > ROWS_MOST + 1:
                raise SheetRefused(
                    text("More than %(most)s rows. Please split the file.", most=ROWS_MOST)
                )
    except csv.Error as error:
        raise SheetRefused(
            text(
                "From row %(row)s on the file can't be read. Mostly a quotation mark is missing"
                " there, or one too many.",
                row=len(found) + 1,
            )
        ) from error
    return found


def _columns(headings: list[str], sheet: Sheet) -> dict[str, int]:
    """Where each field's column is."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if not heading.strip():
            continue
        name = HEADINGS.get(_fold(heading))
        if name is None:
            sheet.notes.append(
                text("The column “%(heading)s” is not used.", heading=heading.strip()[:60])
            )
        elif name in columns:
            raise SheetRefused(
                text(
                    "There are two columns for “%(name)s”. Please take one out.",
                    name=FIELDS[name][0],
                )
            )
        else:
            columns[name] = place
    lacking = [str(FIELDS[name][0]) for name in NEEDED if name not in columns]
    if lacking:
        raise SheetRefused(
            text(
                "These columns are missing: %(names)s. The first row must hold the headings.",
                names=", ".join(lacking),
            )
        )
    return columns


def _values(
    number: int, record: list[str], columns: Mapping[str, int], sheet: Sheet
) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, place in columns.items():
        cell = record[place] if place < len(record) else ""
        words = " ".join(cell.split())
        if name == WEB_PAGE:
            words = whole_address(words)
        if wrong := _why_not_cell(name, words):
            sheet.errors.append(RowError(number, FIELDS[name][0], wrong))
        if words:
            values[name] = words
    for name in (NAME, CITY):
        if name not in values:
            sheet.errors.append(RowError(number, FIELDS[name][0], text("This cell is empty.")))
    return values


def _why_not_cell(name: str, words: str) -> Text | None:
    if words.startswith(FORMULA_STARTS):
        return text(
            "This begins with “%(sign)s”, as formulas do. Please write plain words.", sign=words[0]
        )
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in words):
        return text("There is a sign in here that can't be shown.")
    most = FIELDS[name][1]
    if len(words) > most:
        return text("This is longer than %(most)s characters.", most=most)
    if name == WEB_PAGE and words and page_host(words) is None:
        return text("Write the whole address, such as https://school.example.org.")
    return None


@dataclass(frozen=True)
class FieldChange:
    field: str
    old: str
    new: str

    @property
    def label(self) -> Text:
        return FIELDS[self.field][0]


@dataclass(frozen=True)
class RowPlan:
    """What a row does: makes a school (no id), changes one, or nothing."""

    row: int
    school_id: int | None
    values: dict[str, str]
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All that an import does, in the order of the file."""

    new: tuple[RowPlan, ...]
    changed: tuple[RowPlan, ...]
    unchanged: tuple[RowPlan, ...]
    errors: tuple[RowError, ...]
    notes: tuple[Text, ...]

    @property
    def digest(self) -> str:
        """Stands for exactly these deeds: whoever confirms it has seen what will be done."""
        deeds = [
            [p.row, p.school_id, sorted(p.values.items()), [[c.field, c.old] for c in p.changes]]
            for p in (*self.new, *self.changed, *self.unchanged)
        ]
        return hashlib.sha256(json.dumps(deeds).encode()).hexdigest()


def facts_of(school: School) -> dict[str, str]:
    return {
        NAME: school.name,
        CITY: school.city,
        WEB_PAGE: school.web_page,
        GRADES: school.grades,
        DISTRICT: school.district_name,
    }


def plan_import(sheet: Sheet, schools: Iterable[School]) -> Plan:
    """What importing these rows would do to these schools."""
    known: dict[tuple[str, str], list[School]] = {}
    for school in schools:
        known.setdefault(key_of(school.name, school.city), []).append(school)
    errors = list(sheet.errors)
    broken = {error.row for error in errors}
    new: list[RowPlan] = []
    changed: list[RowPlan] = []
    unchanged: list[RowPlan] = []
    for row in sheet.rows:
        same = known.get(key_of(row.values.get(NAME, ""), row.values.get(CITY, "")), [])
        if len(same) > 1:
            errors.append(
                RowError(
                    row.row,
                    FIELDS[NAME][0],
                    text("Two schools here have this name and city. Please change one by hand."),
                )
            )
        elif not same:
            errors += [
                RowError(
                    row.row, FIELDS[name][0], text("A new school needs this, and it is empty.")
                )
                for name in (WEB_PAGE, GRADES)
                if name not in row.values
            ]
            if row.row not in broken:
                new.append(RowPlan(row.row, None, row.values))
        else:
            facts = facts_of(same[0])
            changes = tuple(
                FieldChange(name, facts[name], words)
                for name, words in row.values.items()
                if _differs(name, facts[name], words)
            )
            (changed if changes else unchanged).append(
                RowPlan(row.row, same[0].id, row.values, changes)
            )
    errors.sort(key=lambda error: error.row)
    return Plan(tuple(new), tuple(changed), tuple(unchanged), tuple(errors), tuple(sheet.notes))


def _differs(name: str, old: str, new: str) -> bool:
    # Districts are known whatever their case; everything else is taken as it is written.
    return _fold(old) != _fold(new) if name == DISTRICT else old != new
