"""What a decoded film is told: its ends, its sound's level, flashes, bars, credits."""

from __future__ import annotations

from app.texts import film_moment, text
from app.video.loudness import MOST_GAIN, Loudness
from app.video.measuring import Edges, Flash, Sounding
from app.video.recipes import WEB_LOUDNESS
from app.video.source.report import Reason, fine, number, refusal, warning

# A fade from and to black takes less.
LONG_BLACK = 1.0
LONG_SILENCE = 2.0
SILENCE_DB = -60.0
# Quieter than this can't be brought up to the other films; up to the second it costs hiss.
TOO_QUIET = WEB_LOUDNESS - MOST_GAIN
QUIET = -32.0
# Decoding lifts a loud, clean track a little over full scale. More was cut off at the top.
OVERDRIVEN_DB = 1.0
ON_PURPOSE = text("If that is not on purpose, cut it off and export it again.")


def by_sight(edges: Edges, flash: Flash | None) -> list[Reason]:
    """What the picture shows from its first moment to its last."""
    if edges.all_black:
        return [
            refusal(
                "black",
                text("The picture is black from beginning to end."),
                text("Something went wrong when it was exported. Please export it again."),
            )
        ]
    return [*_black_ends(edges), by_flashes(flash), *_bars(edges), _credits(edges)]


def _black_ends(edges: Edges) -> list[Reason]:
    reasons = []
    if edges.black_start >= LONG_BLACK:
        words = text("It is black for the first %(n)s seconds.", n=number(edges.black_start))
        reasons.append(warning("black_start", words, ON_PURPOSE))
    if edges.black_end >= LONG_BLACK:
        words = text("It is black for the last %(n)s seconds.", n=number(edges.black_end))
        reasons.append(warning("black_end", words, ON_PURPOSE))
    return reasons or [fine("ends", text("It shows a picture from its beginning to its end."))]


def by_flashes(flash: Flash | None) -> Reason:
    if flash is None:
        return fine("flashes", text("Nothing flashes more than three times a second."))
    values = {"n": flash.count, "at": film_moment(flash.at)}
    if flash.whole and flash.red:
        words = text("Around %(at)s it flashes red %(n)s times in one second.", **values)
    elif flash.whole:
        words = text("Around %(at)s it flashes %(n)s times in one second.", **values)
    else:
        words = text(
            "Around %(at)s a part of the picture flashes %(n)s times in one second.", **values
        )
        return warning(
            "flashes_in_part",
            words,
            text(
                "Flashing can make people ill. Slow it down to three times a second at most, or "
                "make it paler or smaller."
            ),
        )
    return refusal(
        "flashes",
        words,
        text(
            "That can bring on a seizure in people with epilepsy, so nobody may be shown it. Slow "
            "it down to three flashes a second at most, or make them much paler, and export it "
            "again."
        ),
    )


def _bars(edges: Edges) -> list[Reason]:
    across, down = edges.bars
    if not across and not down:
        return []
    words = (
        text("Black bars left and right are part of the picture.")
        if across
        else text("Black bars above and below are part of the picture.")
    )
    advice = text(
        "If you did not want them: let your editor make the film in the shape you filmed it in."
    )
    return [fine("bars", words, advice)]


def _credits(edges: Edges) -> Reason:
    """Only a hint. Nobody reads the picture here; what is seen is whether a page stands still."""
    if edges.still_tail:
        return fine(
            "credits",
            text(
                "Near the end a picture stands still for %(n)s seconds.", n=number(edges.still_tail)
            ),
            text("If those are your credits, that is long enough to read them."),
        )
    return fine(
        "no_credits",
        text("We saw no still page with credits at the end."),
        text("If yours roll, or lie over the picture, or you have none to give, all is well."),
    )


def by_ear(sounding: Sounding, level: Loudness) -> list[Reason]:
    """What can be heard, from the first moment to the last."""
    if level.peak < SILENCE_DB:
        return [
            warning(
                "silent",
                text("Its sound track is silent."),
                text("If that is not on purpose, export it again with sound."),
            )
        ]
    return [*_silent_ends(sounding), _level(level)]


def _silent_ends(sounding: Sounding) -> list[Reason]:
    if not sounding.spans:
        return []
    reasons = []
    if sounding.silent_start >= LONG_SILENCE:
        words = text(
            "Nothing is heard in the first %(n)s seconds.", n=number(sounding.silent_start)
        )
        reasons.append(warning("silent_start", words, ON_PURPOSE))
    if sounding.silent_end >= LONG_SILENCE:
        quiet = number(sounding.silent_end)
        words = text("Nothing is heard in the last %(n)s seconds.", n=quiet)
        reasons.append(warning("silent_end", words, ON_PURPOSE))
    return reasons or [fine("sound_ends", text("There is sound at its beginning and at its end."))]


def _level(level: Loudness) -> Reason:
    if level.integrated < TOO_QUIET:
        return warning(
            "too_quiet",
            text("It is so quiet that hardly anything can be heard."),
            text(
                "We can't make it loud enough. Make it louder in your editor, or record it again "
                "closer to whoever speaks."
            ),
        )
    if level.peak > OVERDRIVEN_DB:
        return warning(
            "overdriven",
            text("The sound is too loud for its file and may crackle."),
            text("Listen to it. If it crackles, make it quieter in your editor."),
        )
    if level.integrated < QUIET:
        return fine(
            "quiet",
            text("It is quiet. We make it as loud as the other films."),
            text("Hiss gets louder too. Next time go closer to whoever speaks."),
        )
    return fine("loudness", text("It is loud enough, and not too loud."))


def not_looked_through() -> Reason:
    return fine(
        "not_looked_through",
        text("It is too large to be looked through picture by picture."),
        text("Watch it once more yourselves: is anything black, silent or flashing?"),
    )


def whole() -> Reason:
    return fine("whole", text("It plays from its beginning to its end."))
