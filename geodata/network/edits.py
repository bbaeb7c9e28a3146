"""A network with barriers and footbridges: new values, the old one stays as it is.

Cut and split edges keep the ``number`` of the edge they come from. Geometry is in the network's zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyproj
import shapely
from shapely.ops import substring

from geodata.crs import to_wgs84
from geodata.errors import InvalidInput
from geodata.network.graph import LINK, Lines, Network, Use
from geodata.rules.reach import Floats, Ints

WALL_HALF_WIDTH_M = 0.05
"""A line that nobody crosses is a strip ten centimetres wide."""

LINK_JOIN_M = 50.0
"""How far the end of a footbridge may be from the street it is meant to join."""

_SHORTEST_M = 1e-3
_ANY_WHEEL = Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class _Pieces:
    """What becomes of some edges: rows of the old network and the shapes that stay, end to end or apart."""

    row: Ints
    lines: Lines
    start: Ints
    end: Ints
    nodes: int


def cut(network: Network, walls: Sequence[shapely.Geometry]) -> Network:
    """The network with every edge cut where it meets a wall.

    Args:
        network: edges to cut.
        walls: lines and areas in the network's zone; what lies within one is gone, the rest of an edge stays
            as a dead end on either side.
    """
    if not walls or not len(network):
        return network
    strips = shapely.union_all(
        [shapely.buffer(wall, WALL_HALF_WIDTH_M, cap_style="flat") for wall in _simple(walls)]
    )
    met = network.tree.query(strips, predicate="intersects")
    if not len(met):
        return network
    left = shapely.difference(network.lines[met], strips)
    parts, owner = shapely.get_parts(left, return_index=True)
    whole = shapely.length(parts) > _SHORTEST_M
    return _replaced(network, np.sort(met), _without_ends(network, met[owner[whole]], parts[whole]))


def link(network: Network, lines: Sequence[shapely.Geometry]) -> Network:
    """The network with further footways, each joined to the nearest street at both of its ends.

    Open to people on foot and e-bikes, both ways. Taken in order; a later one may join an earlier one.

    Raises:
        InvalidInput: ``link_off_street`` with the number of the line, which end, and the metres to the
            nearest street; ``link_too_short``.
    """
    for at, line in enumerate(lines, start=1):
        network = _linked(network, line, at)
    return network


def _linked(network: Network, line: shapely.Geometry, at: int) -> Network:
    ends = shapely.points(shapely.get_coordinates(line)[[0, -1]])
    walkable = np.flatnonzero((network.uses & Use.FOOT) > 0)
    if not len(walkable):
        raise InvalidInput("link_off_street", number=at, end=1, metres=0)
    shapes = network.lines[walkable]
    edge = np.array([int(shapely.STRtree(shapes).nearest(point)) for point in ends])
    away = shapely.distance(ends, shapes[edge])
    for number, metres in enumerate(away, start=1):
        if metres > LINK_JOIN_M:
            raise InvalidInput("link_off_street", number=at, end=number, metres=round(float(metres)))
    along = shapely.line_locate_point(shapes[edge], ends)
    feet = shapely.line_interpolate_point(shapes[edge], along)
    network, junctions = _split(network, walkable[edge], along)
    xy = np.vstack(
        (shapely.get_coordinates(feet[0]), shapely.get_coordinates(line), shapely.get_coordinates(feet[1]))
    )
    bridge = shapely.LineString(xy)
    if junctions[0] == junctions[1] or bridge.length < _SHORTEST_M:
        raise InvalidInput("link_too_short", number=at)
    return _joined(network, bridge, junctions)


def _joined(network: Network, bridge: shapely.Geometry, junctions: Ints) -> Network:
    xy = shapely.get_coordinates(bridge)
    metres = float(_GEOD.line_length(*to_wgs84(xy[:, 0], xy[:, 1], network.srid)))
    return replace(
        network,
        number=np.append(network.number, LINK),
        start=np.append(network.start, junctions[0]),
        end=np.append(network.end, junctions[1]),
        uses=np.append(network.uses, np.uint8(Use.FOOT | _ANY_WHEEL)),
        speed_mps=np.append(network.speed_mps, np.nan),
        length_m=np.append(network.length_m, metres),
        lines=np.concatenate((network.lines, _objects([bridge]))),
    )


def _split(network: Network, rows: Ints, along: Floats) -> tuple[Network, Ints]:
    """Cut edges in two at some metres along them, and give the junction at each of these points."""
    junctions = np.empty(len(rows), dtype=np.int64)
    nodes, lines, starts, ends, owners = network.nodes, [], [], [], []
    for row in np.unique(rows):
        line, chain = network.lines[row], [(0.0, int(network.start[row]))]
        for at in np.flatnonzero(rows == row)[np.argsort(along[rows == row], kind="stable")]:
            metres = float(along[at])
            if metres - chain[-1][0] <= _SHORTEST_M:
                junctions[at] = chain[-1][1]
            elif line.length - metres <= _SHORTEST_M:
                junctions[at] = network.end[row]
            else:
                junctions[at] = nodes
                chain.append((metres, nodes))
                nodes += 1
        chain.append((line.length, int(network.end[row])))
        for (begin, start), (finish, end) in pairwise(chain):
            lines.append(substring(line, begin, finish))
            starts.append(start)
            ends.append(end)
            owners.append(row)
    pieces = _Pieces(np.array(owners), _objects(lines), np.array(starts), np.array(ends), nodes)
    return _replaced(network, np.unique(rows), pieces), junctions


def _without_ends(network: Network, owner: Ints, parts: Lines) -> _Pieces:
    """Pieces of cut edges: an end that was the edge's own keeps its junction, others are new dead ends."""
    nodes = network.nodes
    ends = []
    for which, own in ((0, network.start), (-1, network.end)):
        kept = (
            shapely.distance(shapely.get_point(parts, which), shapely.get_point(network.lines[owner], which))
            <= _SHORTEST_M
        )
        fresh = np.flatnonzero(~kept)
        junction = own[owner].copy()
        junction[fresh] = nodes + np.arange(len(fresh))
        nodes += len(fresh)
        ends.append(junction)
    return _Pieces(owner, parts, ends[0], ends[1], nodes)


def _replaced(network: Network, gone: Ints, pieces: _Pieces) -> Network:
    """The network without some edges and with what is left of them at its end."""
    kept = np.ones(len(network), dtype=np.bool_)
    kept[gone] = False
    row = pieces.row
    share = shapely.length(pieces.lines) / shapely.length(network.lines[row])
    return Network(
        nodes=pieces.nodes,
        number=np.concatenate((network.number[kept], network.number[row])),
        start=np.concatenate((network.start[kept], pieces.start)),
        end=np.concatenate((network.end[kept], pieces.end)),
        uses=np.concatenate((network.uses[kept], network.uses[row])),
        speed_mps=np.concatenate((network.speed_mps[kept], network.speed_mps[row])),
        length_m=np.concatenate((network.length_m[kept], network.length_m[row] * share)),
        lines=np.concatenate((network.lines[kept], pieces.lines)),
        srid=network.srid,
    )


def _simple(walls: Sequence[shapely.Geometry]) -> Lines:
    parts: Lines = shapely.get_parts(np.asarray(walls, dtype=object))
    return parts


def _objects(shapes: Sequence[shapely.Geometry]) -> Lines:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
