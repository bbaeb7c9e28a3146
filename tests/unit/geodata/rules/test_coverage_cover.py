"""The laws of covering: parts sum to the whole, more stations or metres never cover less."""

import numpy as np
import pyproj
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.rules import coverage
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN, Places, Supply
from geodata.rules.reach import reach_in_chunks, reached_by_any

GEOD = pyproj.Geod(ellps="WGS84")
KINDS = ("open", "unknown", "shut", "lacks")
near = st.tuples(st.floats(113.59, 113.61), st.floats(34.69, 34.71))
place = st.tuples(near, st.integers(0, 500), st.integers(0, 1))
station = st.tuples(near, st.integers(0, 1), st.lists(st.sampled_from(KINDS), min_size=25, max_size=25))
places_ = st.lists(place, min_size=1, max_size=10)
stations_ = st.lists(station, max_size=8)


def lonlat_of(rows):
    return np.array([row[0] for row in rows], dtype=float).reshape(-1, 2)


def find_cover(rows, supply, limit_m):
    """States of places, straight line."""
    lonlat = lonlat_of(rows)
    return coverage.find_cover(make_places(rows), supply, reach_in_chunks(lonlat, supply.lonlat, limit_m))


def make_places(rows):
    return Places(
        unknown=np.isnan(lonlat_of(rows)[:, 0]),
        people=np.array([row[1] for row in rows], dtype=np.int64),
        county=np.array([row[2] for row in rows], dtype=np.int64),
    )


def make_stations(rows):
    def flags(kind):
        return np.array([[each == kind for each in row[2]] for row in rows], dtype=np.float32).reshape(-1, 25)

    now = [row[2][-1] for row in rows]
    return Supply(
        lonlat=np.array([row[0] for row in rows], dtype=float).reshape(-1, 2),
        county=np.array([row[1] for row in rows], dtype=np.int64),
        counting=flags("open"),
        unsure=flags("unknown"),
        shut=np.array([kind == "shut" for kind in now], dtype=bool),
        fixable=np.array([kind in {"shut", "lacks"} for kind in now], dtype=bool),
    )


def simple(one_place, stations, limit_m, column):
    """The state of one place, read off the definition."""
    kinds = [
        kinds[column]
        for lonlat, county, kinds in stations
        if county == one_place[2] and GEOD.inv(*one_place[0], *lonlat)[2] <= limit_m + 1e-6
    ]
    if kinds.count("open"):
        return min(2, kinds.count("open"))
    return UNKNOWN if "unknown" in kinds else NOT_COVERED


@settings(max_examples=60)
@given(places_, stations_, st.floats(100, 1500))
def test_states_and_hours_are_those_of_the_definition(places, stations, limit_m):
    cover = find_cover(places, make_stations(stations), limit_m)
    assert cover.digit.tolist() == [simple(each, stations, limit_m, 24) for each in places]
    for hour in range(24):
        states = [simple(each, stations, limit_m, hour) for each in places]
        expected = [
            sum(each[1] for each, state in zip(places, states, strict=True) if state in wanted)
            for wanted in ({ONE, CROSS}, {CROSS}, {UNKNOWN}, {ONE, CROSS, UNKNOWN, NOT_COVERED})
        ]
        assert cover.hours[hour].tolist() == expected


@settings(max_examples=40)
@given(places_, stations_, st.floats(100, 1500), st.randoms())
def test_the_order_of_places_and_stations_does_not_matter(places, stations, limit_m, random):
    order = random.sample(range(len(places)), len(places))
    cover = find_cover(places, make_stations(stations), limit_m)
    mixed = find_cover(
        [places[at] for at in order],
        make_stations(random.sample(stations, len(stations))),
        limit_m,
    )
    assert mixed.digit.tolist() == cover.digit[order].tolist()
    assert mixed.hours.tolist() == cover.hours.tolist()
    assert mixed.fixable_in_reach.tolist() == cover.fixable_in_reach[order].tolist()


@settings(max_examples=40)
@given(places_, stations_, station, st.floats(100, 1500), st.floats(0, 500))
def test_one_more_station_or_metre_never_covers_less(places, stations, more, limit_m, more_m):
    def covered(stations, limit_m):
        digit = find_cover(places, make_stations(stations), limit_m).digit
        return np.isin(digit, (ONE, CROSS))

    before = covered(stations, limit_m)
    assert (covered([*stations, more], limit_m) >= before).all()
    assert (covered(stations, limit_m + more_m) >= before).all()


def test_a_place_without_position_is_unknown_at_every_hour():
    lost = [((np.nan, np.nan), 7, 0)]
    cover = find_cover(lost, make_stations([]), 500)
    assert cover.digit.tolist() == [UNKNOWN]
    assert cover.hours.tolist() == [[0, 0, 7, 7]] * 24


def test_what_could_help_is_told_for_uncovered_places_only():
    here, far = (113.6, 34.7), (113.62, 34.7)
    places = [(here, 10, 0), (far, 10, 0)]
    kinds = [["open"] * 25, ["shut"] * 25, ["shut"] * 25, ["lacks"] * 25]
    at = [here, here, far, far]
    cover = find_cover(places, make_stations([(at[row], 0, kinds[row]) for row in range(4)]), 500)
    assert cover.digit.tolist() == [ONE, NOT_COVERED]
    assert cover.fixable.toarray().tolist() == [[0, 0, 0, 0], [0, 0, 1, 1]]
    assert cover.shut_in_reach.tolist() == [True, True]
    assert cover.fixable_in_reach.tolist() == [False, True]


def test_stations_of_another_county_never_count():
    here = (113.6, 34.7)
    stations = make_stations([(here, 1, ["open"] * 25)])
    assert find_cover([(here, 10, 0)], stations, 500).digit.tolist() == [NOT_COVERED]
    assert reached_by_any(lonlat_of([(here, 10, 0)]), stations.lonlat, 500).all()
