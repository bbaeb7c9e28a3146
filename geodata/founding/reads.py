"""What people who do the union work look at: today, their enterprises, one of them, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geodata.assignment.lookup import Responsibility, explain, which_grid
from geodata.errors import NotFound
from geodata.founding.acts import ENTERPRISE, Actor, county_settings, note
from geodata.queries import (
    calendar,
    case_events,
    disputes,
    founding_cases,
    founding_lists,
    founding_work,
    grid_people,
    visits,
)
from geodata.queries.assignments import list_owners
from geodata.queries.case_events import EventRow
from geodata.queries.disputes import DisputeRow
from geodata.queries.founding_cases import CaseRow, PauseRow, StepRow
from geodata.queries.founding_lists import Asker, CardRow, ListQuestion, PointRow
from geodata.queries.founding_work import Neighbour, WorkRow
from geodata.queries.grid_people import Assignee, GridPeople, GridWork
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.queries.visits import VisitRow
from geodata.rules.founding import FormProposal, propose_form
from geodata.rules.workdays import WorkCalendar
from geodata.vocab import UNORGANIZED_STATES

TODAY_GROUPS = ("overdue", "due_today", "new", "in_hand", "next", "lapsing")
WAITING_GROUPS = ("to_verify", "pauses", "lapsed", "overdue", "unheld")


@dataclass(frozen=True)
class Context:
    """On which day, by which calendar and for whom rows are read."""

    today: date
    calendar: WorkCalendar
    user_id: int
    warning_days: int


@dataclass(frozen=True)
class Today:
    """A day's work: counts of every group and the first cards of each."""

    context: Context
    grids: Sequence[tuple[GridWork, GridPeople]]
    counts: dict[str, int]
    groups: dict[str, list[CardRow]]


@dataclass(frozen=True)
class MinePage:
    """One page of my enterprises."""

    context: Context
    wanted: ListQuestion
    total: int
    cards: list[CardRow]


@dataclass(frozen=True)
class Work:
    """One enterprise with everything that working on it needs; the contact's number is still whole here."""

    context: Context
    enterprise: WorkRow
    responsibility: Responsibility | None
    people: GridPeople | None
    case: CaseRow | None
    closed: list[CaseRow]
    steps: list[StepRow]
    pauses: list[PauseRow]
    visits: list[VisitRow]
    clarity: dict[str, Any] | None
    dispute: DisputeRow | None
    proposal: FormProposal
    neighbours: list[Neighbour]
    history: list[EventRow]


@dataclass(frozen=True)
class Waiting:
    """What waits for a cadre."""

    context: Context
    counts: dict[str, int]
    groups: dict[str, list[CardRow]]
    pauses: list[PauseRow]
    disputes: list[DisputeRow]


@dataclass(frozen=True)
class Owner:
    """Whom to ask about a place or an enterprise: names and work phones of colleagues, never its contact."""

    responsibility: Responsibility
    people: GridPeople | None
    is_mine: bool


def read_context(session: Session, *, user_id: int, scope: Scope) -> Context:
    """Today, the calendar, and the warning days of the county of a scope."""
    county = next(iter(sorted(scope.county_codes)), None)
    settings = county_settings(session, county)
    return Context(
        local_today(session), calendar.read_calendar(session), user_id, settings.claim_warning_days
    )


def get_today(session: Session, *, scope: Scope, user_id: int) -> Today:
    """The day's work on the grids of a scope: what is overdue, due, new, in hand and next."""
    context = read_context(session, user_id=user_id, scope=scope)
    asker = _asker(context, scope)
    counts, groups = founding_lists.list_groups(session, asker, TODAY_GROUPS, counted=("unorganized",))
    grids = grid_people.list_grid_work(session, sorted(scope.grid_ids), sorted(UNORGANIZED_STATES))
    people = grid_people.list_people(session, sorted(scope.grid_ids))
    return Today(context, [(grid, people[grid.grid_id]) for grid in grids], counts, groups)


def list_mine(session: Session, wanted: ListQuestion, *, scope: Scope, user_id: int) -> MinePage:
    """My enterprises that need a union or have a case under way."""
    context = read_context(session, user_id=user_id, scope=scope)
    total, cards = founding_lists.list_mine(session, _asker(context, scope), wanted)
    return MinePage(context, wanted, total, cards)


def list_points(session: Session, *, scope: Scope, user_id: int) -> tuple[Context, int, list[PointRow]]:
    """My enterprises as points, and how many are not on the map."""
    context = read_context(session, user_id=user_id, scope=scope)
    missing, points = founding_lists.list_points(session, _asker(context, scope))
    return context, missing, points


