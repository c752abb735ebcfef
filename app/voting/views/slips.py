"""Voting with a slip, on any device or at a kiosk, and the lesson before it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.contest import queries as contest
from app.contest.models import Season
from app.core import clock
from app.core.errors import Refused
from app.entries import queries as entries
from app.entries.models import Entry
from app.texts import gettext as _
from app.voting import forms, queries, rules, services
from app.voting.models import Slip
from app.voting.views.paper import in_order, order_named, private, public_pages, to_some_order
from app.web.access import public
from app.web.cache import cached
from app.web.db import platform, session
from app.web.files import visitor_network


@public_pages.get("/vote/lesson")
@public
@cached
def lesson() -> ResponseReturnValue:
    """A few finalists for a class to watch together, as evenly over the categories as can be."""
    season = contest.get_current_season(session())
    order = order_named()
    if order is None:
        return to_some_order("public.voting.lesson")
    finalists = entries.public_finalists(session(), season)
    if rules.why_not_votable(season, clock.now()):
        finalists = []
    by_id = {entry.id: entry for entry in finalists}
    chosen = rules.balanced_set(
        [(entry.id, entry.category_id or 0) for entry in finalists], order, rules.LESSON_VIDEOS
    )
    return render_template(
        "voting/lesson.html",
        season=season,
        order=order,
        finalists=in_order([by_id[each] for each in chosen], order),
    )


@public_pages.route("/vote/slip", methods=["GET", "POST"])
@public
def slip() -> ResponseReturnValue:
    """Asks for the code on a slip, then shows its ballot paper."""
    season, now = contest.get_current_season(session()), clock.now()
    if reason := rules.why_not_votable(season, now):
        return _page("voting/slip_closed.html", 200, season=season, reason=reason)
    form = forms.SlipForm()
    if not form.validate_on_submit():
        return _page("voting/slip.html", 422 if form.errors else 200, form=form, season=season)
    found = _find(season, form)
    if isinstance(found, int):
        return _page("voting/slip.html", found, form=form, season=season)
    return _paper(season, found, forms.SlipBallotForm(formdata=None, code=form.code.data))


def _find(season: Season, form: forms.SlipForm | forms.SlipBallotForm) -> Slip | int:
    """The slip of a typed code, or the status to answer with."""
    limits, now, network = platform().limits, clock.now(), visitor_network()
    per, most = rules.WRONG_CODES_PER, rules.WRONG_SLIPS_FROM_MOST
    if limits.spent("slip-code-from", network, most=most, per=per, now=now):
        form.code.errors = [
            _("Very many codes that are no codes came from this network. Please wait an hour.")
        ]
        return 429
    signer = queries.get_signer(session(), platform().voters, season.id)
    found = queries.find_slip(session(), signer, season.id, form.code.data or "")
    if found is not None:
        return found
    session().rollback()  # Counting takes a transaction of its own.
    limits.count("slip-code-from", network, per=per, now=now)
    form.code.errors = [_("There is no slip with this code. Please look at it letter by letter.")]
    return 422


def _paper(season: Season, found: Slip, form: forms.SlipBallotForm, status: int = 200) -> Response:
    finalists = entries.public_finalists(session(), season)
    order = found.id % rules.ORDERS
    shown = [each for each in finalists if each.school_id != found.batch.school_id]
    return _page(
        "voting/slip_ballot.html",
        status,
        form=form,
        season=season,
        finalists=in_order(shown, order),
        school=found.batch.school,
        left_out=len(finalists) - len(shown),
    )


@public_pages.post("/vote/slip/cast")
@public
def cast_slip() -> ResponseReturnValue:
    """Puts the ballot of a slip into the box, and leads to its receipt: loading that again casts
    nothing anew."""
    season, now = contest.get_current_season(session()), clock.now()
    if reason := rules.why_not_votable(season, now):
        return _page("voting/slip_closed.html", 409, season=season, reason=reason)
    form = forms.SlipBallotForm()
    if not form.validate_on_submit() and not form.code.data:
        return _page("voting/slip.html", 422, form=forms.SlipForm(formdata=None), season=season)
    found = _find(season, form)
    if isinstance(found, int):
        again = forms.SlipForm(formdata=None, code=form.code.data)
        again.code.errors = form.code.errors
        return _page("voting/slip.html", found, form=again, season=season)
    if form.errors:
        return _paper(season, found, form, 422)
    finalists = entries.public_finalists(session(), season)
    try:
        ballot = services.cast_slip(
            session(),
            voters=platform().voters,
            season=season,
            finalists=finalists,
            slip=found,
            picks=_picks(form, finalists),
            now=now,
        )
    except Refused as error:
        form.picks.errors = [str(error.reason)]
        return _paper(season, found, form, 422)
    token = platform().signer.sign("ballot", [ballot.number])
    kiosk = "1" if request.args.get("kiosk") == "1" else None
    return private(redirect(url_for("public.voting.confirm", token=token, kiosk=kiosk), 303))


def _picks(form: forms.SlipBallotForm, finalists: Sequence[Entry]) -> list[int]:
    """The picked entries; 0 stands for what is on no ballot."""
    by_slug = {entry.slug: entry.id for entry in finalists}
    return [by_slug.get(slug, 0) for slug in form.picks.data or []]


def _page(template: str, status: int, **values: object) -> Response:
    return private(
        render_template(template, kiosk=request.args.get("kiosk") == "1", **values), status
    )
