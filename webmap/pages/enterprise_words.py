"""One enterprise in words: why mine, the five steps with their days, what stands in the way, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.rules.assignment import local_date
from geodata.rules.founding import STEPS, step_number
from geodata.rules.personal import mask_phone
from geodata.vocab import CaseState, FoundingForm
from webmap import requests
from webmap.pages.layout import format_day, format_moment, format_month_day
from webmap.pages.my_grid_words import band_words, deadline, grid_words, kind_words, say, step_of

if TYPE_CHECKING:
    from geodata.assignment.lookup import Responsibility
    from geodata.founding.reads import Work
    from geodata.queries.case_events import EventRow
    from geodata.queries.founding_cases import CaseRow
    from geodata.queries.grid_people import GridPeople
    from geodata.queries.liaison_pages import Border
    from geodata.queries.visits import VisitRow

_UNDER_WAY = frozenset({CaseState.OPEN, CaseState.PAUSED})
_SIX = (
    "operation_state",
    "workforce_count",
    "party_member_count",
    "investor_state",
    "party_organization_state",
    "union_organization_state",
)
COVERING_FORMS = frozenset(
    {
        FoundingForm.JOINT,
        FoundingForm.REGIONAL,
        FoundingForm.INDUSTRY,
        FoundingForm.SUB_BRANCH,
        FoundingForm.GROUP,
        FoundingForm.ABSORBED,
    }
)
"""Forms whose union covers several and so must be named."""


def reason_words(one: Responsibility) -> str:
    """Why this grid: the sentence of the method, and what has to be added to it."""
    separator = "" if requests.locale() == "zh" else " "
    return separator.join(say(key, **one.reason_params) for key in (one.reason_key, *one.reason_notes))


def why(
    one: Responsibility | None, border: Border | None, *, is_mine: bool, is_acting: bool
) -> dict[str, Any]:
    """The why-sentence in parts, what follows from it, and the small print below."""
    if one is None:
        return {"why": _parts(say("liaison.owner.out")), "so": "", "why_foot": ""}
    foot = say(
        "liaison.why.foot", version=one.version_label or "—", status=say(f"assignment_status.{one.status}")
    )
    if border is None or one.reason_key != "reason.covered" or not is_mine:
        return {"why": _parts(reason_words(one)), "so": "", "why_foot": foot}
    inside = say(
        "liaison.why.inside",
        grid=_key(one.grid_name or one.grid_code or ""),
        place=_key(say("liaison.why.place")),
        distance=_key(say("liaison.why.metres", n=f"{border.distance_m:,.0f}")),
        accuracy=f"{border.accuracy_m:,.0f}",
    )
    return {
        "why": _parts(inside),
        "so": say("liaison.why.acting" if is_acting else "liaison.why.yours"),
        "why_foot": foot,
    }


# Control characters cannot be in stored text that is shown, so they can mark words in a sentence.
_OPEN, _CLOSE = "\x02", "\x03"


def _key(words: str) -> str:
    return f"{_OPEN}{words}{_CLOSE}"


def _parts(sentence: str) -> list[dict[str, Any]]:
    """A sentence with its marked words apart."""
    found = []
    for piece in sentence.split(_OPEN):
        words, closed, rest = piece.partition(_CLOSE)
        found += (
            [{"text": words, "key": True}, {"text": rest, "key": False}]
            if closed
            else [{"text": words, "key": False}]
        )
    return [part for part in found if part["text"]]


def owner_words(one: Responsibility) -> str:
    """The grid, or the union that is the owner of last resort."""
    if one.grid_id is not None:
        return grid_words(one.grid_name, one.grid_code or "", one.county_code)
    if one.fallback_code is not None:
        return say("liaison.owner.fallback", name=one.fallback_name or one.fallback_code)
    return say("liaison.owner.out")


def people_words(people: GridPeople | None) -> list[dict[str, str | None]]:
    """Whom to call: the liaison, else who acts; the work phone, nothing private."""
    acting = people.acting if people else None
    if people is None or acting is None:
        return []
    who = say("liaison.owner.cadre" if people.is_vacant else "liaison.owner.liaison", name=acting.name)
    if acting.work_phone is None:
        return [{"words": say("liaison.owner.no_phone", who=who), "phone": None}]
    return [{"words": who, "phone": acting.work_phone}]


def head(work: Work) -> dict[str, Any]:
    """Name and size of the enterprise."""
    one = work.enterprise
    return {
        "id": one.id,
        "name": one.name,
        "uscc": one.uscc,
        "kind": kind_words(
            one.band, one.industry_line, say(f"organization_status.{one.organization_status}")
        ),
        "size": kind_words(one.band, one.industry_line),
        "band_words": band_words(one.band),
    }


def shown_case(work: Work) -> CaseRow | None:
    """The case under way, else the last one that was verified."""
    return work.case or next(iter(work.closed), None)


def case_words(work: Work) -> dict[str, Any]:
    """The card of the five steps."""
    case = shown_case(work)
    chip = deadline(case, work.context)
    return {
        "case_title": _title(case),
        "due_words": chip.words if chip else "",
        "due_by": _due_by(case, work),
        "steps": _steps(work, case),
    }


def _title(case: CaseRow | None) -> str:
    if case is None:
        return say("liaison.case.not_begun")
    if case.state not in _UNDER_WAY:
        return say("liaison.case.done" if step_of(case) > len(STEPS) else "liaison.case.ended")
    return say("liaison.case.title", n=step_number(case.step))


def _due_by(case: CaseRow | None, work: Work) -> str:
    if case is None or case.state != CaseState.OPEN or case.due_on is None or case.holder_id is None:
        return ""
    is_estimated = case.due_on > work.context.today and work.context.calendar.is_estimated(
        work.context.today, case.due_on
    )
    return say(f"liaison.chip.{'estimated' if is_estimated else 'by'}", day=format_month_day(case.due_on))


def _steps(work: Work, case: CaseRow | None) -> list[dict[str, Any]]:
    done = {row.step: row for row in work.steps}
    at = step_of(case) if case is None or case.state in _UNDER_WAY else 0
    rows = []
    for number, step in enumerate(STEPS, 1):
        row = done.get(step)
        look = "done" if row else "now" if number == at else "todo"
        when = format_month_day(row.done_on) if row else "—"
        when = say("liaison.step.in_progress") if look == "now" else when
        rows.append({"step": str(step), "number": number, "look": look, "when": when})
    return rows


def step_hint(case: CaseRow | None, *, is_mine: bool) -> str:
    """What the present step wants, or who works it."""
    if case is None or case.state not in _UNDER_WAY or case.holder_id is None:
        return ""
    if not is_mine:
        return say("liaison.step.hint.not_mine", name=case.holder_name)
    return say(f"liaison.step.hint.{case.step}")


def held_words(case: CaseRow | None, *, is_mine: bool) -> str:
    """Who claimed it and when."""
    if case is None:
        return say("liaison.held.free")
    if case.holder_id is None:
        return say("liaison.held.unheld", why=say(f"unheld_reason.{case.unheld_why}"))
    day = format_month_day(local_date(case.claimed_at)) if case.claimed_at else "—"
    if is_mine:
        return say("liaison.held.mine", day=day, until=format_month_day(case.claim_until))
    return say("liaison.held.other", name=case.holder_name, day=day)


def last_visit_words(work: Work) -> str:
    """上次走访 11月18日 · 穆棠：同意筹建，资料已收齐."""
    visit = next(iter(work.visits), None)
    if visit is None:
        return say("liaison.visits.none")
    return say(
        "liaison.last.long", day=format_month_day(visit.visited_on), who=visit.by, what=_visit_words(visit)
    )


def _visit_words(visit: VisitRow) -> str:
    result = say(f"visit_result.{visit.result}")
    return say("liaison.js.words.comma").join(filter(None, (result, visit.note)))


def visit_rows(work: Work) -> list[dict[str, Any]]:
    """All visits, newest first."""
    return [
        {
            "on": visit.visited_on.isoformat(),
            "day": format_month_day(visit.visited_on),
            "words": _visit_words(visit),
            "next": visit.next_on and say("liaison.visits.next", day=format_month_day(visit.next_on)),
            "by": say("liaison.dot", first=visit.by, second=say(f"visit_channel.{visit.channel}")),
        }
        for visit in work.visits
    ]


def contact_words(work: Work, *, may_reveal: bool) -> dict[str, Any] | None:
    """The contact with its number masked; who may call asks for it by a tap, which is logged."""
    one = work.enterprise
    if not (one.contact_name or one.contact_phone):
        return None
    return {
        "name": one.contact_name,
        "phone": mask_phone(one.contact_phone) or "",
        "may_reveal": may_reveal and bool(one.contact_phone),
    }


def six_rows(work: Work) -> tuple[str, list[tuple[str, str]]]:
    """(how many are known, each with its value) of the six clear things."""
    stated = work.clarity or {}
    rows = [(name, _six_value(stated.get(name))) for name in _SIX]
    if not work.clarity:
        return say("liaison.six.none"), rows
    known = sum(stated.get(name) is not None for name in _SIX)
    return say("liaison.six.known", n=known, day=format_month_day(stated["as_of"])), rows


def _six_value(value: Any) -> str:
    if value is None:
        return "—"
    return say(f"liaison.six.{value}") if value in {"clear", "unclear"} else str(value)


def fact_rows(work: Work) -> list[tuple[str, str]]:
    """What the registers say."""
    one = work.enterprise
    staff = say(f"staff_band.{one.band}")
    if one.staff_count and one.staff_counted_on:
        staff = say("liaison.facts.staff_value", n=one.staff_count, day=format_day(one.staff_counted_on))
    place = say("liaison.not_on_map") if one.lon is None else f"{one.lon:.5f}, {one.lat:.5f}"
    facts = {
        "uscc": one.uscc,
        "unit_kind": say(f"unit_kind.{one.unit_kind}"),
        "staff": staff,
        "operating_address": one.operating_address,
        "registered_address": one.registered_address,
        "covering_union": one.covering_union,
        "place": place,
    }
    return [(key, value) for key, value in facts.items() if value]


def plan_words(work: Work) -> str:
    """The form and route chosen, else the form proposed."""
    case = work.case
    if case is None or not (case.form or case.route):
        return say("liaison.plan.suggest", form=say(f"founding_form.{work.proposal.form}"))
    form = case.form and say(f"founding_form.{case.form}")
    route = case.route and say(f"founding_route.{case.route}")
    return say("liaison.dot", first=form, second=route) if form and route else form or route or ""


def history_rows(work: Work) -> list[dict[str, str]]:
    """The lines of the history, newest first."""
    return [
        {
            "at": line.at.isoformat(),
            "day": format_moment(line.at),
            "words": _event_words(line),
            "who": line.actor_name,
        }
        for line in work.history
    ]


def _event_words(line: EventRow) -> str:
    details = line.details or {}
    parts = [
        say(f"case_step.{details['step']}") if details.get("step") in STEPS else None,
        say(f"visit_result.{details['result']}") if "result" in details else None,
        say(f"case_end.{details['end']}") if "end" in details else None,
        say(f"stuck_reason.{details['reason']}") if "reason" in details else None,
        details.get("holder"),
        details.get("note"),
    ]
    words = say(f"case_act.{line.act}")
    for part in filter(None, parts):
        words = say("liaison.dot", first=words, second=part)
    return words
