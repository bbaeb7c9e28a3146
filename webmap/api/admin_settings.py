"""Settings: choices of counties, services, the 8+N list, coverage rules, the base map."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.queries.settings import ALL_COUNTIES
from geodata.rules.base_map import BaseMap
from geodata.settings import base_map, choices, coverage_rules, services
from webmap import auth
from webmap.api import admin_schemas as schemas
from webmap.api.parameters import ID
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("admin_settings_api", __name__, url_prefix="/api/v1", tag="administration")


@bp.put("/settings/<string(maxlength=6):county>/<string(maxlength=40):name>")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.ChoiceBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def set_choice(county: str, name: str, wanted: schemas.ChoiceBody) -> Response:
    """Choose for a county (or ``all`` that have no choice of their own); null takes the choice back."""
    code = ALL_COUNTIES if county == "all" else county
    return _save(lambda session, **common: choices.set_choice(session, code, name, wanted.value, **common))


@bp.put("/base-map")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.BaseMapBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def set_base_map(wanted: schemas.BaseMapBody) -> Response:
    """Set the base map and its approval number 审图号 for all counties."""
    stored = BaseMap(**wanted.model_dump())
    return _save(lambda session, **common: base_map.set_base_map(session, stored, **common))


@bp.delete("/base-map")
@requires(Permission.SETTINGS_WRITE)
@bp.output(schemas.Saved)
def drop_base_map() -> Response:
    """Leave the base map to the environment of the installation again."""
    return _save(lambda session, **common: base_map.set_base_map(session, None, **common))


@bp.post("/services")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.ServiceBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved, status_code=201)
def add_service(wanted: schemas.ServiceBody) -> Response:
    """Add a service that stations can offer."""

    def work(session: "Session") -> Done:
        services.add_item(session, **wanted.model_dump(), **_by_me())
        return Done({"version": 1}, 201)

    return write(work, creates=True)


@bp.put("/services/<string(maxlength=40):code>")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.ServiceEditBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def edit_service(code: str, wanted: schemas.ServiceEditBody) -> Response:
    """Rename a service or move it in lists."""
    return _save(lambda session, **common: services.edit_item(session, code, **wanted.model_dump(), **common))


@bp.post("/service-standards")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.StandardBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved, status_code=201)
def add_standard(wanted: schemas.StandardBody) -> Response:
    """Set the 8+N list from a day on; reports before that day keep the list they had."""
    version = expected_version()
    standard = services.StandardWanted(
        wanted.county_code, wanted.label, wanted.valid_from, tuple(wanted.items)
    )

    def work(session: "Session") -> Done:
        services.add_standard(session, standard, version=version, **_by_me())
        return Done({}, 201)

    return write(work, creates=True)


@bp.delete(f"/service-standards/<{ID}:standard_id>")
@requires(Permission.SETTINGS_WRITE)
@bp.output(schemas.Saved)
def withdraw_standard(standard_id: int) -> Response:
    """Take back a list whose day has not come."""
    version = expected_version()

    def work(session: "Session") -> Done:
        services.withdraw_standard(session, standard_id, version=version, **_by_me())
        return Done()

    return write(work)


@bp.post("/coverage-rules")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.RuleBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved, status_code=201)
def add_rule(wanted: schemas.RuleBody) -> Response:
    """Add a meaning of "within ten minutes"."""
    rule = coverage_rules.RuleWanted(**wanted.model_dump(exclude={"code"}))

    def work(session: "Session") -> Done:
        coverage_rules.add_rule(session, wanted.code, rule, **_by_me())
        return Done({"version": 1}, 201)

    return write(work, creates=True)


@bp.put("/coverage-rules/<string(maxlength=40):code>")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.RuleEditBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def edit_rule(code: str, wanted: schemas.RuleEditBody) -> Response:
    """Change a rule; the limits of one that answered stay."""
    rule = coverage_rules.RuleWanted(**wanted.model_dump())
    return _save(lambda session, **common: coverage_rules.edit_rule(session, code, rule, **common))


@bp.post("/coverage-rules/<string(maxlength=40):code>/default")
@requires(Permission.SETTINGS_WRITE)
@bp.input(schemas.Body, location="json", arg_name="_wanted")
@bp.output(schemas.Saved)
def choose_default_rule(code: str, _wanted: schemas.Body) -> Response:
    """Show this rule first."""
    return _save(lambda session, **common: coverage_rules.choose_default(session, code, **common))


def _by_me() -> dict[str, Any]:
    return {"scope": auth.scope(Permission.SETTINGS_WRITE), "by": auth.me().login}


def _save(work: Callable[..., int]) -> Response:
    """A save over a version, answered with the next."""
    version = expected_version()
    return write(lambda session: Done({"version": work(session, version=version, **_by_me())}))
