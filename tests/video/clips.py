"""Films and Sources for the engine's tests, made by ffmpeg itself."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.video.run import find_tool
from app.video.source import Source

DEV_MEDIA = Path(__file__).parents[3] / "shared" / "media" / "dev"

SOURCE = Source(
    container="mov",
    duration=30.0,
    width=1920,
    height=1080,
    fps=29.97,
    video_codec="h264",
    audio_codec="aac",
    rotation=0,
    hdr=False,
    interlaced=False,
    remuxable=True,
    video_index=0,
    audio_index=1,
    channels=2,
    pix_fmt="yuv420p",
    transfer="bt709",
    matrix="bt709",
    full_range=False,
    square=True,
    bytes=30_000_000,
)


# A quiet tone with a full-scale click twice a second: it needs more gain than its peaks allow.
CLICKS = "aevalsrc=0.05*sin(880*PI*t)+0.9*lt(mod(t\\,0.5)\\,0.002)*sin(6000*PI*t):s=48000"


def source(**changes: Any) -> Source:
    """A plain phone video of 30 seconds, but for the changes."""
    return replace(SOURCE, **changes)


def ffmpeg(*words: str | Path) -> None:
    """Runs ffmpeg outside the engine, and fails loudly."""
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y", *map(str, words)]
    subprocess.run(argv, check=True, timeout=120)  # noqa: S603


def film(
    path: Path,
    *words: str,
    seconds: float = 2.0,
    size: str = "640x360",
    rate: str = "30",
    picture: str = "testsrc2",
    sound: str | None = "sine=frequency=440:sample_rate=48000",
    codec: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
) -> Path:
    """A film of a test picture and a tone; `words` are further output options."""
    joint = "" if picture.endswith(":") else "="
    inputs = ["-f", "lavfi", "-i", f"{picture}{joint}size={size}:rate={rate}"]
    maps = ["-map", "0:v"]
    if sound is not None:
        inputs += ["-f", "lavfi", "-i", sound]
        maps += ["-map", "1:a"]
    ffmpeg(*inputs, *maps, "-t", str(seconds), *codec, *words, path)
    return path


def turned(path: Path) -> Path:
    """Makes players turn a MOV clockwise, as a phone held upright does: by its display matrix."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    data[at : at + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def decoded(path: Path, at: float, size: tuple[int, int]) -> bytes:
    """One frame as RGB bytes, scaled to `size`."""
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-ss", str(at), "-i", str(path)]
    argv += ["-frames:v", "1", "-vf", f"scale={size[0]}:{size[1]}", "-f", "rawvideo"]
    argv += ["-pix_fmt", "rgb24", "-"]
    done = subprocess.run(argv, check=True, timeout=60, capture_output=True)  # noqa: S603
    return done.stdout


def pixel(frame: bytes, size: tuple[int, int], x: int, y: int) -> tuple[int, int, int]:
    start = (y * size[0] + x) * 3
    return (frame[start], frame[start + 1], frame[start + 2])
