"""A county's street network as arrays, and how one kind of traveller sees it.

Lines are kept in the county's CGCS2000 3-degree zone (metres), where the nearest point of a street is looked
for; lengths are geodesic and were measured when the network was loaded. Arrays are never changed in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geodata.crs import metric_srid, to_metric
from geodata.rules.reach import Bools, Floats, Ints
from geodata.vocab import Profile

Lines = npt.NDArray[np.object_]
LINK = -1
"""Number of an edge that no file has: a footbridge that somebody drew."""


class Use(IntFlag):
    """Who may move along an edge and which way. On foot one goes both ways; one-ways bind wheels only."""

    FOOT = 1
    EBIKE_FORWARD = 2
    EBIKE_BACKWARD = 4
    CAR_FORWARD = 8
    CAR_BACKWARD = 16


_FORWARD = {Profile.FOOT: Use.FOOT, Profile.EBIKE: Use.EBIKE_FORWARD, Profile.CAR: Use.CAR_FORWARD}
_BACKWARD = {Profile.FOOT: Use.FOOT, Profile.EBIKE: Use.EBIKE_BACKWARD, Profile.CAR: Use.CAR_BACKWARD}


@dataclass(frozen=True, eq=False)
class Network:
    """Edges between junctions ``0 … nodes - 1``, one row each.

    ``number`` is the edge's number in its version (``LINK`` for one drawn by hand; pieces of a cut edge share
    it); ``speed_mps`` NaN where none is posted; ``lines`` run from ``start`` to ``end`` in ``srid``.
    """

    nodes: int
    number: Ints
    start: Ints
    end: Ints
    uses: npt.NDArray[np.uint8]
    speed_mps: Floats
    length_m: Floats
    lines: Lines
    srid: int

    def __len__(self) -> int:
        """How many edges there are."""
        return len(self.start)

    @cached_property
    def node_xy(self) -> Floats:
        """Positions of the junctions in ``srid``, shape (nodes, 2); NaN for a number nobody uses."""
        xy = np.full((self.nodes, 2), np.nan)
        if len(self):
            xy[self.end] = shapely.get_coordinates(shapely.get_point(self.lines, -1))
            xy[self.start] = shapely.get_coordinates(shapely.get_point(self.lines, 0))
        return xy

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over ``lines``, made once for all that is drawn on the network."""
        tree = shapely.STRtree(self.lines)
        tree.query(shapely.Point(0, 0))  # GEOS builds it on first use: never in two threads
        return tree

    @cached_property
    def stretch(self) -> float:
        """The greatest length of an edge in ``srid`` over its true one; hardly above 1 inside the zone."""
        return float((shapely.length(self.lines) / self.length_m).max(initial=1.0))


def make_network(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    uses: npt.ArrayLike,
    speed_kmh: npt.ArrayLike,
    length_m: npt.ArrayLike,
    lines: Sequence[shapely.Geometry] | Lines,
    *,
    nodes: int | None = None,
    srid: int | None = None,
) -> Network:
    """A network from columns.

    Args:
        start: number of the junction where each line begins.
        end: number of the junction where it ends.
        uses: sums of ``Use`` flags.
        speed_kmh: posted speed, NaN where none; binds cars only.
        length_m: geodesic metres, greater than 0.
        lines: LineStrings in longitude/latitude (EPSG:4326).
        nodes: how many junctions; one more than the greatest number unless given.
        srid: zone to work in; that of the network's middle longitude unless given.
    """
    starts, ends = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
    shapes = np.asarray(lines, dtype=object)
    if srid is None:
        bounds = shapely.total_bounds(shapes) if len(shapes) else (105.0, 0.0, 105.0, 0.0)
        srid = metric_srid(float(bounds[0] + bounds[2]) / 2)
    return Network(
        nodes=int(max(starts.max(), ends.max())) + 1 if nodes is None and len(starts) else nodes or 0,
        number=np.arange(len(starts), dtype=np.int64),
        start=starts,
        end=ends,
        uses=np.asarray(uses, dtype=np.uint8),
        speed_mps=np.asarray(speed_kmh, dtype=np.float64) / 3.6,
        length_m=np.asarray(length_m, dtype=np.float64),
        lines=to_zone(shapes, srid),
        srid=srid,
    )


