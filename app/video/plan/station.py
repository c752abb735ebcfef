"""The station's files: slate, black, the announcement to the frame, in one pass from the original.

The layout is what US distributors of spots ask for: five seconds of slate and two of black, both
mute, then exactly 450, 900 or 1800 frames at 29.97 a second, and nothing after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.plan.branded import TAGS, card_of, still_of, tags, with_bug, with_tags
from app.video.plan.graph import Stream, args_of, stamp, upload, wall
from app.video.plan.making import PRIVACY, REC709
from app.video.plan.picture import fan, picture_of
from app.video.plan.sound import Gain, sound_of
from app.video.recipes import FPS, SAMPLE_RATE, STATION_AUDIO_RATE
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.branding import Brand, Layers
    from app.video.source import Source

CANVAS = (1920, 1080)
SLATE_FRAMES, BLACK_FRAMES = 150, 60
LEAD_FRAMES = SLATE_FRAMES + BLACK_FRAMES
LEAD_SAMPLES = LEAD_FRAMES * SAMPLE_RATE * 1001 // 30000
FIRST_TIMECODE = "00:59:53;00"
FIRST_NUMBER = 107_682
"""The number of the frame that `FIRST_TIMECODE` names: the announcement begins on the hour."""
FADE_FRAMES = 10
XDCAM: dict[str, Any] = {
    "c:v": "mpeg2video",
    "profile:v": 0,
    "level:v": 2,
    "b:v": "50M",
    "minrate": "50M",
    "maxrate": "50M",
    "bufsize": 36408333,
    "rc_init_occupancy": 36408333,
    "g": 15,
    "bf": 2,
    "flags:v": "+ildct+ilme+bitexact",
    "top": 1,
    "intra_vlc": 1,
    "non_linear_quant": 1,
    "qmin": 1,
    "qmax": 12,
    "dc": 10,
    "sc_threshold": 1000000000,
}
PRORES: dict[str, Any] = {"c:v": "prores_ks", "profile:v": 3, "vendor": "apl0"}
H264: dict[str, Any] = {
    "c:v": "libx264",
    "preset": "fast",
    "profile:v": "main",
    "level:v": "4.0",
    "b:v": "20M",
    "maxrate": "20M",
    "bufsize": "20M",
    "g": 15,
    "bf": 2,
    "c:a": "aac",
    "b:a": f"{STATION_AUDIO_RATE}k",
    "ar": SAMPLE_RATE,
}
PCM: dict[str, Any] = {"c:a": "pcm_s24le", "ar": SAMPLE_RATE}


@dataclass(frozen=True)
class Slot:
    """The time an announcement fills: `seconds` by name, `frames` to the frame; its end card
    stands from frame `card_from` to the end."""

    seconds: int
    frames: int
    card_from: int

    @property
    def total(self) -> int:
        """All frames of a file, slate and black included."""
        return LEAD_FRAMES + self.frames


def station_step(
    path: Path,
    source: Source,
    targets: Mapping[str, Path],
    gain: Gain,
    brand: Brand,
    layers: Layers,
    slate: Path,
    slot: Slot,
    carrier: Path | None,
) -> Step:
    """All files of the kit in one run. `targets` may have `xdcam`, `prores`, `h264` and `textless`;
    `carrier` is a tiny video that holds the closed captions of every frame."""
    opened = upload(path, source, t=source.duration + 1)
    picture = _exact(picture_of(opened, source, CANVAS), slot.frames)
    clean, picture = fan(picture, 2) if "textless" in targets else [None, picture]
    whole = _with_lead(_with_card(with_bug(picture, layers), layers, slot), slate)
    if carrier is not None:
        under = ffmpeg.input(f"file:{carrier}", format="h264", r=str(FPS))["v"]
        # What lies under another picture hands its captions on; the picture itself is covered.
        under = under.filter("scale", *CANVAS).filter("setsar", 1).filter("format", "yuv420p")
        under = _counted(under)
        whole = ffmpeg.overlay(under, whole, shortest=1)
    whole = whole.filter("trim", end_frame=slot.total)
    seconds = float(slot.frames / FPS)
    sound = sound_of(opened, source, gain).filter("apad").filter("atrim", end=stamp(seconds))
    sound = sound.filter("afade", type="out", start_time=stamp(seconds - 0.1), duration=0.1)
    bare, sound = fan(sound, 2, "asplit") if clean is not None else [None, sound]
    delay = f"{LEAD_SAMPLES}S"
    sound = sound.filter("adelay", f"{delay}|{delay}").filter("apad")
    sound = sound.filter("atrim", end=stamp(float(slot.total / FPS)))
    captioned = carrier is not None
    outputs = _outputs(whole, sound, targets, captioned=captioned)
    if clean is not None:
        outputs.append(_as_h264(clean, bare, targets["textless"], captioned=False))
    args = with_tags(args_of(*outputs), tags(brand))
    length = float(slot.total / FPS)
    return Step("ffmpeg", args, (path,), slate.parent, length, wall(2 * length))


def carrier_step(target: Path, frames: int) -> Step:
    """A raw H.264 video of so many tiny pictures, one slice each, in the order they are shown."""
    black = ffmpeg.input(f"color=c=black:s=64x36:r={FPS}", format="lavfi")["v"]
    output = ffmpeg.output(
        black,
        f"file:{target}",
        format="h264",
        preset="ultrafast",
        bf=0,
        threads=1,
        **{"c:v": "libx264", "frames:v": frames, "x264-params": "slices=1:aud=0"},
    )
    return Step("ffmpeg", args_of(output), (), target.parent, float(frames / FPS), 60)


def _exact(picture: Stream, frames: int) -> Stream:
    picture = picture.filter("tpad", stop_mode="clone", stop=-1)
    return _counted(picture.filter("trim", end_frame=frames))


def _counted(picture: Stream) -> Stream:
    """Each picture's time is its number: nothing is rounded, so that no frame gets lost."""
    return picture.filter("settb", f"{1 / FPS}").filter("setpts", "N")


