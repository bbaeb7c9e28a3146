"""How a case ends, is verified by somebody else (销号), sent back, and taken up again."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.errors import Conflict
from geodata.founding.acts import (
    Actor,
    check_held,
    check_state,
    claim_until,
    county_settings,
    due_on,
    end_pauses,
    lock_case,
    record,
    reread,
)
from geodata.founding.claims import check_note
from geodata.queries import founding_cases, responsibility
from geodata.queries.founding_cases import CaseRow
from geodata.queries.people import local_today
from geodata.queries.responsibility import clock
from geodata.rules.founding import REMOVAL_OF_END, check_end, check_not_future, check_verifier
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, CaseEnd, CaseState, CaseStep, OrganizationStatus


def end(
    session: Session, case_id: int, *, version: int, wanted: CaseEnd, on: date, note: str, actor: Actor
) -> CaseRow:
    """Say that it cannot be done, and why; the case waits to be verified. Nothing leaves the list yet.

    Raises:
        InvalidInput: ``end_note_missing``; ``date_in_future``; ``looks_like_id_number``.
        Conflict: ``end_founded_by_steps``; not held by the actor, see ``check_held``.
    """
    check_no_id_number(note)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor, CaseState.OPEN, CaseState.PAUSED)
    check_end(wanted, case.step, note)
    check_not_future(on, today=local_today(session))
    end_pauses(session, case)
    settings = county_settings(session, case.county_code)
    is_refused = wanted == CaseEnd.REFUSED
    values = {
        "state": CaseState.TO_VERIFY,
        "end": wanted,
        "end_note": note.strip(),
        "ended_on": on,
        "ended_by": actor.user_id,
        "due_on": case.due_on or due_on(session, case),
        "revisit_on": on + timedelta(days=settings.revisit_days) if is_refused else None,
    }
    founding_cases.change_case(session, case.id, values)
    told = {"end": str(wanted), "on": str(on), "note": note.strip()}
    record(session, actor, CaseAct.ENDED, case, before={"state": case.state}, after=told)
    return reread(session, case, actor)


def verify(session: Session, case_id: int, *, version: int, note: str | None, actor: Actor) -> CaseRow:
    """销号: a second person confirms the end; what closed down, moved, is empty or double leaves the list.

    Raises:
        InvalidInput: ``looks_like_id_number``.
        Conflict: ``verifier_is_closer``; ``case_is_<state>`` unless it waits to be verified.
    """
    check_no_id_number(note)
    case = lock_case(session, case_id, actor, version)
    check_state(case, CaseState.TO_VERIFY)
    check_verifier(ended_by=case.ended_by, verifier=actor.user_id)
    values = {"state": CaseState.CLOSED, "verified_by": actor.user_id, "verified_at": clock(session)}
    founding_cases.change_case(session, case.id, values)
    removal = REMOVAL_OF_END.get(CaseEnd(case.end or ""))
    if removal is not None:
        left = {"removed_on": case.ended_on, "removal_reason": removal}
        founding_cases.change_enterprise(session, case.enterprise_id, left)
    elif case.end == CaseEnd.REFUSED:
        _set_status(session, case, OrganizationStatus.UNORGANIZED)
    record(session, actor, CaseAct.VERIFIED, case, after={"end": case.end, "note": note})
    return reread(session, case, actor)


def send_back(session: Session, case_id: int, *, version: int, note: str, actor: Actor) -> CaseRow:
    """退回: the end is not believed; the case is under way again, with who held it.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``case_is_<state>`` unless it waits to be verified.
    """
    check_note(note)
    case = lock_case(session, case_id, actor, version)
    check_state(case, CaseState.TO_VERIFY)
    _take_up(session, case)
    record(session, actor, CaseAct.RETURNED, case, before={"end": case.end}, after={"note": note.strip()})
    return reread(session, case, actor)


def reopen(session: Session, case_id: int, *, version: int, note: str, actor: Actor) -> CaseRow:
    """Take a verified case up again; its enterprise is back on the list, with its owner by today's rules.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``case_is_<state>`` unless closed; ``case_another_open`` when a newer one is under way.
    """
    check_note(note)
    case = lock_case(session, case_id, actor, version)
    check_state(case, CaseState.CLOSED)
    if founding_cases.find_case_of(session, case.enterprise_id) is not None:
        raise Conflict("case_another_open")
    if case.end in REMOVAL_OF_END:
        back = {"removed_on": None, "removal_reason": None}
        founding_cases.change_enterprise(session, case.enterprise_id, back)
    _take_up(session, case)
    if responsibility.find_current(session, case.enterprise_id) is None:
        assign_enterprises(session, enterprise_ids=[case.enterprise_id])
    record(session, actor, CaseAct.REOPENED, case, before={"end": case.end}, after={"note": note.strip()})
    return reread(session, case, actor)


def _take_up(session: Session, case: CaseRow) -> None:
    """Put a case back under way: the end is gone, the clock counts again, a founding is undone."""
    values: dict[str, Any] = dict.fromkeys(
        ("end", "end_note", "ended_on", "ended_by", "revisit_on", "verified_by", "verified_at")
    )
    values |= {"state": CaseState.OPEN, "due_on": due_on(session, case)}
    if case.holder_id is not None:
        settings = county_settings(session, case.county_code)
        values["claim_until"] = claim_until(settings, local_today(session))
    founding_cases.change_case(session, case.id, values)
    if case.end == CaseEnd.FOUNDED:
        founding_cases.remove_step(session, case.id, CaseStep.UNVEILING)
        undone = {"covering_union": None, "covering_confirmed_on": None}
        founding_cases.change_enterprise(session, case.enterprise_id, undone)
    _set_status(session, case, OrganizationStatus.IN_PROGRESS)


def _set_status(session: Session, case: CaseRow, status: OrganizationStatus) -> None:
    founding_cases.change_enterprise(session, case.enterprise_id, {"organization_status": status})
