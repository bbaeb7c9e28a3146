"""Column shapes that several tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.orm import Mapped, mapped_column


def geometry(kind: str) -> Geometry:
    """A 4326 geometry type; the GiST index is declared by name on the table, beside the query it serves."""
    return Geometry(kind, srid=4326, spatial_index=False)


def one_of(column: str, values: type[StrEnum], name: str | None = None) -> sa.CheckConstraint:
    """The database refuses a code that the vocabulary does not know."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def sound(column: str = "geom") -> sa.CheckConstraint:
    """The database refuses an invalid or empty geometry."""
    return sa.CheckConstraint(f"ST_IsValid({column}) AND NOT ST_IsEmpty({column})", name=f"{column}_sound")


class Placed:
    """Where a row's point came from: the raw pair as delivered, its datum, and how exact it is.

    ``raw_datum`` is a ``Datum`` code or ``epsg:<number>``; ``location_accuracy_m`` is metres.
    """

    geom: Mapped[Any | None] = mapped_column(geometry("POINT"))
    raw_x: Mapped[float | None] = mapped_column(sa.Double)
    raw_y: Mapped[float | None] = mapped_column(sa.Double)
    raw_datum: Mapped[str | None] = mapped_column(sa.Text)
    coord_source: Mapped[str | None] = mapped_column(sa.Text)
    location_level: Mapped[str] = mapped_column(sa.Text, server_default="none")
    location_accuracy_m: Mapped[float | None] = mapped_column(sa.Double)


class Kept:
    """Bookkeeping of an editable row. ``version`` grows by one with every change (checked on save)."""

    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    updated_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("import_batches.id", ondelete="SET NULL")
    )
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
