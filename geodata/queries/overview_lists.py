"""The lists behind the figures of the overview, in pages, by the very conditions that counted them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import InvalidInput
from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.overview import IN_COUNTY
from geodata.queries.overview_figures import (
    ALL,
    ENTERPRISE_FIGURES,
    ENTERPRISES,
    STATION_FIGURES,
    STATIONS,
    Figure,
    RowKey,
    StationFigure,
)
from geodata.queries.scopes import Scope

Row = TypeVar("Row")

NO_LINE = "-"
"""Filter word for enterprises whose industry line is not known."""

MAX_TEXT, MAX_PAGE = 100, 100_000

ORDERS = {
    "due": "c.due_on ASC NULLS LAST, e.id",
    "name": "e.name, e.id",
    "size": "e.staff_count DESC NULLS LAST, e.id",
    "visit": "visit.visited_on ASC NULLS FIRST, e.id",
    "waiting": "a.valid_from ASC NULLS LAST, e.id",
}


@dataclass(frozen=True)
class ListQuestion:
    """Which list: the figure, the row of the table, and filters on top.

    ``line`` is an industry line or ``NO_LINE``; ``held`` is ``yes`` or ``no``; ``page`` counts from 1.
    """

    figure: Figure = Figure.ENTERPRISES
    row: str = ALL
    q: str | None = None
    line: str | None = None
    band: tuple[str, ...] = ()
    held: str | None = None
    sort: str = "due"
    page: int = 1
    limit: int = 50


@dataclass(frozen=True)
class StationQuestion:
    """Which stations: the figure, the row of the table. ``page`` counts from 1."""

    figure: StationFigure = StationFigure.STATIONS
    row: str = ALL
    page: int = 1
    limit: int = 50


@dataclass(frozen=True)
class ListedEnterprise:
    """One place of work with what a planner or cadre acts upon; never a contact."""

    id: int
    name: str
    uscc: str | None
    band: str
    industry_line: str | None
    organization_status: str
    covering_union: str | None
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    fallback_code: str | None
    fallback_name: str | None
    assignment_status: str | None
    case_id: int | None
    case_version: int | None
    case_state: str | None
    step: str | None
    due_on: date | None
    unheld_why: str | None
    holder: str | None
    liaison: str | None
    acting: str | None
    has_dispute: bool
    has_proposal: bool
    visited_on: date | None
    is_on_map: bool


@dataclass(frozen=True)
class ListedStation:
    """One station that stands in a row of the overview."""

    id: int
    code: str
    name: str
    status: str
    grid_id: int | None
    grid_name: str | None
    address: str | None
    confirmed_on: date | None
    closed_to: datetime | None


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """One page of a list; ``total`` counts all pages."""

    total: int
    page: int
    limit: int
    rows: list[Row]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.limit))


OWNER_NAMES = """LEFT JOIN LATERAL (
  SELECT b.name FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id
  WHERE b.grid_id = a.grid_id ORDER BY v.status = 'effective' DESC, b.id DESC LIMIT 1
) AS gn ON true
LEFT JOIN LATERAL (
  SELECT v.name FROM divisions AS v WHERE v.code = a.fallback_code ORDER BY v.valid_from DESC LIMIT 1
) AS fn ON true"""
"""The names of the grid and of the union of last resort that own ``a``."""

_POST_OF_GRID = (
    "(SELECT u.name FROM posts AS p JOIN users AS u ON u.id = p.user_id WHERE p.grid_id = a.grid_id "
    "AND p.valid_from <= :today AND (p.valid_to IS NULL OR p.valid_to > :today) AND u.disabled_at IS NULL "
    "AND {which} ORDER BY p.role = 'liaison' DESC, p.is_deputy, u.name LIMIT 1)"
)

_ENTERPRISE = f"""SELECT e.id, e.name, e.uscc, {clauses.band_of("e.staff_count")} AS band, e.industry_line,
  e.organization_status, e.covering_union, a.grid_id, g.code AS grid_code, gn.name AS grid_name,
  a.fallback_code, fn.name AS fallback_name, a.status AS assignment_status,
  c.id AS case_id, c.version AS case_version, c.state AS case_state, c.step, c.due_on, c.unheld_why,
  holder.name AS holder,
  {_POST_OF_GRID.format(which="p.role = 'liaison' AND NOT p.is_deputy")} AS liaison,
  {_POST_OF_GRID.format(which="true")} AS acting,
  d.id IS NOT NULL AS has_dispute, EXISTS (SELECT FROM cover_proposals AS cover
    WHERE cover.enterprise_id = e.id AND cover.state = 'open') AS has_proposal,
  visit.visited_on, e.geom IS NOT NULL AS is_on_map
