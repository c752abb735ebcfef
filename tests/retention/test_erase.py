"""Erasing a school: everything, at once, and again when a backup brings it back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import tasks
from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.awards.models import Award
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.core.platform import Platform
from app.entries.models import Entry
from app.media.models import Asset
from app.models import Base
from app.retention import services
from app.retention.models import Tombstone
from app.schools.models import School
from app.voting.models import Candidate, SlipBatch
from tests.browsing import Browser, words_of
from tests.factories import make_entry, make_season, make_user
from tests.retention.schools import fill_school
from tests.retention.shelves import stored

SignIn = Callable[..., Browser]
RunJobs = Callable[[], int]
VACANT = "First place, Cyberbullying Withdrawn at the school’s request."


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.ANNOUNCED)


@pytest.fixture
def other(
    session: Session,
    platform: Platform,
    season: Season,
    charlie: User,
    school_b: School,
    tmp_path: Path,
) -> Entry:
    return fill_school(
        session, platform, tmp_path, school=school_b, teacher=charlie, season=season, word="Waimea"
    )


@pytest.fixture
def entry(
    session: Session,
    platform: Platform,
    season: Season,
    other: Entry,
    alice: User,
    bob: User,
    school_a: School,
    tmp_path: Path,
) -> Entry:
    return fill_school(
        session,
        platform,
        tmp_path,
        school=school_a,
        teacher=alice,
        season=season,
        word="Kapa",
        scored=True,
    )


def counts(session: Session) -> dict[str, int]:
    session.expire_all()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def dump(session: Session) -> str:
    return "\n".join(
        f"{table.name} {tuple(row)}"
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(table))
    )


def erase(session: Session, actor: User, school: School, typed: str | None = None) -> None:
    services.erase_school(
        session,
        actor=actor,
        school=school,
        typed=school.name if typed is None else typed,
        now=clock.now(),
    )
    session.commit()


def test_erased_school_leaves_a_tombstone_and_a_place(
    session: Session,
    platform: Platform,
    olivia: User,
    alice: User,
    bob: User,
    school_a: School,
    other: Entry,
    entry: Entry,
    run_jobs: RunJobs,
) -> None:
    words = ["Kapa", school_a.web_page, alice.email, bob.email, alice.name, entry.slug or "?"]
    number, before = school_a.id, counts(session)
    kept = [key for key in stored(platform) if key.split("/")[1] == _name(session, other)]

    erase(session, olivia, school_a)
    run_jobs()

    left = dump(session)
    assert [word for word in words if word in left] == []
    assert stored(platform) == kept
    after = counts(session)
    for table in ("schools", "entries", "appearing_people", "cues", "team_codes", "decisions"):
        assert after[table] == before[table] - 1, table
    assert (after["assets"], after["releases"]) == (before["assets"] - 2, before["releases"] - 4)
    assert after["memberships"] == before["memberships"] - 2
    assert after["users"] == before["users"] - 2
    assert (after["judging_assignments"], after["recusals"], after["scores"]) == (0, 0, 0)
    assert after["ballots"] == before["ballots"]
    assert after["candidates"] == before["candidates"]
    assert [each.entry_id for each in session.scalars(select(Candidate))].count(None) == 1
    batches = [each.school_id for each in session.scalars(select(SlipBatch))]
    assert number not in batches
    assert None in batches
    (stone,) = session.scalars(select(Tombstone))
    assert (stone.kind, stone.key, stone.by) == ("school", number, "organizer")
    vacant, still = session.scalars(select(Award).order_by(Award.entry_id.is_not(None))).all()
    assert (vacant.entry, vacant.place, vacant.withdrawn_at is not None) == (None, 1, True)
    assert still.entry_id == other.id
    traces = session.scalars(select(AuditEvent).where(AuditEvent.subject == str(number))).all()
    assert [(t.action, t.actor_id, t.details) for t in traces if "school" in t.action] == [
        ("school.erased", None, {"by": "organizer"})
    ]


def _name(session: Session, entry: Entry) -> str:
    return session.get_one(Asset, entry.asset_id).name


def test_other_school_keeps_everything(
    session: Session,
    platform: Platform,
    olivia: User,
    school_a: School,
    other: Entry,
    entry: Entry,
    run_jobs: RunJobs,
) -> None:
    before = [line for line in dump(session).splitlines() if "Waimea" in line]

    erase(session, olivia, school_a)
    run_jobs()

    assert [line for line in dump(session).splitlines() if "Waimea" in line] == before


def test_pages_are_gone_with_the_commit_and_before_the_files(
    session: Session,
    platform: Platform,
    client: Browser,
    olivia: User,
    school_a: School,
    season: Season,
    entry: Entry,
) -> None:
    slug = entry.slug
    addresses = [
        f"/watch/{slug}",
        f"/media/{slug}/web_720.mp4",
        f"/media/{slug}/poster.jpg",
        f"/media/{slug}/captions.vtt",
    ]
    assert [client.get(a).status_code for a in addresses] == [200] * 4
    assert "Kapa title" in client.page(f"/winners/{season.year}").text

    erase(session, olivia, school_a)

    assert [client.get(a).status_code for a in addresses] == [410] * 4
    page = client.page(f"/winners/{season.year}")
    assert "Kapa" not in page.text
    assert words_of(page.all("ol")[0][0]) == VACANT
    assert len(stored(platform)) == 12


def test_award_nobody_knows_of_yet_goes_altogether(
    session: Session, olivia: User, school_a: School, season: Season, entry: Entry
) -> None:
    season.announced_at = None

    erase(session, olivia, school_a)

    assert session.scalar(select(func.count(Award.id)).where(Award.entry_id.is_(None))) == 0


def test_teacher_who_is_a_judge_as_well_stays_a_judge(
    session: Session, olivia: User, bob: User, school_a: School, entry: Entry
) -> None:
    bob.role_grants.append(RoleGrant(role=Role.JUDGE))
    email = bob.email

    erase(session, olivia, school_a)

    session.expire_all()
    assert (bob.email, bob.roles) == (email, {Role.JUDGE})


def test_teacher_somebody_else_points_to_leaves_an_empty_row(
    session: Session, olivia: User, bob: User, school_a: School, school_b: School, entry: Entry
) -> None:
    """She taught at another school before: its entry is that school's."""
    email, number = bob.email, bob.id
    moved = make_entry(session, make_season(session, year=2018), school=school_b, teacher=bob)

    erase(session, olivia, school_a)

    assert email not in dump(session)
    assert session.get_one(Entry, moved.id).teacher_id == number
    assert session.get_one(User, number).erased_at is not None


