"""Who may open which page: writes docs/access.md (--write), or fails when it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask

from app.accounts.permissions import GRANTS, Role
from app.web.access import Access, Audience, access_of
from wsgi import app

TARGET = Path(__file__).resolve().parent.parent / "docs" / "access.md"
HEAD = """# Who may open which page

Made by `scripts/check --write` from what every page says about itself and from the one table of
grants in `app/accounts/permissions.py`. A change of who sees what shows here, in review.

A mark means that the page opens to the role at all. Which school, entry or panel a person may see
there is decided by each feature's `permissions.py`.
"""
COLUMNS = ("visitor", "team", *(role.value for role in Role))
UNSAID = "nobody: the page does not say"


def opens_to(access: Access) -> list[bool]:
    """One answer for each of COLUMNS."""
    match access.audience:
        case Audience.PUBLIC:
            return [True] * len(COLUMNS)
        case Audience.TEAM:
            # A team's code, typed on a device, opens its pages whoever else is signed in there.
            return [False, True] + [False] * len(Role)
        case Audience.SIGNED_IN:
            return [False, False] + [True] * len(Role)
        case Audience.PERMITTED:
            granted = [access.permission in GRANTS[role] for role in Role]
            return [False, False, *granted]


def requirement(access: Access) -> str:
    if access.signed_address:
        return "signed address"
    return access.permission or access.audience.value


def rows(site: Flask) -> list[str]:
    """The table's rows, ordered by address."""
    found = []
    for rule in site.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        access = access_of(site.view_functions[rule.endpoint])
        marks = ["" for _ in COLUMNS]
        if access is not None:
            marks = ["●" if opened else "" for opened in opens_to(access)]
        needs = UNSAID if access is None else requirement(access)
        found.append((rule.rule, methods, f"| `{rule.rule}` | {methods} | {needs} |", marks))
    return [f"{start} {' | '.join(marks)} |" for _, _, start, marks in sorted(found)]


def table(site: Flask) -> str:
    """The whole of docs/access.md."""
    head = f"| page | method | needs | {' | '.join(COLUMNS)} |"
    line = f"| --- | --- | --- |{' :-: |' * len(COLUMNS)}"
    return "\n".join([HEAD, head, line, *rows(site)]) + "\n"


def main() -> int:
    wanted = table(app)
    if "--write" in sys.argv:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != wanted:
        print("docs/access.md does not say what the pages say. Run scripts/check --write.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
