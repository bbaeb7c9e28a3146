"""The five steps in order, the consent that starts the clock, and what is to be founded."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict
from geodata.founding.acts import (
    ENTERPRISE,
    Actor,
    check_held,
    county_settings,
    end_pauses,
    get_place,
    lock_case,
    note,
    record,
    reread,
    touched,
)
from geodata.founding.claims import check_note
from geodata.queries import calendar, case_events, founding_cases
from geodata.queries.founding_cases import CaseRow
from geodata.queries.people import local_today
from geodata.rules.founding import (
    Clock,
    Evidence,
    check_founded,
    check_not_future,
    check_step,
    next_step,
    previous_step,
)
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, CaseEnd, CaseState, CaseStep, FoundingForm, FoundingRoute


@dataclass(frozen=True)
class Plan:
    """How the employer is won and what is founded, by which union's name when it covers several."""

    route: FoundingRoute | None = None
    form: FoundingForm | None = None
    union_name: str | None = None


def record_consent(session: Session, case_id: int, *, version: int, on: date, actor: Actor) -> CaseRow:
    """The employer agreed on a day: where consent starts the clock ⚙, it runs from there.

    A corrected day moves the clock. The day itself does not count.

    Raises:
        InvalidInput: ``date_in_future``.
        Conflict: not held by the actor, see ``check_held``.
    """
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor)
    check_not_future(on, today=local_today(session))
    values = consent_values(session, case, on)
    founding_cases.change_case(session, case.id, values | touched(session, case))
    founding_cases.mark_in_progress(session, case.enterprise_id)
    record(
        session,
        actor,
        CaseAct.CONSENT_RECORDED,
        case,
        before={"consent_on": str(case.consent_on) if case.consent_on else None},
        after={"consent_on": str(on)},
    )
    return reread(session, case, actor)


def consent_values(session: Session, case: CaseRow, on: date) -> dict[str, Any]:
    """The columns that a consent of this day changes."""
    settings = county_settings(session, case.county_code)
    if settings.clock_starts != "consent":
        return {"consent_on": on}
    pauses = founding_cases.approved(founding_cases.list_pauses(session, [case.id]))
    clock = Clock(on, settings.founding_workdays, pauses)
    return {
        "consent_on": on,
        "clock_from": on,
        "allowed_workdays": settings.founding_workdays,
        "due_on": clock.due_on(calendar.read_calendar(session)),
    }


def finish_step(
    session: Session,
    case_id: int,
    step: CaseStep,
    *,
    version: int,
    evidence: Evidence,
    union_name: str | None = None,
    actor: Actor,
) -> CaseRow:
    """Finish the step that is due; the unveiling ends the case, which then waits to be verified.

    Raises:
        InvalidInput: ``approval_missing`` and other lacks of evidence; for the unveiling ``form_missing``,
            ``covering_union_missing``; ``looks_like_id_number``.
        Conflict: ``step_out_of_order``; not held by the actor, see ``check_held``.
    """
    for text in (evidence.text, evidence.document_number, union_name):
        check_no_id_number(text)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor)
    check_step(case.step, step, evidence, today=local_today(session))
    following = next_step(step)
    values: dict[str, Any] = (
        {"step": following} if following else _founded(session, case, evidence, union_name)
    )
    if following is None:
        values["ended_by"] = actor.user_id
    else:
        founding_cases.mark_in_progress(session, case.enterprise_id)
    founding_cases.save_step(session, case.id, step, _step_values(evidence, actor))
    founding_cases.change_case(session, case.id, touched(session, case) | values)
    told = {**{key: value and str(value) for key, value in asdict(evidence).items()}, "step": str(step)}
    if following is None:
        told |= {"end": CaseEnd.FOUNDED, "union_name": union_name or case.union_name}
    record(session, actor, CaseAct.STEP_DONE, case, before={"step": case.step}, after=told)
    return reread(session, case, actor)


def _step_values(evidence: Evidence, actor: Actor) -> dict[str, Any]:
    return {
        "done_on": evidence.done_on,
        "done_by": actor.user_id,
        "evidence": evidence.text,
        "document_number": (evidence.document_number or "").strip() or None,
        "document_on": evidence.document_on,
    }


def _founded(session: Session, case: CaseRow, evidence: Evidence, union_name: str | None) -> dict[str, Any]:
    name = (union_name or case.union_name or "").strip() or None
    status = check_founded(case.form, name)
    end_pauses(session, case)
    founding_cases.change_enterprise(
        session,
        case.enterprise_id,
        {
            "organization_status": status,
            "covering_union": name,
            "covering_confirmed_on": evidence.done_on if name else None,
        },
    )
    return {
        "state": CaseState.TO_VERIFY,
        "end": CaseEnd.FOUNDED,
        "ended_on": evidence.done_on,
        "union_name": name,
    }


def undo_step(session: Session, case_id: int, *, version: int, why: str, actor: Actor) -> CaseRow:
    """Take the last finished step back; the history keeps it.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``step_is_first``; not held by the actor, see ``check_held``.
    """
    check_note(why)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor)
    before = previous_step(case.step)
    if before is None:
        raise Conflict("step_is_first")
    founding_cases.remove_step(session, case.id, before)
    founding_cases.change_case(session, case.id, touched(session, case) | {"step": before})
    record(
        session,
        actor,
        CaseAct.STEP_UNDONE,
        case,
        before={"step": case.step},
        after={"step": before, "note": why.strip()},
    )
    return reread(session, case, actor)


def plan(session: Session, case_id: int, *, version: int, wanted: Plan, actor: Actor) -> CaseRow:
    """Write down the route and what is to be founded; nulls take a choice back.

    Raises:
        InvalidInput: ``looks_like_id_number``.
        Conflict: not held by the actor, see ``check_held``.
    """
    check_no_id_number(wanted.union_name)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor, CaseState.OPEN, CaseState.PAUSED)
    founding_cases.change_case(session, case.id, touched(session, case) | asdict(wanted))
    before = {"route": case.route, "form": case.form, "union_name": case.union_name}
    record(session, actor, CaseAct.PLANNED, case, before=before, after=asdict(wanted))
    return reread(session, case, actor)


def propose(
    session: Session,
    enterprise_id: int,
    *,
    form: FoundingForm,
    union_name: str | None,
    why: str,
    actor: Actor,
) -> None:
    """Say what should be founded, as an instructor of a line may: the holder sees it and decides.

    Raises:
        NotFound: ``enterprise_not_found``.
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
    """
    check_note(why)
    check_no_id_number(union_name)
    place = get_place(session, enterprise_id, actor.scope)
    told = {"form": str(form), "union_name": union_name, "note": why.strip()}
    case_events.add_events(
        session, CaseAct.FORM_PROPOSED, by=actor.by, places=[(place.id, place.case_id)], details=told
    )
    note(session, actor, CaseAct.FORM_PROPOSED, ENTERPRISE, place.id, after=told)
