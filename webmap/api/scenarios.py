"""What if, and scenarios: tried, saved, shared, compared, turned into planned stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.errors import GeodataError, NotFound
from geodata.planning import scenarios, whatif
from webmap import auth, requests
from webmap.api import parameters
from webmap.api import scenarios_schemas as schemas
from webmap.errors import sentence_of
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from geodata.queries.scenarios import KeptScenario

bp = APIBlueprint("scenarios", __name__, url_prefix="/api/v1", tag="scenarios")

_ID = f"<{parameters.ID}:scenario_id>"
_PLANNED_KEY = scenarios.PLANNED


@bp.post("/scenarios/try")
@requires(Permission.PLANS_READ)
@bp.input(schemas.Attempt, location="json", arg_name="attempt")
@bp.output(schemas.Tried)
def try_scenario(attempt: schemas.Attempt) -> Response:
    """Figures with changes against those without. Writes nothing; a POST only because of its body.

    Needs no `Idempotency-Key`; a what-if is never an official figure.
    """
    _require_county(attempt.county)
    question = attempt.question.to_question(attempt.county)
    tried = whatif.try_changes(requests.session(), question, _rows(attempt.changes))
    response = requests.json_response(tried)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/scenarios")
@requires(Permission.PLANS_READ)
@bp.input(schemas.ScenariosQuery, location="query", arg_name="query")
@bp.output(schemas.Scenarios)
def get_scenarios(query: schemas.ScenariosQuery) -> Response:
    """One's own scenarios and those that others of the county share, the latest first."""
    found = scenarios.list_scenarios(requests.session(), _reader(), query.county)
    return _private({"scenarios": [to_json(each) for each in found]})


@bp.post("/scenarios")
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.NewScenario, location="json", arg_name="wanted")
@bp.output(schemas.Scenario, status_code=201)
def create_scenario(wanted: schemas.NewScenario) -> Response:
    """Keep a scenario of a county."""

    def work(session: Session) -> Done:
        made = scenarios.make_scenario(session, wanted.county, _values(wanted), _writer())
        return Done(to_json(made), 201)

    return write(work, creates=True)


@bp.get("/scenarios/compare")
@requires(Permission.PLANS_READ)
@bp.input(schemas.CompareQuery, location="query", arg_name="query")
@bp.output(schemas.Comparison)
def compare_scenarios(query: schemas.CompareQuery) -> Response:
    """Scenarios of one county under one question, side by side with what is."""
    return _private(read_comparison(requests.session(), query.chosen, query.wanted))


@bp.get(f"/scenarios/{_ID}")
@requires(Permission.PLANS_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Scenario)
def get_scenario(scenario_id: int, query: parameters.Query) -> Response:
    """One scenario: one's own, or a shared one of the county."""
    found = scenarios.get_scenario(requests.session(), scenario_id, _reader())
    response = _private(to_json(found))
    response.headers["ETag"] = f'"{found.version}"'
    return response


@bp.put(f"/scenarios/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.input(schemas.ScenarioFacts, location="json", arg_name="wanted")
@bp.output(schemas.Scenario)
def put_scenario(scenario_id: int, wanted: schemas.ScenarioFacts) -> Response:
    """Change one's own scenario. Needs `If-Match` with its version."""
    version = expected_version()

    def work(session: Session) -> Done:
        saved = scenarios.save_scenario(session, scenario_id, _values(wanted), _writer(), version)
        return Done(to_json(saved))

    return write(work)


@bp.delete(f"/scenarios/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.output({}, status_code=200)
def delete_scenario(scenario_id: int) -> Response:
    """Remove one's own scenario; stations planned from it stay. Needs `If-Match` with its version."""
    version = expected_version()

    def work(session: Session) -> Done:
        scenarios.remove_scenario(session, scenario_id, _writer(), version)
        return Done({})

    return write(work)


@bp.post(f"/scenarios/{_ID}/plan")
@requires(Permission.PLANS_WRITE)
@bp.output(schemas.Scenario, status_code=201)
def plan_stations(scenario_id: int) -> Response:
    """Make a planned station of every added site, each once. Needs `If-Match` with the scenario's version.

    A planned station counts in no figure.
    """
    version = expected_version()

    def work(session: Session) -> Done:
        return Done(to_json(scenarios.plan_stations(session, scenario_id, _writer(), version)), 201)

    return write(work, creates=True)


def to_json(kept: KeptScenario) -> dict[str, Any]:
    """A scenario as its doors and pages tell it."""
    return {
        "id": kept.id,
        "county": kept.county_code,
        "name": kept.name,
        "note": kept.note,
        "question": kept.question,
        "changes": kept.changes,
        "is_shared": kept.is_shared,
        "is_mine": kept.made_by == auth.me().user_id,
        "maker": kept.maker,
        "planned": sum(_PLANNED_KEY in change for change in kept.changes),
        "version": kept.version,
        "updated_at": kept.updated_at.isoformat(),
    }


def read_comparison(session: Session, ids: list[int], wanted: dict[str, Any]) -> dict[str, Any]:
    """Scenarios side by side, with a sentence for each that fits no more."""
    question, kept, found = scenarios.compare_scenarios(session, ids, _reader(), wanted)
    rows = []
    for each, tried in zip(kept, found["tried"], strict=True):
        row = {key: value for key, value in to_json(each).items() if key != "question"}
        if "error" in tried:
            row["error"] = _said(tried["error"])
        else:
            row["result"] = {key: value for key, value in tried.items() if key != "question"}
        rows.append(row)
    return {"official": False, "question": question.to_json(), "base": found["base"], "scenarios": rows}


def _said(error: dict[str, Any]) -> dict[str, str]:
    refusal = GeodataError(error["code"], **error["params"])
    return {"code": refusal.code, "detail": sentence_of(refusal)}


def _values(wanted: schemas.ScenarioFacts) -> dict[str, Any]:
    return {
        "name": wanted.name.strip(),
        "note": (wanted.note or "").strip() or None,
        "question": scenarios.keep_question(wanted.question.to_question("000000")),
        "changes": _rows(wanted.changes),
        "is_shared": wanted.is_shared,
    }


def _rows(changes: list[Any]) -> list[dict[str, Any]]:
    return [change.model_dump(mode="json", exclude_none=True) for change in changes]


def _require_county(county: str) -> None:
    if not auth.scope(Permission.PLANS_READ).has_county(county):
        raise NotFound("county_not_found", county=county)


def _reader() -> scenarios.Planner:
    return _planner(Permission.PLANS_READ)


def _writer() -> scenarios.Planner:
    return _planner(Permission.PLANS_WRITE)


def _planner(permission: Permission) -> scenarios.Planner:
    asker = auth.me()
    return scenarios.Planner(asker.user_id, asker.login, auth.scope(permission))


def _private(body: dict[str, Any]) -> Response:
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response
