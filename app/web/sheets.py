"""Tables for spreadsheets. Whoever writes one writes it with `csv_response`: its cells are words,
never formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

Cell = str | int | float | None


def csv_cell(value: Cell) -> Cell:
    """A cell as a spreadsheet must take it. Words that would be a formula get an apostrophe, also
    behind blanks, which spreadsheets skip; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as the bytes of a file."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
    # Spreadsheets take a file for UTF-8 only when it begins with this mark.
    return ("\ufeff" + sheet.getvalue()).encode()


def csv_response(filename: str, rows: Iterable[Sequence[Cell]]) -> Response:
    """A table to download."""
    return Response(
        csv_bytes(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
