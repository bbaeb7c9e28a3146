"""The 168 hours of a week: who is covered in each, as one product of a reach matrix with 168 masks.

An hour is asked about at its first minute, as the curve of one day is. Days are dates: a public holiday of
the working calendar is a ``holiday``, Monday to Friday are ``workday``, a make-up Sunday is a ``sunday``.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geodata.rules.availability import Moment, StationFacts, StationState, classify_station
from geodata.rules.coverage import CROSS, HOURS_OF_DAY, NOT_COVERED, ONE, UNKNOWN, Flags
from geodata.rules.presence import Attendance
from geodata.rules.reach import Bools, Ints
from geodata.vocab import DayType

DAYS = 7
HOURS_OF_WEEK = DAYS * HOURS_OF_DAY
NIGHT_HOURS = (22, 23, 0, 1, 2, 3, 4, 5)
"""夜间: hours that begin from 22:00 to before 6:00."""

_BLOCK_PLACES = 20_000
_SATURDAY, _SUNDAY = 5, 6


class Day(NamedTuple):
    """A date and the kind of day it is asked about as."""

    on: date
    day_type: DayType


def days_of_week(as_of: date, holidays: Container[date]) -> tuple[Day, ...]:
    """Monday to Sunday of the week of a date, each with its kind; ``holidays`` are public holidays."""
    monday = as_of - timedelta(days=as_of.weekday())
    days = [monday + timedelta(days=ahead) for ahead in range(DAYS)]
    return tuple(Day(on, DayType.HOLIDAY if on in holidays else _type_of(on)) for on in days)


def _type_of(on: date) -> DayType:
    return {_SATURDAY: DayType.SATURDAY, _SUNDAY: DayType.SUNDAY}.get(on.weekday(), DayType.WORKDAY)


def moments_of(days: Sequence[Day]) -> list[Moment]:
    """The first minute of every hour, day after day."""
    return [Moment(day.day_type, 60 * hour, day.on) for day in days for hour in range(HOURS_OF_DAY)]


@dataclass(frozen=True)
class Masks:
    """Which stations count, and which may, at moments: one row a station, one column a moment."""

    counting: Flags
    unsure: Flags


def mask_stations(
    stations: Sequence[StationFacts],
    moments: Sequence[Moment],
    *,
    services: Sequence[str],
    unconfirmed_after_days: int | None,
) -> Masks:
    """Classify stations at all moments; stations that tell the same are classified once."""
    known: dict[Any, list[StationState]] = {}
    table = []
    for station in stations:
        key = _told(station, services)
        if key not in known:
            known[key] = [
                classify_station(
                    _on(station, at.as_of),
                    at,
                    services=services,
                    unconfirmed_after_days=unconfirmed_after_days,
                ).state
                for at in moments
            ]
        table.append(known[key])
    shape = (len(stations), len(moments))
    counting, unsure = (
        np.array([[each == state for each in row] for row in table], dtype=np.float32).reshape(shape)
        for state in (StationState.OPEN, StationState.UNKNOWN)
    )
    return Masks(counting, unsure)


def _on(station: StationFacts, on: date) -> StationFacts:
    """The station as a question about one date sees it: special hours of that date and the one before."""
    if not station.dates:
        return station
    near = {day: station.dates[day] for day in (on - timedelta(days=1), on) if day in station.dates}
    return replace(station, dates=near)


def _told(station: StationFacts, services: Sequence[str]) -> Any:
    """All that a state depends on but the name and the place."""
    return (
        station.hours,
        tuple(sorted(station.dates.items())),
        station.closures,
        tuple(station.services.get(code) for code in services),
        station.station_type,
        station.venue_type,
        station.status,
        station.access_method,
        station.confirmed_on,
        station.lon is None or station.lat is None,
    )


@dataclass(frozen=True)
class WeekStates:
    """The state of every place at every moment, moments that cannot differ kept once.

    ``digit`` has one row a place and one column a kind of moment, ``there`` the same or None when everybody
    always is; ``kind`` is the column of each moment.
    """

    digit: npt.NDArray[np.uint8]
    there: Bools | None
    kind: Ints

    def covered(self, moment: int) -> Bools:
        """Which places are covered at a moment, peopled or not."""
        digit = self.digit[:, self.kind[moment]]
        covered: Bools = (digit == ONE) | (digit == CROSS)
        return covered

    def peopled(self, moment: int) -> Bools:
        """At which places the people are there at a moment."""
        if self.there is None:
            return np.ones(len(self.digit), dtype=np.bool_)
        here: Bools = self.there[:, self.kind[moment]]
        return here


def find_states(
    reach: csr_array, masks: Masks, lost: Bools, *, attendance: Attendance | None, moments: Sequence[Moment]
) -> WeekStates:
    """States of all places at all moments, the same as ``find_cover`` gives for each by itself.

    Args:
        reach: ones where a station serves a place, places by stations.
        masks: of the stations at the moments.
        lost: places whose reach cannot be known; they are unknown at every moment.
        attendance: when people are there, None for always.
        moments: of the columns.
    """
    table = np.ones((1, len(moments)), dtype=np.bool_) if attendance is None else attendance.table(moments)
    told = np.vstack((masks.counting, masks.unsure, table)).astype(np.uint8)
    _, first, kind = np.unique(told, axis=1, return_index=True, return_inverse=True)
    counting, unsure = masks.counting[:, first], masks.unsure[:, first]
    digit = np.zeros((reach.shape[0], len(first)), dtype=np.uint8)
    for start in range(0, reach.shape[0], _BLOCK_PLACES):
        block = slice(start, start + _BLOCK_PLACES)
        near = reach[block]
        certain, perhaps = near @ counting, near @ unsure
        digit[block] = np.minimum(certain, CROSS)
        digit[block][(certain == 0) & (perhaps > 0)] = UNKNOWN
    digit[lost] = UNKNOWN
    there = None if attendance is None else table[:, first][attendance.pattern]
    return WeekStates(digit, there, kind.reshape(-1))


@dataclass(frozen=True)
class WeekCount:
    """People by zone (rows) and moment (columns): covered, cross among them, unknown, all there."""

    covered: Ints
    cross: Ints
    unknown: Ints
    total: Ints


def count_people(states: WeekStates, people: csr_array) -> WeekCount:
    """Add up people by zone.

    Args:
        states: of the places.
        people: zones by places, the people of a place where it lies in a zone.
    """
    digit = states.digit
    masks = {
        "covered": (digit == ONE) | (digit == CROSS),
        "cross": digit == CROSS,
        "unknown": digit == UNKNOWN,
        "total": np.ones_like(digit, dtype=np.bool_),
    }
    counts: Mapping[str, Ints] = {
        name: (people @ (mask if states.there is None else mask & states.there).astype(np.int64))[
            :, states.kind
        ]
        for name, mask in masks.items()
    }
    return WeekCount(**counts)


@dataclass(frozen=True)
class WorstHours:
    """Hours of the week with the same figures: their hours of the day, and their days (0 Monday)."""

    outside: int
    hours: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def moment(self) -> int:
        """The number of the first of its moments."""
        return self.days[0] * HOURS_OF_DAY + self.hours[0]


def rank_worst(
    covered: Sequence[int], unknown: Sequence[int], total: Sequence[int], limit: int
) -> list[WorstHours]:
    """The hours at which most people are there and not covered; alike days and alike hours together.

    Unknown is not "not covered". Equal ones in order of their first moment.
    """
    days_of: dict[tuple[int, ...], list[int]] = {}
    for moment in range(HOURS_OF_WEEK):
        day, hour = divmod(moment, HOURS_OF_DAY)
        outside = total[moment] - covered[moment] - unknown[moment]
        if outside:
            days_of.setdefault((hour, outside, covered[moment], total[moment]), []).append(day)
    hours_of: dict[tuple[Any, ...], list[int]] = {}
    for (hour, *figures), days in days_of.items():
        hours_of.setdefault((tuple(days), *figures), []).append(hour)
    ranked = [
        WorstHours(outside, tuple(sorted(hours)), days) for (days, outside, *_), hours in hours_of.items()
    ]
    return sorted(ranked, key=lambda each: (-each.outside, each.moment))[:limit]


__all__ = [
    "DAYS",
    "HOURS_OF_WEEK",
    "NIGHT_HOURS",
    "NOT_COVERED",
    "Day",
    "Masks",
    "WeekCount",
    "WeekStates",
    "WorstHours",
    "count_people",
    "days_of_week",
    "find_states",
    "mask_stations",
    "moments_of",
    "rank_worst",
]
