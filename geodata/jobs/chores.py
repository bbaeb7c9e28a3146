"""Small work that comes round by the clock. A room adds its own with ``add_chore``."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from geodata.boundaries.service import activate_due
from geodata.founding import sweeps
from geodata.queries import attempts, jobs, stored_files
from geodata.queries.state import fold
from geodata.queries.tile_tables import refresh

BY = "worker"
"""Who does it, in the log."""


@dataclass(frozen=True)
class Chore:
    """Work of one short transaction, harmless to repeat. ``cron`` is in UTC, minute first."""

    name: str
    cron: str
    work: Callable[[Session], object]


CHORES: dict[str, Chore] = {}


def add_chore(name: str, cron: str, work: Callable[[Session], object]) -> None:
    """Let the workers do something by the clock."""
    CHORES[name] = Chore(name, cron, work)


add_chore("refresh_tiles", "* * * * *", refresh)
# A day begins at 16:00 UTC in China; a quarter of an hour later nobody waits any more.
add_chore("activate_boundaries", "*/15 * * * *", lambda session: activate_due(session, by=BY))
add_chore("sweep_founding", "*/15 * * * *", sweeps.sweep)
add_chore("sweep_attempts", "7 * * * *", attempts.sweep)
add_chore("sweep_uploads", "17 * * * *", stored_files.delete_stale_uploads)
add_chore("fold_changes", "37 * * * *", fold)
add_chore("sweep_jobs", "27 3 * * *", jobs.delete_old)
