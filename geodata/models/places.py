"""Administrative divisions, boundary versions, grids, assessment areas and base-layer streets."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, geometry, one_of, sound
from geodata.vocab import DivisionLevel, GridKind, VersionStatus


class Division(Kept, Base):
    """A county, town or community, by code and period of validity. Codes are text and change over time."""

    __tablename__ = "divisions"
    __table_args__ = (
        one_of("level", DivisionLevel),
        sa.CheckConstraint(
            "code ~ '^[0-9]+$' AND "
            "length(code) = CASE level WHEN 'county' THEN 6 WHEN 'town' THEN 9 ELSE 12 END",
            name="code_fits_level",
        ),
        sound(),
        sa.CheckConstraint("valid_to > valid_from", name="period"),
        ExcludeConstraint(
            ("code", "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_divisions_code_period",
            using="gist",
        ),
        # Which division covers a point: imports, fallback owners, tiles.
        sa.Index("ix_divisions_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text)
    level: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    parent_code: Mapped[str | None] = mapped_column(sa.Text)
    valid_from: Mapped[date] = mapped_column(sa.Date, server_default=sa.text("'1949-10-01'"))
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    geom: Mapped[Any | None] = mapped_column(geometry("MULTIPOLYGON"))


class BoundaryVersion(Base):
    """One drawing of all grids of one county: draft -> checked -> approved -> effective -> archived."""

    __tablename__ = "boundary_versions"
    __table_args__ = (
        one_of("status", VersionStatus),
        sa.UniqueConstraint("county_code", "label"),
        sa.CheckConstraint("effective_to > effective_from", name="period"),
        sa.CheckConstraint(
            "status NOT IN ('effective', 'archived') OR effective_from IS NOT NULL", name="effective_has_date"
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="second_person"),
        # Never two drawings in force in one county on one day.
        ExcludeConstraint(
            ("county_code", "="),
            (sa.text("daterange(effective_from, effective_to)"), "&&"),
            name="ex_boundary_versions_one_effective",
            using="gist",
            where=sa.text("status IN ('effective', 'archived')"),
        ),
        sa.Index(
            "uq_boundary_versions_effective",
            "county_code",
            unique=True,
            postgresql_where=sa.text("status = 'effective'"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    label: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.Text, server_default=VersionStatus.DRAFT)
    effective_from: Mapped[date | None] = mapped_column(sa.Date)
    effective_to: Mapped[date | None] = mapped_column(sa.Date)
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    created_by: Mapped[str] = mapped_column(sa.Text)
    checked_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    approved_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    approved_by: Mapped[str | None] = mapped_column(sa.Text)
    activated_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())


class Grid(Base):
    """The lasting identity of a grid (网格 / 片区 / 专属网格): its code in a county, never reused.

    Its name, kind and shape belong to a boundary version, see ``GridBoundary``; assignments point
    here, so an unchanged grid keeps its enterprises through a new drawing.
    """

    __tablename__ = "grids"
    __table_args__ = (sa.UniqueConstraint("county_code", "code"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text)


class GridBoundary(Kept, Base):
    """One grid as drawn in one boundary version."""

    __tablename__ = "grid_boundaries"
    __table_args__ = (
        one_of("kind", GridKind),
        sa.UniqueConstraint("version_id", "grid_id"),
        sound(),
        # Point in grid, tiles, neighbours of a changed boundary.
        sa.Index("ix_grid_boundaries_geom", "geom", postgresql_using="gist"),
        sa.Index("ix_grid_boundaries_name_bigrams", sa.text("bigrams(name)"), postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    version_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("boundary_versions.id", ondelete="CASCADE")
    )
    grid_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"), index=True)
    name: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    community_codes: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}")
    geom: Mapped[Any] = mapped_column(geometry("MULTIPOLYGON"))


class AssessmentArea(Kept, Base):
    """考核范围: a built-up or key area whose people and square metres are the denominator of rates."""

    __tablename__ = "assessment_areas"
    __table_args__ = (
        sa.UniqueConstraint("county_code", "name"),
        sound(),
        # Which demand points lie inside an area.
        sa.Index("ix_assessment_areas_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    geom: Mapped[Any] = mapped_column(geometry("MULTIPOLYGON"))


class Street(Base):
    """A line of the quiet base layer; for drawing only, never for travel times."""

    __tablename__ = "streets"
    __table_args__ = (
        sound(),
        sa.CheckConstraint("rank BETWEEN 1 AND 4", name="rank"),
        # The road layer of the tiles.
        sa.Index("ix_streets_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str | None] = mapped_column(sa.Text)
    rank: Mapped[int] = mapped_column(sa.SmallInteger)
    kind: Mapped[str] = mapped_column(sa.Text, server_default="road")
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    geom: Mapped[Any] = mapped_column(geometry("GEOMETRY"))
