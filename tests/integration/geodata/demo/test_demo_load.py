"""The demonstration goes through the real importer and workflow, and comes out the same every time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.accounts.signing_in import sign_in
from geodata.assignment.service import AssignmentSummary, assign_enterprises
from geodata.boundaries.service import list_moves
from geodata.demo.accounts import set_passwords
from geodata.demo.grids import TILES
from geodata.demo.people import SIGN_INS, VACANT_GRID
from geodata.demo.service import DRAFT_LABEL, FLAWED_LABEL, UNAPPROVED_COUNTY, is_empty, load_demo
from geodata.demo.sources import ELSEWHERE_FILE, MAIN_COUNTY
from geodata.ingest.service import import_file
from geodata.models import (
    BoundaryVersion,
    Division,
    Enterprise,
    Grid,
    GridBoundary,
    Post,
    Station,
    StationHours,
    Street,
    User,
)
from geodata.queries.boundaries import find_version_id
from geodata.queries.scopes import Scope
from geodata.queries.station_needs import list_care
from geodata.vocab import CareNeed, Datum, ImportKind, Role, VersionStatus

A_DAY = timedelta(days=1)

EXPECTED = {
    "assessment_areas": 12,
    "boundary_versions": 14,
    "demand": 900,
    "divisions": 17,
    "duty_phones_invented": 55,
    "enterprises": 5000,
    "finding:divisions:columns_ignored": 1,
    "finding:enterprises:rows_without_place": 1,
    "finding:enterprises:code_damaged": 6,
    "finding:enterprises:outside_county": 17,
    "finding:enterprises:uscc_invalid": 15,
    "finding:grids:duplicate_key": 1,
    "finding:grids:geometry_self_intersection": 1,
    "finding:grids:value_missing": 1,
    "finding:stations:hours_unreadable": 2,
    "finding:stations:label_differs": 4,
    "finding:stations:label_unknown": 12,
    "grids": 204,
    "people": 76_840,
    "photos": 2,
    "posts": 63,
    "refused_rows": 3,
    "reports": 9,
    "station_hours_invented": 55,
    "stations": 82,
    "streets": 8873,
    "union_offices": 5,
    "users": 41,
    "visitor_days": 130,
    "warned_rows": 56,
}


@pytest.fixture(scope="module")
def loaded(engine: sa.Engine) -> Iterator[tuple[Session, dict[str, int], AssignmentSummary]]:
    """The demo loaded and assigned once for this module, then rolled back."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            assert is_empty(session)
            counts = load_demo(session)
            yield session, counts, assign_enterprises(session)
        outer.rollback()


@pytest.fixture
def demo(loaded: tuple[Session, dict[str, int], AssignmentSummary]) -> Iterator[Session]:
    """The loaded demo; what a test changes in it is undone."""
    session = loaded[0]
    nested = session.begin_nested()
    yield session
    if nested.is_active:
        nested.rollback()


Loaded = tuple[Session, dict[str, int], AssignmentSummary]


