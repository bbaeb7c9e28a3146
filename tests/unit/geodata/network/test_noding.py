"""Drawn lines to a network: junctions, bridges, ends that almost meet."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.network.noding import Noded, node_lines

Points = list[tuple[float, float]]


def node(*lines: Points, level: dict[int, int] | None = None, bridges: tuple[int, ...] = ()) -> Noded:
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    levels = np.zeros(len(lines), dtype=np.int64)
    for row, value in (level or {}).items():
        levels[row] = value
    is_bridge = np.zeros(len(lines), dtype=np.bool_)
    is_bridge[list(bridges)] = True
    return node_lines(shapes, levels, is_bridge)


def junctions(noded: Noded) -> int:
    return len(set(noded.start.tolist()) | set(noded.end.tolist()))


ACROSS, UP = [(0.0, 0.0), (100.0, 0.0)], [(50.0, -50.0), (50.0, 50.0)]


def test_lines_that_cross_on_the_ground_meet() -> None:
    noded = node(ACROSS, UP)
    assert (len(noded.pieces), junctions(noded)) == (4, 5)


def test_a_bridge_over_a_road_is_no_junction() -> None:
    noded = node(ACROSS, UP, bridges=(1,))
    assert (len(noded.pieces), junctions(noded)) == (2, 4)


def test_lines_of_two_levels_do_not_meet() -> None:
    assert junctions(node(ACROSS, UP, level={1: 1})) == 4
    assert junctions(node(ACROSS, UP, level={0: 1, 1: 1})) == 5


def test_a_bridge_joins_where_it_ends() -> None:
    # A ramp comes down in the middle of a road, a road goes on from the bridge's other end.
    noded = node(ACROSS, [(50.0, 0.0), (50.0, 50.0)], [(50.0, 50.0), (50.0, 90.0)], bridges=(1,))
    assert (len(noded.pieces), junctions(noded)) == (4, 5)


def test_a_road_that_ends_under_a_bridge_does_not_climb_it() -> None:
    noded = node(ACROSS, [(50.0, -50.0), (50.0, 0.0)], bridges=(0,))
    assert (len(noded.pieces), junctions(noded)) == (2, 4)
    assert not len(noded.almost)


def test_an_end_on_a_line_is_a_junction() -> None:
    noded = node(ACROSS, [(30.0, 0.0), (30.0, 20.0)])
    assert (len(noded.pieces), junctions(noded)) == (3, 4)


@pytest.mark.parametrize("gap", [0.0, 0.004, 0.0099])
def test_what_was_rounded_away_is_no_gap(gap: float) -> None:
    noded = node(ACROSS, [(30.0, gap), (30.0, 20.0)], [(100.0 + gap, 0.0), (200.0, 0.0)])
    assert (len(noded.pieces), junctions(noded)) == (4, 5)
    assert not len(noded.almost)


def test_ends_that_almost_meet_are_told_and_never_joined() -> None:
    noded = node(ACROSS, [(30.0, 0.5), (30.0, 20.0)])
    assert (len(noded.pieces), junctions(noded)) == (2, 4)
    assert noded.almost.tolist() == [[30.0, 0.5]]
    assert noded.almost_m.tolist() == [0.5]


def test_ends_far_away_are_not_told() -> None:
    assert not len(node(ACROSS, [(30.0, 5.1), (30.0, 20.0)]).almost)


def test_a_line_that_crosses_itself_meets_itself() -> None:
    loop = [(0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (50.0, 50.0), (50.0, -50.0)]
    noded = node(loop)
    assert shapely.length(noded.pieces).sum() == pytest.approx(300.0)
    degree = np.bincount(np.concatenate([noded.start, noded.end]))
    assert degree.max() == 4


def test_a_ring_begins_where_it_ends() -> None:
    noded = node([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 0.0)])
    assert noded.start.tolist() == noded.end.tolist()


def test_a_common_stretch_is_cut_at_both_ends() -> None:
    noded = node(ACROSS, [(40.0, -10.0), (40.0, 0.0), (60.0, 0.0), (60.0, 10.0)])
    assert (len(noded.pieces), junctions(noded)) == (6, 6)


def test_nothing_is_nothing() -> None:
    assert len(node_lines([], np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)).pieces) == 0


corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
drawn = st.lists(corner, min_size=2, max_size=4, unique=True).map(
    lambda points: [(10.0 * x, 10.0 * y) for x, y in points]
)


@given(st.lists(drawn, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_length_stays_and_order_does_not_matter(lines: list[Points], shuffler: object) -> None:
    noded = node(*lines)
    total = sum(shapely.LineString(line).length for line in lines)
    assert shapely.length(noded.pieces).sum() == pytest.approx(total, abs=0.02 * (len(noded.pieces) + 1))
    mixed = list(lines)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    again = node(*mixed)
    assert shapely.to_wkt(noded.pieces, rounding_precision=6).tolist() == (
        shapely.to_wkt(again.pieces, rounding_precision=6).tolist()
    )
    assert noded.start.tolist() == again.start.tolist()
    assert noded.end.tolist() == again.end.tolist()
