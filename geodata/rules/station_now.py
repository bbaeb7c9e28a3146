"""What the public sees of a station at this very moment: open until when, shut until when, or not known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from geodata.errors import Conflict, InvalidInput
from geodata.rules.availability import LOCAL_TIME
from geodata.rules.hours import DAY_MIN, HOLIDAY, DayHours, Opening
from geodata.vocab import AccessMethod, ClosureKind, StationStatus

LOOK_AHEAD_DAYS = 8
"""How far the next opening is looked for."""
_WEEK = timedelta(days=7)
_NOT_OPEN_YET = frozenset({StationStatus.PLANNED, StationStatus.BUILDING, StationStatus.ACCEPTED})

Span = tuple[datetime, datetime]


class PublicState(StrEnum):
    """What the public is told. ``closed`` is against the hours (a closure), ``shut`` is by the hours."""

    OPEN = "open"
    SHUT = "shut"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    STAFF_ONLY = "staff_only"
    NOT_OPEN_YET = "not_open_yet"
    RETIRED = "retired"


class ClosedSpan(NamedTuple):
    """A closure, end not included; ``ends`` None is until further notice. Aware times."""

    begins: datetime
    ends: datetime | None
    kind: ClosureKind = ClosureKind.PLANNED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that decides when a station is open. ``holidays`` are the public holidays known around now."""

    status: StationStatus
    access_method: AccessMethod
    hours: Sequence[Opening]
    dates: Mapping[date, DayHours]
    closures: Sequence[ClosedSpan]
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class PublicNow:
    """A state and its next change.

    Attributes:
        state: what the public is told.
        until: when an open station shuts; None when it does not within a week.
        opens: when a station that is not open next opens; None when that is not known.
        closure: the closure in force, or the one that will end the present opening.
    """

    state: PublicState
    until: datetime | None = None
    opens: datetime | None = None
    closure: ClosedSpan | None = None


def look(timetable: Timetable, now: datetime) -> PublicNow:
    """What the public sees of a station at an instant, in Asia/Shanghai time.

    Unlike a question of coverage this knows the date, so hours of special dates of the whole coming week and
    closures yet to come take part. Hours that are not known stay unknown; a known closure decides before.
    """
    barred = _barred(timetable)
    if barred is not None:
        return PublicNow(barred)
    openings = list_openings(timetable, now)
    closure = _closure_at(timetable.closures, now)
    if closure is not None or timetable.status == StationStatus.TEMPORARILY_CLOSED:
        opens = _next_opening(openings, now) if closure and closure.ends else None
        return PublicNow(PublicState.CLOSED, opens=opens, closure=closure)
    found = next(((begins, ends) for begins, ends in openings if begins <= now < ends), None)
    if found is None:
        state = (
            PublicState.SHUT
            if _is_known(timetable, now.astimezone(LOCAL_TIME).date())
            else PublicState.UNKNOWN
        )
        return PublicNow(state, opens=_next_opening(openings, now))
    ending = next((each for each in timetable.closures if each.begins == found[1]), None)
    return PublicNow(PublicState.OPEN, None if found[1] - now >= _WEEK else found[1], closure=ending)


def list_openings(timetable: Timetable, now: datetime) -> list[Span]:
    """All openings from yesterday to a week ahead as instants, joined where they touch, without closures."""
    today = now.astimezone(LOCAL_TIME).date()
    spans: list[Span] = []
    for ahead in range(-1, LOOK_AHEAD_DAYS + 1):
        spans += _openings_of(timetable, today + timedelta(days=ahead))
    for closure in timetable.closures:
        spans = [piece for span in spans for piece in _without(span, closure)]
    return _joined(spans)


