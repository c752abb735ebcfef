"""The contest's mark on a winner: opening card, corner bug, end card, drawn for television.

Cards are laid out on 1920 by 1080 and drawn at the size of the canvas they are for. Everything that
must be read stands inside the title-safe area (SMPTE ST 2046-1: 90 %).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageOps

from app.texts import text
from app.video import lettering
from app.video.lettering import BOLD, PLAIN, SHOW, Lines
from app.video.plan import Cards
from app.video.run import EngineFailed

WIDTH, HEIGHT = 1920, 1080
SAFE_X, SAFE_Y = 96, 54

NIGHT, DEEP, DUSK, INDIGO = "#151136", "#0d0a26", "#241d5c", "#3a2f9e"
GOLD, CORAL, LAGOON, FOAM = "#ffc742", "#ef6a52", "#12898a", "#27b3aa"
CREAM, MIST, INK, PAPER = "#fbf2df", "#c9c1e6", "#1d1645", "#fffaf0"
SHADOW = (6, 4, 22)

CARDS = Cards(opening=3.0, fade=0.5, ending=4.5)
MOST_LOGO_PIXELS = 40_000_000
MOST_PARTNERS = 6


@dataclass(frozen=True)
class Brand:
    """What the cards say. `address` is printed on the end card, and as a QR code; `accent` is the
    colour of the award's ribbon; logos are pictures Pillow can open."""

    contest: str
    year: int
    award: str
    title: str
    team: str
    school: str
    licence: str
    address: str
    logo: Path | None = None
    partner_logos: tuple[Path, ...] = ()
    accent: str = GOLD

    @classmethod
    def from_json(cls, values: Mapping[str, Any], folder: Path) -> Brand:
        """A brand from parsed JSON; logo paths count from `folder`.

        Raises `ValueError` when a value is missing, unknown or of the wrong kind.
        """
        unknown = set(values) - set(cls.__dataclass_fields__)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        words = ("contest", "award", "title", "team", "school", "licence", "address")
        missing = [name for name in (*words, "year") if name not in values]
        if missing:
            raise ValueError(f"missing: {', '.join(missing)}")
        logo = values.get("logo")
        accent = str(values.get("accent", GOLD))
        ImageColor.getrgb(accent)
        return cls(
            **{name: str(values[name]) for name in words},
            year=int(values["year"]),
            logo=folder / str(logo) if logo else None,
            partner_logos=tuple(folder / str(name) for name in values.get("partner_logos", ())),
            accent=accent,
        )

    @property
    def edition(self) -> str:
        """The contest with its year, which a contest's name may already hold."""
        return self.contest if str(self.year) in self.contest else f"{self.contest} {self.year}"

    @property
    def makers(self) -> str:
        return " · ".join(part for part in (self.team, self.school) if part)

    @property
    def copyright(self) -> str:
        """The line written into the file, as long players show it."""
        return f"© {self.year} {self.makers}. {self.licence}"


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


def draw_layers(brand: Brand, canvas: tuple[int, int], folder: Path) -> Layers:
    """Draws all layers of a brand into `folder`.

    Raises `EngineFailed` when a logo can't be opened or no font is found.
    """
    scale = canvas[1] / HEIGHT
    bug, bug_at = draw_bug(brand, scale)
    pictures = {
        "opening": _night(canvas, scale, opening=True),
        "opening_words": draw_opening_words(brand, scale),
        "ending": _night(canvas, scale, opening=False),
        "ending_words": draw_ending_words(brand, scale),
        "bug": bug,
    }
    for number, wave in enumerate(_WAVES):
        pictures[f"wave_{number}"] = _draw_wave(wave, scale)
    paths = {}
    for name, picture in pictures.items():
        paths[name] = folder / f"card_{name}.png"
        picture.save(paths[name], compress_level=1)
    return Layers(
        opening=paths["opening"],
        opening_words=paths["opening_words"],
        waves=tuple(paths[f"wave_{number}"] for number in range(len(_WAVES))),
        ending=paths["ending"],
        ending_words=paths["ending_words"],
        bug=paths["bug"],
        bug_at=(canvas[0] - bug_at[0], bug_at[1]),
    )


