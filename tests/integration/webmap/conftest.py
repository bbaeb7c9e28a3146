"""A small county with everything in it, committed once for all tests of the web."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.coverage.question import CoverageQuestion
from geodata.coverage.service import answer_question, store_answer
from geodata.db import make_engine, transaction
from geodata.models import (
    AssessmentArea,
    BoundaryVersion,
    DemandPoint,
    Division,
    Enterprise,
    EnterpriseClarity,
    Grid,
    GridBoundary,
    Station,
    StationClosure,
    StationHours,
    StationHoursException,
    StationService,
    Street,
)
from scripts.cluster import Cluster
from tests.office import LINE, OfficeClient, add_people, sign_in
from webmap.app import create_app
from webmap.config import Settings

COUNTY, NEIGHBOUR = "410103", "410102"
WEST, SOUTH, SIDE = 113.60, 34.70, 0.10
ENTERPRISES = 60
USCC = "91410103MA00000006"


def square(west: float, south: float, east: float, north: float) -> str:
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"SRID=4326;MULTIPOLYGON((({ring})))"


def point(lon: float, lat: float) -> str:
    return f"SRID=4326;POINT({lon} {lat})"


def add_places(session: Session) -> None:
    east, north = WEST + SIDE, SOUTH + SIDE
    session.add_all(
        [
            Division(code=COUNTY, level="county", name="二七区", geom=square(WEST, SOUTH, east, north)),
            Division(
                code=NEIGHBOUR, level="county", name="中原区", geom=square(WEST - SIDE, SOUTH, WEST, north)
            ),
            Division(
                code=COUNTY + "001",
                level="town",
                name="大学路街道",
                parent_code=COUNTY,
                geom=square(WEST, SOUTH, east, north),
            ),
            Division(code=COUNTY + "002", level="town", name="无图街道", parent_code=COUNTY),
            AssessmentArea(county_code=COUNTY, name="建成区", geom=square(WEST, SOUTH, east, north)),
            Street(
                county_code=COUNTY,
                rank=1,
                geom=f"SRID=4326;LINESTRING({WEST} {SOUTH + 0.05},{east} {SOUTH + 0.05})",
            ),
            Street(
                county_code=COUNTY,
                rank=4,
                is_invented=True,
                geom=f"SRID=4326;LINESTRING({WEST + 0.05} {SOUTH},{WEST + 0.05} {north})",
            ),
        ]
    )


def add_grids(session: Session) -> None:
    version = BoundaryVersion(
        county_code=COUNTY,
        label="2026",
        status="effective",
        effective_from=date(2026, 1, 1),
        created_by="planner",
    )
    draft = BoundaryVersion(county_code=COUNTY, label="draft", created_by="planner")
    grids = [Grid(county_code=COUNTY, code=code) for code in ("G1", "G2", "X1")]
    session.add_all([version, draft, *grids])
    session.flush()
    middle, east, north = WEST + 0.05, WEST + 0.10, SOUTH + SIDE
    shapes = {
        "G1": ("一号网格", "grid", square(WEST, SOUTH, middle, north)),
        "G2": ("二号网格", "grid", square(middle, SOUTH, east, north - 0.01)),
        "X1": (
            "建材市场专属网格",
            "exclusive",
            square(WEST + 0.025, SOUTH + 0.025, WEST + 0.035, SOUTH + 0.035),
        ),
    }
    for grid in grids:
        name, kind, shape = shapes[grid.code]
        session.add(GridBoundary(version_id=version.id, grid_id=grid.id, name=name, kind=kind, geom=shape))
    session.add(
        GridBoundary(
            version_id=draft.id, grid_id=grids[0].id, name="草稿网格", kind="grid", geom=shapes["G2"][2]
        )
    )


def add_stations(session: Session) -> None:
    states = ("open", "open", "open", "temporarily_closed", "retired", "planned", "open")
    for number, status in enumerate(states, start=1):
        lon, lat = WEST + 0.01 * number, SOUTH + 0.02
        session.add(
            Station(
                code=f"ZZ-{number:03d}",
                name=f"爱心驿站{number}号",
                status=status,
                station_type="micro" if number == 2 else "standard",
                county_code=COUNTY,
                duty_phone="0371-60000000",
                confirmed_on=date(2026, 6, 1),
                geom=None if number == 7 else point(lon, lat),
                location_level="none" if number == 7 else "entrance",
                hours=[StationHours(weekday=day, opens_min=480, closes_min=1200) for day in range(8)],
                services=[StationService(item_code="toilet", condition="working")],
                closures=[StationClosure(closed_from=datetime(2026, 1, 1, tzinfo=UTC), reason="装修")]
                if number == 4
                else [],
            )
        )
    session.flush()
    session.add(
        StationHoursException(station_id=1, on_date=date(2099, 10, 1), reason="国庆放假"),
    )


def add_enterprises(session: Session) -> None:
    counts = (None, 0, 5, 12, 30, 60, 150, 900)
    for number in range(1, ENTERPRISES + 1):
        lon, lat = WEST + 0.0016 * number, SOUTH + 0.0159 * (number % 6) + 0.001
        session.add(
            Enterprise(
                name=f"郑州市晨光{number}商贸有限公司",
                uscc=USCC if number == 1 else None,
                staff_count=counts[number % len(counts)],
                organization_status="own_union" if number % 5 == 0 else "unorganized",
                county_code=COUNTY,
                operating_code=COUNTY + "001" if number in (7, 8) else None,
                industry_line=LINE if number % 10 == 1 else None,
                geom=None if number in (7, 8) else point(lon, lat),
                location_level="none" if number in (7, 8) else "building",
                contact_name="王秘密",
                contact_phone="13800138000",
                removed_on=date(2026, 2, 1) if number == 9 else None,
                removal_reason="closed_down" if number == 9 else None,
            )
        )
    for number in range(3):  # one building, three tenants
        session.add(
            Enterprise(
                name=f"同楼{number}餐饮店", county_code=COUNTY, geom=point(WEST + 0.0301, SOUTH + 0.0301)
            )
        )
    session.flush()
    session.add(
        EnterpriseClarity(
            enterprise_id=1, workforce_count=77777, party_member_count=6666, as_of=date(2026, 1, 1)
        )
    )


def add_demand(session: Session) -> None:
    for number in range(1, 13):
        session.add(
            DemandPoint(
                code=f"D{number}",
                name=f"外卖聚集点{number}",
                county_code=COUNTY,
                people=10 * number,
                geom=None if number == 12 else point(WEST + 0.008 * number, SOUTH + 0.021),
                location_level="none" if number == 12 else "street",
            )
        )


def fill(session: Session) -> None:
    for add in (add_places, add_grids, add_stations, add_enterprises, add_demand):
        add(session)
        session.flush()
    add_people(session, county=COUNTY, neighbour=NEIGHBOUR)
    assign_enterprises(session)
    question = CoverageQuestion(county_code=COUNTY, as_of=date(2026, 11, 20))
    store_answer(session, answer_question(session, question))


@pytest.fixture(scope="session")
def county_url(cluster: Cluster, template_database: str) -> str:
    """The address of the small county; tests must not write to it."""
    cluster.create_database("small_county", template=template_database)
    url = cluster.url("small_county")
    engine = make_engine(url)
    try:
        with transaction(engine) as session:
            fill(session)
    finally:
        engine.dispose()
    return url


@pytest.fixture(scope="session")
def app(county_url: str) -> Iterator[APIFlask]:
    """The application on the small county."""
    built = create_app(Settings(database_url=county_url, default_county=COUNTY))
    built.test_client_class = OfficeClient
    yield built
    built.extensions["tenmin.engine"].dispose()


@pytest.fixture
def anonymous(app: APIFlask) -> OfficeClient:
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def signed_in(app: APIFlask) -> Callable[[str], OfficeClient]:
    """Makes a client signed in by login, see ``tests/office.py``; nothing it writes may stay."""

    def make(login: str) -> OfficeClient:
        return sign_in(app.test_client(), app.extensions["tenmin.engine"], login)

    return make


@pytest.fixture
def client(signed_in: Callable[[str], OfficeClient]) -> OfficeClient:
    """A planner of the county, who reads nearly everything."""
    return signed_in("planner")


@pytest.fixture
def make_client() -> Iterator[Callable[[Settings], OfficeClient]]:
    """Builds a client of an application with other settings; nobody is signed in."""
    engines: list[sa.Engine] = []

    def make(settings: Settings) -> OfficeClient:
        built = create_app(settings)
        built.test_client_class = OfficeClient
        engines.append(built.extensions["tenmin.engine"])
        return built.test_client()

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def own_county(
    cluster: Cluster, app: APIFlask, make_client: Callable[[Settings], OfficeClient]
) -> Iterator[tuple[OfficeClient, sa.Engine]]:
    """A planner's client and an engine on a copy of the small county that the test may change."""
    app.extensions["tenmin.engine"].dispose()  # a database with connections cannot be copied
    cluster.create_database("own_county", template="small_county")
    client = make_client(Settings(database_url=cluster.url("own_county")))
    engine = client.application.extensions["tenmin.engine"]
    yield sign_in(client, engine, "planner"), engine
    engine.dispose()
    cluster.drop_database("own_county")
