"""The working calendar, and the union work on enterprises: cases, steps, pauses, visits, disputes."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, one_of
from geodata.vocab import (
    CaseAct,
    CaseEnd,
    CaseState,
    CaseStep,
    DisputeKind,
    DisputeState,
    FoundingForm,
    FoundingRoute,
    StuckReason,
    UnheldReason,
    VisitChannel,
    VisitResult,
)

_INSTANT = sa.DateTime(timezone=True)


class CalendarDay(Base):
    """One day of the working calendar (Asia/Shanghai), make-up days included.

    ``is_announced`` false: the year's holidays are not announced yet, the day is what the law lets expect.
    """

    __tablename__ = "calendar_days"

    on_date: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    is_workday: Mapped[bool] = mapped_column(sa.Boolean)
    is_announced: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    name: Mapped[str | None] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class FoundingCase(Kept, Base):
    """The union work on one enterprise: who holds it, how far it is, until when, how it ended.

    At most one case of an enterprise is not ``closed``: the database refuses a second, so a claim is one
    conditional write. ``grid_id`` is the grid that works it; a new boundary does not move it. ``due_on`` is
    the last day in time by the working calendar (null before the clock starts and in a pause).
    """

    __tablename__ = "founding_cases"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("step", CaseStep),
        one_of('"end"', CaseEnd, "end_known"),
        one_of("route", FoundingRoute),
        one_of("form", FoundingForm),
        one_of("unheld_why", UnheldReason),
        sa.CheckConstraint(
            "(holder_id IS NULL) = (claim_until IS NULL) AND (holder_id IS NULL) = (unheld_why IS NOT NULL)",
            name="held_or_why_not",
        ),
        sa.CheckConstraint(
            "(state IN ('to_verify', 'closed')) = "
            '("end" IS NOT NULL AND ended_on IS NOT NULL AND ended_by IS NOT NULL)',
            name="ended_has_end",
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (verified_by IS NOT NULL) AND verified_by <> ended_by",
            name="verified_by_another",
        ),
        # Claiming: at most one case under way an enterprise; also the join of every list.
        sa.Index(
            "uq_founding_cases_under_way",
            "enterprise_id",
            unique=True,
            postgresql_where=sa.text("state <> 'closed'"),
        ),
        # All cases of an enterprise, for its page and for reopening.
        sa.Index("ix_founding_cases_enterprise_id", "enterprise_id"),
        # The work of a grid.
        sa.Index("ix_founding_cases_grid_id", "grid_id", postgresql_where=sa.text("state <> 'closed'")),
        # What somebody holds: handing over.
        sa.Index("ix_founding_cases_holder_id", "holder_id", postgresql_where=sa.text("state <> 'closed'")),
        # The sweep of claims that lapse.
        sa.Index("ix_founding_cases_claim_until", "claim_until", postgresql_where=sa.text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    holder_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    claim_until: Mapped[date | None] = mapped_column(sa.Date)
    unheld_why: Mapped[str | None] = mapped_column(sa.Text)
    unheld_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    state: Mapped[str] = mapped_column(sa.Text, server_default=CaseState.OPEN)
    step: Mapped[str] = mapped_column(sa.Text, server_default=CaseStep.SURVEY)
    route: Mapped[str | None] = mapped_column(sa.Text)
    form: Mapped[str | None] = mapped_column(sa.Text)
    union_name: Mapped[str | None] = mapped_column(sa.Text)
    consent_on: Mapped[date | None] = mapped_column(sa.Date)
    clock_from: Mapped[date | None] = mapped_column(sa.Date)
    allowed_workdays: Mapped[int] = mapped_column(sa.Integer, server_default="5")
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    end: Mapped[str | None] = mapped_column(sa.Text)
    end_note: Mapped[str | None] = mapped_column(sa.Text)
    ended_on: Mapped[date | None] = mapped_column(sa.Date)
    ended_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    revisit_on: Mapped[date | None] = mapped_column(sa.Date)
    verified_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    verified_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))


class FoundingStep(Base):
    """A finished step of a case, with what shows it."""

    __tablename__ = "founding_steps"
    __table_args__ = (
        one_of("step", CaseStep),
        sa.CheckConstraint(
            "step <> 'application_approval' OR (document_number IS NOT NULL AND document_on IS NOT NULL)",
            name="approval_has_document",
        ),
    )

    case_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("founding_cases.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    done_on: Mapped[date] = mapped_column(sa.Date)
    done_by: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    evidence: Mapped[str | None] = mapped_column(sa.Text)
    document_number: Mapped[str | None] = mapped_column(sa.Text)
    document_on: Mapped[date | None] = mapped_column(sa.Date)


class FoundingPause(Base):
    """A pause asked for, and decided by a cadre. The clock stands still from ``since`` once approved."""

    __tablename__ = "founding_pauses"
    __table_args__ = (
        one_of("reason", StuckReason),
        sa.CheckConstraint("(decided_at IS NULL) = (is_approved IS NULL)", name="decided_whole"),
        sa.CheckConstraint("decided_by <> requested_by", name="decided_by_another"),
        sa.CheckConstraint("until >= since", name="period"),
        # At most one pause asked for or running a case; also its look-up.
        sa.Index(
            "uq_founding_pauses_under_way",
            "case_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL AND is_approved IS NOT FALSE"),
        ),
        # The pauses of a case.
        sa.Index("ix_founding_pauses_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("founding_cases.id", ondelete="CASCADE")
    )
    reason: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    since: Mapped[date] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)
    requested_by: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=sa.func.now())
    decided_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    is_approved: Mapped[bool | None] = mapped_column(sa.Boolean)
    decision_note: Mapped[str | None] = mapped_column(sa.Text)


class Visit(Base):
    """Somebody spoke with an enterprise. Only ever added; sent twice under one ``client_id``, added once."""

    __tablename__ = "visits"
    __table_args__ = (
        one_of("result", VisitResult),
        one_of("channel", VisitChannel),
        sa.CheckConstraint("next_on > visited_on", name="next_is_later"),
        sa.UniqueConstraint("user_id", "client_id"),
        # The visits of an enterprise, newest first; the last one on every card.
        sa.Index("ix_visits_enterprise_id", "enterprise_id", sa.text("visited_on DESC"), sa.text("id DESC")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    case_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("founding_cases.id", ondelete="SET NULL")
    )
    user_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    client_id: Mapped[str] = mapped_column(sa.Text)
    visited_on: Mapped[date] = mapped_column(sa.Date)
    result: Mapped[str] = mapped_column(sa.Text)
    channel: Mapped[str] = mapped_column(sa.Text)
    next_on: Mapped[date | None] = mapped_column(sa.Date)
    staff_band: Mapped[str | None] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(_INSTANT, server_default=sa.func.now())
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())


class Dispute(Kept, Base):
    """A liaison says "not mine" or "moved": it stays theirs until another accepts or a cadre decides."""

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("kind", DisputeKind),
        one_of("state", DisputeState),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_whole"),
        sa.CheckConstraint("proposed_grid_id <> from_grid_id", name="another_grid"),
        # At most one open dispute an enterprise; also its look-up.
        sa.Index(
            "uq_disputes_open", "enterprise_id", unique=True, postgresql_where=sa.text("state = 'open'")
        ),
        # Disputes of an enterprise, for its page.
        sa.Index("ix_disputes_enterprise_id", "enterprise_id"),
        # What waits for either grid.
        sa.Index("ix_disputes_from_grid_id", "from_grid_id", postgresql_where=sa.text("state = 'open'")),
        sa.Index(
            "ix_disputes_proposed_grid_id", "proposed_grid_id", postgresql_where=sa.text("state = 'open'")
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, server_default=DisputeState.OPEN)
    from_grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    proposed_grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    note: Mapped[str] = mapped_column(sa.Text)
    opened_by: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    decide_by: Mapped[date] = mapped_column(sa.Date)
    escalated_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    closed_by: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    decision_note: Mapped[str | None] = mapped_column(sa.Text)
    decided_grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))


class CaseEvent(Base):
    """One line of history of the union work: who did what, in which post, when. Only ever added."""

    __tablename__ = "case_events"
    __table_args__ = (
        one_of("act", CaseAct),
        # The history of an enterprise, newest first.
        sa.Index("ix_case_events_enterprise_id", "enterprise_id", sa.text("id DESC")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("enterprises.id", ondelete="CASCADE")
    )
    case_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("founding_cases.id", ondelete="CASCADE")
    )
    at: Mapped[datetime] = mapped_column(_INSTANT, server_default=sa.func.clock_timestamp())
    act: Mapped[str] = mapped_column(sa.Text)
    actor: Mapped[str] = mapped_column(sa.Text)
    actor_name: Mapped[str] = mapped_column(sa.Text)
    post: Mapped[str | None] = mapped_column(sa.Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
