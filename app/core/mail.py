"""Mail: a row written with the work that causes it, rendered and sent by the worker.

Each mail is one text template, `templates/email/<feature>/<name>.txt`, whose first line is the
subject; the HTML part is laid out from the same words. Links are signed when the mail is rendered,
so the database never holds a token. Rows marked private lose address and values once handed over.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import texts
from app.core import clock, jobs
from app.core.db import BaseWithId
from app.core.signing import Signer

PRIVATE_KEPT = timedelta(days=1)
SENT_KEPT = timedelta(days=1)
KEPT_IS_NEWS = timedelta(days=7)
TEMPLATES = Path(__file__).parent.parent / "templates"


class NotTaken(Exception):
    """The mail server did not take a mail; it is tried again later."""


@dataclass(frozen=True)
class Link:
    """An address on our site; `{token}` in the path becomes a token for `purpose`."""

    path: str
    purpose: str = ""
    payload: Any = None


@dataclass(frozen=True)
class Message:
    to: str
    template: str
    """Such as "entries/received"."""
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    private: bool = False
    """Forget the address and the values once the mail is handed over."""


class OutgoingMail(BaseWithId):
    __tablename__ = "outgoing_mails"

    to: Mapped[str] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(20))
    values: Mapped[dict[str, Any]]
    links: Mapped[dict[str, Any]]
    private: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]


def send(session: Session, message: Message, *, delay: timedelta | None = None) -> OutgoingMail:
    """Queue `message` in this transaction, in the language in force.

    With an empty address it is written and never goes out: a refusal that costs the same as a yes.
    """
    row = OutgoingMail(
        to=message.to,
        template=message.template,
        language=texts.language(),
        values={name: _plain(value) for name, value in message.values.items()},
        links={
            name: {"path": link.path, "purpose": link.purpose, "payload": link.payload}
            for name, link in message.links.items()
        },
        private=message.private,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    jobs.enqueue(session, "mail.send", subject=f"mail:{row.id}", delay=delay, mail_id=row.id)
    return row


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, list, dict, type(None))) else str(value)


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


class Postman:
    """Renders mails and hands them to the SMTP server, when there is one."""

    def __init__(self, *, smtp_url: str, sender: str, public_url: str, signer: Signer) -> None:
        self.smtp_url = smtp_url
        self._sender = sender
        self._public_url = public_url
        self._signer = signer
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.install_gettext_callables(  # type: ignore[attr-defined]
            texts.gettext, texts.ngettext, newstyle=True
        )

    def render(self, row: OutgoingMail) -> Rendered:
        """The mail's words, its links freshly signed."""
        with texts.use_language(row.language):
            links = {name: self._address(link) for name, link in row.links.items()}
            words = self._templates.get_template(f"email/{row.template}.txt").render(
                **row.values, **links, public_url=self._public_url
            )
            subject, _, body = words.strip().partition("\n")
            # No line of a mail's head may come from a person's typing.
            subject = re.sub(r"[\r\n]+", " ", subject).removeprefix("Subject:").strip()
            paragraphs = [p.strip() for p in re.split(r"\n\s*\n", body) if p.strip()]
            html = self._templates.get_template("email/layout.html").render(
                subject=subject,
                paragraphs=paragraphs,
                language=row.language,
                public_url=self._public_url,
            )
        return Rendered(subject, "\n\n".join(paragraphs) + "\n", html)

    def _address(self, link: dict[str, Any]) -> str:
        path = str(link["path"])
        if link["purpose"]:
            path = path.replace("{token}", self._signer.sign(link["purpose"], link["payload"]))
        return self._public_url + path

    def deliver(self, row: OutgoingMail) -> None:
        """Hand the mail to the SMTP server; raises what smtplib raises."""
        rendered = self.render(row)
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = row.to
        mail["Subject"] = rendered.subject
        mail["Message-ID"] = make_msgid(
            idstring=str(row.id), domain=urlsplit(self._public_url).hostname or "localhost"
        )
        mail["Date"] = row.created_at
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(rendered.text)
        mail.add_alternative(rendered.html, subtype="html")
        where = urlsplit(self.smtp_url)
        host = where.hostname or "localhost"
        if where.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, where.port or 465, timeout=30, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, where.port or 25, timeout=30)
        with server:
            server.ehlo()
            if where.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if where.username:
                server.login(unquote(where.username), unquote(where.password or ""))
            server.send_message(mail)


@jobs.task("mail.send", queue="mail", attempts=8)
def send_mail(job: jobs.RunningJob, *, mail_id: int) -> None:
    """Send one mail, once; without an SMTP server it stays in the outbox as it is.

    Raises NotTaken.
    """
    postman = job.platform.postman
    with job.platform.sessions() as session:
        row = session.get(OutgoingMail, mail_id)
    if row is None or row.sent_at is not None or not row.to or not postman.smtp_url:
        return
    try:
        postman.deliver(row)
    except (smtplib.SMTPException, OSError) as error:
        # Servers quote the address they refuse. The job's error and the log must not keep it.
        code = getattr(error, "smtp_code", "")
        raise NotTaken(f"{type(error).__name__} {code}".strip()) from None
    with job.transaction() as session:
        row = session.get_one(OutgoingMail, mail_id)
        row.sent_at = clock.now()
        if row.private:
            _forget(row)


def _forget(row: OutgoingMail) -> None:
    row.to, row.values, row.links = "", {}, {}


def send_kept(session: Session, *, now: datetime) -> None:
    """Send what was kept while no mail server was set up, if it is not older than a week."""
    kept = select(OutgoingMail).where(
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.to != "",
        OutgoingMail.created_at.between(now - KEPT_IS_NEWS, now - timedelta(minutes=10)),
    )
    for row in session.scalars(kept.limit(100)).all():
        subject = f"mail:{row.id}"
        newest = next(iter(jobs.jobs_about(session, subject)), None)
        if newest is None or newest.state == jobs.JobState.DONE:
            jobs.enqueue(session, "mail.send", subject=subject, mail_id=row.id)


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete mails, addresses and all: a day after they were handed over, and a week after they
    were written when no server took them."""
    session.execute(
        delete(OutgoingMail).where(
            or_(
                OutgoingMail.sent_at < now - SENT_KEPT,
                OutgoingMail.created_at < now - KEPT_IS_NEWS - SENT_KEPT,
            )
        )
    )


def forget_undelivered(session: Session, *, now: datetime) -> None:
    """Wipe private mails that no server has taken for a day: nobody waits for them any more."""
    late = select(OutgoingMail).where(
        OutgoingMail.private,
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.to != "",
        OutgoingMail.created_at < now - PRIVATE_KEPT,
    )
    for row in session.scalars(late):
        _forget(row)
