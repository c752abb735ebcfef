"""A browser for tests that looks every page over: markup, labels, ids, cookies, headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

RESOURCES = (
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("source", "src"),
    ("track", "src"),
    ("use", "href"),
    ("iframe", "src"),
)
NAMELESS = ("hidden", "submit", "button", "image", "reset")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def page_of(response: TestResponse) -> Page:
    """The parsed page of an answer, parsed once: that takes longer than making it."""
    known = vars(response).get("parsed_page")
    return known if isinstance(known, Page) else Page(response)


def words_of(element: Element) -> str:
    """All the text inside, blanks drawn together."""
    return " ".join("".join(element.itertext()).split())


class Page:
    """A parsed page."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.request.path
        query = response.request.query_string
        self.address = f"{self.url}?{query}" if query else self.url
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.html: str = response.get_data(as_text=True)
        self.tree: Element = parser.parse(self.html)
        vars(response)["parsed_page"] = self
        self.errors = [f"{position}: {code} {facts}" for position, code, facts in parser.errors]

    def all(self, tag: str, within: Element | None = None, **attributes: str) -> list[Element]:
        """Every such element; `class_="badge"` asks for one class, other attributes are equal."""
        found: Iterator[Element] = (self.tree if within is None else within).iter(tag)
        return [e for e in found if all(_has(e, n, v) for n, v in attributes.items())]

    def one(self, tag: str, within: Element | None = None, **attributes: str) -> Element:
        found = self.all(tag, within, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag}> {attributes} on {self.url}"
        return found[0]

    @property
    def title(self) -> str:
        return words_of(self.one("title"))

    @property
    def heading(self) -> str:
        return words_of(self.one("h1"))

    @property
    def text(self) -> str:
        """The words of the page's own part."""
        return words_of(self.one("main"))

    @property
    def messages(self) -> list[str]:
        """What the last deed answered."""
        return [words_of(p) for box in self.all("div", class_="messages") for p in box.iter("p")]

    @property
    def mistakes(self) -> list[str]:
        """What the forms of the page ask to mend, field by field."""
        return [words_of(p) for p in self.all("p", class_="field-error")]

    @property
    def rows(self) -> list[list[str]]:
        """The words of every table row but the headings."""
        return [[words_of(cell) for cell in row] for b in self.all("tbody") for row in b.iter("tr")]

    def links(self) -> dict[str, str]:
        """Addresses by their words."""
        return {words_of(a): a.get("href", "") for a in self.all("a")}

    def form(self, which: int | str) -> Element:
        """A form that posts: by its place in the page's own part, or by its action.

        An action is looked for in the page's own part first, then in the menus around it.
        """
        mine, everywhere = self._forms(self.one("main")), self._forms(self.tree)
        if isinstance(which, int):
            return mine[which]
        found = [f for f in mine if f.get("action", self.address) == which]
        found = found or [f for f in everywhere if f.get("action") == which][:1]
        assert len(found) == 1, f"{len(found)} forms post to {which} on {self.url}"
        return found[0]

    def _forms(self, part: Element) -> list[Element]:
        return [f for f in self.all("form", part) if f.get("method", "get").lower() == "post"]


def _has(element: Element, name: str, value: str) -> bool:
    if name == "class_":
        return value in element.get("class", "").split()
    return element.get(name.replace("_", "-")) == value


def fields_of(form: Element) -> MultiDict[str, Any]:
    """What a browser would send of this form as it stands, without pressing a named button."""
    fields: MultiDict[str, Any] = MultiDict()
    for control in form.iter():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "textarea":
            fields.add(name, "".join(control.itertext()).lstrip("\n"))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            for option in chosen:
                fields.add(name, option.get("value", words_of(option)))
        elif control.tag == "input":
            kind = control.get("type", "text")
            if kind in ("checkbox", "radio"):
                if control.get("checked") is not None:
                    fields.add(name, control.get("value", "on"))
            elif kind not in ("submit", "button", "image", "reset", "file"):
                fields.add(name, control.get("value", ""))
    return fields


def names_in(form: Element, page: Page) -> set[str]:
    """What the form can send, controls that stand elsewhere and name it among them."""
    elsewhere = [e for e in page.tree.iter() if form.get("id") and e.get("form") == form.get("id")]
    return {e.get("name", "") for e in (*form.iter(), *elsewhere) if e.get("name")}


