"""What a planner may draw as a barrier: a line or an area, sound, of a bearable size, near the county."""

import math
from datetime import date
from itertools import pairwise
from typing import Any

import pyproj
import shapely

from geodata.crs import metric_srid
from geodata.errors import Conflict, InvalidInput
from geodata.rules.discs import project

MAX_CORNERS = 500
MAX_LENGTH_M = 50_000.0
MIN_LENGTH_M = 1.0
RIM_M = 5_000.0
"""Streets reach so far beyond their county; a barrier farther out cuts nothing."""

_HALF_TURN, _POLE = 180.0, 90.0
_LEAST_RING = 4
_GEOD = pyproj.Geod(ellps="WGS84")


def read_shape(drawn: dict[str, Any]) -> shapely.Geometry:
    """A GeoJSON LineString or Polygon (longitude/latitude) as a geometry; equal neighbouring corners are one.

    Raises:
        InvalidInput: ``barrier_shape_invalid``; ``barrier_too_many_corners``; ``barrier_too_short`` and
            ``barrier_too_long`` with metres; ``barrier_crosses_itself`` with the place where.
    """
    kind, coordinates = drawn.get("type"), drawn.get("coordinates")
    if kind == "LineString":
        rings = [_corners(coordinates)]
    elif kind == "Polygon" and isinstance(coordinates, list) and coordinates:
        rings = [_corners(ring) for ring in coordinates]
    else:
        raise InvalidInput("barrier_shape_invalid")
    if sum(map(len, rings)) > MAX_CORNERS:
        raise InvalidInput("barrier_too_many_corners", corners=sum(map(len, rings)), most=MAX_CORNERS)
    _check_length(rings[0])
    return shapely.LineString(rings[0]) if kind == "LineString" else _area(rings)


def check_near_county(shape: shapely.Geometry, county: shapely.Geometry) -> None:
    """Refuse a barrier that does not lie in the county (EPSG:4326) and the rim of 5 km around it.

    Raises:
        InvalidInput: ``barrier_outside_county``.
    """
    srid = metric_srid(float(shapely.centroid(county).x))
    here, there = project(county, srid), project(shape, srid)
    farthest = shapely.distance(here, shapely.points(shapely.get_coordinates(there))).max()
    if farthest > RIM_M:
        raise InvalidInput("barrier_outside_county", metres=round(float(farthest)), most=round(RIM_M))


def check_period(valid_from: date, valid_to: date | None) -> None:
    """Refuse a barrier that ends before it has stood a day.

    Raises:
        InvalidInput: ``barrier_period_invalid``.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise InvalidInput("barrier_period_invalid")


def check_past_kept(*, stood_since: date, drawn_on: date, today: date) -> None:
    """Refuse to move or remove what has already stood in figures: it is ended, and another one drawn.

    A barrier may be put right on the day it was drawn and until it comes into force.

    Raises:
        Conflict: ``barrier_stood``.
    """
    if stood_since < today and drawn_on < today:
        raise Conflict("barrier_stood", since=stood_since.isoformat())


def _corners(given: Any) -> list[tuple[float, float]]:
    if not isinstance(given, list) or not all(_is_position(each) for each in given):
        raise InvalidInput("barrier_shape_invalid")
    points = [(float(lon), float(lat)) for lon, lat in given]
    return points[:1] + [after for before, after in pairwise(points) if after != before]


def _is_position(given: Any) -> bool:
    if not isinstance(given, list) or len(given) != 2:  # noqa: PLR2004
        return False
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in given):
        return False
    lon, lat = given
    return math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= _HALF_TURN and abs(lat) <= _POLE


def _check_length(corners: list[tuple[float, float]]) -> None:
    metres = _GEOD.geometry_length(shapely.LineString(corners)) if len(corners) > 1 else 0.0
    if metres < MIN_LENGTH_M:
        raise InvalidInput("barrier_too_short")
    if metres > MAX_LENGTH_M:
        raise InvalidInput("barrier_too_long", metres=round(metres), most=round(MAX_LENGTH_M))


def _area(rings: list[list[tuple[float, float]]]) -> shapely.Geometry:
    for ring in rings:
        if len(ring) < _LEAST_RING or ring[0] != ring[-1]:
            raise InvalidInput("barrier_shape_invalid")
    area = shapely.Polygon(rings[0], rings[1:])
    if not shapely.is_valid(area):
        where = shapely.is_valid_reason(area).partition("[")[2].rstrip("]")
        lon, _, lat = where.partition(" ")
        raise InvalidInput("barrier_crosses_itself", lon=lon[:10], lat=lat[:9])
    return area
