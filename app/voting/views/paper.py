"""The ballot paper, and asking for a ballot by mail."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import is_announced
from app.core import clock
from app.entries import queries as entries
from app.entries.models import Entry
from app.media import queries as media
from app.media.models import Asset
from app.voting import forms, queries, rules, services
from app.web.access import public
from app.web.cache import cached
from app.web.db import platform, session
from app.web.files import visitor_network

public_pages = Blueprint("voting", __name__)
FOR_BALLOT = "ballot"
"""What a proof of work is about when a ballot is asked for."""


@public_pages.get("/vote")
@public
@cached
def ballot() -> ResponseReturnValue:
    """The ballot paper, in the order that the address names."""
    season, now = contest.get_current_season(session()), clock.now()
    if rules.why_not_votable(season, now):
        return _closed_page(season, now)
    order = order_named()
    if order is None:
        return to_some_order("public.voting.ballot")
    finalists = entries.public_finalists(session(), season)
    return _ballot_page(forms.BallotForm(formdata=None), season, finalists, order)


@public_pages.get("/vote/challenge")
@public
def challenge() -> ResponseReturnValue:
    """What a browser computes before it sends a ballot."""
    about = request.args.get("about", FOR_BALLOT)[:20]
    now, usual = clock.now(), platform().vote_work
    if about == FOR_BALLOT:
        tries = services.tries_for(platform().limits, visitor_network(), usual=usual, now=now)
    else:
        tries = max(1, usual // 4)
    made = services.new_challenge(platform().signer, about=about, tries=tries, now=now)
    return private(jsonify(made))


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
    watched = set(form.watched.data or []) & by_slug.keys()
    wrong = rules.why_not_picks(chosen, by_slug, season.picks_most) or rules.why_not_watched(
        len(watched), season.watch_first, len(by_slug)
    )
    if wrong:
        form.picks.errors = [str(wrong)]
    elif filled_in:
        address = form.address.data or ""
        picks = [by_slug[slug] for slug in chosen]
        delay = _request(season, finalists, address, picks, now)
        page = render_template(
            "voting/mailbox.html", address=address, minutes=int(delay.total_seconds() // 60)
        )
        return private(page)
    return private(_ballot_page(form, season, finalists, order_named() or 0), 422)


def _request(
    season: Season, finalists: Sequence[Entry], address: str, picks: list[int], now: datetime
) -> timedelta:
    """Take the ballot; how long its mail waits."""
    limits, network, voters = platform().limits, visitor_network(), platform().voters
    key = services.voter_key(session(), voters, season, address)
    work = services.find_work(
        platform().signer, request.form.get("altcha", "")[:4000], about=FOR_BALLOT
    )
    worked = services.spend_work(session(), work)
    waiting = services.mails_waiting(session(), now=now)
    session().commit()  # Counting takes a transaction of its own.
    turn = services.take_turn(limits, network, key, waiting=waiting, worked=worked, now=now)
    services.request_ballot(
        session(),
        voters=voters,
        season=season,
        finalists=finalists,
        address=address,
        picks=picks,
        within_limit=turn.within_limit,
        network=network,
        delay=turn.delay,
        now=now,
    )
    return turn.delay


def order_named() -> int | None:
    """Which of the orders the address asks for, or None when it names none there is."""
    typed = request.args.get("order", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        return None
    return int(typed) if int(typed) < rules.ORDERS else None


def to_some_order(endpoint: str) -> Response:
    """On to the same page in an order drawn for this visit."""
    response = redirect(url_for(endpoint, order=secrets.randbelow(rules.ORDERS)))
    # Kept by nobody, or everybody would get one visitor's order.
    response.headers["Cache-Control"] = "no-store"
    return response


def in_order(finalists: Sequence[Entry], order: int) -> list[tuple[Entry, Asset | None]]:
    """The finalists with their films, in one of the orders."""
    assets = media.assets_by_id(session(), (entry.asset_id for entry in finalists))
    by_id = {entry.id: entry for entry in finalists}
    shown = [by_id[entry_id] for entry_id in rules.shuffled(sorted(by_id), order)]
    return [(e, assets.get(e.asset_id) if e.asset_id else None) for e in shown]


def _ballot_page(
    form: forms.BallotForm, season: Season, finalists: Sequence[Entry], order: int
) -> str:
    return render_template(
        "voting/ballot.html",
        form=form,
        season=season,
        order=order,
        finalists=in_order(finalists, order),
        watch_first=min(season.watch_first, len(finalists)),
        late_minutes=int(rules.LATE_CONFIRMATION.total_seconds() // 60),
    )


def _closed_page(season: Season, now: datetime) -> str:
    """When the vote opens or that it has closed; after the announcement, what came out."""
    log = queries.find_log(session(), season.id)
    announced = queries.is_revealed(log, season, now)
    tally = queries.results_for(session(), None, season, now=now) if announced else None
    lines = tally.lines if tally else []
    entry_ids = {each.entry_id for each in lines if each.entry_id}
    shown = entries.publishable_by_id(session(), entry_ids)
    return render_template(
        "voting/closed.html",
        season=season,
        opens_later=now < season.vote_opens_at and not is_announced(season, now),
        announced=announced,
        tally=tally,
        lane_names=rules.LANE_NAMES,
        results=[(shown.get(each.entry_id or 0), each) for each in lines],
        ballots=queries.ballots_that_count(log) if log is not None else 0,
    )


def private(body: str | Response, status: int = 200) -> Response:
    """An answer that no cache keeps and whose address no other site is told."""
    response = make_response(body)
    response.status_code = status if isinstance(body, str) else response.status_code
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
