"""Looking a place up: which enterprise is meant, and which grids were in force there on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import Assignment
from geodata.queries import clauses
from geodata.queries.assignment_clauses import (
    ACCURACY_M,
    DIVISION_IN_FORCE,
    LOCAL_TODAY,
    degrees_of,
    metres_between,
)
from geodata.queries.scopes import EVERYTHING, Scope
from geodata.vocab import GAP_TOLERANCE_M

_VERSION_ON = (
    "v.status IN ('effective', 'archived') AND v.effective_from <= :today "
    "AND (v.effective_to IS NULL OR v.effective_to > :today)"
)


@dataclass(frozen=True)
class FoundPlace:
    """An enterprise that a question may mean."""

    id: int
    name: str
    uscc: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float
    code: str | None
    removed_on: date | None


@dataclass(frozen=True)
class GridAt:
    """A grid as drawn on a day that covers a point or lies near it."""

    grid_id: int
    code: str
    name: str
    kind: str
    county_code: str
    version_id: int
    version_label: str
    covers: bool
    distance_m: float
    is_named: bool


def find_places(
    session: Session,
    *,
    uscc: str | None = None,
    name: str | None = None,
    enterprise_id: int | None = None,
    scope: Scope = EVERYTHING,
    limit: int = 20,
) -> list[FoundPlace]:
    """Enterprises with this credit code, or whose name contains the words; exact and shortest names first."""
    condition, values = clauses.where(
        scope.enterprises(),
        clauses.equals("e.uscc", uscc, name="uscc"),
        clauses.equals("e.id", enterprise_id, name="id"),
        clauses.contains_text("e.name", name),
    )
    rows = session.execute(
        sa.text(
            "SELECT e.id, e.name, e.uscc, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, "
            f"{ACCURACY_M} AS accuracy_m, e.removed_on, "
            "COALESCE(e.operating_code, e.registered_code) AS code "
            "FROM enterprises AS e "
            "LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
            f"WHERE {condition} ORDER BY length(e.name), e.name, e.id LIMIT :limit"
        ),
        {**values, "limit": limit},
    )
    return [FoundPlace(**row) for row in rows.mappings()]


def list_grids_at(
    session: Session,
    *,
    lon: float,
    lat: float,
    on: date,
    within_m: float = GAP_TOLERANCE_M,
    code: str | None = None,
) -> list[GridAt]:
    """Grids in force on a day that cover a point or lie within ``within_m``; ``code`` marks those named."""
    point = "ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
    near = degrees_of(":within_m", point)
    rows = session.execute(
        sa.text(
            "SELECT b.grid_id, g.code, b.name, b.kind, g.county_code, v.id AS version_id, "
            f"v.label AS version_label, ST_Covers(b.geom, {point}) AS covers, "
            f"{metres_between(point, 'b.geom')} AS distance_m, "
            ":code = ANY(b.community_codes) IS TRUE AS is_named "
            "FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id "
            f"JOIN grids AS g ON g.id = b.grid_id WHERE {_VERSION_ON} "
            f"AND b.geom && ST_Expand({point}, {near}) AND ST_DWithin(b.geom, {point}, {near}) "
            'ORDER BY g.code COLLATE "C", b.grid_id'
        ),
        {"lon": lon, "lat": lat, "within_m": within_m, "today": on, "code": code},
    )
    return [GridAt(**row) for row in rows.mappings()]


def list_grids_of_code(session: Session, code: str, *, on: date) -> list[GridAt]:
    """Ordinary grids in force on a day that list a community code."""
    rows = session.execute(
        sa.text(
            "SELECT b.grid_id, g.code, b.name, b.kind, g.county_code, v.id AS version_id, "
            "v.label AS version_label, false AS covers, 0.0 AS distance_m, true AS is_named "
            "FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id "
            f"JOIN grids AS g ON g.id = b.grid_id WHERE {_VERSION_ON} "
            "AND :code = ANY(b.community_codes) AND b.kind <> 'exclusive' "
            'ORDER BY g.code COLLATE "C", b.grid_id'
        ),
        {"today": on, "code": code},
    )
    return [GridAt(**row) for row in rows.mappings()]


def list_divisions_at(session: Session, *, lon: float, lat: float, on: date) -> list[tuple[str, str]]:
    """(code, name) of the divisions in force on a day that cover a point, the smallest first."""
    rows = session.execute(
        sa.text(
            f"SELECT d.code, d.name FROM divisions AS d WHERE {DIVISION_IN_FORCE} "
            "AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) "
            'ORDER BY length(d.code) DESC, d.code COLLATE "C"'
        ),
        {"lon": lon, "lat": lat, "today": on},
    )
    return [(code, name) for code, name in rows]


def find_union_of(session: Session, code: str, *, on: date) -> tuple[str, str] | None:
    """(code, name) of the town, else county, in force on a day that a code begins with."""
    row = session.execute(
        sa.text(
            f"SELECT d.code, d.name FROM divisions AS d WHERE {DIVISION_IN_FORCE} "
            "AND d.code IN (left(:code, 9), left(:code, 6)) ORDER BY length(d.code) DESC LIMIT 1"
        ),
        {"code": code, "today": on},
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def find_grids_in_force(session: Session, grid_code: str) -> list[tuple[int, int, str]]:
    """(grid id, version id, county) of the grids in force with this code; counties may share a code."""
    rows = session.execute(
        sa.text(
            "SELECT g.id, v.id, g.county_code FROM grids AS g JOIN grid_boundaries AS b ON b.grid_id = g.id "
            "JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective' "
            "WHERE g.code = :code ORDER BY g.county_code"
        ),
        {"code": grid_code},
    )
    return [(grid_id, version_id, county) for grid_id, version_id, county in rows]


def find_county_of(session: Session, enterprise_id: int) -> str | None:
    """The county whose grid or union owns an enterprise now, else the one that lists it."""
    found = session.scalar(
        sa.text(
            "SELECT COALESCE(g.county_code, left(a.fallback_code, 6), e.county_code) FROM enterprises AS e "
            "LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
            "LEFT JOIN grids AS g ON g.id = a.grid_id WHERE e.id = :id"
        ),
        {"id": enterprise_id},
    )
    return None if found is None else str(found)


def division_exists(session: Session, code: str) -> bool:
    """Whether a division with this code is in force today."""
    return bool(
        session.scalar(
            sa.text(
                "SELECT EXISTS (SELECT FROM divisions AS d "
                f"WHERE d.code = :code AND {DIVISION_IN_FORCE.replace(':today', LOCAL_TODAY)})"
            ),
            {"code": code},
        )
    )


def has_version_on(session: Session, county_codes: Sequence[str], *, on: date) -> bool:
    """Whether one of the counties had grids in force on a day."""
    return bool(
        session.scalar(
            sa.text(
                "SELECT EXISTS (SELECT FROM boundary_versions AS v "
                f"WHERE v.county_code = ANY(:counties) AND {_VERSION_ON})"
            ),
            {"counties": list(county_codes), "today": on},
        )
    )


def clock(session: Session) -> datetime:
    """The database's wall clock."""
    return session.scalars(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))).one()


