"""Long work asked for by somebody, and the files it takes in and hands out."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import one_of
from geodata.vocab import FilePurpose, JobKind, JobState

_OPEN = "state IN ('queued', 'running')"


class Job(Base):
    """One piece of long work: who asked for what, how far it is, how it ended.

    The queue of the library only carries the id; this row is the truth. ``version`` grows whenever the job
    changes hands and is what a worker must still hold to finish it: two workers cannot both end one job.
    ``queue_id`` is the row of the queue that carries it now.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("kind", JobKind),
        one_of("state", JobState),
        sa.CheckConstraint(f"({_OPEN}) = (finished_at IS NULL)", name="finished_when_over"),
        sa.CheckConstraint("(state = 'failed') = (error_code IS NOT NULL)", name="failed_says_why"),
        sa.CheckConstraint("done >= 0 AND total >= 0", name="progress_counted"),
        # "My jobs", newest first, and the notices among them.
        sa.Index("ix_jobs_user_id", "user_id", "id"),
        # The sweep for jobs whose worker died.
        sa.Index("ix_jobs_open", "queue_id", postgresql_where=sa.text(_OPEN)),
        # The newest check of a boundary version.
        sa.Index("ix_jobs_subject", "subject", "kind", "id", postgresql_where=sa.text("subject IS NOT NULL")),
        # A preview is saved once, however often the button is pressed.
        sa.Index(
            "uq_jobs_saved_once",
            "subject",
            unique=True,
            postgresql_where=sa.text("kind = 'import_save' AND state IN ('queued', 'running', 'done')"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    subject: Mapped[str | None] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    user_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    asked_by: Mapped[str] = mapped_column(sa.Text)
    post: Mapped[str | None] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.Text, server_default="zh")
    asked_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    state: Mapped[str] = mapped_column(sa.Text, server_default="queued")
    stage: Mapped[str | None] = mapped_column(sa.Text)
    done: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    total: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    error_code: Mapped[str | None] = mapped_column(sa.Text)
    error_params: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    cancel_asked: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    queue_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    started_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class StoredFile(Base):
    """A file on its way in or out, cut into chunks. Until it ``is_complete`` nobody may read it.

    An upload goes when its import is saved or given up; what a job hands out goes with the job.
    """

    __tablename__ = "stored_files"
    __table_args__ = (
        one_of("purpose", FilePurpose),
        sa.CheckConstraint("(purpose = 'upload') = (job_id IS NULL)", name="output_has_job"),
        sa.CheckConstraint("is_complete = (sha256 IS NOT NULL)", name="complete_has_digest"),
        # The files of a job; each purpose once.
        sa.Index("uq_stored_files_job_id", "job_id", "purpose", unique=True),
        # How much somebody keeps here, and what has outlived its use.
        sa.Index("ix_stored_files_user_id", "user_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.Text)
    job_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(sa.Text)
    media_type: Mapped[str] = mapped_column(sa.Text)
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    sha256: Mapped[str | None] = mapped_column(sa.Text)
    is_complete: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class FileChunk(Base):
    """A piece of a stored file, in order from 0."""

    __tablename__ = "file_chunks"

    file_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("stored_files.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
