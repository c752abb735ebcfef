"""Short clips made from nothing, each different, for demonstration seasons and for tests."""

from __future__ import annotations

import math
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import ffmpeg
from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageOps

from app.video import lettering
from app.video.lettering import BOLD, SHOW
from app.video.plan import encode
from app.video.plan.graph import Stream, args_of, stamp
from app.video.plan.picture import fan
from app.video.recipes import Recipe
from app.video.run import run
from app.video.step import Step
from app.video.verify import Expected, verify

CLIP = Recipe("clip", 640, 360, 25, "ultrafast", 1200, 2400, 96)
CLIP_FPS = 24
SOUND_RATE = 8000
FINE = 3


@dataclass(frozen=True)
class _Palette:
    sky: str
    glow: str
    near: str
    far: str
    things: tuple[str, str, str]
    paper: str
    ink: str


_PALETTES = (
    _Palette(
        "#151136",
        "#3a2f9e",
        "#12898a",
        "#ef6a52",
        ("#ffc742", "#fbf2df", "#7fe3d9"),
        "#fbf2df",
        "#1d1645",
    ),
    _Palette(
        "#ffd9a0",
        "#ff9f6b",
        "#22577a",
        "#38a3a5",
        ("#fff6e0", "#e63946", "#22577a"),
        "#22577a",
        "#fff6e0",
    ),
    _Palette(
        "#0b3c49",
        "#13747d",
        "#f2c14e",
        "#f78154",
        ("#fffdf7", "#f2c14e", "#b9f3ea"),
        "#fffdf7",
        "#0b3c49",
    ),
    _Palette(
        "#f7ede2",
        "#f5cac3",
        "#84a59d",
        "#f28482",
        ("#f28482", "#3d405b", "#f6bd60"),
        "#3d405b",
        "#f7ede2",
    ),
    _Palette(
        "#2d1e4f",
        "#8f3985",
        "#efc88b",
        "#cf5c36",
        ("#f4e3b2", "#7fe3d9", "#ff9b85"),
        "#f4e3b2",
        "#2d1e4f",
    ),
    _Palette(
        "#bde0fe",
        "#e9f5ff",
        "#2a9d8f",
        "#8ac926",
        ("#ff595e", "#1d3557", "#ffca3a"),
        "#1d3557",
        "#f1faee",
    ),
    _Palette(
        "#101820",
        "#27455c",
        "#5c946e",
        "#80c2af",
        ("#f2aa4c", "#a0ddff", "#fefae0"),
        "#f2aa4c",
        "#101820",
    ),
)
_PENTATONIC = (0, 2, 4, 7, 9, 12, 14, 16)


def make_clip(
    out: Path,
    *,
    seed: int,
    seconds: float,
    title: str,
    subtitle: str,
    width: int = 640,
    height: int = 360,
) -> None:
    """A moving clip with a title and a tune, ready for the web; the same seed, the same clip.

    Width and height are even numbers of pixels. Raises `EngineFailed`.
    """
    dice = random.Random(seed)  # noqa: S311 - a picture's colours are no secret
    palette = _PALETTES[seed % len(_PALETTES)]
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out.parent) as name:
        folder = Path(name)
        target = folder / "clip.mp4"
        picture = _picture(folder, dice, palette, (title, subtitle), (width, height), seconds)
        output = ffmpeg.output(
            picture,
            _sound(dice, seconds),
            f"file:{target}",
            format="mp4",
            **{**encode(CLIP), "aac_coder": "fast"},
        )
        wall = 60 + 10 * seconds
        run(Step("ffmpeg", args_of(output), (), folder, seconds, wall))
        verify(target, Expected(width, height, seconds, sound=True))
        target.replace(out)


def _picture(
    folder: Path,
    dice: random.Random,
    palette: _Palette,
    words: tuple[str, str],
    size: tuple[int, int],
    seconds: float,
) -> Stream:
    w, h = size
    sky = _drawn(_sky(dice, palette, size), folder / "sky.png")
    scene = sky.filter("tpad", stop_mode="clone", stop_duration=stamp(seconds))
    scene = scene.filter("trim", end=stamp(seconds))
    draw = dice.choice(_THINGS)
    for number in range(3):
        side = round(h * dice.uniform(0.16, 0.34))
        sprite = _drawn(draw(side, palette.things[number], palette.sky), folder / f"t{number}.png")
        for copy, sprite_copy in enumerate(fan(sprite, 2)):
            x, y = _path(dice, size, side, number * 2 + copy)
            scene = ffmpeg.overlay(scene, sprite_copy, x=x, y=y)
    for number, colour in enumerate((palette.far, palette.near)):
        share = 0.30 - 0.11 * number
        hills = _hills(dice, colour, (round(w * 1.5), round(h * share)))
        strip = _drawn(hills, folder / f"h{number}.png")
        reach = w * 0.25
        turn = dice.uniform(0.25, 0.5) * (1 if number else -1)
        x = f"-{reach:.0f}+{reach * 0.9:.0f}*sin({turn:.3f}*t+{dice.uniform(0, 6):.2f})"
        scene = ffmpeg.overlay(scene, strip, x=x, y="H-h")
    sign = _drawn(_sign(words, palette, size), folder / "sign.png")
    settle = f"{round(h * 0.09)}+{round(h * 0.012)}*sin(1.3*t)"
    scene = ffmpeg.overlay(scene, sign, x="(W-w)/2", y=settle)
    return scene.filter("format", "yuv420p").filter("setsar", 1)


