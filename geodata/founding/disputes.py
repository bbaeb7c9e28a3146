"""不在我这里: a liaison says an enterprise is somebody else's. It stays theirs until that is settled."""

from typing import Any

from sqlalchemy.orm import Session

from geodata.assignment.service import decide as decide_owner
from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.founding.acts import DISPUTE, Actor, check_version, claim_until, county_settings, get_place, note
from geodata.founding.claims import check_note, unheld
from geodata.queries import calendar, case_events, founding_cases, grid_people
from geodata.queries import disputes as stored
from geodata.queries.disputes import DisputeRow
from geodata.queries.people import local_today
from geodata.queries.responsibility import clock
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, CaseState, DisputeKind, DisputeState, UnheldReason


def open_dispute(
    session: Session,
    enterprise_id: int,
    *,
    kind: DisputeKind,
    proposed_grid_id: int | None,
    why: str,
    actor: Actor,
) -> DisputeRow:
    """Say that an enterprise is not in one's grid, or has moved. Nothing changes until it is settled.

    Raises:
        NotFound: ``enterprise_not_found``; ``grid_not_in_force`` for the proposed one.
        InvalidInput: ``note_missing``; ``looks_like_id_number``; ``dispute_same_grid``.
        Conflict: ``dispute_open``; ``enterprise_removed``.
    """
    check_note(why)
    place = get_place(session, enterprise_id, actor.scope)
    if place.removed_on is not None:
        raise Conflict("enterprise_removed", id=place.id)
    if proposed_grid_id is not None:
        if proposed_grid_id == place.grid_id:
            raise InvalidInput("dispute_same_grid")
        if stored.find_grid(session, proposed_grid_id) is None:
            raise NotFound("grid_not_in_force", code=proposed_grid_id)
    settings = county_settings(session, place.county_code)
    due = calendar.read_calendar(session).add_workdays(local_today(session), settings.dispute_workdays)
    values = {"enterprise_id": place.id, "kind": kind, "from_grid_id": place.grid_id}
    values |= {"proposed_grid_id": proposed_grid_id, "note": why.strip(), "opened_by": actor.user_id}
    dispute_id = stored.add_dispute(session, values | {"decide_by": due})
    if dispute_id is None:
        raise Conflict("dispute_open")
    told = {"kind": str(kind), "proposed_grid_id": proposed_grid_id, "note": why.strip()}
    _record(session, actor, CaseAct.DISPUTE_OPENED, (dispute_id, place.id, place.case_id), told)
    found = stored.find_open(session, place.id)
    assert found is not None  # noqa: S101 - just written
    return found


def accept(session: Session, dispute_id: int, *, version: int, why: str | None, actor: Actor) -> DisputeRow:
    """The proposed grid takes the enterprise, and its case with it.

    Raises:
        NotFound: ``dispute_not_found``.
        Conflict: ``dispute_closed``; ``dispute_not_yours`` unless one's own grid is the proposed one.
        InvalidInput: ``looks_like_id_number``.
        Stale: it was changed since ``version`` was read.
    """
    check_no_id_number(why)
    dispute = _lock(session, dispute_id, actor, version)
    if dispute.proposed_grid_id is None or dispute.proposed_grid_id not in actor.scope.grid_ids:
        raise Conflict("dispute_not_yours")
    return _move(session, dispute, dispute.proposed_grid_id, DisputeState.ACCEPTED, why, actor)


def withdraw(session: Session, dispute_id: int, *, version: int, actor: Actor) -> DisputeRow:
    """Who opened a dispute takes it back.

    Raises:
        NotFound, Stale, Conflict: as ``accept``.
    """
    dispute = _lock(session, dispute_id, actor, version)
    if dispute.opened_by_id != actor.user_id:
        raise Conflict("dispute_not_yours")
    return _stay(session, dispute, DisputeState.WITHDRAWN, None, actor)


def decide(
    session: Session, dispute_id: int, *, version: int, grid_id: int | None, why: str, actor: Actor
) -> DisputeRow:
    """A cadre decides: the enterprise goes to a grid, or stays where it is (``grid_id`` null).

    Raises:
        NotFound: ``dispute_not_found``; ``grid_not_in_force``.
        InvalidInput: ``note_missing``; ``looks_like_id_number``.
        Conflict: ``dispute_closed``.
        Stale: it was changed since ``version`` was read.
    """
    check_note(why)
    dispute = _lock(session, dispute_id, actor, version)
    if grid_id is None or grid_id == dispute.from_grid_id:
        return _stay(session, dispute, DisputeState.DECIDED, why, actor)
    return _move(session, dispute, grid_id, DisputeState.DECIDED, why, actor)


