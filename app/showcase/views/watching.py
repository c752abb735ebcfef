"""Watching a film: its page, its files, the same in other sites' pages, its guide for a class."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone as PageGone
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.exceptions import NotImplemented as PageNotImplemented
from werkzeug.wrappers import Response

from app import texts
from app.awards import rules as award_rules
from app.awards import services as awards
from app.awards.rules import UseKind
from app.contest import rules as season_rules
from app.contest.rules import LICENCE_ADDRESSES, LICENCE_NAMES, Licence, QuestionAudience
from app.core import clock
from app.core.errors import NotFound
from app.core.storage import pieces_of
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.rules import Rung
from app.media.views import captions_response, deliver_rendition
from app.showcase import queries, rules
from app.showcase.queries import Kits, Watched
from app.showcase.views.pages import public_pages
from app.texts import Text
from app.video.recipes import picture_role
from app.web.access import public
from app.web.addresses import absolute
from app.web.cache import cached
from app.web.db import platform, release, session
from app.web.headers import let_others_frame
from app.web.templating import render_aside


def find_watched(slug: str) -> Watched:
    """The film at an address; 410 when it was taken down, 404 when there was none."""
    now = clock.now()
    try:
        return queries.get_watched(session(), slug, now=now)
    except NotFound as error:
        if entries.was_public(session(), slug, now=now):
            raise PageGone from error
        raise PageNotFound from error


def given_away(slug: str) -> Watched:
    """A winner that other sites may show; one that was never given away is not there."""
    watched = find_watched(slug)
    if watched.winner is None:
        raise PageNotFound
    if not watched.is_given:
        raise gone_or_missing(watched)
    return watched


def gone_or_missing(watched: Watched) -> HTTPException:
    """What a download answers that is not there: gone, if it was given away before."""
    was_given = entry_rules.was_public(watched.entry, watched.season, Rung.WINNER)
    return PageGone() if was_given and not watched.giveable else PageNotFound()


@public_pages.get("/watch/<slug>")
@public
@cached
def watch(slug: str) -> ResponseReturnValue:
    watched, now = find_watched(slug), clock.now()
    address = absolute("public.showcase.watch", slug=slug)
    licence = Licence(watched.entry.licence)
    kits = kits_for(watched)
    return render_template(
        "showcase/watch.html",
        watched=watched,
        entry=watched.entry,
        season=watched.season,
        address=address,
        awards=_award_names(watched),
        credited=entry_rules.credited_names(watched.entry),
        answers=entries.answers_for(session(), watched.entry, QuestionAudience.PUBLIC),
        transcript=queries.transcript(watched),
        related=queries.related(session(), watched, now=now),
        award_names=award_rules.award_names,
        kits=kits,
        attribution=queries.attribution(watched, credited_address(watched)),
        licence_name=LICENCE_NAMES[licence],
        licence_address=LICENCE_ADDRESSES[licence],
        told_machines=_video_object(watched) if watched.is_given else None,
        embed_code=_embed_code(watched, rules.WIDTH, rules.HEIGHT) if watched.is_given else "",
        oembed=absolute("public.showcase.oembed", url=address, format="json"),
        vote_open=season_rules.is_vote_open(watched.season, now)
        and watched.entry.finalist_at is not None,
    )


def credited_address(watched: Watched) -> str:
    """The page's address as it stands in a credit line: one, in whatever language it is read."""
    path = url_for("public.showcase.watch", slug=watched.entry.slug)
    return f"{platform().public_url}{path.removeprefix(request.script_root)}"


def poster_address(watched: Watched) -> str:
    """The picture that stands for the film."""
    return absolute(f"public.showcase.{watched.poster_role}", slug=watched.entry.slug)


def film_address(watched: Watched, role: str) -> str:
    return absolute("public.showcase.film", slug=watched.entry.slug, role=role)


