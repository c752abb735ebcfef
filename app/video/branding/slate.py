"""The slate before a station's copy: what it is, how long, whose, under which code."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from app.video.branding.brand import Brand
from app.video.branding.canvas import (
    CREAM,
    GOLD,
    HEIGHT,
    MIST,
    NIGHT,
    SAFE_X,
    SAFE_Y,
    WIDTH,
    fit,
    write,
)
from app.video.lettering import BOLD, PLAIN, SHOW

GAP = 20
LABEL_WIDTH = 330


def draw_slate(brand: Brand, rows: Sequence[tuple[str, str]]) -> Image.Image:
    """A slate of 1920 by 1080 with the title and one line for each (label, words), all inside the
    title-safe area. Raises `EngineFailed` when no font is found."""
    slate = Image.new("RGBA", (WIDTH, HEIGHT), NIGHT)
    left, room = SAFE_X + 40, WIDTH - 2 * (SAFE_X + 40)
    ImageDraw.Draw(slate).rectangle((left, SAFE_Y + 46, left + 120, SAFE_Y + 54), fill=GOLD)
    title = fit(brand.title, SHOW, 92, (room, 220), 1.0)
    y = float(SAFE_Y + 74)
    write(slate, title, (left, y), "#ffffff")
    y += title.height + 34
    floor = HEIGHT - SAFE_Y - 40
    each = round((floor - y) / max(1, len(rows)) - GAP)
    for label, words in rows:
        name = fit(label, PLAIN, 36, (LABEL_WIDTH - 20, each), 1.0, lines=1)
        value = fit(words, BOLD, 42, (room - LABEL_WIDTH, each), 1.0)
        write(slate, name, (left, y + (value.step - name.step) / 2), MIST)
        write(slate, value, (left + LABEL_WIDTH, y), CREAM)
        y += value.height + GAP
    return slate.convert("RGB")
