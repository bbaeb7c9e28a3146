"""The union work as JSON: dates as text, days left counted, telephone numbers masked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from geodata.founding.reads import Context, MinePage, Owner, Today, Waiting, Work
from geodata.queries.disputes import DisputeRow
from geodata.queries.founding_cases import CaseRow, PauseRow, StepRow
from geodata.queries.founding_lists import CardRow, PointRow
from geodata.queries.grid_people import Assignee, Colleague, GridPeople
from geodata.queries.scopes import Scope
from geodata.queries.visits import VisitRow
from geodata.rules.founding import STEPS, FormProposal, days_left, due_state, step_number
from geodata.rules.personal import mask_phone
from geodata.vocab import CaseState
from webmap.api import responsibility
from webmap.i18n import LOCALES, translate


def case_json(case: CaseRow | None, context: Context) -> dict[str, Any] | None:
    """A case with where its clock stands today."""
    if case is None:
        return None
    is_running = case.state == CaseState.OPEN and case.due_on is not None
    left = days_left(context.calendar, case.due_on, context.today) if is_running and case.due_on else None
    return {
        "id": case.id,
        "enterprise_id": case.enterprise_id,
        "version": case.version,
        "state": case.state,
        "step": case.step,
        "step_number": step_number(case.step),
        "route": case.route,
        "form": case.form,
        "union_name": case.union_name,
        "holder": _person(case.holder_id, case.holder_name),
        "is_mine": case.holder_id == context.user_id,
        "claimed_at": _text(case.claimed_at),
        "claim_until": _text(case.claim_until),
        "lapses_in_days": _lapses_in(case, context),
        "unheld_why": case.unheld_why,
        "unheld_at": _text(case.unheld_at),
        "consent_on": _text(case.consent_on),
        "clock_from": _text(case.clock_from),
        "due_on": _text(case.due_on),
        "due": _due(case, context),
        "workdays_left": left,
        "is_estimated": bool(
            is_running and case.due_on and context.calendar.is_estimated(context.today, case.due_on)
        ),
        "end": case.end,
        "end_note": case.end_note,
        "ended_on": _text(case.ended_on),
        "ended_by": _person(case.ended_by, case.ended_by_name),
        "revisit_on": _text(case.revisit_on),
        "verified_at": _text(case.verified_at),
        "verified_by": _person(case.verified_by, case.verified_by_name),
        "grid": grid_json(case.grid_id, case.grid_code, case.grid_name),
    }


def _due(case: CaseRow, context: Context) -> str:
    if case.state not in (CaseState.OPEN, CaseState.PAUSED):
        return "stopped"
    return due_state(case.due_on, context.today, is_paused=case.state == CaseState.PAUSED)


def _lapses_in(case: CaseRow, context: Context) -> int | None:
    if case.state != CaseState.OPEN or case.claim_until is None:
        return None
    days = (case.claim_until - context.today).days
    return days if days < context.warning_days else None


def card_json(card: CardRow, context: Context) -> dict[str, Any]:
    """An enterprise of a list."""
    return {
        "enterprise_id": card.enterprise_id,
        "name": card.name,
        "band": card.band,
        "industry_line": card.industry_line,
        "organization_status": card.organization_status,
        "grid": grid_json(card.grid_id, card.grid_code, card.grid_name),
        "case": case_json(card.case, context),
        "last_visit": card.visited_on
        and {
            "on": _text(card.visited_on),
            "result": card.visit_result,
            "note": card.visit_note,
            "by": card.visit_by,
        },
        "next_on": _text(card.next_on),
        "assigned_on": _text(card.assigned_on),
        "is_new": bool(card.is_new),
        "has_dispute": card.has_dispute,
        "point": _point(card.lon, card.lat),
    }


def today_json(today: Today) -> dict[str, Any]:
    """A day's work."""
    return {
        "on": _text(today.context.today),
        "grids": [
            {
                **_named(grid.grid_id, grid.code, grid.name),
                "county": grid.county_code,
                "unorganized": grid.unorganized,
                "is_acting": people.is_vacant,
            }
            for grid, people in today.grids
        ],
        "counts": today.counts,
        **{name: [card_json(card, today.context) for card in cards] for name, cards in today.groups.items()},
    }


def page_json(page: MinePage) -> dict[str, Any]:
    """A page of my enterprises."""
    return {
        "total": page.total,
        "page": page.wanted.page,
        "limit": page.wanted.limit,
        "enterprises": [card_json(card, page.context) for card in page.cards],
    }


