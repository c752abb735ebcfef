"""What we make, as data: sizes, qualities and rates of every rendition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

FPS = Fraction(30000, 1001)
GOP_FRAMES = 60
SAMPLE_RATE = 48000
WEB_LOUDNESS = -16.0
TRUE_PEAK = -1.5
# ATSC A/85, and what distributors of spots take.
STATION_LOUDNESS = -24.0
STATION_PEAK = -2.0
STATION_AUDIO_RATE = 224
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

SCHOOL_720 = Recipe("school_720", 1280, 720, 22, "veryfast", 4200, 6000, 160)
SQUARE = Recipe("square", 1080, 1080, 22, "veryfast", 5000, 8000, 160)
VERTICAL = Recipe("vertical", 1080, 1920, 22, "veryfast", 7000, 10000, 160)

PREVIEW = Recipe("preview", 854, 480, 26, "superfast", 1500, 3000, 96)


@dataclass(frozen=True)
class StillRecipe:
    """A still picture; `quality` is JPEG's, `candidates` how many frames are looked at, `offered`
    how many of them people may choose from."""

    role: str
    width: int
    height: int
    quality: int
    candidates: int
    offered: int


POSTER = StillRecipe("poster", 1280, 720, 86, 15, 5)


@dataclass(frozen=True)
class PictureFormat:
    """A format of small pictures: what Pillow calls it and what it is told."""

    name: str
    content_type: str
    options: Mapping[str, int | bool]


PICTURE_WIDTHS = (320, 640, 960)
"""A card on a phone, on a laptop, and on a screen with twice the dots."""
PICTURE_FORMATS = {
    "avif": PictureFormat("AVIF", "image/avif", {"quality": 55, "speed": 8}),
    "webp": PictureFormat("WEBP", "image/webp", {"quality": 76, "method": 6}),
    "jpg": PictureFormat(
        "JPEG", "image/jpeg", {"quality": 80, "optimize": True, "progressive": True}
    ),
}
"""The best first."""


def picture_role(family: str, width: int, kind: str) -> str:
    """What a size of a picture is recorded as: card_640_avif."""
    return f"{family}_{width}_{kind}"


@dataclass(frozen=True)
class StoryboardRecipe:
    """Many small pictures of a film on one sheet; sizes of each in pixels."""

    columns: int
    rows: int
    width: int
    height: int
    quality: int

    @property
    def pictures(self) -> int:
        return self.columns * self.rows


STORYBOARD = StoryboardRecipe(5, 5, 160, 90, 76)


def rungs(recipes: tuple[Recipe, ...], short_side: int) -> tuple[Recipe, ...]:
    """The recipes that don't enlarge a picture whose short side has so many lines."""
    return tuple(r for r in recipes if r.height <= max(short_side, SMALLEST_RUNG))
