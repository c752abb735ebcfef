"""What a teacher, a team and a screener do to an entry, and what it leaves behind."""

from __future__ import annotations

import base64
import threading
import urllib.request
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase, checklist, default_rules
from app.core import clock
from app.core.audit import AuditEvent
from app.core.db import will_write
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.jobs import Job
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.core.storage import FolderStorage, S3Storage, Storage
from app.entries import queries, rules, services
from app.entries.models import Entry, Release, TeamCode
from app.entries.rules import EntryStatus, Rung, Signer
from app.media import services as media
from app.media.models import Asset
from app.media.rules import AssetState
from app.schools.models import School
from tests.factories import (
    dates_in,
    make_asset,
    make_entry,
    make_membership,
    make_person,
    make_school,
    make_season,
    make_user,
)

PART = 5 * 1024 * 1024


@pytest.fixture
def draft(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    """A complete entry of Alice's that is not submitted yet."""
    return make_entry(
        session,
        season,
        school=school_a,
        teacher=alice,
        status=EntryStatus.DRAFT,
        submitted_at=None,
        slug=None,
    )


@pytest.fixture
def submitted(session: Session, draft: Entry) -> Entry:
    draft.status, draft.submitted_at = EntryStatus.SUBMITTED, clock.now()
    session.flush()
    return draft


def move_to(season: Season, phase: Phase) -> None:
    """Move the season's dates so that it is in the middle of `phase`."""
    for name, at in dates_in(phase, clock.now()).items():
        setattr(season, name, at)


def trace(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def mails(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(mail.template, mail.to) for mail in rows]


def waiting(session: Session, name: str) -> list[dict[str, Any]]:
    return [job.args for job in session.scalars(select(Job).where(Job.name == name))]


# Beginning


def test_a_new_entry_is_an_empty_draft_with_a_code_for_the_team(
    session: Session, season: Season, alice: User, school_a: School
) -> None:
    season.licence = "CC-BY-SA-4.0"

    entry = services.create_entry(session, actor=alice, season=season, now=clock.now())

    assert (entry.status, entry.school_id, entry.teacher_id) == ("draft", school_a.id, alice.id)
    assert entry.licence == "CC-BY-SA-4.0"
    assert {entry.original_work, entry.people_complete, entry.cues_complete} == {False}
    assert [code.revoked_at for code in entry.team_codes] == [None]
    assert queries.find_entry_by_team_code(session, entry.team_codes[0].code) is entry
    assert entry.slug is None
    assert len(entry.code) == 4
    assert set(entry.code) <= set(rules.ENTRY_CODE_LETTERS)
    assert trace(session)[-2:] == ["entry.team-code-made", "entry.created"]


def test_a_school_that_waits_or_was_turned_down_begins_nothing(
    session: Session, season: Season, alice: User, school_a: School
) -> None:
    school_a.approved_at = None
    with pytest.raises(Refused, match="still have to approve"):
        services.create_entry(session, actor=alice, season=season, now=clock.now())
    school_a.turned_down_at, school_a.turned_down_reason = clock.now(), "No such school."
    with pytest.raises(Refused, match="No such school"):
        services.create_entry(session, actor=alice, season=season, now=clock.now())


def test_who_teaches_nowhere_begins_nothing(session: Session, season: Season) -> None:
    with pytest.raises(NotFound):
        services.create_entry(
            session, actor=make_user(session, Role.TEACHER), season=season, now=clock.now()
        )


def test_entries_begin_before_the_deadline_and_not_without_end(
    session: Session, season: Season, alice: User
) -> None:
    season.entries_most = 2
    for _ in range(2):
        services.create_entry(session, actor=alice, season=season, now=clock.now())
    with pytest.raises(Refused, match="as many as the rules allow"):
        services.create_entry(session, actor=alice, season=season, now=clock.now())
    move_to(season, Phase.SCREENING)
    with pytest.raises(Refused, match="until submissions close"):
        services.create_entry(session, actor=alice, season=season, now=clock.now())


# Details


def save(session: Session, entry: Entry, actor: User, **values: Any) -> None:
    services.save_details(session, actor=actor, entry=entry, values=values, now=clock.now())


def test_details_are_saved_as_typed_and_nothing_else_is(
    session: Session, draft: Entry, alice: User, season: Season
) -> None:
    second = season.categories[1]

    save(
        session,
        draft,
        alice,
        title="",
        category_id=second.id,
        division_id=None,
        status=EntryStatus.ACCEPTED,
        school_id=99,
        slug="mine",
        finalist_at=clock.now(),
    )

    assert (draft.title, draft.category, draft.division) == ("", second, None)
    assert (draft.status, draft.slug, draft.finalist_at) == ("draft", None, None)
    assert draft.school_id != 99


def test_a_category_or_division_of_another_season_is_refused(
    session: Session, draft: Entry, alice: User
) -> None:
    other = make_season(session, Phase.ANNOUNCED, year=2025)
    with pytest.raises(Refused, match="category belongs to another season"):
        save(session, draft, alice, category_id=other.categories[0].id)
    draft.category_id = None
    with pytest.raises(Refused, match="division belongs to another season"):
        save(session, draft, alice, division_id=other.divisions[0].id)


def test_a_category_takes_as_many_of_a_teachers_entries_as_the_rules_allow(
    session: Session, draft: Entry, alice: User, season: Season
) -> None:
    season.entries_most = 1
    first, second = season.categories[:2]
    make_entry(session, season, teacher=alice, school=draft.school, category=second)

    save(session, draft, alice, category_id=first.id)
    with pytest.raises(Refused, match="as many as the rules allow"):
        save(session, draft, alice, category_id=second.id)


def test_only_teacher_and_lead_change_an_entry(
    session: Session, season: Season, school_a: School, alice: User, bob: User, charlie: User
) -> None:
    bobs = make_entry(session, season, school=school_a, teacher=bob, status=EntryStatus.DRAFT)
    save(session, bobs, alice, title="By the lead")
    save(session, bobs, bob, title="By the teacher")
    alices = make_entry(session, season, school=school_a, teacher=alice, status=EntryStatus.DRAFT)
    person = make_person(session, alices)
    entry, now = alices, clock.now()
    for actor in (bob, charlie):
        with pytest.raises(NotAllowed):
            save(session, entry, actor, title="Mine now")
        with pytest.raises(NotAllowed):
            services.add_person(session, actor=actor, entry=entry, alias="Kai", now=now)
        with pytest.raises(NotAllowed):
            services.remove_person(session, actor=actor, entry=entry, person=person, now=now)
        with pytest.raises(NotAllowed):
            attest(session, entry, actor, person, Rung.PUBLIC)
        with pytest.raises(NotAllowed):
            services.save_captions(
                session, actor=actor, entry=entry, data=b"WEBVTT\n", language="en", now=now
            )
        with pytest.raises(NotAllowed):
            services.add_cue(session, actor=actor, entry=entry, values={}, now=now)
        with pytest.raises(NotAllowed):
            services.new_team_code(session, actor=actor, entry=entry, now=now)
        with pytest.raises(NotAllowed):
            services.submit_entry(session, actor=actor, entry=entry, now=now)
        with pytest.raises(NotAllowed):
            services.withdraw_entry(session, actor=actor, entry=entry, now=now)
    assert alices.title.startswith("Think first")
    assert person.rungs == frozenset()


def test_a_submitted_entry_stays_as_it_is(
    session: Session, submitted: Entry, alice: User, platform: Platform, tmp_path: Path
) -> None:
    now = clock.now()
    person = make_person(session, submitted, Rung.JUDGED)
    deeds: list[Callable[[], object]] = [
        lambda: save(session, submitted, alice, title="Later thoughts"),
        lambda: services.add_person(session, actor=alice, entry=submitted, alias="Noa", now=now),
        lambda: services.remove_person(
            session, actor=alice, entry=submitted, person=person, now=now
        ),
        lambda: services.add_cue(session, actor=alice, entry=submitted, values={}, now=now),
        lambda: services.save_captions(
            session, actor=None, entry=submitted, data=b"WEBVTT\n", language="en", now=now
        ),
        lambda: begin(session, platform.storage, submitted),
        lambda: services.receive_team_file(
            session, platform.storage, entry=submitted, path=tmp_path, now=now
        ),
    ]
    for deed in deeds:
        with pytest.raises(Refused, match="This entry is submitted"):
            deed()


# People, releases, cues, codes


def attest(session: Session, entry: Entry, actor: User, person: Any, *rungs: Rung) -> None:
    services.attest_release(
        session,
        actor=actor,
        entry=entry,
        person=person,
        rungs=rungs,
        signer=Signer.PARENT,
        form_name="Event release",
        signed_on=clock.now().date(),
        now=clock.now(),
    )


def test_a_new_person_has_released_nothing(session: Session, draft: Entry, alice: User) -> None:
    person = services.add_person(session, actor=alice, entry=draft, alias="  Kai ", now=clock.now())
    assert person.alias == "Kai"
    assert person.rungs == frozenset()
    assert not rules.is_publishable(draft)


def test_releases_are_attested_taken_back_and_given_anew_with_a_trace(
    session: Session, draft: Entry, alice: User
) -> None:
    person = make_person(session, draft)

    attest(session, draft, alice, person, Rung.JUDGED, Rung.PUBLIC)
    assert person.rungs == {Rung.JUDGED, Rung.PUBLIC}
    attest(session, draft, alice, person, Rung.JUDGED)
    assert person.rungs == {Rung.JUDGED}
    attest(session, draft, alice, person, Rung.JUDGED, Rung.PUBLIC)
    assert person.rungs == {Rung.JUDGED, Rung.PUBLIC}
    attest(session, draft, alice, person)
    assert person.rungs == frozenset()

    rows = session.scalars(select(Release).where(Release.person_id == person.id)).all()
    assert sorted(row.rung for row in rows) == ["C1", "C2"]
    assert {row.attested_by for row in rows} == {alice.id}
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("release.")).order_by(AuditEvent.id)
    )
    assert [(event.action, event.details["rung"]) for event in events] == [
        ("release.attested", "C1"),
        ("release.attested", "C2"),
        ("release.revoked", "C2"),
        ("release.attested", "C2"),
        ("release.revoked", "C1"),
        ("release.revoked", "C2"),
    ]


