"""What everybody sees in every phase, and how fast it is gone when somebody takes it back."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.awards.models import UseCount
from app.awards.rules import station_code
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.entries.models import AppearingPerson, Entry
from app.entries.rules import EntryStatus, Rung
from app.media.models import Asset
from app.showcase import queries
from app.video.branding import CARDS
from app.video.captions import parse
from tests.browsing import Browser
from tests.factories import make_asset, make_entry, make_person, make_season, make_user
from tests.showcase.films import give_place
from tests.statements import statements

# The home page


@pytest.mark.parametrize(
    ("phase", "button"),
    [
        (Phase.UPCOMING, None),
        (Phase.REGISTRATION, "Register your school"),
        (Phase.SUBMISSIONS, "Register your school"),
        (Phase.SCREENING, None),
        (Phase.JUDGING, None),
        (Phase.VOTING, "Vote for your favorites"),
        (Phase.SEALED, None),
        (Phase.ANNOUNCED, "See the winners"),
    ],
)
def test_the_home_page_says_what_is_on(
    session: Session, client: Browser, phase: Phase, button: str | None
) -> None:
    season = make_season(session, phase)
    now = clock.now()
    finalist = make_entry(session, season, title="If Only", finalist_at=now)
    give_place(session, season, finalist)
    buttons = {"Register your school", "Vote for your favorites", "See the winners"}

    page = client.page("/")

    assert buttons & page.links().keys() == ({button} if button else set())
    shown = phase in (Phase.VOTING, Phase.ANNOUNCED)
    assert ("If Only" in page.html) == shown
    opened = phase in (Phase.VOTING, Phase.SEALED, Phase.ANNOUNCED)
    assert ("Watch the films" in page.links()) == opened
    for path in ("/rules", "/privacy", "/accessibility", "/help", "/gallery", "/winners"):
        client.page(path)


def test_before_there_is_a_season(session: Session, client: Browser) -> None:
    first = client.get("/")
    assert (first.status_code, first.location) == (302, "/account/first-organizer")
    make_user(session, "organizer")  # type: ignore[arg-type]
    client.page("/")
    for path in ("/rules", "/gallery"):
        assert client.get(path).status_code == 404
    for path in ("/privacy", "/accessibility", "/help", "/winners"):
        client.page(path)


def test_the_site_tells_whether_it_is_well(client: Browser, platform: Platform) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"


# The gallery


def cards(client: Browser, url: str) -> list[str]:
    page = client.page(url)
    return [
        "".join(link.itertext()).strip()
        for card in page.all("article", class_="entry-card")
        for link in page.all("a", card)
    ]


def test_the_gallery_filters_and_searches(
    session: Session, client: Browser, season: Season
) -> None:
    first, second = season.categories[:2]
    make_entry(session, season, title="Aloha", category=first)
    make_entry(session, season, title="Bystander", category=second, synopsis="50% <b>off</b>")
    make_entry(session, season, title="Hidden", captions="")

    assert cards(client, "/gallery") == ["Aloha", "Bystander"]
    assert cards(client, f"/gallery?category={second.id}") == ["Bystander"]
    assert cards(client, f"/gallery?category={second.id}&q=aloha") == []
    assert cards(client, "/gallery?q=50%25") == ["Bystander"]
    assert cards(client, "/gallery?q=%3Cscript%3E") == []
    page = client.page("/gallery?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.one("input", id="q").get("value") == '"><script>alert(1)</script>'
    assert "No film fits" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "category=x&division=&page=-3",
        "page=99999999999999999999999",
        "category=99999999999999999999999",
        "division=-99999999999999999999999",
        "q=%00",
        "q=%F0%9F%92%A9" * 3,
        "q=%ff",
        "q=" + "a" * 3000,
    ],
)
def test_the_gallery_takes_whatever_is_asked(
    session: Session, client: Browser, season: Season, query: str
) -> None:
    make_entry(session, season)
    client.page(f"/gallery?{query}")


@pytest.mark.parametrize(
    "path",
    [
        "/watch/no-such-film",
        "/watch/%00",
        "/watch/..%2F..%2Fetc",
        "/media/no-such-film/poster.jpg",
        "/media/%00/web_480.mp4",
        "/winners/no-such-film/kit.zip",
        "/winners/1999",
        "/winners/99999999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(client: Browser, season: Season, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_gallery_has_pages(session: Session, client: Browser, season: Season) -> None:
    asset = make_asset(session)
    school = make_entry(session, season, title="000").school
    teacher = make_user(session)
    for number in range(1, queries.PAGE + 3):
        make_entry(
            session, season, title=f"{number:03d}", asset=asset, school=school, teacher=teacher
        )

    first, second = cards(client, "/gallery"), cards(client, "/gallery?page=2")

    assert (len(first), len(second)) == (queries.PAGE, 3)
    assert first + second == sorted(first + second)
    assert cards(client, "/gallery?page=99") == second
    links = client.page("/gallery?page=2&q=0").links()
    assert links["Previous"].endswith("/gallery?q=0&page=1")
    assert "Next" not in links


def test_public_pages_ask_as_often_for_three_films_as_for_one(
    session: Session, client: Browser, season: Season, platform: Platform
) -> None:
    def add() -> None:
        entry = make_entry(session, season)
        make_person(session, entry, Rung.PUBLIC)
        give_place(session, season, entry)

    def asked(path: str) -> int:
        with statements(platform.engine) as seen:
            client.page(path)
        return len(seen)

    paths = ("/", "/gallery", "/winners")
    add()
    one = {path: asked(path) for path in paths}
    for _ in range(2):
        add()
    assert {path: asked(path) for path in paths} == one


# Taken back

FILMS = (
    "/watch/if-only",
    "/media/if-only/poster.jpg",
    "/media/if-only/winner.jpg",
    "/media/if-only/web_480.mp4",
    "/media/if-only/winner_1080.mp4",
    "/media/if-only/captions.vtt",
    "/winners/if-only/kit.zip",
    "/winners/if-only/broadcast-kit.zip",
    "/media/if-only/vertical.mp4",
)
LISTS = ("/", "/gallery", "/winners", "/winners/2026")


def the_person(entry: Entry) -> AppearingPerson:
    return entry.people[0]


def test_a_revoked_release_takes_everything_away_with_the_next_request(
    session: Session, client: Browser, winner: Entry
) -> None:
    for _ in range(2):  # The second time from what was kept.
        for path in FILMS:
            assert client.get(path).status_code == 200, path
        for path in LISTS:
            assert "If Only" in client.page(path).html, path

    public = next(r for r in the_person(winner).releases if r.rung == Rung.PUBLIC)
    public.revoked_at = clock.now()

    for path in FILMS:
        assert client.get(path).status_code == 410, path
        ranged = client.get(path, headers={"Range": "bytes=0-3"})
        assert ranged.status_code == 410, path
    for path in LISTS:
        page = client.page(path)
        assert "If Only" not in page.html, path
        assert "if-only" not in page.html, path
    public.revoked_at = None
    for path in FILMS:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("status", [EntryStatus.WITHDRAWN, EntryStatus.DISQUALIFIED])
def test_what_leaves_the_contest_leaves_the_site(
    session: Session, client: Browser, winner: Entry, status: EntryStatus
) -> None:
    for path in FILMS:
        client.get(path)
    winner.status = status
    for path in FILMS:
        assert client.get(path).status_code == 410, path


def test_what_a_cache_kept_is_asked_for_anew(
    session: Session, client: Browser, winner: Entry
) -> None:
    page = client.get("/watch/if-only")
    film = client.get("/media/if-only/winner_480.mp4")
    assert page.headers["Cache-Control"] == "public, no-cache"
    assert film.headers["Cache-Control"] == "no-cache"
    for path, known in (("/watch/if-only", page), ("/media/if-only/winner_480.mp4", film)):
        headers = {"If-None-Match": known.headers["ETag"]}
        assert client.get(path, headers=headers).status_code == 304
    the_person(winner).releases[1].revoked_at = clock.now()
    for path, known in (("/watch/if-only", page), ("/media/if-only/winner_480.mp4", film)):
        headers = {"If-None-Match": known.headers["ETag"]}
        assert client.get(path, headers=headers).status_code == 410


def test_without_leave_to_give_it_away_it_can_be_watched_and_not_downloaded(
    session: Session, client: Browser, winner: Entry
) -> None:
    free = next(r for r in the_person(winner).releases if r.rung == Rung.WINNER)
    free.revoked_at = clock.now()
    page = client.page("/watch/if-only")
    assert "Download it, free" not in page.text
    assert "web_480" in page.html
    assert "winner_" not in page.html
    assert client.get("/media/if-only/web_480.mp4").status_code == 200
    for path in ("/media/if-only/winner_1080.mp4", "/media/if-only/winner.jpg"):
        assert client.get(path).status_code == 404
    assert client.get("/winners/if-only/kit.zip").status_code == 410
    assert "Download" not in client.page("/winners").text
    assert client.get("/media/if-only/captions.vtt").text.startswith("WEBVTT")


def test_a_name_is_shown_with_its_own_leave_only(
    session: Session, client: Browser, winner: Entry
) -> None:
    winner.finalist_at = clock.now()
    for path in (*LISTS, "/watch/if-only", "/rules"):
        assert "Canaryname" not in client.page(path).html, path
    assert b"Canaryname" not in client.get("/winners/if-only/kit.zip").data
    make_person(session, winner, *Rung, alias="Kai")
    page = client.page("/watch/if-only")
    assert "Kai" in page.text
    assert "Canaryname" not in page.html


def test_before_the_announcement_nobody_can_tell_who_won(
    session: Session, client: Browser, winner: Entry, season: Season
) -> None:
    season.announced_at = None
    page = client.page("/watch/if-only")
    assert "First place" not in page.html
    for path in ("/media/if-only/winner_1080.mp4", "/media/if-only/winner.jpg",
                 "/winners/if-only/kit.zip", "/winners/2026"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert "If Only" not in client.page("/winners").html


def test_a_filter_says_how_many_films_there_are_of_each(session: Session, client: Browser) -> None:
    season = make_season(session, Phase.VOTING)
    for place in (0, 0, 1):
        make_entry(session, season, category=season.categories[place])
    session.commit()

    page = client.page("/gallery?category=" + str(season.categories[1].id))

    options = [o.text for o in page.all("option", page.one("select", id="category"))]
    names = [c.name for c in season.categories]
    assert options == ["All", f"{names[0]} (2)", f"{names[1]} (1)", f"{names[2]} (0)"]


# The kit


def test_the_kit_holds_films_captions_licence_and_true_sums(
    session: Session, client: Browser, winner: Entry
) -> None:
    answer = client.get("/winners/if-only/kit.zip")

    assert answer.mimetype == "application/zip"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert 'filename="if-only-kit.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as kit:
        assert kit.testzip() is None
        files = {name.removeprefix("if-only/"): kit.read(name) for name in kit.namelist()}
    assert sorted(files) == [
        "LICENCE.txt",
        "SHA256SUMS",
        "discussion-guide.html",
        "if-only-1080p.mp4",
        "if-only-480p.mp4",
        "if-only-captions-en.vtt",
        "if-only-poster-to-print.pdf",
        "if-only-poster.jpg",
        "if-only-still-1.jpg",
        "if-only-transcript-en.txt",
        "if-only-vertical.mp4",
        "press-sheet.html",
    ]
    sums = dict(
        reversed(line.split("  ", 1)) for line in files.pop("SHA256SUMS").decode().splitlines()
    )
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    licence = files["LICENCE.txt"].decode()
    assert f"“If Only” by {winner.team_name}, {winner.school.name}." in licence
    assert "https://creativecommons.org/licenses/by/4.0/" in licence
    assert "http://localhost/watch/if-only" in licence
    assert "- Low Tide, unknown, school, CC0" in licence

    head = client.head("/winners/if-only/kit.zip")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]


def test_a_single_version_is_kept_under_a_speaking_name(client: Browser, winner: Entry) -> None:
    answer = client.get("/media/if-only/winner_480.mp4?download")
    assert "attachment; filename=if-only-480p.mp4" in answer.headers["Content-Disposition"]
    part = client.get("/media/if-only/winner_480.mp4", headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.data) == (206, b"winner")
    for role in ("preview", "original", "winner_captions", "winner_poster", "poster"):
        assert client.get(f"/media/if-only/{role}.mp4").status_code == 404, role


def test_length_and_transcript_are_those_of_the_film_that_plays(
    session: Session, client: Browser, winner: Entry
) -> None:
    """A winner's film begins with an opening card: it is longer, and all is said later in it."""
    asset = session.get_one(Asset, winner.asset_id)
    film = asset.rendition("winner_1080")
    assert film is not None
    film.seconds = 49.5
    session.commit()

    page = client.page("/watch/if-only")
    cue = parse(winner.captions.encode()).cues[0]

    facts = {d.text: d for d in page.all("dt")}
    assert "Length" in facts
    assert "0:50" in page.text
    assert "0:42" not in page.text
    moment = page.all("span", class_="transcript-moment")[0].text
    assert moment == f"0:{int(cue.start + CARDS.shift):02d}"
    assert "0:50" in client.page("/watch/if-only/press").text


