"""Invented grids tile the real counties to the county line, and leave a few small pockets on purpose."""

import numpy as np
import pytest
import shapely

from geodata.demo.grids import POCKETS, TILES, GridPlan, plan_grids
from geodata.demo.lattice import Lattice, build_lattice
from geodata.demo.names import PLACES
from geodata.demo.sources import MAIN_COUNTY, County, read_counties
from geodata.rules.boundaries import SLIVER_AREA_M2
from geodata.vocab import GridKind

SQUARE_METRES = 91_620.0 * 110_930.0
COUNTIES = read_counties()


def _tiles(plan: GridPlan, county_code: str) -> list[shapely.Geometry]:
    return [grid.geom for grid in plan.of(county_code) if grid.kind != GridKind.EXCLUSIVE]


@pytest.mark.parametrize("county", COUNTIES, ids=lambda county: county.code)
def test_grids_and_zones_share_their_edges_and_end_on_the_county_line(plan: GridPlan, county: County) -> None:
    tiles = _tiles(plan, county.code)
    expected_gap_m2 = plan.gap.area * SQUARE_METRES if county.code == MAIN_COUNTY else 0.0
    union = shapely.union_all(tiles)
    assert len(tiles) == TILES[county.code][0]
    assert shapely.coverage_is_valid(tiles)
    assert {tile.geom_type for tile in tiles} == {"Polygon"}
    assert union.difference(county.geom).area * SQUARE_METRES < 1.0
    assert county.geom.difference(union).area * SQUARE_METRES == pytest.approx(expected_gap_m2, abs=1.0)


def test_every_real_vertex_of_a_county_line_is_kept(plan: GridPlan) -> None:
    for county in COUNTIES:
        drawn = {tuple(xy) for xy in shapely.get_coordinates(_tiles(plan, county.code)).tolist()}
        assert {tuple(xy) for xy in shapely.get_coordinates(county.geom).tolist()} <= drawn


def test_the_main_county_has_12_grids_4_zones_and_3_exclusive_grids(plan: GridPlan) -> None:
    kinds = [grid.kind for grid in plan.of(MAIN_COUNTY)]
    assert [kinds.count(kind) for kind in GridKind] == [12, 4, 3]


def test_exclusive_grids_lie_inside_their_county_and_apart(plan: GridPlan) -> None:
    for county in COUNTIES:
        exclusive = [grid.geom for grid in plan.of(county.code) if grid.kind == GridKind.EXCLUSIVE]
        assert all(shapely.covers(county.geom, exclusive))
        assert shapely.union_all(exclusive).area == pytest.approx(sum(geom.area for geom in exclusive))


def test_codes_and_names_are_unique_and_the_pool_is_large(plan: GridPlan) -> None:
    assert len(set(PLACES)) == len(PLACES) >= 150
    assert len({grid.code for grid in plan.grids}) == len(plan.grids)
    assert len({grid.name for grid in plan.grids}) == len(plan.grids)


def test_invented_towns_cover_the_main_county_and_say_that_they_are_invented(plan: GridPlan) -> None:
    main = next(county for county in COUNTIES if county.code == MAIN_COUNTY)
    assert shapely.coverage_is_valid([town.geom for town in plan.towns])
    assert shapely.union_all([town.geom for town in plan.towns]).symmetric_difference(main.geom).area < 1e-9
    assert all(town.code.startswith(f"{MAIN_COUNTY}9") and "虚构" in town.name for town in plan.towns)


def test_every_community_belongs_to_one_grid_of_its_town(plan: GridPlan) -> None:
    towns = {town.code for town in plan.towns}
    codes = [code for grid in plan.of(MAIN_COUNTY) for code in grid.community_codes]
    assert len(codes) == len(set(codes))
    assert {code[:9] for code in codes} == towns


def test_each_pocket_of_the_gap_is_small_enough_to_be_tolerated_and_lies_between_two_grids(
    plan: GridPlan,
) -> None:
    pockets = shapely.get_parts(plan.gap)
    assert len(pockets) == POCKETS
    for pocket in pockets:
        assert 50 < pocket.area * SQUARE_METRES < SLIVER_AREA_M2
        assert shapely.touches(pocket, _tiles(plan, MAIN_COUNTY)).sum() == 2


def test_the_same_seed_draws_the_same_lines(lattice: Lattice, plan: GridPlan) -> None:
    again = build_lattice()
    assert np.array_equal(again.degrees(), lattice.degrees())
    assert plan_grids(again) == plan
