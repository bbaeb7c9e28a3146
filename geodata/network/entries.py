"""Where places step onto the street: the nearest point of an edge, never just its junction.

The way there costs time at the traveller's own pace and is capped: a place farther away is *unplaced*, listed
with its distance, and never moved to the street in silence. Nobody steps across a wall on that way.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.crs import to_metric
from geodata.network.graph import Streets
from geodata.rules.reach import Bools, Floats, Ints

CAP_TOLERANCE_M = 0.02
"""What "at most 100 m" means in a projected zone, whose metres are off by up to 0.015 %."""

LOOKED_M = 5_000.0
"""How far the nearest street of an unplaced place is looked for."""


@dataclass(frozen=True, eq=False)
class Entries:
    """One row a place: the edge entered (a row of the streets, -1 when unplaced) and where along it.

    ``fraction`` counts from 0 at the start of the edge to 1 at its end; ``access_m`` is the way to the street
    in metres, also for an unplaced place (NaN when there is no street within 5 km, or no position).
    """

    edge: Ints
    fraction: Floats
    access_m: Floats

    def __len__(self) -> int:
        """How many places there are."""
        return len(self.edge)

    @property
    def placed(self) -> Bools:
        """Which places are on the network."""
        return self.edge >= 0

    def take(self, rows: Ints) -> "Entries":
        """The entries of some places."""
        return Entries(self.edge[rows], self.fraction[rows], self.access_m[rows])


def enter(streets: Streets, lonlat: Floats, cap_m: float) -> Entries:
    """Find where places step onto the streets.

    Args:
        streets: what the traveller may use.
        lonlat: longitude, latitude (EPSG:4326), shape (n, 2); NaN where not located.
        cap_m: the farthest way to the street, inclusive metres.

    Of streets equally near the lowest edge is taken, so that the order of nothing matters. Where walls stand
    between, the nearest street on one's own side is taken.
    """
    count = len(lonlat)
    entries = Entries(np.full(count, -1, dtype=np.int64), np.full(count, np.nan), np.full(count, np.nan))
    located = np.flatnonzero(np.isfinite(lonlat).all(axis=1)) if count else np.empty(0, dtype=np.int64)
    if not len(located) or not len(streets.lines):
        return entries
    points = shapely.points(
        np.column_stack(to_metric(lonlat[located, 0], lonlat[located, 1], streets.network.srid))
    )
    edge, metres = _nearest(streets, points, cap_m + CAP_TOLERANCE_M)
    # The few that are off the streets are looked at again, farther and slower, only to tell how far they are.
    off = np.flatnonzero(edge < 0)
    edge[off], metres[off] = _nearest(streets, points[off], LOOKED_M)
    entries.access_m[located] = metres
    near = np.flatnonzero(metres <= cap_m + CAP_TOLERANCE_M)
    if streets.walls:
        near = _within_walls(streets, points, edge, near, cap_m)
        entries.access_m[located[near]] = shapely.distance(points[near], streets.lines[edge[near]])
    rows, edges = located[near], edge[near]
    entries.edge[rows] = edges
    entries.fraction[rows] = shapely.line_locate_point(streets.lines[edges], points[near], normalized=True)
    return entries


def _nearest(streets: Streets, points: shapely.Geometry, within_m: float) -> tuple[Ints, Floats]:
    """The nearest edge of each point and metres; -1 and NaN where none is within."""
    edge, metres = np.full(len(points), -1, dtype=np.int64), np.full(len(points), np.nan)
    (at, found), away = streets.tree.query_nearest(
        points, max_distance=within_m, return_distance=True, all_matches=True
    )
    # Several at the same distance: the lowest edge comes first.
    order = np.lexsort((found, at))
    at, found, away = at[order], found[order], away[order]
    first = np.ones(len(at), dtype=np.bool_)
    first[1:] = at[1:] != at[:-1]
    edge[at[first]], metres[at[first]] = found[first], away[first]
    return edge, metres


def _within_walls(streets: Streets, points: shapely.Geometry, edge: Ints, near: Ints, cap_m: float) -> Ints:
    """Correct ``edge`` where a wall stands in the way; gives the points that still reach a street."""
    kept = np.ones(len(near), dtype=np.bool_)
    for at in np.flatnonzero(_blocked(streets, points[near], edge[near])):
        point = points[near[at]]
        others = streets.tree.query(point, predicate="dwithin", distance=cap_m + CAP_TOLERANCE_M)
        away = shapely.distance(point, streets.lines[others])
        others = others[np.lexsort((others, away))]
        free = np.flatnonzero(~_blocked(streets, np.full(len(others), point), others))
        kept[at] = len(free) > 0
        if len(free):
            edge[near[at]] = others[free[0]]
    return near[kept]


def _blocked(streets: Streets, points: shapely.Geometry, edge: Ints) -> Bools:
    """Whether a wall stands between each point and the nearest point of its edge."""
    blocked = np.zeros(len(points), dtype=np.bool_)
    if len(points):
        legs = shapely.shortest_line(points, streets.lines[edge])
        blocked[streets.wall_tree.query(legs, predicate="intersects")[0]] = True
    return blocked