class Browser(FlaskClient):
    """A test client that checks whatever it is answered, and fills forms as a person would."""

    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.before:
            self.before()
        cookie = self.application.config["SESSION_COOKIE_NAME"]
        kwargs.setdefault("buffered", True)  # Reads a file to its end and closes it.
        response = super().open(*args, **kwargs)
        if self.after:
            self.after()
        check_headers(response)
        passer_by = cookie not in response.request.cookies
        if passer_by and response.request.method in ("GET", "HEAD"):
            cookies = response.headers.getlist("Set-Cookie")
            assert cookies == [], (
                f"{response.request.path} sets a cookie for a passer-by: {cookies}"
            )
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            check_page(page_of(response))
        return response

    def page(self, url: str, status: int = 200, **kwargs: Any) -> Page:
        """Fetch a page, following redirects, and expect `status` at the end."""
        response = self.get(url, follow_redirects=True, **kwargs)
        assert response.status_code == status, f"{response.status_code} for {url}"
        return page_of(response)

    def submit(self, page: Page, which: int | str = 0, *, status: int = 200, **values: Any) -> Page:
        """Fill in a form of `page` and send it; expects `status` where that leads.

        A value of None leaves the field out, a list sends it several times. A name the form does
        not have is refused: a person could not fill it in.
        """
        response = self.send(page, which, follow_redirects=True, **values)
        assert response.status_code == status, (
            f"{response.status_code} after {response.request.path}:"
            f" {page_of(response).text if response.mimetype == 'text/html' else response.text}"
        )
        return page_of(response)

    def send(
        self, page: Page, which: int | str = 0, *, follow_redirects: bool = False, **values: Any
    ) -> TestResponse:
        """As `submit`, with the bare answer."""
        form = page.form(which)
        unknown = values.keys() - names_in(form, page)
        assert not unknown, f"The form has no field {unknown}; it has {names_in(form, page)}"
        fields = fields_of(form)
        for name, value in values.items():
            fields.poplist(name)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    fields.add(name, each)
        return self.post(
            form.get("action") or page.address,
            data=fields,
            content_type=form.get("enctype", "application/x-www-form-urlencoded"),
            headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
            follow_redirects=follow_redirects,
        )


def check_headers(response: TestResponse) -> None:
    headers = response.headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy or policy == "sandbox"
    assert "Referrer-Policy" in headers
    if not response.request.path.startswith("/embed/"):  # The one page that is for frames.
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in policy or policy == "sandbox"


def check_page(page: Page) -> None:
    """Everything that is true of every page of the site."""
    where = f"{page.url} ({page.status})"
    assert page.errors == [], where
    assert len(page.all("title")) == 1, where
    assert page.title.strip(" ·"), where
    assert not page.title.startswith("·"), where
    assert len(page.all("h1")) == 1, f"{where} has {len(page.all('h1'))} h1"
    assert page.heading, f"{where} has an empty h1"
    assert page.one("html").get("lang"), where
    everything = list(page.tree.iter())
    elements = [e for e in everything if isinstance(e.tag, str)]
    ids = Counter(e.get("id") for e in elements if e.get("id") is not None)
    assert [i for i, times in ids.items() if times > 1 or not i] == [], where
    for element in elements:
        inline = [n for n in element.keys() if n == "style" or n.startswith("on")]  # noqa: SIM118
        assert inline == [], f"{where}: <{element.tag}> has {inline}"
        for name in ("aria-describedby", "aria-labelledby", "for"):
            for target in (element.get(name) or "").split():
                assert target in ids, f"{where}: {name}={target} leads nowhere"
    for script in page.all("script"):
        data = script.get("type") == "application/ld+json"
        assert data or script.get("src"), f"{where} has an inline script"
    assert page.all("style") == [], f"{where} has an inline style sheet"
    for tag, attribute in RESOURCES:
        for element in page.all(tag):
            if tag == "link" and element.get("rel") in ("canonical", "alternate"):
                continue
            address = urlsplit(element.get(attribute, ""))
            assert address.scheme in ("", "data", "blob"), f"{where}: {address.geturl()}"
            assert not address.netloc, f"{where}: {address.geturl()}"
    _check_labels(page, where)
    for image in page.all("img"):
        assert image.get("alt") is not None, f"{where}: an image without alt"
    for button in page.all("button"):
        assert words_of(button) or button.get("aria-label"), f"{where}: a nameless button"
    for link in page.all("a"):
        named = words_of(link) or link.get("aria-label")
        named = named or any(e.get("alt") or e.get("aria-label") for e in link.iter())
        assert named, f"{where}: a nameless link"


def _check_labels(page: Page, where: str) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    inside = {id(e) for label in page.all("label") for e in label.iter()}
    for tag in ("input", "select", "textarea"):
        for control in page.all(tag):
            if tag == "input" and control.get("type", "text") in NAMELESS:
                continue
            named = (
                control.get("aria-label")
                or control.get("aria-labelledby")
                or (control.get("id") and control.get("id") in labelled)
                or id(control) in inside
            )
            assert named, f"{where}: <{tag} name={control.get('name')}> has no label"


def browser_for(app: Flask, session: Session) -> Browser:
    """A browser that lets pages see what the test wrote, and the test what pages wrote."""
    app.test_client_class = Browser
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.before = session.commit
    browser.after = session.expire_all
    return browser
