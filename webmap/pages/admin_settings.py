"""Settings: choices of a county, services and the 8+N list, coverage rules, the base map."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from geodata.errors import InvalidInput, NotFound
from geodata.founding.working_calendar import OFFICE
from geodata.queries import coverage, people, post_choices, service_lists
from geodata.queries.calendar import list_days
from geodata.queries.scopes import Scope
from geodata.queries.settings import ALL_COUNTIES
from geodata.settings.base_map import find_base_map
from geodata.settings.choices import list_choices
from webmap import auth, requests
from webmap.pages import layout
from webmap.permissions import Permission, requires

FIRST_YEAR, LAST_YEAR = 2000, 2100

bp = Blueprint("admin_settings", __name__)


def _is_everywhere() -> bool:
    """Whether the asker sets what is the same in all counties."""
    return auth.scope(Permission.SETTINGS_WRITE).everything


def _county(scope: Scope, codes: list[str]) -> str:
    """The county whose settings are shown: the one asked for, else the first of the asker's."""
    wanted = request.args.get("county", "")
    if wanted == "all":
        return ALL_COUNTIES
    if wanted:
        if wanted not in codes:
            raise NotFound
        return wanted
    return ALL_COUNTIES if scope.everything else next(iter(codes), ALL_COUNTIES)


@bp.get("/admin/settings")
@requires(Permission.SETTINGS_READ)
def show_settings() -> Response:
    """The choices ⚙ of a county, each with what holds without it."""
    session = requests.session()
    scope = auth.scope(Permission.SETTINGS_READ)
    counties = post_choices.list_counties(session, scope)
    county = _county(scope, [one.code for one in counties])
    return layout.render(
        "admin/settings.html",
        title_key="admin.settings",
        tab="settings",
        part="settings",
        counties=counties,
        county=county,
        county_name=next((one.name for one in counties if one.code == county), None),
        choices=list_choices(session, county),
        may_edit=auth.scope(Permission.SETTINGS_WRITE).has_county(county or None),
    )


@bp.get("/admin/services")
@requires(Permission.SETTINGS_READ)
def show_services() -> Response:
    """Services, and the 8+N list by version."""
    session = requests.session()
    scope = auth.scope(Permission.SETTINGS_READ)
    counties = post_choices.list_counties(session, scope)
    standards = service_lists.list_standards(
        session, None if scope.everything else [one.code for one in counties]
    )
    latest: dict[str | None, int] = {}
    for standard in standards:
        latest.setdefault(standard.county_code, standard.version)
    items = service_lists.list_items(session)
    return layout.render(
        "admin/services.html",
        title_key="admin.services",
        tab="settings",
        part="services",
        items=items,
        names={item.code: item.name_zh if requests.locale() == "zh" else item.name_en for item in items},
        standards=standards,
        latest=latest,
        counties=counties,
        county_names={one.code: one.name for one in counties},
        today=people.local_today(session),
        may_edit=_is_everywhere(),
        may_list=auth.scope(Permission.SETTINGS_WRITE),
        in_force=service_lists.find_standard(session, None, people.local_today(session)),
    )


@bp.get("/admin/rules")
@requires(Permission.SETTINGS_READ)
def show_rules() -> Response:
    """Coverage rules: what "within ten minutes" means."""
    session = requests.session()
    return layout.render(
        "admin/rules.html",
        title_key="admin.rules",
        tab="settings",
        part="rules",
        rules=coverage.list_rules(session),
        used=coverage.list_used_rules(session),
        may_edit=_is_everywhere(),
    )


@bp.get("/admin/calendar")
@requires(Permission.SETTINGS_READ)
def show_calendar() -> Response:
    """The working days of a year by month, with what the office changed."""
    session = requests.session()
    today = people.local_today(session)
    year = _year(today.year)
    days = list_days(session, year)
    return layout.render(
        "admin/calendar.html",
        title_key="admin.calendar",
        tab="settings",
        part="calendar",
        year=year,
        today=today,
        months=_months(days),
        changed=[day for day in days if day.source == OFFICE],
        is_expected=any(not day.is_announced for day in days),
        work=sum(day.is_workday for day in days),
        rest=sum(not day.is_workday for day in days),
        weekdays=range(7),
        may_edit=auth.may(Permission.SETTINGS_WRITE),
    )


def _year(this_year: int) -> int:
    asked = request.args.get("year", "")
    if asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked) <= LAST_YEAR:
        return int(asked)
    if asked:
        raise InvalidInput("parameter_invalid")
    return this_year


def _months(days: Sequence[Any]) -> list[list[list[Any]]]:
    """The days of each month in weeks from Monday to Sunday, ``None`` where a week lies in another month."""
    months = []
    for _month, grouped in groupby(days, key=lambda day: day.on_date.month):
        cells: list[Any] = list(grouped)
        cells = [None] * cells[0].on_date.weekday() + cells
        cells += [None] * (-len(cells) % 7)
        months.append([cells[start : start + 7] for start in range(0, len(cells), 7)])
    return months


@bp.get("/admin/map")
@requires(Permission.SETTINGS_READ)
def show_map() -> Response:
    """The base map of somebody else, and the approval number that must stand on the map."""
    stored, version = find_base_map(requests.session())
    return layout.render(
        "admin/map.html",
        title_key="admin.map",
        tab="settings",
        part="map",
        stored=stored,
        version=version,
        environment=requests.settings().base_map,
        may_edit=_is_everywhere(),
    )
