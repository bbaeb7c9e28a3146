"""Preflight 体检 of a county: what a figure cannot use or should not trust, and what neighbours would add."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geodata.coverage.computation import Computation, compute
from geodata.coverage.inputs import Inputs, read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.street_inputs import StreetInputs
from geodata.errors import InvalidInput
from geodata.queries.coverage_reads import read_outlines, read_place_names
from geodata.queries.networks import in_use
from geodata.queries.service_lists import find_standard
from geodata.rules.availability import StationFacts
from geodata.rules.coverage import positions
from geodata.rules.preflight import (
    SMALL_PIECE_EDGES,
    Finding,
    Ground,
    Subject,
    Trouble,
    Weight,
    check_places,
    check_stations,
    weight_of,
)
from geodata.rules.reach import Bools, Floats, Ints
from geodata.rules.shares import percent
from geodata.vocab import Measure

LISTED = 500
"""How many findings are listed, unusable ones and those with most people first; all are counted."""

_ORDER = list(Trouble)


@dataclass(frozen=True)
class _County:
    """One county under the lamp: inputs, its own stations with their names, and all findings."""

    inputs: Inputs
    stations: list[StationFacts]
    rows: list[dict[str, Any]]
    findings: list[Finding]
    names: dict[int, str]


def run_preflight(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    """Findings by reason, listed with what is needed to mend them, and figures with and without neighbours.

    Writes nothing.

    Args:
        session: where to read.
        question: county, rule, measure, day and hour; the hour matters to the two figures only.

    Raises:
        InvalidInput: ``county_needed``, and what ``answer_question`` raises.
        NotFound: what ``answer_question`` raises.
    """
    question = question.normalized()
    county = _examine(session, question)
    inputs, demand = county.inputs, county.inputs.demand
    listed = sorted(county.findings, key=lambda finding: _rank(county, finding))[:LISTED]
    return {
        "question": question.to_json(),
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "network": inputs.streets.tell() if inputs.streets else None,
        "totals": {
            "stations": len(county.stations),
            "places": len(demand.ids),
            "people": int(demand.weight.sum()),
        },
        "summary": summarize(county.findings),
        "counts": _counts(county),
        "findings": [_tell(county, finding) for finding in listed],
        "findings_left_out": len(county.findings) - len(listed),
        "figures": _figures(session, inputs, question),
        "neighbours": _neighbours(compute(inputs, question)),
    }


def summary_of(session: Session, question: CoverageQuestion) -> dict[str, int]:
    """How many stations and places are unusable and how many doubtful; those left out by rule are neither.

    Raises:
        InvalidInput: ``county_needed``, and what ``answer_question`` raises.
        NotFound: what ``answer_question`` raises.
    """
    return summarize(_examine(session, question.normalized()).findings)


def summarize(findings: Sequence[Finding]) -> dict[str, int]:
    """How many things are unusable and how many are doubtful only; each thing is counted once."""
    things: dict[Weight, set[tuple[Subject, int]]] = {weight: set() for weight in Weight}
    for finding in findings:
        things[weight_of(finding.trouble)].add((finding.subject, finding.row))
    return {
        "unusable": len(things[Weight.UNUSABLE]),
        "doubtful": len(things[Weight.DOUBTFUL] - things[Weight.UNUSABLE]),
    }


def _examine(session: Session, question: CoverageQuestion) -> _County:
    if question.county_code is None:
        raise InvalidInput("county_needed")
    inputs = read_inputs(session, question)
    own = [at for at, row in enumerate(inputs.rows) if not row["neighbour"]]
    stations, rows = [inputs.stations[at] for at in own], [inputs.rows[at] for at in own]
    outlines = read_outlines(
        session, "county", [each.id for each in inputs.counties if each.id], question.as_of
    )
    outline = next(iter(outlines.values()), None)
    standard = find_standard(session, question.county_code, question.as_of)
    names = read_place_names(session, inputs.demand.ids.tolist())
    findings = check_stations(
        stations,
        [row["name"] for row in rows],
        _lie(inputs.streets, positions(stations), outline),
        as_of=question.as_of,
        standard=standard.standard_items if standard else (),
        unconfirmed_after_days=inputs.rule["unconfirmed_after_days"],
    )
    demand = inputs.demand
    findings += check_places(
        demand.lonlat,
        demand.weight,
        [names.get(each, "") for each in demand.ids.tolist()],
        _lie(inputs.streets, demand.lonlat, outline),
    )
    return _County(inputs, stations, rows, findings, names)


def _lie(streets: StreetInputs | None, lonlat: Floats, outline: shapely.Geometry | None) -> Ground:
    located = np.asarray(np.isfinite(lonlat).all(axis=1), dtype=np.bool_)
    nothing = np.zeros(len(lonlat), dtype=np.int64)
    outside = np.zeros(len(lonlat), dtype=np.bool_)
    if outline is not None:
        outside[located] = ~shapely.intersects_xy(outline, lonlat[located])
    if streets is None:
        return Ground(nothing > 0, nothing > 0, np.full(len(lonlat), np.nan), nothing, nothing - 1, outside)
    entries = streets.way.enter(lonlat)
    off = located & ~entries.placed
    return Ground(
        off_network=off,
        behind=off & (entries.access_m <= streets.way.cap_m),
        street_m=entries.access_m,
        piece=_small_pieces(streets, entries.edge),
        barrier=_covering(streets, lonlat, located),
        outside=outside,
    )


def _small_pieces(streets: StreetInputs, edge: Ints) -> Ints:
    """How many edges the piece has that each point steps onto, if it is a small one apart; else 0."""
    piece, sizes = streets.way.streets_map.pieces
    if not len(sizes):
        return np.zeros(len(edge), dtype=np.int64)
    its = np.where(edge >= 0, piece[np.maximum(edge, 0)], 0)
    small = (its > 0) & (sizes[its] < SMALL_PIECE_EDGES)
    return np.where(small, sizes[its], 0)


def _covering(streets: StreetInputs, lonlat: Floats, located: Bools) -> Ints:
    """Id of the barrier area that covers each point, the lowest of several, else -1."""
    found = np.full(len(lonlat), -1, dtype=np.int64)
    for barrier in reversed(streets.barriers):
        rows = np.flatnonzero(located)
        found[rows[shapely.contains_xy(barrier.shape, lonlat[rows])]] = barrier.id
    return found


def _rank(county: _County, finding: Finding) -> tuple[int, int, int, int]:
    weight = list(Weight).index(weight_of(finding.trouble))
    people = int(county.inputs.demand.weight[finding.row]) if finding.subject == Subject.DEMAND else 0
    is_demand = finding.subject == Subject.DEMAND
    return weight, int(is_demand), _ORDER.index(finding.trouble) if not is_demand else -people, finding.row


def _counts(county: _County) -> list[dict[str, Any]]:
    counted = Counter((finding.subject, finding.trouble) for finding in county.findings)
    people: Counter[Trouble] = Counter()
    for finding in county.findings:
        if finding.subject == Subject.DEMAND:
            people[finding.trouble] += int(county.inputs.demand.weight[finding.row])
    return [
        {
            "subject": str(subject),
            "reason": str(trouble),
            "group": str(weight_of(trouble)),
            "count": counted[subject, trouble],
            "people": people[trouble] if subject == Subject.DEMAND else None,
        }
        for subject in Subject
        for trouble in Trouble
        if counted[subject, trouble]
    ]


def _tell(county: _County, finding: Finding) -> dict[str, Any]:
    values = dict(finding.values)
    if finding.subject == Subject.STATION:
        its, facts = county.rows[finding.row], county.stations[finding.row]
        point = None if facts.lon is None or facts.lat is None else [facts.lon, facts.lat]
        told: dict[str, Any] = {"id": its["id"], "code": its["code"], "name": its["name"], "people": None}
    else:
        demand = county.inputs.demand
        place_id = int(demand.ids[finding.row])
        lon, lat = demand.lonlat[finding.row].tolist()
        point = None if np.isnan(lon) else [round(lon, 7), round(lat, 7)]
        told = {
            "id": place_id,
            "code": None,
            "name": county.names.get(place_id, ""),
            "people": int(demand.weight[finding.row]),
        }
    if finding.trouble == Trouble.SAME_PLACE:
        values["other"] = _name(county, finding.subject, values["other"])
    if finding.trouble == Trouble.IN_BARRIER and county.inputs.streets:
        barriers = {each.id: each.name for each in county.inputs.streets.barriers}
        values = {"barrier": barriers.get(values["barrier"], ""), "barrier_id": values["barrier"]}
    return {
        "subject": str(finding.subject),
        "reason": str(finding.trouble),
        "group": str(weight_of(finding.trouble)),
        **told,
        "point": point,
        "values": values,
    }


def _name(county: _County, subject: Subject, row: int) -> str:
    if subject == Subject.STATION:
        return f"{county.rows[row]['name']} {county.rows[row]['code']}"
    return county.names.get(int(county.inputs.demand.ids[row]), "")


def _figures(session: Session, inputs: Inputs, question: CoverageQuestion) -> list[dict[str, Any]]:
    """People covered by own stations only and with the neighbours', by each measure that can be asked."""
    figures = []
    for measure in Measure:
        asked = replace(question, measure=measure)
        if measure == question.measure:
            its = inputs
        elif (
            measure == Measure.STREETS
            and (inputs.rule["street_limit_s"] is None or in_use(session, question.county_code or "") is None)
        ) or (measure == Measure.STRAIGHT_LINE and inputs.rule["straight_limit_m"] is None):
            continue
        else:
            its = read_inputs(session, asked)
        computed = compute(its, asked)
        people = computed.people
        own = computed.tally(people)
        both = int(people[computed.with_neighbours].sum())
        figures.append(
            {
                "measure": str(measure),
                "people": own["total"],
                "own": own["covered"],
                "own_share": percent(own["covered"], own["total"]),
                "with_neighbours": both,
                "with_neighbours_share": percent(both, own["total"]),
            }
        )
    return figures


def _neighbours(computed: Computation) -> list[dict[str, Any]]:
    """Stations of other counties near the border: a layer to look at; whether they count at that hour."""
    counting = set(computed.neighbours)
    listed = []
    for at, (row, facts) in enumerate(zip(computed.inputs.rows, computed.inputs.stations, strict=True)):
        if row["neighbour"]:
            listed.append(
                {
                    "id": row["id"],
                    "code": row["code"],
                    "name": row["name"],
                    "county": row["county_code"],
                    "point": [facts.lon, facts.lat],
                    "counts": at in counting,
                }
            )
    return listed
