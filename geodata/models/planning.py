"""What planners, cadres and instructors keep beside the daily work."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, geometry, one_of
from geodata.vocab import HostKind, ProposalState, SiteSource


class CoverProposal(Kept, Base):
    """An instructor says that a union of the line covers an enterprise; another person confirms or declines.

    Confirmed, it changes how the enterprise is organised, never which grid is responsible (R8).
    """

    __tablename__ = "cover_proposals"
    __table_args__ = (
        one_of("state", ProposalState),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL AND decided_by IS NULL)", name="decided_whole"
        ),
        sa.CheckConstraint("state = 'withdrawn' OR decided_by <> proposed_by", name="decided_by_another"),
        # At most one open proposal an enterprise; also the queue of what waits.
        sa.Index(
            "uq_cover_proposals_open",
            "enterprise_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        # The proposals of an enterprise.
        sa.Index("ix_cover_proposals_enterprise_id", "enterprise_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    union_name: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, server_default=ProposalState.OPEN)
    proposed_by: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    decided_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decision_note: Mapped[str | None] = mapped_column(sa.Text)


class CandidateSite(Kept, Base):
    """A place where a station could be. It never counts in an official figure."""

    __tablename__ = "candidate_sites"
    __table_args__ = (
        one_of("host_kind", HostKind),
        one_of("source", SiteSource),
        sa.CheckConstraint("cost >= 0", name="cost"),
        sa.Index("ix_candidate_sites_county_code", "county_code", "id"),
        # Candidates on the map.
        sa.Index("ix_candidate_sites_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    host_kind: Mapped[str] = mapped_column(sa.Text, server_default=HostKind.OTHER)
    source: Mapped[str] = mapped_column(sa.Text)
    cost: Mapped[float | None] = mapped_column(sa.Double)
    address: Mapped[str | None] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    added_by: Mapped[str] = mapped_column(sa.Text)
    geom: Mapped[Any] = mapped_column(geometry("POINT"))


class SitingRun(Base):
    """One answer to "where to build next": question, options, fingerprint of inputs, plan. Never changed."""

    __tablename__ = "siting_runs"
    __table_args__ = (sa.Index("ix_siting_runs_county_code", "county_code", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    question: Mapped[dict[str, Any]] = mapped_column(JSONB)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs_hash: Mapped[str] = mapped_column(sa.Text)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_by: Mapped[str] = mapped_column(sa.Text)
    computed_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class Scenario(Kept, Base):
    """A named what-if: a question and a list of changes to stations and streets. Never an official figure.

    ``is_shared``: whoever may read plans in the county can open its link; else only who made it.
    """

    __tablename__ = "scenarios"
    __table_args__ = (
        sa.UniqueConstraint("county_code", "name"),
        sa.Index("ix_scenarios_made_by", "made_by"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    question: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    is_shared: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    made_by: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