def test_a_form_written_down_wrongly_is_corrected_with_a_trace(
    session: Session, draft: Entry, alice: User, bob: User, school_a: School
) -> None:
    person = make_person(session, draft, Rung.JUDGED, Rung.PUBLIC, form="Evnet release")
    draft.teacher_id = bob.id
    day = (clock.now() - timedelta(days=9)).date()

    def attest_again(name: str, signed_on: date) -> None:
        services.attest_release(
            session,
            actor=alice,
            entry=draft,
            person=person,
            rungs=[Rung.JUDGED, Rung.PUBLIC],
            signer=Signer.PARENT,
            form_name=name,
            signed_on=signed_on,
            now=clock.now(),
        )

    attest_again("Event release", day)
    attest_again("Event release", day)

    known = {(r.form_name, r.signed_on, r.attested_by) for r in person.releases}
    assert known == {("Event release", day, alice.id)}
    assert trace(session)[-2:] == ["release.corrected"] * 2
    assert trace(session).count("release.corrected") == 2
    with pytest.raises(Refused, match="not come yet"):
        attest_again("Event release", (clock.now() + timedelta(days=2)).date())
    assert {r.signed_on for r in person.releases} == {day}


def test_a_family_may_change_its_mind_after_the_end(
    session: Session, draft: Entry, alice: User, season: Season
) -> None:
    person = make_person(session, draft, Rung.JUDGED, Rung.PUBLIC)
    draft.status, draft.submitted_at = EntryStatus.ACCEPTED, clock.now()
    draft.cleared_at = clock.now()
    move_to(season, Phase.ANNOUNCED)
    season.announced_at = season.announcement_at
    assert rules.is_public(draft, season, clock.now())

    attest(session, draft, alice, person, Rung.JUDGED)

    assert not rules.is_public(draft, season, clock.now())