def to_zone(shapes: Any, srid: int) -> Any:
    """Geometries in longitude/latitude (EPSG:4326) as metres in a zone."""
    return shapely.transform(
        shapes, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], srid)) if len(xy) else xy
    )


@dataclass(frozen=True, eq=False)
class Streets:
    """The edges of a network that one kind of traveller may use, at one pace.

    ``row`` is the row of each edge in the network, ``seconds`` its travel time from end to end, the same both
    ways; ``forward`` and ``backward`` say which ways it may be used. ``pace_mps`` holds for the way to the
    street too. ``walls`` (in the network's zone) are what nobody steps across on that way.
    """

    network: Network
    profile: Profile
    pace_mps: float
    row: Ints
    start: Ints
    end: Ints
    seconds: Floats
    forward: Bools
    backward: Bools
    lines: Lines
    walls: tuple[shapely.Geometry, ...]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over ``lines``."""
        return shapely.STRtree(self.lines)

    @cached_property
    def wall_tree(self) -> shapely.STRtree:
        """Index over ``walls``."""
        return shapely.STRtree(self.walls)

    @cached_property
    def reversed(self) -> csr_array:
        """Seconds from junction to junction against the direction of travel, the least of parallel edges."""
        tail = np.concatenate((self.end[self.forward], self.start[self.backward]))
        head = np.concatenate((self.start[self.forward], self.end[self.backward]))
        seconds = np.concatenate((self.seconds[self.forward], self.seconds[self.backward]))
        return least_matrix(tail, head, seconds, self.network.nodes)


def make_streets(
    network: Network, profile: Profile, pace_mps: float, *, walls: Sequence[shapely.Geometry] = ()
) -> Streets:
    """What one kind of traveller sees of a network.

    Args:
        network: the edges.
        profile: who moves.
        pace_mps: metres a second along every street; a car also keeps to the posted speed.
        walls: lines or areas in the network's zone that nobody steps across on the way to the street. They do
            not cut edges: that is ``edits.cut``.
    """
    forward = (network.uses & _FORWARD[profile]) > 0
    backward = (network.uses & _BACKWARD[profile]) > 0
    row = np.flatnonzero(forward | backward)
    speed = np.full(len(row), pace_mps)
    if profile == Profile.CAR:
        speed = np.fmin(speed, network.speed_mps[row])
    return Streets(
        network=network,
        profile=profile,
        pace_mps=pace_mps,
        row=row,
        start=network.start[row],
        end=network.end[row],
        seconds=network.length_m[row] / speed,
        forward=forward[row],
        backward=backward[row],
        lines=network.lines[row],
        walls=tuple(walls),
    )


def least_matrix(tail: Ints, head: Ints, seconds: Floats, size: int) -> csr_array:
    """A sparse matrix of the least seconds of each pair; an ordinary one would add parallel edges up."""
    if not len(tail):
        return csr_array((size, size), dtype=np.float64)
    pair = tail * size + head
    order = np.argsort(pair)
    pair = pair[order]
    first = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1])))
    least = np.minimum.reduceat(seconds[order], first)
    rows, columns = np.divmod(pair[first], size)
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))
    return csr_array((least, columns.astype(np.int32), starts.astype(np.int32)), shape=(size, size))


def pieces_of(network: Network, profile: Profile) -> tuple[Ints, Ints]:
    """Which junctions hang together for a traveller, one-ways ignored.

    Returns:
        The piece of each edge of the network (-1 where the traveller may not go), and the number of edges of
        each piece; pieces are numbered by size, the largest is 0, equal ones by their lowest edge.
    """
    flags = _FORWARD[profile] | _BACKWARD[profile]
    usable = np.flatnonzero((network.uses & flags) > 0)
    start, end = network.start[usable], network.end[usable]
    joined = csr_array((np.ones(len(usable)), (start, end)), shape=(network.nodes, network.nodes))
    _, label = connected_components(joined, directed=False)
    piece = np.full(len(network), -1, dtype=np.int64)
    labels, first, inverse, counts = np.unique(
        label[start], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -counts))
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    piece[usable] = rank[inverse]
    return piece, counts[order]
