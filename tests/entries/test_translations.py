"""A language is offered to families once somebody who speaks it has found its words right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import texts
from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.entries import queries, services
from app.entries.models import TranslationReview
from app.texts import RELEASES
from tests.browsing import Browser
from tests.factories import make_translation_review

SignIn = Callable[..., Browser]
AT = "/organizer/translations/"


@pytest.fixture
def organizer(sign_in: SignIn, olivia: User, season: Season) -> Browser:
    return sign_in(olivia)


def actions(session: Session) -> list[str]:
    found = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("translation"))
    )
    return list(found)


def test_an_organizer_records_who_read_the_words_and_takes_it_back(
    session: Session, organizer: Browser
) -> None:
    assert queries.release_languages(session, drafts=False) == ["en"]
    page = organizer.page(f"{AT}es")
    assert "Judges of this contest may watch it." in page.text
    assert "El jurado de este concurso puede verlo" in page.text

    who = "M. Reyes, certified interpreter"
    page = organizer.submit(page, AT + "es", reviewer=who, confirmed="y")

    assert page.url == AT
    assert who in page.text
    assert queries.release_languages(session, drafts=False) == ["en", "es"]
    assert actions(session) == ["translation.signed-off"]

    page = organizer.submit(organizer.page(f"{AT}es"), f"{AT}es/withdraw")
    assert queries.release_languages(session, drafts=False) == ["en"]
    assert actions(session) == ["translation.signed-off", "translation.withdrawn"]


def test_nothing_is_signed_off_half(session: Session, organizer: Browser) -> None:
    tomorrow = str((clock.now() + timedelta(days=2)).date())
    for wrong in (
        {"reviewer": ""},
        {"confirmed": None},
        {"reviewed_on": "x"},
        {"reviewed_on": tomorrow},
        {"reviewer": "x" * 121},
        {"digest": "0" * 64},
    ):
        values = {"reviewer": "M. Reyes", "confirmed": "y", **wrong}
        organizer.submit(organizer.page(f"{AT}es"), AT + "es", status=422, **values)
    assert session.scalars(select(TranslationReview)).all() == []


def test_other_words_need_another_reading(
    session: Session, olivia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_translation_review(session, olivia, "es")
    monkeypatch.setattr(texts, "sentences", lambda *_: [("Judged privately", "Cuidado")])
    assert queries.release_languages(session, drafts=False) == ["en"]


def test_only_an_organizer_signs_off(session: Session, alice: User) -> None:
    said = {"language_tag": "es", "digest": texts.digest_of(RELEASES, "es"), "reviewer": "Me"}
    with pytest.raises(NotAllowed):
        services.sign_off_translation(
            session, actor=alice, reviewed_on=clock.now().date(), now=clock.now(), **said
        )
    with pytest.raises(NotAllowed):
        services.withdraw_translation(session, actor=alice, language_tag="es")


def test_there_is_nothing_to_take_back_where_nobody_signed(session: Session, olivia: User) -> None:
    with pytest.raises(Refused):
        services.withdraw_translation(session, actor=olivia, language_tag="es")
    assert actions(session) == []


def test_the_same_words_are_signed_off_once(session: Session, olivia: User) -> None:
    for digest in (texts.digest_of(RELEASES, "es"),) * 2:
        services.sign_off_translation(
            session,
            actor=olivia,
            language_tag="es",
            digest=digest,
            reviewer="M. Reyes",
            reviewed_on=clock.now().date(),
            now=clock.now(),
        )
    assert len(session.scalars(select(TranslationReview)).all()) == 1
    with pytest.raises(Refused):
        services.sign_off_translation(
            session,
            actor=olivia,
            language_tag="ja",
            digest="",
            reviewer="M. Reyes",
            reviewed_on=clock.now().date(),
            now=clock.now(),
        )


@pytest.mark.parametrize("tag", ["en", "xx", "..", "zh_Hans"])
def test_there_is_no_page_for_a_language_without_words(organizer: Browser, tag: str) -> None:
    assert organizer.get(AT + tag).status_code == 404