def _drawn(picture: Image.Image, path: Path) -> Stream:
    picture.save(path, compress_level=1)
    form = "yuv420p" if picture.mode == "RGB" else "yuva420p"
    still = ffmpeg.input(f"file:{path}", format="png_pipe", framerate=CLIP_FPS)["v"]
    return still.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", form)


def _path(dice: random.Random, size: tuple[int, int], side: int, number: int) -> tuple[str, str]:
    """Where a thing is at time t: it drifts through and comes round, or swings about a place."""
    w, h = size
    if number % 2:
        speed = dice.uniform(0.05, 0.14) * w
        start = dice.uniform(0, w + side)
        x = f"mod({start:.0f}+{speed:.1f}*t,{w + side})-{side}"
    else:
        middle = (number / 2 + 0.5) / 3 * w - side / 2
        x = f"{middle:.0f}+{w * 0.08:.0f}*sin({dice.uniform(0.4, 1.1):.2f}*t+{number})"
    level = dice.uniform(0.30, 0.62) * h
    swing = dice.uniform(0.04, 0.10) * h
    pace = dice.uniform(0.8, 1.9)
    return x, f"{level:.0f}+{swing:.0f}*sin({pace:.2f}*t+{number * 1.3:.2f})"


def _sky(dice: random.Random, palette: _Palette, size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    sky = ImageOps.colorize(ramp, palette.sky, palette.glow)
    sun = Image.new("L", size, 0)
    radius = size[1] * dice.uniform(0.14, 0.3)
    x, y = size[0] * dice.uniform(0.2, 0.8), size[1] * dice.uniform(0.35, 0.6)
    ImageDraw.Draw(sun).ellipse((x - radius, y - radius, x + radius, y + radius), fill=150)
    sky.paste(palette.things[0], (0, 0), sun.filter(ImageFilter.GaussianBlur(size[1] * 0.02)))
    return sky


def _hills(dice: random.Random, colour: str, size: tuple[int, int]) -> Image.Image:
    w, h = size[0] * 2, size[1] * 2
    shape = Image.new("L", (w, h), 0)
    long, short = dice.uniform(0.5, 0.85) * h, dice.uniform(0.15, 0.3) * h
    phase = dice.uniform(0, 6)
    edge = [
        (
            x,
            0.45 * h
            + 0.36 * long * math.sin(x / (h * 1.6) + phase)
            + 0.3 * short * math.sin(x / (h * 0.7)),
        )
        for x in range(0, w + 8, 8)
    ]
    ImageDraw.Draw(shape).polygon([*edge, (w, h), (0, h)], fill=255)
    hills = Image.new("RGBA", size, colour)
    hills.putalpha(shape.reduce(2))
    return hills


def _sign(words: tuple[str, str], palette: _Palette, size: tuple[int, int]) -> Image.Image:
    """The title on a sheet of paper, the subtitle below it."""
    w, h = size
    room = round(w * 0.8)
    short = min(w, h)
    title = lettering.fit(
        words[0], SHOW, size=round(short * 0.105), box=(room, round(h * 0.26)), smallest=14
    )
    below = lettering.fit(
        words[1], BOLD, size=round(short * 0.05), box=(room, round(h * 0.12)), smallest=10
    )
    pad = round(short * 0.04)
    wide = max(title.width, below.width) + 2 * pad
    high = title.height + below.height + 2 * pad
    sheet = Image.new("RGBA", (wide + 8, high + 8))
    pen = ImageDraw.Draw(sheet)
    shade = (*ImageColor.getrgb(palette.sky)[:3], 110)
    pen.polygon([(6, 8), (wide + 6, 5), (wide + 3, high + 6), (3, high + 8)], fill=shade)
    pen.polygon([(3, 3), (wide, 0), (wide - 3, high - 2), (0, high + 2)], fill=palette.paper)
    lettering.draw(sheet, title, (wide / 2, pad * 0.8), palette.ink, align="center")
    at = (wide / 2, pad + title.height)
    lettering.draw(sheet, below, at, palette.ink, align="center")
    return sheet


def _sprite(side: int) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    big = Image.new("RGBA", (side * FINE, side * FINE))
    return big, ImageDraw.Draw(big), side * FINE / 100


def _smooth(big: Image.Image) -> Image.Image:
    return big.reduce(FINE)


def _bubble(side: int, colour: str, detail: str) -> Image.Image:
    """A speech bubble with three lines in it."""
    big, pen, u = _sprite(side)
    pen.rounded_rectangle((4 * u, 10 * u, 96 * u, 72 * u), 18 * u, fill=colour)
    pen.polygon([(22 * u, 66 * u), (50 * u, 70 * u), (18 * u, 94 * u)], fill=colour)
    for y, end in ((26, 78), (41, 84), (56, 60)):
        pen.rounded_rectangle((18 * u, (y - 4) * u, end * u, (y + 3) * u), 3 * u, fill=detail)
    return _smooth(big)


def _phone(side: int, colour: str, detail: str) -> Image.Image:
    big, pen, u = _sprite(side)
    pen.rounded_rectangle((24 * u, 3 * u, 76 * u, 97 * u), 10 * u, fill=colour)
    pen.rounded_rectangle((29 * u, 12 * u, 71 * u, 84 * u), 4 * u, fill=detail)
    pen.ellipse((46 * u, 87 * u, 54 * u, 95 * u), fill=detail)
    pen.polygon([(42 * u, 34 * u), (64 * u, 48 * u), (42 * u, 62 * u)], fill=colour)
    return _smooth(big)


def _lock(side: int, colour: str, detail: str) -> Image.Image:
    big, pen, u = _sprite(side)
    pen.arc((27 * u, 6 * u, 73 * u, 66 * u), 180, 360, fill=colour, width=round(11 * u))
    pen.rectangle((27 * u, 34 * u, 38 * u, 52 * u), fill=colour)
    pen.rectangle((62 * u, 34 * u, 73 * u, 52 * u), fill=colour)
    pen.rounded_rectangle((16 * u, 46 * u, 84 * u, 95 * u), 9 * u, fill=colour)
    pen.ellipse((42 * u, 58 * u, 58 * u, 74 * u), fill=detail)
    pen.polygon([(47 * u, 68 * u), (53 * u, 68 * u), (57 * u, 86 * u), (43 * u, 86 * u)], detail)
    return _smooth(big)


def _fish(side: int, colour: str, detail: str) -> Image.Image:
    big, pen, u = _sprite(side)
    pen.polygon([(4 * u, 24 * u), (34 * u, 50 * u), (4 * u, 76 * u)], fill=colour)
    pen.ellipse((20 * u, 22 * u, 96 * u, 78 * u), fill=colour)
    pen.ellipse((74 * u, 38 * u, 84 * u, 48 * u), fill=detail)
    pen.arc((38 * u, 34 * u, 62 * u, 66 * u), 290, 70, fill=detail, width=round(4 * u))
    return _smooth(big)


def _star(side: int, colour: str, detail: str) -> Image.Image:
    big, pen, u = _sprite(side)
    points = []
    for corner in range(10):
        reach = 48 if corner % 2 == 0 else 22
        angle = math.pi * corner / 5 - math.pi / 2
        points.append(((50 + reach * math.cos(angle)) * u, (52 + reach * math.sin(angle)) * u))
    pen.polygon(points, fill=colour)
    for x in (40, 60):
        pen.ellipse(((x - 4) * u, 42 * u, (x + 4) * u, 50 * u), fill=detail)
    pen.arc((38 * u, 46 * u, 62 * u, 66 * u), 20, 160, fill=detail, width=round(4 * u))
    return _smooth(big)


def _heart(side: int, colour: str, detail: str) -> Image.Image:
    big, pen, u = _sprite(side)
    pen.ellipse((8 * u, 12 * u, 54 * u, 58 * u), fill=colour)
    pen.ellipse((46 * u, 12 * u, 92 * u, 58 * u), fill=colour)
    pen.polygon([(12 * u, 46 * u), (88 * u, 46 * u), (50 * u, 94 * u)], fill=colour)
    pen.arc((18 * u, 20 * u, 44 * u, 46 * u), 180, 270, fill=detail, width=round(5 * u))
    return _smooth(big)


_THINGS = (_bubble, _phone, _lock, _fish, _star, _heart)


def _sound(dice: random.Random, seconds: float) -> Stream:
    """A plucked tune of eight notes over a long low one; computed once and looped."""
    root = dice.choice((174.61, 196.0, 220.0, 246.94, 261.63))
    beat = round(dice.uniform(0.26, 0.42) * SOUND_RATE) / SOUND_RATE
    notes = dice.choices(_PENTATONIC, k=8)
    tones = [_pluck(root * 2 ** (note / 12), i * beat, 4.0) for i, note in enumerate(notes)]
    tones.append(_pluck(root / 2, 0.0, 0.9))
    bar = round(8 * beat * SOUND_RATE)
    source = f"aevalsrc={'+'.join(tones)}:s={SOUND_RATE}:d={stamp(bar / SOUND_RATE)}"
    tune = ffmpeg.input(source, format="lavfi")["a"]
    tune = tune.filter("aloop", loop=-1, size=bar).filter("atrim", end=stamp(seconds))
    tune = tune.filter("afade", type="out", start_time=stamp(max(0, seconds - 1)), duration=1)
    tune = tune.filter("aresample", 48000)
    return tune.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


def _pluck(hertz: float, start: float, decay: float) -> str:
    t = f"(t-{start:.4f})"
    struck = f"gte(t\\,{start:.4f})*min(1\\,{t}*150)"
    return f"0.2*{struck}*exp(-{decay}*{t})*sin(2*PI*{hertz:.2f}*{t})"
