"""The sweep: jobs whose worker died without a word are put back, or parked after the last try."""

import logging

import sqlalchemy as sa

from geodata.db import transaction
from geodata.jobs.queue import hand_over
from geodata.models import Job
from geodata.queries import jobs
from geodata.rules.jobs import DEAD_AFTER_S, tries_again

_log = logging.getLogger(__name__)


def sweep(engine: sa.Engine, *, dead_after_s: float = DEAD_AFTER_S) -> int:
    """Find open jobs that nobody carries and settle each; how many there were.

    A job put back gets a new row in the queue, behind the others: one that kills whoever touches it does
    not hold up those that wait. Safe to run anywhere, at any time, by many at once.
    """
    with transaction(engine) as session:
        orphans = jobs.list_orphans(session, dead_after_s=dead_after_s)
        jobs.close_carriers(session, dead_after_s=dead_after_s)
        for orphan in orphans:
            if orphan["cancel_asked"]:
                jobs.end_cancelled(session, orphan["id"])
            elif tries_again(orphan["attempts"]):
                jobs.queue_again(session, orphan["id"])
                job = session.get_one(Job, orphan["id"], populate_existing=True)
                hand_over(session, job)
            else:
                jobs.park(session, orphan["id"], params={"tries": orphan["attempts"]})
                _log.error("job %s (%s) is parked: its worker died each time", orphan["id"], orphan["kind"])
    return len(orphans)
