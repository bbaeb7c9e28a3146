"""The two drafts show what a check finds and what a redrawing moves."""

import shapely

from geodata.demo.drafts import FLAWED_COUNTY, flawed_draft, shifted_draft
from geodata.demo.grids import GridPlan
from geodata.demo.lattice import Lattice
from geodata.demo.sources import MAIN_COUNTY
from geodata.vocab import GridKind


def test_the_flawed_draft_overlaps_leaves_a_hole_and_carries_three_rows_to_refuse(plan: GridPlan) -> None:
    good = plan.of(FLAWED_COUNTY)
    rows = flawed_draft(plan)
    taken = rows[: len(good)]
    geoms = [row.geom for row in taken]
    county_area = sum(grid.geom.area for grid in good)
    assert not shapely.coverage_is_valid(geoms)
    assert sum(geom.area for geom in geoms) > shapely.union_all(geoms).area
    assert shapely.union_all(geoms).area < county_area
    refused = rows[len(good) :]
    assert refused[0].code in {row.code for row in taken}
    assert refused[1].code == ""
    assert not refused[2].geom.is_valid


def test_the_shifted_draft_moves_one_block_and_stays_a_coverage(lattice: Lattice, plan: GridPlan) -> None:
    before, after = plan.of(MAIN_COUNTY), shifted_draft(lattice, plan)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 2
    tiles = [grid.geom for grid in after if grid.kind != GridKind.EXCLUSIVE]
    assert shapely.coverage_is_valid(tiles)
    assert [grid.code for grid in after] == [grid.code for grid in before]
