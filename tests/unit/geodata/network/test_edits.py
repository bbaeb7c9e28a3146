"""Barriers cut streets, footbridges join them; the network they were drawn on stays as it was."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.network.edits import cut, link
from geodata.network.entries import enter
from geodata.network.graph import LINK, make_streets, to_zone
from geodata.network.travel import seconds_to_nearest
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import lonlat, town


def drawn(network, *points):
    return to_zone(shapely.LineString(lonlat(*points)), network.srid)


def block(network, *points):
    return to_zone(shapely.Polygon(lonlat(*points)), network.srid)


def seconds(network, place, station, walls=()):
    streets = make_streets(network, Profile.FOOT, 1.0, walls=walls)
    places, stations = enter(streets, lonlat(place), 100.0), enter(streets, lonlat(station), 100.0)
    return float(seconds_to_nearest(streets, places, stations)[0])


def test_a_wall_across_a_street_leaves_two_dead_ends():
    street = town([(0, 0), (1000, 0)])
    walled = cut(street, [drawn(street, (500, -50), (500, 50))])
    assert np.isinf(seconds(walled, (600, 0), (400, 0)))
    assert seconds(walled, (450, 0), (400, 0)) == pytest.approx(50, abs=0.01)
    assert seconds(walled, (600, 0), (900, 0)) == pytest.approx(300, abs=0.01)
    assert seconds(street, (600, 0), (400, 0)) == pytest.approx(200, abs=0.01)
    assert walled.number.tolist() == [0, 0]


def test_a_wall_beside_a_street_cuts_nothing():
    street = town([(0, 0), (1000, 0)])
    assert cut(street, [drawn(street, (0, 10), (1000, 10))]) is street


def test_an_area_takes_away_what_lies_in_it():
    street = town([(0, 0), (1000, 0)], [(500, 0), (500, 300)])
    works = cut(street, [block(street, (400, -50), (600, -50), (600, 50), (400, 50))])
    assert works.length_m.sum() == pytest.approx(1300 - 200 - 50, abs=0.5)
    assert np.isinf(seconds(works, (650, 0), (350, 0)))


def test_a_wall_around_a_junction_swallows_whole_edges():
    street = town([(0, 0), (10, 0)], [(10, 0), (500, 0)])
    works = cut(street, [block(street, (-5, -5), (20, -5), (20, 5), (-5, 5))])
    assert works.number.tolist() == [1]


def test_a_footbridge_joins_two_banks_and_is_as_long_as_it_is():
    banks = town([(0, 0), (1000, 0)], [(0, 100), (1000, 100)])
    joined = link(banks, [drawn(banks, (500, 10), (500, 90))])
    assert seconds(joined, (500, 100), (500, 0)) == pytest.approx(100, abs=0.05)
    assert seconds(joined, (600, 100), (400, 0)) == pytest.approx(100 + 100 + 100, abs=0.05)
    assert joined.number[-1] == LINK
    assert joined.length_m.sum() == pytest.approx(2100, abs=0.5)
    assert np.isinf(seconds(banks, (500, 100), (500, 0)))


def test_a_footbridge_from_a_junction_makes_no_piece_of_no_length():
    banks = town([(0, 0), (500, 0)], [(500, 0), (1000, 0)], [(0, 100), (1000, 100)])
    joined = link(banks, [drawn(banks, (500, 0), (500, 100))])
    assert (joined.length_m > 0.01).all()
    assert seconds(joined, (500, 100), (500, 0)) == pytest.approx(100, abs=0.05)


def test_both_ends_on_one_street_shorten_a_loop():
    loop = town([(0, 0), (0, 400), (100, 400), (100, 0)])
    joined = link(loop, [drawn(loop, (0, 50), (100, 50))])
    assert seconds(joined, (0, 50), (100, 50)) == pytest.approx(100, abs=0.05)


def test_a_second_bridge_may_start_on_the_first():
    banks = town([(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(450, 50), (400, 50)])
    joined = link(banks, [drawn(banks, (500, 0), (500, 100)), drawn(banks, (500, 50), (450, 50))])
    assert seconds(joined, (400, 50), (500, 0)) == pytest.approx(100 + 50, abs=0.1)


def test_a_footbridge_that_ends_nowhere_is_refused_with_the_metres():
    banks = town([(0, 0), (1000, 0)], [(0, 100), (1000, 100)])
    with pytest.raises(InvalidInput) as refused:
        link(banks, [drawn(banks, (500, 0), (500, 90)), drawn(banks, (200, 0), (200, 900))])
    assert refused.value.code == "link_off_street"
    assert refused.value.params == {"number": 2, "end": 2, "metres": 800}


def test_a_footbridge_to_where_it_began_is_refused():
    street = town([(0, 0), (1000, 0)])
    with pytest.raises(InvalidInput, match="link_too_short"):
        link(street, [drawn(street, (500, 10), (500, 20))])


walls_of_towns = st.lists(
    st.tuples(st.floats(0, 480), st.floats(0, 480), st.floats(0, 480), st.floats(0, 480)).filter(
        lambda each: abs(each[0] - each[2]) + abs(each[1] - each[3]) > 1
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(drawn_walls=walls_of_towns, along=st.floats(0, 480), row=st.sampled_from([0.0, 160.0, 320.0, 480.0]))
def test_a_wall_never_brings_anybody_on_the_street_nearer(drawn_walls, along, row):
    """Off the street it may: who must enter another street may by luck enter a nearer one."""
    crossed = [[(x, y), (x + 160, y)] for y in range(0, 481, 160) for x in range(0, 480, 160)]
    crossed += [[(x, y), (x, y + 160)] for x in range(0, 481, 160) for y in range(0, 480, 160)]
    network = town(*crossed)
    walls = [drawn(network, (each[0], each[1]), (each[2], each[3])) for each in drawn_walls]
    here = to_zone(shapely.Point(lonlat((along, row))[0]), network.srid)
    assume(all(wall.distance(here) > 1 for wall in walls))
    walled = cut(network, walls)
    assert walled.length_m.sum() <= network.length_m.sum() + 1e-6
    place = (along, row)
    before, after = seconds(network, place, (160, 160)), seconds(walled, place, (160, 160), walls=walls)
    assert np.isnan(after) or after >= before - 1e-3
