"""Deciding what waits: who is responsible, what a line proposes; and giving or freeing many cases at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.assignment.lookup import explain
from geodata.assignment.reviews import decide_review
from geodata.errors import NotFound
from geodata.founding import bulk, cover_proposals
from geodata.founding.acts import Actor
from geodata.founding.bulk import RowResult
from geodata.queries import reviews
from geodata.queries.assignments import list_owners
from geodata.queries.grid_people import GridPeople, list_people
from geodata.queries.overview_figures import RowKey
from geodata.queries.people import local_today
from geodata.queries.reviews import OWNER_KINDS, ReviewRow
from geodata.rules.assignment import local_date
from geodata.vocab import GAP_TOLERANCE_M
from webmap import auth, errors, requests
from webmap.api import parameters, responsibility
from webmap.api import reviews_schemas as schemas
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("reviews_api", __name__, url_prefix="/api/v1", tag="reviews")

CHOICES = 3
"""Owners offered: who has it, the other side, and what else lies within the accuracy."""

_ENTERPRISE = f"/enterprises/<{parameters.ID}:enterprise_id>"


def actor(permission: Permission) -> Actor:
    """Who is asking, with the rows that a permission opens to them."""
    asker = auth.me()
    return Actor(asker.user_id, asker.login, asker.scope(permission))


@bp.get("/reviews")
@requires(Permission.REVIEWS_DECIDE)
@bp.input(schemas.ReviewsQuery, location="query", arg_name="query")
@bp.output(schemas.ReviewPage)
def list_waiting_reviews(query: schemas.ReviewsQuery) -> Response:
    """Everything that waits for a decision of mine, longest first."""
    session, me = requests.session(), actor(Permission.REVIEWS_DECIDE)
    asked: dict[str, Any] = {"user_id": me.user_id, "today": local_today(session)}
    counts = reviews.count_reviews(session, me.scope, **asked)
    rows = reviews.list_reviews(
        session, me.scope, **asked, kind=query.kind, page=query.page, limit=query.limit
    )
    total = counts[query.kind] if query.kind else sum(counts.values())
    return private(
        {
            "counts": counts,
            "total": total,
            "page": query.page,
            "limit": query.limit,
            "reviews": [_review(row) for row in rows],
        }
    )


@bp.get(f"{_ENTERPRISE}/owner-choices")
@requires(Permission.REVIEWS_DECIDE)
@bp.input(schemas.ChoicesQuery, location="query", arg_name="query")
@bp.output(schemas.OwnerChoices)
def get_owner_choices(enterprise_id: int, query: schemas.ChoicesQuery) -> Response:
    """Who may be named responsible, with the people there, and what the map draws."""
    return private(read_choices(requests.session(), enterprise_id, also=query.also))


@bp.post(f"{_ENTERPRISE}/owner")
@requires(Permission.REVIEWS_DECIDE)
@bp.input(schemas.OwnerDecision, location="json", arg_name="wanted")
@bp.output(schemas.OwnerAnswer)
def decide_owner(enterprise_id: int, wanted: schemas.OwnerDecision) -> Response:
    """Name who is responsible. `If-Match` is the `based_on` one saw; decided meanwhile is 409 with who."""
    me, based_on = actor(Permission.REVIEWS_DECIDE), expected_version()

    def work(session: Session) -> Done:
        row = decide_review(
            session,
            enterprise_id,
            owner=wanted.owner,
            reason=wanted.reason,
            based_on=based_on,
            scope=me.scope,
            by=me.by,
        )
        told = responsibility.to_json(explain(list_owners(session, [enterprise_id])[0]))
        return Done(
            {
                "enterprise_id": enterprise_id,
                "based_on": row.id,
                "owner": wanted.owner,
                "reason_zh": told["reason_zh"],
                "reason_en": told["reason_en"],
            }
        )

    return write(work)


@bp.post(f"{_ENTERPRISE}/cover-proposals")
@requires(Permission.CASES_PROPOSE)
@bp.input(schemas.CoverWanted, location="json", arg_name="wanted")
@bp.output(schemas.ProposalAnswer, status_code=201)
def propose_cover(enterprise_id: int, wanted: schemas.CoverWanted) -> Response:
    """Say that a union of the line covers an enterprise; the grid stays responsible, a cadre confirms."""
    me = actor(Permission.CASES_PROPOSE)

    def work(session: Session) -> Done:
        found = cover_proposals.propose_cover(
            session, enterprise_id, union_name=wanted.union_name, why=wanted.note, actor=me
        )
        return Done(_proposal(found), 201)

    return write(work, creates=True)


@bp.post(f"/cover-proposals/<{parameters.ID}:proposal_id>/decide")
@requires(Permission.CASES_VERIFY)
@bp.input(schemas.CoverDecision, location="json", arg_name="wanted")
@bp.output(schemas.ProposalAnswer)
def decide_cover(proposal_id: int, wanted: schemas.CoverDecision) -> Response:
    """Confirm or decline what somebody else proposed."""
    me, version = actor(Permission.CASES_VERIFY), expected_version()

    def work(session: Session) -> Done:
        found = cover_proposals.decide_cover(
            session, proposal_id, version=version, is_confirmed=wanted.confirmed, why=wanted.note, actor=me
        )
        return Done(_proposal(found))

    return write(work)


@bp.post("/cases/assign-many")
@requires(Permission.CASES_DIRECT)
@bp.input(schemas.ManyAssigned, location="json", arg_name="wanted")
@bp.output(schemas.ManyAnswer)
def assign_many(wanted: schemas.ManyAssigned) -> Response:
    """Give enterprises to one person; each row tells what became of it, a foreign one like a missing one."""
    me = actor(Permission.CASES_DIRECT)
    return _many(
        lambda session: bulk.assign_many(
            session, wanted.enterprise_ids, user_id=wanted.user_id, note=wanted.note, actor=me
        )
    )


@bp.post("/cases/free-many")
@requires(Permission.CASES_DIRECT)
@bp.input(schemas.ManyFreed, location="json", arg_name="wanted")
@bp.output(schemas.ManyAnswer)
def free_many(wanted: schemas.ManyFreed) -> Response:
    """Take enterprises from who holds them; each row tells what became of it."""
    me = actor(Permission.CASES_DIRECT)
    return _many(lambda session: bulk.free_many(session, wanted.enterprise_ids, note=wanted.note, actor=me))


def private(body: Any) -> Response:
    """An answer that no cache keeps."""
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _many(act: Callable[[Session], Sequence[RowResult]]) -> Response:
    def work(session: Session) -> Done:
        rows = [_row(one) for one in act(session)]
        done = sum(row["ok"] for row in rows)
        return Done({"done": done, "failed": len(rows) - done, "results": rows})

    return write(work, creates=True)


def _row(one: RowResult) -> dict[str, Any]:
    return {
        "enterprise_id": one.enterprise_id,
        "ok": one.error is None,
        "holder": one.case.holder_name if one.case else None,
        "code": one.error.code if one.error else None,
        "sentence": errors.sentence_of(one.error) if one.error else None,
    }


def _proposal(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in schemas.ProposalAnswer.model_fields}


def _review(row: ReviewRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in schemas.Review.model_fields}
    return told | {
        "since": row.since.isoformat(),
        "decide_by": row.decide_by.isoformat() if row.decide_by else None,
    }


def read_choices(session: Session, enterprise_id: int, *, also: int | None = None) -> dict[str, Any]:
    """The answer of ``get_owner_choices``.

    Raises:
        NotFound: ``enterprise_not_found``, also for one of somebody else.
    """
    now = reviews.find_owner_now(session, enterprise_id, auth.scope(Permission.REVIEWS_DECIDE))
    if now is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    row = list_owners(session, [enterprise_id])[0]
    told = responsibility.to_json(explain(row))
    named = [grid for grid in (row.grid_id, row.other_grid_id, also) if grid is not None]
    around = reviews.read_surroundings(session, enterprise_id, named, county_code=now.county_code)
    people = list_people(session, [grid.id for grid in around.grids])
    near = max(GAP_TOLERANCE_M, around.accuracy_m or 0)
    offered = [grid for grid in around.grids if grid.id in named or (grid.distance_m or 0) <= near]
    choices = [
        _choice(f"grid:{grid.id}", grid.code, grid.name, now, people[grid.id], grid.distance_m)
        for grid in (offered if len(offered) > 1 else around.grids)
    ]
    if row.fallback_code:
        key = f"union:{row.fallback_code}"
        choices.insert(0, _choice(key, row.fallback_code, row.fallback_name or "", now, None, None))
    return {
        "enterprise_id": enterprise_id,
        "based_on": now.assignment_id,
        "status": now.status,
        "waits": now.status in OWNER_KINDS,
        "days": max(0, (local_today(session) - local_date(now.decided_at)).days),
        "reason_zh": told["reason_zh"],
        "reason_en": told["reason_en"],
        "point": None if around.lon is None else [around.lon, around.lat],
        "accuracy_m": around.accuracy_m,
        "choices": choices[:CHOICES],
        "outlines": {
            "type": "FeatureCollection",
            "features": [_outline(grid, named) for grid in around.grids if grid.outline],
        },
    }


def _choice(
    key: str,
    code: str,
    name: str,
    now: reviews.OwnerNow,
    people: GridPeople | None,
    distance_m: float | None,
) -> dict[str, Any]:
    liaison = people.liaison if people else None
    acting = people.acting if people and liaison is None else None
    return {
        "owner": key,
        "code": code,
        "name": name,
        "is_now": key == RowKey.of(now.grid_id, now.fallback_code).text,
        "distance_m": distance_m,
        "liaison": vars(liaison) if liaison else None,
        "acting": vars(acting) if acting else None,
    }


def _outline(grid: reviews.NearGrid, named: list[int]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": grid.id,
        "properties": {
            "owner": f"grid:{grid.id}",
            "code": grid.code,
            "name": grid.name,
            "kind": grid.kind,
            "is_named": grid.id in named,
        },
        "geometry": json.loads(grid.outline or "null"),
    }
