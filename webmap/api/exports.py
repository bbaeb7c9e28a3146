"""Lists out: asked for as a job, fetched by its asker alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from geodata.errors import Forbidden
from geodata.jobs import service
from geodata.vocab import JobKind
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.job_answers import JobAnswer, answer_job
from webmap.api.jobs import require_county
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from flask import Response
    from sqlalchemy.orm import Session

    from geodata.queries.scopes import Scope

bp = APIBlueprint("exports", __name__, url_prefix="/api/v1", tag="exports")


class ExportWanted(BaseModel):
    """Which list, as what."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["stations", "enterprises", "grids", "assignments", "demand"]
    format: Literal["xlsx", "csv", "geojson", "gpkg"] = "xlsx"
    county: parameters.County | None = Field(None, description="Only this county; all of mine unless given.")
    contacts: bool = Field(False, description="Enterprises of my own grids with their contact; logged.")


@bp.post("/exports")
@requires(Permission.EXPORTS_RUN)
@bp.input(ExportWanted, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def ask_export(wanted: ExportWanted) -> Response:
    """Write a list of what I may see to a file. With contacts only those whom I must call, and logged."""
    needed = Permission.EXPORTS_RUN
    if wanted.contacts:
        needed = Permission.CONTACTS_EXPORT
        if not auth.may(needed) or wanted.kind != "enterprises":
            raise Forbidden("contacts_not_yours")
    scope = auth.scope(needed)
    if wanted.county is not None and not scope.grid_ids:
        require_county(scope, wanted.county)
    return write(lambda session: _ask(session, wanted, scope), creates=True)


def _ask(session: Session, wanted: ExportWanted, scope: Scope) -> Done:
    asker = auth.me()
    params = {
        "kind": wanted.kind,
        "format": wanted.format,
        "contacts": wanted.contacts,
        "scope": {
            name: value if name == "everything" else sorted(value) for name, value in asdict(scope).items()
        },
    }
    job = service.ask(
        session,
        JobKind.EXPORT,
        params,
        by=asker.login,
        user_id=asker.user_id,
        county_code=wanted.county,
        language=requests.locale(),
    )
    return answer_job(job)
