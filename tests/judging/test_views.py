"""A judge's pages give away nothing and lose nothing; the organizer's pages run the round."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.judging.models import Assignment, PracticeClip, Recusal, Runoff, Scorecard
from app.judging.rules import RoundKind
from app.media.models import Asset
from app.schools.models import School
from tests.browsing import Browser, Page
from tests.factories import (
    make_assignment,
    make_clip,
    make_entry,
    make_membership,
    make_round,
    make_school,
    make_season,
    make_user,
)
from tests.judging.test_services import declared

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    """A season in the middle of its judging."""
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def hidden(session: Session, season: Season) -> Entry:
    """An entry whose every hidden fact is a canary."""
    school = make_school(
        session, name="Canaryschool", city="Canarycity", district_other="Canarydistrict"
    )
    teacher = make_user(
        session, Role.TEACHER, name="Canaryteacher", email="canary@teacher.example.org"
    )
    make_membership(session, teacher, school, lead=True)
    return make_entry(
        session,
        season,
        school=school,
        teacher=teacher,
        title="Think twice",
        team_name="Canaryteam",
        slug="canary-slug",
        ai_words="Canaryai",
    )


@pytest.fixture
def mine(session: Session, season: Season, judy: User, hidden: Entry) -> Assignment:
    return make_assignment(session, make_round(session, season), judy, hidden)


def store(
    session: Session, platform: Platform, entry: Entry | PracticeClip, tmp_path: Path
) -> None:
    """Files for the entry's renditions, each holding its role."""
    asset = session.get_one(Asset, entry.asset_id)
    for rendition in asset.renditions:
        path = tmp_path / rendition.role
        path.write_bytes(f"the {rendition.role}".encode())
        platform.storage.put(rendition.key, path, rendition.content_type)


def scores_of(page: Page) -> dict[str, str]:
    return {
        e.get("name", ""): e.get("value", "")
        for e in page.all("input", type="radio")
        if e.get("checked") is not None and e.get("name", "").startswith("score-")
    }


def fill(season: Season, value: int) -> dict[str, str]:
    return {f"score-{criterion.id}": str(value) for criterion in season.criteria}


# A judge


