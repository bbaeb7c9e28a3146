"""A plan counted anew by the coverage engine, as if its stations stood there; the search is not believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.coverage.computation import Computation
from geodata.coverage.reaching import find_reach
from geodata.planning.siting_sites import Site
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN, Places, Supply, find_cover
from geodata.rules.reach import Bools


@dataclass(frozen=True)
class Recount:
    """What a plan makes of the county.

    ``digit`` is the state of every place of demand with the plan, ``gained`` which of them the plan gained.
    """

    digit: npt.NDArray[np.uint8]
    gained: Bools
    people: int
    unknown_made_sure: int
    after: dict[str, int]


def recount(computed: Computation, chosen: Sequence[Site], *, second: bool) -> Recount:
    """Count with the chosen sites as counting stations, measured anew.

    Gained is who was certainly without before and is certainly served now; those of whom it was not known
    count apart.
    """
    before = computed.cover.digit
    digit = _digits_with(computed, chosen)
    weight = computed.people
    if second:
        gained = np.isin(before, (NOT_COVERED, ONE)) & (digit == CROSS)
    else:
        gained = (before == NOT_COVERED) & np.isin(digit, (ONE, CROSS))
    sure = (before == UNKNOWN) & np.isin(digit, (ONE, CROSS))
    return Recount(
        digit=digit,
        gained=gained,
        people=int(weight[gained].sum()),
        unknown_made_sure=int(weight[sure].sum()),
        after=tally(digit, weight),
    )


def count_without(computed: Computation, gone: Sequence[int]) -> int:
    """People who lose reach when stations (row numbers) go; 0 for stations nobody would miss."""
    supply = computed.supply.now()
    counting, unsure = supply.counting.copy(), supply.unsure.copy()
    counting[list(gone)] = 0
    left = Supply(supply.lonlat, supply.county, counting, unsure, supply.shut, supply.fixable)
    reached = find_reach(computed.inputs, computed.inputs.demand.lonlat, supply.lonlat)
    digit = find_cover(_places(computed, reached.place_unplaced), left, reached.blocks).digit
    lost = np.isin(computed.cover.digit, (ONE, CROSS)) & ~np.isin(digit, (ONE, CROSS))
    return int(computed.people[lost].sum())


def tally(digit: npt.NDArray[np.uint8], weight: Any) -> dict[str, int]:
    """People by state, by the words of the coverage answer."""
    one, cross, unknown = (int(weight[digit == state].sum()) for state in (ONE, CROSS, UNKNOWN))
    total = int(weight.sum())
    return {
        "total": total,
        "covered": one + cross,
        "cross": cross,
        "unknown": unknown,
        "not_covered": total - one - cross - unknown,
    }


def _digits_with(computed: Computation, chosen: Sequence[Site]) -> npt.NDArray[np.uint8]:
    supply = computed.supply.now()
    new = [each for each in chosen if each.station < 0]
    counting, unsure = supply.counting.copy(), supply.unsure.copy()
    for each in chosen:
        if each.station >= 0:
            counting[each.station], unsure[each.station] = 1, 0
    points = np.array([(each.lon, each.lat) for each in new], dtype=float).reshape(-1, 2)
    lonlat = np.concatenate((supply.lonlat, points))
    # One county is asked about, and what is new is its own.
    county = int(computed.inputs.demand.county[0]) if len(computed.inputs.demand.county) else 0
    more = len(new)
    grown = Supply(
        lonlat=lonlat,
        county=np.concatenate((supply.county, np.full(more, county, dtype=np.int64))),
        counting=np.concatenate((counting, np.ones((more, 1), dtype=np.float32))),
        unsure=np.concatenate((unsure, np.zeros((more, 1), dtype=np.float32))),
        shut=np.concatenate((supply.shut, np.zeros(more, dtype=np.bool_))),
        fixable=np.concatenate((supply.fixable, np.zeros(more, dtype=np.bool_))),
    )
    reached = find_reach(computed.inputs, computed.inputs.demand.lonlat, lonlat)
    return find_cover(_places(computed, reached.place_unplaced), grown, reached.blocks).digit


def _places(computed: Computation, unplaced: Bools) -> Places:
    demand = computed.inputs.demand
    return Places(computed.people, demand.county, np.isnan(demand.lonlat[:, 0]) | unplaced)
