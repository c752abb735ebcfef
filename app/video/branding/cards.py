"""The opening card and the end card, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

from app.video.branding.brand import Brand
from app.video.branding.bug import draw_bug
from app.video.branding.canvas import (
    CREAM,
    GOLD,
    HEIGHT,
    MIST,
    NIGHT,
    SAFE_X,
    SAFE_Y,
    WIDTH,
    clear,
    fit,
    write,
)
from app.video.branding.logos import load_logo, on_night, partner_strip
from app.video.branding.night import WAVES, draw_night, draw_wave
from app.video.branding.paper import address_panel, cut_ribbon
from app.video.lettering import BOLD, PLAIN, SHOW, Lines
from app.video.plan import Cards

CARDS = Cards(opening=3.0, fade=0.5, ending=4.5)
# Words end above the highest wave.
CARD_FLOOR = 848


@dataclass(frozen=True)
class Layers:
    """Pictures of the cards, written as PNG files, all of the canvas's size but the waves (wider,
    so that they can drift) and the bug (as large as it needs; `bug_at` is its place)."""

    opening: Path
    opening_words: Path
    waves: tuple[Path, ...]
    ending: Path
    ending_words: Path
    bug: Path
    bug_at: tuple[int, int]
    lower_third: Path | None = None


def draw_layers(brand: Brand, canvas: tuple[int, int], folder: Path) -> Layers:
    """Draws all layers of a brand into `folder`.

    Raises `EngineFailed` when a logo can't be opened or no font is found.
    """
    scale = canvas[1] / HEIGHT
    bug, bug_at = draw_bug(brand, scale)
    pictures = {
        "opening": draw_night(canvas, scale, opening=True),
        "opening_words": draw_opening_words(brand, scale),
        "ending": draw_night(canvas, scale, opening=False),
        "ending_words": draw_ending_words(brand, scale),
        "bug": bug,
    }
    if brand.lower_third:
        pictures["lower_third"] = draw_lower_third(brand, scale)
    for number, wave in enumerate(WAVES):
        pictures[f"wave_{number}"] = draw_wave(wave, scale)
    paths = {}
    for name, picture in pictures.items():
        paths[name] = folder / f"card_{name}.png"
        picture.save(paths[name], compress_level=1)
    return Layers(
        opening=paths["opening"],
        opening_words=paths["opening_words"],
        waves=tuple(paths[f"wave_{number}"] for number in range(len(WAVES))),
        ending=paths["ending"],
        ending_words=paths["ending_words"],
        bug=paths["bug"],
        bug_at=(canvas[0] - bug_at[0], bug_at[1]),
        lower_third=paths.get("lower_third"),
    )


def draw_lower_third(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Title and makers at the foot of the picture, on a strip of paper cut to their length."""
    card = clear(scale)
    room = WIDTH - 2 * SAFE_X - 160
    title = fit(brand.title, SHOW, 62, (room, 160), scale)
    makers = fit(brand.makers, BOLD, 36, (room, 96), scale) if brand.makers else None
    pad, bar = 26 * scale, 14 * scale
    wide = max(title.width, makers.width if makers else 0)
    high = title.height + (makers.height if makers else 0)
    left, floor = SAFE_X * scale, (HEIGHT - SAFE_Y - 24) * scale
    top = floor - high - 1.4 * pad
    pen = ImageDraw.Draw(card)
    strip = (left, top, left + bar + wide + 2 * pad, floor)
    pen.rounded_rectangle(strip, 10 * scale, fill=(*ImageColor.getrgb(NIGHT)[:3], 216))
    pen.rectangle((left, top, left + bar, floor), fill=brand.accent)
    y = top + 0.6 * pad
    write(card, title, (left + bar + pad, y), "#ffffff")
    if makers is not None:
        write(card, makers, (left + bar + pad, y + title.height), MIST)
    return card


