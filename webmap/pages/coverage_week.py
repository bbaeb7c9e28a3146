"""``/coverage/week``: the hours of a week as a heat table, what longer hours change, ways to a station."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geodata.coverage.question import CoverageQuestion, today
from geodata.coverage.week import MAX_OPENED, WeekQuestion
from geodata.errors import InvalidInput, NotFound
from geodata.queries.coverage import list_rules, list_services
from geodata.queries.map_choices import list_county_choices
from geodata.rules.coverage import HOURS_OF_DAY
from geodata.rules.week import DAYS, days_of_week
from geodata.vocab import DayType, Measure
from webmap import requests, week_answers
from webmap.i18n import translate
from webmap.pages import coverage_week_views as views
from webmap.pages import layout
from webmap.pages.choices import default_county, own_county
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.models import CoverageRule

bp = Blueprint("week", __name__)

LAYERS = ("area", "town", "grid")
COUNTS = (1, 3, 5, 10)
UNTILS = ("24h", "23:00")
ASSESSED_HOUR = 22
_NO_ANSWER = frozenset({"no_network", "rule_without_straight_limit", "rule_without_street_limit"})
_CODES = re.compile(r"([a-z0-9_]{1,40}(,[a-z0-9_]{1,40})*)?")
_IDS = re.compile(r"([1-9][0-9]{0,14}(,[1-9][0-9]{0,14}){0,99})?")


@dataclass(frozen=True)
class Asked:
    """What the address asks for, every part read and known."""

    county: str
    rule: str
    measure: Measure
    services: tuple[str, ...]
    as_of: date
    open24: tuple[int, ...]
    zone: tuple[str, int] | None
    day: int
    hour: int
    until: str
    count: int
    layer: str

    def week(self) -> WeekQuestion:
        """The question about the week."""
        return WeekQuestion(
            self.county,
            rule_code=self.rule,
            measure=self.measure,
            services=self.services,
            as_of=self.as_of,
            open24=self.open24,
        )

    def moment(self, day_type: str, on: date) -> CoverageQuestion:
        """The question about the chosen hour."""
        return CoverageQuestion(
            self.county,
            rule_code=self.rule,
            day_type=DayType(day_type),
            minute=60 * self.hour,
            services=self.services,
            as_of=on,
            measure=self.measure,
        )


@bp.get("/coverage/week")
@requires(Permission.COVERAGE_READ)
def show_week() -> Response:
    """The page; everything on it is a link or a form, so that it works without scripts."""
    session = requests.session()
    counties = {each.code: each.name for each in list_county_choices(session)}
    rules = list_rules(session)
    services = list_services(session)
    asked = _read(counties, rules, services)
    context: dict[str, Any] = {
        "asked": asked,
        "counties": counties,
        "rules": rules,
        "rule": next(rule for rule in rules if rule.code == asked.rule),
        "services": services,
        "again": _again,
        "layers": LAYERS,
        "counts": COUNTS,
        "untils": UNTILS,
        "max_opened": MAX_OPENED,
        "last_week": asked.as_of - timedelta(days=DAYS),
        "next_week": asked.as_of + timedelta(days=DAYS),
        "days": days_of_week(asked.as_of, ()),
        "refusal": None,
    }
    try:
        context |= _figures(asked)
    except InvalidInput as error:
        if error.code not in _NO_ANSWER:
            raise
        context["refusal"] = translate(requests.locale(), f"error.{error.code}", **error.params)
    return layout.render("coverage/week.html", title_key="week.title", tab="week", **context)


def _figures(asked: Asked) -> dict[str, Any]:
    week = week_answers.unpack(week_answers.week_of(asked.week()))
    row, zone_name = _zone(week, asked.zone)
    days = [views.DayHead(date.fromisoformat(day["on"]), day["day"]) for day in week["days"]]
    chosen = days[asked.day]
    question = asked.moment(chosen.day_type, chosen.on)
    ways = week_answers.unpack(week_answers.ways_of(question))
    longer = week_answers.unpack(
        week_answers.longer_hours_for(question, count=asked.count, all_night=asked.until == "24h")
    )
    return {
        "week": week,
        "zone_name": zone_name,
        "days": days,
        "cells": views.make_cells(row),
        "chosen": views.make_cells(row)[asked.hour][asked.day],
        "best": views.best_hour(row),
        "least": views.least_hour(row),
        "worst": views.worst_hours(row),
        "curves": views.make_curves(row, days),
        "gains": views.make_gains(row),
        "kept_words": _kept_words(asked),
        "layer_shown": _layer(asked.layer, ways),
        "map_url": _map_url(asked, chosen.day_type),
        "ways": ways,
        "longer": longer,
        "picked": ",".join(str(pick["id"]) for pick in longer["picks"]),
    }


def _zone(week: dict[str, Any], zone: tuple[str, int] | None) -> tuple[dict[str, Any], str | None]:
    if zone is None:
        return week["county"], None
    layer, wanted = zone
    for row in week[f"by_{layer}"]:
        if row["id"] == wanted:
            return row, row["name"]
    raise NotFound("zone_not_found", zone=f"{layer}:{wanted}")


def _layer(wanted: str, ways: dict[str, Any]) -> str:
    """The kind of zone that ways are listed by: the one wanted, else the first there is."""
    return wanted or next((layer for layer in ("town", "grid", "area") if ways[f"by_{layer}"]), "town")


def _kept_words(asked: Asked) -> dict[str, str]:
    """The question without the stations to choose, for a form that adds one to those supposed open."""
    words = {name: value for name, value in request.args.items() if name not in {"open24", "county"}}
    supposed = {"open24": ",".join(map(str, asked.open24))} if asked.open24 else {}
    return words | {"county": asked.county} | supposed


def _map_url(asked: Asked, day_type: str) -> str:
    """The map at the chosen hour."""
    words = {
        "county": asked.county,
        "tab": "coverage",
        "rule": asked.rule,
        "day": day_type,
        "time": f"{asked.hour:02}:00",
    }
    if asked.measure != Measure.STRAIGHT_LINE:
        words["measure"] = str(asked.measure)
    if asked.services:
        words["services"] = ",".join(asked.services)
    return f"/?{urlencode(words)}"


def _read(counties: dict[str, str], rules: Sequence[CoverageRule], services: dict[str, Any]) -> Asked:
    """Read the address.

    Raises:
        NotFound: ``county_not_found``, ``rule_not_found``.
        InvalidInput: ``week_question_invalid``, ``service_not_listed``.
    """
    words = request.args
    preferred = own_county() or requests.settings().default_county
    county = words.get("county") or default_county(list_county_choices(requests.session()), preferred)
    if county not in counties:
        raise NotFound("county_not_found", county=(county or "—")[:12])
    rule = words.get("rule") or next((each.code for each in rules if each.is_default), "")
    if rule not in {each.code for each in rules}:
        raise NotFound("rule_not_found", rule=rule[:40])
    asked_services = _matched("services", _CODES)
    for code in asked_services:
        if code not in services:
            raise InvalidInput("service_not_listed", service=code)
    as_of = _date()
    day, hour = _hour(as_of)
    return Asked(
        county=county,
        rule=rule,
        measure=Measure(_one_of("measure", [str(each) for each in Measure])),
        services=tuple(asked_services),
        as_of=as_of,
        # A form sends every choice by itself, an address with commas.
        open24=tuple(dict.fromkeys(int(each) for each in _matched("open24", _IDS))),
        zone=_zone_of(),
        day=day,
        hour=hour,
        until=_one_of("until", UNTILS),
        count=int(_one_of("count", [str(each) for each in (3, *COUNTS)])),
        layer=_one_of("by", ("", *LAYERS)),
    )


def _matched(name: str, pattern: re.Pattern[str]) -> list[str]:
    text = ",".join(filter(None, request.args.getlist(name)))
    if not pattern.fullmatch(text):
        raise InvalidInput("week_question_invalid", name=name)
    return [each for each in text.split(",") if each]


def _one_of(name: str, allowed: Sequence[str]) -> str:
    """The value of a word of the address; the first allowed one unless given."""
    value = request.args.get(name) or allowed[0]
    if value not in allowed:
        raise InvalidInput("week_question_invalid", name=name)
    return value


def _date() -> date:
    text = request.args.get("as_of")
    if not text:
        return today()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("week_question_invalid", name="as_of") from None
    if not 2000 <= found.year <= 2100:  # noqa: PLR2004 - offices of our time
        raise InvalidInput("week_question_invalid", name="as_of")
    return found


def _hour(as_of: date) -> tuple[int, int]:
    """Day and hour of the chosen cell, for example ``2-22``; else that day at 22:00."""
    text = request.args.get("at")
    if not text:
        return as_of.weekday(), ASSESSED_HOUR
    found = re.fullmatch(r"([0-6])-([0-9]{1,2})", text)
    if not found or int(found[2]) >= HOURS_OF_DAY:
        raise InvalidInput("week_question_invalid", name="at")
    return int(found[1]), int(found[2])


def _zone_of() -> tuple[str, int] | None:
    text = request.args.get("zone")
    if not text:
        return None
    found = re.fullmatch(r"(area|town|grid):([0-9]{1,15})", text)
    if not found:
        raise InvalidInput("week_question_invalid", name="zone")
    return found[1], int(found[2])


def _again(**changes: Any) -> str:
    """This page with some of its question changed; ``None`` takes a part away."""
    words: dict[str, Any] = {**request.args.to_dict(), **changes}
    if "open24" not in changes:
        words["open24"] = ",".join(filter(None, request.args.getlist("open24")))
    kept = {name: value for name, value in words.items() if value not in {None, ""}}
    return f"{request.path}?{urlencode(kept)}"
