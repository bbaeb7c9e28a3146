"""Coordinates: the offset datums of Chinese maps, metric projections, earth-centred metres.

Stored geometry is EPSG:4326 longitude/latitude (CGCS2000 is the same for our purpose). Conversion
happens once, on import; the raw pair is kept beside the converted one.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geodata.vocab import Datum

Array = npt.NDArray[np.float64]

SRID = 4326
_KRASOVSKY_A = 6378245.0
_KRASOVSKY_EE = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0
_WGS84_A = 6378137.0
_WGS84_E2 = 6.69437999014131705e-3
_INVERSE_STEPS = 6  # 4 already reach a micrometre


def _offset(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Offset in degrees that the GCJ-02 algorithm adds at a WGS-84 place."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    rad = np.radians(lat)
    magic = 1.0 - _KRASOVSKY_EE * np.sin(rad) ** 2
    d_lat = np.degrees(d_lat / (_KRASOVSKY_A * (1.0 - _KRASOVSKY_EE) / (magic * np.sqrt(magic))))
    d_lon = np.degrees(d_lon / (_KRASOVSKY_A / np.sqrt(magic) * np.cos(rad)))
    return d_lon, d_lat


def wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """WGS-84 to GCJ-02, degrees; the published open algorithm."""
    d_lon, d_lat = _offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """GCJ-02 to WGS-84, degrees, by fixed point; exact to well under a millimetre both ways."""
    wgs_lon, wgs_lat = lon.copy(), lat.copy()
    for _ in range(_INVERSE_STEPS):
        d_lon, d_lat = _offset(wgs_lon, wgs_lat)
        wgs_lon, wgs_lat = lon - d_lon, lat - d_lat
    return wgs_lon, wgs_lat


def gcj02_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """GCJ-02 to BD-09, degrees."""
    radius = np.sqrt(lon * lon + lat * lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """BD-09 to GCJ-02, degrees, by fixed point on the forward formula."""
    gcj_lon, gcj_lat = lon - 0.0065, lat - 0.006
    for _ in range(_INVERSE_STEPS):
        bd_lon, bd_lat = gcj02_to_bd09(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon + lon - bd_lon, gcj_lat + lat - bd_lat
    return gcj_lon, gcj_lat


def to_wgs84(lon: Array, lat: Array, source: Datum | int) -> tuple[Array, Array]:
    """Convert coordinate pairs to stored longitude/latitude.

    Args:
        lon: x values in the source system (degrees, or metres for a projected EPSG code).
        lat: y values; always the second axis, whatever order the EPSG registry prints.
        source: a named datum or an EPSG code.

    Returns:
        WGS-84 longitude and latitude, degrees, same shape as the input.
    """
    if isinstance(source, int):
        return _from_epsg(lon, lat, source)
    match source:
        case Datum.GCJ02:
            return gcj02_to_wgs84(lon, lat)
        case Datum.BD09:
            return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
        case _:
            return lon, lat


def from_wgs84(lon: Array, lat: Array, target: Datum) -> tuple[Array, Array]:
    """Convert stored longitude/latitude to a named datum, for hand-over to map applications."""
    match target:
        case Datum.GCJ02:
            return wgs84_to_gcj02(lon, lat)
        case Datum.BD09:
            return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
        case _:
            return lon, lat


def geometry_to_wgs84(geometry: shapely.Geometry, source: Datum | int) -> shapely.Geometry:
    """Convert every vertex of a geometry to stored longitude/latitude; topology is kept."""

    def convert(xy: Array) -> Array:
        return np.column_stack(to_wgs84(xy[:, 0].copy(), xy[:, 1].copy(), source))

    return shapely.transform(geometry, convert)


def _from_epsg(x: Array, y: Array, epsg: int) -> tuple[Array, Array]:
    lon, lat = _transformer(epsg, SRID).transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


@lru_cache(maxsize=32)
def _transformer(source: int, target: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def metric_srid(lon: float) -> int:
    """EPSG code of the CGCS2000 3-degree Gauss-Kruger zone (no zone prefix) for a longitude in China.

    4534 is 75 E, then one code every 3 degrees to 4554 at 135 E. Scale error inside a county is
    about 0.015 % at most.
    """
    central = min(135, max(75, round(lon / 3.0) * 3))
    return 4534 + (central - 75) // 3


def to_metric(lon: Array, lat: Array, srid: int) -> tuple[Array, Array]:
    """Stored degrees to metres east, north in a metric zone from ``metric_srid``."""
    x, y = _transformer(SRID, srid).transform(lon, lat)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of one degree of longitude and of latitude on the WGS-84 ellipsoid at a latitude.

    For the size of small pieces, whose edges must stay as straight as they are in stored degrees.
    """
    phi = math.radians(lat)
    bend = 1.0 - _WGS84_E2 * math.sin(phi) ** 2
    east = _WGS84_A / math.sqrt(bend) * math.cos(phi)
    north = _WGS84_A * (1.0 - _WGS84_E2) / bend**1.5
    return math.radians(east), math.radians(north)


def to_ecef(lon: Array, lat: Array) -> Array:
    """Stored degrees to earth-centred metres, shape (n, 3), on the WGS-84 ellipsoid at height 0."""
    lam, phi = np.radians(lon), np.radians(lat)
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = _WGS84_A / np.sqrt(1.0 - _WGS84_E2 * sin_phi * sin_phi)
    return np.column_stack(
        (normal * cos_phi * np.cos(lam), normal * cos_phi * np.sin(lam), normal * (1.0 - _WGS84_E2) * sin_phi)
    )


_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def line_lengths(lines: npt.NDArray[np.object_]) -> Array:
    """Metres along LineStrings in stored degrees, on the WGS-84 ellipsoid; shape (n,)."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return np.zeros(len(lines))
    _, _, steps = _ELLIPSOID.inv(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    is_within = line[1:] == line[:-1]
    return np.bincount(
        line[1:][is_within], weights=np.asarray(steps)[is_within], minlength=len(lines)
    ).astype(np.float64)
