"""What the union work is told: bodies of writes, and questions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.queries.clauses import StaffBand
from geodata.queries.founding_lists import ListQuestion
from geodata.vocab import (
    CaseStep,
    DisputeKind,
    FoundingForm,
    FoundingRoute,
    StuckReason,
    VisitChannel,
    VisitResult,
)
from webmap.api.parameters import MAX_ID, Bands, Query, Text

# Line breaks may stand in a note; other control characters in nothing.
NOTE_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Note = Annotated[str, Field(max_length=500, pattern=NOTE_PATTERN)]
UserId = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]


class Body(BaseModel):
    """What every write takes: nothing that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Body):
    """An empty object."""


class Reason(Body):
    """Why; must not be blank."""

    note: Note


class Remark(Body):
    """A word, if there is one."""

    note: Note | None = None


class NewAssignee(Body):
    """Who is given the work."""

    user_id: UserId
    note: Note | None = None


class Consent(Body):
    """The day on which the employer agreed."""

    on: Day


class StepDone(Body):
    """A finished step with what shows it. The fourth needs number and date of the approval."""

    step: CaseStep
    done_on: Day
    evidence: Note | None = None
    document_number: Annotated[str, Field(max_length=100, pattern=NOTE_PATTERN)] | None = None
    document_on: Day | None = None
    union_name: Annotated[str, Field(max_length=100, pattern=NOTE_PATTERN)] | None = None


class CasePlan(Body):
    """Route, form, and the union that covers; null takes a choice back."""

    route: FoundingRoute | None = None
    form: FoundingForm | None = None
    union_name: Annotated[str, Field(max_length=100, pattern=NOTE_PATTERN)] | None = None


class PauseWanted(Body):
    """Why the case cannot move."""

    reason: StuckReason
    note: Note | None = None


class PauseDecision(Body):
    """Whether the clock stops."""

    approved: bool
    note: Note | None = None


class EndWanted(Body):
    """How the case ends other than by founding, and what shows it."""

    end: Literal["refused", "closed_down", "moved", "no_workers", "duplicate"]
    on: Day
    note: Note


class Clarity(Body):
    """六个清: counts and short words, never persons. What is left out stays as it was."""

    operation_state: Annotated[str, Field(max_length=50, pattern=NOTE_PATTERN)] | None = None
    workforce_count: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    party_member_count: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    investor_state: Annotated[str, Field(max_length=50, pattern=NOTE_PATTERN)] | None = None
    party_organization_state: Annotated[str, Field(max_length=50, pattern=NOTE_PATTERN)] | None = None
    union_organization_state: Annotated[str, Field(max_length=50, pattern=NOTE_PATTERN)] | None = None


class VisitMade(Body):
    """A visit. `client_id` is made by the device: sent twice, it is written once."""

    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    visited_on: Day
    result: VisitResult
    channel: VisitChannel
    next_on: Day | None = None
    staff_band: StaffBand | None = None
    note: Note | None = None
    clarity: Clarity | None = None


class DisputeWanted(Body):
    """Not in my grid, or moved."""

    kind: DisputeKind
    proposed_grid_id: UserId | None = None
    note: Note


class DisputeDecision(Body):
    """The grid it goes to; null: it stays where it is."""

    grid_id: UserId | None
    note: Note


class Proposal(Body):
    """What should be founded."""

    form: FoundingForm
    union_name: Annotated[str, Field(max_length=100, pattern=NOTE_PATTERN)] | None = None
    note: Note


class CalendarChange(Body):
    """Whether offices work on a day."""

    is_workday: bool
    name: Annotated[str, Field(max_length=50, pattern=NOTE_PATTERN)] | None = None


class MineQuery(Query):
    """Which of my enterprises."""

    q: Text | None = Field(None, description="The name contains this text.")
    band: Bands | None = None
    line: Text | None = Field(None, description="Industry line.")
    step: CaseStep | None = None
    route: FoundingRoute | None = None
    due: Literal["overdue", "today", "running", "paused", "not_started"] | None = None
    held: Literal["mine", "free", "other"] | None = None
    sort: Literal["due", "next", "visit", "name", "size"] = "due"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @property
    def question(self) -> ListQuestion:
        """As the workflow asks."""
        return ListQuestion(**self.without("band"), bands=self.band or ())


class OwnersQuery(Query):
    """By name or credit code (`q`), or by longitude and latitude (WGS 84 / CGCS2000)."""

    q: Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None


class CalendarQuery(Query):
    """Which year."""

    year: Annotated[int, Field(ge=2000, le=2100)]
