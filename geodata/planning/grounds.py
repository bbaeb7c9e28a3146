"""The ground of a what-if: who reaches which station, by either measure, walls and bridges included."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csc_array, hstack

from geodata.coverage.along_streets import AlongStreets, StreetMap
from geodata.coverage.reaching import Way
from geodata.crs import to_metric
from geodata.network.edits import LINK_JOIN_M, cut, link
from geodata.network.entries import Entries, enter
from geodata.network.graph import Network, Streets, make_streets, to_zone
from geodata.network.travel import reach_matrix
from geodata.rules.reach import Bools, Floats, Ints
from geodata.vocab import Measure

_SLACK = 1.01
"""A zone's metres are not quite the ellipsoid's."""

_ROUND_M = 1.0


@dataclass(frozen=True, eq=False)
class Ground:
    """How one gets from the places of a county to stations.

    ``columns`` are the county's own stations, a column each; ``station_unplaced`` those of them, and
    ``unplaced`` the places, that are too far from any street.
    """

    way: Way
    places: Floats
    columns: csc_array
    station_unplaced: Bools
    unplaced: Bools

    @property
    def is_along_streets(self) -> bool:
        """Whether walls and footbridges matter."""
        return self.way.measure == Measure.STREETS

    def reach(self, stations: Floats) -> tuple[csc_array, Bools]:
        """Columns of further stations (longitude, latitude), and which are too far from any street."""
        reached = self.way.reach(self.places, stations)
        return reached.matrix.tocsc(), reached.station_unplaced


def make_ground(way: Way, places: Floats, stations: Floats) -> Ground:
    """Measure who reaches which of the county's own stations.

    Args:
        way: the measure with its limit.
        places: longitude, latitude (EPSG:4326), shape (n, 2), NaN where not located.
        stations: the same, shape (m, 2).
    """
    reached = way.reach(places, stations)
    return Ground(
        way=way,
        places=places,
        columns=reached.matrix.tocsc(),
        station_unplaced=reached.station_unplaced,
        unplaced=reached.place_unplaced,
    )


def edit_ground(
    ground: Ground,
    walls: Sequence[shapely.Geometry],
    bridges: Sequence[shapely.LineString],
    stations: Floats,
) -> Ground:
    """The ground with walls and footbridges besides; only what they can matter to is measured anew.

    The same as ``make_ground`` over the edited streets: who steps onto a street that stays, away from what
    was drawn, steps onto it still; a station farther from it than one can go within the limit is reached by
    the same places.

    Args:
        ground: along streets.
        walls: lines and areas (EPSG:4326).
        bridges: lines (EPSG:4326), joined in this order.
        stations: the stations of the ground's columns.

    Raises:
        InvalidInput: ``link_off_street``, ``link_too_short`` with the number of the bridge.
    """
    old = ground.way
    if not isinstance(old, AlongStreets):
        return ground
    way = edit_way(old, walls, bridges)
    drawn = shapely.union_all([to_zone(shape, way.streets.network.srid) for shape in (*walls, *bridges)])
    moved = _Moved.between(old.streets, way.streets)
    here, there = (_enter_again(old, way, moved, drawn, points) for points in (ground.places, stations))
    far_m = way.limit_s * way.streets.pace_mps * _SLACK + LINK_JOIN_M + way.cap_m
    near = np.flatnonzero(_metres(way, stations, drawn) <= far_m)
    anew = reach_matrix(way.streets, here, there.take(near), way.limit_s).tocsc()
    stay = np.setdiff1d(np.arange(len(stations)), near)
    order = np.argsort(np.concatenate((stay, near)), kind="stable")
    return Ground(
        way=way,
        places=ground.places,
        columns=hstack([ground.columns[:, stay], anew], format="csc")[:, order],
        station_unplaced=np.isfinite(stations).all(axis=1) & ~there.placed,
        unplaced=np.isfinite(ground.places).all(axis=1) & ~here.placed,
    )


def edit_way(
    way: AlongStreets, walls: Sequence[shapely.Geometry], bridges: Sequence[shapely.LineString]
) -> AlongStreets:
    """The streets with more walls, and with footbridges, which cross walls: that is what they are for.

    Args:
        way: streets as they are, barriers in force included.
        walls: lines and areas (EPSG:4326).
        bridges: lines (EPSG:4326), joined in this order.

    Raises:
        InvalidInput: ``link_off_street``, ``link_too_short`` with the number of the bridge.
    """
    streets = way.streets
    srid = streets.network.srid
    fresh = [to_zone(wall, srid) for wall in walls]
    network = link(cut(streets.network, fresh), [to_zone(bridge, srid) for bridge in bridges])
    _keep_junctions(streets.network, network)
    every = (*streets.walls, *fresh)
    changed = make_streets(network, streets.profile, streets.pace_mps, walls=every)
    return AlongStreets(StreetMap(changed), way.limit_s, way.cap_m)


@dataclass(frozen=True, eq=False)
class _Moved:
    """Where edges are after an edit: ``row`` of each in the new streets, -1 where it is gone."""

    row: Ints

    @classmethod
    def between(cls, old: Streets, new: Streets) -> "_Moved":
        stays, fresh = _names(old.network), _names(new.network)
        kept = np.isin(stays, fresh, assume_unique=True)
        count = int(kept.sum())
        # Edits leave other edges in their order at the front; were that otherwise, all count as gone.
        if not np.array_equal(stays[kept], fresh[:count]):
            return cls(np.full(len(old.row), -1, dtype=np.int64))
        in_network = np.where(kept, np.cumsum(kept) - 1, -1)[old.row]
        at = np.searchsorted(new.row, in_network)
        return cls(np.where(in_network >= 0, at, -1))


def _names(network: Network) -> Ints:
    """What tells edges apart whose lines are the very same objects: where these are in memory."""
    return np.frombuffer(network.lines.tobytes(), dtype=np.intp)


def _enter_again(
    old: AlongStreets, new: AlongStreets, moved: _Moved, drawn: shapely.Geometry, lonlat: Floats
) -> Entries:
    """Where points step onto the edited streets; the new way remembers it."""
    before = old.enter(lonlat)
    edge = np.where(before.placed, moved.row[before.edge], -1)
    gone = before.placed & (edge < 0)
    near = _metres(new, lonlat, drawn) <= new.cap_m + _ROUND_M
    again = np.flatnonzero(gone | near)
    found = enter(new.streets, lonlat[again], new.cap_m)
    fraction, access_m = before.fraction.copy(), before.access_m.copy()
    edge[again], fraction[again], access_m[again] = found.edge, found.fraction, found.access_m
    entries = Entries(edge, fraction, access_m)
    new.streets_map.remember(lonlat, new.cap_m, entries)
    return entries


def _metres(way: AlongStreets, lonlat: Floats, drawn: shapely.Geometry) -> Floats:
    """Metres from points to what was drawn; infinity without a position."""
    metres = np.full(len(lonlat), np.inf)
    located = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
    lon, lat = lonlat[located, 0], lonlat[located, 1]
    points = np.column_stack(to_metric(lon, lat, way.streets.network.srid))
    metres[located] = shapely.distance(shapely.points(points), drawn)
    return metres


def _keep_junctions(old: Network, new: Network) -> None:
    """Take over the positions of junctions, which keep their numbers, instead of asking every line anew."""
    fresh = np.flatnonzero((new.start >= old.nodes) | (new.end >= old.nodes))
    xy = np.full((new.nodes, 2), np.nan)
    xy[: old.nodes] = old.node_xy
    xy[new.end[fresh]] = shapely.get_coordinates(shapely.get_point(new.lines[fresh], -1))
    xy[new.start[fresh]] = shapely.get_coordinates(shapely.get_point(new.lines[fresh], 0))
    vars(new)["node_xy"] = xy  # where its cached property keeps it
