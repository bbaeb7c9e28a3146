"""Which stations are within the limit of which places, by either measure: the seam between ground and rules.

Everything that decides coverage works on one sparse matrix, places by stations, of ones where the station
is within the limit of the rule. Who made it, a straight line or a search along streets, does not matter
from there on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array, vstack

from geodata.rules import reach
from geodata.rules.coverage import Blocks
from geodata.rules.reach import Bools, Floats, Ints
from geodata.vocab import Measure


@dataclass(frozen=True)
class Reached:
    """Who is within the limit of whom. Iterate ``blocks`` once or more, or take the whole ``matrix``.

    ``place_unplaced`` and ``station_unplaced`` have a position but are farther from any usable street than
    one may walk to it; ``place_away_m`` and ``station_away_m`` are the metres to the street (NaN in a
    straight line, or without a position). Unplaced rows and columns are empty.
    """

    blocks: Blocks
    place_unplaced: Bools
    station_unplaced: Bools
    place_away_m: Floats
    station_away_m: Floats

    @cached_property
    def matrix(self) -> csr_array:
        """Ones, places by stations; built anew of the blocks at the first use."""
        empty = csr_array((0, len(self.station_unplaced)), dtype=np.float32)
        return vstack([empty, *(pairs for _, pairs in self.blocks)], format="csr", dtype=np.float32)


@dataclass(frozen=True)
class Nearest:
    """For each place the nearest station: row number (-1: none), metres, and seconds along streets.

    ``metres`` and ``seconds`` are NaN where there is none or where the measure does not tell.
    """

    index: Ints
    metres: Floats
    seconds: Floats


class Way(Protocol):
    """A measure with its limit: how one gets from places to stations.

    Points are longitude, latitude (EPSG:4326), shape (n, 2), NaN where not located. The limit is inclusive.
    """

    measure: Measure

    def reach(self, places: Floats, stations: Floats) -> Reached:
        """All pairs within the limit."""

    def reached_by_any(self, places: Floats, stations: Floats) -> Bools:
        """Whether each place has at least one station within the limit."""

    def nearest(self, places: Floats, stations: Floats) -> Nearest:
        """The nearest station of each place, however far."""


@dataclass(frozen=True)
class StraightLine:
    """Metres on the ellipsoid."""

    limit_m: float
    measure = Measure.STRAIGHT_LINE

    def reach(self, places: Floats, stations: Floats) -> Reached:
        """All pairs within the limit."""
        return Reached(
            blocks=_Chunks(places, stations, self.limit_m),
            place_unplaced=np.zeros(len(places), dtype=np.bool_),
            station_unplaced=np.zeros(len(stations), dtype=np.bool_),
            place_away_m=np.full(len(places), np.nan),
            station_away_m=np.full(len(stations), np.nan),
        )

    def reached_by_any(self, places: Floats, stations: Floats) -> Bools:
        """Whether each place has at least one station within the limit."""
        return reach.reached_by_any(places, stations, self.limit_m)

    def nearest(self, places: Floats, stations: Floats) -> Nearest:
        """The nearest station of each place, however far; no seconds."""
        index, metres = reach.nearest(places, stations)
        return Nearest(index, metres, np.full(len(places), np.nan))


@dataclass(frozen=True)
class _Chunks:
    """The blocks of a straight-line reach, found while somebody iterates: a province is never held whole."""

    places: Floats
    stations: Floats
    limit_m: float

    def __iter__(self) -> Iterator[tuple[slice, csr_array]]:
        return reach.reach_in_chunks(self.places, self.stations, self.limit_m)


class HasWay(Protocol):
    """What knows its measure: the inputs of a coverage answer."""

    @property
    def way(self) -> Way:
        """The measure with its limit."""


def find_reach(inputs: HasWay, places: Floats, stations: Floats) -> Reached:
    """Which stations are within the limit of which places, by the measure of the question.

    Args:
        inputs: of ``read_inputs``.
        places: longitude, latitude (EPSG:4326), shape (n, 2), NaN where not located.
        stations: the same, shape (m, 2).
    """
    return inputs.way.reach(places, stations)
