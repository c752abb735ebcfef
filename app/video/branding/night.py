"""What stands behind the words: the night sky with the stage's light, and the paper waves."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from app.video.branding.canvas import CORAL, CREAM, DEEP, DUSK, FOAM, LAGOON, SHADOW, px

# (x, y, size): strewn by hand, and clear of the words.
_OPENING_STARS = (
    (150, 330, 11),
    (300, 120, 8),
    (520, 84, 6),
    (1430, 96, 8),
    (1650, 300, 11),
    (1790, 130, 7),
    (1800, 640, 7),
    (110, 640, 7),
    (930, 66, 6),
)
_ENDING_STARS = ((1180, 110, 8), (1240, 330, 6), (1850, 96, 9), (1120, 42, 5), (1880, 420, 6))


def draw_night(canvas: tuple[int, int], scale: float, *, opening: bool) -> Image.Image:
    """The night sky with the stage's light in it.

    All of it is soft, so a quarter of the size is drawn and enlarged; a trace of grain keeps the
    encoder from turning the gradient into steps.
    """
    w, h = canvas[0] // 4, canvas[1] // 4
    sky = ImageOps.colorize(
        Image.linear_gradient("L").resize((w, h), Image.Resampling.BICUBIC), DEEP, DUSK
    )
    if opening:
        beams = [
            _beam((w, h), (-0.02, 0.05, 0.80, 0.34), scale),
            _beam((w, h), (1.02, 0.95, 0.20, 0.66), scale),
        ]
    else:
        beams = [_beam((w, h), (0.71, 0.78, 0.99, 0.55), scale)]
    fall = Image.linear_gradient("L").resize((w, h)).point([255 - v * 3 // 5 for v in range(256)])
    for beam in beams:
        light = ImageOps.colorize(ImageChops.multiply(beam, fall), "#000000", "#9c7526")
        sky = ImageChops.screen(sky, light)
    sky = sky.resize(canvas, Image.Resampling.BICUBIC)
    grain = Image.effect_noise((w * 2, h * 2), 2).resize(canvas, Image.Resampling.BILINEAR)
    sky = ImageChops.add(sky, Image.merge("RGB", [grain] * 3), 1, -128)
    _stars(sky, _OPENING_STARS if opening else _ENDING_STARS, scale)
    return sky


def _beam(
    size: tuple[int, int], corners: tuple[float, float, float, float], scale: float
) -> Image.Image:
    """A beam from above: the places, in widths, of its two upper and two lower corners."""
    beam = Image.new("L", size, 0)
    w, h = size
    first, second, third, fourth = corners
    ImageDraw.Draw(beam).polygon(
        [(first * w, -5), (second * w, -5), (third * w, h), (fourth * w, h)], fill=150
    )
    return beam.filter(ImageFilter.GaussianBlur(4 * scale))


def _stars(sky: Image.Image, places: tuple[tuple[int, int, int], ...], scale: float) -> None:
    pen = ImageDraw.Draw(sky)
    for x, y, size in places:
        points = []
        for corner in range(8):
            reach = (size if corner % 2 == 0 else size * 0.28) * scale
            angle = corner * math.pi / 4
            points.append(
                (x * scale + reach * math.cos(angle), y * scale + reach * math.sin(angle))
            )
        pen.polygon(points, fill=CREAM)


@dataclass(frozen=True)
class Wave:
    """A strip of cut paper: its height from the bottom, the swing of its edge, and its colours."""

    height: int
    swing: float
    length: float
    phase: float
    paper: str
    edge: str | None


WAVES = (
    Wave(208, 15, 560, 0.6, CORAL, None),
    Wave(158, 14, 480, 2.2, LAGOON, "#7fe3d9"),
    Wave(104, 13, 420, 4.1, FOAM, "#b9f3ea"),
)
WAVE_WIDTH = 2240
WAVE_ROOM = 40


def draw_wave(wave: Wave, scale: float) -> Image.Image:
    """The strip, with the shadow it throws on the paper behind it."""
    size = (px(WAVE_WIDTH, scale), px(wave.height + WAVE_ROOM, scale))
    paper = _below(wave, size, scale, 0)
    soft = _below(wave, size, scale, -7).filter(ImageFilter.BoxBlur(5 * scale))
    strip = Image.new("RGBA", size, SHADOW)
    strip.putalpha(soft.point([value * 110 // 255 for value in range(256)]))
    strip.paste(wave.paper, (0, 0), paper)
    if wave.edge is not None:
        line = ImageChops.subtract(
            _below(wave, size, scale, 7), _below(wave, size, scale, 10)
        ).point([value * 140 // 255 for value in range(256)])
        strip.paste(wave.edge, (0, 0), line)
    return strip


def _below(wave: Wave, size: tuple[int, int], scale: float, lower: int) -> Image.Image:
    """Everything below the wave's edge, which is drawn twice as fine and smoothed."""
    fine = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    factor = scale * 2
    edge = [(x, (_edge(wave, x / factor) + lower) * factor) for x in range(0, fine.width + 8, 8)]
    ImageDraw.Draw(fine).polygon([*edge, (edge[-1][0], fine.height), (0, fine.height)], fill=255)
    return fine.reduce(2)


def _edge(wave: Wave, x: float) -> float:
    """A hand's line: two swings of different length that never quite repeat."""
    first = math.sin(2 * math.pi * x / wave.length + wave.phase)
    second = math.sin(2 * math.pi * x / (wave.length * 2.63) + wave.phase * 1.7)
    return WAVE_ROOM + wave.swing * (0.72 * first + 0.55 * second)
