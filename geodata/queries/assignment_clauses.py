"""Pieces of SQL that the assignment statements share: grids in force, accuracy, metres."""

from geodata.vocab import LOCATION_ACCURACY_M

GRIDS_IN_FORCE = (
    "grid_boundaries AS b "
    "JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective' "
    "JOIN grids AS g ON g.id = b.grid_id"
)
"""Every grid as drawn in the effective version of its county: ``b`` shape, ``v`` version, ``g`` identity."""

DIVISION_IN_FORCE = "d.valid_from <= :today AND (d.valid_to IS NULL OR d.valid_to > :today)"

LOCAL_TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"

PROVISIONAL = "(e.operating_address IS NULL AND e.registered_address IS NOT NULL)"
"""Only the registered address is known (R7): the owner is provisional."""

_DEFAULTS = " ".join(f"WHEN '{level}' THEN {metres}" for level, metres in LOCATION_ACCURACY_M.items())
ACCURACY_M = f"COALESCE(e.location_accuracy_m, CASE e.location_level {_DEFAULTS} ELSE 0 END)"
"""Metres by which the place may be wrong: stated, else by level, else 0."""


def degrees_of(metres: str, point: str) -> str:
    """SQL for degrees that surely span ``metres`` in any direction around ``point``.

    110,574 m is the shortest degree of latitude; a degree of longitude is longer than that times the
    cosine. Two percent cover the change of the cosine over the span. Only for filters: a true distance
    is always metres.
    """
    return f"(({metres}) * 1.02 / (110574 * cos(radians(ST_Y({point})))))"


def metres_between(point: str, shape: str) -> str:
    """SQL for metres from a point to a shape whose edges are straight in degrees, as ``ST_Covers`` sees them.

    The plane touches the WGS-84 ellipsoid at the point (series of the lengths of one degree): right to
    0.02 % within 2 km, as good as the county's CGCS2000 zone, and without re-projecting any polygon.
    """
    phi = f"radians(ST_Y({point}))"
    east = f"(111412.84 * cos({phi}) - 93.5 * cos(3 * {phi}) + 0.118 * cos(5 * {phi}))"
    north = f"(111132.954 - 559.822 * cos(2 * {phi}) + 1.175 * cos(4 * {phi}))"
    return f"ST_Distance(ST_Scale({point}, {east}, {north}), ST_Scale({shape}, {east}, {north}))"
