"""Captions as television carries them, read back by ffmpeg, which did not write them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.video import cea608
from app.video.captions import Captions, Cue
from app.video.run import find_tool
from tests.video.clips import ffmpeg

SHOW, ERASE = (0x94, 0x2F), (0x94, 0x2C)


def said(words: str, start: float = 3.0, end: float = 5.0) -> Captions:
    return Captions([Cue(start, end, words)])


def test_every_byte_has_an_odd_number_of_ones() -> None:
    timeline = cea608.timeline(said("Hawaiʻi nō ka ʻoi: ¿qué tal? ½ “Aloha”"), 300)
    assert timeline is not None
    pairs = [timeline.at(frame) for frame in range(300)]
    assert all(bin(byte).count("1") % 2 == 1 for pair in pairs for byte in pair)
    assert pairs[90:92] == [SHOW, SHOW]
    assert pairs[150:152] == [ERASE, ERASE]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107_682, "00:59:53;00"),
        (107_892, "01:00:00;00"),
    ],
)
def test_drop_frame_codes_leave_two_numbers_out_each_minute(frame: int, code: str) -> None:
    assert cea608.drop_frame(frame) == code


@given(
    st.lists(
        st.tuples(
            st.floats(0, 3), st.floats(0.05, 4), st.text("abc é ’♪\n", min_size=1, max_size=90)
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_command_is_torn_and_each_caption_is_loaded_before_it_is_shown(
    steps: list[tuple[float, float, str]],
) -> None:
    cues, at = [], 0.0
    for wait, lasts, words in steps:
        at += wait
        cues.append(Cue(at, at + lasts, words))
        at += lasts
    timeline = cea608.timeline(Captions(cues), 1800)
    assert timeline is not None
    frames = sorted(timeline.pairs)
    shown = [frame for frame in frames if timeline.pairs[frame] == (0x14, 0x2F)][::2]
    loads = [frame for frame in frames if timeline.pairs[frame] == (0x14, 0x20)][::2]
    assert len(shown) == len(loads)
    for load, show, before in zip(loads, shown, [-2, *shown], strict=False):
        assert before + 1 < load < show
    at = 0
    while at < len(frames):
        pair = timeline.pairs[frames[at]]
        if pair[0] < 0x20:
            assert timeline.pairs.get(frames[at] + 1) == pair
            at += 1
        at += 1


def test_a_caption_that_lasts_to_the_end_is_taken_off_the_screen() -> None:
    timeline = cea608.timeline(said("Be kind.", 8.0, 10.5), 300)
    assert timeline is not None
    assert [timeline.at(frame) for frame in (298, 299)] == [ERASE, ERASE]


def test_a_long_caption_is_shown_in_parts_and_nothing_is_cut() -> None:
    words = " ".join(f"word{number:02}" for number in range(40))
    timeline = cea608.timeline(said(words, 4.0, 12.0), 600)
    assert timeline is not None
    shown = [f for f in sorted(timeline.pairs) if timeline.at(f) == SHOW][::2]
    assert len(shown) == 3
    sent = "".join(chr(b) for p in timeline.pairs.values() if p[0] >= 0x20 for b in p if b)
    assert sent.replace(" ", "") == words.replace(" ", "")


def test_letters_that_decoders_lack_make_no_captions() -> None:
    assert cea608.timeline(said("わたしたちの約束"), 300) is None
    assert cea608.timeline(Captions([]), 300) is None


def test_captions_are_read_back_from_a_film_and_from_the_file(tmp_path: Path) -> None:
    captions = Captions(
        [
            Cue(2.0, 4.0, "Think before you click. It’s your choice,\nand it stays online."),
            Cue(4.0, 5.5, "¿Quién está ahí? ʻOhana"),
            Cue(7.0, 9.0, "<i>♪ mālama ♪</i>"),
        ]
    )
    timeline = cea608.timeline(captions, 300)
    assert timeline is not None
    ffmpeg(
        *("-f", "lavfi", "-i", "color=black:s=64x36:r=30000/1001", "-frames:v", "300"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-threads", "1"),
        *("-x264-params", "slices=1:aud=0", "-f", "h264", tmp_path / "pictures"),
    )
    cea608.write_carrier(tmp_path / "pictures", timeline, tmp_path / "carrier.h264")
    ffmpeg(
        *("-r", "30000/1001", "-f", "h264", "-i", tmp_path / "carrier.h264"),
        *("-c", "copy", tmp_path / "film.mp4"),
    )
    (tmp_path / "film.scc").write_text(timeline.to_scc())

    film = srt(tmp_path, "-f", "lavfi", "-i", "movie=film.mp4[out0+subcc]", "-map", "0:s")

    assert film == [
        ("00:00:02", "Think before you click. It’s your choice, and it stays online."),
        ("00:00:04", "¿Quién está ahí? ’Ohana"),
        ("00:00:07", "♪ malama ♪"),
    ]
    assert [words for _, words in srt(tmp_path, "-i", "film.scc")] == [words for _, words in film]


def srt(folder: Path, *source: str) -> list[tuple[str, str]]:
    """Second and words of every caption that ffmpeg finds."""
    argv = [str(find_tool("ffmpeg")), "-v", "error", *source, "-f", "srt", "-"]
    done = subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603
    found = []
    for block in done.stdout.strip().split("\n\n"):
        _number, times, *lines = block.splitlines()
        words = re.sub(r"<[^>]*>|\{[^}]*\}", "", " ".join(lines)).replace("\\h", " ")
        found.append((times[:8], " ".join(words.split())))
    return found


def test_captions_stand_above_what_is_at_the_foot_of_the_picture() -> None:
    cues = Captions([Cue(2.0, 3.0, "Over it."), Cue(8.0, 9.0, "After it.")])
    row_12, row_15 = (0x13, 0x50), (0x14, 0x70)

    def rows(raised: tuple[float, float] | None) -> list[tuple[int, int]]:
        made = cea608.timeline(cues, 600, raised=raised)
        assert made is not None
        sent = [made.pairs[frame] for frame in sorted(made.pairs)]
        return [(a, b & 0x70) for a, b in sent if a in (0x13, 0x14) and b >= 0x50][::2]

    assert rows((1.0, 6.0)) == [row_12, row_15]
    assert rows(None) == [row_15, row_15]
