"""What is seen and heard in a film: on made cells, so that each rule shows at its edge."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from app.video.measuring import (
    ALIKE,
    COLUMNS,
    FRAME_BYTES,
    ROWS,
    Edges,
    Flash,
    Flashing,
    Print,
    Printing,
    likeness,
    sounding,
)

Color = tuple[int, int, int]
BLACK, WHITE, GRAY, RED = (0, 0, 0), (255, 255, 255), (127, 127, 127), (255, 0, 0)


def plain(color: Color) -> bytes:
    return bytes(color) * (COLUMNS * ROWS)


def patched(ground: Color, patch: Color, *, columns: range, rows: range) -> bytes:
    """A plain picture with a patch of another color."""
    return b"".join(
        bytes(patch if x in columns and y in rows else ground)
        for y in range(ROWS)
        for x in range(COLUMNS)
    )


def turns(dark: bytes, light: bytes, *, every: int, seconds: float = 3.0) -> Iterator[bytes]:
    """Two pictures that take turns every so many frames."""
    for number in range(round(seconds * 30)):
        yield light if number // every % 2 else dark


def worst(pictures: Iterator[bytes], transfer: str | None = None) -> Flash | None:
    flashing = Flashing(transfer)
    for picture in pictures:
        flashing.feed(picture)
    return flashing.worst


# Flashes: a full turn of 2 x `every` frames is one flash; there are 30 frames in a second.


@pytest.mark.parametrize(
    ("every", "count"), [(1, 15), (2, 8), (3, 5), (4, 4), (5, None), (8, None), (30, None)]
)
def test_more_than_three_flashes_a_second_are_found(every: int, count: int | None) -> None:
    found = worst(turns(plain(BLACK), plain(WHITE), every=every))

    assert (found.count if found else None) == count
    assert found is None or (found.whole, found.red) == (True, False)


@pytest.mark.parametrize(
    ("dark", "light", "found"),
    [
        # Codes of sRGB; the luminance they stand for is what the rule is about.
        ((0, 0, 0), (90, 90, 90), True),  # 0.00 and 0.10
        ((0, 0, 0), (84, 84, 84), False),  # 0.00 and 0.09
        ((229, 229, 229), (255, 255, 255), True),  # 0.78 and 1.00
        ((233, 233, 233), (255, 255, 255), False),  # the darker one is 0.81
        ((180, 180, 180), (195, 195, 195), False),  # 0.46 and 0.55
    ],
)
def test_a_flash_is_a_tenth_of_all_light_and_begins_below_four_fifths(
    dark: Color, light: Color, found: bool
) -> None:
    assert (worst(turns(plain(dark), plain(light), every=3)) is not None) == found


def test_a_slow_swell_counts_as_well_as_a_sudden_one() -> None:
    wave = [0, 40, 80, 120, 80, 40]
    found = worst(plain((code, code, code)) for code in wave * 15)

    assert found is not None
    assert found.whole


@pytest.mark.parametrize(
    ("columns", "rows", "whole"),
    [
        (range(12), range(9), True),  # a quarter of the picture
        (range(12), range(8), False),  # less, but a quarter of a third by a third
        (range(4), range(3), False),
        (range(3), range(3), None),
    ],
)
def test_what_counts_is_how_much_of_the_picture_flashes(
    columns: range, rows: range, whole: bool | None
) -> None:
    lit = patched(BLACK, WHITE, columns=columns, rows=rows)
    found = worst(turns(plain(BLACK), lit, every=3))

    assert (found.whole if found else None) == whole


def test_saturated_red_flashes_even_where_light_stays_the_same() -> None:
    found = worst(turns(plain(GRAY), plain(RED), every=3))

    assert found is not None
    assert (found.red, found.whole) == (True, True)
    pale = worst(turns(plain(GRAY), plain((188, 92, 92)), every=3))
    assert pale is None


def test_lights_that_take_turns_are_found_and_a_fine_pattern_is_not() -> None:
    left = patched(BLACK, WHITE, columns=range(12), rows=range(ROWS))
    right = patched(BLACK, WHITE, columns=range(12, 24), rows=range(ROWS))
    police = worst(turns(left, right, every=3))

    assert police is not None
    assert (police.whole, police.count) == (True, 5)

    def board(odd: int) -> bytes:
        return b"".join(
            bytes(WHITE if (x + y) % 2 == odd else BLACK)
            for y in range(ROWS)
            for x in range(COLUMNS)
        )

    assert worst(turns(board(0), board(1), every=3)) is None


def test_cuts_camera_flashes_and_things_that_move_are_no_danger() -> None:
    two = [plain(WHITE) if number in (30, 31, 50, 51) else plain(GRAY) for number in range(90)]
    assert worst(iter(two)) is None
    dice = random.Random(4)  # noqa: S311 - nothing here is a secret
    cuts = [
        plain((shade, shade, shade)) for shade in (dice.randrange(256) for _ in range(24))
        for _ in range(10)
    ]  # fmt: skip
    assert worst(iter(cuts)) is None
    # A white pillar that runs through the picture twice a second, and one that shakes about.
    runs, shakes = (
        [patched(BLACK, WHITE, columns=range(at, at + 6), rows=range(ROWS)) for at in places]
        for places in ([*range(20)] * 6, [9, 10] * 60)
    )
    assert worst(iter(runs)) is None
    assert worst(iter(shakes)) is None


def test_hdr_is_judged_by_the_light_it_stands_for() -> None:
    # In PQ a code of 82 is 3 cd/m², hardly any light; read as ordinary video it would flash.
    dim = (plain(BLACK), plain((90, 90, 90)))
    assert worst(turns(*dim, every=3)) is not None
    assert worst(turns(*dim, every=3), "smpte2084") is None
    bright = (plain(BLACK), plain((140, 140, 140)))
    assert worst(turns(*bright, every=3), "smpte2084") is not None
    assert worst(turns(*bright, every=3), "arib-std-b67") is not None


# Ends, bars


def seen(*parts: tuple[bytes, float]) -> Edges:
    edges = Edges()
    for picture, seconds in parts:
        for _ in range(round(seconds * 30)):
            edges.feed(picture)
    return edges


def test_black_is_measured_from_either_end() -> None:
    edges = seen((plain(BLACK), 1.5), (plain(GRAY), 3), (plain(BLACK), 1), (plain(GRAY), 1),
                 (plain((9, 9, 9)), 2))  # fmt: skip

    assert edges.black_start == pytest.approx(1.5, abs=0.02)
    assert edges.black_end == pytest.approx(2.0, abs=0.02)
    assert not edges.all_black
    assert seen((plain((20, 20, 20)), 2)).all_black
    assert not seen((plain((21, 20, 20)), 2)).all_black


def test_a_still_page_at_the_end_is_seen_and_one_before_is_not() -> None:
    dice = random.Random(1)  # noqa: S311
    noise = [(bytes(dice.randrange(256) for _ in range(FRAME_BYTES)), 0.1) for _ in range(120)]

    assert seen(*noise, (plain(GRAY), 2.5)).still_tail == pytest.approx(2.5, abs=0.05)
    assert seen(*noise, (plain(GRAY), 2.5), (plain(BLACK), 3)).still_tail > 2
    assert seen(*noise, (plain(GRAY), 1.5)).still_tail == 0
    assert seen((plain(GRAY), 4), *noise).still_tail == 0


@pytest.mark.parametrize(
    ("columns", "rows", "bars"),
    [
        (range(COLUMNS), range(ROWS), (0.0, 0.0)),
        (range(3, 21), range(ROWS), (0.25, 0.0)),
        (range(COLUMNS), range(2, 16), (0.0, pytest.approx(4 / 18))),
        (range(1, 23), range(ROWS), (0.0, 0.0)),  # too thin to be meant
        (range(5, COLUMNS), range(ROWS), (0.0, 0.0)),  # on one side alone
        (range(9, 15), range(6, 12), (0.0, 0.0)),  # a lamp in the dark
    ],
)
def test_bars_have_straight_edges_on_both_sides(
    columns: range, rows: range, bars: tuple[float, float]
) -> None:
    assert seen((patched(BLACK, WHITE, columns=columns, rows=rows), 3)).bars == bars


# Silences


@pytest.mark.parametrize(
    ("notes", "spans"),
    [
        ("", ((0.0, 10.0),)),
        ("lavfi.silence_start=0\nlavfi.silence_end=2.5\nlavfi.silence_duration=2.5\n",
         ((2.5, 10.0),)),
        ("frame:1 pts:2\nlavfi.silence_start=4\nlavfi.silence_end=5\nlavfi.silence_start=8.5\n",
         ((0.0, 4.0), (5.0, 8.5))),
        ("lavfi.silence_start=0\n", ()),
        ("lavfi.silence_start=-0.02\nlavfi.silence_end=99\n", ()),
        ("nonsense lavfi.silence_start=soon\n", ((0.0, 10.0),)),
    ],
)  # fmt: skip
def test_sound_is_what_lies_between_silences(
    notes: str, spans: tuple[tuple[float, float], ...]
) -> None:
    heard = sounding(notes, 10.0)

    assert heard.spans == spans
    assert heard.total == pytest.approx(sum(b - a for a, b in spans))
    assert heard.silent_start == (spans[0][0] if spans else 10.0)


def test_ten_thousand_silences_are_kept_as_a_few_hundred_spans() -> None:
    notes = "".join(
        f"lavfi.silence_start={n + 0.3}\nlavfi.silence_end={n + 0.9}\n" for n in range(10_000)
    )

    heard = sounding(notes, 10_000.0)

    assert len(heard.spans) == 400
    assert (heard.spans[0][0], heard.spans[-1][1]) == (0.0, 10_000.0)


# Likeness


def noise_print(seed: int, seconds: int = 60) -> Print:
    """A film of pictures that have nothing to do with each other, one a second."""
    dice = random.Random(seed)  # noqa: S311
    printing = Printing()
    for _ in range(seconds):
        picture = dice.randbytes(FRAME_BYTES)
        for _ in range(30):
            printing.feed(picture)
    return printing.done()


def test_a_print_is_small_and_comes_back_from_its_bytes() -> None:
    made = noise_print(1)

    kept = made.to_bytes()

    assert len(kept) < 8_000
    assert Print.from_bytes(kept) == made
    empty = Printing().done()
    assert Print.from_bytes(empty.to_bytes()) == empty


def film_of(picture: Callable[[int], bytes], seconds: int = 20) -> Print:
    printing = Printing()
    for number in range(seconds * 30):
        printing.feed(picture(number))
    return printing.done()


def test_films_that_show_nothing_are_not_alike() -> None:
    black = film_of(lambda number: plain(BLACK))
    gray = film_of(lambda number: plain(GRAY))

    assert likeness(black, gray) == 0.0
    assert likeness(Printing().done(), black) == 0.0


def test_two_thousand_prints_are_compared_in_a_moment() -> None:
    mine = noise_print(1)
    # Half of them look enough like it to be worked out to the end.
    kept = [noise_print(seed).to_bytes() for seed in (1, 2, 3, 4)] * 500
    started = time.process_time()

    alike = [other for other in kept if likeness(mine, Print.from_bytes(other)) >= ALIKE]

    assert len(alike) == 500
    assert time.process_time() - started < 5
