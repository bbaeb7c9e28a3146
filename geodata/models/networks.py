"""Street networks of counties, and what planners drew across them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, geometry, one_of, sound
from geodata.vocab import BarrierKind, NetworkSource, NetworkStatus


class NetworkVersion(Base):
    """One street network of one county: loaded -> in use -> archived. Its edges never change.

    ``credit`` is who made the data and by which licence; it stands wherever the streets are shown. ``report``
    keeps what the import found: ways left out and why, pieces that hang together with nothing.
    """

    __tablename__ = "network_versions"
    __table_args__ = (
        one_of("source", NetworkSource),
        one_of("status", NetworkStatus),
        sa.UniqueConstraint("county_code", "label"),
        # Along which streets is walked in a county.
        sa.Index(
            "uq_network_versions_in_use",
            "county_code",
            unique=True,
            postgresql_where=sa.text("status = 'in_use'"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    label: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.Text, server_default=NetworkStatus.LOADED)
    file_name: Mapped[str] = mapped_column(sa.Text)
    file_sha256: Mapped[str] = mapped_column(sa.Text)
    datum: Mapped[str] = mapped_column(sa.Text)
    credit: Mapped[str] = mapped_column(sa.Text, server_default="")
    nodes: Mapped[int] = mapped_column(sa.Integer)
    edges: Mapped[int] = mapped_column(sa.Integer)
    length_m: Mapped[float] = mapped_column(sa.Double)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    created_by: Mapped[str] = mapped_column(sa.Text)
    used_since: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    used_by: Mapped[str | None] = mapped_column(sa.Text)
    archived_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    is_invented: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())


class NetworkEdge(Base):
    """A piece of street between two junctions, in the order of its line.

    ``uses`` is the sum of ``geodata.network.graph.Use`` flags: who may move along it, which way.
    ``from_node`` and ``to_node`` number the junctions of the version from 0. ``speed_kmh`` binds cars only.
    ``length_m`` is the geodesic length of the line on the ellipsoid.
    """

    __tablename__ = "network_edges"
    __table_args__ = (
        sa.CheckConstraint("uses BETWEEN 1 AND 31", name="uses"),
        sa.CheckConstraint("length_m > 0", name="length"),
        sa.CheckConstraint("speed_kmh > 0", name="speed"),
        # Streets on the map, streets near a place.
        sa.Index("ix_network_edges_geom", "geom", postgresql_using="gist"),
    )

    version_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("network_versions.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    from_node: Mapped[int] = mapped_column(sa.Integer)
    to_node: Mapped[int] = mapped_column(sa.Integer)
    uses: Mapped[int] = mapped_column(sa.SmallInteger)
    road_class: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str | None] = mapped_column(sa.Text)
    speed_kmh: Mapped[float | None] = mapped_column(sa.Double)
    is_bridge: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    is_tunnel: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    length_m: Mapped[float] = mapped_column(sa.Double)
    geom: Mapped[Any] = mapped_column(geometry("LINESTRING"))


class Barrier(Kept, Base):
    """A line or an area that nobody crosses from one day (inclusive) to another (exclusive, null: for good).

    It cuts the streets it meets, and nobody steps across it on the way to the street.
    """

    __tablename__ = "barriers"
    __table_args__ = (
        one_of("kind", BarrierKind),
        sound(),
        sa.CheckConstraint(
            "GeometryType(geom) IN ('LINESTRING', 'MULTILINESTRING', 'POLYGON', 'MULTIPOLYGON')", name="shape"
        ),
        sa.CheckConstraint("valid_to > valid_from", name="period"),
        # What cuts the streets of a county on a date.
        sa.Index("ix_barriers_county_code", "county_code", "valid_from"),
        sa.Index("ix_barriers_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    note: Mapped[str | None] = mapped_column(sa.Text)
    drawn_by: Mapped[str] = mapped_column(sa.Text)
    geom: Mapped[Any] = mapped_column(geometry("GEOMETRY"))
