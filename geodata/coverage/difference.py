"""The same question by both measures, side by side, with the difference named."""

from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.coverage.computation import Computation, compute
from geodata.coverage.inputs import Inputs, read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.reaching import Nearest
from geodata.errors import InvalidInput
from geodata.queries.coverage_reads import Zone, read_place_names
from geodata.rules.difference import Side, compare_measures
from geodata.rules.reach import Bools, Ints
from geodata.rules.shares import percent
from geodata.vocab import Measure

LISTED = 500
"""How many places of a set are listed, those with most people first."""

_NAMED_SIDES = (Side.CIRCLE_ONLY, Side.STREETS_ONLY, Side.UNPLACED)


def answer_difference(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    """Who is covered by which measure: six sets that make the whole, and where the circle misleads.

    Computed from one reading of the data; writes nothing.

    Args:
        session: where to read.
        question: about one county; its own measure does not matter.

    Raises:
        InvalidInput: ``streets_need_county``, ``no_network``, ``rule_without_straight_limit``,
            ``rule_without_street_limit`` and what ``answer_question`` raises.
        NotFound: what ``answer_question`` raises.
    """
    asked = replace(question, measure=Measure.STREETS).normalized()
    inputs = read_inputs(session, asked)
    if inputs.rule["straight_limit_m"] is None:
        raise InvalidInput("rule_without_straight_limit", rule=asked.rule_code)
    streets = compute(inputs, asked)
    straight = compute(replace(inputs, streets=None), replace(asked, measure=Measure.STRAIGHT_LINE))
    # Who is not there at that hour is in no set: the sets add up to the people of the answer.
    there = streets.there
    sets = {
        side: rows & there
        for side, rows in compare_measures(
            straight.cover.digit, streets.cover.digit, streets.reached.place_unplaced
        ).items()
    }
    listed = {side: _most_people(streets, sets[side]) for side in _NAMED_SIDES}
    names = read_place_names(session, inputs.demand.ids[np.concatenate([*listed.values()])].tolist())
    total = int(streets.people.sum())
    return {
        "question": {name: value for name, value in asked.to_json().items() if name != "measure"},
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "network": None if inputs.streets is None else inputs.streets.tell(),
        "total": {"places": int(there.sum()), "people": total},
        "straight_line": _figure(straight),
        "streets": _figure(streets),
        "sets": [
            {
                "set": str(side),
                "places": int(rows.sum()),
                "people": int(streets.people[rows].sum()),
                "percent": percent(int(streets.people[rows].sum()), total),
            }
            for side, rows in sets.items()
        ],
        **{str(side): _places(rows, names, straight, streets) for side, rows in listed.items()},
    }


def _figure(computed: Computation) -> dict[str, Any]:
    people = computed.tally(computed.people)
    return {
        "covered": people["covered"],
        "unknown": people["unknown"],
        "share": percent(people["covered"], people["total"]),
    }


def _most_people(computed: Computation, chosen: Bools) -> Ints:
    rows = np.flatnonzero(chosen)
    return rows[np.lexsort((computed.inputs.demand.ids[rows], -computed.people[rows]))][:LISTED]


def _places(
    rows: Ints, names: dict[int, str], straight: Computation, streets: Computation
) -> list[dict[str, Any]]:
    inputs, demand = streets.inputs, streets.inputs.demand
    by_line, on_foot = _nearest(straight, rows), _nearest(streets, rows)
    listed = []
    for at, row in enumerate(rows.tolist()):
        place_id, zone = int(demand.ids[row]), _grid_of(inputs, row)
        listed.append(
            {
                "id": place_id,
                "name": names.get(place_id, ""),
                "people": int(streets.people[row]),
                "point": [round(float(each), 7) for each in demand.lonlat[row]],
                "street_m": _rounded(streets.reached.place_away_m[row]),
                "grid_id": zone.id if zone else None,
                "grid_code": zone.code if zone else "",
                "grid_name": zone.name if zone else "",
                "straight_line": _station(straight, by_line, at),
                "streets": _station(streets, on_foot, at),
            }
        )
    return listed


def _nearest(computed: Computation, rows: Ints) -> Nearest:
    demand = computed.inputs.demand
    return computed.nearest_counting(demand.lonlat[rows], demand.county[rows])


def _grid_of(inputs: Inputs, row: int) -> Zone | None:
    zone_at, place_at = inputs.layouts["grid"].demand
    found = np.flatnonzero(place_at == row)
    return inputs.layouts["grid"].zones[int(zone_at[found[0]])] if len(found) else None


def _station(computed: Computation, near: Nearest, at: int) -> dict[str, Any] | None:
    """The nearest counting station by the measure, with metres and, along streets, seconds."""
    if near.index[at] < 0:
        return None
    its = computed.inputs.rows_by_id[computed.stations[int(near.index[at])].id]
    told = {"id": its["id"], "name": its["name"], "distance_m": _rounded(near.metres[at])}
    if computed.inputs.streets is not None:
        told["seconds"] = _rounded(near.seconds[at])
    return told


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)