def _with_card(picture: Stream, layers: Layers, slot: Slot) -> Stream:
    """The end card inside the announcement's own time."""
    length = float((slot.frames - slot.card_from) / FPS)
    waves = [still_of(wave) for wave in layers.waves]
    card = card_of(layers.ending, waves, layers.ending_words, CANVAS, length, rises=False)
    card = card.filter("format", "yuva420p").filter(
        "fade", type="in", start_frame=0, nb_frames=FADE_FRAMES, alpha=1
    )
    card = card.filter("setpts", f"PTS+{stamp(float(slot.card_from / FPS))}/TB")
    shown = ffmpeg.overlay(picture, card, eof_action="repeat", x=0, y=0)
    return shown.filter("trim", end_frame=slot.frames).filter("format", "yuv420p")


def _with_lead(picture: Stream, slate: Path) -> Stream:
    shown = still_of(slate, "yuv420p").filter("tpad", stop_mode="clone", stop=-1)
    shown = shown.filter("trim", end_frame=SLATE_FRAMES).filter("setsar", 1)
    black = ffmpeg.input(f"color=c=black:s=1920x1080:r={FPS}", format="lavfi")["v"]
    black = black.filter("format", "yuv420p").filter("trim", end_frame=BLACK_FRAMES)
    black = black.filter("setsar", 1)
    return _counted(ffmpeg.concat(shown, black, picture.filter("setsar", 1), v=1, a=0))


def _outputs(
    picture: Stream, sound: Stream, targets: Mapping[str, Path], *, captioned: bool
) -> list[Stream]:
    kinds = [kind for kind in ("xdcam", "prores", "h264") if kind in targets]
    pictures = fan(picture, len(kinds))
    sounds = fan(sound, len(kinds), "asplit")
    outputs = []
    for kind, seen, heard in zip(kinds, pictures, sounds, strict=True):
        if kind == "h264":
            outputs.append(_as_h264(seen, heard, targets[kind], captioned=captioned))
        elif kind == "prores":
            seen = seen.filter("format", "yuv422p10le")
            outputs.append(
                _output(seen, heard, targets[kind], "mov", **PRORES, **PCM, pix="yuv422p10le")
            )
        else:
            seen = seen.filter("format", "yuv422p").filter("setfield", "tff")
            # One mono track for each channel, as stations wire them.
            split = heard.filter_multi_output("channelsplit", channel_layout="stereo")
            outputs.append(
                _output(
                    seen,
                    [split[0], split[1]],
                    targets[kind],
                    "mxf",
                    **XDCAM,
                    **PCM,
                    pix="yuv422p",
                    timecode=FIRST_TIMECODE,
                    a53cc=int(captioned),
                )
            )
    return outputs


def _as_h264(picture: Stream, sound: Stream, target: Path, *, captioned: bool) -> Stream:
    options = {**H264, "metadata": TAGS, "movflags": "+faststart", "fflags": "-bitexact"}
    options["a53cc"] = int(captioned)
    if not captioned:
        # Whatever the upload carried between its pictures stays behind.
        options["bsf:v"] = PRIVACY["bsf:v"]
    return _output(picture, sound, target, "mp4", **options)


def _output(
    picture: Stream,
    sound: Stream | list[Stream],
    target: Path,
    form: str,
    *,
    pix: str = "yuv420p",
    **options: Any,
) -> Stream:
    sounds = sound if isinstance(sound, list) else [sound]
    # The flags that keep private things out; between the pictures may stand captions of ours.
    kept = {name: value for name, value in PRIVACY.items() if name not in ("bsf:v", "movflags")}
    if form != "mp4":
        kept.pop("write_tmcd")
    return ffmpeg.output(
        picture,
        *sounds,
        f"file:{target}",
        format=form,
        **{**kept, **REC709, "pix_fmt": pix, **options},
    )
