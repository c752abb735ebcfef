"""The ballot paper, the pages its mail leads to, and the organizers' look at the box."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import is_announced
from app.core import clock
from app.core.errors import NotFound, Refused
from app.core.signing import BadToken
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.texts import Text
from app.texts import gettext as _
from app.voting import forms, queries, rules, services
from app.voting.models import Ballot
from app.voting.rules import BallotStatus
from app.web.access import actor, public, requires, signed_address
from app.web.cache import cached
from app.web.db import platform, session
from app.web.files import visitor_network
from app.web.sheets import Cell, csv_response

public_pages = Blueprint("voting", __name__)
organizer = Blueprint("voting", __name__)


@public_pages.get("/vote")
@public
@cached
def ballot() -> ResponseReturnValue:
    """The ballot paper, in the order that the address names."""
    season, now = contest.get_current_season(session()), clock.now()
    if rules.why_not_votable(season, now):
        return _closed_page(season, now)
    order = _order()
    if order is None:
        response = redirect(url_for("public.voting.ballot", order=secrets.randbelow(rules.ORDERS)))
        # Kept by nobody, or everybody would get one visitor's order.
        response.headers["Cache-Control"] = "no-store"
        return response
    finalists = entries.public_finalists(session(), season)
    return _ballot_page(forms.BallotForm(formdata=None), season, finalists, order)


@public_pages.post("/vote")
@public
def request_ballot() -> ResponseReturnValue:
    season, now = contest.get_current_season(session()), clock.now()
    if rules.why_not_votable(season, now):
        return _closed_page(season, now), 409
    finalists = entries.public_finalists(session(), season)
    form = forms.BallotForm()
    by_slug = {entry.slug: entry.id for entry in finalists}
    filled_in = form.validate_on_submit()
    chosen = form.picks.data or []
    if wrong := rules.why_not_picks(chosen, by_slug, season.picks_most):
        form.picks.errors = [str(wrong)]
    elif filled_in:
        session().rollback()  # Counting takes a transaction of its own.
        if services.spend_ballot(platform().limits, visitor_network(), now=now):
            address = form.address.data or ""
            _request(address, [by_slug[slug] for slug in chosen], now)
            return _private(render_template("voting/mailbox.html", address=address))
        form.address.errors = [
            _(
                "Very many ballots came from your network just now. Please try again in a "
                "minute, or from another network."
            )
        ]
        return _private(_ballot_page_anew(form), 429)
    page = _ballot_page(form, season, finalists, _order() or 0)
    return _private(page, 422)


def _ballot_page_anew(form: forms.BallotForm) -> str:
    """The ballot as it was typed, after a rollback forgot what had been read."""
    season = contest.get_current_season(session())
    finalists = entries.public_finalists(session(), season)
    return _ballot_page(form, season, finalists, _order() or 0)


def _request(address: str, picks: list[int], now: datetime) -> None:
    season = contest.get_current_season(session())
    key = services.voter_key(session(), platform().voters, season, address)
    session().rollback()  # Counting takes a transaction of its own.
    within_limit = services.spend_mail(platform().limits, key, now=now)
    season = contest.get_current_season(session())
    services.request_ballot(
        session(),
        voters=platform().voters,
        season=season,
        finalists=entries.public_finalists(session(), season),
        address=address,
        picks=picks,
        within_limit=within_limit,
        now=now,
    )


def _order() -> int | None:
    """Which of the orders the address asks for, or None when it names none there is."""
    typed = request.args.get("order", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        return None
    return int(typed) if int(typed) < rules.ORDERS else None


def _ballot_page(form: forms.BallotForm, season: Season, finalists: list[Entry], order: int) -> str:
    assets = media.assets_by_id(session(), (entry.asset_id for entry in finalists))
    by_id = {entry.id: entry for entry in finalists}
    shown = [by_id[entry_id] for entry_id in rules.shuffled(sorted(by_id), order)]
    return render_template(
        "voting/ballot.html",
        form=form,
        season=season,
        order=order,
        finalists=[(e, assets.get(e.asset_id) if e.asset_id else None) for e in shown],
        late_minutes=int(rules.LATE_CONFIRMATION.total_seconds() // 60),
    )


def _closed_page(season: Season, now: datetime) -> str:
    """When the vote opens or that it has closed; after the announcement, what came out."""
    announced = is_announced(season, now)
    results = queries.results_for(session(), None, season, now=now) if announced else []
    found = entries.entries_by_id(session(), {entry_id for entry_id, _picks in results})
    return render_template(
        "voting/closed.html",
        season=season,
        opens_later=now < season.vote_opens_at and not announced,
        announced=announced,
        results=[
            (found[entry_id] if entry_rules.is_publishable(found[entry_id]) else None, picks)
            for entry_id, picks in results
        ],
        ballots=queries.count_ballots(session(), season, now=now).cast if announced else 0,
    )


def _private(body: str | Response, status: int = 200) -> Response:
    """An answer that no cache keeps and whose address no other site is told."""
    response = make_response(body)
    response.status_code = status if isinstance(body, str) else response.status_code
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _find_ballot(token: str) -> Ballot | None:
    seconds = int(rules.CONFIRM_WITHIN.total_seconds())
    try:
        (number,) = platform().signer.read("ballot", token, max_age=seconds)
    except BadToken:
        return None
    return queries.find_ballot_by_number(session(), number)


def _stale_page() -> Response:
    return _private(render_template("voting/stale_link.html"), 410)


def _not_castable_page(reason: Text) -> Response:
    return _private(render_template("voting/not_castable.html", reason=reason), 409)


def _picked(found: Ballot) -> list[Entry | None]:
    """What a ballot picks; None in the place of an entry that was taken down since."""
    known = entries.entries_by_id(session(), {pick.entry_id for pick in found.picks})
    picked = [known[pick.entry_id] for pick in found.picks]
    return [entry if entry_rules.is_publishable(entry) else None for entry in picked]


@public_pages.route("/vote/confirm/<token>", methods=["GET", "POST"])
@signed_address
def confirm(token: str) -> ResponseReturnValue:
    """Shows a ballot; only the button on the page casts it, because mail scanners open links."""
    found = _find_ballot(token)
    if found is None:
        return _stale_page()
    season, now = contest.get_season(session(), found.season_id), clock.now()
    number, picked = rules.in_halves(found.number), _picked(found)
    if found.status == BallotStatus.CAST:
        page = render_template("voting/receipt.html", season=season, number=number, picked=picked)
        return _private(page)
    if reason := rules.why_not_castable(found, season, now):
        return _not_castable_page(reason)
    form = forms.ConfirmForm()
    if form.validate_on_submit():
        try:
            services.cast_ballot(session(), ballot=found, now=now)
        except Refused as error:
            return _not_castable_page(error.reason)
        except NotFound:
            return _stale_page()
        return _private(redirect(url_for("public.voting.confirm", token=token), 303))
    page = render_template("voting/confirm.html", form=form, number=number, picked=picked)
    return _private(page, 422 if form.errors else 200)


@public_pages.route("/vote/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Casts by number and code, for whoever can't open a link."""
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, 422 if form.errors else 200)
    number, now = rules.read_letters(form.number.data or ""), clock.now()
    if _has_guessed_enough(number, now):
        form.code.errors = [
            _("There were many wrong tries. Please wait an hour, or use the link in the mail.")
        ]
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
        return _not_castable_page(error.reason)
    except NotFound:
        return _stale_page()
    token = platform().signer.sign("ballot", [found.number])
    return _private(redirect(url_for("public.voting.confirm", token=token), 303))


