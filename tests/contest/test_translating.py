"""What organizers typed, in the languages the public pages speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import texts
from app.accounts.models import User
from app.contest import queries, rules, services
from app.contest.models import Category, Season, Translation
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.core.platform import Platform
from app.texts import text
from tests.browsing import Browser, Page
from tests.statements import statements

SignIn = Callable[..., Browser]
TRANSLATIONS = "/organizer/season/translations"


def field_of(source: str) -> str:
    return f"text_{rules.digest_of(source)[:16]}"


def translate(session: Session, olivia: User, season: Season, **words: str) -> int:
    return services.save_translations(
        session, actor=olivia, season=season, language="ja", words=words
    )


def test_all_that_is_public_is_to_translate_once() -> None:
    season = Season(tagline="Think", about="", categories=[], divisions=[], prizes=[])
    earlier = Season(tagline="Old", categories=[Category(name="Other", description="Of old")])
    season.categories = [
        Category(name="Privacy", description="Think"),
        Category(name="Other", description=""),
    ]
    listed = [rules.Rule("a", rules.RulePart.WHO, "Words", team="", screener="Not public")]

    others = [rules.Passage(text("Special awards"), ("Courage", "Privacy", "Courage"))]

    passages = rules.to_translate([season, earlier], listed, ["Because", ""], [], others)

    told = {str(p.title): list(p.texts) for p in passages}
    assert told == {
        "Name and face": ["Think"],
        "Categories": ["Privacy", "Other", "Of old"],
        "Rules": ["Words"],
        "Why the rules changed": ["Because"],
        "Special awards": ["Courage"],
    }


@pytest.mark.parametrize(
    ("source", "words", "problem"),
    [
        ("Up to {most} MB", "最大{most}MB", None),
        ("Up to {most} MB", "", None),
        ("Up to {most} MB", "最大2000MB", "Please keep {most} as it is, and no other."),
        ("Up to {most} MB", "{most} {least}", "Please keep {most} as it is, and no other."),
        ("Up to a day", "{n}日", "Please leave out {n}."),
        ("Up to {a} or {b}", "{b} {a}", None),
    ],
)
def test_a_translation_keeps_the_numbers_of_a_rule(
    source: str, words: str, problem: str | None
) -> None:
    found = rules.why_not_translation(source, words)

    assert (None if found is None else str(found)) == problem


def test_what_a_text_said_before_it_was_changed_is_found() -> None:
    earlier = ["Something else altogether", "Thirty seconds that can save a friend"]

    assert rules.closest("Thirty seconds that could save a friend", earlier) == earlier[1]
    assert rules.closest("Nothing like it", earlier) is None
    assert rules.closest("x" * 5000, ["x" * 5001]) is None


def test_words_are_said_in_the_language_in_force() -> None:
    waiting = texts.Typed("Mine")
    with (
        texts.use_language("ja"),
        texts.use_typed(lambda _tag: {"Mine": "わたしの", "Cyberbullying": "われらの言葉"}),
    ):
        assert (texts.find_said("Mine"), str(waiting)) == ("わたしの", "わたしの")
        # What a site wrote itself goes before our catalog's draft.
        assert texts.find_said("Cyberbullying") == "われらの言葉"
        assert texts.find_said("Nobody knows this") is None
        assert texts.said("Nobody knows this") == "Nobody knows this"
        assert texts.find_said("") == ""
    assert (texts.find_said("Mine"), str(waiting)) == ("Mine", "Mine")


def test_saving_keeps_changes_and_takes_back(
    session: Session, season: Season, olivia: User
) -> None:
    assert translate(session, olivia, season, One="一", Two="二") == 2
    assert translate(session, olivia, season, One="一", Two="弐", Three="") == 1
    assert translate(session, olivia, season, One="") == 1

    assert queries.translations_into(session, "ja") == {"Two": "弐"}
    assert queries.translations_into(session, "ko") == {}
    traces = session.scalars(select(AuditEvent).where(AuditEvent.action == "season.translated"))
    assert [t.details for t in traces] == [
        {"language": "ja", "texts": 2},
        {"language": "ja", "texts": 1},
        {"language": "ja", "texts": 1},
    ]


def test_saving_refuses_strangers_and_lost_numbers(
    session: Session, season: Season, olivia: User, alice: User
) -> None:
    with pytest.raises(NotAllowed):
        translate(session, alice, season, One="一")
    with pytest.raises(Refused):
        translate(session, olivia, season, **{"Up to {most}": "たくさん"})


def test_public_pages_say_it_and_mark_what_is_in_english_only(
    session: Session, season: Season, olivia: User, client: Browser
) -> None:
    season.tagline, season.about = "Think twice", "One.\n\nTwo."
    translate(session, olivia, season, **{"Think twice": "よく考えて"})
    session.commit()

    japanese, english = client.page("/ja/"), client.page("/")

    assert (japanese.heading, english.heading) == ("よく考えて", "Think twice")
    (about,) = japanese.all("div", class_="prose")
    assert about.get("lang") == "en"
    assert [p.text for p in japanese.all("p", about)] == ["One.", "Two."]
    assert "in English alone" not in english.text
    assert english.all("div", class_="prose")[0].get("lang") is None
    names = [h.text for h in japanese.all("h3")]
    assert "ネットいじめ" in names
    assert "Cyberbullying" not in japanese.text


def test_a_translation_of_what_was_said_before_is_not_shown(
    session: Session, season: Season, olivia: User, sign_in: SignIn, client: Browser
) -> None:
    season.tagline = "Thirty seconds that can save a friend"
    translate(session, olivia, season, **{season.tagline: "友だちを救う30秒"})
    season.tagline = "Thirty seconds that could save a friend"
    session.commit()

    heading = client.page("/ja/").one("h1")
    browser = sign_in(olivia)
    page = browser.page(f"{TRANSLATIONS}/ja")

    (english,) = heading.iter("span")
    assert (english.get("lang"), english.text) == ("en", season.tagline)
    offered = page.one("textarea", name=field_of(season.tagline))
    assert (offered.text or "").strip() == ""
    said = "“Thirty seconds that can save a friend” was: 友だちを救う30秒"
    assert said in page.text

    # It is shown to whoever translates, and never published by whoever sends the page.
    sent = browser.submit(page)
    assert sent.messages == ["Nothing was changed."]
    assert season.tagline not in queries.translations_into(session, "ja")


def test_rules_speak_with_their_numbers(
    session: Session, season: Season, olivia: User, client: Browser
) -> None:
    page = client.page("/ja/rules")

    assert f"{season.min_seconds}" in page.text
    assert "{min_seconds}" not in page.html
    assert [li for li in page.all("li") if li.get("lang") == "en"] == []


def test_organizer_writes_and_nothing_typed_is_lost(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    season.tagline = "Think twice"
    season.prizes[0].words = "A {secret} prize"
    session.commit()
    browser = sign_in(olivia)
    overview = browser.page(TRANSLATIONS)
    form = browser.page(f"{TRANSLATIONS}/ja")

    wrong = browser.submit(
        form,
        status=422,
        **{field_of("Think twice"): "よく考えて", field_of("A {secret} prize"): "賞品"},
    )
    assert wrong.mistakes == ["Please keep {secret} as it is, and no other."]
    assert (wrong.one("textarea", name=field_of("Think twice")).text or "").strip() == "よく考えて"
    assert session.scalars(select(Translation)).all() == []

    page = browser.submit(wrong, **{field_of("A {secret} prize"): "{secret}の賞品"})

    assert page.url == TRANSLATIONS
    assert page.messages == ["2 texts saved."]
    assert queries.translations_into(session, "ja") == {
        "Think twice": "よく考えて",
        "A {secret} prize": "{secret}の賞品",
    }
    assert counts(page, "日本語")[0] == counts(overview, "日本語")[0] + 2
    assert counts(page, "日本語")[2] == counts(overview, "日本語")[2] - 2
    same = browser.submit(browser.page(f"{TRANSLATIONS}/ja"))
    assert same.messages == ["Nothing was changed."]


def counts(page: Page, name: str) -> list[int]:
    """How many texts are ours, drafts and missing in the language of that name."""
    (row,) = [r for r in page.all("tr") if any(a.text == name for a in r.iter("a"))]
    return [int(cell.text or "") for cell in page.all("td", row)]


@pytest.mark.parametrize("tag", ["en", "tlh", "x" * 300])
def test_languages_nobody_can_read_have_no_page(
    season: Season, olivia: User, sign_in: SignIn, tag: str
) -> None:
    assert sign_in(olivia).get(f"{TRANSLATIONS}/{tag}").status_code == 404


def test_two_who_translate_at_once_keep_each_others_work(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    season.tagline, season.about = "Think twice", "About it"
    session.commit()
    browser = sign_in(olivia)
    page = browser.page(f"{TRANSLATIONS}/ja")
    translate(session, olivia, season, **{"Think twice": "別の人の言葉"})
    session.commit()

    # What she left alone stays, though her page showed nothing there.
    browser.submit(page, **{field_of("About it"): "これについて"})
    assert queries.translations_into(session, "ja") == {
        "Think twice": "別の人の言葉",
        "About it": "これについて",
    }

    # Where both wrote, she is shown what the other wrote, and decides.
    wrong = browser.submit(page, status=422, **{field_of("Think twice"): "よく考えて"})
    assert wrong.mistakes == ["Somebody else wrote meanwhile: 別の人の言葉"]
    assert queries.translations_into(session, "ja")["Think twice"] == "別の人の言葉"
    assert browser.submit(wrong).messages == ["One text saved."]
    assert queries.translations_into(session, "ja")["Think twice"] == "よく考えて"


def test_what_was_typed_for_a_text_that_is_gone_is_shown_again(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    season.tagline = "Think twice"
    session.commit()
    browser = sign_in(olivia)
    page = browser.page(f"{TRANSLATIONS}/ja")
    season.tagline = "Think three times"
    session.commit()

    again = browser.submit(page, status=422, **{field_of("Think twice"): "よく考えて"})

    told = "The English of a text was changed while you wrote: よく考えて"
    assert told in again.text
    assert queries.translations_into(session, "ja") == {}


def test_what_changed_in_a_rule_is_told_in_one_language(
    session: Session, season: Season, olivia: User, client: Browser
) -> None:
    old = rules.default_rules()
    new = [replace(old[2], words="Students need no account."), *old[3:]]

    with texts.use_language("es"):
        one, *_gone = rules.changes(old[2:], new)

    assert one.untranslated == "Students need no account."
    told = "".join(piece.words for piece in one.pieces)
    assert "give us no last name" in told
    english = rules.changes(old[2:], new)[0]
    assert english.untranslated == ""


def test_words_are_asked_for_once_and_in_other_languages_alone(
    session: Session, season: Season, platform: Platform, client: Browser
) -> None:
    session.commit()

    def asked(path: str) -> int:
        with statements(platform.engine) as seen:
            client.page(path)
        return sum("FROM translations" in statement for statement in seen)

    assert (asked("/"), asked("/ja/"), asked("/ja/rules")) == (0, 1, 1)
