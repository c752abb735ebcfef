"""The public face in two languages: from home to a film with captions, a kit, a certificate."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from app.awards import queries
from app.awards.rules import CertificateKind
from app.contest.models import Season
from app.contest.rules import Phase
from app.core.signing import Signer
from app.entries.rules import Rung
from app.media.models import Rendition
from tests.browser.conftest import Visitor, wait_for
from tests.browser.test_screening import tab_to
from tests.browser.test_upload import KEY, School, Web
from tests.conftest import make_empty_database
from tests.factories import make_asset, make_entry, make_person
from tests.servers import free_port
from tests.showcase.films import give_place
from tests.video.clips import film

CAPTIONS = "WEBVTT\n\n00:00:00.500 --> 00:00:14.000\nBe kind.\n"
FILES = (
    ("winner_1080", "mp4", "video/mp4"),
    ("winner_480", "mp4", "video/mp4"),
    ("winner_poster", "jpg", "image/jpeg"),
    ("winner_captions", "vtt", "text/vtt"),
    ("school_720", "mp4", "video/mp4"),
)


@dataclass
class Shown:
    school: School
    code: str
    """On a winner's certificate."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """An announced season with a winner whose films play, and one that is still being made."""
    data = tmp_path_factory.mktemp("showing")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None, Phase.ANNOUNCED)
    clip = film(data / "clip.mp4", seconds=15, rate="5", size="320x180").read_bytes()
    Image.new("RGB", (640, 360), "#33279a").save(data / "poster.jpg")
    contents = {
        "video/mp4": clip,
        "image/jpeg": (data / "poster.jpg").read_bytes(),
        "text/vtt": CAPTIONS.encode(),
    }
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        for place, slug in enumerate(("if-only", "think-first"), 1):
            asset = make_asset(session)
            for role, ending, kind in FILES if place == 1 else ():
                key = f"renditions/{asset.name}/{role}.{ending}"
                lines = int(role.rpartition("_")[2]) if kind == "video/mp4" else 360
                asset.renditions.append(
                    Rendition(
                        role=role,
                        key=key,
                        content_type=kind,
                        bytes=0,
                        sha256="",
                        width=round(lines * 16 / 9),
                        height=lines,
                    )
                )
            for each in asset.renditions:
                kept = data / "storage" / "files" / each.key
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(contents[each.content_type])
                each.bytes = len(contents[each.content_type])
                each.sha256 = hashlib.sha256(contents[each.content_type]).hexdigest()
            entry = make_entry(
                session, season, slug=slug, title=slug.replace("-", " ").title(), asset=asset
            )
            entry.captions = CAPTIONS
            make_person(session, entry, Rung.JUDGED, Rung.PUBLIC, Rung.WINNER)
            give_place(session, season, entry, place)
        award = queries.awards_of_season(session, season)[0]
        code = queries.code_of(Signer(KEY), CertificateKind.PLACEMENT, award.id)
        session.commit()
    web.start()
    yield Shown(school, code)
    web.kill()
    school.engine.dispose()


@pytest.fixture
def visitor(chromium: Browser, shown: Shown) -> Iterator[Visitor]:
    visitor = Visitor(chromium, shown.school.web, phone=True)
    yield visitor
    visitor.close()


def cues(page: Page) -> list[str]:
    """The captions that the player shows at this moment."""
    track = "document.querySelector('video').textTracks[0]"
    return list(page.evaluate(f"[...({track}.activeCues ?? [])].map((cue) => cue.text)"))


@pytest.mark.parametrize(
    ("home", "winners", "kit", "certificate", "award"),
    [
        ("/", "See the winners", "For a class", "Check a certificate", "First place"),
        ("/ja/", None, None, None, None),
    ],
    ids=["English", "Japanese"],
)
def test_from_home_to_film_kit_and_certificate_by_keyboard(
    shown: Shown,
    visitor: Visitor,
    tmp_path: Path,
    home: str,
    winners: str | None,
    kit: str | None,
    certificate: str | None,
    award: str | None,
) -> None:
    page, front = visitor.page, home.rstrip("/")
    page.goto(home)
    language = "ja" if front else "en"
    expect(page.locator("html")).to_have_attribute("lang", language)

    follow(page, f"{front}/winners", winners)
    follow(page, f"{front}/watch/if-only", "If Only")
    expect(page.locator("html")).to_have_attribute("lang", language)
    tab_to(page, "video")
    page.keyboard.press("Space")
    assert wait_for(lambda: cues(page) or None, 30, "captions") == ["Be kind."]
    page.keyboard.press("Space")

    tab_to(page, f"a[href='{front}/winners/if-only/school-kit.zip']")
    if kit:
        expect(page.locator("a:focus")).to_contain_text(kit)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    path = tmp_path / "kit.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix("if-only/") for name in archive.namelist()}
    assert {"if-only-school-720p.mp4", "if-only-captions-en.vtt", "SHA256SUMS"} <= names

    follow(page, f"{front}/certificates", certificate)
    tab_to(page, "main input[name=code]")
    page.keyboard.type(shown.code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{front}/certificates/*")
    expect(page.locator("main")).to_contain_text(award or "第1位")


def follow(page: Page, href: str, words: str | None) -> None:
    """Go along a link with Tab and Enter."""
    tab_to(page, f"main a[href='{href}'], footer a[href='{href}']")
    if words:
        expect(page.locator("a:focus")).to_contain_text(words)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")


def test_the_language_is_changed_without_leaving_the_page(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/gallery?q=only")
    page.locator("summary").filter(has_text=re.compile("Menu")).click()
    page.get_by_role("link", name="日本語").click()
    page.wait_for_url("**/ja/gallery?q=only")
    expect(page.get_by_role("searchbox")).to_have_value("only")
    expect(page.get_by_role("link", name="If Only")).to_be_visible()
    assert page.locator("footer a[hreflang=en]").get_attribute("href") == "/gallery?q=only"


def test_who_saves_data_gets_the_smallest_film(visitor: Visitor) -> None:
    saving = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    visitor.context.add_init_script(saving)
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/watch/if-only")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if url.endswith(".mp4")]
    page.evaluate("document.querySelector('video').play()")
    played = wait_for(lambda: [u for u in asked if u.endswith(".mp4")] or None, 30, "a film")
    assert {url.rpartition("/")[2] for url in played} == {"winner_480.mp4"}


def test_the_address_is_copied(visitor: Visitor, shown: Shown) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.goto("/watch/if-only")
    page.get_by_role("button", name="Copy this line").click()
    line = page.evaluate("navigator.clipboard.readText()")
    assert line.startswith("“If Only” by ")
    assert line.endswith(f"{shown.school.web.url}/watch/if-only")


def test_the_public_face_is_for_everybody(visitor: Visitor, shown: Shown) -> None:
    with shown.school.sessions() as session:
        entry_school = queries.awards_of_season(
            session, session.get_one(Season, shown.school.season_id)
        )[0].entry
        assert entry_school is not None
        school = f"/schools/{entry_school.school_id}"
    visitor.look_over(
        *("/", "/gallery", "/winners", "/watch/if-only", "/watch/think-first", school),
        *("/watch/if-only/guide", "/embed/if-only", "/certificates", "/rules", "/help"),
        *("/ja/", "/ja/gallery", "/ja/watch/if-only", f"/ja/certificates/{shown.code}"),
        *("/es/winners", "/ko/", "/zh-Hant/gallery", "/fil/help"),
    )
