"""From inputs to states: stations at the moment, places, enterprises. The figures are made of these."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geodata.coverage.inputs import Inputs
from geodata.coverage.question import CoverageQuestion
from geodata.rules.availability import StationClass, StationFacts, StationState
from geodata.rules.coverage import (
    CROSS,
    NOT_COVERED,
    ONE,
    UNKNOWN,
    Cover,
    Places,
    Supply,
    find_cover,
    make_supply,
)
from geodata.rules.reach import Bools, Floats, Ints, nearest, reached_by_any


@dataclass(frozen=True)
class Computation:
    """States of everything for one question. Stations here are the county's own, in order of id."""

    question: CoverageQuestion
    inputs: Inputs
    stations: list[StationFacts]
    classes: list[StationClass]
    supply: Supply
    cover: Cover
    enterprise_digit: npt.NDArray[np.uint8]
    neighbours: list[int]

    @cached_property
    def counting(self) -> Ints:
        """Numbers of the stations that count now."""
        return np.flatnonzero([each.state == StationState.OPEN for each in self.classes])

    @cached_property
    def unsure(self) -> Ints:
        """Numbers of the stations that may count now."""
        return np.flatnonzero([each.state == StationState.UNKNOWN for each in self.classes])

    @cached_property
    def located(self) -> Bools:
        """Which demand points have a position."""
        return np.isfinite(self.inputs.demand.lonlat[:, 0])

    @cached_property
    def with_neighbours(self) -> Bools:
        """Which demand points are covered when the neighbours' stations count too; information only."""
        own = np.isin(self.cover.digit, (ONE, CROSS))
        points = [self.inputs.stations[row] for row in self.neighbours]
        lonlat = np.array([(each.lon, each.lat) for each in points], dtype=float).reshape(-1, 2)
        return own | reached_by_any(self.inputs.demand.lonlat, lonlat, self.inputs.limit_m)

    def tally(self, weight: Ints, rows: Bools | slice = slice(None)) -> dict[str, int]:
        """Add up a weight of demand points by state: the same words wherever people are counted."""
        digit, weight = self.cover.digit[rows], weight[rows]
        total, one, cross, unknown = (
            int(weight[which].sum()) for which in (digit >= 0, digit == ONE, digit == CROSS, digit == UNKNOWN)
        )
        shut = (digit == NOT_COVERED) & self.cover.shut_in_reach[rows]
        helped = (digit == NOT_COVERED) & self.cover.fixable_in_reach[rows]
        return {
            "total": total,
            "covered": one + cross,
            "cross": cross,
            "one": one,
            "unknown": unknown,
            "not_covered": total - one - cross - unknown,
            "shut_only": int(weight[shut].sum()),
            "extend": int(weight[helped].sum()),
        }

    def nearest_counting(self, lonlat: Floats, county: Ints) -> tuple[Ints, Floats]:
        """The nearest counting station of the same county for each point, and metres; -1 and NaN if none."""
        index, metres = np.full(len(lonlat), -1), np.full(len(lonlat), np.nan)
        for number in np.unique(county):
            rows = np.flatnonzero(county == number)
            stations = self.counting[self.supply.county[self.counting] == number]
            found, away = nearest(lonlat[rows], self.supply.lonlat[stations])
            some = found >= 0
            index[rows[some]], metres[rows[some]] = stations[found[some]], away[some]
        return index, metres


def compute(inputs: Inputs, question: CoverageQuestion) -> Computation:
    """Classify stations at 24 hours and the moment asked, then find the state of every place."""
    own = [at for at, row in enumerate(inputs.rows) if not row["neighbour"]]
    stations = [inputs.stations[at] for at in own]
    terms = {
        "services": question.services,
        "unconfirmed_after_days": inputs.rule["unconfirmed_after_days"],
    }
    county = inputs.layouts["county"].stations[0]
    supply, classes = make_supply(stations, county, question.moment, **terms)
    demand, enterprises = inputs.demand, inputs.enterprises
    cover = find_cover(Places(demand.lonlat, demand.weight, demand.county), supply, inputs.limit_m)
    works = Places(enterprises.lonlat, np.ones_like(enterprises.ids), enterprises.county)
    elsewhere = [at for at, row in enumerate(inputs.rows) if row["neighbour"]]
    _, their_classes = make_supply(
        [inputs.stations[at] for at in elsewhere],
        np.zeros(len(elsewhere), dtype=np.int64),
        question.moment,
        **terms,
    )
    return Computation(
        question=question,
        inputs=inputs,
        stations=stations,
        classes=classes,
        supply=supply,
        cover=cover,
        enterprise_digit=find_cover(works, supply.now(), inputs.limit_m).digit,
        neighbours=[
            at for at, each in zip(elsewhere, their_classes, strict=True) if each.state == StationState.OPEN
        ],
    )
