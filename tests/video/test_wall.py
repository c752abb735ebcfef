"""The poster to hang up says who made the film and leads to it, in any script."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from app.video.branding import Brand, draw_wall_poster
from app.video.verify import has_second_reader, look_again

BRAND = Brand(
    contest="Safety Awards",
    year=2026,
    award="First place, Privacy",
    title="Think Before You Post",
    team="Nā Pueo",
    school="McKinley High School",
    licence="CC BY 4.0",
    address="https://awards.example.org/watch/think",
    tag="Talk to somebody you trust.",
)


def draw(brand: Brand, target: Path, size: tuple[int, int] = (1280, 720)) -> str:
    draw_wall_poster(brand, Image.new("RGB", size, (90, 20, 20)), target)
    reader = PdfReader(target)
    assert len(reader.pages) == 1
    assert (reader.pages[0].mediabox.width, reader.pages[0].mediabox.height) == (612, 792)
    return " ".join(reader.pages[0].extract_text().split())


@pytest.mark.parametrize("size", [(1280, 720), (854, 480), (720, 1280), (64, 64)])
def test_it_says_what_the_film_is_and_where(tmp_path: Path, size: tuple[int, int]) -> None:
    words = draw(BRAND, tmp_path / "wall.pdf", size)

    for part in (
        BRAND.title,
        "Nā Pueo · McKinley High School",
        "awards.example.org/watch/think",
        "Talk to somebody you trust.",
        "Safety Awards 2026",
        "CC BY 4.0",
    ):
        assert part in words, part


@pytest.mark.parametrize(
    "title",
    ["友だちを守る三十秒", "Hoʻokipa ma ka pūnaewele", "친구를 지키는 30초", "فكر قبل أن تنشر"],
)
def test_any_script_is_drawn(tmp_path: Path, title: str) -> None:
    blank = draw(replace(BRAND, title="."), tmp_path / "blank.pdf")
    words = draw(replace(BRAND, title=title), tmp_path / "wall.pdf")

    assert len(words) > len(blank)
    assert "\ufffd" not in words


def test_long_words_stay_on_the_page_and_logos_show(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (900, 120), "navy").save(logo)
    brand = replace(
        BRAND,
        title="A very long title of a film about everything that can happen " * 2,
        school="The Elementary and Intermediate School of a Very Long Valley",
        logo=logo,
        partner_logos=(logo, logo, logo),
    )

    words = draw(brand, tmp_path / "wall.pdf")

    assert "A very long title" in words
    images = PdfReader(tmp_path / "wall.pdf").pages[0].images
    assert len(images) >= 4  # The still, the ribbon, the code, and logos as far as there is room.


def test_the_same_film_gives_the_same_bytes_and_nothing_private(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pdf", tmp_path / "other.pdf"
    draw(BRAND, one)
    draw(BRAND, other)

    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()
    if has_second_reader():
        look_again([one], own_tags=True)
