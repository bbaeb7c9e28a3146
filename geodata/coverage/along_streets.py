"""The measure along streets: entries, one search, limits in seconds.

Safe to share between threads: whatever touches an index or prepared geometry does so under a lock, the
searches themselves work on arrays that never change.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np
import shapely

from geodata.coverage.reaching import Nearest, Reached
from geodata.network.entries import Entries, enter
from geodata.network.graph import Streets, pieces_of
from geodata.network.lengths import reached_shares
from geodata.network.travel import nearest_station, reach_matrix, seconds_to_nearest
from geodata.rules.reach import Bools, Floats, Ints
from geodata.vocab import Measure, Profile

_KEPT_ENTRIES = 24


@dataclass(eq=False)
class StreetMap:
    """Streets of one traveller, and where sets of points that were asked about before step onto them."""

    streets: Streets
    _lock: Lock = field(default_factory=Lock)
    _known: OrderedDict[tuple[str, float], Entries] = field(default_factory=OrderedDict)

    def enter(self, lonlat: Floats, cap_m: float) -> Entries:
        """Entries of points (EPSG:4326, shape (n, 2)), see ``network.entries.enter``."""
        key = _name(lonlat, cap_m)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            else:
                self._known[key] = enter(self.streets, lonlat, cap_m)
            while len(self._known) > _KEPT_ENTRIES:
                self._known.popitem(last=False)
            return self._known[key]

    @cached_property
    def pieces(self) -> tuple[Ints, Ints]:
        """The piece of the network that each edge of the streets hangs on, and the edges of each piece."""
        piece, sizes = pieces_of(self.streets.network, self.streets.profile)
        return piece[self.streets.row], sizes

    def remember(self, lonlat: Floats, cap_m: float, entries: Entries) -> None:
        """Take entries that somebody else found, for the very points; see ``planning.grounds``."""
        with self._lock:
            self._known[_name(lonlat, cap_m)] = entries

    def lengths_inside(self, shape: shapely.Geometry) -> tuple[Ints, Floats]:
        """Edges that meet an area (in the network's zone) and the metres of each inside it."""
        with self._lock:
            lines, lengths = self.streets.lines, self.streets.network.length_m[self.streets.row]
            rows = np.sort(self.streets.tree.query(shape, predicate="intersects"))
            whole = np.isin(rows, self.streets.tree.query(shape, predicate="contains"))
            share = np.ones(len(rows))
            cut = lines[rows[~whole]]
            share[~whole] = shapely.length(shapely.intersection(cut, shape)) / shapely.length(cut)
        return rows, lengths[rows] * share


@dataclass(frozen=True)
class AlongStreets:
    """Seconds along streets, towards the station.

    Attributes:
        streets_map: the streets of the county in use.
        limit_s: inclusive seconds.
        cap_m: the farthest way between a point and the street, inclusive metres.
    """

    streets_map: StreetMap
    limit_s: float
    cap_m: float
    measure = Measure.STREETS

    @property
    def streets(self) -> Streets:
        """What the traveller sees of the network."""
        return self.streets_map.streets

    def enter(self, lonlat: Floats) -> Entries:
        """Where points step onto the streets."""
        return self.streets_map.enter(lonlat, self.cap_m)

    def reach(self, places: Floats, stations: Floats) -> Reached:
        """All pairs within the limit."""
        here, there = self.enter(places), self.enter(stations)
        matrix = reach_matrix(self.streets, here, there, self.limit_s)
        return Reached(
            blocks=[(slice(0, len(places)), matrix)],
            place_unplaced=_unplaced(places, here),
            station_unplaced=_unplaced(stations, there),
            place_away_m=here.access_m,
            station_away_m=there.access_m,
        )

    def reached_by_any(self, places: Floats, stations: Floats) -> Bools:
        """Whether each place has at least one station within the limit."""
        seconds = seconds_to_nearest(self.streets, self.enter(places), self.enter(stations), self.limit_s)
        return np.isfinite(seconds)

    def nearest(self, places: Floats, stations: Floats) -> Nearest:
        """The nearest station of each place in seconds, however far; metres too, but for cars."""
        index, seconds = nearest_station(self.streets, self.enter(places), self.enter(stations))
        steady = self.streets.profile != Profile.CAR
        metres = seconds * self.streets.pace_mps if steady else np.full_like(seconds, np.nan)
        return Nearest(index, metres, seconds)


def street_share(
    way: AlongStreets, shape: shapely.Geometry, stations: Sequence[Floats]
) -> tuple[float, list[float | None]]:
    """Metres of usable street in an area, and for each set of stations the share within reach of one of them.

    A piece of street across the border of the area counts by its share inside, reached as the whole piece is.

    Args:
        way: streets and limit.
        shape: the area in the network's zone.
        stations: sets of positions (EPSG:4326, shape (n, 2)).

    Returns:
        Metres, and shares from 0 to 1; None where the area has no street.
    """
    rows, metres = way.streets_map.lengths_inside(shape)
    whole = float(metres.sum())
    if not whole:
        return 0.0, [None] * len(stations)
    shares = [reached_shares(way.streets, way.enter(each), way.limit_s)[rows] for each in stations]
    return whole, [float((metres * share).sum() / whole) for share in shares]


def _unplaced(lonlat: Floats, entries: Entries) -> Bools:
    return np.isfinite(lonlat).all(axis=1) & ~entries.placed


def _name(lonlat: Floats, cap_m: float) -> tuple[str, float]:
    return hashlib.sha256(np.ascontiguousarray(lonlat).tobytes()).hexdigest(), cap_m
