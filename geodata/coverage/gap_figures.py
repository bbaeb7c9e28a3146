"""The ranked list of gaps: who is responsible, what would help, and an outline for the map."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from geodata.coverage.computation import Computation
from geodata.coverage.inputs import Inputs
from geodata.coverage.reaching import Nearest
from geodata.crs import geometry_to_wgs84, metric_srid, to_metric
from geodata.queries.coverage_reads import Zone
from geodata.rules.coverage import NOT_COVERED
from geodata.rules.discs import make_discs, project
from geodata.rules.gaps import Gap, Uncovered, draw_gap, find_gaps
from geodata.rules.reach import Ints

DRAWN_GAPS = 200
"""Gaps beyond this rank are listed but not drawn; a province has thousands."""

_NEAR_M = 400.0
_DECIMALS = 6

Outline = Callable[[int], shapely.Geometry | None]


def gap_figures(computed: Computation, county_outlines: dict[int, Any]) -> list[dict[str, Any]]:
    """All gaps, most people first. ``county_outlines`` are the county polygons (EPSG:4326) by zone id."""
    rows = np.flatnonzero((computed.cover.digit == NOT_COVERED) & computed.located & computed.there)
    demand = computed.inputs.demand
    grid, codes, zones = _responsible(computed.inputs, rows)
    station_ids = np.array([each.id for each in computed.stations], dtype=np.int64)
    uncovered = Uncovered(
        ids=demand.ids[rows],
        lonlat=demand.lonlat[rows],
        people=demand.weight[rows],
        grid=grid,
        helped_by=computed.cover.fixable[rows],
    )
    gaps = find_gaps(uncovered, codes, station_ids)
    centres = rows[[gap.centre for gap in gaps]] if gaps else rows[:0]
    nearest = computed.nearest_counting(demand.lonlat[centres], demand.county[centres])
    sketchbook = _Sketchbook(computed, county_outlines)
    return [
        {
            "rank": at + 1,
            **_name(zones[gap.grid]),
            "county": computed.inputs.counties[int(demand.county[centres[at]])].code,
            "remedy": str(gap.remedy),
            "people": gap.people,
            "places": len(gap.members),
            "point": _point(demand.lonlat[centres[at]]),
            "geometry": sketchbook.draw(rows[gap.members], int(demand.county[centres[at]]))
            if at < DRAWN_GAPS
            else None,
            "shut_station": _shut_station(computed, gap),
            "nearest_open": _nearest_open(computed, nearest, at),
        }
        for at, gap in enumerate(gaps)
    ]


def _responsible(inputs: Inputs, rows: Ints) -> tuple[Ints, list[str], list[Zone | None]]:
    """The grid of each place as a number, with code and zone of each number; none is one per county."""
    layout = inputs.layouts["grid"]
    grid = len(layout.zones) + inputs.demand.county
    grid[layout.demand[1]] = layout.demand[0]
    codes = [zone.code for zone in layout.zones] + [""] * len(inputs.counties)
    return grid[rows], codes, [*layout.zones, *([None] * len(inputs.counties))]


def _name(zone: Zone | None) -> dict[str, Any]:
    return {
        "grid_id": zone.id if zone else None,
        "grid_code": zone.code if zone else "",
        "grid_name": zone.name if zone else "",
    }


def _point(lonlat: Any) -> list[float]:
    return [round(float(lonlat[0]), 7), round(float(lonlat[1]), 7)]


def _shut_station(computed: Computation, gap: Gap) -> dict[str, Any] | None:
    if gap.station is None:
        return None
    row = computed.inputs.rows_by_id[computed.stations[gap.station].id]
    return {
        "id": row["id"],
        "name": row["name"],
        "why": str(computed.classes[gap.station].state),
        "people": gap.gain,
    }


def _nearest_open(computed: Computation, nearest: Nearest, at: int) -> dict[str, Any] | None:
    if nearest.index[at] < 0:
        return None
    row = computed.inputs.rows_by_id[computed.stations[nearest.index[at]].id]
    metres, seconds = float(nearest.metres[at]), float(nearest.seconds[at])
    told: dict[str, Any] = {"id": row["id"], "name": row["name"], "distance_m": None}
    if not np.isnan(metres):
        told["distance_m"] = round(metres, 1)
    if not np.isnan(seconds):
        told["seconds"] = round(seconds, 1)
    return told


@dataclass
class _Sheet:
    """What is needed to draw in one county: its zone, its outline, and the discs of counting stations."""

    srid: int
    outline: shapely.Geometry | None
    discs: Any
    tree: shapely.STRtree


@dataclass
class _Sketchbook:
    """Draws gaps county by county, preparing each county once."""

    computed: Computation
    outlines: dict[int, Any]
    sheets: dict[int, _Sheet] = field(default_factory=dict)

    def draw(self, members: Ints, county: int) -> dict[str, Any] | None:
        """GeoJSON of a gap, or None when nothing is left to draw."""
        if county not in self.sheets:
            self.sheets[county] = self._open(county, float(self.computed.inputs.demand.lonlat[members[0], 0]))
        sheet = self.sheets[county]
        lonlat = self.computed.inputs.demand.lonlat[members]
        x, y = to_metric(lonlat[:, 0], lonlat[:, 1], sheet.srid)
        points = shapely.multipoints(np.column_stack((x, y)))
        near = sheet.tree.query(shapely.box(*points.bounds).buffer(_NEAR_M))
        shape = draw_gap(points, shapely.union_all(sheet.discs[near]), sheet.outline)
        if shape is None:
            return None
        degrees = geometry_to_wgs84(shape, sheet.srid)
        rounded = shapely.transform(degrees, lambda xy: np.round(xy, _DECIMALS))
        geometry: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
        return geometry

    def _open(self, county: int, lon: float) -> _Sheet:
        computed = self.computed
        srid = metric_srid(lon)
        own = computed.counting[computed.supply.county[computed.counting] == county]
        # Along streets no disc says what is reached, so nothing is cut out of the drawing there.
        lonlat = computed.supply.lonlat[own[:0] if computed.inputs.streets else own]
        drawn = make_discs(lonlat, computed.inputs.limit_m, srid)
        discs = np.array(drawn, dtype=object)
        outline = self.outlines.get(computed.inputs.counties[county].id or 0)
        if outline is not None:
            outline = project(outline, srid)
            shapely.prepare(outline)
        return _Sheet(srid, outline, discs, shapely.STRtree(discs))
