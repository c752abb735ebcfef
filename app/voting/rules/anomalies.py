"""What does not look like people voting. A detector never decides: it sets ballots aside.

The thresholds are those of the vote's published integrity report.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.voting.models import Anomaly

BUCKET = timedelta(minutes=10)
LOOK_BACK = timedelta(hours=24)
CHANCE = 1e-6
"""What chance must not do more often than this is held."""
LEAST_RATE = 2.0
"""Ballots a video gets in a bucket without anybody wondering."""
ONE_DOMAIN = 25
"""Ballots from one rare mail domain within a day."""
ONE_NETWORK = 40
"""Ballots of one neighborhood within an hour that are all alike."""
ALIKE = 0.9
ALIKE_NAMES = 8
QUICK = timedelta(seconds=5)
"""From the mail leaving us to the button being pressed."""
QUICK_RUN = 10
SINGLE_LEAST = 30
UNCONFIRMED_LEAST = 200
UNCONFIRMED = 0.2
ANSWER_WITHIN = timedelta(hours=24)
"""How long a school has to answer before ballots for its video may be thrown out."""


class AnomalyKind(StrEnum):
    SURGE = "surge"
    DOMAIN = "domain"
    NETWORK = "network"
    NAMES = "names"
    QUICK = "quick"
    SINGLE = "single"
    UNCONFIRMED = "unconfirmed"
    LISTED = "listed"


ANOMALY_NAMES: dict[AnomalyKind, Text] = {
    AnomalyKind.SURGE: text("Far more ballots for one video than before, within ten minutes"),
    AnomalyKind.DOMAIN: text("Many mailboxes at one rare mail domain"),
    AnomalyKind.NETWORK: text("Many ballots from one neighborhood of the net, all alike"),
    AnomalyKind.NAMES: text("Mailbox names that differ in a letter or a number"),
    AnomalyKind.QUICK: text("Confirmed within seconds, again and again"),
    AnomalyKind.SINGLE: text("Nearly all ballots for one video pick nothing else"),
    AnomalyKind.UNCONFIRMED: text("Very many ballots asked for and not confirmed"),
    AnomalyKind.LISTED: text("Mailboxes that became known as throw-away ones"),
}


class Verdict(StrEnum):
    RELEASE = "release"
    INVALIDATE = "invalidate"


class Reason(StrEnum):
    GENUINE = "genuine"
    MAILING = "mailing"
    PROGRAM = "program"
    ONE_OWNER = "one-owner"
    BOUGHT = "bought"
    FOLLOWS = "follows"


REASON_NAMES: dict[str, Text] = {
    Reason.GENUINE: text("People who meant it"),
    Reason.MAILING: text("A school or a club had asked its people to vote"),
    Reason.PROGRAM: text("Sent by a program"),
    Reason.ONE_OWNER: text("Many mailboxes of one person"),
    Reason.BOUGHT: text("Bought or traded"),
    **{str(kind): words for kind, words in ANOMALY_NAMES.items()},
    Reason.FOLLOWS: text("Took the place of a held ballot"),
}
REASONS_FOR: dict[Verdict, tuple[Reason, ...]] = {
    Verdict.RELEASE: (Reason.GENUINE, Reason.MAILING),
    Verdict.INVALIDATE: (Reason.PROGRAM, Reason.ONE_OWNER, Reason.BOUGHT),
}


@dataclass(frozen=True)
class Sample:
    """A ballot in the box, as the detectors see it."""

    ballot_id: int
    cast_at: datetime
    picks: tuple[int, ...]
    domain: str = ""
    network: str = ""
    likeness: tuple[str, ...] = ()
    stem: str = ""
    mailed_at: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """Ballots that one detector would have looked at."""

    kind: AnomalyKind
    ballot_ids: frozenset[int]
    starts_at: datetime
    ends_at: datetime
    candidate_id: int | None = None
    expected: float = 0.0
    mark: str = ""
    """What they have in common where it is no video, so that a club and a cheat stay apart."""


def bucket_of(moment: datetime) -> datetime:
    """The beginning of the ten minutes that a moment lies in."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def poisson_tail(least: int, rate: float) -> float:
    """The chance of `least` or more events where `rate` are expected (Poisson).

    Summed upward from `least`, so that small tails keep their digits.
    """
    if least <= 0:
        return 1.0
    term = math.exp(least * math.log(rate) - rate - math.lgamma(least + 1))
    total, n = 0.0, least
    while term > total * 1e-15:
        total += term
        n += 1
        term *= rate / n
    return min(total, 1.0)


