"""Every page that can be come to by links, of every role: on the narrowest screen there is, by day
and by night, nothing sticks out and axe has nothing to say."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from app.seed.stages import Stage
from tests.browser.conftest import AXE_OPTIONS, Visitor, findings
from tests.browser.demonstration import fill_small
from tests.browser.test_upload import Web
from tests.conftest import AppMaker
from tests.servers import free_port

NARROWEST = 320
"""CSS pixels, as WCAG 2.1 asks of reflow (1.4.10): a screen of 1280 at 400 %."""
STARTS = {
    "": ("/", "/team/", "/certificates", "/help/network", "/account/forgotten"),
    "Teacher": ("/teacher/entries/", "/account/settings"),
    "Judge": ("/judge/",),
    "Screener": ("/organizer/screening/",),
    "Organizer": ("/organizer/",),
}
FOR_OTHERS = frozenset({"organizer.reports.outgoing_mail"})
"""Pages whose links are for somebody else: an organizer who looks at a judge's mail in a
demonstration may not open the judge's pages."""
PAGES = {"": 20, "Teacher": 15, "Judge": 8, "Screener": 4, "Organizer": 55}
"""At least so many different pages each: a crawl that found nothing would be green as well."""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A small demonstration, all of whose films are one of two, behind a web server. Judges score
    and the public votes in it, and last year's winners are there."""
    data = tmp_path_factory.mktemp("demonstration")
    fill_small(data, tmp_path_factory.mktemp("work"), Stage.VOTING)
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}", DEMONSTRATION="1")
    web.start()
    yield web
    web.kill()


@pytest.fixture(scope="module")
def addresses(wired_app: AppMaker) -> MapAdapter:
    return wired_app({}).url_map.bind("127.0.0.1")


@pytest.mark.parametrize("role", list(STARTS))
def test_every_page_of_a_role(
    chromium: Browser, demonstration: Web, addresses: MapAdapter, role: str
) -> None:
    visitor = Visitor(chromium, demonstration)
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    if role:
        page.goto("/account/sign-in")
        page.get_by_role("button").filter(has_text=role).first.click()
        page.wait_for_url(lambda url: "sign-in" not in url)
    amiss: list[object] = []
    seen: set[str] = set()
    tried: set[str] = set()
    waiting = deque(STARTS[role])
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path, addresses)
        if kind is None or kind in seen or path in tried:
            continue
        tried.add(path)
        answer = page.request.head(path, max_redirects=0)
        leads_on = 300 <= answer.status < 400
        if leads_on or "text/html" not in answer.headers.get("content-type", ""):
            continue  # On to another page, or a file.
        shown = page.goto(path)
        assert shown is not None
        assert shown.status == 200, (path, shown.status)
        seen.add(kind)
        amiss += looked_at(page, path)
        if kind not in FOR_OTHERS:
            waiting.extend(links_of(page))
    visitor.close()

    assert amiss == []
    assert len(seen) >= PAGES[role], sorted(seen)


def kind_of(path: str, addresses: MapAdapter) -> str | None:
    """What stands for all pages like this one: the name of its view."""
    try:
        endpoint, _values = addresses.match(urlsplit(path).path, method="GET")
    except HTTPException:
        return None
    return str(endpoint)


def links_of(page: Page) -> list[str]:
    hrefs = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
    here = urlsplit(page.url)
    found = [urlsplit(urljoin(page.url, href)) for href in hrefs]
    return [
        f"{each.path}?{each.query}" if each.query else each.path
        for each in found
        if each.netloc == here.netloc
    ]


def looked_at(page: Page, path: str) -> list[object]:
    """What is amiss on the page that is open."""
    amiss: list[object] = []
    if page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 0:
        amiss.append((path, "sticks out"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        answer = Axe().run(page, options=AXE_OPTIONS).response
        amiss += [(path, scheme, *found) for found in findings(answer)]
    return amiss
