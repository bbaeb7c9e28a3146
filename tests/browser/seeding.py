"""A small county with awkward names, a big one, and one without anything to count."""

from datetime import date
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.models import (
    BoundaryVersion,
    DemandPoint,
    Division,
    Enterprise,
    Grid,
    GridBoundary,
    Station,
    StationHours,
    StationService,
    Street,
)
from geodata.queries import tiles
from tests.integration.geodata.coverage.drawn_network import store_network
from tests.office import add_people

SMALL, BIG, BARE = "410103", "410104", "410105"
WEST, SOUTH, SIDE = 113.60, 34.70, 0.08
MANY = 5000

SCRIPT_NAME = "${7*7}`+alert(1)+`店"
MARKUP_NAME = "<img src=x onerror=\"document.title='pwned'\">餐馆"
LONG_NAME = (
    "郑州市二七区大学路街道康复前街社区户外劳动者暖心驿站"
    "暨新就业形态劳动者服务中心综合便民共享休息间第一百零八号分站点示范"
)
HOSTILE_STATION = "<b>爱心</b>驿站${1+1}"


def square(west: float, south: float, width: float, height: float) -> str:
    east, north = west + width, south + height
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"SRID=4326;MULTIPOLYGON((({ring})))"


def point(lon: float, lat: float) -> str:
    return f"SRID=4326;POINT({lon} {lat})"


def add_counties(session: Session) -> None:
    for number, (code, name) in enumerate(((SMALL, "二七区"), (BIG, "管城回族区"), (BARE, "金水区"))):
        west = WEST + number * SIDE
        session.add(Division(code=code, level="county", name=name, geom=square(west, SOUTH, SIDE, SIDE)))
        session.add(
            Street(
                county_code=code,
                rank=1,
                is_invented=True,
                geom=f"SRID=4326;LINESTRING({west} {SOUTH + 0.03},{west + SIDE} {SOUTH + 0.03})",
            )
        )
    session.flush()


def add_grids(session: Session) -> None:
    for county, west in ((SMALL, WEST), (BIG, WEST + SIDE)):
        version = BoundaryVersion(
            county_code=county,
            label="2026-3",
            status="effective",
            effective_from=date(2026, 1, 1),
            created_by="planner",
        )
        grids = [Grid(county_code=county, code=f"{county}G{number:03d}") for number in range(1, 5)]
        session.add_all([version, *grids])
        session.flush()
        half = SIDE / 2
        for number, grid in enumerate(grids):
            shape = square(west + half * (number % 2), SOUTH + half * (number // 2), half, half)
            name = ("东皋", "牧云", "<i>砚池</i>", "槐荫")[number] + "网格"
            session.add(
                GridBoundary(version_id=version.id, grid_id=grid.id, name=name, kind="grid", geom=shape)
            )
    session.flush()


def add_stations(session: Session) -> None:
    hours = ((0, 1440), (480, 1080), (480, 1080), None, (420, 1380), (480, 1200))
    names = ("同心桥驿站", HOSTILE_STATION, LONG_NAME, "牧云路驿站", "雁栖路驿站", "内部驿站")
    for number, (name, opening) in enumerate(zip(names, hours, strict=True)):
        lon, lat = WEST + 0.012 + 0.012 * number, SOUTH + 0.02 + 0.01 * (number % 3)
        session.add(
            Station(
                code=f"EQ-{number:03d}",
                name=name,
                station_type="micro" if number == 4 else "standard",
                access_method="staff_only" if number == 5 else "open",
                access_note="临街玻璃门，推门就进",
                county_code=SMALL,
                address="大学路 1 号",
                duty_phone="0371-60000000",
                geom=point(lon, lat),
                location_level="entrance",
                hours=[
                    StationHours(weekday=day, opens_min=opening[0], closes_min=opening[1]) for day in range(8)
                ]
                if opening
                else [],
                services=[
                    StationService(item_code="food_heating", condition="working"),
                    StationService(item_code="toilet", condition="broken" if number == 0 else "working"),
                ],
            )
        )
    session.add(
        Station(
            code="JS-1",
            name="金水驿站",
            county_code=BARE,
            geom=point(WEST + 2 * SIDE + 0.02, SOUTH + 0.02),
            location_level="entrance",
        )
    )
    session.flush()


def add_demand(session: Session) -> None:
    for number in range(120):
        lon, lat = WEST + 0.004 + 0.006 * (number % 12), SOUTH + 0.004 + 0.007 * (number // 12)
        session.add(
            DemandPoint(
                code=f"D{number}",
                name=f"聚集点{number}",
                county_code=SMALL,
                people=20 + number % 9,
                geom=point(lon, lat),
                location_level="street",
                is_invented=True,
            )
        )
    session.flush()


def add_network(session: Session) -> None:
    """Streets by every station, and along four of the ten rows of gathering places."""
    xs = [WEST + x for x in (0.004, 0.012, 0.024, 0.036, 0.048, 0.060, 0.072, 0.076)]
    ys = [SOUTH + y for y in (0.018, 0.025, 0.032, 0.039, 0.046)]
    along = [[(x, y), (to, y)] for y in ys for x, to in pairwise(xs)]
    across = [[(x, y), (x, to)] for x in xs[1:-1] for y, to in pairwise(ys)]
    store_network(session, *along, *across, county_code=SMALL, label="2026-11")


def add_enterprises(session: Session) -> None:
    names = (SCRIPT_NAME, MARKUP_NAME, LONG_NAME)
    for number in range(60):
        # The first lies on the line between two grids, and so waits for a person.
        lon = WEST + SIDE / 2 if number < 3 else WEST + 0.003 + 0.0012 * number
        session.add(
            Enterprise(
                name=names[number] if number < 3 else f"晨光{number}商贸",
                staff_count=5 * number,
                organization_status="own_union" if number % 5 == 4 else "unorganized",
                county_code=SMALL,
                geom=None if number == 7 else point(lon, SOUTH + 0.01 + 0.0009 * number),
                location_level="none" if number == 7 else "building",
            )
        )
    session.flush()
    session.execute(
        sa.text(
            """
            INSERT INTO enterprises (name, county_code, staff_count, location_level, geom)
            SELECT '管城企业' || n, :county, n % 300, 'building',
                   ST_SetSRID(ST_MakePoint(:west + 0.0005 * (n % 150), :south + 0.002 * (n / 150)), 4326)
            FROM generate_series(1, :many) AS n
            """
        ),
        {"county": BIG, "west": WEST + SIDE + 0.001, "south": SOUTH + 0.001, "many": MANY},
    )


def fill(session: Session) -> None:
    """Everything, assigned and with fresh tiles."""
    for add in (add_counties, add_grids, add_stations, add_demand, add_network, add_enterprises):
        add(session)
    add_people(session, county=SMALL, is_province=True)
    assign_enterprises(session)
    tiles.refresh(session)
