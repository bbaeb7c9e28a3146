"""Opening hours: is a station open at a minute of a day, shut, or do we not know?

Hours are weekly rows ``[opens, closes)`` in minutes from midnight of their day; a row that closes
after 1440 runs past midnight and belongs to the next day too. No rows at all means *unknown*; a day
without rows, on a station that has rows, is *shut*. Nothing here knows a calendar of holidays: a
holiday is weekday 7, and a station without rows for it is unknown on holidays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from geodata.vocab import DayType

DAY_MIN = 1440
HOLIDAY = 7
"""The weekday number of the rows that hold on public holidays; 0 is Monday, 6 Sunday."""

_ONE_WEEKDAY = {DayType.SATURDAY: 5, DayType.SUNDAY: 6, DayType.HOLIDAY: HOLIDAY}
_WORKDAYS = range(5)
_LOOK_AHEAD_DAYS = 8


class OpenState(StrEnum):
    """What the hours say about one minute."""

    OPEN = "open"
    SHUT = "shut"
    UNKNOWN = "unknown"


class Opening(NamedTuple):
    """One weekly row: weekday 0-6 or 7, minutes from its midnight, ``closes_min`` up to 2880."""

    weekday: int
    opens_min: int
    closes_min: int


class DayHours(NamedTuple):
    """Hours of one date instead of the weekly ones; both None means shut all day.

    ``further`` are more openings of the same date, after the first: a lunch break lies between.
    """

    opens_min: int | None
    closes_min: int | None
    further: tuple[tuple[int, int], ...] = ()

    def spans(self) -> list[tuple[int, int]]:
        """The openings of that date, in order."""
        if self.opens_min is None or self.closes_min is None:
            return []
        return [(self.opens_min, self.closes_min), *self.further]


def hours_by_date(rows: Iterable[tuple[date, int | None, int | None]]) -> dict[date, DayHours]:
    """Rows of dates with their own openings, gathered by date; a row without minutes is shut all day."""
    spans: dict[date, list[tuple[int, int]]] = {}
    for on, opens, closes in rows:
        day = spans.setdefault(on, [])
        if opens is not None and closes is not None:
            day.append((opens, closes))
    return {on: _day_hours(sorted(openings)) for on, openings in spans.items()}


def _day_hours(openings: list[tuple[int, int]]) -> DayHours:
    return DayHours(*openings[0], tuple(openings[1:])) if openings else DayHours(None, None)


@dataclass(frozen=True, slots=True)
class StateAt:
    """A state and when it next changes.

    ``until_min`` counts from midnight of the day asked about and may pass 1440; None: no change is
    known (always open, never open in the coming week, or unknown).
    """

    state: OpenState
    until_min: int | None = None


Spans = Sequence[tuple[int, int]]


def state_at(
    hours: Sequence[Opening],
    day: DayType | int,
    minute: int,
    *,
    today: DayHours | None = None,
    yesterday: DayHours | None = None,
) -> StateAt:
    """What the hours say about a minute of a day, and until when.

    Openings are half-open: open at the opening minute, shut at the closing minute. ``workday`` is
    open only when it is open on every one of Monday to Friday. On a holiday the day before is not
    known: hours that would run over from every possible day count as open, from some as unknown.

    Args:
        hours: all weekly rows of the station, in any order.
        day: a day type, or a weekday 0-6 (7 is a holiday).
        minute: 0-1439 of that day.
        today: hours of this very date, instead of the weekly ones.
        yesterday: hours of the date before, for what runs past midnight.
    """
    if not hours and today is None:
        return StateAt(OpenState.UNKNOWN)
    if day == DayType.WORKDAY:
        return _every([state_at(hours, weekday, minute) for weekday in _WORKDAYS])
    weekday = _ONE_WEEKDAY[day] if isinstance(day, DayType) else day
    own = today.spans() if today else _rows(hours, weekday)
    if weekday != HOLIDAY:
        before = yesterday.spans() if yesterday else _rows(hours, (weekday - 1) % 7)
        return _in_week(own, before, minute, lambda ahead: _rows(hours, (weekday + ahead) % 7))
    if today is None and not own:
        return StateAt(OpenState.UNKNOWN)
    return _on_holiday(hours, own, minute, yesterday)


def state_for(
    hours: Sequence[Opening], day_type: DayType, minute: int, as_of: date, dates: Mapping[date, DayHours]
) -> OpenState:
    """What the hours say about a minute of a day type, for a question asked as of a date.

    Hours of the date ``as_of`` itself replace the weekly ones when that date is a day of the type
    asked about (Monday to Friday for ``workday``; any date may be a holiday). Other dates do not
    matter, except that the date before may run past midnight.
    """
    if not dates or not _is_day_of(as_of, day_type):
        return _weekly_state(tuple(hours), day_type, minute)
    today, yesterday = dates.get(as_of), dates.get(as_of - timedelta(days=1))
    if day_type == DayType.HOLIDAY:
        return state_at(hours, HOLIDAY, minute, today=today, yesterday=yesterday).state
    on_date = state_at(hours, as_of.weekday(), minute, today=today, yesterday=yesterday)
    if today is not None or day_type != DayType.WORKDAY:
        return on_date.state
    others = [state_at(hours, weekday, minute) for weekday in _WORKDAYS if weekday != as_of.weekday()]
    return _every([on_date, *others]).state


def is_24h(hours: Sequence[Opening]) -> bool:
    """Whether the station never shuts: every minute of the week, and of holidays where rows name them."""
    week = _merged(
        (day * DAY_MIN + opens, day * DAY_MIN + closes)
        for day in range(-1, 7)
        for opens, closes in _rows(hours, day % 7)
    )
    holiday = _merged(_rows(hours, HOLIDAY))
    return any(opens <= 0 and closes >= 7 * DAY_MIN for opens, closes in week) and (
        not holiday or any(opens <= 0 and closes >= DAY_MIN for opens, closes in holiday)
    )


@lru_cache(maxsize=200_000)
def _weekly_state(hours: tuple[Opening, ...], day_type: DayType, minute: int) -> OpenState:
    """The same as ``state_at`` without the next change: 25 moments for each of ten thousand stations."""
    if not hours or day_type == DayType.HOLIDAY:
        return state_at(hours, day_type, minute).state
    days = _WORKDAYS if day_type == DayType.WORKDAY else (_ONE_WEEKDAY[day_type],)
    return OpenState.OPEN if all(_is_open_on(hours, day, minute) for day in days) else OpenState.SHUT


def _is_open_on(hours: tuple[Opening, ...], weekday: int, minute: int) -> bool:
    before = (weekday - 1) % 7
    return any(
        (day == weekday and opens <= minute < closes) or (day == before and minute < closes - DAY_MIN)
        for day, opens, closes in hours
    )


def _is_day_of(on: date, day_type: DayType) -> bool:
    match day_type:
        case DayType.WORKDAY:
            return on.weekday() in _WORKDAYS
        case DayType.HOLIDAY:
            return True
        case _:
            return on.weekday() == _ONE_WEEKDAY[day_type]


def _rows(hours: Iterable[Opening], weekday: int) -> list[tuple[int, int]]:
    return [(row.opens_min, row.closes_min) for row in hours if row.weekday == weekday]


def _every(states: Sequence[StateAt]) -> StateAt:
    """Open when all days are, shut as soon as one is. Several days together have no next change."""
    kinds = {each.state for each in states}
    for state in (OpenState.SHUT, OpenState.UNKNOWN):
        if state in kinds:
            return StateAt(state)
    return StateAt(OpenState.OPEN)


def _in_week(own: Spans, before: Spans, minute: int, ahead: Callable[[int], Spans]) -> StateAt:
    """Find the minute in the openings of the day before, the day, and the week that follows."""
    spans = [(opens - DAY_MIN, closes - DAY_MIN) for opens, closes in before] + list(own)
    if not any(opens <= minute < closes for opens, closes in spans):
        later = [opens for opens, _ in own if opens > minute] or [
            day * DAY_MIN + opens for day in range(1, _LOOK_AHEAD_DAYS) for opens, _ in ahead(day)
        ]
        return StateAt(OpenState.SHUT, min(later, default=None))
    for day in range(1, _LOOK_AHEAD_DAYS):
        spans += [(day * DAY_MIN + opens, day * DAY_MIN + closes) for opens, closes in ahead(day)]
    closes = next(closes for opens, closes in _merged(spans) if opens <= minute < closes)
    return StateAt(OpenState.OPEN, None if closes >= minute + 7 * DAY_MIN else closes)


def _on_holiday(hours: Sequence[Opening], own: Spans, minute: int, yesterday: DayHours | None) -> StateAt:
    befores = [yesterday.spans()] if yesterday else [_rows(hours, day) for day in range(HOLIDAY + 1)]
    states = {_in_week(own, before, minute, lambda _: []).state for before in befores}
    if len(states) > 1:
        return StateAt(OpenState.UNKNOWN)
    # What follows a holiday is not known either, so only today's own hours can name a change.
    return min(
        (_in_week(own, before, minute, lambda _: []) for before in befores),
        key=lambda each: each.until_min if each.until_min is not None else DAY_MIN,
    )


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans joined where they touch or overlap, in order."""
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged
