"""Grids go into one boundary version of one county; the version and the grids' identities are made here."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Version:
    """A boundary version as far as an import needs it."""

    id: int
    status: str


def find_version(session: Session, county_code: str, label: str) -> Version | None:
    """The version of a county by its label, locked against a second import."""
    row = session.execute(
        sa.text(
            "SELECT id, status FROM boundary_versions "
            "WHERE county_code = :county AND label = :label FOR UPDATE"
        ),
        {"county": county_code, "label": label},
    ).one_or_none()
    return Version(row.id, row.status) if row else None


def create_version(session: Session, county_code: str, label: str, *, by: str, is_invented: bool) -> Version:
    """A new draft."""
    version_id = session.execute(
        sa.text(
            "INSERT INTO boundary_versions (county_code, label, created_by, is_invented) "
            "VALUES (:county, :label, :by, :invented) RETURNING id"
        ),
        {"county": county_code, "label": label, "by": by, "invented": is_invented},
    ).scalar_one()
    return Version(int(version_id), "draft")


def reopen_version(session: Session, version_id: int) -> None:
    """Changed grids make a checked version a draft again."""
    session.execute(
        sa.text(
            "UPDATE boundary_versions SET status = 'draft', checked_at = NULL, findings = NULL WHERE id = :id"
        ),
        {"id": version_id},
    )


def identify_grids(session: Session, county_code: str, version_id: int) -> None:
    """Give staged rows the lasting identity of their grid, made where the code is new; match them."""
    session.execute(
        sa.text(
            "INSERT INTO grids (county_code, code) SELECT :county, code FROM staged_rows ORDER BY row_number "
            "ON CONFLICT (county_code, code) DO NOTHING"
        ),
        {"county": county_code},
    )
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET grid_id = g.id, version_id = :version, existing_id = b.id FROM grids g "
            "LEFT JOIN grid_boundaries b ON b.grid_id = g.id AND b.version_id = :version "
            "WHERE g.county_code = :county AND g.code = s.code"
        ),
        {"county": county_code, "version": version_id},
    )


def list_outside_county(session: Session, county_code: str) -> list[int]:
    """Row numbers of staged grids whose middle lies outside the county's polygon."""
    return list(
        session.scalars(
            sa.text(
                "SELECT s.row_number FROM staged_rows s JOIN divisions d ON d.code = :county "
                "AND d.valid_to IS NULL AND d.geom IS NOT NULL "
                "WHERE NOT ST_Covers(d.geom, ST_PointOnSurface(s.geom)) ORDER BY s.row_number"
            ),
            {"county": county_code},
        )
    )


def find_common_county(session: Session) -> list[str]:
    """Counties that cover the middles of the staged grids."""
    return list(
        session.scalars(
            sa.text(
                "SELECT DISTINCT d.code FROM staged_rows s JOIN divisions d ON d.level = 'county' "
                "AND d.valid_to IS NULL AND ST_Covers(d.geom, ST_PointOnSurface(s.geom)) ORDER BY d.code"
            )
        )
    )
