"""The overview by grid, the lists behind its figures, and both as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from geodata.errors import NotFound
from geodata.export.overview import export_list, export_overview
from geodata.queries import overview as queries
from geodata.queries.grid_people import GridPeople, list_people
from geodata.queries.overview_lists import list_enterprises, list_stations
from geodata.queries.people import local_today
from geodata.queries.settings import read_settings
from geodata.rules.shares import percent
from webmap import auth, requests
from webmap.api import overview_schemas as shapes
from webmap.api import parameters
from webmap.api.answers import answer, json_text
from webmap.i18n import translate
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("overview_api", __name__, url_prefix="/api/v1", tag="overview")

SUBJECTS = frozenset(
    {"assignments", "enterprises", "grids", "divisions", "stations", "founding", "people", "rules"}
)
_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@bp.get("/overview")
@requires(Permission.OVERVIEW_READ)
@bp.input(shapes.OverviewQuery, location="query", arg_name="query")
@bp.output(shapes.Overview)
def get_overview(query: shapes.OverviewQuery) -> Response:
    """Every grid of a county with its figures; the unions of last resort and the rest have their own rows."""
    session = requests.session()
    county = choose_county(session, query.county, Permission.OVERVIEW_READ)

    def read(session: Session) -> str:
        return json_text(overview_json(read_county(session, county)))

    return answer(SUBJECTS, read, also=[parameters.this_minute()])  # closures end by the clock


@bp.get("/overview/list")
@requires(Permission.ENTERPRISES_READ)
@bp.input(shapes.ListQuery, location="query", arg_name="query")
@bp.output(shapes.EnterpriseList)
def get_list(query: shapes.ListQuery) -> Response:
    """The enterprises behind one figure, in pages; `total` is the figure."""
    session = requests.session()
    county = choose_county(session, query.county, Permission.ENTERPRISES_READ)
    on = local_today(session)

    def read(session: Session) -> str:
        scope = auth.scope(Permission.ENTERPRISES_READ)
        found = list_enterprises(session, county, query.question(), scope=scope, on=on)
        rows = [_plain(asdict(row)) for row in found.rows]
        return json_text(
            {"total": found.total, "page": found.page, "limit": found.limit, "enterprises": rows}
        )

    return answer(SUBJECTS, read, also=[on])


@bp.get("/overview/stations")
@requires(Permission.OVERVIEW_READ)
@bp.input(shapes.StationListQuery, location="query", arg_name="query")
@bp.output(shapes.StationList)
def get_stations(query: shapes.StationListQuery) -> Response:
    """The stations behind one figure, in pages."""
    session = requests.session()
    county = choose_county(session, query.county, Permission.OVERVIEW_READ)
    on = local_today(session)

    def read(session: Session) -> str:
        found = list_stations(
            session,
            county,
            query.question(),
            scope=auth.scope(Permission.OVERVIEW_READ),
            on=on,
            confirm_days=read_settings(session, county).confirm_days,
        )
        rows = [_plain(asdict(row)) for row in found.rows]
        return json_text({"total": found.total, "page": found.page, "limit": found.limit, "stations": rows})

    return answer(SUBJECTS, read, also=[parameters.this_minute()])


@bp.get("/overview/export")
@requires(Permission.EXPORTS_RUN)
@bp.input(shapes.ExportQuery, location="query", arg_name="query")
@bp.output(FileSchema(type="string", format="binary"), content_type="application/octet-stream")
def export_table(query: shapes.ExportQuery) -> Response:
    """The overview as xlsx or csv."""
    session = requests.session()
    county = choose_county(session, query.county, Permission.OVERVIEW_READ)
    found = read_county(session, county)
    return _file(
        f"{_say('overview.title')}-{county}-{found.on}",
        query.format,
        lambda path: export_overview(found, path, format=query.format, say=_say),
    )


@bp.get("/overview/list/export")
@requires(Permission.EXPORTS_RUN)
@bp.input(shapes.ListExportQuery, location="query", arg_name="query")
@bp.output(FileSchema(type="string", format="binary"), content_type="application/octet-stream")
def export_enterprises(query: shapes.ListExportQuery) -> Response:
    """One list behind a figure as xlsx or csv, without contacts."""
    session = requests.session()
    county = choose_county(session, query.county, Permission.ENTERPRISES_READ)
    asked, on = query.question(), local_today(session)

    def write(path: Path) -> int:
        scope = auth.scope(Permission.ENTERPRISES_READ)
        return export_list(session, county, asked, path, scope=scope, on=on, format=query.format, say=_say)

    return _file(f"{_say(f'overview.figure.{asked.figure}')}-{county}-{on}", query.format, write)


def choose_county(session: Session, wanted: str | None, permission: Permission) -> str:
    """The county asked for, or the first of the asker's own.

    Raises:
        NotFound: ``county_not_found``, also for one of somebody else.
    """
    found = [code for code, _ in queries.list_counties(session, auth.counties(permission))]
    if wanted is None and found:
        return found[0]
    if wanted not in found:
        raise NotFound("county_not_found", county=wanted or "—")
    return wanted


def read_county(session: Session, county: str) -> queries.Overview:
    """The overview of a county as the asker may see it today."""
    return queries.read_overview(
        session,
        county,
        scope=auth.scope(Permission.OVERVIEW_READ),
        on=local_today(session),
        confirm_days=read_settings(session, county).confirm_days,
    )


def overview_json(found: queries.Overview) -> dict[str, Any]:
    """An overview with its rates; a rate without a base is null."""
    posts = [row for row in found.rows if row.has_posts]
    staffed = sum(row.is_staffed for row in posts)
    return {
        "county": found.county_code,
        "on": found.on.isoformat(),
        "rows": [_row(row) for row in found.rows],
        "totals": found.totals,
        "rates": _rates(found.totals),
        "staffing": {"grids": len(posts), "staffed": staffed, "rate": percent(staffed, len(posts))},
        "sum_check": {
            "enterprises": found.totals["enterprises"],
            "assigned": found.assigned,
            "fallback": found.fallback,
            "out_of_county": found.totals["out_of_county"],
            "adds_up": found.adds_up,
        },
    }


def _row(row: queries.OverviewRow) -> dict[str, Any]:
    words = {
        name: getattr(row, name) for name in ("key", "code", "name", "kind", "liaison", "cadre", "acting")
    }
    return {**words, "is_staffed": row.is_staffed, "figures": row.figures, "rates": _rates(row.figures)}


def _rates(figures: Any) -> dict[str, float | None]:
    return {
        "work_coverage": percent(figures["work_covered"], figures["in_scope"]),
        "org_coverage": percent(figures["organized"], figures["in_scope"]),
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def _say(key: str, **params: Any) -> str:
    return translate(requests.locale(), key, **params)


def _file(name: str, format: str, write: Callable[[Path], int]) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{format}"
        write(path)
        response = Response(path.read_bytes(), content_type=_MIME[format])
    file_name = f"{name}.{format}"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"tenmin.{format}\"; filename*=UTF-8''{quote(file_name)}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/grids/people")
@requires(Permission.PEOPLE_READ)
@bp.input(shapes.PeopleQuery, location="query", arg_name="query")
@bp.output(shapes.GridPeople)
def list_grid_people(query: shapes.PeopleQuery) -> Response:
    """Who answers for each grid of a county, with the number colleagues may call."""

    def read(session: Session) -> str:
        scope = auth.scope(Permission.PEOPLE_READ)
        grids = queries.list_grid_ids(session, query.county, scope=scope)
        people = list_people(session, grids)
        return json_text({"grids": [_people(people[grid_id]) for grid_id in grids]})

    return answer({"grids", "people"}, read, also=[local_today(requests.session())])


def _people(found: GridPeople) -> dict[str, Any]:
    acting = None if found.liaison else found.acting
    named = {"liaison": found.liaison, "cadre": found.cadre, "acting": acting}
    return {"grid_id": found.grid_id} | {
        role: {"name": one.name, "work_phone": one.work_phone} if one else None for role, one in named.items()
    }