def _video_object(watched: Watched) -> dict[str, Any]:
    """What search engines read of a winner (schema.org VideoObject). Its makers are a team of a
    school, an Organization: no person is named to machines."""
    entry, season, slug = watched.entry, watched.season, watched.entry.slug
    versions = watched.versions()
    licence = Licence(entry.licence)
    maker = {"@type": "Organization", "name": f"{entry.team_name}, {entry.school.name}"}
    captions = {
        "@type": "MediaObject",
        "encodingFormat": "text/vtt",
        "contentUrl": absolute("public.showcase.captions", slug=slug),
        "inLanguage": entry.captions_language,
    }
    said = " ".join(line for cue in queries.transcript(watched) for line in cue.lines)
    return rules.without_nothing(
        {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": entry.title,
            "description": entry.synopsis,
            "thumbnailUrl": poster_address(watched),
            "uploadDate": (season.announced_at or clock.now()).isoformat(),
            "duration": rules.iso_duration(versions[0].seconds or 0) if versions else "",
            "contentUrl": film_address(watched, versions[0].role) if versions else "",
            "embedUrl": absolute("public.showcase.embed", slug=slug),
            "url": absolute("public.showcase.watch", slug=slug),
            "license": LICENCE_ADDRESSES[licence],
            "creditText": f"{entry.team_name}, {entry.school.name}",
            "copyrightNotice": f"{entry.team_name}, {entry.school.name}, {season.year}",
            "creator": maker,
            "publisher": {"@type": "Organization", "name": season.name},
            "inLanguage": entry.captions_language,
            "isFamilyFriendly": True,
            "isAccessibleForFree": True,
            "accessibilityFeature": ["captions", "transcript"],
            "caption": captions,
            "transcript": said,
            "award": award_rules.ribbon(watched.winner.awards) if watched.winner else "",
        }
    )


@public_pages.get("/watch/<slug>/guide")
@public
@cached
def guide(slug: str) -> ResponseReturnValue:
    """Questions to talk about after the film, on one printable page."""
    watched = given_away(slug)
    return render_template("showcase/guide.html", entry=watched.entry, season=watched.season)


@public_pages.get("/watch/<slug>/press")
@public
@cached
def press(slug: str) -> ResponseReturnValue:
    """What a newspaper needs to write about a winner, on one printable page."""
    return render_template("showcase/press.html", **_for_press(given_away(slug)))


def _for_press(watched: Watched) -> dict[str, Any]:
    address = absolute("public.showcase.watch", slug=watched.entry.slug)
    return {
        "watched": watched,
        "awards": _award_names(watched),
        "attribution": queries.attribution(watched, credited_address(watched)),
        "address": address,
        "kit": absolute("public.showcase.kit", slug=watched.entry.slug) if watched.branded else "",
    }


def _award_names(watched: Watched) -> list[Text]:
    return award_rules.award_names(watched.winner.awards) if watched.winner else []


def kits_for(watched: Watched) -> Kits:
    """The downloads of a winner, with the pages in them, which need no site around them."""
    if not watched.is_given:
        return Kits()
    entry, season = watched.entry, watched.season
    address = absolute("public.showcase.watch", slug=entry.slug)
    guide = render_aside("showcase/guide_file.html", entry=entry, season=season, address=address)
    sheet = render_aside("showcase/press_file.html", **_for_press(watched))
    return queries.kits_of(watched, credited_address(watched), guide, sheet)


def count_download(entry_id: int, kind: UseKind) -> None:
    """Count a download once, however often its connection breaks and goes on."""
    asked = request.headers.get("Range", "bytes=0-")
    if request.method == "GET" and asked.startswith("bytes=0-"):
        awards.count_use(platform().sessions, entry_id, kind)


@public_pages.get("/media/<slug>/poster.jpg")
@public
def poster(slug: str) -> ResponseReturnValue:
    return deliver_rendition(find_watched(slug), "poster", public=True)


@public_pages.get("/media/<slug>/<any(card, player):family>-<int(max=9999):width>.<kind>")
@public
def picture(slug: str, family: str, width: int, kind: str) -> ResponseReturnValue:
    """The poster in a size and a format that a page asks for: /media/if-only/card-640.avif."""
    return deliver_rendition(find_watched(slug), picture_role(family, width, kind), public=True)


