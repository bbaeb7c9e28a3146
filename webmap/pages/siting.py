"""``/siting``: the question where to build next, its answers, and the candidate sites of a county."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from geodata.errors import NotFound
from geodata.planning import siting
from geodata.planning.siting_question import MAX_SITES, SitingOptions
from geodata.queries import siting as queries
from geodata.queries.coverage import list_rules, list_services
from geodata.queries.grid_people import list_people
from geodata.rules.changes import MAX_CHANGES, MAX_NAME
from geodata.vocab import (
    ChangeKind,
    Datum,
    DayType,
    HostKind,
    Measure,
    SitingAction,
    SitingGoal,
    SitingSource,
)
from webmap import auth, requests
from webmap.i18n import translate
from webmap.pages import layout
from webmap.pages.choices import list_my_counties
from webmap.pages.overview import choose_county
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

bp = Blueprint("siting_page", __name__)

PAGE = 100
SHOWN_OUTSIDE = 30
SHOWN_STATIONS = 200
_MAX_ID = 2**53 - 1
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@bp.get("/siting")
@requires(Permission.PLANS_READ)
def show_siting() -> Response:
    """The question as sentences, and what was asked before."""
    session = requests.session()
    before = _answer_before(session)
    counties = list_my_counties(Permission.PLANS_READ)
    county = before["county"] if before and "county" not in request.args else choose_county(counties)
    question, options = _prefilled(before)
    sites = queries.count_sites(session, county)
    if not before and not sites:
        options |= {"sources": [str(SitingSource.DEMAND)]}
    return layout.render(
        "siting/siting.html",
        title_key="siting.title",
        tab="siting",
        counties=counties,
        county=county,
        county_name=dict(counties).get(county, county),
        sites=sites,
        runs=[_run(run) for run in queries.list_runs(session, county)],
        asked=question,
        options=options,
        rules=list_rules(session),
        services=list(list_services(session).values()),
        goals=list(SitingGoal),
        actions=list(SitingAction),
        sources=list(SitingSource),
        measures=list(Measure),
        days=list(DayType),
        times=_times(question["time"]),
        hosts=list(HostKind),
        most_sites=MAX_SITES,
    )


@bp.get("/siting/<int:siting_id>")
@requires(Permission.PLANS_READ)
def show_answer(siting_id: int) -> Response:
    """One answer: the plan in order, what nobody can beat, who stays outside, and the map."""
    session = requests.session()
    found = siting.load_answer(session, min(siting_id, _MAX_ID), auth.scope(Permission.PLANS_READ))
    goal = SitingGoal(found["options"]["goal"])
    grids = [row["grid_id"] for row in found.get("outside", ())[:SHOWN_OUTSIDE] if row["grid_id"]]
    return layout.render(
        "siting/stations.html" if goal == SitingGoal.SPARE else "siting/answer.html",
        title_key="siting.answer",
        tab="siting",
        found=found,
        goal=str(goal),
        question=_question(session, found),
        yuan=plain_number,
        services=_services(found),
        told=_told(found["options"]),
        sites=_with_totals(found.get("sites", ())),
        barred=_barred(found.get("barred", {})),
        people=list_people(session, grids) if auth.may(Permission.PEOPLE_READ) else {},
        shown_outside=SHOWN_OUTSIDE,
        shown_stations=SHOWN_STATIONS,
        scenario=_scenario(found) if auth.scope(Permission.PLANS_WRITE).has_county(found["county"]) else None,
    )


@bp.get("/siting/candidates")
@requires(Permission.PLANS_READ)
def show_candidates() -> Response:
    """The candidates of a county; a planner adds, sends in a list, removes."""
    session = requests.session()
    counties = list_my_counties(Permission.PLANS_READ)
    county = choose_county(counties)
    after = request.args.get("after", 0, type=int)
    rows = queries.list_sites(session, county, after=min(max(after, 0), _MAX_ID), limit=PAGE)
    return layout.render(
        "siting/candidates.html",
        title_key="siting.candidates",
        tab="siting",
        counties=counties,
        county=county,
        county_name=dict(counties)[county],
        sites=rows,
        total=queries.count_sites(session, county),
        next_after=rows[-1].id if len(rows) == PAGE else None,
        hosts=list(HostKind),
        datums=list(Datum),
        yuan=plain_number,
        may_write=auth.scope(Permission.PLANS_WRITE).has_county(county),
    )


def _answer_before(session: Session) -> dict[str, Any] | None:
    """The answer whose question is to be asked again with changes."""
    number = request.args.get("from", type=int)
    if number is None:
        return None
    if not 0 < number <= _MAX_ID:
        raise NotFound("siting_not_found", id=number)
    return siting.load_answer(session, number, auth.scope(Permission.PLANS_READ))


def _prefilled(before: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the form begins with: an answer's question, else the address's, else the usual."""
    if before is not None:
        asked = before["question"]
        return {**asked, "time": clock(asked["minute"])}, before["options"]
    words = request.args
    asked = {
        "rule": words.get("rule", "walk_10"),
        "measure": words.get("measure", str(Measure.STRAIGHT_LINE)),
        "day": words.get("day", str(DayType.WORKDAY)),
        "time": words.get("time", "15:00"),
        "services": [each for each in words.get("services", "").split(",") if each],
    }
    return asked, SitingOptions().to_json()


