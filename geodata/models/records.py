"""Import batches with refused rows, the audit trail, and the counter of data changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import one_of
from geodata.vocab import ImportKind, Severity


class ImportBatch(Base):
    """One file taken in (or refused whole): who, what, in which datum, and how many rows went where."""

    __tablename__ = "import_batches"
    __table_args__ = (
        one_of("kind", ImportKind),
        sa.CheckConstraint("rows = inserted + updated + unchanged + refused", name="rows_add_up"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text)
    datum: Mapped[str] = mapped_column(sa.Text)
    source_department: Mapped[str | None] = mapped_column(sa.Text)
    imported_by: Mapped[str] = mapped_column(sa.Text)
    imported_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    boundary_version_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("boundary_versions.id", ondelete="CASCADE")
    )
    rows: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    inserted: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    updated: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    unchanged: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    refused: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    warned: Mapped[int] = mapped_column(sa.Integer, server_default="0")


class Rejection(Base):
    """A finding about a row (or, with row number null, about the whole file): refused or warned."""

    __tablename__ = "rejections"
    __table_args__ = (one_of("severity", Severity),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("import_batches.id", ondelete="CASCADE"), index=True
    )
    severity: Mapped[str] = mapped_column(sa.Text)
    row_number: Mapped[int | None] = mapped_column(sa.Integer)
    column_name: Mapped[str | None] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text)
    value: Mapped[str | None] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class AuditEntry(Base):
    """Who did what, when, in which post, before and after.

    Append-only: a trigger refuses anything else, and no role holds the right to it. Kept at least 12
    months; nothing here removes entries.

    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        # "What happened to this thing", newest first.
        sa.Index("ix_audit_entries_subject", "subject_kind", "subject_id", "id"),
        # "What did they do", newest first.
        sa.Index("ix_audit_entries_actor", "actor", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    actor: Mapped[str] = mapped_column(sa.Text)
    post: Mapped[str | None] = mapped_column(sa.Text)
    action: Mapped[str] = mapped_column(sa.Text)
    subject_kind: Mapped[str] = mapped_column(sa.Text)
    subject_id: Mapped[str] = mapped_column(sa.Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class DataChange(Base):
    """One row a writing statement, by trigger; old ones are folded into one that stands for ``changes``.

    (sum of changes, greatest id) of a subject names the state of its data for ETags and caches; writers only
    add rows, so no two of them ever wait for each other here.
    """

    __tablename__ = "data_changes"
    __table_args__ = (sa.Index("ix_data_changes_subject_id", "subject", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.Text)
    changes: Mapped[int] = mapped_column(sa.BigInteger, server_default="1")
