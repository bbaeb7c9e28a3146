"""``/scenarios``: what was saved, some of it side by side; and the link to one, which opens on the map."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from geodata.coverage.question import CoverageQuestion
from geodata.errors import GeodataError, InvalidInput
from geodata.planning import scenarios
from geodata.queries.coverage import list_rules, list_services
from geodata.queries.scenarios import KeptScenario
from geodata.vocab import ChangeKind
from webmap import auth, requests
from webmap.errors import sentence_of
from webmap.i18n import translate
from webmap.pages import layout
from webmap.pages.choices import list_my_counties
from webmap.permissions import Permission, requires

bp = Blueprint("scenarios_page", __name__)

MAX_ID = 2**53 - 1
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_IDS = re.compile(r"[0-9]{1,15}(,[0-9]{1,15}){0,9}")


@bp.get("/scenarios")
@requires(Permission.PLANS_READ)
def show_scenarios() -> Response:
    """One's own and shared scenarios; those chosen stand side by side under one question."""
    session, asker = requests.session(), _asker()
    counties = dict(list_my_counties(Permission.PLANS_READ))
    county = request.args.get("county") if request.args.get("county") in counties else None
    ids = _chosen()
    compared = _compare(ids, asker) if ids else None
    return layout.render(
        "scenarios/scenarios.html",
        title_key="scenarios.title",
        tab="scenarios",
        counties=counties,
        county=county,
        kept=[_row(each) for each in scenarios.list_scenarios(session, asker, county)],
        chosen=set(ids),
        compared=compared,
        rules=[{"code": rule.code, "label": _in_words(rule, "label")} for rule in list_rules(session)],
    )


@bp.get("/scenarios/<int:scenario_id>")
@requires(Permission.PLANS_READ)
def show_scenario(scenario_id: int) -> Response:
    """The link to a scenario: the map with it, for whom it is open; for others there is no such page."""
    kept = scenarios.get_scenario(requests.session(), min(scenario_id, MAX_ID), _asker())
    return cast("Response", redirect(map_address(kept)))


def map_address(kept: KeptScenario) -> str:
    """Where a scenario opens on the map, with its own question."""
    question = scenarios.question_of(kept.county_code, kept.question)
    words = {
        "county": kept.county_code,
        "tab": "plans",
        "rule": question.rule_code,
        "measure": str(question.measure),
        "day": str(question.day_type),
        "time": _clock(question.minute) or "any",
        "services": ",".join(question.services),
        "plan": kept.id,
        "lang": requests.locale(),
    }
    return f"/?{urlencode({name: value for name, value in words.items() if value != ''}, safe=':,')}"


def _asker() -> scenarios.Planner:
    me = auth.me()
    return scenarios.Planner(me.user_id, me.login, auth.scope(Permission.PLANS_READ))


def _chosen() -> list[int]:
    """Ids of ``?ids=1,2`` or ``?ids=1&ids=2``; anything else is no choice."""
    text = ",".join(filter(None, request.args.getlist("ids")))
    return list(dict.fromkeys(int(part) for part in text.split(","))) if _IDS.fullmatch(text) else []


def _wanted() -> dict[str, Any]:
    time, rule = request.args.get("time", ""), request.args.get("rule", "")
    wanted: dict[str, Any] = {"rule": rule} if rule else {}
    if _TIME.fullmatch(time):
        hour, minute = time.split(":")
        wanted["minute"] = 60 * int(hour) + int(minute)
    return wanted


def _compare(ids: list[int], asker: scenarios.Planner) -> dict[str, Any]:
    """Scenarios with their figures, and in a sentence which brings most; or why that cannot be said."""
    session = requests.session()
    try:
        question, kept, found = scenarios.compare_scenarios(session, ids, asker, _wanted())
    except InvalidInput as error:
        return {"error": sentence_of(error)}
    columns = [
        {
            "row": _row(each),
            "result": None if "error" in tried else tried,
            "error": _sentence(tried["error"]) if "error" in tried else None,
        }
        for each, tried in zip(kept, found["tried"], strict=True)
    ]
    return {
        "question": _question(question),
        "minute": _clock(question.minute),
        "rule": question.rule_code,
        "base": found["base"],
        "columns": columns,
        "verdict": _verdict(columns),
    }


def _verdict(columns: list[dict[str, Any]]) -> str | None:
    ranked = [
        (column["result"]["difference"]["covered"], column["row"]["name"])
        for column in columns
        if column["result"]
    ]
    if len(ranked) < 2:  # noqa: PLR2004
        return None
    most = max(people for people, _ in ranked)
    if all(people == most for people, _ in ranked):
        return translate(requests.locale(), "scenarios.level")
    name = next(name for people, name in ranked if people == most)
    return translate(requests.locale(), "scenarios.most", name=name, n=layout.format_number(most))


def _question(question: CoverageQuestion) -> str:
    session, locale = requests.session(), requests.locale()
    rule = next((each for each in list_rules(session) if each.code == question.rule_code), None)
    listed = list_services(session)
    names = [listed[code]["name_zh" if locale == "zh" else "name_en"] for code in question.services]
    return translate(
        locale,
        "scenarios.question",
        day=translate(locale, f"day_type.{question.day_type}"),
        time=_clock(question.minute) or translate(locale, "scenarios.any_hour"),
        rule=_in_words(rule, "label") + " · " + translate(locale, f"measure.{question.measure}"),
        services=("、" if locale == "zh" else ", ").join(names) or translate(locale, "scenarios.any_service"),
    )


def _row(kept: KeptScenario) -> dict[str, Any]:
    kinds = [change["kind"] for change in kept.changes]
    return {
        "id": kept.id,
        "name": kept.name,
        "note": kept.note,
        "county": kept.county_code,
        "maker": kept.maker,
        "is_mine": kept.made_by == auth.me().user_id,
        "is_shared": kept.is_shared,
        "updated_at": kept.updated_at,
        "changes": len(kinds),
        "sites": kinds.count(ChangeKind.ADD_STATION),
        "planned": sum(scenarios.PLANNED in change for change in kept.changes),
        "map": map_address(kept),
    }


def _in_words(rule: Any, name: str) -> str:
    return str(getattr(rule, f"{name}_{requests.locale()}")) if rule is not None else ""


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _sentence(error: dict[str, Any]) -> str:
    return sentence_of(GeodataError(error["code"], **error["params"]))
