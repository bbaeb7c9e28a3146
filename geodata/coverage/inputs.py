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
from geodata.errors import InvalidInput, NotFound
from geodata.queries import coverage as queries
from geodata.queries import coverage_reads as reads
from geodata.queries.coverage_reads import Layer, PointSet, Zone
from geodata.rules.availability import Closure, Service, StationFacts
from geodata.rules.hours import Opening, hours_by_date
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
"""Name of the method; a new number makes stored answers of the old one no longer the answer of today."""

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
    """Rows of the database as the rules want them. ``stations`` and ``rows`` run in parallel."""

    rule: dict[str, Any]
    services: list[dict[str, str]]
    version: dict[str, Any] | None
    counties: Sequence[Zone]
    rows: Sequence[dict[str, Any]]
    stations: Sequence[StationFacts]
    demand: PointSet
    enterprises: PointSet
    layouts: dict[str, Layout]

    @property
    def limit_m(self) -> float:
        """The straight-line limit of the rule, inclusive metres."""
        return float(self.rule["straight_limit_m"])

    @property
    def way(self) -> Way:
        """How one gets from places to stations."""
        return StraightLine(self.limit_m)

    @cached_property
    def rows_by_id(self) -> dict[int, dict[str, Any]]:
        """Station rows by id."""
        return {row["id"]: row for row in self.rows}

    def describe(self) -> dict[str, Any]:
        """A copy to keep with an answer: rule and stations whole, long lists as fingerprints."""
        return {
            "method": METHOD,
            "rule": self.rule,
            "services": self.services,
            "boundary_version": self.version,
            "stations": [_plain(row) for row in self.rows],
            "demand": _digest_points(self.demand),
            "enterprises": _digest_points(self.enterprises),
            "counties": [asdict(zone) for zone in self.counties],
            "zones": {name: _digest_layout(layout) for name, layout in self.layouts.items()},
        }


def read_inputs(session: Session, question: CoverageQuestion) -> Inputs:
    """Read all that decides the answer to a normalized question.

    Raises:
        NotFound: ``rule_not_found``, ``county_not_found``.
        InvalidInput: ``rule_without_straight_limit``, ``service_not_listed``.
    """
    rule, services = _read_rule(session, question), _read_services(session, question)
    county, as_of = question.county_code, question.as_of
    counties = reads.list_counties(session, county, as_of)
    if county is not None and not counties:
        raise NotFound("county_not_found", county=county)
    if question.measure == Measure.STREETS:
        raise InvalidInput("no_network", county=county)
    rows = reads.read_stations(session, county, float(rule["straight_limit_m"]), as_of)
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
    )


def fingerprint(described: dict[str, Any]) -> str:
    """SHA-256 of described inputs in canonical JSON."""
    text = json.dumps(described, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read_rule(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    rule = queries.get_rule(session, question.rule_code)
    if rule is None:
        raise NotFound("rule_not_found", rule=question.rule_code)
    if rule.straight_limit_m is None:
        raise InvalidInput("rule_without_straight_limit", rule=question.rule_code)
    names = ("code", "label_zh", "label_en", "basis_zh", "basis_en", "speed_mps", "straight_limit_m")
    return {name: getattr(rule, name) for name in (*names, "street_limit_s", "unconfirmed_after_days")}


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
