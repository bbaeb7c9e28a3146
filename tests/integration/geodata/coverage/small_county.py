"""A small county to ask about, and builders for what else a test needs."""

from dataclasses import dataclass
from datetime import date

import pyproj
from shapely.geometry import MultiPolygon, box
from sqlalchemy.orm import Session

from geodata.models import (
    BoundaryVersion,
    DemandPoint,
    Enterprise,
    Grid,
    GridBoundary,
    Station,
    StationHours,
    StationService,
)

COUNTY = "410103"
AS_OF = date(2026, 11, 20)
WEST, SOUTH, EAST, NORTH = 113.50, 34.70, 113.60, 34.78
MIDDLE = 113.55
GEOD = pyproj.Geod(ellps="WGS84")


def outline(west: float, south: float, east: float, north: float) -> str:
    return f"SRID=4326;{MultiPolygon([box(west, south, east, north)]).wkt}"


def point(lon: float, lat: float) -> str:
    return f"SRID=4326;POINT({lon!r} {lat!r})"


def away(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    """The place a number of metres away on the ellipsoid."""
    lon, lat, _ = GEOD.fwd(lon, lat, azimuth, metres)
    return lon, lat


@dataclass
class County:
    """Adds rows to the small county."""

    session: Session

    def station(
        self, lon=None, lat=None, *, hours=None, services=None, county_code=COUNTY, **columns
    ) -> Station:
        number = self.session.query(Station).count() + 1
        columns = {"code": f"S{number:03}", "name": f"驿站{number}", "county_code": county_code, **columns}
        station = Station(**columns, geom=None if lon is None else point(lon, lat))
        station.hours = [StationHours(weekday=day, opens_min=a, closes_min=b) for day, a, b in hours or []]
        station.services = [
            StationService(item_code=code, condition=its) for code, its in (services or {}).items()
        ]
        return self.add(station)

    def demand(self, lon=None, lat=None, people=100, **columns) -> DemandPoint:
        columns = {"name": "路口", "county_code": COUNTY, **columns}
        return self.add(DemandPoint(**columns, people=people, geom=None if lon is None else point(lon, lat)))

    def enterprise(self, lon=None, lat=None, **columns) -> Enterprise:
        columns = {"name": "企业", "county_code": COUNTY, **columns}
        return self.add(Enterprise(**columns, geom=None if lon is None else point(lon, lat)))

    def grid(self, version: BoundaryVersion, code: str, bounds: tuple[float, ...], kind="grid") -> Grid:
        grid = self.add(Grid(county_code=version.county_code, code=code))
        boundary = GridBoundary(version_id=version.id, grid_id=grid.id, name=f"{code}网格", kind=kind)
        boundary.geom = outline(*bounds)
        self.add(boundary)
        return grid

    def add(self, row):
        self.session.add(row)
        self.session.flush()
        return row


ALL_WEEK = [(day, 0, 1440) for day in range(8)]
OFFICE = [(day, 9 * 60, 17 * 60) for day in range(7)]
