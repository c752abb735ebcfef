"""Prints where everything is, for the person who just started the site."""

from __future__ import annotations

from flask import url_for

from app.accounts import queries
from app.accounts.permissions import ROLE_NAMES
from app.web.db import platform, session
from wsgi import app

PLACES = (
    ("Home", "public.showcase.home"),
    ("Sign in", "account.accounts.sign_in"),
    ("For teams", "team.entries.enter"),
    ("For organizers", "organizer.reports.dashboard"),
)
FIRST_ORGANIZER = "account.accounts.first_organizer"


def main() -> None:
    site = platform()
    print("\nHoike is running.\n")
    for name, endpoint in PLACES:
        print(f"  {name:<15} {site.public_url}{url_for(endpoint)}")
    if site.demonstration:
        print("\nThis is a demonstration. On the sign-in page one click signs you in as")
        for person in queries.demonstration_people(session()):
            roles = ", ".join(str(ROLE_NAMES[role]) for role in sorted(person.roles))
            print(f"  {person.name:<24} {roles}")
    if not queries.has_organizer(session()):
        code = site.signer.digest("first-organizer", "")[:12]
        print("\nNobody runs this contest yet. Make the first organizer's account here:")
        print(f"  Page            {site.public_url}{url_for(FIRST_ORGANIZER)}")
        print(f"  Start code      {code}")
    print()


if __name__ == "__main__":
    with app.test_request_context():
        main()
