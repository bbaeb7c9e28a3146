"""Reports of the public: how many independent ones there are, and when they are a warning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

TRIES_PER_ADDRESS, ADDRESS_WINDOW_MIN = 6, 10
"""Reports that one address may send in so many minutes. A whole depot may share an address, so it is no less."""

TRIES_PER_STATION, STATION_WINDOW_MIN = 30, 60
"""Reports that one station takes in so many minutes, from anybody."""


@dataclass(frozen=True)
class Unanswered:
    """An unanswered report: the day (Asia/Shanghai), the sender's hash of that day, and what it tells."""

    on_date: date
    sender_hash: bytes
    kind: str


@dataclass(frozen=True)
class Warned:
    """The day that a warning rests on: independent senders, and how many of them told which kind."""

    on_date: date
    senders: int
    kinds: dict[str, int]


def find_warning(reports: Iterable[Unanswered], *, threshold: int) -> Warned | None:
    """The newest day on which at least ``threshold`` different senders told of something, if there is one.

    One who reports often is one sender. Days are counted apart: the same sender has another hash on another day.
    """
    days: dict[date, dict[str, set[bytes]]] = {}
    for report in reports:
        days.setdefault(report.on_date, {}).setdefault(report.kind, set()).add(report.sender_hash)
    for on_date in sorted(days, reverse=True):
        senders = len(set().union(*days[on_date].values()))
        if senders >= threshold:
            return Warned(
                on_date, senders, {kind: len(found) for kind, found in sorted(days[on_date].items())}
            )
    return None
