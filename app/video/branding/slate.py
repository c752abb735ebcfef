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

LABEL_WIDTH = 360
RULE = "#2f2a5e"


def draw_slate(brand: Brand, rows: Sequence[tuple[str, str]]) -> Image.Image:
    """A slate of 1920 by 1080 with the title and one line for each (label, words), all inside the
    title-safe area. Raises `EngineFailed` when no font is found."""
    slate = Image.new("RGBA", (WIDTH, HEIGHT), NIGHT)
    left, room = SAFE_X + 40, WIDTH - 2 * (SAFE_X + 40)
    ImageDraw.Draw(slate).rectangle((left, SAFE_Y + 46, left + 120, SAFE_Y + 54), fill=GOLD)
    title = fit(brand.title, SHOW, 92, (room, 220), 1.0)
    y = float(SAFE_Y + 74)
    write(slate, title, (left, y), "#ffffff")
    y += title.height + 26
    pitch = (HEIGHT - SAFE_Y - 24 - y) / max(1, len(rows))
    ruled = ImageDraw.Draw(slate)
    for label, words in rows:
        ruled.rectangle((left, y, left + room, y + 1), fill=RULE)
        name = fit(label, PLAIN, 38, (LABEL_WIDTH - 20, round(pitch) - 12), 1.0, lines=1)
        value = fit(words, BOLD, 48, (room - LABEL_WIDTH, round(pitch) - 12), 1.0)
        write(slate, name, (left, y + (pitch - name.height) / 2), MIST)
        write(slate, value, (left + LABEL_WIDTH, y + (pitch - value.height) / 2), CREAM)
        y += pitch
    return slate.convert("RGB")
