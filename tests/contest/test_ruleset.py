"""One list of rules makes everything that speaks of rules, and changes in the open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries, rules, services
from app.contest.models import RuleSet, Season
from app.contest.rules import ChangeKind, Phase, Rule, RulePart, default_rules
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries import services as entries
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from tests.browsing import Browser, words_of
from tests.factories import dates_in, make_entry, make_membership

SignIn = Callable[..., Browser]
RULES = "/organizer/season/rules"


def rule(code: str = "own-1", words: str = "Be kind.", **over: object) -> Rule:
    return replace(Rule(code, RulePart.CONTENT, words), **over)  # type: ignore[arg-type]


# Pure


def test_a_rule_says_its_numbers_and_leaves_anything_else_alone() -> None:
    said = rule(words="At least {n} of 100 %, not {other}, %d or %%.", numbers={"n": 3})
    assert said.said(said.words) == "At least 3 of 100 %, not {other}, %d or %%."


def test_digits_typed_into_the_words_are_told_from_places() -> None:
    before = rule(numbers={"n": 60, "m": 6})
    typed = rule(words="At most 60 s, or {n}.", fault="Longer than 60.", numbers={"n": 90, "m": 6})
    assert rules.old_numbers_typed(before, typed) == {"n": 60}
    placed = rule(words="At most {n} s.", numbers={"n": 90, "m": 6})
    assert rules.old_numbers_typed(before, placed) == {}


def test_an_organizer_who_changes_a_number_is_told_of_words_that_name_the_old_one(
    sign_in: SignIn, olivia: User, season: Season
) -> None:
    browser = sign_in(olivia)
    at = f"{RULES}/length"
    kept = browser.submit(browser.page(at), words="At most 60 seconds.", max_seconds="60")
    assert len(kept.messages) == 1
    changed = browser.submit(browser.page(at), max_seconds="90")
    assert "may still say the old one, 60. Write {max_seconds}" in changed.messages[1]


def test_rules_survive_being_written_down() -> None:
    assert [rules.rule_of(each.as_data()) for each in default_rules()] == default_rules()


def test_the_usual_rules_hold_every_number_once_and_can_be_published() -> None:
    held = [name for each in default_rules() for name in each.numbers]
    assert sorted(held) == sorted(rules.NUMBER_NAMES)
    assert rules.why_not_published(default_rules(), []) is None
    assert len({each.code for each in default_rules()}) == len(default_rules())


def test_changes_are_told_piece_by_piece() -> None:
    was = [rule("a", "Up to two minutes."), rule("b", "No music.")]
    now = [rule("c", "Be kind."), rule("a", "Up to three minutes.")]

    found = rules.changes(was, now)

    assert [(c.kind, c.code) for c in found] == [
        (ChangeKind.ADDED, "c"),
        (ChangeKind.CHANGED, "a"),
        (ChangeKind.REMOVED, "b"),
    ]
    assert [(p.kind, p.words) for p in found[1].pieces] == [
        ("kept", "Up to "),
        ("old", "two "),
        ("new", "three "),
        ("kept", "minutes."),
    ]
    assert [c.plainly() for c in found] == ["Be kind.", "Up to three minutes.", "No music."]


def test_a_changed_number_is_a_change() -> None:
    now = rules.with_numbers(default_rules(), {"max_seconds": 90})
    assert [c.code for c in rules.changes(default_rules(), now)] == ["length"]


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (default_rules(), "Nothing has changed"),
        ([*default_rules(), *(rule(f"x{n}") for n in range(60))], "60 rules are as many"),
        ([r for r in default_rules() if r.code != "length"], "Shortest length in seconds"),
        (rules.with_numbers(default_rules(), {"min_seconds": 90}), "must not be below"),
        ([replace(r, screener="") for r in default_rules()], "at least one point"),
        ([replace(r, fault="") for r in default_rules()], "at least one point"),
    ],
)
def test_what_cannot_be_published(listed: list[Rule], reason: str) -> None:
    assert reason in str(rules.why_not_published(listed, default_rules()))


# With a database


def longer(session: Session, season: Season, actor: User, seconds: int = 90) -> None:
    numbers = {"min_seconds": 15, "max_seconds": seconds}
    services.save_rule(
        session, actor=actor, season=season, code="length", values={"numbers": numbers}
    )


def test_a_new_season_has_rules_that_say_its_numbers(session: Session, season: Season) -> None:
    rule_set = queries.get_rule_set(session, season)
    assert (rule_set.version, rules.numbers_in(rule_set.rules)) == (1, rules.numbers_of(season))


def test_a_draft_changes_nothing_until_it_is_published(
    session: Session, season: Season, olivia: User
) -> None:
    longer(session, season, olivia)
    assert season.max_seconds == 60
    assert queries.get_rule_set(session, season).version == 1

    published = services.publish_rules(
        session, actor=olivia, season=season, note="Schools asked.", now=clock.now()
    )

    assert (season.max_seconds, published.version) == (90, 2)
    assert queries.get_rule_set(session, season) is published
    assert queries.find_draft_rules(session, season) is None


def test_teachers_are_told_after_the_opening_and_not_before(
    session: Session, season: Season, olivia: User, alice: User, bob: User, platform: Platform
) -> None:
    bob.switched_off_at = clock.now()
    for name, at in dates_in(Phase.REGISTRATION, clock.now()).items():
        setattr(season, name, at)
    longer(session, season, olivia, 70)
    services.publish_rules(session, actor=olivia, season=season, note="", now=clock.now())
    assert session.scalars(select(OutgoingMail)).all() == []

    for name, at in dates_in(Phase.SUBMISSIONS, clock.now()).items():
        setattr(season, name, at)
    longer(session, season, olivia, 80)
    with pytest.raises(Refused, match="write why"):
        services.publish_rules(session, actor=olivia, season=season, note=" ", now=clock.now())
    services.publish_rules(
        session, actor=olivia, season=season, note="Songs need time.", now=clock.now()
    )

    sent = session.scalars(select(OutgoingMail)).all()
    assert [mail.to for mail in sent] == [alice.email]
    told = platform.postman.render(sent[0]).text
    assert "15 to 80 seconds long" in told
    assert "Songs need time." in told


def test_what_was_submitted_keeps_its_rules(
    session: Session, season: Season, olivia: User, alice: User
) -> None:
    submitted = make_entry(session, season, status=EntryStatus.SUBMITTED)
    draft = make_entry(session, season, status=EntryStatus.DRAFT)
    services.save_rule(
        session,
        actor=olivia,
        season=season,
        code=None,
        values={"part": RulePart.CONTENT, "words": "No capes.", "screener": "No capes"},
    )
    published = services.publish_rules(
        session, actor=olivia, season=season, note="Capes.", now=clock.now()
    )
    points = [r.code for r in rules.checklist(default_rules())]

    accept = {"verdict": EntryStatus.ACCEPTED, "reasons": [], "words": "", "now": clock.now()}
    entries.decide(session, actor=olivia, entry=submitted, checked=points, **accept)

    assert submitted.status == "accepted"
    late = _submitted_now(session, draft, published)
    with pytest.raises(Refused, match="whole checklist"):
        entries.decide(session, actor=olivia, entry=late, checked=points, **accept)


def _submitted_now(session: Session, entry: Entry, rule_set: RuleSet) -> Entry:
    teacher = session.get_one(User, entry.teacher_id)
    make_membership(session, teacher, entry.school)
    entries.submit_entry(session, actor=teacher, entry=entry, now=clock.now())
    assert entry.rule_set_id == rule_set.id
    return entry


def test_only_organizers_touch_the_rules(session: Session, season: Season, alice: User) -> None:
    values = {"words": "Anything goes."}
    with pytest.raises(NotAllowed):
        services.save_rule(session, actor=alice, season=season, code="team", values=values)
    with pytest.raises(NotAllowed):
        services.remove_rule(session, actor=alice, season=season, code="theme")
    with pytest.raises(NotAllowed):
        services.publish_rules(session, actor=alice, season=season, note="x", now=clock.now())
    with pytest.raises(NotAllowed):
        services.discard_draft(session, actor=alice, season=season)


def test_a_rule_that_sets_a_number_stays_and_an_unknown_one_is_none(
    session: Session, season: Season, olivia: User
) -> None:
    with pytest.raises(Refused, match="Change it instead"):
        services.remove_rule(session, actor=olivia, season=season, code="length")
    with pytest.raises(NotFound):
        services.remove_rule(session, actor=olivia, season=season, code="nothing")
    services.remove_rule(session, actor=olivia, season=season, code="theme")
    services.discard_draft(session, actor=olivia, season=season)
    assert queries.find_draft_rules(session, season) is None
    assert session.scalars(select(AuditEvent.action)).all()[-1] == "rules.draft-discarded"


# Pages


def test_a_rule_is_changed_published_and_shown_as_a_difference(
    session: Session, season: Season, olivia: User, sign_in: SignIn, client: Browser
) -> None:
    browser = sign_in(olivia)
    saved = browser.submit(browser.page(f"{RULES}/length"), max_seconds="75")
    assert saved.messages == ["Saved in the draft. Nobody else sees it until you publish."]
    unsaid = browser.submit(saved, f"{RULES}/publish", status=422)
    assert unsaid.mistakes == ["Please write why: teachers read it in the mail about the change."]
    done = browser.submit(saved, f"{RULES}/publish", note="For the songs.")
    assert done.messages == ["Version 2 of the rules is in force."]

    with client.session_transaction() as cookie:
        cookie.clear()
    public = client.page("/rules")
    assert [words_of(e) for e in public.all("del")] == ["60"]
    assert [words_of(e) for e in public.all("ins")] == ["75"]
    assert "For the songs." in public.text
    assert "15 to 75 seconds long, half a second more or less." in public.text


def test_a_rule_of_ones_own_is_added_and_taken_out(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    page = browser.submit(
        browser.page(f"{RULES}/add"),
        part="content",
        words="100 % kind, {always}, %(n)s.",
        fault="Not.",
    )
    assert "100 % kind, {always}, %(n)s." in page.text
    draft = queries.find_draft_rules(session, season)
    assert draft is not None
    code = draft.rules[-1].code

    gone = browser.submit(page, f"{RULES}/{code}/remove")

    assert "100 % kind" not in gone.text
    assert "It says the same as the rules in force." in gone.text


@pytest.mark.parametrize(
    ("values", "mistakes"),
    [
        ({"words": " "}, ["Please write the rule."]),
        ({"words": "x" * 401}, ["Field cannot be longer than 400 characters."]),
        ({"max_seconds": "0"}, ["Number must be between 1 and 600."]),
        (
            {"max_seconds": "many"},
            ["Not a valid integer value.", "Number must be between 1 and 600."],
        ),
        ({"part": "elsewhere"}, ["Not a valid choice."]),
    ],
)
def test_garbage_in_a_rule_is_told_beside_its_field(
    season: Season, olivia: User, sign_in: SignIn, values: dict[str, str], mistakes: list[str]
) -> None:
    browser = sign_in(olivia)
    page = browser.submit(browser.page(f"{RULES}/length"), status=422, **values)
    assert page.mistakes == mistakes


def test_the_rules_pages_are_the_organizers(
    season: Season, alice: User, judy: User, olivia: User, sign_in: SignIn
) -> None:
    for path in (RULES, f"{RULES}/add", f"{RULES}/length"):
        assert sign_in(olivia).get(path).status_code == 200
        for person in (alice, judy):
            assert sign_in(person).get(path).status_code == 403
    assert sign_in(olivia).get(f"{RULES}/nothing").status_code == 404