def _code_page(form: forms.CodeForm, status: int) -> Response:
    return _private(render_template("voting/code.html", form=form), status)


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
    form = forms.NotMeForm()
    done = form.validate_on_submit()
    if done:
        services.block_voter(
            session(),
            season=contest.get_season(session(), season_id),
            voter_key=key,
            number=number,
            now=clock.now(),
        )
    page = render_template("voting/not_me.html", form=form, done=done)
    return _private(page, 422 if form.errors else 200)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    """How many ballots there are, and what is on them once nothing can change it."""
    season, now = contest.get_current_season(session()), clock.now()
    finalists = entries.finalists(session(), season)
    count = queries.count_ballots(session(), season, now=now)
    final = queries.is_final(session(), season, now=now)
    results = queries.results_for(session(), actor(), season, now=now) if final else []
    found = entries.entries_by_id(session(), {entry_id for entry_id, _picks in results})
    return render_template(
        "voting/overview.html",
        season=season,
        is_open=rules.why_not_votable(season, now) is None,
        has_closed=rules.has_vote_closed(season, now),
        shuts_at=rules.box_shuts_at(season),
        final=final,
        count=count,
        results=[(found[entry_id], picks) for entry_id, picks in results],
        on_ballot=sum(1 for entry in finalists if entry_rules.is_publishable(entry)),
        held_back=[entry for entry in finalists if not entry_rules.is_publishable(entry)],
    )


@organizer.get("/tally.csv")
@requires(Permission.RUN_SEASON)
def tally() -> ResponseReturnValue:
    """The tally as a table for other programs; refused before the count is final."""
    season = contest.get_current_season(session())
    results = queries.results_for(session(), actor(), season, now=clock.now())
    found = entries.entries_by_id(session(), {entry_id for entry_id, _picks in results})
    rows: list[list[Cell]] = [["code", "picks"]]
    rows += [[found[entry_id].code, picks] for entry_id, picks in results]
    return csv_response("peoples-choice.csv", rows)
