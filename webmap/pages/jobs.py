"""My long work: the list with its notices, and one job with its bar, its end, and what it made."""

from typing import Any

from flask import Blueprint, Response, request

from geodata.jobs import service
from geodata.queries import jobs as stored
from geodata.queries import stored_files
from geodata.vocab import FilePurpose, JobKind, JobState
from webmap import auth, requests
from webmap.job_words import to_json
from webmap.pages import layout
from webmap.pages.choices import list_my_counties
from webmap.permissions import Permission, requires

bp = Blueprint("jobs_page", __name__)

PAGE = 30
EXPORT_KINDS = ("stations", "enterprises", "grids", "assignments", "demand")
MAX_ID = 2**53 - 1
FORMATS = ("xlsx", "csv", "geojson", "gpkg")


@bp.get("/jobs")
@requires(Permission.JOBS_READ)
def show_jobs() -> Response:
    """What I asked for, the newest first; what is new stands out."""
    session, user_id = requests.session(), auth.me().user_id
    before = request.args.get("before", type=int)
    rows = stored.list_jobs(
        session, user_id=user_id, limit=PAGE, before=before if before and 0 < before <= MAX_ID else None
    )
    return layout.render(
        "jobs/jobs.html",
        title_key="jobs.title",
        tab="jobs",
        jobs=[to_json(job, with_result=False) for job in rows],
        next_before=rows[-1].id if len(rows) == PAGE else None,
    )


@bp.get("/jobs/<int:job_id>")
@requires(Permission.JOBS_READ)
def show_job(job_id: int) -> Response:
    """One job."""
    session = requests.session()
    job = service.get_own(session, min(job_id, MAX_ID), user_id=auth.me().user_id)
    return layout.render(
        "jobs/job.html",
        title_key=f"job_kind.{job.kind}",
        tab="jobs",
        job=to_json(job),
        result=job.result or {},
        file=stored_files.find_output(session, job.id, FilePurpose.EXPORT),
        undo=_undo(job),
    )


def _undo(job: Any) -> dict[str, Any] | None:
    """The way back from a saved import, while it looks possible; the job says for certain."""
    result = job.result or {}
    if job.kind != JobKind.IMPORT_SAVE or job.state != JobState.DONE or not result.get("batch_id"):
        return None
    if result.get("updated") or not result.get("inserted"):
        return None
    undone = any(
        row.state == JobState.DONE
        for row in stored.list_jobs(
            requests.session(), user_id=job.user_id, kinds=[JobKind.IMPORT_UNDO], limit=100
        )
        if row.params.get("batch_id") == result["batch_id"]
    )
    return None if undone else {"batch_id": result["batch_id"], "rows": result["inserted"]}


@bp.get("/exports")
@requires(Permission.EXPORTS_RUN)
def show_exports() -> Response:
    """Which list, as what; and the files I have here."""
    session, user_id = requests.session(), auth.me().user_id
    rows = stored.list_jobs(session, user_id=user_id, kinds=[JobKind.EXPORT], limit=PAGE)
    return layout.render(
        "jobs/exports.html",
        title_key="exports.title",
        tab="exports",
        kinds=EXPORT_KINDS,
        formats=FORMATS,
        counties=list_my_counties(Permission.EXPORTS_RUN),
        jobs=[to_json(job) for job in rows],
    )
