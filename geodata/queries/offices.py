"""Offices of town and county unions that anybody may ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import UnionOffice
from geodata.queries.assignment_clauses import DIVISION_IN_FORCE, LOCAL_TODAY

_OFFICE = (
    "SELECT o.division_code, d.name AS division_name, o.name, o.phone, o.address, o.hours, o.version, "
    "o.is_invented FROM union_offices o LEFT JOIN divisions d ON d.code = o.division_code AND "
    + DIVISION_IN_FORCE.replace(":today", LOCAL_TODAY)
)


@dataclass(frozen=True)
class Office:
    """An office: of which division, its own telephone, where, when."""

    division_code: str
    division_name: str | None
    name: str
    phone: str | None
    address: str | None
    hours: str | None
    version: int
    is_invented: bool


def find_office(session: Session, codes: Sequence[str]) -> Office | None:
    """The office of the first of these divisions that has one."""
    row = session.execute(
        sa.text(
            f"{_OFFICE} WHERE o.division_code = ANY(:codes) "
            "ORDER BY array_position(CAST(:codes AS text[]), o.division_code) LIMIT 1"
        ),
        {"codes": list(codes)},
    )
    found = row.mappings().first()
    return None if found is None else Office(**found)


def list_offices(session: Session, county_codes: Sequence[str] | None) -> list[Office]:
    """Offices of some counties and their towns by code; of all with ``None``."""
    within = "TRUE" if county_codes is None else "left(o.division_code, 6) = ANY(:counties)"
    rows = session.execute(
        sa.text(f"{_OFFICE} WHERE {within} ORDER BY o.division_code"), {"counties": list(county_codes or ())}
    )
    return [Office(**row) for row in rows.mappings()]


def find_town_of_grid(session: Session, grid_id: int) -> str | None:
    """Code of the town that most of a grid, as in force, lies in; the smaller code of equals."""
    found = session.scalar(
        sa.text(
            "SELECT d.code FROM grid_boundaries b "
            "JOIN boundary_versions v ON v.id = b.version_id AND v.status = 'effective' "
            "JOIN divisions d ON d.level = 'town' AND d.geom && b.geom AND "
            f"{DIVISION_IN_FORCE.replace(':today', LOCAL_TODAY)} "
            "WHERE b.grid_id = :grid_id AND ST_Intersects(d.geom, b.geom) "
            "ORDER BY round(ST_Area(ST_Intersection(d.geom, b.geom))::numeric, 9) DESC, d.code LIMIT 1"
        ),
        {"grid_id": grid_id},
    )
    return None if found is None else str(found)


def find_town_at(session: Session, lon: float, lat: float) -> str | None:
    """Code of the town in force that covers a place; the smaller code of two that meet there."""
    found = session.scalar(
        sa.text(
            "SELECT d.code FROM divisions d WHERE d.level = 'town' AND "
            f"{DIVISION_IN_FORCE.replace(':today', LOCAL_TODAY)} "
            "AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) ORDER BY d.code LIMIT 1"
        ),
        {"lon": lon, "lat": lat},
    )
    return None if found is None else str(found)


def add_office(session: Session, values: dict[str, Any]) -> bool:
    """Insert an office; ``False`` when the division has one already."""
    written = session.execute(
        insert(UnionOffice).values(**values).on_conflict_do_nothing().returning(UnionOffice.id)
    )
    return written.scalar_one_or_none() is not None


def update_office(session: Session, code: str, *, version: int, values: dict[str, Any]) -> bool:
    """Write over exactly this version; ``False`` when somebody was quicker."""
    written = session.execute(
        sa.update(UnionOffice)
        .where(UnionOffice.division_code == code, UnionOffice.version == version)
        .values(**values, version=version + 1, updated_at=sa.func.now())
        .returning(UnionOffice.id)
    )
    return written.scalar_one_or_none() is not None
