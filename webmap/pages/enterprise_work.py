"""One enterprise to work on; in another's grid only whom to ask. And the look-up of any."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from geodata.assignment.lookup import Responsibility, explain
from geodata.errors import InvalidInput, NotFound
from geodata.founding import reads
from geodata.queries.assignments import list_owners
from geodata.queries.grid_people import list_people
from geodata.queries.liaison_pages import Border, find_border, list_other_grids
from geodata.queries.search import find_by_text
from geodata.vocab import (
    UNORGANIZED_STATES,
    CaseEnd,
    CaseState,
    DisputeKind,
    FoundingForm,
    FoundingRoute,
    StuckReason,
)
from webmap import auth, requests
from webmap.pages import enterprise_words as words
from webmap.pages.enterprise_tellings import tellings
from webmap.pages.my_grid import render
from webmap.pages.my_grid_words import grid_words, say, step_of
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from geodata.queries.grid_people import GridPeople
    from geodata.queries.scopes import Scope

bp = Blueprint("enterprise_work", __name__)

ID = f"int(min=1,max={2**53 - 1})"
MIN_TEXT, MAX_TEXT = 2, 100
SOUGHT, LISTED = 60, 20

# What the step form, the plan and the folds offer; founding is the end of step five.
_CHOICES: dict[str, Any] = {
    "founding_forms": list(FoundingForm),
    "founding_routes": list(FoundingRoute),
    "stuck_reasons": list(StuckReason),
    "dispute_kinds": list(DisputeKind),
    "case_ends": [end for end in CaseEnd if end != CaseEnd.FOUNDED],
}


@bp.get(f"/work/enterprises/<{ID}:enterprise_id>")
@requires(Permission.OWNERS_LOOK_UP)
def show_enterprise(enterprise_id: int) -> Response:
    """An enterprise of mine with all there is to do; one of somebody else's with whom to ask."""
    asker, session = auth.me(), requests.session()
    scope = asker.scope(Permission.CASES_READ)
    if not reads.opens(session, enterprise_id, scope):
        return _show_owner(enterprise_id, asker.scope(Permission.OWNERS_LOOK_UP))
    work = reads.get_work(session, enterprise_id, scope=scope, user_id=asker.user_id)
    return render(
        "my_grid/enterprise.html",
        title_key="liaison.facts.title",
        one=_head(work),
        **_shown(work),
        **_CHOICES,
    )


def _head(work: reads.Work) -> dict[str, Any]:
    """Name, size, and why this grid."""
    owner, people = work.responsibility, work.people
    scope = auth.scope(Permission.CASES_WORK)
    grid_id = owner.grid_id if owner else None
    is_mine = grid_id is not None and grid_id in scope.grid_ids
    border: Border | None = None
    if is_mine and grid_id is not None:
        border = find_border(requests.session(), work.enterprise.id, grid_id)
    is_liaison = people is not None and people.liaison is not None
    return words.head(work) | words.why(owner, border, is_mine=is_mine, is_acting=not is_liaison)


def _shown(work: reads.Work) -> dict[str, Any]:
    asker, session, one, case = auth.me(), requests.session(), work.enterprise, work.case
    may = _may(work)
    is_mine = case is not None and may["work"] and case.holder_id == asker.user_id
    is_open = is_mine and case is not None and case.state == CaseState.OPEN
    is_under_way = is_mine and case is not None and case.state in {CaseState.OPEN, CaseState.PAUSED}
    six_words, six = words.six_rows(work)
    form = case.form if case else None
    return {
        "may": may,
        "case": case
        and {
            "id": case.id,
            "version": case.version,
            "step": case.step,
            "form": case.form,
            "route": case.route,
            "union_name": case.union_name,
            "step_number": step_of(case),
        },
        **words.case_words(work),
        "can_step": is_open,
        "step_hint": words.step_hint(case, is_mine=is_mine),
        "needs_union_name": form in words.COVERING_FORMS,
        "may_give_back": is_under_way,
        "can_plan": is_under_way,
        "can_pause": is_open
        and not any(pause.until is None and pause.is_approved is None for pause in work.pauses),
        "can_end": is_under_way,
        "held_words": words.held_words(case, is_mine=is_mine),
        "contact": words.contact_words(work, may_reveal=may["reveal"]),
        "last_words": words.last_visit_words(work),
        "tellings": tellings(
            work,
            user_id=asker.user_id,
            may_work=may["work"],
            scope_grids=asker.scope(Permission.CASES_WORK).grid_ids,
        ),
        "dispute": work.dispute,
        "other_grids": [
            {"id": grid.id, "words": grid_words(grid.name, grid.code, one.county_code)}
            for grid in list_other_grids(session, one.id, county=one.county_code or "", but=one.grid_id)
        ]
        if may["dispute"]
        else [],
        "proposal": work.proposal,
        "proposal_words": say(f"founding_rule.{work.proposal.rule}", **work.proposal.params),
        "plan_words": words.plan_words(work),
        "neighbours": work.neighbours,
        "six": six,
        "six_words": six_words,
        "visits": words.visit_rows(work),
        "facts": words.fact_rows(work),
        "history": words.history_rows(work),
        "today_iso": work.context.today.isoformat(),
    }