@public_pages.get("/media/<slug>/<role>.mp4")
@public
def film(slug: str, role: str) -> ResponseReturnValue:
    """One version to watch, or with ?download to keep."""
    watched = find_watched(slug)
    if role not in watched.films:
        raise PageNotFound
    filename = queries.kit_name(watched.entry, role) if "download" in request.args else None
    if filename is not None and watched.is_given:
        count_download(watched.entry.id, UseKind.FILM)
    return deliver_rendition(watched, role, public=True, filename=filename)


@public_pages.get("/media/<slug>/winner.jpg")
@public
def winner_poster(slug: str) -> ResponseReturnValue:
    return deliver_rendition(find_watched(slug), "winner_poster", public=True)


@public_pages.get("/media/<slug>/captions.vtt")
@public
def captions(slug: str) -> ResponseReturnValue:
    """Captions in step with the version that the page shows. Always from our own address."""
    watched = find_watched(slug)
    if not watched.branded:
        return captions_response(watched.entry.captions)
    rendition = watched.rendition("winner_captions")
    if rendition is None:
        raise PageNotFound
    key = rendition.key
    release()
    return Response(
        b"".join(pieces_of(platform().storage, key)),
        content_type="text/vtt; charset=utf-8",
    )


# In other sites' pages


@public_pages.get("/embed/<slug>")
@public
@cached
def embed(slug: str) -> ResponseReturnValue:
    """The player alone, for a frame in somebody else's page. It keeps nothing of who watches."""
    watched = given_away(slug)
    let_others_frame()
    return render_template(
        "showcase/embed.html",
        watched=watched,
        entry=watched.entry,
        season=watched.season,
        address=absolute("public.showcase.watch", slug=slug),
    )


def _embed_code(watched: Watched, width: int, height: int) -> str:
    address = absolute("public.showcase.embed", slug=watched.entry.slug)
    title = escape(watched.entry.title, {'"': "&quot;"})
    return (
        f'<iframe src="{escape(address)}" title="{title}" width="{width}" height="{height}" '
        'style="border:0" allow="fullscreen" allowfullscreen loading="lazy"></iframe>'
    )


@public_pages.get("/oembed")
@public
@cached
def oembed() -> ResponseReturnValue:
    """How another site shows the film at `url` (oEmbed 1.0, type video)."""
    wanted = request.args.get("format", "json")
    if wanted not in ("json", "xml"):
        raise PageNotImplemented  # 501 is what the format asks for.
    watched = given_away(_slug_at(request.args.get("url", "")))
    width, height = rules.embed_size(
        request.args.get("maxwidth", type=int), request.args.get("maxheight", type=int)
    )
    entry, season = watched.entry, watched.season
    picture = watched.poster
    told = rules.without_nothing(
        {
            "version": "1.0",
            "type": "video",
            "title": entry.title,
            "author_name": f"{entry.team_name}, {entry.school.name}",
            "provider_name": season.name,
            "provider_url": absolute("public.showcase.home"),
            "cache_age": 3600,
            "thumbnail_url": poster_address(watched) if picture else None,
            "thumbnail_width": picture.width if picture else None,
            "thumbnail_height": picture.height if picture else None,
            "width": width,
            "height": height,
            "html": _embed_code(watched, width, height),
        }
    )
    if wanted == "json":
        return told
    rows = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())
    return Response(
        f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{rows}</oembed>\n',
        content_type="text/xml; charset=utf-8",
    )


def _slug_at(address: str) -> str:
    """The film that one of our addresses is about; PageNotFound for any other address."""
    try:
        asked, ours = urlsplit(address[:500]), urlsplit(platform().public_url)
    except ValueError as error:
        raise PageNotFound from error
    folder, _slash, slug = asked.path.rpartition("/")
    kind = folder.rpartition("/")[2]
    known = {"", *(f"/{tag}" for tag in texts.languages(texts.PUBLIC))}
    if asked.netloc != ours.netloc or folder.removesuffix(f"/{kind}") not in known:
        raise PageNotFound
    if kind not in ("watch", "embed"):
        raise PageNotFound
    return slug
