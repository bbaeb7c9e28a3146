"""What the public tells about stations, and whom it may ask: reports, their daily salt, union offices."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, one_of
from geodata.vocab import ReportKind, ReportStatus

NOTE_LENGTH = 200
"""Characters of what a reporter may add, and of the answer."""


class StationReport(Kept, Base):
    """One tap at a door: "locked", "service missing", "wrong place", and what became of it.

    Nothing says who sent it. ``sender_hash`` is the address hashed with the salt of ``on_date``
    (Asia/Shanghai): it tells two senders of one day apart, and nothing once the salt is gone.
    ``answered_by`` is a login and is never shown to the public; ``answer_note`` is.
    """

    __tablename__ = "station_reports"
    __table_args__ = (
        one_of("kind", ReportKind),
        one_of("status", ReportStatus),
        sa.CheckConstraint("(status = 'open') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("kind = 'service' OR item_code IS NULL", name="item_of_service"),
        sa.CheckConstraint(
            f"char_length(note) <= {NOTE_LENGTH} AND char_length(answer_note) <= {NOTE_LENGTH}", name="short"
        ),
        # The warning of the day and the outcomes on a station's public page.
        sa.Index("ix_station_reports_station_id", "station_id", "on_date"),
        # The list of who must answer, and the stations of the finder that carry a warning.
        sa.Index(
            "ix_station_reports_open", "on_date", "station_id", postgresql_where=sa.text("status = 'open'")
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.Text)
    item_code: Mapped[str | None] = mapped_column(sa.Text, sa.ForeignKey("service_items.code"))
    note: Mapped[str | None] = mapped_column(sa.Text)
    sender_hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    on_date: Mapped[date] = mapped_column(sa.Date)
    reported_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    status: Mapped[str] = mapped_column(sa.Text, server_default=ReportStatus.OPEN)
    answered_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    answered_by: Mapped[str | None] = mapped_column(sa.Text)
    answer_note: Mapped[str | None] = mapped_column(sa.Text)


class ReportSalt(Base):
    """The secret of one day (Asia/Shanghai) that senders' addresses are hashed with; removed afterwards."""

    __tablename__ = "report_salts"

    on_date: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary)


class UnionOffice(Kept, Base):
    """The office of a town or county union that anybody may ask: its own telephone, never a person's."""

    __tablename__ = "union_offices"
    __table_args__ = (
        sa.UniqueConstraint("division_code"),
        sa.CheckConstraint("division_code ~ '^[0-9]{6}([0-9]{3})?$'", name="division_code_form"),
        # A mobile number belongs to a person, with or without +86, spaces or dashes.
        sa.CheckConstraint(
            "regexp_replace(phone, '[^0-9]', '', 'g') !~ '^(0?0?86)?1[3-9][0-9]{9}$'", name="phone_not_mobile"
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    division_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    phone: Mapped[str | None] = mapped_column(sa.Text)
    address: Mapped[str | None] = mapped_column(sa.Text)
    hours: Mapped[str | None] = mapped_column(sa.Text)


__all__ = ["NOTE_LENGTH", "ReportSalt", "StationReport", "UnionOffice"]
