"""Scenarios: saved, shared, compared, and turned into planned stations. Never an official figure.

Who may see a scenario: who made it, and, once it is shared, whoever may read plans in its county; for
everybody else it does not exist. Only its maker changes or removes it; others save their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from geodata.coverage.question import CoverageQuestion
from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound, Stale
from geodata.planning import whatif
from geodata.queries import audit
from geodata.queries import scenarios as queries
from geodata.queries.scenarios import KeptScenario
from geodata.queries.scopes import Scope
from geodata.rules.changes import AddStation, read_changes
from geodata.rules.personal import check_no_id_number
from geodata.vocab import ChangeKind, DayType, Measure

MAX_COMPARED = 6
PLANNED = "planned_station"
"""Key in a change that adds a station: the id of the planned station made of it. Only we write it."""

_QUESTION_KEYS = ("rule", "measure", "day", "minute", "services")


@dataclass(frozen=True, slots=True)
class Planner:
    """Who asks: their user, login, and the counties that the permission opens."""

    user_id: int
    login: str
    scope: Scope


def list_scenarios(session: Session, asker: Planner, county: str | None) -> list[KeptScenario]:
    """One's own and shared scenarios, the latest first."""
    return queries.list_scenarios(session, reader=asker.user_id, scope=asker.scope, county=county)


def get_scenario(session: Session, scenario_id: int, asker: Planner) -> KeptScenario:
    """A scenario that is one's own or shared.

    Raises:
        NotFound: ``scenario_not_found``.
    """
    return _get(session, [scenario_id], asker)[0]


def make_scenario(session: Session, county_code: str, values: dict[str, Any], asker: Planner) -> KeptScenario:
    """Keep a scenario.

    Args:
        session: the open transaction; the caller commits.
        county_code: whose.
        values: ``name``, ``note``, ``question``, ``changes``, ``is_shared``.
        asker: whose it will be.

    Raises:
        NotFound: ``county_not_found``, also for a county of others.
        InvalidInput: what does not fit, see ``whatif.check_fits``.
        Conflict: ``scenario_name_taken``.
    """
    if not asker.scope.has_county(county_code):
        raise NotFound("county_not_found", county=county_code)
    changes = _unplanned(values["changes"])
    _check(session, county_code, values["question"], changes)
    scenario_id = queries.add_scenario(
        session, {**values, "changes": changes, "county_code": county_code, "made_by": asker.user_id}
    )
    if scenario_id is None:
        raise Conflict("scenario_name_taken", name=values["name"])
    after = {"name": values["name"], "changes": len(changes), "is_shared": values["is_shared"]}
    _note(session, asker, "scenario_made", scenario_id, after=after)
    return get_scenario(session, scenario_id, asker)


def save_scenario(
    session: Session, scenario_id: int, values: dict[str, Any], asker: Planner, version: int
) -> KeptScenario:
    """Change one's own scenario as it was read in a version.

    Sites that are planned stations already stay marked so, as long as they stay where they are.

    Raises:
        NotFound: ``scenario_not_found``.
        Forbidden: ``scenario_not_yours``.
        Stale: it was saved since.
        InvalidInput: what does not fit.
        Conflict: ``scenario_name_taken``.
    """
    before = _hold(session, scenario_id, asker, version)
    _require_maker(before, asker)
    if queries.has_name(session, before.county_code, values["name"], but=scenario_id):
        raise Conflict("scenario_name_taken", name=values["name"])
    changes = _remarked(_unplanned(values["changes"]), before.changes)
    if changes != before.changes or values["question"] != before.question:
        _check(session, before.county_code, values["question"], changes)
    queries.save_scenario(session, scenario_id, {**values, "changes": changes})
    after = {**values, "changes": changes}
    changed = sorted(name for name, value in after.items() if getattr(before, name) != value)
    _note(session, asker, "scenario_saved", scenario_id, after={"changed": changed})
    return get_scenario(session, scenario_id, asker)


def remove_scenario(session: Session, scenario_id: int, asker: Planner, version: int) -> None:
    """Remove one's own scenario; stations planned from it stay.

    Raises:
        NotFound: ``scenario_not_found``.
        Forbidden: ``scenario_not_yours``.
        Stale: it was saved since.
    """
    before = _hold(session, scenario_id, asker, version)
    _require_maker(before, asker)
    queries.remove_scenario(session, scenario_id)
    _note(session, asker, "scenario_removed", scenario_id, before={"name": before.name})


