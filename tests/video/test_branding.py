"""Cards: everything on them, inside the safe area, in any script."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.video import lettering
from app.video.branding import (
    SAFE_X,
    SAFE_Y,
    Brand,
    draw_bug,
    draw_ending_words,
    draw_layers,
    draw_opening_words,
    draw_poster,
)
from app.video.lettering import BOLD, SHOW
from app.video.run import EngineFailed

BRAND = Brand(
    contest="Honolulu Internet Safety Awards",
    year=2026,
    award="1st place · Cyberbullying",
    title="Before You Press Send",
    team="The Night Owls",
    school="McKinley High School",
    licence="Free to use: CC BY 4.0",
    address="https://awards.example.org/watch/before-you-press-send",
)
LONG = replace(
    BRAND,
    award="Award of the Legislature for Outstanding Community Service · Grades nine to twelve",
    title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen and what my grandmother "
    "would say if she could read every single message that you have ever sent to anybody",
    team="Nā Keiki o ka ʻĀina a me nā Hoaaloha Mau Loa o ke Kula Kiʻekiʻe",
    school="Ke Kula Kaiapuni ʻo Ānuenue, Intermediate and High School of the Digital Media Arts",
    licence="Creative Commons Attribution-ShareAlike 4.0 International (CC BY-SA 4.0)",
)
JAPANESE = replace(
    BRAND, title="パスワードは歯ブラシと同じ：毎日使い、誰にも貸さない", team="夜のふくろう"
)
ARABIC = replace(BRAND, title="فكّر قبل أن تنشر", team="فريق البوم")


@pytest.mark.parametrize("brand", [BRAND, LONG, JAPANESE, ARABIC])
@pytest.mark.parametrize("draw", [draw_opening_words, draw_ending_words])
def test_words_stay_in_the_safe_area(brand: Brand, draw: object) -> None:
    card = draw(brand)  # type: ignore[operator]

    solid = card.getchannel("A").point([255 if value > 200 else 0 for value in range(256)])
    left, top, right, bottom = solid.getbbox()
    assert card.size == (1920, 1080)
    assert left >= SAFE_X
    assert right <= 1920 - SAFE_X
    assert top >= SAFE_Y
    assert bottom <= 1080 - SAFE_Y


@pytest.mark.parametrize(
    "words",
    [
        BRAND.title,
        LONG.title,
        LONG.school,
        "x" * 300,
        "一" * 120,
        "Mālama i kou inoa ʻoiaʻiʻo",
        "a b",
        "",
    ],
)
@pytest.mark.parametrize("box", [(1500, 300), (400, 60)])
def test_fitted_words_are_all_there_and_fit(words: str, box: tuple[int, int]) -> None:
    lines = lettering.fit(words, SHOW, size=120, box=box, lines=2, smallest=18)

    assert "".join("".join(lines.lines).split()) == "".join(words.split())
    assert lines.width <= box[0]
    assert lines.height <= box[1]
    assert all(lettering.width(line, SHOW, lines.size) <= box[0] for line in lines.lines)


def test_words_are_broken_only_where_nothing_else_helps() -> None:
    lines = lettering.fit("Unbreakable words", SHOW, size=120, box=(420, 300), lines=2)

    assert lines.lines == ("Unbreakable", "words")


@pytest.mark.parametrize(
    "words",
    ["ʻokina kahakō āēīōū", "日本語", "한국어", "简体中文", "ไทย", "العربية", "हिन्दी", "Việt"],
)
def test_every_letter_has_a_font(words: str) -> None:
    drawn = "".join(piece for piece, _ in lettering.runs(words, BOLD))

    assert sorted(drawn) == sorted(words)


def test_the_edition_names_the_year_once() -> None:
    assert BRAND.edition == "Honolulu Internet Safety Awards 2026"
    assert replace(BRAND, contest="Awards 2026").edition == "Awards 2026"


def test_layers_have_the_size_of_the_canvas(tmp_path: Path) -> None:
    layers = draw_layers(BRAND, (854, 480), tmp_path)

    for path in (layers.opening, layers.opening_words, layers.ending, layers.ending_words):
        with Image.open(path) as picture:
            assert picture.size == (854, 480)
    with Image.open(layers.bug) as bug:
        x, y = layers.bug_at
        assert x >= 0
        assert x + bug.width <= 854 - math.floor(SAFE_X * 480 / 1080)
        assert y >= math.floor(SAFE_Y * 480 / 1080)


def test_a_dark_logo_gets_paper_under_it(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 100), "#101020").save(tmp_path / "dark.png")
    Image.new("RGBA", (300, 100), "#f0f0ff").save(tmp_path / "light.png")

    dark, _ = draw_bug(replace(BRAND, logo=tmp_path / "dark.png"))
    light, _ = draw_bug(replace(BRAND, logo=tmp_path / "light.png"))

    assert min(dark.getpixel((dark.width // 2, 4))[:3]) > 200
    assert max(light.getpixel((light.width // 2, 4))[:3]) < 100


def test_what_is_no_picture_is_refused_as_a_logo(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_text("no picture")

    with pytest.raises(EngineFailed):
        draw_bug(replace(BRAND, logo=tmp_path / "logo.png"))


def test_partners_stand_on_the_end_card(tmp_path: Path) -> None:
    Image.new("RGB", (200, 80), "#ff0000").save(tmp_path / "partner.png")

    card = draw_ending_words(replace(BRAND, partner_logos=(tmp_path / "partner.png",) * 6))

    counted = {colour: count for count, colour in card.getcolors(1920 * 1080) or []}
    assert counted[255, 0, 0, 255] > 10_000


def test_a_poster_keeps_its_size() -> None:
    poster = draw_poster(LONG, Image.new("RGB", (1280, 720), "#446688"))

    assert (poster.size, poster.mode) == ((1280, 720), "RGB")


@pytest.mark.parametrize(
    "change",
    [
        {"title": None, "drop": True},
        {"colour": "red"},
        {"accent": "no colour"},
        {"year": "soon"},
    ],
)
def test_a_brand_of_the_wrong_kind_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    values: dict[str, object] = {
        name: getattr(BRAND, name)
        for name in ("contest", "year", "award", "title", "team", "school", "licence", "address")
    }
    if change.pop("drop", False):
        del values["title"]
    else:
        values.update(change)

    with pytest.raises(ValueError, match=r".+"):
        Brand.from_json(values, tmp_path)
