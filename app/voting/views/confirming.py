"""The pages that a mail about a ballot leads to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.contest import queries as contest
from app.core import clock
from app.core.errors import NotFound, Refused
from app.core.signing import BadToken
from app.entries import queries as entries
from app.entries.models import Entry
from app.texts import Text
from app.texts import gettext as _
from app.voting import forms, queries, rules, services
from app.voting.models import Ballot
from app.voting.views.paper import private, public_pages
from app.web.access import public, signed_address
from app.web.db import platform, release, session
from app.web.files import visitor_network


def _number_in(token: str) -> str:
    """The number of the ballot that a link is about; empty for a link that is none of ours, or an
    old one."""
    seconds = int(rules.CONFIRM_WITHIN.total_seconds())
    try:
        (number,) = platform().signer.read("ballot", token, max_age=seconds)
    except BadToken:
        return ""
    return str(number)


def _find_ballot(token: str) -> Ballot | None:
    number = _number_in(token)
    return queries.find_ballot_by_number(session(), number) if number else None


def _stale_page() -> Response:
    return private(render_template("voting/stale_link.html"), 410)


def not_castable_page(reason: Text) -> Response:
    return private(render_template("voting/not_castable.html", reason=reason), 409)


def picked_on(found: Ballot) -> list[Entry | None]:
    """What a ballot picks; None in the place of an entry that was taken down since."""
    picked = queries.picks_on(session(), platform().voters, found)
    shown = entries.publishable_by_id(session(), {each for each in picked if each is not None})
    return [shown.get(each or 0) for each in picked]


@public_pages.get("/vote/confirm/<token>")
@signed_address
def confirm(token: str) -> ResponseReturnValue:
    """Shows a ballot; only the button on the page casts it, because mail scanners open links."""
    found = _find_ballot(token)
    return _stale_page() if found is None else _confirm_page(found, forms.ConfirmForm())


@public_pages.post("/vote/confirm/<token>")
@signed_address
def cast(token: str) -> ResponseReturnValue:
    """Casts a ballot. It wants a proof of work made for this ballot, or the code from the mail: a
    scanner that presses buttons has neither.

    A browser that did its work got the challenge from us, for this ballot and not long ago: that
    says as much as a form's nonce. Nothing is read for it but what the cast itself reads.
    """
    number = _number_in(token)
    if not number:
        return _stale_page()
    if not _has_worked(number):
        found = _find_ballot(token)
        if found is None:
            return _stale_page()
        form = forms.ConfirmForm()
        if not form.validate_on_submit() or not _knows_code_of(found.season_id, number, form):
            return _confirm_page(queries.get_ballot_by_number(session(), number), form)
        release()  # Casting takes a transaction of its own, which others share.
    refusal = platform().together.do(_cast_all, number)
    if isinstance(refusal, Refused):
        return not_castable_page(refusal.reason)
    if refusal is not None:
        return _stale_page()
    return private(redirect(request.script_root + request.path, 303))


def _cast_all(own: Session, numbers: Sequence[str]) -> list[Refused | NotFound | None]:
    return services.cast_all(own, numbers, now=clock.now())


def _has_worked(number: str) -> bool:
    payload = request.form.get("altcha", "")[:4000]
    return services.find_work(platform().signer, payload, about=number) is not None


def _knows_code_of(season_id: int, number: str, form: forms.ConfirmForm | forms.NotMeForm) -> bool:
    """Whether somebody who reads the mail is behind it; notes at the field why not."""
    now = clock.now()
    if not form.code.data:
        form.code.errors = [_("Please copy the code from the mail.")]
    elif _has_guessed_enough(number, now):
        form.code.errors = [_too_many()]
    elif queries.is_code_of(session(), platform().voters, season_id, number, form.code.data):
        return True
    else:
        session().rollback()  # Counting takes a transaction of its own.
        _count_wrong_guess(number, now)
        form.code.errors = [_("This is not the code in the mail.")]
    return False


def _confirm_page(found: Ballot, form: forms.ConfirmForm) -> Response:
    season, now = contest.get_season(session(), found.season_id), clock.now()
    number, picked = rules.in_halves(found.number), picked_on(found)
    if found.status in rules.IN_THE_BOX:
        page = render_template(
            "voting/receipt.html",
            season=season,
            ballot=found,
            number=number,
            picked=picked,
            kiosk=request.args.get("kiosk") == "1",
        )
        return private(page)
    if reason := rules.why_not_castable(found.status, found.created_at, season, now):
        return not_castable_page(reason)
    page = render_template(
        "voting/confirm.html", form=form, ballot=found, number=number, picked=picked
    )
    return private(page, 422 if form.errors else 200)


@public_pages.route("/vote/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Casts by number and code, for whoever can't open a link."""
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, 422 if form.errors else 200)
    number, now = rules.read_letters(form.number.data or ""), clock.now()
    if _has_guessed_enough(number, now):
        form.code.errors = [_too_many()]
        return _code_page(form, 429)
    found = queries.find_by_code(
        session(), voters=platform().voters, number=number, code=form.code.data or ""
    )
    if found is None:
        session().rollback()  # Counting takes a transaction of its own.
        _count_wrong_guess(number, now)
        form.code.errors = [_("That number and code do not go together.")]
        return _code_page(form, 422)
    try:
        services.cast_ballot(session(), ballot=found, now=now)
    except Refused as error:
        return not_castable_page(error.reason)
    except NotFound:
        return _stale_page()
    token = platform().signer.sign("ballot", [found.number])
    return private(redirect(url_for("public.voting.confirm", token=token), 303))


def _code_page(form: forms.CodeForm, status: int) -> Response:
    return private(render_template("voting/code.html", form=form), status)


def _too_many() -> str:
    return _("There were many wrong tries. Please wait an hour, or use the link in the mail.")


def _has_guessed_enough(number: str, now: datetime) -> bool:
    limits, per = platform().limits, rules.WRONG_CODES_PER
    return limits.spent(
        "ballot-code", number, most=rules.WRONG_CODES_MOST, per=per, now=now
    ) or limits.spent(
        "ballot-code-from", visitor_network(), most=rules.WRONG_CODES_FROM_MOST, per=per, now=now
    )


def _count_wrong_guess(number: str, now: datetime) -> None:
    platform().limits.count("ballot-code", number, per=rules.WRONG_CODES_PER, now=now)
    platform().limits.count(
        "ballot-code-from", visitor_network(), per=rules.WRONG_CODES_PER, now=now
    )


@public_pages.route("/vote/not-me/<token>", methods=["GET", "POST"])
@signed_address
def not_me(token: str) -> ResponseReturnValue:
    """Stops mails to a mailbox whose owner asked for no ballot."""
    seconds = int(rules.DISOWN_WITHIN.total_seconds())
    try:
        season_id, key, number = platform().signer.read("not-me", token, max_age=seconds)
    except BadToken:
        return _stale_page()
    form, season = forms.NotMeForm(), contest.get_season(session(), season_id)
    done = form.validate_on_submit() and (
        _has_worked(number) or _knows_code_of(season.id, number, form)
    )
    if done:
        services.block_voter(
            session(),
            season=season,
            voter_key=key,
            number=number,
            now=clock.now(),
        )
    page = render_template("voting/not_me.html", form=form, done=done, number=number)
    return private(page, 422 if form.errors else 200)
