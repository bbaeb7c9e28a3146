"""What a station's manager adds day by day: how many came, and what the place looks like."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base


class StationVisitors(Base):
    """How many people came on one day: the number only, never who. Corrected under the station's version."""

    __tablename__ = "station_visitors"
    __table_args__ = (sa.CheckConstraint("visitors BETWEEN 0 AND 100000", name="visitors"),)

    station_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True
    )
    on_date: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    visitors: Mapped[int] = mapped_column(sa.Integer)
    updated_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    updated_by: Mapped[str] = mapped_column(sa.Text)
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())


class StationPhoto(Base):
    """A photo as we wrote it: decoded and encoded again, so only the picture is left of the sender's file.

    ``sha256`` is of ``content``. A removed photo loses its picture; its row stays, so the log can name it.
    """

    __tablename__ = "station_photos"
    __table_args__ = (
        sa.CheckConstraint("(removed_at IS NULL) = (content IS NOT NULL)", name="content_until_removed"),
        sa.CheckConstraint("(removed_at IS NULL) = (thumbnail IS NOT NULL)", name="thumbnail_until_removed"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        sa.CheckConstraint("width > 0 AND height > 0", name="size"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        # The same picture once; the photos of a station.
        sa.Index(
            "uq_station_photos_present",
            "station_id",
            "sha256",
            unique=True,
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.Integer)
    width: Mapped[int] = mapped_column(sa.Integer)
    height: Mapped[int] = mapped_column(sa.Integer)
    sha256: Mapped[bytes] = mapped_column(sa.LargeBinary)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    thumbnail: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    added_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    added_by: Mapped[str] = mapped_column(sa.Text)
    removed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    removed_by: Mapped[str | None] = mapped_column(sa.Text)
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())


__all__ = ["StationPhoto", "StationVisitors"]
