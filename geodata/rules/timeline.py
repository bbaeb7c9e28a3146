"""When a station is open in the coming days: spans of minutes, ready to be looked up by anybody.

Minutes count from midnight (Asia/Shanghai) of the first day. The same rules as ``hours.state_at``, with the
calendar known: exceptions and holidays of the dates before are taken as they are. Outside all spans it is
shut.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from geodata.rules.availability import LOCAL_TIME, Closure
from geodata.rules.hours import DAY_MIN, HOLIDAY, Opening

DAYS = 3
"""Today, tomorrow and the day after: as far as anybody plans a rest."""

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Timeline:
    """Half-open spans ``[from, to)`` in order, apart from each other: open for sure, and not known."""

    open: Spans
    unknown: Spans

    def state_at(self, minute: int) -> str:
        """``open``, ``unknown`` or ``shut`` at a minute."""
        if any(begins <= minute < ends for begins, ends in self.open):
            return "open"
        return "unknown" if any(begins <= minute < ends for begins, ends in self.unknown) else "shut"

    def until(self, minute: int) -> int | None:
        """When the opening that holds this minute ends; when shut, when the next one begins."""
        for begins, ends in self.open:
            if begins <= minute < ends:
                return ends
            if begins > minute:
                return begins
        return None


def draw_timeline(
    hours: Sequence[Opening],
    dates: Mapping[date, Sequence[tuple[int, int]]],
    closures: Iterable[Closure],
    *,
    first: date,
    holidays: frozenset[date] = frozenset(),
    is_closed: bool = False,
    days: int = DAYS,
) -> Timeline:
    """Spans of ``days`` days from ``first`` on, clipped to them.

    Args:
        hours: weekly rows; none at all means unknown on every date without an exception.
        dates: openings of single dates (none: shut all day), which win over weekly rows and holidays.
        closures: nothing is open inside one, whatever the hours say.
        first: the first day.
        holidays: public holidays, also of the day before ``first``.
        is_closed: closed until further notice.
        days: how many days.
    """
    length = days * DAY_MIN
    if is_closed:
        return Timeline([], [])
    known: Spans = []
    doubtful: Spans = []
    for number in range(-1, days):
        on, midnight = first + timedelta(days=number), number * DAY_MIN
        spans = _spans_of(hours, dates, on, is_holiday=on in holidays)
        if spans is None:
            doubtful.append((midnight, midnight + DAY_MIN))
        else:
            known += [(midnight + opens, midnight + closes) for opens, closes in spans]
    shut = [closure_minutes(closure, first, length) for closure in closures]
    opened = _without(_merged(_clipped(known, length)), shut)
    return Timeline(opened, _without(_merged(_clipped(doubtful, length)), [*shut, *opened]))


def _spans_of(
    hours: Sequence[Opening], dates: Mapping[date, Sequence[tuple[int, int]]], on: date, *, is_holiday: bool
) -> Spans | None:
    """Openings that begin on a date, or ``None`` when nobody knows them."""
    if on in dates:
        return list(dates[on])
    if not hours:
        return None
    weekday = HOLIDAY if is_holiday else on.weekday()
    spans = [(row.opens_min, row.closes_min) for row in hours if row.weekday == weekday]
    return None if is_holiday and not spans else spans


def closure_minutes(closure: Closure, first: date, length: int) -> tuple[int, int]:
    """A closure in minutes from midnight of a day; a started minute is closed, an open end is ``length``."""
    midnight = datetime(first.year, first.month, first.day, tzinfo=LOCAL_TIME)
    begins = int((closure.begins - midnight).total_seconds() // 60)
    ends = length if closure.ends is None else -int((midnight - closure.ends).total_seconds() // 60)
    return begins, ends


def _clipped(spans: Iterable[tuple[int, int]], length: int) -> Spans:
    return [(max(0, begins), min(length, ends)) for begins, ends in spans if begins < length and ends > 0]


def _merged(spans: Spans) -> Spans:
    merged: Spans = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _without(spans: Spans, cuts: Iterable[tuple[int, int]]) -> Spans:
    """Spans minus others."""
    left = spans
    for begins, ends in cuts:
        left = [
            piece
            for opens, closes in left
            for piece in ((opens, min(closes, begins)), (max(opens, ends), closes))
            if piece[0] < piece[1]
        ]
    return left
