"""A boundary version as its page shows it: facts, drawing, and whom its coming into force would touch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import BoundaryVersion

DRAWN_TOLERANCE_DEG = 0.00002


@dataclass(frozen=True)
class VersionPage:
    """What is known of a version. ``findings`` are as ``Finding.to_json`` made them."""

    id: int
    county_code: str
    label: str
    status: str
    effective_from: date | None
    effective_to: date | None
    created_by: str
    created_at: datetime
    checked_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    findings: list[dict[str, Any]]


def find_version(session: Session, version_id: int) -> VersionPage | None:
    """One version."""
    row = session.get(BoundaryVersion, version_id, populate_existing=True)
    if row is None:
        return None
    names = [name for name in VersionPage.__dataclass_fields__ if name != "findings"]
    return VersionPage(**{name: getattr(row, name) for name in names}, findings=row.findings or [])


# Outlines only for a screen; the check looked at the shapes themselves.
_DRAWING = sa.text(
    "SELECT g.code, b.name, b.kind, ST_AsGeoJSON("
    "  CASE WHEN ST_NPoints(b.geom) > 200 THEN ST_SimplifyPreserveTopology(b.geom, :tolerance) "
    "  ELSE b.geom END, 6) AS shape "
    "FROM grid_boundaries AS b JOIN grids AS g ON g.id = b.grid_id "
    "WHERE b.version_id = :version ORDER BY b.kind = 'exclusive', g.code COLLATE \"C\""
)


def list_drawing(session: Session, version_id: int) -> list[dict[str, Any]]:
    """Its grids as GeoJSON features, exclusive ones on top."""
    rows = session.execute(_DRAWING, {"version": version_id, "tolerance": DRAWN_TOLERANCE_DEG})
    return [
        {
            "type": "Feature",
            "properties": {"what": "grid", "code": row.code, "name": row.name, "kind": row.kind},
            "geometry": json.loads(row.shape),
        }
        for row in rows
    ]


@dataclass(frozen=True)
class Vanishing:
    """A grid in force that a version no longer has, and the people who hold posts in it."""

    code: str
    name: str
    holders: tuple[str, ...]


_VANISHING = sa.text(
    "SELECT g.code, b.name, ARRAY(SELECT u.name FROM posts AS p JOIN users AS u ON u.id = p.user_id "
    "  WHERE p.grid_id = g.id AND p.valid_from <= current_date "
    "  AND (p.valid_to IS NULL OR p.valid_to > current_date) ORDER BY u.name) AS holders "
    "FROM grid_boundaries AS b JOIN grids AS g ON g.id = b.grid_id "
    "JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective' "
    "JOIN boundary_versions AS n ON n.id = :version AND n.county_code = v.county_code AND n.id <> v.id "
    "WHERE NOT EXISTS (SELECT FROM grid_boundaries AS k WHERE k.version_id = n.id AND k.grid_id = b.grid_id) "
    'ORDER BY g.code COLLATE "C"'
)


def list_vanishing(session: Session, version_id: int) -> list[Vanishing]:
    """Grids that would go, with whose posts go with them."""
    rows = session.execute(_VANISHING, {"version": version_id})
    return [Vanishing(row.code, row.name, tuple(row.holders)) for row in rows]


def name_enterprises(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Names by id."""
    rows = session.execute(
        sa.text("SELECT id, name FROM enterprises WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return {row.id: row.name for row in rows}
