"""Places: divisions, grids, boundary versions, how a point was located."""

from enum import StrEnum


class DivisionLevel(StrEnum):
    """Administrative levels below the city, by length of the statistical code (6, 9, 12 digits)."""

    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"


class GridKind(StrEnum):
    """网格, 片区 and 专属网格. Grids and zones tile a county; exclusive grids overlay them."""

    GRID = "grid"
    ZONE = "zone"
    EXCLUSIVE = "exclusive"


class VersionStatus(StrEnum):
    """Life of a boundary version."""

    DRAFT = "draft"
    INVALID = "invalid"
    CHECKED = "checked"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    ARCHIVED = "archived"


class LocationLevel(StrEnum):
    """How precisely a place is known."""

    ENTRANCE = "entrance"
    BUILDING = "building"
    STREET = "street"
    COMMUNITY = "community"
    TOWN = "town"
    NONE = "none"


class Datum(StrEnum):
    """Datums an import may name. ``cgcs2000`` is ``wgs84`` for our purpose; nothing is guessed."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


GAP_TOLERANCE_M = 50.0
"""Default ⚙: a gap point this near a grid is taken as a digitising sliver (domain rule R5)."""


LOCATION_ACCURACY_M = {
    LocationLevel.ENTRANCE: 10.0,
    LocationLevel.BUILDING: 15.0,
    LocationLevel.STREET: 200.0,
    LocationLevel.COMMUNITY: 500.0,
    LocationLevel.TOWN: 2000.0,
}
"""Accuracy assumed when a row states a level but no metres."""
