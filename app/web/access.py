"""Who may open a page, said by the page itself. A page that says nothing opens to nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, Response, current_app, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import NotAllowed
from app.web import csrf

if TYPE_CHECKING:
    from app.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])

login_manager = LoginManager()


class Audience(StrEnum):
    PUBLIC = "public"
    TEAM = "team"
    SIGNED_IN = "signed in"
    PERMITTED = "permitted"


@dataclass(frozen=True)
class Access:
    audience: Audience
    permission: str = ""
    signed_address: bool = False
    """The address itself is the proof, so no form token is asked for."""


def public(view: View) -> View:
    """Anybody. A form on such a page guards itself with an `OpenForm`."""
    view.access = Access(Audience.PUBLIC)  # type: ignore[attr-defined]
    return view


def signed_address(view: View) -> View:
    """Anybody who holds the signed address (one uploaded part)."""
    view.access = Access(Audience.PUBLIC, signed_address=True)  # type: ignore[attr-defined]
    return view


def team(view: View) -> View:
    """A team that typed its code on this device."""
    view.access = Access(Audience.TEAM)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody with an account."""
    view.access = Access(Audience.SIGNED_IN)  # type: ignore[attr-defined]
    return view


def requires(permission: StrEnum) -> Callable[[View], View]:
    """People whose role grants `permission`."""

    def mark(view: View) -> View:
        view.access = Access(Audience.PERMITTED, str(permission))  # type: ignore[attr-defined]
        return view

    return mark


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view said about itself, or None when it said nothing."""
    return cast("Access | None", getattr(view, "access", None))


def has_session_cookie() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def find_actor() -> User | None:
    """Who is signed in, or None. Without a cookie nothing is looked up."""
    if not has_session_cookie() or not current_user.is_authenticated:
        return None
    return cast("User", current_user._get_current_object())


def actor() -> User:
    """Who is signed in, on a page that only opens to people who are."""
    found = find_actor()
    if found is None:
        raise NotAllowed
    return found


def team_code() -> str:
    """The code typed on this device, or an empty string."""
    return str(cookie.get("team_code", "")) if has_session_cookie() else ""


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    csrf.init_app(app)

    @app.before_request
    def guard() -> AnyResponse | None:
        if request.endpoint is None:
            return None  # No such page; the router answers 404.
        if request.endpoint == "static":
            return None
        access = access_of(app.view_functions[request.endpoint])
        if access is None:
            raise Forbidden
        csrf.guard(access.audience is Audience.PUBLIC, access.signed_address)
        match access.audience:
            case Audience.PUBLIC:
                return None
            case Audience.TEAM:
                if not team_code():
                    return redirect(url_for("team.entries.enter"))
            case Audience.SIGNED_IN | Audience.PERMITTED:
                person = find_actor()
                if person is None:
                    return _ask_to_sign_in()
                if access.permission and not person.may(access.permission):
                    raise NotAllowed
        return None

    @app.after_request
    def keep_private(response: Response) -> Response:
        # Whatever was made for somebody must never answer somebody else from a cache.
        if has_session_cookie() and request.endpoint != "static":
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _ask_to_sign_in() -> AnyResponse:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.accounts.sign_in", next=target))
