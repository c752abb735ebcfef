"""The organizer's pages about the season."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import url_for
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Category, Criterion, Partner, Prize, Season, Signatory
from app.contest.rules import DATE_ORDER, Phase
from app.core import clock
from app.core.audit import AuditEvent
from tests.browsing import Browser, words_of
from tests.factories import make_season

SignIn = Callable[..., Browser]
SEASON = "/organizer/season/"
SECTIONS = (
    "categories",
    "divisions",
    "rubric",
    "prizes",
    "questions",
    "partners",
    "news",
    "signatories",
)


def picture(width: int = 40, height: int = 30, kind: str = "PNG") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(data, kind)
    data.seek(0)
    return data


def test_season_page_shows_phase_dates_and_counts(
    season: Season, olivia: User, sign_in: SignIn
) -> None:
    page = sign_in(olivia).page(SEASON)

    assert page.heading == "Safety Awards 2026"
    assert "Submissions" in [words_of(b) for b in page.all("span", class_="badge")]
    assert len(page.all("dl")[0].findall("div")) == len(DATE_ORDER)
    cards = page.all("li", class_="card")
    badges = [page.all("span", card, class_="badge") for card in cards]
    counts = [words_of(badge) for found in badges for badge in found]
    assert counts == ["3", "4", "0", "5", "3", "0", "0", "0", "0"]


def test_season_page_names_what_is_wrong(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    season.criteria[0].weight = 31
    season.categories.clear()

    page = sign_in(olivia).page(SEASON)

    assert "The weights add up to 101 %, not to 100 %." in page.text
    assert "There is no category" in page.text


def test_season_page_leads_to_setting_one_up_when_there_is_none(
    olivia: User, sign_in: SignIn
) -> None:
    page = sign_in(olivia).page(SEASON)

    assert page.url == "/organizer/season/new"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "new",
        "settings",
        "dates",
        "translations",
        "translations/ja",
        *SECTIONS,
        *(f"{name}/add" for name in SECTIONS),
    ],
)
def test_season_pages_open_to_organizers_only(
    season: Season, olivia: User, alice: User, judy: User, sign_in: SignIn, path: str
) -> None:
    assert sign_in(olivia).get(SEASON + path).status_code == 200
    assert sign_in(alice).get(SEASON + path).status_code == 403
    assert sign_in(judy).get(SEASON + path).status_code == 403


def test_season_pages_ask_a_passer_by_to_sign_in(season: Season, client: Browser) -> None:
    answer = client.get("/organizer/season/dates?x=1")

    with client.application.test_request_context():
        target = url_for("account.accounts.sign_in", next="/organizer/season/dates?x=1")
    assert answer.location == target


def test_new_season_follows_the_last_with_its_usual_parts(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    form = browser.page(SEASON + "new")

    page = browser.submit(form, SEASON + "new")

    assert page.url == "/organizer/season/dates"
    assert page.messages == ["Season 2027 is set up. Look through its dates first."]
    new = session.scalars(select(Season).where(Season.year == 2027)).one()
    assert (new.name, new.zone) == (season.name, season.zone)
    assert [len(new.categories), len(new.divisions), len(new.criteria)] == [3, 4, 5]


def test_new_season_of_a_year_that_has_one_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(browser.page(SEASON + "new"), status=422, year="2026")

    assert page.mistakes == ["There is a season 2026 already."]
    assert session.scalars(select(Season.year)).all() == [2026]


def test_settings_change_the_season_and_leave_a_trace(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page(SEASON + "settings"),
        tagline="  Think   before you click ",
        picks_most="2",
        about="One.\n\nTwo.",
    )

    assert page.messages == ["Saved."]
    assert (season.tagline, season.picks_most) == ("Think before you click", 2)
    assert season.about.split() == ["One.", "Two."]
    trace = session.scalars(select(AuditEvent).where(AuditEvent.action == "season.changed")).one()
    assert trace.details == {"fields": ["about", "picks_most", "tagline"]}


@pytest.mark.parametrize(
    ("values", "mistake"),
    [
        ({"name": "   "}, "Please fill this in."),
        ({"finalists_most": "many"}, "Not a valid integer value."),
        ({"finalists_most": "0"}, "Number must be between 1 and 50."),
        ({"contact_email": "nobody"}, "Invalid email address."),
        ({"picks_most": None}, "Please give a number."),
        ({"picks_most": "1e3"}, "Not a valid integer value."),
        ({"licence": "all-mine"}, "Not a valid choice."),
    ],
)
def test_settings_say_what_is_wrong_and_change_nothing(
    session: Session,
    season: Season,
    olivia: User,
    sign_in: SignIn,
    values: dict[str, str | None],
    mistake: str,
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page(SEASON + "settings"), status=422, tagline="Changed", **values
    )

    assert mistake in page.mistakes
    assert season.tagline == ""


def test_rules_of_the_vote_stand_once_it_has_opened_and_nothing_typed_is_lost(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    none = browser.submit(
        browser.page(SEASON + "settings"),
        mail_weight="0",
        class_weight="0",
        event_weight="0",
        status=422,
    )
    assert "Some ballots must count" in none.mistakes[0]
    season.vote_opens_at = clock.now() - timedelta(hours=1)

    page = browser.submit(
        browser.page(SEASON + "settings"), tagline="Typed", class_weight="5", status=422
    )

    assert "The public vote has opened with its rules" in page.mistakes[0]
    assert page.one("input", name="tagline").get("value") == "Typed"
    assert season.class_weight == 1
    saved = browser.submit(page, class_weight="1", watch_first="2")
    assert saved.messages == ["Saved."]
    assert (season.tagline, season.watch_first) == ("Typed", 2)


def test_dates_are_typed_and_shown_in_the_seasons_zone(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    form = browser.page(SEASON + "dates")
    local = season.vote_closes_at.astimezone(ZoneInfo("Pacific/Honolulu"))
    shown = form.one("input", name="vote_closes_at").get("value")

    page = browser.submit(form, reason="A holiday", announcement_at="2099-07-01T18:30")

    assert shown == f"{local:%Y-%m-%dT%H:%M}"
    assert page.messages == ["The dates are saved."]
    assert season.vote_closes_at == local
    assert season.announcement_at == datetime(2099, 7, 2, 4, 30, tzinfo=UTC)
    trace = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "season.dates-changed")
    ).one()
    assert trace.details["reason"] == "A holiday"


@pytest.mark.parametrize(
    ("name", "value", "mistake"),
    [
        ("vote_closes_at", "2001-01-01T00:00", "This must be later than the date it opens."),
        ("vote_closes_at", "9999-12-31T23:59", "Please give a year between 2000 and 2100."),
        ("vote_closes_at", "0001-01-01T00:00", "Please give a year between 2000 and 2100."),
        ("vote_closes_at", "tomorrow", "Not a valid datetime value."),
        ("vote_closes_at", "", "This field is required."),
        ("judging_opens_at", "2001-01-01T00:00", "Judging can't open before submissions close."),
    ],
)
def test_dates_out_of_order_are_refused(
    session: Session,
    season: Season,
    olivia: User,
    sign_in: SignIn,
    name: str,
    value: str,
    mistake: str,
) -> None:
    browser = sign_in(olivia)
    before = getattr(season, name)

    page = browser.submit(browser.page(SEASON + "dates"), status=422, **{name: value})

    assert mistake in page.mistakes
    assert getattr(season, name) == before


def test_dates_after_a_closed_vote_may_change_but_not_the_vote(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    closed = season.vote_closes_at = clock.now() - timedelta(seconds=100)
    season.vote_opens_at = closed - timedelta(days=7)
    season.submissions_close_at = closed - timedelta(days=8)
    season.submissions_open_at = season.registration_opens_at = closed - timedelta(days=9)
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page(SEASON + "dates"),
        status=422,
        vote_closes_at=f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}",
    )
    assert page.mistakes == ["The vote has closed and can't be opened again."]
    page = browser.submit(browser.page(SEASON + "dates"), announcement_at="2099-07-01T18:30")
    assert page.messages[0] == "The dates are saved."

    assert season.vote_closes_at == closed
    assert season.announcement_at.year == 2099


def test_vote_that_opens_amid_judging_is_warned_of(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    words = "The public vote opens before judging closes."
    browser = sign_in(olivia)
    assert words not in browser.page(SEASON + "dates").text

    season.vote_opens_at = season.judging_closes_at - timedelta(days=1)

    page = browser.page(SEASON + "dates")
    assert words in page.text
    assert words in browser.submit(page).messages[1]


@pytest.mark.parametrize("name", DATE_ORDER)
def test_each_date_has_a_button_that_moves_it_to_now(
    session: Session, season: Season, olivia: User, sign_in: SignIn, name: str
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(browser.page(SEASON), f"/organizer/season/dates/{name}/now")

    assert clock.now() - getattr(season, name) < timedelta(seconds=30)
    assert page.messages[0].endswith("Other dates moved only where they had to.")


def test_opening_the_vote_now_opens_it(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(browser.page(SEASON), "/organizer/season/dates/vote_opens_at/now")

    assert "Public vote" in [words_of(b) for b in page.all("span", class_="badge")]


def test_unknown_date_is_no_page(season: Season, olivia: User, sign_in: SignIn) -> None:
    browser = sign_in(olivia)
    form = browser.page(SEASON).form("/organizer/season/logo")
    token = next(e.get("value") for e in form.iter("input") if e.get("name") == "csrf_token")

    answer = browser.post("/organizer/season/dates/year/now", data={"csrf_token": token})

    assert answer.status_code == 404


ADDED: dict[str, dict[str, str]] = {
    "categories": {"name": "Kindness", "description": "How it spreads."},
    "divisions": {"name": "Grade 13"},
    "rubric": {"name": "Humor", "weight": "5", **{f"level_{n}": f"Step {n}" for n in range(1, 6)}},
    "prizes": {"place": "4", "words": "A cake"},
    "questions": {
        "words": "Who helped you?",
        "kind": "choice",
        "choices": "A parent\nNobody",
        "audience": "organizers",
    },
    "partners": {"name": "The Bishop Museum", "url": "https://museum.example.org"},
    "news": {"title": "Filming evening", "words": "Come."},
    "signatories": {"name": "Noelani Kahananui", "title": "Chief of Police"},
}


@pytest.mark.parametrize("name", SECTIONS)
def test_parts_are_added_changed_and_removed(
    session: Session, season: Season, olivia: User, sign_in: SignIn, name: str
) -> None:
    browser = sign_in(olivia)
    word = ADDED[name].get("name", "4")
    if name == "questions":
        word = ADDED[name]["words"]
    if name == "news":
        word = ADDED[name]["title"]

    added = browser.submit(browser.page(f"{SEASON}{name}/add"), **ADDED[name])
    address = added.links()[word]
    worded = name in ("prizes", "questions")
    change = {"words": "Two cakes"} if worded else {"name": "Another name"}
    if name == "news":
        change = {"title": "Another name"}
    changed = browser.submit(browser.page(address), **change)
    removed = browser.submit(changed, f"{address}/remove")

    assert added.messages == ["Saved."]
    assert any(next(iter(change.values())) in " ".join(row) for row in changed.rows)
    assert removed.messages == ["Removed."]
    assert address not in removed.links().values()


def test_criterion_keeps_its_words_for_each_level(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(browser.page(f"{SEASON}rubric/add"), decides_ties="y", **ADDED["rubric"])

    row = session.scalars(select(Criterion).where(Criterion.name == "Humor")).one()
    assert row.levels == [f"Step {n}" for n in range(1, 6)]
    assert row.decides_ties is True
    assert "The weights add up to 105 %, not to 100 %." in page.text


def test_second_prize_for_a_place_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    form = browser.page(f"{SEASON}prizes/add")

    page = browser.submit(form, status=422, place="1", words="Two of them")

    assert page.messages == ["There is a prize for place 1 already."]
    assert session.scalars(select(Prize.words).where(Prize.place == 1)).all() == [
        "$500 for the school"
    ]


def test_part_form_without_any_field_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    for name in SECTIONS:
        form = browser.page(f"{SEASON}{name}/add")
        fields = dict.fromkeys(ADDED[name])

        page = browser.submit(form, status=422, **fields)

        assert page.mistakes != []


def test_part_of_another_season_is_no_page(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    old = make_season(session, Phase.ANNOUNCED, year=2025)
    category = old.categories[0]

    assert sign_in(olivia).get(f"{SEASON}categories/{category.id}").status_code == 404
    assert sign_in(olivia).get(f"{SEASON}nonsense").status_code == 404


def test_logo_is_stored_shown_and_made_plain(
    session: Session, season: Season, olivia: User, sign_in: SignIn, client: Browser
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page(SEASON), "/organizer/season/logo", logo=(picture(kind="JPEG"), "logo.jpg")
    )

    shown = browser.get(f"/{season.logo_key}")
    assert page.one("img", alt="The logo now").get("src") == f"/{season.logo_key}"
    assert shown.mimetype == "image/png"
    with Image.open(io.BytesIO(shown.data)) as image:
        assert (image.format, image.size) == ("PNG", (40, 30))


def test_logo_that_is_no_picture_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    svg = (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo.png")

    page = browser.submit(browser.page(SEASON), "/organizer/season/logo", status=409, logo=svg)

    assert "That is not a picture we can read." in page.text
    assert season.logo_key == ""


def test_logo_form_without_a_picture_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(browser.page(SEASON), "/organizer/season/logo", status=409)

    assert "Choose a picture first." in page.text


def test_partners_logo_shows_to_everybody_while_it_is_in_use(
    session: Session, season: Season, olivia: User, sign_in: SignIn, app: object
) -> None:
    browser = sign_in(olivia)
    logo = (picture(), "museum.png")

    browser.submit(browser.page(f"{SEASON}partners/add"), logo=logo, **ADDED["partners"])
    partner = session.scalars(select(Partner)).one()
    stranger = Browser(browser.application)
    key = partner.logo_key

    assert stranger.get(f"/{key}").status_code == 200
    browser.submit(browser.page(f"{SEASON}partners"), f"{SEASON}partners/{partner.id}/remove")
    assert stranger.get(f"/{key}").status_code == 404


def test_a_signature_shows_to_organizers_only(
    session: Session, season: Season, olivia: User, sign_in: SignIn, app: object
) -> None:
    browser = sign_in(olivia)
    signature = (picture(), "signature.png")
    form = browser.page(f"{SEASON}signatories/add")

    browser.submit(form, signature=signature, **ADDED["signatories"])

    signatory = session.scalars(select(Signatory)).one()
    address = f"{SEASON}signatories/{signatory.id}/signature.png"
    assert address in browser.page(f"{SEASON}signatories").html
    assert browser.get(address).mimetype == "image/png"
    stranger = Browser(browser.application)
    assert stranger.get(address).status_code == 302
    assert stranger.get(f"/{signatory.signature_key}").status_code == 404


def test_partner_with_a_script_for_an_address_is_refused(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    form = browser.page(f"{SEASON}partners/add")

    page = browser.submit(form, status=422, name="X", url="javascript://a.example/%0aalert(1)")

    assert page.mistakes == ["That is not a web address."]


def test_two_categories_of_one_name_have_addresses_of_their_own(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    for _ in range(2):
        browser.submit(browser.page(f"{SEASON}categories/add"), name="Kindness")

    slugs = session.scalars(select(Category.slug).where(Category.name == "Kindness")).all()
    assert sorted(slugs) == ["kindness", "kindness-2"]


def test_rubric_page_says_that_it_stands_once_judging_is_open(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    criterion = season.criteria[0]
    page = browser.page(f"{SEASON}rubric/{criterion.id}")
    season.submissions_close_at = season.judging_opens_at = clock.now() - timedelta(hours=1)

    refused = browser.submit(page, status=422, weight="55")
    assert "the rubric stands" in refused.text
    listed = browser.page(SEASON + "rubric")
    assert "the rubric stands" in listed.text
    assert "Add" not in listed.links()
    assert [f for f in listed.all("form") if f.get("action", "").endswith("/remove")] == []
    browser.submit(page, name="Message")

    session.refresh(criterion)
    assert (criterion.name, criterion.weight) == ("Message", 30)


def test_the_brand_kit_is_seen_before_it_is_saved(
    session: Session, sign_in: SignIn, olivia: User, season: Season
) -> None:
    browser = sign_in(olivia)
    at = "/organizer/season/brand"
    page = browser.page(at)
    cards = [e.get("src") for e in page.all("img") if e.get("data-card")]
    assert len(cards) == 4
    for card in cards:
        saved = browser.get(card)
        typed = browser.get(f"{card}?accent=%23ff0000&tag=Call+988&lower_third=0")
        assert saved.mimetype == typed.mimetype == "image/jpeg"
        assert "no-store" in typed.headers["Cache-Control"]
        assert saved.data != typed.data
    assert season.accent != "#ff0000"

    wrong = browser.submit(page, accent="red", status=422)
    assert wrong.mistakes == ["A color is written like #f2b632."]
    browser.submit(page, accent="#ff0000", brand_tag="Call 988", lower_third=None)
    assert (season.accent, season.brand_tag, season.lower_third) == ("#ff0000", "Call 988", False)


@pytest.mark.parametrize("query", ["accent=red", "accent=%23", "tag=" + "x" * 5000, "tag=%00"])
def test_garbage_for_a_card_draws_a_card(
    sign_in: SignIn, olivia: User, season: Season, query: str
) -> None:
    answer = sign_in(olivia).get(f"/organizer/season/brand/ending.jpg?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert sign_in(olivia).get("/organizer/season/brand/none.jpg").status_code == 404
