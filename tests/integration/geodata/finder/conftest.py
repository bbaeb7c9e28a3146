"""A county with a neighbour, two towns, a grid, and stations in every state."""

from datetime import UTC, date, datetime

import pytest

from geodata.models import (
    BoundaryVersion,
    Division,
    Grid,
    GridBoundary,
    Station,
    StationClosure,
    StationHours,
    StationHoursException,
    StationService,
    Street,
    UnionOffice,
)
from geodata.queries.people import local_today

COUNTY, NEIGHBOUR = "410103", "410102"
WEST, SOUTH = 113.60, 34.70


def square(west, south, east, north):
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"SRID=4326;MULTIPOLYGON((({ring})))"


def point(lon, lat):
    return f"SRID=4326;POINT({lon} {lat})"


def station(code, lon=WEST + 0.05, *, hours=((480, 1200),), **values):
    values = {
        "county_code": COUNTY,
        "geom": point(lon, SOUTH + 0.05),
        "confirmed_on": date(2020, 1, 1),
    } | values
    return Station(
        code=code,
        name=values.pop("name", f"{code}驿站"),
        hours=[
            StationHours(weekday=day, opens_min=opens, closes_min=closes)
            for day in range(8)
            for opens, closes in hours
        ],
        **values,
    )


@pytest.fixture
def county(session):
    """Fills the session; returns today in Shanghai."""
    today = local_today(session)
    session.add_all(
        [
            Division(
                code=COUNTY, level="county", name="二七区", geom=square(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1)
            ),
            Division(
                code=NEIGHBOUR,
                level="county",
                name="中原区",
                geom=square(WEST - 0.1, SOUTH, WEST, SOUTH + 0.1),
            ),
            Division(
                code=COUNTY + "001",
                level="town",
                name="大学路街道",
                geom=square(WEST, SOUTH, WEST + 0.06, SOUTH + 0.1),
            ),
            Division(code=COUNTY + "002", level="town", name="无图街道"),
            Division(
                code=COUNTY + "003",
                level="town",
                name="古荥镇",
                valid_to=date(2020, 1, 1),
                geom=square(WEST + 0.06, SOUTH, WEST + 0.1, SOUTH + 0.1),
            ),
            Street(
                county_code=COUNTY,
                name="康复前街",
                rank=2,
                geom=f"SRID=4326;LINESTRING({WEST} {SOUTH + 0.05},{WEST + 0.1} {SOUTH + 0.05})",
            ),
            Street(
                county_code=COUNTY,
                rank=3,
                kind="park",
                geom=square(WEST, SOUTH, WEST + 0.01, SOUTH + 0.01),
            ),
            Street(
                county_code=NEIGHBOUR,
                name="别区路",
                rank=2,
                geom=f"SRID=4326;LINESTRING({WEST - 0.1} {SOUTH},{WEST} {SOUTH})",
            ),
        ]
    )
    version = BoundaryVersion(
        county_code=COUNTY,
        label="2026",
        status="effective",
        effective_from=date(2026, 1, 1),
        created_by="planner",
    )
    grid = Grid(county_code=COUNTY, code="G1")
    session.add_all([version, grid])
    session.flush()
    session.add(
        GridBoundary(
            version_id=version.id,
            grid_id=grid.id,
            name="一号网格",
            kind="grid",
            geom=square(WEST, SOUTH, WEST + 0.05, SOUTH + 0.1),
        )
    )
    session.add_all(
        [
            station(
                "A-open",
                services=[
                    StationService(item_code="toilet", condition="working", mode="nearby", distance_m=80)
                ],
            ),
            station("A-unknown", hours=()),
            station("A-staff", access_method="staff_only"),
            station("A-planned", status="planned"),
            station("A-retired", status="retired"),
            station("A-nowhere", geom=None),
            station("A-mobile", station_type="mobile", hours=()),
            station("A-palace", venue_type="workers_palace"),
            station(
                "A-closed",
                status="temporarily_closed",
                closures=[StationClosure(closed_from=datetime(2026, 1, 1, tzinfo=UTC), reason="装修")],
            ),
            station("N-near", WEST - 0.01, county_code=NEIGHBOUR),
            station("N-far", WEST - 0.08, county_code=NEIGHBOUR),
        ]
    )
    session.flush()
    session.add_all(
        [
            UnionOffice(division_code=COUNTY, name="二七区总工会", phone="0371-60000000"),
            UnionOffice(division_code=COUNTY + "001", name="大学路街道工会", phone="0371-60000001"),
        ]
    )
    session.flush()
    return today


@pytest.fixture
def add_exception(session, county):
    """Gives A-open hours of its own today, or shuts it with ``None``."""

    def add(opens, closes):
        found = session.query(Station).filter_by(code="A-open").one()
        session.add(
            StationHoursException(station_id=found.id, on_date=county, opens_min=opens, closes_min=closes)
        )
        session.flush()

    return add
