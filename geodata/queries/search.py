"""Finding stations, enterprises and grids by two Chinese characters, a code or the start of one."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.scopes import Scope

LIMIT = 20
MIN_LENGTH = 2
PINYIN = "zh-Hans-CN-x-icu"
"""Collation that puts names in the order of their pinyin; not every PostgreSQL is built with it."""

_CANDIDATES = 2000
"""Names that only contain the text are ranked among so many: "公司" stands in nearly every name."""

_CODE_FROM = 4
_RANK = "CASE WHEN {0} = :exact THEN 0 WHEN starts_with({0}, :exact) THEN 1 ELSE 2 END"
_CONTAINS = "bigrams({0}) @> bigrams(:q) AND strpos(lower({0}), lower(:q)) > 0"

# A range instead of LIKE: the index of a database in C.UTF-8 serves the one and not the other.
_STARTS = "{0} >= :{1} AND {0} < :{1} || chr(1114111) AND starts_with({0}, :{1})"

# Each way of matching is a part of its own (UNION, not OR): so every part can use its index.
_STATIONS = f"""
SELECT 'station' AS kind, s.id, s.code, s.name, s.county_code AS county, s.address AS note, s.geom,
    least({_RANK.format("lower(s.name)")}, {_RANK.format("lower(s.code)")}) AS rank
FROM stations s
WHERE s.id IN (
        SELECT s.id FROM stations s WHERE {_CONTAINS.format("s.name")}
        UNION SELECT s.id FROM stations s WHERE starts_with(lower(s.code), :exact))
    AND s.status <> 'retired' AND (CAST(:county AS text) IS NULL OR s.county_code = :county)
"""

_GRIDS = f"""
SELECT 'grid' AS kind, g.id, g.code, b.name, g.county_code AS county, b.kind AS note, b.geom,
    least({_RANK.format("lower(b.name)")}, {_RANK.format("lower(g.code)")}) AS rank
FROM grid_boundaries b JOIN grids g ON g.id = b.grid_id
    JOIN boundary_versions v ON v.id = b.version_id AND v.status = 'effective'
WHERE b.id IN (
        SELECT b.id FROM grid_boundaries b WHERE {_CONTAINS.format("b.name")}
        UNION SELECT b.id FROM grid_boundaries b JOIN grids g ON g.id = b.grid_id
        WHERE starts_with(lower(g.code), :exact))
    AND (CAST(:county AS text) IS NULL OR g.county_code = :county)
"""

_ENTERPRISES_BY_NAME = f"""
    (SELECT e.id FROM enterprises e WHERE {_STARTS.format("e.name", "q")} ORDER BY e.name LIMIT {LIMIT})
    UNION
    (SELECT e.id FROM enterprises e WHERE {_CONTAINS.format("e.name")} LIMIT {_CANDIDATES})
"""
_ENTERPRISES_BY_CODE = f"""
    UNION
    (SELECT e.id FROM enterprises e WHERE {_STARTS.format("e.uscc", "code")} ORDER BY e.uscc LIMIT {LIMIT})
"""
_ENTERPRISES = f"""
SELECT 'enterprise' AS kind, e.id, e.uscc AS code, e.name, e.county_code AS county,
    e.operating_address AS note, e.geom,
    least({_RANK.format("lower(e.name)")}, {_RANK.format("lower(coalesce(e.uscc, ''))")}) AS rank
FROM enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
WHERE e.id IN ({{found}}) AND e.removed_on IS NULL AND ({{scope}})
    AND (CAST(:county AS text) IS NULL OR e.county_code = :county)
"""

_HAS_PINYIN = sa.text("SELECT EXISTS (SELECT FROM pg_collation WHERE collname = :name)")


@dataclass(frozen=True)
class Found:
    """One thing found. ``point`` is longitude and latitude, or ``None`` when it is not on the map."""

    kind: str
    id: int
    code: str | None
    name: str
    county: str | None
    note: str | None
    rank: int
    point: tuple[float, float] | None


def find_by_text(
    session: Session, q: str, *, scope: Scope, county: str | None = None, limit: int = LIMIT
) -> list[Found]:
    """Search names and codes: whole matches first, then those that start so, then those that contain it.

    Two characters are enough, Chinese or not; case does not matter. Codes (credit codes, station and grid
    codes) match from their beginning. Equal ranks go by pinyin, then id. Retired stations, removed
    enterprises and grids not in force are not found.

    Args:
        session: the open session.
        q: what to look for, at least two characters; shorter finds nothing.
        scope: the enterprises that may be found; stations and grids are everybody's.
        county: only things this county lists.
        limit: at most so many.
    """
    if len(q) < MIN_LENGTH:
        return []
    order = f'name COLLATE "{PINYIN}"' if session.scalar(_HAS_PINYIN, {"name": PINYIN}) else "name"
    found = _ENTERPRISES_BY_NAME
    if q.isascii() and len(q) >= _CODE_FROM:
        found += _ENTERPRISES_BY_CODE
    condition, bound = clauses.where(scope.enterprises())
    parts = [_STATIONS, _GRIDS] + ([_ENTERPRISES.format(found=found, scope=condition)] if scope else [])
    statement = f"""
WITH found AS ({" UNION ALL ".join(f"({part})" for part in parts)}),
shown AS (SELECT * FROM found ORDER BY rank, {order}, kind, id LIMIT :limit)
SELECT kind, id, code, name, county, note, rank,
    ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat
FROM shown ORDER BY rank, {order}, kind, id
"""
    values = {**bound, "q": q, "exact": q.lower(), "code": q.upper(), "county": county, "limit": limit}
    return [_found(row) for row in session.execute(sa.text(statement), values).mappings()]


def _found(row: Any) -> Found:
    point = None if row["lon"] is None else (round(row["lon"], 6), round(row["lat"], 6))
    kept = {name: row[name] for name in ("kind", "id", "code", "name", "county", "note", "rank")}
    return Found(**kept, point=point)
