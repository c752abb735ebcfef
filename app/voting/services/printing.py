"""Slips on paper: cut along the lines, one for each voter."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from fpdf import FPDF

from app import texts
from app.texts import text
from app.video.paper import Paper
from app.voting import rules

COLUMNS, ROWS = 2, 4
MARGIN, PAGE_WIDTH, PAGE_HEIGHT = 10.0, 215.9, 279.4  # US Letter, in millimeters.
CELL_WIDTH = (PAGE_WIDTH - 2 * MARGIN) / COLUMNS
CELL_HEIGHT = (PAGE_HEIGHT - 2 * MARGIN) / ROWS
QR_SIDE = 30.0

HOW = text("Open this page, or point a camera at the square, and type this code.")
WHAT = text(
    "One slip is one ballot. Until the vote closes you may vote again with it; the last time "
    "counts. Nobody can see who voted with which slip."
)


def slips_pdf(
    codes: Sequence[str],
    *,
    contest: str,
    school: str,
    address: str,
    closes: str,
    languages: Sequence[str],
) -> bytes:
    """A PDF of eight slips a page in large print, each in English and the languages asked for.

    `address` is the page to open; the code goes behind its "#", which no server is told.
    """
    pdf = FPDF(format="Letter", unit="mm")
    pdf.set_auto_page_break(False)
    pdf.set_title(contest)
    pdf.set_text_shaping(True)
    paper = Paper(pdf)
    for place, code in enumerate(codes):
        cell = place % (COLUMNS * ROWS)
        if cell == 0:
            pdf.add_page()
            _draw_cuts(pdf)
        x = MARGIN + cell % COLUMNS * CELL_WIDTH
        y = MARGIN + cell // COLUMNS * CELL_HEIGHT
        _draw_slip(paper, x, y, code, contest, school, address, closes, languages, f"{place + 1}")
    return bytes(pdf.output())


def _draw_cuts(pdf: FPDF) -> None:
    pdf.set_draw_color(150)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    for column in range(1, COLUMNS):
        x = MARGIN + column * CELL_WIDTH
        pdf.line(x, MARGIN, x, PAGE_HEIGHT - MARGIN)
    for row in range(1, ROWS):
        y = MARGIN + row * CELL_HEIGHT
        pdf.line(MARGIN, y, PAGE_WIDTH - MARGIN, y)
    pdf.set_dash_pattern()


def _draw_slip(
    paper: Paper,
    x: float,
    y: float,
    code: str,
    contest: str,
    school: str,
    address: str,
    closes: str,
    languages: Sequence[str],
    number: str,
) -> None:
    inner, right = x + 4, x + CELL_WIDTH - QR_SIDE - 3
    width = CELL_WIDTH - QR_SIDE - 9
    at = paper.paragraph(inner, y + 7, width, contest, 9, strong=True)
    if school:
        at = paper.paragraph(inner, at, width, school, 8)
    shown = address.partition("//")[2]
    at = paper.paragraph(inner, at + 1.5, width, shown, 9.5, strong=True)
    paper.paragraph(inner, at + 4, CELL_WIDTH - 8, rules.in_halves(code), 19, strong=True)
    image = io.BytesIO()
    segno.make(f"{address}#{code}", error="m").save(image, kind="png", scale=6, border=2)
    paper.pdf.image(image, right, y + 3, QR_SIDE, QR_SIDE)
    at = max(at + 11, y + QR_SIDE + 7)
    size = 8.0 if len(languages) < 2 else 6.0
    for tag in dict.fromkeys(["en", *languages]):
        with texts.use_language(tag):
            words = " ".join(
                str(each)
                for each in (HOW, WHAT, text("The vote is open until %(moment)s.", moment=closes))
            )
        at = paper.paragraph(inner, at, CELL_WIDTH - 8, words, size) + 0.8
    paper.paragraph(x + CELL_WIDTH - 12, y + CELL_HEIGHT - 2.5, 10, number, 6)
