"""The hand-over to the queue of the library: in the caller's own transaction, so both happen or neither."""

import logging
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy.orm import Session

from geodata.models import Job
from geodata.queries import jobs
from geodata.vocab import JobKind

TASK = "tenmin.job"
QUEUE = "jobs"

_WRITING = frozenset(
    {
        JobKind.IMPORT_SAVE,
        JobKind.IMPORT_UNDO,
        JobKind.ASSIGN,
        JobKind.BOUNDARY_CHECK,
        JobKind.BOUNDARY_ACTIVATE,
    }
)
"""Kinds that write places or owners, or rehearse it: one at a time, else they would wait for each other's
locks until a time-out."""

# Never opened: it only speaks through the connection it is handed.
_app = App(connector=SyncPsycopgConnector())
# A line for each hand-over would only repeat the table of jobs.
logging.getLogger("procrastinate.jobs").setLevel(logging.WARNING)
logging.getLogger("procrastinate.periodic").setLevel(logging.WARNING)


def hand_over(session: Session, job: Job) -> None:
    """Give a job to the queue; it runs after the commit, and never after a rollback."""
    connection: Any = session.connection().connection.driver_connection
    queue_id = _app.configure_task(
        TASK,
        queue=QUEUE,
        lock="data" if job.kind in _WRITING else None,
        connection=connection,
    ).defer(job_id=job.id)
    jobs.note_carrier(session, job.id, queue_id)
