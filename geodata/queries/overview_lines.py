"""条块: enterprises without a union by industry line and by who is responsible."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.overview import IN_COUNTY
from geodata.queries.overview_figures import ENTERPRISE_FIGURES, ENTERPRISES, Figure, RowKey
from geodata.queries.overview_lists import NO_LINE, OWNER_NAMES
from geodata.queries.scopes import Scope


@dataclass(frozen=True)
class LineRow:
    """One grid, union or the rest, with its unorganised enterprises by line."""

    key: str
    code: str | None
    name: str | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All lines of the row."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Lines:
    """The cross table. ``lines`` are its columns, the largest first, ``NO_LINE`` last."""

    lines: tuple[str, ...]
    rows: tuple[LineRow, ...]
    covered: Mapping[str, int]

    @property
    def totals(self) -> dict[str, int]:
        """Each line over all rows."""
        return {line: sum(row.counts.get(line, 0) for row in self.rows) for line in self.lines}


def read_lines(session: Session, county_code: str, *, scope: Scope, on: date) -> Lines:
    """Count enterprises without a union by line and owner, in one statement.

    ``covered`` counts, by line, those that an industry union covers already (R8): they stand in both views
    and are no part of the table.
    """
    condition, values = clauses.where(clauses.Clause("e.removed_on IS NULL"), IN_COUNTY, scope.enterprises())
    rows = session.execute(
        sa.text(
            "SELECT a.grid_id, a.fallback_code, COALESCE(g.code, a.fallback_code) AS code, "
            "max(COALESCE(gn.name, fn.name)) AS name, COALESCE(e.industry_line, :no_line) AS line, "
            f"count(*) FILTER (WHERE {ENTERPRISE_FIGURES[Figure.UNORGANIZED]}) AS places, "
            "count(*) FILTER (WHERE e.organization_status = 'covered_industry') AS covered "
            f"FROM {ENTERPRISES} {OWNER_NAMES} WHERE {condition} "
            "GROUP BY a.grid_id, a.fallback_code, g.code, e.industry_line "
            "ORDER BY a.grid_id IS NULL, a.fallback_code IS NULL, "
            'COALESCE(g.code, a.fallback_code) COLLATE "C", a.grid_id'
        ),
        {**values, "county": county_code, "today": on, "no_line": NO_LINE},
    )
    counts: dict[tuple[str, str | None, str | None], dict[str, int]] = {}
    covered: dict[str, int] = {}
    for row in rows:
        key = (RowKey.of(row.grid_id, row.fallback_code).text, row.code, row.name)
        counts.setdefault(key, {})[row.line] = row.places
        covered[row.line] = covered.get(row.line, 0) + row.covered
    totals = {line: sum(found.get(line, 0) for found in counts.values()) for line in covered}
    lines = sorted(totals, key=lambda line: (line == NO_LINE, -totals[line], line))
    return Lines(
        tuple(line for line in lines if totals[line] or covered[line]),
        tuple(LineRow(*key, found) for key, found in counts.items() if any(found.values())),
        covered,
    )