def test_people_and_cues_come_and_go(session: Session, draft: Entry, alice: User) -> None:
    now = clock.now()
    person = services.add_person(session, actor=alice, entry=draft, alias="Kai", now=now)
    attest(session, draft, alice, person, Rung.JUDGED)
    values = {"kind": "music", "title": "Low Tide", "source": "school", "licence": "CC0"}
    cue = services.add_cue(session, actor=alice, entry=draft, values=values, now=now)
    assert (draft.people, draft.cues) == ([person], [cue])

    services.remove_person(session, actor=alice, entry=draft, person=person, now=now)
    services.remove_cue(session, actor=alice, entry=draft, cue=cue, now=now)
    session.flush()

    session.expire_all()
    assert (draft.people, draft.cues) == ([], [])
    assert session.scalars(select(Release)).all() == []


def test_the_lists_of_people_and_cues_have_an_end(
    session: Session, draft: Entry, alice: User
) -> None:
    now = clock.now()
    values = {"kind": "music", "title": "Low Tide", "source": "school", "licence": "CC0"}
    for number in range(60):
        services.add_person(session, actor=alice, entry=draft, alias=f"P{number}", now=now)
    with pytest.raises(Refused, match="Sixty people"):
        services.add_person(session, actor=alice, entry=draft, alias="One more", now=now)
    for _ in range(100):
        services.add_cue(session, actor=alice, entry=draft, values=values, now=now)
    with pytest.raises(Refused, match="A hundred pieces"):
        services.add_cue(session, actor=alice, entry=draft, values=values, now=now)


def test_a_new_team_code_ends_the_old_one(session: Session, draft: Entry, alice: User) -> None:
    old = services.new_team_code(session, actor=alice, entry=draft, now=clock.now())
    new = services.new_team_code(session, actor=alice, entry=draft, now=clock.now())

    assert queries.find_entry_by_team_code(session, old.code) is None
    assert queries.find_entry_by_team_code(session, new.code) is draft
    rows = session.scalars(select(TeamCode)).all()
    assert sum(row.revoked_at is None for row in rows) == 1


# Uploading


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, platform: Platform) -> Storage:
    """Both stores, the bucket's on a real server."""
    if request.param == "folder":
        return platform.storage
    found: S3Storage = request.getfixturevalue("s3")
    return found


