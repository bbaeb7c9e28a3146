"""Everything a coverage answer is computed from, and the fingerprint that names it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from geodata.coverage.question import CoverageQuestion
from geodata.coverage.reaching import StraightLine, Way
from geodata.coverage.street_inputs import METHOD as STREETS_METHOD
from geodata.coverage.street_inputs import StreetInputs, read_streets
from geodata.errors import InvalidInput, NotFound
from geodata.queries import coverage as queries
from geodata.queries import coverage_reads as reads
from geodata.queries.coverage_reads import Layer, PointSet, Zone
from geodata.queries.demand_hours import read_presence
from geodata.rules.availability import Closure, Service, StationFacts
from geodata.rules.hours import Opening, hours_by_date
from geodata.rules.presence import Attendance, attend
from geodata.rules.reach import Ints
from geodata.vocab import (
    AccessMethod,
    Measure,
    ServiceCondition,
    StationStatus,
    StationType,
    VenueType,
)

METHOD = "straight_line/1"
"""Name of the straight-line method; with a new number stored answers of the old one are not today's."""

RIM_M = 5_000.0
"""How far beyond its county a street network reaches."""

LAYERS: tuple[Layer, ...] = ("town", "grid", "area")


@dataclass(frozen=True)
class Layout:
    """Zones of one kind and what lies in them, as pairs of row numbers (zone, row)."""

    zones: Sequence[Zone]
    demand: tuple[Ints, Ints]
    stations: tuple[Ints, Ints]
    enterprises: Ints
    unorganized: Ints


@dataclass(frozen=True)
class Inputs:
    """Rows of the database as the rules want them. ``stations`` and ``rows`` run in parallel.

    ``attendance`` says when the people of demand points are there, None when no point has hours.
    """

    rule: dict[str, Any]
    services: list[dict[str, str]]
    version: dict[str, Any] | None
    counties: Sequence[Zone]
    rows: Sequence[dict[str, Any]]
    stations: Sequence[StationFacts]
    demand: PointSet
    enterprises: PointSet
    layouts: dict[str, Layout]
    attendance: Attendance | None = None
    streets: StreetInputs | None = None

    @property
    def limit_m(self) -> float:
        """The straight-line limit of the rule, inclusive metres; 0 for a rule along streets only."""
        return float(self.rule["straight_limit_m"] or 0.0)

    @property
    def way(self) -> Way:
        """How one gets from places to stations."""
        return self.streets.way if self.streets else StraightLine(self.limit_m)

    @cached_property
    def rows_by_id(self) -> dict[int, dict[str, Any]]:
        """Station rows by id."""
        return {row["id"]: row for row in self.rows}

    def describe(self) -> dict[str, Any]:
        """A copy to keep with an answer: rule and stations whole, long lists as fingerprints."""
        streets = self.streets.describe() if self.streets else {}
        described = {
            **streets,
            "method": STREETS_METHOD if self.streets else METHOD,
            "rule": self.rule,
            "services": self.services,
            "boundary_version": self.version,
            "stations": [_plain(row) for row in self.rows],
            "demand": _digest_points(self.demand),
            "enterprises": _digest_points(self.enterprises),
            "counties": [asdict(zone) for zone in self.counties],
            "zones": {name: _digest_layout(layout) for name, layout in self.layouts.items()},
        }
        if self.attendance is not None:
            # Only then, so that answers from before there were such hours stay the answers of today.
            described["attendance"] = {
                "patterns": self.attendance.patterns,
                "sha256": _digest(self.attendance.pattern),
            }
        return described


def read_inputs(
    session: Session, question: CoverageQuestion, *, days: tuple[date, date] | None = None
) -> Inputs:
    """Read all that decides the answer to a normalized question.

    ``days`` are a first and a last day to be asked about, instead of the date of the question alone.

    Raises:
        NotFound: ``rule_not_found``, ``county_not_found``.
        InvalidInput: ``rule_without_straight_limit``, ``rule_without_street_limit``,
            ``service_not_listed``, ``no_network``.
    """
    rule, services = _read_rule(session, question), _read_services(session, question)
    county, as_of = question.county_code, question.as_of
    counties = reads.list_counties(session, county, as_of)
    if county is not None and not counties:
        raise NotFound("county_not_found", county=county)
    streets = read_streets(session, question, rule) if question.measure == Measure.STREETS else None
    rows = reads.read_stations(session, county, _farthest_m(rule, question.measure), as_of, days=days)
    demand = reads.read_demand(session, counties, county)
    enterprises = reads.read_enterprises(session, counties, county, as_of)
    own_ids = np.array([row["id"] for row in rows if not row["neighbour"]], dtype=np.int64)
    layouts: dict[str, Layout] = {
        name: _read_layout(session, name, question, demand, own_ids, enterprises) for name in LAYERS
    }
    codes = {zone.code: at for at, zone in enumerate(counties)}
    station_county = [codes[row["county_code"] or ""] for row in rows if not row["neighbour"]]
    layouts["county"] = _county_layout(
        counties, demand, np.array(station_county, dtype=np.int64), enterprises
    )
    return Inputs(
        rule=rule,
        services=services,
        version=reads.read_version(session, counties[0].code, as_of) if len(counties) == 1 else None,
        counties=counties,
        rows=rows,
        stations=[_facts(row) for row in rows],
        demand=demand,
        enterprises=enterprises,
        layouts=layouts,
        streets=streets,
        attendance=attend(demand.ids, read_presence(session, county)),
    )


