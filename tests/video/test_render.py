"""What is made: right size, length, colour, loudness, and nothing private in it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from array import array
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from app.video import loudness
from app.video.branding import CARDS, Brand
from app.video.captions import Captions, Cue
from app.video.render import Made, make_branded, make_ladder, make_preview
from app.video.run import EngineFailed, find_tool
from app.video.source import Limits, Verdict, check, probe
from app.video.source.checking import DECODE_WALL
from app.video.synth import make_clip
from tests.video.clips import CLICKS, DEV_MEDIA, decoded, ffmpeg, film, pixel, turned

BRAND = Brand(
    contest="Honolulu Internet Safety Awards",
    year=2026,
    award="1st place",
    title="Mālama i kou inoa",
    team="Nā Pueo",
    school="McKinley High School",
    licence="CC BY 4.0",
    address="https://awards.example.org/watch/malama",
)
CANARIES = (b"Kai Secret", b"+21.3069", b"555-0199", b"Acme Phone", b"Chapter of Kai", b"x264")


def _facts(path: Path) -> dict[str, Any]:
    argv = [str(find_tool("ffprobe")), "-v", "error", "-show_streams", "-show_format"]
    argv += ["-show_chapters", "-of", "json", str(path)]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def _moments(path: Path, *options: str) -> list[float]:
    """When each picture is shown, in seconds; with ffprobe's `options`, some of them."""
    argv = [str(find_tool("ffprobe")), "-v", "error", "-select_streams", "v", *options]
    argv += ["-show_entries", "frame=pts_time", "-of", "json", str(path)]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    return [float(frame["pts_time"]) for frame in json.loads(done.stdout)["frames"]]


def _roles(made: list[Made]) -> list[tuple[str, int | None, int | None]]:
    return [(one.role, one.width, one.height) for one in made]


