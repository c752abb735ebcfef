"""The look at what was made: it finds what should not be there, with any of its readers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.video import run as running
from app.video import verify
from app.video.run import EngineFailed
from app.video.verify import Expected, look_again
from tests.video.clips import ffmpeg, film

CLEAN = ("-fflags", "+bitexact", "-map_metadata", "-1")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clean") / "clean.mp4", *CLEAN, seconds=1)


def _with(clean: Path, folder: Path, *words: str) -> Path:
    path = folder / "told.mp4"
    ffmpeg("-i", clean, "-c", "copy", *words, path)
    return path


@pytest.mark.parametrize("sandbox", ["bubblewrap", "landlock", "flags"])
def test_the_second_reader_lets_a_clean_file_pass(
    clean: Path, monkeypatch: pytest.MonkeyPatch, sandbox: str
) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    if (sandbox, False) in (
        ("bubblewrap", running._walls_hold()),
        ("landlock", running._locks_hold()),
    ):
        pytest.skip(f"no {sandbox} here")
    monkeypatch.setattr(running, "sandbox", lambda: sandbox)

    look_again([clean, clean], own_tags=False)


@pytest.mark.parametrize(
    "words",
    [
        ("-metadata", "comment=555-0199"),
        ("-metadata", "location=+21.3069-157.8583/"),
        ("-metadata", "creation_time=2026-11-26T08:00:00Z"),
        ("-movflags", "use_metadata_tags", "-metadata", "com.apple.quicktime.model=Acme Phone"),
    ],
)
def test_the_second_reader_finds_what_a_file_tells(
    clean: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    told = _with(clean, tmp_path, *words)

    with pytest.raises(EngineFailed, match="inspection"):
        look_again([clean, told], own_tags=False)


def test_the_second_reader_finds_what_a_picture_tells(tmp_path: Path) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    told = Image.Exif()
    told[0x9003] = "2026:11:26 08:00:00"  # DateTimeOriginal
    Image.new("RGB", (64, 64)).save(tmp_path / "clean.jpg")
    Image.new("RGB", (64, 64)).save(tmp_path / "told.jpg", exif=told)

    look_again([tmp_path / "clean.jpg"], own_tags=False)
    with pytest.raises(EngineFailed):
        look_again([tmp_path / "told.jpg"], own_tags=False)


def test_a_date_is_found_behind_one_that_says_nothing(clean: Path, tmp_path: Path) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    data = bytearray(clean.read_bytes())
    second = data.index(b"tkhd", data.index(b"tkhd") + 4) + 8
    data[second : second + 4] = (3_900_000_000).to_bytes(4, "big")
    (tmp_path / "dated.mp4").write_bytes(data)

    with pytest.raises(EngineFailed):
        look_again([tmp_path / "dated.mp4"], own_tags=False)


def test_our_own_words_are_let_pass_where_they_belong(clean: Path, tmp_path: Path) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    told = _with(clean, tmp_path, "-metadata", "title=Mālama", "-metadata", "copyright=CC BY 4.0")

    look_again([told], own_tags=True)
    with pytest.raises(EngineFailed):
        look_again([told], own_tags=False)


def test_what_the_second_reader_can_not_read_does_not_pass(tmp_path: Path) -> None:
    if not verify.has_second_reader():
        pytest.skip("no exiftool here")
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)

    with pytest.raises(EngineFailed):
        look_again([tmp_path / "noise.mp4"], own_tags=False)


def test_without_a_second_reader_the_first_two_stay(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "has_second_reader", lambda: False)
    told = _with(clean, tmp_path, "-metadata", "comment=555-0199")

    look_again([told], own_tags=False)
    with pytest.raises(EngineFailed):
        verify.verify(told, Expected(640, 360, 1.0, sound=True))
    assert "With exiftool installed" in str(verify.inspection())
