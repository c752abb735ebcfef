"""Pages for everybody, and the two addresses that tell whether the site is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text as sql
from werkzeug.exceptions import Gone as PageGone
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response
from zipstream import ZipStream

from app.accounts import queries as people
from app.awards import queries as awards
from app.awards import rules as award_rules
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.contest.models import Category, Division
from app.contest.rules import (
    LICENCE_ADDRESSES,
    LICENCE_NAMES,
    Licence,
    Phase,
    QuestionAudience,
)
from app.core import clock
from app.core.errors import NotFound
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media.views import captions_response, deliver_rendition
from app.showcase import queries
from app.voting import queries as voting
from app.web.access import public
from app.web.cache import cached
from app.web.db import platform, release, session

public_pages = Blueprint("showcase", __name__)


@public_pages.get("/")
@public
@cached
def home() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    if season is None:
        if not people.has_organizer(session()):
            return redirect(url_for("account.accounts.first_organizer"))
        return render_template("showcase/before.html")
    now = clock.now()
    past = contest.announced_seasons(session(), now=now)
    latest = past[0] if past else None
    best = awards.public_winners(session(), latest, now=now)[:6] if latest else []
    finalists: list[Entry] = []
    if season_rules.is_vote_open(season, now):
        finalists = queries.some_of_each(entries.public_finalists(session(), season))
    coming = season_rules.next_date(season, now)
    return render_template(
        "showcase/home.html",
        season=season,
        phase=season_rules.phase_of(season, now),
        phases=Phase,
        phase_name=season_rules.PHASE_NAMES[season_rules.phase_of(season, now)],
        coming=coming,
        registration_open=season_rules.is_registration_open(season, now),
        vote_open=season_rules.is_vote_open(season, now),
        gallery_open=season_rules.is_gallery_open(season, now),
        finalists=queries.shown(session(), finalists),
        latest=latest,
        winners=best,
        ribbon=award_rules.ribbon,
    )


@public_pages.get("/rules")
@public
@cached
def rules() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    versions = contest.published_rule_sets(session(), season)
    listed = versions[0].rules
    return render_template(
        "showcase/rules.html",
        tie_words=season_rules.TIE_RULE_WORDS[season_rules.TieRule(season.tie_rule)],
        season=season,
        dates=[
            (season_rules.DATE_NAMES[name], getattr(season, name))
            for name in season_rules.DATE_ORDER
        ],
        licences=LICENCE_NAMES,
        rule_set=versions[0],
        parts=[
            (name, [rule for rule in listed if rule.part is part])
            for part, name in season_rules.RULE_PART_NAMES.items()
        ],
        faults=season_rules.faults(listed),
        changed=[
            (newer, season_rules.changes(older.rules, newer.rules))
            for newer, older in pairwise(versions)
            if newer.published_at is not None and newer.published_at >= season.submissions_open_at
        ],
    )


@dataclass(frozen=True)
class Page:
    """One page of a long list, for the pager."""

    number: int
    pages: int
    url: Callable[[int], str]

    @property
    def previous_url(self) -> str | None:
        return self.url(self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(self.number + 1) if self.number < self.pages else None


def _chosen(name: str, parts: Sequence[Category] | Sequence[Division]) -> int | None:
    """The id of the part of the season that the address names; anything else means all."""
    wanted = request.args.get(name, type=int)
    return wanted if wanted in {part.id for part in parts} else None


@public_pages.get("/gallery")
@public
@cached
def gallery() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    now = clock.now()
    category = _chosen("category", season.categories)
    division = _chosen("division", season.divisions)
    words = request.args.get("q", "").replace("\0", "").strip()[:80]
    found = entries.public_entries(
        session(), season, now=now, category_id=category, division_id=division, words=words
    )
    pages = max(1, -(-len(found) // queries.PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    here = found[(number - 1) * queries.PAGE : number * queries.PAGE]
    kept = {k: v for k, v in (("category", category), ("division", division), ("q", words)) if v}

    def url(page: int) -> str:
        return f"{url_for('public.showcase.gallery')}?{urlencode({**kept, 'page': page})}"

    return render_template(
        "showcase/gallery.html",
        season=season,
        is_open=season_rules.is_gallery_open(season, now),
        entries=queries.shown(session(), here),
        count=len(found),
        category=category,
        division=division,
        words=words,
        page=Page(number, pages, url),
    )


@public_pages.get("/watch/<slug>")
@public
@cached
def watch(slug: str) -> ResponseReturnValue:
    watched = queries.get_watched(session(), slug, now=clock.now())
    address = f"{platform().public_url}{url_for('public.showcase.watch', slug=slug)}"
    licence = Licence(watched.entry.licence)
    return render_template(
        "showcase/watch.html",
        watched=watched,
        entry=watched.entry,
        season=watched.season,
        awards=[award_rules.award_name(a) for a in watched.winner.awards] if watched.winner else [],
        credited=entry_rules.credited_names(watched.entry),
        answers=entries.answers_for(session(), watched.entry, QuestionAudience.PUBLIC),
        kit=queries.kit_files(watched, address),
        station_kit=queries.station_files(watched),
        attribution=queries.attribution(watched, address),
        licence_name=LICENCE_NAMES[licence],
        licence_address=LICENCE_ADDRESSES[licence],
        vote_open=season_rules.is_vote_open(watched.season, clock.now())
        and watched.entry.finalist_at is not None,
    )


def _watched(slug: str) -> queries.Watched:
    try:
        return queries.get_watched(session(), slug, now=clock.now())
    except NotFound as error:
        raise PageNotFound from error


@public_pages.get("/media/<slug>/poster.jpg")
@public
def poster(slug: str) -> ResponseReturnValue:
    return deliver_rendition(_watched(slug).asset, "poster", public=True)


@public_pages.get("/media/<slug>/<role>.mp4")
@public
def film(slug: str, role: str) -> ResponseReturnValue:
    """One version to watch, or with ?download to keep."""
    watched = _watched(slug)
    if role not in watched.films:
        raise PageNotFound
    filename = queries.kit_name(watched.entry, role) if "download" in request.args else None
    return deliver_rendition(watched.asset, role, public=True, filename=filename)


@public_pages.get("/media/<slug>/winner.jpg")
@public
def winner_poster(slug: str) -> ResponseReturnValue:
    watched = _watched(slug)
    if not watched.branded:
        raise PageNotFound
    return deliver_rendition(watched.asset, "winner_poster", public=True)


@public_pages.get("/media/<slug>/captions.vtt")
@public
def captions(slug: str) -> ResponseReturnValue:
    """Captions in step with the version that the page shows. Always from our own address."""
    watched = _watched(slug)
    if not watched.branded:
        return captions_response(watched.entry.captions)
    rendition = watched.asset.rendition("winner_captions") if watched.asset else None
    if rendition is None:
        raise PageNotFound
    key = rendition.key
    release()
    return Response(
        b"".join(queries.stream_file(platform().storage, key)),
        content_type="text/vtt; charset=utf-8",
    )


@public_pages.get("/winners")
@public
@cached
def winners() -> ResponseReturnValue:
    past = contest.announced_seasons(session(), now=clock.now())
    if not past:
        season = contest.find_current_season(session())
        return render_template("showcase/no_winners.html", season=season)
    return _winners_page(past[0].year)


@public_pages.get("/winners/<int(max=9999):year>")
@public
@cached
def winners_of(year: int) -> ResponseReturnValue:
    return _winners_page(year)


def _winners_page(year: int) -> ResponseReturnValue:
    now = clock.now()
    season = contest.get_season_of_year(session(), year)
    if not season_rules.is_announced(season, now):
        raise PageNotFound
    return render_template(
        "showcase/winners.html",
        season=season,
        winners=awards.public_winners(session(), season, now=now),
        withdrawn=awards.withdrawn_awards(session(), season, now=now),
        seasons=contest.announced_seasons(session(), now=now),
        award_name=award_rules.award_name,
        places=award_rules.PLACES,
        is_giveable=entry_rules.is_giveable,
        has_public_count=voting.is_recountable(session(), season, now),
    )


@public_pages.get("/winners/<slug>/kit.zip")
@public
def kit(slug: str) -> ResponseReturnValue:
    """Everything about a winner in one download, streamed as it is read."""
    watched = _watched(slug)
    if watched.winner is None:
        raise PageNotFound
    address = f"{platform().public_url}{url_for('public.showcase.watch', slug=slug)}"
    return _zipped(slug, "kit", queries.kit_files(watched, address))


@public_pages.get("/winners/<slug>/broadcast-kit.zip")
@public
def broadcast_kit(slug: str) -> ResponseReturnValue:
    """A winner as a television station airs it."""
    watched = _watched(slug)
    if watched.winner is None:
        raise PageNotFound
    return _zipped(slug, "broadcast-kit", queries.station_files(watched))


def _zipped(slug: str, name: str, files: Sequence[queries.KitFile]) -> Response:
    """The files in one archive, streamed as they are read."""
    if not files:
        raise PageGone
    release()
    storage = platform().storage
    archive = ZipStream(sized=True)
    for file in files:
        if file.key:
            archive.add(
                queries.stream_file(storage, file.key), f"{slug}/{file.name}", size=file.size
            )
        else:
            archive.add(file.words, f"{slug}/{file.name}")
    response = Response(archive, mimetype="application/zip")
    response.headers["Content-Length"] = str(len(archive))
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{name}.zip"'
    response.headers["Cache-Control"] = "no-cache"
    return response


@public_pages.get("/privacy")
@public
@cached
def privacy() -> ResponseReturnValue:
    return render_template("showcase/privacy.html", season=contest.find_current_season(session()))


@public_pages.get("/accessibility")
@public
@cached
def accessibility() -> ResponseReturnValue:
    return render_template(
        "showcase/accessibility.html", season=contest.find_current_season(session())
    )


@public_pages.get("/help")
@public
@cached
def help_page() -> ResponseReturnValue:
    return render_template("showcase/help.html", season=contest.find_current_season(session()))


@public_pages.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return Response("ok\n", mimetype="text/plain")


@public_pages.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database and storage can be reached; the answer names the one that cannot."""
    try:
        session().execute(sql("SELECT 1"))
    except Exception:
        return Response("database\n", status=503, mimetype="text/plain")
    try:
        platform().storage.check()
    except Exception:
        return Response("storage\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
