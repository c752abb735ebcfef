"""Cards put together as they look in a film, for a page on which somebody designs them."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from app.video.branding.brand import Brand
from app.video.branding.bug import draw_bug
from app.video.branding.canvas import HEIGHT, WIDTH
from app.video.branding.cards import draw_ending_words, draw_lower_third, draw_opening_words
from app.video.branding.night import WAVES, draw_night, draw_wave
from app.video.branding.social import draw_sheet, sheet_of

SCALE = 0.5
# Stands for a film: neither light nor dark.
PICTURE = "#7b8fa6"
UPRIGHT = (1080, 1920)


def _opening(brand: Brand) -> Image.Image:
    return _carded(draw_opening_words(brand, SCALE), opening=True)


def _ending(brand: Brand) -> Image.Image:
    return _carded(draw_ending_words(brand, SCALE), opening=False)


def _carded(words: Image.Image, *, opening: bool) -> Image.Image:
    card = draw_night(words.size, SCALE, opening=opening).convert("RGBA")
    for wave in WAVES:
        strip = draw_wave(wave, SCALE)
        shown = strip.crop((0, 0, card.width, strip.height))
        card.alpha_composite(shown, (0, card.height - strip.height))
    card.alpha_composite(words)
    return card


def _film(brand: Brand) -> Image.Image:
    frame = Image.new("RGBA", (round(WIDTH * SCALE), round(HEIGHT * SCALE)), PICTURE)
    bug, (from_right, top) = draw_bug(brand, SCALE)
    frame.alpha_composite(bug, (frame.width - from_right, top))
    if brand.lower_third:
        frame.alpha_composite(draw_lower_third(brand, SCALE))
    return frame


def _upright(brand: Brand) -> Image.Image:
    sheet = sheet_of(UPRIGHT, WIDTH, HEIGHT)
    card = draw_sheet(brand, sheet)
    card.alpha_composite(Image.new("RGBA", sheet.picture, PICTURE), sheet.at)
    return card.resize((UPRIGHT[0] // 2, UPRIGHT[1] // 2))


EXAMPLES: dict[str, Callable[[Brand], Image.Image]] = {
    "opening": _opening,
    "film": _film,
    "ending": _ending,
    "upright": _upright,
}
"""What each card is called, and how it is drawn."""
