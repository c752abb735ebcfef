"""The one frame that stands for a video: bright enough, detailed, and never black if avoidable."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageFilter, ImageStat

BLACK = 24.0
WHITE = 236.0


def score(picture: Image.Image) -> float:
    """How well a frame would stand for its video; below zero it is black, white or empty."""
    small = picture.convert("RGB").resize((160, 90), Image.Resampling.BILINEAR)
    grey = small.convert("L")
    light = ImageStat.Stat(grey)
    mean, spread = light.mean[0], light.stddev[0]
    if mean < BLACK or mean > WHITE or spread < 4:
        return -1000 + min(mean, 255 - mean) + spread
    detail = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).mean[0]
    colour = ImageStat.Stat(small.convert("HSV")).mean[1]
    exposure = 1 - abs(mean - 118) / 118
    return 60 * exposure + min(spread, 70) + min(detail, 40) + colour / 8


def best(candidates: Sequence[Path]) -> tuple[Path, float] | None:
    """The best of the candidates and its score; early frames lose a little, as do last ones."""
    ranked: list[tuple[float, Path]] = []
    for position, path in enumerate(candidates):
        with Image.open(path) as picture:
            value = score(picture)
        if position == 0 or position == len(candidates) - 1:
            value -= 25
        ranked.append((value, path))
    if not ranked:
        return None
    value, path = max(ranked, key=lambda pair: pair[0])
    return path, value


def distinct(candidates: Sequence[Path]) -> list[Path]:
    """The candidates without those that show the same picture again."""
    found: dict[bytes, Path] = {}
    for path in candidates:
        found.setdefault(hashlib.sha256(path.read_bytes()).digest(), path)
    return list(found.values())


def choose(candidates: Sequence[Path], offered: int) -> list[tuple[Path, float]]:
    """So many candidates from all over the film, in its order, each with its score: the best of
    every part of it, none of them black or empty. Fewer where there are no more."""
    scored = []
    for path in distinct(candidates):
        with Image.open(path) as picture:
            scored.append((path, score(picture)))
    usable = [(path, value) for path, value in scored if value > 0]
    if len(usable) <= offered:
        return usable
    chosen = []
    for part in range(offered):
        start, end = part * len(usable) // offered, (part + 1) * len(usable) // offered
        chosen.append(max(usable[start:end], key=lambda pair: pair[1]))
    return chosen


def write_jpeg(picture: Image.Image, target: Path, quality: int) -> None:
    """A JPEG with nothing in it but the picture."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture.convert("RGB"))
    clean.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
