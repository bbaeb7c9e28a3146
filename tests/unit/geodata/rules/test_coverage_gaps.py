"""Gaps: who belongs together, what would help, in which order, and what is drawn."""

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geodata.crs import metric_srid, to_metric
from geodata.rules.discs import area_m2, make_discs, project
from geodata.rules.gaps import Uncovered, draw_gap, find_gaps, middle_members
from geodata.vocab import Remedy

GEOD = pyproj.Geod(ellps="WGS84")
HERE = (113.6, 34.7)
CODES = ["G-01", "G-02", ""]
STATIONS = np.array([7, 3, 9])


def away(azimuth, metres, start=HERE):
    lon, lat, _ = GEOD.fwd(*start, azimuth, metres)
    return lon, lat


def uncovered(rows):
    """Rows of (id, lonlat, people, grid, columns of stations that would help)."""
    helped = np.zeros((len(rows), len(STATIONS)), dtype=np.float32)
    for at, row in enumerate(rows):
        helped[at, list(row[4])] = 1
    return Uncovered(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        lonlat=np.array([row[1] for row in rows], dtype=float).reshape(-1, 2),
        people=np.array([row[2] for row in rows], dtype=np.int64),
        grid=np.array([row[3] for row in rows], dtype=np.int64),
        helped_by=csr_array(helped),
    )


def gaps_of(rows):
    found = find_gaps(uncovered(rows), CODES, STATIONS)
    return [
        (CODES[gap.grid], gap.people, sorted(rows[at][0] for at in gap.members), rows[gap.centre][0])
        for gap in found
    ]


def test_places_in_a_chain_of_steps_up_to_the_link_are_one_gap():
    chain = [(at, away(90, 999.9 * at), 10, 0, ()) for at in range(4)]
    assert len(gaps_of(chain)) == 1
    assert len(gaps_of([chain[0], (9, away(90, 1000.1), 10, 0, ())])) == 2
    assert len(gaps_of([chain[0], (9, away(90, 500.0), 10, 0, ())])) == 1


def test_places_of_two_grids_are_two_gaps():
    rows = [(1, HERE, 10, 0, ()), (2, away(90, 10), 20, 1, ()), (3, away(90, 5), 5, 2, ())]
    assert gaps_of(rows) == [("G-02", 20, [2], 2), ("G-01", 10, [1], 1), ("", 5, [3], 3)]


def test_gaps_rank_by_people_then_grid_then_place():
    rows = [
        (5, away(0, 3000), 10, 1, ()),
        (4, away(0, 6000), 10, 0, ()),
        (3, away(0, 9000), 10, 0, ()),
        (2, HERE, 11, 1, ()),
    ]
    assert [gap[3] for gap in gaps_of(rows)] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("helpers", "remedy", "station", "gain"),
    [
        ([(0,), (0,), ()], Remedy.EXTEND, 7, 60),
        ([(0,), (), ()], Remedy.BUILD, 7, 40),
        ([(0,), (1,), (1,)], Remedy.EXTEND, 3, 60),
        ([(0, 1), (0, 1), ()], Remedy.EXTEND, 3, 60),
        ([(), (), ()], Remedy.BUILD, None, 0),
    ],
)
def test_one_station_that_solves_half_makes_it_a_matter_of_hours(helpers, remedy, station, gain):
    people = (40, 20, 40)
    rows = [(at, away(90, 100 * at), people[at], 0, helpers[at]) for at in range(3)]
    (gap,) = find_gaps(uncovered(rows), CODES, STATIONS)
    assert (gap.remedy, gap.gain) == (remedy, gain)
    assert station is None or STATIONS[gap.station] == station


def test_exactly_half_is_enough():
    rows = [(1, HERE, 50, 0, (2,)), (2, away(90, 100), 50, 0, ())]
    assert find_gaps(uncovered(rows), CODES, STATIONS)[0].remedy == Remedy.EXTEND


def test_the_centre_is_the_member_in_the_middle_of_the_people():
    rows = [(1, HERE, 1, 0, ()), (2, away(90, 400), 100, 0, ()), (3, away(90, 800), 90, 0, ())]
    assert gaps_of(rows)[0][3] == 2
    nobody = [(row[0], row[1], 0, 0, ()) for row in rows]
    assert gaps_of(nobody)[0][3] == 2


def test_a_group_without_members_has_no_middle():
    found = middle_members(np.array([HERE]), np.array([5]), np.array([2]), np.array([1]))
    assert found.tolist() == [-1, -1, 0]
    nothing = middle_members(np.empty((0, 2)), np.empty(0, int), np.empty(0, int), np.empty(0, int))
    assert nothing.tolist() == []


def test_no_uncovered_places_no_gaps():
    assert find_gaps(uncovered([]), CODES, STATIONS) == []


point = st.tuples(st.floats(113.58, 113.62), st.floats(34.68, 34.72))
rows_ = st.lists(
    st.tuples(point, st.integers(0, 50), st.integers(0, 2), st.sets(st.integers(0, 2))),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(rows_, st.randoms())
def test_gaps_hold_every_place_once_and_do_not_depend_on_order(rows, random):
    rows = [(number, *row) for number, row in enumerate(rows)]
    found = gaps_of(rows)
    assert sorted(place for gap in found for place in gap[2]) == list(range(len(rows)))
    assert sum(gap[1] for gap in found) == sum(row[2] for row in rows)
    assert gaps_of(random.sample(rows, len(rows))) == found


def metric(*points):
    lonlat = np.array(points, dtype=float)
    x, y = to_metric(lonlat[:, 0], lonlat[:, 1], metric_srid(lonlat[0, 0]))
    return shapely.multipoints(np.column_stack((x, y)))


def test_a_drawn_gap_keeps_out_of_what_is_reached_and_inside_the_county():
    members = metric(HERE, away(90, 300))
    srid = metric_srid(HERE[0])
    (disc,) = make_discs(np.array([away(270, 700)]), 667, srid)
    county = project(shapely.box(113.5, 34.7, 113.7, 34.8), srid)
    shape = draw_gap(members, disc, county)
    assert shape.geom_type == "Polygon"
    assert shape.is_valid
    assert shape.intersection(disc).area < 0.01 * shape.area
    assert shape.difference(county).area < 0.01 * shape.area


def test_nothing_is_drawn_where_nothing_is_left():
    (disc,) = make_discs(np.array([HERE]), 667, metric_srid(HERE[0]))
    assert draw_gap(metric(HERE), disc, None) is None
    assert draw_gap(metric(HERE), shapely.Polygon(), shapely.box(0, 0, 1, 1)) is None


def test_places_far_apart_are_drawn_apart():
    shape = draw_gap(metric(HERE, away(0, 2000)), shapely.Polygon(), None)
    assert shape.geom_type == "MultiPolygon"


@pytest.mark.parametrize("lon", [112.6, 113.6, 114.0, 115.4])
@pytest.mark.parametrize("radius_m", [500.0, 667.0, 2500.0])
def test_discs_have_the_area_of_the_true_disc_everywhere_in_a_zone(lon, radius_m):
    srid = metric_srid(lon)
    (disc,) = make_discs(np.array([(lon, 34.7)]), radius_m, srid)
    square = shapely.box(lon - 0.1, 34.6, lon + 0.1, 34.8)
    share = disc.area / project(square, srid).area
    assert share * area_m2(square) == pytest.approx(math.pi * radius_m**2, rel=0.001)


def test_no_stations_no_discs():
    assert make_discs(np.empty((0, 2)), 667, 4546) == []
