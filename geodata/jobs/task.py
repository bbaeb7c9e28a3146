"""One job in the hands of a worker: what was asked, the transaction of its effect, whom to tell."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geodata.db import Progress

Say = Callable[..., str]
"""``say(key, **params)``: the sentence for a key in the asker's language."""


@dataclass(frozen=True)
class Task:
    """What the work of a kind gets.

    Attributes:
        session: the transaction of the effect; it commits together with "done".
        job_id: which job.
        params: what was asked.
        county_code: the county it is about.
        by: login of the asker.
        user_id: the asker.
        progress: told of stages; raises when the job was called off or is no longer this worker's.
        say: sentences in the asker's language.
        folder: a directory for files, gone after the job.
    """

    session: Session
    job_id: int
    params: dict[str, Any]
    county_code: str | None
    by: str
    user_id: int | None
    progress: Progress
    say: Say
    folder: Path


Work = Callable[[Task], dict[str, Any]]
"""Does the effect of a job and returns its result as JSON; raises a domain error to fail in words."""
