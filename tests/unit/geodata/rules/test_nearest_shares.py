"""Quantiles of people by the way to the nearest station: nobody is dropped."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.nearest_shares import limit_in_metres, measure_ways

costs = st.one_of(st.floats(0, 5000), st.just(math.inf), st.just(math.nan))
rows = st.lists(st.tuples(costs, st.integers(0, 40)), max_size=12)


def measure(pairs, limits=(300, 667, 1000), percents=(25, 50, 75, 90)):
    cost = np.array([each[0] for each in pairs], dtype=float)
    return measure_ways(cost, np.array([each[1] for each in pairs], dtype=np.int64), limits, percents)


@given(rows)
def test_quantiles_are_those_of_the_people_written_out(pairs):
    ways = measure(pairs)
    everyone = sorted(cost for cost, people in pairs for _ in range(people) if not math.isnan(cost))
    for percent, value in zip((25, 50, 75, 90), ways.quantiles, strict=True):
        if not everyone:
            assert value is None
            continue
        expected = everyone[-(-percent * len(everyone) // 100) - 1]
        assert value == (None if math.isinf(expected) else expected)
    assert ways.people == sum(people for _, people in pairs)
    assert ways.people == ways.unknown + ways.unreachable + sum(map(math.isfinite, everyone))
    assert list(ways.within) == [sum(cost <= limit for cost in everyone) for limit in (300, 667, 1000)]


def test_exactly_half_is_half_and_a_limit_is_inclusive():
    ways = measure([(100.0, 50), (667.0, 25), (667.01, 25)])
    assert ways.quantiles == (100.0, 100.0, 667.0, 667.01)
    assert ways.within == (50, 75, 100)


def test_who_reaches_no_station_counts_as_further_than_every_limit():
    ways = measure([(100.0, 40), (math.inf, 60)])
    assert ways.quantiles == (100.0, None, None, None)
    assert (ways.people, ways.unreachable, ways.within) == (100, 60, (40, 40, 40))


@pytest.mark.parametrize(
    ("minutes", "speed", "metres"), [(10, 1000 / 900, 667), (15, 1000 / 900, 1000), (10, 15 / 3.6, 2500)]
)
def test_minutes_become_the_metres_of_the_rules(minutes, speed, metres):
    assert limit_in_metres(minutes, speed) == metres
