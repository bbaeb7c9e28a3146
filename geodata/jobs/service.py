"""What a person does with jobs: ask for one, look at it, call it off, read the notice."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict, NotFound, TooMany
from geodata.jobs.queue import hand_over
from geodata.models import Job
from geodata.queries import audit, jobs
from geodata.rules.jobs import MAX_OPEN_OF_ONE, is_open
from geodata.vocab import JobKind

__all__ = ["ask", "cancel", "get_own", "mark_seen"]

_BUSY_RETRY_S = 60


def ask(
    session: Session,
    kind: JobKind,
    params: dict[str, Any],
    *,
    by: str,
    user_id: int | None = None,
    county_code: str | None = None,
    subject: str | None = None,
    language: str = "zh",
) -> Job:
    """Ask for long work. It starts when the caller commits, and never if the caller does not.

    Args:
        session: the caller's transaction.
        kind: what to do.
        params: what about, as the work of that kind reads it.
        by: login of the asker.
        user_id: the asker, who alone sees the job; None for a command.
        county_code: the county it is about.
        subject: the thing it is about, for example ``boundary_version:12``.
        language: of what the job writes for people.

    Raises:
        TooMany: ``too_many_jobs`` when so many of this person's wait or run already.
    """
    if user_id is not None and jobs.count_open(session, user_id) >= MAX_OPEN_OF_ONE:
        raise TooMany("too_many_jobs", limit=MAX_OPEN_OF_ONE, retry_after_s=_BUSY_RETRY_S)
    job = jobs.add_job(
        session,
        kind=kind,
        params=params,
        asked_by=by,
        user_id=user_id,
        post=session.info.get(audit.POST),
        county_code=county_code,
        subject=subject,
        language=language,
    )
    hand_over(session, job)
    audit.note(
        session,
        by=by,
        action="job_asked",
        subject_kind="job",
        subject_id=job.id,
        after={"kind": str(kind), "county": county_code, "about": subject},
    )
    session.refresh(job)
    return job


def get_own(session: Session, job_id: int, *, user_id: int, kinds: Sequence[JobKind] = ()) -> Job:
    """A job that this person asked for.

    Raises:
        NotFound: ``job_not_found``, for another's job as for one that never was.
    """
    job = jobs.find_job(session, job_id, user_id=user_id)
    if job is None or (kinds and job.kind not in kinds):
        raise NotFound("job_not_found", id=job_id)
    return job


def cancel(session: Session, job_id: int, *, by: str, user_id: int | None = None) -> Job:
    """Call a job off: it ends at once when it waits, at its next stage when it runs, and changes nothing.

    Args:
        session: the caller's transaction.
        job_id: which.
        by: who, for the log.
        user_id: the asker; None for a command, which may call off anybody's.

    Raises:
        NotFound: ``job_not_found``.
        Conflict: ``job_is_over``.
    """
    job = jobs.find_job(session, job_id, user_id=user_id)
    if job is None:
        raise NotFound("job_not_found", id=job_id)
    if not is_open(job.state) or jobs.ask_cancel(session, job_id) is None:
        raise Conflict("job_is_over", id=job_id)
    audit.note(session, by=by, action="job_cancelled", subject_kind="job", subject_id=job_id)
    session.refresh(job)
    return job


def mark_seen(session: Session, *, user_id: int, job_ids: Sequence[int]) -> int:
    """Take notices as read; how many were new. No entry in the log: it says nothing about the data."""
    return jobs.mark_seen(session, user_id, job_ids)
