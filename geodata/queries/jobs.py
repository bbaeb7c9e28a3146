"""Jobs: asked for, taken, moved on, ended; each change of hands is one guarded statement."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from geodata.models import Job
from geodata.rules.jobs import DEAD_AFTER_S, KEPT_DAYS, MAX_TRIES
from geodata.vocab import JobKind, JobState

LOST = "job_lost_its_worker"
"""Error of a job that is parked because whoever works on it dies."""


def add_job(session: Session, **values: Any) -> Job:
    """Write down what was asked; the caller gives it to the queue in the same transaction."""
    job = Job(**values)
    session.add(job)
    session.flush()
    return job


def note_carrier(session: Session, job_id: int, queue_id: int) -> None:
    """Remember which row of the queue carries a job."""
    session.execute(sa.update(Job).where(Job.id == job_id).values(queue_id=queue_id))


def find_job(session: Session, job_id: int, *, user_id: int | None = None) -> Job | None:
    """A job, or with ``user_id`` only if that person asked for it."""
    wanted = sa.select(Job).where(Job.id == job_id).execution_options(populate_existing=True)
    return session.scalar(wanted if user_id is None else wanted.where(Job.user_id == user_id))


def list_jobs(
    session: Session,
    *,
    user_id: int | None = None,
    kinds: Sequence[JobKind] = (),
    limit: int = 50,
    before: int | None = None,
) -> list[Job]:
    """Jobs, the newest first: of one person, or of everybody."""
    wanted = sa.select(Job).order_by(Job.id.desc()).limit(limit)
    if user_id is not None:
        wanted = wanted.where(Job.user_id == user_id)
    if kinds:
        wanted = wanted.where(Job.kind.in_(list(kinds)))
    if before is not None:
        wanted = wanted.where(Job.id < before)
    return list(session.scalars(wanted))


def find_newest(session: Session, kind: JobKind, subject: str) -> Job | None:
    """The newest job of a kind about a thing, whoever asked."""
    return session.scalar(
        sa.select(Job).where(Job.kind == kind, Job.subject == subject).order_by(Job.id.desc()).limit(1)
    )


def find_newest_done(session: Session, kind: JobKind, subject: str) -> Job | None:
    """The newest job of a kind about a thing that ended well."""
    return session.scalar(
        sa.select(Job)
        .where(Job.kind == kind, Job.subject == subject, Job.state == JobState.DONE)
        .order_by(Job.id.desc())
        .limit(1)
    )


def count_open(session: Session, user_id: int) -> int:
    """How many jobs of one person wait or run."""
    open_states = (JobState.QUEUED, JobState.RUNNING)
    wanted = sa.select(sa.func.count()).where(Job.user_id == user_id, Job.state.in_(open_states))
    return session.scalar(wanted) or 0


def count_unseen(session: Session, user_id: int) -> int:
    """Notices: jobs of one person that are over and that they have not looked at."""
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                Job.user_id == user_id, Job.finished_at.is_not(None), Job.seen_at.is_(None)
            )
        )
        or 0
    )


def mark_seen(session: Session, user_id: int, job_ids: Sequence[int]) -> int:
    """Take the notices of one person as read; how many were new."""
    marked = session.scalars(
        sa.update(Job)
        .where(
            Job.user_id == user_id,
            Job.id.in_(list(job_ids)),
            Job.finished_at.is_not(None),
            Job.seen_at.is_(None),
        )
        .values(seen_at=sa.func.now())
        .returning(Job.id)
    )
    return len(marked.all())


_TAKE = sa.text(
    "UPDATE jobs SET state = 'running', attempts = attempts + 1, version = version + 1, stage = NULL, "
    "done = 0, total = 0, started_at = clock_timestamp() "
    "WHERE id = :id AND queue_id = :queue_id AND state IN ('queued', 'running') AND NOT cancel_asked "
    f"AND attempts < {MAX_TRIES} RETURNING version"
)


def take_job(session: Session, job_id: int, queue_id: int) -> int | None:
    """Begin a job as its one worker; the version to hold on to, or None when it is not ours to do."""
    version: int | None = session.scalar(_TAKE, {"id": job_id, "queue_id": queue_id})
    return version


_MOVE_ON = sa.text(
    "UPDATE jobs SET stage = :stage, done = :done, total = :total "
    "WHERE id = :id AND version = :version AND state = 'running' RETURNING cancel_asked"
)


def move_on(session: Session, job_id: int, version: int, stage: str, done: int, total: int) -> bool | None:
    """Write down how far a job is. Whether a stop was asked; None when the job is no longer ours."""
    values = {"id": job_id, "version": version, "stage": stage, "done": max(0, done), "total": max(0, total)}
    is_called_off: bool | None = session.scalar(_MOVE_ON, values)
    return is_called_off


_FINISH = (
    sa.text(
        "UPDATE jobs SET state = 'done', result = :result, finished_at = clock_timestamp(), "
        "version = version + 1 "
        "WHERE id = :id AND version = :version AND state = 'running' AND NOT cancel_asked RETURNING id"
    )
).bindparams(sa.bindparam("result", type_=JSONB))


def finish(session: Session, job_id: int, version: int, result: dict[str, Any]) -> bool:
    """Mark a job done in the transaction of its effect; False when it is not ours or was called off."""
    return session.scalar(_FINISH, {"id": job_id, "version": version, "result": result}) is not None


_END = (
    sa.text(
        "UPDATE jobs SET state = :state, error_code = :code, error_params = :params, "
        "finished_at = clock_timestamp(), version = version + 1 "
        "WHERE id = :id AND version = :version AND state = 'running' RETURNING id"
    )
).bindparams(sa.bindparam("params", type_=JSONB(none_as_null=True)))


def end(
    session: Session,
    job_id: int,
    version: int,
    *,
    state: JobState,
    code: str | None = None,
    params: dict[str, Any] | None = None,
) -> bool:
    """End a job without an effect: failed with a reason, or cancelled. False when it is not ours."""
    values = {"id": job_id, "version": version, "state": state, "code": code, "params": params}
    return session.scalar(_END, values) is not None


_GIVE_BACK = sa.text(
    "UPDATE jobs SET state = 'queued', attempts = attempts - 1, version = version + 1, stage = NULL, "
    "done = 0, total = 0 WHERE id = :id AND version = :version AND state = 'running' RETURNING id"
)


def give_back(session: Session, job_id: int, version: int) -> bool:
    """Let go of a job because the worker stops; that is no failed try."""
    return session.scalar(_GIVE_BACK, {"id": job_id, "version": version}) is not None


_ASK_CANCEL = sa.text(
    "UPDATE jobs SET cancel_asked = true, version = version + CASE state WHEN 'queued' THEN 1 ELSE 0 END, "
    "state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END, "
    "finished_at = CASE state WHEN 'queued' THEN clock_timestamp() END "
    "WHERE id = :id AND state IN ('queued', 'running') RETURNING state"
)


def ask_cancel(session: Session, job_id: int) -> str | None:
    """Call a job off: one that waits ends at once, one that runs at its next stage. None when it is over."""
    state: str | None = session.scalar(_ASK_CANCEL, {"id": job_id})
    return state


# Carried by nobody: the queue lost or ended its row, or the worker that has it went silent.
_ORPHANS = sa.text(
    "SELECT j.id, j.kind, j.attempts, j.queue_id, j.cancel_asked FROM jobs AS j "
    "LEFT JOIN procrastinate_jobs AS q ON q.id = j.queue_id "
    "LEFT JOIN procrastinate_workers AS w ON w.id = q.worker_id "
    "WHERE j.state IN ('queued', 'running') AND (q.id IS NULL OR q.status NOT IN ('todo', 'doing') "
    "OR (q.status = 'doing' AND (w.id IS NULL "
    "OR w.last_heartbeat < clock_timestamp() - make_interval(secs => :dead_after_s)))) "
    "ORDER BY j.id FOR UPDATE OF j SKIP LOCKED"
)


def list_orphans(session: Session, *, dead_after_s: float = DEAD_AFTER_S) -> list[sa.RowMapping]:
    """Open jobs that nobody carries, locked for this transaction."""
    return list(session.execute(_ORPHANS, {"dead_after_s": dead_after_s}).mappings())


def close_carriers(session: Session, *, dead_after_s: float = DEAD_AFTER_S) -> None:
    """End the rows of the queue, of any task, whose worker died: left "doing" they would hold their lock."""
    session.execute(
        sa.text(
            "UPDATE procrastinate_jobs AS q SET status = 'failed', abort_requested = false, "
            "attempts = attempts + 1 WHERE q.status = 'doing' AND NOT EXISTS ("
            "SELECT FROM procrastinate_workers AS w WHERE w.id = q.worker_id "
            "AND w.last_heartbeat >= clock_timestamp() - make_interval(secs => :dead_after_s))"
        ),
        {"dead_after_s": dead_after_s},
    )


def park(session: Session, job_id: int, *, code: str = LOST, params: dict[str, Any] | None = None) -> None:
    """End a job that nobody could finish, with the reason."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(
            state=JobState.FAILED,
            error_code=code,
            error_params=params,
            finished_at=sa.func.clock_timestamp(),
            version=Job.version + 1,
        )
    )


def end_cancelled(session: Session, job_id: int) -> None:
    """End a job that was called off while its worker died."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(state=JobState.CANCELLED, finished_at=sa.func.clock_timestamp(), version=Job.version + 1)
    )


def queue_again(session: Session, job_id: int) -> None:
    """Put a lost job back; its former worker, should it still live, can no longer end it."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(state=JobState.QUEUED, stage=None, done=0, total=0, version=Job.version + 1)
    )


def delete_old(session: Session) -> None:
    """Forget what ended long ago, with its files, and the finished rows of the queue."""
    session.execute(
        sa.text("DELETE FROM jobs WHERE finished_at < now() - make_interval(days => :days)"),
        {"days": KEPT_DAYS},
    )
    session.execute(
        sa.text(
            "DELETE FROM procrastinate_jobs AS q WHERE q.status NOT IN ('todo', 'doing') AND NOT EXISTS ("
            "SELECT FROM procrastinate_events AS e WHERE e.job_id = q.id AND e.at > now() - interval '1 day')"
        )
    )
