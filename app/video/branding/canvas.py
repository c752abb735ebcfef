"""What every card is drawn on and with: measures, colours, and words that stand in the light."""

from __future__ import annotations

from PIL import Image, ImageFilter

from app.video import lettering
from app.video.lettering import Lines

WIDTH, HEIGHT = 1920, 1080
SAFE_X, SAFE_Y = 96, 54
NIGHT, DEEP, DUSK, INDIGO = "#151136", "#0d0a26", "#241d5c", "#3a2f9e"
GOLD, CORAL, LAGOON, FOAM = "#ffc742", "#ef6a52", "#12898a", "#27b3aa"
CREAM, MIST, INK, PAPER = "#fbf2df", "#c9c1e6", "#1d1645", "#fffaf0"
SHADOW = (6, 4, 22)


def px(value: float, scale: float) -> int:
    """Whole pixels of a measure on the 1920 by 1080 card, and never none."""
    return max(1, round(value * scale))


def clear(scale: float) -> Image.Image:
    """A card with nothing on it, to be laid over a picture."""
    # 854 columns belong to 480 lines; the nearest even number hides the odd third of a pixel.
    return Image.new("RGBA", (round(WIDTH * scale / 2) * 2, round(HEIGHT * scale)))


def fit(
    words: str,
    style: tuple[str, ...],
    size: int,
    box: tuple[int, int],
    scale: float,
    *,
    lines: int = 2,
) -> Lines:
    """`lettering.fit` in the card's own measures; below 26 only when nothing else helps."""
    return lettering.fit(
        words,
        style,
        size=px(size, scale),
        box=(px(box[0], scale), px(box[1], scale)),
        lines=lines,
        smallest=px(26, scale),
    )


def write(
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
