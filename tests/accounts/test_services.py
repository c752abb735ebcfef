"""Registering, confirming, passwords, addresses, invitations, roles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import queries, services
from app.accounts.models import RoleGrant, SignIn, User
from app.accounts.permissions import Role
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from tests.factories import PASSWORD, make_user

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEW = "river stone umbrella nine"


def mails(session: Session) -> list[tuple[str, str]]:
    session.flush()
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(row.to, row.template) for row in rows]


def trace(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def sign_ins(session: Session, user: User) -> int:
    return len(session.scalars(select(SignIn.id).where(SignIn.user_id == user.id)).all())


def fingerprint_mailed(session: Session) -> str:
    row = session.scalars(
        select(OutgoingMail).where(OutgoingMail.template == "accounts/reset")
    ).one()
    payload = row.links["link"]["payload"]
    return str(payload[1])


def register(session: Session, email: str, password: str = NEW) -> User | None:
    return services.register(
        session, email=email, name=" Kai ", password=password, role=Role.TEACHER, now=NOW
    )


def test_new_account_waits_for_its_address_to_be_confirmed(session: Session) -> None:
    user = register(session, " Kai@Example.org")

    assert user is not None
    assert (user.email, user.name, user.email_confirmed_at) == ("kai@example.org", "Kai", None)
    assert user.roles == {Role.TEACHER}
    assert mails(session) == [("kai@example.org", "accounts/confirm")]
    assert trace(session) == ["account.registered"]


def test_registering_a_known_address_changes_nothing_and_tells_its_owner(
    session: Session, alice: User
) -> None:
    before = alice.password_hash

    assert register(session, "ALICE@kapalama.example.org") is None

    assert (alice.password_hash, alice.name) == (before, "Alice Akana")
    assert mails(session) == [(alice.email, "accounts/already")]


def test_weak_password_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="at least 12"):
        register(session, "kai@example.org", "short")


def test_address_is_unique_whatever_the_code_does(session: Session, alice: User) -> None:
    session.add(User(email=alice.email, name="Twin", created_at=NOW))

    with pytest.raises(IntegrityError):
        session.flush()


def test_confirming_is_for_the_address_that_was_mailed(session: Session) -> None:
    user = make_user(session, Role.TEACHER, email_confirmed_at=None)

    with pytest.raises(NotFound):
        services.confirm_email(session, user_id=user.id, email="old@example.org", now=NOW)
    services.confirm_email(session, user_id=user.id, email=user.email, now=NOW)

    assert user.email_confirmed_at == NOW


@pytest.mark.parametrize(
    ("email", "password", "good"),
    [
        ("person@example.org", PASSWORD, True),
        ("person@example.org", PASSWORD + " ", False),
        ("person@example.org", "", False),
        ("nobody@example.org", PASSWORD, False),
    ],
)
def test_password_opens_its_own_account_only(
    session: Session, email: str, password: str, good: bool
) -> None:
    user = make_user(session, Role.JUDGE, email="person@example.org")

    found = services.check_password(session, email=email, password=password)

    assert found is (user if good else None)


def test_password_opens_nothing_for_the_switched_off_the_invited_and_the_made_up(
    session: Session,
) -> None:
    closed = [
        make_user(session, Role.JUDGE, switched_off_at=NOW),
        make_user(session, Role.JUDGE, password_hash=None),
        make_user(session, Role.JUDGE, demonstration=True),
    ]

    found = [services.check_password(session, email=u.email, password=PASSWORD) for u in closed]

    assert found == [None, None, None]


def test_guessing_a_password_is_made_expensive(strong_hasher: PasswordHasher) -> None:
    """At least what OWASP asks of Argon2id: 19 MiB and two passes."""
    assert strong_hasher.type is Type.ID
    assert strong_hasher.memory_cost >= 19 * 1024
    assert strong_hasher.time_cost >= 2


def test_password_hashed_too_cheaply_is_hashed_anew(session: Session, judy: User) -> None:
    before = judy.password_hash

    services.renew_hash(user=judy, password=PASSWORD)

    assert judy.password_hash != before
    assert services.check_password(session, email=judy.email, password=PASSWORD) is judy


def test_invitation_owes_nothing_to_whoever_typed_the_address_before(
    session: Session, olivia: User
) -> None:
    """Somebody registers with an address that is not hers and waits for it to be invited."""
    planted = services.register(
        session,
        email="dana@police.example.org",
        name="Not Dana",
        password=NEW,
        role=Role.TEACHER,
        now=NOW,
    )

    invited = services.invite(
        session,
        actor=olivia,
        email="dana@police.example.org",
        name="Dana",
        role=Role.ORGANIZER,
        now=NOW,
    )

    assert invited is planted
    assert (invited.name, invited.password_hash) == ("Dana", None)
    assert invited.roles == {Role.ORGANIZER}
    assert services.check_password(session, email=invited.email, password=NEW) is None


def test_reset_works_once_and_signs_out_everywhere(session: Session, judy: User) -> None:
    services.start_sign_in(session, user=judy, now=NOW)
    services.request_reset(session, email=" JUDY@panel.example.org ")
    fingerprint = fingerprint_mailed(session)

    services.reset_password(
        session, user_id=judy.id, fingerprint=fingerprint, password=NEW, now=NOW
    )

    assert services.check_password(session, email=judy.email, password=NEW) is judy
    assert sign_ins(session, judy) == 0
    with pytest.raises(Refused, match="used before"):
        services.reset_password(
            session, user_id=judy.id, fingerprint=fingerprint, password=PASSWORD, now=NOW
        )
    assert [template for _to, template in mails(session)] == [
        "accounts/reset",
        "accounts/changed",
    ]


def test_reset_link_of_another_person_is_refused(
    session: Session, judy: User, olivia: User
) -> None:
    services.request_reset(session, email=judy.email)

    with pytest.raises(Refused):
        services.reset_password(
            session,
            user_id=olivia.id,
            fingerprint="0" * 16,
            password=NEW,
            now=NOW,
        )


def test_reset_mails_only_people_who_may_sign_in(session: Session) -> None:
    make_user(session, Role.JUDGE, email="off@example.org", switched_off_at=NOW)
    make_user(session, Role.JUDGE, email="made-up@example.org", demonstration=True)

    for email in ("off@example.org", "made-up@example.org", "nobody@example.org"):
        services.request_reset(session, email=email)

    assert mails(session) == []


def test_changing_the_password_asks_for_the_current_one(session: Session, judy: User) -> None:
    services.start_sign_in(session, user=judy, now=NOW)

    with pytest.raises(Refused, match="not right"):
        services.change_password(session, actor=judy, current="guess", password=NEW)
    after_refusal = sign_ins(session, judy)
    services.change_password(session, actor=judy, current=PASSWORD, password=NEW)

    assert (after_refusal, sign_ins(session, judy)) == (1, 0)
    assert services.check_password(session, email=judy.email, password=NEW) is judy
    assert mails(session) == [(judy.email, "accounts/changed")]


def test_new_address_counts_after_its_link_and_the_old_one_is_told(
    session: Session, judy: User
) -> None:
    old = judy.email
    services.request_address_change(session, actor=judy, current=PASSWORD, email="New@example.org")
    before = judy.email

    services.change_address(session, user_id=judy.id, old=old, new="new@example.org", now=NOW)

    assert (before, judy.email) == (old, "new@example.org")
    assert mails(session) == [
        ("new@example.org", "accounts/new_address"),
        (old, "accounts/address_changed"),
    ]
    with pytest.raises(Refused):
        services.change_address(session, user_id=judy.id, old=old, new="x@example.org", now=NOW)


def test_address_of_somebody_else_is_neither_mailed_nor_taken(
    session: Session, judy: User, olivia: User
) -> None:
    services.request_address_change(session, actor=judy, current=PASSWORD, email=olivia.email)

    assert mails(session) == []
    with pytest.raises(Refused):
        services.change_address(session, user_id=judy.id, old=judy.email, new=olivia.email, now=NOW)


def test_invited_person_chooses_a_password_once(session: Session, olivia: User) -> None:
    user = services.invite(
        session, actor=olivia, email="New@Example.org", name="New", role=Role.JUDGE, now=NOW
    )
    services.accept_invitation(session, user_id=user.id, email=user.email, password=NEW, now=NOW)

    assert user.roles == {Role.JUDGE}
    assert user.email_confirmed_at == NOW
    assert mails(session) == [("new@example.org", "accounts/invitation")]
    with pytest.raises(Refused, match="used before"):
        services.accept_invitation(
            session, user_id=user.id, email=user.email, password=PASSWORD, now=NOW
        )


def test_invited_person_with_an_account_gets_the_role_as_well(
    session: Session, olivia: User, alice: User
) -> None:
    found = services.invite(
        session, actor=olivia, email=alice.email, name="X", role=Role.JUDGE, now=NOW
    )
    services.invite(session, actor=olivia, email=alice.email, name="X", role=Role.JUDGE, now=NOW)

    assert found is alice
    assert alice.roles == {Role.TEACHER, Role.JUDGE}
    assert len(alice.role_grants) == 2
    assert alice.name == "Alice Akana"


@pytest.mark.parametrize("role", [Role.TEACHER, Role.JUDGE, Role.SCREENER])
def test_people_are_managed_by_organizers_only(session: Session, olivia: User, role: Role) -> None:
    actor = make_user(session, role)

    with pytest.raises(NotAllowed):
        services.invite(
            session, actor=actor, email="x@example.org", name="X", role=Role.JUDGE, now=NOW
        )
    with pytest.raises(NotAllowed):
        services.set_role(session, actor=actor, person=actor, role=Role.ORGANIZER, granted=True)
    with pytest.raises(NotAllowed):
        services.switch_off(session, actor=actor, person=olivia, now=NOW)
    with pytest.raises(NotAllowed):
        services.switch_on(session, actor=actor, person=olivia)


def test_role_is_given_and_taken_and_signs_out(session: Session, olivia: User, judy: User) -> None:
    services.start_sign_in(session, user=judy, now=NOW)

    services.set_role(session, actor=olivia, person=judy, role=Role.SCREENER, granted=True)
    services.set_role(session, actor=olivia, person=judy, role=Role.JUDGE, granted=False)
    session.commit()
    session.expire_all()

    assert judy.roles == {Role.SCREENER}
    assert session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == judy.id)).all() == [
        "screener"
    ]
    assert sign_ins(session, judy) == 0


def test_organizer_cannot_take_her_own_role_or_switch_herself_off(
    session: Session, olivia: User
) -> None:
    with pytest.raises(Refused, match="from yourself"):
        services.set_role(session, actor=olivia, person=olivia, role=Role.ORGANIZER, granted=False)
    with pytest.raises(NotAllowed):
        services.switch_off(session, actor=olivia, person=olivia, now=NOW)


def test_switching_off_signs_out_and_switching_on_lets_in_again(
    session: Session, olivia: User, judy: User
) -> None:
    services.start_sign_in(session, user=judy, now=NOW)

    services.switch_off(session, actor=olivia, person=judy, now=NOW)
    while_off = services.check_password(session, email=judy.email, password=PASSWORD)
    services.switch_on(session, actor=olivia, person=judy)

    assert sign_ins(session, judy) == 0
    assert while_off is None
    assert services.check_password(session, email=judy.email, password=PASSWORD) is judy


def test_first_organizer_is_made_once(session: Session) -> None:
    user = services.create_first_organizer(
        session, email="Olivia@example.org", name="Olivia", password=NEW, now=NOW
    )

    assert user.roles == {Role.ORGANIZER}
    assert queries.has_organizer(session) is True
    with pytest.raises(NotFound):
        services.create_first_organizer(
            session, email="second@example.org", name="S", password=NEW, now=NOW
        )


def test_signing_out_ends_that_device_only(session: Session, judy: User) -> None:
    laptop = services.start_sign_in(session, user=judy, now=NOW)
    phone = services.start_sign_in(session, user=judy, now=NOW)

    services.end_sign_in(session, token=laptop)

    gone = queries.find_signed_in(session, laptop, now=NOW, demonstration=False)
    stays = queries.find_signed_in(session, phone, now=NOW, demonstration=False)
    assert (gone, stays) == (None, judy)
