"""A winner's poster to hang up: one printed page that leads to the film."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import segno
from fpdf import FPDF
from PIL import Image, ImageColor

from app.video.branding.brand import Brand
from app.video.branding.canvas import INK, PAPER
from app.video.branding.logos import load_logo
from app.video.branding.paper import cut_ribbon
from app.video.lettering import BOLD, PLAIN, SHOW
from app.video.paper import Paper

WIDTH, HEIGHT = 612.0, 792.0
"""US Letter, in points. On A4 it prints with a little more margin above and below."""
MARGIN = 40.0
STILL_HIGH = 344.0
CODE = 132.0
RIBBON_SCALE = 1.6
SOFT = "#5a5478"


def draw_wall_poster(brand: Brand, still: Image.Image, target: Path) -> None:
    """The film's still, its award, title and makers, and the way to the film for a phone's camera
    and for people. Raises `EngineFailed` when a logo can't be opened."""
    pdf = FPDF(unit="pt", format="Letter")
    pdf.set_auto_page_break(False)
    # The moment it was made is nobody's business, and a moment there must be.
    pdf.set_creation_date(datetime(brand.year, 1, 1, tzinfo=UTC))
    pdf.set_title(brand.title)
    pdf.set_lang("en")
    pdf.set_text_shaping(True)
    pdf.add_page()
    paper = Paper(pdf)
    _ink(pdf, PAPER, fill=True)
    pdf.rect(0, 0, WIDTH, HEIGHT, style="F")
    pdf.image(_covering(still), 0, 0, WIDTH, STILL_HIGH)
    ribbon = cut_ribbon(brand, RIBBON_SCALE, 1500, 58)
    wide = min(WIDTH - MARGIN, ribbon.width / 4)
    high = wide * ribbon.height / ribbon.width
    pdf.image(ribbon, MARGIN - 10, STILL_HIGH - high * 0.62, wide, high)
    middle, room = WIDTH / 2, WIDTH - 2 * MARGIN
    _ink(pdf, INK)
    at = paper.centered(middle, STILL_HIGH + high * 0.42, (room, 118), brand.title, SHOW, 54)
    if brand.makers:
        at = paper.centered(middle, at + 6, (room, 50), brand.makers, BOLD, 20)
    _draw_way(paper, brand, at)
    _draw_foot(paper, brand)
    pdf.output(str(target))


def _covering(still: Image.Image) -> Image.Image:
    """The still without what is too high or too wide for its place."""
    picture = still.convert("RGB")
    shape = WIDTH / STILL_HIGH
    wide = min(picture.width, round(picture.height * shape))
    high = min(picture.height, round(picture.width / shape))
    left, top = (picture.width - wide) // 2, (picture.height - high) // 2
    return picture.crop((left, top, left + wide, top + high))


def _draw_way(paper: Paper, brand: Brand, at: float) -> None:
    """The code, and beside it the address to type."""
    pdf = paper.pdf
    top = max(at + 20, 556.0)
    image = io.BytesIO()
    segno.make(brand.address, error="m").save(image, kind="png", scale=8, border=2, light=PAPER)
    left = MARGIN + 20
    pdf.image(image, left, top, CODE, CODE)
    room = WIDTH - left - CODE - 30 - MARGIN
    middle = left + CODE + 20 + room / 2
    _ink(pdf, INK)
    low = paper.centered(middle, top + 18, (room, 30), "Watch it. Show it. It is free.", BOLD, 20)
    _ink(pdf, SOFT)
    low = paper.centered(middle, low + 10, (room, 40), brand.shown_address, PLAIN, 14)
    if brand.tag:
        _ink(pdf, INK)
        paper.centered(middle, low + 12, (room, 34), brand.tag, BOLD, 13)


def _draw_foot(paper: Paper, brand: Brand) -> None:
    pdf = paper.pdf
    left = MARGIN
    for path in [each for each in (brand.logo, *brand.partner_logos) if each is not None]:
        logo = load_logo(path, (480, 120), 1.0)
        wide = 30.0 * logo.width / logo.height
        if left + wide > WIDTH - MARGIN:
            break
        pdf.image(logo, left, HEIGHT - 84, wide, 30)
        left += wide + 16
    _ink(pdf, INK)
    at = paper.centered(WIDTH / 2, HEIGHT - 48, (WIDTH - 80, 16), brand.edition, BOLD, 12, lines=1)
    if brand.licence:
        _ink(pdf, SOFT)
        paper.centered(WIDTH / 2, at + 1, (WIDTH - 80, 12), brand.licence, PLAIN, 9, lines=1)


def _ink(pdf: FPDF, color: str, *, fill: bool = False) -> None:
    red, green, blue = ImageColor.getrgb(color)[:3]
    (pdf.set_fill_color if fill else pdf.set_text_color)(red, green, blue)
