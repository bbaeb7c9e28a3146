"""Enterprises, gathering places and stations: the counts and the awkward cases that the demo promises."""

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.codes import uscc_is_valid
from geodata.demo import awkward
from geodata.demo.demand import PLACES_AND_PEOPLE, invent_demand, split_exactly
from geodata.demo.enterprises import ENTERPRISES, invent_enterprises
from geodata.demo.firms import Firm
from geodata.demo.grids import GridPlan
from geodata.demo.lattice import Lattice
from geodata.demo.sources import MAIN_COUNTY, read_counties, read_stations
from geodata.demo.stationlife import invent_lives
from geodata.vocab import (
    UNORGANIZED_STATES,
    AccessMethod,
    GridKind,
    LocationLevel,
    StationStatus,
    StationType,
)

MAIN = next(county for county in read_counties() if county.code == MAIN_COUNTY)


def _located(firms: list[Firm]) -> list[tuple[float, float]]:
    return [(firm.lon, firm.lat) for firm in firms if firm.lon is not None and firm.lat is not None]


def test_there_are_5000_enterprises_with_distinct_names(firms: list[Firm]) -> None:
    assert Counter(firm.county_code for firm in firms) == ENTERPRISES
    assert len(firms) == len({firm.name for firm in firms}) == 5000


def test_the_same_seed_invents_the_same_enterprises(
    lattice: Lattice, plan: GridPlan, firms: list[Firm]
) -> None:
    assert invent_enterprises(lattice, plan) == firms


def test_about_three_quarters_have_no_union_and_most_are_small(firms: list[Firm]) -> None:
    assert 0.70 < sum(firm.state in UNORGANIZED_STATES for firm in firms) / 5000 < 0.80
    assert sum((firm.staff_count or 0) < 25 for firm in firms) / 5000 > 0.6


def test_20_lie_exactly_on_a_border_of_two_grids_and_3_where_three_meet(
    firms: list[Firm], plan: GridPlan
) -> None:
    tiles = [grid.geom for grid in plan.of(MAIN_COUNTY) if grid.kind != GridKind.EXCLUSIVE]
    points = [shapely.Point(xy) for xy in _located(firms)]
    owners = Counter(int(shapely.covers(tiles, point).sum()) for point in points)
    assert owners[2] == awkward.ON_BORDER
    assert sum(count for number, count in owners.items() if number >= 3) == awkward.ON_CORNER


def test_30_are_near_a_border_with_200_m_accuracy(firms: list[Firm]) -> None:
    near = [firm for firm in firms if firm.accuracy_m == 200.0]
    assert len(near) == awkward.NEAR_BORDER
    assert all(firm.level == LocationLevel.STREET for firm in near)


def test_8_are_in_the_gap_38_at_one_point_and_17_beyond_the_city(firms: list[Firm], plan: GridPlan) -> None:
    points = np.array(_located(firms))
    city = shapely.union_all([county.geom for county in read_counties()])
    assert shapely.contains_xy(plan.gap, points[:, 0], points[:, 1]).sum() == awkward.IN_GAP
    assert Counter(map(tuple, points.tolist())).most_common(1)[0][1] == awkward.IN_TOWER
    assert (~shapely.intersects_xy(city, points[:, 0], points[:, 1])).sum() == awkward.BEYOND


def test_17_of_the_main_county_have_no_coordinates(firms: list[Firm]) -> None:
    lost = [firm for firm in firms if firm.county_code == MAIN_COUNTY and firm.lon is None]
    assert Counter(len(firm.operating_code) for firm in lost) == {12: 10, 9: 4, 0: 3}


def test_every_exclusive_grid_has_its_firms(firms: list[Firm], plan: GridPlan) -> None:
    points = np.array(_located(firms))
    for grid in plan.grids:
        if grid.kind == GridKind.EXCLUSIVE:
            assert shapely.contains_xy(grid.geom, points[:, 0], points[:, 1]).sum() >= awkward.IN_EXCLUSIVE


def test_wrong_codes_are_the_planned_ones_and_all_others_are_valid_and_nobodys(firms: list[Firm]) -> None:
    codes = [firm.uscc for firm in firms if firm.uscc]
    wrong = [code for code in codes if not uscc_is_valid(code)]
    assert len(wrong) == awkward.WRONG_CHECK + awkward.DAMAGED + awkward.LOOKALIKE
    assert len(codes) == len(set(codes)) or len(wrong) > 0
    assert {code[2:8] for code in codes if code not in wrong} == {"410199", "419999"}


def test_outlets_name_a_valid_parent_that_is_in_the_list(firms: list[Firm]) -> None:
    codes = {firm.uscc for firm in firms}
    outlets = [firm for firm in firms if firm.parent_uscc]
    assert len(outlets) == awkward.BRANCHES
    assert all(firm.parent_uscc in codes and uscc_is_valid(firm.parent_uscc) for firm in outlets)


def test_ordinary_firms_keep_clear_of_grid_borders(firms: list[Firm], plan: GridPlan) -> None:
    borders = shapely.union_all([shapely.boundary(grid.geom) for grid in plan.of("410103")])
    near = [xy for xy in _located(firms) if shapely.dwithin(borders, shapely.Point(xy), 1.5e-4)]
    assert near == []


def test_gathering_places_add_up_to_the_planned_people(lattice: Lattice) -> None:
    gatherings = invent_demand(lattice)
    people: Counter[str] = Counter()
    for gathering in gatherings:
        people[gathering.county_code] += gathering.people
    assert len(gatherings) == len({gathering.code for gathering in gatherings}) == 900
    assert people == {code: total for code, (_, total) in PLACES_AND_PEOPLE.items()}
    assert people[MAIN_COUNTY] == 20_240


@given(st.integers(0, 10_000), st.lists(st.floats(0.1, 1000.0), min_size=1, max_size=40))
def test_split_parts_are_whole_and_add_up(total: int, weights: list[float]) -> None:
    parts = split_exactly(total, np.array(weights))
    assert sum(parts) == total
    assert min(parts) >= 0


def test_stations_that_list_hours_get_none_invented() -> None:
    for station, life in zip(read_stations(), invent_lives(), strict=True):
        assert (station.name, station.address) == (life.name, life.address)
        assert not (station.hours_listed and life.openings)
        assert ("hours" in life.invented_fields) == bool(life.openings)


def test_some_invented_lives_are_awkward() -> None:
    lives = invent_lives()
    stations = read_stations()
    unknown = [s for s, life in zip(stations, lives, strict=True) if not s.hours_listed and not life.openings]
    assert len(unknown) == 5
    assert sum(life.access_method == AccessMethod.STAFF_ONLY for life in lives) == 2
    assert [len(life.closures) for life in lives if life.status == StationStatus.TEMPORARILY_CLOSED] == [1]
    assert sum(life.station_type == StationType.MICRO for life in lives) >= 5


@pytest.mark.parametrize("hour", [15, 22])
def test_the_main_county_is_partly_open_at_both_assessed_hours(hour: int) -> None:
    lives = [
        life
        for station, life in zip(read_stations(), invent_lives(), strict=True)
        if shapely.intersects_xy(MAIN.geom, station.lon, station.lat) and life.openings
    ]
    is_open = [
        any(row.weekday == 0 and row.opens_min <= hour * 60 < row.closes_min for row in life.openings)
        for life in lives
    ]
    assert 0 < sum(is_open) < len(lives)