@pytest.mark.parametrize("typed", ["", "Waimea School", "Kapalama School"])
def test_wrong_name_erases_nothing(
    session: Session, olivia: User, school_a: School, entry: Entry, typed: str
) -> None:
    session.commit()
    before = dump(session)

    with pytest.raises(Refused):
        erase(session, olivia, school_a, typed)

    session.rollback()
    assert dump(session) == before


def test_only_lead_and_organizer_may(
    session: Session, bob: User, charlie: User, judy: User, school_a: School, entry: Entry
) -> None:
    screener = make_user(session, Role.SCREENER)
    for person in (bob, charlie, judy, screener):
        with pytest.raises(NotAllowed):
            erase(session, person, school_a)


def test_lead_erases_in_two_steps_and_is_signed_out(
    session: Session,
    platform: Platform,
    alice: User,
    school_a: School,
    entry: Entry,
    sign_in: SignIn,
    run_jobs: RunJobs,
) -> None:
    browser = sign_in(alice)
    assert "/teacher/school/erase" in browser.page("/teacher/school/").links().values()
    page = browser.page("/teacher/school/erase")
    assert "One entry" in page.text
    assert "the accounts of 2 teachers: Alice Akana, Bob Baker" in page.text

    refused = browser.submit(page, name="Kapālama", status=422)
    assert "That is not the school's name. Nothing was erased." in refused.text
    assert session.scalar(select(func.count(School.id))) == 2

    done = browser.submit(refused, name="Kapālama School")
    run_jobs()

    assert "Everything of the school is erased" in done.messages[0]
    assert session.scalar(select(func.count(School.id))) == 1
    (stone,) = session.scalars(select(Tombstone))
    assert stone.by == "school lead"
    assert browser.get("/teacher/school/").status_code == 302


