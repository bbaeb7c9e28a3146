"""Progress that others see while the work is still one open transaction, and the ear for a stop."""

import threading
import time
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import jobs

LEAST_PAUSE_S = 0.25
"""Between two reports of the same stage."""


class Lost(Exception):
    """The job is no longer this worker's: another took it over."""


class CalledOff(Exception):
    """Somebody asked that the job stop."""


class WorkerStops(Exception):
    """This worker was told to end; the job goes back to the queue."""


class Reporter:
    """Writes how far a job is through a connection of its own that commits every statement.

    Calling it is how work lets itself be stopped: between two stages, never inside a statement.
    """

    def __init__(self, engine: sa.Engine, job_id: int, version: int, stopping: threading.Event) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._job_id, self._version, self._stopping = job_id, version, stopping
        self._stage, self._told_at = "", 0.0

    def __enter__(self) -> Self:
        self._session = Session(self._engine)
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell of a stage.

        Raises:
            Lost: another worker has the job.
            CalledOff: a stop was asked.
            WorkerStops: this process is to end.
        """
        if self._stopping.is_set():
            raise WorkerStops
        now = time.monotonic()
        if stage == self._stage and now - self._told_at < LEAST_PAUSE_S:
            return
        self._stage, self._told_at = stage, now
        is_called_off = jobs.move_on(self._session, self._job_id, self._version, stage, done, total)
        if is_called_off is None:
            raise Lost
        if is_called_off:
            raise CalledOff