def close_early(timetable: Timetable, now: datetime, at_min: int | None) -> ClosedSpan:
    """The closure that 提前关门 means: from a minute of the clock to the end of that day's opening.

    A minute that has passed is tomorrow's, for a station whose day runs past midnight. Without known hours
    the day ends at midnight.

    Args:
        timetable: the station, without an early closing already set for today.
        now: this instant.
        at_min: 0-1439, or None for now.

    Raises:
        InvalidInput: ``early_closing_not_earlier`` when the station would be shut by then anyway.
        Conflict: ``station_closed_then`` when a closure already holds at that time.
    """
    begins = _early_begin(now.astimezone(LOCAL_TIME), at_min)
    ends = _end_of_day(timetable, begins, now)
    if ends is None or ends <= begins:
        raise InvalidInput("early_closing_not_earlier")
    if _closure_at(timetable.closures, begins) is not None:
        raise Conflict("station_closed_then")
    later = [closure.begins for closure in timetable.closures if begins < closure.begins < ends]
    return ClosedSpan(begins, min([ends, *later]), ClosureKind.EARLY)


def check_openings(openings: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Openings of one day in order, minutes from its midnight, the closing one up to a day later.

    Raises:
        InvalidInput: ``opening_minutes`` for minutes that cannot be, ``openings_overlap``.
    """
    ordered = sorted(openings)
    for opens, closes in ordered:
        if not (0 <= opens < DAY_MIN and opens < closes <= opens + DAY_MIN):
            raise InvalidInput("opening_minutes")
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise InvalidInput("openings_overlap")
    return ordered


def _barred(timetable: Timetable) -> PublicState | None:
    if timetable.status == StationStatus.RETIRED:
        return PublicState.RETIRED
    if timetable.status in _NOT_OPEN_YET:
        return PublicState.NOT_OPEN_YET
    return PublicState.STAFF_ONLY if timetable.access_method == AccessMethod.STAFF_ONLY else None


def _closure_at(closures: Iterable[ClosedSpan], at: datetime) -> ClosedSpan | None:
    return next(
        (each for each in closures if each.begins <= at and (each.ends is None or at < each.ends)), None
    )


def _next_opening(openings: Sequence[Span], now: datetime) -> datetime | None:
    return next((begins for begins, _ in openings if begins > now), None)


def _is_known(timetable: Timetable, on: date) -> bool:
    if on in timetable.dates:
        return True
    rows = timetable.hours
    return any(row.weekday == HOLIDAY for row in rows) if on in timetable.holidays else bool(rows)


def _openings_of(timetable: Timetable, on: date) -> list[Span]:
    special = timetable.dates.get(on)
    weekday = HOLIDAY if on in timetable.holidays else on.weekday()
    spans = (
        special.spans()
        if special
        else [(row.opens_min, row.closes_min) for row in timetable.hours if row.weekday == weekday]
    )
    midnight = datetime.combine(on, time(), LOCAL_TIME)
    return [
        (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)) for opens, closes in spans
    ]


def _without(span: Span, closure: ClosedSpan) -> list[Span]:
    begins, ends = span
    pieces = [(begins, min(ends, closure.begins))]
    if closure.ends is not None:
        pieces.append((max(begins, closure.ends), ends))
    return [piece for piece in pieces if piece[0] < piece[1]]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _early_begin(now: datetime, at_min: int | None) -> datetime:
    minute = now.replace(second=0, microsecond=0)
    if at_min is None:
        return minute
    begins = datetime.combine(now.date(), time(), LOCAL_TIME) + timedelta(minutes=at_min)
    return begins if begins >= minute else begins + timedelta(days=1)


def _end_of_day(timetable: Timetable, begins: datetime, now: datetime) -> datetime | None:
    """The end of the working day that an instant lies in: yesterday's where that runs past midnight."""
    today = now.astimezone(LOCAL_TIME).date()
    if not _is_known(timetable, today):
        return datetime.combine(today + timedelta(days=1), time(), LOCAL_TIME)
    for on in (today - timedelta(days=1), today):
        ends = max((each[1] for each in _openings_of(timetable, on)), default=None)
        if ends is not None and begins < ends:
            return ends
    return None
