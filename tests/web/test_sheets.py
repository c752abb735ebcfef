"""Tables for spreadsheets hold words and numbers, never formulas."""

from __future__ import annotations

import pytest

from app.web.sheets import Cell, csv_cell, csv_response


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("Plain", "Plain"),
        ("=1", "'=1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("", ""),
        ("a=b", "a=b"),
        (-3, -3),
        (0.5, 0.5),
        (None, None),
    ],
)
def test_cell_is_no_formula(value: Cell, safe: Cell) -> None:
    assert csv_cell(value) == safe


def test_every_cell_of_a_table_is_guarded_headings_too() -> None:
    response = csv_response("list.csv", [["=name", "n"], ['Kai, "the" cook', 1], ["-x", None]])

    assert response.get_data().decode() == ('\ufeff\'=name,n\r\n"Kai, ""the"" cook",1\r\n\'-x,\r\n')
    assert response.headers["Content-Disposition"] == 'attachment; filename="list.csv"'
    assert response.mimetype == "text/csv"