def test_the_queue_leads_to_the_first_unfinished_entry(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    other = make_entry(session, season, title="Second")
    make_assignment(session, mine.round, judy, other, position=2)
    page = sign_in(judy).page("/judge/")
    assert page.heading == "First round"
    assert "0 of 2 entries finished" in page.text
    assert page.links()["Begin"] == f"/judge/{mine.id}"
    assert [item.get("aria-current") for item in page.all("li", class_="queue-item")] == [
        "true",
        None,
    ]


def test_an_empty_queue_says_so(season: Season, judy: User, sign_in: SignIn) -> None:
    assert "Nothing to score at the moment" in sign_in(judy).page("/judge/").text


def test_before_there_is_a_season_the_queue_is_empty(judy: User, sign_in: SignIn) -> None:
    assert "Nothing to score at the moment" in sign_in(judy).page("/judge/").text


def test_nothing_a_judge_can_open_tells_who_made_it(
    session: Session,
    season: Season,
    judy: User,
    mine: Assignment,
    hidden: Entry,
    platform: Platform,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    """Every address her pages lead to, and what it answers with, headers too."""
    store(session, platform, hidden, tmp_path)
    make_assignment(
        session, mine.round, make_user(session, Role.JUDGE), hidden, scores=[5] * 5,
        comment="Canarycomment of another judge",
    )  # fmt: skip
    other = make_entry(session, season, title="Another")
    other.category = hidden.category
    runoff = Runoff(
        round=mine.round,
        category_id=hidden.category_id,
        entry_ids=[hidden.id, other.id],
        opened_by=judy.id,
        opened_at=clock.now(),
        duels=[],
    )
    session.add(runoff)
    practice = make_clip(session, season)
    for about in (other, practice):
        store(session, platform, about, tmp_path)
    mine.scorecard = Scorecard(comment="", updated_at=clock.now(), scores=[], notes=[])
    session.commit()
    browser = sign_in(judy)
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', browser.page(f"/judge/{mine.id}").html
    )
    assert token is not None
    answers = [
        browser.post(
            f"/judge/{mine.id}/score",
            json={"comment": "Clear"},
            headers={"X-CSRFToken": token[1], "Accept": "application/json"},
        )
    ]
    waiting, seen = ["/judge/", f"/judge/practice/{practice.id}", "/", "/gallery", "/rules"], set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = browser.get(address)
        answers.append(response)
        if response.mimetype == "text/html":
            found = re.findall(r'(?:href|src|poster|action)="(/judge[^"#?]*)"', response.text)
            waiting += [each for each in found if each not in seen and each not in waiting]
    assert {
        "/judge/",
        f"/judge/{mine.id}",
        f"/judge/{mine.id}/video/web_720",
        f"/judge/{mine.id}/video/poster",
        f"/judge/{mine.id}/captions.vtt",
        f"/judge/runoff/{runoff.id}",
    } <= seen
    # Whatever page a judge gets one day is walked here, too.
    rules_ = {
        rule.rule
        for rule in browser.application.url_map.iter_rules()
        if rule.rule.startswith("/judge") and "GET" in (rule.methods or ())
    }
    matching = browser.application.url_map.bind("localhost")
    walked = {
        matching.match(answer.request.path, return_rule=True)[0].rule
        for answer in answers
        if answer.request.method == "GET" and answer.status_code == 200
    }
    assert rules_ <= walked
    for response in answers:
        told = f"{response.headers}{response.get_data()!r}".lower()
        # She has to be able to name schools she has to do with, in a list of all of them.
        if response.request.path == "/judge/conflicts":
            told = told.replace("canaryschool", "")
        assert "canary" not in told, response.request.path


def test_other_peoples_assignments_are_not_there(
    session: Session, judy: User, mine: Assignment, olivia: User, alice: User, sign_in: SignIn
) -> None:
    addresses = [
        f"/judge/{mine.id}",
        f"/judge/{mine.id}/video/web_720",
        f"/judge/{mine.id}/captions.vtt",
    ]
    for address in addresses:
        assert sign_in(make_user(session, Role.JUDGE)).get(address).status_code == 404
        assert sign_in(olivia).get(address).status_code == 403
        assert sign_in(alice).get(address).status_code == 403


def test_a_passer_by_is_asked_to_sign_in(client: Browser, mine: Assignment) -> None:
    response = client.get(f"/judge/{mine.id}")
    assert response.status_code == 302
    assert response.location.startswith("/account/sign-in?next=")


def test_without_scripts_one_form_saves_and_finishes(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    following = make_assignment(
        session, mine.round, judy, make_entry(session, season, code="NEXT"), position=2
    )
    here = f"/judge/{mine.id}"
    browser = sign_in(judy)
    page = browser.page(here)
    assert "1 of 2" in page.text
    assert len(page.all("fieldset", class_="rubric")) == 5
    first = f"score-{season.criteria[0].id}"
    page = browser.submit(page, here, **{first: "4", "comment": " Strong end.\r\nMore facts. "})
    assert page.messages == ["Saved."]
    assert scores_of(page) == {first: "4"}
    assert page.one("textarea", name="comment").text == "Strong end.\nMore facts."
    assert mine.scorecard is not None
    assert mine.scorecard.completed_at is None

    page = send_complete(browser, page, here)
    [words] = page.messages
    assert words.startswith(
        "Saved, but not finished. Still without a score: Persuades its audience"
    )
    assert page.mistakes == ["Please choose a score."] * 4
    assert scores_of(page) == {first: "4"}

    page = send_complete(browser, page, here, **fill(season, 3))
    assert page.url == f"/judge/{following.id}"
    assert page.messages[0].endswith("is scored. Here is the next one.")
    session.refresh(mine)
    assert mine.scorecard.completed_at is not None
    page = send_complete(browser, page, page.url, **fill(season, 2))
    assert page.url == "/judge/"
    assert "thank you" in page.messages[0]
    assert "2 of 2 entries finished" in page.text


def send_complete(browser: Browser, page: Page, action: str, **values: str) -> Page:
    """Press the button that finishes."""
    (button,) = page.all("button", value="complete")
    assert (button.get("name"), button.get("form")) == ("then", page.form(action).get("id"))
    return browser.submit(page, action, then="complete", **values)


def test_a_finished_scorecard_is_locked_until_it_is_reopened(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    done = make_assignment(
        session, mine.round, judy, make_entry(session, season), scores=[3] * 5, position=2
    )
    browser = sign_in(judy)
    page = browser.page(f"/judge/{done.id}")
    assert "You have finished this scorecard" in page.text
    assert len(page.all("input", type="radio", disabled="disabled")) == 25
    assert page.all("form", data_locked="") != []
    page = browser.submit(page, f"/judge/{done.id}/reopen")
    assert page.all("input", type="radio", disabled="disabled") == []
    assert page.all("form", data_locked="") == []


def save(browser: Browser, page: Page, assignment: Assignment, change: object, **headers: str):
    """As the script on the page sends it."""
    token = page.all("input", page.form(f"/judge/{assignment.id}"), name="csrf_token")[0]
    return browser.post(
        f"/judge/{assignment.id}/score",
        json=change,
        headers={
            "X-CSRFToken": token.get("value", ""),
            "Accept": "application/json",
            "Sec-Fetch-Site": "same-origin",
            **headers,
        },
    )


def test_the_script_saves_each_choice(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    criterion = season.criteria[1].id
    answer = save(browser, page, mine, {"criterion": criterion, "value": 5})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["missing"] == 4
    assert save(browser, page, mine, {"comment": " Warm. "}).status_code == 200
    [card] = session.scalars(select(Scorecard)).all()
    assert (card.values, card.comment) == ({criterion: 5}, "Warm.")


@pytest.mark.parametrize(
    "change",
    [None, [], {}, {"criterion": 1}, {"criterion": "1", "value": 3}, {"comment": 3}, "5"],
)
def test_what_the_script_would_not_send_is_not_understood(
    judy: User, mine: Assignment, sign_in: SignIn, session: Session, change: object
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    assert save(browser, page, mine, change).status_code == 409
    assert session.scalars(select(Scorecard)).all() == []


def test_true_is_not_a_score(season: Season, judy: User, mine: Assignment, sign_in: SignIn) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    change = {"criterion": season.criteria[0].id, "value": True}
    assert save(browser, page, mine, change).status_code == 409


def test_the_script_is_told_why_something_was_refused(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    change = {"criterion": season.criteria[0].id, "value": 9}
    answer = save(browser, page, mine, change)
    assert (answer.status_code, answer.json) == (
        409,
        {
            "error": "A score is a whole number from 1 to 5.",
            "title": "That can't be done now",
        },
    )
    assert session.scalars(select(Scorecard)).all() == []


def test_saving_asks_for_the_pages_token_and_for_this_site(
    season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    change = {"criterion": season.criteria[0].id, "value": 3}
    assert save(browser, page, mine, change, **{"X-CSRFToken": "made up"}).status_code == 400
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert save(browser, page, mine, change, **elsewhere).status_code == 400


def test_when_judging_has_closed_the_card_is_for_reading(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    season.judging_closes_at = clock.now()
    change = {"criterion": season.criteria[0].id, "value": 3}
    assert save(browser, page, mine, change).status_code == 409
    page = browser.page(f"/judge/{mine.id}")
    assert "Judging has closed." in page.text
    assert page.all("button", name="then") == []


def test_a_judge_watches_what_is_hers_until_the_round_closes(
    session: Session,
    judy: User,
    mine: Assignment,
    hidden: Entry,
    platform: Platform,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    store(session, platform, hidden, tmp_path)
    browser = sign_in(judy)
    video = f"/judge/{mine.id}/video/"
    response = browser.get(video + "web_720")
    assert (response.status_code, response.data) == (200, b"the web_720")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == "inline; filename=web_720.mp4"
    part = browser.get(video + "web_480", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data) == (206, b"the")
    for role in ("winner_1080", "original", "web_2160"):
        assert browser.get(video + role).status_code == 404
    captions = browser.get(f"/judge/{mine.id}/captions.vtt")
    assert captions.content_type == "text/vtt; charset=utf-8"
    assert captions.text.startswith("WEBVTT")
    page = browser.page(f"/judge/{mine.id}")
    assert [s.get("src") for s in page.all("source")] == [
        video + "web_720",
        video + "web_1080",
        video + "web_480",
    ]
    mine.round.closed_at = clock.now()
    for address in (video + "web_720", video + "poster", f"/judge/{mine.id}/captions.vtt"):
        assert browser.get(address).status_code == 404
    assert browser.page(f"/judge/{mine.id}").all("video") == []
    assert browser.page("/judge/").all("img", src=video + "poster") == []


def test_an_entry_without_captions_has_none(
    judy: User, mine: Assignment, hidden: Entry, sign_in: SignIn
) -> None:
    hidden.captions = ""
    browser = sign_in(judy)
    assert browser.page(f"/judge/{mine.id}").all("track") == []
    assert browser.get(f"/judge/{mine.id}/captions.vtt").status_code == 404


def test_stepping_aside_takes_the_entry_out_of_the_queue(
    session: Session, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    action = f"/judge/{mine.id}/recuse"
    page = browser.submit(page, action, status=422, reason="")
    assert page.mistakes == ["Please say in a few words why."]
    assert session.scalars(select(Recusal)).all() == []
    page = browser.submit(page, action, reason="I coached this team.")
    assert page.url == "/judge/"
    assert "You stepped aside from 1 entry." in page.text
    for address in (f"/judge/{mine.id}/video/web_720", f"/judge/{mine.id}/captions.vtt"):
        assert browser.get(address).status_code == 404
    page = browser.page(f"/judge/{mine.id}")
    assert page.url == "/judge/"
    assert page.messages == ["You stepped aside from that entry."]


def test_a_card_of_the_first_round_leads_to_the_queue_once_the_finals_are_on(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    make_round(session, season, RoundKind.FINALS)
    page = sign_in(judy).page(f"/judge/{mine.id}")
    assert page.url == "/judge/"
    assert page.messages == ["That round is over."]


def test_a_judge_names_the_schools_she_has_to_do_with(
    session: Session, season: Season, judy: User, school_a: School, school_b: School,
    sign_in: SignIn,
) -> None:  # fmt: skip
    make_membership(session, judy, school_b)
    make_school(session, name="Not approved yet", approved_at=None)
    browser = sign_in(judy)
    page = browser.page("/judge/conflicts")
    assert page.rows == [["Waimea School", "You teach there", ""]]
    assert [o.text for o in page.all("option")] == [
        "Choose a school", "Kapālama School",
    ]  # fmt: skip
    # Nothing is chosen for her: one careless press declares nothing.
    page = browser.submit(page, "/judge/conflicts", status=422)
    assert "Please choose a school." in page.mistakes
    page = browser.submit(page, "/judge/conflicts", school=str(school_a.id), kind="coaching")
    assert page.rows[0][:2] == ["Kapālama School", "I coached or helped a team there"]
    [conflict] = declared(session, judy)
    assert conflict.school_id == school_a.id
    page = browser.submit(page, f"/judge/conflicts/{conflict.id}/remove")
    assert declared(session, judy) == []


def test_a_school_that_is_not_on_the_list_is_refused(
    session: Session, season: Season, judy: User, school_a: School, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page("/judge/conflicts")
    browser.submit(page, "/judge/conflicts", status=422, school=str(school_a.id + 1000))
    assert declared(session, judy) == []


# An organizer


def test_an_organizer_runs_the_whole_judging(
    session: Session, season: Season, olivia: User, judy: User, sign_in: SignIn
) -> None:
    season.reviews_least = 1
    season.finalists_most = 1
    one, two = make_entry(session, season), make_entry(session, season)
    make_entry(session, season, status=EntryStatus.SUBMITTED)
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/")
    assert "One entry is not screened yet." in page.text
    assert "The finals can open once the first round is closed." in page.text
    page = browser.page(page.links()["Plan and open this round"])
    assert "2 entries, 1 judge" in page.text
    page = browser.submit(page, "/organizer/judging/plan", anchors="0", method="mean")
    assert page.messages == ["Open. The judges have their queues, and a mail that says so."]
    assert ["Judy Jones", "2", "0", "0", "Not begun", "0 schools"] in page.rows
    assert "0 of 2 scorecards finished" in page.text

    for assignment in session.scalars(select(Assignment)).all():
        page = sign_in(judy).page(f"/judge/{assignment.id}")
        value = 5 if assignment.entry_id == two.id else 4
        send_complete(browser, page, f"/judge/{assignment.id}", **fill(season, value))

    page = sign_in(olivia).page("/organizer/judging/")
    assert ["Judy Jones", "2", "2", "0", "Done", "0 schools"] in page.rows
    page = browser.submit(page, "/organizer/judging/rounds/first/close")
    page = browser.page(page.links()["Choose the finalists"])
    checked = [e.get("value") for e in page.all("input", type="checkbox", checked="")]
    assert checked == [str(two.id)]
    page = browser.submit(page, "/organizer/judging/finalists", entry=[str(one.id), str(two.id)])
    assert page.messages == ["2 finalists were named."]
    page = browser.submit(page, "/organizer/judging/rounds/finals/open")
    assert "0 of 2 scorecards finished" in page.text
    page = browser.submit(page, "/organizer/judging/rounds/finals/top-up")
    assert page.messages == ["Nothing to add: every entry has its judges, or nobody else is free."]
    page = browser.submit(page, "/organizer/judging/rounds/finals/close")
    page = browser.submit(page, "/organizer/judging/rounds/finals/reopen")
    assert page.messages == ["The round goes on."]


def test_the_overview_names_entries_that_lack_judges(
    session: Session, season: Season, olivia: User, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    make_user(session, Role.JUDGE, name="Newcomer")
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/")
    assert "1 entry has too few judges" in page.text
    page = browser.submit(page, "/organizer/judging/rounds/first/top-up")
    assert page.messages == ["1 assignment was added."]


def test_an_organizer_sets_conflicts(
    session: Session, season: Season, olivia: User, judy: User, mine: Assignment, hidden: Entry,
    sign_in: SignIn,
) -> None:  # fmt: skip
    here = f"/organizer/judging/judges/{judy.id}"
    browser = sign_in(olivia)
    page = browser.submit(browser.page(here), here, school=str(hidden.school_id), kind="school")
    assert page.rows[0][:2] == [
        "Canaryschool",
        "Works, worked or studied there (set by an organizer)",
    ]
    assert session.scalars(select(Recusal.entry_id)).all() == [hidden.id]
    [conflict] = declared(session, judy)
    page = browser.submit(page, f"/organizer/judging/conflicts/{conflict.id}/remove")
    assert page.messages == ["Removed. What followed from it counts again."]
    assert session.scalars(select(Recusal)).all() == []


@pytest.mark.parametrize(
    "address",
    ["", "ranking", "ranking.csv", "finalists", "judges/1"],
)
def test_only_organizers_see_scores(
    session: Session, season: Season, judy: User, alice: User, sign_in: SignIn, address: str
) -> None:
    for person in (judy, alice, make_user(session, Role.SCREENER)):
        assert sign_in(person).get(f"/organizer/judging/{address}").status_code == 403


def test_an_unknown_round_is_not_there(season: Season, olivia: User, sign_in: SignIn) -> None:
    browser = sign_in(olivia)
    assert browser.get("/organizer/judging/ranking?kind=third").status_code == 404
    page = browser.page("/organizer/judging/ranking?kind=finals")
    assert "Nothing to rank yet" in page.text


def test_the_ranking_shows_places_means_and_what_is_short(
    session: Session, season: Season, olivia: User, judy: User, sign_in: SignIn
) -> None:
    round_ = make_round(session, season)
    school = make_school(session, name="Waimea School")
    best = make_entry(session, season, code="AAAA", title="Best", school=school)
    none = make_entry(session, season, code="BBBB", title="None", school=school)
    make_assignment(session, round_, judy, best, scores=[5, 4, 3, 2, 1])
    page = sign_in(olivia).page("/organizer/judging/ranking")
    assert "The round is still open" in page.text
    assert page.rows == [
        ["1", "AAAA", "Best Waimea School", "1 too few", "3.500", "3.50–3.50", "100 %",
         "5.00", "4.00", "3.00", "2.00", "1.00"],
        ["–", "BBBB", "None Waimea School", "0 too few", "–", "–", "–",
         "–", "–", "–", "–", "–"],
        ["1", "Judy Jones", "1", "3.50", "–"],
    ]  # fmt: skip
    assert none.id != best.id


def test_the_sheet_holds_no_formula(
    session: Session, season: Season, olivia: User, judy: User, sign_in: SignIn
) -> None:
    entry = make_entry(
        session,
        season,
        code="=1+1",
        title='=HYPERLINK("https://evil.example","x")',
        school=make_school(session, name="+Plus School"),
    )
    make_assignment(session, make_round(session, season), judy, entry, scores=[5, 4, 3, 2, 1])
    response = sign_in(olivia).get("/organizer/judging/ranking.csv?kind=first")
    assert response.mimetype == "text/csv"
    assert "ranking-2026-first.csv" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert rows[0][:7] == ["Category", "Place", "Code", "Title", "School", "Scorecards", "Mean"]
    assert rows[0][7:11] == ["Evened out", "Likely from", "Likely to", "Chance to be first"]
    assert rows[0][11:] == [criterion.name for criterion in season.criteria]
    assert rows[1] == [
        "Cyberbullying", "1", "'=1+1", "'=HYPERLINK(\"https://evil.example\",\"x\")",
        "'+Plus School", "1", "3.5000", "", "3.5000", "3.5000", "1.0000",
        "5.0000", "4.0000", "3.0000", "2.0000", "1.0000",
    ]  # fmt: skip


def test_entries_taken_out_are_in_no_table(
    session: Session, season: Season, olivia: User, judy: User, mine: Assignment, hidden: Entry,
    sign_in: SignIn,
) -> None:  # fmt: skip
    hidden.status = EntryStatus.DISQUALIFIED
    browser = sign_in(olivia)
    for address in ("", "ranking", "finalists", "ranking.csv"):
        assert hidden.title not in browser.get(f"/organizer/judging/{address}").text
