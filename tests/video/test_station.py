"""A station's kit: to the frame, at its loudness, with captions that are really in there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pymediainfo import MediaInfo

from app.video import loudness
from app.video.captions import Captions, Cue
from app.video.render import make_station
from app.video.render.made import Made
from app.video.render.station import advice, code_of, slot_for
from app.video.run import EngineFailed, find_tool
from app.video.source import probe
from tests.video.clips import CLICKS, decoded, film, pixel
from tests.video.test_cea608 import srt
from tests.video.test_render import BRAND


@pytest.mark.parametrize(
    ("seconds", "slot", "card"),
    [
        (12.0, 15, 360),
        (15.4, 15, 360),
        (27.0, 30, 809),
        (29.0, 30, 809),
        (30.5, 30, 809),
        (30.6, 60, 917),
        (57.0, 60, 1708),
        (60.4, 60, 1708),
    ],
)
def test_an_announcement_fills_the_shortest_time_that_holds_it(
    seconds: float, slot: int, card: int
) -> None:
    found = slot_for(seconds)
    assert (found.seconds, found.frames, found.total) == (slot, slot * 30, slot * 30 + 210)
    assert found.card_from == pytest.approx(card, abs=1)


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(EngineFailed):
        slot_for(60.6)
    assert advice(27.0) is None
    assert "lies over the last 3 seconds" in str(advice(29.5))
    assert "A video of 57 seconds would fill them better" in str(advice(40.0))


def test_codes_have_at_most_twelve_letters_and_digits() -> None:
    code = code_of(BRAND, slot_for(27))
    assert code.isalnum()
    assert len(code) == 12
    assert code.startswith("PSAY26")
    assert code.endswith("30H")


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """A whole kit, by role. It takes most of a minute, so the tests that look at it share it."""
    folder = tmp_path_factory.mktemp("station")
    path = film(
        *(folder / "src", "-f", "mov", "-c:a", "pcm_s16le"),
        seconds=12.4,
        size="1280x720",
        picture="color=c=red:",
        sound=CLICKS,
    )
    captions = Captions([Cue(1.0, 3.0, "Be kind."), Cue(4.0, 6.0, "¿Quién está ahí?")])
    made = make_station(path, probe(path), BRAND, folder / "kit", captions=captions, prores=True)
    return {one.role: one for one in made}


@pytest.mark.xdist_group("station kit")
def test_a_kit_can_be_aired_as_it_is(kit: dict[str, Made]) -> None:
    files = kit
    assert sorted(files) == [
        "station_captions",
        "station_h264",
        "station_prores",
        "station_sheet",
        "station_textless",
        "station_xdcam",
    ]
    xdcam, whole, clean = (files[f"station_{n}"].path for n in ("xdcam", "h264", "textless"))
    assert [len(frames(one)) for one in (xdcam, whole, clean)] == [660, 660, 450]
    video, *sounds = streams(xdcam)
    assert (video["codec_name"], video["profile"], video["field_order"]) == (
        "mpeg2video",
        "4:2:2",
        "tt",
    )
    assert [(s["codec_name"], s["channels"]) for s in sounds] == [("pcm_s24le", 1)] * 2
    for one in (xdcam, whole):
        name = f"movie={one.name}[out0+subcc]"
        found = srt(one.parent, "-f", "lavfi", "-i", name, "-map", "0:s")
        assert found == [("00:00:08", "Be kind."), ("00:00:11", "¿Quién está ahí?")]
    assert "01:00:00;20\t9420 9420" in files["station_captions"].path.read_text()
    measured = loudness.measure(whole)
    assert measured.integrated == pytest.approx(-24, abs=0.5)
    assert measured.peak <= -2
    size = (1920, 1080)
    black, red = decoded(whole, 6.0, size), decoded(whole, 12.0, size)
    assert max(pixel(black, size, 960, 540)) < 8
    assert pixel(red, size, 960, 700)[0] > 200
    # The end card stands at the end, and in the textless version it does not.
    assert pixel(decoded(whole, 21.5, size), size, 960, 240)[0] < 120
    assert pixel(decoded(clean, 14.5, size), size, 960, 240)[0] > 200
    assert pixel(decoded(clean, 8.0, size), size, 1750, 90)[0] > 200
    sheet = files["station_sheet"].path.read_text()
    assert BRAND.title in sheet
    assert files["station_xdcam"].sha256 in sheet
    assert sorted(p.name for p in xdcam.parent.iterdir()) == sorted(
        one.path.name for one in files.values()
    )


@pytest.mark.xdist_group("station kit")
def test_another_program_sees_what_a_station_asks_for(kit: dict[str, Made]) -> None:
    """mediainfo shares no code with what made the files."""
    files = {role: one.path for role, one in kit.items()}
    xdcam = files["station_xdcam"]
    wrapper, picture, words = (tracks(xdcam, kind)[0] for kind in ("General", "Video", "Text"))
    assert (wrapper["commercial_name"], wrapper["format_profile"]) == ("XDCAM HD422", "OP-1a")
    assert picture["bit_rate_mode"] == "CBR"
    assert picture["bit_rate"] == 50_000_000
    assert (picture["format_settings__gop"], picture["scan_order"]) == ("M=3, N=15", "TFF")
    assert picture["time_code_of_first_frame"] == "00:59:53;00"
    assert (words["format"], words["track_id"]) == ("EIA-608", "2-CC1")
    assert [s["channel_s"] for s in tracks(xdcam, "Audio")] == [1, 1]
    (whole,), (said,) = (tracks(files["station_h264"], kind) for kind in ("Video", "Text"))
    assert (whole["format_profile"], whole["frame_rate"]) == ("Main@L4", "29.970")
    assert said["format"] == "EIA-608"
    (master,) = tracks(files["station_prores"], "Video")
    assert (master["format"], master["format_profile"]) == ("ProRes", "422 HQ")
    assert int(master["frame_count"]) == 660


def tracks(path: Path, kind: str) -> list[dict[str, Any]]:
    found = MediaInfo.parse(path)
    assert isinstance(found, MediaInfo)
    return [track.to_data() for track in found.tracks if track.track_type == kind]


def streams(path: Path) -> list[dict[str, object]]:
    argv = [str(find_tool("ffprobe")), "-v", "error", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    found: list[dict[str, object]] = json.loads(done.stdout)["streams"]
    return [one for one in found if one["codec_type"] != "data"]


def frames(path: Path) -> list[str]:
    """Each picture that really decodes."""
    argv = [str(find_tool("ffprobe")), "-v", "error", "-select_streams", "v:0"]
    argv += ["-show_entries", "frame=pict_type", "-of", "csv=p=0", str(path)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=120)  # noqa: S603
    return [line for line in done.stdout.splitlines() if line.strip()]
