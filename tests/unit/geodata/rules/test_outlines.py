"""Simplified outlines: neighbours keep their common border, nothing vanishes."""

import numpy as np
import pytest
import shapely

from geodata.rules.outlines import TOLERANCE_BY_BAND_M, band_of_zoom, simplify_together


def neighbours(seed: int = 1) -> list[shapely.Polygon]:
    """Two squares of 1 km that share a wriggling border of 400 vertices."""
    y = np.linspace(0, 1000, 400)
    x = 1000 + np.random.default_rng(seed).normal(0, 8, 400)
    x[[0, -1]] = 1000
    border = np.column_stack([x, y])
    left = shapely.Polygon([(0, 0), *border, (0, 1000)])
    right = shapely.Polygon([(2000, 0), (2000, 1000), *border[::-1]])
    return [left, right]


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_keep_one_common_border_without_gap_or_overlap(seed):
    left, right = simplify_together(neighbours(seed), 50.0, tiles_area=[True, True])
    assert shapely.get_num_coordinates(left) < 100
    assert shapely.area(shapely.intersection(left, right)) == 0
    assert shapely.area(shapely.union(left, right)) == pytest.approx(2_000_000, rel=1e-9)


def test_a_polygon_lying_over_others_is_simplified_alone():
    over = shapely.Point(500, 500).buffer(100, quad_segs=64)
    *_, drawn = simplify_together([*neighbours(), over], 20.0, tiles_area=[True, True, False])
    assert 3 < shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(over)


def test_what_would_vanish_keeps_its_shape():
    tiny = shapely.box(0, 0, 1, 1)
    for flag in (True, False):
        (drawn,) = simplify_together([tiny], 10_000.0, tiles_area=[flag])
        assert shapely.area(drawn) > 0


def test_overlapping_polygons_are_drawn_all_the_same():
    crossing = [shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15), shapely.box(0, 0, 10, 10)]
    drawn = simplify_together(crossing, 1.0, tiles_area=[True, True, True])
    assert [shape.is_valid and not shape.is_empty for shape in drawn] == [True] * 3


def test_what_geos_refuses_to_simplify_together_is_simplified_alone(monkeypatch):
    def refuse(*_args: object) -> None:
        raise shapely.GEOSException("point array must contain 0 or >1 elements")

    monkeypatch.setattr(shapely, "coverage_simplify", refuse)
    drawn = simplify_together(neighbours(), 50.0, tiles_area=[True, True])
    assert [shape.is_valid and shapely.get_num_coordinates(shape) < 200 for shape in drawn] == [True, True]


def test_without_tolerance_everything_stays_and_is_a_multipolygon():
    given = neighbours()
    drawn = simplify_together(given, 0.0, tiles_area=[True, True])
    assert {shape.geom_type for shape in drawn} == {"MultiPolygon"}
    assert [shapely.get_num_coordinates(shape) for shape in drawn] == [
        shapely.get_num_coordinates(shape) for shape in given
    ]


def test_no_polygons_are_no_polygons():
    assert len(simplify_together([], 10.0, tiles_area=[])) == 0


@pytest.mark.parametrize(
    ("zoom", "band"), [(5, 4), (7, 4), (8, 3), (9, 3), (10, 2), (12, 1), (13, 1), (14, 0), (18, 0)]
)
def test_each_zoom_has_its_band(zoom, band):
    assert band_of_zoom(zoom) == band
    assert band in TOLERANCE_BY_BAND_M
