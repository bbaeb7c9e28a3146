"""Small towns drawn in metres, and a slow search of its own kind to compare with."""

import heapq
import math
from collections.abc import Sequence

import numpy as np
import pyproj
import shapely

from geodata.crs import to_wgs84
from geodata.network.entries import Entries
from geodata.network.graph import Network, Streets, Use, make_network

SRID = 4547  # CGCS2000, central meridian 114° E
EAST, NORTH = 500_000.0, 2_500_000.0  # on the central meridian, where the zone's metres are the ellipsoid's
ALL = Use.FOOT | Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD | Use.CAR_FORWARD | Use.CAR_BACKWARD
AT_END = 1e-9
_GEOD = pyproj.Geod(ellps="WGS84")


def lonlat(*points: tuple[float, float]) -> np.ndarray:
    """Points in metres east and north of the middle of town, as longitude and latitude."""
    xy = np.array(points, dtype=float).reshape(-1, 2)
    return np.column_stack(to_wgs84(EAST + xy[:, 0], NORTH + xy[:, 1], SRID))


def town(
    *streets: Sequence[tuple[float, float]], uses: Sequence[int] | int = ALL, speed_kmh: float = math.nan
) -> Network:
    """A network of streets given by their points in metres; ends at the same point are one junction."""
    lines = [shapely.LineString(lonlat(*street)) for street in streets]
    names: dict[tuple[float, float], int] = {}
    start = [names.setdefault(street[0], len(names)) for street in streets]
    end = [names.setdefault(street[-1], len(names)) for street in streets]
    flags = [uses] * len(lines) if isinstance(uses, int) else list(uses)
    metres = [_GEOD.geometry_length(line) for line in lines]
    return make_network(
        start, end, flags, [speed_kmh] * len(lines), metres, lines, nodes=len(names), srid=SRID
    )


def search(streets: Streets, place: int, station: int, places: Entries, stations: Entries) -> float:
    """Seconds from one place to one station by a plain search in Python, forward from the place."""
    if not (places.placed[place] and stations.placed[station]):
        return math.inf
    arcs = _arcs(streets)
    arcs += _steps(streets, places, place, "place", leaving=True)
    arcs += _steps(streets, stations, station, "station", leaving=False)
    arcs += _along(streets, places, stations, place, station)
    return _shortest(arcs, "place", "station")


def _arcs(streets: Streets) -> list[tuple]:
    rows = range(len(streets.seconds))
    ahead = [(streets.start[at], streets.end[at], streets.seconds[at]) for at in rows if streets.forward[at]]
    back = [(streets.end[at], streets.start[at], streets.seconds[at]) for at in rows if streets.backward[at]]
    return ahead + back


def _steps(streets: Streets, entries: Entries, row: int, name: str, *, leaving: bool) -> list[tuple]:
    """Arcs between a place and the ends of its street."""
    edge, fraction = entries.edge[row], entries.fraction[row]
    walk, whole = entries.access_m[row] / streets.pace_mps, streets.seconds[edge]
    to_end, to_start = walk + (1 - fraction) * whole, walk + fraction * whole
    arcs = []
    at_start, at_end = fraction <= AT_END, fraction >= 1 - AT_END
    if streets.forward[edge] or (at_end if leaving else at_start):
        arcs.append((name, streets.end[edge], to_end) if leaving else (streets.start[edge], name, to_start))
    if streets.backward[edge] or (at_start if leaving else at_end):
        arcs.append((name, streets.start[edge], to_start) if leaving else (streets.end[edge], name, to_end))
    return arcs


def _along(streets: Streets, places: Entries, stations: Entries, place: int, station: int) -> list[tuple]:
    edge = places.edge[place]
    ahead = stations.fraction[station] - places.fraction[place]
    may = (ahead >= 0 and streets.forward[edge]) or (ahead <= 0 and streets.backward[edge])
    if edge != stations.edge[station] or not may:
        return []
    walk = (places.access_m[place] + stations.access_m[station]) / streets.pace_mps
    return [("place", "station", walk + abs(ahead) * streets.seconds[edge])]


def _shortest(arcs: list[tuple], begin: str, goal: str) -> float:
    best = {begin: 0.0}
    queue = [(0.0, 0, begin)]
    while queue:
        seconds, _, node = heapq.heappop(queue)
        if node == goal:
            return seconds
        for at, (tail, head, more) in enumerate(arcs):
            if tail == node and seconds + more < best.get(head, math.inf):
                best[head] = seconds + more
                heapq.heappush(queue, (seconds + more, at + 1, head))
    return math.inf
