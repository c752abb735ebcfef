"""No other site posts on a visitor's behalf."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import SignIn as SignInRow
from app.accounts.models import User
from app.contest.models import Season
from app.core.jobs import Job
from tests.browsing import Browser, fields_of

SignIn = Callable[..., Browser]
FORGOTTEN = "/account/forgotten"
SIGN_OUT = "/account/sign-out"


def open_form(client: Browser) -> dict[str, str]:
    fields = fields_of(client.page(FORGOTTEN).form(0))
    return {**fields.to_dict(), "email": "alice@kapalama.example.org"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Referer": "http://localhost/account/forgotten"}, 200),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "http://localhost:81"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400),
        ({"Referer": "https://evil.example/localhost"}, 400),
    ],
)
def test_public_form_is_taken_from_this_site_only(
    client: Browser, headers: dict[str, str], status: int
) -> None:
    answer = client.post(FORGOTTEN, data=open_form(client), headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("nonce", ["", "x", None])
def test_public_form_without_its_nonce_is_shown_again(
    session: Session, client: Browser, alice: User, nonce: str | None
) -> None:
    fields = open_form(client) | {"csrf_token": nonce or ""}
    if nonce is None:
        del fields["csrf_token"]

    answer = client.post(FORGOTTEN, data=fields)

    assert answer.status_code == 422
    assert session.scalars(select(Job.id)).all() == []


def test_nonce_of_another_form_is_refused(client: Browser, season: Season) -> None:
    other = fields_of(client.page("/account/register-school").form(0))["csrf_token"]

    answer = client.post(FORGOTTEN, data=open_form(client) | {"csrf_token": other})

    assert answer.status_code == 422


def test_nonce_made_with_another_key_is_refused(client: Browser) -> None:
    forged = URLSafeTimedSerializer("a guess", salt="hoike.form.AddressForm").dumps("")

    answer = client.post(FORGOTTEN, data=open_form(client) | {"csrf_token": forged})

    assert answer.status_code == 422


@pytest.mark.parametrize("token", [None, "", "guess"])
def test_signed_in_page_asks_for_the_token(
    session: Session, judy: User, sign_in: SignIn, token: str | None
) -> None:
    browser = sign_in(judy)

    answer = browser.post(SIGN_OUT, data={"csrf_token": token} if token is not None else {})

    assert answer.status_code == 400
    assert len(session.scalars(select(SignInRow.id)).all()) == 1


def test_token_of_somebody_else_is_refused(
    judy: User, olivia: User, sign_in: SignIn, client: Browser
) -> None:
    page = sign_in(judy).page("/account/")
    stolen = fields_of(page.form(SIGN_OUT))["csrf_token"]
    other = sign_in(olivia, Browser(client.application))

    assert other.post(SIGN_OUT, data={"csrf_token": stolen}).status_code == 400
    assert client.post(SIGN_OUT, data={"csrf_token": stolen}).status_code == 302
