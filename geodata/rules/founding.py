"""The union work on one enterprise: five steps in order, a clock with pauses, what to found, how it ends.

Everything here can be read aloud to a cadre. Dates are days in Asia/Shanghai; lengths are working days
unless a name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from geodata.errors import Conflict, InvalidInput
from geodata.rules.workdays import WorkCalendar
from geodata.vocab import CaseEnd, CaseStep, FoundingForm, OrganizationStatus, RemovalReason

STEPS = tuple(CaseStep)
"""调查摸底, 资料完善, 工作动员, 申报批复, 揭牌成立: the order of text 004."""


def step_number(step: str) -> int:
    """1 to 5."""
    return STEPS.index(CaseStep(step)) + 1


def next_step(step: str) -> CaseStep | None:
    """The step after this one; nothing after the unveiling."""
    number = step_number(step)
    return STEPS[number] if number < len(STEPS) else None


def previous_step(step: str) -> CaseStep | None:
    """The step before this one; nothing before the survey."""
    number = step_number(step)
    return STEPS[number - 2] if number > 1 else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a step is done, and on which day it was; of the unveiling, the day of founding."""

    done_on: date
    text: str | None = None
    document_number: str | None = None
    document_on: date | None = None


def check_step(step: str, wanted: str, evidence: Evidence, *, today: date) -> None:
    """Refuse a step out of order or without its evidence.

    Step 4 passes only with the number and date of the approval (Trade Union Law art. 12: the next higher
    union approves). No date lies in the future; an approval is not younger than the day the step was done.

    Raises:
        Conflict: ``step_out_of_order`` with ``step``, the one that is due.
        InvalidInput: ``approval_missing``, ``date_in_future``, ``approval_after_step``.
    """
    if step != wanted:
        raise Conflict("step_out_of_order", step=step_number(step))
    for day in filter(None, (evidence.done_on, evidence.document_on)):
        check_not_future(day, today=today)
    if wanted != CaseStep.APPLICATION_APPROVAL:
        return
    if not (evidence.document_number or "").strip() or evidence.document_on is None:
        raise InvalidInput("approval_missing")
    if evidence.document_on > evidence.done_on:
        raise InvalidInput("approval_after_step")


def check_not_future(day: date, *, today: date) -> None:
    """Refuse a day after today.

    Raises:
        InvalidInput: ``date_in_future``.
    """
    if day > today:
        raise InvalidInput("date_in_future", date=day.isoformat())


