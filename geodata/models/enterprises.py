"""Enterprises (one row = one place of work), what is clear about them, and who is responsible."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, Placed, one_of
from geodata.vocab import (
    AssignmentMethod,
    AssignmentStatus,
    LocationLevel,
    OrganizationStatus,
    RemovalReason,
    UnitKind,
)


class Enterprise(Placed, Kept, Base):
    """One place of work. Legal persons are rows without a parent; outlets point to theirs.

    ``uscc`` is a valid code or null; a code that failed its check is kept in ``uscc_stated`` and
    never used for matching. The operating place decides the grid, never the registration.
    """

    __tablename__ = "enterprises"
    __table_args__ = (
        one_of("unit_kind", UnitKind),
        one_of("organization_status", OrganizationStatus),
        one_of("removal_reason", RemovalReason),
        one_of("location_level", LocationLevel),
        sa.CheckConstraint("uscc IS NULL OR uscc_is_valid(uscc)", name="uscc_valid"),
        sa.CheckConstraint("staff_count >= 0", name="staff_count"),
        sa.CheckConstraint("(removed_on IS NULL) = (removal_reason IS NULL)", name="removal_has_reason"),
        sa.CheckConstraint("parent_id <> id", name="own_parent"),
        sa.Index("uq_enterprises_uscc", "uscc", unique=True, postgresql_where=sa.text("uscc IS NOT NULL")),
        # The polygon-outer assignment drives on this index; so do tiles and bbox reads.
        sa.Index("ix_enterprises_geom", "geom", postgresql_using="gist"),
        sa.Index("ix_enterprises_name_bigrams", sa.text("bigrams(name)"), postgresql_using="gin"),
        sa.Index("ix_enterprises_county_code_id", "county_code", "id"),
        # Import matching of rows without a credit code.
        sa.Index("ix_enterprises_name", "name"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    uscc: Mapped[str | None] = mapped_column(sa.Text)
    uscc_stated: Mapped[str | None] = mapped_column(sa.Text)
    legacy_code: Mapped[str | None] = mapped_column(sa.Text)
    parent_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="SET NULL"), index=True
    )
    parent_uscc: Mapped[str | None] = mapped_column(sa.Text)
    unit_kind: Mapped[str] = mapped_column(sa.Text, server_default=UnitKind.OTHER)
    industry_code: Mapped[str | None] = mapped_column(sa.Text)
    industry_line: Mapped[str | None] = mapped_column(sa.Text)
    staff_count: Mapped[int | None] = mapped_column(sa.Integer)
    staff_counted_on: Mapped[date | None] = mapped_column(sa.Date)
    organization_status: Mapped[str] = mapped_column(sa.Text, server_default=OrganizationStatus.UNORGANIZED)
    covering_union: Mapped[str | None] = mapped_column(sa.Text)
    covering_confirmed_on: Mapped[date | None] = mapped_column(sa.Date)
    registered_address: Mapped[str | None] = mapped_column(sa.Text)
    registered_code: Mapped[str | None] = mapped_column(sa.Text)
    operating_address: Mapped[str | None] = mapped_column(sa.Text)
    operating_code: Mapped[str | None] = mapped_column(sa.Text)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    contact_name: Mapped[str | None] = mapped_column(sa.Text)
    contact_phone: Mapped[str | None] = mapped_column(sa.Text)
    removed_on: Mapped[date | None] = mapped_column(sa.Date)
    removal_reason: Mapped[str | None] = mapped_column(sa.Text)


class EnterpriseClarity(Base):
    """六个清: six things that should be clear, as counts and states with a date, never as persons.

    States are free short words of the county (``clear``/``unclear`` by default); null is unknown.
    """

    __tablename__ = "enterprise_clarity"
    __table_args__ = (sa.CheckConstraint("workforce_count >= 0 AND party_member_count >= 0", name="counts"),)

    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE"), primary_key=True
    )
    operation_state: Mapped[str | None] = mapped_column(sa.Text)
    workforce_count: Mapped[int | None] = mapped_column(sa.Integer)
    party_member_count: Mapped[int | None] = mapped_column(sa.Integer)
    investor_state: Mapped[str | None] = mapped_column(sa.Text)
    party_organization_state: Mapped[str | None] = mapped_column(sa.Text)
    union_organization_state: Mapped[str | None] = mapped_column(sa.Text)
    as_of: Mapped[date] = mapped_column(sa.Date)


class Assignment(Base):
    """Who was responsible for an enterprise, from when to when, and why.

    Exactly one of ``grid_id`` and ``fallback_code`` (the division whose union is the owner of last
    resort) is set, or neither when the place is out of every county. A decision is never
    overwritten: the old row is closed (``valid_to``), a new one opened. ``params`` fill the sentence
    ``reason.<method>``; ``other_grid_id`` is the second grid that must see a border case.

    That a current row never overlaps a closed one of the same enterprise is checked by the trigger
    ``assignments_no_overlap`` (one set-based check a statement; see the migration).
    """

    __tablename__ = "assignments"
    __table_args__ = (
        one_of("method", AssignmentMethod),
        one_of("status", AssignmentStatus),
        sa.CheckConstraint(
            "num_nonnulls(grid_id, fallback_code) = CASE WHEN status = 'out_of_county' THEN 0 ELSE 1 END",
            name="exactly_one_owner",
        ),
        sa.CheckConstraint(
            "method <> 'manual' OR (decided_by IS NOT NULL AND decision_reason IS NOT NULL)",
            name="manual_has_reason",
        ),
        sa.CheckConstraint("valid_to > valid_from", name="period"),
        # At most one current owner; also the look-up "who is responsible now".
        sa.Index(
            "uq_assignments_current",
            "enterprise_id",
            unique=True,
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
        # Lists and counts by grid.
        sa.Index("ix_assignments_grid_current", "grid_id", postgresql_where=sa.text("valid_to IS NULL")),
        # History never overlaps itself. Partial, because a first run inserts a million current rows.
        ExcludeConstraint(
            ("enterprise_id", "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_assignments_history",
            using="gist",
            where=sa.text("valid_to IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    other_grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    fallback_code: Mapped[str | None] = mapped_column(sa.Text)
    method: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    boundary_version_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("boundary_versions.id")
    )
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    decision_reason: Mapped[str | None] = mapped_column(sa.Text)
    valid_from: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    valid_to: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