def begin(
    session: Session,
    storage: Storage,
    entry: Entry,
    size: int = 1000,
    fingerprint: str = "0a1b",
    *,
    replace: bool = False,
    part_bytes: int = PART,
) -> Asset:
    return services.begin_team_upload(
        session,
        storage,
        entry=entry,
        size=size,
        fingerprint=fingerprint,
        part_bytes=part_bytes,
        replace=replace,
        now=clock.now(),
    )


def complete(session: Session, storage: Storage, entry: Entry, fingerprint: str = "0a1b") -> None:
    services.complete_team_upload(
        session, storage, entry=entry, fingerprint=fingerprint, now=clock.now()
    )


def send_part(storage: Storage, asset: Asset, number: int, data: bytes) -> None:
    """Send one part as the browser would: to our own address, or straight to the bucket."""
    crc32 = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    address = media.part_addresses(storage, asset, [(number, crc32)])[number]
    if isinstance(storage, FolderStorage):
        token = address.url.rpartition("/")[2]
        path = storage.root / "part"
        path.write_bytes(data)
        with path.open("rb") as stream:
            storage.write_part(token, stream)
        return
    asked = urllib.request.Request(  # noqa: S310
        address.url, data=data, method="PUT", headers=dict(address.headers)
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        assert answer.status == 200


def test_parts_in_any_order_become_the_file_and_the_old_video_goes(
    session: Session, storage: Storage, draft: Entry
) -> None:
    old = draft.asset_id
    data = bytes(range(256)) * (PART // 256) + b"the end"
    asset = begin(session, storage, draft, len(data))
    assert draft.incoming_asset_id == asset.id
    assert draft.asset_id == old
    assert media.parts_missing(storage, asset) == [1, 2]

    send_part(storage, asset, 2, data[PART:])
    assert media.parts_missing(storage, asset) == [1]
    again = begin(session, storage, draft, len(data))
    assert again is asset  # The same file, chosen again after a closed browser.
    with pytest.raises(Refused, match="have not arrived yet"):
        complete(session, storage, draft)
    send_part(storage, asset, 1, data[:PART])
    complete(session, storage, draft)

    assert (draft.asset_id, draft.incoming_asset_id) == (asset.id, None)
    assert asset.state == AssetState.WAITING
    with storage.open(asset.original_key) as file:
        assert file.read() == data
    assert waiting(session, "media.process") == [{"asset_id": asset.id}]
    assert waiting(session, "media.remove") == [{"asset_id": old}]
    complete(session, storage, draft)
    assert len(waiting(session, "media.process")) == 1


def test_an_upload_whose_end_got_lost_on_the_way_is_finished_by_asking_again(
    session: Session, storage: Storage, draft: Entry
) -> None:
    asset = begin(session, storage, draft, 7)
    send_part(storage, asset, 1, b"a video")
    session.commit()
    complete(session, storage, draft)
    session.rollback()  # The store is done, and our own word of it was never kept.
    assert draft.incoming_asset_id == asset.id

    complete(session, storage, draft)

    assert (draft.asset_id, asset.state) == (asset.id, AssetState.WAITING)


def test_an_upload_that_the_store_gave_up_begins_anew(
    session: Session, storage: Storage, draft: Entry
) -> None:
    asset = begin(session, storage, draft, 7)
    assert asset.upload is not None
    storage.abort(asset.original_key, asset.upload.store_id)

    fresh = begin(session, storage, draft, 7)

    assert fresh is not asset
    assert draft.incoming_asset_id == fresh.id
    assert media.parts_missing(storage, fresh) == [1]
    assert waiting(session, "media.remove") == [{"asset_id": asset.id}]


def test_another_file_lets_go_of_the_upload_under_way_once_it_may(
    session: Session, storage: Storage, draft: Entry
) -> None:
    data = bytes(range(256)) * (PART // 256) + b"the end"
    first = begin(session, storage, draft, len(data), "0a1b")
    send_part(storage, first, 1, data[:PART])
    with pytest.raises(services.AnotherUnderWay) as asked:
        begin(session, storage, draft, 1000, "ffff")
    assert asked.value.percent == 99
    assert begin(session, storage, draft, len(data), "0a1b") is first
    assert media.parts_missing(storage, first) == [2]

    second = begin(session, storage, draft, 1000, "ffff", replace=True)
    third = begin(session, storage, draft, 2000, "ffff", replace=True)

    assert draft.incoming_asset_id == third.id
    gone = [{"asset_id": first.id}, {"asset_id": second.id}]
    assert waiting(session, "media.remove") == gone


def test_smaller_parts_keep_what_was_sent(
    session: Session, platform: Platform, draft: Entry
) -> None:
    storage = platform.storage
    data = bytes(range(256)) * (PART // 256) * 2 + b"the end"
    asset = begin(session, storage, draft, len(data))
    send_part(storage, asset, 2, data[PART : 2 * PART])

    begin(session, storage, draft, len(data), part_bytes=1024 * 1024)

    small = 1024 * 1024
    assert media.parts_missing(storage, asset) == [1, 2, 3, 4, 5, 11]
    for number in media.parts_missing(storage, asset):
        send_part(storage, asset, number, data[(number - 1) * small : number * small])
    complete(session, storage, draft)
    with storage.open(asset.original_key) as file:
        assert file.read() == data


def test_parts_in_a_bucket_shrink_only_before_the_first_has_arrived(
    session: Session, s3: S3Storage, draft: Entry
) -> None:
    data = bytes(2 * (PART + 1024))
    asset = begin(session, s3, draft, len(data), part_bytes=PART + 1024)
    assert media.parts_missing(s3, asset) == [1, 2]
    begin(session, s3, draft, len(data), part_bytes=PART)
    assert media.parts_missing(s3, asset) == [1, 2, 3]
    send_part(s3, asset, 1, data[:PART])
    begin(session, s3, draft, len(data), part_bytes=1024 * 1024)
    assert media.parts_missing(s3, asset) == [2, 3]


def test_a_whole_file_lets_go_of_the_one_that_is_half_sent(
    session: Session, platform: Platform, draft: Entry, tmp_path: Path
) -> None:
    half_sent = begin(session, platform.storage, draft)
    old = draft.asset_id
    path = tmp_path / "film.mp4"
    path.write_bytes(b"a video")

    services.receive_team_file(session, platform.storage, entry=draft, path=path, now=clock.now())

    gone = sorted(job["asset_id"] for job in waiting(session, "media.remove"))
    assert gone == sorted([old or 0, half_sent.id])


class Second(threading.Thread):
    """Another request that does the same at the same moment, in a session of its own."""

    def __init__(self, platform: Platform, entry_id: int, deed: Callable[[Session, Entry], Any]):
        super().__init__()
        self.platform, self.entry_id, self.deed = platform, entry_id, deed
        self.found: Any = None
        self.has_begun = threading.Event()

    def run(self) -> None:
        with self.platform.sessions() as session:
            self.has_begun.set()
            will_write(session)
            self.found = self.deed(session, session.get_one(Entry, self.entry_id))
            session.commit()

    def is_waiting(self) -> bool:
        """Whether it does not get on while the first request is not through."""
        self.start()
        self.has_begun.wait(10)
        self.join(0.5)
        return self.is_alive()


def test_two_pages_that_begin_the_same_upload_at_once_share_it(
    session: Session, platform: Platform, draft: Entry
) -> None:
    def begin_it(session: Session, entry: Entry) -> int:
        return begin(session, platform.storage, entry).id

    second = Second(platform, draft.id, begin_it)
    session.commit()
    will_write(session)
    first = begin_it(session, draft)
    waited = second.is_waiting()
    session.commit()
    second.join(30)

    assert (waited, second.found) == (True, first)
    assert len(session.scalars(select(Asset)).all()) == 2  # With the one it had before.


def test_an_upload_that_is_completed_twice_at_once_is_received_once(
    session: Session, platform: Platform, draft: Entry
) -> None:
    def complete_it(session: Session, entry: Entry) -> bool:
        complete(session, platform.storage, entry)
        return True

    asset = begin(session, platform.storage, draft, 7)
    send_part(platform.storage, asset, 1, b"a video")
    second = Second(platform, draft.id, complete_it)
    session.commit()
    will_write(session)
    complete_it(session, draft)
    waited = second.is_waiting()
    session.commit()
    second.join(30)

    assert (waited, second.found) == (True, True)
    assert trace(session).count("entry.video-received") == 1
    assert waiting(session, "media.process") == [{"asset_id": asset.id}]


def test_two_whole_files_at_once_leave_one_video_and_let_go_of_the_other(
    session: Session, platform: Platform, draft: Entry, tmp_path: Path
) -> None:
    def receive_it(session: Session, entry: Entry) -> int | None:
        path = tmp_path / f"video-{id(session)}"
        path.write_bytes(b"a video")
        services.receive_team_file(
            session, platform.storage, entry=entry, path=path, now=clock.now()
        )
        return entry.asset_id

    before = draft.asset_id
    second = Second(platform, draft.id, receive_it)
    session.commit()
    will_write(session)
    first = receive_it(session, draft)
    waited = second.is_waiting()
    session.commit()
    second.join(30)

    session.refresh(draft)
    assert (waited, draft.asset_id) == (True, second.found)
    let_go = [args["asset_id"] for args in waiting(session, "media.remove")]
    assert sorted(let_go) == sorted([before, first])


def test_a_school_whose_approval_was_taken_back_puts_nothing_in(
    session: Session,
    platform: Platform,
    draft: Entry,
    alice: User,
    school_a: School,
    tmp_path: Path,
) -> None:
    storage, now = platform.storage, clock.now()
    asset = begin(session, storage, draft, 7)
    send_part(storage, asset, 1, b"a video")
    before = draft.asset_id
    school_a.approved_at = None
    deeds: list[Callable[[], object]] = [
        lambda: services.submit_entry(session, actor=alice, entry=draft, now=now),
        lambda: begin(session, storage, draft),
        lambda: complete(session, storage, draft),
        lambda: services.receive_team_file(session, storage, entry=draft, path=tmp_path, now=now),
    ]
    for deed in deeds:
        with pytest.raises(Refused, match="still have to approve"):
            deed()
    assert (draft.status, draft.asset_id) == (EntryStatus.DRAFT, before)


@pytest.mark.parametrize(
    ("size", "words"), [(0, "empty"), (-1, "empty"), (2_000_000_001, "larger than the 2.0 GB")]
)
def test_a_size_that_cannot_be_is_refused_at_once(
    session: Session, platform: Platform, draft: Entry, size: int, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        begin(session, platform.storage, draft, size)
    assert draft.incoming_asset_id is None


def test_there_is_nothing_to_complete_without_an_upload(
    session: Session, platform: Platform, draft: Entry
) -> None:
    draft.asset_id = None
    with pytest.raises(Refused, match="no upload under way"):
        complete(session, platform.storage, draft)


def test_a_whole_file_takes_the_old_videos_place(
    session: Session, platform: Platform, draft: Entry, tmp_path: Path
) -> None:
    old = draft.asset_id
    path = tmp_path / "video"
    path.write_bytes(b"a video")

    services.receive_team_file(session, platform.storage, entry=draft, path=path, now=clock.now())

    assert draft.asset_id not in (None, old)
    assert waiting(session, "media.process") == [{"asset_id": draft.asset_id}]
    assert waiting(session, "media.remove") == [{"asset_id": old}]


# Captions


def test_captions_are_written_anew_by_us(session: Session, draft: Entry, alice: User) -> None:
    raw = (
        b"WEBVTT\n\nSTYLE\n::cue { color: red }\n\n"
        b"00:01.000 --> 00:02.000 line:0\n<script>alert(1)</script>Hello <b>you</b>\n"
    )
    services.save_captions(
        session, actor=alice, entry=draft, data=raw, language="haw", now=clock.now()
    )

    assert draft.captions == ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nalert(1)Hello <b>you</b>\n")
    assert draft.captions_language == "haw"
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.actor_id) == ("entry.captions-saved", alice.id)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no captions at all",
        b"\0\0\0\0",
        b"WEBVTT\n\n00:02.000 --> 00:01.000\nBackwards\n",
        b"WEBVTT\n\n00:50.000 --> 00:55.000\nAfter the end\n",
    ],
)
def test_what_is_no_captions_is_refused_and_changes_nothing(
    session: Session, draft: Entry, raw: bytes
) -> None:
    before = draft.captions
    with pytest.raises(Refused):
        services.save_captions(
            session, actor=None, entry=draft, data=raw, language="en", now=clock.now()
        )
    assert draft.captions == before


# Submitting and withdrawing


def test_submitting_sends_a_receipt(
    session: Session, draft: Entry, alice: User, platform: Platform
) -> None:
    services.submit_entry(session, actor=alice, entry=draft, now=clock.now())

    assert draft.status == EntryStatus.SUBMITTED
    assert mails(session) == [("entries/received", alice.email)]
    sent = session.scalars(select(OutgoingMail)).one()
    rendered = platform.postman.render(sent)
    assert draft.title in rendered.subject
    assert draft.code in rendered.text
    assert f"http://localhost/teacher/entries/{draft.id}" in rendered.text
    assert trace(session)[-1] == "entry.submitted"
    with pytest.raises(Refused, match="submitted already"):
        services.submit_entry(session, actor=alice, entry=draft, now=clock.now())


def test_the_receipt_goes_to_the_entrys_teacher_when_the_lead_submits(
    session: Session, season: Season, school_a: School, alice: User, bob: User
) -> None:
    bobs = make_entry(
        session, season, school=school_a, teacher=bob, status=EntryStatus.DRAFT, submitted_at=None
    )
    services.submit_entry(session, actor=alice, entry=bobs, now=clock.now())
    assert mails(session) == [("entries/received", bob.email)]


def test_what_is_missing_stops_a_submission(session: Session, draft: Entry, alice: User) -> None:
    draft.title = ""
    with pytest.raises(Refused, match="Still missing: a title"):
        services.submit_entry(session, actor=alice, entry=draft, now=clock.now())
    assert draft.status == EntryStatus.DRAFT
    assert mails(session) == []


def test_withdrawn_and_submitted_again_until_the_deadline(
    session: Session, submitted: Entry, alice: User, season: Season
) -> None:
    submitted.finalist_at = clock.now()
    services.withdraw_entry(session, actor=alice, entry=submitted, now=clock.now())
    assert (submitted.status, submitted.finalist_at) == (EntryStatus.WITHDRAWN, None)
    save(session, submitted, alice, title="A better title")
    services.submit_entry(session, actor=alice, entry=submitted, now=clock.now())
    assert submitted.status == EntryStatus.SUBMITTED
    services.withdraw_entry(session, actor=alice, entry=submitted, now=clock.now())
    move_to(season, Phase.SCREENING)
    with pytest.raises(Refused, match="Submissions have closed"):
        services.submit_entry(session, actor=alice, entry=submitted, now=clock.now())


def test_the_last_second_of_grace_counts_and_the_next_does_not(
    session: Session, draft: Entry, alice: User, season: Season
) -> None:
    end = season.submissions_close_at + timedelta(minutes=season.grace_minutes)
    with pytest.raises(Refused, match="Submissions have closed"):
        services.submit_entry(session, actor=alice, entry=draft, now=end)
    services.submit_entry(session, actor=alice, entry=draft, now=end - timedelta(microseconds=1))


# Screening

Decide = Callable[..., object]
CHECKLIST = [rule.code for rule in checklist(default_rules())]


@pytest.fixture
def decide(session: Session, olivia: User) -> Decide:
    """`decide(entry, verdict)` as Olivia, with the whole checklist unless said otherwise."""

    def decide(entry: Entry, verdict: EntryStatus, **over: Any) -> object:
        values: dict[str, Any] = {
            "actor": olivia,
            "checked": list(CHECKLIST),
            "reasons": [],
            "words": "",
        }
        return services.decide(
            session, entry=entry, verdict=verdict, now=clock.now(), **(values | over)
        )

    return decide


def test_accepting_gives_an_address_and_tells_the_teacher(
    session: Session, submitted: Entry, alice: User, decide: Decide
) -> None:
    submitted.title = "ʻOhana Online: Say it!"

    decide(submitted, EntryStatus.ACCEPTED)

    assert (submitted.status, submitted.slug) == (EntryStatus.ACCEPTED, "ohana-online-say-it")
    assert mails(session) == [("entries/accepted", alice.email)]
    assert submitted.decisions[-1].checked == sorted(CHECKLIST)
    assert trace(session)[-1] == "entry.accepted"


@pytest.mark.parametrize("left_out", list(CHECKLIST))
def test_accepting_needs_the_whole_checklist(
    session: Session, submitted: Entry, decide: Decide, left_out: str
) -> None:
    rest = [point for point in CHECKLIST if point != left_out]
    for checked in (rest, [*rest, "something else"]):
        with pytest.raises(Refused, match="whole checklist"):
            decide(submitted, EntryStatus.ACCEPTED, checked=checked)
    assert submitted.status == EntryStatus.SUBMITTED
    assert mails(session) == []


@pytest.mark.parametrize("verdict", [EntryStatus.RETURNED, EntryStatus.DISQUALIFIED])
def test_returning_and_disqualifying_need_a_reason_which_the_mail_tells(
    session: Session,
    submitted: Entry,
    alice: User,
    platform: Platform,
    decide: Decide,
    verdict: EntryStatus,
) -> None:
    with pytest.raises(Refused, match=r"at least one reason|a rule it broke"):
        decide(submitted, verdict, words="   ")
    decide(submitted, verdict, reasons=["rights", "nonsense"], words="The song is in the charts.")

    assert submitted.status == verdict
    assert submitted.slug is None
    assert submitted.decisions[-1].reasons == ["rights"]
    assert mails(session) == [(f"entries/{verdict}", alice.email)]
    told = platform.postman.render(session.scalars(select(OutgoingMail)).one()).text
    assert "without a source and licence" in told
    assert "The song is in the charts." in told


def test_a_returned_entry_may_come_back_after_the_deadline(
    session: Session, submitted: Entry, alice: User, season: Season, decide: Decide
) -> None:
    move_to(season, Phase.SCREENING)
    decide(submitted, EntryStatus.RETURNED, reasons=["captions"])

    save(session, submitted, alice, title="Mended")
    services.submit_entry(session, actor=alice, entry=submitted, now=clock.now())
    assert submitted.status == EntryStatus.SUBMITTED
    decide(submitted, EntryStatus.ACCEPTED)
    assert submitted.slug == "mended"


def test_a_decision_may_be_changed_and_a_film_of_the_same_name_has_the_same_address(
    session: Session, submitted: Entry, decide: Decide
) -> None:
    decide(submitted, EntryStatus.ACCEPTED)
    slug = submitted.slug
    submitted.finalist_at = clock.now()

    decide(submitted, EntryStatus.DISQUALIFIED, reasons=["personal"])
    assert (submitted.finalist_at, submitted.slug) == (None, None)
    decide(submitted, EntryStatus.ACCEPTED)

    assert slug is not None
    assert submitted.slug == slug
    assert [d.verdict for d in submitted.decisions] == ["accepted", "disqualified", "accepted"]


@pytest.mark.parametrize("how", ["returned", "withdrawn"])
def test_a_title_that_gave_too_much_away_does_not_stay_in_the_address(
    session: Session, submitted: Entry, alice: User, decide: Decide, how: str
) -> None:
    submitted.title = "Kai Kealoha says no"
    decide(submitted, EntryStatus.ACCEPTED)
    assert submitted.slug == "kai-kealoha-says-no"
    if how == "returned":
        submitted.status = EntryStatus.SUBMITTED
        decide(submitted, EntryStatus.RETURNED, reasons=["personal"])
    else:
        services.withdraw_entry(session, actor=alice, entry=submitted, now=clock.now())
    assert submitted.slug is None

    save(session, submitted, alice, title="Just say no")
    services.submit_entry(session, actor=alice, entry=submitted, now=clock.now())
    decide(submitted, EntryStatus.ACCEPTED)
    assert submitted.slug == "just-say-no"


def test_two_films_of_one_name_get_two_addresses(
    session: Session, season: Season, decide: Decide
) -> None:
    made = [
        make_entry(session, season, title="If Only", slug=None, status=EntryStatus.SUBMITTED)
        for _ in range(2)
    ]
    nameless = make_entry(session, season, title="夢", slug=None, status=EntryStatus.SUBMITTED)
    for entry in (*made, nameless):
        decide(entry, EntryStatus.ACCEPTED)
    assert [entry.slug for entry in made] == ["if-only", f"if-only-{made[1].code.lower()}"]
    assert nameless.slug == f"entry-{nameless.code.lower()}"


@pytest.mark.parametrize(
    "verdict", [EntryStatus.DRAFT, EntryStatus.SUBMITTED, EntryStatus.WITHDRAWN]
)
def test_there_are_three_verdicts(
    session: Session, submitted: Entry, decide: Decide, verdict: EntryStatus
) -> None:
    with pytest.raises(NotAllowed):
        decide(submitted, verdict)


def test_only_who_screens_decides_and_only_about_what_was_submitted(
    submitted: Entry, draft: Entry, alice: User, judy: User, decide: Decide
) -> None:
    for actor in (alice, judy):
        with pytest.raises(NotAllowed):
            decide(submitted, EntryStatus.ACCEPTED, actor=actor)
    draft.status = EntryStatus.RETURNED
    with pytest.raises(Refused, match="not submitted at the moment"):
        decide(draft, EntryStatus.ACCEPTED)


def test_finalists_are_exactly_the_chosen_accepted_entries(
    session: Session, season: Season
) -> None:
    now = clock.now()
    first, second, third = (make_entry(session, season) for _ in range(3))
    draft = make_entry(session, season, status=EntryStatus.DRAFT)
    services.name_finalists(
        session, season=season, entry_ids={first.id, second.id, draft.id}, now=now
    )
    earlier = first.finalist_at
    services.name_finalists(
        session, season=season, entry_ids={first.id, third.id}, now=now + timedelta(hours=1)
    )
    assert first.finalist_at == earlier
    assert (second.finalist_at, draft.finalist_at) == (None, None)
    assert third.finalist_at is not None


def test_processing_is_started_again_by_an_organizer_and_only_after_it_failed(
    session: Session, draft: Entry, olivia: User, alice: User
) -> None:
    asset = make_asset(session, state=AssetState.CHECKING, roles=())
    draft.asset_id = asset.id
    with pytest.raises(NotAllowed):
        services.process_again(session, actor=alice, entry=draft, now=clock.now())
    with pytest.raises(Refused, match="Nothing has failed"):
        services.process_again(session, actor=olivia, entry=draft, now=clock.now())
    job = Job(
        name="media.process",
        queue="video",
        args={"asset_id": asset.id},
        subject=asset.subject,
        state="failed",
        attempt=4,
        max_attempts=4,
        run_at=clock.now(),
        created_at=clock.now(),
        error="EngineFailed",
    )
    session.add(job)
    session.flush()
    services.process_again(session, actor=olivia, entry=draft, now=clock.now())
    assert (job.state, job.attempt, job.error) == ("queued", 0, "")
    assert trace(session)[-1] == "entry.processing-restarted"
    draft.asset_id = None
    with pytest.raises(Refused, match="no video"):
        services.process_again(session, actor=olivia, entry=draft, now=clock.now())


def test_a_teacher_who_moved_takes_no_entry_along(
    session: Session, draft: Entry, school_b: School
) -> None:
    leaver = make_user(session, Role.TEACHER)
    draft.teacher_id = leaver.id
    make_membership(session, leaver, make_school(session))
    with pytest.raises(NotAllowed):
        save(session, draft, leaver, title="Taken along")
