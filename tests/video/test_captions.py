"""Captions: what is taken, what is refused, and how it is written."""

from __future__ import annotations

import pytest

from app.video.captions import Captions, CaptionsRefused, Cue, parse

VTT = b"""WEBVTT - made by a class

NOTE a note
of two lines

STYLE
::cue { color: red }

intro
00:01.000 --> 00:03.500 align:start
Hello <i>there</i>

00:00:04.000 --> 00:00:06.000
<v Kai>Two</v> lines
&amp; one &lt;ampersand
"""


def test_webvtt_is_read() -> None:
    assert parse(VTT).cues == [
        Cue(1.0, 3.5, "Hello <i>there</i>"),
        Cue(4.0, 6.0, "Two lines\n&amp; one &lt;ampersand"),
    ]


def test_subrip_with_windows_lines_and_mark_is_read() -> None:
    data = b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,000\r\nAloha\r\n\r\n2\r\n"
    data += b"00:00:02,500 --> 00:00:04,000\r\n{\\an8}<font color='red'>k\xc4\x81kou</font>\r\n"

    assert parse(data).cues == [Cue(1.0, 2.0, "Aloha"), Cue(2.5, 4.0, "kākou")]


def test_old_windows_letters_are_read() -> None:
    assert parse(b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n").cues[0].text == "café"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ("<b>bold <i>both</b> after", "<b>bold <i>both</i></b> after"),
        ("</u>closed", "closed"),
        ("<u>open", "<u>open</u>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("<i onclick=x>no</i>", "no"),
        ("&lt;script&gt;", "&lt;script&gt;"),
    ],
)
def test_only_plain_emphasis_survives(words: str, kept: str) -> None:
    data = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{words}\n".encode()

    assert parse(data).cues[0].text == kept


def test_what_is_written_reads_the_same() -> None:
    captions = parse(VTT)

    assert parse(captions.to_vtt().encode()) == captions
    assert parse(captions.to_srt().encode()).cues[0] == captions.cues[0]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", None),
        (b"WEBVTT\n", None),
        (b"#EXTM3U\nother.ts\n", 1),
        (b"[Script Info]\nTitle: x\n", 1),
        (b"\x00\x01\x02", None),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nback\n", 3),
        (b"WEBVTT\n\n00:01.000 --> 00:01.000\nnone\n", 3),
        (b"WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb\n", 6),
        (b"WEBVTT\n\n00:1.0 --> 00:02.000\nodd\n", 3),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb\n", 5),
        (b"WEBVTT\n\njust words\n", 3),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 500, 4),
        (b"x" * (512 * 1024 + 1), None),
    ],
)
def test_what_is_no_caption_is_refused_with_its_line(data: bytes, line: int | None) -> None:
    with pytest.raises(CaptionsRefused) as refused:
        parse(data)

    assert refused.value.line == line
    assert str(refused.value.text)


@pytest.mark.parametrize(("end", "fits"), [("00:30.400", True), ("00:30.600", False)])
def test_captions_end_with_the_video(end: str, fits: bool) -> None:
    data = f"WEBVTT\n\n00:29.000 --> {end}\nlast\n".encode()

    if fits:
        assert len(parse(data, duration=30.0).cues) == 1
    else:
        with pytest.raises(CaptionsRefused):
            parse(data, duration=30.0)


def test_times_are_written_to_the_thousandth() -> None:
    captions = Captions([Cue(3599.9996, 3661.25, "x")])

    assert "01:00:00.000 --> 01:01:01.250" in captions.to_vtt()
