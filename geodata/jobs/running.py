"""Running one job: taken by one worker, done in one transaction with its mark, or ended with a reason."""

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.db import transaction
from geodata.errors import GeodataError
from geodata.jobs import boundaries, computations, exports, imports, networks, planning
from geodata.jobs.progress import CalledOff, Lost, Reporter, WorkerStops
from geodata.jobs.task import Say, Task, Work
from geodata.models import Job
from geodata.queries import audit, jobs
from geodata.rules.jobs import tries_again
from geodata.vocab import JobKind, JobState

SayIn = Callable[[str], Say]
"""The sentences of a language, by its code."""

WORKS: Mapping[JobKind, Work] = {
    JobKind.IMPORT_PREVIEW: imports.preview,
    JobKind.IMPORT_SAVE: imports.save,
    JobKind.IMPORT_UNDO: imports.undo,
    JobKind.ASSIGN: computations.assign,
    JobKind.COVERAGE: computations.cover,
    JobKind.EXPORT: exports.export,
    JobKind.SITING: planning.site,
    JobKind.BOUNDARY_CHECK: boundaries.check,
    JobKind.BOUNDARY_ACTIVATE: boundaries.activate,
    JobKind.NETWORK_LOAD: networks.load,
}

# The server went away, gave up waiting for a lock, or chose us to end a deadlock: worth another try.
_PASSING_STATES = ("08", "57P", "40001", "40P01", "55P03", "53")
_log = logging.getLogger(__name__)


class TryAgain(Exception):
    """The job was not done and nobody is to blame; the sweep puts it back, up to the number of tries."""


def run_job(
    engine: sa.Engine, job_id: int, queue_id: int, *, say_in: SayIn, stopping: threading.Event | None = None
) -> None:
    """Do one job that the queue handed out, if it is still to be done by us.

    The effect and the mark "done" are one transaction, guarded by the version taken at the start: of two
    workers with one job, the second finds the version gone and rolls its effect back.

    Raises:
        TryAgain: after a passing fault of the database, while tries are left.
    """
    with transaction(engine) as session:
        version = jobs.take_job(session, job_id, queue_id)
        job = jobs.find_job(session, job_id)
        if version is None or job is None:
            return
        session.expunge(job)
    try:
        with Reporter(engine, job_id, version, stopping or threading.Event()) as report:
            _do(engine, job, version, report, say_in(job.language))
    except Lost:
        _log.warning("job %s was taken over by another worker", job_id)
    except CalledOff:
        _end(engine, job_id, version, JobState.CANCELLED)
    except WorkerStops:
        with transaction(engine) as session:
            jobs.give_back(session, job_id, version)
        raise TryAgain from None
    except GeodataError as error:
        _end(engine, job_id, version, JobState.FAILED, error.code, error.params)
    except MemoryError:
        _end(engine, job_id, version, JobState.FAILED, "job_out_of_memory")
    except Exception as error:
        if _is_passing(error) and tries_again(job.attempts):
            raise TryAgain from error
        _log.exception("job %s (%s) broke", job_id, job.kind)
        code = "job_database_busy" if _is_passing(error) else "job_broke"
        _end(engine, job_id, version, JobState.FAILED, code, {"kind": type(error).__name__})


def _do(engine: sa.Engine, job: Job, version: int, report: Reporter, say: Say) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tenmin-job-") as folder,
        transaction(engine) as session,
    ):
        if job.post:
            session.info[audit.POST] = job.post
        task = Task(
            session=session,
            job_id=job.id,
            params=job.params,
            county_code=job.county_code,
            by=job.asked_by,
            user_id=job.user_id,
            progress=report,
            say=say,
            folder=Path(folder),
        )
        result = WORKS[JobKind(job.kind)](task)
        if not jobs.finish(session, job.id, version, result):
            _say_why_not(session, job.id, version)


def _say_why_not(session: Session, job_id: int, version: int) -> None:
    job = jobs.find_job(session, job_id)
    if job is not None and job.version == version and job.cancel_asked:
        raise CalledOff
    raise Lost


def _end(
    engine: sa.Engine,
    job_id: int,
    version: int,
    state: JobState,
    code: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    shown = None if params is None else {name: _plain(value) for name, value in params.items()}
    with transaction(engine) as session:
        jobs.end(session, job_id, version, state=state, code=code, params=shown)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _is_passing(error: BaseException) -> bool:
    """Whether the database, not the work, is the reason."""
    origin = getattr(error, "orig", error)
    state = getattr(origin, "sqlstate", None)
    if state is None:
        return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) or bool(
            getattr(error, "connection_invalidated", False)
        )
    return any(state.startswith(passing) for passing in _PASSING_STATES)
