"""How far people have it to the nearest station: quantiles, and shares within some minutes.

Every person counts: who can reach none is further than every limit, never left out. Who is at a place whose
way cannot be known (not located, not on a street) is counted apart, as unknown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geodata.rules.reach import Floats, Ints

QUANTILES = (25, 50, 75, 90)
WITHIN_MIN = (5, 10, 15)


@dataclass(frozen=True)
class Ways:
    """The ways of the people of one area.

    ``quantiles`` are for the percentages asked, None where that many cannot reach any station, or nobody is
    there; ``within`` are people within each limit.
    """

    people: int
    unknown: int
    unreachable: int
    quantiles: tuple[float | None, ...]
    within: tuple[int, ...]


def limit_in_metres(minutes: int, speed_mps: float) -> float:
    """How far one comes in some minutes, in whole metres upwards, as the rules round theirs (667 m)."""
    return float(math.ceil(round(60 * minutes * speed_mps, 6)))


def measure_ways(
    cost: Floats, people: Ints, limits: Sequence[float], percents: Sequence[int] = QUANTILES
) -> Ways:
    """Quantiles and shares of people by the way to their nearest station.

    The quantile for p percent is the smallest cost within which at least p percent of the people whose way
    is known are; limits are inclusive.

    Args:
        cost: of each place, metres or seconds; infinite where no station can be reached, NaN where unknown.
        people: at each place.
        limits: in the unit of the cost.
        percents: whole percentages.
    """
    known = ~np.isnan(cost)
    order = np.argsort(cost[known], kind="stable")
    sorted_cost, running = cost[known][order], np.cumsum(people[known][order])
    whole = int(running[-1]) if len(running) else 0
    quantiles: list[float | None] = []
    for percent in percents:
        if not whole:
            quantiles.append(None)
            continue
        # Integers decide, so that exactly half is half.
        at = int(np.searchsorted(100 * running, percent * whole))
        value = float(sorted_cost[at])
        quantiles.append(value if math.isfinite(value) else None)
    return Ways(
        people=int(people.sum()),
        unknown=int(people[~known].sum()),
        unreachable=int(people[np.isposinf(cost)].sum()),
        quantiles=tuple(quantiles),
        within=tuple(int(people[cost <= limit].sum()) for limit in limits),
    )
