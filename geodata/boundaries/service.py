"""The life of a boundary version: checked, approved by a second person, put in force on its day."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from geodata.assignment.service import AssignmentSummary, assign_enterprises, propose_owners
from geodata.db import Progress
from geodata.errors import BoundaryBlocked, Conflict, InvalidInput
from geodata.models import BoundaryVersion
from geodata.queries import boundaries as stored
from geodata.queries.assignment_decisions import PROPOSALS
from geodata.queries.assignment_writes import lock_assignments
from geodata.queries.boundaries import Move
from geodata.queries.responsibility import clock
from geodata.rules.assignment import local_date
from geodata.rules.boundaries import Finding, FindingSeverity, find_faults
from geodata.vocab import VersionStatus

__all__ = [
    "Finding",
    "Move",
    "activate_due",
    "activate_version",
    "approve_version",
    "check_version",
    "list_moves",
    "today",
]
_OPEN = frozenset({VersionStatus.DRAFT, VersionStatus.INVALID, VersionStatus.CHECKED})


def today(session: Session) -> date:
    """The calendar day in Asia/Shanghai, by the database's clock."""
    return local_date(clock(session))


def check_version(session: Session, version_id: int) -> list[Finding]:
    """Look for everything wrong with a version; the findings are stored with it.

    A version not yet approved becomes ``checked``, or ``invalid`` with a blocking finding; later states
    stay, and a version in force or archived keeps the findings it went live with.

    Raises:
        NotFound: ``boundary_version_not_found``.
    """
    version = stored.lock_version(session, version_id)
    findings = _find_faults(session, version)
    if version.status in _OPEN:
        is_blocked = any(finding.is_blocking for finding in findings)
        version.status = VersionStatus.INVALID if is_blocked else VersionStatus.CHECKED
    if version.status not in (VersionStatus.EFFECTIVE, VersionStatus.ARCHIVED):
        version.findings = [finding.to_json() for finding in findings]
        version.checked_at = clock(session)
    session.flush()
    return findings


def _find_faults(session: Session, version: BoundaryVersion) -> list[Finding]:
    day = today(session)
    previous = stored.find_effective(session, version.county_code)
    before = [] if previous is None or previous.id == version.id else [previous.id]
    refused = [
        Finding(
            "grid_row_refused",
            FindingSeverity.BLOCKING,
            params={"file": row.file_name, "row": row.row_number, "why": row.code, "value": row.value},
        )
        for row in stored.list_refused_rows(session, version.id)
    ]
    faults = find_faults(
        stored.list_drawn(session, version.id),
        stored.find_county_shape(session, version.county_code, today=day),
        previous_codes=set().union(*stored.grids_of(session, before).values()),
    )
    return [*refused, *faults]


def _require_faultless(session: Session, version: BoundaryVersion) -> None:
    """Look again, for a file may have come in since the last check."""
    blocking = [finding for finding in _find_faults(session, version) if finding.is_blocking]
    if blocking:
        raise BoundaryBlocked(label=version.label, blocking=len(blocking), first=blocking[0].code)


def approve_version(session: Session, version_id: int, *, by: str) -> None:
    """A second person takes responsibility for a checked version.

    Raises:
        NotFound: ``boundary_version_not_found``.
        Conflict: ``boundary_not_checked``; ``boundary_second_person`` when somebody approves it who
            made it or brought rows into it.
        BoundaryBlocked: a blocking finding is there, perhaps since the check.
    """
    version = stored.lock_version(session, version_id)
    if version.status != VersionStatus.CHECKED:
        raise Conflict("boundary_not_checked", label=version.label, status=version.status)
    if not by.strip() or by in stored.list_makers(session, version_id, version.created_by):
        raise Conflict("boundary_second_person", label=version.label, by=by)
    _require_faultless(session, version)
    version.status = VersionStatus.APPROVED
    version.approved_by = by
    version.approved_at = clock(session)
    stored.note(session, by=by, action="boundary_approved", version=version)


