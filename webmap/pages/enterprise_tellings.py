"""What to know first about an enterprise: a claim that lapses, a pause, an end, a dispute; and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.rules.assignment import local_date
from geodata.vocab import CaseState, DisputeState
from webmap.pages.layout import format_day, format_month_day
from webmap.pages.my_grid_words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.founding.reads import Work
    from geodata.queries.founding_cases import CaseRow, PauseRow


def tellings(
    work: Work, *, user_id: int, may_work: bool, scope_grids: frozenset[int]
) -> list[dict[str, Any]]:
    """What one should know first: a claim that lapses, a pause, an end, a dispute; with what can be done."""
    found = [*_told_removed(work), *_told_dispute(work, user_id, scope_grids)]
    case = work.case
    if case is None:
        return found
    is_mine = may_work and case.holder_id == user_id
    found += _told_end(case)
    found += _told_pauses(work, case, is_mine=is_mine)
    if is_mine:
        found += _told_lapsing(work, case)
    return found


def _told_removed(work: Work) -> Iterator[dict[str, Any]]:
    reason = work.enterprise.removal_reason
    if reason is not None:
        title = say("liaison.told.removed", reason=say(f"removal_reason.{reason}"))
        yield _told(title, format_day(work.enterprise.removed_on))


def _told_dispute(work: Work, user_id: int, scope_grids: frozenset[int]) -> Iterator[dict[str, Any]]:
    dispute = work.dispute
    if dispute is None or dispute.state != DisputeState.OPEN:
        return
    is_proposed = dispute.proposed_grid_id in scope_grids
    key = "dispute_escalated" if dispute.escalated_at else "dispute_text"
    text = say(
        f"liaison.told.{key}",
        name=dispute.opened_by,
        day=format_month_day(local_date(dispute.opened_at)),
        note=dispute.note,
        by=format_month_day(dispute.decide_by),
    )
    acts = []
    if is_proposed:
        acts = [_act(f"/api/v1/disputes/{dispute.id}/accept", dispute.version, "liaison.told.accept")]
    elif dispute.opened_by_id == user_id:
        acts = [_act(f"/api/v1/disputes/{dispute.id}/withdraw", dispute.version, "liaison.told.withdraw")]
    title = "liaison.told.dispute_proposed" if is_proposed else "liaison.told.dispute"
    yield _told(say(title), text, is_due=True, acts=acts)


def _told_end(case: CaseRow) -> Iterator[dict[str, Any]]:
    if case.state == CaseState.TO_VERIFY:
        title = say("liaison.told.to_verify", end=say(f"case_end.{case.end}"))
        text = say(
            "liaison.told.to_verify_text",
            day=format_month_day(case.ended_on),
            name=case.ended_by_name,
            note=case.end_note or "",
        )
        yield _told(title, text)


def _told_pauses(work: Work, case: CaseRow, *, is_mine: bool) -> Iterator[dict[str, Any]]:
    pause = _pause_under_way(work)
    if pause is None:
        return
    reason = say(f"stuck_reason.{pause.reason}")
    if pause.is_approved:
        acts = (
            [_act(f"/api/v1/cases/{case.id}/resume", case.version, "liaison.told.resume")] if is_mine else []
        )
        text = say("liaison.told.paused_text", reason=reason, day=format_month_day(pause.since))
        yield _told(say("liaison.told.paused"), text, acts=acts)
    else:
        asked = format_month_day(local_date(pause.requested_at))
        text = say("liaison.told.pause_asked_text", reason=reason, day=asked)
        yield _told(say("liaison.told.pause_asked"), text)


def _pause_under_way(work: Work) -> PauseRow | None:
    return next((one for one in work.pauses if one.until is None and one.is_approved is not False), None)


def _told_lapsing(work: Work, case: CaseRow) -> Iterator[dict[str, Any]]:
    if case.state != CaseState.OPEN or case.claim_until is None:
        return
    days = (case.claim_until - work.context.today).days
    if days < work.context.warning_days:
        act = _act(f"/api/v1/cases/{case.id}/extend", case.version, "liaison.extend")
        title = say("liaison.told.lapsing", n=max(0, days))
        yield _told(title, say("liaison.told.lapsing_text"), is_due=True, acts=[act])


def _told(
    title: str, text: str, *, is_due: bool = False, acts: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {"title": title, "text": text, "due": is_due, "acts": acts or []}


def _act(path: str, version: int, key: str) -> dict[str, Any]:
    return {"path": path, "version": version, "words": say(key), "fields": []}