def get_work(session: Session, enterprise_id: int, *, scope: Scope, user_id: int) -> Work:
    """One enterprise of one's own.

    Raises:
        NotFound: ``enterprise_not_found``, also for one of somebody else.
    """
    enterprise = founding_work.find_work(session, enterprise_id, scope)
    if enterprise is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    context = read_context(session, user_id=user_id, scope=scope)
    case = founding_cases.find_case_of(session, enterprise_id)
    closed = founding_cases.list_closed(session, enterprise_id)
    shown = case or next(iter(closed), None)
    owner = next(iter(list_owners(session, [enterprise_id])), None)
    proposal, neighbours = _propose(session, enterprise)
    return Work(
        context=context,
        enterprise=enterprise,
        responsibility=None if owner is None else explain(owner),
        people=_people(session, enterprise.grid_id),
        case=case,
        closed=closed,
        steps=founding_cases.list_steps(session, shown.id) if shown else [],
        pauses=founding_cases.list_pauses(session, [shown.id]) if shown else [],
        visits=visits.list_visits(session, enterprise_id),
        clarity=visits.find_clarity(session, enterprise_id),
        dispute=disputes.find_open(session, enterprise_id),
        proposal=proposal,
        neighbours=neighbours,
        history=case_events.list_events(session, enterprise_id),
    )


def _propose(session: Session, enterprise: WorkRow) -> tuple[FormProposal, list[Neighbour]]:
    settings = county_settings(session, enterprise.county_code)
    near = founding_work.list_neighbours(session, enterprise.id, distance_m=settings.joint_distance_m)
    proposal = propose_form(
        staff_count=enterprise.staff_count,
        threshold=settings.founding_threshold,
        neighbours=len(near),
        distance_m=settings.joint_distance_m,
    )
    return proposal, near


def list_waiting(session: Session, *, scope: Scope, user_id: int) -> Waiting:
    """What waits for a cadre: ends to verify, pauses, disputes, lapsed claims, overdue and unheld cases."""
    context = read_context(session, user_id=user_id, scope=scope)
    asker = _asker(context, scope)
    counts, groups = founding_lists.list_groups(session, asker, WAITING_GROUPS)
    asked = [card.case.id for card in groups["pauses"] if card.case is not None]
    pauses = [pause for pause in founding_cases.list_pauses(session, asked) if pause.is_approved is None]
    open_disputes = disputes.list_disputes(session, scope)
    counts["disputes"] = len(open_disputes)
    return Waiting(context, counts, groups, pauses, open_disputes)


def list_disputes(session: Session, *, scope: Scope, user_id: int) -> tuple[Context, list[DisputeRow]]:
    """Open disputes of either side."""
    context = read_context(session, user_id=user_id, scope=scope)
    return context, disputes.list_disputes(session, scope)


def list_assignees(session: Session, *, scope: Scope) -> list[Assignee]:
    """Who can be given work in the counties of a scope."""
    return grid_people.list_assignees(session, scope)


def find_owners(
    session: Session,
    *,
    scope: Scope,
    uscc: str | None = None,
    name: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
) -> list[Owner]:
    """Which grid, who, and the work phone: by credit code, part of a name, or place; at most 20.

    Raises:
        InvalidInput: as ``geodata.assignment.lookup.which_grid``.
    """
    found = which_grid(session, uscc=uscc, name=name, lon=lon, lat=lat)
    grid_ids = sorted({one.grid_id for one in found if one.grid_id is not None})
    people = grid_people.list_people(session, grid_ids)
    return [Owner(one, people.get(one.grid_id or 0), is_mine=one.grid_id in scope.grid_ids) for one in found]


def reveal_contact(session: Session, enterprise_id: int, *, actor: Actor) -> tuple[str | None, str | None]:
    """(name, phone) of the contact, whole; that it was looked at stays in the log, the number does not.

    Raises:
        NotFound: ``enterprise_not_found``, also for one whose contact is not the actor's to see.
    """
    enterprise = founding_work.find_work(session, enterprise_id, actor.scope)
    if enterprise is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    note(session, actor, "contact_revealed", ENTERPRISE, enterprise_id)
    return enterprise.contact_name, enterprise.contact_phone


def list_days(session: Session, year: int) -> list[Any]:
    """The days of a year of the working calendar."""
    return list(calendar.list_days(session, year))


def _asker(context: Context, scope: Scope) -> Asker:
    return Asker(scope, context.user_id, context.today, context.warning_days)


def _people(session: Session, grid_id: int | None) -> GridPeople | None:
    return None if grid_id is None else grid_people.list_people(session, [grid_id])[grid_id]


def opens(session: Session, enterprise_id: int, scope: Scope) -> bool:
    """Whether a scope opens an enterprise, by its owner or by its case."""
    return bool(scope) and founding_cases.find_place(session, enterprise_id, scope) is not None
