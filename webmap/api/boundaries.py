"""Boundary versions: what is wrong with one, what it would move, approval by a second person, its day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.boundaries.service import approve_version
from geodata.errors import NotFound
from geodata.jobs import service
from geodata.queries import boundary_pages
from geodata.vocab import JobKind
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.answers import GEO_JSON, json_text
from webmap.api.job_answers import JobAnswer, answer_job
from webmap.api.jobs import Nothing
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from geodata.queries.boundary_pages import VersionPage

bp = APIBlueprint("boundaries", __name__, url_prefix="/api/v1/boundaries", tag="boundaries")

_ID = f"<{parameters.ID}:version_id>"
_TEXT = Annotated[str, Field(min_length=1, max_length=300, pattern=parameters.TEXT_PATTERN)]


class Activation(BaseModel):
    """From which day; a day gone by needs a reason."""

    model_config = ConfigDict(extra="forbid")

    effective_from: date
    reason: _TEXT | None = None


class Approved(BaseModel):
    """The version as it stands now."""

    id: int
    status: str
    approved_by: str | None


class Drawing(BaseModel):
    """The grids of a version and what is wrong with them, as GeoJSON."""

    type: str
    features: list[dict[str, Any]]


@bp.get(f"/{_ID}/drawing")
@requires(Permission.BOUNDARIES_READ)
@bp.output(Drawing)
def get_drawing(version_id: int) -> Response:
    """Grids and findings of a version for a map; a draft is seen by those who plan and approve."""
    session = requests.session()
    version = _get(session, version_id, Permission.BOUNDARIES_READ)
    features = boundary_pages.list_drawing(session, version_id)
    features += [
        {
            "type": "Feature",
            "properties": {"what": "finding", "number": number, "severity": finding["severity"]},
            "geometry": finding["geometry"],
        }
        for number, finding in enumerate(version.findings, start=1)
        if "geometry" in finding
    ]
    response = Response(json_text({"type": "FeatureCollection", "features": features}), content_type=GEO_JSON)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post(f"/{_ID}/check")
@requires(Permission.BOUNDARIES_WRITE)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def check(version_id: int, wanted: Nothing) -> Response:
    """Look for everything wrong, and what the version would move; nobody is affected."""
    return write(
        lambda session: _ask(session, version_id, JobKind.BOUNDARY_CHECK, Permission.BOUNDARIES_WRITE, {}),
        creates=True,
    )


@bp.post(f"/{_ID}/approve")
@requires(Permission.BOUNDARIES_APPROVE)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(Approved)
def approve(version_id: int, wanted: Nothing) -> Response:
    """Take responsibility for a checked version; whoever put something into it cannot."""
    by = auth.me().login

    def work(session: Session) -> Done:
        _get(session, version_id, Permission.BOUNDARIES_APPROVE)
        approve_version(session, version_id, by=by)
        version = _get(session, version_id, Permission.BOUNDARIES_APPROVE)
        return Done({"id": version.id, "status": version.status, "approved_by": version.approved_by})

    return write(work)


@bp.post(f"/{_ID}/activate")
@requires(Permission.BOUNDARIES_WRITE)
@bp.input(Activation, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def activate(version_id: int, wanted: Activation) -> Response:
    """Put an approved version in force from a day; enterprises it touches get their owner anew."""
    params = {"effective_from": wanted.effective_from.isoformat(), "reason": wanted.reason}
    return write(
        lambda session: _ask(
            session, version_id, JobKind.BOUNDARY_ACTIVATE, Permission.BOUNDARIES_WRITE, params
        ),
        creates=True,
    )


def _get(session: Session, version_id: int, permission: Permission) -> VersionPage:
    version = boundary_pages.find_version(session, version_id)
    if version is None or not auth.scope(permission).has_county(version.county_code):
        raise NotFound("boundary_version_not_found", id=version_id)
    return version


def _ask(
    session: Session, version_id: int, kind: JobKind, permission: Permission, params: dict[str, Any]
) -> Done:
    asker = auth.me()
    version = _get(session, version_id, permission)
    job = service.ask(
        session,
        kind,
        {"version_id": version_id, "label": version.label, **params},
        by=asker.login,
        user_id=asker.user_id,
        county_code=version.county_code,
        subject=f"boundary_version:{version_id}",
        language=requests.locale(),
    )
    return answer_job(job)
