"""Stopping the clock: asked for with a reason, approved by somebody else, ended by going on."""

from sqlalchemy.orm import Session

from geodata.errors import Conflict
from geodata.founding.acts import (
    Actor,
    check_held,
    check_state,
    due_on,
    end_pauses,
    lock_case,
    record,
    reread,
    touched,
)
from geodata.queries import founding_cases
from geodata.queries.founding_cases import CaseRow, PauseRow
from geodata.queries.people import local_today
from geodata.queries.responsibility import clock
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, CaseState, StuckReason


def request_pause(
    session: Session, case_id: int, *, version: int, reason: StuckReason, note: str | None, actor: Actor
) -> CaseRow:
    """Ask for a pause from today on. The clock runs until it is approved, and stands still from today then.

    Raises:
        InvalidInput: ``looks_like_id_number``.
        Conflict: ``pause_under_way``; not held by the actor, see ``check_held``.
    """
    check_no_id_number(note)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor)
    today = local_today(session)
    values = {"case_id": case.id, "reason": reason, "note": note, "since": today}
    if founding_cases.add_pause(session, {**values, "requested_by": actor.user_id}) is None:
        raise Conflict("pause_under_way")
    founding_cases.change_case(session, case.id, touched(session, case))
    record(session, actor, CaseAct.PAUSE_REQUESTED, case, after={"reason": str(reason), "note": note})
    return reread(session, case, actor)


def decide_pause(
    session: Session, case_id: int, *, version: int, is_approved: bool, note: str | None, actor: Actor
) -> CaseRow:
    """Approve or refuse the pause that was asked for; never one's own.

    Raises:
        InvalidInput: ``looks_like_id_number``.
        Conflict: ``pause_not_requested``; ``pause_is_own``; ``case_is_<state>``.
    """
    check_no_id_number(note)
    case = lock_case(session, case_id, actor, version)
    check_state(case, CaseState.OPEN)
    pause = _waiting(session, case)
    if pause.requested_by_id == actor.user_id:
        raise Conflict("pause_is_own")
    values = {"decided_by": actor.user_id, "decided_at": clock(session), "is_approved": is_approved}
    founding_cases.change_pause(session, pause.id, {**values, "decision_note": note})
    paused = {"state": CaseState.PAUSED, "due_on": None} if is_approved else {}
    founding_cases.change_case(session, case.id, paused)
    act = CaseAct.PAUSE_APPROVED if is_approved else CaseAct.PAUSE_REFUSED
    record(session, actor, act, case, after={"reason": pause.reason, "note": note})
    return reread(session, case, actor)


def resume(session: Session, case_id: int, *, version: int, actor: Actor) -> CaseRow:
    """Go on: the working days that were left are left again, from tomorrow on.

    Raises:
        Conflict: not held by the actor or not paused, see ``check_held``.
    """
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor, CaseState.PAUSED)
    today = local_today(session)
    end_pauses(session, case)
    values = {"state": CaseState.OPEN, "due_on": due_on(session, case)}
    founding_cases.change_case(session, case.id, touched(session, case) | values)
    record(session, actor, CaseAct.RESUMED, case, after={"on": str(today)})
    return reread(session, case, actor)


def _waiting(session: Session, case: CaseRow) -> PauseRow:
    for pause in founding_cases.list_pauses(session, [case.id]):
        if pause.is_approved is None and pause.until is None:
            return pause
    raise Conflict("pause_not_requested")
