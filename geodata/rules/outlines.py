"""Fewer vertices for small scales, without opening gaps between neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

TOLERANCE_BY_BAND_M = {0: 0.0, 1: 40.0, 2: 150.0, 3: 450.0, 4: 1500.0}
"""Mercator metres per band: a screen pixel of the smallest zoom but one that the band serves.

A corner goes when its triangle is smaller than a square of this side, so lines move by less than a pixel.
"""

_FIRST_ZOOM_OF_BAND = ((14, 0), (12, 1), (10, 2), (8, 3))
_LAST_BAND = 4


def band_of_zoom(zoom: int) -> int:
    """The band of outlines drawn at a zoom: 0 (full detail) from 14 on, 4 below 8."""
    return next((band for first, band in _FIRST_ZOOM_OF_BAND if zoom >= first), _LAST_BAND)


def simplify_together(polygons: Sequence[Any], tolerance_m: float, *, tiles_area: Sequence[bool]) -> Any:
    """Simplify polygons so that neighbours still share their borders.

    Polygons whose ``tiles_area`` is true are one coverage (grids, zones, divisions of a level) and are
    simplified together; the others lie over it (exclusive grids) and are simplified each alone. None
    becomes empty: what would vanish keeps its shape.

    Args:
        polygons: shapely polygons or multipolygons in one metric plane.
        tolerance_m: corners cutting off less than a square of this side go; 0 keeps everything.
        tiles_area: one flag a polygon.

    Returns:
        An array of valid multipolygons in the order given.
    """
    given = np.asarray(polygons, dtype=object)
    simplified = given.copy()
    if tolerance_m > 0 and len(given):
        together = np.asarray(tiles_area, dtype=bool)
        simplified[together] = _simplify_coverage(given[together], tolerance_m)
        simplified[~together] = shapely.simplify(given[~together], tolerance_m, preserve_topology=True)
        lost = shapely.is_empty(simplified) | ~shapely.is_valid(simplified)
        simplified[lost] = given[lost]
    return _as_multipolygons(simplified)


def _simplify_coverage(polygons: Any, tolerance_m: float) -> Any:
    if not len(polygons):
        return polygons
    try:
        return shapely.coverage_simplify(polygons, tolerance_m)
    except shapely.GEOSException:
        # Overlapping polygons are no coverage, and GEOS may refuse them: better a hair's gap than no map.
        return shapely.simplify(polygons, tolerance_m, preserve_topology=True)


def _as_multipolygons(polygons: Any) -> Any:
    return np.array(
        [
            shapely.MultiPolygon([polygon]) if polygon.geom_type == "Polygon" else polygon
            for polygon in polygons
        ],
        dtype=object,
    )
