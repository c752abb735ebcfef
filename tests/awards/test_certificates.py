"""Certificates: for whom, what stands on them, what their codes tell and what they don't."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards import queries, rules
from app.awards.models import Award
from app.awards.rules import CertificateKind
from app.contest.models import Season, Signatory
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.platform import Platform
from app.entries.models import Entry, TeamMember
from app.entries.rules import EntryStatus
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import make_assignment, make_entry, make_round, make_season, make_user
from tests.showcase.films import give_place

SignIn = Callable[..., Browser]
PRINTED = "/organizer/awards/certificates"
NAMES = ("Kaʻōpūlani", "さくら", "김하늘", "ليلى")


@pytest.fixture
def season(session: Session) -> Season:
    season = make_season(session, Phase.ANNOUNCED)
    season.signatories = [Signatory(name="Noelani Kahananui", title="Chief of Police")]
    return season


@pytest.fixture
def winner(session: Session, season: Season) -> Entry:
    entry = make_entry(session, season, title="If Only", slug="if-only", team_name="Team Honu")
    entry.members = [TeamMember(alias=name) for name in NAMES]
    give_place(session, season, entry)
    return entry


def pages(data: bytes) -> list[str]:
    return [page.extract_text().replace("\0", "") for page in PdfReader(io.BytesIO(data)).pages]


def printed(browser: Browser, what: str, **more: str) -> list[str]:
    page = browser.page(PRINTED)
    answer = browser.send(page, PRINTED, what=what, **more)
    assert answer.mimetype == "application/pdf"
    return pages(answer.data)


# Codes


@given(
    st.sampled_from(CertificateKind), st.integers(0, 2**32 - 1), st.binary(min_size=32, max_size=32)
)
def test_codes_are_read_back_however_they_are_typed(
    kind: CertificateKind, key: int, mark: bytes
) -> None:
    code = rules.certificate_code(kind, key, mark.hex())
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("O", "0")):
        assert rules.read_certificate_code(typed) == (kind, key, mark.hex()[:16])


@given(st.text(max_size=60))
def test_nonsense_is_no_code(typed: str) -> None:
    read = rules.read_certificate_code(typed)
    assert read is None or read[0] in CertificateKind


def test_a_code_tells_award_school_and_year_and_nobodys_name(
    session: Session, platform: Platform, client: Browser, season: Season, winner: Entry
) -> None:
    (award,) = session.scalars(select(Award)).all()
    code = queries.code_of(platform.signer, CertificateKind.PLACEMENT, award.id)

    page = client.page(f"/certificates/{code}")

    assert "We gave this certificate" in page.text
    for told in ("First place", winner.school.name, str(season.year)):
        assert told in page.text
    for kept in (*NAMES, "If Only", "Team Honu"):
        assert kept not in page.html
    asked = client.get(f"/certificates?code={code.lower()}", follow_redirects=True)
    assert "We gave this certificate" in asked.text


@pytest.mark.parametrize("kind", list(CertificateKind))
def test_a_changed_code_is_none_of_ours(
    session: Session, platform: Platform, client: Browser, winner: Entry, kind: CertificateKind
) -> None:
    key = {
        CertificateKind.PARTICIPANT: winner.id,
        CertificateKind.APPRECIATION: winner.season_id,
    }.get(kind) or session.scalars(select(Award.id)).one()
    code = queries.code_of(platform.signer, kind, key)
    assert client.get(f"/certificates/{code}").status_code == 200
    for at in (0, 5, len(code) - 2):
        letter = "B" if code[at] != "B" else "C"
        changed = f"{code[:at]}{letter}{code[at + 1 :]}"
        assert client.get(f"/certificates/{changed}").status_code == 404, changed
    other = queries.code_of(platform.signer, kind, key + 1000)
    assert client.get(f"/certificates/{other}").status_code == 404


@pytest.mark.parametrize("typed", ["\0" * 3, "x" * 3000, "..\\..", "💩", "AAAA", "O" * 21])
def test_garbage_is_no_certificate(client: Browser, season: Season, typed: str) -> None:
    assert client.get(f"/certificates/{typed}").status_code == 404
    client.page("/certificates")


def test_before_the_announcement_a_code_tells_nothing(
    session: Session, platform: Platform, client: Browser, season: Season, winner: Entry
) -> None:
    (award,) = session.scalars(select(Award)).all()
    code = queries.code_of(platform.signer, CertificateKind.PLACEMENT, award.id)
    season.announced_at = clock.now() + timedelta(hours=1)
    session.commit()

    answer = client.get(f"/certificates/{code}")

    assert answer.status_code == 404
    assert winner.school.name not in answer.text


def test_an_award_that_was_withdrawn_is_certified_no_more(
    session: Session, platform: Platform, client: Browser, winner: Entry
) -> None:
    (award,) = session.scalars(select(Award)).all()
    code = queries.code_of(platform.signer, CertificateKind.PLACEMENT, award.id)
    award.entry, award.withdrawn_at = None, clock.now()
    session.commit()
    assert client.get(f"/certificates/{code}").status_code == 404


def test_an_award_whose_entry_left_the_contest_is_certified_no_more(
    session: Session, platform: Platform, client: Browser, winner: Entry
) -> None:
    (award,) = session.scalars(select(Award)).all()
    code = queries.code_of(platform.signer, CertificateKind.PLACEMENT, award.id)
    winner.status = EntryStatus.WITHDRAWN
    session.commit()
    assert client.get(f"/certificates/{code}").status_code == 404


# On paper


def test_everybody_of_a_winning_team_gets_one_in_any_script(
    session: Session, platform: Platform, sign_in: SignIn, olivia: User, winner: Entry
) -> None:
    found = printed(sign_in(olivia), "placed")

    assert len(found) == len(NAMES)
    for name, page in zip(NAMES[:3], found, strict=False):
        assert name in page
        assert "First place" in page
        assert "Noelani Kahananui" in page
        assert "Chief of Police" in page
    (award,) = session.scalars(select(Award)).all()
    code = queries.code_of(platform.signer, CertificateKind.PLACEMENT, award.id)
    assert code in found[0]
    (event,) = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "certificates.printed")
    )
    assert event.details["number"] == len(NAMES)
    assert not any(name in str(event.details) for name in NAMES)


def test_the_others_get_theirs(
    session: Session, sign_in: SignIn, olivia: User, season: Season, winner: Entry
) -> None:
    judge = make_user(session, Role.JUDGE, name="Judge Kamakana")
    make_assignment(session, make_round(session, season), judge, winner)
    second = make_entry(session, season, title="Second", team_name="Reef Crew")
    second.members = []
    session.commit()
    browser = sign_in(olivia)

    assert len(printed(browser, "participants")) == len(NAMES) + 1
    (thanks,) = printed(browser, "judges")
    assert "Judge Kamakana" in thanks
    assert "Certificate of Appreciation" in thanks
    senate = printed(browser, "honored", issuer="The Senate of the State of Hawaiʻi")
    assert "The Senate of the State of Hawaiʻi honors Team Honu" in " ".join(senate[0].split())
    names = "Ana\n\n  Ben  \r\n"
    assert len(printed(browser, "volunteers", names=names)) == 2
    assert len(printed(browser, "teachers")) == 2
    refused = browser.submit(browser.page(PRINTED), PRINTED, what="partners", status=422)
    assert "nobody to print" in refused.text
    nothing = session.scalars(select(AuditEvent)).all()
    assert "Ana" not in str([event.details for event in nothing])


def test_teachers_print_their_own_schools_once_it_is_announced(
    session: Session,
    sign_in: SignIn,
    alice: User,
    school_a: School,
    season: Season,
    winner: Entry,
) -> None:
    own = make_entry(session, season, school=school_a, team_name="Own Team")
    own.members = [TeamMember(alias="Leilani")]
    give_place(session, season, own, 2)
    session.commit()
    browser = sign_in(alice)
    page = browser.page("/teacher/certificates")
    csrf = str(page.all("input", name="csrf_token")[0].get("value"))

    def get(what: str) -> list[str]:
        form = {"csrf_token": csrf, "what": what}
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = browser.post("/teacher/certificates", data=form, headers=headers)
        assert answer.mimetype == "application/pdf"
        return pages(answer.data)

    for what in ("participants", "placed"):
        (only,) = get(what)
        assert "Own Team" in only
        assert "Honu" not in only
    season.announced_at = None
    season.announcement_at = clock.now() + timedelta(days=1)
    session.commit()
    assert "Not yet" in browser.page("/teacher/certificates").text
    form = {"csrf_token": csrf, "what": "placed"}
    answer = browser.post(
        "/teacher/certificates", data=form, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "Own Team" not in answer.text
