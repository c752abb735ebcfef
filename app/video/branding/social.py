"""What stands around a film on a phone's screen: a square or upright sheet, and its captions."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw

from app.video import lettering
from app.video.branding.brand import Brand
from app.video.branding.bug import draw_bug
from app.video.branding.canvas import CREAM, GOLD, MIST, NIGHT, write
from app.video.branding.night import WAVE_WIDTH, WAVES, draw_night, draw_wave
from app.video.branding.paper import cut_ribbon
from app.video.lettering import BOLD, SHOW

MARGIN = 60
CAPTION_SIZE = 52


@dataclass(frozen=True)
class Sheet:
    """A canvas in pixels and the place of the film on it."""

    canvas: tuple[int, int]
    at: tuple[int, int]
    picture: tuple[int, int]

    @property
    def fills(self) -> bool:
        return self.canvas == self.picture


def sheet_of(canvas: tuple[int, int], width: int, height: int) -> Sheet:
    """Where a film of this shape goes: over all of an upright canvas if it is about as upright
    itself, and else as wide as the canvas, a little above its middle."""
    shape = width / height
    if abs(shape / (canvas[0] / canvas[1]) - 1) < 0.12:
        return Sheet(canvas, (0, 0), canvas)
    wide = canvas[0]
    high = round(wide / shape / 2) * 2
    most = round(canvas[1] * 0.6 / 2) * 2
    if high > most:
        high = most
        wide = round(high * shape / 2) * 2
    # A square sheet has little room above the film, an upright one more.
    top = round((canvas[1] - high) * (0.42 if canvas[1] > canvas[0] else 0.4) / 2) * 2
    return Sheet(canvas, ((canvas[0] - wide) // 2, top), (wide, high))


def draw_sheet(brand: Brand, sheet: Sheet) -> Image.Image:
    """The night with the contest and the award above the film, title and address below it; for a
    film that fills the canvas only the mark in its corner, on nothing."""
    if sheet.fills:
        return _mark_alone(brand, sheet.canvas)
    wide, high = sheet.canvas
    card = draw_night((round(high * 16 / 9 / 4) * 4, high), 1.0, opening=False)
    left = (card.width - wide) // 2
    card = card.crop((left, 0, left + wide, high)).convert("RGBA")
    room = wide - 2 * MARGIN
    middle = wide / 2
    share = 1.0 if high > wide else 0.62
    ribbon = cut_ribbon(brand, 1.0, room, round(58 * share))
    edition = lettering.fit(
        brand.edition, BOLD, size=round(48 * share), box=(room, round(150 * share)), smallest=22
    )
    above = sheet.at[1]
    tall = edition.height + ribbon.height + 10
    y = max(24.0, (above - tall) / 2)
    write(card, edition, (middle, y), CREAM, align="center")
    card.alpha_composite(ribbon, (round(middle - ribbon.width / 2), round(y + edition.height + 10)))
    below = sheet.at[1] + sheet.picture[1]
    waves = [draw_wave(wave, max(0.62 * share, (wide + 8) / WAVE_WIDTH)) for wave in WAVES[1:]]
    for wave in waves:
        card.alpha_composite(wave.crop((0, 0, wide, wave.height)), (0, high - wave.height))
    floor = high - waves[0].height + 20
    space = floor - below - 30
    title = lettering.fit(
        brand.title, SHOW, size=round(84 * share), box=(room, round(space * 0.55)), lines=3
    )
    makers = lettering.fit(
        brand.makers, BOLD, size=round(42 * share), box=(room, round(space * 0.25))
    )
    address = lettering.fit(
        brand.shown_address,
        BOLD,
        size=round(38 * share),
        box=(room, round(space * 0.16)),
    )
    whole = title.height + makers.height + address.height + 30 * share
    y = below + max(12.0, (floor - below - whole) / 2)
    for lines, colour, gap in ((title, "#ffffff", 14), (makers, MIST, 16), (address, GOLD, 0)):
        if not any(lines.lines):
            continue
        write(card, lines, (middle, y), colour, align="center")
        y += lines.height + gap * share
    return card


def _mark_alone(brand: Brand, canvas: tuple[int, int]) -> Image.Image:
    over = Image.new("RGBA", canvas)
    bug, _place = draw_bug(brand, 1.0)
    # Phones lay their own signs over the upper edge.
    over.alpha_composite(bug, ((canvas[0] - bug.width) // 2, round(canvas[1] * 0.08)))
    return over


def draw_caption(words: str, sheet: Sheet) -> Image.Image:
    """One caption on a canvas of nothing, over the lower part of the film."""
    card = Image.new("RGBA", sheet.canvas)
    if not words.strip():
        return card
    room = min(sheet.picture[0], sheet.canvas[0]) - 2 * MARGIN
    upright = sheet.canvas[1] > sheet.canvas[0]
    size = CAPTION_SIZE if upright else round(CAPTION_SIZE * 0.8)
    lines = lettering.fit(words, BOLD, size=size, box=(room, 300), lines=3)
    pad = 18
    bottom = sheet.at[1] + sheet.picture[1] - (round(sheet.canvas[1] * 0.16) if sheet.fills else 20)
    x, y = sheet.canvas[0] / 2, bottom - lines.height - pad
    box = (x - lines.width / 2 - pad, y - pad * 0.6, x + lines.width / 2 + pad, bottom)
    ImageDraw.Draw(card).rounded_rectangle(box, 14, fill=(*ImageColor.getrgb(NIGHT)[:3], 205))
    lettering.draw(card, lines, (x, y), "#ffffff", align="center")
    return card
