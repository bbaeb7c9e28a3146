"""Who is covered: the state of every place at one moment, and people by hour of the day.

A place is *covered* when at least one counting station is within the limit, *unknown* when none
counts but one of those within might, else *not covered*: there is never only "covered or not".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from geodata.rules.availability import (
    LeftOut,
    Moment,
    StationClass,
    StationFacts,
    StationState,
    classify_station,
)
from geodata.rules.reach import Bools, Floats, Ints

HOURS_OF_DAY = 24
NOT_COVERED, ONE, CROSS, UNKNOWN = range(4)
"""The digit of a place: not covered, one station, two or more (交叉覆盖), unknown."""

Flags = npt.NDArray[np.float32]
Blocks = Iterable[tuple[slice, csr_array]]
"""Which stations are within the limit of which places: blocks of rows of one matrix of ones, in order."""

_NEVER_MINDS = frozenset({StationState.EXCLUDED, StationState.STAFF_ONLY})


@dataclass(frozen=True)
class Places:
    """Points whose state is asked, one row each.

    ``county`` numbers the county of each place; stations carry the same numbers, and a place is
    served by stations of its own county only (the official figure). ``unknown`` are places of which
    nobody can say what they reach: without a position, or too far from any street. ``there`` says at which
    places the people are (rows) at the hours of the supply (columns, the last is the moment asked about);
    None is everybody always.
    """

    people: Ints
    county: Ints
    unknown: Bools
    there: Bools | None = None


@dataclass(frozen=True)
class Supply:
    """Stations as columns: position, county number, and which of them are what.

    ``counting`` and ``unsure`` have one row a station and one column for each of the 24 hours and a
    last one for the moment asked about; ``shut`` would count if open, ``fixable`` is shut or lacks.
    """

    lonlat: Floats
    county: Ints
    counting: Flags
    unsure: Flags
    shut: Bools
    fixable: Bools

    def now(self) -> "Supply":
        """The same stations with the moment asked about only."""
        return replace(self, counting=self.counting[:, -1:], unsure=self.unsure[:, -1:])


@dataclass(frozen=True)
class Cover:
    """The state of every place at the moment asked, and people by hour.

    ``digit`` is NOT_COVERED, ONE, CROSS or UNKNOWN; ``shut_in_reach`` and ``fixable_in_reach`` say
    what could help a place; ``fixable`` holds the pairs of uncovered places and fixable stations.
    ``hours`` has a row for each column but the last: people covered, cross-covered, unknown, all there.
    """

    digit: npt.NDArray[np.uint8]
    shut_in_reach: Bools
    fixable_in_reach: Bools
    fixable: csr_array
    hours: Ints


def make_supply(
    stations: Sequence[StationFacts],
    county: Ints,
    moment: Moment,
    *,
    services: Sequence[str],
    unconfirmed_after_days: int | None,
    off_network: Bools | None = None,
) -> tuple[Supply, list[StationClass]]:
    """Classify stations at the 24 hours and at the moment asked, which is also returned by itself.

    ``off_network`` are stations too far from any street: nobody gets there, whatever their hours.
    """
    moments = moments_of_day(moment)
    table = [
        [
            classify_station(each, at, services=services, unconfirmed_after_days=unconfirmed_after_days)
            for at in moments
        ]
        for each in stations
    ]
    if off_network is not None:
        table = [
            [_off_network(each) for each in row] if off else row
            for row, off in zip(table, off_network.tolist(), strict=True)
        ]
    asked = [row[-1] for row in table]
    shape = (len(stations), len(moments))
    supply = Supply(
        lonlat=positions(stations),
        county=county,
        counting=_flags(table, StationState.OPEN).reshape(shape),
        unsure=_flags(table, StationState.UNKNOWN).reshape(shape),
        shut=np.array(
            [each.state == StationState.SHUT and not each.lacking for each in asked], dtype=np.bool_
        ),
        fixable=np.array(
            [each.state in {StationState.SHUT, StationState.LACKS} for each in asked], dtype=np.bool_
        ),
    )
    return supply, asked


def moments_of_day(moment: Moment) -> list[Moment]:
    """The 24 hours of the day of a moment, and the moment itself: the columns of a supply."""
    minutes = [60 * hour for hour in range(HOURS_OF_DAY)]
    return [Moment(moment.day_type, minute, moment.as_of) for minute in minutes] + [moment]


def positions(stations: Sequence[StationFacts]) -> Floats:
    """Longitude and latitude of stations, shape (n, 2), NaN where not located."""
    return np.array([(_or_nan(each.lon), _or_nan(each.lat)) for each in stations], dtype=float).reshape(-1, 2)


def _off_network(station: StationClass) -> StationClass:
    excluded = StationClass(StationState.EXCLUDED, LeftOut.OFF_NETWORK)
    return station if station.state in _NEVER_MINDS else excluded


def _flags(table: Sequence[Sequence[StationClass]], state: StationState) -> Flags:
    return np.array([[each.state == state for each in row] for row in table], dtype=np.float32)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def find_cover(places: Places, supply: Supply, reach: Blocks) -> Cover:
    """The state of every place: one reach matrix, then all hours by products with it.

    How the reach was measured does not matter here: in a straight line or along streets. The result
    does not depend on the order of places or stations.

    Args:
        places: one row of the matrix each, those ``unknown`` are so at every hour.
        supply: one column of the matrix each.
        reach: the matrix in blocks of rows that follow each other from the first to the last place.
    """
    count = len(places.people)
    digit = np.zeros(count, dtype=np.uint8)
    shut, fixable = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    hours = np.zeros((supply.counting.shape[1] - 1, 4), dtype=np.int64)
    blocks = [csr_array((0, len(supply.shut)), dtype=np.float32)]
    for block, pairs in reach:
        own = _own_county(pairs, places.county[block], supply.county)
        counting, unsure = own @ supply.counting, own @ supply.unsure
        unsure[places.unknown[block]] = 1
        states = _digits(counting, unsure)
        there = None if places.there is None else places.there[block, :-1]
        hours += _people_by_hour(states[:, :-1], places.people[block], there)
        digit[block] = states[:, -1]
        shut[block] = own @ supply.shut.astype(np.float32) > 0
        helps = _only(own, digit[block] == NOT_COVERED, supply.fixable)
        fixable[block] = np.diff(helps.indptr) > 0
        blocks.append(helps)
    return Cover(digit, shut, fixable, vstack(blocks, format="csr"), hours)


def _digits(counting: Flags, unsure: Flags) -> npt.NDArray[np.uint8]:
    states = np.minimum(counting, CROSS).astype(np.uint8)
    states[(counting == 0) & (unsure > 0)] = UNKNOWN
    return states


def _people_by_hour(states: npt.NDArray[np.uint8], people: Ints, there: Bools | None) -> Ints:
    masks = ((states == ONE) | (states == CROSS), states == CROSS, states == UNKNOWN)
    if there is None:
        counts = [*(people @ which for which in masks), np.full(states.shape[1], people.sum())]
    else:
        counts = [*(people @ (which & there) for which in masks), people @ there]
    return np.column_stack(counts)


def _own_county(reach: csr_array, place_county: Ints, station_county: Ints) -> csr_array:
    """Drop pairs across a county border: official figures of a county use its own stations only."""
    rows = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    keep = place_county[rows] == station_county[reach.indices]
    return reach if keep.all() else _picked(reach, rows, keep)


def _only(reach: csr_array, rows_wanted: Bools, columns_wanted: Bools) -> csr_array:
    rows = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    return _picked(reach, rows, rows_wanted[rows] & columns_wanted[reach.indices])


def _picked(reach: csr_array, rows: Ints, keep: Bools) -> csr_array:
    return csr_array((reach.data[keep], (rows[keep], reach.indices[keep])), shape=reach.shape)