def find_current(session: Session, enterprise_id: int) -> Assignment | None:
    """The row in force of an enterprise."""
    return session.scalar(
        sa.select(Assignment).where(Assignment.enterprise_id == enterprise_id, Assignment.valid_to.is_(None))
    )


def replace_assignment(session: Session, *, enterprise_id: int, values: dict[str, Any]) -> int:
    """Close the row in force and open a decided one at the same instant; returns the new row's id."""
    instant = session.scalar(
        sa.text(
            "UPDATE assignments "
            "SET valid_to = greatest(clock_timestamp(), valid_from + interval '1 microsecond') "
            "WHERE enterprise_id = :enterprise_id AND valid_to IS NULL RETURNING valid_to"
        ),
        {"enterprise_id": enterprise_id},
    )
    return int(
        session.scalars(
            sa.text(
                "INSERT INTO assignments (enterprise_id, grid_id, fallback_code, method, status, "
                "boundary_version_id, decided_by, decision_reason, valid_from) "
                "VALUES (:enterprise_id, :grid_id, :fallback_code, 'manual', 'manual', "
                ":version_id, :by, :reason, COALESCE(CAST(:instant AS timestamptz), clock_timestamp())) "
                "RETURNING id"
            ),
            {**values, "enterprise_id": enterprise_id, "instant": instant},
        ).one()
    )
