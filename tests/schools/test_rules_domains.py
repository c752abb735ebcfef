"""Whether an address is on a school's own domain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.accounts.models import User
from app.schools import rules
from app.schools.models import School, SchoolCheck
from app.schools.rules import Basis, CheckKind, Proof

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOMAINS = ["k12.hi.us", "edu"]
PAGE = "https://www.kaimana.org/about"


@pytest.mark.parametrize(
    ("address", "basis"),
    [
        # The domain of the school's page, and what is below it.
        ("kai@kaimana.org", Basis.PAGE),
        ("kai@mail.kaimana.org", Basis.PAGE),
        ("Kai@KAIMANA.Org", Basis.PAGE),
        ("  kai@kaimana.org ", Basis.PAGE),
        ("kai@kaimana.org.", Basis.PAGE),
        ("kai@evil-kaimana.org", None),
        ("kai@kaimana.org.evil.com", None),
        ("kai@kaimana.com", None),
        ("kai@org", None),
        # The season's list.
        ("kai@k12.hi.us", Basis.LIST),
        ("kai@lehua.k12.hi.us", Basis.LIST),
        ("kai@LEHUA.K12.HI.US", Basis.LIST),
        ("kai@lehua.k12.hi.us.", Basis.LIST),
        ("kai@evil-k12.hi.us", None),
        ("kai@k12.hi.us.evil.com", None),
        ("kai@xk12.hi.us", None),
        ("kai@hi.us", None),
        ("kai@hawaii.edu", Basis.LIST),
        ("kai@hawaii.edu.evil.com", None),
        ("kai@evil-edu", None),
        ("kai@edu", None),
        # Letters that look alike are other letters.
        ("kai@k\u0430imana.org", None),
        # Nothing that is no plain address of a host.
        ("kaimana.org", None),
        ("@kaimana.org", None),
        ("kai@", None),
        ("", None),
        ("kai@evil.com@kaimana.org", None),
        ("kai@evil.com\n@kaimana.org", None),
        ("kai@[10.0.0.1]", None),
        ("kai@10.0.0.1", None),
        ("kai@kaimana..org", None),
        ("kai@.kaimana.org", None),
        ("kai@kaimana_.org", None),
        ("kai@" + "a" * 300 + ".org", None),
    ],
)
def test_address_is_the_schools_own(address: str, basis: Basis | None) -> None:
    assert rules.why_own(address, PAGE, DOMAINS) is basis


@pytest.mark.parametrize(
    ("address", "page", "own"),
    [
        ("kai@schule.münchen.de", "https://www.münchen.de", True),
        ("kai@schule.xn--mnchen-3ya.de", "https://MÜNCHEN.de", True),
        ("kai@kaimana.org", "http://kaimana.org:8080/x?y#z", True),
        ("kai@kaimana.org", "https://kaimana.org@evil.com/", False),
        ("kai@kaimana.org", "https://evil.com\\@kaimana.org", False),
        ("kai@kaimana.org", "https://evil.com/kaimana.org", False),
        ("kai@kaimana.org", "ftp://kaimana.org", False),
        ("kai@kaimana.org", "kaimana.org", False),
        ("kai@kaimana.org", "https://[::1", False),
        ("kai@kaimana.org", "", False),
        # Two that each registered a name below the same public ending have nothing in common.
        ("kai@b.co.uk", "https://a.co.uk", False),
        ("kai@one.github.io", "https://two.github.io", False),
        ("kai@one.github.io", "https://one.github.io", True),
    ],
)
def test_page_names_the_domain_that_somebody_registered(address: str, page: str, own: bool) -> None:
    assert (rules.why_own(address, page, []) is Basis.PAGE) is own


@pytest.mark.parametrize(
    "host",
    ["gmail.com", "GMAIL.com.", "googlemail.com", "yahoo.fr", "hotmail.co.uk", "icloud.com",
     "mail.yahoo.com", "proton.me", "hawaii.rr.com", "comcast.net", "web.de"],
)  # fmt: skip
def test_free_mail_is_no_schools_own_whatever_is_listed(host: str) -> None:
    assert rules.why_own(f"kai@{host}", f"https://{host}", [host.lower().rstrip(".")]) is None


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("k12.hi.us", "k12.hi.us"),
        (" .K12.HI.US. ", "k12.hi.us"),
        ("@kaimana.org", "kaimana.org"),
        ("*.kaimana.org", "kaimana.org"),
        (".edu", "edu"),
        ("EDU", "edu"),
        ("schule-münchen.de", "xn--schule-mnchen-3ob.de"),
    ],
)
def test_domain_of_the_list_is_kept_in_one_spelling(words: str, kept: str) -> None:
    assert rules.read_domain(words) == kept
    assert rules.why_not_listed(words) is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("com", "“com” is not a domain only schools have. Write it like k12.hi.us or .edu."),
        (".org", "“.org” is not a domain only schools have. Write it like k12.hi.us or .edu."),
        ("a b", "“a b” is not a domain only schools have. Write it like k12.hi.us or .edu."),
        ("..", "“..” is not a domain only schools have. Write it like k12.hi.us or .edu."),
        ("gmail.com", "“gmail.com” gives an address to anybody, so it proves nothing."),
        ("*.yahoo.de", "“yahoo.de” gives an address to anybody, so it proves nothing."),
    ],
)
def test_list_takes_only_what_schools_alone_have(words: str, reason: str) -> None:
    assert str(rules.why_not_listed(words)) == reason


def lead(email: str, at: datetime | None = NOON) -> User:
    return User(email=email, email_confirmed_at=at)


def test_only_confirmed_addresses_on_the_schools_own_domain_prove_something() -> None:
    school = School(web_page=PAGE)
    office = SchoolCheck(kind=CheckKind.MAIL, address="office@kaimana.org", at=NOON)
    call = SchoolCheck(kind=CheckKind.CALL, address="", at=NOON)

    def proofs(*leads: User, domains: tuple[str, ...] = ()) -> list[Proof]:
        return rules.mail_proofs(school, leads, [office, call], domains)

    assert proofs(lead("kai@gmail.com"), lead("kai@kaimana.org", None)) == [
        Proof("office@kaimana.org", NOON, Basis.PAGE)
    ]
    assert proofs(lead("kai@x.k12.hi.us"), domains=("k12.hi.us",))[0] == Proof(
        "kai@x.k12.hi.us", NOON, Basis.LIST
    )
    school.web_page = "https://another.org"
    assert proofs(lead("kai@kaimana.org")) == []


def test_approval_asks_for_a_mail_or_a_call() -> None:
    mail = Proof("kai@kaimana.org", NOON, Basis.PAGE)
    office = SchoolCheck(kind=CheckKind.MAIL, address="office@kaimana.org", at=NOON)
    call = SchoolCheck(kind=CheckKind.CALL, at=NOON)

    assert rules.why_not_approvable([mail], []) is None
    assert rules.why_not_approvable([], [call]) is None
    for checks in ([], [office]):
        assert str(rules.why_not_approvable([], checks)) == (
            "Nobody has shown yet that it really is this school. Either somebody confirms an"
            " address on the school's own domain, or you call the school's office and write the"
            " call down."
        )
