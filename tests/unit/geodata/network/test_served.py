"""Streets drawn as within reach are those from which the deciding search is in time."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.network.entries import Entries, enter
from geodata.network.graph import Use, make_streets
from geodata.network.served import find_served, lines_of
from geodata.network.travel import travel_pairs
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import lonlat, town

ONE_MPS = 1.0
CORNERS = [(0, 0), (300, 0), (300, 250), (0, 250), (150, 120)]


def served(streets, stations, limit_s, sure=None):
    entries = enter(streets, lonlat(*stations), 100.0)
    flags = np.ones(len(stations), dtype=np.bool_) if sure is None else np.array(sure)
    return find_served(streets, entries, flags, limit_s)


def rows(found):
    return [
        (int(edge), round(float(begin), 3), round(float(end), 3), int(one), int(maybe))
        for edge, begin, end, one, maybe in zip(
            found.edge, found.begin, found.end, found.sure, found.unsure, strict=True
        )
    ]


def test_a_street_is_cut_where_time_runs_out_and_where_a_second_station_begins():
    streets = make_streets(town([(0, 0), (1000, 0)]), Profile.FOOT, ONE_MPS)
    assert rows(served(streets, [(400, 20)], 120)) == [(0, 0.3, 0.5, 1, 0)]
    both = served(streets, [(400, 0), (600, 0)], 150, sure=[True, False])
    assert rows(both) == [(0, 0.25, 0.45, 1, 0), (0, 0.45, 0.55, 1, 1), (0, 0.55, 0.75, 0, 1)]


def test_nobody_is_served_by_a_station_too_far_from_the_street_or_by_none():
    streets = make_streets(town([(0, 0), (1000, 0)]), Profile.FOOT, ONE_MPS)
    assert len(served(streets, [(400, 150)], 600)) == 0
    assert len(find_served(streets, enter(streets, lonlat(), 100.0), np.zeros(0, dtype=np.bool_), 600)) == 0


def test_one_way_is_drawn_on_the_side_from_which_one_may_come():
    network = town([(0, 0), (1000, 0)], uses=Use.FOOT | Use.EBIKE_FORWARD)
    streets = make_streets(network, Profile.EBIKE, ONE_MPS)
    assert rows(served(streets, [(500, 0)], 200)) == [(0, 0.3, 0.5, 1, 0)]


def test_pieces_become_lines_joined_end_to_end():
    streets = make_streets(town([(0, 0), (100, 0)], [(100, 0), (400, 0)]), Profile.FOOT, ONE_MPS)
    found = served(streets, [(50, 0)], 150)
    lines = lines_of(streets, found, np.arange(len(found)))
    assert [line.length for line in lines] == [pytest.approx(200, abs=0.1)]
    assert len(lines_of(streets, found, np.arange(0))) == 0


corner = st.sampled_from(CORNERS)
street = st.tuples(corner, corner).filter(lambda pair: pair[0] != pair[1])
spot = st.tuples(st.floats(-20, 320), st.floats(-20, 270))
ways = st.sampled_from([int(Use.FOOT | Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD), int(Use.EBIKE_FORWARD)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(street, ways), min_size=1, max_size=7, unique_by=lambda each: frozenset(each[0])),
    st.lists(spot, min_size=1, max_size=4),
    st.integers(20, 700),
)
def test_every_spot_is_drawn_as_the_search_counts_it(drawn, spots, limit_s):
    network = town(*(pair for pair, _ in drawn), uses=[flags for _, flags in drawn])
    streets = make_streets(network, Profile.EBIKE, ONE_MPS)
    stations = enter(streets, lonlat(*spots), 100.0)
    found = find_served(streets, stations, np.ones(len(spots), dtype=np.bool_), limit_s)
    edge = np.repeat(np.arange(len(streets.start)), 9)
    fraction = np.tile(np.linspace(0.055, 0.945, 9), len(streets.start))
    places = Entries(edge, fraction, np.zeros(len(edge)))
    place, _, _ = travel_pairs(streets, places, stations, limit_s)
    counted = np.bincount(place, minlength=len(edge))
    within = [
        int(found.sure[(found.edge == row) & (found.begin <= at) & (found.end >= at)].max(initial=0))
        for row, at in zip(edge, fraction, strict=True)
    ]
    cuts = np.concatenate((found.begin, found.end))
    near_a_cut = np.array(
        [
            (np.abs(cuts[np.tile(found.edge == row, 2)] - at) < 1e-6).any()
            for row, at in zip(edge, fraction, strict=True)
        ],
        dtype=np.bool_,
    )
    assert np.array(within)[~near_a_cut].tolist() == counted[~near_a_cut].tolist()
    assert shapely.length(lines_of(streets, found, np.arange(len(found)))).sum() == pytest.approx(
        float(((found.end - found.begin) * shapely.length(streets.lines[found.edge])).sum()), abs=0.01
    )
