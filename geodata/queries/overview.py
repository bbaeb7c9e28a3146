"""The overview of a county by grid, in one statement over whole sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import GRIDS_IN_FORCE
from geodata.queries.assignments import COUNTY
from geodata.queries.founding_cases import grid_name
from geodata.queries.overview_figures import (
    ENTERPRISE_FIGURES,
    ENTERPRISES,
    NONE,
    POST_HELD,
    STATION_FIGURES,
    STATIONS,
    RowKey,
)
from geodata.queries.scopes import Scope

FIGURE_KEYS = (*map(str, ENTERPRISE_FIGURES), *map(str, STATION_FIGURES))
IN_COUNTY = clauses.Clause(f"{COUNTY} = :county")
"""The county that counts an enterprise, as in the sum check of assignments."""


@dataclass(frozen=True)
class OverviewRow:
    """One grid, one union of last resort, or what has no owner here, with its figures.

    ``acting`` does the liaison's work while there is none: a deputy, else the cadre, else the cadre's deputy.
    """

    key: str
    code: str | None
    name: str | None
    kind: str | None
    liaison: str | None
    cadre: str | None
    acting: str | None
    figures: Mapping[str, int]

    @property
    def is_grid(self) -> bool:
        """Whether it is a grid."""
        return self.key.startswith("grid:")

    @property
    def has_posts(self) -> bool:
        """Whether it should have liaison and cadre: every grid in force, of whatever kind."""
        return self.is_grid and self.kind is not None

    @property
    def is_staffed(self) -> bool:
        """Whether both posts are filled."""
        return self.has_posts and self.liaison is not None and self.cadre is not None


@dataclass(frozen=True)
class Overview:
    """All rows of a county, by code, and their sums."""

    county_code: str
    on: date
    rows: tuple[OverviewRow, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Each figure over all rows."""
        return sum_figures(self.rows)

    @property
    def assigned(self) -> int:
        """Enterprises with a grid."""
        return sum(row.figures["enterprises"] for row in self.rows if row.is_grid)

    @property
    def fallback(self) -> int:
        """Enterprises with a union of last resort."""
        return sum(row.figures["enterprises"] for row in self.rows if row.key.startswith("union:"))

    @property
    def adds_up(self) -> bool:
        """Whether grids, unions and the queue out of county make the whole; a forgotten run would show."""
        return self.assigned + self.fallback + self.totals["out_of_county"] == self.totals["enterprises"]


def sum_figures(rows: tuple[OverviewRow, ...] | list[OverviewRow]) -> dict[str, int]:
    """The sums of some rows."""
    return {key: sum(row.figures[key] for row in rows) for key in FIGURE_KEYS}


def _counted(conditions: Mapping[Any, str]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {sql}) AS {key}" for key, sql in conditions.items())


def _held(role: str, *, is_deputy: bool) -> str:
    deputy = "" if is_deputy else "NOT "
    return f"min(u.name) FILTER (WHERE p.role = '{role}' AND {deputy}p.is_deputy)"


_STATEMENT = f"""WITH held AS (
  SELECT p.grid_id, {_held("liaison", is_deputy=False)} AS liaison,
    {_held("supervising_cadre", is_deputy=False)} AS cadre,
    {_held("liaison", is_deputy=True)} AS deputy,
    {_held("supervising_cadre", is_deputy=True)} AS deputy_cadre
  FROM posts AS p JOIN users AS u ON u.id = p.user_id
  WHERE p.grid_id IS NOT NULL AND {POST_HELD} GROUP BY p.grid_id
), drawn AS (
  SELECT g.id, g.code, b.name, b.kind FROM {GRIDS_IN_FORCE} WHERE g.county_code = :county AND {{grids}}
), counted AS (
  SELECT a.grid_id, a.fallback_code, {_counted(ENTERPRISE_FIGURES)}
  FROM {ENTERPRISES}
  WHERE e.removed_on IS NULL AND {IN_COUNTY.sql} AND {{enterprises}} GROUP BY a.grid_id, a.fallback_code
), cared AS (
  SELECT s.grid_id, {_counted(STATION_FIGURES)} FROM {STATIONS} WHERE {{stations}} GROUP BY s.grid_id
), keys AS (
  SELECT id AS grid_id, CAST(NULL AS text) AS fallback_code FROM drawn
  UNION SELECT grid_id, fallback_code FROM counted
  UNION SELECT grid_id, NULL FROM cared
)
SELECT k.grid_id, k.fallback_code, COALESCE(drawn.code, g.code, k.fallback_code) AS code, drawn.kind,
  COALESCE(drawn.name, (SELECT b.name FROM grid_boundaries AS b WHERE b.grid_id = k.grid_id
    ORDER BY b.id DESC LIMIT 1), (SELECT v.name FROM divisions AS v WHERE v.code = k.fallback_code
    ORDER BY v.valid_from DESC LIMIT 1)) AS name,
  held.liaison, held.cadre,
  CASE WHEN held.liaison IS NULL THEN COALESCE(held.deputy, held.cadre, held.deputy_cadre) END AS acting,
  {", ".join(f"COALESCE({key}, 0) AS {key}" for key in FIGURE_KEYS)}
FROM keys AS k
LEFT JOIN grids AS g ON g.id = k.grid_id
LEFT JOIN drawn ON drawn.id = k.grid_id
LEFT JOIN held ON held.grid_id = k.grid_id
LEFT JOIN counted ON counted.grid_id IS NOT DISTINCT FROM k.grid_id
  AND counted.fallback_code IS NOT DISTINCT FROM k.fallback_code
LEFT JOIN cared ON cared.grid_id IS NOT DISTINCT FROM k.grid_id AND k.fallback_code IS NULL
ORDER BY k.grid_id IS NULL, k.fallback_code IS NULL,
  COALESCE(drawn.code, g.code, k.fallback_code) COLLATE "C", k.grid_id"""


