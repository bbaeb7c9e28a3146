"""Raw pairs and raw polygons to stored places: converted once, judged, never moved by a guess."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyproj
import shapely

from geodata.crs import SRID, Array, geometry_to_wgs84, to_wgs84
from geodata.errors import RefusedFile
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.rules.imports import CHINA, SAME_PLACE_M, find_point_problems
from geodata.vocab import LOCATION_ACCURACY_M, Datum, LocationLevel

_EXACT_GEODETIC = {4326, 4490, 4979, 4480}
_CRS_TEXT = (
    "urn:ogc:def:crs:",
    "epsg:",
    "geogc",
    "geogcrs",
    "projc",
    "projcrs",
    "geodcrs",
    "boundcrs",
    "compd",
)
_METRES_PER_DEGREE = 111_320.0


def read_datum(datum: Datum | int | None) -> Datum | int:
    """The stated datum, found fit for an exact conversion.

    Raises:
        RefusedFile: ``datum_missing``; ``datum_unknown``; ``datum_not_exact`` for systems on another
            ellipsoid (Beijing 1954, Xian 1980), which no public formula converts to a millimetre.
    """
    if datum is None:
        raise RefusedFile("datum_missing")
    if isinstance(datum, Datum):
        return datum
    try:
        system = pyproj.CRS.from_epsg(int(datum))
    except (pyproj.exceptions.CRSError, ValueError, TypeError) as error:
        raise RefusedFile("datum_unknown", datum=datum) from error
    base = system.geodetic_crs.to_epsg() if system.geodetic_crs else None
    if base not in _EXACT_GEODETIC or system.is_geocentric:
        raise RefusedFile("datum_not_exact", datum=datum, name=system.name)
    if system.is_geographic:
        return Datum.CGCS2000 if base in {4490, 4480} else Datum.WGS84
    return int(datum)


def datum_text(datum: Datum | int) -> str:
    """The datum as stored beside every raw pair."""
    return f"epsg:{datum}" if isinstance(datum, int) else str(datum)


def check_file_system(described: str, datum: Datum | int, notes: Notes) -> None:
    """Compare what a file says of its own coordinates with what the user stated.

    Raises:
        RefusedFile: ``crs_differs`` when one is in degrees and the other in metres, or in other metres.
    """
    if not described.strip().lower().startswith(_CRS_TEXT):
        return
    try:
        system = pyproj.CRS.from_user_input(described.strip())
    except pyproj.exceptions.CRSError:
        notes.warn(None, None, "crs_unreadable", described[:100])
        return
    if system.is_projected != isinstance(datum, int):
        raise RefusedFile("crs_differs", found=system.name, stated=datum_text(datum))
    if isinstance(datum, int):
        if not _same_metres(system, datum):
            raise RefusedFile("crs_differs", found=system.name, stated=datum_text(datum))
    elif datum in {Datum.WGS84, Datum.CGCS2000} and not _is_exact(system):
        notes.warn(None, None, "crs_other_ellipsoid", system.name)


def _is_exact(system: pyproj.CRS) -> bool:
    name = (system.geodetic_crs.name if system.geodetic_crs else system.name).lower()
    return any(
        word in name.replace(" ", "").replace("_", "") for word in ("wgs84", "wgs1984", "2000", "crs84")
    )


def _same_metres(system: pyproj.CRS, epsg: int) -> bool:
    """Whether two projected systems put a place in China on the same metres (to a centimetre)."""
    pairs = [
        pyproj.Transformer.from_crs(SRID, crs, always_xy=True).transform(110.0, 35.0)
        for crs in (system, pyproj.CRS.from_epsg(epsg))
    ]
    return all(abs(a - b) < 0.01 for a, b in zip(*pairs, strict=True))  # noqa: PLR2004


def place_points(rows: Sequence[Row], datum: Datum | int, notes: Notes, *, required: bool) -> list[Row]:
    """Convert raw pairs; rows whose pair cannot be meant stay, without a point, and are warned about.

    Args:
        rows: typed rows; ``lon``/``lat`` and ``ewkb`` are filled.
        datum: what the pairs are in.
        notes: takes the findings.
        required: refuse instead (a demand point without a place is no demand point).

    Returns:
        The rows that are kept.
    """
    _points_from_geometry(rows, notes)
    x = np.array([row.x for row in rows], dtype=np.float64)
    y = np.array([row.y for row in rows], dtype=np.float64)
    given = np.flatnonzero(~np.isnan(x))
    if len(given):
        _convert(rows, given, x[given], y[given], datum, notes)
    if not required:
        if len(given) < len(rows):
            notes.warn(None, "lon", "rows_without_place", count=len(rows) - len(given))
        return list(rows)
    kept = []
    for row in rows:
        if row.is_located:
            kept.append(row)
        else:
            notes.refuse(row.number, "lon", "place_required")
    return kept


def _points_from_geometry(rows: Sequence[Row], notes: Notes) -> None:
    placed = [row for row in rows if row.wkb is not None]
    if placed:
        points = shapely.from_wkb([row.wkb for row in placed])
        for row, x, y in zip(placed, shapely.get_x(points), shapely.get_y(points), strict=True):
            row.x, row.y = float(x), float(y)
    for row in rows:
        if row.problem is not None and row.problem[0] != "geometry_missing" and math.isnan(row.x):
            notes.warn(row.number, "geometry", row.problem[0], **row.problem[1])


def _convert(rows: Sequence[Row], given: Any, x: Array, y: Array, datum: Datum | int, notes: Notes) -> None:
    in_degrees = not isinstance(datum, int)
    problems = find_point_problems(x, y) if in_degrees else [""] * len(given)
    safe = np.array([not problem for problem in problems])
    lon, lat = np.full(len(given), np.nan), np.full(len(given), np.nan)
    if safe.any():
        lon[safe], lat[safe] = to_wgs84(x[safe], y[safe], datum)
    if not in_degrees:
        west, south, east, north = CHINA
        inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        problems = ["" if ok else "coordinate_out_of_range" for ok in inside]
        safe = inside
    ewkb = shapely.to_wkb(
        shapely.set_srid(shapely.points(np.where(safe, lon, 0.0), np.where(safe, lat, 0.0)), SRID),
        hex=True,
        include_srid=True,
    )
    for position, index in enumerate(given):
        row = rows[index]
        if problems[position]:
            notes.warn(row.number, "lon", problems[position], f"{row.x:.10g}, {row.y:.10g}")
        else:
            row.lon, row.lat, row.ewkb = float(lon[position]), float(lat[position]), ewkb[position]


def place_polygons(rows: Sequence[Row], datum: Datum | int, notes: Notes) -> list[Row]:
    """Convert polygons vertex by vertex; one that cannot be meant is refused.

    Returns:
        The rows that are kept; a row that brings no polygon is among them.
    """
    kept = []
    for row in rows:
        if row.wkb is None:
            kept.append(row)
            continue
        problem, shape = _polygon(row.wkb, datum)
        if problem:
            notes.refuse(row.number, "geometry", problem)
            continue
        row.ewkb = str(shapely.to_wkb(shapely.set_srid(shape, SRID), hex=True, include_srid=True))
        kept.append(row)
    return kept


def _polygon(wkb: bytes, datum: Datum | int) -> tuple[str, Any]:
    shape = shapely.from_wkb(wkb)
    if not isinstance(datum, int):
        corners = shapely.get_coordinates(shape)
        problems = set(find_point_problems(corners[:, 0], corners[:, 1])) - {""}
        if problems:
            is_swapped = problems == {"coordinates_swapped"}
            return "geometry_coordinates_swapped" if is_swapped else "geometry_out_of_range", None
    shape = geometry_to_wgs84(shape, datum)
    west, south, east, north = shapely.bounds(shape)
    inside = CHINA[0] <= west and CHINA[1] <= south and east <= CHINA[2] and north <= CHINA[3]
    return ("", shape) if inside else ("geometry_out_of_range", None)


def assume_accuracy(row: Row) -> tuple[str, float | None]:
    """Level and metres of a point when the file does not say: a building, 15 m (see ``vocab``)."""
    if not row.is_located:
        return str(LocationLevel.NONE), None
    level = LocationLevel(row.values.get("location_level", LocationLevel.BUILDING))
    return str(level), LOCATION_ACCURACY_M.get(level)


def same_place(a: Row, b: Row, address: str) -> bool:
    """Whether two rows of one name are one place: the same address, else within 50 m."""
    if address in a.values and a.values[address] == b.values.get(address):
        return True
    if a.is_located and b.is_located:
        east = (a.lon - b.lon) * _METRES_PER_DEGREE * math.cos(math.radians(a.lat))
        return math.hypot(east, (a.lat - b.lat) * _METRES_PER_DEGREE) <= SAME_PLACE_M
    return bool(a.values.get(address) == b.values.get(address))
