"""Two pairs of eyes, notes at moments, holds, and what only one person may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase, checklist, default_rules
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries import queries, rules, services
from app.entries.models import Disclosure, Entry
from app.entries.rules import EntryStatus, Rung
from app.judging.rules import is_judgeable
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import (
    dates_in,
    make_entry,
    make_person,
    make_season,
    make_team_code,
    make_user,
)

SignIn = Callable[..., Browser]
POINTS = [rule.code for rule in checklist(default_rules())]
SCREENING = "/organizer/screening"


@pytest.fixture
def submitted(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    entry = make_entry(
        session, season, school=school_a, teacher=alice, status=EntryStatus.SUBMITTED, slug=None
    )
    make_person(session, entry, Rung.JUDGED, Rung.PUBLIC)
    return entry


@pytest.fixture
def sasha(session: Session) -> User:
    return make_user(session, Role.SCREENER, name="Sasha Screener")


def decide(session: Session, actor: User, entry: Entry, verdict: EntryStatus, **over: Any) -> None:
    values: dict[str, Any] = {"checked": POINTS, "reasons": [], "words": "", "now": clock.now()}
    services.decide(session, actor=actor, entry=entry, verdict=verdict, **(values | over))


def move_to(season: Season, phase: Phase) -> None:
    for name, at in dates_in(phase, clock.now()).items():
        setattr(season, name, at)


# The second look


def test_an_accepted_entry_is_public_only_after_somebody_elses_look(
    session: Session, submitted: Entry, olivia: User, sasha: User, season: Season
) -> None:
    decide(session, sasha, submitted, EntryStatus.ACCEPTED)
    assert not rules.is_publishable(submitted)
    with pytest.raises(Refused, match="somebody else's"):
        services.clear_entry(session, actor=sasha, entry=submitted, checked=POINTS, now=clock.now())

    services.clear_entry(session, actor=olivia, entry=submitted, checked=POINTS, now=clock.now())

    assert rules.is_publishable(submitted)
    assert (submitted.cleared_by, submitted.decisions[-1].screener_id) == (olivia.id, sasha.id)


@pytest.mark.parametrize("how", ["returned", "withdrawn", "accepted again"])
def test_a_second_look_counts_for_what_was_looked_at(
    session: Session, submitted: Entry, olivia: User, sasha: User, alice: User, how: str
) -> None:
    decide(session, sasha, submitted, EntryStatus.ACCEPTED)
    services.clear_entry(session, actor=olivia, entry=submitted, checked=POINTS, now=clock.now())
    if how == "returned":
        decide(session, sasha, submitted, EntryStatus.RETURNED, reasons=["captions"])
    elif how == "withdrawn":
        services.withdraw_entry(session, actor=alice, entry=submitted, now=clock.now())
    else:
        decide(session, olivia, submitted, EntryStatus.ACCEPTED)
    assert submitted.cleared_at is None


def test_the_second_look_is_a_page(
    session: Session, submitted: Entry, olivia: User, sasha: User, sign_in: SignIn
) -> None:
    decide(session, sasha, submitted, EntryStatus.ACCEPTED)
    at = f"{SCREENING}/{submitted.id}"
    own = sign_in(sasha).page(at)
    assert "You accepted it." in own.text
    browser = sign_in(olivia)
    page = browser.page(at)
    assert "A second screener has not looked at it yet." in page.text
    hasty = browser.submit(page, f"{at}/second-look", checked=POINTS[1:], status=422)
    assert hasty.mistakes == ["Please go through the whole checklist before you accept."]

    browser.submit(page, f"{at}/second-look", checked=POINTS)

    assert submitted.cleared_by == olivia.id
    assert "Everybody released it; it may be shown." in browser.page(at).text


# Holds


def test_whoever_screens_holds_and_an_organizer_lets_go(
    session: Session, season: Season, olivia: User, sasha: User, sign_in: SignIn
) -> None:
    move_to(season, Phase.VOTING)
    entry = make_entry(session, season, slug="shown")
    browser = sign_in(sasha)
    assert browser.get("/watch/shown").status_code == 200
    at = f"{SCREENING}/{entry.id}"

    held = browser.submit(browser.page(at), f"{at}/hold")

    assert browser.get("/watch/shown").status_code == 410
    assert [f.get("action") for f in held.all("form") if f.get("action") == f"{at}/end-hold"] == []
    with pytest.raises(NotAllowed):
        services.end_hold(session, actor=sasha, entry=entry)
    manager = sign_in(olivia)
    manager.submit(manager.page(at), f"{at}/end-hold")
    assert manager.get("/watch/shown").status_code == 200


# Notes and the time to mend


def test_notes_go_to_the_school_with_a_return_once(
    session: Session,
    submitted: Entry,
    olivia: User,
    alice: User,
    client: Browser,
    platform: Platform,
    sign_in: SignIn,
) -> None:
    browser = sign_in(olivia)
    at = f"{SCREENING}/{submitted.id}"
    for second, words in (("12.4", "A plate can be read."), ("3", "The sound is gone.")):
        browser.submit(browser.page(at), f"{at}/notes", at_seconds=second, words=words)
    assert session.scalars(select(OutgoingMail)).all() == []

    decide(session, olivia, submitted, EntryStatus.RETURNED)

    told = platform.postman.render(session.scalars(select(OutgoingMail)).one()).text
    assert told.index("At 0:03: The sound is gone.") < told.index("At 0:12: A plate can be read.")
    assert "It may come back until" in told
    teacher = sign_in(alice).page(f"/teacher/entries/{submitted.id}").text
    assert "At 0:12: A plate can be read." in teacher
    code = make_team_code(session, submitted)
    client.send(client.page("/team/"), code=code.code)
    team = client.page("/team/video")
    assert "It came back: please mend this" in team.text
    assert "At 0:12: A plate can be read." in team.text
    with pytest.raises(Refused, match="sent this note already"):
        services.remove_note(session, actor=olivia, entry=submitted, note=submitted.notes[0])


def test_a_note_that_was_not_sent_is_nobody_elses(
    session: Session, submitted: Entry, olivia: User, alice: User, sign_in: SignIn
) -> None:
    note = services.add_note(
        session, actor=olivia, entry=submitted, at_seconds=-5, words="Hm.", now=clock.now()
    )
    assert note.at_seconds == 0.0
    assert "Hm." not in sign_in(alice).page(f"/teacher/entries/{submitted.id}").text
    services.remove_note(session, actor=olivia, entry=submitted, note=note)
    assert submitted.notes == []


@pytest.mark.parametrize(
    ("values", "mistake"),
    [
        ({"at_seconds": "", "words": "x"}, "At which second?"),
        ({"at_seconds": "soon", "words": "x"}, "Not a valid float value."),
        ({"at_seconds": "nan", "words": "x"}, "Number must be between 0 and 36000."),
        ({"at_seconds": "-1", "words": "x"}, "Number must be between 0 and 36000."),
        ({"at_seconds": "1", "words": " "}, "Please write what is there."),
        ({"at_seconds": "1", "words": "x" * 501}, "Field cannot be longer than 500 characters."),
    ],
)
def test_garbage_is_no_note(
    submitted: Entry, olivia: User, sign_in: SignIn, values: dict[str, str], mistake: str
) -> None:
    browser = sign_in(olivia)
    at = f"{SCREENING}/{submitted.id}"
    page = browser.submit(browser.page(at), f"{at}/notes", status=422, **values)
    assert mistake in page.mistakes
    assert submitted.notes == []


def test_a_technical_fault_may_be_mended_after_the_deadline_and_another_may_not(
    session: Session, submitted: Entry, olivia: User, alice: User, season: Season
) -> None:
    move_to(season, Phase.SCREENING)
    now = clock.now()
    with pytest.raises(Refused, match="only technical faults"):
        decide(session, olivia, submitted, EntryStatus.RETURNED, reasons=["rights"], now=now)

    decide(session, olivia, submitted, EntryStatus.RETURNED, reasons=["captions"], now=now)

    assert submitted.cure_until == now + timedelta(hours=72)
    with pytest.raises(Refused, match="time to mend it has passed"):
        services.submit_entry(session, actor=alice, entry=submitted, now=now + timedelta(hours=72))
    services.submit_entry(
        session, actor=alice, entry=submitted, now=now + timedelta(hours=72, seconds=-1)
    )
    assert (submitted.status, submitted.cure_until) == ("submitted", None)


def test_disqualifying_takes_a_rule(session: Session, submitted: Entry, olivia: User) -> None:
    with pytest.raises(Refused, match="for a rule it broke"):
        decide(session, olivia, submitted, EntryStatus.DISQUALIFIED, words="I don't like it.")
    assert submitted.status == "submitted"


# Disclosures


def test_a_disclosure_reaches_one_person_and_shows_what_to_do(
    session: Session,
    submitted: Entry,
    season: Season,
    olivia: User,
    sasha: User,
    platform: Platform,
    sign_in: SignIn,
) -> None:
    lead = make_user(session, Role.SCREENER, name="Lena Lead")
    season.safeguarding_lead_id = lead.id
    season.escalation = "Call the school office.\nThen the hotline."
    browser = sign_in(sasha)
    at = f"{SCREENING}/{submitted.id}"

    page = browser.submit(browser.page(at), f"{at}/disclosure", words="She means herself.")

    assert "Call the school office." in page.text
    assert submitted.held_at is not None
    mail = session.scalars(select(OutgoingMail)).one()
    rendered = platform.postman.render(mail)
    assert mail.to == lead.email
    assert submitted.title not in rendered.text + rendered.subject
    for person in (olivia, sasha):
        assert sign_in(person).get(f"{SCREENING}/disclosures").status_code == 404
    mine = sign_in(lead)
    shown = mine.page(f"{SCREENING}/disclosures")
    assert "She means herself." in shown.text
    disclosure = session.scalars(select(Disclosure)).one()
    close = f"{SCREENING}/disclosures/{disclosure.id}/close"
    assert mine.send(shown, close, words=" ").status_code == 409
    closed = mine.submit(shown, close, words="The school counselor has spoken with her.")
    assert "The school counselor has spoken with her." in closed.text
    assert submitted.held_at is not None


def test_a_disclosure_stands_in_no_log_list_or_page_of_others(
    session: Session,
    submitted: Entry,
    season: Season,
    olivia: User,
    sasha: User,
    alice: User,
    sign_in: SignIn,
) -> None:
    lead = make_user(session, Role.ORGANIZER, name="Lena Lead")
    season.safeguarding_lead_id = lead.id
    canary = "canary-3141592653"
    services.raise_disclosure(session, actor=sasha, entry=submitted, words=canary, now=clock.now())
    session.flush()
    told = [str(event.details) for event in session.scalars(select(AuditEvent))]
    assert canary not in " ".join(told)
    assert "disclos" not in " ".join(session.scalars(select(AuditEvent.action)))
    # What it leaves there is what any hold leaves.
    assert session.scalars(select(AuditEvent.action)).all()[-1] == "entry.held"
    pages = [
        "/organizer/",
        f"{SCREENING}/",
        f"{SCREENING}/{submitted.id}",
        "/organizer/audit",
        "/organizer/jobs",
    ]
    browser = sign_in(olivia)
    for path in pages:
        assert canary not in browser.get(path).text
    assert canary not in sign_in(alice).page(f"/teacher/entries/{submitted.id}").text
    with pytest.raises(NotFound):
        queries.disclosures_for(session, olivia)


def test_without_a_lead_the_screener_is_told_to_speak_to_somebody(
    session: Session, submitted: Entry, sasha: User
) -> None:
    with pytest.raises(Refused, match="in person"):
        services.raise_disclosure(session, actor=sasha, entry=submitted, words="", now=clock.now())
    assert session.scalars(select(Disclosure)).all() == []


def test_a_teacher_screens_nothing(
    session: Session, submitted: Entry, alice: User, sign_in: SignIn
) -> None:
    now, who = clock.now(), {"actor": alice, "entry": submitted}
    for deed in (
        lambda: services.clear_entry(session, **who, checked=POINTS, now=now),
        lambda: services.hold_back(session, **who, now=now),
        lambda: services.raise_disclosure(session, actor=alice, entry=submitted, words="", now=now),
        lambda: services.add_note(session, **who, at_seconds=1, words="x", now=now),
    ):
        with pytest.raises(NotAllowed):
            deed()


@pytest.fixture
def flagged(
    session: Session, submitted: Entry, season: Season, sasha: User
) -> tuple[Disclosure, User]:
    """An open disclosure about the submitted entry, and the safeguarding lead."""
    lead = make_user(session, Role.SCREENER, name="Lena Lead")
    season.safeguarding_lead_id = lead.id
    disclosure = services.raise_disclosure(
        session, actor=sasha, entry=submitted, words="She means herself.", now=clock.now()
    )
    return disclosure, lead


def test_nobody_ends_the_hold_of_an_open_disclosure(
    session: Session, submitted: Entry, olivia: User, flagged: tuple[Disclosure, User]
) -> None:
    disclosure, lead = flagged
    with pytest.raises(Refused, match="kept back for now"):
        services.end_hold(session, actor=olivia, entry=submitted)
    assert submitted.held_at is not None

    services.close_disclosure(
        session, actor=lead, disclosure=disclosure, words="All is well.", now=clock.now()
    )
    services.end_hold(session, actor=olivia, entry=submitted)

    assert submitted.held_at is None
    with pytest.raises(Refused, match="closed already"):
        services.close_disclosure(
            session, actor=lead, disclosure=disclosure, words="Again.", now=clock.now()
        )
    assert disclosure.closing_words == "All is well."


def test_a_school_cannot_take_it_out_of_the_leads_reach(
    session: Session,
    submitted: Entry,
    season: Season,
    alice: User,
    sasha: User,
    flagged: tuple[Disclosure, User],
    sign_in: SignIn,
) -> None:
    disclosure, lead = flagged
    services.withdraw_entry(session, actor=alice, entry=submitted, now=clock.now())
    assert sign_in(lead).get(f"{SCREENING}/{submitted.id}").status_code == 200
    assert sign_in(sasha).get(f"{SCREENING}/{submitted.id}").status_code == 404

    # A later season does not hide it, and neither does the entry's end.
    make_season(session, year=season.year + 1)
    services.delete_entry(session, entry=submitted, now=clock.now())
    session.commit()
    session.expire_all()

    assert [(d.words, entry) for d, entry in queries.disclosures_for(session, lead)] == [
        ("She means herself.", None)
    ]
    assert "An entry that was erased since" in sign_in(lead).page(f"{SCREENING}/disclosures").text
    services.close_disclosure(
        session, actor=lead, disclosure=disclosure, words="Told the office.", now=clock.now()
    )
    session.flush()
    assert session.scalars(select(Disclosure)).all() == []


def test_a_lead_who_cannot_sign_in_is_nobody_to_tell(
    session: Session, submitted: Entry, season: Season, sasha: User
) -> None:
    gone = make_user(session, Role.SCREENER, switched_off_at=clock.now())
    season.safeguarding_lead_id = gone.id
    with pytest.raises(Refused, match="in person"):
        services.raise_disclosure(session, actor=sasha, entry=submitted, words="", now=clock.now())


# Nobody screens her own, and what was looked at is what is shown


def test_a_teacher_who_screens_leaves_her_own_school_to_others(
    session: Session, submitted: Entry, bob: User
) -> None:
    bob.role_grants.append(RoleGrant(role=Role.SCREENER))
    session.flush()
    with pytest.raises(NotAllowed):
        decide(session, bob, submitted, EntryStatus.ACCEPTED)
    assert submitted.status == "submitted"


def test_captions_nobody_has_looked_at_void_the_second_look(
    session: Session, submitted: Entry, olivia: User, sasha: User, alice: User
) -> None:
    submitted.captions = ""
    decide(session, sasha, submitted, EntryStatus.ACCEPTED)
    services.clear_entry(session, actor=olivia, entry=submitted, checked=POINTS, now=clock.now())

    services.save_captions(
        session,
        actor=alice,
        entry=submitted,
        data=b"WEBVTT\n\n00:01.000 --> 00:03.000\nSomething nobody read.\n",
        language="en",
        now=clock.now(),
    )

    assert submitted.captions != ""
    assert submitted.cleared_at is None
    assert not rules.is_publishable(submitted)


def test_what_is_held_back_leaves_the_judges_queue(submitted: Entry) -> None:
    submitted.status = EntryStatus.ACCEPTED
    assert is_judgeable(submitted)
    submitted.held_at = clock.now()
    assert not is_judgeable(submitted)
