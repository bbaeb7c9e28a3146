"""What the liaison's pages show beside the work itself: addresses, borders, versions, other grids."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.assignment_clauses import ACCURACY_M, GRIDS_IN_FORCE, metres_between


@dataclass(frozen=True)
class Border:
    """How far inside its grid a place lies, and by how much the place may be wrong, in metres."""

    distance_m: float
    accuracy_m: float


@dataclass(frozen=True)
class GridChoice:
    """A grid in force that somebody may name."""

    id: int
    code: str
    name: str


def list_addresses(session: Session, enterprise_ids: Sequence[int]) -> dict[int, str | None]:
    """Operating addresses, else registered ones, by enterprise id."""
    rows = session.execute(
        sa.text(
            "SELECT e.id, COALESCE(e.operating_address, e.registered_address) AS address "
            "FROM enterprises AS e WHERE e.id = ANY(:ids)"
        ),
        {"ids": list(enterprise_ids)},
    )
    return {row.id: row.address for row in rows}


def list_versions(session: Session, grid_ids: Sequence[int]) -> list[str]:
    """Labels of the boundary versions in which grids are in force today."""
    rows = session.scalars(
        sa.text(
            f"SELECT DISTINCT v.label FROM {GRIDS_IN_FORCE} WHERE b.grid_id = ANY(:ids) ORDER BY v.label"
        ),
        {"ids": list(grid_ids)},
    )
    return list(rows)


def find_border(session: Session, enterprise_id: int, grid_id: int) -> Border | None:
    """How far a place is from the border of a grid that covers it; nothing when the grid does not."""
    row = session.execute(
        sa.text(
            f"SELECT {metres_between('e.geom', 'ST_Boundary(b.geom)')} AS distance_m, "
            f"{ACCURACY_M} AS accuracy_m FROM enterprises AS e, {GRIDS_IN_FORCE} "
            "WHERE e.id = :id AND b.grid_id = :grid_id AND ST_Covers(b.geom, e.geom)"
        ),
        {"id": enterprise_id, "grid_id": grid_id},
    ).mappings()
    found = row.one_or_none()
    return None if found is None else Border(**found)


def list_other_grids(
    session: Session, enterprise_id: int, *, county: str, but: int | None, limit: int = 300
) -> list[GridChoice]:
    """Other grids in force of a county, those nearest to an enterprise first, by code without a place."""
    rows = session.execute(
        sa.text(
            f"SELECT g.id, g.code, b.name FROM {GRIDS_IN_FORCE} "
            "LEFT JOIN enterprises AS e ON e.id = :id "
            "WHERE g.county_code = :county AND g.id IS DISTINCT FROM CAST(:but AS bigint) "
            'ORDER BY b.geom <-> e.geom NULLS LAST, g.code COLLATE "C" LIMIT :limit'
        ),
        {"id": enterprise_id, "county": county, "but": but, "limit": limit},
    )
    return [GridChoice(**row) for row in rows.mappings()]
