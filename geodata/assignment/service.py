"""Give every enterprise its one responsible grid, and let people decide where the rules cannot."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from sqlalchemy.orm import Session

from geodata.assignment.lookup import Responsibility, which_grid
from geodata.assignment.parallel import cover_in_parallel
from geodata.db import Progress
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.models import Assignment, Enterprise
from geodata.queries import (
    assignment_codes,
    assignment_cover,
    assignment_decisions,
    assignment_writes,
    audit,
    responsibility,
)
from geodata.queries.assignment_cover import Scope
from geodata.queries.responsibility import clock
from geodata.rules.assignment import REVIEW_STATUSES, local_date
from geodata.vocab import AssignmentStatus

__all__ = ["AssignmentSummary", "Responsibility", "assign_enterprises", "decide", "which_grid"]


@dataclass(frozen=True)
class AssignmentSummary:
    """What a run found and changed. ``assigned + fallback + out_of_county == enterprises``, always."""

    enterprises: int = 0
    assigned: int = 0
    fallback: int = 0
    out_of_county: int = 0
    not_on_map: int = 0
    review: int = 0
    by_method: dict[str, int] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    closed: int = 0
    unchanged: int = 0
    seconds: float = 0.0


def assign_enterprises(
    session: Session,
    *,
    enterprise_ids: Sequence[int] | None = None,
    parallel: int = 1,
    progress: Progress | None = None,
) -> AssignmentSummary:
    """Propose one owner for every place of work (or only these ids) and write down what differs.

    Every place that is not removed gets exactly one grid or union, or stands in the queue
    ``out_of_county``; removed ones lose their owner. A second run over the same data writes nothing. The
    summary counts the places of this run only.

    Args:
        session: the open transaction; its uncommitted rows are seen, and the caller commits.
        enterprise_ids: whom to look at again; ``None`` for everybody.
        parallel: sessions for the covering join of a run about everybody. Above 1, the extra ones read
            what was committed before, so the caller must not have uncommitted changes to places or grids.
        progress: told of the stages.
    """
    began = perf_counter()
    tell = progress or _silent
    scope, now = propose_owners(session, enterprise_ids=enterprise_ids, parallel=parallel, progress=tell)
    tell("assign_write", 3, 4)
    if scope.is_limited or assignment_writes.has_assignments(session):
        written = assignment_writes.write_changes(session, scope, now=now)
    else:
        written = assignment_writes.write_first(session, now=now)
    summary = _summarize(session, scope, written, seconds=perf_counter() - began)
    session.expire_all()
    tell("assign_write", 4, 4)
    return summary


def propose_owners(
    session: Session,
    *,
    enterprise_ids: Sequence[int] | None = None,
    parallel: int = 1,
    progress: Progress | None = None,
) -> tuple[Scope, datetime]:
    """Find an owner for every place by the rules, in temporary tables; nothing is written down.

    Returns whom the run is about, and the instant at which its changes would be written.
    """
    tell = progress or _silent
    assignment_writes.lock_assignments(session)
    now = clock(session)
    today = local_date(now)
    scope = assignment_cover.prepare_scope(session, enterprise_ids)
    tell("assign_cover", 0, 4)
    assignment_decisions.keep_manual(session, scope)
    _fill_cover(session, scope, parallel=parallel)
    tell("assign_border", 1, 4)
    assignment_cover.fill_vague(session, scope)
    assignment_cover.analyze_cover(session)
    assignment_cover.find_special(session)
    assignment_decisions.decide_special(session, today=today)
    tell("assign_rest", 2, 4)
    assignment_decisions.decide_uncovered(session, scope, today=today)
    assignment_codes.decide_unplaced(session, scope, today=today)
    return scope, now


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody listens."""


def _fill_cover(session: Session, scope: Scope, *, parallel: int) -> None:
    assignment_cover.create_cover(session)
    if parallel > 1 and not scope.is_limited:
        cover_in_parallel(session, scope, sessions=parallel)
    else:
        assignment_cover.fill_cover(session, scope)


