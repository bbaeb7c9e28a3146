"""Geometry from strangers, judged in the child process: sound, or refused with the reason and the place.

Nothing is repaired. A repair is measured for small shapes so that the sender can be told what it would do.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError

from geodata.ingest import limits

Problem = tuple[str, dict[str, Any]]
_WHERE = re.compile(r"\[(\S+) (\S+)\]")
_REASONS = {
    "Self-intersection": "geometry_self_intersection",
    "Ring Self-intersection": "geometry_self_intersection",
    "Hole lies outside shell": "geometry_hole_outside",
    "Holes are nested": "geometry_holes_nested",
    "Nested shells": "geometry_shells_nested",
    "Interior is disconnected": "geometry_interior_disconnected",
    "Duplicate Rings": "geometry_rings_repeated",
    "Too few points in geometry component": "geometry_too_few_points",
}
_COORDINATE_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_spent_s = 0.0


class Unsound(Exception):
    """A geometry that cannot be taken."""

    def __init__(self, code: str, /, **params: Any) -> None:
        self.problem: Problem = (code, params)
        super().__init__(code)


def accept(geometry: Any, *, polygons: bool) -> bytes:
    """The WKB of a sound 2-D geometry: a MultiPolygon where polygons are wanted, else a Point.

    Holes and parts are kept; a single polygon is promoted. Coordinates stay as delivered.

    Raises:
        Unsound: ``geometry_type``, ``geometry_too_large``, ``geometry_not_finite``, ``geometry_missing``,
            ``geometry_invalid`` or a nearer name of the fault, with ``at``.
    """
    if geometry is None or geometry.is_empty:
        raise Unsound("geometry_missing")
    flat = shapely.force_2d(geometry)
    if shapely.get_num_coordinates(flat) > limits.MAX_VERTICES:
        raise Unsound("geometry_too_large", limit=limits.MAX_VERTICES)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise Unsound("geometry_not_finite")
    if polygons:
        return _accept_polygon(flat)
    if flat.geom_type == "MultiPoint" and len(flat.geoms) == 1:
        flat = flat.geoms[0]
    if flat.geom_type != "Point":
        raise Unsound("geometry_type", found=flat.geom_type, wanted="Point")
    return bytes(shapely.to_wkb(flat))


def accept_lines(geometry: Any) -> list[Any]:
    """The coordinates, shape (n, 2), of every part of a line; corners that repeat are left out.

    Raises:
        Unsound: ``geometry_type``, ``geometry_too_large``, ``geometry_not_finite``, ``geometry_missing``,
            ``line_without_length``.
    """
    if geometry is None or geometry.is_empty:
        raise Unsound("geometry_missing")
    if geometry.geom_type not in {"LineString", "MultiLineString"}:
        raise Unsound("geometry_type", found=geometry.geom_type, wanted="LineString")
    if shapely.get_num_coordinates(geometry) > limits.MAX_VERTICES:
        raise Unsound("geometry_too_large", limit=limits.MAX_VERTICES)
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(geometry)]
    if not all(np.isfinite(xy).all() for xy in parts):
        raise Unsound("geometry_not_finite")
    kept = [xy[np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))] for xy in parts if len(xy)]
    kept = [xy for xy in kept if len(xy) > 1]
    if not kept:
        raise Unsound("line_without_length")
    return kept


def _accept_polygon(geometry: Any) -> bytes:
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        raise Unsound("geometry_type", found=geometry.geom_type, wanted="Polygon")
    if not shapely.is_valid(geometry):
        raise _unsound(geometry)
    parts = shapely.get_parts(geometry)
    return bytes(shapely.to_wkb(shapely.multipolygons(parts[~shapely.is_empty(parts)])))


def _unsound(geometry: Any) -> Unsound:
    """Which fault, where, and what a repair would leave."""
    reason = str(shapely.is_valid_reason(geometry))
    code = _REASONS.get(reason.partition("[")[0].strip(), "geometry_invalid")
    place = _WHERE.search(reason)
    at = f"{float(place[1]):.6f}, {float(place[2]):.6f}" if place else "?"
    return Unsound(code, at=at, **_measure_repair(geometry))


def _measure_repair(geometry: Any) -> dict[str, Any]:
    """Parts and area change of a repair, for shapes small enough to be tried safely."""
    global _spent_s  # noqa: PLW0603 - one file, one process, one budget
    if _spent_s > limits.REPAIR_SECONDS or shapely.get_num_coordinates(geometry) > limits.REPAIR_VERTICES:
        return {}
    begun = time.monotonic()
    repaired = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    _spent_s += time.monotonic() - begun
    hull = shapely.convex_hull(geometry).area
    if repaired.is_empty or not hull:
        return {}
    return {
        "repair_parts": len(shapely.get_parts(repaired)),
        "repair_hull_share": round(repaired.area / hull, 4),
    }


def from_wkt(text: str) -> Any:
    """Read well-known text.

    Raises:
        Unsound: ``geometry_unreadable``.
    """
    try:
        return shapely.from_wkt(text)
    except (ShapelyError, ValueError, TypeError) as error:
        raise Unsound("geometry_unreadable") from error


def from_wkb(data: bytes) -> Any:
    """Read well-known binary.

    Raises:
        Unsound: ``geometry_unreadable``.
    """
    try:
        return shapely.from_wkb(data)
    except (ShapelyError, ValueError, TypeError) as error:
        raise Unsound("geometry_unreadable") from error


def from_geojson(value: Any) -> Any:
    """Build a geometry from a parsed GeoJSON object, number by number.

    Raises:
        Unsound: ``geometry_missing``, ``geometry_type``, ``geometry_unreadable``, ``geometry_not_finite``.
    """
    if value is None:
        raise Unsound("geometry_missing")
    if not isinstance(value, Mapping):
        raise Unsound("geometry_unreadable")
    name = value.get("type")
    if name not in _COORDINATE_DEPTH:
        raise Unsound("geometry_type", found=str(name)[:40], wanted="Point, LineString, Polygon")
    coordinates = _pairs(value.get("coordinates"), _COORDINATE_DEPTH[name])
    try:
        return _build(name, coordinates)
    except (ShapelyError, ValueError, TypeError) as error:
        raise Unsound("geometry_unreadable") from error


def _build(name: str, coordinates: Any) -> Any:
    if name == "Point":
        return shapely.Point(coordinates)
    if name == "MultiPoint":
        return shapely.MultiPoint(coordinates)
    if name == "LineString":
        return shapely.LineString(coordinates)
    if name == "MultiLineString":
        return shapely.MultiLineString([part for part in coordinates if part])
    if name == "Polygon":
        return shapely.Polygon(coordinates[0], coordinates[1:]) if coordinates else shapely.Polygon()
    return shapely.MultiPolygon([(part[0], part[1:]) for part in coordinates if part])


def _pairs(value: Any, depth: int) -> Any:
    if not isinstance(value, list):
        raise Unsound("geometry_unreadable")
    if depth:
        return [_pairs(item, depth - 1) for item in value]
    numbers = value[:2]
    if len(numbers) < 2 or any(isinstance(n, bool) or not isinstance(n, int | float) for n in value):  # noqa: PLR2004
        raise Unsound("geometry_unreadable")
    try:
        pair = (float(numbers[0]), float(numbers[1]))
    except OverflowError as error:
        raise Unsound("geometry_not_finite") from error
    if not all(np.isfinite(pair)):
        raise Unsound("geometry_not_finite")
    return pair