def _count(session: Session, model: type, *conditions: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def test_the_counts_and_the_findings_are_the_known_ones(loaded: Loaded) -> None:
    assert loaded[1] == EXPECTED


def test_a_loaded_database_is_not_empty(demo: Session) -> None:
    assert not is_empty(demo)


def test_real_rows_are_not_marked_and_invented_rows_are(demo: Session) -> None:
    assert _count(demo, Division, Division.is_invented) == 5
    assert _count(demo, Station, Station.is_invented) == 0
    for model in (Enterprise, GridBoundary, BoundaryVersion, Street):
        assert _count(demo, model, sa.not_(model.is_invented)) == 0


def test_hours_the_list_gives_are_kept_and_not_marked_as_invented(demo: Session) -> None:
    listed = sa.not_(Station.invented_fields.contains(["hours"]))
    has_hours = sa.exists().where(StationHours.station_id == Station.id)
    assert _count(demo, Station, Station.hours_text.is_not(None)) == 22
    assert _count(demo, Station, listed, has_hours) == 20
    assert _count(demo, Station, sa.not_(has_hours)) == 7


def test_gcj02_columns_land_within_a_metre_of_the_sources_own_wgs84(demo: Session) -> None:
    lon, lat = demo.execute(
        sa.text("SELECT ST_X(geom), ST_Y(geom) FROM stations WHERE name LIKE '农情暖域%'")
    ).one()
    assert lon == pytest.approx(113.618596, abs=1e-5)
    assert lat == pytest.approx(34.737819, abs=1e-5)


def test_every_county_but_one_has_its_grids_in_force(demo: Session) -> None:
    effective = demo.execute(
        sa.select(BoundaryVersion.county_code, sa.func.count(GridBoundary.id))
        .join(GridBoundary, GridBoundary.version_id == BoundaryVersion.id)
        .where(BoundaryVersion.status == VersionStatus.EFFECTIVE, GridBoundary.kind != "exclusive")
        .group_by(BoundaryVersion.county_code)
    )
    wanted = {code: tiles for code, (tiles, _) in TILES.items() if code != UNAPPROVED_COUNTY}
    assert {row[0]: row[1] for row in effective} == wanted


def test_every_enterprise_has_one_owner_and_every_queue_has_work(loaded: Loaded) -> None:
    summary = loaded[2]
    assert summary.enterprises == 5000
    assert summary.assigned + summary.fallback + summary.out_of_county == 5000
    assert summary.by_method == {
        "border": 53,
        "code_fallback": 19,
        "community_code": 10,
        "covered": 4691,
        "exclusive": 102,
        "gap_fallback": 100,
        "gap_nearest": 8,
        "out_of_county": 17,
    }


def test_the_draft_of_the_main_county_moves_a_block_of_enterprises(demo: Session) -> None:
    [version_id] = find_version_id(demo, DRAFT_LABEL, county_code=MAIN_COUNTY)
    [move] = list_moves(demo, version_id)
    assert (move.from_code, move.to_code) == ("410102G011", "410102G006")
    assert move.enterprises > 10


def test_the_flawed_draft_is_found_out(demo: Session) -> None:
    version = demo.scalars(sa.select(BoundaryVersion).where(BoundaryVersion.label == FLAWED_LABEL)).one()
    blocking = [each["code"] for each in version.findings or [] if each["severity"] == "blocking"]
    assert version.status == VersionStatus.INVALID
    slivers = [each["grid_codes"] for each in version.findings or [] if each["code"] == "gap_sliver"]
    assert sorted(blocking) == [
        "gap",
        "grid_row_refused",
        "grid_row_refused",
        "grid_row_refused",
        "grids_overlap",
    ]
    assert ["410106G004"] in slivers


def test_the_same_grid_code_is_one_grid_in_all_versions(demo: Session) -> None:
    assert _count(demo, Grid) == 177


def test_every_grid_of_the_main_county_has_its_posts_but_the_vacant_one(demo: Session) -> None:
    held = demo.execute(
        sa.text(
            "SELECT g.code, count(*) FILTER (WHERE p.role = 'liaison' AND NOT p.is_deputy) AS liaisons, "
            "count(*) FILTER (WHERE p.role = 'supervising_cadre') AS cadres "
            "FROM grids AS g JOIN grid_boundaries AS b ON b.grid_id = g.id "
            "JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective' "
            "LEFT JOIN posts AS p ON p.grid_id = g.id AND p.valid_to IS NULL "
            "WHERE g.county_code = :county GROUP BY g.code"
        ),
        {"county": MAIN_COUNTY},
    ).all()
    assert len(held) == 19
    assert {code for code, _, cadres in held if cadres != 1} == set()
    assert {code for code, liaisons, _ in held if liaisons != 1} == {VACANT_GRID}


def test_every_role_has_an_account_to_sign_in_with(demo: Session) -> None:
    roles = demo.scalars(
        sa.select(Post.role).join(User, User.id == Post.user_id).where(User.login.in_(SIGN_INS)).distinct()
    )
    assert set(roles) == set(Role)


def test_accounts_are_invented_and_have_no_password_of_the_program(demo: Session) -> None:
    assert _count(demo, User, sa.not_(User.is_invented)) == 0
    assert _count(demo, User, User.password_hash.is_not(None)) == 0


def test_given_passwords_open_the_accounts_and_are_set_only_once(demo: Session) -> None:
    passwords = dict.fromkeys(SIGN_INS, "fkzw-2r7m-9dqh")
    assert set(set_passwords(demo, passwords, by="scripts/run")) == set(SIGN_INS)
    hashes = demo.scalars(sa.select(User.password_hash).order_by(User.id)).all()
    set_passwords(demo, passwords, by="scripts/run")
    assert demo.scalars(sa.select(User.password_hash).order_by(User.id)).all() == hashes
    login, password = next(iter(passwords.items()))
    opened = sign_in(demo, login=login, password=password, address="-", lifetime=A_DAY)
    assert opened is not None


def test_stations_of_another_city_are_reported_as_outside(demo: Session) -> None:
    report = import_file(
        demo, ImportKind.STATIONS, ELSEWHERE_FILE, datum=Datum.GCJ02, by="演示甲", dry_run=True
    )
    assert [finding.code for finding in report.findings].count("outside_county") == 4
    assert _count(demo, Station) == 82


def test_the_stations_of_the_demo_manager_wait_for_something(demo):
    managed = demo.scalars(
        sa.select(Post.station_id).join(User, User.id == Post.user_id).where(User.login == "demo-manager")
    )
    needs = list_care(demo, Scope(station_ids=frozenset(managed)))
    assert {need.need for need in needs} >= {
        CareNeed.REOPENING_OVERDUE,
        CareNeed.EXPIRING,
        CareNeed.UNCONFIRMED,
    }