def _whole_and_alone(made: list[Made], folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(one.path.name for one in made)
    for one in made:
        data = one.path.read_bytes()
        assert len(data) == one.bytes
        assert hashlib.sha256(data).hexdigest() == one.sha256


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 720p film with a place, names, a number, a device and a chapter in it."""
    folder = tmp_path_factory.mktemp("phone")
    chapters = folder / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Chapter of Kai\n"
    )
    plain = film(folder / "plain.mov", seconds=4.5, size="1280x720")
    ffmpeg(
        *("-i", plain, "-i", chapters, "-map", "0", "-map_metadata", "1", "-c", "copy"),
        *("-metadata", "location=+21.3069-157.8583/", "-metadata", "artist=Kai Secret"),
        *("-metadata", "comment=555-0199", "-metadata", "model=Acme Phone"),
        *("-metadata:s:v", "handler_name=Acme Phone", "-timecode", "01:00:00:00"),
        *("-movflags", "use_metadata_tags", "-f", "mov"),
        folder / "src",
    )
    return folder / "src"


def test_a_ladder_is_right_and_clean(phone: Path, tmp_path: Path) -> None:
    shares: list[float] = []

    made = make_ladder(phone, probe(phone), tmp_path, progress=shares.append)

    assert _roles(made) == [("web_720", 1280, 720), ("web_480", 854, 480)]
    _whole_and_alone(made, tmp_path)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for one in made:
        facts = _facts(one.path)
        video, audio = facts["streams"]
        assert (video["codec_name"], video["profile"]) == ("h264", "High")
        assert video["avg_frame_rate"] == "30000/1001"
        assert (video["pix_fmt"], video["color_space"]) == ("yuv420p", "bt709")
        assert (audio["codec_name"], audio["channels"]) == ("aac", 2)
        assert audio["sample_rate"] == "48000"
        assert float(facts["format"]["duration"]) == pytest.approx(4.5, abs=0.06)
        assert float(video["start_time"]) == float(audio["start_time"]) == 0
        assert facts["chapters"] == []
        keyframes = _moments(one.path, "-skip_frame", "nokey")
        assert keyframes == pytest.approx([0.0, 2.002, 4.004], abs=0.001)
        data = one.path.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        assert [mark for mark in CANARIES if mark in data and mark != b"x264"] == []
        assert one.loudness == pytest.approx(-16.0, abs=0.5)
    assert loudness.measure(made[0].path).peak <= -1.5


def test_a_preview_of_a_playable_file_is_a_clean_copy(phone: Path, tmp_path: Path) -> None:
    source = probe(phone)

    made = make_preview(phone, source, tmp_path)
    preview, poster = made[:2]

    assert source.remuxable
    assert (preview.role, preview.width, preview.height) == ("preview", 1280, 720)
    assert (poster.role, poster.width, poster.height) == ("poster", 1280, 720)
    assert (preview.content_type, poster.content_type) == ("video/mp4", "image/jpeg")
    _whole_and_alone(made, tmp_path)
    for one in made:
        data = one.path.read_bytes()
        assert [mark for mark in CANARIES if mark in data] == []
    assert [s["codec_type"] for s in _facts(preview.path)["streams"]] == ["video", "audio"]


def test_other_files_get_a_quick_preview_of_their_own_shape(tmp_path: Path) -> None:
    codec = ("-c:v", "mpeg4", "-q:v", "4")
    path = film(tmp_path / "src", "-f", "avi", size="480x640", codec=codec, seconds=1.5)

    preview, poster = make_preview(path, probe(path), tmp_path / "out")[:2]

    assert (preview.width, preview.height) == (480, 640)
    assert _facts(preview.path)["streams"][0]["codec_name"] == "h264"
    assert (poster.width, poster.height) == (854, 480)


def test_a_turned_portrait_stands_upright_on_a_filled_canvas(tmp_path: Path) -> None:
    # Blue on the left, red on the right; turned clockwise for watching, blue comes to the top.
    path = film(
        tmp_path / "src",
        *("-vf", "drawbox=x=0:y=0:w=320:h=360:c=blue:t=fill"),
        *("-f", "mov"),
        picture="color=c=red:",
        seconds=1.0,
    )
    turned(path)

    (made,) = make_ladder(path, probe(path), tmp_path / "out")

    frame = decoded(made.path, 0.5, (854, 480))
    top, bottom = pixel(frame, (854, 480), 427, 60), pixel(frame, (854, 480), 427, 420)
    beside = pixel(frame, (854, 480), 60, 60)
    assert top[2] > 200
    assert top[0] < 60
    assert bottom[0] > 200
    assert bottom[2] < 60
    assert max(beside) > 60


def test_a_film_without_sound_gets_silence_of_its_length(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4", sound=None, seconds=1.5)

    (made,) = make_ladder(path, probe(path), tmp_path / "out")

    video, audio = _facts(made.path)["streams"]
    assert float(audio["duration"]) == pytest.approx(float(video["duration"]), abs=0.05)
    assert made.loudness is None


def test_loud_peaks_are_held_and_the_rest_still_meets_the_target(tmp_path: Path) -> None:
    path = film(
        tmp_path / "src", "-f", "mov", "-c:a", "pcm_s16le", sound=CLICKS, seconds=4.0, rate="5"
    )

    (made,) = make_ladder(path, probe(path), tmp_path / "out")

    measured = loudness.measure(made.path)
    assert measured.integrated == pytest.approx(-16.0, abs=0.5)
    assert measured.peak <= -1.5


@pytest.mark.parametrize("late", [0, 400])
def test_what_is_seen_and_heard_together_stays_together(tmp_path: Path, late: int) -> None:
    """A clap at the second second; the sound track of the second case begins after the picture."""
    clap = (
        f"aevalsrc=0.8*between(t\\,{2 - late / 1000}\\,{2.1 - late / 1000})*sin(2000*PI*t):s=48000"
    )
    flash = "color=c=black:r=30:s=640x360,drawbox=c=white:t=fill:enable='between(t,2,2.1)'"
    path = tmp_path / "src"
    ffmpeg(
        *("-f", "lavfi", "-i", flash, "-itsoffset", str(late / 1000), "-f", "lavfi", "-i", clap),
        *("-t", "4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4", path),
    )
    film_of = probe(path)

    (plain,) = make_ladder(path, film_of, tmp_path / "web")
    winner, *_rest = make_branded(path, film_of, BRAND, tmp_path / "winner")

    for made, at in ((plain, 2.0), (winner, 2.0 + CARDS.shift)):
        seen, heard = _flash(made.path, at), _clap(made.path, at)
        assert seen == pytest.approx(at, abs=0.04)
        assert heard == pytest.approx(seen, abs=0.04)


def _flash(path: Path, about: float) -> float:
    """When the picture turns white, at the earliest half a second before `about`."""
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-i", str(path), "-vf", "scale=1:1"]
    argv += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    first = round((about - 0.5) * 30000 / 1001)
    bright = next(n for n, level in enumerate(done.stdout) if n >= first and level > 200)
    return bright * 1001 / 30000


def _clap(path: Path, about: float) -> float:
    """When it becomes loud, at the earliest half a second before `about`."""
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-i", str(path), "-map", "0:a", "-ac", "1"]
    argv += ["-ar", "8000", "-f", "s16le", "-"]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    samples = array("h", done.stdout)
    first = round((about - 0.5) * 8000)
    loud = next(n for n, level in enumerate(samples) if n >= first and abs(level) > 6000)
    return loud / 8000


def test_five_channels_at_a_varying_rate_come_out_steady_and_stereo(tmp_path: Path) -> None:
    path = film(
        tmp_path / "src",
        *("-vf", "select='not(eq(mod(n,3),1))'", "-fps_mode", "vfr", "-ac", "6", "-f", "mov"),
        seconds=2.0,
    )

    (made,) = make_ladder(path, probe(path), tmp_path / "out")

    video, audio = _facts(made.path)["streams"]
    assert video["avg_frame_rate"] == "30000/1001"
    assert int(video["nb_frames"]) == pytest.approx(60, abs=1)
    assert audio["channels"] == 2


def test_a_thousand_pictures_a_second_are_taken_in_and_come_out_steady(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mov", size="320x240", rate="1000", seconds=1.0)
    started = time.monotonic()

    report = check(path, Limits(1, 5))
    assert report.source is not None
    (made,) = make_ladder(path, report.source, tmp_path / "out")

    assert report.source.fps == pytest.approx(1000)
    assert [reason.code for reason in report.reasons] == ["below_720p"]
    assert _moments(made.path) == pytest.approx([n * 1001 / 30000 for n in range(30)], abs=0.001)
    assert time.monotonic() - started < DECODE_WALL


def test_a_poster_is_not_black_where_the_film_is_not(tmp_path: Path) -> None:
    path = film(
        tmp_path / "src",
        *("-vf", "drawbox=t=fill:c=black:enable='lt(t,2.2)'", "-g", "300", "-f", "mp4"),
        seconds=3.0,
    )

    poster = make_preview(path, probe(path), tmp_path / "out")[1]

    with Image.open(poster.path) as picture:
        assert ImageStat.Stat(picture.convert("L")).mean[0] > 60


@pytest.mark.skipif(not DEV_MEDIA.is_dir(), reason="the shared media folder is not here")
def test_hdr_becomes_ordinary_colour_on_all_three_rungs(tmp_path: Path) -> None:
    path = tmp_path / "src"
    ffmpeg("-i", DEV_MEDIA / "hevc_hdr10_1s.mp4", "-c", "copy", "-t", "0.4", "-f", "mp4", path)

    made = make_ladder(path, probe(path), tmp_path / "out")

    assert [one.role for one in made] == ["web_1080", "web_720", "web_480"]
    video = _facts(made[0].path)["streams"][0]
    assert (video["pix_fmt"], video["color_transfer"]) == ("yuv420p", "bt709")
    frame = decoded(made[2].path, 0.2, (854, 480))
    picture = Image.frombytes("RGB", (854, 480), frame)
    light = ImageStat.Stat(picture.convert("L"))
    assert 70 < light.mean[0] < 170
    assert light.stddev[0] > 35
    sky = ImageStat.Stat(picture.crop((200, 20, 400, 100))).mean
    assert sky[2] > sky[1] > sky[0]


def test_a_damaged_file_leaves_nothing_behind(tmp_path: Path) -> None:
    # More is missing than the last picture may stand for.
    whole = film(tmp_path / "whole", "-f", "mp4", "-movflags", "+faststart", seconds=15, rate="5")
    cut = tmp_path / "src"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 10])
    out = tmp_path / "out"

    with pytest.raises(EngineFailed):
        make_ladder(cut, probe(cut), out)

    assert list(out.iterdir()) == []


def test_cancelling_leaves_nothing_behind(phone: Path, tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def progress(share: float) -> None:
        if share > 0.03:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_ladder(phone, probe(phone), tmp_path, progress=progress)

    assert list(tmp_path.iterdir()) == []


def test_a_winner_carries_its_cards_captions_and_licence(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4", picture="color=c=0x306030:", seconds=3.0)
    cues = Captions([Cue(0.5, 2.0, "Aloha <i>kākou</i>")])
    out = tmp_path / "out"

    video, poster, printed = make_branded(path, probe(path), BRAND, out, captions=cues)

    total = CARDS.total(3.0)
    assert _roles([video, poster]) == [("winner_480", 854, 480), ("winner_poster", 854, 480)]
    _whole_and_alone([video, poster, printed], out)
    assert video.duration == pytest.approx(total, abs=0.06)
    assert video.loudness == pytest.approx(-16.0, abs=0.6)
    facts = _facts(video.path)
    assert [s["codec_type"] for s in facts["streams"]] == ["video", "audio", "subtitle"]
    tags = facts["format"]["tags"]
    assert tags["title"] == BRAND.title
    assert tags["copyright"] == "© 2026 Nā Pueo · McKinley High School. CC BY 4.0"
    assert BRAND.address in tags["comment"]
    ffmpeg("-i", video.path, "-map", "0:s", tmp_path / "back.srt")
    back = (tmp_path / "back.srt").read_text(encoding="utf-8")
    assert "00:00:03,000 --> 00:00:04,500\nAloha <i>kākou</i>" in back
    size = (854, 480)
    opening, middle, ending = (decoded(video.path, at, size) for at in (2.0, 4.0, total - 0.2))
    for card in (opening, ending):
        assert pixel(card, size, 427, 470) == pytest.approx((0x27, 0xB3, 0xAA), abs=12)
    assert pixel(middle, size, 427, 240) == pytest.approx((0x30, 0x60, 0x30), abs=12)
    bug = Image.frombytes("RGB", size, middle).crop((854 - 43 - 190, 24, 854 - 43, 60))
    assert ImageStat.Stat(bug.convert("L")).stddev[0] > 20


@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640)])
def test_made_up_clips_are_real_videos(tmp_path: Path, width: int, height: int) -> None:
    for seed in (1, 2):
        make_clip(
            tmp_path / f"{seed}.mp4",
            seed=seed,
            seconds=1.2,
            title="Pause before you post",
            subtitle="The Night Owls",
            width=width,
            height=height,
        )

    report = check(tmp_path / "1.mp4", Limits(1, 5))
    assert report.verdict is Verdict.ACCEPT_WARN
    assert [reason.code for reason in report.reasons] == ["below_720p"]
    assert (report.source and report.source.width) == width
    assert (tmp_path / "1.mp4").read_bytes() != (tmp_path / "2.mp4").read_bytes()
    first, later = (decoded(tmp_path / "1.mp4", at, (64, 64)) for at in (0.2, 1.0))
    assert first != later
