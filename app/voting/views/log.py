"""Checking the count: the public log, its signed heads, one ballot in it, and the plain report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from app.contest import queries as contest
from app.core import clock
from app.core.errors import NotFound
from app.entries import queries as entries
from app.voting import queries, rules
from app.voting.views.paper import public_pages
from app.web.access import public
from app.web.addresses import absolute
from app.web.cache import cached
from app.web.db import reading, release, session
from app.web.forms import one_line

VERIFIER = Path(__file__).parents[2] / "static" / "vote" / "verify.py"
HEADS_SHOWN = 24


@public_pages.get("/vote/verify")
@public_pages.get("/vote/<int(max=9999):year>/verify")
@public
@cached
def verify(year: int | None = None) -> ResponseReturnValue:
    """What anybody needs to check the count, and a look for one's own ballot."""
    season, now = contest.get_season_asked_for(session(), year), clock.now()
    log = queries.find_log(session(), season.id)
    size = queries.public_size(log, season, now) if log else 0
    typed = one_line(request.args.get("ballot"))[:40]
    number = rules.read_letters(typed)
    known = queries.candidates_of(session(), season.id)
    entry_ids = {each.entry_id for each in known if each.entry_id}
    return render_template(
        "voting/verify.html",
        season=season,
        year=year,
        log=log,
        size=size,
        heads=queries.heads(session(), season.id, size=size, most=HEADS_SHOWN),
        typed=typed,
        number=rules.in_halves(number) if number else "",
        ballot=queries.find_logged(session(), season.id, number, size=size) if number else None,
        listed_at=queries.find_listing(session(), season.id, number) if number else None,
        candidates=[each for each in known if each.logged],
        about=entries.publishable_by_id(session(), entry_ids),
        formula=rules.formula_of(season),
        lane_names=rules.LANE_NAMES,
        batches=queries.slip_batches(session(), season.id),
        revealed=queries.is_revealed(log, season, now),
    )


@public_pages.get("/vote/log.jsonl")
@public_pages.get("/vote/<int(max=9999):year>/log.jsonl")
@public
def download(year: int | None = None) -> ResponseReturnValue:
    """The log, line by line. It grows every hour; after the announcement it tells the picks."""
    season, now = contest.get_season_asked_for(session(), year), clock.now()
    log = queries.find_log(session(), season.id)
    if log is None or not log.public_key:
        raise NotFound
    size, season_id = queries.public_size(log, season, now), season.id
    release()

    def stream() -> Iterator[bytes]:
        with reading() as read_only:
            batch: list[str] = []
            for line in queries.lines(read_only, season_id, size=size):
                batch.append(line)
                if len(batch) == 500:
                    yield ("\n".join(batch) + "\n").encode()
                    batch.clear()
            if batch:
                yield ("\n".join(batch) + "\n").encode()

    name = f"peoples-choice-{season.year}.jsonl"
    response = Response(stream(), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "public, max-age=60"
    response.set_etag(f"{season_id}-{size}")
    return response.make_conditional(request)


@public_pages.get("/vote/verify.py")
@public
def verifier() -> AnyResponse:
    """The program that checks a downloaded log: one file, nothing but Python needed."""
    return send_file(VERIFIER, mimetype="text/x-python", as_attachment=True, max_age=3600)


@public_pages.get("/vote/heads.atom")
@public_pages.get("/vote/<int(max=9999):year>/heads.atom")
@public
@cached
def heads(year: int | None = None) -> ResponseReturnValue:
    """The signed heads as a feed, for whoever keeps them."""
    season, now = contest.get_season_asked_for(session(), year), clock.now()
    log = queries.find_log(session(), season.id)
    size = queries.public_size(log, season, now) if log else 0
    page = render_template(
        "voting/heads.xml",
        season=season,
        year=year,
        log=log,
        heads=queries.heads(session(), season.id, size=size, most=500),
        updated=log.batched_until if log and log.batched_until else season.vote_opens_at,
        here=absolute("public.voting.heads", year=year),
        page=absolute("public.voting.verify", year=year),
    )
    return Response(page, mimetype="application/atom+xml")


@public_pages.get("/vote/report")
@public_pages.get("/vote/<int(max=9999):year>/report")
@public
@cached
def report(year: int | None = None) -> ResponseReturnValue:
    """What the vote promises and what it can't, and the numbers once the winners are announced."""
    season, now = contest.get_season_asked_for(session(), year), clock.now()
    log = queries.find_log(session(), season.id)
    told = queries.is_revealed(log, season, now)
    batches = queries.slip_batches(session(), season.id)
    return render_template(
        "voting/report.html",
        season=season,
        year=year,
        log=log,
        told=told,
        figures=log.figures if told and log else {},
        lane_names=rules.LANE_NAMES,
        batches=batches,
        used=queries.slips_used(session(), [each.id for each in batches]) if told else {},
        reasons=rules.REASON_NAMES,
    )
