"""Drawn lines to a network: a junction is where lines of one level cross or touch, and nowhere else.

A bridge or a tunnel joins only at its ends, never where it passes over or under. Ends that almost meet are
told, never joined. The answer does not depend on the order of the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.rules.reach import Bools, Floats, Ints

ROUNDING_M = 0.01
"""Points so near to each other are one point: what drawing programs and files round away."""

ALMOST_M = 5.0
"""Ends so near to another street without touching it are told."""

Lines = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Noded:
    """Pieces of the lines between junctions.

    Attributes:
        line: which line each piece is a part of; pieces run as their line runs.
        pieces: LineStrings in metres.
        start: number of the junction each piece begins at.
        end: number of the junction it ends at.
        almost: position (metres) of ends that almost meet another line, shape (n, 2).
        almost_m: how far each of them is from it.
    """

    line: Ints
    pieces: Lines
    start: Ints
    end: Ints
    almost: Floats
    almost_m: Floats


def node_lines(lines: Lines | Sequence[Any], level: Ints, is_structure: Bools) -> Noded:
    """Join lines into a network.

    Args:
        lines: LineStrings in metres, each with a length.
        level: 0 on the ground; lines of different levels meet only where one ends.
        is_structure: bridges and tunnels, which meet others only where they end.
    """
    given = np.asarray(lines, dtype=object)
    if not len(given):
        nothing = np.empty(0, dtype=np.int64)
        return Noded(nothing, given, nothing, nothing, np.empty((0, 2)), np.empty(0))
    # Everything below goes by the lines' own order, so that the file's does not matter.
    order = _order(given, level, is_structure)
    shapes, origin = _simple(given[order], is_structure[order])
    level, is_structure = level[order][origin], is_structure[order][origin]
    cuts = _cuts(shapes, level, is_structure)
    pieces, part = _cut_all(shapes, cuts)
    start, end = _number_junctions(pieces)
    # What is shorter than the rounding joins its own ends and is no street.
    kept = (start != end) | (shapely.length(pieces) > 2 * ROUNDING_M)
    pieces, part, start, end = pieces[kept], part[kept], start[kept], end[kept]
    almost, almost_m = _almost(pieces, start, end)
    return Noded(order[origin[part]], pieces, start, end, almost, almost_m)


def _order(lines: Lines, level: Ints, is_structure: Bools) -> Ints:
    keys = shapely.to_wkb(lines)
    rows = sorted(range(len(lines)), key=lambda i: (keys[i], int(level[i]), bool(is_structure[i])))
    return np.array(rows, dtype=np.int64)


def _simple(lines: Lines, is_structure: Bools) -> tuple[Lines, Ints]:
    """Lines that cross themselves on the ground in their single segments, all others whole."""
    crossing = np.flatnonzero(~shapely.is_simple(lines) & ~is_structure)
    if not len(crossing):
        return lines, np.arange(len(lines))
    whole = np.setdiff1d(np.arange(len(lines)), crossing)
    parts, origin = [lines[whole]], [whole]
    for row in crossing.tolist():
        xy = shapely.get_coordinates(lines[row])
        moves = np.flatnonzero((np.diff(xy, axis=0) != 0).any(axis=1))
        segments = shapely.linestrings(np.stack([xy[moves], xy[moves + 1]], axis=1))
        parts.append(segments)
        origin.append(np.full(len(segments), row))
    return np.concatenate(parts), np.concatenate(origin).astype(np.int64)


def _cuts(lines: Lines, level: Ints, is_structure: Bools) -> tuple[Ints, Floats]:
    """Where lines are cut: the line, and the metres along it."""
    rows: list[Ints] = []
    metres: list[Floats] = []
    for first, point in (*_crossings(lines, level, is_structure), _touches(lines, level, is_structure)):
        rows.append(first)
        metres.append(np.asarray(shapely.line_locate_point(lines[first], point), dtype=np.float64))
    return np.concatenate(rows), np.concatenate(metres)


def _crossings(lines: Lines, level: Ints, is_structure: Bools) -> list[tuple[Ints, Lines]]:
    """Both lines of every pair that crosses or overlaps on one level, with the points where it does."""
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="intersects")
    meets = (first < second) & (level[first] == level[second])
    meets &= ~is_structure[first] & ~is_structure[second]
    first, second = first[meets], second[meets]
    common = shapely.intersection(lines[first], lines[second])
    is_several = shapely.get_type_id(common) == shapely.GeometryType.MULTILINESTRING
    common[is_several] = shapely.line_merge(common[is_several])
    points, pair = _points(common)
    return [(first[pair], points), (second[pair], points)]


def _points(common: Lines) -> tuple[Lines, Ints]:
    """Points of intersections; of a common stretch its ends."""
    parts, pair = shapely.get_parts(common, return_index=True)
    inner, part = shapely.get_parts(parts, return_index=True)  # a collection holds collections
    pair = pair[part]
    kinds = shapely.get_type_id(inner)
    stretches = np.flatnonzero(kinds == shapely.GeometryType.LINESTRING)
    singles = np.flatnonzero(kinds == shapely.GeometryType.POINT)
    found = [inner[singles], *(shapely.get_point(inner[stretches], at) for at in (0, -1))]
    points = np.concatenate(found)
    where = np.concatenate([pair[singles], pair[stretches], pair[stretches]])
    there = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    return points[there], where[there].astype(np.int64)


def _touches(lines: Lines, level: Ints, is_structure: Bools) -> tuple[Ints, Lines]:
    """Lines on which another one ends, within the rounding, with that end.

    An end on the way of a bridge is below it; the end of a bridge on a road is where one leaves it.
    """
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    at, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=ROUNDING_M)
    own = owner[at]
    is_same = (level[own] == level[line]) & ~is_structure[own]
    comes_down = (is_structure[own] | (level[own] != 0)) & (level[line] == 0)
    meets = (own != line) & ~is_structure[line] & (is_same | comes_down)
    return line[meets].astype(np.int64), ends[at[meets]]


def _cut_all(lines: Lines, cuts: tuple[Ints, Floats]) -> tuple[Lines, Ints]:
    """The pieces of all lines, and which line each is of."""
    rows, metres = cuts
    order = np.lexsort((metres, rows))
    rows, metres = rows[order], metres[order]
    bounds = np.searchsorted(rows, np.arange(len(lines) + 1))
    lengths = shapely.length(lines)
    pieces: list[Any] = []
    part: list[int] = []
    for row in range(len(lines)):
        at = _apart(metres[bounds[row] : bounds[row + 1]], float(lengths[row]))
        if not len(at):
            pieces.append(lines[row])
            part.append(row)
            continue
        split = _cut(shapely.get_coordinates(lines[row]), at)
        pieces += split
        part += [row] * len(split)
    made = np.empty(len(pieces), dtype=object)
    made[:] = pieces
    return made, np.array(part, dtype=np.int64)


def _apart(metres: Floats, length: float) -> Floats:
    """Places that are further than the rounding from the ends and from each other."""
    kept: list[float] = []
    last = 0.0
    for at in metres.tolist():
        if at - last > ROUNDING_M and length - at > ROUNDING_M:
            kept.append(at)
            last = at
    return np.array(kept)


def _cut(xy: Floats, at: Floats) -> list[Any]:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    bounds = [0.0, *at.tolist(), float(along[-1])]
    places = np.column_stack([np.interp(bounds, along, xy[:, axis]) for axis in (0, 1)])
    places[0], places[-1] = xy[0], xy[-1]
    pieces = []
    for number in range(len(bounds) - 1):
        between = (along > bounds[number]) & (along < bounds[number + 1])
        pieces.append(shapely.linestrings(np.vstack([places[number], xy[between], places[number + 1]])))
    return pieces


def _number_junctions(pieces: Lines) -> tuple[Ints, Ints]:
    """One number for all ends that are one point within the rounding, in order of their place."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(pieces, at)) for at in (0, -1)])
    pairs = cKDTree(ends).query_pairs(1.5 * ROUNDING_M, output_type="ndarray")
    joined = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends)))
    _, label = connected_components(joined, directed=False)
    by_place = np.lexsort((ends[:, 1], ends[:, 0]))
    _, first = np.unique(label[by_place], return_index=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    number = rank[label]
    return number[: len(pieces)], number[len(pieces) :]


def _almost(pieces: Lines, start: Ints, end: Ints) -> tuple[Floats, Floats]:
    """Ends of one piece only that lie near another one, with the metres between."""
    node = np.concatenate([start, end])
    ends = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    loose = np.flatnonzero(np.bincount(node, minlength=int(node.max(initial=0)) + 1)[node] == 1)
    at, other = shapely.STRtree(pieces).query(ends[loose], predicate="dwithin", distance=ALMOST_M)
    own = loose[at] % len(pieces)
    # A neighbour at the far end of a short piece is joined already.
    joined = (start[own] == start[other]) | (start[own] == end[other])
    joined |= (end[own] == start[other]) | (end[own] == end[other])
    at, other = at[~joined], other[~joined]
    metres = shapely.distance(ends[loose[at]], pieces[other])
    # What touches and is not joined lies on another level.
    at, metres = at[metres > ROUNDING_M], metres[metres > ROUNDING_M]
    if not len(at):
        return np.empty((0, 2)), np.empty(0)
    nearest = np.full(len(loose), np.inf)
    np.minimum.at(nearest, at, metres)
    found = np.flatnonzero(np.isfinite(nearest))
    places = shapely.get_coordinates(ends[loose[found]])
    # Both ends of one gap are one gap.
    by_place = np.lexsort((places[:, 1], places[:, 0]))
    return places[by_place], nearest[found][by_place]