def _may(work: reads.Work) -> dict[str, bool]:
    """What the reader may do with this enterprise; the API decides again."""
    asker, session, one, case = auth.me(), requests.session(), work.enterprise, work.case
    is_worker = reads.opens(session, one.id, asker.scope(Permission.CASES_WORK))
    needs_union = one.removed_on is None and (
        case is not None or one.organization_status in UNORGANIZED_STATES
    )
    is_under_way = case is not None and case.state in {CaseState.OPEN, CaseState.PAUSED}
    has_lapsed = case is not None and case.claim_until is not None and case.claim_until < work.context.today
    is_free = case is None or (is_under_way and (case.holder_id is None or has_lapsed))
    return {
        "claim": is_worker and needs_union and is_free,
        "work": is_worker and needs_union,
        "dispute": is_worker and one.removed_on is None and work.dispute is None,
        "reveal": reads.opens(session, one.id, asker.scope(Permission.CONTACTS_READ)),
    }


def _show_owner(enterprise_id: int, scope: Scope) -> Response:
    """Whom to ask about an enterprise of somebody else; never its contact.

    Raises:
        NotFound: ``enterprise_not_found``, also for one outside the counties of the reader.
    """
    session = requests.session()
    found = next(iter(list_owners(session, [enterprise_id])), None)
    owner = None if found is None else explain(found)
    if owner is None or not _is_open(owner, scope):
        raise NotFound("enterprise_not_found", id=enterprise_id)
    people = list_people(session, [owner.grid_id]).get(owner.grid_id) if owner.grid_id else None
    return render("my_grid/owner.html", title_key="liaison.lookup.title", one=_owner(owner, people))


def _is_open(owner: Responsibility, scope: Scope) -> bool:
    county = owner.county_code or (owner.fallback_code or "")[:6] or None
    return scope.has_county(county) or (owner.grid_id is not None and owner.grid_id in scope.grid_ids)


def _owner(owner: Responsibility, people: GridPeople | None) -> dict[str, Any]:
    return {
        "name": owner.enterprise_name or say("liaison.lookup.place"),
        "why": words.reason_words(owner),
        "owner": words.owner_words(owner),
        "people": words.people_words(people),
    }


@bp.get("/lookup")
@requires(Permission.OWNERS_LOOK_UP)
def look_up() -> Response:
    """Which grid, who, and the work phone: by name, credit code or place."""
    q = request.args.get("q", "").replace("\0", "").strip()[:MAX_TEXT]
    place = _asked_place()
    scope = auth.scope(Permission.OWNERS_LOOK_UP)
    found, problem = _find(q, place) if q or place else ([], "")
    answers = [_answer(one) for one in found if _is_open(one.responsibility, scope)]
    return render(
        "my_grid/lookup.html",
        title_key="liaison.lookup.title",
        tab="lookup",
        q=q,
        asked=bool(q or place),
        answers=answers[:LISTED],
        more=len(found) >= LISTED,
        problem=problem,
    )


def _find(q: str, place: tuple[float, float] | None) -> tuple[list[reads.Owner], str]:
    """(owners, what is wrong with the question)."""
    if not q and place is None:
        return [], ""
    if q and len(q) < MIN_TEXT:
        return [], say("liaison.lookup.hint")
    session, own = requests.session(), auth.scope(Permission.CASES_READ)
    if q:
        return _find_by_words(q, own), ""
    lon, lat = place or (None, None)
    try:
        return reads.find_owners(session, scope=own, lon=lon, lat=lat), ""
    except InvalidInput:
        return [], say("liaison.lookup.position_invalid")


def _find_by_words(q: str, own: Scope) -> list[reads.Owner]:
    """By name or credit code, only where the reader may look, the best matches first."""
    session, scope = requests.session(), auth.scope(Permission.OWNERS_LOOK_UP)
    found = find_by_text(session, q, scope=scope, limit=SOUGHT)
    ids = [one.id for one in found if one.kind == "enterprise"][:LISTED]
    owners = {row.enterprise_id: explain(row) for row in list_owners(session, ids)}
    people = list_people(session, sorted({one.grid_id for one in owners.values() if one.grid_id}))
    return [
        reads.Owner(owner, people.get(owner.grid_id or 0), is_mine=owner.grid_id in own.grid_ids)
        for owner in (owners[one] for one in ids if one in owners)
    ]


def _answer(one: reads.Owner) -> dict[str, Any]:
    owner = one.responsibility
    path = f"/work/enterprises/{owner.enterprise_id}" if owner.enterprise_id else None
    shown = _owner(owner, one.people)
    if one.is_mine:
        shown["owner"] = say("liaison.dot", first=shown["owner"], second=say("liaison.owner.mine"))
    return shown | {"path": path, "detail": owner.uscc}


def _asked_place() -> tuple[float, float] | None:
    try:
        lon, lat = (float(request.args[name]) for name in ("lon", "lat"))
    except (KeyError, ValueError):
        return None
    return (lon, lat) if math.isfinite(lon) and math.isfinite(lat) else None
