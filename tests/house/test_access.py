"""Every page says whom it opens to, and opens to nobody else. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.accounts.models import User
from app.accounts.permissions import GRANTS, Permission, Role
from app.contest.models import Season
from app.core.db import Base
from app.web.access import Access, Audience, access_of
from app.web.db import INERT
from tests.browsing import Browser

SignIn = Callable[..., Browser]

ORGANIZERS_OWN = {
    permission
    for permission in Permission
    if [role for role in Role if permission in GRANTS[role]] == [Role.ORGANIZER]
}
# Pages that answer otherwise for a reason of their own, even to people they open to: the outbox is
# for demonstrations, the tally stays sealed until the vote is over.
SHUT = {
    "/organizer/screening/disclosures": 404,
    "/organizer/outbox": 404,
    "/organizer/vote/tally.csv": 403,
}
# What an area's pages may ask for. Screening is shared with people who do nothing else.
ASKED: dict[str, set[Access]] = {
    "teacher": {Access(Audience.PERMITTED, Permission.ENTER_CONTEST)},
    "judge": {Access(Audience.PERMITTED, Permission.JUDGE_ENTRIES)},
    "organizer": {
        Access(Audience.PERMITTED, permission)
        for permission in {*ORGANIZERS_OWN, Permission.SCREEN_ENTRIES, Permission.DECIDE_ON_BALLOTS}
    },
    "team": {Access(Audience.TEAM), Access(Audience.PUBLIC)},
    "account": {Access(Audience.PUBLIC), Access(Audience.SIGNED_IN)},
    "public": {Access(Audience.PUBLIC), Access(Audience.PUBLIC, signed_address=True)},
}


def rules_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def access(app: Flask, rule: Rule) -> Access:
    said = access_of(app.view_functions[rule.endpoint])
    assert said is not None, f"{rule.endpoint} says nothing"
    return said


@pytest.fixture
def site(wired_app: Callable[[dict[str, str]], Flask]) -> Flask:
    """The app without a database: what its pages say of themselves needs none."""
    return wired_app({})


def test_every_page_says_whom_it_opens_to(site: Flask) -> None:
    views = site.view_functions
    silent = [r.endpoint for r in rules_of(site) if access_of(views[r.endpoint]) is None]

    assert silent == []


def test_pages_of_an_area_ask_for_what_their_area_is_about(site: Flask) -> None:
    wrong = [
        (rule.endpoint, access(site, rule))
        for rule in rules_of(site)
        if access(site, rule) not in ASKED[rule.endpoint.partition(".")[0]]
    ]

    assert wrong == []


def test_every_permission_is_known_and_asked_for(site: Flask) -> None:
    asked = {access(site, rule).permission for rule in rules_of(site)} - {""}

    assert asked == {str(permission) for permission in Permission}


def test_team_pages_open_without_a_code_only_where_it_is_typed(site: Flask) -> None:
    open_ = [
        rule.endpoint
        for rule in rules_of(site)
        if rule.endpoint.startswith("team.") and access(site, rule).audience is Audience.PUBLIC
    ]

    assert open_ == ["team.entries.enter"]


def plain_pages(app: Flask) -> list[Rule]:
    """Pages that are fetched, and whose address has no parts to fill in."""
    return [r for r in rules_of(app) if "GET" in (r.methods or ()) and not r.arguments]


def snapshot(session: Session) -> dict[str, Any]:
    """All that the database holds."""
    session.commit()
    found = {}
    for name, table in Base.metadata.tables.items():
        rows = session.execute(select(table)).all()
        found[name] = sorted(map(repr, rows))
    session.commit()
    return found


@pytest.mark.parametrize("person", ["olivia", "alice", "judy", None])
def test_every_plain_page_opens_to_whom_it_says_and_changes_nothing(
    session: Session,
    season: Season,
    client: Browser,
    sign_in: SignIn,
    request: pytest.FixtureRequest,
    person: str | None,
) -> None:
    user: User | None = request.getfixturevalue(person) if person else None
    browser = sign_in(user) if user else client
    before = snapshot(session)
    wrong = []
    for rule in plain_pages(client.application):
        said = access(client.application, rule)
        status = browser.get(rule.rule).status_code
        if said.audience is Audience.PUBLIC:
            fine = status in (200, 302, 404)
        elif said.audience is Audience.TEAM or user is None:
            fine = status == 302
        elif said.permission and not user.may(said.permission):
            fine = status == 403
        else:
            fine = status in (200, 302) or SHUT.get(rule.rule) == status
        if not fine:
            wrong.append((rule.rule, str(said.audience), status))

    assert wrong == []
    assert snapshot(session) == before


@pytest.mark.parametrize("person", ["alice", "judy", None])
def test_nothing_is_sent_by_people_whom_a_page_does_not_open_to(
    session: Session,
    season: Season,
    client: Browser,
    sign_in: SignIn,
    request: pytest.FixtureRequest,
    person: str | None,
) -> None:
    user: User | None = request.getfixturevalue(person) if person else None
    browser = sign_in(user) if user else client
    token = ""
    if user:
        page = browser.page("/account/")
        token = page.all("input", name="csrf_token")[0].get("value", "")
    before = snapshot(session)
    for rule in rules_of(client.application):
        said = access(client.application, rule)
        closed = said.audience in (Audience.SIGNED_IN, Audience.PERMITTED) and (
            user is None or bool(said.permission and not user.may(said.permission))
        )
        if not closed or not set(rule.methods or ()) - INERT:
            continue
        address = client.application.url_map.bind("localhost").build(
            rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST"
        )
        answer = browser.post(address, data={"csrf_token": token})
        assert answer.status_code == (403 if user else 400), address

    assert snapshot(session) == before
    assert session.scalar(select(func.count()).select_from(Season)) == 1
