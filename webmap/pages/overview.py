"""``/overview``: a county by grid, and the lists behind its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geodata.errors import InvalidInput, NotFound
from geodata.queries import overview as queries
from geodata.queries.grid_people import list_assignees
from geodata.queries.overview_figures import ALL, STATION_FIGURES, Figure, StationFigure
from geodata.queries.overview_lists import (
    ORDERS,
    list_enterprises,
    list_stations,
    read_page,
    read_question,
    read_stations_question,
)
from geodata.queries.people import local_today
from geodata.queries.settings import read_settings
from geodata.rules.shares import percent
from webmap import auth, requests
from webmap.pages import layout
from webmap.pages.my_grid_words import short_code
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

bp = Blueprint("overview", __name__)

PAGE = 100
VACANT_SHOWN = 6

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("enterprises", ("enterprises", "unorganized", "claimed")),
    (
        "steps",
        (
            "step_survey",
            "step_materials",
            "step_mobilization",
            "step_application_approval",
            "step_unveiling",
        ),
    ),
    ("watch", ("overdue", "stale", "to_verify", "founded")),
    ("coverage", ("work_coverage", "org_coverage")),
    ("decide", ("boundary_review", "gap_review", "location_pending", "disputed")),
    ("stations", ("stations_unconfirmed", "stations_overdue")),
)
"""Columns of the table under their common heads."""

RATES = {"work_coverage": "work_covered", "org_coverage": "organized"}
"""Each rate with its numerator; the denominator of both is ``in_scope``."""

DEFINED = (
    "enterprises",
    "unorganized",
    "claimed",
    "steps",
    "overdue",
    "stale",
    "to_verify",
    "founded",
    "work_coverage",
    "org_coverage",
    "staffing",
    "boundary_review",
    "gap_review",
    "location_pending",
    "disputed",
    "stations_unconfirmed",
    "stations_overdue",
    "sum_check",
)


@bp.get("/overview")
@requires(Permission.OVERVIEW_READ)
def show_overview() -> Response:
    """The table, its sums, what is vacant, and what every figure means."""
    session = requests.session()
    counties = list_own_counties(session, Permission.OVERVIEW_READ)
    county = choose_county(counties)
    settings = read_settings(session, county)
    found = queries.read_overview(
        session,
        county,
        scope=auth.scope(Permission.OVERVIEW_READ),
        on=local_today(session),
        confirm_days=settings.confirm_days,
    )
    sort, is_falling = _order()
    only = request.args.get("only", "")
    rows = sort_rows([row for row in found.rows if _is_shown(row, only)], sort, is_falling=is_falling)
    page = min(read_page(request.args), max(1, -(-len(rows) // PAGE)))
    posts = [row for row in found.rows if row.has_posts]
    return layout.render(
        "overview/overview.html",
        title_key="overview.title",
        tab="overview",
        counties=counties,
        county=county,
        county_name=dict(counties)[county],
        found=found,
        totals=found.totals,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        shown=len(rows),
        page=page,
        pages=max(1, -(-len(rows) // PAGE)),
        sort=sort,
        is_falling=is_falling,
        only=only,
        groups=GROUPS,
        rates=RATES,
        defined=DEFINED,
        settings=settings,
        posts=len(posts),
        staffed=sum(row.is_staffed for row in posts),
        vacant=[row for row in posts if not row.is_staffed],
        vacant_shown=VACANT_SHOWN,
        percent=percent,
        figure_url=_figure_urls(county),
        again=_again,
        short=lambda code: short_code(code or "", county),
    )


@bp.get("/overview/list")
@requires(Permission.ENTERPRISES_READ)
def show_list() -> Response:
    """The enterprises behind one figure, with what can be done about them."""
    session = requests.session()
    counties = list_own_counties(session, Permission.ENTERPRISES_READ)
    county = choose_county(counties)
    asked = read_question(request.args)
    scope = auth.scope(Permission.ENTERPRISES_READ)
    found = list_enterprises(session, county, asked, scope=scope, on=local_today(session))
    if found.page > found.pages:
        asked = replace(asked, page=found.pages)
        found = list_enterprises(session, county, asked, scope=scope, on=local_today(session))
    may_direct = auth.may(Permission.CASES_DIRECT)
    return layout.render(
        "overview/list.html",
        title_key=f"overview.figure.{asked.figure}",
        tab="overview" if auth.may(Permission.OVERVIEW_READ) else "lines",
        county=county,
        asked=asked,
        figures=list(Figure),
        orders=list(ORDERS),
        found=found,
        row_name=_row_name(session, county, asked.row),
        today=local_today(session),
        may_direct=may_direct,
        may_propose=auth.may(Permission.CASES_PROPOSE) and not may_direct,
        assignees=list_assignees(session, auth.scope(Permission.CASES_DIRECT)) if may_direct else [],
        again=_again,
        short=lambda code: short_code(code or "", county),
        export_query=urlencode({**request.args, "county": county}),
    )


@bp.get("/overview/stations")
@requires(Permission.OVERVIEW_READ)
def show_stations() -> Response:
    """The stations behind one figure."""
    session = requests.session()
    county = choose_county(list_own_counties(session, Permission.OVERVIEW_READ))
    asked = read_stations_question(request.args)
    settings = read_settings(session, county)
    found = list_stations(
        session,
        county,
        asked,
        scope=auth.scope(Permission.OVERVIEW_READ),
        on=local_today(session),
        confirm_days=settings.confirm_days,
    )
    return layout.render(
        "overview/stations.html",
        title_key=f"overview.figure.{asked.figure}",
        tab="overview",
        county=county,
        asked=asked,
        figures=list(StationFigure),
        found=found,
        row_name=_row_name(session, county, asked.row),
        today=local_today(session),
        settings=settings,
        again=_again,
        short=lambda code: short_code(code or "", county),
    )


def list_own_counties(session: Session, permission: Permission) -> list[tuple[str, str]]:
    """(code, name) of the counties that a permission opens something of."""
    return queries.list_counties(session, auth.counties(permission))


def choose_county(counties: list[tuple[str, str]]) -> str:
    """The county of the address, or the office's first, or the reader's first.

    Raises:
        NotFound: ``county_not_found``, also for one of somebody else.
    """
    codes = [code for code, _ in counties]
    wanted = request.args.get("county")
    preferred = requests.settings().default_county
    if wanted is None and codes:
        return preferred if preferred in codes else codes[0]
    if wanted is None or wanted not in codes:
        raise NotFound("county_not_found", county=(wanted or "—")[:12])
    return wanted


def sort_rows(rows: list[queries.OverviewRow], sort: str, *, is_falling: bool) -> list[queries.OverviewRow]:
    """Rows by a figure, a rate or the code; a rate without a base after the rest, what is no grid last."""
    grids = [row for row in rows if row.is_grid]
    others = [row for row in rows if not row.is_grid]

    def key(row: queries.OverviewRow) -> Any:
        value = _value(row, sort)
        return (value is None, value if value is not None else 0)

    kept = [row for row in grids if _value(row, sort) is not None]
    without = [row for row in grids if _value(row, sort) is None]
    return sorted(kept, key=key, reverse=is_falling) + without + others


def _value(row: queries.OverviewRow, sort: str) -> Any:
    if sort == "code":
        return row.code or ""
    if sort in RATES:
        return percent(row.figures[RATES[sort]], row.figures["in_scope"])
    return row.figures[sort]


def _order() -> tuple[str, bool]:
    sort = request.args.get("sort", "code")
    direction = request.args.get("dir", "down" if sort != "code" else "up")
    if sort not in {"code", *RATES, *queries.FIGURE_KEYS} or direction not in {"up", "down"}:
        raise InvalidInput("overview_question_invalid", name="sort")
    return sort, direction == "down"


def _is_shown(row: queries.OverviewRow, only: str) -> bool:
    if only == "":
        return True
    if only not in {"vacant", "liaison", "cadre"}:
        raise InvalidInput("overview_question_invalid", name="only")
    if not row.has_posts:
        return False
    lacking = {"liaison": row.liaison is None, "cadre": row.cadre is None}
    return lacking.get(only, not row.is_staffed)


def _again(**changes: Any) -> str:
    """This page with some of its question changed; ``None`` takes a part away."""
    words: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in words.items() if value not in {None, ""}}
    return f"{request.path}?{urlencode(kept)}"


def _figure_urls(county: str) -> Any:
    """Makes the address of the list behind a figure; nothing where the reader may not see the list."""
    scope = auth.scope(Permission.ENTERPRISES_READ)
    sees_enterprises = scope.has_county(county)

    def make(figure: str, row: str = ALL) -> str | None:
        kind = "stations" if figure in set(STATION_FIGURES) else "list"
        is_closed = not sees_enterprises if kind == "list" else row.startswith("union:")
        if is_closed:
            return None
        return f"/overview/{kind}?{urlencode({'county': county, 'figure': figure, 'row': row})}"

    return make


def _row_name(session: Session, county: str, row: str) -> Mapping[str, str] | None:
    """What a row of the table is called; nothing for all of it."""
    if row == ALL:
        return None
    found = queries.name_of_row(session, county, row)
    if found is None:
        raise NotFound("grid_not_found", id=row)
    return found
