"""A whole site and a real browser: what `scripts/server` starts, driven by headless Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests import servers
from tests.conftest import give_up
from tests.factories import PASSWORD
from tests.servers import Mailbox, free_port

T = TypeVar("T")

# The machine renders video meanwhile: what takes milliseconds may take seconds.
expect.set_options(timeout=30_000)

ROOT = Path(__file__).resolve().parent.parent.parent
DEV_MEDIA = ROOT.parent / "shared" / "media" / "dev"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not config.getoption("--browser"):
            item.add_marker(pytest.mark.skip(reason="needs --browser"))
    # The longest journey first, so that no worker has it all to itself at the end.
    items.sort(key=lambda item: item.path.name != "test_main_job.py")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        give_up(servers.Missing("Chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def shut(context: BrowserContext) -> None:
    """Close a device. Chromium sometimes never answers when a page of it is just on its way to
    another, and nothing bounds the wait; so its pages are emptied first."""
    for page in context.pages:
        page.once("dialog", lambda dialog: dialog.accept())
        try:
            page.goto("about:blank", timeout=10_000)
        except BrowserError:
            return  # What hangs is left to the end of the browser.
    context.close()


@dataclass
class Site:
    """A running platform and the mails it sent."""

    url: str
    mailbox: Mailbox
    data: Path
    said: str

    def mail_to(self, address: str, about: str) -> str:
        """The text of the newest mail to `address` whose subject contains `about`; waits for it."""

        def newest() -> str | None:
            for message in reversed(self.mailbox.messages):
                if message["To"] == address and about in str(message["Subject"]):
                    body = message.get_body(("plain",))
                    return body.get_content() if body is not None else None
            return None

        return wait_for(newest, 60, f"a mail to {address} about {about!r}")

    def link_to(self, address: str, about: str, path: str) -> str:
        """The first address in that mail that starts with `path`."""
        words = self.mail_to(address, about)
        match = re.search(re.escape(self.url + path) + r"\S*", words)
        assert match is not None, words
        return match.group(0)


def wait_for(ask: Callable[[], T | None], seconds: float, what: str) -> T:
    """Ask until there is an answer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"Waited {seconds} s for {what}.")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`scripts/server --empty` with a real SMTP server, small parts, and nothing in it."""
    data = tmp_path_factory.mktemp("site")
    port = free_port()
    with servers.smtp() as mailbox:
        env = {
            **os.environ,  # noqa: TID251
            "SMTP_URL": mailbox.url,
            "UPLOAD_PART_BYTES": str(5 * 1024 * 1024),
            "PYTHONUNBUFFERED": "1",
        }
        env.pop("PYTEST_CURRENT_TEST", None)
        log = data / "server.log"
        with log.open("w") as output:
            server = subprocess.Popen(  # noqa: S603
                [ROOT / "scripts" / "server", "--empty", "--port", str(port), "--data", data],
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            said = wait_for(lambda: _ready(server, log), 180, "the site to stand")
            yield Site(f"http://127.0.0.1:{port}", mailbox, data, said)
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0, log.read_text()


def _ready(server: subprocess.Popen[bytes], log: Path) -> str | None:
    said = log.read_text()
    assert server.poll() is None, said
    return said if "Ctrl-C" in said else None


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real phone video where there is one, else a generated one of the same kind."""
    real = DEV_MEDIA / "ducks_gps_720p_loop9_33s.mp4"
    if real.is_file():
        return real
    made = tmp_path_factory.mktemp("video") / "phone.mp4"
    ffmpeg = shutil.which("ffmpeg") or "ffmpeg"
    subprocess.run(  # noqa: S603
        [
            *(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=33"),
            *("-f", "lavfi", "-i", "sine=440:d=33", "-c:v", "libx264", "-preset", "ultrafast"),
            *("-b:v", "4M", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"),
            *("-metadata", "location=+21.3069-157.8583/", "-movflags", "use_metadata_tags"),
            str(made),
        ],
        check=True,
    )
    return made


AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
}


EXPLAINED = (
    # Whoever made a video puts its captions in. One that has none yet is watched by its team, its
    # teacher and screeners alone; nothing is public without them.
    ("video-caption", "<video "),
    # Axe sees a drawing, and does not know what lies behind its words: the page's own ground, and
    # the words are drawn in the page's own ink, which is looked at everywhere else.
    ("color-contrast", "<text "),
    # A box to tick on paper, one sign of large type in the page's ink.
    ("color-contrast", '<span class="sheet-box"'),
)
"""What axe can't decide by itself and asks people to look at: its rule, and how the element begins.
Somebody looked, and it is well."""


def findings(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """What axe found against its rules, and what it could not decide and nobody explained."""
    unclear = [
        (each["id"], node["html"])
        for each in answer["incomplete"]
        for node in each["nodes"]
        if not any(each["id"] == rule and node["html"].startswith(m) for rule, m in EXPLAINED)
    ]
    return [(v["id"], v["nodes"][0]["html"]) for v in answer["violations"]] + unclear


class Reachable(Protocol):
    @property
    def url(self) -> str: ...


class Visitor:
    """One person's browser. What the browser complains about fails the test."""

    def __init__(self, browser: Browser, site: Reachable, *, phone: bool = False) -> None:
        size = {"width": 360, "height": 780} if phone else {"width": 1280, "height": 900}
        self.context: BrowserContext = browser.new_context(
            viewport=size, base_url=site.url, accept_downloads=True
        )
        self.context.set_default_timeout(30_000)
        self.url = site.url
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on(
            "request",
            lambda request: (
                self.complaints.append(f"fetched from elsewhere: {request.url}")
                if not request.url.startswith((self.url, "data:", "blob:"))
                else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    def sign_in(self, email: str, leads_to: str, *, page: Page | None = None) -> None:
        """Through the form, in the first tab or another."""
        page = page or self.page
        page.goto("/account/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        expect(page).to_have_url(re.compile(leads_to))

    def close(self) -> None:
        self.context.cookies()  # Asking anything brings in what is still to be told.
        complaints = list(self.complaints)  # Not those of pages torn away from what they do.
        shut(self.context)
        assert complaints == []

    def look_over(self, *addresses: str) -> None:
        """Each page by day and by night, on a phone and wide: nothing sticks out, nothing is
        fetched from elsewhere, and axe finds nothing against WCAG 2.2 A and AA, nor anything that
        somebody would have to look at."""
        for address in addresses:
            for width, scheme in ((320, "dark"), (1440, "light")):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.emulate_media(color_scheme=scheme)
                self.page.goto(address)
                sticks_out = "document.documentElement.scrollWidth - window.innerWidth"
                assert self.page.evaluate(sticks_out) <= 0, (address, width)
                answer = Axe().run(self.page, options=AXE_OPTIONS).response
                assert findings(answer) == [], (address, width)
