"""What planners, cadres and instructors keep beside the daily work."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, one_of
from geodata.vocab import ProposalState


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
