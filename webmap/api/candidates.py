"""Candidate sites: listed, added one by one or as a list, changed, removed. They count in no figure."""

from __future__ import annotations

from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response, request

from geodata.errors import GeodataError, NotFound
from geodata.planning import candidates
from geodata.queries import siting as queries
from webmap import auth, requests
from webmap.api import parameters
from webmap.api import siting_schemas as schemas
from webmap.errors import sentence_of
from webmap.i18n import translate
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from geodata.planning.candidates import RowFault
    from geodata.queries.siting import StoredSite

bp = APIBlueprint("candidates", __name__, url_prefix="/api/v1", tag="siting")

LIST_BYTES = 1024 * 1024
_ID = f"<{parameters.ID}:candidate_id>"


def _roomy(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let the body of a list be larger than that of other writes."""

    @wraps(view)
    def opened(*args: Any, **named: Any) -> Response:
        request.max_content_length = LIST_BYTES
        return view(*args, **named)

    return opened


@bp.get("/candidates")
@requires(Permission.PLANS_READ)
@bp.input(schemas.CandidatesQuery, location="query", arg_name="query")
@bp.output(schemas.Candidates)
def list_candidates(query: schemas.CandidatesQuery) -> Response:
    """Candidates of one of my counties, in order of id."""
    if not auth.scope(Permission.PLANS_READ).has_county(query.county):
        raise NotFound("county_not_found", county=query.county)
    rows = queries.list_sites(requests.session(), query.county, after=query.after or 0, limit=query.limit)
    following = rows[-1].id if len(rows) == query.limit else None
    response = requests.json_response({"candidates": [to_json(row) for row in rows], "next": following})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/candidates")
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.NewCandidate, location="json", arg_name="wanted")
@bp.output(schemas.Candidate, status_code=201)
def add_candidate(wanted: schemas.NewCandidate) -> Response:
    """Keep a place where a station could be."""
    values = wanted.model_dump(mode="json", exclude={"county"})
    return write(
        lambda session: Done(to_json(candidates.add_site(session, wanted.county, values, _editor())), 201),
        creates=True,
    )


@bp.post("/candidates/list")
@_roomy
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.CandidateRows, location="json", arg_name="wanted")
@bp.output(schemas.CandidateRowsAnswer, status_code=201)
def add_candidates(wanted: schemas.CandidateRows) -> Response:
    """Keep the good rows of a list; each other row is told with its number and reason."""

    def work(session: Session) -> Done:
        taken = candidates.add_list(
            session,
            wanted.county,
            wanted.rows,
            wanted.datum,
            _editor(),
            all_or_nothing=wanted.all_or_nothing,
        )
        refused = [_refused(fault) for fault in taken.faults]
        return Done({"added": len(taken.ids), "ids": list(taken.ids), "refused": refused}, 201)

    return write(work, creates=True)


@bp.put(f"/candidates/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.CandidateFacts, location="json", arg_name="wanted")
@bp.output(schemas.Candidate)
def put_candidate(candidate_id: int, wanted: schemas.CandidateFacts) -> Response:
    """Change a candidate. Needs `If-Match` with its version."""
    version, values = expected_version(), wanted.model_dump(mode="json")
    return write(
        lambda session: Done(to_json(candidates.save_site(session, candidate_id, values, version, _editor())))
    )


@bp.delete(f"/candidates/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.output({}, status_code=200)
def delete_candidate(candidate_id: int) -> Response:
    """Remove a candidate; answers given before keep its name and place. Needs `If-Match`."""
    version = expected_version()

    def work(session: Session) -> Done:
        candidates.remove_site(session, candidate_id, version, _editor())
        return Done({})

    return write(work)


def to_json(site: StoredSite) -> dict[str, Any]:
    """A candidate as its doors and pages tell it."""
    told = asdict(site)
    return {"county": told.pop("county_code"), **told}


def _refused(fault: RowFault) -> dict[str, Any]:
    told = {"row": fault.row, "field": fault.field, "code": fault.code}
    params = dict(fault.params)
    if "field" in params:  # people read the header of their table, programs the name
        params["field"] = translate(requests.locale(), f"siting.column.{fault.field}")
    return told | {"detail": sentence_of(GeodataError(fault.code, **params))}


def _editor() -> candidates.Editor:
    return candidates.Editor(auth.me().login, auth.scope(Permission.PLANS_WRITE))
