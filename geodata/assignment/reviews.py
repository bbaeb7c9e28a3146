"""Deciding who is responsible where the rules could not, over nobody's head."""

from sqlalchemy.orm import Session

from geodata.assignment.service import decide
from geodata.errors import Conflict, NotFound
from geodata.models import Assignment
from geodata.queries import assignment_writes, disputes, overview, reviews
from geodata.queries.overview_figures import RowKey
from geodata.queries.scopes import Scope
from geodata.rules.personal import check_no_id_number


def decide_review(
    session: Session, enterprise_id: int, *, owner: str, reason: str, based_on: int, scope: Scope, by: str
) -> Assignment:
    """A cadre or planner names the owner, on the strength of the row in force they saw.

    Args:
        session: the open transaction.
        enterprise_id: whose owner.
        owner: ``grid:<id>`` or ``union:<code>``, of the county that counts the enterprise.
        reason: why, in words; kept for ever.
        based_on: id of the assignment that was in force when the asker looked.
        scope: the rows the asker may decide; a border case is open to both sides.
        by: login.

    Raises:
        NotFound: ``enterprise_not_found``, also for one of somebody else; ``grid_not_in_force`` and
            ``division_not_found``, also for those of another county.
        Conflict: ``decided_meanwhile`` with ``name`` of who decided and the ``owner`` they named.
        InvalidInput: ``decision_reason_missing``; ``overview_row_unknown``; ``looks_like_id_number``.
    """
    check_no_id_number(reason)
    assignment_writes.lock_assignments(session)
    now = reviews.find_owner_now(session, enterprise_id, scope)
    if now is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    if now.assignment_id != based_on:
        raise _decided(session, now)
    named = RowKey(owner)
    if (grid_id := named.grid_id) is not None:
        found = disputes.find_grid(session, grid_id)
        if found is None or found[1] != now.county_code:
            raise NotFound("grid_not_in_force", code=grid_id)
        return decide(session, enterprise_id, by=by, reason=reason, grid_code=found[0])
    named.clause()
    code = owner.removeprefix("union:")
    if not code.startswith(now.county_code or "-"):
        raise NotFound("division_not_found", code=code)
    return decide(session, enterprise_id, by=by, reason=reason, fallback_code=code)


def _decided(session: Session, now: reviews.OwnerNow) -> Conflict:
    row = RowKey.of(now.grid_id, now.fallback_code).text
    named = overview.name_of_row(session, now.county_code or "", row) or {"name": "", "code": row}
    owner = " ".join(filter(None, (named["name"], named["code"]))) or "—"
    return Conflict("decided_meanwhile", name=now.decided_by or "—", owner=owner)
