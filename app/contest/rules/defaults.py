"""The rules a new season begins with."""

from __future__ import annotations

from app.contest.rules.ruleset import Rule, RulePart
from app.texts import text


def default_rules() -> list[Rule]:
    """What a new season begins with."""
    return [
        Rule(
            "team",
            RulePart.WHO,
            text(
                "A team of 1 to {team_most} students of one school, entered by a teacher of that "
                "school."
            ).message,
            numbers={"team_most": 6},
        ),
        Rule(
            "entries",
            RulePart.WHO,
            text(
                "A teacher may put up to {entries_most} entries into one category. One category "
                "and one division an entry."
            ).message,
            numbers={"entries_most": 5},
        ),
        Rule(
            "students",
            RulePart.WHO,
            text(
                "Students need no account and give us no last name, e-mail or phone number."
            ).message,
        ),
        Rule(
            "length",
            RulePart.VIDEO,
            text(
                "{min_seconds} to {max_seconds} seconds long, half a second more or less. With "
                "27 or 57 seconds, our 3-second end card makes it fit television exactly."
            ).message,
            team=text("It is {min_seconds} to {max_seconds} seconds long.").message,
            screener=text("Its length and its credits are as the rules ask").message,
            fault=text(
                "It is not {min_seconds} to {max_seconds} seconds long, or its credits are missing."
            ).message,
            curable=True,
            numbers={"min_seconds": 15, "max_seconds": 60},
        ),
        Rule(
            "size",
            RulePart.VIDEO,
            text(
                "Up to {max_megabytes} MB: MP4, MOV, WebM, MKV, AVI and what a phone, a "
                "Chromebook or an editor makes."
            ).message,
            numbers={"max_megabytes": 2000},
        ),
        Rule(
            "technical",
            RulePart.VIDEO,
            text(
                "Picture and sound can be followed: at least 240 lines (below 1280×720 we warn). "
                "Landscape is best; portrait is accepted and framed."
            ).message,
            team=text("We watched it to the end: picture and sound are fine.").message,
            screener=text("Picture and sound can be followed").message,
            fault=text("Picture or sound have a fault that would spoil it for viewers.").message,
            curable=True,
        ),
        Rule(
            "flashes",
            RulePart.VIDEO,
            text("Nothing flashes more than three times a second: it can make people ill.").message,
            team=text("Nothing flashes fast.").message,
            screener=text("No flashing that could hurt somebody").message,
            fault=text("It flashes in a way that could make somebody ill.").message,
            curable=True,
        ),
        Rule(
            "captions",
            RulePart.VIDEO,
            text("Captions are required before the public can see it.").message,
            team=text("It has captions, and they match what is said.").message,
            screener=text("The captions match what is said, or there are none yet").message,
            fault=text("The captions don't match what is said.").message,
            curable=True,
        ),
        Rule(
            "message",
            RulePart.CONTENT,
            text("Its advice is right and does no harm.").message,
            team=text("Our advice is right: we looked it up or asked somebody who knows.").message,
            screener=text("The message is right and does no harm").message,
            fault=text("The advice in it is not right, or could do harm.").message,
        ),
        Rule(
            "theme",
            RulePart.CONTENT,
            text("It fits the category it is entered in.").message,
            screener=text("It fits the category it was entered in").message,
            fault=text("It does not fit the category it was entered in.").message,
        ),
        Rule(
            "personal",
            RulePart.CONTENT,
            text(
                "No real names, addresses, plates, handles or badges, in picture or sound."
            ).message,
            team=text("No real names, addresses, plates, handles or badges.").message,
            screener=text(
                "No real names, addresses, plates, handles or badges to be seen or heard"
            ).message,
            fault=text(
                "Something in the picture or sound gives away who or where somebody is."
            ).message,
        ),
        Rule(
            "release",
            RulePart.CONTENT,
            text(
                "Nobody can be recognized by sight or voice without a release, not even in the "
                "background."
            ).message,
            team=text("Everybody who can be seen or heard agreed, and our teacher knows.").message,
            screener=text(
                "Everybody who can be recognized is on the list of appearing people"
            ).message,
            fault=text(
                "Somebody can be recognized who is not on the list of appearing people."
            ).message,
        ),
        Rule(
            "rights",
            RulePart.CONTENT,
            text(
                "Original work. All music and pictures that others made stand in the cue sheet "
                "with source and licence. No music from the charts."
            ).message,
            team=text("Music and pictures are our own, or stand in the cue sheet.").message,
            screener=text("Music and pictures match the cue sheet; no chart music").message,
            fault=text(
                "There is music or a picture without a source and licence in the cue sheet."
            ).message,
        ),
        Rule(
            "ai",
            RulePart.CONTENT,
            text("Use of AI is declared.").message,
            team=text("Our teacher knows what AI did in it.").message,
            screener=text("What AI made in it is declared").message,
            fault=text("AI was used for something that is not declared.").message,
        ),
        Rule(
            "cure",
            RulePart.ORDER,
            text(
                "A technical fault may be mended within {cure_hours} hours after we tell the "
                "school, also when the deadline has passed. Other faults may be mended until the "
                "deadline."
            ).message,
            numbers={"cure_hours": 72},
        ),
        Rule(
            "change",
            RulePart.ORDER,
            text(
                "If a rule has to change after submissions open, the change is shown here and "
                "mailed to every teacher, and never counts for what was submitted before."
            ).message,
        ),
    ]
