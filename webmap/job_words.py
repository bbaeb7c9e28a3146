"""A job in the reader's words: its title, how far it is, why it failed, where to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.rules.jobs import is_open, share_done
from geodata.vocab import JobKind, JobState
from webmap import requests
from webmap.i18n import has_key, translate

if TYPE_CHECKING:
    from geodata.models import Job


def to_json(job: Job, *, with_result: bool = True) -> dict[str, Any]:
    """A job in the reader's language."""
    locale = requests.locale()
    return {
        "id": job.id,
        "kind": job.kind,
        "title": title_of(job, locale),
        "state": job.state,
        "state_text": translate(locale, f"job_state.{job.state}"),
        "stage": job.stage,
        "stage_text": stage_text(job, locale),
        "share": share_done(job.kind, job.state, job.stage, job.done, job.total),
        "done": job.done,
        "total": job.total,
        "county": job.county_code,
        "asked_at": job.asked_at.isoformat(),
        "finished_at": None if job.finished_at is None else job.finished_at.isoformat(),
        "is_over": not is_open(job.state),
        "is_new": job.finished_at is not None and job.seen_at is None,
        "cancel_asked": job.cancel_asked,
        "error": error_of(job, locale),
        "result": _shown_result(job) if with_result else None,
        "page": page_of(job),
        "version": job.version,
    }


def _shown_result(job: Job) -> dict[str, Any] | None:
    """Counts without the lists, which have their page and their file."""
    if job.result is None:
        return None
    return {name: value for name, value in job.result.items() if not isinstance(value, list)}


def page_of(job: Job) -> str:
    """Where a person goes on with a job."""
    if job.kind == JobKind.IMPORT_PREVIEW:
        return f"/imports/{job.id}"
    if job.kind in {JobKind.BOUNDARY_CHECK, JobKind.BOUNDARY_ACTIVATE}:
        return f"/boundaries/{job.params['version_id']}"
    if job.kind == JobKind.NETWORK_LOAD and job.state == JobState.DONE and job.result:
        return f"/networks/{job.result['version_id']}"
    return f"/jobs/{job.id}"


def title_of(job: Job, locale: str) -> str:
    """What a job is, with the thing it is about."""
    kind = translate(locale, f"job_kind.{job.kind}")
    about = job.params.get("file_name") or job.params.get("label")
    if job.kind == JobKind.EXPORT:
        about = translate(locale, f"export_list.{job.params['kind']}")
    return f"{kind} · {about}" if about else kind


def stage_text(job: Job, locale: str) -> str:
    """The stage of a running job in words; the state otherwise."""
    if job.state != JobState.RUNNING:
        return translate(locale, f"job_state.{job.state}")
    if job.cancel_asked:
        return translate(locale, "jobs.stopping")
    key = f"job_stage.{job.stage}"
    return translate(locale, key if has_key(key) else "job_state.running")


def error_of(job: Job, locale: str) -> dict[str, str] | None:
    """Why a job failed, as a sentence."""
    if job.error_code is None:
        return None
    key = f"error.{job.error_code}"
    try:
        detail = translate(locale, key, **(job.error_params or {}))
    except (KeyError, IndexError, ValueError):  # a sentence that wants other parameters must not break a page
        detail = translate(locale, "error.job_broke", kind=job.error_code)
    return {"code": job.error_code, "detail": detail}
