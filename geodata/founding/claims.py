"""清单+领单: who holds an enterprise's case. N claim at once, one wins, the others are told who has it."""

from datetime import date

from sqlalchemy.orm import Session

from geodata.errors import Conflict, InvalidInput
from geodata.founding.acts import (
    Actor,
    check_held,
    check_state,
    claim_until,
    county_settings,
    get_place,
    lock_case,
    record,
    reread,
)
from geodata.queries import calendar, founding_cases, grid_people
from geodata.queries.founding_cases import CaseRow, Place
from geodata.queries.people import local_today
from geodata.queries.responsibility import clock
from geodata.rules.founding import Clock
from geodata.rules.personal import check_no_id_number
from geodata.rules.settings import CountySettings
from geodata.vocab import UNORGANIZED_STATES, CaseAct, CaseState, UnheldReason

_UNDER_WAY = (CaseState.OPEN, CaseState.PAUSED)


def claim(session: Session, enterprise_id: int, *, actor: Actor) -> CaseRow:
    """Take an enterprise that nobody holds, in one conditional write.

    Raises:
        NotFound: ``enterprise_not_found``, also for one outside the actor's scope.
        Conflict: ``claimed_by_other`` with ``name``; ``claimed_already`` when it is one's own;
            ``enterprise_removed``; ``enterprise_has_union``; ``case_is_to_verify``.
    """
    place = get_place(session, enterprise_id, actor.scope)
    check_needs_union(place)
    today = local_today(session)
    taken = _take(session, place, user_id=actor.user_id, today=today, is_forced=False)
    if taken is None:
        raise _refusal(session, place, actor)
    case = _get(session, taken, actor)
    record(session, actor, CaseAct.CLAIMED, case, after={"claim_until": str(case.claim_until)})
    return case


def assign(session: Session, enterprise_id: int, *, user_id: int, note: str | None, actor: Actor) -> CaseRow:
    """Give an enterprise to a liaison or cadre, whoever holds it; its case follows the grid of today.

    Raises:
        NotFound: ``enterprise_not_found``.
        InvalidInput: ``assignee_has_no_post``; ``looks_like_id_number``.
        Conflict: as ``claim``, but for being held.
    """
    check_no_id_number(note)
    place = get_place(session, enterprise_id, actor.scope)
    check_needs_union(place)
    if not grid_people.list_assignees(session, actor.scope, user_id=user_id):
        raise InvalidInput("assignee_has_no_post")
    before = founding_cases.find_case_of(session, enterprise_id)
    taken = _take(session, place, user_id=user_id, today=local_today(session), is_forced=True)
    if taken is None:
        raise _refusal(session, place, actor)
    case = _get(session, taken, actor)
    record(
        session,
        actor,
        CaseAct.ASSIGNED,
        case,
        before={"holder": before.holder_name} if before else None,
        after={"holder": case.holder_name, "note": note},
    )
    return case


def give_back(session: Session, case_id: int, *, version: int, note: str, actor: Actor) -> CaseRow:
    """Put a case down; its steps stay for whoever takes it up.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: not held by the actor, see ``check_held``.
    """
    check_note(note)
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor, *_UNDER_WAY)
    return _unhold(session, case, actor, CaseAct.GIVEN_BACK, UnheldReason.GIVEN_BACK, note)


def free(session: Session, case_id: int, *, version: int, note: str, actor: Actor) -> CaseRow:
    """A cadre takes a case from who holds it; anybody of the grid may claim it then.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``case_is_<state>``; ``case_unheld``.
    """
    check_note(note)
    case = lock_case(session, case_id, actor, version)
    check_state(case, *_UNDER_WAY)
    if case.holder_id is None:
        raise Conflict("case_unheld")
    return _unhold(session, case, actor, CaseAct.FREED, UnheldReason.FREED, note)


def extend(session: Session, case_id: int, *, version: int, actor: Actor) -> CaseRow:
    """Hold a claim for the whole term from today on.

    Raises:
        Conflict: not held by the actor, see ``check_held``.
    """
    case = lock_case(session, case_id, actor, version)
    check_held(case, actor, *_UNDER_WAY)
    settings = county_settings(session, case.county_code)
    until = claim_until(settings, local_today(session))
    founding_cases.change_case(session, case.id, {"claim_until": until})
    record(
        session,
        actor,
        CaseAct.EXTENDED,
        case,
        before={"claim_until": str(case.claim_until)},
        after={"claim_until": str(until)},
    )
    return reread(session, case, actor)


def check_needs_union(place: Place) -> None:
    """Refuse what needs no union any more.

    Raises:
        Conflict: ``enterprise_removed``; ``enterprise_has_union``.
    """
    if place.removed_on is not None:
        raise Conflict("enterprise_removed", id=place.id)
    if place.case_id is None and place.organization_status not in UNORGANIZED_STATES:
        raise Conflict("enterprise_has_union", id=place.id)


def check_note(note: str | None) -> None:
    """An act that takes something from somebody says why.

    Raises:
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
    """
    if not (note or "").strip():
        raise InvalidInput("note_missing")
    check_no_id_number(note)


def _take(session: Session, place: Place, *, user_id: int, today: date, is_forced: bool) -> int | None:
    settings = county_settings(session, place.county_code)
    return founding_cases.claim(
        session,
        enterprise_id=place.id,
        county_code=place.county_code,
        user_id=user_id,
        claim_until=claim_until(settings, today),
        clock=_clock(session, settings, today),
        today=None if is_forced else today,
    )


def _clock(session: Session, settings: CountySettings, today: date) -> tuple[date | None, date | None, int]:
    """(start, last day, allowed): running from today where the claim starts the clock ⚙."""
    allowed = settings.founding_workdays
    if settings.clock_starts != "claim":
        return None, None, allowed
    return today, Clock(today, allowed).due_on(calendar.read_calendar(session)), allowed


def _get(session: Session, case_id: int, actor: Actor) -> CaseRow:
    case = founding_cases.find_case(session, case_id, actor.scope)
    assert case is not None  # noqa: S101 - just written, in the scope of the place
    return case


def _refusal(session: Session, place: Place, actor: Actor) -> Conflict:
    """Why a conditional write took nothing."""
    case = founding_cases.find_case_of(session, place.id)
    if case is None:
        return Conflict("enterprise_has_union", id=place.id)
    if case.state == CaseState.TO_VERIFY:
        return Conflict(f"case_is_{case.state}")
    if case.holder_id == actor.user_id:
        return Conflict("claimed_already")
    return Conflict("claimed_by_other", name=case.holder_name or "")


def _unhold(
    session: Session, case: CaseRow, actor: Actor, act: CaseAct, why: UnheldReason, note: str
) -> CaseRow:
    founding_cases.change_case(session, case.id, unheld(why, session))
    record(session, actor, act, case, before={"holder": case.holder_name}, after={"note": note.strip()})
    return reread(session, case, actor)


def unheld(why: UnheldReason, session: Session) -> dict[str, object]:
    """The columns of a case that nobody holds."""
    return {
        "holder_id": None,
        "claim_until": None,
        "unheld_why": why,
        "unheld_at": clock(session),
    }