def fingerprint(described: dict[str, Any]) -> str:
    """SHA-256 of described inputs in canonical JSON."""
    text = json.dumps(described, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read_rule(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    rule = queries.get_rule(session, question.rule_code)
    if rule is None:
        raise NotFound("rule_not_found", rule=question.rule_code)
    names = ("code", "label_zh", "label_en", "basis_zh", "basis_en", "speed_mps", "straight_limit_m")
    told = {name: getattr(rule, name) for name in (*names, "street_limit_s", "unconfirmed_after_days")}
    if question.measure == Measure.STREETS:
        if rule.street_limit_s is None:
            raise InvalidInput("rule_without_street_limit", rule=question.rule_code)
        return told | {"profile": rule.profile, "access_cap_m": rule.access_cap_m}
    if rule.straight_limit_m is None:
        raise InvalidInput("rule_without_straight_limit", rule=question.rule_code)
    return told


def _farthest_m(rule: dict[str, Any], measure: Measure) -> float:
    """How far beyond the county a neighbour's station can matter; streets end at the rim of the network."""
    if measure == Measure.STRAIGHT_LINE:
        return float(rule["straight_limit_m"])
    return min(float(rule["street_limit_s"]) * float(rule["speed_mps"]), RIM_M)


def _read_services(session: Session, question: CoverageQuestion) -> list[dict[str, str]]:
    listed = queries.list_services(session)
    for code in question.services:
        if code not in listed:
            raise InvalidInput("service_not_listed", service=code)
    return [listed[code] for code in question.services]


def _read_layout(
    session: Session,
    layer: Layer,
    question: CoverageQuestion,
    demand: PointSet,
    station_ids: Ints,
    enterprises: PointSet,
) -> Layout:
    county, as_of = question.county_code, question.as_of
    zones = reads.read_zones(session, layer, county, as_of)
    demand_pairs = _pairs(
        reads.find_members(session, layer, "demand_points", county, as_of), zones, demand.ids
    )
    station_pairs = _pairs(reads.find_members(session, layer, "stations", county, as_of), zones, station_ids)
    if layer == "grid":
        counts = reads.count_grid_enterprises(session, county, as_of)
        every, unorganized = (
            np.array([counts.get(zone.id or 0, (0, 0))[at] for zone in zones], dtype=np.int64)
            for at in (0, 1)
        )
    else:
        members = reads.find_members(session, layer, "enterprises", county, as_of)
        zone_at, row_at = _pairs(members, zones, enterprises.ids)
        every = np.bincount(zone_at, minlength=len(zones))
        unorganized = np.bincount(zone_at, enterprises.weight[row_at], minlength=len(zones)).astype(np.int64)
    return Layout(zones, demand_pairs, station_pairs, every, unorganized)


def _county_layout(
    counties: Sequence[Zone], demand: PointSet, station_county: Ints, enterprises: PointSet
) -> Layout:
    return Layout(
        counties,
        (demand.county, np.arange(len(demand.ids))),
        (station_county, np.arange(len(station_county))),
        np.bincount(enterprises.county, minlength=len(counties)),
        np.bincount(enterprises.county, enterprises.weight, minlength=len(counties)).astype(np.int64),
    )


def _pairs(members: tuple[Ints, Ints], zones: Sequence[Zone], ids: Ints) -> tuple[Ints, Ints]:
    """Turn (zone id, row id) into row numbers; ``ids`` is in order, rows that were not read fall away."""
    zone_ids = np.array([zone.id for zone in zones], dtype=np.int64)
    order = np.argsort(zone_ids)
    zone_at = order[np.searchsorted(zone_ids, members[0], sorter=order)]
    row_at = np.searchsorted(ids, members[1])
    known = row_at < len(ids)
    known[known] = ids[row_at[known]] == members[1][known]
    return zone_at[known], row_at[known]


def _facts(row: dict[str, Any]) -> StationFacts:
    return StationFacts(
        id=row["id"],
        county_code=row["county_code"],
        lon=row["lon"],
        lat=row["lat"],
        station_type=StationType(row["station_type"]),
        venue_type=VenueType(row["venue_type"]),
        status=StationStatus(row["status"]),
        access_method=AccessMethod(row["access_method"]),
        confirmed_on=row["confirmed_on"],
        hours=tuple(Opening(*each) for each in row["hours"] or ()),
        dates=hours_by_date((date.fromisoformat(on), *span) for on, *span in row["dates"] or ()),
        closures=tuple(
            Closure(datetime.fromisoformat(begins), datetime.fromisoformat(ends) if ends else None)
            for begins, ends in row["closures"] or ()
        ),
        services={
            code: Service(ServiceCondition(condition), date.fromisoformat(expires) if expires else None)
            for code, condition, expires in row["services"] or ()
        },
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    confirmed_on = row["confirmed_on"]
    return {**row, "confirmed_on": confirmed_on and confirmed_on.isoformat()}


def _digest(*arrays: npt.NDArray[Any]) -> str:
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
        sha.update(b"|")
    return sha.hexdigest()


def _digest_points(points: PointSet) -> dict[str, Any]:
    arrays = (points.ids, points.lonlat, points.weight, points.county)
    return {"rows": len(points.ids), "sha256": _digest(*arrays)}


def _digest_layout(layout: Layout) -> dict[str, Any]:
    zones = hashlib.sha256(repr([asdict(zone) for zone in layout.zones]).encode()).hexdigest()
    arrays = (*layout.demand, *layout.stations, layout.enterprises, layout.unorganized)
    return {"zones": len(layout.zones), "zones_sha256": zones, "members_sha256": _digest(*arrays)}
