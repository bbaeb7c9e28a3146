"""Barriers that planners drew: those in force, all of a county, and keeping them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import Barrier

RIM_DEGREES = 0.08
"""Streets of a county reach 5 km beyond it; so many degrees are at least that anywhere in China."""

_COLUMNS = (
    "b.id, b.county_code, b.name, b.kind, b.valid_from, b.valid_to, b.note, b.drawn_by, b.version, "
    "b.created_at, b.is_invented, ST_AsBinary(b.geom) AS shape"
)


@dataclass(frozen=True)
class BarrierRow:
    """A barrier; ``shape`` is a line or polygon in longitude/latitude (EPSG:4326)."""

    id: int
    county_code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None
    note: str | None
    drawn_by: str
    version: int
    created_at: datetime
    is_invented: bool
    shape: shapely.Geometry


def list_in_force(session: Session, county_code: str, as_of: date) -> list[BarrierRow]:
    """Barriers in force on a date in a county and on the rim around it, whoever drew them, by id.

    A wall just across the border stops people like any other.
    """
    statement = sa.text(
        f"SELECT {_COLUMNS} FROM barriers AS b "
        "WHERE daterange(b.valid_from, b.valid_to) @> CAST(:as_of AS date) AND (b.county_code = :county "
        "OR EXISTS (SELECT FROM divisions AS d WHERE d.code = :county AND d.level = 'county' "
        "AND daterange(d.valid_from, d.valid_to) @> CAST(:as_of AS date) "
        "AND b.geom && ST_Expand(d.geom, :rim))) ORDER BY b.id"
    )
    values = {"county": county_code, "as_of": as_of, "rim": RIM_DEGREES}
    return [_row(row) for row in session.execute(statement, values).mappings()]


def list_barriers(session: Session, county_code: str) -> list[BarrierRow]:
    """All barriers of a county, those without an end first, then the latest."""
    statement = sa.text(
        f"SELECT {_COLUMNS} FROM barriers AS b WHERE b.county_code = :county "
        "ORDER BY b.valid_to DESC NULLS FIRST, b.valid_from DESC, b.id DESC"
    )
    return [_row(row) for row in session.execute(statement, {"county": county_code}).mappings()]


def get_barrier(session: Session, barrier_id: int) -> BarrierRow | None:
    """One barrier."""
    statement = sa.text(f"SELECT {_COLUMNS} FROM barriers AS b WHERE b.id = :id")
    row = session.execute(statement, {"id": barrier_id}).mappings().one_or_none()
    return None if row is None else _row(row)


def add_barrier(session: Session, values: Mapping[str, Any], shape: shapely.Geometry) -> int:
    """Insert a barrier; the caller has checked the values."""
    written = session.execute(sa.insert(Barrier).values(**values, geom=_stored(shape)).returning(Barrier.id))
    return int(written.scalar_one())


def update_barrier(
    session: Session, barrier_id: int, values: Mapping[str, Any], *, version: int, shape: shapely.Geometry
) -> bool:
    """Write over exactly this version; ``False`` when somebody was quicker."""
    written = session.execute(
        sa.update(Barrier)
        .where(Barrier.id == barrier_id, Barrier.version == version)
        .values(**values, geom=_stored(shape), version=version + 1, updated_at=sa.func.now())
        .returning(Barrier.id)
    )
    return written.scalar_one_or_none() is not None


def remove_barrier(session: Session, barrier_id: int, *, version: int) -> bool:
    """Delete exactly this version; ``False`` when somebody was quicker."""
    gone = session.execute(
        sa.delete(Barrier).where(Barrier.id == barrier_id, Barrier.version == version).returning(Barrier.id)
    )
    return gone.scalar_one_or_none() is not None


def _stored(shape: shapely.Geometry) -> Any:
    return sa.func.ST_GeomFromWKB(shapely.to_wkb(shape), 4326)


def _row(row: sa.RowMapping) -> BarrierRow:
    return BarrierRow(**{**row, "shape": shapely.from_wkb(bytes(row["shape"]))})
