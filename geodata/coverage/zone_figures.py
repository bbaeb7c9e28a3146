"""Figures by county, town, grid and assessment area."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geodata.coverage.along_streets import street_share
from geodata.coverage.computation import Computation
from geodata.coverage.inputs import Layout
from geodata.coverage.reaching import Nearest
from geodata.coverage.street_inputs import StreetInputs
from geodata.crs import metric_srid
from geodata.queries.coverage_reads import Zone
from geodata.rules.availability import StationState
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN
from geodata.rules.discs import area_m2, make_discs, project
from geodata.rules.gaps import middle_members
from geodata.rules.reach import Floats, Ints
from geodata.rules.shares import display_of, percent

_COUNTED = frozenset({StationState.OPEN, StationState.SHUT, StationState.LACKS, StationState.UNKNOWN})
_BY_DIGIT = {"not_covered": NOT_COVERED, "one": ONE, "cross": CROSS, "unknown": UNKNOWN}


def zone_figures(computed: Computation, name: str) -> list[dict[str, Any]]:
    """One row a zone, in order of code. People of a border point are in one zone only, but for areas."""
    layout = computed.inputs.layouts[name]
    people = _people_by_digit(computed, layout)
    stations = _stations_in(computed, layout)
    away = _nearest_open(computed, layout)
    rows = []
    for at, zone in enumerate(layout.zones):
        row = {
            "id": zone.id,
            "code": zone.code,
            "name": zone.name,
            "kind": zone.kind,
            "county": zone.county_code,
            **_shares({state: int(counts[at]) for state, counts in people.items()}),
            "unorganized": int(layout.unorganized[at]),
            "enterprises": int(layout.enterprises[at]),
            "stations": int(stations[at]),
            "nearest_open_m": _rounded(away.metres[at]),
        }
        if computed.inputs.streets is not None:
            row["nearest_open_s"] = _rounded(away.seconds[at])
        rows.append(row)
    return rows


def outside_figures(computed: Computation, name: str) -> dict[str, Any]:
    """People of places that lie in no zone of a kind, or are not located: zones and these make the whole."""
    inside = np.zeros(len(computed.inputs.demand.ids), dtype=np.bool_)
    inside[computed.inputs.layouts[name].demand[1]] = True
    digit, people = computed.cover.digit[~inside], computed.people[~inside]
    return _shares({state: int(people[digit == value].sum()) for state, value in _BY_DIGIT.items()})


def add_area_shares(computed: Computation, rows: Sequence[dict[str, Any]], outlines: dict[int, Any]) -> None:
    """Write into the rows of assessment areas how much of their ground is within reach.

    ``area_share`` is the percentage within the limit of a counting station of the area's county,
    ``area_share_high`` with those that may count. Ground within reach is a notion of circles; along streets
    both are null, and ``street_share`` is the percentage of the area's usable street metres within reach.
    """
    if computed.inputs.streets is not None:
        _add_street_shares(computed, computed.inputs.streets, rows, outlines)
        return
    for row, zone in zip(rows, computed.inputs.layouts["area"].zones, strict=True):
        outline = outlines[row["id"]]
        srid = metric_srid(zone.inside[0] if zone.inside else shapely.centroid(outline).x)
        shape = project(outline, srid)
        county = next(at for at, each in enumerate(computed.inputs.counties) if each.code == zone.county_code)
        low, high = (
            _reached_share(shape, computed.supply.lonlat[chosen], computed.inputs.limit_m, srid)
            for chosen in _stations_of(computed, county)
        )
        area = area_m2(outline)
        row |= {
            "area_m2": round(area),
            "covered_area_m2": round(area * low),
            "area_share": round(100 * low, 1),
            "area_share_high": round(100 * high, 1),
        }


def _add_street_shares(
    computed: Computation, streets: StreetInputs, rows: Sequence[dict[str, Any]], outlines: dict[int, Any]
) -> None:
    lonlat = [computed.supply.lonlat[chosen] for chosen in _stations_of(computed, 0)]
    for row in rows:
        outline = outlines[row["id"]]
        metres, shares = street_share(streets.way, project(outline, streets.network.srid), lonlat)
        low, high = (None if share is None else round(100 * share, 1) for share in shares)
        row |= {
            "area_m2": round(area_m2(outline)),
            "covered_area_m2": None,
            "area_share": None,
            "area_share_high": None,
            "street_m": round(metres),
            "street_share": low,
            "street_share_high": high,
        }


def _stations_of(computed: Computation, county: int) -> tuple[Ints, Ints]:
    own = computed.supply.county == county
    counting = computed.counting[own[computed.counting]]
    return counting, np.concatenate((counting, computed.unsure[own[computed.unsure]]))


def _reached_share(shape: shapely.Geometry, lonlat: Floats, limit_m: float, srid: int) -> float:
    discs = [disc for disc in make_discs(lonlat, limit_m, srid) if disc.intersects(shape)]
    if not discs:
        return 0.0
    return float(shapely.intersection(shape, shapely.union_all(discs)).area / shape.area)


def _people_by_digit(computed: Computation, layout: Layout) -> dict[str, Ints]:
    zone_at, place_at = layout.demand
    people = computed.people[place_at]
    digit = computed.cover.digit[place_at]
    return {
        state: np.bincount(zone_at, people * (digit == value), minlength=len(layout.zones)).astype(np.int64)
        for state, value in _BY_DIGIT.items()
    }


def _shares(people: dict[str, int]) -> dict[str, Any]:
    covered, whole = people["one"] + people["cross"], sum(people.values())
    display, shown, colour = display_of(people=whole, covered=covered, unknown=people["unknown"])
    return {
        "people": whole,
        "covered": covered,
        "cross": people["cross"],
        "unknown": people["unknown"],
        "not_covered": people["not_covered"],
        "share": percent(covered, whole),
        "display": str(display),
        "percent": shown,
        "class": colour,
    }


def _stations_in(computed: Computation, layout: Layout) -> Ints:
    zone_at, station_at = layout.stations
    counted = np.array([each.state in _COUNTED for each in computed.classes], dtype=np.bool_)
    return np.bincount(zone_at[counted[station_at]], minlength=len(layout.zones))


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def _nearest_open(computed: Computation, layout: Layout) -> Nearest:
    """The nearest counting station from the place in the middle of each zone's people."""
    zones: Sequence[Zone] = layout.zones
    zone_at, place_at = layout.demand
    known = computed.located[place_at]
    zone_at, place_at = zone_at[known], place_at[known]
    points = np.array([zone.inside or (np.nan, np.nan) for zone in zones], dtype=float).reshape(-1, 2)
    demand = computed.inputs.demand
    middle = middle_members(demand.lonlat[place_at], demand.weight[place_at], zone_at, demand.ids[place_at])
    some = np.flatnonzero(middle >= 0)
    points[some] = demand.lonlat[place_at[middle[some]]]
    codes = {zone.code: at for at, zone in enumerate(computed.inputs.counties)}
    county = np.array([codes.get(zone.county_code, -1) for zone in zones], dtype=np.int64)
    return computed.nearest_counting(points, county)