def work_json(work: Work, *, may: dict[str, bool], scope: Scope) -> dict[str, Any]:
    """Everything about working on one enterprise; ``may`` holds ``reveal`` beside the acts."""
    one = work.enterprise
    shown = work.case or next(iter(work.closed), None)
    facts = {key: value for key, value in asdict(one).items() if key not in _NOT_SHOWN}
    facts |= {key: _text(facts[key]) for key in ("staff_counted_on", "removed_on")}
    return {
        "enterprise": {**facts, "point": _point(one.lon, one.lat)},
        "responsibility": work.responsibility and responsibility.to_json(work.responsibility),
        "people": work.people and people_json(work.people),
        "contact": _contact(work, may),
        "case": case_json(work.case, work.context),
        "closed_cases": [case_json(case, work.context) for case in work.closed],
        "steps": steps_json(shown, work.steps),
        "pauses": [pause_json(pause) for pause in work.pauses],
        "visits": [visit_json(visit) for visit in work.visits],
        "clarity": work.clarity and {key: _text(value) for key, value in work.clarity.items()},
        "dispute": work.dispute and dispute_json(work.dispute, work.context, scope),
        "proposal": proposal_json(work.proposal),
        "neighbours": [
            {
                "enterprise_id": near.enterprise_id,
                "name": near.name,
                "band": near.band,
                "distance_m": near.distance_m,
                "grid": grid_json(near.grid_id, near.grid_code, near.grid_name),
            }
            for near in work.neighbours
        ],
        "history": [
            {
                "at": event.at.isoformat(),
                "act": event.act,
                "by": event.actor_name,
                "post": event.post,
                "details": event.details,
            }
            for event in work.history
        ],
        "may": {key: value for key, value in may.items() if key != "reveal"},
    }


_NOT_SHOWN = frozenset(
    {"contact_name", "contact_phone", "lon", "lat", "industry_code", "county_code", "grid_id"}
)


def _contact(work: Work, may: dict[str, bool]) -> dict[str, Any] | None:
    name, phone = work.enterprise.contact_name, work.enterprise.contact_phone
    if not (name or phone):
        return None
    return {"name": name, "phone": mask_phone(phone), "may_reveal": may["reveal"]}


def steps_json(case: CaseRow | None, done: Sequence[StepRow]) -> list[dict[str, Any]]:
    """All five steps, finished or not."""
    finished = {row.step: row for row in done}
    current = case.step if case and case.state in (CaseState.OPEN, CaseState.PAUSED) else None
    steps = []
    for step in STEPS:
        row = finished.get(step)
        steps.append(
            {
                "step": str(step),
                "number": step_number(step),
                "done_on": _text(row.done_on) if row else None,
                "by": row.by if row else None,
                "evidence": row.evidence if row else None,
                "document_number": row.document_number if row else None,
                "document_on": _text(row.document_on) if row else None,
                "is_current": step == current,
            }
        )
    return steps


def pause_json(pause: PauseRow) -> dict[str, Any]:
    """A pause with its names."""
    return {key: _text(value) for key, value in asdict(pause).items() if key != "requested_by_id"}


def visit_json(visit: VisitRow) -> dict[str, Any]:
    """A visit as stored."""
    return {
        "id": visit.id,
        "on": _text(visit.visited_on),
        "result": visit.result,
        "channel": visit.channel,
        "next_on": _text(visit.next_on),
        "staff_band": visit.staff_band,
        "note": visit.note,
        "by": visit.by,
    }


def dispute_json(dispute: DisputeRow, context: Context, scope: Scope) -> dict[str, Any]:
    """A dispute, and on which side of it the reader stands."""
    sides = {"proposed": dispute.proposed_grid_id, "from": dispute.from_grid_id}
    return {
        "id": dispute.id,
        "version": dispute.version,
        "enterprise_id": dispute.enterprise_id,
        "name": dispute.name,
        "kind": dispute.kind,
        "state": dispute.state,
        "from_grid": grid_json(dispute.from_grid_id, dispute.from_code, dispute.from_name),
        "proposed_grid": grid_json(dispute.proposed_grid_id, dispute.proposed_code, dispute.proposed_name),
        "decided_grid": grid_json(dispute.decided_grid_id, dispute.decided_code, dispute.decided_name),
        "note": dispute.note,
        "opened_by": dispute.opened_by,
        "opened_at": _text(dispute.opened_at),
        "decide_by": _text(dispute.decide_by),
        "workdays_left": days_left(context.calendar, dispute.decide_by, context.today),
        "is_escalated": dispute.escalated_at is not None,
        "closed_by": dispute.closed_by,
        "closed_at": _text(dispute.closed_at),
        "decision_note": dispute.decision_note,
        "side": next((side for side, grid_id in sides.items() if grid_id in scope.grid_ids), None),
    }


