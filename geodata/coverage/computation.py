"""From inputs to states: stations at the moment, places, enterprises. The figures are made of these."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geodata.coverage.inputs import Inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.reaching import Nearest, Reached, find_reach
from geodata.queries.coverage_reads import PointSet
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
    moments_of_day,
    positions,
)
from geodata.rules.reach import Bools, Floats, Ints


@dataclass(frozen=True)
class Computation:
    """States of everything for one question. Stations here are the county's own, in order of id."""

    question: CoverageQuestion
    inputs: Inputs
    stations: list[StationFacts]
    classes: list[StationClass]
    supply: Supply
    cover: Cover
    reached: Reached
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
    def there(self) -> Bools:
        """At which demand points the people are at the moment asked about; at any hour at all of them."""
        if self.inputs.attendance is None:
            return np.ones(len(self.inputs.demand.ids), dtype=np.bool_)
        return self.inputs.attendance.at([self.question.moment])[:, 0]

    @cached_property
    def people(self) -> Ints:
        """The people at each demand point at the moment asked about: those who are not there do not count."""
        return self.inputs.demand.weight * self.there

    @cached_property
    def located(self) -> Bools:
        """Which demand points have a position."""
        return np.isfinite(self.inputs.demand.lonlat[:, 0])

    @cached_property
    def with_neighbours(self) -> Bools:
        """Which demand points are covered when the neighbours' stations count too; information only."""
        own = np.isin(self.cover.digit, (ONE, CROSS))
        lonlat = positions([self.inputs.stations[row] for row in self.neighbours])
        return own | self.inputs.way.reached_by_any(self.inputs.demand.lonlat, lonlat)

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

    def nearest_counting(self, lonlat: Floats, county: Ints) -> Nearest:
        """The nearest counting station of the same county for each point; -1 and NaN if none."""
        found = Nearest(np.full(len(lonlat), -1), np.full(len(lonlat), np.nan), np.full(len(lonlat), np.nan))
        for number in np.unique(county):
            rows = np.flatnonzero(county == number)
            stations = self.counting[self.supply.county[self.counting] == number]
            near = self.inputs.way.nearest(lonlat[rows], self.supply.lonlat[stations])
            some = near.index >= 0
            found.index[rows[some]] = stations[near.index[some]]
            found.metres[rows[some]], found.seconds[rows[some]] = near.metres[some], near.seconds[some]
        return found


def compute(inputs: Inputs, question: CoverageQuestion) -> Computation:
    """Classify stations at 24 hours and the moment asked, then find the state of every place."""
    own = [at for at, row in enumerate(inputs.rows) if not row["neighbour"]]
    stations = [inputs.stations[at] for at in own]
    terms = {
        "services": question.services,
        "unconfirmed_after_days": inputs.rule["unconfirmed_after_days"],
    }
    county = inputs.layouts["county"].stations[0]
    demand, enterprises = inputs.demand, inputs.enterprises
    lonlat = positions(stations)
    reached = find_reach(inputs, demand.lonlat, lonlat)
    supply, classes = make_supply(
        stations, county, question.moment, **terms, off_network=reached.station_unplaced
    )
    there = None if inputs.attendance is None else inputs.attendance.at(moments_of_day(question.moment))
    places = replace(_places(demand, demand.weight, reached), there=there)
    cover = find_cover(places, supply, reached.blocks)
    works = find_reach(inputs, enterprises.lonlat, lonlat)
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
        reached=reached,
        enterprise_digit=find_cover(
            _places(enterprises, np.ones_like(enterprises.ids), works), supply.now(), works.blocks
        ).digit,
        neighbours=[
            at for at, each in zip(elsewhere, their_classes, strict=True) if each.state == StationState.OPEN
        ],
    )


def _places(points: PointSet, people: Ints, reached: Reached) -> Places:
    return Places(people, points.county, np.isnan(points.lonlat[:, 0]) | reached.place_unplaced)
