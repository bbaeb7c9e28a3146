"""A job as its asker reads it: words beside codes, and where to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from geodata.vocab import JobKind, JobState
from webmap.job_words import to_json
from webmap.writes import Done

if TYPE_CHECKING:
    from geodata.models import Job


class JobError(BaseModel):
    """Why a job failed."""

    code: str
    detail: str


class JobAnswer(BaseModel):
    """One piece of long work."""

    id: int
    kind: JobKind
    title: str
    state: JobState
    state_text: str
    stage: str | None
    stage_text: str
    share: float | None = Field(description="How far it is, 0 to 1; null while nobody can say.")
    done: int
    total: int
    county: str | None
    asked_at: str
    finished_at: str | None
    is_over: bool
    is_new: bool = Field(description="Whether it is over and I have not looked at it.")
    cancel_asked: bool
    error: JobError | None
    result: dict[str, Any] | None
    page: str = Field(description="Address of its page.")
    version: int


def answer_job(job: Job, status: int = 202) -> Done:
    """What a door answers that asked for a job: it is accepted, not done."""
    return Done(to_json(job), status)
