"""Whether a mail address is on a school's own domain. Hosts only: nothing is looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from app.texts import Text, text

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import School, SchoolCheck

DOMAINS_MOST = 200

# The list comes with the package: under which names anybody may register one of her own.
_suffixes = PublicSuffixList()

# Under every ending (yahoo.fr, hotmail.co.uk).
FREE_MAIL_NAMES = frozenset(
    [
        "aol",
        "gmail",
        "gmx",
        "googlemail",
        "hotmail",
        "live",
        "msn",
        "outlook",
        "protonmail",
        "rocketmail",
        "yahoo",
        "yandex",
        "ymail",
    ]
)
FREE_MAIL_HOSTS = frozenset(
    [
        "126.com",
        "163.com",
        "att.net",
        "bellsouth.net",
        "charter.net",
        "comcast.net",
        "cox.net",
        "duck.com",
        "earthlink.net",
        "fastmail.com",
        "fastmail.fm",
        "frontier.com",
        "hawaii.rr.com",
        "hawaiiantel.net",
        "hey.com",
        "hushmail.com",
        "icloud.com",
        "inbox.com",
        "juno.com",
        "lava.net",
        "mac.com",
        "mail.com",
        "mail.ru",
        "mailinator.com",
        "me.com",
        "naver.com",
        "optonline.net",
        "pm.me",
        "posteo.de",
        "proton.me",
        "qq.com",
        "rr.com",
        "sbcglobal.net",
        "sina.com",
        "startmail.com",
        "t-online.de",
        "tuta.com",
        "tutanota.com",
        "twc.com",
        "tutamail.com",
        "verizon.net",
        "web.de",
        "windstream.net",
        "zoho.com",
        "zohomail.com",
    ]
)
# Names of one part that only schools and authorities are given names under.
GUARDED_ENDINGS = frozenset({"edu", "gov", "mil"})


class Basis(StrEnum):
    """Why an address counts as the school's own."""

    PAGE = "page"
    LIST = "list"


class HostKind(StrEnum):
    """Who has mail at a host."""

    ANYBODY = "anybody"
    SCHOOL = "school"
    RARE = "rare"


class CheckKind(StrEnum):
    MAIL = "mail"
    CALL = "call"


@lru_cache(maxsize=4096)
def read_host(words: str) -> str | None:
    """A host in the one spelling hosts are compared in (ASCII, lower case, no dot at its end), or
    None for what is no host with a name of at least two parts."""
    host = words.strip().removesuffix(".")
    if not host or host.startswith(".") or len(host) > 253:
        return None
    try:
        plain = idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
    labels = plain.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return None
    return plain


def mail_host(address: str) -> str | None:
    name, at, host = address.strip().partition("@")
    return read_host(host) if at and name and "@" not in host else None


def page_host(address: str) -> str | None:
    """The host a browser would open, or None for an address that could be read in two ways."""
    if "\\" in address or any(sign.isspace() for sign in address.strip()):
        return None
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname
    except ValueError:
        return None
    return read_host(host) if host and parts.scheme in ("http", "https") else None


def whole_address(words: str) -> str:
    """`words` with https:// before them where they begin with a bare host, as people write one."""
    host = words.partition("/")[0]
    return f"https://{words}" if "." in host and read_host(host) else words


def _registered_name(host: str) -> str | None:
    """The part of a host that somebody registered: school.org of www.school.org."""
    found: str | None = _suffixes.privatesuffix(host)
    return found


@lru_cache(maxsize=1024)
def is_free_mail(host: str) -> bool:
    """Whether anybody can have an address there."""
    registered = _registered_name(host) or host
    return (
        registered.partition(".")[0] in FREE_MAIL_NAMES
        or registered in FREE_MAIL_HOSTS
        or host in FREE_MAIL_HOSTS
    )


def _is_at_or_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def why_own(address: str, web_page: str, domains: Iterable[str]) -> Basis | None:
    """Why this address is on the school's own domain, or None when it is not."""
    host = mail_host(address)
    if host is None or is_free_mail(host):
        return None
    if any(_is_at_or_below(host, domain) for domain in domains):
        return Basis.LIST
    page, registered = page_host(web_page), _registered_name(host)
    if page is not None and registered is not None and registered == _registered_name(page):
        return Basis.PAGE
    return None


def shares_domain(address: str, web_page: str, office: str) -> bool:
    """Whether somebody with this address gets her mail where a school does: at the host of its
    office's address, or at its web page's or below that. Free mail says nothing."""
    host = mail_host(address)
    if host is None or is_free_mail(host):
        return False
    if host == mail_host(office):
        return True
    page = page_host(web_page)
    return page is not None and _is_at_or_below(host, page.removeprefix("www."))


def read_domain(words: str) -> str | None:
    """An entry of the season's list in the spelling it is kept in, or None for no domain."""
    plain = words.strip().removeprefix("@").removeprefix("*").removeprefix(".").lower()
    if plain in GUARDED_ENDINGS:
        return plain
    return read_host(plain)


def why_not_listed(words: str) -> Text | None:
    """Why these words can't stand in the season's list of school domains, or None."""
    domain = read_domain(words)
    if domain is None:
        return text(
            "“%(words)s” is not a domain only schools have. Write it like k12.hi.us or .edu.",
            words=words.strip()[:80],
        )
    if is_free_mail(domain):
        return text(
            "“%(domain)s” gives an address to anybody, so it proves nothing.", domain=domain
        )
    return None


@dataclass(frozen=True)
class Proof:
    """Somebody reads mail at the school's own address, and said so by a press of a button."""

    address: str
    at: datetime
    basis: Basis


def mail_proofs(
    school: School, leads: Iterable[User], checks: Iterable[SchoolCheck], domains: Iterable[str]
) -> list[Proof]:
    """Who confirmed an address that is on the school's own domain as things stand now.

    A lead has confirmed her own address to have her account at all. What was confirmed once counts
    no more when the school names another web page or the season another list.
    """
    listed = list(domains)
    confirmed = [(lead.email, lead.email_confirmed_at) for lead in leads]
    confirmed += [(check.address, check.at) for check in checks if check.kind == CheckKind.MAIL]
    return [
        Proof(address, at, basis)
        for address, at in confirmed
        if at is not None and (basis := why_own(address, school.web_page, listed))
    ]


def why_not_approvable(proofs: Iterable[Proof], checks: Iterable[SchoolCheck]) -> Text | None:
    """Why a school can't be approved yet, or None."""
    if any(proofs) or any(check.kind == CheckKind.CALL for check in checks):
        return None
    return text(
        "Nobody has shown yet that it really is this school. Either somebody confirms an address"
        " on the school's own domain, or you call the school's office and write the call down."
    )
