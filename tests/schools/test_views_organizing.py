"""The organizer's pages about schools: proofs, districts, domains, import, agreement."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.audit import AuditEvent
from app.schools import queries
from app.schools.models import District, Membership, School
from tests.browsing import Browser, Page
from tests.factories import make_agreement, make_school, make_season

SignIn = Callable[..., Browser]
SCHOOLS = "/organizer/schools/"
HEAD = "Name,City,Web page,Grades,District\n"
TABLE = HEAD + "Kalani High,Honolulu,https://kalani.example.org,9-12,Windward\n"


def membership_of(session: Session, user: User) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == user.id)).one()


def token_of(browser: Browser) -> str:
    page = browser.page("/account/")
    return page.all("input", name="csrf_token")[0].get("value", "")


@pytest.fixture
def browser(season: Season, olivia: User, sign_in: SignIn) -> Browser:
    return sign_in(olivia)


@pytest.fixture
def unproven(session: Session, school_a: School, alice: User) -> School:
    school_a.approved_at = None
    alice.email = "alice@mail.com"
    return school_a


def test_page_says_what_is_missing_and_a_call_opens_the_approval(
    session: Session, browser: Browser, unproven: School
) -> None:
    address = f"{SCHOOLS}{unproven.id}"
    page = browser.page(address)
    assert "Nobody has shown yet that it really is this school" in page.text
    assert "only a call helps here" in page.text
    assert [f.get("action") for f in page.all("form") if "approve" in f.get("action", "")] == []
    refused = browser.post(f"{address}/approve", data={"csrf_token": token_of(browser)})
    assert refused.status_code == 409

    empty = browser.submit(page, f"{address}/call", status=422, called=" ", source="", at="")
    assert empty.mistakes == [
        "Please write whom you spoke to.",
        "Please write where the number came from.",
        "Please give the day and the hour.",
    ]
    future = browser.submit(
        page, f"{address}/call", status=422, called="A", source="B", at="2099-01-01T10:00"
    )
    assert future.mistakes == ["That moment is still to come. When did you call?"]
    written = browser.submit(
        page, f"{address}/call", called="Ms. Ito, office", source="the web page"
    )
    assert written.messages == ["The call is written down."]
    assert "Ms. Ito, office" in written.text
    assert "Called by: Olivia Okada" in written.text
    assert "Ms. Ito, office" in browser.page("/organizer/audit").text

    approved = browser.submit(written, f"{address}/approve")
    assert approved.messages == ["Kapālama School is approved; its teacher has been told."]


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "0001-01-01T00:00", "nonsense"])
def test_moment_that_cannot_be_is_no_call(
    session: Session, browser: Browser, unproven: School, at: str
) -> None:
    address = f"{SCHOOLS}{unproven.id}"

    page = browser.submit(
        browser.page(address), f"{address}/call", status=422, called="A", source="B", at=at
    )

    assert len(page.mistakes) == 1
    assert queries.checks(session, unproven) == []


def test_page_names_the_address_that_proves_it(
    session: Session, browser: Browser, unproven: School, season: Season, alice: User
) -> None:
    season.school_domains = ["mail.school"]
    alice.email = "alice@kapalama.mail.school"

    page = browser.page(f"{SCHOOLS}{unproven.id}")

    assert "By mail: alice@kapalama.mail.school" in page.text
    assert "a domain on the season’s list" in page.text


def test_organizer_appoints_a_lead_and_lets_in(
    session: Session, browser: Browser, school_a: School, alice: User, bob: User, walter: User
) -> None:
    address = f"{SCHOOLS}{school_a.id}"
    browser.submit(
        browser.page(address), f"{SCHOOLS}teachers/{membership_of(session, bob).id}/lead"
    )
    page = browser.submit(
        browser.page(address), f"{SCHOOLS}teachers/{membership_of(session, walter).id}/let-in"
    )
    invited = browser.submit(page, f"{address}/teachers", name="Dana", email="dana@kapalama.org")

    assert page.messages == ["Walter Wong is in and has been told."]
    assert [row[0] for row in invited.rows] == ["Bob Baker", "Alice Akana", "Walter Wong", "Dana"]
    assert "Lead" in invited.rows[0][2]
    again = browser.submit(
        invited, f"{address}/teachers", status=422, name="Dana", email="dana@kapalama.org"
    )
    assert again.mistakes == [
        (
            "That address has an account already. Ask her to sign in and to choose your school;"
            " then you let her in."
        )
    ]


def test_organizer_turns_away(
    session: Session, browser: Browser, school_a: School, alice: User, walter: User
) -> None:
    who = membership_of(session, walter)

    page = browser.submit(
        browser.page(f"{SCHOOLS}{school_a.id}"), f"{SCHOOLS}teachers/{who.id}/turn-away"
    )

    assert page.messages == ["Walter Wong was turned away and has been told."]
    assert queries.waiting_members(session, school_a) == []


def test_more_time_is_seen_on_the_page_of_the_school(
    browser: Browser, school_a: School, season: Season
) -> None:
    form = browser.page(f"{SCHOOLS}{school_a.id}/deadline")
    until = season.submissions_close_at.astimezone(ZoneInfo(season.zone)) + timedelta(days=3)

    after = browser.submit(form, until=until.strftime("%Y-%m-%dT%H:%M"), reason="A flood.")

    assert after.url == f"{SCHOOLS}{school_a.id}"
    assert "Its teams may submit until" in after.text
    assert str(until.day) in after.text.partition("Its teams may submit until")[2][:30]


def test_list_is_grouped_by_district(session: Session, browser: Browser) -> None:
    windward = District(name="Windward")
    session.add(windward)
    session.flush()
    make_school(session, name="In it", district_id=windward.id)
    make_school(session, name="Alone")
    make_school(session, name="Waits", approved_at=None, district_id=windward.id)
    make_school(session, name="Listed", approved_at=None, listed_at=clock.now())

    page = browser.page(SCHOOLS)

    headings = ["".join(h.itertext()) for h in page.all("h2")]
    assert headings == [
        "Waiting for your approval",
        "Windward",
        "No district",
        "On your list, not registered yet",
    ]
    assert [row[0] for row in page.rows] == ["Waits", "In it", "Alone", "Listed"]


def test_districts_are_added_renamed_and_merged(session: Session, browser: Browser) -> None:
    page = browser.page(f"{SCHOOLS}districts")
    browser.submit(page, name="Windward")
    page = browser.submit(page, name="Leeward")
    double = browser.submit(page, status=422, name="windward")
    windward = queries.find_district(session, "Windward")
    leeward = queries.find_district(session, "Leeward")
    assert windward is not None
    assert leeward is not None
    school = make_school(session, district_id=windward.id)
    address = f"{SCHOOLS}districts/{windward.id}"

    taken = browser.submit(browser.page(address), address, status=422, name="LEEWARD")
    renamed = browser.submit(browser.page(address), address, name="Windward Side")
    chosen = browser.submit(browser.page(address), f"{address}/merge", status=422)
    merged = browser.submit(browser.page(address), f"{address}/merge", into=str(leeward.id))

    assert double.mistakes == ["There is a district “Windward” already. To join two, merge them."]
    assert taken.mistakes == ["There is a district “Leeward” already. To join two, merge them."]
    assert renamed.messages == ["Saved."]
    assert chosen.mistakes == ["Please choose a district."]
    assert merged.messages == ["Merged; one school moved."]
    assert merged.rows == [["Leeward", "1"]]
    assert school.district is leeward
    assert browser.get(address).status_code == 404


def test_domains_are_kept_tidy_and_free_mail_is_refused(
    session: Session, browser: Browser, season: Season
) -> None:
    page = browser.page(f"{SCHOOLS}domains")

    wrong = browser.submit(page, status=422, domains="k12.hi.us\ngmail.com\ncom")
    right = browser.submit(page, domains=" .K12.hi.us\n\n.edu, *.kaimana.org\nedu")

    assert "“gmail.com” gives an address to anybody" in wrong.mistakes[0]
    assert "“com” is not a domain only schools have" in wrong.mistakes[0]
    assert "gmail.com" in "".join(wrong.one("textarea").itertext())
    assert right.messages == ["Saved."]
    assert season.school_domains == ["edu", "k12.hi.us", "kaimana.org"]


def upload(browser: Browser, data: bytes | str, status: int = 200) -> Page:
    raw = data.encode() if isinstance(data, str) else data
    return browser.submit(
        browser.page(f"{SCHOOLS}import"), status=status, sheet=(io.BytesIO(raw), "schools.csv")
    )


def test_import_shows_then_does_exactly_that(
    session: Session, browser: Browser, school_a: School
) -> None:
    data = TABLE + "kapālama school,honolulu,,K-8,\n"

    preview = upload(browser, data)
    before = session.scalars(select(School.name)).all()
    done = browser.submit(preview)

    assert preview.rows == [
        ["3", "kapālama school", "Name", "Kapālama School", "kapālama school"],
        ["3", "kapālama school", "City", "Honolulu", "honolulu"],
        ["3", "kapālama school", "Grades", "6-8", "K-8"],
        ["2", "Kalani High", "Honolulu", "https://kalani.example.org", "9-12", "Windward"],
    ]
    assert before == ["Kapālama School"]
    assert done.messages == ["Imported: 1 new, 1 changed, 0 as before."]
    assert school_a.grades == "K-8"
    again = upload(browser, data)
    assert "0 new, 0 changed, 2 as before" in again.text
    assert "Import exactly this" not in again.text


def test_import_whose_ground_has_moved_shows_what_it_would_do_now(
    session: Session, browser: Browser, school_a: School
) -> None:
    preview = upload(browser, TABLE + "Kapālama School,Honolulu,,K-8,\n")
    school_a.grades = "K-12"

    page = browser.submit(preview, status=409)
    assert "Since you looked at it, something has changed here" in page.text
    assert page.rows[0][3:] == ["K-12", "K-8"]
    assert session.scalars(select(School.name)).all() == ["Kapālama School"]

    assert browser.submit(page).messages == ["Imported: 1 new, 1 changed, 0 as before."]


@pytest.mark.parametrize("content", ["", "!!!", "QUJD", None])
def test_confirmation_that_was_tampered_with_imports_nothing(
    session: Session, browser: Browser, content: str | None
) -> None:
    preview = upload(browser, TABLE)

    page = browser.submit(preview, content=content)

    assert len(page.messages) == 1
    assert session.scalars(select(School.id)).all() == []


def test_import_names_rows_and_columns_and_offers_no_button(
    session: Session, browser: Browser
) -> None:
    page = upload(browser, HEAD + "=cmd|x,Hilo,nowhere,K-5,\n", status=422)

    assert page.rows[:2] == [
        ["2", "Name", "This begins with “=”, as formulas do. Please write plain words."],
        ["2", "Web page", "Write the whole address, such as https://school.example.org."],
    ]
    assert "Import exactly this" not in page.text
    forced = browser.submit(page, status=422)
    assert "have to be mended" in forced.text
    assert session.scalars(select(School.id)).all() == []


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"x" * 500_000, TABLE.encode("utf-16-le")])
def test_file_that_cannot_be_read_is_refused_in_words(browser: Browser, data: bytes) -> None:
    page = upload(browser, data, status=422)

    assert len(page.mistakes) == 1


def test_import_without_a_file_asks_for_one(browser: Browser) -> None:
    page = browser.submit(browser.page(f"{SCHOOLS}import"), status=422)

    assert page.mistakes == ["Choose the file first."]


def test_exported_table_is_guarded_and_can_be_imported(
    session: Session, browser: Browser, school_a: School
) -> None:
    answer = browser.get(f"{SCHOOLS}schools.csv")
    assert "unchanged" not in answer.text
    page = upload(browser, answer.get_data())
    assert "0 new, 0 changed, 1 as before" in page.text

    school_a.name = "=cmd|' /C calc'!A0"
    rows = list(
        csv.reader(io.StringIO(browser.get(f"{SCHOOLS}schools.csv").get_data().decode("utf-8-sig")))
    )
    assert rows[1][0] == "'=cmd|' /C calc'!A0"


def test_agreement_begins_with_the_usual_words_and_shows_what_changed(
    session: Session, browser: Browser, season: Season, alice: User, school_a: School,
    sign_in: SignIn, olivia: User,
) -> None:  # fmt: skip
    address = f"{SCHOOLS}agreement"
    page = browser.page(address)
    assert "This season has no agreement yet" in page.text
    usual = "".join(page.one("textarea").itertext())
    assert "We show no advertising" in usual

    first = browser.submit(page)
    same = browser.submit(first)
    second = browser.submit(same, words=usual.replace("no advertising", "no ads"))

    assert first.messages[0].startswith("Version 1 holds now.")
    assert same.messages == ["The text reads as before, so everything stays as it is."]
    assert "Accepted by 0 of 1 approved schools. Still open: Kapālama School" in second.text
    shown = browser.page(f"{address}/2")
    assert ["".join(e.itertext()).strip() for e in shown.all("del")] == ["advertising."]
    assert ["".join(e.itertext()).strip() for e in shown.all("ins")] == ["ads."]
    assert browser.get(f"{address}/3").status_code == 404


def test_next_season_begins_with_the_agreement_and_the_domains_of_the_last(
    session: Session, browser: Browser, season: Season
) -> None:
    season.school_domains = ["k12.hi.us"]
    make_agreement(session, season, "Be kind.")
    coming = make_season(session, year=season.year + 1)

    page = browser.page(f"{SCHOOLS}agreement")

    assert "This season has no agreement yet" in page.text
    assert "".join(page.one("textarea").itertext()).strip() == "Be kind."
    assert coming.school_domains == ["k12.hi.us"]
    assert queries.find_agreement(session, coming.id) is None


def test_lead_accepts_and_is_asked_again_when_the_text_changes(
    session: Session, season: Season, alice: User, bob: User, school_a: School, sign_in: SignIn
) -> None:
    make_agreement(session, season, "Be kind.")
    address = "/teacher/school/agreement"
    looked = sign_in(bob).page(address)
    assert looked.all("form", looked.one("main")) == []
    assert "can accept it: Alice Akana" in looked.text

    browser = sign_in(alice)
    page = browser.page(address)
    nameless = browser.submit(page, status=422, name=" ")
    make_agreement(session, season, "Be very kind.")
    late = browser.submit(page)
    done = browser.submit(late, name="A. Akana")

    assert nameless.mistakes == ["Please write your name."]
    assert late.messages[0].startswith("The text was changed while you read it.")
    assert done.messages == ["Accepted. Your students can upload."]
    assert "Version 2: A. Akana" in done.text
    make_agreement(session, season, "Be very kind. Always.")
    again = browser.page(address)
    assert "The text has changed" in again.text
    assert ["".join(e.itertext()) for e in again.all("ins")] == ["kind. Always."]
    events = session.scalars(
        select(AuditEvent.details).where(AuditEvent.action == "school.agreement-accepted")
    ).all()
    assert events == [{"version": 2}]


def test_agreement_of_no_season_leads_back_to_the_school(
    season: Season, alice: User, sign_in: SignIn
) -> None:
    assert sign_in(alice).page("/teacher/school/agreement").url == "/teacher/school/"


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999", "²"])
def test_strange_version_is_not_accepted(
    session: Session, season: Season, alice: User, sign_in: SignIn, school_a: School, number: str
) -> None:
    make_agreement(session, season)
    browser = sign_in(alice)
    page = browser.page("/teacher/school/agreement")

    browser.send(page, number=number, name="A. Akana")

    assert queries.acceptances(session, school_a, season) == []
