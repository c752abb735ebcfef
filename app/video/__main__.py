"""The engine on the command line: `python -m app.video check FILE`, `… render FILE OUTDIR`.

Answers are JSON on the standard output. `check` ends with 0 whatever the verdict, `render` with 1
when nothing could be made, both with 1 when the computer is at fault; unusable arguments end with
2.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.video import captions, render
from app.video.branding import Brand
from app.video.render import Made
from app.video.run import NO_ROOM, DiskFull, RunFailed, sandbox
from app.video.source import Level, Limits, NotAVideo, Reason, Source, check, probe
from app.video.step import Progress

RECIPES = ("preview", "web", "winner", "broadcast", "school")
BRANDED = ("winner", "broadcast", "school")


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(words)
    path: Path = arguments.file
    if not path.is_file():
        parser.error(f"{path} is not a file")
    try:
        return _check(arguments) if arguments.command == "check" else _render(arguments, parser)
    except captions.CaptionsRefused as failed:
        _answer({"error": str(failed.text), "line": failed.line})
    except (NotAVideo, RunFailed) as failed:
        _answer({"error": str(failed.text)})
    except OSError as failed:
        _answer({"error": str(DiskFull().text if failed.errno in NO_ROOM else failed)})
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.video", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="say whether a contest could take this file")
    checking.add_argument("file", type=Path)
    checking.add_argument("--min", type=_seconds, default=15.0, help="shortest, in seconds")
    checking.add_argument("--max", type=_seconds, default=60.0, help="longest, in seconds")
    checking.add_argument("--tolerance", type=_seconds, default=0.5, help="in seconds")
    making = commands.add_parser("render", help="make renditions of a file in a folder")
    making.add_argument("file", type=Path)
    making.add_argument("outdir", type=Path)
    making.add_argument("--recipe", choices=RECIPES, required=True)
    making.add_argument("--brand", type=Path, help="JSON with what the cards say")
    making.add_argument("--award", help="what the ribbon says, instead of the brand's award")
    making.add_argument("--captions", type=Path, help="a .vtt or .srt file")
    making.add_argument("--prores", action="store_true", help="broadcast: a ProRes file as well")
    making.add_argument("--progress", action="store_true", help="draw a bar on stderr")
    return parser


def _seconds(word: str) -> float:
    value = float(word)
    if not 0 <= value < 86400:
        raise argparse.ArgumentTypeError("a number of seconds is needed")
    return value


def _check(arguments: argparse.Namespace) -> int:
    limits = Limits(arguments.min, arguments.max, arguments.tolerance)
    report = check(arguments.file, limits)
    _answer(
        {
            "verdict": report.verdict.value,
            "reasons": [_said(reason) for reason in report.reasons],
            "fine": [_said(one) for one in report.findings if one.level is Level.GREEN],
            "facts": report.source.facts() if report.source else {},
            "measured": report.measured.facts() if report.measured else {},
            "found": [str(thing) for thing in report.found],
            "sandbox": sandbox(),
        }
    )
    return 0


def _said(reason: Reason) -> dict[str, str | None]:
    return {
        "code": reason.code,
        "level": reason.level.value,
        "text": str(reason.text),
        "advice": str(reason.advice) if reason.advice else None,
    }


def _render(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    branded = arguments.recipe in BRANDED
    for name in ("brand", "award", "captions"):
        if getattr(arguments, name) is not None and not branded:
            parser.error(f"--{name} belongs to the recipes {', '.join(BRANDED)}")
    if arguments.captions is not None and not arguments.captions.is_file():
        parser.error(f"{arguments.captions} is not a file")
    if arguments.prores and arguments.recipe != "broadcast":
        parser.error("--prores belongs to --recipe broadcast")
    brand = _brand(arguments, parser) if branded else None
    bar = _Bar() if arguments.progress else None
    source = probe(arguments.file)
    cues = _read_captions(arguments.captions, source)
    made = _make(arguments, source, brand, cues, bar)
    answer = {
        "recipe": arguments.recipe,
        "source": source.facts(),
        "files": [_listed(one) for one in made],
    }
    if arguments.recipe == "broadcast" and (said := render.station_advice(source.duration)):
        answer["advice"] = str(said)
    _write_manifest(arguments.outdir, answer)
    _answer(answer)
    return 0


def _write_manifest(outdir: Path, answer: dict[str, Any]) -> None:
    aside = outdir / ".manifest.json"
    try:
        aside.write_text(json.dumps(answer, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        aside.replace(outdir / "manifest.json")
    finally:
        aside.unlink(missing_ok=True)


def _make(
    arguments: argparse.Namespace,
    source: Source,
    brand: Brand | None,
    cues: captions.Captions | None,
    progress: Progress | None,
) -> list[Made]:
    path, outdir, recipe = arguments.file, arguments.outdir, arguments.recipe
    if brand is None:
        make = render.make_preview if recipe == "preview" else render.make_ladder
        return make(path, source, outdir, progress=progress)
    if recipe == "broadcast":
        return render.make_station(
            path, source, brand, outdir, captions=cues, prores=arguments.prores, progress=progress
        )
    branded = render.make_school if recipe == "school" else render.make_branded
    return branded(path, source, brand, outdir, captions=cues, progress=progress)


def _brand(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> Brand:
    """What the cards say: from the file, or as little as can be without one."""
    if arguments.brand is None:
        return Brand(
            contest="PSA Contest",
            year=time.localtime().tm_year,
            award=arguments.award or "Winner",
            title=arguments.file.stem.replace("_", " "),
            team="",
            school="",
            licence="",
            address="",
        )
    path: Path = arguments.brand
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if arguments.award:
            values["award"] = arguments.award
        return Brand.from_json(values, path.parent)
    except (OSError, ValueError, TypeError, AttributeError) as failed:
        parser.error(f"{path}: {failed}")


def _read_captions(path: Path | None, source: Source) -> captions.Captions | None:
    if path is None:
        return None
    return captions.parse(path.read_bytes(), duration=source.duration)


def _listed(one: Made) -> dict[str, Any]:
    return {
        "role": one.role,
        "file": one.path.name,
        "content_type": one.content_type,
        "codec": one.codec,
        "width": one.width,
        "height": one.height,
        "duration": one.duration,
        "size": one.bytes,
        "loudness": one.loudness,
        "sha256": one.sha256,
    }


class _Bar:
    """A bar on stderr with the time that is left, as the speed so far tells it."""

    def __init__(self) -> None:
        self.begun = time.monotonic()

    def __call__(self, share: float) -> None:
        filled = round(share * 40)
        gone = time.monotonic() - self.begun
        left = f" {_clock(gone / share - gone)} left" if 0 < share < 1 else " " * 12
        end = "\n" if share >= 1 else ""
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {share:4.0%}{left}{end}")
        sys.stderr.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


def _answer(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
