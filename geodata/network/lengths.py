"""How much of the streets is within reach: metres of street, where a circle would count ground."""

import numpy as np

from geodata.network.entries import Entries
from geodata.network.graph import Streets
from geodata.network.travel import LIMIT_TOLERANCE_S, node_seconds
from geodata.rules.reach import Floats


def reached_shares(streets: Streets, stations: Entries, limit_s: float) -> Floats:
    """For each edge of the streets the share (0 to 1) from which a station is reached within the limit.

    Args:
        streets: what the traveller may use.
        stations: where one may go; unplaced ones serve nobody.
        limit_s: inclusive seconds from the point on the street to the station.
    """
    placed = stations.take(np.flatnonzero(stations.placed))
    if not len(placed):
        return np.zeros(len(streets.row))
    bound = limit_s + LIMIT_TOLERANCE_S
    nodes = node_seconds(streets, placed, bound)
    left_at_end = np.where(streets.forward, bound - nodes[streets.end], -np.inf)
    left_at_start = np.where(streets.backward, bound - nodes[streets.start], -np.inf)
    from_end = np.clip(left_at_end / streets.seconds, 0, 1)
    from_start = np.clip(left_at_start / streets.seconds, 0, 1)
    shares: Floats = np.minimum(1.0, from_end + from_start)
    for edge in np.unique(placed.edge):
        here = placed.take(np.flatnonzero(placed.edge == edge))
        spans = [(0.0, from_start[edge]), (1 - from_end[edge], 1.0)]
        spans += [_span_around(streets, here, at, bound) for at in range(len(here))]
        shares[edge] = _union(spans)
    return shares


def _span_around(streets: Streets, here: Entries, at: int, bound_s: float) -> tuple[float, float]:
    """What of its own edge a station is reached from without coming to a junction."""
    edge, middle = here.edge[at], here.fraction[at]
    far = max(0.0, (bound_s - here.access_m[at] / streets.pace_mps) / streets.seconds[edge])
    low = max(0.0, middle - far) if streets.forward[edge] else middle
    high = min(1.0, middle + far) if streets.backward[edge] else middle
    return float(low), float(high)


def _union(spans: list[tuple[float, float]]) -> float:
    total, reached = 0.0, 0.0
    for low, high in sorted(spans):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return min(1.0, total)
