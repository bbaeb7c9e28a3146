"""A visit: one form, sent once and only once, in under a minute."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict, InvalidInput
from geodata.founding.acts import ENTERPRISE, Actor, county_settings, get_place, note, touched
from geodata.founding.claims import check_needs_union
from geodata.founding.steps import consent_values
from geodata.queries import case_events, founding_cases, visits
from geodata.queries.clauses import BAND_LIMITS, StaffBand
from geodata.queries.founding_cases import CaseRow, Place
from geodata.queries.people import local_today
from geodata.queries.visits import VisitRow
from geodata.rules.founding import check_not_future
from geodata.rules.personal import check_no_id_number
from geodata.vocab import CaseAct, CaseState, VisitChannel, VisitResult

CLARITY_TEXTS = ("operation_state", "investor_state", "party_organization_state", "union_organization_state")
CLARITY_COUNTS = ("workforce_count", "party_member_count")


@dataclass(frozen=True)
class NewVisit:
    """What somebody puts down. ``client_id`` is made by the device; ``clarity``: what was said of the six."""

    client_id: str
    visited_on: date
    result: VisitResult
    channel: VisitChannel
    next_on: date | None = None
    staff_band: StaffBand | None = None
    note: str | None = None
    clarity: dict[str, Any] | None = None


@dataclass(frozen=True)
class Visited:
    """A visit as stored, and the case after it. ``is_repeated``: it was sent before, nothing was added."""

    visit: VisitRow
    case: CaseRow | None
    is_repeated: bool


def add_visit(session: Session, enterprise_id: int, wanted: NewVisit, *, actor: Actor) -> Visited:
    """Write a visit down. With consent, the clock of one's own case starts; a band corrects the head count.

    A refusal without a next date is visited again after the county's number of days ⚙.

    Raises:
        NotFound: ``enterprise_not_found``.
        InvalidInput: ``date_in_future``; ``visit_next_too_early``; ``looks_like_id_number``.
        Conflict: ``submission_differs`` when the same ``client_id`` came with something else before;
            ``enterprise_removed``; ``enterprise_has_union``.
    """
    _check_texts(wanted)
    place = get_place(session, enterprise_id, actor.scope)
    check_needs_union(place)
    check_not_future(wanted.visited_on, today=local_today(session))
    next_on = _next_on(session, place, wanted)
    case = founding_cases.find_case_of(session, place.id)
    added = visits.add_visit(session, _columns(wanted, place, actor, next_on=next_on, case=case))
    visit = visits.get_sent(session, actor.user_id, wanted.client_id)
    if added is None:
        _check_same(visit, place, wanted)
        return Visited(visit, case, is_repeated=True)
    _correct_size(session, place, wanted)
    _save_clarity(session, place, wanted)
    if case is not None and case.holder_id == actor.user_id:
        _move_on(session, case, wanted, actor)
    told = {"visit": visit.id, "result": str(wanted.result), "channel": str(wanted.channel)}
    told |= {"on": str(wanted.visited_on)}
    case_id = case.id if case else None
    case_events.add_events(session, CaseAct.VISITED, by=actor.by, places=[(place.id, case_id)], details=told)
    note(session, actor, CaseAct.VISITED, ENTERPRISE, place.id, after=told)
    return Visited(visit, founding_cases.find_case_of(session, place.id), is_repeated=False)


def _check_texts(wanted: NewVisit) -> None:
    clarity = wanted.clarity or {}
    for text in (wanted.note, *(clarity.get(name) for name in CLARITY_TEXTS)):
        check_no_id_number(text)


def _next_on(session: Session, place: Place, wanted: NewVisit) -> date | None:
    if wanted.next_on is not None and wanted.next_on <= wanted.visited_on:
        raise InvalidInput("visit_next_too_early")
    if wanted.next_on is None and wanted.result == VisitResult.REFUSED:
        days = county_settings(session, place.county_code).revisit_days
        return wanted.visited_on + timedelta(days=days)
    return wanted.next_on


def _columns(
    wanted: NewVisit, place: Place, actor: Actor, *, next_on: date | None, case: CaseRow | None
) -> dict[str, Any]:
    stated = asdict(wanted)
    stated.pop("clarity")
    return {
        **stated,
        "next_on": next_on,
        "enterprise_id": place.id,
        "case_id": case.id if case else None,
        "user_id": actor.user_id,
    }


def _check_same(stored: VisitRow, place: Place, wanted: NewVisit) -> None:
    first = (stored.enterprise_id, stored.visited_on, stored.result, stored.channel, stored.note)
    if first != (place.id, wanted.visited_on, wanted.result, wanted.channel, wanted.note):
        raise Conflict("submission_differs")


def _correct_size(session: Session, place: Place, wanted: NewVisit) -> None:
    """A band that holds the stored count confirms it; another one becomes its smallest number."""
    if wanted.staff_band is None or wanted.staff_band == StaffBand.UNKNOWN:
        return
    low, high = BAND_LIMITS[wanted.staff_band]
    count = place.staff_count or 0
    if count < low or (high is not None and count > high):
        values = {"staff_count": low, "staff_counted_on": wanted.visited_on}
        founding_cases.change_enterprise(session, place.id, values)


def _save_clarity(session: Session, place: Place, wanted: NewVisit) -> None:
    known = {
        name: value
        for name, value in (wanted.clarity or {}).items()
        if name in (*CLARITY_TEXTS, *CLARITY_COUNTS) and value is not None
    }
    if known:
        visits.save_clarity(session, place.id, {**known, "as_of": wanted.visited_on})


def _move_on(session: Session, seen: CaseRow, wanted: NewVisit, actor: Actor) -> None:
    """Keep the claim alive; a first consent starts the clock."""
    case = founding_cases.find_case(session, seen.id, actor.scope, lock=True)
    if case is None or case.holder_id != actor.user_id:
        return
    is_consent = (
        wanted.result == VisitResult.CONSENTED and case.consent_on is None and case.state == CaseState.OPEN
    )
    consent = consent_values(session, case, wanted.visited_on) if is_consent else {}
    if case.state in (CaseState.OPEN, CaseState.PAUSED):
        founding_cases.change_case(session, case.id, touched(session, case) | consent, is_edit=is_consent)
    if is_consent:
        founding_cases.mark_in_progress(session, case.enterprise_id)