class Due(StrEnum):
    """Where a clock stands."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    TODAY = "today"
    OVERDUE = "overdue"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Pause:
    """An approved pause: the day it begins still counts, the day it ends does not. Open without ``until``."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The working days of one case: begun on a day that does not count, stopped during pauses.

    Attributes:
        started_on: day of the employer's consent, or of the claim ⚙; ``None`` while it has not begun.
        allowed: working days until it is overdue (5 ⚙).
        pauses: approved ones; they never overlap.
    """

    started_on: date | None
    allowed: int
    pauses: Sequence[Pause] = ()

    @property
    def is_paused(self) -> bool:
        """Whether a pause is open."""
        return any(pause.until is None for pause in self.pauses)

    def used(self, calendar: WorkCalendar, today: date) -> int:
        """Working days used up to and including ``today``; pauses do not count."""
        if self.started_on is None:
            return 0
        paused = sum(
            calendar.workdays_between(max(pause.since, self.started_on), min(pause.until or today, today))
            for pause in self.pauses
        )
        return calendar.workdays_between(self.started_on, today) - paused

    def due_on(self, calendar: WorkCalendar) -> date | None:
        """The last day in time; nothing before the start and during a pause."""
        if self.started_on is None or self.is_paused:
            return None
        day = self.started_on
        while self.used(calendar, day) < self.allowed:
            day = calendar.add_workdays(day, 1)
        return day


def days_left(calendar: WorkCalendar, due_on: date, today: date) -> int:
    """Working days from today to the last day; 0 on it, negative once it is past."""
    if due_on >= today:
        return calendar.workdays_between(today, due_on)
    return -max(1, calendar.workdays_between(due_on, today))


def due_state(due_on: date | None, today: date, *, is_paused: bool = False) -> Due:
    """Where a running case stands; red when the last day is past, and never closed for it."""
    if is_paused:
        return Due.PAUSED
    if due_on is None:
        return Due.NOT_STARTED
    if due_on < today:
        return Due.OVERDUE
    return Due.TODAY if due_on == today else Due.RUNNING


@dataclass(frozen=True, slots=True)
class FormProposal:
    """What to found, and the sentence that says why (``founding_rule.<rule>`` with ``params``)."""

    form: FoundingForm
    rule: str
    params: dict[str, Any] = field(default_factory=dict)


def propose_form(
    *, staff_count: int | None, threshold: int, neighbours: int, distance_m: int
) -> FormProposal:
    """A form to start from; the person decides (rule R10).

    Trade Union Law art. 11 counts *members*: with 25 a committee of its own is the rule, with fewer one may
    found alone or jointly. An enterprise without a union has no members, so staff stand in for them, and
    the sentence says so.

    Args:
        staff_count: head count, ``None`` or 0 when it is not known.
        threshold: the number of members from which a union of its own is the rule (25 ⚙).
        neighbours: enterprises of the same trade without a union within ``distance_m``.
        distance_m: how near these are (300 m ⚙).
    """
    known = {"staff": staff_count, "threshold": threshold}
    if not staff_count:
        return FormProposal(FoundingForm.SINGLE, "staff_unknown", {"threshold": threshold})
    if staff_count >= threshold:
        return FormProposal(FoundingForm.SINGLE, "single", known)
    if neighbours:
        near = {**known, "neighbours": neighbours, "distance_m": distance_m}
        return FormProposal(FoundingForm.JOINT, "joint", near)
    return FormProposal(FoundingForm.ABSORBED, "few_alone", {**known, "distance_m": distance_m})


STATUS_OF_FORM = {
    FoundingForm.SINGLE: OrganizationStatus.OWN_UNION,
    FoundingForm.DISPATCHED: OrganizationStatus.OWN_UNION,
    FoundingForm.INCUBATED: OrganizationStatus.OWN_UNION,
    FoundingForm.ORGANIZER: OrganizationStatus.OWN_UNION,
    FoundingForm.JOINT: OrganizationStatus.COVERED_JOINT,
    FoundingForm.REGIONAL: OrganizationStatus.COVERED_JOINT,
    FoundingForm.INDUSTRY: OrganizationStatus.COVERED_INDUSTRY,
    FoundingForm.SUB_BRANCH: OrganizationStatus.COVERED_PARENT,
    FoundingForm.GROUP: OrganizationStatus.COVERED_PARENT,
    FoundingForm.ABSORBED: OrganizationStatus.ABSORBED,
}
"""What an enterprise is once founded in a form."""

REMOVAL_OF_END = {
    CaseEnd.CLOSED_DOWN: RemovalReason.CLOSED_DOWN,
    CaseEnd.MOVED: RemovalReason.MOVED_OUT,
    CaseEnd.NO_WORKERS: RemovalReason.NO_WORKERS,
    CaseEnd.DUPLICATE: RemovalReason.DUPLICATE,
}
"""Ends that take the enterprise off the list, once verified. Refused ones stay on it."""


def check_founded(form: str | None, union_name: str | None) -> OrganizationStatus:
    """What the enterprise becomes; a union that covers several must be named.

    Raises:
        InvalidInput: ``form_missing``, ``covering_union_missing``.
    """
    if form is None:
        raise InvalidInput("form_missing")
    status = STATUS_OF_FORM[FoundingForm(form)]
    if status != OrganizationStatus.OWN_UNION and not (union_name or "").strip():
        raise InvalidInput("covering_union_missing")
    return status


def check_end(end: str, step: str, note: str | None) -> None:
    """Only the last step ends in ``founded``; every other end needs a reason or evidence in words (R11).

    Raises:
        Conflict: ``end_founded_by_steps``.
        InvalidInput: ``end_note_missing``.
    """
    if end == CaseEnd.FOUNDED:
        raise Conflict("end_founded_by_steps", step=step_number(step))
    if not (note or "").strip():
        raise InvalidInput("end_note_missing")


def check_verifier(*, ended_by: int | None, verifier: int) -> None:
    """The one who closes cannot verify (销号).

    Raises:
        Conflict: ``verifier_is_closer``.
    """
    if ended_by == verifier:
        raise Conflict("verifier_is_closer")
