"""Discs around stations as polygons: for area shares and drawings. Places are judged by distance instead."""

import math

import numpy as np
import pyproj
import shapely

from geodata.crs import to_metric
from geodata.rules.reach import Floats

_SIDES = 128
# A polygon inscribed in a circle is smaller; widened so that the areas agree.
_EQUAL_AREA = math.sqrt(2 * math.pi / _SIDES / math.sin(2 * math.pi / _SIDES))
_GEOD = pyproj.Geod(ellps="WGS84")


def make_discs(lonlat: Floats, radius_m: float, srid: int) -> list[shapely.Polygon]:
    """Discs of a geodesic radius in metres of a zone (``crs.metric_srid``), equal in area to the true disc.

    The corners are found on the ellipsoid, so that the scale of the zone does not change the radius.
    """
    if not len(lonlat):
        return []
    azimuths = np.tile(np.linspace(0.0, 360.0, _SIDES, endpoint=False), len(lonlat))
    starts = np.repeat(lonlat, _SIDES, axis=0)
    reach = np.full(len(starts), radius_m * _EQUAL_AREA)
    lon, lat, _ = _GEOD.fwd(starts[:, 0], starts[:, 1], azimuths, reach)
    x, y = to_metric(np.asarray(lon), np.asarray(lat), srid)
    rings = np.column_stack((x, y)).reshape(len(lonlat), _SIDES, 2)
    return list(shapely.polygons(rings))


def project(geometry: shapely.Geometry, srid: int) -> shapely.Geometry:
    """A stored geometry in metres of a zone."""
    return shapely.transform(geometry, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], srid)))


def area_m2(geometry: shapely.Geometry) -> float:
    """Square metres on the ellipsoid of a stored (longitude/latitude) polygon."""
    area, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(float(area))
