"""Logos of the contest and its partners, and the mark of a contest that has none."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageOps

from app.texts import text
from app.video.branding.brand import Brand
from app.video.branding.canvas import GOLD, INK, PAPER, px
from app.video.run import EngineFailed

MOST_LOGO_PIXELS = 40_000_000
MOST_PARTNERS = 6


def load_logo(path: Path, box: tuple[int, int], scale: float) -> Image.Image:
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
    logo.thumbnail((px(box[0], scale), px(box[1], scale)), Image.Resampling.LANCZOS)
    return logo


def is_dark(logo: Image.Image) -> bool:
    """Whether much of a logo is too dark to be seen on night."""
    grey = logo.convert("L").point([255 if value < 90 else 0 for value in range(256)])
    alpha = logo.getchannel("A")
    seen = sum(alpha.histogram()[128:])
    dark = sum(ImageChops.multiply(grey, alpha).histogram()[128:])
    return dark > seen * 0.2


def on_night(logo: Image.Image, scale: float) -> Image.Image:
    """A dark logo gets a sheet of paper under it; others stand on the night themselves."""
    if not is_dark(logo):
        return logo
    pad = px(18, scale)
    sheet = Image.new("RGBA", (logo.width + 2 * pad, logo.height + 2 * pad))
    box = (0, 0, sheet.width - 1, sheet.height - 1)
    ImageDraw.Draw(sheet).rounded_rectangle(box, pad, fill=PAPER)
    sheet.alpha_composite(logo, (pad, pad))
    return sheet


def partner_strip(brand: Brand, scale: float) -> Image.Image | None:
    """Partners' logos side by side on one strip of paper, which suits logos made for white."""
    if not brand.partner_logos:
        return None
    logos = [load_logo(path, (250, 74), scale) for path in brand.partner_logos[:MOST_PARTNERS]]
    gap, pad = px(38, scale), px(20, scale)
    wide = sum(logo.width for logo in logos) + gap * (len(logos) - 1) + 2 * pad
    high = max(logo.height for logo in logos) + 2 * pad
    strip = Image.new("RGBA", (wide, high))
    ImageDraw.Draw(strip).rounded_rectangle((0, 0, wide - 1, high - 1), px(14, scale), fill=PAPER)
    x = pad
    for logo in logos:
        strip.alpha_composite(logo, (x, (high - logo.height) // 2))
        x += logo.width + gap
    most = px(1180, scale)
    if strip.width > most:
        strip = strip.resize(
            (most, max(1, round(strip.height * most / strip.width))), Image.Resampling.LANCZOS
        )
    return strip


def draw_coin(size: int) -> Image.Image:
    """The contest's small mark where it has no logo: a gold coin with a play sign."""
    fine = 4
    big = size * fine
    coin = Image.new("RGBA", (big, big))
    pen = ImageDraw.Draw(coin)
    pen.ellipse((0, 0, big - 1, big - 1), fill=GOLD)
    left, right, middle = big * 0.37, big * 0.74, big / 2
    pen.polygon([(left, big * 0.27), (right, middle), (left, big * 0.73)], fill=INK)
    return coin.resize((size, size), Image.Resampling.LANCZOS)