def draw_opening_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Contest, award, title and makers, centred above the waves."""
    card = _clear(scale)
    room = WIDTH - 2 * (SAFE_X + 110)
    middle = WIDTH / 2
    edition = _fit(brand.edition, BOLD, 46, (room, 118), scale)
    title = _fit(brand.title, SHOW, 138, (room, 330), scale)
    makers = _fit(brand.makers, BOLD, 46, (room, 118), scale)
    ribbon = _ribbon(brand, scale, room, 50)
    logo = _on_night(_logo(brand.logo, (420, 130), scale), scale) if brand.logo else None
    gap = 34 * scale
    parts = [edition.height, ribbon.height, title.height, makers.height]
    if logo is not None:
        parts.append(logo.height)
    whole = sum(parts) + gap * (len(parts) - 1)
    y = max(SAFE_Y * scale, 440 * scale - whole / 2)
    if logo is not None:
        card.alpha_composite(logo, (round(middle * scale - logo.width / 2), round(y)))
        y += logo.height + gap
    _write(card, edition, (middle * scale, y), CREAM, align="center")
    y += edition.height + gap * 0.8
    card.alpha_composite(ribbon, (round(middle * scale - ribbon.width / 2), round(y)))
    y += ribbon.height + gap
    _write(card, title, (middle * scale, y), "#ffffff", align="center")
    y += title.height + gap * 0.8
    _write(card, makers, (middle * scale, y), MIST, align="center")
    return card


def draw_ending_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Everything again to read at leisure, with the address as words and as a QR code."""
    card = _clear(scale)
    left, top = SAFE_X + 24, SAFE_Y + 62
    panel = _address_panel(brand, scale)
    panel_x = WIDTH - SAFE_X - 24 - panel.width / scale
    room = round(panel_x - left - 84)
    partners = _partners(brand, scale)
    floor = 872 - (partners.height / scale + 26 if partners is not None else 0)
    ribbon = _ribbon(brand, scale, room, 46)
    edition = _fit(brand.edition, BOLD, 38, (room, 100), scale)
    team = _fit(brand.team, BOLD, 50, (room, 130), scale, lines=2)
    school = _fit(brand.school, BOLD, 40, (room, 108), scale)
    licence = _fit(brand.licence, PLAIN, 28, (room, 84), scale)
    gap = 24 * scale
    others = sum(part.height for part in (ribbon, edition, team, school, licence)) + 6 * gap
    title_room = round((floor - top) - others / scale)
    title = _fit(brand.title, SHOW, 104, (room, max(title_room, 120)), scale, lines=3)
    y = top * scale + max(0.0, ((floor - top) * scale - others - title.height) / 2)
    x = left * scale
    _write(card, edition, (x, y), MIST)
    y += edition.height + gap
    card.alpha_composite(ribbon, (round(x - 10 * scale), round(y)))
    y += ribbon.height + gap
    _write(card, title, (x, y), "#ffffff")
    y += title.height + gap
    _write(card, team, (x, y), CREAM)
    y += team.height + gap * 0.3
    _write(card, school, (x, y), MIST)
    y += school.height + gap * 1.2
    _write(card, licence, (x, y), MIST)
    panel_y = (top + (872 - top) / 2) * scale - panel.height / 2
    if partners is not None:
        card.alpha_composite(partners, (round(x), round(floor * scale + 26 * scale)))
    card.alpha_composite(panel, (round(panel_x * scale), round(max(top * scale, panel_y))))
    return card