def read_overview(
    session: Session, county_code: str, *, scope: Scope, on: date, confirm_days: int
) -> Overview:
    """Every grid in force of a county, the unions of last resort and what has no owner, with all figures.

    An enterprise counts in the row of who is responsible today; a station in the grid it stands in, an
    exclusive one first. Removed enterprises count nowhere.

    Args:
        session: the open session.
        county_code: six digits.
        scope: whose rows; outside it nothing is counted.
        on: today in Asia/Shanghai.
        confirm_days: a station confirmed longer ago is unconfirmed ⚙.
    """
    values: dict[str, Any] = {"county": county_code, "today": on, "confirm_days": confirm_days}
    conditions = {}
    for name, clause in (
        ("enterprises", scope.enterprises()),
        ("grids", scope.grids("g.id", "g.county_code")),
        ("stations", scope.stations()),
    ):
        conditions[name], bound = clauses.where(clause)
        values |= bound
    found = session.execute(sa.text(_STATEMENT.format(**conditions)), values)
    return Overview(county_code, on, tuple(_row(dict(row)) for row in found.mappings()))


def _row(found: dict[str, Any]) -> OverviewRow:
    key = RowKey.of(found["grid_id"], found["fallback_code"]).text
    figures = {name: found[name] for name in FIGURE_KEYS}
    words = ("code", "name", "kind", "liaison", "cadre", "acting")
    return OverviewRow(key=key, figures=figures, **{word: found[word] for word in words})


def list_counties(session: Session, codes: list[str] | None) -> list[tuple[str, str]]:
    """(code, name) of counties that have grids or enterprises; of all, or only of these."""
    rows = session.execute(
        sa.text(
            "SELECT DISTINCT ON (v.code) v.code, v.name FROM divisions AS v WHERE v.level = 'county' "
            "AND (CAST(:codes AS text[]) IS NULL OR v.code = ANY(:codes)) "
            "AND (EXISTS (SELECT FROM grids WHERE county_code = v.code) "
            "OR EXISTS (SELECT FROM enterprises WHERE county_code = v.code)) "
            "ORDER BY v.code, v.valid_from DESC"
        ),
        {"codes": codes},
    )
    return [(code, name) for code, name in rows]


def name_of_row(session: Session, county_code: str, row: str) -> dict[str, str] | None:
    """Code and name of a row of the overview (empty for ``none``); nothing when the county has no such row.

    Raises:
        InvalidInput: ``overview_row_unknown``.
    """
    if row == NONE:
        return {"code": "", "name": ""}
    grid_id = RowKey(row).grid_id
    if grid_id is None:
        RowKey(row).clause()
        found = session.execute(
            sa.text(
                "SELECT v.code, v.name FROM divisions AS v WHERE v.code = :code "
                "AND starts_with(v.code, :county) ORDER BY v.valid_from DESC LIMIT 1"
            ),
            {"code": row.removeprefix("union:"), "county": county_code},
        )
    else:
        found = session.execute(
            sa.text(
                f"SELECT g.code, {grid_name('g.id')} AS name FROM grids AS g "
                "WHERE g.id = :id AND g.county_code = :county"
            ),
            {"id": grid_id, "county": county_code},
        )
    named = found.mappings().one_or_none()
    return None if named is None else {"code": named["code"], "name": named["name"] or ""}


def list_grid_ids(session: Session, county_code: str, *, scope: Scope) -> list[int]:
    """The grids in force of a county that a scope opens, by code."""
    condition, values = clauses.where(
        clauses.equals("g.county_code", county_code, name="county"), scope.grids("g.id", "g.county_code")
    )
    rows = session.scalars(
        sa.text(f'SELECT g.id FROM {GRIDS_IN_FORCE} WHERE {condition} ORDER BY g.code COLLATE "C", g.id'),
        values,
    )
    return list(rows)
