"""How far people have it to the nearest station that counts: quantiles and shares, by area."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.coverage.ground import Ground, name_zone, survey
from geodata.coverage.question import CoverageQuestion
from geodata.rules.nearest_shares import QUANTILES, WITHIN_MIN, Ways, limit_in_metres, measure_ways
from geodata.rules.reach import Floats, Ints
from geodata.rules.shares import percent
from geodata.rules.week import mask_stations
from geodata.vocab import Measure


def answer_ways(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    """Quantiles of the way to the nearest counting station, and people within 5, 10 and 15 minutes.

    In a straight line metres, and minutes at the pace of the rule; along streets seconds of walking. Who can
    reach no station counts as such. Writes nothing.

    Raises:
        InvalidInput: ``county_needed``, and what ``answer_question`` raises.
        NotFound: what ``answer_question`` raises.
    """
    question = question.normalized()
    ground = survey(session, question)
    inputs = ground.inputs
    cost, people = _cost(ground, question), _people(ground, question)
    speed = float(inputs.rule["speed_mps"])
    streets = inputs.way.measure == Measure.STREETS
    limits = [60.0 * minutes if streets else limit_in_metres(minutes, speed) for minutes in WITHIN_MIN]
    body: dict[str, Any] = {
        "question": question.to_json(),
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "engine": str(inputs.way.measure),
        "any_hour": question.minute is None,
        "unit": "s" if streets else "m",
        "percents": list(QUANTILES),
        "within_min": list(WITHIN_MIN),
        "limits": limits,
    }
    for shelf in ground.shelves:
        zone_at, place_at = inputs.layouts[shelf.name].demand
        rows = []
        for at, zone in enumerate(shelf.zones):
            places = place_at[zone_at == at]
            ways = measure_ways(cost[places], people[places], limits)
            rows.append(name_zone(zone) | _tell(ways, speed, streets=streets))
        if shelf.name == "county":
            body["county"] = rows[0]
        else:
            body[f"by_{shelf.name}"] = rows
    return body


def _cost(ground: Ground, question: CoverageQuestion) -> Floats:
    """Metres or seconds to the nearest counting station; infinite without one, NaN where not known."""
    inputs = ground.inputs
    masks = mask_stations(
        ground.stations,
        [question.moment],
        services=question.services,
        unconfirmed_after_days=inputs.rule["unconfirmed_after_days"],
    )
    counting = np.flatnonzero((masks.counting[:, 0] > 0) & ~ground.reached.station_unplaced)
    stations = [ground.stations[at] for at in counting]
    lonlat = np.array([(each.lon, each.lat) for each in stations], dtype=float).reshape(-1, 2)
    near = inputs.way.nearest(inputs.demand.lonlat, lonlat)
    cost = near.seconds if inputs.way.measure == Measure.STREETS else near.metres
    cost = np.where(near.index < 0, np.inf, cost)
    cost[ground.lost] = np.nan
    return cost


def _people(ground: Ground, question: CoverageQuestion) -> Ints:
    weight, attendance = ground.inputs.demand.weight, ground.inputs.attendance
    return weight if attendance is None else weight * attendance.at([question.moment])[:, 0]


def _tell(ways: Ways, speed: float, *, streets: bool) -> dict[str, Any]:
    return {
        "people": ways.people,
        "unknown": ways.unknown,
        "unreachable": ways.unreachable,
        "quantiles": [_rounded(value) for value in ways.quantiles],
        "minutes": _minutes(ways.quantiles, 1.0 if streets else speed),
        "within": list(ways.within),
        "shares": [percent(within, ways.people) for within in ways.within],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _minutes(quantiles: Sequence[float | None], pace: float) -> list[float | None]:
    return [None if value is None else round(value / pace / 60, 1) for value in quantiles]
