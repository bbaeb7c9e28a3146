"""Shapes of what is decided: owners, proposals of lines, many cases at once; and of what waits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.queries.reviews import ReviewKind
from webmap.api import parameters

MANY = 100
"""Enterprises of one bulk act."""

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class Body(BaseModel):
    """What a write takes: nothing that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerDecision(Body):
    """Who shall be responsible, and why."""

    owner: Annotated[str, Field(pattern=r"^(grid:[0-9]{1,15}|union:([0-9]{6}|[0-9]{9}|[0-9]{12}))$")]
    reason: Reason


class CoverWanted(Body):
    """Which union of the line covers an enterprise, and how one knows."""

    union_name: Annotated[str, Field(min_length=1, max_length=100, pattern=parameters.TEXT_PATTERN)]
    note: Reason


class CoverDecision(Body):
    """Whether it is so."""

    confirmed: bool
    note: Reason


Ids = Annotated[
    list[Annotated[int, Field(ge=1, le=parameters.MAX_ID, strict=True)]], Field(min_length=1, max_length=MANY)
]


class ManyAssigned(Body):
    """Which enterprises go to whom."""

    enterprise_ids: Ids
    user_id: Annotated[int, Field(ge=1, le=parameters.MAX_ID, strict=True)]
    note: Reason | None = None


class ManyFreed(Body):
    """Which enterprises nobody shall hold, and why."""

    enterprise_ids: Ids
    note: Reason


class RowAnswer(BaseModel):
    """What became of one."""

    enterprise_id: int
    ok: bool
    holder: str | None
    code: str | None
    sentence: str | None


class ManyAnswer(BaseModel):
    """Each by itself."""

    done: int
    failed: int
    results: list[RowAnswer]


class OwnerAnswer(BaseModel):
    """Who is responsible now."""

    enterprise_id: int
    based_on: int
    owner: str
    reason_zh: str
    reason_en: str


class ProposalAnswer(BaseModel):
    """A proposal as it stands."""

    id: int
    version: int
    enterprise_id: int
    union_name: str
    state: Literal["open", "confirmed", "declined", "withdrawn"]


class Person(BaseModel):
    """Somebody to call."""

    id: int
    name: str
    work_phone: str | None


class OwnerChoice(BaseModel):
    """An owner one may name: a grid or a union of last resort, with who works there."""

    owner: str
    code: str
    name: str
    is_now: bool
    distance_m: float | None
    liaison: Person | None
    acting: Person | None


class OwnerChoices(BaseModel):
    """What a decision needs to be seen: place, accuracy, the owners one may name, outlines."""

    enterprise_id: int
    based_on: int
    status: str
    waits: bool
    days: int
    reason_zh: str
    reason_en: str
    point: list[float] | None
    accuracy_m: float | None
    choices: list[OwnerChoice]
    outlines: dict[str, Any] = Field(description="GeoJSON FeatureCollection of the grids around.")


class ChoicesQuery(parameters.Query):
    """What else to offer and draw."""

    also: parameters.Id | None = Field(None, description="Id of a grid that a dispute names.")


class ReviewsQuery(parameters.Query):
    """Which of what waits."""

    kind: ReviewKind | None = None
    page: int = Field(1, ge=1, le=100_000)
    limit: int = Field(30, ge=1, le=100)


class Review(BaseModel):
    """One thing that waits."""

    kind: ReviewKind
    id: int
    version: int
    enterprise_id: int
    name: str
    since: str
    days: int
    by: str | None
    is_own: bool = Field(description="The reader asked or ended it, so another must decide.")
    detail: str | None
    note: str | None
    holder: str | None
    decide_by: str | None


class ReviewPage(BaseModel):
    """What waits, longest first."""

    counts: dict[str, int]
    total: int
    page: int
    limit: int
    reviews: list[Review]
