"""The opening card and the end card, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.video.branding.brand import Brand
from app.video.branding.bug import draw_bug
from app.video.branding.canvas import (
    CREAM,
    HEIGHT,
    MIST,
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
from app.video.lettering import BOLD, PLAIN, SHOW
from app.video.plan import Cards

CARDS = Cards(opening=3.0, fade=0.5, ending=4.5)


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
        "opening": draw_night(canvas, scale, opening=True),
        "opening_words": draw_opening_words(brand, scale),
        "ending": draw_night(canvas, scale, opening=False),
        "ending_words": draw_ending_words(brand, scale),
        "bug": bug,
    }
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
    )


def draw_opening_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Contest, award, title and makers, centred above the waves."""
    card = clear(scale)
    room = WIDTH - 2 * (SAFE_X + 110)
    middle = WIDTH / 2
    edition = fit(brand.edition, BOLD, 46, (room, 118), scale)
    title = fit(brand.title, SHOW, 138, (room, 330), scale)
    makers = fit(brand.makers, BOLD, 46, (room, 118), scale)
    ribbon = cut_ribbon(brand, scale, room, 50)
    logo = on_night(load_logo(brand.logo, (420, 130), scale), scale) if brand.logo else None
    gap = 34 * scale
    parts = [edition.height, ribbon.height, title.height, makers.height]
    if logo is not None:
        parts.append(logo.height)
    whole = sum(parts) + gap * (len(parts) - 1)
    y = max(SAFE_Y * scale, 440 * scale - whole / 2)
    if logo is not None:
        card.alpha_composite(logo, (round(middle * scale - logo.width / 2), round(y)))
        y += logo.height + gap
    write(card, edition, (middle * scale, y), CREAM, align="center")
    y += edition.height + gap * 0.8
    card.alpha_composite(ribbon, (round(middle * scale - ribbon.width / 2), round(y)))
    y += ribbon.height + gap
    write(card, title, (middle * scale, y), "#ffffff", align="center")
    y += title.height + gap * 0.8
    write(card, makers, (middle * scale, y), MIST, align="center")
    return card


def draw_ending_words(brand: Brand, scale: float = 1.0) -> Image.Image:
    """Everything again to read at leisure, with the address as words and as a QR code."""
    card = clear(scale)
    left, top = SAFE_X + 24, SAFE_Y + 62
    panel = address_panel(brand, scale)
    panel_x = WIDTH - SAFE_X - 24 - panel.width / scale
    room = round(panel_x - left - 84)
    partners = partner_strip(brand, scale)
    floor = 872 - (partners.height / scale + 26 if partners is not None else 0)
    ribbon = cut_ribbon(brand, scale, room, 46)
    edition = fit(brand.edition, BOLD, 38, (room, 100), scale)
    team = fit(brand.team, BOLD, 50, (room, 130), scale, lines=2)
    school = fit(brand.school, BOLD, 40, (room, 108), scale)
    licence = fit(brand.licence, PLAIN, 28, (room, 84), scale)
    gap = 24 * scale
    others = sum(part.height for part in (ribbon, edition, team, school, licence)) + 6 * gap
    title_room = round((floor - top) - others / scale)
    title = fit(brand.title, SHOW, 104, (room, max(title_room, 120)), scale, lines=3)
    y = top * scale + max(0.0, ((floor - top) * scale - others - title.height) / 2)
    x = left * scale
    write(card, edition, (x, y), MIST)
    y += edition.height + gap
    card.alpha_composite(ribbon, (round(x - 10 * scale), round(y)))
    y += ribbon.height + gap
    write(card, title, (x, y), "#ffffff")
    y += title.height + gap
    write(card, team, (x, y), CREAM)
    y += team.height + gap * 0.3
    write(card, school, (x, y), MIST)
    y += school.height + gap * 1.2
    write(card, licence, (x, y), MIST)
    panel_y = (top + (872 - top) / 2) * scale - panel.height / 2
    if partners is not None:
        card.alpha_composite(partners, (round(x), round(floor * scale + 26 * scale)))
    card.alpha_composite(panel, (round(panel_x * scale), round(max(top * scale, panel_y))))
    return card
