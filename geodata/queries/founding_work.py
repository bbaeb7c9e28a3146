"""One enterprise as work: its facts, its contact, and the neighbours with whom it could found."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import degrees_of, metres_between
from geodata.queries.clauses import Clause
from geodata.queries.founding_cases import OWNER_NOW, grid_name, within
from geodata.queries.scopes import Scope
from geodata.vocab import UNORGANIZED_STATES


@dataclass(frozen=True)
class WorkRow:
    """What somebody who works on an enterprise sees of it; the phone is masked before it leaves."""

    id: int
    name: str
    uscc: str | None
    unit_kind: str
    band: str
    staff_count: int | None
    staff_counted_on: date | None
    industry_line: str | None
    industry_code: str | None
    organization_status: str
    covering_union: str | None
    operating_address: str | None
    registered_address: str | None
    contact_name: str | None
    contact_phone: str | None
    county_code: str | None
    grid_id: int | None
    lon: float | None
    lat: float | None
    is_invented: bool
    removed_on: date | None
    removal_reason: str | None


def find_work(session: Session, enterprise_id: int, scope: Scope) -> WorkRow | None:
    """An enterprise that the scope opens, by its owner or by a case that one of its grids works or worked."""
    condition, values = clauses.where(Clause("e.id = :id", {"id": enterprise_id}), within(scope))
    row = session.execute(
        sa.text(
            f"SELECT e.id, e.name, e.uscc, e.unit_kind, {clauses.band_of('e.staff_count')} AS band, "
            "e.staff_count, e.staff_counted_on, e.industry_line, e.industry_code, e.organization_status, "
            "e.covering_union, e.operating_address, e.registered_address, e.contact_name, e.contact_phone, "
            "COALESCE(g.county_code, left(a.fallback_code, 6), e.county_code) AS county_code, a.grid_id, "
            "ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.is_invented, e.removed_on, e.removal_reason "
            f"FROM enterprises AS e {OWNER_NOW} LEFT JOIN grids AS g ON g.id = a.grid_id "
            f"LEFT JOIN founding_cases AS c ON c.enterprise_id = e.id WHERE {condition} LIMIT 1"
        ),
        values,
    ).mappings()
    found = row.one_or_none()
    return None if found is None else WorkRow(**found)


@dataclass(frozen=True)
class Neighbour:
    """An enterprise of the same trade nearby that needs a union too."""

    enterprise_id: int
    name: str
    band: str
    distance_m: float
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None


_NEAR_DEG = degrees_of(":distance_m", "me.geom")
_DISTANCE_M = metres_between("me.geom", "e.geom")
# The line of trade that the county keeps; else the two digits of the national classification.
_SAME_TRADE = (
    "COALESCE(e.industry_line = me.industry_line, false) OR (me.industry_line IS NULL "
    "AND COALESCE(left(e.industry_code, 2) = left(me.industry_code, 2), false))"
)
_NEIGHBOURS = f"""
SELECT e.id AS enterprise_id, e.name, {clauses.band_of("e.staff_count")} AS band,
  round(({_DISTANCE_M})::numeric)::float AS distance_m, a.grid_id,
  (SELECT g.code FROM grids AS g WHERE g.id = a.grid_id) AS grid_code, {grid_name("a.grid_id")} AS grid_name
FROM enterprises AS me JOIN enterprises AS e ON e.geom && ST_Expand(me.geom, {_NEAR_DEG}) AND e.id <> me.id
{OWNER_NOW}
WHERE me.id = :id AND ({_SAME_TRADE}) AND e.removed_on IS NULL
  AND e.organization_status = ANY(:needs_union) AND {_DISTANCE_M} <= :distance_m
ORDER BY {_DISTANCE_M}, e.id LIMIT :limit
"""


def list_neighbours(
    session: Session, enterprise_id: int, *, distance_m: int, limit: int = 20
) -> list[Neighbour]:
    """Enterprises of the same trade without a union within ``distance_m`` (inclusive), the nearest first."""
    values: dict[str, Any] = {
        "id": enterprise_id,
        "distance_m": distance_m,
        "needs_union": sorted(UNORGANIZED_STATES),
        "limit": limit,
    }
    rows = session.execute(sa.text(_NEIGHBOURS), values)
    return [Neighbour(**row) for row in rows.mappings()]
