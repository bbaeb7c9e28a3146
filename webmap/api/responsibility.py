"""Who is responsible for which enterprise, and why, in both languages."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.assignment.lookup import Responsibility, explain, list_history, which_grid
from geodata.queries import details
from geodata.queries.assignment_pages import list_assignments
from geodata.queries.assignments import summarize_assignments
from webmap import auth
from webmap.api import parameters, responsibility_schemas, schemas
from webmap.api.answers import GEO_JSON, answer, json_text
from webmap.i18n import LOCALES, translate
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


bp = APIBlueprint("responsibility", __name__, url_prefix="/api/v1", tag="responsibility")

_SUBJECTS = frozenset({"assignments", "enterprises", "grids", "divisions"})


@bp.get("/assignments")
@requires(Permission.ENTERPRISES_READ)
@bp.input(parameters.AssignmentsQuery, location="query", arg_name="query")
@bp.output(responsibility_schemas.AssignmentPage)
def list_responsibilities(query: parameters.AssignmentsQuery) -> Response:
    """Who is responsible today, by enterprise id."""

    def read(session: Session) -> str:
        scope = auth.scope(Permission.ENTERPRISES_READ)
        rows, next_after = list_assignments(session, scope=scope, **query.without())
        found = [to_json(explain(row)) for row in rows]
        return json_text(
            {"numberReturned": len(found), "limit": query.limit, "next": next_after, "assignments": found}
        )

    return answer(_SUBJECTS, read)


@bp.get("/assignments/summary")
@requires(Permission.COUNTS_READ)
@bp.input(parameters.SummaryQuery, location="query", arg_name="query")
@bp.output(responsibility_schemas.AssignmentSums)
def get_summary(query: parameters.SummaryQuery) -> Response:
    """The sum check: assigned + fallback + out of county = all."""

    def read(session: Session) -> str:
        counts = summarize_assignments(
            session,
            scope=auth.scope(Permission.COUNTS_READ),
            county_code=query.county,
            grid_id=query.grid,
            organized=query.organized,
            bands=query.band or (),
        )
        return json_text({**asdict(counts), "adds_up": counts.adds_up})

    return answer(_SUBJECTS, read)


@bp.get("/which-grid")
@requires(Permission.OWNERS_LOOK_UP)
@bp.input(parameters.WhichGridQuery, location="query", arg_name="query")
@bp.output(responsibility_schemas.Responsibilities)
def find_grid(query: parameters.WhichGridQuery) -> Response:
    """Which grid is, or was on a day, responsible: by credit code, name, or place."""

    def read(session: Session) -> str:
        found = which_grid(session, scope=auth.scope(Permission.OWNERS_LOOK_UP), **query.without())
        return json_text(
            {"on": query.on and query.on.isoformat(), "results": [to_json(one) for one in found]}
        )

    return answer(_SUBJECTS, read, also=[parameters.today()])


@bp.get(f"/enterprises/<{parameters.ID}:enterprise_id>")
@requires(Permission.ENTERPRISES_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.EnterpriseFeature, content_type=GEO_JSON)
def get_enterprise(enterprise_id: int, query: parameters.Query) -> Response:
    """One enterprise: who is responsible, why, and who was before."""

    def read(session: Session) -> str:
        scope = auth.scope(Permission.ENTERPRISES_READ)
        feature = json.loads(details.get_enterprise(session, enterprise_id, scope=scope))
        history = [to_json(one) for one in list_history(session, enterprise_id)]
        current = next((one for one in history if one["valid_to"] is None), None)
        feature["properties"] |= {"assignment": current, "history": history}
        return json_text(feature)

    return answer(_SUBJECTS, read, media_type=GEO_JSON)


def to_json(one: Responsibility) -> dict[str, Any]:
    """A responsibility with the sentence why, in both languages."""
    return {
        "enterprise": _enterprise(one),
        "grid": _grid(one.grid_id, one.grid_code, one.grid_name, kind=one.grid_kind),
        "other_grid": _grid(one.other_grid_id, one.other_code, one.other_name),
        "fallback": one.fallback_code and {"code": one.fallback_code, "name": one.fallback_name},
        "county": one.county_code,
        "method": one.method,
        "status": one.status,
        **{f"reason_{locale}": reason(one, locale) for locale in LOCALES},
        "boundary_version": one.version_label,
        "valid_from": one.valid_from and one.valid_from.isoformat(),
        "valid_to": one.valid_to and one.valid_to.isoformat(),
        "is_reconstructed": one.is_reconstructed,
    }


def reason(one: Responsibility, locale: str) -> str:
    """Why this grid: the sentence of the method, and what has to be added to it."""
    separator = "" if locale == "zh" else " "
    keys = [one.reason_key, *one.reason_notes]
    return separator.join(translate(locale, key, **one.reason_params) for key in keys)


def _enterprise(one: Responsibility) -> dict[str, Any] | None:
    if one.enterprise_id is None:
        return None
    return {"id": one.enterprise_id, "name": one.enterprise_name, "uscc": one.uscc}


def _grid(grid_id: int | None, code: str | None, name: str | None, *, kind: str | None = None) -> Any:
    if grid_id is None:
        return None
    return {"id": grid_id, "code": code, "name": name} | ({"kind": kind} if kind else {})
