"""What we make, as data: sizes, qualities and rates of every rendition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

FPS = Fraction(30000, 1001)
GOP_FRAMES = 60
SAMPLE_RATE = 48000
WEB_LOUDNESS = -16.0
TRUE_PEAK = -1.5
# The smallest rung is made even of a smaller picture: players need one they can rely on.
SMALLEST_RUNG = 480


@dataclass(frozen=True)
class Recipe:
    """A rendition: rates in kbit/s, `crf` and `preset` as libx264 knows them."""

    role: str
    width: int
    height: int
    crf: int
    preset: str
    maxrate: int
    bufsize: int
    audio_rate: int


WEB_1080 = Recipe("web_1080", 1920, 1080, 23, "veryfast", 7500, 10000, 128)
WEB_720 = Recipe("web_720", 1280, 720, 23, "veryfast", 4200, 6000, 128)
WEB_480 = Recipe("web_480", 854, 480, 23, "veryfast", 1800, 3000, 128)
LADDER = (WEB_1080, WEB_720, WEB_480)

WINNER_LADDER = tuple(
    replace(recipe, role=recipe.role.replace("web", "winner"), crf=21, audio_rate=160)
    for recipe in LADDER
)

PREVIEW = Recipe("preview", 854, 480, 26, "superfast", 1500, 3000, 96)


@dataclass(frozen=True)
class StillRecipe:
    """A still picture; `quality` is JPEG's, `candidates` how many frames it is chosen from."""

    role: str
    width: int
    height: int
    quality: int
    candidates: int


POSTER = StillRecipe("poster", 1280, 720, 86, 12)


def rungs(recipes: tuple[Recipe, ...], short_side: int) -> tuple[Recipe, ...]:
    """The recipes that don't enlarge a picture whose short side has so many lines."""
    return tuple(r for r in recipes if r.height <= max(short_side, SMALLEST_RUNG))
