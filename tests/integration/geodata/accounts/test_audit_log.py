"""The log on real PostgreSQL: nobody changes it, and each sees what is theirs to see."""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from geodata import migrations
from geodata.db import make_engine
from geodata.models import Enterprise
from geodata.queries import audit
from geodata.queries.audit_log import LogFilter, list_actions, list_entries
from geodata.queries.scopes import Scope
from geodata.vocab import Role
from scripts.cluster import Cluster
from tests.integration.geodata.accounts.staff import COUNTY, EVERYTHING, HERE, NEIGHBOUR, Staff

CHANGES = (
    "UPDATE audit_entries SET actor = 'x'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
)


@pytest.mark.parametrize("change", CHANGES)
def test_trigger_refuses_every_change_even_to_who_holds_the_right(staff: Staff, change: str) -> None:
    staff.user("wang")
    staff.session.execute(sa.text("GRANT UPDATE, DELETE, TRUNCATE ON audit_entries TO CURRENT_USER"))
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), staff.session.begin_nested():
        staff.session.execute(sa.text(change))


@pytest.fixture(scope="module")
def plain_owner(cluster: Cluster) -> str:
    """A database owned and migrated by a role that is no superuser, as an installation has it."""
    cluster.create_database("plain_owner")
    cluster.add_extensions("plain_owner")
    url = cluster.url("plain_owner")
    engine = make_engine(url)
    with engine.begin() as connection:
        is_super = connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    engine.dispose()
    assert not is_super, "the application must not be a superuser"
    migrations.upgrade(url)
    return url


@pytest.mark.parametrize("change", CHANGES)
def test_application_holds_no_right_to_change_even_without_the_trigger(plain_owner: str, change: str) -> None:
    engine = make_engine(plain_owner)
    with engine.connect() as connection:
        connection.execute(sa.text("ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only"))
        with pytest.raises(sa.exc.ProgrammingError) as refused:
            connection.execute(sa.text(change))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    engine.dispose()


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_right_is_revoked_and_adding_is_not(plain_owner: str, right: str) -> None:
    engine = make_engine(plain_owner)
    with engine.connect() as connection:
        has = sa.text("SELECT has_table_privilege('audit_entries', :right)")
        assert not connection.scalar(has, {"right": right})
        assert connection.scalar(has, {"right": "INSERT"})
        assert connection.scalar(has, {"right": "SELECT"})
    engine.dispose()


def fill(staff: Staff) -> dict[str, int]:
    session = staff.session
    mine, other = Enterprise(name="甲", county_code=COUNTY), Enterprise(name="乙", county_code=NEIGHBOUR)
    session.add_all([mine, other])
    session.flush()
    session.execute(
        sa.text(
            "INSERT INTO assignments (enterprise_id, grid_id, method, status, valid_from, decided_by) "
            "VALUES (:mine, :grid, 'covered', 'auto', now(), 'x'), "
            "(:other, :far, 'covered', 'auto', now(), 'x')"
        ),
        {"mine": mine.id, "grid": staff.grids[0], "other": other.id, "far": staff.grids[3]},
    )
    for kind, thing in (
        ("enterprise", mine.id),
        ("enterprise", other.id),
        ("station", staff.station.id),
        ("grid", staff.grids[0]),
        ("grid", staff.grids[3]),
    ):
        audit.note(session, by="li", action="seen", subject_kind=kind, subject_id=thing)
    audit.note(session, by="li", action="odd", subject_kind="enterprise", subject_id="-; DROP")
    return {"mine": mine.id, "other": other.id}


def things(staff: Staff, scope: Scope, **wanted: object) -> list[tuple[str, str]]:
    rows = list_entries(staff.session, scope=scope, wanted=LogFilter(**wanted), limit=100)  # type: ignore[arg-type]
    return [(row.subject_kind, row.subject_id) for row in rows if row.action in {"seen", "odd"}]


def test_cadre_sees_entries_of_the_own_grid_only(staff: Staff) -> None:
    ids = fill(staff)
    own = Scope(grid_ids=frozenset({staff.grids[0]}))
    assert things(staff, own) == [("grid", str(staff.grids[0])), ("enterprise", str(ids["mine"]))]


def test_manager_sees_entries_of_the_own_station_only(staff: Staff) -> None:
    fill(staff)
    own = Scope(station_ids=frozenset({staff.station.id}))
    assert things(staff, own) == [("station", str(staff.station.id))]
    assert things(staff, Scope(station_ids=frozenset({10**9}))) == []


def test_auditor_of_a_county_sees_things_and_people_of_the_county(staff: Staff) -> None:
    ids = fill(staff)
    seen = things(staff, HERE)
    assert ("enterprise", str(ids["mine"])) in seen
    assert ("enterprise", str(ids["other"])) not in seen
    staff.give(staff.user("li"), Role.LIAISON, grid_id=staff.grids[0])
    assert len(things(staff, HERE)) == 6  # whatever people of the county did


def test_auditor_of_all_sees_all_and_no_scope_sees_nothing(staff: Staff) -> None:
    fill(staff)
    assert len(things(staff, EVERYTHING)) == 6
    assert things(staff, Scope()) == []


def test_filters_by_who_what_thing_and_day(staff: Staff) -> None:
    fill(staff)
    day, far = staff.today, staff.today + timedelta(days=1)
    assert len(things(staff, EVERYTHING, actor="li")) == 6
    assert things(staff, EVERYTHING, actor="wu") == []
    assert things(staff, EVERYTHING, action="odd") == [("enterprise", "-; DROP")]
    assert len(things(staff, EVERYTHING, subject_kind="grid")) == 2
    assert len(things(staff, EVERYTHING, subject_kind="grid", subject_id=str(staff.grids[3]))) == 1
    assert len(things(staff, EVERYTHING, since=day, until=day)) == 6
    assert things(staff, EVERYTHING, since=far) == []
    assert things(staff, EVERYTHING, until=day - timedelta(days=1)) == []
    assert "odd" in list_actions(staff.session)


def test_pages_meet_without_gap_or_repeat(staff: Staff) -> None:
    fill(staff)
    whole = [row.id for row in list_entries(staff.session, scope=EVERYTHING, wanted=LogFilter(), limit=100)]
    seen: list[int] = []
    while page := list_entries(
        staff.session,
        scope=EVERYTHING,
        wanted=LogFilter(),
        before=seen[-1] if seen else None,
        limit=2,
    ):
        seen += [row.id for row in page]
    assert seen == whole == sorted(whole, reverse=True)


def test_every_write_of_accounts_has_exactly_one_entry_with_its_post(staff: Staff) -> None:
    staff.session.info[audit.POST] = "admin:*"
    before = len(staff.log())
    user_id = staff.user("wang")
    staff.give(user_id, Role.LIAISON, grid_id=staff.grids[0])
    written = staff.log()[before:]
    assert [entry.action for entry in written] == ["user_created", "post_added"]
    assert {entry.post for entry in written} == {"admin:*"}
    staff.session.info.pop(audit.POST)
