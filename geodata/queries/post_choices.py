"""What an administrator can choose from when giving a post: counties, grids, stations, lines, colleagues."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import GRIDS_IN_FORCE
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope
from geodata.queries.vacancies import GridHolders, holders_of


@dataclass(frozen=True)
class Choice:
    """One thing to choose: what is sent, and how people call it."""

    value: str
    code: str
    name: str
    county_code: str


@dataclass(frozen=True)
class GridChoice:
    """A grid in force with who holds it today."""

    id: int
    code: str
    name: str
    county_code: str
    holders: GridHolders


def list_counties(session: Session, scope: Scope) -> list[Choice]:
    """The counties of a scope, by code."""
    condition, values = clauses.where(_in_counties("d.code", scope))
    return _read(
        session,
        "SELECT d.code AS value, d.code, d.name, d.code AS county_code FROM divisions d "
        f"WHERE d.level = 'county' AND d.valid_to IS NULL AND ({condition}) ORDER BY d.code",
        values,
    )


def list_grids(session: Session, scope: Scope) -> list[GridChoice]:
    """Grids in force (网格 and 专属网格) of a scope, by county and code, with their people."""
    condition, values = clauses.where(_in_counties("g.county_code", scope))
    rows = session.execute(
        sa.text(
            f"SELECT g.id, g.code, b.name, g.county_code FROM {GRIDS_IN_FORCE} "
            f"WHERE b.kind <> 'zone' AND ({condition}) ORDER BY g.county_code, g.code"
        ),
        values,
    ).all()
    people = holders_of(session, [row.id for row in rows])
    return [GridChoice(row.id, row.code, row.name, row.county_code, people[row.id]) for row in rows]


def list_stations(session: Session, scope: Scope) -> list[Choice]:
    """Stations of a scope that are not retired, by name."""
    condition, values = clauses.where(_in_counties("s.county_code", scope))
    return _read(
        session,
        "SELECT s.id::text AS value, s.code, s.name, s.county_code FROM stations s "
        f"WHERE s.status <> 'retired' AND ({condition}) ORDER BY s.name, s.id",
        values,
    )


def list_lines(session: Session, scope: Scope) -> list[str]:
    """Industry lines that enterprises of a scope have, most frequent first."""
    condition, values = clauses.where(_in_counties("e.county_code", scope))
    return list(
        session.scalars(
            sa.text(
                "SELECT e.industry_line FROM enterprises e WHERE e.industry_line IS NOT NULL "
                f"AND ({condition}) GROUP BY e.industry_line "
                "ORDER BY count(*) DESC, e.industry_line LIMIT 200"
            ),
            values,
        )
    )


def list_colleagues(session: Session, scope: Scope, *, but: int) -> list[Choice]:
    """Who can take over: enabled users of a scope, and those without a post, by name; never ``but``."""
    counties = None
    if not scope.everything:
        counties = Clause(
            "NOT EXISTS (SELECT FROM posts p WHERE p.user_id = u.id) OR EXISTS "
            "(SELECT FROM posts p WHERE p.user_id = u.id "
            "AND p.county_code = ANY(CAST(:scope_counties AS text[])))",
            {"scope_counties": sorted(scope.county_codes)},
        )
    condition, values = clauses.where(counties, Clause("u.id <> :but", {"but": but}))
    return _read(
        session,
        "SELECT u.login AS value, u.login AS code, u.name, '' AS county_code FROM users u "
        f"WHERE u.disabled_at IS NULL AND ({condition}) ORDER BY u.name, u.login",
        values,
    )


def _read(session: Session, sql: str, values: dict[str, object]) -> list[Choice]:
    return [Choice(**row) for row in session.execute(sa.text(sql), values).mappings()]


def _in_counties(column: str, scope: Scope) -> Clause | None:
    if scope.everything:
        return None
    return Clause(
        f"{column} = ANY(CAST(:scope_counties AS text[]))", {"scope_counties": sorted(scope.county_codes)}
    )