def test_organizer_erases_on_the_schools_page(
    session: Session, olivia: User, school_a: School, entry: Entry, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    number = school_a.id
    address = f"/organizer/schools/{number}/erase"
    assert address in browser.page(f"/organizer/schools/{number}").links().values()

    browser.submit(browser.page(address), name="kapālama school")

    assert session.scalar(select(func.count(School.id))) == 1
    assert browser.get(address).status_code == 404


def test_colleague_and_stranger_find_no_such_page(
    session: Session, bob: User, charlie: User, school_a: School, entry: Entry, sign_in: SignIn
) -> None:
    assert sign_in(bob).get("/teacher/school/erase").status_code == 403
    assert "Waimea School" in sign_in(charlie).page("/teacher/school/erase").text
    assert sign_in(charlie).get(f"/organizer/schools/{school_a.id}/erase").status_code == 403


# After a backup was put back


def restored(platform: Platform, backup: Path) -> None:
    """Put an older database and older files in place of the newer ones."""
    engine = platform.engine
    target = Path(engine.url.database or "")
    engine.dispose()
    for left in (f"{target}-wal", f"{target}-shm"):
        Path(left).unlink(missing_ok=True)
    shutil.copyfile(backup / "hoike.db", target)
    shutil.copytree(backup / "storage", platform.storage.root, dirs_exist_ok=True)  # type: ignore[attr-defined]


def test_restored_backup_is_erased_again(
    session: Session,
    platform: Platform,
    olivia: User,
    school_a: School,
    other: Entry,
    entry: Entry,
    run_jobs: RunJobs,
    tmp_path: Path,
) -> None:
    if platform.engine.dialect.name != "sqlite":
        pytest.skip("A backup is a copied file here; what is put back is the same on both.")
    session.commit()
    backup = tmp_path / "backup"
    backup.mkdir()
    with platform.sessions() as own:
        own.connection().exec_driver_sql("COMMIT")
        own.connection().exec_driver_sql(f"VACUUM INTO '{backup / 'hoike.db'}'")
        own.connection().exec_driver_sql("BEGIN")
    shutil.copytree(platform.storage.root, backup / "storage")  # type: ignore[attr-defined]
    words = ["Kapa", "alice@kapalama.example.org"]
    erase(session, olivia, school_a)
    run_jobs()
    tasks.tick(platform)
    session.close()

    restored(platform, backup)
    assert all(word in dump(session) for word in words)
    session.rollback()
    assert len(stored(platform)) == 12

    said = services.reapply(session, platform.tombstones, now=clock.now())
    run_jobs()

    assert said == [f"school {school_a.id}"]
    assert [word for word in words if word in dump(session)] == []
    assert len(stored(platform)) == 6
    assert session.scalar(select(func.count(Tombstone.id))) == 1
    assert services.reapply(session, platform.tombstones, now=clock.now()) == []


def test_command_erases_again(
    session: Session, platform: Platform, school_a: School, entry: Entry
) -> None:
    stone = {"kind": "school", "key": school_a.id, "at": clock.now().isoformat(), "by": "organizer"}
    platform.tombstones.parent.mkdir(parents=True, exist_ok=True)
    platform.tombstones.write_text(json.dumps(stone) + "\n" + '{"kind": "scho')
    session.commit()

    said = services.reapply(session, platform.tombstones, now=clock.now())
    session.commit()

    assert said == [f"school {stone['key']}"]
    assert session.scalar(select(func.count(School.id))) == 1


def test_tombstone_means_nobody_who_came_later(
    session: Session, platform: Platform, school_a: School, alice: User
) -> None:
    """Numbers are given anew: the stone of an older school must not fell a newer one."""
    long_ago = clock.now() - timedelta(days=400)
    session.add(Tombstone(kind="school", key=school_a.id, by="organizer", at=long_ago))
    session.add(Tombstone(kind="account", key=alice.id, by="schedule", at=long_ago))
    session.flush()

    assert services.reapply(session, platform.tombstones, now=clock.now()) == []
    assert (session.scalar(select(func.count(School.id))), alice.erased_at) == (1, None)


def test_file_of_tombstones_only_grows_and_holds_each_once(
    session: Session, platform: Platform, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "tombstones.jsonl"
    assert (services.write_down(session, path), path.exists()) == (0, False)
    session.add(Tombstone(kind="school", key=7, by="organizer", at=clock.now()))
    session.flush()

    assert services.write_down(session, path) == 1
    assert services.write_down(session, path) == 0
    path.write_text(path.read_text().rstrip("\n"))
    session.add(Tombstone(kind="account", key=8, by="schedule", at=clock.now()))
    session.flush()
    assert services.write_down(session, path) == 1

    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == [7, 8]
