"""The public pages in two languages made up for tests: one a third longer than English, all of its
letters strange, and one written from right to left. Nothing sticks out, nothing stays on the wrong
side, nothing is left untranslated. Pictures of the pages are kept in the test's folder to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page

from app import create_app, texts
from app.seed.stages import Stage
from config import Config
from tests import servers
from tests.browser.conftest import Visitor
from tests.browser.demonstration import fill_small
from tests.browser.test_upload import KEY
from tests.servers import free_port

SOURCE = texts.CATALOGS / "ja" / "LC_MESSAGES" / "public.po"
"""Any catalog: what is taken of it are the sentences it translates."""
PLACES = re.compile(r"(%\(\w+\)s|%%|\{\w+\})")
STRANGE = str.maketrans("AEIOUYaeiouyCNScns", "ÅÉÎØÜÝåéîøüýÇÑŠçñš")
ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدهفجحيكلمنوصقرستطعغخزذض")
PAGES = ("/", "/gallery", "/winners", "/rules", "/vote", "/news", "/help", "/team/")


def longer(words: str) -> str:
    """Strange letters, and a third more of them."""
    padding = " one two three four five six seven eight nine ten"[: max(4, len(words) // 3)]
    return f"[{_between(words, STRANGE)}{padding}]"


def mirrored(words: str) -> str:
    """The same in Arabic letters, which say nothing."""
    return _between(words.lower(), ARABIC)


def _between(words: str, letters: dict[int, int]) -> str:
    """Other letters, and the places of values as they are."""
    parts = PLACES.split(words)
    return "".join(part if n % 2 else part.translate(letters) for n, part in enumerate(parts))


MADE_UP: dict[str, Callable[[str], str]] = {"eo": longer, "ar": mirrored}


def write_catalogs(folder: Path) -> None:
    with SOURCE.open("rb") as file:
        sentences = [each.id for each in read_po(file) if each.id]
    for tag, change in MADE_UP.items():
        catalog = Catalog(locale=tag)
        for each in sentences:
            if isinstance(each, tuple):
                catalog.add(each, [change(each[1])] * catalog.num_plurals)
            else:
                catalog.add(each, change(each))
        path = folder / tag / "LC_MESSAGES" / "public.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, catalog)


@dataclass(frozen=True)
class Served:
    url: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration whose public pages speak the made-up languages and English alone."""
    data, catalogs = tmp_path_factory.mktemp("directions"), tmp_path_factory.mktemp("catalogs")
    write_catalogs(catalogs)
    fill_small(data, tmp_path_factory.mktemp("work"), Stage.VOTING)
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "CATALOGS", catalogs)
        patch.setattr(texts, "_loaded", {})
        url = f"http://127.0.0.1:{port}"
        settings = {"DATA_DIR": str(data), "SECRET_KEY": KEY, "PUBLIC_URL": url}
        app = create_app(Config.from_env({**settings, "DEMONSTRATION": "1"}))
        with servers.serve(app, port):
            yield Served(url)
        app.extensions["hoike"].engine.dispose()


@pytest.mark.parametrize("tag", list(MADE_UP))
def test_pages_stand_in_a_long_language_and_from_right_to_left(
    chromium: Browser, served: Served, tag: str, tmp_path: Path
) -> None:
    visitor = Visitor(chromium, served)
    page = visitor.page
    page.goto(f"/{tag}/gallery")
    film = page.locator("article a").first.get_attribute("href") or ""
    for path in (*PAGES, film.removeprefix(f"/{tag}")):
        for width, scheme in ((320, "dark"), (768, "light"), (1440, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"/{tag}{path}")
            name = path.strip("/").replace("/", "-") or "home"
            page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
            at = (path, width)
            sticks_out = "document.documentElement.scrollWidth - window.innerWidth"
            assert page.evaluate(sticks_out) <= 0, at
            assert cut_off(page) == [], at
            assert lie_over(page, ".site-name-words", "header summary") == [], at
            assert left_in_english(page) == [], at
            if tag == "ar":
                assert page.evaluate("document.documentElement.dir") == "rtl", at
                assert stays_left(page) == [], at
    visitor.close()


def cut_off(page: Page) -> list[str]:
    """Buttons, links and headings whose words don't fit into them."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, .button, .badge, nav a, summary")]
            .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 2 && e.clientWidth)
            .filter(e => getComputedStyle(e).display !== "inline")
            .map(e => e.textContent.trim().slice(0, 60))"""
    )
    return found


def lie_over(page: Page, one: str, other: str) -> list[str]:
    """Words of one element that stand where another one is."""
    found: list[str] = page.evaluate(
        """([one, other]) => {
            const words = document.createRange();
            words.selectNodeContents(document.querySelector(one));
            const boxes = [...words.getClientRects()];
            return [...document.querySelectorAll(other)].filter(e => e.offsetParent).filter(e => {
                const b = e.getBoundingClientRect();
                return boxes.some(a => a.left < b.right - 1 && b.left < a.right - 1
                    && a.top < b.bottom - 1 && b.top < a.bottom - 1);
            }).map(e => e.textContent.trim());
        }""",
        [one, other],
    )
    return found


def stays_left(page: Page) -> list[str]:
    """What would stand on the left in a page from left to right, and still does."""
    found: list[str] = page.evaluate(
        """() => {
            const middle = window.innerWidth / 2;
            const starts = [".site-name img", "main h1", ".site-foot nav a"];
            return starts.filter(s => {
                const box = document.querySelector(s)?.getBoundingClientRect();
                return box && box.width < middle && box.right < middle;
            });
        }"""
    )
    return found


def left_in_english(page: Page) -> list[str]:
    """Sentences of ours that came through as they are in the source."""
    shown: list[str] = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) {
                const inside = walker.currentNode.parentElement;
                if (!inside.closest("script, style, noscript, bdi, code, [lang='en'], time"))
                    found.push(walker.currentNode.textContent.trim());
            }
            return found.filter(words => words);
        }"""
    )
    with SOURCE.open("rb") as file:
        known = {each.id for each in read_po(file) if isinstance(each.id, str) and each.id}
    return [words for words in shown if words in known and re.search(r"[A-Za-z]{3}", words)]
