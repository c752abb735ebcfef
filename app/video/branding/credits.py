"""The credits slate: a still picture a team can put at the end of its video."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from app.video.branding.canvas import CREAM, HEIGHT, MIST, SAFE_X, SAFE_Y, WIDTH, clear, fit, write
from app.video.branding.night import draw_night
from app.video.lettering import BOLD, PLAIN

GAP = 18


def draw_credits(title: str, lines: Sequence[str]) -> Image.Image:
    """A slate of 1920 by 1080 with the title and the credits line by line, all inside the
    title-safe area: the more there are, the smaller they stand, and none is left out.

    Raises `EngineFailed` when no font is found.
    """
    slate = draw_night((WIDTH, HEIGHT), 1.0, opening=False).convert("RGBA")
    words = clear(1.0)
    room = WIDTH - 2 * (SAFE_X + 60)
    head = fit(title, BOLD, 64, (room, 150), 1.0)
    floor = HEIGHT - 2 * SAFE_Y - head.height - 60
    size = 44
    while True:
        each = max(1, floor // max(1, len(lines)) - GAP)
        blocks = [fit(line, PLAIN, size, (room, each), 1.0, lines=3) for line in lines]
        tall = sum(block.height + GAP for block in blocks)
        if tall <= floor or size <= 14:
            break
        size -= 2
    y = SAFE_Y + (HEIGHT - 2 * SAFE_Y - head.height - 40 - tall) / 2
    write(words, head, (WIDTH / 2, y), CREAM, align="center")
    y += head.height + 40
    for block in blocks:
        write(words, block, (WIDTH / 2, y), MIST, align="center")
        y += block.height + GAP
    slate.alpha_composite(words)
    return slate.convert("RGB")
