"""Disputes: seen by both sides, settled by the other or a cadre, moving the case along, escalating."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from geodata.errors import Conflict, InvalidInput, NotFound, Stale
from geodata.founding import claims, disputes, reads, sweeps
from geodata.models import AuditEntry, Post
from geodata.queries import calendar
from geodata.queries.people import local_today
from geodata.vocab import DisputeKind


@pytest.fixture
def dispute(office):
    return disputes.open_dispute(
        office.session,
        office.shop.id,
        kind=DisputeKind.NOT_IN_MY_GRID,
        proposed_grid_id=office.east.id,
        why="门开在东边",
        actor=office.liaison,
    )


def owner(office):
    return office.world.owner(office.shop).grid_id


def test_open_dispute_leaves_the_enterprise_where_it_is(office, dispute):
    assert owner(office) == office.west.id
    due = calendar.read_calendar(office.session).add_workdays(local_today(office.session), 5)
    assert (dispute.state, dispute.decide_by, dispute.opened_by) == ("open", due, "穆棠")
    for actor in (office.liaison, office.neighbour, office.planner):
        _, seen = reads.list_disputes(office.session, scope=actor.scope, user_id=actor.user_id)
        assert [one.id for one in seen] == [dispute.id]


def test_a_second_dispute_about_it_is_refused(office, dispute):
    with pytest.raises(Conflict, match="dispute_open"):
        disputes.open_dispute(
            office.session,
            office.shop.id,
            kind=DisputeKind.MOVED,
            proposed_grid_id=None,
            why="搬走了",
            actor=office.liaison,
        )


@pytest.mark.parametrize(
    ("grid", "error", "code"),
    [("west", InvalidInput, "dispute_same_grid"), (None, NotFound, "grid_not_in_force")],
)
def test_open_dispute_with_a_grid_that_makes_no_sense_is_refused(office, grid, error, code):
    proposed = getattr(office, grid).id if grid else 10**9
    with pytest.raises(error, match=code):
        disputes.open_dispute(
            office.session,
            office.shop.id,
            kind=DisputeKind.NOT_IN_MY_GRID,
            proposed_grid_id=proposed,
            why="x",
            actor=office.liaison,
        )


def test_accept_moves_enterprise_and_case_with_one_entry(office, dispute):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    before = office.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    settled = disputes.accept(office.session, dispute.id, version=1, why=None, actor=office.neighbour)
    assert (settled.state, settled.decided_grid_id, settled.closed_by) == (
        "accepted",
        office.east.id,
        "岑远",
    )
    assert owner(office) == office.east.id
    work = reads.get_work(
        office.session, office.shop.id, scope=office.neighbour.scope, user_id=office.neighbour.user_id
    )
    assert (work.case.holder_name, work.case.grid_code) == ("岑远", "G2")
    assert office.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before + 1
    with pytest.raises(NotFound):
        reads.get_work(
            office.session, office.shop.id, scope=office.liaison.scope, user_id=office.liaison.user_id
        )


def test_accept_by_who_is_not_asked_is_refused(office, dispute):
    with pytest.raises(Conflict, match="dispute_not_yours"):
        disputes.accept(office.session, dispute.id, version=1, why=None, actor=office.liaison)
    with pytest.raises(Stale):
        disputes.accept(office.session, dispute.id, version=7, why=None, actor=office.neighbour)


def test_decide_to_a_grid_without_liaison_leaves_the_case_to_be_claimed(office, dispute):
    claims.claim(office.session, office.shop.id, actor=office.liaison)
    office.session.execute(sa.delete(Post).where(Post.grid_id == office.east.id))
    disputes.decide(
        office.session, dispute.id, version=1, grid_id=office.east.id, why="看过现场", actor=office.cadre
    )
    work = reads.get_work(
        office.session, office.shop.id, scope=office.cadre.scope, user_id=office.cadre.user_id
    )
    assert (work.case.holder_id, work.case.unheld_why) == (None, "moved")


@pytest.mark.parametrize("grid", [None, "west"])
def test_decide_that_it_stays_closes_the_dispute_only(office, dispute, grid):
    grid_id = getattr(office, grid).id if grid else None
    settled = disputes.decide(
        office.session, dispute.id, version=1, grid_id=grid_id, why="门牌在西边", actor=office.cadre
    )
    assert (settled.state, settled.decided_grid_id) == ("decided", office.west.id)
    assert (owner(office), office.world.owner(office.shop).method) == (office.west.id, "covered")
    with pytest.raises(Conflict, match="dispute_closed"):
        disputes.withdraw(office.session, dispute.id, version=2, actor=office.liaison)


def test_withdraw_is_for_who_opened_it(office, dispute):
    with pytest.raises(Conflict, match="dispute_not_yours"):
        disputes.withdraw(office.session, dispute.id, version=1, actor=office.cadre)
    settled = disputes.withdraw(office.session, dispute.id, version=1, actor=office.liaison)
    assert settled.state == "withdrawn"


def test_undecided_dispute_escalates_once(office, dispute):
    assert sweeps.sweep(office.session).escalated == 0
    office.session.execute(
        sa.text("UPDATE disputes SET decide_by = :day"),
        {"day": local_today(office.session) - timedelta(1)},
    )
    assert sweeps.sweep(office.session).escalated == 1
    assert sweeps.sweep(office.session).escalated == 0
    waiting = reads.list_waiting(office.session, scope=office.planner.scope, user_id=office.planner.user_id)
    assert waiting.disputes[0].escalated_at is not None
