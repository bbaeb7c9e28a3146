"""Tables made from other tables to draw tiles fast; each can be thrown away and made again."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base


class TileState(Base):
    """What state of the data a made table shows; when that is not today's, tiles do without it."""

    __tablename__ = "tile_states"

    part: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    data_version: Mapped[str] = mapped_column(sa.Text)
    made_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class EnterpriseCell(Base):
    """Enterprises counted by 1/64 of a tile side, for zooms at which points cannot be told apart.

    One row is one county's part of tile ``z/x/y``; ``county_code`` is empty where unknown. The arrays run
    side by side: the cell, 64 * row + column inside the tile, and three counts. Arrays, because three
    million rows of a province took 20 s to write and these take 3.
    """

    __tablename__ = "enterprise_cells"

    z: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    cells: Mapped[list[int]] = mapped_column(ARRAY(sa.SmallInteger))
    enterprises: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    unorganized: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    review: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))


class EnterprisePlace(Base):
    """Enterprises by place, for zooms from 14 on; those on the very same spot are one entry.

    One row is one county's part of the zoom-14 tile ``x/y`` and a margin around it. The arrays run side by
    side: lowest id of the place, position from the tile's north-west corner in 1/65536 of its side, two
    counts, and the status (one that waits for a person, if any does).
    """

    __tablename__ = "enterprise_places"

    x: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    ids: Mapped[list[int]] = mapped_column(ARRAY(sa.BigInteger))
    east: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    down: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    enterprises: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    unorganized: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    statuses: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))


class GridTotal(Base):
    """Enterprises a grid is responsible for today, placed or not."""

    __tablename__ = "grid_totals"

    grid_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("grids.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    enterprises: Mapped[int] = mapped_column(sa.Integer)
    unorganized: Mapped[int] = mapped_column(sa.Integer)
    review: Mapped[int] = mapped_column(sa.Integer)


class Outline(Base):
    """Grids in force and divisions of today in Web Mercator, simplified together per band of zooms.

    ``part`` is what is simplified together: ``grid:<version id>`` or ``division:<county code>``; ``band`` 0
    is full detail. ``label`` is a point on the surface.
    """

    __tablename__ = "outlines"
    __table_args__ = (
        # One layer of one band in a tile.
        sa.Index("ix_outlines_geom", "band", "layer", "geom", postgresql_using="gist"),
    )

    part: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    band: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    layer: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    county_code: Mapped[str] = mapped_column(sa.Text)
    geom: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=3857, spatial_index=False))
    label: Mapped[Any] = mapped_column(Geometry("POINT", srid=3857, spatial_index=False))
