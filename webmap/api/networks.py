"""Street networks: sent in as a version by a job, put in use, archived, deleted while nobody used them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.errors import InvalidInput, NotFound
from geodata.ingest import networks as workflow
from geodata.ingest.networks import MAX_CREDIT, MAX_LABEL
from geodata.jobs import files, service
from geodata.queries import networks as stored
from geodata.vocab import Datum, JobKind, NetworkSource, NetworkStatus
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.answers import GEO_JSON, json_text
from webmap.api.job_answers import JobAnswer, answer_job
from webmap.api.jobs import Nothing, require_county
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from geodata.models import NetworkVersion

bp = APIBlueprint("networks", __name__, url_prefix="/api/v1/networks", tag="networks")

_ID = f"<{parameters.ID}:network_id>"
MOST_DRAWN = 8000
"""Streets of one drawing, the greatest kinds first; a browser would not be quick with more."""


class NetworkWanted(BaseModel):
    """A file of streets that was sent. The datum of its coordinates must be named; it is never guessed."""

    model_config = ConfigDict(extra="forbid")

    upload: parameters.Id
    county: parameters.County
    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL, pattern=parameters.TEXT_PATTERN)]
    datum: Datum | None = None
    epsg: Annotated[int, Field(ge=1024, le=32767)] | None = Field(
        None, description="Instead of a datum: the EPSG code of projected coordinates."
    )
    credit: (
        Annotated[str, Field(min_length=1, max_length=MAX_CREDIT, pattern=parameters.TEXT_PATTERN)] | None
    ) = Field(None, description="Who made the data, by which licence; extracts of OpenStreetMap have theirs.")


class NetworkLine(BaseModel):
    """A version in the list."""

    id: int
    county: str
    county_name: str | None
    label: str
    source: NetworkSource
    status: NetworkStatus
    file_name: str
    credit: str = Field(description="Stands wherever these streets are shown.")
    nodes: int
    edges: int
    length_m: float
    created_at: datetime
    created_by: str
    used_since: datetime | None
    version: int
    invented: bool


class Networks(BaseModel):
    """All versions of the asker's counties."""

    networks: list[NetworkLine]


class NetworkState(BaseModel):
    """Where a version stands now."""

    id: int
    status: NetworkStatus
    version: int


class Deleted(BaseModel):
    """What is no more."""

    status: Literal["deleted"]


class Drawing(BaseModel):
    """Streets of a version, and the places its report names, as GeoJSON."""

    type: str
    features: list[dict[str, Any]]


@bp.get("")
@requires(Permission.NETWORKS_WRITE)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(Networks)
def list_networks(query: parameters.Query) -> Response:
    """Versions of the street networks of my counties, those in use first."""
    scope = auth.scope(Permission.NETWORKS_WRITE)
    counties = None if scope.everything else scope.county_codes
    rows = stored.list_versions(requests.session(), counties=counties)
    body = {
        "networks": [
            {
                "id": row.id,
                "county": row.county_code,
                "county_name": row.county_name,
                "label": row.label,
                "source": row.source,
                "status": row.status,
                "file_name": row.file_name,
                "credit": row.credit,
                "nodes": row.nodes,
                "edges": row.edges,
                "length_m": row.length_m,
                "created_at": row.created_at.isoformat(),
                "created_by": row.created_by,
                "used_since": row.used_since.isoformat() if row.used_since else None,
                "version": row.version,
                "invented": row.is_invented,
            }
            for row in rows
        ]
    }
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("")
@requires(Permission.NETWORKS_WRITE)
@bp.input(NetworkWanted, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def load(wanted: NetworkWanted) -> Response:
    """Take a file of streets in as a new version, by a job; nothing uses it until somebody says so."""
    if wanted.datum is None and wanted.epsg is None:
        raise InvalidInput("datum_missing")
    require_county(auth.scope(Permission.NETWORKS_WRITE), wanted.county)
    return write(lambda session: _ask(session, wanted), creates=True)


def _ask(session: Session, wanted: NetworkWanted) -> Done:
    asker = auth.me()
    file = files.get_upload(session, wanted.upload, user_id=asker.user_id)
    job = service.ask(
        session,
        JobKind.NETWORK_LOAD,
        {
            "upload_id": file.id,
            "file_name": file.name,
            "county": wanted.county,
            "label": wanted.label,
            "datum": wanted.epsg or wanted.datum,
            "credit": wanted.credit,
        },
        by=asker.login,
        user_id=asker.user_id,
        county_code=wanted.county,
        language=requests.locale(),
    )
    return answer_job(job)


@bp.get(f"/{_ID}/drawing")
@requires(Permission.NETWORKS_WRITE)
@bp.output(Drawing)
def get_drawing(network_id: int) -> Response:
    """Streets, and the places of the report, for a map; very large networks without their smallest ways."""
    session = requests.session()
    version = _get(session, network_id)
    features = stored.list_drawing(session, network_id, limit=MOST_DRAWN)
    features += [
        {
            "type": "Feature",
            "properties": {"what": "finding", "number": number, "severity": "warning"},
            "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
        }
        for number, place in enumerate(places_of(version.report), start=1)
    ]
    response = Response(json_text({"type": "FeatureCollection", "features": features}), content_type=GEO_JSON)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def places_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The places that a report names, by number: lone pieces, then ends that almost meet."""
    return [*report.get("pieces", {}).get("shown", ()), *report.get("almost", {}).get("shown", ())]


@bp.post(f"/{_ID}/use")
@requires(Permission.NETWORKS_WRITE)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(NetworkState)
def use(network_id: int, wanted: Nothing) -> Response:
    """Put a version in use in its county; the one before is archived."""
    return _change(network_id, workflow.use_network)


@bp.post(f"/{_ID}/archive")
@requires(Permission.NETWORKS_WRITE)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(NetworkState)
def archive(network_id: int, wanted: Nothing) -> Response:
    """Put a version away; of the one in use, the county is measured by straight lines only from now on."""
    return _change(network_id, workflow.archive_network)


def _change(network_id: int, work: Callable[..., NetworkVersion]) -> Response:
    by, expected = auth.me().login, expected_version()

    def change(session: Session) -> Done:
        _get(session, network_id)
        version = work(session, network_id, by=by, expected=expected)
        return Done({"id": version.id, "status": version.status, "version": version.version})

    return write(change)


@bp.delete(f"/{_ID}")
@requires(Permission.NETWORKS_WRITE)
@bp.output(Deleted)
def delete(network_id: int) -> Response:
    """Delete a version that was never in use, with all its streets."""
    by, expected = auth.me().login, expected_version()

    def work(session: Session) -> Done:
        _get(session, network_id)
        workflow.delete_network(session, network_id, by=by, expected=expected)
        return Done({"status": "deleted"})

    return write(work)


def _get(session: Session, network_id: int) -> NetworkVersion:
    version = stored.find_version(session, network_id)
    if version is None or not auth.scope(Permission.NETWORKS_WRITE).has_county(version.county_code):
        raise NotFound("network_not_found", id=network_id)
    return version