def draw_opening_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Contest, award, title and makers, centred above the waves."""
    card = clear(scale)
    room = WIDTH - 2 * (SAFE_X + 110)
    middle = WIDTH / 2 * scale
    gap = 34 * scale
    ribbon = cut_ribbon(brand, scale, room, 50)
    logo = on_night(load_logo(brand.logo, (420, 130), scale), scale) if brand.logo else None
    edition = _Words(fit(brand.edition, BOLD, 46, (room, 118), scale), CREAM, gap * 0.8)
    title = _Words(fit(brand.title, SHOW, 138, (room, 330), scale), "#ffffff", gap * 0.8)
    parts: list[_Part] = [edition, _Picture(ribbon, gap), title]
    if logo is not None:
        parts.insert(0, _Picture(logo, gap))
    if brand.makers:
        parts.append(_Words(fit(brand.makers, BOLD, 46, (room, 118), scale), MIST, 0))
    y = max(SAFE_Y * scale, 440 * scale - _height(parts) / 2)
    for part in parts:
        part.place(card, middle, y, "center")
        y += part.height + part.gap
    return card


def draw_ending_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Everything again to read at leisure, with the address as words and as a QR code."""
    card = clear(scale)
    left, top = SAFE_X + 24, SAFE_Y + 62
    panel = address_panel(brand, scale) if brand.address else None
    panel_x = WIDTH - SAFE_X - 24 - (panel.width / scale if panel is not None else 0)
    room = round(panel_x - left - (84 if panel is not None else 0))
    partners = partner_strip(brand, scale)
    floor = CARD_FLOOR - (partners.height / scale + 26 if partners is not None else 0)
    gap = 24 * scale
    ribbon = cut_ribbon(brand, scale, room, 46)
    parts: list[_Part] = [
        _Words(fit(brand.edition, BOLD, 38, (room, 100), scale), MIST, gap),
        _Picture(ribbon, gap, shift=-10 * scale),
    ]
    for words, style, size, high, colour, after in (
        (brand.team, BOLD, 50, 130, CREAM, 0.3),
        (brand.school, BOLD, 40, 108, MIST, 1.2),
        (brand.tag, BOLD, 40, 108, GOLD, 1.2),
        (brand.licence, PLAIN, 28, 84, MIST, 0),
    ):
        if words:
            fitted = fit(words, style, size, (room, high), scale)
            parts.append(_Words(fitted, colour, gap * after))
    title_room = round((floor - top) - (_height(parts) + gap) / scale)
    title = fit(brand.title, SHOW, 104, (room, max(title_room, 120)), scale, lines=3)
    parts.insert(2, _Words(title, "#ffffff", gap))
    y = top * scale + max(0.0, ((floor - top) * scale - _height(parts)) / 2)
    x = left * scale
    for part in parts:
        part.place(card, x, y, "left")
        y += part.height + part.gap
    if partners is not None:
        card.alpha_composite(partners, (round(x), round(floor * scale + 26 * scale)))
    if panel is not None:
        panel_y = (top + (CARD_FLOOR - top) / 2) * scale - panel.height / 2
        card.alpha_composite(panel, (round(panel_x * scale), round(max(top * scale, panel_y))))
    return card


@dataclass(frozen=True)
class _Words:
    """Words in a column of a card, and the room below them."""

    lines: Lines
    colour: str
    gap: float

    @property
    def height(self) -> float:
        return self.lines.height

    def place(self, card: Image.Image, x: float, y: float, align: str) -> None:
        write(card, self.lines, (x, y), self.colour, align=align)


@dataclass(frozen=True)
class _Picture:
    """A picture in a column of a card, and the room below it."""

    picture: Image.Image
    gap: float
    shift: float = 0.0

    @property
    def height(self) -> float:
        return self.picture.height

    def place(self, card: Image.Image, x: float, y: float, align: str) -> None:
        left = x - (self.picture.width / 2 if align == "center" else 0) + self.shift
        card.alpha_composite(self.picture, (round(left), round(y)))


_Part = _Words | _Picture


def _height(parts: Sequence[_Part]) -> float:
    return sum(part.height + part.gap for part in parts)
