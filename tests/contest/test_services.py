"""Setting up a season and changing it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import rules, services
from app.contest.models import Category, Criterion, Prize, Question, Season
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.core.platform import Platform
from tests.factories import make_season

NOW = datetime(2026, 2, 1, 20, 15, tzinfo=UTC)


def create(session: Session, actor: User | None, year: int = 2027) -> Season:
    return services.create_season(
        session, actor=actor, year=year, name="Awards", zone="Pacific/Honolulu", now=NOW
    )


def test_new_season_is_ready_to_run(session: Session, olivia: User) -> None:
    season = create(session, olivia)
    session.commit()
    session.expire_all()

    assert [c.slug for c in season.categories] == [
        "cyberbullying",
        "privacy-and-copyright",
        "online-predators",
    ]
    assert [d.name for d in season.divisions] == list(rules.DEFAULT_DIVISIONS)
    assert rules.why_not_rubric(season.criteria) is None
    assert [c.decides_ties for c in season.criteria] == [True, False, False, False, False]
    assert [p.place for p in season.prizes] == [1, 2, 3]
    dates = services.dates_of(season)
    assert rules.why_not_dates(dates, dates, NOW) == {}
    assert rules.phase_of(season, NOW) is rules.Phase.UPCOMING


@pytest.mark.parametrize(
    "now", [NOW, datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 10, 30, 9, tzinfo=UTC)]
)
@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/Los_Angeles", "Asia/Kolkata"])
def test_usual_dates_are_at_eleven_at_night_whatever_the_clocks_do(
    now: datetime, zone: str
) -> None:
    dates = services.default_dates(now, zone)

    assert {at.astimezone(ZoneInfo(zone)).hour for at in dates.values()} == {23}
    assert min(dates.values()) > now
    assert rules.why_not_dates(dates, dates, now) == {}
    assert dates["vote_opens_at"] >= dates["judging_closes_at"]


def test_year_has_one_season(session: Session, olivia: User) -> None:
    create(session, olivia)

    with pytest.raises(Refused, match="There is a season 2027 already"):
        create(session, olivia)


def test_teachers_and_judges_change_nothing(
    session: Session, season: Season, alice: User, judy: User
) -> None:
    for actor in (alice, judy):
        with pytest.raises(NotAllowed):
            create(session, actor)
        with pytest.raises(NotAllowed):
            services.update_season(
                session, actor=actor, season=season, values={"name": "X"}, now=clock.now()
            )
        with pytest.raises(NotAllowed):
            services.begin_now(session, actor=actor, season=season, name="vote_opens_at", now=NOW)
        with pytest.raises(NotAllowed):
            services.save_part(
                session,
                actor=actor,
                season=season,
                part=season.prizes[0],
                values={"place": 1},
                now=NOW,
            )
        with pytest.raises(NotAllowed):
            services.remove_part(
                session, actor=actor, season=season, part=season.categories[0], now=NOW
            )


def test_trace_of_a_change_names_the_fields_that_changed(
    session: Session, season: Season, olivia: User
) -> None:
    values = {"name": season.name, "tagline": "New", "team_most": 4}

    services.update_season(session, actor=olivia, season=season, values=values, now=clock.now())
    session.flush()

    trace = session.scalars(select(AuditEvent).where(AuditEvent.action == "season.changed")).one()
    assert trace.details == {"fields": ["tagline", "team_most"]}


def test_lengths_that_make_no_sense_are_refused_by_the_database(
    session: Session, season: Season
) -> None:
    season.max_seconds = 5

    with pytest.raises(IntegrityError):
        session.flush()


def test_dates_are_changed_together_with_a_reason(
    session: Session, season: Season, olivia: User
) -> None:
    dates = {name: getattr(season, name) for name in rules.DATE_ORDER}
    later = dates["vote_closes_at"] + timedelta(days=2)

    services.change_dates(
        session,
        actor=olivia,
        season=season,
        dates=dates | {"vote_closes_at": later},
        reason="Storm",
        now=clock.now(),
    )
    session.flush()

    trace = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "season.dates-changed")
    ).one()
    assert trace.details == {
        "moved": {"vote_closes_at": [dates["vote_closes_at"].isoformat(), later.isoformat()]},
        "reason": "Storm",
    }


def test_dates_out_of_order_change_nothing(session: Session, season: Season, olivia: User) -> None:
    dates = {name: getattr(season, name) for name in rules.DATE_ORDER}
    before = dict(dates)
    dates["vote_closes_at"] = dates["vote_opens_at"]

    with pytest.raises(Refused):
        services.change_dates(
            session, actor=olivia, season=season, dates=dates, reason="", now=clock.now()
        )

    assert {name: getattr(season, name) for name in rules.DATE_ORDER} == before


@pytest.mark.parametrize("name", ["vote_closes_at", "vote_opens_at", "submissions_close_at"])
def test_vote_that_has_closed_is_not_opened_again(
    session: Session, season: Season, olivia: User, name: str
) -> None:
    before = services.dates_of(season)
    after = season.vote_closes_at + timedelta(hours=1)

    with pytest.raises(Refused, match="can't be opened again"):
        services.begin_now(session, actor=olivia, season=season, name=name, now=after)
    services.begin_now(session, actor=olivia, season=season, name="announcement_at", now=after)

    assert services.dates_of(season) == before | {"announcement_at": after}


def test_opening_of_a_vote_that_is_on_stays(session: Session, olivia: User) -> None:
    season = make_season(session, rules.Phase.VOTING)
    dates = services.dates_of(season)
    dates["vote_opens_at"] = clock.now() + timedelta(hours=1)

    with pytest.raises(Refused, match="has opened already"):
        services.change_dates(
            session, actor=olivia, season=season, dates=dates, reason="", now=clock.now()
        )


def test_address_of_a_category_stays_when_its_name_changes(
    session: Session, season: Season, olivia: User
) -> None:
    category = season.categories[0]

    services.save_part(
        session,
        actor=olivia,
        season=season,
        part=category,
        values={"name": "Bullying online"},
        now=NOW,
    )

    assert (category.name, category.slug) == ("Bullying online", "cyberbullying")


def test_prize_keeps_its_place_and_takes_nobody_elses(
    session: Session, season: Season, olivia: User
) -> None:
    first, second, _third = season.prizes

    services.save_part(
        session,
        actor=olivia,
        season=season,
        part=first,
        values={"place": 1, "words": "A cup"},
        now=NOW,
    )
    with pytest.raises(Refused, match="place 2 already"):
        services.save_part(
            session,
            actor=olivia,
            season=season,
            part=first,
            values={"place": 2, "words": "X"},
            now=NOW,
        )
    session.flush()

    assert (first.place, first.words, second.place) == (1, "A cup", 2)


def test_removed_part_is_gone(session: Session, season: Season, olivia: User) -> None:
    services.remove_part(session, actor=olivia, season=season, part=season.categories[1], now=NOW)
    session.commit()
    session.expire_all()

    assert [c.slug for c in season.categories] == ["cyberbullying", "online-predators"]


def test_rubric_stands_from_the_moment_judging_opens(
    session: Session, season: Season, olivia: User
) -> None:
    """Of its words more may change, so that a mistake in them can be mended."""
    first, second, *_more = season.criteria
    opens = season.judging_opens_at
    changes: list[tuple[Criterion, dict[str, Any]]] = [
        (first, {"weight": first.weight + 1}),
        (first, {"decides_ties": False}),
        (second, {"decides_ties": True}),
        (Criterion(season_id=season.id), {"name": "Luck", "weight": 5, "levels": ["a"] * 5}),
    ]
    for part, values in changes:
        with pytest.raises(Refused, match="the rubric stands"):
            services.save_part(
                session, actor=olivia, season=season, part=part, values=values, now=opens
            )
    with pytest.raises(Refused, match="the rubric stands"):
        services.remove_part(session, actor=olivia, season=season, part=second, now=opens)
    words = {"name": "Message", "weight": first.weight, "decides_ties": True}
    services.save_part(session, actor=olivia, season=season, part=first, values=words, now=opens)

    assert first.name == "Message"
    assert [c.weight for c in season.criteria] == [30, 25, 20, 15, 10]
    before = opens - timedelta(seconds=1)
    services.save_part(
        session, actor=olivia, season=season, part=second, values={"weight": 20}, now=before
    )
    services.remove_part(session, actor=olivia, season=season, part=first, now=before)
    session.commit()
    session.expire_all()
    assert [c.weight for c in season.criteria] == [20, 20, 15, 10]


def test_parts_go_with_their_season(session: Session, season: Season) -> None:
    session.delete(season)
    session.commit()

    for kind in (Category, Criterion, Prize):
        assert session.scalars(select(kind)).all() == []


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Privacy & copyright", "privacy-copyright"),
        ("Ka ʻŌlelo Hawaiʻi", "ka-olelo-hawaii"),
        ("  --  ", "item"),
        ("日本語", "item"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 100, "x" * 60),
    ],
)
def test_slug_is_plain(words: str, slug: str) -> None:
    assert services.slug_of(words) == slug


@given(st.text(max_size=200))
def test_slug_of_anything_fits_into_an_address(words: str) -> None:
    slug = services.slug_of(words)

    assert 0 < len(slug) <= 60
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def picture(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "orange").save(data, kind, **options)
    return data.getvalue()


def test_logo_loses_what_the_camera_wrote_and_its_size(platform: Platform) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture((3000, 1500), "JPEG", exif=exif)

    key = services.store_logo(platform.storage, platform.work_dir, data)

    with platform.storage.local(key) as path, Image.open(path) as plain:
        assert (plain.format, plain.mode, plain.size) == ("PNG", "RGBA", (1200, 600))
        assert b"taken at home" not in path.read_bytes()
    assert [p for p in platform.work_dir.iterdir() if p.suffix == ".png"] == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a picture we can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture we can read"),
        (b"GIF89a" + b"\0" * 50, "not a picture we can read"),
        (picture((300, 300), "JPEG")[:400], "not a picture we can read"),
        (b"\0" * (4 * 1024 * 1024 + 1), "at most 4 MB"),
        (picture((8000, 5001)), "too many pixels"),
    ],
    ids=["empty", "svg", "gif", "cut-off", "heavy", "huge"],
)
def test_what_is_no_sane_picture_is_refused(
    platform: Platform, data: bytes, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=reason):
        services.store_logo(platform.storage, platform.work_dir, data)


def test_demonstration_sets_up_a_season_without_an_actor(session: Session) -> None:
    season = make_season(session, year=2030)
    session.flush()

    trace = session.scalars(select(AuditEvent)).one()
    assert (trace.actor_id, trace.subject) == (None, str(season.id))


def test_what_was_answered_for_few_is_not_shown_to_more(
    session: Session, season: Season, olivia: User
) -> None:
    values = {"words": "Who helped?", "kind": "line", "choices": [], "audience": "judges"}
    question = Question()
    save = {"actor": olivia, "season": season, "part": question, "now": clock.now()}
    services.save_part(session, values=values, **save)  # type: ignore[arg-type]

    services.save_part(session, values=values | {"audience": "organizers"}, **save)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="can't be shown to more"):
        services.save_part(session, values=values | {"audience": "public"}, **save)  # type: ignore[arg-type]
    assert question.audience == "organizers"
