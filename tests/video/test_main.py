"""The command line: JSON out, and honest exit codes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from app.video.__main__ import main
from tests.video.clips import film


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clip") / "src", "-f", "mp4", seconds=1.2)


def test_check_answers_with_a_verdict(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(clip), "--min", "1", "--max", "2"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["verdict"] == "accept_warn"
    assert [reason["code"] for reason in answer["reasons"]] == ["below_720p"]
    assert (answer["facts"]["width"], answer["found"]) == (640, [])


def test_a_refusal_is_an_answer_too(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(clip)]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "reject"


def test_render_lists_what_it_made(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["render", str(clip), str(tmp_path / "out"), "--recipe", "preview"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [one["role"] for one in answer["files"]][:2] == ["preview", "poster"]
    assert json.loads((tmp_path / "out/manifest.json").read_text()) == answer
    for one in answer["files"]:
        data = (tmp_path / "out" / one["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])


def test_render_of_no_video_fails_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "src").write_text("words")

    assert main(["render", str(tmp_path / "src"), str(tmp_path), "--recipe", "web"]) == 1
    assert "not a video" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check"],
        ["check", "no-such-file"],
        ["check", "{clip}", "--min", "soon"],
        ["render", "{clip}", "{out}"],
        ["render", "{clip}", "{out}", "--recipe", "cinema"],
        ["render", "{clip}", "{out}", "--recipe", "web", "--award", "1st"],
        ["render", "{clip}", "{out}", "--recipe", "winner", "--prores"],
        ["render", "{clip}", "{out}", "--recipe", "winner", "--brand", "{clip}"],
        ["render", "{clip}", "{out}", "--recipe", "web", "--captions", "{clip}"],
    ],
)
def test_unusable_arguments_end_with_two(words: list[str], clip: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word.format(clip=clip, out=tmp_path) for word in words])

    assert ended.value.code == 2
