"""The liaison's lists in words: a deadline, a step, a last visit, each as one says it aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.rules.founding import STEPS, Due, days_left, due_state, step_number
from geodata.vocab import CaseEnd, CaseState
from webmap import requests
from webmap.i18n import translate
from webmap.pages.layout import format_month_day

if TYPE_CHECKING:
    from datetime import date

    from geodata.founding.reads import Context
    from geodata.queries.founding_cases import CaseRow
    from geodata.queries.founding_lists import CardRow

ALL_DONE = len(STEPS) + 1


@dataclass(frozen=True)
class Chip:
    """A deadline: words, and the look that only adds to them."""

    words: str
    look: str


def say(key: str, **params: Any) -> str:
    """A sentence in the reader's language."""
    return translate(requests.locale(), key, **params)


def grid_words(name: str | None, code: str, county: str | None) -> str:
    """槐荫网格 G-17: a grid's name and its code without the county it is in."""
    return say("liaison.grid_words", name=name or "", code=short_code(code, county)).strip()


def short_code(code: str, county: str | None) -> str:
    """A grid's code without its county: 410102G011 is G011 for those who work in 410102."""
    return code[len(county) :] if county and code.startswith(county) and code != county else code


def deadline(case: CaseRow | None, context: Context) -> Chip | None:
    """How much time a case that somebody works on has left; nothing when nobody does."""
    if case is None or (case.holder_id is None and case.state in {CaseState.OPEN, CaseState.PAUSED}):
        return None
    if case.state in {CaseState.TO_VERIFY, CaseState.CLOSED}:
        return Chip(say(f"liaison.chip.{case.state}"), "paused")
    due = due_state(case.due_on, context.today, is_paused=case.state == CaseState.PAUSED)
    left = 0 if case.due_on is None else days_left(context.calendar, case.due_on, context.today)
    look = {Due.OVERDUE: "overdue", Due.TODAY: "today", Due.PAUSED: "paused", Due.NOT_STARTED: "none"}
    return Chip(say(f"liaison.chip.{due}", n=abs(left)), look.get(due, "plain"))


def chip_of(card: CardRow, context: Context) -> Chip:
    """The deadline of a card; a visit that is due tells more than a clock that is not."""
    found = deadline(card.case, context)
    if found is not None and found.look in {"overdue", "today", "paused"}:
        return found
    if card.next_on is not None and card.next_on <= context.today:
        return _visit_due(card.next_on, context.today)
    return found or Chip(say("liaison.chip.new" if card.is_new else "liaison.chip.free"), "none")


def _visit_due(on: date, today: date) -> Chip:
    if on == today:
        return Chip(say("liaison.chip.visit_today"), "today")
    return Chip(say("liaison.chip.visit_late", day=format_month_day(on)), "today")


def step_of(case: CaseRow | None) -> int:
    """0 before the first step, 1 to 5 the one under way, 6 when all are done."""
    if case is None:
        return 0
    return ALL_DONE if case.end == CaseEnd.FOUNDED else step_number(case.step)


def step_words(case: CaseRow | None) -> str:
    """4/5 申报批复."""
    number = step_of(case)
    if case is None:
        return say("liaison.step_none")
    if number == ALL_DONE:
        return say("liaison.step_all")
    return say("liaison.step_words", n=number, step=say(f"case_step.{case.step}"))


def step_parts(case: CaseRow | None) -> dict[str, str]:
    """4/5 and 申报批复 apart, for where the number is heavier."""
    number = step_of(case)
    if case is None or number == ALL_DONE:
        return {"step_number": "", "step_name": step_words(case)}
    return {"step_number": f"{number}/{len(STEPS)}", "step_name": say(f"case_step.{case.step}")}


def kind_words(band: str, *more: str | None) -> str:
    """25–49 人 · 道路运输."""
    words = say(f"staff_band.{band}")
    for part in filter(None, more):
        words = say("liaison.dot", first=words, second=part)
    return words


def last_words(card: CardRow, today: date) -> str:
    """上次 11月12日 · 缺批复文号."""
    if card.visited_on is None:
        last = say("liaison.last.none")
    else:
        what = card.visit_note or say(f"visit_result.{card.visit_result}")
        if card.visited_on == today:
            last = say("liaison.last.today", what=what)
        else:
            last = say("liaison.last.visit", day=format_month_day(card.visited_on), what=what)
    if card.next_on is None or card.next_on <= today:
        return last
    return say("liaison.last.planned", last=last, day=format_month_day(card.next_on))


def row_of(card: CardRow, context: Context) -> dict[str, Any]:
    """A card of a list, all in words."""
    return {
        "id": card.enterprise_id,
        "name": card.name,
        "kind": kind_words(card.band, card.industry_line),
        "band_words": band_words(card.band),
        "chip": chip_of(card, context),
        "step": step_of(card.case),
        "step_words": step_words(card.case),
        **step_parts(card.case),
        "last": last_words(card, context.today),
        "can_work": True,
        "on_map": card.lon is not None,
    }


def band_words(band: str) -> str:
    """The size band for the visit sheet; nothing where it is not known."""
    return "" if band == "unknown" else say(f"staff_band.{band}")
