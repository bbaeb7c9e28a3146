"""A file becomes a version: what is kept, what is told, who may change what."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata import confined
from geodata.errors import Conflict, InvalidInput, NotFound, RefusedFile, Stale
from geodata.ingest import networks, street_child, street_sandbox
from geodata.ingest.networks import OSM_CREDIT, StreetsWanted
from geodata.models import Division, NetworkVersion
from geodata.queries import networks as stored
from geodata.vocab import Datum
from tests.integration.geodata.ingest.files import geojson_file
from tests.integration.geodata.networks.drawn_town import degrees, write_graphml, write_osm

COUNTY = "440304"
Load = Callable[..., NetworkVersion]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_sandbox, "run_child", lambda _, order, **__: street_child.main(str(order)))
    monkeypatch.setattr(confined, "confine", lambda **_: False)


@pytest.fixture
def county(session: Session) -> str:
    """The drawn town's county, 2 km wide; the path far in the north-east is beyond its rim."""
    outline = shapely.box(*degrees((-500, -500)), *degrees((1000, 1000)))
    session.add(
        Division(
            code=COUNTY,
            name="福田区",
            level="county",
            valid_from="2020-01-01",
            geom=f"SRID=4326;{shapely.multipolygons([outline]).wkt}",
        )
    )
    session.flush()
    return COUNTY


@pytest.fixture
def load(session: Session, county: str) -> Load:
    def run(path: Path, label: str = "2026", **options: Any) -> NetworkVersion:
        wanted = {"county_code": county, "label": label, "datum": Datum.WGS84, **options}
        return networks.load_network(session, path, StreetsWanted(**wanted), by="tester")

    return run


FAR = {30: (8000, 8000), 31: (8100, 8000), 1: (0, 0), 2: (200, 0)}


def test_a_file_becomes_a_version(session: Session, load: Load, tmp_path: Path) -> None:
    version = load(write_osm(tmp_path / "town.osm"))
    assert (version.source, version.status, version.credit) == ("osm", "loaded", OSM_CREDIT)
    assert version.edges == session.scalar(sa.text("SELECT count(*) FROM network_edges"))
    network = stored.read_network(session, version.id)
    assert network.nodes == version.nodes
    assert network.length_m.sum() == pytest.approx(version.length_m, abs=0.1)
    measured = session.scalar(sa.text("SELECT sum(ST_Length(geom::geography)) FROM network_edges"))
    assert version.length_m == pytest.approx(measured, abs=0.1)
    report = version.report
    assert report["left_out"] == {"service": 1, "proposed": 1}
    # The footway below the bridge hangs together with nothing; the path to the north is another county's.
    assert [piece["metres"] for piece in report["pieces"]["shown"]] == [200]
    assert report["beyond"] == {"edges": 1, "metres": 100}
    assert report["uses"]["car"] == pytest.approx(1400, abs=3)
    actions = session.scalars(sa.text("SELECT action FROM audit_entries")).all()
    assert actions == ["network_loaded"]


def test_streets_beyond_the_rim_are_counted(load: Load, tmp_path: Path) -> None:
    ways = {1: ([1, 2], {"highway": "residential"}), 2: ([30, 31], {"highway": "residential"})}
    version = load(write_osm(tmp_path / "town.osm", ways, points=FAR))
    assert version.edges == 1
    assert version.report["beyond"] == {"edges": 1, "metres": 100}


def test_streets_of_elsewhere_are_refused(load: Load, tmp_path: Path) -> None:
    ways = {2: ([30, 31], {"highway": "residential"})}
    with pytest.raises(RefusedFile, match="network_outside_county"):
        load(write_osm(tmp_path / "town.osm", ways, points=FAR))


