"""The life of a boundary version on real PostGIS: check, approve, rehearse, activate, look back."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises, decide, which_grid
from geodata.boundaries.service import (
    activate_due,
    activate_version,
    approve_version,
    check_version,
    list_moves,
    today,
)
from geodata.errors import BoundaryBlocked, Conflict, NotFound
from geodata.models import Assignment, AuditEntry, BoundaryVersion, ImportBatch, Rejection
from geodata.queries.boundaries import list_versions
from tests.integration.geodata.assignment.world import COUNTY, TOWN, World, box


@pytest.fixture
def drawings(world: World) -> SimpleNamespace:
    """In force: G1 | G2, split at 1000 m. Ahead: the same split at 1200 m, and G3 cut off G2's east."""
    world.division(COUNTY, box(0, 0, 3000, 1000), name="示例区")
    world.division(TOWN, box(0, 0, 3000, 1000), name="示例街道")
    old = world.version("v1")
    west = world.grid(old, "G1", box(0, 0, 1000, 1000), name="西网格")
    east = world.grid(old, "G2", box(1000, 0, 3000, 1000), name="东网格")
    new = world.version("v2", status="draft", effective_from=None)
    world.grid(new, "G1", box(0, 0, 1200, 1000), name="西网格")
    world.grid(new, "G2", box(1200, 0, 2000, 1000), name="中网格")
    far = world.grid(new, "G3", box(2000, 0, 3000, 1000), name="东网格")
    return SimpleNamespace(old=old, new=new, west=west, east=east, far=far)


def approve(world: World, version: BoundaryVersion) -> None:
    assert not [finding for finding in check_version(world.session, version.id) if finding.is_blocking]
    approve_version(world.session, version.id, by="approver")


def test_faultless_draft_is_checked_approved_and_put_in_force(
    world: World, drawings: SimpleNamespace
) -> None:
    approve(world, drawings.new)
    day = today(world.session)
    activate_version(world.session, drawings.new.id, effective_from=day, by="approver")
    world.session.expire_all()
    assert (drawings.new.status, drawings.new.effective_from) == ("effective", day)
    assert (drawings.old.status, drawings.old.effective_to) == ("archived", day)
    actions = world.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["boundary_approved", "boundary_activated"]


def test_blocking_findings_make_a_draft_invalid_and_stop_it(world: World, drawings: SimpleNamespace) -> None:
    world.grid(drawings.new, "G4", box(2500, 400, 2600, 500))
    findings = check_version(world.session, drawings.new.id)
    assert [(finding.code, finding.grid_codes) for finding in findings] == [("grids_overlap", ("G3", "G4"))]
    assert findings[0].area_m2 == pytest.approx(10_000, rel=0.001)
    assert drawings.new.status == "invalid"
    assert drawings.new.findings is not None
    assert drawings.new.findings[0]["geometry"]["type"] == "MultiPolygon"
    with pytest.raises(Conflict, match="boundary_not_checked"):
        approve_version(world.session, drawings.new.id, by="approver")


def test_fault_that_came_after_the_check_stops_approval_and_activation(
    world: World, drawings: SimpleNamespace
) -> None:
    check_version(world.session, drawings.new.id)
    late = world.grid(drawings.new, "G4", box(2500, 400, 2600, 500))
    with pytest.raises(BoundaryBlocked, match="grids_overlap"):
        approve_version(world.session, drawings.new.id, by="approver")
    world.session.execute(sa.text("DELETE FROM grid_boundaries WHERE grid_id = :id"), {"id": late.id})
    approve_version(world.session, drawings.new.id, by="approver")
    world.grid(drawings.new, "G4", box(2500, 400, 2600, 500))
    with pytest.raises(BoundaryBlocked):
        activate_version(world.session, drawings.new.id, effective_from=today(world.session), by="approver")


def test_row_refused_at_import_blocks_until_a_newer_file_has_none(
    world: World, drawings: SimpleNamespace
) -> None:
    def batch(refused: int) -> ImportBatch:
        return world.add(
            ImportBatch(
                kind="grids",
                file_name="grids.geojson",
                sha256="0",
                datum="cgcs2000",
                imported_by="drawer",
                boundary_version_id=drawings.new.id,
                rows=3 + refused,
                inserted=3,
                refused=refused,
            )
        )

    first = batch(1)
    world.add(
        Rejection(
            batch_id=first.id,
            severity="refused",
            row_number=4,
            column_name="geometry",
            code="geometry_invalid",
            value="G4",
        )
    )
    (finding,) = check_version(world.session, drawings.new.id)
    assert (finding.code, finding.params["row"]) == ("grid_row_refused", 4)
    assert drawings.new.status == "invalid"
    batch(0)
    assert check_version(world.session, drawings.new.id) == []
    assert drawings.new.status == "checked"


