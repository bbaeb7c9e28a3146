"""Shapes of answers about responsibility."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from geodata.vocab import AssignmentMethod, AssignmentStatus, GridKind


class NamedEnterprise(BaseModel):
    """A place of work."""

    id: int
    name: str
    uscc: str | None


class NamedGrid(BaseModel):
    """A grid with its name of the time."""

    id: int
    code: str
    name: str | None
    kind: GridKind | None = None


class NamedUnion(BaseModel):
    """The union of a division, owner of last resort."""

    code: str
    name: str | None


class Responsibility(BaseModel):
    """Who is responsible, and why. Exactly one of ``grid`` and ``fallback``, or neither out of county."""

    enterprise: NamedEnterprise | None = Field(description="Null when a bare place was asked about.")
    grid: NamedGrid | None
    other_grid: NamedGrid | None = Field(description="The second grid that must see a border case.")
    fallback: NamedUnion | None
    county: str | None
    method: AssignmentMethod
    status: AssignmentStatus
    reason_zh: str
    reason_en: str
    boundary_version: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    is_reconstructed: bool = Field(
        description="Found from the boundaries of that day, not from a stored row."
    )


class Responsibilities(BaseModel):
    """Answers to "which grid"; empty when nothing is known by that code or name."""

    on: date | None
    results: list[Responsibility]


class AssignmentPage(BaseModel):
    """A page of rows in force. ``next`` is the ``after`` of the next page, null on the last."""

    numberReturned: int  # noqa: N815  # the word of OGC API Features
    limit: int
    next: int | None
    assignments: list[Responsibility]


class AssignmentSums(BaseModel):
    """The sum check. ``unassigned`` is counted apart, so that a forgotten run shows."""

    enterprises: int
    assigned: int
    fallback: int
    out_of_county: int
    unassigned: int
    not_on_map: int
    review: int
    by_method: dict[str, int]
    by_status: dict[str, int]
    adds_up: bool
