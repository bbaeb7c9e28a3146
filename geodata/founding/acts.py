"""What every act of the union work shares: who acts, on which case, and the line it leaves."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict, NotFound, Stale
from geodata.queries import audit, calendar, case_events, founding_cases
from geodata.queries.founding_cases import CaseRow, Place
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.queries.settings import read_settings
from geodata.rules.founding import Clock
from geodata.rules.settings import CountySettings
from geodata.vocab import CaseAct, CaseState

CASE, ENTERPRISE, DISPUTE = "founding_case", "enterprise", "dispute"
"""Kinds of subject in the log."""


@dataclass(frozen=True)
class Actor:
    """Who acts: user, login for the log, and the rows that the permission of the act opens."""

    user_id: int
    by: str
    scope: Scope


def record(
    session: Session,
    actor: Actor,
    act: CaseAct,
    case: CaseRow,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One line of history and one entry of the log about a case; ``after`` is what the line tells."""
    told = {key: value for key, value in (after or {}).items() if value is not None}
    case_events.add_events(
        session, act, by=actor.by, places=[(case.enterprise_id, case.id)], details=told or None
    )
    note(session, actor, act, CASE, case.id, before=before, after=after)


def note(
    session: Session,
    actor: Actor,
    act: str,
    kind: str,
    subject_id: int,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One entry of the log."""
    audit.note(
        session,
        by=actor.by,
        action=f"case_{act}" if kind == CASE else str(act),
        subject_kind=kind,
        subject_id=subject_id,
        before=before,
        after=after,
    )


def get_place(session: Session, enterprise_id: int, scope: Scope) -> Place:
    """An enterprise that the actor may work on.

    Raises:
        NotFound: ``enterprise_not_found``, also for one of somebody else.
    """
    place = founding_cases.find_place(session, enterprise_id, scope)
    if place is None:
        raise NotFound("enterprise_not_found", id=enterprise_id)
    return place


def lock_case(session: Session, case_id: int, actor: Actor, version: int) -> CaseRow:
    """The case an act changes, locked, as the actor last saw it.

    Raises:
        NotFound: ``case_not_found``, also for one of somebody else.
        Stale: it was changed since ``version`` was read.
    """
    case = founding_cases.find_case(session, case_id, actor.scope, lock=True)
    if case is None:
        raise NotFound("case_not_found", id=case_id)
    check_version(session, case.enterprise_id, case.version, version)
    return case


def check_version(session: Session, enterprise_id: int, stored: int, version: int) -> None:
    """Refuse a save that is based on an older version.

    Raises:
        Stale: with ``version`` stored now, ``by``, ``at`` and ``changed`` of the newest line of history.
    """
    if stored == version:
        return
    latest = case_events.find_latest(session, enterprise_id)
    raise Stale(
        version=stored,
        by=latest.actor_name if latest else "",
        at=latest.at.isoformat() if latest else "",
        changed=latest.act if latest else "",
    )


def check_held(case: CaseRow, actor: Actor, *states: CaseState) -> None:
    """Only who holds a case works it, and only while it is under way.

    Raises:
        Conflict: ``case_is_<state>``; ``case_unheld``; ``case_held_by_other`` with ``name``.
    """
    check_state(case, *(states or (CaseState.OPEN,)))
    if case.holder_id is None:
        raise Conflict("case_unheld")
    if case.holder_id != actor.user_id:
        raise Conflict("case_held_by_other", name=case.holder_name or "")


def check_state(case: CaseRow, *states: CaseState) -> None:
    """Refuse an act that does not fit where the case is.

    Raises:
        Conflict: ``case_is_<state>``.
    """
    if case.state not in states:
        raise Conflict(f"case_is_{case.state}")


def county_settings(session: Session, county_code: str | None) -> CountySettings:
    """The choices of the county that counts a case."""
    return read_settings(session, county_code)


def claim_until(settings: CountySettings, today: date) -> date:
    """The last day of a claim touched today."""
    return today + timedelta(days=settings.claim_days)


def clock_of(session: Session, case: CaseRow) -> Clock:
    """The clock of a case with its approved pauses, read now."""
    pauses = founding_cases.list_pauses(session, [case.id])
    return Clock(case.clock_from, case.allowed_workdays, founding_cases.approved(pauses))


def due_on(session: Session, case: CaseRow) -> date | None:
    """The last day in time by the calendar as it stands now."""
    return clock_of(session, case).due_on(calendar.read_calendar(session))


def touched(session: Session, case: CaseRow) -> dict[str, Any]:
    """The columns that keep a claim from lapsing: somebody works on the case today."""
    if case.holder_id is None:
        return {}
    settings = county_settings(session, case.county_code)
    return {"claim_until": claim_until(settings, local_today(session))}


def end_pauses(session: Session, case: CaseRow) -> None:
    """End the approved pause that runs, and drop one that waits: the case moves on without it."""
    today = local_today(session)
    for pause in founding_cases.list_pauses(session, [case.id]):
        if pause.until is None and pause.is_approved is not False:
            founding_cases.change_pause(session, pause.id, {"until": today})


def reread(session: Session, case: CaseRow, actor: Actor) -> CaseRow:
    """The case after the act."""
    found = founding_cases.find_case(session, case.id, actor.scope)
    return found if found is not None else case
