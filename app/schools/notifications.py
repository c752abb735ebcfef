"""Mails about a school's registration, its teachers and its agreement."""

from __future__ import annotations

from datetime import datetime

from app.accounts.models import User
from app.contest.models import Season
from app.core.mail import Link, Message
from app.schools.models import Membership, School
from app.texts import moment


def approved(school: School, teacher: User) -> Message:
    return Message(
        teacher.email,
        "schools/approved",
        {"name": teacher.name, "school": school.name},
        {"link": Link("/teacher/entries/")},
    )


def turned_down(school: School, teacher: User) -> Message:
    return Message(
        teacher.email,
        "schools/turned_down",
        {"name": teacher.name, "school": school.name, "reason": school.turned_down_reason},
    )


def to_approve(school: School, organizer: User) -> Message:
    return Message(
        organizer.email,
        "schools/to_approve",
        {"name": organizer.name, "school": school.name, "city": school.city},
        {"link": Link(f"/organizer/schools/{school.id}")},
    )


def extended(school: School, teacher: User, season: Season, until: datetime) -> Message:
    """More time for this school alone."""
    return Message(
        teacher.email,
        "schools/extended",
        {
            "name": teacher.name,
            "school": school.name,
            "until": moment(until, season.zone),
        },
        {"link": Link("/teacher/entries/")},
    )


def is_it_you(school: School) -> Message:
    """To the school itself. Carries nobody's words: who registered stands on the page."""
    return Message(
        school.office_email,
        "schools/is_it_you",
        {},
        {
            "link": Link(
                "/account/register-school/confirm/{token}",
                "confirm-school",
                [school.id, school.office_email],
            )
        },
    )


def asks_to_join(lead: User) -> Message:
    """To whoever lets teachers in. Who asks, by whatever name she gave herself, is on the page."""
    return Message(
        lead.email,
        "schools/asks_to_join",
        {"name": lead.name},
        {"link": Link("/teacher/school/")},
    )


def asks_without_lead(school: School, organizer: User) -> Message:
    """The same to an organizer, where nobody leads the school."""
    return Message(
        organizer.email,
        "schools/asks_without_lead",
        {"name": organizer.name, "school": school.name},
        {"link": Link(f"/organizer/schools/{school.id}")},
    )


def let_in(membership: Membership) -> Message:
    return Message(
        membership.user.email,
        "schools/let_in",
        {"name": membership.user.name, "school": membership.school.name},
        {"link": Link("/teacher/entries/")},
    )


def turned_away(membership: Membership) -> Message:
    return Message(
        membership.user.email,
        "schools/turned_away",
        {"name": membership.user.name, "school": membership.school.name},
    )


def removed(membership: Membership) -> Message:
    return Message(
        membership.user.email,
        "schools/removed",
        {"name": membership.user.name, "school": membership.school.name},
    )


def is_lead(membership: Membership) -> Message:
    return Message(
        membership.user.email,
        "schools/is_lead",
        {"name": membership.user.name, "school": membership.school.name},
        {"link": Link("/teacher/school/")},
    )


def agreement(lead: User, school: School) -> Message:
    return Message(
        lead.email,
        "schools/agreement",
        {"name": lead.name, "school": school.name},
        {"link": Link("/teacher/school/agreement")},
    )