def test_the_sender_says_datum_label_and_credit(load: Load, tmp_path: Path) -> None:
    path = write_graphml(tmp_path / "town.graphml")
    with pytest.raises(RefusedFile, match="datum_missing"):
        load(path, datum=None)
    with pytest.raises(RefusedFile, match="crs_differs"):
        load(path, datum=4547, credit="x")
    with pytest.raises(InvalidInput, match="network_credit_missing"):
        load(path)
    with pytest.raises(InvalidInput, match="network_label_invalid"):
        load(path, label=" ", credit="x")
    with pytest.raises(InvalidInput, match="division_code_invalid"):
        load(path, county_code="440304001")
    load(path, credit="某测绘院")
    with pytest.raises(Conflict, match="network_label_taken"):
        load(path, credit="某测绘院")


def test_nothing_is_left_of_a_refused_file(session: Session, load: Load, tmp_path: Path) -> None:
    private = {1: ([1, 2], {"highway": "service", "access": "private"})}
    with pytest.raises(RefusedFile, match="network_without_streets"):
        load(write_osm(tmp_path / "town.osm", private))
    assert session.scalar(sa.text("SELECT count(*) FROM network_versions")) == 0


def test_lines_tell_rows_and_ends_that_almost_meet(load: Load, tmp_path: Path) -> None:
    shapes = [
        shapely.LineString([degrees((0, 0)), degrees((200, 0))]),
        shapely.LineString([degrees((100, 3)), degrees((100, 90))]),
    ]
    rows = [(shape, {"路名": "路", "等级": "支路", "备注": "x"}) for shape in shapes]
    version = load(geojson_file(tmp_path / "streets.geojson", *rows, (None, {})), credit="县交通局")
    report = version.report
    assert (report["rows"], report["refused"], version.edges) == (3, 1, 2)
    assert report["almost"]["total"] == 1
    assert report["almost"]["shown"][0]["metres"] == pytest.approx(3, abs=0.05)
    assert report["pieces"]["total"] == 1
    assert report["ignored_columns"] == ["备注"]
    assert report["findings"][0]["code"] == "geometry_missing"


def test_one_version_is_in_use(session: Session, load: Load, tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm")
    first, second = load(path, "一"), load(path, "二")
    networks.use_network(session, first.id, by="tester", expected=1)
    with pytest.raises(Stale):
        networks.use_network(session, second.id, by="tester", expected=7)
    networks.use_network(session, second.id, by="tester")
    session.refresh(first)
    assert (first.status, second.status, second.version) == ("archived", "in_use", 2)
    with pytest.raises(Conflict, match="network_is_in_use"):
        networks.use_network(session, second.id, by="tester")
    # Back to the one before, for the new one was worse.
    networks.use_network(session, first.id, by="tester", expected=first.version)
    networks.archive_network(session, first.id, by="tester")
    assert stored.in_use(session, COUNTY) is None
    with pytest.raises(Conflict, match="network_is_archived"):
        networks.archive_network(session, first.id, by="tester")


def test_only_what_was_never_used_is_deleted(session: Session, load: Load, tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm")
    first, second = load(path, "一"), load(path, "二")
    networks.use_network(session, first.id, by="tester")
    networks.archive_network(session, first.id, by="tester")
    with pytest.raises(Conflict, match="network_was_used"):
        networks.delete_network(session, first.id, by="tester")
    kept = second.id
    networks.delete_network(session, kept, by="tester", expected=1)
    assert stored.find_version(session, kept) is None
    count = sa.text("SELECT count(*) FROM network_edges WHERE version_id = :id")
    assert session.scalar(count, {"id": kept}) == 0
    with pytest.raises(NotFound):
        networks.delete_network(session, kept, by="tester")


def test_a_county_without_an_outline_keeps_everything(session: Session, tmp_path: Path) -> None:
    wanted = StreetsWanted(county_code="440305", label="x", datum=Datum.WGS84)
    version = networks.load_network(session, write_osm(tmp_path / "town.osm"), wanted, by="tester")
    assert version.report["findings"][0]["code"] == "county_without_outline"