def test_maker_cannot_approve(world: World, drawings: SimpleNamespace) -> None:
    check_version(world.session, drawings.new.id)
    with pytest.raises(Conflict, match="boundary_second_person"):
        approve_version(world.session, drawings.new.id, by=drawings.new.created_by)


def test_unapproved_or_unknown_version_is_not_put_in_force(world: World, drawings: SimpleNamespace) -> None:
    with pytest.raises(Conflict, match="boundary_not_approved"):
        activate_version(world.session, drawings.new.id, effective_from=date(2026, 12, 1), by="x")
    with pytest.raises(NotFound):
        check_version(world.session, 987654321)


def test_vanished_grid_is_named(world: World, drawings: SimpleNamespace) -> None:
    world.session.execute(
        sa.text("DELETE FROM grid_boundaries WHERE version_id = :v AND grid_id = :g"),
        {"v": drawings.new.id, "g": drawings.east.id},
    )
    world.grid(drawings.new, "N2", box(1200, 0, 2000, 1000))
    (finding,) = check_version(world.session, drawings.new.id)
    assert (finding.code, finding.severity, finding.grid_codes) == ("grid_vanished", "warning", ("G2",))
    assert drawings.new.status == "checked"


def test_moves_are_told_before_and_nothing_is_moved(world: World, drawings: SimpleNamespace) -> None:
    for x in (500, 1100, 1110, 1500, 2500):
        world.enterprise(x, 500)
    assign_enterprises(world.session)
    before = world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all()
    moves = list_moves(world.session, drawings.new.id)
    assert [(move.from_code, move.to_code, move.enterprises) for move in moves] == [
        ("G2", "G1", 2),
        ("G2", "G3", 1),
    ]
    assert (moves[0].from_name, moves[0].to_name) == ("东网格", "西网格")
    assert world.session.execute(sa.select(Assignment.__table__).order_by(Assignment.id)).all() == before
    world.session.expire_all()
    assert (drawings.old.status, drawings.new.status) == ("effective", "draft")


def test_moves_told_are_the_moves_made(world: World, drawings: SimpleNamespace) -> None:
    places = [world.enterprise(x, 500) for x in range(50, 3000, 100)]
    assign_enterprises(world.session)
    owners = {place.id: world.owner(place).grid_id for place in places}
    told = list_moves(world.session, drawings.new.id)
    approve(world, drawings.new)
    activate_version(world.session, drawings.new.id, effective_from=today(world.session), by="approver")
    moved = [place for place in places if world.owner(place).grid_id != owners[place.id]]
    assert sum(move.enterprises for move in told) == len(moved) == 12


def test_activation_touches_only_what_changed_and_equals_a_full_run(
    world: World, drawings: SimpleNamespace
) -> None:
    for x in range(25, 3000, 50):
        world.enterprise(x, 500, location_accuracy_m=x % 120)
    world.enterprise(5000, 500)
    world.enterprise(operating_code="410103001001")
    kept = world.enterprise(1500, 100)
    assign_enterprises(world.session)
    decide(world.session, kept.id, grid_code="G1", by="甲", reason="协议")
    approve(world, drawings.new)
    summary = activate_version(
        world.session, drawings.new.id, effective_from=today(world.session), by="approver"
    )
    # The changed ground is 1000-1200 m and 2000-3000 m, and what lies within its accuracy of it.
    assert 0 < summary.opened < summary.enterprises < 40
    again = assign_enterprises(world.session)
    assert (again.opened, again.closed) == (0, 0)
    assert world.owner(kept).method == "manual"


def test_manual_owner_that_vanishes_gives_way_to_the_rules(world: World, drawings: SimpleNamespace) -> None:
    place = world.enterprise(500, 500)
    assign_enterprises(world.session)
    decide(world.session, place.id, grid_code="G2", by="甲", reason="协议")
    world.session.execute(
        sa.text("DELETE FROM grid_boundaries WHERE version_id = :v AND grid_id = :g"),
        {"v": drawings.new.id, "g": drawings.east.id},
    )
    world.grid(drawings.new, "N2", box(1200, 0, 2000, 1000))
    approve(world, drawings.new)
    activate_version(world.session, drawings.new.id, effective_from=today(world.session), by="approver")
    assert (world.owner(place).method, world.owner(place).grid_id) == ("covered", drawings.west.id)


