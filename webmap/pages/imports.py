"""Files on their way in: chosen, looked at on a map and in a list, saved."""

from functools import partial
from typing import Any

from flask import Blueprint, Response

from geodata.ingest.findings import RowFinding
from geodata.ingest.report import explain, label_column
from geodata.jobs import service
from geodata.queries import jobs as stored
from geodata.queries import stored_files
from geodata.rules.jobs import is_open
from geodata.vocab import ImportKind, JobKind, JobState, Severity
from webmap import auth, requests
from webmap.i18n import translate
from webmap.job_words import to_json
from webmap.pages import layout
from webmap.pages.choices import list_my_counties
from webmap.pages.jobs import MAX_ID, PAGE
from webmap.permissions import Permission, requires

bp = Blueprint("imports_page", __name__)

SHOWN_CHARACTERS = 60


@bp.get("/imports")
@requires(Permission.IMPORTS_RUN)
def show_imports() -> Response:
    """Choose a file and say what it is; below, the imports I am at."""
    session, user_id = requests.session(), auth.me().user_id
    kinds = [JobKind.IMPORT_PREVIEW, JobKind.IMPORT_SAVE]
    rows = stored.list_jobs(session, user_id=user_id, kinds=kinds, limit=PAGE)
    return layout.render(
        "imports/imports.html",
        title_key="imports.title",
        tab="imports",
        kinds=list(ImportKind),
        counties=list_my_counties(Permission.IMPORTS_RUN),
        jobs=[to_json(job) for job in rows],
    )


@bp.get("/imports/<int:job_id>")
@requires(Permission.IMPORTS_RUN)
def show_import(job_id: int) -> Response:
    """A file before it is saved: what would come in, what not and why, where it lies."""
    session, user_id = requests.session(), auth.me().user_id
    job = service.get_own(session, min(job_id, MAX_ID), user_id=user_id, kinds=[JobKind.IMPORT_PREVIEW])
    saving = stored.find_newest(session, JobKind.IMPORT_SAVE, f"import:{job.id}")
    upload = stored_files.find_upload(session, job.params["upload_id"], user_id=user_id)
    is_free = saving is None or saving.state in {JobState.FAILED, JobState.CANCELLED}
    return layout.render(
        "imports/import.html",
        title_key="imports.preview",
        tab="imports",
        job=to_json(job),
        asked=job.params,
        result=job.result,
        findings=_findings(job.result or {}),
        reasons=_reasons(job.result or {}),
        label_column=lambda column: label_column(column, _say()),
        shown=_shown,
        saving=None if saving is None else to_json(saving),
        may_save=job.state == JobState.DONE and upload is not None and is_free,
        is_gone=upload is None and not is_open(job.state),
    )


def _say() -> Any:
    return partial(translate, requests.locale())


def _findings(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings with their sentence in the reader's language, whichever the job was asked in."""
    return [
        {**finding, "label": label_column(finding["column"], _say()), "sentence": _sentence(finding)}
        for finding in result.get("findings", [])
    ]


def _sentence(finding: dict[str, Any]) -> str:
    return explain(RowFinding(**{**finding, "severity": Severity(finding["severity"])}), _say())


def _reasons(result: dict[str, Any]) -> list[tuple[str, str, int]]:
    """How often each reason occurs, in the words of its first row."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for finding in result.get("findings", []):
        first.setdefault((finding["severity"], finding["code"]), finding)
    return [
        (severity, _sentence(first[severity, code]), count)
        for severity, code, count in result.get("by_code", [])
        if (severity, code) in first
    ]


def _shown(value: Any) -> str:
    """A value of a change, short enough for a table."""
    text = "—" if value is None or value == "" else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
