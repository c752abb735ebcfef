"""A parent's link: read in her language, answered once, taken back at once, told to nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries import rules, services
from app.entries.models import AppearingPerson, Entry, ReleaseLink, TranslationReview
from app.entries.rules import EntryStatus, Rung, Signer
from app.schools.models import School
from app.texts import RELEASES, languages
from tests.browsing import Browser
from tests.factories import dates_in, make_entry, make_person, make_translation_review
from tests.servers import Mailbox

SignIn = Callable[..., Browser]
ALL_YES = {rung.value: "yes" for rung in Rung}
WHO = {"signer": "parent", "signer_name": "Malia Akana"}


@pytest.fixture
def entry(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    return make_entry(session, season, school=school_a, teacher=alice, slug="think-first")


@pytest.fixture
def person(session: Session, entry: Entry) -> AppearingPerson:
    return make_person(session, entry, alias="Kai")


@pytest.fixture
def reviewed(session: Session, olivia: User) -> TranslationReview:
    """Spanish has been read by somebody who speaks it, and nothing else has."""
    return make_translation_review(session, olivia, "es")


@pytest.fixture
def link(
    session: Session,
    alice: User,
    entry: Entry,
    person: AppearingPerson,
    reviewed: TranslationReview,
) -> ReleaseLink:
    return services.make_release_link(
        session, actor=alice, entry=entry, person=person, language_tag="es", now=clock.now()
    )


@pytest.fixture
def address(link: ReleaseLink, platform: Platform) -> str:
    return f"/release/{platform.signer.sign(rules.RELEASE_PURPOSE, link.id)}"


def given(person: AppearingPerson) -> set[str]:
    return {str(rung) for rung in person.rungs}


def test_the_page_is_read_in_the_familys_language(client: Browser, address: str) -> None:
    response = client.get(f"{address}?lang=es")
    page = client.page(f"{address}?lang=es")

    assert page.heading == "¿Se puede mostrar este video?"
    assert page.one("html").get("lang") == "es"
    assert response.headers["Content-Language"] == "es"
    assert page.all("p", lang="en") == []
    assert [a.get("lang") for a in page.all("a") if a.get("hreflang")] == ["en", "es"]
    assert client.page(f"{address}?lang=en").heading == "May this video be shown?"


def test_a_draft_is_offered_to_no_family(
    session: Session, client: Browser, address: str, reviewed: TranslationReview
) -> None:
    session.delete(reviewed)
    page = client.page(f"{address}?lang=es", headers={"Accept-Language": "es"})
    assert page.heading == "May this video be shown?"
    assert [a for a in page.all("a") if a.get("hreflang")] == []


@pytest.mark.parametrize("tag", languages(RELEASES))
def test_a_demonstration_offers_drafts_and_says_so_with_the_english_beside_them(
    app: Flask,
    session: Session,
    platform: Platform,
    client: Browser,
    address: str,
    tag: str,
    reviewed: TranslationReview,
) -> None:
    session.delete(reviewed)
    app.extensions["hoike"] = replace(platform, demonstration=True)
    page = client.page(f"{address}?lang={tag}")
    offered = [a.get("lang") for a in page.all("a") if a.get("hreflang")]
    assert offered == languages(RELEASES)
    assert page.one("html").get("lang") == tag
    english = page.all("p", lang="en")
    assert len(english) == (0 if tag == "en" else len(Rung))


def test_the_language_follows_choice_browser_and_teacher_in_this_order(
    client: Browser, address: str
) -> None:
    def spoken(query: str, browser: str) -> str | None:
        answer = client.get(address + query, headers={"Accept-Language": browser})
        return answer.headers.get("Content-Language")

    assert spoken("?lang=en", "es") == "en"
    assert spoken("", "en;q=0.3, es;q=0.9") == "es"
    assert spoken("", "fr") == "es"
    assert spoken("?lang=xx", "en") == "en"


def test_answers_to_words_that_changed_meanwhile_are_not_taken(
    session: Session,
    client: Browser,
    address: str,
    person: AppearingPerson,
    reviewed: TranslationReview,
) -> None:
    page = client.page(f"{address}?lang=es")
    session.delete(reviewed)

    again = client.submit(page, **WHO, **ALL_YES, status=422)

    assert "Please read them again." in again.text
    assert again.heading == "May this video be shown?"
    assert given(person) == set()
    client.submit(again, **WHO, **ALL_YES)
    assert given(person) == {"C1", "C2", "C3", "C4"}


def test_nothing_is_answered_beforehand_and_opening_changes_nothing(
    client: Browser, address: str, person: AppearingPerson, session: Session
) -> None:
    for _ in range(50):
        client.get(address, headers={"Sec-Purpose": "prefetch"})
    page = client.page(f"{address}?lang=en")
    assert [e for e in page.all("input", type="radio") if e.get("checked") is not None] == []
    assert given(person) == set()
    assert session.scalars(select(ReleaseLink.answered_at)).all() == [None]


def test_each_rung_is_allowed_or_refused_by_itself(
    client: Browser, address: str, person: AppearingPerson, session: Session, link: ReleaseLink
) -> None:
    page = client.submit(
        client.page(f"{address}?lang=es"), **WHO, C1="yes", C2="yes", C3="no", C4="no"
    )

    assert "Gracias, sus respuestas quedaron registradas" in page.text
    assert given(person) == {"C1", "C2"}
    release = person.releases[0]
    assert (release.signer, release.attested_by, release.link_id) == ("parent", None, link.id)
    assert link.answers == {"C1": True, "C2": True, "C3": False, "C4": False}
    assert link.words["C2"].startswith("Galería pública y votación")
    assert (link.signer_name, link.answered_language) == ("Malia Akana", "es")
    trace = session.scalars(select(AuditEvent).where(AuditEvent.action == "release.answered")).one()
    assert "Malia" not in str(trace.details)


@pytest.mark.parametrize(
    ("values", "mistakes"),
    [
        ({"C3": None}, ["Please answer yes or no."]),
        ({"C1": "maybe"}, ["Not a valid choice."]),
        ({"signer": "school"}, ["Not a valid choice."]),
        ({"signer_name": "  "}, ["Please type your name."]),
        ({"signer_name": "x" * 121}, ["Field cannot be longer than 120 characters."]),
        ({"signed_on": "2999-01-01"}, []),
        ({"signed_on": "soon"}, ["Not a valid date value."]),
        ({"copy_to": "nobody"}, ["That does not look like an e-mail address."]),
        (
            {"csrf_token": "old"},
            [],
        ),
    ],
)
def test_an_unclear_answer_is_asked_again_and_nothing_is_lost(
    client: Browser,
    address: str,
    person: AppearingPerson,
    values: dict[str, str],
    mistakes: list[str],
) -> None:
    filled = {**ALL_YES, **WHO, **values}
    page = client.submit(client.page(f"{address}?lang=en"), status=422, **filled)

    assert page.mistakes == mistakes
    kept = [e for e in page.all("input", type="radio") if e.get("checked") is not None]
    assert len(kept) >= 4
    assert given(person) == set()


def test_a_link_is_answered_once(
    client: Browser,
    address: str,
    person: AppearingPerson,
    session: Session,
    entry: Entry,
    link: ReleaseLink,
) -> None:
    form = client.page(f"{address}?lang=en")
    client.submit(form, **WHO, C1="no", C2="no", C3="no", C4="no")

    again = client.submit(form, status=422, **WHO, **ALL_YES)

    assert given(person) == set()
    assert again.all("input", type="radio") == []
    with pytest.raises(Refused, match="used already"):
        services.answer_release_link(
            session,
            link=link,
            person=person,
            entry=entry,
            answers=dict.fromkeys(Rung, True),
            signer=Signer.PARENT,
            signer_name="X",
            signed_on=clock.now().date(),
            copy_to="",
            now=clock.now(),
        )


def test_old_altered_and_withdrawn_links_open_nothing(
    client: Browser,
    address: str,
    link: ReleaseLink,
    person: AppearingPerson,
    session: Session,
    alice: User,
    entry: Entry,
    platform: Platform,
) -> None:
    assert client.get(address[:-2] + "xx").status_code == 404
    assert client.get(f"/release/{platform.signer.sign('other', link.id)}").status_code == 404
    assert client.get(f"/release/{platform.signer.sign(rules.RELEASE_PURPOSE, 9**9)}").status_code
    form = client.page(f"{address}?lang=en")
    link.expires_at = clock.now() - timedelta(seconds=1)
    late = client.submit(form, status=422, **WHO, **ALL_YES)
    assert "This link is too old." in late.text
    link.expires_at = clock.now() + timedelta(days=1)
    services.make_release_link(
        session, actor=alice, entry=entry, person=person, language_tag="en", now=clock.now()
    )
    assert "The teacher took this link back." in client.page(f"{address}?lang=en").text
    assert given(person) == set()


def test_a_yes_is_taken_back_at_once_and_no_is_final_there(
    client: Browser,
    address: str,
    person: AppearingPerson,
    entry: Entry,
    session: Session,
    season: Season,
) -> None:
    for name, at in dates_in(Phase.VOTING, clock.now()).items():
        setattr(season, name, at)
    page = client.submit(client.page(f"{address}?lang=en"), **WHO, **ALL_YES)
    assert client.get("/watch/think-first").status_code == 200

    after = client.submit(page, f"{address}/take-back/C2?lang=en")

    assert client.get("/watch/think-first").status_code == 410
    assert given(person) == {"C1", "C3", "C4"}
    assert len(after.all("form")) == len(page.all("form")) - 1
    assert client.post(f"{address}/take-back/C9").status_code in (400, 404)


def test_no_from_a_family_reaches_the_teacher_at_once(
    client: Browser,
    address: str,
    person: AppearingPerson,
    entry: Entry,
    alice: User,
    session: Session,
    sign_in: SignIn,
) -> None:
    page = client.submit(client.page(f"{address}?lang=en"), **WHO, **ALL_YES)
    assert mails(session, "entries/release_refused") == []

    client.submit(page, f"{address}/take-back/C1?lang=en")

    (told,) = mails(session, "entries/release_refused")
    assert (told.to, told.language) == (alice.email, "en")
    assert told.values["judged"] is False
    assert person.alias not in str(told.values)
    shown = sign_in(alice).page(f"/teacher/entries/{entry.id}").text
    assert "the judges don't get it" in shown
    assert "The judges score it" not in shown


def mails(session: Session, template: str) -> list[OutgoingMail]:
    wanted = select(OutgoingMail).where(OutgoingMail.template == template)
    return list(session.scalars(wanted))


def test_taking_back_needs_the_pages_own_button(
    client: Browser, address: str, person: AppearingPerson
) -> None:
    client.submit(client.page(f"{address}?lang=en"), **WHO, **ALL_YES)
    client.post(f"{address}/take-back/C2", headers={"Sec-Fetch-Site": "cross-site"})
    client.post(f"{address}/take-back/C2", headers={"Sec-Fetch-Site": "same-origin"})
    client.get(f"{address}/take-back/C2")
    assert given(person) == {"C1", "C2", "C3", "C4"}


def test_a_form_at_school_does_not_outweigh_a_familys_no(
    client: Browser,
    address: str,
    person: AppearingPerson,
    session: Session,
    alice: User,
    entry: Entry,
) -> None:
    client.submit(client.page(f"{address}?lang=en"), **WHO, C1="yes", C2="no", C3="no", C4="no")
    attest = {
        "actor": alice,
        "entry": entry,
        "person": person,
        "signer": Signer.PARENT,
        "form_name": "Event release",
        "signed_on": clock.now().date(),
        "now": clock.now(),
    }
    with pytest.raises(Refused, match="said no"):
        services.attest_release(session, rungs=[Rung.PUBLIC], **attest)  # type: ignore[arg-type]
    services.attest_release(session, rungs=[Rung.JUDGED], **attest)  # type: ignore[arg-type]
    assert given(person) == {"C1"}


def test_a_copy_is_mailed_and_the_address_forgotten(
    client: Browser,
    address: str,
    smtp: Mailbox,
    run_jobs: Callable[[], int],
    session: Session,
    platform: Platform,
) -> None:
    client.submit(
        client.page(f"{address}?lang=es"),
        **WHO,
        **(ALL_YES | {"C4": "no"}),
        copy_to="malia@family.example.org",
    )
    run_jobs()

    told, to_teacher = sorted(smtp.messages, key=lambda mail: "malia@" not in mail["To"])
    assert told["To"] == "malia@family.example.org"
    assert to_teacher["Subject"].startswith("A family said no")
    words = told.get_body(("plain",)).get_content()
    assert "Sí: Galería pública y votación" in words
    assert "No: Nombre de pila en los créditos" in words
    (row,) = mails(session, "entries/release_copy")
    assert (row.to, row.values, row.links) == ("", {}, {})


def test_the_teacher_hands_the_address_on(
    sign_in: SignIn,
    alice: User,
    charlie: User,
    bob: User,
    entry: Entry,
    person: AppearingPerson,
    session: Session,
    reviewed: TranslationReview,
) -> None:
    entry.status = EntryStatus.DRAFT
    browser = sign_in(alice)
    at = f"/teacher/entries/{entry.id}"
    page = browser.submit(browser.page(at), f"{at}/people/{person.id}/link", language="es")
    assert page.url == f"{at}/people/{person.id}/link"
    shown = next(w for w in page.text.split() if "/release/" in w)
    assert shown.startswith("http://localhost/release/")
    assert shown.endswith("?lang=es")
    picture = browser.get(f"{at}/people/{person.id}/link.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "A link waits for an answer" in browser.page(at).text
    for path in (f"{at}/people/{person.id}/link", f"{at}/people/{person.id}/link.svg"):
        assert sign_in(charlie).get(path).status_code == 404
        assert sign_in(bob).get(path).status_code == 403


def test_a_colleague_makes_no_link(
    session: Session, bob: User, entry: Entry, person: AppearingPerson
) -> None:
    with pytest.raises(NotAllowed):
        services.make_release_link(
            session, actor=bob, entry=entry, person=person, language_tag="en", now=clock.now()
        )


def test_a_no_stays_on_record_when_the_person_is_to_be_removed(
    client: Browser,
    address: str,
    person: AppearingPerson,
    session: Session,
    alice: User,
    entry: Entry,
) -> None:
    client.submit(client.page(f"{address}?lang=en"), **WHO, C1="yes", C2="no", C3="no", C4="no")
    entry.status = EntryStatus.WITHDRAWN
    with pytest.raises(Refused, match="has to stay on record"):
        services.remove_person(session, actor=alice, entry=entry, person=person, now=clock.now())
    assert entry.people == [person]


def test_a_no_through_an_older_link_counts_too(
    client: Browser,
    address: str,
    person: AppearingPerson,
    session: Session,
    alice: User,
    entry: Entry,
    platform: Platform,
) -> None:
    client.submit(client.page(f"{address}?lang=en"), **WHO, **ALL_YES)
    newer = services.make_release_link(
        session, actor=alice, entry=entry, person=person, language_tag="en", now=clock.now()
    )
    second = f"/release/{platform.signer.sign(rules.RELEASE_PURPOSE, newer.id)}"
    client.submit(client.page(f"{second}?lang=en"), **WHO, **ALL_YES)

    older = client.page(f"{address}?lang=en")
    client.submit(older, f"{address}/take-back/C2?lang=en")

    with pytest.raises(Refused, match="said no"):
        services.attest_release(
            session,
            actor=alice,
            entry=entry,
            person=person,
            rungs=[Rung.PUBLIC],
            signer=Signer.PARENT,
            form_name="Event release",
            signed_on=clock.now().date(),
            now=clock.now(),
        )
