"""Which stations are within a straight-line limit of which places, exact on the ellipsoid.

Points are longitude/latitude (EPSG:4326); limits are metres on the WGS-84 ellipsoid and inclusive:
a place at exactly the limit is reached. Points with NaN coordinates are reached by nothing.

How: earth-centred coordinates in a k-d tree. The straight chord *c* through the earth is shorter than
the geodesic by c^3 / 24 R^2 (0.3 micrometres at 667 m), which is added back; the few pairs that then
lie within a millimetre of the limit are decided one by one by the geodesic itself.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.crs import to_ecef

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

LIMIT_TOLERANCE_M = 1e-6
"""What "inclusive" means in floating point: a micrometre over the limit still counts as at the limit."""

CHUNK_PLACES = 100_000
"""Places worked on at a time, so that a million of them stay well under 2 GB."""

_BAND_M = 1e-3
_EARTH_RADIUS_M = 6_371_000.0
_GEOD = pyproj.Geod(ellps="WGS84")


def reach_matrix(places: Floats, stations: Floats, limit_m: float) -> csr_array:
    """All pairs within the limit, as a sparse matrix of ones, places by stations.

    Args:
        places: longitude, latitude, shape (n, 2).
        stations: longitude, latitude, shape (m, 2).
        limit_m: metres, inclusive.
    """
    placed, located = _located(places), _located(stations)
    shape = (len(places), len(stations))
    if not len(placed) or not len(located):
        return csr_array(shape, dtype=np.float32)
    rows, columns = _pairs(places[placed], stations[located], limit_m)
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_array((ones, (placed[rows], located[columns])), shape=shape)


def reach_in_chunks(places: Floats, stations: Floats, limit_m: float) -> Iterator[tuple[slice, csr_array]]:
    """The same matrix in blocks of rows, for more places than memory likes at once."""
    for start in range(0, len(places), CHUNK_PLACES):
        block = slice(start, min(start + CHUNK_PLACES, len(places)))
        yield block, reach_matrix(places[block], stations, limit_m)


def reached_by_any(places: Floats, stations: Floats, limit_m: float) -> Bools:
    """Whether each place has at least one station within the limit; no matrix is built for it."""
    reached = np.zeros(len(places), dtype=np.bool_)
    placed, located = _located(places), _located(stations)
    if not len(placed) or not len(located):
        return reached
    points = to_ecef(places[placed, 0], places[placed, 1])
    tree = cKDTree(to_ecef(stations[located, 0], stations[located, 1]), leafsize=8)
    chords, _ = tree.query(points, distance_upper_bound=limit_m + 2 * _BAND_M, workers=-1)
    near = np.flatnonzero(np.isfinite(chords))
    distances, band = _geodesic_of(chords[near])
    reached[placed[near]] = distances < limit_m - band
    doubtful = placed[near[np.abs(distances - limit_m) <= band]]
    if len(doubtful):
        rows, _ = _pairs(places[doubtful], stations[located], limit_m)
        reached[doubtful[rows]] = True
    return reached


def nearest(places: Floats, stations: Floats) -> tuple[Ints, Floats]:
    """For each place the index of the nearest station and the geodesic distance in metres.

    Index -1 and distance NaN where the place is not located or there is no station.
    """
    index = np.full(len(places), -1, dtype=np.int64)
    distance = np.full(len(places), np.nan)
    placed, located = _located(places), _located(stations)
    if not len(placed) or not len(located):
        return index, distance
    tree = cKDTree(to_ecef(stations[located, 0], stations[located, 1]))
    _, found = tree.query(to_ecef(places[placed, 0], places[placed, 1]))
    index[placed] = located[found]
    distance[placed] = geodesic_m(places[placed], stations[index[placed]])
    return index, distance


def geodesic_m(starts: Floats, ends: Floats) -> Floats:
    """Metres on the ellipsoid between points row by row."""
    _, _, metres = _GEOD.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    return np.asarray(metres, dtype=np.float64)


def _located(points: Floats) -> Ints:
    return np.flatnonzero(np.isfinite(points).all(axis=1)) if len(points) else np.empty(0, dtype=np.int64)


def _geodesic_of(chords: Floats) -> tuple[Floats, Floats]:
    """Geodesic lengths of chords, and how far each may be off (the earth is not quite a ball)."""
    added = chords**3 / (24.0 * _EARTH_RADIUS_M**2)
    return chords + added, _BAND_M + 0.02 * added


def _pairs(places: Floats, stations: Floats, limit_m: float) -> tuple[Ints, Ints]:
    """Row and column numbers of all pairs within the limit; every point is located."""
    tree = cKDTree(to_ecef(places[:, 0], places[:, 1]))
    others = cKDTree(to_ecef(stations[:, 0], stations[:, 1]))
    # A chord is never longer than its geodesic, so this loses no pair.
    found = tree.sparse_distance_matrix(others, limit_m + 2 * _BAND_M, output_type="ndarray")
    rows, columns = found["i"], found["j"]
    distances, band = _geodesic_of(found["v"])
    within = distances < limit_m - band
    doubtful = np.flatnonzero(np.abs(distances - limit_m) <= band)
    if len(doubtful):
        exact = geodesic_m(places[rows[doubtful]], stations[columns[doubtful]])
        within[doubtful] = exact <= limit_m + LIMIT_TOLERANCE_M
    return rows[within].astype(np.int64), columns[within].astype(np.int64)
