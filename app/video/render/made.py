"""A finished file: made aside, verified, and only then renamed to where it is looked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from app.texts import text
from app.video import plan, xmp
from app.video.branding import Brand
from app.video.recipes import Recipe
from app.video.run import EngineFailed, run
from app.video.verify import Expected, look_again, verify

MAKING = ".making-"
MP4, MXF, MOV = "video/mp4", "application/mxf", "video/quicktime"
JPEG, VTT, SCC, HTML = "image/jpeg", "text/vtt", "text/x-scc", "text/html"
PDF = "application/pdf"


@dataclass(frozen=True)
class Made:
    """A verified file. `loudness` is measured, in LUFS; None for pictures and for silence. `codec`
    is that of the picture as ffmpeg names it, or the format of what has none."""

    role: str
    path: Path
    content_type: str
    width: int | None
    height: int | None
    duration: float | None
    bytes: int
    sha256: str
    loudness: float | None
    codec: str


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified(role: str, path: Path, expected: Expected, content_type: str = MP4) -> Made:
    """A film that is what it should be. Raises `EngineFailed` when it is not."""
    seconds = verify(path, expected)
    return Made(
        role,
        path,
        content_type,
        expected.width,
        expected.height,
        seconds,
        path.stat().st_size,
        digest(path),
        None,
        expected.codec,
    )


def verified_rungs(
    recipes: Sequence[Recipe],
    targets: Sequence[Path],
    seconds: float,
    *,
    captions: bool = False,
    own_tags: bool = False,
) -> list[Made]:
    made = [
        verified(
            recipe.role,
            target,
            Expected(recipe.width, recipe.height, seconds, True, captions, own_tags),
        )
        for recipe, target in zip(recipes, targets, strict=True)
    ]
    inspect(made, own_tags=own_tags)
    return made


def inspect(films: Sequence[Made], *, own_tags: bool = False) -> None:
    """Decode the first and the last second of each film, and have a second reader look for what
    they tell. Raises `EngineFailed` for one that does not play from its beginning or to its end, or
    that tells more than it should."""
    look_again([one.path for one in films], own_tags=own_tags)
    outcome = run(plan.ends_step([(one.path, one.content_type) for one in films]))
    if outcome.errors:
        raise EngineFailed(text("A finished file does not play to its end."), outcome.tail)


def with_words(made: Sequence[Made], brand: Brand) -> list[Made]:
    """The same files with title, makers and licence as XMP, after they were verified without."""
    done = []
    for one in made:
        xmp.append(one.path, brand)
        done.append(replace(one, bytes=one.path.stat().st_size, sha256=digest(one.path)))
    return done


def made_still(role: str, path: Path, content_type: str = JPEG) -> Made:
    """A picture with nothing in it but the picture. Raises `EngineFailed`."""
    with Image.open(path) as picture:
        width, height = picture.size
        if picture.getexif():
            raise EngineFailed(text("The still picture is not clean."))
    size = path.stat().st_size
    codec = {JPEG: "mjpeg"}.get(content_type, content_type.rpartition("/")[2])
    return Made(role, path, content_type, width, height, None, size, digest(path), None, codec)


def made_words(role: str, path: Path, content_type: str, words: str) -> Made:
    """A text file of ours, written here."""
    path.write_text(words, encoding="utf-8")
    size = path.stat().st_size
    kind = content_type.rpartition("/")[2]
    return Made(role, path, content_type, None, None, None, size, digest(path), None, kind)


def made_page(role: str, path: Path) -> Made:
    """A printed page of ours."""
    size = path.stat().st_size
    return Made(role, path, PDF, None, None, None, size, digest(path), None, "pdf")


@contextmanager
def aside(out_dir: Path) -> Iterator[Path]:
    """A folder for half-made files inside `out_dir`, gone afterwards whatever happens. What a
    process left there that was killed goes first."""
    out_dir.mkdir(parents=True, exist_ok=True)
    for left in out_dir.glob(f"{MAKING}*"):
        owner = left.name.removeprefix(MAKING).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{MAKING}{os.getpid()}-", dir=out_dir.resolve()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def published(made: Sequence[Made], out_dir: Path) -> list[Made]:
    """Each file under its final name."""
    done = []
    for one in made:
        final = out_dir / one.path.name
        one.path.replace(final)
        done.append(replace(one, path=final))
    return done
