#!/usr/bin/env python3
"""Checks the public log of a People's Choice vote, and counts it again.

    python3 verify.py verify LOG [--head FILE]
    python3 verify.py verify-diff OLD NEW

`verify` checks every line, every signed head, every ballot against what it committed to, every
slip against those announced before the vote, and recounts. With `--head` it also checks heads that
you kept yourself, from the feed or a witness's mail, one a line. `verify-diff` proves that NEW
begins with all of OLD. Both end with 0 when everything fits, with 1 and the reason when not.

This file needs Python 3.9 or newer and nothing else: it shares no line with the program that ran
the vote, so that neither can hide the other's mistakes. The format is described in docs/vote-log.md
of the project.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HEAD_PREFIX = "hoike vote log head v1"
Point = tuple[int, int, int, int]
CHANGES = {"supersede", "void", "hold", "release", "invalidate"}


class Wrong(Exception):
    """Something in the log does not fit; the words say what and where."""


# Ed25519 signatures, checked as RFC 8032 describes it (section 5.1.7).

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _multiply(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    if x2 % P == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    if len(data) != 32:
        return None
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recover_x(_BASE_Y, 0) or 0
BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def is_signed(key: str, message: bytes, signature: str) -> bool:
    """Whether the Ed25519 key (hex) signed these bytes."""
    try:
        public, proof = bytes.fromhex(key), bytes.fromhex(signature)
    except ValueError:
        return False
    if len(proof) != 64:
        return False
    a, r = _point(public), _point(proof[:32])
    s = int.from_bytes(proof[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    digest = hashlib.sha512(proof[:32] + public + message).digest()
    h = int.from_bytes(digest, "little") % Q
    left, right = _multiply(s, BASE), _add(r, _multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# The hash tree (RFC 9162, section 2.1).


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf and keeps only the roots of its full subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        self.peaks.append(leaf)
        full = self.size
        while full & 1:
            right = self.peaks.pop()
            self.peaks.append(node_hash(self.peaks.pop(), right))
            full >>= 1
        self.size += 1

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion path leads to; None for a path of the wrong length."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(beside, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


# The log.


class Ballot:
    """What the log has said about one ballot so far."""

    __slots__ = ("batch", "commitment", "lane", "leaf", "revealed", "standing")

    def __init__(self, lane: str, commitment: bytes, batch: str | None, leaf: bytes | None) -> None:
        self.lane, self.commitment, self.batch, self.leaf = lane, commitment, batch, leaf
        self.standing, self.revealed = "cast", False


class Log:
    """Reads a log line by line, checks each, and counts."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.key: str | None = None
        self.rules: dict[str, Any] = {}
        self.closed = False
        self.batches: dict[str, dict[str, Any]] = {}
        self.candidates: dict[str, Any] = {}
        self.ballots: dict[str, Ballot] = {}
        self.picks: dict[Any, int] = {}
        self.revealed = 0
        self.announced: dict[str, Any] | None = None
        self.heads: dict[int, str] = {}
        self.line = 0

    def wrong(self, words: str) -> Wrong:
        return Wrong(f"Line {self.line}: {words}")

    def read(self, raw: bytes) -> None:
        """One line of the file, without its end."""
        self.line += 1
        try:
            record = json.loads(raw.decode("utf-8"))
        except ValueError:
            raise self.wrong("this is no JSON.") from None
        if not isinstance(record, dict):
            raise self.wrong("this is no record.")
        if "head" in record:
            try:
                self.head(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self.wrong(f"a strange head ({error}).") from None
            return
        self.tree.append(leaf_hash(raw))
        kind = record.get("type")
        if self.announced is not None:
            raise self.wrong("something comes after the count.")
        if self.tree.size == 1 and kind != "season":
            raise self.wrong("a log begins with its season.")
        try:
            if kind in CHANGES:
                self.change(kind, record)
            else:
                handler = {
                    "season": self.season,
                    "slips": self.slips,
                    "candidate": self.candidate,
                    "open": self.open,
                    "ballot": self.ballot,
                    "close": self.close,
                    "reveal": self.reveal,
                    "tally": self.tally,
                }.get(str(kind))
                if handler is None:
                    raise self.wrong(f"a record of an unknown type, {kind!r}.")
                handler(record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.wrong(f"a part of the record is missing or strange ({error}).") from None

    def head(self, record: dict[str, Any]) -> None:
        head = record["head"]
        size, root, time = head["size"], head["root"], head["time"]
        if size != self.tree.size:
            raise self.wrong(
                f"a signed head speaks of {size} lines where there are {self.tree.size}."
            )
        if root != self.tree.root().hex():
            raise self.wrong(
                f"the first {size} lines are not the ones that were signed at {time}: something "
                "was changed, removed or added."
            )
        message = f"{HEAD_PREFIX}\n{size}\n{root}\n{time}\n"
        if self.key is None or not is_signed(self.key, message.encode(), record["signature"]):
            raise self.wrong(f"the signature of the head at {size} lines is not right.")
        self.heads[size] = root

    def season(self, record: dict[str, Any]) -> None:
        if self.key is not None:
            raise self.wrong("a second season.")
        if record["format"] != 1:
            raise self.wrong("a format this program does not know: {!r}.".format(record["format"]))
        self.key = record["key"]

    def slips(self, record: dict[str, Any]) -> None:
        if self.rules:
            raise self.wrong("slips were made after the vote had opened.")
        if record["batch"] in self.batches:
            raise self.wrong("batch {} is there twice.".format(record["batch"]))
        self.batches[record["batch"]] = {
            "lane": record["lane"],
            "school": record["school"],
            "slips": int(record["slips"]),
            "root": bytes.fromhex(record["root"]),
            "used": set(),
        }

    def candidate(self, record: dict[str, Any]) -> None:
        if record["candidate"] in self.candidates:
            raise self.wrong("candidate {} is there twice.".format(record["candidate"]))
        self.candidates[record["candidate"]] = record["school"]

    def open(self, record: dict[str, Any]) -> None:
        if self.rules:
            raise self.wrong("the vote opens twice.")
        self.rules = {
            "picks_most": int(record["picks_most"]),
            "weights": {lane: int(weight) for lane, weight in record["weights"].items()},
            "school_cap": int(record["school_cap"]),
        }

    def ballot(self, record: dict[str, Any]) -> None:
        number, lane = record["ballot"], record["lane"]
        if not self.rules or self.closed:
            raise self.wrong(f"ballot {number} while the vote is not open.")
        if number in self.ballots:
            raise self.wrong(f"ballot {number} is there twice.")
        if lane not in self.rules["weights"]:
            raise self.wrong(f"ballot {number} came in an unknown lane.")
        commitment = bytes.fromhex(record["commitment"])
        if len(commitment) != 32:
            raise self.wrong(f"ballot {number} commits to nothing.")
        slip = record.get("slip")
        if (lane == "mail") != (slip is None):
            raise self.wrong(f"ballot {number}: slips are for class ballots and the event.")
        batch = leaf = None
        if slip is not None:
            batch, leaf = slip["batch"], bytes.fromhex(slip["leaf"])
            known = self.batches.get(batch)
            if known is None or known["lane"] != lane:
                raise self.wrong(f"ballot {number} was cast with a slip nobody announced.")
            path = [bytes.fromhex(each) for each in slip["path"]]
            if root_by_path(leaf, slip["index"], known["slips"], path) != known["root"]:
                raise self.wrong(
                    f"ballot {number} was cast with a slip that is none of the {known['slips']} "
                    f"of batch {batch}."
                )
            known["used"].add(leaf)
            if len(known["used"]) > known["slips"]:
                raise self.wrong(f"more slips of batch {batch} were used than there are.")
        self.ballots[number] = Ballot(lane, commitment, batch, leaf)

    def change(self, kind: str, record: dict[str, Any]) -> None:
        number = record["ballot"]
        ballot = self.ballots.get(number)
        if ballot is None:
            raise self.wrong(f"a change of ballot {number}, which is not in the log.")
        if self.revealed:
            raise self.wrong(f"ballot {number} changes after the count began.")
        before = ballot.standing
        fits = {
            "supersede": before in ("cast", "held"),
            "void": before in ("cast", "held"),
            "hold": before == "cast",
            "release": before == "held",
            "invalidate": before == "held",
        }
        if not fits[kind] and not (kind == "hold" and before in ("superseded", "voided")):
            raise self.wrong(f"ballot {number} can't be {kind}: it is {before}.")
        if not fits[kind]:
            return  # It was replaced in the same hour in which it was held.
        if kind == "supersede" and record["by"] not in self.ballots:
            raise self.wrong(f"ballot {number} was replaced by one that is not in the log.")
        ballot.standing = {
            "supersede": "superseded",
            "void": "voided",
            "hold": "held",
            "release": "cast",
            "invalidate": "invalid",
        }[kind]

    def close(self, record: dict[str, Any]) -> None:
        if self.closed:
            raise self.wrong("the vote closes twice.")
        self.closed = True

    def reveal(self, record: dict[str, Any]) -> None:
        number = record["ballot"]
        ballot = self.ballots.get(number)
        if ballot is None:
            raise self.wrong(f"picks of ballot {number}, which is not in the log.")
        if not self.closed or ballot.revealed or ballot.standing not in ("cast", "invalid"):
            raise self.wrong(f"picks of ballot {number}, which is {ballot.standing}.")
        picks = record["picks"]
        if picks != sorted(set(picks)) or not 1 <= len(picks) <= self.rules["picks_most"]:
            raise self.wrong(f"ballot {number} picks too few, too many or one twice.")
        for pick in picks:
            if pick not in self.candidates:
                raise self.wrong(f"ballot {number} picks {pick}, which is no candidate.")
        promised = bytes.fromhex(record["nonce"]) + ",".join(picks).encode()
        if hashlib.sha256(promised).digest() != ballot.commitment:
            raise self.wrong(f"ballot {number}: these are not the picks it was cast with.")
        school = self.batches[ballot.batch]["school"] if ballot.batch else None
        for pick in picks:
            if school is not None and self.candidates[pick] == school:
                raise self.wrong(f"ballot {number} picks a video of the slip's own school.")
            if ballot.standing == "cast":
                key = (pick, ballot.lane, school)
                self.picks[key] = self.picks.get(key, 0) + 1
        ballot.revealed = True
        self.revealed += 1

    def counted(self) -> tuple[dict[str, int], dict[str, int]]:
        """Ballots that count, by lane, and points by candidate."""
        ballots: dict[str, int] = {}
        for ballot in self.ballots.values():
            if ballot.standing == "cast":
                ballots[ballot.lane] = ballots.get(ballot.lane, 0) + 1
        points = dict.fromkeys(self.candidates, 0)
        cap = self.rules.get("school_cap", 0)
        for (candidate, lane, _school), number in self.picks.items():
            counted = min(number, cap) if cap and lane == "class" else number
            points[candidate] += self.rules["weights"][lane] * counted
        return ballots, points

    def tally(self, record: dict[str, Any]) -> None:
        if not self.closed:
            raise self.wrong("the vote is counted before it is closed.")
        self.settle()
        ballots, points = self.counted()
        if record["ballots"] != ballots:
            raise self.wrong(
                "the log says {} ballots count; it holds {}.".format(record["ballots"], ballots)
            )
        for candidate, number in sorted(record["points"].items()):
            if points.get(candidate) != number:
                raise self.wrong(
                    f"candidate {candidate} is said to have {number} points, and has "
                    f"{points.get(candidate)}."
                )
        if set(record["points"]) != set(points):
            raise self.wrong("the tally leaves candidates out.")
        self.announced = record

    def settle(self) -> None:
        """What must hold once everything is told."""
        seen: dict[bytes, str] = {}
        for number, ballot in self.ballots.items():
            if ballot.standing == "held":
                raise self.wrong(f"ballot {number} is held, and nobody decided about it.")
            if ballot.standing in ("cast", "invalid") and not ballot.revealed:
                raise self.wrong(f"the picks of ballot {number} are not told.")
            if ballot.leaf is not None and ballot.standing == "cast":
                if ballot.leaf in seen:
                    raise self.wrong(
                        f"ballots {seen[ballot.leaf]} and {number} count, and came from one slip."
                    )
                seen[ballot.leaf] = number


def read_log(path: str) -> Log:
    """The log in this file, each line checked. Raises Wrong."""
    log = Log()
    with Path(path).open("rb") as file:
        for raw in file:
            if raw.strip():
                log.read(raw.rstrip(b"\r\n"))
    if log.tree.size == 0:
        raise Wrong("There is nothing in this file.")
    if not log.heads:
        raise Wrong("Nothing in this file is signed.")
    unsigned = log.tree.size - max(log.heads)
    if unsigned:
        raise Wrong(f"The last {unsigned} lines are not signed.")
    return log


def verify(path: str, kept: list[tuple[int, str]] | None = None) -> list[str]:
    """Check a log; what to say about it. Raises Wrong."""
    log = read_log(path)
    said = [
        f"{log.tree.size} lines and {len(log.heads)} signed heads fit together.",
        f"{len(log.ballots)} ballots are in the box.",
    ]
    for size, root in kept or []:
        if size > log.tree.size:
            raise Wrong(f"You kept a head of {size} lines; this log has {log.tree.size}.")
        if log.heads.get(size) != root:
            raise Wrong(f"The head of {size} lines that you kept is not in this log.")
    if kept:
        said.append(f"All {len(kept)} heads that you kept are in it.")
    for name, batch in sorted(log.batches.items()):
        said.append(
            f"Batch {name} ({batch['lane']}): {len(batch['used'])} of {batch['slips']} slips were "
            "used."
        )
    if log.announced is None:
        said.append("The picks are still secret, so there is nothing to count yet.")
    else:
        _ballots, points = log.counted()
        said.append("Counted again, everything is as announced:")
        for candidate in sorted(points, key=lambda each: (-points[each], each)):
            said.append(f"  {candidate}  {points[candidate]} points")
    return said


def verify_diff(old: str, new: str) -> list[str]:
    """Check both logs, and that the new one begins with the old one. Raises Wrong."""
    read_log(old)
    read_log(new)
    size = 0
    with Path(old).open("rb") as before, Path(new).open("rb") as after:
        later = (raw.rstrip(b"\r\n") for raw in after if raw.strip() and not _is_head(raw))
        for raw in before:
            if not raw.strip() or _is_head(raw):
                continue
            size += 1
            if next(later, None) != raw.rstrip(b"\r\n"):
                raise Wrong(f"Record {size} of the old log is not the same in the new one.")
        added = sum(1 for _ in later)
    return [f"The new log begins with all {size} records of the old one and has {added} more."]


def _is_head(raw: bytes) -> bool:
    return raw.startswith(b'{"head"')


def read_heads(path: str) -> list[tuple[int, str]]:
    """Heads that somebody kept: the lines of a feed or a mail that hold one."""
    heads = []
    with Path(path).open(encoding="utf-8") as file:
        for words in file:
            start = words.find('{"head"')
            if start >= 0:
                found = json.JSONDecoder().raw_decode(words[start:])[0]["head"]
                heads.append((found["size"], found["root"]))
    if not heads:
        raise Wrong(f"There is no head in {path}.")
    return heads


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 when everything fits."""
    parser = argparse.ArgumentParser(description="Checks the log of a People's Choice vote.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("verify", help="check a log and count it again")
    one.add_argument("log")
    one.add_argument("--head", help="a file with heads that you kept")
    two = commands.add_parser("verify-diff", help="prove that a log extends an older one")
    two.add_argument("old")
    two.add_argument("new")
    given = parser.parse_args(arguments)
    try:
        if given.command == "verify":
            said = verify(given.log, read_heads(given.head) if given.head else None)
        else:
            said = verify_diff(given.old, given.new)
    except OSError as error:
        sys.stdout.write(f"I can't read {error.filename}. Is it beside this program?\n")
        return 2
    except (Wrong, ValueError, KeyError, TypeError) as error:
        sys.stdout.write(f"NOT RIGHT. {error}\n")
        return 1
    sys.stdout.write("\n".join(said) + "\nEverything fits.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