def list_moves(session: Session, version_id: int) -> list[Move]:
    """What activation would move, by owner, without moving anything: from → to and how many.

    The version is put in force inside a savepoint, owners are proposed by the very rules of a real run,
    compared, and all is rolled back.

    Raises:
        NotFound: ``boundary_version_not_found``.
        Conflict: ``boundary_not_ahead`` for a version that is or was in force.
    """
    lock_assignments(session)
    version = stored.lock_version(session, version_id)
    if version.status in (VersionStatus.EFFECTIVE, VersionStatus.ARCHIVED):
        raise Conflict("boundary_not_ahead", label=version.label, status=version.status)
    previous = stored.find_effective(session, version.county_code)
    previous_id = None if previous is None else previous.id
    rehearsal = session.begin_nested()
    try:
        touched = stored.list_touched(session, version, previous)
        stored.put_in_force(session, version, previous, effective_from=_next_day(session, previous))
        propose_owners(session, enterprise_ids=touched)
        return stored.list_proposed_moves(session, PROPOSALS, version_id=version_id, previous_id=previous_id)
    finally:
        rehearsal.rollback()


def _next_day(session: Session, previous: BoundaryVersion | None) -> date:
    """The first day on which another version could follow; a rehearsal needs one, whatever the plan is."""
    day = today(session)
    if previous is None or previous.effective_from is None:
        return day
    return max(day, previous.effective_from + timedelta(days=1))


def activate_version(
    session: Session,
    version_id: int,
    *,
    effective_from: date,
    by: str,
    reason: str | None = None,
    progress: Progress | None = None,
) -> AssignmentSummary:
    """Put an approved version in force from a day, and give new owners to whom it touches.

    A day to come is only noted: the version stays approved until ``activate_due`` runs on that day, and
    the summary is empty. A day gone by needs a reason, unless the county never had a version in force.

    Raises:
        NotFound: ``boundary_version_not_found``.
        Conflict: ``boundary_not_approved``; ``boundary_date_past`` without a reason;
            ``boundary_date_before_current`` when the version in force began on that day or later.
        BoundaryBlocked: a blocking finding is there, perhaps since the approval.
    """
    lock_assignments(session)
    version = stored.lock_version(session, version_id)
    if version.status != VersionStatus.APPROVED:
        raise Conflict("boundary_not_approved", label=version.label, status=version.status)
    if not by.strip():
        raise InvalidInput("actor_missing")
    _require_faultless(session, version)
    previous = stored.find_effective(session, version.county_code)
    day = today(session)
    _check_date(version, previous, effective_from, today=day, reason=reason)
    details = {"effective_from": effective_from.isoformat(), "reason": reason}
    if effective_from > day:
        version.effective_from = effective_from
        stored.note(session, by=by, action="boundary_scheduled", version=version, after=details)
        return AssignmentSummary()
    return _activate(session, version, previous, effective_from, by=by, details=details, progress=progress)


def _check_date(
    version: BoundaryVersion,
    previous: BoundaryVersion | None,
    effective_from: date,
    *,
    today: date,
    reason: str | None,
) -> None:
    params = {"label": version.label, "date": effective_from.isoformat()}
    if previous is None:
        return
    if previous.effective_from is not None and effective_from <= previous.effective_from:
        raise Conflict("boundary_date_before_current", **params, current=previous.effective_from.isoformat())
    if effective_from < today and not (reason or "").strip():
        raise Conflict("boundary_date_past", **params)


def _activate(
    session: Session,
    version: BoundaryVersion,
    previous: BoundaryVersion | None,
    effective_from: date,
    *,
    by: str,
    details: dict[str, str | None],
    progress: Progress | None,
) -> AssignmentSummary:
    touched = stored.list_touched(session, version, previous)
    stored.put_in_force(session, version, previous, effective_from=effective_from)
    summary = assign_enterprises(session, enterprise_ids=touched, progress=progress)
    stored.note(
        session,
        by=by,
        action="boundary_activated",
        version=version,
        before=None if previous is None else {"label": previous.label, "version_id": previous.id},
        after={**details, "opened": summary.opened, "closed": summary.closed},
    )
    return summary


def activate_due(session: Session, *, by: str, progress: Progress | None = None) -> list[BoundaryVersion]:
    """Put in force every approved version whose day has come, the earliest first; returns them.

    A version with a blocking finding stays approved and is left out: its county keeps the old drawing.
    """
    lock_assignments(session)
    day = today(session)
    activated = []
    for due in stored.list_due(session, today=day):
        version = stored.lock_version(session, due.id)
        previous = stored.find_effective(session, version.county_code)
        began = version.effective_from
        if began is None or (previous is not None and began <= (previous.effective_from or began)):
            continue
        if any(finding.is_blocking for finding in _find_faults(session, version)):
            continue
        details: dict[str, str | None] = {"effective_from": began.isoformat(), "reason": "due"}
        _activate(session, version, previous, began, by=by, details=details, progress=progress)
        activated.append(version)
    return activated
