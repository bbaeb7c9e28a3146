"""Datums: exact both ways, to published values; metres from the right zone."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.crs import (
    from_wgs84,
    geometry_to_wgs84,
    metric_srid,
    to_ecef,
    to_metric,
    to_wgs84,
    wgs84_to_gcj02,
)
from geodata.vocab import Datum

GEOD = pyproj.Geod(ellps="WGS84")
IN_CHINA = st.tuples(st.floats(73.6, 135.0), st.floats(3.9, 53.5))
MILLIMETRE = 0.001


def metres(lon_a, lat_a, lon_b, lat_b) -> float:
    return abs(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2])


def one(value: float) -> np.ndarray:
    return np.array([value], dtype=np.float64)


@settings(deadline=None)
@given(IN_CHINA, st.sampled_from(list(Datum)))
def test_a_place_comes_back_within_a_millimetre_from_every_datum(place, datum):
    lon, lat = place
    there = from_wgs84(one(lon), one(lat), datum)
    back = to_wgs84(*there, datum)
    assert metres(lon, lat, back[0][0], back[1][0]) < MILLIMETRE


@settings(deadline=None)
@given(IN_CHINA, st.sampled_from(list(Datum)))
def test_a_raw_pair_comes_back_within_a_millimetre_after_conversion(place, datum):
    x, y = place
    there = to_wgs84(one(x), one(y), datum)
    back = from_wgs84(*there, datum)
    assert metres(x, y, back[0][0], back[1][0]) < MILLIMETRE


@pytest.mark.parametrize(
    ("place", "lon", "lat", "gcj02_m", "bd09_m"),
    [
        ("伊金霍洛旗", 109.75, 39.56, 505, 1298),
        ("杭锦旗", 108.73, 39.83, 461, 1280),
        ("合肥", 117.23, 31.82, 564, 1226),
        ("巫山", 109.88, 31.07, 527, 1140),
        ("射阳", 120.25, 33.77, 468, 1172),
    ],
)
def test_offsets_have_the_published_size(place, lon, lat, gcj02_m, bd09_m):
    for datum, expected_m in ((Datum.GCJ02, gcj02_m), (Datum.BD09, bd09_m)):
        x, y = from_wgs84(one(lon), one(lat), datum)
        assert metres(lon, lat, x[0], y[0]) == pytest.approx(expected_m, abs=1.0)


def test_real_pairs_of_a_map_service_convert_to_their_published_partners():
    # 郑州工会驿站, both columns of the published list (six decimals = 0.1 m).
    gcj = np.array([[113.564525, 34.819187], [113.601265, 34.789937], [113.549941, 34.809372]])
    wgs = np.array([[113.55842, 34.820276], [113.595219, 34.79109], [113.543796, 34.810442]])
    lon, lat = to_wgs84(gcj[:, 0].copy(), gcj[:, 1].copy(), Datum.GCJ02)
    for index in range(3):
        assert metres(lon[index], lat[index], *wgs[index]) < 0.2


def test_cgcs2000_is_wgs84_for_our_purpose():
    lon, lat = one(113.5), one(34.8)
    assert to_wgs84(lon, lat, Datum.CGCS2000) == (lon, lat)


@settings(deadline=None)
@given(st.floats(112.0, 115.0), st.floats(34.0, 35.5))
def test_a_projected_pair_comes_back_within_a_millimetre(lon, lat):
    x, y = to_metric(one(lon), one(lat), 4547)
    back = to_wgs84(x, y, 4547)
    assert metres(lon, lat, back[0][0], back[1][0]) < MILLIMETRE


def test_epsg_pairs_are_always_easting_then_northing():
    # EPSG:4547 is registered northing first; files carry easting first.
    lon, lat = to_wgs84(one(500_000.0), one(3_853_000.0), 4547)
    assert lon[0] == pytest.approx(114.0, abs=1e-9)
    assert 34.7 < lat[0] < 34.9


@pytest.mark.parametrize(
    ("lon", "srid"),
    [(109.75, 4546), (108.73, 4545), (117.23, 4548), (109.88, 4546), (120.25, 4549), (113.5, 4547)],
)
def test_the_metric_zone_is_the_nearest_three_degree_zone(lon, srid):
    assert metric_srid(lon) == srid


def test_zone_metres_are_true_to_a_few_parts_in_ten_thousand():
    x, y = to_metric(np.array([113.5, 113.51]), np.array([34.8, 34.8]), metric_srid(113.5))
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(metres(113.5, 34.8, 113.51, 34.8), rel=2e-4)


@settings(deadline=None)
@given(IN_CHINA, st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_ecef_chords_are_the_geodesic_to_a_millimetre_at_walking_distance(place, d_lon, d_lat):
    lon, lat = place
    a, b = to_ecef(np.array([lon, lon + d_lon]), np.array([lat, lat + d_lat]))
    assert np.linalg.norm(a - b) == pytest.approx(metres(lon, lat, lon + d_lon, lat + d_lat), abs=0.002)


def test_every_vertex_of_a_polygon_is_converted_and_holes_are_kept():
    shape = shapely.Polygon(
        [(113.5, 34.7), (113.6, 34.7), (113.6, 34.8)], [[(113.57, 34.72), (113.58, 34.72), (113.58, 34.73)]]
    )
    moved = geometry_to_wgs84(shape, Datum.GCJ02)
    assert len(moved.interiors) == 1
    back = shapely.transform(
        moved, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0].copy(), xy[:, 1].copy()))
    )
    assert np.abs(shapely.get_coordinates(back) - shapely.get_coordinates(shape)).max() < 1e-9
