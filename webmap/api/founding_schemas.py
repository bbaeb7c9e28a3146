"""Shapes of the answers about the union work."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from geodata.queries.clauses import StaffBand
from geodata.vocab import (
    CaseAct,
    CaseEnd,
    CaseState,
    CaseStep,
    DisputeKind,
    DisputeState,
    FoundingForm,
    FoundingRoute,
    OrganizationStatus,
    StuckReason,
    UnheldReason,
    VisitChannel,
    VisitResult,
)
from webmap.api.responsibility_schemas import Responsibility


class Person(BaseModel):
    """Somebody with an account."""

    id: int
    name: str


class Colleague(Person):
    """Somebody to call about work."""

    work_phone: str | None


class GridRef(BaseModel):
    """A grid by its name."""

    id: int
    code: str | None
    name: str | None


class Case(BaseModel):
    """The union work on one enterprise."""

    id: int
    enterprise_id: int
    version: int = Field(description="For If-Match of the next write.")
    state: CaseState
    step: CaseStep
    step_number: int
    route: FoundingRoute | None
    form: FoundingForm | None
    union_name: str | None
    holder: Person | None
    is_mine: bool
    claimed_at: datetime | None
    claim_until: date | None
    lapses_in_days: int | None = Field(description="Only within the days of warning.")
    unheld_why: UnheldReason | None
    unheld_at: datetime | None
    consent_on: date | None
    clock_from: date | None
    due_on: date | None
    due: Literal["not_started", "running", "today", "overdue", "paused", "stopped"]
    workdays_left: int | None = Field(description="0 on the last day, negative once it is past.")
    is_estimated: bool = Field(description="A day on the way is not announced as working day or holiday yet.")
    end: CaseEnd | None
    end_note: str | None
    ended_on: date | None
    ended_by: Person | None
    revisit_on: date | None
    verified_at: datetime | None
    verified_by: Person | None
    grid: GridRef | None


class CaseAnswer(BaseModel):
    """The case after a write."""

    case: Case | None


class Saved(BaseModel):
    """A write that leaves nothing else to tell."""

    saved: bool


class LastVisit(BaseModel):
    """What came of the last visit."""

    on: date
    result: VisitResult
    note: str | None
    by: str | None


class Card(BaseModel):
    """An enterprise of a list."""

    enterprise_id: int
    name: str
    band: StaffBand
    industry_line: str | None
    organization_status: OrganizationStatus
    grid: GridRef | None
    case: Case | None
    last_visit: LastVisit | None
    next_on: date | None
    assigned_on: date | None
    is_new: bool
    has_dispute: bool
    point: list[float] | None


class TodayGrid(GridRef):
    """A grid of one's own. `is_acting`: it has no liaison, so its cadre acts."""

    county: str
    unorganized: int
    is_acting: bool


class Today(BaseModel):
    """A day's work: all counts, and at most 50 cards of each group."""

    on: date
    grids: list[TodayGrid]
    counts: dict[str, int]
    overdue: list[Card]
    due_today: list[Card]
    new: list[Card]
    in_hand: list[Card]
    next: list[Card]
    lapsing: list[Card]


class MinePage(BaseModel):
    """A page of my enterprises."""

    total: int
    page: int
    limit: int
    enterprises: list[Card]


class Step(BaseModel):
    """One of the five steps, finished or not."""

    step: CaseStep
    number: int
    done_on: date | None
    by: str | None
    evidence: str | None
    document_number: str | None
    document_on: date | None
    is_current: bool


class Pause(BaseModel):
    """A pause; `is_approved` null while it waits."""

    id: int
    case_id: int
    reason: StuckReason
    note: str | None
    since: date
    until: date | None
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_approved: bool | None
    decision_note: str | None


class Visit(BaseModel):
    """A visit as stored."""

    id: int
    on: date
    result: VisitResult
    channel: VisitChannel
    next_on: date | None
    staff_band: StaffBand | None
    note: str | None
    by: str


class VisitAnswer(BaseModel):
    """A visit and the case after it. `repeated`: it was sent before, nothing was added."""

    visit: Visit
    case: Case | None
    repeated: bool


class Contact(BaseModel):
    """The contact of an enterprise; the number is masked unless it was asked for."""

    name: str | None
    phone: str | None


class MaskedContact(Contact):
    """The contact as everybody of the work sees it."""

    may_reveal: bool


class Dispute(BaseModel):
    """A dispute about the grid of an enterprise."""

    id: int
    version: int
    enterprise_id: int
    name: str
    kind: DisputeKind
    state: DisputeState
    from_grid: GridRef | None
    proposed_grid: GridRef | None
    decided_grid: GridRef | None
    note: str
    opened_by: str
    opened_at: datetime
    decide_by: date
    workdays_left: int
    is_escalated: bool
    closed_by: str | None
    closed_at: datetime | None
    decision_note: str | None
    side: Literal["from", "proposed"] | None


class DisputeAnswer(BaseModel):
    """The dispute after a write."""

    dispute: Dispute


class Disputes(BaseModel):
    """Open disputes, the pressing ones first."""

    disputes: list[Dispute]


class WorkEnterprise(BaseModel):
    """An enterprise as somebody who works on it sees it."""

    id: int
    name: str
    uscc: str | None
    unit_kind: str
    band: StaffBand
    staff_count: int | None
    staff_counted_on: date | None
    industry_line: str | None
    organization_status: OrganizationStatus
    covering_union: str | None
    operating_address: str | None
    registered_address: str | None
    point: list[float] | None
    is_invented: bool
    removed_on: date | None
    removal_reason: str | None


class GridPosts(BaseModel):
    """The two posts of a grid; `acting` is whom to ask."""

    liaison: Colleague | None
    cadre: Colleague | None
    acting: Colleague | None
    is_vacant: bool


class FormProposal(BaseModel):
    """What to found, by rule; the sentence is `founding_rule.<rule>`."""

    form: FoundingForm
    rule: str
    params: dict[str, Any]
    text_zh: str
    text_en: str


class Neighbour(BaseModel):
    """An enterprise of the same trade nearby."""

    enterprise_id: int
    name: str
    band: StaffBand
    distance_m: float
    grid: GridRef | None


class Event(BaseModel):
    """One line of history."""

    at: datetime
    act: CaseAct
    by: str
    post: str | None
    details: dict[str, Any] | None


class May(BaseModel):
    """What who is asking can do here now."""

    claim: bool
    work: bool
    direct: bool
    verify: bool
    dispute: bool


class Work(BaseModel):
    """Everything about working on one enterprise."""

    enterprise: WorkEnterprise
    responsibility: Responsibility | None
    people: GridPosts | None
    contact: MaskedContact | None
    case: Case | None
    closed_cases: list[Case]
    steps: list[Step]
    pauses: list[Pause]
    visits: list[Visit]
    clarity: dict[str, Any] | None
    dispute: Dispute | None
    proposal: FormProposal
    neighbours: list[Neighbour]
    history: list[Event]
    may: May


class WaitingPause(Pause):
    """A pause that waits, with its enterprise."""

    card: Card


class Waiting(BaseModel):
    """What waits for a cadre."""

    counts: dict[str, int]
    to_verify: list[Card]
    pauses: list[WaitingPause]
    disputes: list[Dispute]
    lapsed: list[Card]
    overdue: list[Card]
    unheld: list[Card]


class Points(BaseModel):
    """GeoJSON of my enterprises; `not_on_map` are without a place."""

    type: Literal["FeatureCollection"]
    not_on_map: int
    features: list[dict[str, Any]]
