"""The base layer is moderate in size, stays inside the counties and is sound."""

import numpy as np
import pytest
import shapely

from geodata.demo.areas import draw_areas
from geodata.demo.lattice import Lattice
from geodata.demo.scenery import draw_scenery
from geodata.demo.sources import read_counties
from geodata.demo.streets import BaseLine, cut_by_county, draw_streets, smooth


@pytest.fixture(scope="session")
def base_layer(lattice: Lattice) -> list[BaseLine]:
    return cut_by_county(draw_streets(lattice) + draw_scenery(lattice), read_counties())


def test_the_base_layer_has_every_kind_and_stays_moderate(base_layer: list[BaseLine]) -> None:
    assert {row.kind for row in base_layer} == {"road", "river", "water", "park", "rail"}
    assert {row.rank for row in base_layer if row.kind == "road"} == {1, 2, 3, 4}
    assert len(base_layer) < 12_000
    assert shapely.get_num_coordinates([row.geom for row in base_layer]).sum() < 35_000


def test_every_row_is_sound_and_in_its_county(base_layer: list[BaseLine]) -> None:
    shapes = {county.code: shapely.buffer(county.geom, 1e-6) for county in read_counties()}
    assert all(row.geom.is_valid and not row.geom.is_empty for row in base_layer)
    assert all(shapely.covers(shapes[row.county_code], row.geom) for row in base_layer)


def test_main_roads_have_names_and_lanes_have_none(base_layer: list[BaseLine]) -> None:
    roads = [row for row in base_layer if row.kind == "road"]
    assert all((row.name is not None) == (row.rank <= 2) for row in roads)


def test_neighbouring_blocks_share_all_points_of_their_edge(lattice: Lattice) -> None:
    degrees = lattice.degrees()
    blocks = [shapely.polygons(degrees[lattice.ring(block.corners)]) for block in lattice.blocks]
    assert shapely.coverage_is_valid(blocks)


def test_there_is_one_assessment_area_a_county_inside_it(lattice: Lattice) -> None:
    areas = draw_areas(lattice)
    shapes = {county.code: county.geom for county in read_counties()}
    assert [area.county_code for area in areas] == sorted(shapes)
    for area in areas:
        assert area.geom.is_valid
        assert "示意" in area.name
        assert area.geom.difference(shapes[area.county_code]).area < 1e-12
        assert 2e-4 < area.geom.area < shapes[area.county_code].area


def test_smoothing_keeps_both_ends() -> None:
    line = np.array([(0.0, 0.0), (1.0, 5.0), (2.0, 0.0)])
    smoothed = smooth(line)
    assert smoothed[0].tolist() == [0.0, 0.0]
    assert smoothed[-1].tolist() == [2.0, 0.0]
    assert smoothed[:, 1].max() < 5.0