def plan_stations(session: Session, scenario_id: int, asker: Planner, version: int) -> KeptScenario:
    """Turn the added sites of a scenario into planned stations, each once.

    A planned station has a name and a place. Hours and services were assumptions of the scenario, so they
    stay unknown until somebody reports them; and being planned, it counts in no figure.

    Raises:
        NotFound: ``scenario_not_found``.
        Stale: it was saved since.
        Conflict: ``scenario_planned_already``; ``scenario_without_sites``.
        InvalidInput: a site does not fit the county any more.
    """
    kept = _hold(session, scenario_id, asker, version)
    changes = [dict(change) for change in kept.changes]
    sites = [change for change in changes if change["kind"] == ChangeKind.ADD_STATION]
    if not sites:
        raise Conflict("scenario_without_sites", name=kept.name)
    open_sites = [change for change in sites if PLANNED not in change]
    if not open_sites:
        raise Conflict("scenario_planned_already", name=kept.name)
    whatif.check_fits(session, question_of(kept.county_code, kept.question), open_sites)
    read = [change for change in read_changes(open_sites) if isinstance(change, AddStation)]
    added = queries.add_planned_stations(
        session, kept.county_code, [(site.name, site.lon, site.lat) for site in read]
    )
    for change, (station_id, _) in zip(open_sites, added, strict=True):
        change[PLANNED] = station_id
    queries.save_scenario(session, scenario_id, {"changes": changes})
    after = {"stations": [code for _, code in added]}
    _note(session, asker, "scenario_planned", scenario_id, after=after)
    return get_scenario(session, scenario_id, asker)


def compare_scenarios(
    session: Session, ids: Sequence[int], asker: Planner, wanted: dict[str, Any]
) -> tuple[CoverageQuestion, list[KeptScenario], dict[str, Any]]:
    """Some scenarios of one county under one question.

    Args:
        session: reads only.
        ids: two or more; the first gives the question where ``wanted`` is silent.
        asker: who may see all of them.
        wanted: what of the question is asked otherwise: keys of a kept question.

    Returns:
        The question, the scenarios as asked, and ``whatif.compare`` of them.

    Raises:
        NotFound: ``scenario_not_found``.
        InvalidInput: ``scenarios_too_many``; ``scenarios_of_two_counties``; what the question refuses.
    """
    if len(set(ids)) > MAX_COMPARED:
        raise InvalidInput("scenarios_too_many", limit=MAX_COMPARED)
    kept = _get(session, list(dict.fromkeys(ids)), asker)
    if len({each.county_code for each in kept}) > 1:
        raise InvalidInput("scenarios_of_two_counties")
    question = question_of(kept[0].county_code, {**kept[0].question, **wanted}).normalized()
    return question, kept, whatif.compare(session, question, [each.changes for each in kept])


def question_of(county_code: str, kept: dict[str, Any]) -> CoverageQuestion:
    """The coverage question that a scenario keeps, as of today."""
    return CoverageQuestion(
        county_code=county_code,
        rule_code=kept["rule"],
        day_type=DayType(kept["day"]),
        minute=kept["minute"],
        services=tuple(kept["services"]),
        measure=Measure(kept["measure"]),
    )


def keep_question(question: CoverageQuestion) -> dict[str, Any]:
    """What a scenario keeps of a question: not the date, it is always about today."""
    told = question.to_json()
    return {key: told[key] for key in _QUESTION_KEYS}


def _get(session: Session, ids: Sequence[int], asker: Planner) -> list[KeptScenario]:
    found = queries.find_scenarios(session, ids, reader=asker.user_id, scope=asker.scope)
    missing = set(ids) - {each.id for each in found}
    if missing:
        raise NotFound("scenario_not_found", id=min(missing))
    return found


def _hold(session: Session, scenario_id: int, asker: Planner, version: int) -> KeptScenario:
    kept = queries.lock_scenario(session, scenario_id, reader=asker.user_id, scope=asker.scope)
    if kept is None:
        raise NotFound("scenario_not_found", id=scenario_id)
    if kept.version != version:
        latest = audit.latest_change(session, "scenario", scenario_id)
        raise Stale(
            version=kept.version,
            by=latest.actor if latest else "",
            at=latest.at.isoformat() if latest else "",
            changed=(latest.after or {}).get("changed", ["changes"]) if latest else [],
        )
    return kept


def _require_maker(kept: KeptScenario, asker: Planner) -> None:
    if kept.made_by != asker.user_id:
        raise Forbidden("scenario_not_yours", maker=kept.maker)


def _check(
    session: Session, county_code: str, question: dict[str, Any], changes: Sequence[dict[str, Any]]
) -> None:
    for change in changes:
        check_no_id_number(change.get("name"))
    whatif.check_fits(session, question_of(county_code, question), changes)


def _unplanned(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes without the mark that only we write."""
    return [{key: value for key, value in change.items() if key != PLANNED} for change in changes]


def _remarked(changes: list[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes with the marks of sites that are the same as before; each mark is given once."""
    marks = [(_unplanned([change])[0], change[PLANNED]) for change in before if PLANNED in change]
    marked = []
    for change in changes:
        mark = next((mark for mark in marks if _site(mark[0]) == _site(change)), None)
        if mark is not None:
            marks.remove(mark)
        marked.append(change if mark is None else {**change, PLANNED: mark[1]})
    return marked


def _site(change: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(change.get(key) for key in ("kind", "lon", "lat"))


def _note(session: Session, asker: Planner, action: str, scenario_id: int, **what: Any) -> None:
    audit.note(
        session, by=asker.login, action=action, subject_kind="scenario", subject_id=scenario_id, **what
    )