def waiting_json(waiting: Waiting, scope: Scope) -> dict[str, Any]:
    """What waits for a cadre; each pause with its enterprise."""
    context = waiting.context
    cards = {name: [card_json(card, context) for card in found] for name, found in waiting.groups.items()}
    by_case = {card["case"]["id"]: card for card in cards.pop("pauses") if card["case"]}
    return {
        "counts": waiting.counts,
        **cards,
        "pauses": [{**pause_json(pause), "card": by_case[pause.case_id]} for pause in waiting.pauses],
        "disputes": [dispute_json(dispute, context, scope) for dispute in waiting.disputes],
    }


def owner_json(owner: Owner) -> dict[str, Any]:
    """Whom to ask: grid, liaison or who acts, and the work phone."""
    one, people = owner.responsibility, owner.people
    return {
        "enterprise": _person(one.enterprise_id, one.enterprise_name),
        "grid": grid_json(one.grid_id, one.grid_code, one.grid_name),
        "fallback": one.fallback_code and {"code": one.fallback_code, "name": one.fallback_name},
        **{f"reason_{locale}": responsibility.reason(one, locale) for locale in LOCALES},
        "liaison": colleague_json(people.acting) if people else None,
        "is_acting": bool(people and people.is_vacant),
        "is_mine": owner.is_mine,
    }


def people_json(people: GridPeople) -> dict[str, Any]:
    """The two posts of a grid."""
    return {
        "liaison": colleague_json(people.liaison),
        "cadre": colleague_json(people.cadre),
        "acting": colleague_json(people.acting),
        "is_vacant": people.is_vacant,
    }


def colleague_json(one: Colleague | None) -> dict[str, Any] | None:
    """Somebody to call about work."""
    return None if one is None else {"id": one.id, "name": one.name, "work_phone": one.work_phone}


def assignee_json(one: Assignee) -> dict[str, Any]:
    """Somebody who can be given work."""
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "grid": grid_json(one.grid_id, one.grid_code, one.grid_name),
        "in_hand": one.in_hand,
    }


def proposal_json(proposal: FormProposal) -> dict[str, Any]:
    """What to found, with the rule as a sentence."""
    texts = {
        f"text_{locale}": translate(locale, f"founding_rule.{proposal.rule}", **proposal.params)
        for locale in LOCALES
    }
    return {"form": str(proposal.form), "rule": proposal.rule, "params": proposal.params, **texts}


def points_json(context: Context, missing: int, points: Sequence[PointRow]) -> dict[str, Any]:
    """GeoJSON for the small map of a phone."""
    return {
        "type": "FeatureCollection",
        "not_on_map": missing,
        "features": [_feature(point, context) for point in points],
    }


def _feature(point: PointRow, context: Context) -> dict[str, Any]:
    is_mine = "mine" if point.holder_id == context.user_id else "other"
    is_open = point.state == CaseState.OPEN
    due = due_state(point.due_on, context.today, is_paused=point.state == CaseState.PAUSED)
    left = days_left(context.calendar, point.due_on, context.today) if is_open and point.due_on else None
    return {
        "type": "Feature",
        "id": point.id,
        "geometry": {"type": "Point", "coordinates": _point(point.lon, point.lat)},
        "properties": {
            "name": point.name,
            "band": point.band,
            "state": point.state,
            "step": point.step,
            "step_number": step_number(point.step) if point.step else None,
            "due": due if point.state in (CaseState.OPEN, CaseState.PAUSED) else None,
            "workdays_left": left,
            "held": "free" if point.holder_id is None else is_mine,
        },
    }


def grid_json(grid_id: int | None, code: str | None, name: str | None) -> dict[str, Any] | None:
    """A grid by its name, or nothing."""
    return None if grid_id is None else _named(grid_id, code, name)


def _named(grid_id: int, code: str | None, name: str | None) -> dict[str, Any]:
    return {"id": grid_id, "code": code, "name": name}


def _person(user_id: int | None, name: str | None) -> dict[str, Any] | None:
    return None if user_id is None else {"id": user_id, "name": name}


def _point(lon: float | None, lat: float | None) -> list[float] | None:
    return None if lon is None or lat is None else [round(lon, 6), round(lat, 6)]


def _text(value: Any) -> Any:
    """Days and instants as ISO text; everything else as it is."""
    return value.isoformat() if isinstance(value, date | datetime) else value
