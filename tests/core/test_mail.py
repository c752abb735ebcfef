"""Mails: queued with the work, rendered in the language in force, really sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import html5lib
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, mail
from app.core.jobs import Job, JobState
from app.core.mail import Link, Message, OutgoingMail
from app.core.platform import Platform
from app.texts import Text, text
from tests.servers import Mailbox

RunJobs = Callable[[], int]

RESET = Message(
    "alice@example.org",
    "accounts/reset",
    {"name": "Alice"},
    {"link": Link("/account/reset/{token}", "reset-password", [7, "print"])},
)


def token_in(words: str, path: str) -> str:
    return words.partition(path)[2].split()[0].partition('"')[0]


def test_mail_is_sent_with_both_parts_and_a_link_that_works(
    platform: Platform, session: Session, smtp: Mailbox, run_jobs: RunJobs
) -> None:
    row = mail.send(session, RESET)

    run_jobs()

    (sent,) = smtp.messages
    plain, html = (part.get_content() for part in sent.iter_parts())
    assert (sent["To"], sent["From"]) == ("alice@example.org", "Hoike <contest@localhost>")
    assert sent["Subject"] == "Choose a new password"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert plain.splitlines()[0] == "Hello Alice,"
    token = token_in(plain, "http://localhost/account/reset/")
    assert platform.signer.read("reset-password", token, max_age=60) == [7, "print"]
    assert token_in(html, "http://localhost/account/reset/") == token
    assert row.sent_at is not None


def test_mail_is_sent_once_however_often_its_job_runs(
    session: Session, smtp: Mailbox, run_jobs: RunJobs
) -> None:
    mail.send(session, RESET)
    run_jobs()
    job = session.scalars(select(Job)).one()
    job.state, job.run_at = JobState.QUEUED, clock.now()

    run_jobs()

    assert len(smtp.messages) == 1


def test_mail_waits_in_the_outbox_without_a_server(session: Session, run_jobs: RunJobs) -> None:
    row = mail.send(session, RESET)

    run_jobs()

    assert row.sent_at is None
    assert session.scalars(select(Job.state)).all() == [JobState.DONE]


def test_mail_whose_server_is_away_is_tried_again(
    platform: Platform, session: Session, run_jobs: RunJobs
) -> None:
    platform.postman.smtp_url = "smtp://127.0.0.1:9"
    row = mail.send(session, RESET)

    run_jobs()

    job = session.scalars(select(Job)).one()
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)
    assert job.run_at > clock.now() + timedelta(seconds=10)
    assert row.sent_at is None


def test_rolled_back_work_mails_nobody(session: Session, smtp: Mailbox, run_jobs: RunJobs) -> None:
    mail.send(session, RESET)
    session.rollback()

    run_jobs()

    assert smtp.messages == []


def test_private_mail_leaves_nothing_behind(
    session: Session, smtp: Mailbox, run_jobs: RunJobs
) -> None:
    message = Message(RESET.to, RESET.template, RESET.values, RESET.links, private=True)
    row = mail.send(session, message)

    run_jobs()

    assert smtp.messages[0]["To"] == "alice@example.org"
    assert (row.to, row.values, row.links) == ("", {}, {})


def test_database_never_holds_a_token(session: Session) -> None:
    row = mail.send(session, RESET)
    session.commit()

    assert row.links == {
        "link": {
            "path": "/account/reset/{token}",
            "purpose": "reset-password",
            "payload": [7, "print"],
        }
    }


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\r\r"])
def test_line_breaks_in_a_value_make_no_head_line(
    session: Session, smtp: Mailbox, run_jobs: RunJobs, line_break: str
) -> None:
    values = {"name": "Olivia", "school": f"Evil{line_break}Bcc: all@example.org", "city": "X"}
    link = {"link": Link("/organizer/schools/1")}
    mail.send(session, Message("o@example.org", "schools/to_approve", values, link))

    run_jobs()

    (sent,) = smtp.messages
    assert sent["Bcc"] is None
    assert sent["To"] == "o@example.org"


def test_address_with_a_line_break_is_never_sent(
    session: Session, smtp: Mailbox, run_jobs: RunJobs
) -> None:
    mail.send(
        session,
        Message("a@example.org\nBcc: b@example.org", RESET.template, RESET.values, RESET.links),
    )

    run_jobs()

    assert smtp.messages == []
    assert session.scalars(select(Job.error)).one().startswith("ValueError")


def test_html_part_escapes_what_people_typed(platform: Platform, session: Session) -> None:
    values = {"name": "<script>alert(1)</script>"}
    row = mail.send(session, Message("x@example.org", "accounts/changed", values, RESET.links))

    html = platform.postman.render(row).html

    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    assert parser.errors == []
    assert list(tree.iter("script")) == []
    assert "<script>alert(1)</script>" in "".join(tree.itertext())


def test_only_an_address_of_ours_alone_in_its_paragraph_becomes_a_button(
    platform: Platform, session: Session
) -> None:
    link = {"link": Link("/account/forgotten")}
    values = {"name": "http://localhost/x https://evil.example"}
    row = mail.send(session, Message("x@example.org", "accounts/changed", values, link))

    tree = html5lib.parse(platform.postman.render(row).html, namespaceHTMLElements=False)

    targets = {a.get("href") for a in tree.iter("a")}
    assert targets == {"http://localhost/account/forgotten"}


def test_texts_among_the_values_become_words(session: Session) -> None:
    reason: Text = text("Too long by %(n)s seconds.", n=3)

    row = mail.send(session, Message("x@example.org", "x", {"reason": reason, "count": 3}))

    assert row.values == {"reason": "Too long by 3 seconds.", "count": 3}


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("accounts/confirm", {"name": "A"}),
        ("accounts/already", {"name": "A"}),
        ("accounts/reset", {"name": "A"}),
        ("accounts/changed", {"name": "A"}),
        ("accounts/new_address", {"name": "A", "email": "new@example.org"}),
        ("accounts/address_changed", {"name": "A"}),
        ("accounts/invitation", {"name": "A", "role": "Judge"}),
        ("schools/approved", {"name": "A", "school": "S"}),
        ("schools/turned_down", {"name": "A", "school": "S", "reason": "One.\n\nTwo."}),
        ("schools/to_approve", {"name": "A", "school": "S", "city": "C"}),
    ],
)
def test_each_mail_of_these_features_renders(
    platform: Platform, session: Session, template: str, values: dict[str, str]
) -> None:
    links = {"link": Link("/l"), "reset": Link("/r")}
    row = mail.send(session, Message("x@example.org", template, values, links))

    rendered = platform.postman.render(row)

    assert rendered.subject
    assert "\n" not in rendered.subject
    assert rendered.text.startswith("Hello")
    assert not [line for line in rendered.text.splitlines() if line.startswith("Subject")]


def test_outbox_lists_what_was_written(session: Session) -> None:
    mail.send(session, RESET)
    session.commit()

    assert session.scalars(select(OutgoingMail.template)).all() == ["accounts/reset"]
