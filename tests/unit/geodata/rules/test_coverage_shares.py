"""Rounding that adds up, and what a map may say."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.shares import display_of, largest_remainder, part_percents, percent, whole_percent

counts = st.integers(0, 10**7)


def test_a_share_of_nobody_is_no_share():
    assert percent(0, 0) is None
    assert part_percents(0, 0, 0, 0) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(9657, 20240, 47.7), (1, 2000, 0.1), (1, 2001, 0.0), (1, 3, 33.3), (2, 3, 66.7), (7, 7, 100.0)],
)
def test_shares_round_half_up_to_a_tenth(part, whole, expected):
    assert percent(part, whole) == expected


def test_thirds_lose_nothing():
    assert largest_remainder([1, 1, 1], 1000) == [334, 333, 333]
    assert largest_remainder([], 1000) == []
    assert largest_remainder([0, 0], 1000) == [0, 0]


@given(st.lists(counts, min_size=1, max_size=6), st.integers(0, 1000))
def test_largest_remainder_gives_everything_within_one_unit(parts, units):
    shares = largest_remainder(parts, units)
    whole = sum(parts)
    assert sum(shares) == (units if whole else 0)
    assert all(
        abs(share * whole - part * units) < whole or whole == 0
        for share, part in zip(shares, parts, strict=True)
    )


@given(counts, counts, counts, counts)
def test_the_four_parts_add_to_a_hundred_and_agree_with_the_share(cross, one, unknown, not_covered):
    parts = part_percents(cross, one, unknown, not_covered)
    tenths = [round(part * 10) for part in parts]
    whole = cross + one + unknown + not_covered
    if whole == 0:
        return
    assert sum(tenths) == 1000
    assert (tenths[0] + tenths[1]) / 10 == percent(cross + one, whole)
    for tenth, count in zip(tenths, (cross, one, unknown, not_covered), strict=True):
        assert abs(tenth - 1000 * count / whole) < 1.01


@pytest.mark.parametrize(
    ("people", "covered", "unknown", "expected"),
    [
        (0, 0, 0, ("none", None, None)),
        (99, 99, 0, ("few", None, None)),
        (100, 0, 50, ("mostly_unknown", None, None)),
        (100, 50, 50, ("mostly_unknown", None, None)),
        (100, 0, 49, ("zero", 0, None)),
        (1000, 4, 0, ("zero", 0, None)),
        (1000, 5, 0, ("share", 1, 1)),
        (1000, 194, 0, ("share", 19, 1)),
        (1000, 195, 0, ("share", 20, 2)),
        (100, 39, 0, ("share", 39, 2)),
        (100, 40, 0, ("share", 40, 3)),
        (100, 60, 0, ("share", 60, 4)),
        (100, 79, 0, ("share", 79, 4)),
        (100, 80, 0, ("share", 80, 5)),
        (100, 100, 0, ("share", 100, 5)),
    ],
)
def test_number_and_colour_of_an_area_never_disagree(people, covered, unknown, expected):
    assert display_of(people=people, covered=covered, unknown=unknown) == expected


@given(st.integers(1, 10**7).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_whole_percents_round_half_up(pair):
    part, whole = pair
    assert whole_percent(part, whole) == floor(Fraction(100 * part, whole) + Fraction(1, 2))
