"""The second county: real streets through the importer, invented life beside them."""

from collections.abc import Iterator

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.demo import futian_city as invented
from geodata.demo.futian import load_futian
from geodata.demo.futian_city import COUNTY, OFF_NETWORK, City, station_code
from geodata.models import Barrier, CandidateSite, DemandPoint, Grid, Station, Street
from geodata.network.edits import cut
from geodata.network.entries import enter
from geodata.network.graph import make_streets, to_zone
from geodata.network.travel import seconds_to_nearest
from geodata.queries import networks
from geodata.vocab import Profile

WALK_MPS, LIMIT_S, CAP_M = 1000 / 900, 600.0, 100.0
EXPECTED = {
    "assessment_areas": 1,
    "barriers": 1,
    "candidate_sites": 8,
    "demand": 400,
    "demand_hours": 3906,
    "divisions": 1,
    "enterprises": 150,
    "grids": 12,
    "network_edges": 2529,
    "people": 8000,
    "refused_rows": 0,
    "stations": 25,
    "streets": 2529,
}


@pytest.fixture(scope="module")
def loaded(engine: sa.Engine) -> Iterator[tuple[Session, dict[str, int]]]:
    """The county loaded once for this module, then rolled back."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session, load_futian(session)
        outer.rollback()


Loaded = tuple[Session, dict[str, int]]


def test_the_counts_are_the_known_ones(loaded: Loaded) -> None:
    assert loaded[1] == EXPECTED


def test_streets_are_real_and_everything_else_is_marked(loaded: Loaded) -> None:
    session = loaded[0]
    for model in (Station, DemandPoint, Barrier, CandidateSite):
        marks = session.scalars(sa.select(model.is_invented).where(model.county_code == COUNTY))
        assert set(marks) == {True}, model
    assert not any(session.scalars(sa.select(Street.is_invented).where(Street.county_code == COUNTY)))
    version = networks.in_use(session, COUNTY)
    assert version is not None
    assert "OpenStreetMap" in version.credit
    assert (version.is_invented, version.source, version.report["pieces"]["total"]) == (False, "graphml", 6)


def test_grids_share_the_district_without_gap_or_overlap(loaded: Loaded) -> None:
    session = loaded[0]
    codes = session.scalars(sa.select(Grid.code).where(Grid.county_code == COUNTY)).all()
    assert len(codes) == 12
    status, findings = session.execute(
        sa.text("SELECT status, findings FROM boundary_versions WHERE county_code = :county"),
        {"county": COUNTY},
    ).one()
    assert (status, findings) == ("effective", [])


def reached(session: Session, stations: list[int], *, fenced: bool) -> tuple[int, int]:
    """People who reach one of these stations in ten minutes, and places that stand on no street."""
    version = networks.in_use(session, COUNTY)
    assert version is not None
    network = networks.read_network(session, version.id)
    city = City(network)
    listed = invented.invent_stations(city)
    walls = []
    if fenced:
        fence = city.fence((listed[0].lon, listed[0].lat))
        walls = list(to_zone(np.array([fence], dtype=object), network.srid))
        network = cut(network, walls)
    streets = make_streets(network, Profile.FOOT, WALK_MPS, walls=walls)
    places, _ = invented.invent_gatherings(city)
    homes = enter(streets, np.array([(place.lon, place.lat) for place in places]), CAP_M)
    doors = enter(streets, np.array([(listed[n].lon, listed[n].lat) for n in stations]), CAP_M)
    seconds = seconds_to_nearest(streets, homes, doors, LIMIT_S)
    people = np.array([place.people for place in places])
    return int(people[seconds <= LIMIT_S].sum()), int((~homes.placed).sum())


def test_the_fence_takes_the_station_from_somebody(loaded: Loaded) -> None:
    session = loaded[0]
    with_fence, off = reached(session, [0], fenced=True)
    without, _ = reached(session, [0], fenced=False)
    assert 0 < with_fence < without
    assert off == 6


def test_a_hot_meal_at_ten_at_night_is_rare(loaded: Loaded) -> None:
    session = loaded[0]
    open_with_meal = session.scalars(
        sa.text(
            "SELECT DISTINCT s.code FROM stations s JOIN station_hours h ON h.station_id = s.id "
            "JOIN station_services v ON v.station_id = s.id AND v.item_code = 'food_heating' "
            "WHERE h.weekday = 2 AND h.opens_min <= 1320 AND h.closes_min > 1320 "
            "AND v.condition = 'working' AND s.access_method <> 'staff_only' ORDER BY s.code"
        )
    ).all()
    assert open_with_meal == [station_code(n) for n in (0, 3, 5, OFF_NETWORK)]
    people, _ = reached(session, [0, 3, 5, OFF_NETWORK], fenced=False)
    assert 0 < people < 1600


def test_it_is_the_same_every_time(loaded: Loaded) -> None:
    session = loaded[0]
    version = networks.in_use(session, COUNTY)
    assert version is not None
    first, second = (City(networks.read_network(session, version.id)) for _ in range(2))
    assert invented.invent_stations(first) == invented.invent_stations(second)
    assert invented.invent_gatherings(first) == invented.invent_gatherings(second)
