"""From a source and recipes to the steps that make them: pure, nothing is run or read here.

Every step that opens an upload forces one demuxer and carries the same limits. Every file that is
made carries the same privacy flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.recipes import FPS, GOP_FRAMES, PREVIEW, SAMPLE_RATE, TRUE_PEAK, Recipe, StillRecipe
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.source import Source

# ffmpeg-python has no types; its streams and outputs stay inside this package.
Stream = Any

GUARDS: dict[str, Any] = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts",
    "max_streams": 32,
}
MOST_PIXELS = 8192 * 4320
PRIVACY: dict[str, Any] = {
    "map_metadata": -1,
    "map_metadata:s": -1,
    "map_chapters": -1,
    "sn": None,
    "dn": None,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    # SEI messages carry encoder settings, and whatever a camera wrote between the pictures.
    "bsf:v": "filter_units=remove_types=6",
    "write_tmcd": 0,
    "movflags": "+faststart",
    "max_muxing_queue_size": 1024,
}
REC709: dict[str, Any] = {
    "pix_fmt": "yuv420p",
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
}
# Names of matrices that swscale takes; ffprobe's other answers say nothing usable.
SCALE_MATRICES = {
    "bt709": "bt709",
    "smpte170m": "smpte170m",
    "bt470bg": "bt470",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
HD_LINES = 720
SAME_SHAPE = 0.005
WALL_PER_SECOND = 20.0
# Seconds for which the last picture stands while the sound plays on.
MOST_HELD = 10


@dataclass(frozen=True)
class Gain:
    """What is done to the sound: `db` of gain, and whether a limiter holds its peaks."""

    db: float = 0.0
    limited: bool = False


@dataclass(frozen=True)
class Cards:
    """Where a branded video's parts lie: seconds of opening, crossfade and end card."""

    opening: float
    fade: float
    ending: float

    @property
    def shift(self) -> float:
        """Seconds by which the video itself starts later."""
        return self.opening - self.fade

    def total(self, seconds: float) -> float:
        """The length of the whole for a video of `seconds`."""
        return self.opening + seconds + self.ending - 2 * self.fade


@dataclass(frozen=True)
class Framing:
    """A picture's place on its canvas, in pixels; `fills` when nothing is left to fill."""

    canvas: tuple[int, int]
    picture: tuple[int, int]

    @property
    def fills(self) -> bool:
        return self.canvas == self.picture


def framing(source: Source, width: int, height: int) -> Framing:
    """The largest undistorted place for the picture on a canvas, in even pixels."""
    shape, room = source.width / source.height, width / height
    if abs(shape / room - 1) <= SAME_SHAPE:
        return Framing((width, height), (width, height))
    if shape > room:
        return Framing((width, height), (width, _even(width / shape)))
    return Framing((width, height), (_even(height * shape), height))


def preview_size(source: Source) -> tuple[int, int]:
    """The preview keeps the picture's own shape; its short side is at most the recipe's."""
    share = min(1.0, PREVIEW.height / min(source.width, source.height))
    return _even(source.width * share), _even(source.height * share)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


# Opening an upload


def _guarded(container: str) -> list[str]:
    words: list[str] = []
    for name, value in GUARDS.items():
        words += [f"-{name}", str(value)]
    return [*words, "-f", container]


def probe_step(path: Path, container: str) -> Step:
    args = [*_guarded(container), "-max_pixels", str(MOST_PIXELS)]
    args += ["-show_format", "-show_streams", "-show_chapters", "-of", "json", f"file:{path}"]
    return Step("ffprobe", tuple(args), reads=(path,))


def first_frame_step(path: Path, container: str, index: int) -> Step:
    args = [*_guarded(container), "-max_pixels", str(MOST_PIXELS)]
    args += ["-select_streams", str(index), "-read_intervals", "%+#1"]
    args += ["-show_entries", "frame=color_transfer,color_primaries,color_space"]
    return Step("ffprobe", (*args, "-of", "json", f"file:{path}"), reads=(path,))


def packets_step(path: Path, container: str, index: int) -> Step:
    args = [*_guarded(container), "-select_streams", str(index), "-read_intervals", "%+900"]
    args += ["-show_entries", "packet=pts_time,duration_time"]
    return Step("ffprobe", (*args, "-of", "json", f"file:{path}"), reads=(path,))


def _upload(path: Path, source: Source, **options: Any) -> Stream:
    return ffmpeg.input(
        f"file:{path}",
        format=source.container,
        max_pixels=MOST_PIXELS,
        **GUARDS,
        **options,
    )


