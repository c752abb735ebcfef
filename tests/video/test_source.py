"""The verdict on real files and on dangerous ones."""

from __future__ import annotations

import csv
import json
import struct
from pathlib import Path

import pytest

from app.video.measuring import ALIKE, Print, likeness
from app.video.source import Level, Limits, NotAVideo, Report, Verdict, check, checking, probe
from app.video.synth import make_clip
from tests.video.bad_files import BAD_FILES, Bad, png
from tests.video.clips import DEV_MEDIA, ffmpeg, film

SHORT = Limits(min_seconds=1.0, max_seconds=5.0, tolerance=0.5)
# What the manifest's words mean in our codes.
MANIFEST_CODES = {
    "car_30s_768x432_12.5fps.mp4": ["below_720p", "low_frame_rate", "silent"],
    "bottle_40s_noaudio.mp4": ["below_720p", "no_sound"],
    "echo_44s_vp8_vorbis.webm": ["below_720p", "flashes_in_part", "overdriven"],
    "earth_31s.mov": ["below_720p", "silent"],
    "park_1080p30_loop6_34s.mp4": [],
    "ducks_gps_720p_loop9_33s.mp4": [],
    "hdr10_av1_portrait_loop8_34s.mp4": [],
    "iphone_rot90_gps_0.5s.mov": ["too_short"],
    "ipad_hevc_rot90_gps_1.2s.mov": ["too_short"],
    "gopro_gpmd_gps_10s.mp4": ["too_short", "below_720p"],
    "android_vfr_rot180_gps_2s.mp4": ["too_short", "low_frame_rate"],
    "theora_29.5s.ogv": ["container"],
    "hevc_hdr10_1s.mp4": ["too_short"],
    "rot90_5.1audio_2s.mp4": ["too_short"],
    "sony_avchd_1080i_0.5s.mts": ["too_short"],
    "audio_only_10s.mov": ["no_picture"],
    "too_long_363s_1080p.mp4": ["too_long"],
    "broken_4kB.mp4": ["damaged"],
}