def test_first_version_of_a_county_takes_over_from_its_unions(world: World) -> None:
    world.division(COUNTY, box(0, 0, 3000, 1000))
    places = [world.enterprise(500, 500), world.enterprise(2900, 500), world.enterprise(9000, 500)]
    places.append(world.enterprise(operating_code="410103001001"))
    assign_enterprises(world.session)
    first = world.version("v1", status="draft", effective_from=None)
    world.grid(first, "G1", box(0, 0, 3000, 1000), community_codes=["410103001001"])
    approve(world, first)
    # The county never had boundaries in force, so a day gone by harms nobody.
    activate_version(world.session, first.id, effective_from=date(2026, 1, 1), by="approver")
    assert [world.owner(place).method for place in places] == [
        "covered",
        "covered",
        "out_of_county",
        "community_code",
    ]
    assert assign_enterprises(world.session).opened == 0


class TestDates:
    def test_past_day_needs_a_reason(self, world: World, drawings: SimpleNamespace) -> None:
        approve(world, drawings.new)
        day = today(world.session) - timedelta(days=3)
        with pytest.raises(Conflict, match="boundary_date_past"):
            activate_version(world.session, drawings.new.id, effective_from=day, by="admin")
        activate_version(world.session, drawings.new.id, effective_from=day, by="admin", reason="文件晚到")
        entry = world.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert entry.after is not None
        assert entry.after["reason"] == "文件晚到"

    def test_day_not_after_the_current_version_is_refused(
        self, world: World, drawings: SimpleNamespace
    ) -> None:
        approve(world, drawings.new)
        with pytest.raises(Conflict, match="boundary_date_before_current"):
            activate_version(
                world.session, drawings.new.id, effective_from=date(2026, 1, 1), by="admin", reason="x"
            )

    def test_day_to_come_is_prepared_and_applied_when_due(
        self, world: World, drawings: SimpleNamespace
    ) -> None:
        place = world.enterprise(1100, 500)
        assign_enterprises(world.session)
        approve(world, drawings.new)
        day = today(world.session) + timedelta(days=1)
        summary = activate_version(world.session, drawings.new.id, effective_from=day, by="approver")
        assert (summary.enterprises, drawings.new.status) == (0, "approved")
        assert activate_due(world.session, by="clock") == []
        assert world.owner(place).grid_id == drawings.east.id
        # The day comes.
        drawings.new.effective_from = today(world.session)
        world.session.flush()
        assert [version.label for version in activate_due(world.session, by="clock")] == ["v2"]
        assert world.owner(place).grid_id == drawings.west.id

    def test_responsibility_on_a_past_day_reads_the_boundaries_in_force_then(
        self, world: World, drawings: SimpleNamespace
    ) -> None:
        world.enterprise(1100, 500, name="示例公司")
        approve(world, drawings.new)
        activate_version(
            world.session,
            drawings.new.id,
            effective_from=date(2026, 7, 1),
            by="admin",
            reason="补登",
        )
        (then,) = which_grid(world.session, name="示例公司", on=date(2026, 3, 31))
        (later,) = which_grid(world.session, name="示例公司", on=date(2026, 7, 1))
        assert (then.grid_code, then.version_label) == ("G2", "v1")
        assert (later.grid_code, later.version_label) == ("G1", "v2")

    def test_due_version_with_a_fault_is_left_out(self, world: World, drawings: SimpleNamespace) -> None:
        approve(world, drawings.new)
        activate_version(
            world.session, drawings.new.id, effective_from=today(world.session) + timedelta(days=1), by="b"
        )
        drawings.new.effective_from = today(world.session)
        world.grid(drawings.new, "G4", box(2500, 400, 2600, 500))
        assert activate_due(world.session, by="clock") == []


def test_versions_are_listed_with_their_findings(world: World, drawings: SimpleNamespace) -> None:
    world.grid(drawings.new, "G4", box(2500, 400, 2600, 500))
    check_version(world.session, drawings.new.id)
    ahead, current = list_versions(world.session, county_code=COUNTY)
    assert (ahead.label, ahead.grids, ahead.blocking) == ("v2", 4, 1)
    assert (current.label, current.status) == ("v1", "effective")
