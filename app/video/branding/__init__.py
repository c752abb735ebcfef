"""The contest's mark on a winner: opening card, corner bug, end card, drawn for television.

Cards are laid out on 1920 by 1080 and drawn at the size of the canvas they are for. Everything that
must be read stands inside the title-safe area (SMPTE ST 2046-1: 90 %).
"""

from app.video.branding.brand import Brand
from app.video.branding.bug import draw_bug, draw_poster
from app.video.branding.canvas import SAFE_X, SAFE_Y
from app.video.branding.cards import (
    CARDS,
    Layers,
    draw_ending_words,
    draw_layers,
    draw_lower_third,
    draw_opening_words,
)
from app.video.branding.credits import draw_credits
from app.video.branding.examples import EXAMPLES
from app.video.branding.slate import draw_slate
from app.video.branding.wall import draw_wall_poster

__all__ = [
    "CARDS",
    "EXAMPLES",
    "SAFE_X",
    "SAFE_Y",
    "Brand",
    "Layers",
    "draw_bug",
    "draw_credits",
    "draw_ending_words",
    "draw_layers",
    "draw_lower_third",
    "draw_opening_words",
    "draw_poster",
    "draw_slate",
    "draw_wall_poster",
]
