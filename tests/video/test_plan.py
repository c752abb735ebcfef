"""What the plans say, without running any of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.video import plan
from app.video.captions import Captions, Cue
from app.video.loudness import Loudness, parse
from app.video.plan import Cards, Framing, Gain, Looking
from app.video.recipes import LADDER, POSTER, WINNER_LADDER, rungs
from app.video.run import EngineFailed
from tests.video.clips import source

UPLOAD = Path("/uploads/7/src")
OUT = Path("/films/out")
SOUND = OUT / "sound.mp4"


def _ladder(**changes: object) -> tuple[str, ...]:
    chosen = source(**changes)
    recipes = rungs(LADDER, min(chosen.width, chosen.height))
    targets = [OUT / f"{recipe.role}.mp4" for recipe in recipes]
    return plan.ladder_step(UPLOAD, chosen, recipes, targets, SOUND).args


def _graph(args: tuple[str, ...]) -> str:
    return args[args.index("-filter_complex") + 1]


@pytest.mark.parametrize(
    ("short_side", "roles"),
    [
        (2160, ["web_1080", "web_720", "web_480"]),
        (1080, ["web_1080", "web_720", "web_480"]),
        (1079, ["web_720", "web_480"]),
        (720, ["web_720", "web_480"]),
        (480, ["web_480"]),
        (240, ["web_480"]),
    ],
)
def test_rungs_never_enlarge_but_the_smallest(short_side: int, roles: list[str]) -> None:
    assert [recipe.role for recipe in rungs(LADDER, short_side)] == roles


@pytest.mark.parametrize(
    ("width", "height", "picture"),
    [
        (1920, 1080, (1920, 1080)),
        (854, 480, (1920, 1080)),
        (1366, 768, (1920, 1080)),
        (1080, 1920, (608, 1080)),
        (1440, 1080, (1440, 1080)),
        (2560, 1080, (1920, 810)),
        (3026, 1386, (1920, 880)),
        (1000, 1000, (1080, 1080)),
    ],
)
def test_framing_keeps_the_shape_and_even_pixels(
    width: int, height: int, picture: tuple[int, int]
) -> None:
    frame = plan.framing(source(width=width, height=height), 1920, 1080)

    assert frame == Framing((1920, 1080), picture)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(1920, 1080, (854, 480)), (1080, 1920, (480, 854)), (480, 270, (480, 270))],
)
def test_preview_keeps_the_shape(width: int, height: int, size: tuple[int, int]) -> None:
    assert plan.preview_size(source(width=width, height=height)) == size


def test_every_step_that_opens_an_upload_is_guarded() -> None:
    chosen = source()
    steps = [
        plan.probe_step(UPLOAD, "mov"),
        plan.first_frame_step(UPLOAD, "mov", 0),
        plan.packets_step(UPLOAD, "mov", 0),
        plan.looking_step(UPLOAD, chosen, Looking(OUT, analysis=True), longest=61.5, wall=30),
        plan.looking_step(UPLOAD, chosen, Looking(OUT, preview=True)),
        plan.looking_step(UPLOAD, chosen, Looking(OUT, keyframes=True)),
        plan.hearing_step(UPLOAD, chosen),
        plan.decode_ending_step(UPLOAD, chosen),
        plan.loudness_step(UPLOAD, chosen, Gain()),
        plan.remux_step(UPLOAD, chosen, OUT / "p.mp4"),
        plan.stills_step(UPLOAD, chosen, OUT, POSTER, keyframes_only=True),
        plan.sound_step(UPLOAD, chosen, 128, SOUND, Gain()),
        plan.ladder_step(UPLOAD, chosen, LADDER, [OUT / "a", OUT / "b", OUT / "c"], SOUND),
    ]

    for step in steps:
        before = step.args[: step.args.index(f"file:{UPLOAD}")]
        assert before[before.index("-f") + 1] == "mov"
        assert before[before.index("-protocol_whitelist") + 1] == "file"
        assert "-format_whitelist" in before
        assert before[before.index("-max_streams") + 1] == "32"
        assert step.reads == (UPLOAD,)


def test_every_rung_carries_the_privacy_flags_and_closed_gops() -> None:
    args = _ladder()

    for flag, value in (
        ("-map_metadata", "-1"),
        ("-map_metadata:s", "-1"),
        ("-map_chapters", "-1"),
        ("-fflags", "+bitexact"),
        ("-bsf:v", "filter_units=remove_types=6"),
        ("-movflags", "+faststart"),
        ("-g", "60"),
        ("-keyint_min", "60"),
        ("-sc_threshold", "0"),
        ("-colorspace", "bt709"),
    ):
        values = [args[i + 1] for i, word in enumerate(args) if word == flag]
        assert values == [value] * 3, flag
    assert args.count("-sn") == args.count("-dn") == 3


def test_a_ladder_decodes_once_and_encodes_no_sound() -> None:
    args = _ladder()

    assert args.count(f"file:{UPLOAD}") == 1
    assert _graph(args).count("[0:0]") == 1
    assert [args[i + 1] for i, word in enumerate(args) if word == "-c:a"] == ["copy"] * 3


def test_silence_is_made_where_there_is_no_sound() -> None:
    chosen = source(audio_index=None, audio_codec=None)

    args = plan.sound_step(UPLOAD, chosen, 128, SOUND, Gain()).args

    assert "anullsrc=r=48000:cl=stereo" in args


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_is_tone_mapped_with_its_colours_named(transfer: str) -> None:
    graph = _graph(_ladder(hdr=True, transfer=transfer))

    assert f"tin={transfer}" in graph
    assert "tonemap=desat=0:peak=10:tonemap=mobius" in graph


def test_only_interlaced_pictures_are_deinterlaced() -> None:
    assert "bwdif" in _graph(_ladder(interlaced=True))
    assert "bwdif" not in _graph(_ladder())


@pytest.mark.parametrize(
    ("changes", "matrix"),
    [
        ({"matrix": None, "width": 1280, "height": 960}, "bt709"),
        ({"matrix": None, "width": 640, "height": 480}, "smpte170m"),
        ({"matrix": "bt470bg"}, "bt470"),
    ],
)
def test_unnamed_colours_are_taken_as_players_do(changes: dict[str, object], matrix: str) -> None:
    assert f"in_color_matrix={matrix}:" in _graph(_ladder(**changes))


@pytest.mark.parametrize(
    "changes",
    [{"square": False}, {"full_range": True}, {"pix_fmt": "yuv422p"}, {"matrix": "smpte170m"}],
)
def test_the_top_rung_is_scaled_only_when_it_must_be(changes: dict[str, object]) -> None:
    assert "scale=1920:1080" not in _graph(_ladder())
    assert "scale=1920:1080" in _graph(_ladder(**changes))


def test_the_cut_comes_before_the_steady_rate() -> None:
    graph = _graph(_ladder())

    assert graph.index("trim=end=30.5") < graph.index("fps=fps=30000/1001:start_time=0")


def test_portrait_stands_on_a_blurred_ground_and_landscape_fills() -> None:
    assert "boxblur" in _graph(_ladder(width=1080, height=1920))
    assert "boxblur" not in _graph(_ladder())


def test_cards_tell_their_length() -> None:
    cards = Cards(opening=3.0, fade=0.5, ending=4.5)

    assert (cards.shift, cards.total(30.0)) == (2.5, 36.5)


def test_captions_move_by_the_opening() -> None:
    moved = Captions([Cue(1.0, 2.0, "Aloha")]).shifted(2.5)

    assert moved.cues == [Cue(3.5, 4.5, "Aloha")]


def test_loudness_is_read_from_the_last_summary() -> None:
    tail = "Summary:\n I: -70.0 LUFS\nSummary:\n    I:         -23.1 LUFS\n Peak:  -1.9 dBFS\n"

    assert parse(tail) == Loudness(-23.1, -1.9)


def test_silence_is_known_as_such() -> None:
    assert parse("Summary: I: -70.0 LUFS Peak: -inf dBFS").is_silent


def test_a_missing_loudness_is_a_failure() -> None:
    with pytest.raises(EngineFailed):
        parse("nothing of the kind")


def test_winners_have_the_same_rungs_under_their_own_names() -> None:
    assert [recipe.role for recipe in WINNER_LADDER] == ["winner_1080", "winner_720", "winner_480"]
