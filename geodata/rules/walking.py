"""How far it is on foot: straight metres on the ellipsoid, and minutes that never promise too much."""

import pyproj

METRES_PER_MINUTE = 66.7
"""The pace of the ten-minute rule: 667 m in 10 minutes."""

_TENTHS = 667
_GEOD = pyproj.Geod(ellps="WGS84")

LonLat = tuple[float, float]


def straight_metres(one: LonLat, other: LonLat) -> float:
    """Metres of the straight line over the ellipsoid between two places in stored degrees."""
    return float(_GEOD.inv(*one, *other)[2])


def walk_minutes(metres: float) -> int:
    """Minutes on foot for a straight line, rounded up from whole metres; at least 1.

    667 m are 10 minutes, 668 m are 11. Metres are what is shown beside them, so that both agree.
    """
    return max(1, -(-round(metres) * 10 // _TENTHS))