def _lock(session: Session, dispute_id: int, actor: Actor, version: int) -> DisputeRow:
    dispute = stored.find_dispute(session, dispute_id, actor.scope, lock=True)
    if dispute is None:
        raise NotFound("dispute_not_found", id=dispute_id)
    check_version(session, dispute.enterprise_id, dispute.version, version)
    if dispute.state != DisputeState.OPEN:
        raise Conflict("dispute_closed")
    return dispute


def _stay(
    session: Session, dispute: DisputeRow, state: DisputeState, why: str | None, actor: Actor
) -> DisputeRow:
    act = CaseAct.DISPUTE_WITHDRAWN if state == DisputeState.WITHDRAWN else CaseAct.DISPUTE_DECIDED
    _close(session, dispute, state, dispute.from_grid_id, why, actor)
    case = founding_cases.find_case_of(session, dispute.enterprise_id)
    told = {"stays": True, "note": why}
    _record(session, actor, act, (dispute.id, dispute.enterprise_id, case.id if case else None), told)
    return _again(session, dispute, actor)


def _move(
    session: Session,
    dispute: DisputeRow,
    grid_id: int,
    state: DisputeState,
    why: str | None,
    actor: Actor,
) -> DisputeRow:
    grid = stored.find_grid(session, grid_id)
    if grid is None:
        raise NotFound("grid_not_in_force", code=grid_id)
    # The decision about the owner writes the one entry of the log; the history gets its own line.
    decide_owner(session, dispute.enterprise_id, by=actor.by, reason=why or dispute.note, grid_code=grid[0])
    _close(session, dispute, state, grid_id, why, actor)
    case_id = _move_case(session, dispute.enterprise_id, grid_id)
    act = CaseAct.DISPUTE_ACCEPTED if state == DisputeState.ACCEPTED else CaseAct.DISPUTE_DECIDED
    case_events.add_events(
        session,
        act,
        by=actor.by,
        places=[(dispute.enterprise_id, case_id)],
        details={"grid_id": grid_id, "grid_code": grid[0], "note": why},
    )
    return _again(session, dispute, actor)


def _move_case(session: Session, enterprise_id: int, grid_id: int) -> int | None:
    """The case goes to the liaison of the new grid, or waits there for somebody to claim it."""
    case = founding_cases.find_case_of(session, enterprise_id)
    if case is None:
        return None
    values: dict[str, Any] = {"grid_id": grid_id}
    if case.state != CaseState.TO_VERIFY:
        liaison = grid_people.list_people(session, [grid_id])[grid_id].liaison
        if liaison is None:
            values |= unheld(UnheldReason.MOVED, session)
        else:
            until = claim_until(county_settings(session, case.county_code), local_today(session))
            values |= {"holder_id": liaison.id, "claim_until": until, "unheld_why": None, "unheld_at": None}
    founding_cases.change_case(session, case.id, values)
    return case.id


def _close(
    session: Session,
    dispute: DisputeRow,
    state: DisputeState,
    grid_id: int | None,
    why: str | None,
    actor: Actor,
) -> None:
    values = {"state": state, "closed_by": actor.user_id, "closed_at": clock(session)}
    stored.change_dispute(session, dispute.id, values | {"decision_note": why, "decided_grid_id": grid_id})


def _record(
    session: Session,
    actor: Actor,
    act: CaseAct,
    subject: tuple[int, int, int | None],
    told: dict[str, Any],
) -> None:
    dispute_id, enterprise_id, case_id = subject
    told = {key: value for key, value in told.items() if value is not None}
    case_events.add_events(session, act, by=actor.by, places=[(enterprise_id, case_id)], details=told)
    note(session, actor, act, DISPUTE, dispute_id, after=told)


def _again(session: Session, dispute: DisputeRow, actor: Actor) -> DisputeRow:
    return stored.find_dispute(session, dispute.id, actor.scope) or dispute
