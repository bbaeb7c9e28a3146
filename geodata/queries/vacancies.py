"""Who answers for a grid, who acts where nobody does, and which grids have nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import GRIDS_IN_FORCE, LOCAL_TODAY
from geodata.queries.scopes import Scope
from geodata.vocab import Role


@dataclass(frozen=True)
class Holder:
    """Somebody who answers for a grid, with the number colleagues may call."""

    user_id: int
    name: str
    work_phone: str | None
    role: str
    is_deputy: bool

    def to_json(self) -> dict[str, Any]:
        """The holder as an answer tells it."""
        return {
            "user_id": self.user_id,
            "name": self.name,
            "work_phone": self.work_phone,
            "role": self.role,
            "is_deputy": self.is_deputy,
        }


@dataclass(frozen=True)
class GridHolders:
    """The people of one grid today. ``acting`` is who does the liaison's work while there is none.

    In a vacancy a deputy liaison acts, else the cadre, else a deputy cadre; so a grid is without a
    responsible person only when nobody at all holds it.
    """

    grid_id: int
    liaison: Holder | None = None
    cadre: Holder | None = None
    deputies: tuple[Holder, ...] = ()

    @property
    def acting(self) -> Holder | None:
        """Who stands in for a missing liaison; nobody where there is one."""
        if self.liaison is not None:
            return None
        by_rank = sorted(self.deputies, key=lambda holder: holder.role != Role.LIAISON)
        deputy = by_rank[0] if by_rank else None
        if deputy is not None and deputy.role == Role.LIAISON:
            return deputy
        return self.cadre or deputy

    @property
    def responsible(self) -> Holder | None:
        """Whom to call: the liaison, else who acts."""
        return self.liaison or self.acting


@dataclass(frozen=True)
class Vacancy:
    """A grid in force that lacks a liaison or a cadre. ``since`` is the first day without, if ever held."""

    grid_id: int
    code: str
    name: str
    county_code: str
    lacks_liaison: bool
    lacks_cadre: bool
    liaison_since: date | None
    cadre_since: date | None
    holders: GridHolders = field(compare=False)

    @property
    def acting(self) -> Holder | None:
        """Who does the liaison's work meanwhile."""
        return self.holders.acting


_HELD = (
    f"p.valid_from <= {LOCAL_TODAY} AND (p.valid_to IS NULL OR p.valid_to > {LOCAL_TODAY}) "
    "AND u.disabled_at IS NULL"
)
"""A post counts while it is in force and its holder can sign in: a disabled account answers for nothing."""


def holders_of(session: Session, grid_ids: Iterable[int]) -> dict[int, GridHolders]:
    """The people of some grids today, by grid; a grid without anybody is there, empty."""
    wanted = sorted(set(grid_ids))
    rows = session.execute(
        sa.text(
            "SELECT p.grid_id, u.id AS user_id, u.name, u.work_phone, p.role, p.is_deputy "
            f"FROM posts p JOIN users u ON u.id = p.user_id WHERE p.grid_id = ANY(:grids) AND {_HELD} "
            "ORDER BY p.grid_id, p.valid_from, p.id"
        ),
        {"grids": wanted},
    )
    people: dict[int, list[Holder]] = {grid_id: [] for grid_id in wanted}
    for row in rows.mappings():
        values = dict(row)
        people[values.pop("grid_id")].append(Holder(**values))
    return {grid_id: _holders(grid_id, found) for grid_id, found in people.items()}


def _holders(grid_id: int, people: list[Holder]) -> GridHolders:
    def first(role: Role) -> Holder | None:
        return next((one for one in people if one.role == role and not one.is_deputy), None)

    return GridHolders(
        grid_id,
        liaison=first(Role.LIAISON),
        cadre=first(Role.SUPERVISING_CADRE),
        deputies=tuple(one for one in people if one.is_deputy),
    )


def _held(role: Role) -> str:
    return (
        "EXISTS (SELECT FROM posts p JOIN users u ON u.id = p.user_id WHERE p.grid_id = g.id "
        f"AND p.role = '{role}' AND NOT p.is_deputy AND {_HELD})"
    )


def _since(role: Role) -> str:
    return (
        "(SELECT max(LEAST(p.valid_to, (u.disabled_at AT TIME ZONE 'Asia/Shanghai')::date)) "
        "FROM posts p JOIN users u ON u.id = p.user_id "
        f"WHERE p.grid_id = g.id AND p.role = '{role}' AND NOT p.is_deputy AND p.valid_from <= {LOCAL_TODAY})"
    )


def list_vacancies(session: Session, scope: Scope) -> list[Vacancy]:
    """Grids in force (网格 and 专属网格; 片区 have no posts) without liaison or cadre, by county and code."""
    condition, values = clauses.where(scope.grids("g.id", "g.county_code"))
    rows = session.execute(
        sa.text(
            "SELECT * FROM (SELECT g.id AS grid_id, g.code, b.name, g.county_code, "
            f"NOT {_held(Role.LIAISON)} AS lacks_liaison, "
            f"NOT {_held(Role.SUPERVISING_CADRE)} AS lacks_cadre, "
            f"{_since(Role.LIAISON)} AS liaison_since, {_since(Role.SUPERVISING_CADRE)} AS cadre_since "
            f"FROM {GRIDS_IN_FORCE} WHERE b.kind <> 'zone' AND ({condition})) found "
            "WHERE lacks_liaison OR lacks_cadre ORDER BY county_code, code"
        ),
        values,
    )
    found = [dict(row) for row in rows.mappings()]
    people = holders_of(session, [row["grid_id"] for row in found])
    return [Vacancy(**_only_vacant(row), holders=people[row["grid_id"]]) for row in found]


def _only_vacant(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        f"{post}_since": row[f"{post}_since"] if row[f"lacks_{post}"] else None
        for post in ("liaison", "cadre")
    }
