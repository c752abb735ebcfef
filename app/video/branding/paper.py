"""Cut paper with words on it: the award's ribbon, and the sheet with the address."""

from __future__ import annotations

import segno
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from app.video import lettering
from app.video.branding.brand import Brand
from app.video.branding.canvas import INK, PAPER, SHADOW, fit, px
from app.video.lettering import BOLD, SHOW


def cut_ribbon(brand: Brand, scale: float, room: int, size: int) -> Image.Image:
    """The award on a strip of coloured paper, cut by hand and a little askew."""
    words = fit(brand.award, SHOW, size, (room - 110, size * 3), scale)
    pad_x, pad_y = px(36, scale), px(12, scale)
    fine = 2
    wide, high = words.width + 2 * pad_x, words.height + 2 * pad_y + px(4, scale)
    margin = px(26, scale)
    cut = px(7, scale)
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
    shade.paste((*SHADOW, 150), (px(3, scale), px(7, scale)), strip)
    ribbon = Image.alpha_composite(ribbon, shade.filter(ImageFilter.GaussianBlur(5 * scale)))
    ribbon.paste(ImageColor.getrgb(brand.accent)[:3], (0, 0), strip)
    at = (margin + wide / 2, margin + pad_y)
    lettering.draw(ribbon, words, at, _readable_on(brand.accent), align="center")
    askew = ribbon.rotate(0.8, Image.Resampling.BICUBIC, expand=False)
    return askew.crop((px(14, scale), margin // 2, askew.width, askew.height - margin // 2))


def _readable_on(colour: str) -> str:
    """Dark or light ink, whichever has more contrast (relative luminance as in WCAG 2)."""
    linear = []
    for value in ImageColor.getrgb(colour)[:3]:
        share = value / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if luminance > 0.18 else "#ffffff"


def address_panel(brand: Brand, scale: float) -> Image.Image:
    """A sheet of cream paper with the QR code, and below it the address to type."""
    code = segno.make(brand.address, error="m", micro=False)
    modules = [list(row) for row in code.matrix]
    step = max(1, round(400 * scale / len(modules)))
    side = step * len(modules)
    quiet = step * 4
    wide = side + 2 * quiet
    words = lettering.fit(
        brand.shown_address,
        BOLD,
        size=px(32, scale),
        box=(wide - px(36, scale), px(130, scale)),
        lines=3,
        smallest=px(20, scale),
    )
    high = wide + words.height + px(26, scale)
    margin = px(24, scale)
    panel = Image.new("RGBA", (wide + 2 * margin, high + 2 * margin))
    shade = Image.new("RGBA", panel.size)
    box = (margin, margin + px(8, scale), margin + wide, margin + high + px(8, scale))
    ImageDraw.Draw(shade).rounded_rectangle(box, px(18, scale), fill=(*SHADOW, 160))
    panel = Image.alpha_composite(panel, shade.filter(ImageFilter.GaussianBlur(8 * scale)))
    pen = ImageDraw.Draw(panel)
    pen.rounded_rectangle((margin, margin, margin + wide, margin + high), px(18, scale), fill=PAPER)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                x, y = margin + quiet + column * step, margin + quiet + row * step
                pen.rectangle((x, y, x + step - 1, y + step - 1), fill=INK)
    at = (margin + wide / 2, margin + wide - px(8, scale))
    lettering.draw(panel, words, at, INK, align="center")
    return panel
