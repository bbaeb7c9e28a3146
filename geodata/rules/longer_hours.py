"""What longer hours would change: stations that never shut, or stay open until an evening hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from geodata.rules.availability import Moment, StationFacts, StationState, classify_station
from geodata.rules.hours import DAY_MIN, HOLIDAY, DayHours, Opening
from geodata.rules.reach import Bools, Ints

ALWAYS_OPEN = tuple(Opening(day, 0, DAY_MIN) for day in range(HOLIDAY + 1))
UNTIL_MIN = 23 * 60
"""延时: how late a station would stay open that is not opened all night."""


def never_shut(station: StationFacts) -> StationFacts:
    """The station with 24-hour opening every day. Closures and what it lacks stay as they are."""
    return replace(station, hours=ALWAYS_OPEN, dates={})


def open_until(station: StationFacts, minute: int = UNTIL_MIN) -> StationFacts:
    """The station with its last opening of every day lengthened to a minute; days off stay days off."""
    days = {row.weekday for row in station.hours}
    hours = [
        Opening(day, *span)
        for day in sorted(days)
        for span in _lengthened([(row[1], row[2]) for row in station.hours if row.weekday == day], minute)
    ]
    dates = {}
    for on, day in station.dates.items():
        spans = _lengthened(day.spans(), minute)
        dates[on] = DayHours(*spans[0], tuple(spans[1:])) if spans else day
    return replace(station, hours=tuple(hours), dates=dates)


def _lengthened(spans: list[tuple[int, int]], minute: int) -> list[tuple[int, int]]:
    ordered = sorted(spans)
    if not ordered:
        return []
    opens, closes = ordered[-1]
    return [*ordered[:-1], (opens, max(closes, minute) if opens < minute else closes)]


def find_candidates(
    stations: Sequence[StationFacts],
    longer: Sequence[StationFacts],
    moment: Moment,
    *,
    services: Sequence[str],
    unconfirmed_after_days: int | None,
) -> Bools:
    """Which stations are known to be shut at the moment and would count with longer hours.

    A station whose hours are not known is none: somebody must first ask.
    """

    def state(station: StationFacts) -> StationState:
        return classify_station(
            station, moment, services=services, unconfirmed_after_days=unconfirmed_after_days
        ).state

    return np.array(
        [
            state(now) == StationState.SHUT and state(then) == StationState.OPEN
            for now, then in zip(stations, longer, strict=True)
        ],
        dtype=np.bool_,
    )


class Pick(NamedTuple):
    """A station to open longer: its row, the people newly covered by it, and with all picks before."""

    station: int
    gain: int
    together: int


def pick_greedily(reach: csr_array, outside: Ints, candidates: Bools, ids: Ints, count: int) -> list[Pick]:
    """Stations one after the other, each the one that newly covers most people then; equal ones by lowest id.

    Fewer than ``count`` when no other would cover anybody.

    Args:
        reach: ones where a station serves a place, places by stations.
        outside: people who are at each place and not covered (or not known to be).
        candidates: the stations that may be picked.
        ids: of the stations, for ties.
        count: how many at most.
    """
    left = outside.astype(np.int64)
    columns = np.flatnonzero(candidates)
    columns = columns[np.argsort(ids[columns], kind="stable")]
    serves = csr_array(reach[:, columns].T, dtype=np.int64)
    picks: list[Pick] = []
    together = 0
    while len(picks) < min(count, len(columns)):
        gains = serves @ left
        best = int(np.argmax(gains))
        if gains[best] == 0:
            break
        together += int(gains[best])
        picks.append(Pick(int(columns[best]), int(gains[best]), together))
        left[serves.indices[serves.indptr[best] : serves.indptr[best + 1]]] = 0
    return picks


@dataclass(frozen=True)
class Wish:
    """Which longer hours a proposal is about: all day and night, or until a minute."""

    until_min: int | None = None

    def applied(self, station: StationFacts) -> StationFacts:
        """The station with these hours."""
        return never_shut(station) if self.until_min is None else open_until(station, self.until_min)
