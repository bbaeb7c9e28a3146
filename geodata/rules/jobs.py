"""Decisions about long work that one could read aloud: who tries again, what stops, how far it is."""

from collections.abc import Mapping

from geodata.vocab import JobKind, JobState

MAX_TRIES = 3
"""A job whose worker dies this often is parked with a reason, so that it stops nobody else."""

HEARTBEAT_S = 3.0
"""How often a worker says that it lives."""

DEAD_AFTER_S = 10.0
"""A worker silent for this long is taken for dead, and its job for nobody's."""

SWEEP_S = 5.0
"""How often every worker looks for jobs that nobody carries any more."""

KEPT_DAYS = 90
"""A job that is over, with the files it made, is kept this long."""

UPLOAD_KEPT_HOURS = 24
"""A file that was sent in and neither saved nor given up."""

MAX_UPLOADS_OF_ONE = 10
"""Files that one person may have waiting at a time."""

MAX_OPEN_OF_ONE = 20
"""Jobs that one person may have waiting or running at a time."""

_IMPORT = ("fetch", "read", "check", "match", "write")
_ASSIGN = ("assign_cover", "assign_border", "assign_rest", "assign_write")
_TILES = ("tiles_counts", "tiles_outlines")
STAGES: Mapping[JobKind, tuple[str, ...]] = {
    JobKind.IMPORT_PREVIEW: (*_IMPORT, "report"),
    JobKind.IMPORT_SAVE: (*_IMPORT, *_ASSIGN, *_TILES),
    JobKind.IMPORT_UNDO: ("undo", *_TILES),
    JobKind.ASSIGN: (*_ASSIGN, *_TILES),
    JobKind.COVERAGE: ("cover",),
    JobKind.SITING: ("siting_read", "siting_search", "siting_bound", "siting_proof", "siting_cover"),
    JobKind.EXPORT: ("export", "keep_file"),
    JobKind.BOUNDARY_CHECK: ("boundary_check", "boundary_moves"),
    JobKind.BOUNDARY_ACTIVATE: (*_ASSIGN, *_TILES),
    JobKind.NETWORK_LOAD: ("fetch", "read", "check", "write"),
}
"""What each kind tells of, in order; ``job_stage.<stage>`` is the sentence."""

OPEN_STATES = frozenset({JobState.QUEUED, JobState.RUNNING})


def is_open(state: str) -> bool:
    """Whether a job still waits or runs."""
    return state in OPEN_STATES


def tries_again(attempts: int) -> bool:
    """Whether a job that was lost without a word, for the ``attempts``-th time, is tried again."""
    return attempts < MAX_TRIES


def share_done(kind: str, state: str, stage: str | None, done: int, total: int) -> float | None:
    """How far a job is, 0 to 1 by its stages in order; None before its first, and at the end of a bad one."""
    if state == JobState.DONE:
        return 1.0
    stages = STAGES[JobKind(kind)]
    if state != JobState.RUNNING or stage not in stages:
        return None
    within = min(1.0, done / total) if total > 0 else 0.0
    return round((stages.index(stage) + within) / len(stages), 4)