def _manifest() -> list[dict[str, str]]:
    if not DEV_MEDIA.is_dir():
        return []
    with (DEV_MEDIA / "manifest.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _codes(report: Report) -> list[str]:
    return [reason.code for reason in report.reasons]


@pytest.mark.skipif(not DEV_MEDIA.is_dir(), reason="the shared media folder is not here")
@pytest.mark.parametrize("row", _manifest(), ids=lambda row: row["file"])
def test_real_files_get_the_manifests_verdict_and_reason(
    row: dict[str, str], tmp_path: Path
) -> None:
    path = DEV_MEDIA / row["file"]
    if "loop" in path.name:
        # What was repeated to reach the shortest length shows nothing new beyond it.
        ffmpeg(
            *("-i", path, "-map", "0", "-c", "copy", "-copy_unknown", "-t", "15"),
            *("-movflags", "use_metadata_tags", "-f", "mp4", tmp_path / "src"),
        )
        path = tmp_path / "src"

    report = check(path, Limits())

    assert report.verdict == row["verdict"]
    assert _codes(report) == MANIFEST_CODES[row["file"]]
    told = {str(words) for words in report.found}
    assert ("the place where it was recorded" in told) == (row["location_tag"] == "yes")


@pytest.mark.skipif(not DEV_MEDIA.is_dir(), reason="the shared media folder is not here")
@pytest.mark.parametrize(
    ("name", "size", "hdr", "interlaced"),
    [
        ("iphone_rot90_gps_0.5s.mov", (720, 1280), False, False),
        ("android_vfr_rot180_gps_2s.mp4", (1280, 720), False, False),
        ("hevc_hdr10_1s.mp4", (1920, 1080), True, False),
        ("sony_avchd_1080i_0.5s.mts", (1920, 1080), False, True),
    ],
)
def test_pictures_are_described_as_seen(
    name: str, size: tuple[int, int], hdr: bool, interlaced: bool
) -> None:
    source = probe(DEV_MEDIA / name)

    assert (source.width, source.height) == size
    assert (source.hdr, source.interlaced) == (hdr, interlaced)
    assert json.loads(json.dumps(source.facts()))["width"] == size[0]


def test_a_good_film_is_accepted(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4", size="1280x720")

    report = check(path, SHORT)

    assert (report.verdict, report.reasons, report.found) == (Verdict.ACCEPT, (), ())
    assert report.source is not None
    assert report.source.duration == pytest.approx(2.0, abs=0.05)
    assert report.source.remuxable


@pytest.mark.parametrize(
    ("seconds", "codes"),
    [("0.4", ["too_short"]), ("0.6", []), ("5.4", []), ("5.6", ["too_long"])],
)
def test_the_tolerance_counts_on_both_ends(tmp_path: Path, seconds: str, codes: list[str]) -> None:
    path = film(tmp_path / "src", "-f", "mp4", seconds=float(seconds), size="1280x720", rate="15")

    assert _codes(check(path, SHORT)) == codes


@pytest.mark.parametrize("bad", BAD_FILES, ids=str)
def test_a_file_no_contest_can_take_is_refused_in_words(bad: Bad, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    bad.make(path)

    report = check(path, Limits())

    assert report.verdict is Verdict.REJECT
    red = next(reason for reason in report.reasons if reason.level is Level.RED)
    assert red.code == bad.code
    assert f"{red.text} {red.advice}".startswith(bad.words)
    assert report.print is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"ffconcat version 1.0\nfile victim.mp4\n", "playlist"),
        (b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>", "playlist"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "playlist"),
        (b"GIF89a" + bytes(64), "picture"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "picture"),
        (b"ID3\x04" + bytes(64), "no_picture"),
        (b"OggS" + bytes(64), "container"),
        (bytes(range(256)) * 20, "not_a_video"),
        (b"\0\0\0\x18ftypmp42" + bytes(400), "damaged"),
        (b"\x1a\x45\xdf\xa3" + b"\x42" * 400, "damaged"),
    ],
)
def test_what_is_no_video_is_refused_by_name(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)

    report = check(path, Limits())

    assert report.verdict is Verdict.REJECT
    assert _codes(report) == [code]
    assert str(report.reasons[0].text)
    with pytest.raises(NotAVideo) as refused:
        probe(path)
    assert refused.value.code == code


def test_a_file_over_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "src"
    path.write_bytes(b"x" * 1001)

    assert _codes(check(path, Limits(max_bytes=1000))) == ["too_large"]


def test_a_truncated_upload_is_found_although_its_header_is_whole(tmp_path: Path) -> None:
    path = film(tmp_path / "whole", "-f", "mp4", "-movflags", "+faststart", seconds=4)
    cut = tmp_path / "src"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert probe(cut).duration == pytest.approx(4.0, abs=0.1)
    assert "damaged" in _codes(check(cut, SHORT))


def test_a_film_too_slow_to_decode_whole_is_judged_by_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = film(
        *(tmp_path / "whole", "-f", "mp4", "-movflags", "+faststart"),
        size="1280x720",
        rate="15",
        sound="anullsrc=r=48000",
        seconds=4,
    )
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert _codes(check(whole, SHORT)) == ["silent"]

    monkeypatch.setattr(checking, "DECODE_WALL", 0.0)

    # That its sound is silent is no longer noticed: nobody listened to the end.
    report = check(whole, SHORT)
    assert _codes(report) == []
    assert report.findings[-1].code == "not_looked_through"
    assert report.print is None
    assert _codes(check(cut, SHORT)) == ["damaged"]


def test_of_a_film_too_slow_to_decode_whole_the_beginning_is_looked_through_for_flashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty seconds of 4K that flash all along; whoever decodes them in time finds it as well."""
    flashing = "drawbox=t=fill:c=white:enable='lt(mod(n,6),3)'"
    film(tmp_path / "one", "-f", "mp4", "-vf", flashing, size="3840x2160", seconds=1, sound=None)
    ffmpeg(
        "-stream_loop", "19", "-i", tmp_path / "one", "-c", "copy", "-f", "mp4", tmp_path / "src"
    )
    monkeypatch.setattr(checking, "DECODE_WALL", 4.0)
    monkeypatch.setattr(checking, "CHECK_WALL", 60.0)

    report = check(tmp_path / "src", Limits(1, 60))

    assert _codes(report) == ["no_sound", "flashes"]
    assert report.verdict is Verdict.REJECT


def test_a_header_that_lies_about_the_length_is_found(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "matroska", seconds=20, rate="5", sound=None)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", 4000.0)
    path.write_bytes(data)

    assert probe(path).duration == pytest.approx(4.0)
    assert "too_long" in _codes(check(path, SHORT))


def test_a_recording_without_a_length_is_measured(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "matroska", "-live", "1", seconds=3)

    assert probe(path).duration == pytest.approx(3.0, abs=0.1)


def test_sound_alone_is_refused_even_with_a_cover(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=1", "-frames:v", "1", tmp_path / "c.png")
    ffmpeg(
        *("-f", "lavfi", "-i", "sine=d=2", "-i", tmp_path / "c.png", "-map", "0", "-map", "1"),
        *("-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic", "-f", "mp4"),
        tmp_path / "src",
    )

    assert _codes(check(tmp_path / "src", SHORT)) == ["no_picture"]


def test_an_unknown_kind_of_picture_is_refused(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "matroska", codec=("-c:v", "ffv1"), size="320x240")

    assert _codes(check(path, SHORT)) == ["codec"]


def test_a_tiny_picture_is_refused_and_a_small_one_warned_of(tmp_path: Path) -> None:
    tiny = film(tmp_path / "tiny", "-f", "mp4", size="320x180", seconds=1.0, rate="15")
    small = film(tmp_path / "small", "-f", "mp4", size="640x480", seconds=1.0, rate="15")

    assert _codes(check(tiny, SHORT)) == ["too_small"]
    assert check(small, SHORT).verdict is Verdict.ACCEPT_WARN
    assert _codes(check(small, SHORT)) == ["below_720p"]


def test_an_enormous_picture_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(png(16000, 16000))
    ffmpeg("-i", tmp_path / "big.png", "-c:v", "copy", "-f", "mov", tmp_path / "src")

    assert check(tmp_path / "src", Limits(0, 60)).verdict is Verdict.REJECT


def test_many_streams_are_refused_or_ignored_but_never_followed(tmp_path: Path) -> None:
    maps = [word for _ in range(40) for word in ("-map", "1:a")]
    path = film(tmp_path / "src", *maps, "-f", "matroska", "-c:a", "pcm_s16le", seconds=1.5)

    assert check(path, SHORT).verdict is Verdict.REJECT


def test_silence_and_missing_sound_are_two_things(tmp_path: Path) -> None:
    for sound, codes in (("anullsrc=r=48000", ["silent"]), (None, ["no_sound"])):
        path = film(tmp_path / "src", "-f", "mp4", size="1280x720", rate="15", sound=sound)

        assert _codes(check(path, SHORT)) == codes


def test_private_things_are_told_in_words(tmp_path: Path) -> None:
    path = film(
        tmp_path / "src",
        *("-f", "mov", "-metadata", "location=+21.3069-157.8583/", "-metadata", "make=Acme"),
        *("-metadata", "artist=Kai", "-metadata", "comment=call 555"),
        *("-movflags", "use_metadata_tags"),
    )

    told = [str(words) for words in check(path, SHORT).found]

    assert told == [
        "the place where it was recorded",
        "the make or model of the device",
        "a person's name",
        "a title, comment or description",
    ]


def test_what_progress_raises_goes_through(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4")

    class Stop(Exception):
        pass

    def progress(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        check(path, SHORT, progress=progress)


# What is seen and heard


PART_FLASHES = ",".join(
    f"drawbox=w=200:h=300:t=fill:c={color}:enable='{turn}(mod(n,4),2)'"
    for color, turn in (("white", "lt"), ("black", "gte"))
)
DARK = "drawbox=t=fill:c=black:enable="


@pytest.mark.parametrize(
    ("picture", "sound", "codes"),
    [
        (f"{DARK}'lt(t,1.5)'", "sine=d=4", ["black_start"]),
        (f"{DARK}'gt(t,2)'", "sine=d=4", ["black_end"]),
        (f"{DARK}'lt(t,0.5)+gt(t,3.5)'", "sine=d=4", []),
        (f"{DARK}'1'", "sine=d=4", ["black"]),
        ("null", "sine=d=4,adelay=2200:all=1", ["silent_start"]),
        ("null", "sine=d=1.5,apad", ["silent_end"]),
        ("null", "sine=d=4,volume=-36dB", ["too_quiet"]),
        ("null", "sine=d=4,volume=30dB", ["overdriven"]),
        ("drawbox=t=fill:c=white:enable='lt(mod(n,4),2)'", "sine=d=4", ["flashes"]),
        (PART_FLASHES, "sine=d=4", ["flashes_in_part"]),
        ("drawbox=t=fill:c=white:enable='between(n,12,13)+between(n,30,31)'", "sine=d=4", []),
    ],
)  # fmt: skip
def test_what_is_amiss_is_seen_and_heard_while_the_film_is_decoded(
    tmp_path: Path, picture: str, sound: str, codes: list[str]
) -> None:
    path = film(
        *(tmp_path / "src", "-f", "mp4", "-vf", picture),
        size="1280x720",
        rate="15",
        seconds=4,
        sound=sound,
        picture="testsrc2",
    )

    report = check(path, SHORT)

    assert _codes(report) == codes
    red = codes in (["black"], ["flashes"])
    warned = Verdict.ACCEPT_WARN if codes else Verdict.ACCEPT
    assert report.verdict is (Verdict.REJECT if red else warned)
    assert all(reason.advice for reason in report.reasons)
    assert report.measured is not None
    assert json.loads(json.dumps(report.measured.facts())) == report.measured.facts()


def test_what_is_fine_is_told_as_well_and_hints_do_not_warn(tmp_path: Path) -> None:
    path = film(
        *(tmp_path / "src", "-f", "mp4", "-vf", "pad=720:1280:120:0:black"),
        size="480x1280",
        rate="15",
        seconds=4,
    )

    report = check(path, SHORT)

    assert report.verdict is Verdict.ACCEPT
    assert {finding.level for finding in report.findings} == {Level.GREEN}
    told = [finding.code for finding in report.findings]
    assert told == ["length", "size", "frame_rate", "portrait", "sound", "whole", "ends", "flashes",
                    "bars", "no_credits", "sound_ends", "loudness"]  # fmt: skip


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    path = film(tmp_path / "src", "-f", "mp4")
    work = tmp_path / "work"
    work.mkdir()

    check(path, SHORT, work_dir=work)

    assert list(work.iterdir()) == []


# Known again


def printed(path: Path) -> Print:
    made = check(path, Limits(1, 60)).print
    assert made is not None
    return made


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four films of one workshop; the first and the last share palette and manner."""
    folder = tmp_path_factory.mktemp("clips")
    for number, seed in enumerate((3, 4, 5, 10)):
        make_clip(
            folder / f"{number}.mp4",
            seed=seed,
            seconds=12,
            title="Think first",
            subtitle=f"Team {number}",
        )
    return [folder / f"{number}.mp4" for number in range(4)]


REMADE: dict[str, tuple[str, ...]] = {
    "at a tenth of the rate": ("-crf", "40"),
    "smaller and slower": ("-vf", "scale=480:270", "-r", "12", "-crf", "30"),
    "without its first second": ("-ss", "1.2", "-crf", "28"),
    "brighter": ("-vf", "eq=brightness=0.06:saturation=1.4", "-crf", "28"),
    "with a logo": ("-vf", "drawbox=x=20:y=20:w=120:h=40:t=fill:c=white", "-crf", "28"),
}


@pytest.mark.parametrize("how", REMADE)
def test_a_film_that_was_encoded_anew_is_known_again(
    clips: list[Path], tmp_path: Path, how: str
) -> None:
    ffmpeg("-i", clips[0], "-an", "-preset", "ultrafast", *REMADE[how], tmp_path / "again.mkv")

    again = printed(tmp_path / "again.mkv")

    assert likeness(printed(clips[0]), again) >= ALIKE
    assert likeness(again, printed(clips[3])) < ALIKE - 0.1


def test_different_films_are_not_taken_for_each_other(clips: list[Path]) -> None:
    paths = list(clips)
    if DEV_MEDIA.is_dir():
        paths += [DEV_MEDIA / "bottle_40s_noaudio.mp4", DEV_MEDIA / "earth_31s.mov"]
    prints = [printed(path) for path in paths]

    for number, one in enumerate(prints):
        assert likeness(one, one) == 1.0
        for other in prints[number + 1 :]:
            assert likeness(one, other) < ALIKE - 0.1
