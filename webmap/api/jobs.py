"""Long work: how far it is, how it ended, calling it off, fetching what it made. Everybody sees their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.db import transaction
from geodata.errors import NotFound
from geodata.jobs import files, service
from geodata.queries import jobs as stored
from geodata.queries import stored_files
from geodata.vocab import DayType, FilePurpose, JobKind, Measure
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.job_answers import JobAnswer, answer_job
from webmap.job_words import to_json
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from geodata.queries.scopes import Scope

bp = APIBlueprint("jobs", __name__, url_prefix="/api/v1", tag="jobs")

_ID = f"<{parameters.ID}:job_id>"


class JobsQuery(parameters.Query):
    """Which of my jobs."""

    limit: Annotated[int, Field(ge=1, le=100)] = 30
    before: parameters.Id | None = Field(None, description="Go on before this id: the answer's `next`.")


class JobList(BaseModel):
    """My jobs, the newest first."""

    jobs: list[JobAnswer]
    unseen: int = Field(description="Jobs that are over and that I have not looked at.")
    next: int | None


class Nothing(BaseModel):
    """No fields."""

    model_config = ConfigDict(extra="forbid")


class Seen(BaseModel):
    """Notices I have read."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[parameters.Id], Field(min_length=1, max_length=100)]


class SeenAnswer(BaseModel):
    """How many were new, how many are left."""

    seen: int
    unseen: int


class CoverageWanted(BaseModel):
    """A coverage question whose answer is to be kept."""

    model_config = ConfigDict(extra="forbid")

    county: parameters.County
    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "walk_10"
    day: DayType = DayType.WORKDAY
    minute: Annotated[int, Field(ge=0, le=1439)] | None = None
    services: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]], Field(max_length=20)] = []
    measure: Measure = Measure.STRAIGHT_LINE


@bp.get("/jobs")
@requires(Permission.JOBS_READ)
@bp.input(JobsQuery, location="query", arg_name="query")
@bp.output(JobList)
def list_jobs(query: JobsQuery) -> Response:
    """My jobs and how many notices I have."""
    session, user_id = requests.session(), auth.me().user_id
    rows = stored.list_jobs(session, user_id=user_id, limit=query.limit, before=query.before)
    following = rows[-1].id if len(rows) == query.limit else None
    return _private(
        {
            "jobs": [to_json(job) for job in rows],
            "unseen": stored.count_unseen(session, user_id),
            "next": following,
        }
    )


@bp.get(f"/jobs/{_ID}")
@requires(Permission.JOBS_READ)
@bp.output(JobAnswer)
def get_job(job_id: int) -> Response:
    """How far one of my jobs is, or how it ended."""
    job = service.get_own(requests.session(), job_id, user_id=auth.me().user_id)
    return _private(to_json(job))


@bp.post(f"/jobs/{_ID}/cancel")
@requires(Permission.JOBS_READ)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(JobAnswer)
def cancel_job(job_id: int, wanted: Nothing) -> Response:
    """Call one of my jobs off: at once while it waits, at its next stage while it runs."""
    asker = auth.me()
    return write(
        lambda session: answer_job(
            service.cancel(session, job_id, by=asker.login, user_id=asker.user_id), status=200
        )
    )


@bp.post("/jobs/seen")
@requires(Permission.JOBS_READ)
@bp.input(Seen, location="json", arg_name="wanted")
@bp.output(SeenAnswer)
def mark_seen(wanted: Seen) -> Response:
    """Take notices as read."""
    user_id = auth.me().user_id

    def work(session: Session) -> Done:
        seen = service.mark_seen(session, user_id=user_id, job_ids=wanted.ids)
        return Done({"seen": seen, "unseen": stored.count_unseen(session, user_id)})

    return write(work)


@bp.post("/jobs/assign")
@requires(Permission.IMPORTS_RUN)
@bp.input(Nothing, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def ask_assignment(wanted: Nothing) -> Response:
    """Give every enterprise its owner anew; writes only what differs."""
    return write(lambda session: _ask(session, JobKind.ASSIGN, {}), creates=True)


@bp.post("/jobs/coverage")
@requires(Permission.PLANS_WRITE)
@bp.input(CoverageWanted, location="json", arg_name="wanted")
@bp.output(JobAnswer, status_code=202)
def ask_coverage(wanted: CoverageWanted) -> Response:
    """Answer a coverage question and keep the answer."""
    require_county(auth.scope(Permission.PLANS_WRITE), wanted.county)
    params = wanted.model_dump(mode="json", exclude={"county"}) | {"as_of": parameters.today().isoformat()}
    return write(lambda session: _ask(session, JobKind.COVERAGE, params, wanted.county), creates=True)


def require_county(scope: Scope, county: str) -> None:
    """A county that is not the asker's is not there for them.

    Raises:
        NotFound: ``county_not_found``.
    """
    if not scope.has_county(county):
        raise NotFound("county_not_found", county=county)


def _ask(session: Session, kind: JobKind, params: dict[str, Any], county: str | None = None) -> Done:
    asker = auth.me()
    return answer_job(
        service.ask(
            session,
            kind,
            params,
            by=asker.login,
            user_id=asker.user_id,
            county_code=county,
            language=requests.locale(),
        )
    )


@bp.get(f"/jobs/{_ID}/files/<any(report, preview, export):purpose>")
@requires(Permission.JOBS_READ)
@bp.doc(responses={200: "The file."})
def get_file(job_id: int, purpose: str) -> Response:
    """A file that one of my jobs made."""
    session = requests.session()
    job = service.get_own(session, job_id, user_id=auth.me().user_id)
    file = files.get_output(session, job.id, FilePurpose(purpose))
    response = Response(_pieces(requests.engine(), file.id), content_type=file.media_type)
    response.headers["Content-Length"] = str(file.size_bytes)
    response.headers["Cache-Control"] = "private, no-store"
    if purpose != FilePurpose.PREVIEW:
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def _pieces(engine: Engine, file_id: int) -> Iterator[bytes]:
    """The file a piece at a time, in a transaction of its own that ends with the answer."""
    with transaction(engine) as session:
        yield from stored_files.iterate_chunks(session, file_id)


def _private(body: dict[str, Any]) -> Response:
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response
