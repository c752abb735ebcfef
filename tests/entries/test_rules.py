"""What an entry still needs, who may do what to it when, and what may be shown to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import DATE_ORDER, Phase, Window, default_rules, submissions_window
from app.entries import rules
from app.entries.models import AppearingPerson, Decision, Entry, Release, ReleaseLink, TeamMember
from app.entries.rules import AiUse, EntryStatus, Rung, Signer
from app.entries.services import draw_team_code
from app.media.models import Asset, Rendition
from app.media.rules import AssetState
from tests.factories import CALENDAR, DAY_OF

FIRST = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DURING = {phase: FIRST + timedelta(days=day) for phase, day in DAY_OF.items()}
NOW = DURING[Phase.SUBMISSIONS]


def season(**over: Any) -> Season:
    dates = {name: FIRST + timedelta(days=CALENDAR[name]) for name in DATE_ORDER}
    return Season(**{**dates, "grace_minutes": 15, "entries_most": 5, "announced_at": None} | over)


def person(*rungs: Rung, revoked: tuple[Rung, ...] = (), alias: str = "Kai") -> AppearingPerson:
    return AppearingPerson(
        alias=alias,
        releases=[
            Release(
                rung=rung,
                form_name="Event release",
                signed_on=date(2026, 8, 1),
                revoked_at=NOW if rung in revoked else None,
            )
            for rung in (*rungs, *revoked)
        ],
    )


def entry(**over: Any) -> Entry:
    """A complete entry."""
    values = {
        "status": EntryStatus.DRAFT,
        "title": "Think first",
        "category_id": 1,
        "division_id": 2,
        "synopsis": "Two friends and a rumor.",
        "team_name": "Team Honu",
        "members": [TeamMember(alias="Kai")],
        "cleared_at": NOW,
        "ai_use": AiUse.NONE,
        "ai_words": "",
        "original_work": True,
        "people_complete": True,
        "cues_complete": True,
        "captions": "WEBVTT\n\n00:00.000 --> 00:01.000\nThink.\n",
        "people": [person(*Rung)],
    }
    return Entry(**(values | over))


def window(**over: Any) -> Window:
    return submissions_window(season(**over))


def asset(state: AssetState = AssetState.READY, *roles: str) -> Asset:
    return Asset(state=state, renditions=[Rendition(role=role) for role in roles])


def words(lacks: list[rules.Lack]) -> list[tuple[str, str]]:
    return [(lack.section, str(lack.words)) for lack in lacks]


# What is missing


def test_a_complete_entry_lacks_nothing() -> None:
    assert rules.missing(entry(), asset()) == []
    assert rules.worth_adding(entry()) == []


def test_a_fresh_entry_lacks_everything_in_the_order_of_its_page() -> None:
    fresh = Entry(status=EntryStatus.DRAFT, people=[])

    assert words(rules.missing(fresh, None)) == [
        ("details", "a title"),
        ("details", "a category"),
        ("details", "a division"),
        ("details", "a synopsis: one or two sentences about the video"),
        ("details", "a team name"),
        ("team", "who is in the team, by first name or alias"),
        ("details", "whether AI was used"),
        ("details", "your word that it is the team's own work"),
        ("people", "your word that the list of appearing people is complete"),
        ("cues", "your word that the cue sheet is complete"),
        ("video", "the video"),
    ]


def test_what_is_missing_leads_to_its_field() -> None:
    lacks = rules.missing(entry(title="", cues_complete=False, people=[person()]), None)
    anchors = [lack.anchor for lack in lacks]
    assert anchors == ["title", "people", "cues_complete", "video"]


def test_a_value_is_compared_as_a_browser_holds_it() -> None:
    values = (None, False, True, "", 7, "two\r\nlines")
    assert [rules.as_typed(v) for v in values] == ["", "", "y", "", "7", "two\nlines"]


@pytest.mark.parametrize(
    ("over", "section"),
    [
        ({"title": ""}, "details"),
        ({"category_id": None}, "details"),
        ({"division_id": None}, "details"),
        ({"synopsis": ""}, "details"),
        ({"team_name": ""}, "details"),
        ({"members": []}, "team"),
        ({"ai_use": ""}, "details"),
        ({"ai_use": AiUse.HELPED}, "details"),
        ({"ai_use": AiUse.MADE}, "details"),
        ({"original_work": False}, "details"),
        ({"people_complete": False}, "people"),
        ({"people": [person()]}, "people"),
        ({"people": [person(Rung.PUBLIC, Rung.WINNER, Rung.NAME)]}, "people"),
        ({"people": [person(revoked=(Rung.JUDGED,))]}, "people"),
        ({"cues_complete": False}, "cues"),
    ],
)
def test_each_single_gap_is_named_once(over: dict[str, Any], section: str) -> None:
    assert [lack.section for lack in rules.missing(entry(**over), asset())] == [section]


def test_everybody_without_leave_to_be_judged_is_named() -> None:
    people = [person(alias="Mele"), person(Rung.JUDGED, alias="Kai"), person(alias="Noa")]

    assert words(rules.missing(entry(people=people), asset())) == [
        ("people", "for Mele: that judges may watch it"),
        ("people", "for Noa: that judges may watch it"),
    ]


@pytest.mark.parametrize(
    ("video", "lacking"),
    [
        (None, ["the video"]),
        (asset(AssetState.UPLOADING), ["the video"]),
        (asset(AssetState.REFUSED), ["a video that fits the rules (this one was refused)"]),
        (
            asset(AssetState.CHECKING),
            ["a moment of patience: the video is still being checked"],
        ),
        (
            asset(AssetState.CHECKING, "preview"),
            ["a moment of patience: the video is still being checked"],
        ),
        (asset(AssetState.WAITING), ["a moment of patience: the video is still being checked"]),
        (asset(AssetState.PROCESSING, "preview"), []),
        (asset(AssetState.READY, "preview", "web_480"), []),
    ],
)
def test_a_video_that_can_be_watched_is_enough(video: Asset | None, lacking: list[str]) -> None:
    assert [str(lack.words) for lack in rules.missing(entry(), video)] == lacking


def test_what_public_showing_needs_is_said_but_does_not_stop_a_submission() -> None:
    bare = entry(captions="", people=[person(Rung.JUDGED), person(Rung.JUDGED), person(*Rung)])

    assert rules.missing(bare, asset()) == []
    assert words(rules.worth_adding(bare)) == [
        ("captions", "captions"),
        ("people", "2 public releases"),
    ]
    one = entry(people=[person(Rung.JUDGED)])
    assert words(rules.worth_adding(one)) == [("people", "one public release")]


# When what may be done

SUBMITTED_WORDS = "This entry is submitted. Withdraw it first if something has to change."


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("status", list(EntryStatus))
def test_what_can_be_changed_when(status: EntryStatus, phase: Phase) -> None:
    reason = rules.why_not_editable(entry(status=status), window(), DURING[phase])

    early = phase in (Phase.UPCOMING, Phase.REGISTRATION, Phase.SUBMISSIONS)
    if status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED, EntryStatus.DISQUALIFIED):
        assert str(reason) == SUBMITTED_WORDS
    elif early:
        assert reason is None
    elif status is EntryStatus.RETURNED:
        assert str(reason) == "The time to mend it has passed. Please write to the organizers."
    else:
        assert str(reason) == "Submissions have closed."


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("status", list(EntryStatus))
def test_what_can_be_submitted_when(status: EntryStatus, phase: Phase) -> None:
    reason = rules.why_not_submittable(entry(status=status), asset(), window(), DURING[phase])

    if status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED, EntryStatus.DISQUALIFIED):
        assert str(reason) == "This entry is submitted already."
    elif phase is Phase.SUBMISSIONS:
        assert reason is None
    elif phase in (Phase.UPCOMING, Phase.REGISTRATION):
        assert str(reason) == "Submissions have not opened yet."
    elif status is EntryStatus.RETURNED:
        assert str(reason) == "The time to mend it has passed. Please write to the organizers."
    else:
        assert str(reason) == "Submissions have closed."


def test_a_gap_is_told_when_submitting() -> None:
    reason = rules.why_not_submittable(entry(title="", synopsis=""), asset(), window(), NOW)
    assert str(reason) == (
        "Still missing: a title, a synopsis: one or two sentences about the video."
    )


def test_the_deadline_has_its_published_grace_to_the_second() -> None:
    contest = window()
    end = contest.closes_at + timedelta(minutes=15)
    second = timedelta(seconds=1)

    assert rules.why_not_submittable(entry(), asset(), contest, end - second) is None
    assert rules.why_not_submittable(entry(), asset(), contest, end) is not None
    assert rules.why_not_editable(entry(), contest, end - second) is None
    assert rules.why_not_editable(entry(), contest, end) is not None


@pytest.mark.parametrize("status", list(EntryStatus))
def test_only_what_takes_part_can_be_withdrawn(status: EntryStatus) -> None:
    reason = rules.why_not_withdrawable(entry(status=status))
    assert (reason is None) == (status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED))


@pytest.mark.parametrize("status", list(EntryStatus))
def test_only_what_was_submitted_can_be_decided_about(status: EntryStatus) -> None:
    decidable = {EntryStatus.SUBMITTED, EntryStatus.ACCEPTED, EntryStatus.DISQUALIFIED}
    assert (rules.why_not_decidable(entry(status=status)) is None) == (status in decidable)


@pytest.mark.parametrize("phase", list(Phase))
def test_entries_are_begun_from_registration_until_the_deadline(phase: Phase) -> None:
    reason = rules.why_not_creatable(0, season(), window(), DURING[phase])
    assert (reason is None) == (phase in (Phase.REGISTRATION, Phase.SUBMISSIONS))


@pytest.mark.parametrize(("count", "refused"), [(4, False), (5, True), (6, True)])
def test_a_teacher_has_as_many_entries_as_the_rules_allow(count: int, refused: bool) -> None:
    assert (
        rules.why_not_creatable(count, season(entries_most=5), window(), NOW) is not None
    ) == refused


# Mending, more time, second looks

HOUR = timedelta(hours=1)
RULES = default_rules()


def test_a_returned_entry_may_come_back_until_its_own_time_is_up() -> None:
    contest = window()
    until = contest.ends_at + 10 * HOUR
    late = entry(status=EntryStatus.RETURNED, cure_until=until)

    assert rules.why_not_submittable(late, asset(), contest, until - timedelta(seconds=1)) is None
    assert str(rules.why_not_submittable(late, asset(), contest, until)) == (
        "The time to mend it has passed. Please write to the organizers."
    )


def test_a_school_is_told_its_deadline_without_the_grace() -> None:
    contest = window()
    later = contest.closes_at + 10 * HOUR

    def told(cure_until: datetime | None) -> datetime:
        returned = entry(status=EntryStatus.RETURNED, cure_until=cure_until)
        return rules.told_until(returned, contest)

    assert told(None) == told(NOW + HOUR) == contest.closes_at < contest.ends_at
    assert told(later) == later


def test_the_time_to_mend_never_ends_before_the_deadline() -> None:
    contest = window()
    early = entry(status=EntryStatus.RETURNED, cure_until=NOW + HOUR)
    assert rules.why_not_submittable(early, asset(), contest, contest.closes_at) is None


def test_a_school_with_more_time_has_grace_on_top_and_nobody_gets_less() -> None:
    base = season()
    longer = submissions_window(base, base.submissions_close_at + 48 * HOUR)
    end = base.submissions_close_at + 48 * HOUR + timedelta(minutes=15)

    assert longer.is_open(end - timedelta(seconds=1))
    assert not longer.is_open(end)
    assert submissions_window(base, base.submissions_open_at) == submissions_window(base)


@pytest.mark.parametrize(
    ("reasons", "given"),
    [
        ([], True),
        (["captions"], True),
        (["captions", "technical", "flashes"], True),
        (["personal"], False),
        (["captions", "rights"], False),
        (["nonsense"], True),
    ],
)
def test_only_technical_faults_get_time_beyond_the_deadline(
    reasons: list[str], given: bool
) -> None:
    expected = NOW + 72 * HOUR if given else None
    assert rules.cure_until(reasons, RULES, 72, NOW) == expected


def test_a_fault_that_cannot_be_mended_in_time_is_not_returned() -> None:
    contest = window()
    last = contest.ends_at - timedelta(seconds=1)

    assert rules.why_not_returned(None, contest, last) is None
    assert rules.why_not_returned(None, contest, contest.ends_at) is not None
    assert rules.why_not_returned(contest.ends_at + HOUR, contest, contest.ends_at) is None


@pytest.mark.parametrize(
    ("status", "verdict", "by", "cleared", "reason"),
    [
        ("accepted", "accepted", 1, None, None),
        ("accepted", "accepted", 2, None, "You accepted it. The second look must be somebody"),
        ("accepted", "accepted", 1, NOW, "It had its second look already."),
        ("submitted", "accepted", 1, None, "Only an accepted entry gets a second look."),
        ("accepted", "returned", 1, None, "Only an accepted entry gets a second look."),
    ],
)
def test_the_second_look_is_somebody_elses(
    status: str, verdict: str, by: int, cleared: datetime | None, reason: str | None
) -> None:
    made = entry(
        status=status,
        cleared_at=cleared,
        decisions=[Decision(verdict=verdict, screener_id=by)],
    )
    everything = [rule.code for rule in RULES if rule.screener]
    said = rules.why_not_cleared(made, User(id=2), everything, RULES)

    assert str(said).startswith(reason) if reason else said is None
    assert rules.why_not_cleared(made, User(id=2), everything[1:], RULES) is not None


def link(*, answered: datetime | None = None, **answers: bool) -> ReleaseLink:
    return ReleaseLink(
        id=1, answered_at=answered, answers=answers, expires_at=NOW + HOUR, closed_at=None
    )


def test_the_newest_answer_of_a_family_counts() -> None:
    first = link(answered=NOW, C1=True, C2=False)
    second = link(answered=NOW + HOUR, C1=False, C2=True)

    assert rules.refused_rungs([]) == frozenset()
    assert rules.refused_rungs([link(C1=False)]) == frozenset()
    assert rules.refused_rungs([first]) == {"C2"}
    assert rules.refused_rungs([second, first]) == {"C1"}


def test_a_link_is_answered_once_in_time_and_unless_taken_back() -> None:
    fresh, taken = link(), link()
    taken.closed_at = NOW

    assert rules.why_not_answerable(fresh, NOW) is None
    assert "too old" in str(rules.why_not_answerable(fresh, NOW + HOUR))
    assert "took this link back" in str(rules.why_not_answerable(taken, NOW))
    assert "used already" in str(rules.why_not_answerable(link(answered=NOW), NOW))


@pytest.mark.parametrize("rung", list(Rung))
def test_a_school_allows_judging_and_nothing_else(rung: Rung) -> None:
    assert (rules.why_not_signed_by(Signer.SCHOOL, [rung]) is None) == (rung is Rung.JUDGED)
    assert rules.why_not_signed_by(Signer.PARENT, list(Rung)) is None


# Codes


def test_team_codes_can_be_said_aloud_and_vary() -> None:
    codes = {draw_team_code() for _ in range(200)}

    for code in codes:
        assert len(code) == 6
        for letter, kind in zip(code, "cvccvc", strict=True):
            assert letter in (rules.CODE_VOWELS if kind == "v" else rules.CODE_CONSONANTS)
    assert len(codes) > 190
    assert not set("loiqyc01") & set("".join(codes)) - {"i"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("kapmun", "kapmun"),
        ("  KAP-mun ", "kapmun"),
        ("Kap Mun", "kapmun"),
        ("k.a.p.m.u.n!", "kapmun"),
        ("", ""),
        ("123-456", ""),
        ("kapmun\0", "kapmun"),
        ("kapmun' OR 1=1 --", "kapmunor"),
        ("a" * 500, "a" * 12),
    ],
)
def test_a_code_is_read_as_it_was_meant(typed: str, read: str) -> None:
    assert rules.read_team_code(typed) == read


@given(st.text())
def test_whatever_is_typed_reads_as_a_few_letters(typed: str) -> None:
    read = rules.read_team_code(typed)
    assert len(read) <= 12
    assert all(letter.isalpha() for letter in read)


@given(st.sampled_from([draw_team_code() for _ in range(20)]), st.data())
def test_a_code_survives_capitals_blanks_and_hyphens(code: str, data: st.DataObject) -> None:
    typed = "".join(
        data.draw(st.sampled_from([letter, letter.upper(), f" {letter}", f"-{letter}"]))
        for letter in code
    )
    assert rules.read_team_code(typed) == code


def test_entry_codes_have_no_look_alikes() -> None:
    assert not set("IO01") & set(rules.ENTRY_CODE_LETTERS)


@pytest.mark.parametrize(
    ("day", "come"),
    [("2026-10-30", True), ("2026-11-01", True), ("2026-11-02", False), ("2027-10-31", False)],
)
def test_nothing_was_signed_on_a_day_that_has_come_nowhere_yet(day: str, come: bool) -> None:
    late = datetime(2026, 10, 31, 12, tzinfo=UTC)  # In the first time zone it is tomorrow.
    assert (rules.why_not_signed_on(date.fromisoformat(day), late) is None) == come


# What may be shown

STATES = ("given", "revoked", "none")


def test_what_was_let_go_is_not_public_any_more() -> None:
    made = entry(status=EntryStatus.ACCEPTED, captions="WEBVTT\n", people_complete=True, people=[])
    assert rules.is_publishable(made)

    made.let_go_at = DURING[Phase.ANNOUNCED]

    assert not rules.is_publishable(made)
    assert not rules.is_giveable(made)


def test_ten_thousand_consents_are_public_exactly_when_everything_speaks_for_it() -> None:
    """Public if and only if accepted, seen twice, not held, captioned, complete, and released by
    everybody; given away if and only if everybody allowed that as well."""
    chance = Random(20261125)  # noqa: S311
    shown = given_away = 0
    for _ in range(10_000):
        consents = [
            {rung: chance.choices(STATES, (8, 1, 1))[0] for rung in Rung}
            for _ in range(chance.randint(0, 4))
        ]
        made = entry(
            status=chance.choices(list(EntryStatus), (1, 1, 1, 12, 1, 1))[0],
            captions=chance.choices(["WEBVTT\n", ""], (9, 1))[0],
            people_complete=chance.random() < 0.9,
            cleared_at=NOW if chance.random() < 0.9 else None,
            held_at=NOW if chance.random() < 0.1 else None,
            people=[
                person(
                    *(rung for rung, state in each.items() if state == "given"),
                    revoked=tuple(rung for rung, state in each.items() if state == "revoked"),
                )
                for each in consents
            ],
        )
        everybody = {rung: all(each[rung] == "given" for each in consents) for rung in Rung}
        fit = (
            made.status == "accepted"
            and made.captions != ""
            and made.people_complete
            and made.cleared_at is not None
            and made.held_at is None
        )

        assert rules.is_publishable(made) == (fit and everybody[Rung.PUBLIC])
        assert rules.is_giveable(made) == (
            fit and everybody[Rung.PUBLIC] and everybody[Rung.WINNER]
        )
        shown += rules.is_publishable(made)
        given_away += rules.is_giveable(made)
    # The states drawn must really lie on both sides.
    assert 1000 < given_away < shown < 9000


CONSENTS = st.lists(
    st.fixed_dictionaries({rung: st.sampled_from(STATES) for rung in Rung}), max_size=4
)


@given(CONSENTS)
def test_a_name_is_shown_only_with_its_own_leave(consents: list[dict[Rung, str]]) -> None:
    people = [
        person(*(r for r, given_ in each.items() if given_ == "given"), alias=f"Alias {n}")
        for n, each in enumerate(consents)
    ]
    leave = [n for n, each in enumerate(consents) if each[Rung.NAME] == "given"]
    assert rules.credited_names(entry(people=people)) == [f"Alias {n}" for n in leave]


def test_every_state_every_rung_and_every_reason_has_its_words() -> None:
    assert set(rules.STATUS_BADGES) == set(EntryStatus)
    assert set(rules.RUNG_WORDS) == set(Rung)
    assert set(rules.CUE_KIND_NAMES) == set(rules.CueKind)
    assert set(rules.AI_USE_NAMES) == set(AiUse)


@pytest.mark.parametrize(
    ("status", "captions", "allowed"),
    [
        (EntryStatus.DRAFT, "", True),
        (EntryStatus.SUBMITTED, "", True),
        (EntryStatus.ACCEPTED, "", True),
        (EntryStatus.ACCEPTED, "WEBVTT", False),
        (EntryStatus.DISQUALIFIED, "", False),
    ],
)
def test_captions_that_are_missing_can_be_added_after_submitting(
    status: EntryStatus, captions: str, allowed: bool
) -> None:
    entry = Entry(status=status, captions=captions)

    reason = rules.why_not_captionable(entry, window(), NOW)

    assert (reason is None) == allowed