def _summarize(
    session: Session, scope: Scope, written: assignment_writes.Written, *, seconds: float
) -> AssignmentSummary:
    by_method: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    assigned = fallback = 0
    for method, status, with_grid, with_union, places in assignment_writes.count_proposals(session):
        by_method[method] += places
        by_status[status] += places
        assigned += with_grid
        fallback += with_union
    enterprises = by_method.total()
    return AssignmentSummary(
        enterprises=enterprises,
        assigned=assigned,
        fallback=fallback,
        out_of_county=by_status[AssignmentStatus.OUT_OF_COUNTY],
        not_on_map=assignment_codes.count_unplaced(session, scope),
        review=sum(by_status[status] for status in REVIEW_STATUSES),
        by_method=dict(sorted(by_method.items())),
        by_status=dict(sorted((status, places) for status, places in by_status.items() if places)),
        opened=written.opened,
        closed=written.closed,
        unchanged=enterprises - written.opened,
        seconds=round(seconds, 3),
    )


def decide(
    session: Session,
    enterprise_id: int,
    *,
    by: str,
    reason: str,
    grid_code: str | None = None,
    fallback_code: str | None = None,
) -> Assignment:
    """A person names the owner: a grid in force, or the union of a division. The old row is closed, not lost.

    Raises:
        InvalidInput: ``decision_reason_missing``, or ``decision_owner_ambiguous`` unless exactly one of
            ``grid_code`` and ``fallback_code`` is given.
        NotFound: ``enterprise_not_found``, ``grid_not_in_force`` or ``division_not_found``.
        Conflict: ``enterprise_removed``, or ``grid_code_ambiguous`` when two counties use the code.
    """
    if not reason.strip() or not by.strip():
        raise InvalidInput("decision_reason_missing")
    if (grid_code is None) == (fallback_code is None):
        raise InvalidInput("decision_owner_ambiguous")
    assignment_writes.lock_assignments(session)
    enterprise = session.get(Enterprise, enterprise_id, populate_existing=True)
    if enterprise is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    if enterprise.removed_on is not None:
        raise Conflict("enterprise_removed", id=enterprise_id)
    before = responsibility.find_current(session, enterprise_id)
    grid_id, version_id = (None, None)
    if grid_code is not None:
        grid_id, version_id = _grid_named(session, enterprise_id, grid_code)
    elif not responsibility.division_exists(session, fallback_code or ""):
        raise NotFound("division_not_found", code=fallback_code)
    was = None if before is None else _owner_of(before)
    new_id = responsibility.replace_assignment(
        session,
        enterprise_id=enterprise_id,
        values={
            "grid_id": grid_id,
            "fallback_code": fallback_code,
            "version_id": version_id,
            "by": by,
            "reason": reason.strip(),
        },
    )
    session.expire_all()
    decided = session.get_one(Assignment, new_id)
    audit.note(
        session,
        by=by,
        action="assignment_decided",
        subject_kind="enterprise",
        subject_id=enterprise_id,
        before=was,
        after={**_owner_of(decided), "reason": reason.strip()},
    )
    return decided


def _grid_named(session: Session, enterprise_id: int, grid_code: str) -> tuple[int, int]:
    """The grid in force that a cadre of this enterprise's county means by a code."""
    found = responsibility.find_grids_in_force(session, grid_code)
    if len(found) > 1:
        county = responsibility.find_county_of(session, enterprise_id)
        found = [each for each in found if each[2] == county]
    if not found:
        raise NotFound("grid_not_in_force", code=grid_code)
    if len(found) > 1:
        raise Conflict("grid_code_ambiguous", code=grid_code)
    return found[0][0], found[0][1]


def _owner_of(row: Assignment) -> dict[str, object]:
    return {
        "grid_id": row.grid_id,
        "other_grid_id": row.other_grid_id,
        "fallback_code": row.fallback_code,
        "method": row.method,
        "status": row.status,
    }
