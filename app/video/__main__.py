"""The engine on the command line: `python -m app.video check FILE`, `… render FILE OUTDIR`.

Answers are JSON on the standard output. `check` ends with 0 whatever the verdict, `render` with 1
when nothing could be made; unusable arguments end with 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from app.video import captions, render
from app.video.branding import Brand
from app.video.render import Made
from app.video.run import EngineFailed, sandbox
from app.video.source import Level, Limits, NotAVideo, Reason, Source, check, probe
from app.video.step import Progress


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(words)
    path: Path = arguments.file
    if not path.is_file():
        parser.error(f"{path} is not a file")
    if arguments.command == "check":
        return _check(arguments)
    return _render(arguments, parser)


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
    making.add_argument("--recipe", choices=("preview", "web", "winner"), required=True)
    making.add_argument("--brand", type=Path, help="JSON with what the winner's cards say")
    making.add_argument("--captions", type=Path, help="a .vtt or .srt file, for a winner")
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
    if (arguments.brand is None) == (arguments.recipe == "winner"):
        parser.error("--brand belongs to --recipe winner, which needs it")
    if arguments.captions is not None and arguments.recipe != "winner":
        parser.error("--captions belongs to --recipe winner")
    brand = _read_brand(arguments.brand, parser) if arguments.brand else None
    bar = _bar if arguments.progress else None
    try:
        source = probe(arguments.file)
        cues = _read_captions(arguments.captions, source)
        made = _make(arguments.recipe, arguments.file, source, arguments.outdir, brand, cues, bar)
    except (NotAVideo, EngineFailed, captions.CaptionsRefused) as failed:
        _answer({"error": str(failed.text)})
        return 1
    listed = [_listed(one) for one in made]
    manifest = arguments.outdir / "manifest.json"
    manifest.write_text(json.dumps(listed, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _answer({"source": source.facts(), "made": listed})
    return 0


def _make(
    recipe: str,
    path: Path,
    source: Source,
    outdir: Path,
    brand: Brand | None,
    cues: captions.Captions | None,
    progress: Progress | None,
) -> list[Made]:
    if brand is not None:
        return render.make_branded(path, source, brand, outdir, captions=cues, progress=progress)
    if recipe == "preview":
        return render.make_preview(path, source, outdir, progress=progress)
    return render.make_ladder(path, source, outdir, progress=progress)


def _read_brand(path: Path, parser: argparse.ArgumentParser) -> Brand:
    try:
        return Brand.from_json(json.loads(path.read_text(encoding="utf-8")), path.parent)
    except (OSError, ValueError, TypeError, AttributeError) as failed:
        _refuse(parser, f"{path}: {failed}")


def _read_captions(path: Path | None, source: Source) -> captions.Captions | None:
    if path is None:
        return None
    return captions.parse(path.read_bytes(), duration=source.duration)


def _refuse(parser: argparse.ArgumentParser, words: str) -> NoReturn:
    parser.error(words)


def _listed(one: Made) -> dict[str, Any]:
    return {
        "role": one.role,
        "file": one.path.name,
        "content_type": one.content_type,
        "width": one.width,
        "height": one.height,
        "duration": one.duration,
        "bytes": one.bytes,
        "sha256": one.sha256,
        "loudness": one.loudness,
    }


def _bar(share: float) -> None:
    filled = round(share * 40)
    end = "\n" if share >= 1 else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {share:4.0%}{end}")
    sys.stderr.flush()


def _answer(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