def binomial_tail(least: int, of: int, share: float) -> float:
    """The chance of `least` or more of `of`, each with a chance of `share` (binomial)."""
    if least <= 0:
        return 1.0
    log_share, log_rest = math.log(share), math.log1p(-share)
    terms = (
        math.exp(
            math.lgamma(of + 1)
            - math.lgamma(n + 1)
            - math.lgamma(of - n + 1)
            + n * log_share
            + (of - n) * log_rest
        )
        for n in range(least, of + 1)
    )
    return min(math.fsum(terms), 1.0)


def find_surges(samples: Sequence[Sample], *, since: datetime, until: datetime) -> list[Finding]:
    """Per video and ten minutes: more than chance gives, against its own rate in the day before
    and against what the other videos got in the same ten minutes."""
    counts: dict[datetime, Counter[int]] = defaultdict(Counter)
    holders: dict[tuple[datetime, int], set[int]] = defaultdict(set)
    for sample in samples:
        bucket = bucket_of(sample.cast_at)
        for candidate_id in sample.picks:
            counts[bucket][candidate_id] += 1
            holders[bucket, candidate_id].add(sample.ballot_id)
    videos = {candidate_id for counted in counts.values() for candidate_id in counted}
    first = min(counts, default=since)
    found = []
    for bucket, counted in counts.items():
        if not since <= bucket < until:
            continue
        start = max(first, bucket - LOOK_BACK)
        before = max(int((bucket - start) / BUCKET), 1)
        for candidate_id, number in counted.items():
            own = sum(
                earlier[candidate_id] for at, earlier in counts.items() if start <= at < bucket
            )
            others = sum(counted.values()) - number
            rate = max(LEAST_RATE, own / before, others / max(len(videos) - 1, 1))
            if number > rate and poisson_tail(number, rate) < CHANCE:
                found.append(
                    Finding(
                        AnomalyKind.SURGE,
                        frozenset(holders[bucket, candidate_id]),
                        bucket,
                        bucket + BUCKET,
                        candidate_id,
                        rate,
                    )
                )
    return found


def find_concentrations(samples: Sequence[Sample]) -> list[Finding]:
    """Many ballots of one rare mail domain."""
    return [
        _finding(AnomalyKind.DOMAIN, group, mark=str(domain))
        for domain, group in _grouped(samples, lambda each: each.domain).items()
        if domain and len(group) >= ONE_DOMAIN
    ]


def find_neighborhoods(samples: Sequence[Sample], *, until: datetime) -> list[Finding]:
    """Many ballots of one neighborhood within an hour, nearly all with the same picks."""
    recent = [each for each in samples if each.cast_at >= until - timedelta(hours=1)]
    found = []
    for network, group in _grouped(recent, lambda each: each.network).items():
        if not network or len(group) < ONE_NETWORK:
            continue
        picks, number = Counter(tuple(sorted(each.picks)) for each in group).most_common(1)[0]
        if number >= ALIKE * len(group):
            alike = [each for each in group if tuple(sorted(each.picks)) == picks]
            found.append(_finding(AnomalyKind.NETWORK, alike, mark=str(network)))
    return found


def find_alike_names(samples: Sequence[Sample]) -> list[Finding]:
    """Chains of mailbox names that differ in one letter, and names with running numbers, as far as
    they vote alike: people of one name do not."""
    return [
        _finding(AnomalyKind.NAMES, group, mark=min(_marks_of(group[0])))
        for alike in _grouped(samples, lambda each: tuple(sorted(each.picks))).values()
        for group in _chains(alike)
        if len(group) >= ALIKE_NAMES
    ]


def _marks_of(sample: Sample) -> list[str]:
    """What a mailbox name has in common with names like it; nothing where names are not looked
    at."""
    return [*sample.likeness, *([sample.stem] if sample.stem else [])]


def _chains(samples: Sequence[Sample]) -> Iterable[list[Sample]]:
    """Ballots that are connected by marks they have in common."""
    parent = {each.ballot_id: each.ballot_id for each in samples}

    def root(ballot_id: int) -> int:
        while parent[ballot_id] != ballot_id:
            parent[ballot_id] = parent[parent[ballot_id]]
            ballot_id = parent[ballot_id]
        return ballot_id

    seen: dict[str, int] = {}
    for sample in samples:
        for mark in _marks_of(sample):
            first = seen.setdefault(mark, sample.ballot_id)
            parent[root(sample.ballot_id)] = root(first)
    return _grouped(samples, lambda each: root(each.ballot_id)).values()


