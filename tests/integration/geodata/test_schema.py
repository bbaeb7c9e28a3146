"""The database itself refuses what must never be."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError

from geodata import migrations
from geodata.db import check_database, make_engine
from geodata.models import Assignment, AuditEntry, BoundaryVersion, Division, Enterprise, Grid, GridBoundary

BOWTIE = "SRID=4326;MULTIPOLYGON(((0 0, 1 1, 1 0, 0 1, 0 0)))"
SQUARE = "SRID=4326;MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))"


def refused(session, constraint):
    return pytest.raises(IntegrityError, match=constraint)


def add(session, *rows):
    session.add_all(rows)
    session.flush()


@pytest.fixture
def enterprise(session):
    row = Enterprise(name="织锦里洗衣连锁店")
    add(session, row)
    return row


@pytest.fixture
def grid(session):
    row = Grid(county_code="410103", code="410103G001")
    add(session, row)
    return row


def owned(enterprise, grid, **values):
    return Assignment(
        enterprise_id=enterprise.id, grid_id=grid.id, **{"method": "covered", "status": "auto"} | values
    )


def test_two_current_owners_are_refused(session, enterprise, grid):
    add(session, owned(enterprise, grid))
    with refused(session, "uq_assignments_current"):
        add(session, owned(enterprise, grid))


def test_overlapping_closed_rows_are_refused(session, enterprise, grid):
    add(session, owned(enterprise, grid, valid_from="2026-01-01Z", valid_to="2026-03-01Z"))
    with refused(session, "ex_assignments_history"):
        add(session, owned(enterprise, grid, valid_from="2026-02-01Z", valid_to="2026-04-01Z"))


def test_a_current_row_overlapping_history_is_refused(session, enterprise, grid):
    add(session, owned(enterprise, grid, valid_from="2026-01-01Z", valid_to="2026-03-01Z"))
    with refused(session, "overlap in time"):
        add(session, owned(enterprise, grid, valid_from="2026-02-01Z"))


def test_a_current_row_moved_back_over_history_is_refused(session, enterprise, grid):
    add(session, owned(enterprise, grid, valid_from="2026-01-01Z", valid_to="2026-03-01Z"))
    row = owned(enterprise, grid, valid_from="2026-03-01Z")
    add(session, row)
    row.valid_from = sa.text("'2026-02-01Z'")
    with refused(session, "overlap in time"):
        session.flush()


def test_rows_that_follow_each_other_are_accepted(session, enterprise, grid):
    add(session, owned(enterprise, grid, valid_from="2026-01-01Z", valid_to="2026-03-01Z"))
    add(session, owned(enterprise, grid, valid_from="2026-03-01Z"))


@pytest.mark.parametrize(
    "values",
    [
        {"grid_id": None},
        {"fallback_code": "410103"},
        {"status": "out_of_county"},
    ],
)
def test_an_assignment_has_exactly_one_owner(session, enterprise, grid, values):
    row = owned(enterprise, grid)
    for name, value in values.items():
        setattr(row, name, value)
    with refused(session, "exactly_one_owner"):
        add(session, row)


def test_a_manual_decision_needs_a_person_and_a_reason(session, enterprise, grid):
    with refused(session, "manual_has_reason"):
        add(session, owned(enterprise, grid, method="manual", status="manual"))


def test_an_invalid_polygon_is_refused(session, grid):
    version = BoundaryVersion(county_code="410103", label="t", created_by="a")
    add(session, version)
    with refused(session, "geom_sound"):
        add(session, GridBoundary(version_id=version.id, grid_id=grid.id, name="x", kind="grid", geom=BOWTIE))


def test_a_bad_credit_code_is_refused(session):
    with refused(session, "uscc_valid"):
        add(session, Enterprise(name="x", uscc="91350100M000100Y4Z"))


def test_one_credit_code_belongs_to_one_row(session):
    add(session, Enterprise(name="x", uscc="91350100M000100Y43"))
    with refused(session, "uq_enterprises_uscc"):
        add(session, Enterprise(name="y", uscc="91350100M000100Y43"))


def test_two_effective_versions_of_one_county_are_refused(session):
    add(
        session,
        BoundaryVersion(
            county_code="1", label="a", created_by="a", status="effective", effective_from="2026-01-01"
        ),
    )
    with refused(session, "uq_boundary_versions_effective|one_effective"):
        add(
            session,
            BoundaryVersion(
                county_code="1", label="b", created_by="a", status="effective", effective_from="2026-05-01"
            ),
        )


def test_archived_and_effective_versions_never_share_a_day(session):
    add(
        session,
        BoundaryVersion(
            county_code="1",
            label="a",
            created_by="a",
            status="archived",
            effective_from="2026-01-01",
            effective_to="2026-03-01",
        ),
    )
    with refused(session, "one_effective"):
        add(
            session,
            BoundaryVersion(
                county_code="1", label="b", created_by="a", status="effective", effective_from="2026-02-28"
            ),
        )


def test_the_one_who_drew_cannot_approve(session):
    with refused(session, "second_person"):
        add(session, BoundaryVersion(county_code="1", label="a", created_by="a", approved_by="a"))


def test_one_division_code_means_one_thing_on_a_day(session):
    add(session, Division(code="410103", level="county", name="中原区", valid_from="2000-01-01"))
    with refused(session, "ex_divisions_code_period"):
        add(session, Division(code="410103", level="county", name="别的", valid_from="2010-01-01"))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
def test_audit_entries_cannot_be_changed(session, statement):
    add(session, AuditEntry(actor="a", action="import", subject_kind="batch", subject_id="1"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
def test_audit_entries_cannot_be_changed_even_by_who_takes_the_right_back(session, statement):
    add(session, AuditEntry(actor="a", action="import", subject_kind="batch", subject_id="1"))
    session.execute(sa.text("GRANT UPDATE, DELETE, TRUNCATE ON audit_entries TO CURRENT_USER"))
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(sa.text(statement))


def test_every_write_moves_the_data_version(session, enterprise):
    count = sa.text("SELECT count(*) FROM data_changes WHERE subject = 'enterprises'")
    before = session.scalar(count)
    enterprise.name = "改名"
    session.flush()
    assert session.scalar(count) == before + 1


def test_bigrams_find_two_characters_and_forgive_case(session):
    assert set(session.scalar(sa.text("SELECT bigrams('AB驿站')"))) == {"ab", "b驿", "驿站"}
    assert session.scalar(sa.text("SELECT bigrams('站')")) == []


def test_migrations_run_down_and_up_on_data_and_match_the_models(database_url):
    engine = make_engine(database_url)
    check_database(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO enterprises (name) VALUES ('甲'), ('乙')"))
        connection.execute(
            sa.text(
                "INSERT INTO divisions (code, level, name, geom) VALUES ('410103', 'county', '中原区', :geom)"
            ),
            {"geom": SQUARE},
        )
        connection.execute(
            sa.text(
                "INSERT INTO coverage_runs "
                "(rule_code, day_type, services, as_of, engine, inputs_hash, inputs, figures)"
                " VALUES ('walk_10', 'workday', '{}', '2026-11-20', 'straight_line', 'x', '{}', '{}')"
            )
        )
    engine.dispose()
    migrations.check(database_url)
    migrations.downgrade(database_url, "base")
    migrations.upgrade(database_url)
    migrations.check(database_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM service_items")) >= 8
        assert connection.scalar(sa.text("SELECT count(*) FROM coverage_rules WHERE is_default")) == 1
    engine.dispose()