def _args(*outputs: Stream) -> tuple[str, ...]:
    merged = outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs)
    return tuple(str(word) for word in merged.get_args())


def _nothing(*streams: Stream, **options: Any) -> Stream:
    return ffmpeg.output(*streams, "-", format="null", **options)


# Looking and listening


def decode_step(path: Path, source: Source, *, longest: float, wall: float) -> Step:
    """Decodes all of it to nothing, up to `longest` seconds, and measures the peak of its sound."""
    upload = _upload(path, source, t=longest, skip_loop_filter="all")
    streams = [upload[str(source.video_index)].filter("fps", fps=str(FPS), start_time=0)]
    if source.audio_index is not None:
        streams.append(upload[str(source.audio_index)].filter("volumedetect"))
    return Step(
        "ffmpeg",
        _args(_nothing(*streams)),
        reads=(path,),
        seconds=min(source.duration, longest),
        wall=wall,
        loglevel="level+info",
    )


def decode_ending_step(path: Path, source: Source) -> Step:
    """Decodes the last two seconds only."""
    upload = _upload(path, source, ss=max(0.0, source.duration - 2))
    picture = upload[str(source.video_index)]
    return Step("ffmpeg", _args(_nothing(picture)), reads=(path,), seconds=2.0, wall=30.0)


def loudness_step(path: Path, source: Source, gain: Gain, cards: Cards | None = None) -> Step:
    """Measures the sound as a rendition would have it (ITU-R BS.1770, EBU R 128)."""
    upload = _upload(path, source, vn=None, t=source.duration + 1)
    sound = sound_of(upload, source, gain, cards).filter("ebur128", peak="true", framelog="verbose")
    return Step(
        "ffmpeg",
        _args(_nothing(sound)),
        reads=(path,),
        seconds=source.duration,
        wall=120 + source.duration,
        loglevel="level+info",
    )


def made_loudness_step(path: Path) -> Step:
    """Measures the sound of a rendition of ours."""
    made = ffmpeg.input(f"file:{path}", format="mov", protocol_whitelist="file", vn=None)
    sound = made["a:0"].filter("ebur128", peak="true", framelog="verbose")
    return Step("ffmpeg", _args(_nothing(sound)), reads=(path,), wall=180, loglevel="level+info")


# Sound


def sound_of(upload: Stream, source: Source, gain: Gain, cards: Cards | None = None) -> Stream:
    """Stereo sound exactly as long as the picture; silence where there is none."""
    seconds = source.duration
    if source.audio_index is None:
        sound = ffmpeg.input(
            f"anullsrc=r={SAMPLE_RATE}:cl=stereo", format="lavfi", t=_seconds(seconds)
        )["a"]
    else:
        sound = upload[str(source.audio_index)]
        sound = sound.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
    sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    sound = sound.filter("apad").filter("atrim", end=_seconds(seconds))
    if gain.db:
        sound = sound.filter("volume", f"{gain.db:.2f}dB")
    if cards is not None:
        sound = _between_cards(sound, seconds, cards)
    if gain.limited:
        ceiling = 10 ** ((TRUE_PEAK - 0.5) / 20)
        sound = sound.filter("alimiter", limit=f"{ceiling:.4f}", level=0)
    return sound


def _between_cards(sound: Stream, seconds: float, cards: Cards) -> Stream:
    total = cards.total(seconds)
    delay = round(cards.shift * 1000)
    fade_out = max(0.0, seconds - cards.fade)
    sound = sound.filter("afade", type="in", duration=min(cards.fade, seconds) / 4)
    sound = sound.filter("afade", type="out", start_time=_seconds(fade_out), duration=cards.fade)
    sound = sound.filter("adelay", f"{delay}|{delay}").filter("apad")
    sound = sound.filter("atrim", end=_seconds(total))
    opening = ffmpeg.input(
        f"aevalsrc={_chime(OPENING_NOTES)}|{_chime(OPENING_NOTES, 0.011)}"
        f":s={SAMPLE_RATE}:d={_seconds(cards.opening + 2)}",
        format="lavfi",
    )["a"]
    ending_at = round((total - cards.ending) * 1000)
    ending = ffmpeg.input(
        f"aevalsrc={_chime(ENDING_NOTES)}|{_chime(ENDING_NOTES, 0.011)}"
        f":s={SAMPLE_RATE}:d={_seconds(cards.ending)}",
        format="lavfi",
    )["a"].filter("adelay", f"{ending_at}|{ending_at}")
    mixed = ffmpeg.filter([sound, opening, ending], "amix", inputs=3, duration="first", normalize=0)
    return mixed.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


