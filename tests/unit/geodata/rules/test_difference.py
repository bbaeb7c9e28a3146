"""Straight line against streets: six sets that make the whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN
from geodata.rules.difference import Side, compare_measures


def side_of(straight, streets, *, unplaced=False):
    sets = compare_measures(
        np.array([straight], dtype=np.uint8), np.array([streets], dtype=np.uint8), np.array([unplaced])
    )
    return next(side for side, rows in sets.items() if rows[0])


def test_every_pair_of_answers_has_its_name():
    assert side_of(ONE, CROSS) == Side.BOTH
    assert side_of(CROSS, NOT_COVERED) == Side.CIRCLE_ONLY
    assert side_of(NOT_COVERED, ONE) == Side.STREETS_ONLY
    assert side_of(NOT_COVERED, NOT_COVERED) == Side.NEITHER
    assert side_of(ONE, UNKNOWN) == Side.UNKNOWN
    assert side_of(UNKNOWN, NOT_COVERED) == Side.UNKNOWN
    assert side_of(ONE, UNKNOWN, unplaced=True) == Side.UNPLACED


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=30))
def test_every_place_is_in_exactly_one_set(rows):
    straight, streets = (np.array([row[at] for row in rows], dtype=np.uint8) for at in (0, 1))
    sets = compare_measures(straight, streets, np.array([row[2] for row in rows], dtype=bool))
    assert np.sum([*sets.values()], axis=0).tolist() == [1] * len(rows)
