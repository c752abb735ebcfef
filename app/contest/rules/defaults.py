"""The words a new season begins with, as message ids: they are known in other languages as long as
nobody changes them."""

from __future__ import annotations

from app.contest.rules.rule_parts import RulePart
from app.contest.rules.ruleset import Rule
from app.texts import text

DEFAULT_CATEGORIES = (
    (
        text("Cyberbullying").message,
        text("What it does, how it stops, and what a bystander can do.").message,
    ),
    (
        text("Privacy and copyright").message,
        text("What we share, whose work it is, and who is looking.").message,
    ),
    (
        text("Online predators").message,
        text("How strangers pretend, which signs to notice, and whom to tell.").message,
    ),
)
DEFAULT_DIVISIONS = (
    text("Grades K-2").message,
    text("Grades 3-5").message,
    text("Grades 6-8").message,
    text("Grades 9-12").message,
)
DEFAULT_PRIZES = (
    (1, text("$500 for the school").message),
    (2, text("$300 for the school").message),
    (3, text("$200 for the school").message),
)
DEFAULT_RUBRIC: tuple[tuple[str, int, str, tuple[str, ...]], ...] = (
    (
        text("Clear and accurate message").message,
        30,
        text("One message about staying safe online, and it is right.").message,
        (
            "No message, or advice that could do harm",
            "A message is there, but vague or partly wrong",
            "Clear enough and correct",
            "Clear, correct and easy to remember",
            "Unmistakable, correct, and it says what to do",
        ),
    ),
    (
        text("Persuades its audience").message,
        25,
        text("The people it is made for would listen, and might act.").message,
        (
            "Would lose its audience",
            "Holds attention in places",
            "Holds attention to the end",
            "Touches or convinces",
            "You would want to show it to somebody at once",
        ),
    ),
    (
        text("Original").message,
        20,
        text("An idea of their own, not one seen many times.").message,
        (
            "Copies something known",
            "A familiar idea, told as usual",
            "A familiar idea with a turn of its own",
            "A fresh idea",
            "Nobody else would have made this",
        ),
    ),
    (
        text("Craft").message,
        15,
        text("Picture, sound and edit serve the message.").message,
        (
            "Hard to see or hear",
            "Problems get in the way",
            "Easy to follow",
            "Well made throughout",
            "Could be on television tonight",
        ),
    ),
    (
        text("Fits the brief").message,
        10,
        text("Length, credits and captions are as the rules ask.").message,
        (
            "Misses the brief",
            "Several things missing",
            "One thing missing",
            "Complete",
            "Complete and careful in every detail",
        ),
    ),
)


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