# (start in seconds, hertz): plucked strings, a rising G major over the opening, a soft D-G close.
OPENING_NOTES = ((0.15, 196.0), (0.35, 246.94), (0.55, 293.66), (0.8, 392.0), (1.1, 493.88))
ENDING_NOTES = ((0.5, 293.66), (0.7, 392.0), (0.95, 493.88))


def _chime(notes: Sequence[tuple[float, float]], late: float = 0.0) -> str:
    """A lavfi expression: each note a decaying tone with two overtones; commas are escaped."""
    tones = []
    for start, hertz in notes:
        t = f"(t-{start + late:.3f})"
        body = f"sin(2*PI*{hertz}*{t})+0.4*sin(2*PI*{hertz * 2}*{t})+0.12*sin(2*PI*{hertz * 3}*{t})"
        tones.append(f"gte(t\\,{start + late:.3f})*exp(-2.6*{t})*min(1\\,{t}*200)*({body})")
    return f"0.075*({'+'.join(tones)})"


# Picture


def picture_of(upload: Stream, source: Source, canvas: tuple[int, int]) -> Stream:
    """The upright picture on its canvas: steady rate, square pixels, BT.709, exact length."""
    frame = framing(source, *canvas)
    picture = _steady(upload[str(source.video_index)], source)
    picture = _toned(_scaled(picture, source, frame.picture), source)
    return picture if frame.fills else _on_blur(picture, frame)


def _steady(picture: Stream, source: Source) -> Stream:
    # The cut comes before the constant rate: a file with two frames ten hours apart would
    # otherwise be filled with a million copies.
    picture = picture.filter("trim", end=_seconds(source.duration + 0.5))
    if source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame")
    picture = picture.filter("fps", fps=str(FPS), start_time=0)
    picture = picture.filter("tpad", stop_mode="clone", stop_duration=MOST_HELD)
    return picture.filter("trim", end=_seconds(source.duration))


def _scaled(picture: Stream, source: Source, size: tuple[int, int]) -> Stream:
    options: dict[str, Any] = {}
    if not source.hdr:
        options = {"in_color_matrix": _matrix(source), "out_color_matrix": "bt709"}
        options["out_range"] = "tv"
    return picture.filter("scale", *size, **options).filter("setsar", 1)


def _matrix(source: Source) -> str:
    known = SCALE_MATRICES.get(source.matrix or "")
    if known:
        return known
    return "bt709" if min(source.width, source.height) >= HD_LINES else "smpte170m"


def _toned(picture: Stream, source: Source) -> Stream:
    """HDR to BT.709. The input's colours are named because containers often don't."""
    if not source.hdr:
        return picture.filter("format", "yuv420p")
    picture = picture.filter(
        "zscale", tin=source.transfer, pin="bt2020", min="bt2020nc", rin="tv", t="linear", npl=203
    )
    picture = picture.filter("format", "gbrpf32le").filter("zscale", p="bt709")
    picture = picture.filter("tonemap", tonemap="mobius", desat=0, peak=10)
    return picture.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", "yuv420p")


def _on_blur(picture: Stream, frame: Framing) -> Stream:
    width, height = frame.canvas
    both = picture.filter_multi_output("split")
    # Blurring a small copy costs half of blurring the canvas and looks the same.
    ground = both[0].filter("scale", 192, 108, force_original_aspect_ratio="increase")
    ground = ground.filter("crop", 192, 108).filter("boxblur", 4, 2)
    ground = ground.filter("scale", width, height).filter("eq", brightness=-0.08)
    ground = ground.filter("setsar", 1)
    placed = ffmpeg.overlay(ground, both[1], x="(W-w)/2", y="(H-h)/2")
    return placed.filter("setsar", 1).filter("format", "yuv420p")


def fan(stream: Stream, times: int, split: str = "split") -> list[Stream]:
    """The same stream so many times."""
    if times == 1:
        return [stream]
    copies = stream.filter_multi_output(split, times)
    return [copies[i] for i in range(times)]


# Making


def encode(recipe: Recipe) -> dict[str, Any]:
    """Encoder options of a recipe: H.264 High with closed 2-second GOPs, AAC-LC stereo."""
    return {
        "c:v": "libx264",
        "preset": recipe.preset,
        "profile:v": "high",
        "crf": recipe.crf,
        "maxrate": f"{recipe.maxrate}k",
        "bufsize": f"{recipe.bufsize}k",
        "g": GOP_FRAMES,
        "keyint_min": GOP_FRAMES,
        "sc_threshold": 0,
        "c:a": "aac",
        "b:a": f"{recipe.audio_rate}k",
        "ar": SAMPLE_RATE,
        "ac": 2,
        **REC709,
        **PRIVACY,
    }


