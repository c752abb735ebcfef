"""The whole main job, by hand, in a browser: from an empty installation to a downloaded winner."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Site, Visitor, wait_for

PASSWORD = "honu reef lantern mango"
CAPTIONS = """WEBVTT

00:00:01.000 --> 00:00:04.000
Would you say it out loud?

00:00:05.000 --> 00:00:08.000
Stop. Save it. Tell somebody.
"""


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def confirm(page: Page, name: str) -> None:
    """A button that asks first: open the question, then press the real one inside."""
    page.locator("summary", has_text=name).first.click()
    page.locator("details[open] .confirm-box").get_by_role("button", name=name).first.click()


def begin_now(page: Page, name: str) -> None:
    """The organizer moves one of the season's dates to this minute."""
    page.goto("/organizer/season/")
    row = page.locator("dl div", has=page.locator("dt", has_text=re.compile(f"^{name}")))
    row.locator("summary").click()
    row.locator(".confirm-box").get_by_role("button").click()
    expect(page.locator(".messages")).to_contain_text(name)


def accept_invitation(
    browser: Browser, site: Site, address: str, leads_to: str = "/judge/"
) -> Visitor:
    visitor = Visitor(browser, site)
    page = visitor.page
    page.goto(site.link_to(address, "invit", "/account/invitation/"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.locator("form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile(leads_to))
    return visitor


def test_the_main_job_works_from_an_empty_site_to_a_downloaded_winner(
    chromium: Browser, site: Site, video: Path, tmp_path: Path
) -> None:
    # The first organizer, with the code that the terminal shows.
    organizer = Visitor(chromium, site)
    page = organizer.page
    code = re.search(r"\b[0-9a-f]{12}\b", site.said)
    assert code is not None, site.said
    page.goto("/")
    expect(page).to_have_url(re.compile("/account/first-organizer"))
    page.get_by_label("Start code").fill(code.group(0))
    page.get_by_label("Your name").fill("Olivia")
    page.get_by_label("E-mail address").fill("olivia@contest.example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/organizer/season/new"))
    page.get_by_label("Name of the contest").fill("Reef Safety Awards")
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/organizer/season/dates"))
    page.goto("/organizer/season/settings")
    page.get_by_label("Tagline").fill("Film it. Say it. Stop it.")
    page.get_by_label("Scorecards an entry needs in the first round").fill("2")
    page.get_by_label("Grace after the deadline, in minutes").fill("0")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator(".messages")).to_contain_text("Saved")
    begin_now(page, "Registration opens")
    begin_now(page, "Submissions open")
    # Families are offered Spanish once somebody who speaks it has read the words.
    page.goto("/organizer/translations/es")
    page.get_by_label("Who read it").fill("M. Reyes, certified interpreter")
    page.get_by_label("She or he speaks the language well").check()
    press(page, "Offer it to families")
    expect(page.locator(".messages")).to_contain_text("español")
    for name, role in (("Judy", "judge"), ("Jack", "judge"), ("Sasha", "screener")):
        page.goto("/organizer/people/")
        page.locator("#role").select_option(role)
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("E-mail address").fill(f"{name.lower()}@police.example.org")
        page.locator("form:has(#role) button[type=submit]").click()
        expect(page.locator(".messages")).to_contain_text("invitation")

    # 1. A teacher registers a school and herself, and confirms her address.
    teacher = Visitor(chromium, site)
    page = teacher.page
    page.goto("/account/register-school")
    page.get_by_label("Name of the school").fill("Lunalilo Elementary")
    page.get_by_label("City or town").fill("Honolulu")
    page.get_by_label("The school's public web page").fill("https://lunalilo.example.org")
    page.get_by_label("Grades").fill("K-5")
    page.get_by_label("Your name").fill("Alice Ka")
    page.get_by_label("Your school e-mail address").fill("alice@lunalilo.example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    link = site.link_to("alice@lunalilo.example.org", "onfirm", "/account/confirm/")
    for _ in range(3):
        page.goto(link)  # A mail scanner looks; nothing happens.
    page.goto("/teacher/entries/")
    expect(page).to_have_url(re.compile("/account/sign-in"))
    page.goto(link)
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/teacher/entries"))
    expect(page.locator("main")).to_contain_text("still have to approve")

    organizer.page.goto("/organizer/schools/")
    organizer.page.get_by_role("link", name="Lunalilo Elementary").click()
    press(organizer.page, "Approve the school")
    site.mail_to("alice@lunalilo.example.org", "Lunalilo")

    # 2. She begins an entry and fills it in; what she types is kept without a button.
    page.goto("/teacher/entries/")
    press(page, "Begin an entry")
    entry_url = page.url
    page.get_by_label("Title").first.fill("If Only")
    page.get_by_label("Category").select_option(label="Cyberbullying")
    page.get_by_label("Division").select_option(label="Grades 3-5")
    page.get_by_label("Synopsis").fill("A message nobody can take back.")
    page.get_by_label("Team name").fill("Team Honu")
    page.get_by_label("No AI was used").check()
    page.get_by_label("This is the team's own work.").check()
    page.get_by_label("Nobody but the people listed").check()
    page.get_by_label("The cue sheet names everything").check()
    expect(page.locator("[data-autosave-state]")).to_have_text("Saved")
    page.goto("/")
    page.goto(entry_url)
    expect(page.get_by_label("Synopsis")).to_have_value("A message nobody can take back.")
    for number, alias in enumerate(("Kai", "Mele", "Noa"), 1):
        page.get_by_label(f"Student {number}").fill(alias)
    press(page, "Save the team")
    page.get_by_label("First name or alias").fill("Kai")
    page.locator("#people form button[type=submit]").last.click()
    page.get_by_role("link", name="Form of Kai").click()
    page.get_by_label("Judged privately").check()
    page.get_by_label("Name of the form").fill("Event release")
    page.get_by_label("Signed on").fill("2026-01-15")
    press(page, "Record")
    page.locator("#people summary").first.click()
    page.get_by_label("Language of the family").select_option("es")
    press(page, "Make the link")
    family_address = re.search(r"/release/\S+", page.locator("main").inner_text())
    assert family_address is not None
    page.goto(entry_url)

    # A parent reads it in Spanish on a phone and answers each question by itself.
    family = Visitor(chromium, site, phone=True)
    page = family.page
    page.goto(family_address.group(0))
    expect(page.locator("h1")).to_have_text("¿Se puede mostrar este video?")
    for rung, said in (("C1", "yes"), ("C2", "yes"), ("C3", "yes"), ("C4", "no")):
        page.locator(f"input[name={rung}][value={said}]").check()
    page.locator("input[name=signer][value=parent]").check()
    page.get_by_label("Su nombre completo").fill("Malia Akana")
    press(page, "Enviar mis respuestas")
    expect(page.locator("main")).to_contain_text("Gracias, sus respuestas quedaron registradas")
    page = teacher.page
    page.goto(entry_url)
    expect(page.locator("#people")).to_contain_text("Answered through the link")
    page.locator("#cues summary").first.click()
    page.locator("#cues").get_by_label("Title").fill("Low Tide")
    page.get_by_label("Where it is from").fill("recorded at school")
    page.get_by_label("Licence or permission").fill("written permission")
    press(page, "Add to the cue sheet")
    expect(page.locator("#cues")).to_contain_text("Low Tide")
    expect(page.locator("[data-missing]")).to_have_text("the video")
    team_code = page.locator(".code-word").inner_text()

    # 3. The team uploads on a phone-sized screen: the line breaks, the browser is closed, and the
    # same file goes on where it stopped.
    team = Visitor(chromium, site, phone=True)
    page = team.page
    arrived: list[int] = []

    def only_the_first(route: Route) -> None:
        if not arrived:
            arrived.append(1)
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route("**/upload-parts/**", only_the_first)
    page.goto("/team/")
    page.get_by_label("Team code").fill(f"{team_code[:3]} {team_code[3:].upper()}")
    press(page, "Go on")
    page.set_input_files("#video", video)
    expect(page.locator("[data-status]")).to_contain_text("goes on by itself")
    page.close()
    page = team.page = team.new_page()
    page.goto("/team/video")
    expect(page.locator("main")).to_contain_text("An upload was interrupted")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if "/upload-parts/" in r.url else None)
    page.set_input_files("#video", video)
    expect(page.locator("[data-video-state]")).to_be_visible(timeout=60_000)
    parts = -(-video.stat().st_size // (5 * 1024 * 1024))
    assert len(sent) == parts - 1

    # 4. It is checked and prepared; a preview can be watched first.
    expect(page.locator("video").first).to_be_visible(timeout=120_000)
    page.locator("[data-captions-form] summary").click()
    page.get_by_label("Or paste the captions here").fill(CAPTIONS)
    press(page, "Save captions")
    expect(page.locator(".messages")).to_contain_text("captions are saved")
    expect(page.locator("main")).to_contain_text("It works!", timeout=300_000)
    original = (site.data / "storage" / "files" / "originals").iterdir()
    assert [hashlib.sha256(p.read_bytes()).digest() for p in original] == [
        hashlib.sha256(video.read_bytes()).digest()
    ]
    page.locator("video").first.evaluate("video => { video.muted = true; return video.play(); }")
    page.locator("video").first.evaluate(
        "video => new Promise(done => video.addEventListener('timeupdate', () =>"
        " video.currentTime > 0.3 && done()))"
    )

    # 5. The teacher submits and gets a receipt; withdraws and submits again.
    page = teacher.page
    page.goto(entry_url)
    press(page, "Submit the entry")
    site.mail_to("alice@lunalilo.example.org", "Received: If Only")
    confirm(page, "Withdraw")
    expect(page.locator(".messages")).to_contain_text("Withdrawn")
    press(page, "Submit the entry")
    expect(page.locator(".page-head")).to_contain_text("Submitted")

    # 6. An organizer screens it.
    page = organizer.page
    page.goto("/organizer/screening/")
    page.get_by_role("link", name="If Only").click()
    screen_url = page.url
    page.get_by_label("Accept: it goes to the judges").check()
    press(page, "Decide")
    expect(page.locator(".error-summary")).to_contain_text("whole checklist")
    for box in page.locator("#checked input").all():
        box.check()
    press(page, "Decide")
    site.mail_to("alice@lunalilo.example.org", "Accepted: If Only")
    page.goto(screen_url)
    expect(page.locator("main")).to_contain_text("You accepted it.")
    sasha = accept_invitation(chromium, site, "sasha@police.example.org", "/organizer/screening")
    second = sasha.page
    second.goto(screen_url)
    expect(second.locator("main")).to_contain_text("A second screener has not looked at it yet.")
    for box in second.locator("#second-checked input").all():
        box.check()
    press(second, "It is fit for the public")
    second.goto(screen_url)
    expect(second.locator("main")).to_contain_text("Everybody released it; it may be shown.")

    # 7. Judges work through their queue, one of them by keyboard alone.
    begin_now(page, "Judging opens")
    judges = [
        accept_invitation(chromium, site, f"{name}@police.example.org") for name in ("judy", "jack")
    ]
    page.goto("/organizer/judging/")
    page.get_by_role("link", name="Plan and open this round").click()
    assert "1 entry, 2 judges" in page.locator("body").inner_text()
    page.get_by_role("button", name="Open this round").click()
    for judge in judges:
        judge.page.goto("/judge/")
        judge.page.get_by_role("link", name="If Only").click()
        shown = judge.page.locator("body").inner_text()
        assert "Lunalilo" not in shown
        assert "Team Honu" not in shown
    judy, jack = judges
    judged_url = judy.page.url
    expect(judy.page.locator("[data-shortcuts-help]")).to_be_visible()
    for _ in range(5):
        judy.page.keyboard.press("5")
    expect(judy.page.locator("[data-save-state]")).to_contain_text("Saved at")
    judy.page.reload()
    assert judy.page.locator("input[value='5']:checked").count() == 5
    judy.page.get_by_label("Comment").fill("The last line stays with me.")
    press(judy.page, "Finish and go on")
    expect(judy.page.locator("main")).to_contain_text("1 of 1 entry finished")
    for group in jack.page.locator("fieldset.rubric").all():
        group.locator("label", has=jack.page.locator("input[value='4']")).click()
    press(jack.page, "Finish and go on")
    expect(jack.page.locator("main")).to_contain_text("1 of 1 entry finished")
    page.goto("/organizer/judging/")
    confirm(page, "Close this round")
    page.goto("/organizer/judging/")
    page.get_by_role("link", name=re.compile("finalist", re.IGNORECASE)).first.click()
    press(page, "Name these finalists")
    begin_now(page, "Judging closes")

    # 8. The public votes; looking at the link does nothing.
    begin_now(page, "Public vote opens")
    voter = Visitor(chromium, site, phone=True)
    page = voter.page
    page.goto("/vote")
    page.get_by_label("Pick this one: If Only").check()
    page.get_by_label("E-mail address").fill("maria+vote@example.com")
    page.get_by_label("18 or older").check()
    press(page, "Mail me my ballot")
    link = site.link_to("maria+vote@example.com", "ballot", "/vote/confirm/")
    page.goto(link)
    organizer.page.goto("/organizer/vote/")
    assert voter.context.cookies() == []
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    expect(page.locator("main")).to_contain_text("If Only")
    assert voter.context.cookies() == []
    begin_now(organizer.page, "Public vote closes")

    # While the vote's list is being closed: the pages of every role stand up to a closer look.
    team.look_over("/team/video")
    teacher.look_over("/teacher/entries/", entry_url, f"{entry_url}/slip", "/teacher/school/")
    judy.look_over("/judge/", "/judge/conflicts", judged_url)
    organizer.look_over(
        *("/organizer/", "/organizer/season/", "/organizer/season/settings"),
        *("/organizer/season/dates", "/organizer/season/rubric", "/organizer/season/rubric/add"),
        *("/organizer/season/rules", "/organizer/season/rules/length"),
        *("/organizer/season/questions/add", "/organizer/schools/1/deadline"),
        *("/organizer/season/partners/add", "/organizer/schools/", "/organizer/schools/1"),
        *("/organizer/screening/", screen_url, "/organizer/judging/", "/organizer/judging/ranking"),
        *("/organizer/vote/", "/organizer/vote/slips", "/organizer/vote/held"),
        *("/organizer/vote/witnesses", "/organizer/people/", "/organizer/jobs"),
        *("/organizer/audit", "/account/"),
    )

    # 9. The ranking, the awards, the announcement, and the winner's film.
    page = organizer.page
    page.goto("/organizer/judging/ranking")
    expect(page.locator("main")).to_contain_text("4.5")
    load_until(page, "/organizer/vote/", "Open the ballots and count")
    press(page, "Open the ballots and count")
    load_until(page, "/organizer/vote/", "The tally")
    page.goto("/organizer/awards/")
    press(page, "Set these awards")
    expect(page.locator("main")).to_contain_text("People's Choice")
    confirm(page, "Announce the winners")
    expect(page.locator(".messages")).to_contain_text("Announced!")
    voter.page.goto("/winners")
    voter.page.get_by_role("link", name="If Only").click()
    for _ in range(300):
        if voter.page.locator(".kit").count():
            break
        voter.page.wait_for_timeout(1000)
        voter.page.reload()
    expect(voter.page.locator("main")).to_contain_text("First place, Cyberbullying")

    # 10. Anybody downloads it, free.
    with voter.page.expect_download() as downloading:
        voter.page.get_by_role("link", name="Everything in one file").click()
    downloading.value.save_as(tmp_path / "kit.zip")
    with zipfile.ZipFile(tmp_path / "kit.zip") as kit:
        assert kit.testzip() is None
        kit.extractall(tmp_path / "kit")
    check_kit(next((tmp_path / "kit").iterdir()))

    voter.look_over(
        *("/", "/gallery", "/watch/if-only", "/winners", "/rules", "/vote", "/vote/code"),
        *("/privacy", "/accessibility", "/help", "/team/", "/account/sign-in"),
        *("/account/forgotten", "/account/register-school", "/no-such-page"),
    )
    organizer.look_over("/organizer/vote/", "/organizer/awards/")

    family.look_over(family_address.group(0))

    # A release taken back by the family takes everything down at once.
    family.page.goto(family_address.group(0))
    family.page.locator("details:has(form[action*='/take-back/C2']) summary").click()
    family.page.locator("form[action*='/take-back/C2'] button").click()
    expect(family.page.locator("main")).to_contain_text("No permitido.")
    for address in ("/watch/if-only", "/media/if-only/poster.jpg", "/winners/if-only/kit.zip"):
        answer = voter.page.request.get(address)
        assert answer.status == 410, address
    assert "If Only" not in voter.page.request.get("/winners").text()

    for visitor in (organizer, teacher, team, family, sasha, judy, jack, voter):
        visitor.close()
    check_no_voter_address(site.data, "maria")


def load_until(page: Page, address: str, words: str) -> None:
    """Load a page again until it says so: the worker looks after the vote once a minute."""

    def says() -> bool | None:
        page.goto(address)
        return words in page.locator("main").inner_text() or None

    wait_for(says, 150, f"{address} to say {words!r}")


def check_kit(folder: Path) -> None:
    """The download as a television station would look at it."""
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "CC BY 4.0" in (folder / "LICENCE.txt").read_text()
    assert "Low Tide" in (folder / "LICENCE.txt").read_text()
    films = sorted(folder.glob("*.mp4"), key=lambda f: f.stat().st_size)
    probe = json.loads(
        subprocess.run(  # noqa: S603
            [
                *(shutil.which("ffprobe") or "ffprobe", "-v", "error", "-of", "json"),
                *("-show_streams", "-show_format", "-show_chapters", str(films[-1])),
            ],
            check=True,
            capture_output=True,
        ).stdout
    )
    kinds = [s["codec_type"] for s in probe["streams"]]
    picture = probe["streams"][0]
    assert kinds == ["video", "audio", "subtitle"]
    assert (picture["codec_name"], picture["height"], picture["pix_fmt"]) == (
        "h264",
        720,
        "yuv420p",
    )
    assert 37 < float(probe["format"]["duration"]) < 43
    assert probe["chapters"] == []
    assert probe["format"]["tags"]["title"] == "If Only"
    for film in films:
        data = film.read_bytes()
        for private in (b"\xa9xyz", b"ISO6709", b"+21.", b"mebx"):
            assert private not in data
    assert "Would you say it out loud?" in next(folder.glob("*.vtt")).read_text()


def check_no_voter_address(data: Path, word: str) -> None:
    """No file of the installation knows who voted. Films are left out: they are random bytes."""
    with sqlite3.connect(data / "hoike.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # As the worker does every minute.
    for path in data.rglob("*"):
        if path.is_file() and "storage" not in path.parts:
            assert word.encode() not in path.read_bytes(), path
