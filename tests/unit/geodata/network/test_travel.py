"""Travel time along drawn streets: the limit, the direction, the way to the street, one-ways, loops."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.network.entries import enter
from geodata.network.graph import Use, make_network, make_streets, pieces_of, to_zone
from geodata.network.travel import reach_matrix, seconds_to_nearest, travel_pairs
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import ALL, lonlat, search, town

ONE_MPS = 1.0


def seconds(network, place, station, *, profile=Profile.FOOT, pace=ONE_MPS, limit=None, cap=100.0):
    streets = make_streets(network, profile, pace)
    places, stations = enter(streets, lonlat(place), cap), enter(streets, lonlat(station), cap)
    return float(seconds_to_nearest(streets, places, stations, limit)[0])


def test_walks_along_the_street_and_both_ways_to_it():
    assert seconds(town([(0, 0), (1000, 0)]), (100, 30), (400, -20)) == pytest.approx(30 + 300 + 20, abs=0.01)


def test_exactly_six_hundred_seconds_count_and_a_tenth_more_does_not():
    street = town([(0, 0), (600, 0)], [(600, 0), (600.1, 0)])
    streets = make_streets(street, Profile.FOOT, float(street.length_m[0]) / 600.0)
    stations = enter(streets, lonlat((0, 0)), 100.0)
    at, beyond = enter(streets, lonlat((600, 0)), 100.0), enter(streets, lonlat((600.1, 0)), 100.0)
    assert seconds_to_nearest(streets, at, stations, 600.0)[0] == pytest.approx(600.0, abs=1e-6)
    assert np.isinf(seconds_to_nearest(streets, beyond, stations, 600.0)[0])
    assert reach_matrix(streets, at, stations, 600.0).nnz == 1
    assert reach_matrix(streets, beyond, stations, 600.0).nnz == 0


def test_river_without_a_bridge_keeps_the_far_bank_away():
    banks = ([(0, 0), (1000, 0)], [(0, 100), (1000, 100)])
    assert np.isinf(seconds(town(*banks), (500, 100), (500, 0)))
    bridge = ([(0, 0), (200, 0)], [(200, 0), (1000, 0)], [(0, 100), (200, 100)], [(200, 100), (1000, 100)])
    joined = town(*bridge, [(200, 0), (200, 100)])
    assert seconds(joined, (500, 100), (500, 0)) == pytest.approx(300 + 100 + 300, abs=0.05)


def test_a_place_is_capped_by_the_way_to_the_street_and_told_how_far_it_is():
    streets = make_streets(town([(0, 0), (1000, 0)]), Profile.FOOT, ONE_MPS)
    entries = enter(streets, lonlat((500, 100.0), (500, 100.1), (500, 900)), 100.0)
    assert entries.placed.tolist() == [True, False, False]
    assert entries.access_m == pytest.approx([100.0, 100.1, 900.0], abs=0.01)


def test_not_located_and_far_from_everything_are_unplaced():
    streets = make_streets(town([(0, 0), (1000, 0)]), Profile.FOOT, ONE_MPS)
    lost = np.vstack((lonlat((0, 50_000)), [[np.nan, np.nan]]))
    entries = enter(streets, lost, 100.0)
    assert not entries.placed.any()
    assert np.isnan(entries.access_m).all()
    stations = enter(streets, lonlat((10, 0)), 100.0)
    assert np.isnan(seconds_to_nearest(streets, entries, stations)).all()


def test_entry_is_the_nearest_point_of_an_edge_not_a_junction():
    streets = make_streets(town([(0, 0), (1000, 0)]), Profile.FOOT, ONE_MPS)
    entries = enter(streets, lonlat((250, 10)), 100.0)
    assert entries.fraction[0] == pytest.approx(0.25, abs=1e-4)


def test_of_streets_equally_near_the_first_is_entered():
    streets = make_streets(town([(0, 0), (0, 100)], [(20, 0), (20, 100)]), Profile.FOOT, ONE_MPS)
    assert enter(streets, lonlat((10, 50)), 100.0).edge[0] in (0, 1)
    middle = enter(streets, lonlat((0, 0)), 100.0)
    assert middle.edge[0] == 0


def test_one_way_binds_wheels_only():
    network = town([(0, 0), (300, 0)], uses=Use.FOOT | Use.EBIKE_FORWARD)
    assert seconds(network, (250, 0), (50, 0)) == pytest.approx(200, abs=0.01)
    assert np.isinf(seconds(network, (250, 0), (50, 0), profile=Profile.EBIKE))
    assert seconds(network, (50, 0), (250, 0), profile=Profile.EBIKE) == pytest.approx(200, abs=0.01)


def test_direction_is_towards_the_station():
    around = town(
        [(0, 0), (100, 0)],
        [(100, 0), (100, 100)],
        [(100, 100), (0, 100)],
        [(0, 100), (0, 0)],
        uses=Use.EBIKE_FORWARD,
    )
    assert seconds(around, (50, 0), (100, 50), profile=Profile.EBIKE) == pytest.approx(100, abs=0.01)
    assert seconds(around, (100, 50), (50, 0), profile=Profile.EBIKE) == pytest.approx(300, abs=0.01)


def test_behind_the_station_on_a_one_way_street_one_goes_round():
    around = town(
        [(0, 0), (100, 0)],
        [(100, 0), (100, 100), (0, 100), (0, 0)],
        uses=Use.EBIKE_FORWARD,
    )
    assert seconds(around, (60, 0), (50, 0), profile=Profile.EBIKE) == pytest.approx(390, abs=0.05)


def test_who_stands_at_a_corner_is_not_bound_by_the_one_way_of_the_street_named_first():
    network = town([(0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 200), (0, 100)], uses=Use.EBIKE_FORWARD)
    assert seconds(network, (0, 0), (0, 100), profile=Profile.EBIKE) == pytest.approx(100, abs=0.01)
    assert seconds(network, (0, 200), (0, 100), profile=Profile.EBIKE) == pytest.approx(100, abs=0.01)
    assert np.isinf(seconds(network, (50, 0), (0, 100), profile=Profile.EBIKE))


def test_cars_keep_to_the_posted_speed_and_people_do_not_care():
    network = town([(0, 0), (1000, 0)], speed_kmh=36.0)
    assert seconds(network, (0, 0), (1000, 0), profile=Profile.CAR, pace=20.0) == pytest.approx(100, abs=0.01)
    assert seconds(network, (0, 0), (1000, 0), pace=2.0) == pytest.approx(500, abs=0.01)


def test_stations_exactly_at_a_junction_and_parallel_streets_take_the_least():
    network = town([(0, 0), (0, 300), (300, 0)], [(0, 0), (300, 0)], [(300, 0), (600, 0)])
    assert seconds(network, (600, 0), (0, 0)) == pytest.approx(600, abs=0.01)


def test_walls_are_not_stepped_across_on_the_way_to_the_street():
    network = town([(0, 0), (1000, 0)], [(0, 90), (1000, 90)])
    streets = make_streets(network, Profile.FOOT, ONE_MPS)
    assert enter(streets, lonlat((500, 30)), 100.0).edge[0] == 0
    wall = to_zone(shapely.LineString(lonlat((0, 10), (1000, 10))), network.srid)
    walled = make_streets(network, Profile.FOOT, ONE_MPS, walls=[wall])
    entries = enter(walled, lonlat((500, 30)), 100.0)
    assert entries.edge[0] == 1
    assert entries.access_m[0] == pytest.approx(60, abs=0.01)
    assert not enter(walled, lonlat((500, 30)), 50.0).placed[0]


def test_no_street_at_all_reaches_nobody():
    streets = make_streets(make_network([], [], [], [], [], []), Profile.FOOT, ONE_MPS)
    entries = enter(streets, lonlat((0, 0)), 100.0)
    assert np.isnan(seconds_to_nearest(streets, entries, entries)).all()
    assert reach_matrix(streets, entries, entries, 600.0).nnz == 0


def test_pieces_are_told_by_size():
    network = town(
        [(0, 0), (10, 0)],
        [(100, 0), (110, 0)],
        [(110, 0), (120, 0)],
        [(500, 0), (510, 0)],
        uses=[ALL, ALL, ALL, Use.CAR_FORWARD],
    )
    piece, sizes = pieces_of(network, Profile.FOOT)
    assert piece.tolist() == [1, 0, 0, -1]
    assert sizes.tolist() == [2, 1]


spots = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda at: (at[0] * 60.0, at[1] * 60.0))
streets_of_towns = st.lists(
    st.tuples(spots, spots, st.integers(1, 7)).filter(lambda each: each[0] != each[1]),
    min_size=1,
    max_size=14,
)
anywhere = st.tuples(st.floats(-80, 560), st.floats(-80, 560))


@settings(max_examples=60, deadline=None)
@given(
    drawn=streets_of_towns,
    places=st.lists(anywhere, min_size=1, max_size=6),
    stations=st.lists(anywhere, min_size=1, max_size=5),
    limit=st.sampled_from([60.0, 200.0, 600.0]),
    profile=st.sampled_from([Profile.FOOT, Profile.EBIKE]),
)
def test_any_town_agrees_with_a_plain_search(drawn, places, stations, limit, profile):
    network = town(*([begin, finish] for begin, finish, _ in drawn), uses=[uses for *_, uses in drawn])
    streets = make_streets(network, profile, ONE_MPS)
    starts, goals = enter(streets, lonlat(*places), 100.0), enter(streets, lonlat(*stations), 100.0)
    table = np.array(
        [[search(streets, at, to, starts, goals) for to in range(len(stations))] for at in range(len(places))]
    )
    nearest = seconds_to_nearest(streets, starts, goals)
    expected = np.where(starts.placed, table.min(axis=1), np.nan)
    np.testing.assert_allclose(nearest, expected, atol=1e-6)
    # Each station by itself gives the same, and any of them is the nearest one.
    place, station, took = travel_pairs(streets, starts, goals, limit)
    sure = np.abs(table - limit) > 1e-4
    found = np.full(table.shape, np.inf)
    found[place, station] = took
    np.testing.assert_array_equal((found <= limit + 1e-6)[sure], (table <= limit)[sure])
    np.testing.assert_allclose(took, table[place, station], atol=1e-6)
    order = np.arange(len(stations))[::-1]
    turned = seconds_to_nearest(streets, starts, goals.take(order))
    np.testing.assert_allclose(turned, nearest)
