"""What Lighthouse says of the public pages on a phone. How fast they are stands in scripts/bench:
a busy machine would make a test of it fail by chance."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.entries.rules import Rung
from app.media.models import Asset
from tests.browser.conftest import CHROMIUM, CHROMIUM_OPTIONS, ROOT
from tests.browser.test_upload import School, Web
from tests.conftest import make_empty_database
from tests.factories import make_entry, make_person
from tests.servers import free_port
from tests.showcase.films import give_place

LIGHTHOUSE = ROOT / ".venv/browser/node_modules/lighthouse/cli/index.js"
CATEGORIES = ("accessibility", "best-practices", "seo")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """An announced season with a finalist that won."""
    data = tmp_path_factory.mktemp("lighthouse")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None, Phase.ANNOUNCED)
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        entry = make_entry(session, season, slug="if-only", finalist_at=clock.now())
        make_person(session, entry, Rung.JUDGED, Rung.PUBLIC, Rung.WINNER)
        asset = session.get_one(Asset, entry.asset_id)
        poster = asset.rendition("poster")
        assert poster is not None
        kept = data / "storage" / "files" / poster.key
        kept.parent.mkdir(parents=True)
        Image.new("RGB", (854, 480), "#33279a").save(kept, "JPEG")
        poster.bytes = kept.stat().st_size
        give_place(session, season, entry)
        session.commit()
    web.start()
    yield school
    web.kill()
    school.engine.dispose()


@pytest.mark.parametrize("path", ["/", "/gallery", "/watch/if-only", "/winners", "/vote", "/ja/"])
def test_nothing_is_left_to_mend(school: School, path: str, tmp_path: Path) -> None:
    if not LIGHTHOUSE.is_file():
        if os.environ.get("CI") == "true":  # noqa: TID251
            pytest.fail("Lighthouse is missing.")
        pytest.skip("Lighthouse could not be fetched.")
    report = tmp_path / "report.json"
    subprocess.run(  # noqa: S603
        [
            *("node", LIGHTHOUSE, f"{school.web.url}{path}", "--quiet"),
            *("--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}"),
            f"--chrome-flags=--headless=new {' '.join(CHROMIUM_OPTIONS)}",
            *("--output=json", f"--output-path={report}"),
        ],
        env={**os.environ, "CHROME_PATH": str(CHROMIUM)},  # noqa: TID251
        check=True,
        timeout=120,
    )
    found = json.loads(report.read_text())

    scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
    wrong = [
        f"{name}: {audit['title']}"
        for name, audit in found["audits"].items()
        if audit["score"] is not None and audit["score"] < 1
    ]
    assert scores == dict.fromkeys(CATEGORIES, 1), wrong
