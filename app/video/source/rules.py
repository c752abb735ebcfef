"""What a probed file is told by the season's rules, before anything of it is decoded."""

from __future__ import annotations

from app.texts import Text, text
from app.video.source.facts import Source
from app.video.source.report import Limits, Reason, fine, number, refusal, warning

MOST_PIXELS = 8192 * 4320
FEWEST_LINES = 240
GOOD_LINES = 720
GOOD_FPS = 15.0
# From here on a length is told in minutes.
LONG = 600.0
SHORTER = text("Cut it shorter and export it again.")
BEST_SIZE = text("Please export it larger: 1920 × 1080 is best.")


def by_rules(source: Source, limits: Limits) -> list[Reason]:
    """Length, size, frame rate, shape and whether there is sound at all."""
    return [
        length(source.duration, limits),
        _size(source),
        _frame_rate(source),
        _shape(source),
        _sound(source),
    ]


def length(seconds: float, limits: Limits) -> Reason:
    if seconds < limits.min_seconds - limits.tolerance:
        return refusal(
            "too_short",
            text(
                "It is %(seconds)s seconds long. The shortest allowed is %(limit)s seconds.",
                seconds=number(seconds),
                limit=number(limits.min_seconds),
            ),
            text("Add to it, or let pictures stand longer, and export it again."),
        )
    if seconds > limits.max_seconds + limits.tolerance:
        return refusal("too_long", _too_long(seconds, limits), SHORTER)
    return fine(
        "length",
        text(
            "It is %(seconds)s seconds long; %(least)s to %(most)s are allowed.",
            seconds=number(seconds),
            least=number(limits.min_seconds),
            most=number(limits.max_seconds),
        ),
    )


def _too_long(seconds: float, limits: Limits) -> Text:
    limit = number(limits.max_seconds)
    if seconds >= LONG:
        return text(
            "It is %(minutes)s minutes long. The longest allowed is %(limit)s seconds.",
            minutes=number(seconds / 60),
            limit=limit,
        )
    return text(
        "It is %(seconds)s seconds long. The longest allowed is %(limit)s seconds.",
        seconds=number(seconds),
        limit=limit,
    )


def _size(source: Source) -> Reason:
    sizes = {"width": source.width, "height": source.height}
    lines = min(source.width, source.height)
    if lines < FEWEST_LINES:
        return refusal(
            "too_small", text("The picture is only %(width)s × %(height)s.", **sizes), BEST_SIZE
        )
    if source.width * source.height > MOST_PIXELS:
        return refusal(
            "too_many_pixels",
            text("The picture is larger than 8K."),
            text("Please export it as 1920 × 1080."),
        )
    if lines < GOOD_LINES:
        return warning(
            "below_720p",
            text(
                "The picture is %(width)s × %(height)s and will look soft on a large screen.",
                **sizes,
            ),
            text("If you have it larger, export it again: 1920 × 1080 is best."),
        )
    return fine("size", text("The picture is %(width)s × %(height)s: large enough.", **sizes))


def _frame_rate(source: Source) -> Reason:
    rate = number(source.fps)
    if source.fps < GOOD_FPS:
        return warning(
            "low_frame_rate",
            text("It has only %(fps)s pictures a second, so movement may look jerky.", fps=rate),
            text("If your editor lets you choose, export it with 24, 25 or 30."),
        )
    return fine("frame_rate", text("It has %(fps)s pictures a second.", fps=rate))


def _shape(source: Source) -> Reason:
    if source.height > source.width:
        return fine(
            "portrait",
            text("It stands upright. That is allowed."),
            text(
                "On a wide screen it gets a blurred ground left and right. "
                "Next time hold the phone sideways, if you like it to fill the screen."
            ),
        )
    if source.height == source.width:
        return fine(
            "square",
            text("It is square. That is allowed."),
            text("On a wide screen it gets a blurred ground left and right."),
        )
    return fine("landscape", text("It is wider than high, as screens are."))


def _sound(source: Source) -> Reason:
    if source.audio_index is None:
        return warning(
            "no_sound",
            text("It has no sound."),
            text("If that is not on purpose, export it again with sound."),
        )
    return fine("sound", text("It has a sound track."))
