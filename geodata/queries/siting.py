"""Candidate sites, and answers to "where to build next"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import CandidateSite, SitingRun
from geodata.vocab import DivisionLevel, GridKind, VersionStatus

_VALID = "daterange(d.valid_from, d.valid_to) @> CAST(:on AS date)"
_COLUMNS = (
    "c.id, c.county_code, c.name, c.host_kind, c.source, c.cost, c.address, c.note, c.added_by, c.version, "
    "c.is_invented, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat"
)


@dataclass(frozen=True)
class StoredSite:
    """A candidate site: longitude and latitude are WGS 84, the cost is in yuan (None: not known)."""

    id: int
    county_code: str
    name: str
    host_kind: str
    source: str
    cost: float | None
    address: str | None
    note: str | None
    added_by: str
    version: int
    is_invented: bool
    lon: float
    lat: float


def list_sites(
    session: Session, county_code: str, *, after: int = 0, limit: int | None = None
) -> list[StoredSite]:
    """Candidates of a county in order of id."""
    rows = session.execute(
        sa.text(
            f"SELECT {_COLUMNS} FROM candidate_sites AS c "
            "WHERE c.county_code = :county AND c.id > :after ORDER BY c.id LIMIT :limit"
        ),
        {"county": county_code, "after": after, "limit": limit},
    )
    return [StoredSite(**row) for row in rows.mappings()]


def count_sites(session: Session, county_code: str) -> int:
    """How many candidates a county has."""
    statement = (
        sa.select(sa.func.count()).select_from(CandidateSite).where(CandidateSite.county_code == county_code)
    )
    return session.execute(statement).scalar_one()


def count_demand(session: Session, county_code: str) -> int:
    """How many places of demand a county has: what a question about it costs, roughly."""
    found: int = session.execute(
        sa.text("SELECT count(*) FROM demand_points WHERE county_code = :county"), {"county": county_code}
    ).scalar_one()
    return found


@dataclass(frozen=True)
class Whereabouts:
    """In which town and grid a point lies; None where in none."""

    town_id: int | None
    town_name: str | None
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None


def locate_points(
    session: Session, county_code: str, points: Sequence[tuple[float, float]], on: date
) -> list[Whereabouts]:
    """Town and grid in force of each point, in order; on a border the smallest code."""
    rows = session.execute(
        sa.text(
            "SELECT town.id, town.name, grid.id, grid.code, grid.name "
            "FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) "
            "WITH ORDINALITY AS p (lon, lat, number) "
            "CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326) AS geom) AS at "
            "LEFT JOIN LATERAL (SELECT d.id, d.name FROM divisions AS d "
            f"WHERE d.level = '{DivisionLevel.TOWN}' AND {_VALID} AND starts_with(d.code, :county) "
            "AND ST_Covers(d.geom, at.geom) ORDER BY d.code, d.id LIMIT 1) AS town ON true "
            "LEFT JOIN LATERAL (SELECT g.id, g.code, b.name FROM grid_boundaries AS b "
            "JOIN grids AS g ON g.id = b.grid_id JOIN boundary_versions AS v ON v.id = b.version_id "
            f"WHERE v.county_code = :county AND b.kind <> '{GridKind.EXCLUSIVE}' "
            f"AND v.status IN ('{VersionStatus.EFFECTIVE}', '{VersionStatus.ARCHIVED}') "
            "AND daterange(v.effective_from, v.effective_to) @> CAST(:on AS date) "
            "AND ST_Covers(b.geom, at.geom) ORDER BY g.code LIMIT 1) AS grid ON true ORDER BY p.number"
        ),
        _points(points) | {"county": county_code, "on": on},
    )
    return [Whereabouts(*row) for row in rows]


def name_demand(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What places of demand are called, by id."""
    rows = session.execute(
        sa.text("SELECT id, COALESCE(name, code, '') FROM demand_points WHERE id = ANY(:ids)"),
        {"ids": list(ids)},
    )
    return {int(place): str(name) for place, name in rows}


def list_outside(
    session: Session, county_code: str, points: Sequence[tuple[float, float]], on: date
) -> list[int]:
    """Numbers (from 0) of the points that lie outside a county; none when the county has no outline."""
    rows = session.execute(
        sa.text(
            "SELECT p.number - 1 FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) "
            "WITH ORDINALITY AS p (lon, lat, number) JOIN divisions AS d "
            f"ON d.code = :county AND d.level = '{DivisionLevel.COUNTY}' AND {_VALID} AND d.geom IS NOT NULL "
            "WHERE NOT ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)) ORDER BY p.number"
        ),
        _points(points) | {"county": county_code, "on": on},
    )
    return [int(number) for (number,) in rows]


def add_sites(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert candidates (checked values with ``lon`` and ``lat``), in order; returns their ids."""
    values = [
        {name: value for name, value in row.items() if name not in {"lon", "lat"}}
        | {"geom": _point(row["lon"], row["lat"])}
        for row in rows
    ]
    statement = sa.insert(CandidateSite).returning(CandidateSite.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, values)) if values else []


def find_site(session: Session, site_id: int, *, lock: bool = False) -> StoredSite | None:
    """One candidate, held against others until the transaction ends if asked."""
    held = " FOR UPDATE" if lock else ""
    row = session.execute(
        sa.text(f"SELECT {_COLUMNS} FROM candidate_sites AS c WHERE c.id = :id{held}"), {"id": site_id}
    )
    found = row.mappings().one_or_none()
    return None if found is None else StoredSite(**found)


def save_site(session: Session, site_id: int, row: dict[str, Any]) -> None:
    """Write over a locked candidate and count its version on."""
    values = {name: value for name, value in row.items() if name not in {"lon", "lat"}}
    session.execute(
        sa.update(CandidateSite)
        .where(CandidateSite.id == site_id)
        .values(
            **values,
            geom=_point(row["lon"], row["lat"]),
            version=CandidateSite.version + 1,
            updated_at=sa.func.now(),
        )
    )


def remove_site(session: Session, site_id: int) -> None:
    """Delete a candidate; answers that named it keep its name and place."""
    session.execute(sa.delete(CandidateSite).where(CandidateSite.id == site_id))


def find_run(session: Session, county_code: str, inputs_hash: str) -> SitingRun | None:
    """The stored answer to the same question over the same data: the fingerprint holds both."""
    return session.scalars(
        sa.select(SitingRun)
        .where(SitingRun.county_code == county_code, SitingRun.inputs_hash == inputs_hash)
        .order_by(SitingRun.id)
        .limit(1)
    ).first()


def get_run(session: Session, run_id: int) -> SitingRun | None:
    """A stored answer by its number."""
    return session.get(SitingRun, run_id)


def add_run(session: Session, values: dict[str, Any]) -> int:
    """Keep an answer. Does not commit."""
    statement = sa.insert(SitingRun).values(**values).returning(SitingRun.id)
    return int(session.execute(statement).scalar_one())


def list_runs(session: Session, county_code: str, limit: int = 10) -> list[dict[str, Any]]:
    """The latest answers of a county without their lists, newest first."""
    run = SitingRun
    rows = session.execute(
        sa.select(
            run.id,
            run.question,
            run.options,
            run.asked_by,
            run.computed_at,
            run.result["people"].label("people"),
            run.result["bound"].label("bound"),
        )
        .where(run.county_code == county_code)
        .order_by(run.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in rows.mappings()]


def _point(lon: float, lat: float) -> str:
    return f"SRID=4326;POINT({lon!r} {lat!r})"


def _points(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {"lon": [lon for lon, _ in points], "lat": [lat for _, lat in points]}
