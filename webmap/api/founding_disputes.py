"""Disputes about the grid of an enterprise: opened, accepted, withdrawn, decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apiflask import APIBlueprint
from flask import Response

from geodata.founding import disputes, reads
from webmap import requests
from webmap.api import founding_bodies as bodies
from webmap.api import founding_json as shown
from webmap.api import founding_schemas as schemas
from webmap.api import parameters
from webmap.api.founding import actor, private
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from geodata.founding.acts import Actor
    from geodata.queries.disputes import DisputeRow


bp = APIBlueprint("founding_disputes", __name__, url_prefix="/api/v1", tag="founding")

_ENTERPRISE = f"/enterprises/<{parameters.ID}:enterprise_id>"
_DISPUTE = f"/disputes/<{parameters.ID}:dispute_id>"


@bp.get("/disputes")
@requires(Permission.CASES_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Disputes)
def list_disputes(query: parameters.Query) -> Response:
    """Open disputes of either side."""
    me = actor(Permission.CASES_READ)
    context, found = reads.list_disputes(requests.session(), scope=me.scope, user_id=me.user_id)
    return private({"disputes": [shown.dispute_json(one, context, me.scope) for one in found]})


@bp.post(f"{_ENTERPRISE}/disputes")
@requires(Permission.CASES_WORK)
@bp.input(bodies.DisputeWanted, location="json", arg_name="wanted")
@bp.output(schemas.DisputeAnswer, status_code=201)
def open_dispute(enterprise_id: int, wanted: bodies.DisputeWanted) -> Response:
    """不在我这里: it stays mine until another accepts or a cadre decides."""
    me = actor(Permission.CASES_WORK)

    def work(session: Session) -> Done:
        found = disputes.open_dispute(
            session,
            enterprise_id,
            kind=wanted.kind,
            proposed_grid_id=wanted.proposed_grid_id,
            why=wanted.note,
            actor=me,
        )
        return _dispute_done(session, me, found, status=201)

    return write(work, creates=True)


@bp.post(f"{_DISPUTE}/accept")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Remark, location="json", arg_name="remark")
@bp.output(schemas.DisputeAnswer)
def accept_dispute(dispute_id: int, remark: bodies.Remark) -> Response:
    """Take an enterprise that another says is mine."""
    return _change_dispute(
        Permission.CASES_WORK,
        lambda session, version, me: disputes.accept(
            session, dispute_id, version=version, why=remark.note, actor=me
        ),
    )


@bp.post(f"{_DISPUTE}/withdraw")
@requires(Permission.CASES_WORK)
@bp.input(bodies.Nothing, location="json", arg_name="nothing")
@bp.output(schemas.DisputeAnswer)
def withdraw_dispute(dispute_id: int, nothing: bodies.Nothing) -> Response:
    """Take one's own dispute back."""
    return _change_dispute(
        Permission.CASES_WORK,
        lambda session, version, me: disputes.withdraw(session, dispute_id, version=version, actor=me),
    )


@bp.post(f"{_DISPUTE}/decide")
@requires(Permission.REVIEWS_DECIDE)
@bp.input(bodies.DisputeDecision, location="json", arg_name="decision")
@bp.output(schemas.DisputeAnswer)
def decide_dispute(dispute_id: int, decision: bodies.DisputeDecision) -> Response:
    """Decide a dispute: to a grid, or it stays."""
    return _change_dispute(
        Permission.REVIEWS_DECIDE,
        lambda session, version, me: disputes.decide(
            session, dispute_id, version=version, grid_id=decision.grid_id, why=decision.note, actor=me
        ),
    )


def _change_dispute(permission: Permission, act: Callable[[Session, int, Actor], DisputeRow]) -> Response:
    me, version = actor(permission), expected_version()
    return write(lambda session: _dispute_done(session, me, act(session, version, me)))


def _dispute_done(session: Session, me: Actor, dispute: DisputeRow, *, status: int = 200) -> Done:
    context = reads.read_context(session, user_id=me.user_id, scope=me.scope)
    return Done({"dispute": shown.dispute_json(dispute, context, me.scope)}, status)