def test_a_credit_line_is_the_same_in_every_language(client: Browser, winner: Entry) -> None:
    lines = set()
    for front in ("", "/ja", "/es"):
        page = client.page(f"{front}/watch/if-only")
        lines.add(page.one("bdi", page.one("p", id="attribution")).text)

    assert len(lines) == 1


def test_the_press_reads_what_may_be_printed_and_no_more(
    session: Session, client: Browser, winner: Entry, season: Season
) -> None:
    season.contact_email = "hello@example.org"
    season.about = "One.\n\nTwo."
    session.commit()

    page = client.page("/watch/if-only/press")
    with zipfile.ZipFile(io.BytesIO(client.get("/winners/if-only/kit.zip").data)) as kit:
        sheet = kit.read("if-only/press-sheet.html").decode()

    told = page.html, sheet
    for part in (
        winner.team_name,
        winner.school.name,
        "First place, Cyberbullying",
        "hello@example.org",
        "http://localhost/watch/if-only",
        "http://localhost/winners/if-only/kit.zip",
        "CC BY 4.0",
    ):
        assert all(part in each for each in told), part
    # She released everything but her name.
    assert not any("Canaryname" in each for each in told)
    assert "/watch/if-only/press" in client.page("/watch/if-only").links().values()


def test_the_poster_to_print_is_there_as_long_as_the_film_is_given_away(
    session: Session, client: Browser, winner: Entry
) -> None:
    answer = client.get("/winners/if-only/poster.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "if-only-poster-to-print.pdf" in answer.headers["Content-Disposition"]
    plain = make_entry(session, session.get_one(Season, winner.season_id), slug="plain")
    for path in (f"/winners/{plain.slug}/poster.pdf", f"/watch/{plain.slug}/press"):
        assert client.get(path).status_code == 404, path

    for release in winner.people[0].releases:
        if release.rung == Rung.WINNER:
            release.revoked_at = clock.now()
    session.commit()

    for path in ("/winners/if-only/poster.pdf", "/watch/if-only/press"):
        assert client.get(path).status_code == 410, path


def test_a_station_gets_its_files_under_their_code(
    session: Session, client: Browser, winner: Entry
) -> None:
    answer = client.get("/winners/if-only/broadcast-kit.zip")

    code = station_code(2026, winner.id)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as kit:
        assert set(kit.namelist()) == {
            "if-only/LICENCE.txt",
            "if-only/SHA256SUMS",
            "if-only/if-only-poster-to-print.pdf",
            "if-only/if-only-poster.jpg",
            "if-only/if-only-still-1.jpg",
            "if-only/if-only-transcript-en.txt",
            "if-only/press-sheet.html",
            f"if-only/{code}.mxf",
            f"if-only/{code}_slate.html",
        }
    assert "Broadcast kit" in client.page("/watch/if-only").text
    kept = client.get("/media/if-only/vertical.mp4?download=1").headers["Content-Disposition"]
    assert "if-only-vertical.mp4" in kept
    asset = session.get_one(Asset, winner.asset_id)
    asset.renditions = [r for r in asset.renditions if not r.role.startswith("station_")]
    session.flush()
    assert client.get("/winners/if-only/broadcast-kit.zip").status_code == 404


def test_an_entry_that_won_nothing_has_no_kit(
    session: Session, client: Browser, season: Season
) -> None:
    make_entry(session, season, slug="also-there")
    assert client.get("/watch/also-there").status_code == 200
    assert client.get("/winners/also-there/kit.zip").status_code == 404


def test_what_people_typed_is_never_run(session: Session, client: Browser, winner: Entry) -> None:
    canary = "<script>alert(1)</script>{{7*7}}"
    for name in ("title", "synopsis", "team_name", "ai_words"):
        setattr(winner, name, canary)
    winner.ai_use = "made"
    for path in (*LISTS, "/watch/if-only"):
        page = client.page(path)
        assert "<script>alert" not in page.html
        assert canary in page.text


def test_a_download_is_counted_once_however_often_it_breaks(
    session: Session, client: Browser, winner: Entry
) -> None:
    client.get("/winners/if-only/kit.zip")
    client.get("/winners/if-only/kit.zip", headers={"Range": "bytes=100-"})
    client.head("/winners/if-only/kit.zip")
    client.get("/winners/if-only/school-kit.zip")
    client.get("/media/if-only/winner_480.mp4?download=1")
    client.get("/media/if-only/winner_480.mp4")
    session.rollback()
    counted = {use.kind: use.count for use in session.scalars(select(UseCount))}
    assert counted == {"kit": 1, "school-kit": 1, "film": 1}
