"""Reading a table of schools: what is refused, and what importing it would do."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.schools import rules
from app.schools.models import District, School
from app.schools.rules import Plan, SheetRefused

HEAD = "Name,City,Web page,Grades,District\n"
ROW = "Kalani High,Honolulu,https://kalani.example.org,9-12,Windward\n"
VALUES = {
    "name": "Kalani High",
    "city": "Honolulu",
    "web_page": "https://kalani.example.org",
    "grades": "9-12",
    "district": "Windward",
}


def plan(data: bytes | str, *schools: School) -> Plan:
    raw = data.encode() if isinstance(data, str) else data
    return rules.plan_import(rules.read_sheet(raw), schools)


def wrong(data: str, *schools: School) -> list[tuple[int, str, str]]:
    return [(e.row, str(e.column), str(e.words)) for e in plan(data, *schools).errors]


def school(**over: object) -> School:
    facts = {key: value for key, value in VALUES.items() if key != "district"}
    return School(**{"id": 7, "district": District(name="Windward"), **facts, **over})


@pytest.mark.parametrize(
    "data",
    [
        (HEAD + ROW).encode(),
        b"\xef\xbb\xbf" + (HEAD + ROW).encode(),
        (HEAD + ROW).encode("utf-16"),
        (HEAD + ROW).replace(",", "\t").encode("utf-16-le").join([b"\xff\xfe", b""]),
        (HEAD + ROW).encode("utf-16-be").join([b"\xfe\xff", b""]),
        (HEAD + ROW).replace(",", ";").encode(),
        (HEAD + ROW).replace(",", "\t").encode(),
        (HEAD + ROW).replace("\n", "\r\n").encode(),
        (HEAD + ROW).replace("\n", "\r").encode(),
        (HEAD + "\n,,,,\n" + ROW + "\n\n").encode(),
        HEAD.upper().encode() + ROW.replace("Kalani High", '" Kalani\nHigh "').encode(),
        (
            b"District,GRADES,website,Town,School name\n"
            b"Windward,9-12,https://kalani.example.org,Honolulu,Kalani High\n"
        ),
    ],
)
def test_table_is_read_however_it_was_saved(data: bytes) -> None:
    found = plan(data)

    assert [row.values for row in found.new] == [VALUES]
    assert (found.errors, found.notes) == ((), ())


def test_western_encoding_is_read_and_asks_for_a_look() -> None:
    found = plan((HEAD + ROW.replace("Kalani", "Kalañi")).encode("cp1252"))

    assert found.new[0].values["name"] == "Kalañi High"
    assert [str(note)[:59] for note in found.notes] == [
        "The file is not in UTF-8, so we read it as Western European"
    ]


def workbook() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return data.getvalue()


NO_TABLE = (
    "These columns are missing: Name, City, Web page, Grades. The first row must hold the headings."
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty. Nothing was changed."),
        (b"\xef\xbb\xbf", "The file is empty. Nothing was changed."),
        (HEAD.encode(), "There is no school below the headings. Nothing was changed."),
        (
            (HEAD + ROW).encode("utf-16-le"),
            (
                "There are empty signs (NUL) in this file, so it is no plain table or in another"
                " encoding. Please save it as “CSV UTF-8”."
            ),
        ),
        (
            (HEAD + "Ka\0lani,Honolulu,https://x.example.org,1,\n").encode(),
            (
                "There are empty signs (NUL) in this file, so it is no plain table or in another"
                " encoding. Please save it as “CSV UTF-8”."
            ),
        ),
        (
            HEAD.encode() + b"Kal\x81ani,Honolulu,https://x.example.org,1,\n",
            "We can't make out how this file is encoded. Please save it as “CSV UTF-8”.",
        ),
        (
            b"\xff\xfe" + b"N\0a",
            "We can't make out how this file is encoded. Please save it as “CSV UTF-8”.",
        ),
        (workbook(), "This is a workbook, not a table of text. Please save it as “CSV UTF-8”."),
        (
            b"x" * (rules.FILE_BYTES + 1),
            (
                "The file is larger than 400 kB, far more than a list of schools is. Please split"
                " it, or save only the columns named here."
            ),
        ),
        (
            (HEAD + "a,b,https://x.example.org,1,\n" * 2001).encode(),
            "More than 2000 rows. Please split the file.",
        ),
        (
            (HEAD + ROW + '"Open,Honolulu,https://x.example.org,1,\n').encode(),
            (
                "From row 3 on the file can't be read. Mostly a quotation mark is missing there, or"
                " one too many."
            ),
        ),
        (
            (HEAD + ROW + '"a"b,Honolulu,https://x.example.org,1,\n').encode(),
            (
                "From row 3 on the file can't be read. Mostly a quotation mark is missing there, or"
                " one too many."
            ),
        ),
        (
            (HEAD + "x" * 140_000 + ",b,https://x.example.org,1,\n").encode(),
            (
                "From row 2 on the file can't be read. Mostly a quotation mark is missing there, or"
                " one too many."
            ),
        ),
        (
            b"Name,City,Grades\nKalani,Honolulu,1\n",
            "These columns are missing: Web page. The first row must hold the headings.",
        ),
        (ROW.encode(), NO_TABLE),
        (b"<html><body>Not found</body></html>", NO_TABLE),
        (
            b"Name,School,City,Web page,Grades\na,b,c,https://x.example.org,1\n",
            "There are two columns for “Name”. Please take one out.",
        ),
    ],
)
def test_file_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        rules.read_sheet(data)

    assert str(refused.value.reason) == reason


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_formula_is_refused_by_row_and_column(sign: str) -> None:
    cell = f"{sign}cmd|' /C calc'!A0"

    assert wrong(HEAD + ROW + f"{cell},Hilo,https://x.example.org,K-5,{cell}\n") == [
        (3, column, f"This begins with “{sign}”, as formulas do. Please write plain words.")
        for column in ("Name", "District")
    ]


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (",Hilo,https://x.example.org,K-5,", [("Name", "This cell is empty.")]),
        ("X", [
            ("City", "This cell is empty."),
            ("Web page", "A new school needs this, and it is empty."),
            ("Grades", "A new school needs this, and it is empty."),
        ]),
        ("X,Hilo,https://x.example.org,K-5,,extra", [
            ("", "There are more cells than headings. Is a separator inside a name?"),
        ]),
        ("X,Hilo,nowhere,K-5,", [
            ("Web page", "Write the whole address, such as https://school.example.org."),
        ]),
        ("X,Hilo,javascript:alert(1),K-5,", [
            ("Web page", "Write the whole address, such as https://school.example.org."),
        ]),
        (f"{'X' * 121},Hilo,https://x.example.org,K-5,", [
            ("Name", "This is longer than 120 characters."),
        ]),
        ("X\x07,Hilo,https://x.example.org,K-5,", [
            ("Name", "There is a sign in here that can't be shown."),
        ]),
        ("kalani  HIGH,honolulu,https://x.example.org,K-5,", [
            ("Name", "This school stands in row 2 already."),
        ]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_row_and_column(row: str, errors: list[tuple[str, str]]) -> None:
    assert wrong(HEAD + ROW + row + "\n") == [(3, column, words) for column, words in errors]


def test_unknown_column_is_left_out_and_said() -> None:
    found = plan("Name,City,Web page,Grades,Phone\nK,H,https://x.example.org,1,808\n")

    assert [str(note) for note in found.notes] == ["The column “Phone” is not used."]
    assert "Phone" not in found.new[0].values


def test_changes_are_named_field_by_field() -> None:
    found = plan(HEAD + ROW, school(grades="7-12", district=None, district_other=""))

    assert [(c.field, c.old, c.new) for c in found.changed[0].changes] == [
        ("grades", "7-12", "9-12"),
        ("district", "", "Windward"),
    ]
    assert (found.new, found.unchanged) == ((), ())


def test_empty_cell_leaves_what_there_is() -> None:
    found = plan(HEAD + "KALANI HIGH,honolulu,,,\n", school())

    assert [(c.field, c.new) for c in found.changed[0].changes] == [
        ("name", "KALANI HIGH"),
        ("city", "honolulu"),
    ]
    assert found.errors == ()


def test_same_table_again_changes_nothing() -> None:
    found = plan(HEAD + ROW.replace("Windward", "WINDWARD"), school())

    assert [row.school_id for row in found.unchanged] == [7]
    assert (found.new, found.changed) == ((), ())


def test_two_schools_of_the_same_name_and_city_are_not_guessed_between() -> None:
    assert wrong(HEAD + ROW, school(), school(id=8)) == [
        (2, "Name", "Two schools here have this name and city. Please change one by hand.")
    ]


def test_digest_stands_for_exactly_what_was_previewed() -> None:
    first = plan(HEAD + ROW, school(grades="7-12"))

    assert plan(HEAD + ROW, school(grades="7-12")).digest == first.digest
    others = [
        plan(HEAD + ROW),
        plan(HEAD + ROW, school(grades="8-12")),
        plan(HEAD + ROW, school()),
        plan(HEAD + ROW.replace("9-12", "10-12"), school(grades="7-12")),
        plan(HEAD + ROW, school(id=8, grades="7-12")),
    ]
    assert len({first.digest, *(other.digest for other in others)}) == 6


def test_bare_host_becomes_a_whole_address_and_broken_row_is_not_counted() -> None:
    found = plan(HEAD + "K,H,www.k12.example.org/k,K-5,\n" + "X,Hilo,nowhere,K-5,\n")

    assert [row.values["web_page"] for row in found.new] == ["https://www.k12.example.org/k"]
    assert [error.row for error in found.errors] == [3]