def _times(asked: str) -> list[str]:
    """The full hours, the time asked for if it is none of them, and any hour."""
    hours = {f"{hour:02d}:00" for hour in range(24)}
    extra = {asked} if _TIME.fullmatch(asked) else set()
    return [*sorted(hours | extra), "any"]


def plain_number(value: float | None) -> str:
    """30000.0 as 30,000; nothing as –."""
    return "–" if value is None else f"{value:,.12g}"


def clock(minute: int | None) -> str:
    """A minute of the day as 22:00, or any."""
    return "any" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _run(run: dict[str, Any]) -> dict[str, Any]:
    options = run["options"]
    return {
        **run,
        "goal": options["goal"],
        "time": clock(run["question"]["minute"]),
        "most": options["most"],
    }


def _question(session: Session, found: dict[str, Any]) -> dict[str, str]:
    """The words of the question in the reader's language."""
    locale, asked, rule = requests.locale(), found["question"], found["rule"]
    measure = asked.get("measure", str(Measure.STRAIGHT_LINE))
    limit = rule["street_limit_s"] if measure == Measure.STREETS else rule["straight_limit_m"]
    return {
        "county": dict(list_my_counties(Permission.PLANS_READ)).get(found["county"], found["county"]),
        "day": translate(locale, f"day_type.{DayType(asked['day'])}"),
        "time": translate(locale, "siting.any_hour") if asked["minute"] is None else clock(asked["minute"]),
        "rule": rule["label_zh" if locale == "zh" else "label_en"],
        "limit": translate(locale, f"siting.limit.{Measure(measure)}", limit=f"{limit or 0:g}"),
    }


def _services(found: dict[str, Any]) -> str:
    locale = requests.locale()
    names = [each["name_zh" if locale == "zh" else "name_en"] for each in found["services"]]
    joined = ("、" if locale == "zh" else ", ").join(names)
    return joined or translate(locale, "siting.a_station")


def _told(options: dict[str, Any]) -> list[str]:
    """The terms that are not the usual ones, a sentence each."""
    locale = requests.locale()

    def say(key: str, **params: Any) -> str:
        return translate(locale, f"siting.term.{key}", **params)

    told = [
        ("budget", options["budget"] is not None, {"yuan": plain_number(options["budget"])}),
        ("site_cost", options["site_cost"] is not None, {"yuan": plain_number(options["site_cost"])}),
        (
            "upgrade_cost",
            options["upgrade_cost"] is not None,
            {"yuan": plain_number(options["upgrade_cost"])},
        ),
        ("spacing", options["spacing_m"] > 0, {"metres": plain_number(options["spacing_m"])}),
        ("per_town", options["per_town"] is not None, {"n": options["per_town"]}),
        ("second", options["second"], {}),
        (options["action"], options["action"] != SitingAction.BUILD, {}),
        ("must", bool(options["must"]), {"n": len(options["must"])}),
        ("never", bool(options["never"]), {"n": len(options["never"])}),
    ]
    sentences = [say(key, **params) for key, is_told, params in told if is_told]
    sentences += [say(f"source_{source}") for source in options["sources"] if options["action"] != "upgrade"]
    if options["hosts"]:
        comma = "、" if locale == "zh" else ", "
        hosts = comma.join(translate(locale, f"host_kind.{HostKind(host)}") for host in options["hosts"])
        sentences.append(say("hosts", hosts=hosts))
    return sentences


def _barred(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Why sites could not be used, in words, and how many."""
    return [(translate(requests.locale(), f"siting.barred.{why}"), count) for why, count in counts.items()]


def _with_totals(sites: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    total, rows = 0, []
    for site in sites:
        total += site["gain"]
        rows.append({**site, "total": total})
    return rows


def _scenario(found: dict[str, Any]) -> dict[str, Any] | None:
    """The plan as a scenario to save; None when it holds nothing or more than a scenario can."""
    asked = found["question"]
    changes = [change for site in found.get("sites", ()) for change in _changes(site, asked["services"])]
    if not changes or len(changes) > MAX_CHANGES:
        return None
    name = translate(requests.locale(), "siting.scenario_name", id=found["id"], n=len(found["sites"]))
    return {
        "county": found["county"],
        "name": name[:MAX_NAME],
        "question": {
            "rule": asked["rule"],
            "measure": asked.get("measure", str(Measure.STRAIGHT_LINE)),
            "day": asked["day"],
            "minute": asked["minute"],
            "services": asked["services"],
        },
        "changes": changes,
    }


def _changes(site: dict[str, Any], services: list[str]) -> list[dict[str, Any]]:
    if site["work"] == "build":
        lon, lat = site["point"]
        name = site["name"].strip()[:MAX_NAME] or site["key"]
        return [{"kind": str(ChangeKind.ADD_STATION), "lon": lon, "lat": lat, "name": name}]
    changes: list[dict[str, Any]] = []
    if site["work"] in {"extend", "extend_and_equip"}:
        # A station that is temporarily closed is opened as well.
        changes += [
            {"kind": str(ChangeKind.REOPEN_STATION), "station": site["id"]},
            {"kind": str(ChangeKind.CHANGE_HOURS), "station": site["id"]},
        ]
    if site["work"] in {"equip", "extend_and_equip"} and services:
        changes.append({"kind": str(ChangeKind.ADD_SERVICES), "station": site["id"], "services": services})
    return changes
