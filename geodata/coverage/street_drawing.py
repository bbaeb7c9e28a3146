"""The streets from which stations are in time, as lines for a map; and one station's own reach.

Drawings: who is covered is decided place by place, by the same search.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geodata.coverage.along_streets import AlongStreets
from geodata.coverage.inputs import read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.reaching import StraightLine, Way
from geodata.coverage.street_inputs import read_streets
from geodata.crs import geometry_to_wgs84
from geodata.errors import InvalidInput, NotFound
from geodata.network.served import Served, find_served, lines_of
from geodata.queries import coverage as queries
from geodata.queries import coverage_reads as reads
from geodata.queries.details import find_station_place
from geodata.queries.networks import in_use
from geodata.rules.availability import StationState
from geodata.rules.coverage import make_supply, positions
from geodata.rules.polyline import encode_lines
from geodata.rules.reach import Floats, Ints
from geodata.vocab import Measure

DETAIL_M = 1.5
"""Corners nearer to the line than this are left out of a drawing."""


def draw_served(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    """The streets from which a counting station is reached within the limit, whatever measure is asked.

    ``one``: from there one station counts; ``cross``: two or more; ``unknown``: none counts, one may.

    Raises:
        NotFound: ``rule_not_found``, ``county_not_found``.
        InvalidInput: as ``answer_question``.
    """
    question = replace(question, measure=Measure.STREETS).normalized()
    inputs = read_inputs(session, question)
    way = inputs.way
    if not isinstance(way, AlongStreets):
        raise InvalidInput("no_network", county=question.county_code or "")
    rows = zip(inputs.stations, inputs.rows, strict=True)
    stations = [facts for facts, row in rows if not row["neighbour"]]
    entries = way.enter(positions(stations))
    _, classes = make_supply(
        stations,
        np.zeros(len(stations), dtype=np.int64),
        question.moment,
        services=question.services,
        unconfirmed_after_days=inputs.rule["unconfirmed_after_days"],
    )
    states = np.array([each.state for each in classes], dtype=object)
    at = np.flatnonzero((states == StationState.OPEN) | (states == StationState.UNKNOWN))
    found = find_served(way.streets, entries.take(at), states[at] == StationState.OPEN, way.limit_s)
    kinds = {
        "one": found.sure == 1,
        "cross": found.sure > 1,
        "unknown": (found.sure == 0) & (found.unsure > 0),
    }
    return {
        "question": question.to_json(),
        "limit_s": way.limit_s,
        "lines": {kind: _lines(way, found, np.flatnonzero(which)) for kind, which in kinds.items()},
    }


def describe_reach(session: Session, station_id: int, rule_code: str, as_of: date) -> dict[str, Any]:
    """Who is within reach of one station, whatever its hours: in a straight line, and along streets.

    People are those of the station's own county. A part is None where it cannot be told: no position, no
    network in use, no such limit in the rule. ``off_network_m`` are the metres of a station that is too far
    from any street; ``lines`` the streets from which it is in time.

    Raises:
        NotFound: ``station_not_found``, ``rule_not_found``.
    """
    place = find_station_place(session, station_id)
    rule = queries.get_rule(session, rule_code)
    if rule is None:
        raise NotFound("rule_not_found", rule=rule_code)
    told: dict[str, Any] = {"straight": None, "streets": None, "off_network_m": None, "lines": {"one": []}}
    counties = reads.list_counties(session, place.county_code, as_of) if place.county_code else []
    if place.lonlat is None or not counties:
        return told
    demand = reads.read_demand(session, counties, place.county_code)
    here = np.array([place.lonlat])
    if rule.straight_limit_m is not None:
        told["straight"] = _within(StraightLine(rule.straight_limit_m), demand.lonlat, demand.weight, here)
    if rule.street_limit_s is None or in_use(session, counties[0].code) is None:
        return told
    question = CoverageQuestion(place.county_code, rule_code, as_of=as_of, measure=Measure.STREETS)
    terms = ("profile", "speed_mps", "street_limit_s", "access_cap_m")
    way = read_streets(session, question, {name: getattr(rule, name) for name in terms}).way
    entries = way.enter(here)
    if not entries.placed[0]:
        away = float(entries.access_m[0])
        return told | {"off_network_m": None if np.isnan(away) else round(away, 1)}
    found = find_served(way.streets, entries, np.ones(1, dtype=np.bool_), way.limit_s)
    return told | {
        "streets": _within(way, demand.lonlat, demand.weight, here),
        "lines": {"one": _lines(way, found, np.arange(len(found)))},
    }


def _within(way: Way, places: Floats, people: Ints, here: Floats) -> dict[str, int]:
    rows = way.reach(places, here).matrix.tocoo().coords[0]
    return {"people": int(people[rows].sum()), "places": len(rows)}


def _lines(way: AlongStreets, served: Served, rows: Ints) -> list[str]:
    drawn = shapely.simplify(lines_of(way.streets, served, rows), DETAIL_M)
    if not len(drawn):
        return []
    degrees = geometry_to_wgs84(shapely.geometrycollections(drawn), way.streets.network.srid)
    return encode_lines(shapely.get_parts(degrees).tolist())
