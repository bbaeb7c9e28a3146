"""The ground of a county for many moments at once: places, the county's own stations, who reaches whom.

One reach matrix serves every hour of a week, every longer opening and every area.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sqlalchemy.orm import Session

from geodata.coverage.inputs import Inputs, read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.reaching import Reached, find_reach
from geodata.errors import InvalidInput
from geodata.queries.coverage_reads import Zone
from geodata.rules.availability import StationFacts
from geodata.rules.coverage import positions
from geodata.rules.reach import Bools, Ints

LAYERS = ("county", "area", "town", "grid")


@dataclass(frozen=True)
class Shelf:
    """Zones of one kind in rows of a membership matrix; the row after the last is outside of all of them."""

    name: str
    zones: Sequence[Zone]
    first: int

    @property
    def outside(self) -> int:
        """The row of the places in none of the zones."""
        return self.first + len(self.zones)


@dataclass(frozen=True)
class Ground:
    """Inputs of one county and its own stations, in order of id."""

    inputs: Inputs
    stations: list[StationFacts]
    reached: Reached

    @cached_property
    def ids(self) -> Ints:
        """Ids of the stations."""
        return np.array([each.id for each in self.stations], dtype=np.int64)

    @cached_property
    def lost(self) -> Bools:
        """Places of which nobody can say what they reach."""
        lost: Bools = np.isnan(self.inputs.demand.lonlat[:, 0]) | self.reached.place_unplaced
        return lost

    @cached_property
    def shelves(self) -> tuple[Shelf, ...]:
        """County, assessment areas, towns and grids."""
        shelves, first = [], 0
        for name in LAYERS:
            zones = self.inputs.layouts[name].zones
            shelves.append(Shelf(name, zones, first))
            first += len(zones) + 1
        return tuple(shelves)

    @cached_property
    def membership(self) -> csr_array:
        """Zones of all shelves by places: the people of a place in every zone it lies in."""
        people = self.inputs.demand.weight
        rows, columns = [], []
        for shelf in self.shelves:
            zone_at, place_at = self.inputs.layouts[shelf.name].demand
            inside = np.zeros(len(people), dtype=np.bool_)
            inside[place_at] = True
            outside = np.flatnonzero(~inside)
            rows += [zone_at + shelf.first, np.full(len(outside), shelf.outside)]
            columns += [place_at, outside]
        row, column = np.concatenate(rows), np.concatenate(columns)
        shape = (self.shelves[-1].outside + 1, len(people))
        return csr_array((people[column], (row, column)), shape=shape, dtype=np.int64)

    def name_station(self, at: int) -> dict[str, Any]:
        """Id, code and name of a station."""
        row = self.inputs.rows_by_id[self.stations[at].id]
        return {"id": row["id"], "code": row["code"], "name": row["name"]}


def survey(session: Session, question: CoverageQuestion, *, days: tuple[date, date] | None = None) -> Ground:
    """Read a county and find out who reaches whom, by the measure of the question.

    Raises:
        InvalidInput: ``county_needed``, and what ``read_inputs`` raises.
        NotFound: what ``read_inputs`` raises.
    """
    if question.county_code is None:
        raise InvalidInput("county_needed")
    inputs = read_inputs(session, question, days=days)
    own = [at for at, row in enumerate(inputs.rows) if not row["neighbour"]]
    stations = [inputs.stations[at] for at in own]
    return Ground(inputs, stations, find_reach(inputs, inputs.demand.lonlat, positions(stations)))


def name_zone(zone: Zone) -> dict[str, Any]:
    """What a zone is called."""
    return {"id": zone.id, "code": zone.code, "name": zone.name, "kind": zone.kind}
