"""The mark that stays in the picture's corner, and the poster that carries it."""

from __future__ import annotations

from PIL import Image, ImageColor, ImageDraw

from app.video import lettering
from app.video.branding.brand import Brand
from app.video.branding.canvas import CREAM, HEIGHT, NIGHT, PAPER, SAFE_X, SAFE_Y, WIDTH, px
from app.video.branding.logos import draw_coin, is_dark, load_logo
from app.video.branding.paper import cut_ribbon
from app.video.lettering import BOLD


def draw_bug(brand: Brand, scale: float = 1.0) -> tuple[Image.Image, tuple[int, int]]:
    """The corner bug, and how far its top left lies from the canvas's right and top."""
    if brand.logo is not None:
        mark = load_logo(brand.logo, (300, 96), scale)
    else:
        words = lettering.fit(
            brand.contest, BOLD, size=px(29, scale), box=(px(400, scale), px(78, scale))
        )
        coin = draw_coin(px(66, scale))
        size = (coin.width + px(16, scale) + words.width + 4, max(coin.height, words.height + 4))
        mark = Image.new("RGBA", size)
        mark.alpha_composite(coin, (0, (size[1] - coin.height) // 2))
        at = (coin.width + px(16, scale), (size[1] - words.height) / 2)
        lettering.draw(mark, words, at, CREAM)
    margin = px(16, scale)
    bug = Image.new("RGBA", (mark.width + 2 * margin, mark.height + 2 * margin))
    box = (0, 0, bug.width - 1, bug.height - 1)
    # A sheet of night behind the mark: without it a bright picture swallows the words.
    sheet = PAPER if brand.logo is not None and is_dark(mark) else NIGHT
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
    ribbon = cut_ribbon(brand, scale, round(WIDTH * 0.7), 58)
    x, floor = round((SAFE_X - 10) * scale), round((HEIGHT - SAFE_Y - 20) * scale)
    card.alpha_composite(ribbon, (x, floor - ribbon.height))
    return card.convert("RGB")
