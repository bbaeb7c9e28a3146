"""Straight-line reach: exact to the metre on the ellipsoid, inclusive, whatever the order."""

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.rules import reach
from geodata.rules.reach import geodesic_m, nearest, reach_in_chunks, reach_matrix, reached_by_any

GEOD = pyproj.Geod(ellps="WGS84")
NOWHERE = (np.nan, np.nan)


def away(lon, lat, azimuth, metres):
    lon, lat, _ = GEOD.fwd(lon, lat, azimuth, metres)
    return lon, lat


def array(*points):
    return np.array(points, dtype=float).reshape(-1, 2)


@pytest.mark.parametrize("lat", [18.2, 34.7, 39.56, 53.4])
@pytest.mark.parametrize("limit_m", [500.0, 667.0, 1000.0, 2500.0, 20_000.0])
def test_a_place_at_exactly_the_limit_is_reached_in_every_direction(lat, limit_m):
    station = (113.6, lat)
    azimuths = range(0, 360, 7)
    at_limit = array(*(away(*station, azimuth, limit_m) for azimuth in azimuths))
    over = array(*(away(*station, azimuth, limit_m + 0.0001) for azimuth in azimuths))
    assert reached_by_any(at_limit, array(station), limit_m).all()
    assert not reached_by_any(over, array(station), limit_m).any()
    assert reach_matrix(at_limit, array(station), limit_m).nnz == len(at_limit)
    assert reach_matrix(over, array(station), limit_m).nnz == 0


def test_a_place_on_top_of_a_station_is_reached():
    assert reach_matrix(array((113.6, 34.7)), array((113.6, 34.7)), 500).nnz == 1
    assert reached_by_any(array((113.6, 34.7)), array((113.6, 34.7)), 500).all()


def test_points_without_position_reach_and_are_reached_by_nothing():
    places, stations = array(NOWHERE, (113.6, 34.7)), array((113.6, 34.7), NOWHERE)
    assert reach_matrix(places, stations, 500).toarray().tolist() == [[0, 0], [1, 0]]
    assert reached_by_any(places, stations, 500).tolist() == [False, True]
    index, metres = nearest(places, stations)
    assert index.tolist() == [-1, 0]
    assert np.isnan(metres[0])
    assert metres[1] == 0


def test_without_places_or_stations_there_is_an_empty_matrix():
    assert reach_matrix(array(), array((113.6, 34.7)), 500).shape == (0, 1)
    assert reach_matrix(array((113.6, 34.7)), array(), 500).shape == (1, 0)
    assert reached_by_any(array((113.6, 34.7)), array(), 500).tolist() == [False]
    assert nearest(array((113.6, 34.7)), array())[0].tolist() == [-1]


def test_chunks_are_the_rows_of_the_whole(monkeypatch):
    monkeypatch.setattr(reach, "CHUNK_PLACES", 3)
    places = array(*(away(113.6, 34.7, 90, 100 * step) for step in range(10)))
    stations = array((113.6, 34.7), away(113.6, 34.7, 90, 900))
    blocks = list(reach_in_chunks(places, stations, 500))
    assert [block.stop - block.start for block, _ in blocks] == [3, 3, 3, 1]
    whole = reach_matrix(places, stations, 500).toarray()
    assert np.vstack([block.toarray() for _, block in blocks]).tolist() == whole.tolist()


def test_the_nearest_station_comes_with_its_geodesic_distance():
    index, metres = nearest(
        array((113.6, 34.7)), array(away(113.6, 34.7, 10, 840), away(113.6, 34.7, 200, 839))
    )
    assert index.tolist() == [1]
    assert metres[0] == pytest.approx(839, abs=1e-6)


near = st.tuples(st.floats(113.59, 113.61), st.floats(34.69, 34.71))
points = st.lists(near, min_size=1, max_size=12).map(lambda each: np.array(each, dtype=float))
limits = st.floats(1, 2000)


@settings(max_examples=50)
@given(points, points, limits)
def test_both_ways_agree_with_the_geodesic_of_every_pair(places, stations, limit_m):
    grid = [
        [bool(GEOD.inv(*place, *station)[2] <= limit_m + 1e-6) for station in stations] for place in places
    ]
    assert reach_matrix(places, stations, limit_m).toarray().astype(bool).tolist() == grid
    assert reached_by_any(places, stations, limit_m).tolist() == [any(row) for row in grid]


@settings(max_examples=50)
@given(points, points, limits, st.floats(0, 500))
def test_a_longer_limit_never_reaches_less(places, stations, limit_m, more_m):
    near_, far = (reached_by_any(places, stations, limit) for limit in (limit_m, limit_m + more_m))
    assert (far >= near_).all()


def test_lengths_are_those_of_the_ellipsoid():
    # A degree of latitude at the equator and of longitude at 60 N, from the literature.
    starts, ends = array((0, 0), (0, 60)), array((0, 1), (1, 60))
    assert geodesic_m(starts, ends) == pytest.approx([110_574.4, 55_799.5], abs=1)