def remux_step(path: Path, source: Source, target: Path) -> Step:
    """The same pictures and sound in a clean file: nothing is encoded."""
    upload = _upload(path, source)
    streams = [upload[str(source.video_index)]]
    if source.audio_index is not None:
        streams.append(upload[str(source.audio_index)])
    output = ffmpeg.output(*streams, f"file:{target}", c="copy", format="mp4", **PRIVACY)
    return Step(
        "ffmpeg", _args(output), (path,), target.parent, source.duration, 60 + source.duration
    )


def preview_step(
    path: Path, source: Source, target: Path, stills: StillRecipe, pattern: str
) -> Step:
    """A quick small rendition and the poster's candidates, in one decode."""
    upload = _upload(path, source, t=source.duration + 1)
    steady = fan(_steady(upload[str(source.video_index)], source), 2)
    size = preview_size(source)
    small = _toned(_scaled(steady[0], source, size), source)
    video = ffmpeg.output(
        small,
        sound_of(upload, source, Gain()),
        f"file:{target}",
        format="mp4",
        **encode(PREVIEW),
    )
    rate = f"{stills.candidates}/{_seconds(source.duration)}"
    frame = framing(source, stills.width, stills.height)
    candidates = _toned(_scaled(steady[1].filter("fps", fps=rate), source, frame.picture), source)
    if not frame.fills:
        candidates = _on_blur(candidates, frame)
    return Step(
        "ffmpeg",
        _args(video, _stills(candidates, stills, pattern)),
        (path,),
        target.parent,
        source.duration,
        _wall(source.duration),
    )


def stills_step(
    path: Path,
    source: Source,
    folder: Path,
    stills: StillRecipe,
    pattern: str,
    *,
    keyframes_only: bool,
) -> Step:
    """The poster's candidates alone, spread over the video; from keyframes in a fraction of the
    time of a whole decode."""
    options = {"skip_frame": "nokey"} if keyframes_only else {}
    upload = _upload(path, source, t=source.duration + 1, **options)
    apart = _seconds(source.duration / stills.candidates)
    picture = upload[str(source.video_index)].filter(
        "select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{apart})"
    )
    if source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame")
    frame = framing(source, stills.width, stills.height)
    picture = _toned(_scaled(picture, source, frame.picture), source)
    if not frame.fills:
        picture = _on_blur(picture, frame)
    return Step(
        "ffmpeg",
        _args(_stills(picture, stills, pattern)),
        (path,),
        folder,
        source.duration,
        _wall(source.duration),
    )


def _stills(picture: Stream, stills: StillRecipe, pattern: str) -> Stream:
    return ffmpeg.output(
        picture,
        pattern,
        format="image2",
        fps_mode="vfr",
        map_metadata=-1,
        **{"c:v": "ppm", "frames:v": stills.candidates},
    )


def ladder_step(
    path: Path, source: Source, recipes: Sequence[Recipe], targets: Sequence[Path], gain: Gain
) -> Step:
    """All rungs in one run: one decode, one clean-up, then a scale and an encoder each."""
    upload = _upload(path, source, t=source.duration + 1)
    top = max(recipes, key=lambda recipe: recipe.height)
    picture = picture_of(upload, source, (top.width, top.height))
    sound = sound_of(upload, source, gain)
    return Step(
        "ffmpeg",
        _args(*rung_outputs(picture, sound, recipes, targets)),
        (path,),
        targets[0].parent,
        source.duration,
        _wall(source.duration),
    )


def rung_outputs(
    picture: Stream,
    sound: Stream,
    recipes: Sequence[Recipe],
    targets: Sequence[Path],
    *extra: Stream,
    **options: Any,
) -> list[Stream]:
    """One output per recipe; `picture` has the size of the highest."""
    top = max(recipe.height for recipe in recipes)
    pictures = fan(picture, len(recipes))
    sounds = fan(sound, len(recipes), "asplit")
    outputs = []
    for recipe, target, seen, heard in zip(recipes, targets, pictures, sounds, strict=True):
        if recipe.height != top:
            seen = seen.filter("scale", recipe.width, recipe.height).filter("setsar", 1)
        settings = {**encode(recipe), **options}
        outputs.append(
            ffmpeg.output(seen, heard, *extra, f"file:{target}", format="mp4", **settings)
        )
    return outputs


def _wall(seconds: float) -> float:
    return 120 + WALL_PER_SECOND * seconds


def _seconds(value: float) -> str:
    return f"{value:.4f}"