def draw_bug(brand: Brand, scale: float = 1.0) -> tuple[Image.Image, tuple[int, int]]:
    """The corner bug, and how far its top left lies from the canvas's right and top."""
    if brand.logo is not None:
        mark = _logo(brand.logo, (300, 96), scale)
    else:
        words = lettering.fit(
            brand.contest, BOLD, size=_px(29, scale), box=(_px(400, scale), _px(78, scale))
        )
        coin = _coin(_px(66, scale))
        size = (coin.width + _px(16, scale) + words.width + 4, max(coin.height, words.height + 4))
        mark = Image.new("RGBA", size)
        mark.alpha_composite(coin, (0, (size[1] - coin.height) // 2))
        at = (coin.width + _px(16, scale), (size[1] - words.height) / 2)
        lettering.draw(mark, words, at, CREAM)
    margin = _px(16, scale)
    bug = Image.new("RGBA", (mark.width + 2 * margin, mark.height + 2 * margin))
    box = (0, 0, bug.width - 1, bug.height - 1)
    # A sheet of night behind the mark: without it a bright picture swallows the words.
    sheet = PAPER if brand.logo is not None and _is_dark(mark) else NIGHT
    corner = bug.height // 2 if brand.logo is None else margin
    fill = (*ImageColor.getrgb(sheet)[:3], 225 if sheet == PAPER else 150)
    ImageDraw.Draw(bug).rounded_rectangle(box, corner, fill=fill)
    bug.alpha_composite(mark, (margin, margin))
    return bug, (round(SAFE_X * scale) + bug.width, round(SAFE_Y * scale))


def draw_poster(brand: Brand, frame: Image.Image) -> Image.Image:
    """A frame of the video with the bug in its corner and the award on it."""
    scale = frame.height / HEIGHT
    card = frame.convert("RGBA")
    bug, (from_right, top) = draw_bug(brand, scale)
    card.alpha_composite(bug, (card.width - from_right, top))
    ribbon = _ribbon(brand, scale, round(WIDTH * 0.7), 58)
    x, floor = round((SAFE_X - 10) * scale), round((HEIGHT - SAFE_Y - 20) * scale)
    card.alpha_composite(ribbon, (x, floor - ribbon.height))
    return card.convert("RGB")


def _fit(
    words: str,
    style: tuple[str, ...],
    size: int,
    box: tuple[int, int],
    scale: float,
    *,
    lines: int = 2,
) -> Lines:
    return lettering.fit(
        words,
        style,
        size=_px(size, scale),
        box=(_px(box[0], scale), _px(box[1], scale)),
        lines=lines,
        smallest=_px(26, scale),
    )


def _px(value: float, scale: float) -> int:
    return max(1, round(value * scale))


def _clear(scale: float) -> Image.Image:
    # 854 columns belong to 480 lines; the nearest even number hides the odd third of a pixel.
    return Image.new("RGBA", (round(WIDTH * scale / 2) * 2, round(HEIGHT * scale)))


def _write(
    card: Image.Image, lines: Lines, at: tuple[float, float], colour: str, *, align: str = "left"
) -> None:
    """Words with a soft shadow, so that they stand in front of the light."""
    shade = Image.new("RGBA", card.size)
    drop = max(1.0, lines.size * 0.045)
    lettering.draw(shade, lines, (at[0], at[1] + drop), (*SHADOW, 170), align=align)
    box = _around(shade, round(drop * 6))
    if box is not None:
        soft = shade.crop(box).filter(ImageFilter.GaussianBlur(drop * 1.6))
        card.alpha_composite(soft, (box[0], box[1]))
    lettering.draw(card, lines, at, colour, align=align)


def _around(picture: Image.Image, margin: int) -> tuple[int, int, int, int] | None:
    box = picture.getbbox()
    if box is None:
        return None
    return (
        max(0, box[0] - margin),
        max(0, box[1] - margin),
        min(picture.width, box[2] + margin),
        min(picture.height, box[3] + margin),
    )


def _night(canvas: tuple[int, int], scale: float, *, opening: bool) -> Image.Image:
    """The night sky with the stage's light in it.

    All of it is soft, so a quarter of the size is drawn and enlarged; a trace of grain keeps the
    encoder from turning the gradient into steps.
    """
    w, h = canvas[0] // 4, canvas[1] // 4
    sky = ImageOps.colorize(
        Image.linear_gradient("L").resize((w, h), Image.Resampling.BICUBIC), DEEP, DUSK
    )
    if opening:
        beams = [
            _beam((w, h), (-0.02, 0.05, 0.80, 0.34), scale),
            _beam((w, h), (1.02, 0.95, 0.20, 0.66), scale),
        ]
    else:
        beams = [_beam((w, h), (0.71, 0.78, 0.99, 0.55), scale)]
    fall = Image.linear_gradient("L").resize((w, h)).point([255 - v * 3 // 5 for v in range(256)])
    for beam in beams:
        light = ImageOps.colorize(ImageChops.multiply(beam, fall), "#000000", "#9c7526")
        sky = ImageChops.screen(sky, light)
    sky = sky.resize(canvas, Image.Resampling.BICUBIC)
    grain = Image.effect_noise((w * 2, h * 2), 2).resize(canvas, Image.Resampling.BILINEAR)
    sky = ImageChops.add(sky, Image.merge("RGB", [grain] * 3), 1, -128)
    _stars(sky, _OPENING_STARS if opening else _ENDING_STARS, scale)
    return sky


def _beam(
    size: tuple[int, int], corners: tuple[float, float, float, float], scale: float
) -> Image.Image:
    """A beam from above: the places, in widths, of its two upper and two lower corners."""
    beam = Image.new("L", size, 0)
    w, h = size
    first, second, third, fourth = corners
    ImageDraw.Draw(beam).polygon(
        [(first * w, -5), (second * w, -5), (third * w, h), (fourth * w, h)], fill=150
    )
    return beam.filter(ImageFilter.GaussianBlur(4 * scale))


# (x, y, size): strewn by hand, and clear of the words.
_OPENING_STARS = (
    (150, 330, 11),
    (300, 120, 8),
    (520, 84, 6),
    (1430, 96, 8),
    (1650, 300, 11),
    (1790, 130, 7),
    (1800, 640, 7),
    (110, 640, 7),
    (930, 66, 6),
)
_ENDING_STARS = ((1180, 110, 8), (1240, 330, 6), (1850, 96, 9), (1120, 42, 5), (1880, 420, 6))


def _stars(sky: Image.Image, places: tuple[tuple[int, int, int], ...], scale: float) -> None:
    pen = ImageDraw.Draw(sky)
    for x, y, size in places:
        points = []
        for corner in range(8):
            reach = (size if corner % 2 == 0 else size * 0.28) * scale
            angle = corner * math.pi / 4
            points.append(
                (x * scale + reach * math.cos(angle), y * scale + reach * math.sin(angle))
            )
        pen.polygon(points, fill=CREAM)


@dataclass(frozen=True)
class _Wave:
    """A strip of cut paper: its height from the bottom, the swing of its edge, and its colours."""

    height: int
    swing: float
    length: float
    phase: float
    paper: str
    edge: str | None


_WAVES = (
    _Wave(208, 15, 560, 0.6, CORAL, None),
    _Wave(158, 14, 480, 2.2, LAGOON, "#7fe3d9"),
    _Wave(104, 13, 420, 4.1, FOAM, "#b9f3ea"),
)
WAVE_WIDTH = 2240
WAVE_ROOM = 40


def _draw_wave(wave: _Wave, scale: float) -> Image.Image:
    """The strip, with the shadow it throws on the paper behind it."""
    size = (_px(WAVE_WIDTH, scale), _px(wave.height + WAVE_ROOM, scale))
    paper = _below(wave, size, scale, 0)
    soft = _below(wave, size, scale, -7).filter(ImageFilter.BoxBlur(5 * scale))
    strip = Image.new("RGBA", size, SHADOW)
    strip.putalpha(soft.point([value * 110 // 255 for value in range(256)]))
    strip.paste(wave.paper, (0, 0), paper)
    if wave.edge is not None:
        line = ImageChops.subtract(
            _below(wave, size, scale, 7), _below(wave, size, scale, 10)
        ).point([value * 140 // 255 for value in range(256)])
        strip.paste(wave.edge, (0, 0), line)
    return strip


def _below(wave: _Wave, size: tuple[int, int], scale: float, lower: int) -> Image.Image:
    """Everything below the wave's edge, which is drawn twice as fine and smoothed."""
    fine = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    factor = scale * 2
    edge = [(x, (_edge(wave, x / factor) + lower) * factor) for x in range(0, fine.width + 8, 8)]
    ImageDraw.Draw(fine).polygon([*edge, (edge[-1][0], fine.height), (0, fine.height)], fill=255)
    return fine.reduce(2)


def _edge(wave: _Wave, x: float) -> float:
    """A hand's line: two swings of different length that never quite repeat."""
    first = math.sin(2 * math.pi * x / wave.length + wave.phase)
    second = math.sin(2 * math.pi * x / (wave.length * 2.63) + wave.phase * 1.7)
    return WAVE_ROOM + wave.swing * (0.72 * first + 0.55 * second)


def _ribbon(brand: Brand, scale: float, room: int, size: int) -> Image.Image:
    """The award on a strip of coloured paper, cut by hand and a little askew."""
    words = _fit(brand.award, SHOW, size, (room - 110, size * 3), scale)
    pad_x, pad_y = _px(36, scale), _px(12, scale)
    fine = 2
    wide, high = words.width + 2 * pad_x, words.height + 2 * pad_y + _px(4, scale)
    margin = _px(26, scale)
    cut = _px(7, scale)
    corners = [
        (cut, 0),
        (wide - cut * 0.4, cut * 0.7),
        (wide, high - cut),
        (wide * 0.5, high - cut * 0.2),
        (0, high),
        (cut * 0.5, high * 0.5),
    ]
    strip = Image.new("L", ((wide + 2 * margin) * fine, (high + 2 * margin) * fine), 0)
    points = [((x + margin) * fine, (y + margin) * fine) for x, y in corners]
    ImageDraw.Draw(strip).polygon(points, fill=255)
    strip = strip.resize((wide + 2 * margin, high + 2 * margin), Image.Resampling.LANCZOS)
    ribbon = Image.new("RGBA", strip.size)
    shade = Image.new("RGBA", strip.size)
    shade.paste((*SHADOW, 150), (_px(3, scale), _px(7, scale)), strip)
    ribbon = Image.alpha_composite(ribbon, shade.filter(ImageFilter.GaussianBlur(5 * scale)))
    ribbon.paste(ImageColor.getrgb(brand.accent)[:3], (0, 0), strip)
    at = (margin + wide / 2, margin + pad_y)
    lettering.draw(ribbon, words, at, _readable_on(brand.accent), align="center")
    askew = ribbon.rotate(0.8, Image.Resampling.BICUBIC, expand=False)
    return askew.crop((_px(14, scale), margin // 2, askew.width, askew.height - margin // 2))


def _readable_on(colour: str) -> str:
    """Dark or light ink, whichever has more contrast (relative luminance as in WCAG 2)."""
    linear = []
    for value in ImageColor.getrgb(colour)[:3]:
        share = value / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if luminance > 0.18 else "#ffffff"


def _address_panel(brand: Brand, scale: float) -> Image.Image:
    """A sheet of cream paper with the QR code, and below it the address to type."""
    code = segno.make(brand.address, error="m", micro=False)
    modules = [list(row) for row in code.matrix]
    step = max(1, round(400 * scale / len(modules)))
    side = step * len(modules)
    quiet = step * 4
    wide = side + 2 * quiet
    shown = brand.address.split("://", 1)[-1].rstrip("/")
    words = lettering.fit(
        shown,
        BOLD,
        size=_px(32, scale),
        box=(wide - _px(36, scale), _px(130, scale)),
        lines=3,
        smallest=_px(20, scale),
    )
    high = wide + words.height + _px(26, scale)
    margin = _px(24, scale)
    panel = Image.new("RGBA", (wide + 2 * margin, high + 2 * margin))
    shade = Image.new("RGBA", panel.size)
    box = (margin, margin + _px(8, scale), margin + wide, margin + high + _px(8, scale))
    ImageDraw.Draw(shade).rounded_rectangle(box, _px(18, scale), fill=(*SHADOW, 160))
    panel = Image.alpha_composite(panel, shade.filter(ImageFilter.GaussianBlur(8 * scale)))
    pen = ImageDraw.Draw(panel)
    pen.rounded_rectangle(
        (margin, margin, margin + wide, margin + high), _px(18, scale), fill=PAPER
    )
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                x, y = margin + quiet + column * step, margin + quiet + row * step
                pen.rectangle((x, y, x + step - 1, y + step - 1), fill=INK)
    at = (margin + wide / 2, margin + wide - _px(8, scale))
    lettering.draw(panel, words, at, INK, align="center")
    return panel


def _partners(brand: Brand, scale: float) -> Image.Image | None:
    """Partners' logos side by side on one strip of paper, which suits logos made for white."""
    if not brand.partner_logos:
        return None
    logos = [_logo(path, (250, 74), scale) for path in brand.partner_logos[:MOST_PARTNERS]]
    gap, pad = _px(38, scale), _px(20, scale)
    wide = sum(logo.width for logo in logos) + gap * (len(logos) - 1) + 2 * pad
    high = max(logo.height for logo in logos) + 2 * pad
    strip = Image.new("RGBA", (wide, high))
    ImageDraw.Draw(strip).rounded_rectangle((0, 0, wide - 1, high - 1), _px(14, scale), fill=PAPER)
    x = pad
    for logo in logos:
        strip.alpha_composite(logo, (x, (high - logo.height) // 2))
        x += logo.width + gap
    most = _px(1180, scale)
    if strip.width > most:
        strip = strip.resize(
            (most, max(1, round(strip.height * most / strip.width))), Image.Resampling.LANCZOS
        )
    return strip


def _logo(path: Path, box: tuple[int, int], scale: float) -> Image.Image:
    """A logo in its box, never enlarged. Raises `EngineFailed` for what is no picture."""
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_LOGO_PIXELS:
                raise EngineFailed(text("The logo %(name)s is too large.", name=path.name))
            logo = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as failed:
        raise EngineFailed(
            text("The logo %(name)s is not a picture that can be used.", name=path.name)
        ) from failed
    logo.thumbnail((_px(box[0], scale), _px(box[1], scale)), Image.Resampling.LANCZOS)
    return logo


def _is_dark(logo: Image.Image) -> bool:
    """Whether much of a logo is too dark to be seen on night."""
    grey = logo.convert("L").point([255 if value < 90 else 0 for value in range(256)])
    alpha = logo.getchannel("A")
    seen = sum(alpha.histogram()[128:])
    dark = sum(ImageChops.multiply(grey, alpha).histogram()[128:])
    return dark > seen * 0.2


def _on_night(logo: Image.Image, scale: float) -> Image.Image:
    """A dark logo gets a sheet of paper under it; others stand on the night themselves."""
    if not _is_dark(logo):
        return logo
    pad = _px(18, scale)
    sheet = Image.new("RGBA", (logo.width + 2 * pad, logo.height + 2 * pad))
    box = (0, 0, sheet.width - 1, sheet.height - 1)
    ImageDraw.Draw(sheet).rounded_rectangle(box, pad, fill=PAPER)
    sheet.alpha_composite(logo, (pad, pad))
    return sheet


def _coin(size: int) -> Image.Image:
    """The contest's small mark where it has no logo: a gold coin with a play sign."""
    fine = 4
    big = size * fine
    coin = Image.new("RGBA", (big, big))
    pen = ImageDraw.Draw(coin)
    pen.ellipse((0, 0, big - 1, big - 1), fill=GOLD)
    left, right, middle = big * 0.37, big * 0.74, big / 2
    pen.polygon([(left, big * 0.27), (right, middle), (left, big * 0.73)], fill=INK)
    return coin.resize((size, size), Image.Resampling.LANCZOS)