def find_quick(samples: Sequence[Sample], *, until: datetime) -> list[Finding]:
    """Runs of ballots for one video, each confirmed within seconds of its mail."""
    quick = [
        each
        for each in samples
        if each.mailed_at is not None
        and each.cast_at - each.mailed_at < QUICK
        and each.cast_at >= until - timedelta(hours=1)
    ]
    by_video: dict[int, list[Sample]] = defaultdict(list)
    for sample in quick:
        for candidate_id in sample.picks:
            by_video[candidate_id].append(sample)
    return [
        _finding(AnomalyKind.QUICK, group, candidate_id)
        for candidate_id, group in by_video.items()
        if len(group) >= QUICK_RUN
    ]


def find_singles(samples: Sequence[Sample]) -> list[Finding]:
    """Videos whose ballots pick nothing else far more often than other ballots pick one alone."""
    by_video: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        for candidate_id in sample.picks:
            by_video[candidate_id].append(sample)
    found = []
    for candidate_id, group in by_video.items():
        others = [each for each in samples if candidate_id not in each.picks]
        if len(group) < SINGLE_LEAST or len(others) < SINGLE_LEAST:
            continue
        alone = [each for each in group if len(each.picks) == 1]
        usual = sum(len(each.picks) == 1 for each in others) / len(others)
        share = min(max(usual, 0.05), 0.95)
        if binomial_tail(len(alone), len(group), share) < CHANCE:
            found.append(
                _finding(AnomalyKind.SINGLE, alone, candidate_id, expected=share * len(group))
            )
    return found


def find_listed(samples: Sequence[Sample], *, listed: Collection[str]) -> list[Finding]:
    """Ballots of mail domains that are on the list of throw-away ones by now. `listed` are their
    marks."""
    group = [each for each in samples if each.domain in listed]
    return [_finding(AnomalyKind.LISTED, group)] if group else []


def is_unconfirmed(asked: int, confirmed: int) -> bool:
    """Whether so few of the ballots asked for were confirmed that a program may be asking."""
    return asked >= UNCONFIRMED_LEAST and confirmed < UNCONFIRMED * asked


def _grouped(
    samples: Iterable[Sample], key: Callable[[Sample], Hashable]
) -> Mapping[Hashable, list[Sample]]:
    groups: dict[Hashable, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[key(sample)].append(sample)
    return groups


def _finding(
    kind: AnomalyKind,
    group: Sequence[Sample],
    candidate_id: int | None = None,
    *,
    expected: float = 0.0,
    mark: str = "",
) -> Finding:
    return Finding(
        kind,
        frozenset(each.ballot_id for each in group),
        min(each.cast_at for each in group),
        max(each.cast_at for each in group),
        candidate_id,
        expected,
        mark,
    )


def proposal_of(anomaly: Anomaly) -> str:
    """Names what is proposed about held ballots, and by whom; empty while nothing is."""
    if anomaly.proposed_by is None:
        return ""
    return f"{anomaly.verdict}:{anomaly.reason}:{anomaly.proposed_by}"


def why_not_decidable(anomaly: Anomaly, *, box_shut: bool) -> Text | None:
    """Why nobody can decide about these ballots now, or None."""
    if not box_shut:
        return text(
            "Held ballots are looked at when the vote has closed: which video they are for would "
            "tell the count."
        )
    if anomaly.kind == AnomalyKind.UNCONFIRMED:
        return text("Nothing is held here: it is an alarm.")
    if anomaly.decided_at is not None:
        return text("Two people have decided about these ballots already.")
    return None


def why_not_proposable(
    anomaly: Anomaly, verdict: str, reason: str, *, now: datetime
) -> Text | None:
    """Why this can't be proposed, or None."""
    if anomaly.proposed_by is not None:
        return text("Something is proposed already. Somebody with another role answers it first.")
    if verdict not in Verdict.__members__.values() or reason not in REASONS_FOR[Verdict(verdict)]:
        return text("Please choose what is to become of the ballots, and why.")
    if verdict == Verdict.RELEASE or anomaly.candidate_id is None:
        return None
    told = anomaly.school_told_at
    if told is None:
        return text("Please tell the school first. It can answer before anything is thrown out.")
    if now < told + ANSWER_WITHIN:
        return text("The school was told less than a day ago. Please give it a day to answer.")
    return None
