"""A school's kit: 720p, square and upright, with the captions in the picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.video.branding.social import draw_caption, draw_sheet, sheet_of
from app.video.captions import Captions, Cue
from app.video.render import make_school
from app.video.source import probe
from app.video.xmp import packet
from tests.video.clips import decoded, film, pixel
from tests.video.test_render import BRAND

SQUARE, UPRIGHT = (1080, 1080), (1080, 1920)


@pytest.mark.parametrize(
    ("canvas", "width", "height", "picture"),
    [
        (SQUARE, 1920, 1080, (1080, 608)),
        (UPRIGHT, 1920, 1080, (1080, 608)),
        (UPRIGHT, 1080, 1920, UPRIGHT),
        (UPRIGHT, 1080, 1800, UPRIGHT),
        (SQUARE, 1000, 1000, SQUARE),
        (SQUARE, 1080, 1920, (364, 648)),
    ],
)
def test_a_film_keeps_its_shape_on_every_sheet(
    canvas: tuple[int, int], width: int, height: int, picture: tuple[int, int]
) -> None:
    sheet = sheet_of(canvas, width, height)
    assert sheet.picture == pytest.approx(picture, abs=2)
    assert sheet.at[0] >= 0
    assert sheet.at[1] + sheet.picture[1] <= canvas[1]


@pytest.mark.parametrize("canvas", [SQUARE, UPRIGHT])
def test_words_stay_off_the_film_and_captions_stay_on_it(canvas: tuple[int, int]) -> None:
    sheet = sheet_of(canvas, 1920, 1080)
    assert draw_sheet(BRAND, sheet).size == canvas
    box = draw_caption(
        "A caption that is much too long for one line on a phone " * 2, sheet
    ).getbbox()
    assert box is not None
    assert sheet.at[1] <= box[1]
    assert box[3] <= sheet.at[1] + sheet.picture[1]
    assert box[0] >= 0
    assert box[2] <= canvas[0]
    assert draw_caption(" ", sheet).getbbox() is None


def test_a_kit_for_schools_and_phones(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4", seconds=3.0, picture="color=c=red:")
    captions = Captions([Cue(1.0, 2.0, "Be kind.")])

    made = make_school(path, probe(path), BRAND, tmp_path / "kit", captions=captions)

    sizes = [(one.role, one.width, one.height) for one in made]
    assert sizes == [("school_720", 1280, 720), ("square", *SQUARE), ("vertical", *UPRIGHT)]
    assert [one.loudness for one in made] == pytest.approx([-16, -16, -16], abs=0.5)
    assert made[1].duration == pytest.approx(3.0, abs=0.06)
    square = made[1].path
    middle = sheet_of(SQUARE, 640, 360)
    at = (540, middle.at[1] + middle.picture[1] - 30)
    assert pixel(decoded(square, 0.5, SQUARE), SQUARE, *at)[0] > 200
    assert pixel(decoded(square, 1.5, SQUARE), SQUARE, 540, at[1] - 25) != pytest.approx(
        pixel(decoded(square, 0.5, SQUARE), SQUARE, 540, at[1] - 25), abs=40
    )
    for one in made:
        data = one.path.read_bytes()
        assert data.endswith(packet(BRAND))
        assert data.index(b"moov") < data.index(b"mdat")