FROM {ENTERPRISES}
LEFT JOIN users AS holder ON holder.id = c.holder_id
{OWNER_NAMES}"""


def list_enterprises(
    session: Session, county_code: str, asked: ListQuestion, *, scope: Scope, on: date
) -> Listed[ListedEnterprise]:
    """The enterprises behind one figure of one row, filtered, in pages. ``on`` is today in Asia/Shanghai."""
    condition, values = clauses.where(
        Clause("e.removed_on IS NULL"),
        IN_COUNTY,
        Clause(ENTERPRISE_FIGURES[asked.figure]),
        RowKey(asked.row).clause(),
        scope.enterprises(),
        clauses.contains_text("e.name", asked.q),
        _line(asked.line),
        clauses.in_bands("e.staff_count", asked.band),
        _held(asked.held),
    )
    values |= {"county": county_code, "today": on}
    total = session.scalar(sa.text(f"SELECT count(*) FROM {ENTERPRISES} WHERE {condition}"), values) or 0
    rows = session.execute(
        sa.text(f"{_ENTERPRISE} WHERE {condition} ORDER BY {ORDERS[asked.sort]} LIMIT :limit OFFSET :skip"),
        {**values, "limit": asked.limit, "skip": (asked.page - 1) * asked.limit},
    )
    return Listed(total, asked.page, asked.limit, [ListedEnterprise(**row) for row in rows.mappings()])


def _line(line: str | None) -> Clause | None:
    if line == NO_LINE:
        return Clause("e.industry_line IS NULL")
    return clauses.equals("e.industry_line", line, name="line")


def _held(held: str | None) -> Clause | None:
    if held is None:
        return None
    return Clause(f"c.holder_id IS {'NOT ' if held == 'yes' else ''}NULL")


def list_stations(
    session: Session, county_code: str, asked: StationQuestion, *, scope: Scope, on: date, confirm_days: int
) -> Listed[ListedStation]:
    """The stations behind one figure of one row, those confirmed longest ago first."""
    condition, values = clauses.where(
        Clause(STATION_FIGURES[asked.figure]), RowKey(asked.row).clause("s.grid_id", None), scope.stations()
    )
    values |= {"county": county_code, "today": on, "confirm_days": confirm_days}
    total = session.scalar(sa.text(f"SELECT count(*) FROM {STATIONS} WHERE {condition}"), values) or 0
    rows = session.execute(
        sa.text(
            "SELECT s.id, s.code, s.name, s.status, s.grid_id, "
            "(SELECT b.name FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id "
            "AND v.status = 'effective' WHERE b.grid_id = s.grid_id LIMIT 1) AS grid_name, "
            "s.address, s.confirmed_on, closed.closed_to "
            f"FROM {STATIONS} WHERE {condition} "
            "ORDER BY s.confirmed_on ASC NULLS FIRST, s.id LIMIT :limit OFFSET :skip"
        ),
        {**values, "limit": asked.limit, "skip": (asked.page - 1) * asked.limit},
    )
    return Listed(total, asked.page, asked.limit, [ListedStation(**row) for row in rows.mappings()])


def read_question(values: Mapping[str, str], *, limit: int = 50) -> ListQuestion:
    """A question as an address asks it; what is missing is the default.

    Raises:
        InvalidInput: ``overview_question_invalid`` with the ``name`` of what cannot be read.
    """
    bands = tuple(filter(None, values.get("band", "").split(",")))
    checks = {
        "figure": values.get("figure", Figure.ENTERPRISES) in set(Figure),
        "band": set(bands) <= set(clauses.StaffBand),
        "held": values.get("held", "") in {"", "yes", "no"},
        "sort": values.get("sort", "due") in ORDERS,
        "q": len(values.get("q", "")) <= MAX_TEXT and values.get("q", "").isprintable(),
        "line": len(values.get("line", "")) <= MAX_TEXT and values.get("line", "").isprintable(),
    }
    for name, is_fine in checks.items():
        if not is_fine:
            raise InvalidInput("overview_question_invalid", name=name)
    return ListQuestion(
        figure=Figure(values.get("figure", Figure.ENTERPRISES)),
        row=values.get("row", ALL),
        q=values.get("q") or None,
        line=values.get("line") or None,
        band=bands,
        held=values.get("held") or None,
        sort=values.get("sort", "due"),
        page=read_page(values),
        limit=limit,
    )


def read_stations_question(values: Mapping[str, str], *, limit: int = 50) -> StationQuestion:
    """A question about stations as an address asks it.

    Raises:
        InvalidInput: ``overview_question_invalid`` with the ``name`` of what cannot be read.
    """
    figure = values.get("figure", StationFigure.STATIONS)
    if figure not in set(StationFigure):
        raise InvalidInput("overview_question_invalid", name="figure")
    return StationQuestion(StationFigure(figure), values.get("row", ALL), read_page(values), limit)


def read_page(values: Mapping[str, str]) -> int:
    """The number of a page, from 1.

    Raises:
        InvalidInput: ``overview_question_invalid``.
    """
    text = values.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE):
        raise InvalidInput("overview_question_invalid", name="page")
    return int(text)
