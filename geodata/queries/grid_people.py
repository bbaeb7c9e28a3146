"""Who works where: liaison, cadre and acting liaison of grids, and who can be given work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import LOCAL_TODAY
from geodata.queries.founding_cases import grid_name
from geodata.queries.scopes import Scope


@dataclass(frozen=True)
class Colleague:
    """Somebody with a post on a grid; ``work_phone`` is the number colleagues may call."""

    id: int
    name: str
    work_phone: str | None


@dataclass(frozen=True)
class GridPeople:
    """The two posts of a grid. Without a liaison the deputy, else the cadre, acts (``is_vacant``)."""

    grid_id: int
    liaison: Colleague | None
    cadre: Colleague | None
    deputy: Colleague | None = None

    @property
    def is_vacant(self) -> bool:
        """Whether nobody is the liaison who is no deputy."""
        return self.liaison is None

    @property
    def acting(self) -> Colleague | None:
        """Who to speak with: the liaison, else who acts."""
        return self.liaison or self.deputy or self.cadre


_IN_FORCE = (
    f"p.valid_from <= {LOCAL_TODAY} AND (p.valid_to IS NULL OR p.valid_to > {LOCAL_TODAY}) "
    "AND u.disabled_at IS NULL"
)


def list_people(session: Session, grid_ids: Sequence[int]) -> dict[int, GridPeople]:
    """The people of grids today, by grid id; a grid without anybody has its entry too."""
    rows = session.execute(
        sa.text(
            "SELECT p.grid_id, p.role, p.is_deputy, u.id, u.name, u.work_phone "
            "FROM posts AS p JOIN users AS u ON u.id = p.user_id "
            f"WHERE p.grid_id = ANY(:grid_ids) AND {_IN_FORCE} ORDER BY p.id"
        ),
        {"grid_ids": list(grid_ids)},
    )
    held: dict[tuple[int, str, bool], Colleague] = {}
    for grid_id, role, is_deputy, user_id, name, phone in rows:
        held.setdefault((grid_id, role, is_deputy), Colleague(user_id, name, phone))
    return {
        grid_id: GridPeople(
            grid_id,
            liaison=held.get((grid_id, "liaison", False)),
            cadre=held.get((grid_id, "supervising_cadre", False))
            or held.get((grid_id, "supervising_cadre", True)),
            deputy=held.get((grid_id, "liaison", True)),
        )
        for grid_id in grid_ids
    }


@dataclass(frozen=True)
class Assignee:
    """Somebody who can be given a case, with the grid of their post and the cases in hand."""

    id: int
    name: str
    role: str
    grid_id: int
    grid_code: str
    grid_name: str | None
    in_hand: int


def list_assignees(session: Session, scope: Scope, *, user_id: int | None = None) -> list[Assignee]:
    """Liaisons and cadres with a post today on the grids of a scope's counties; or one of them."""
    counties = clauses.Clause(
        "g.county_code = ANY(:counties) OR g.county_code IN "
        "(SELECT own.county_code FROM grids AS own WHERE own.id = ANY(:grids))",
        {"counties": sorted(scope.county_codes), "grids": sorted(scope.grid_ids)},
    )
    condition, values = clauses.where(
        None if scope.everything else counties, clauses.equals("u.id", user_id, name="user_id")
    )
    rows = session.execute(
        sa.text(
            "SELECT u.id, u.name, p.role, g.id AS grid_id, g.code AS grid_code, "
            f"{grid_name('g.id')} AS grid_name, "
            "(SELECT count(*) FROM founding_cases AS c WHERE c.holder_id = u.id "
            "AND c.state IN ('open', 'paused')) AS in_hand "
            "FROM posts AS p JOIN users AS u ON u.id = p.user_id JOIN grids AS g ON g.id = p.grid_id "
            f"WHERE {_IN_FORCE} AND {condition} ORDER BY g.code, p.role, u.name, u.id"
        ),
        values,
    )
    return [Assignee(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class GridWork:
    """A grid of one's own with what is to be done in it."""

    grid_id: int
    code: str
    name: str | None
    county_code: str
    unorganized: int


def list_grid_work(session: Session, grid_ids: Sequence[int], states: Sequence[str]) -> list[GridWork]:
    """Grids by code, each with its enterprises that still need a union."""
    rows: Any = session.execute(
        sa.text(
            f"SELECT g.id AS grid_id, g.code, {grid_name('g.id')} AS name, g.county_code, "
            "(SELECT count(*) FROM assignments AS a JOIN enterprises AS e ON e.id = a.enterprise_id "
            "WHERE a.grid_id = g.id AND a.valid_to IS NULL AND e.removed_on IS NULL "
            "AND e.organization_status = ANY(:states)) AS unorganized "
            "FROM grids AS g WHERE g.id = ANY(:grid_ids) ORDER BY g.county_code, g.code"
        ),
        {"grid_ids": list(grid_ids), "states": list(states)},
    )
    return [GridWork(**row) for row in rows.mappings()]
