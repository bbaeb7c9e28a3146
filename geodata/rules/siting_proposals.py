"""Places proposed as candidate sites because people who are not served gather there."""

import numpy as np
from scipy.spatial import cKDTree

from geodata.crs import to_ecef
from geodata.rules.reach import Floats, Ints

MOST_PROPOSED = 500
"""Proposals beyond this many are left out, those with the fewest people first."""

THIN_SHARE = 4
"""Proposals stand at least this part of the limit apart: the limit divided by four."""

MAX_THIN_M = 200.0


def thin_points(lonlat: Floats, people: Ints, ids: Ints, least_m: float, most: int) -> Ints:
    """Row numbers of the places with most people that stand well apart, in order of id.

    A place with more people goes before one with fewer, the lowest id before its equals; one nearer than
    ``least_m`` (straight metres) to a place taken before is passed over. Points without a position
    never count.
    """
    located = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
    if not len(located) or most <= 0:
        return located[:0]
    order = located[np.lexsort((ids[located], -people[located]))]
    points = to_ecef(lonlat[order, 0], lonlat[order, 1])
    tree = cKDTree(points)
    barred = np.zeros(len(order), dtype=np.bool_)
    taken: list[int] = []
    for at in range(len(order)):
        if barred[at]:
            continue
        taken.append(int(order[at]))
        if len(taken) == most:
            break
        barred[tree.query_ball_point(points[at], least_m)] = True
    chosen = np.array(taken, dtype=np.int64)
    return chosen[np.argsort(ids[chosen], kind="stable")]
