"""Gaps: uncovered places next to each other in one grid, what would help them, and how to draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.crs import to_ecef
from geodata.rules.reach import Floats, Ints
from geodata.vocab import Remedy

GAP_LINK_M = 1000.0
"""Default ⚙: uncovered places of one grid this near each other are one gap.

One new station between two such places reaches both under every rule from 500 m up.
"""

_EXTEND_SHARE = 0.5
_MEMBER_DISC_M = 280.0
_CLOSING_M = 300.0
_OPENING_M = 15.0
_SIMPLIFY_M = 5.0


@dataclass(frozen=True)
class Uncovered:
    """Places that are not covered, one row each: id, position, people and the number of the grid.

    ``helped_by`` has a one where a station that is shut or lacks the service is within the limit.
    """

    ids: Ints
    lonlat: Floats
    people: Ints
    grid: Ints
    helped_by: csr_array


@dataclass(frozen=True)
class Gap:
    """One gap. ``members`` are row numbers; ``centre`` is the member nearest the middle of its people.

    ``station`` is the column of the one shut or lacking station that would help most (None: none in
    reach), ``gain`` the people it would help.
    """

    grid: int
    members: Ints
    people: int
    centre: int
    remedy: Remedy
    station: int | None
    gain: int


def find_gaps(
    uncovered: Uncovered, grid_codes: Sequence[str], station_ids: Ints, link_m: float = GAP_LINK_M
) -> list[Gap]:
    """Link uncovered places into gaps and rank them: most people first, then grid code, then place id.

    Places of different grids are never linked, because a gap has one grid that is responsible for
    it. The result does not depend on row order.

    Args:
        uncovered: the places; ``grid`` indexes ``grid_codes``.
        grid_codes: code of each grid, "" for places outside all grids.
        station_ids: id of each column of ``helped_by``; the smallest wins a tie.
        link_m: straight metres, inclusive, up to which two places belong together.
    """
    if not len(uncovered.ids):
        return []
    label = _linked(uncovered, link_m)
    order = np.lexsort((uncovered.ids, label))
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    people = np.bincount(label, uncovered.people).astype(np.int64)
    centres = middle_members(uncovered.lonlat, uncovered.people, label, uncovered.ids)
    station, gain = _best_stations(uncovered, label, station_ids)
    gaps = [
        Gap(
            grid=int(uncovered.grid[centres[at]]),
            members=members,
            people=int(people[at]),
            centre=int(centres[at]),
            remedy=_remedy(int(station[at]), int(gain[at]), int(people[at])),
            station=int(station[at]) if station[at] >= 0 else None,
            gain=int(gain[at]),
        )
        for at, members in enumerate(groups)
    ]
    return sorted(gaps, key=lambda gap: (-gap.people, grid_codes[gap.grid], int(uncovered.ids[gap.centre])))


def middle_members(lonlat: Floats, people: Ints, label: Ints, ids: Ints) -> Ints:
    """For each group 0..max(label), the row of its member nearest the weighted middle of its people.

    -1 for a group without members. Equal distances (to the micrometre) go to the smallest id.
    """
    groups = int(label.max()) + 1 if len(label) else 0
    points = to_ecef(lonlat[:, 0], lonlat[:, 1])
    order = np.argsort(ids, kind="stable")  # sums of floats depend on their order
    # A hair of weight each, so that a group of places without people has a middle too.
    weights = people + 1e-9
    total = np.bincount(label[order], weights[order], minlength=groups)
    sums = [np.bincount(label[order], (weights * axis)[order], minlength=groups) for axis in points.T]
    middle = np.column_stack(sums) / np.where(total == 0, 1, total)[:, None]
    away = np.round(np.linalg.norm(points - middle[label], axis=1), 6)
    best = np.lexsort((ids, away, label))
    found = np.full(groups, -1, dtype=np.int64)
    first = np.unique(label[best], return_index=True)
    found[first[0]] = best[first[1]]
    return found


def _linked(uncovered: Uncovered, link_m: float) -> Ints:
    """Number the single-linkage groups of places of one grid."""
    points = to_ecef(uncovered.lonlat[:, 0], uncovered.lonlat[:, 1])
    order = np.argsort(uncovered.grid, kind="stable")
    grids = np.split(order, np.flatnonzero(np.diff(uncovered.grid[order])) + 1)
    # Grid by grid: no pair across a border is ever made, and memory stays small.
    pairs = np.concatenate(
        [rows[cKDTree(points[rows]).query_pairs(link_m, output_type="ndarray")] for rows in grids]
    )
    size = len(points)
    links = csr_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _remedy(station: int, gain: int, people: int) -> Remedy:
    return Remedy.EXTEND if station >= 0 and gain >= _EXTEND_SHARE * people else Remedy.BUILD


def _best_stations(uncovered: Uncovered, label: Ints, station_ids: Ints) -> tuple[Ints, Ints]:
    """For each gap the station that would help most people, -1 if none is in reach, and how many."""
    groups = int(label.max()) + 1
    station, gain = np.full(groups, -1, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    place = np.repeat(np.arange(len(label)), np.diff(uncovered.helped_by.indptr))
    column = uncovered.helped_by.indices.astype(np.int64)
    pairs, which = np.unique(label[place] * len(station_ids) + column, return_inverse=True)
    if not len(pairs):
        return station, gain
    gains = np.bincount(which, uncovered.people[place]).astype(np.int64)
    group, column = np.divmod(pairs, len(station_ids))
    order = np.lexsort((station_ids[column], -gains, group))
    found, first = np.unique(group[order], return_index=True)
    station[found], gain[found] = column[order[first]], gains[order[first]]
    return station, gain


def draw_gap(
    members: shapely.Geometry, reached: shapely.Geometry, county: shapely.Geometry | None
) -> shapely.Geometry | None:
    """The outline of a gap for a map: a drawing, never a measure.

    Args:
        members: points of the gap in metres of the county's zone.
        reached: what the counting stations reach, in the same metres; cut out.
        county: the county in the same metres; nothing is drawn outside it.

    Returns:
        A smoothed polygon or multipolygon in the same metres, or None when nothing is left to draw.
    """
    shape = shapely.union_all(shapely.buffer(shapely.get_parts(members), _MEMBER_DISC_M))
    shape = shape.buffer(_CLOSING_M).buffer(-_CLOSING_M).difference(reached)
    shape = shape.buffer(-_OPENING_M).buffer(_OPENING_M)
    if county is not None:
        shape = shape.intersection(county)
    shape = shapely.simplify(shape, _SIMPLIFY_M)
    polygons = [
        part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty
    ]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
