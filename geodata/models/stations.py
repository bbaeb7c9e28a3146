"""Service stations, their hours and services, and the versioned 8+N list."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geodata.db import Base
from geodata.models._columns import Kept, Placed, one_of
from geodata.vocab import (
    AccessMethod,
    ClosureKind,
    LocationLevel,
    ServiceCondition,
    ServiceMode,
    StationStatus,
    StationType,
    VenueType,
)


class Station(Placed, Kept, Base):
    """工会户外劳动者服务站: one place with a code that is never reused.

    ``county_code`` is the county whose polygon covers the point (or the importer's when there is no
    point); ``district_label`` is what the source said and may disagree. ``invented_fields`` names
    columns whose values were made up for a demonstration and must be shown as such. ``confirmed_on`` is the
    day on which somebody said "all as shown"; ``confirmed_at`` and ``confirmed_by`` (a login) say more where
    it was said here and not in a list.
    """

    __tablename__ = "stations"
    __table_args__ = (
        one_of("station_type", StationType),
        one_of("venue_type", VenueType),
        one_of("status", StationStatus),
        one_of("access_method", AccessMethod),
        one_of("location_level", LocationLevel),
        # Nearest stations, tiles, bbox reads.
        sa.Index("ix_stations_geom", "geom", postgresql_using="gist"),
        # Search by two characters, which pg_trgm cannot index.
        sa.Index("ix_stations_name_bigrams", sa.text("bigrams(name)"), postgresql_using="gin"),
        sa.Index("ix_stations_county_code_id", "county_code", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text, unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    brand_label: Mapped[str | None] = mapped_column(sa.Text)
    station_type: Mapped[str] = mapped_column(sa.Text, server_default=StationType.STANDARD)
    venue_type: Mapped[str] = mapped_column(sa.Text, server_default=VenueType.OUTDOOR_STATION)
    status: Mapped[str] = mapped_column(sa.Text, server_default=StationStatus.OPEN)
    host_unit: Mapped[str | None] = mapped_column(sa.Text)
    sponsor: Mapped[str | None] = mapped_column(sa.Text)
    address: Mapped[str | None] = mapped_column(sa.Text)
    district_label: Mapped[str | None] = mapped_column(sa.Text)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    access_method: Mapped[str] = mapped_column(sa.Text, server_default=AccessMethod.UNKNOWN)
    access_note: Mapped[str | None] = mapped_column(sa.Text)
    duty_phone: Mapped[str | None] = mapped_column(sa.Text)
    confirmed_on: Mapped[date | None] = mapped_column(sa.Date)
    confirmed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    confirmed_by: Mapped[str | None] = mapped_column(sa.Text)
    hours_text: Mapped[str | None] = mapped_column(sa.Text)
    invented_fields: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}")

    hours: Mapped[list["StationHours"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    services: Mapped[list["StationService"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    closures: Mapped[list["StationClosure"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )


class StationHours(Base):
    """One weekly opening.

    Minutes count from midnight of ``weekday`` (0 = Monday … 6 = Sunday,
    7 = public holiday); ``closes_min`` above 1440 runs past midnight. A station without any row has
    **unknown** hours; a weekday without a row, on a station that has rows, is closed.
    """

    __tablename__ = "station_hours"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 7", name="weekday"),
        sa.CheckConstraint(
            "opens_min >= 0 AND opens_min < 1440 "
            "AND closes_min > opens_min AND closes_min <= opens_min + 1440",
            name="minutes",
        ),
        sa.UniqueConstraint("station_id", "weekday", "opens_min"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    opens_min: Mapped[int] = mapped_column(sa.Integer)
    closes_min: Mapped[int] = mapped_column(sa.Integer)


class StationHoursException(Base):
    """An opening of one date instead of the weekly ones; both minutes null means closed all day.

    A date may have several openings (a lunch break); the database refuses that two of them overlap, or that
    one stands beside "closed all day".
    """

    __tablename__ = "station_hours_exceptions"
    __table_args__ = (
        ExcludeConstraint(
            ("station_id", "="),
            ("on_date", "="),
            (sa.text("int4range(COALESCE(opens_min, 0), COALESCE(closes_min, 2880))"), "&&"),
            name="ex_station_hours_exceptions_openings",
            using="gist",
        ),
        sa.CheckConstraint(
            "(opens_min IS NULL) = (closes_min IS NULL) AND (opens_min IS NULL OR (opens_min >= 0 "
            "AND opens_min < 1440 AND closes_min > opens_min AND closes_min <= opens_min + 1440))",
            name="minutes",
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"))
    on_date: Mapped[date] = mapped_column(sa.Date)
    opens_min: Mapped[int | None] = mapped_column(sa.Integer)
    closes_min: Mapped[int | None] = mapped_column(sa.Integer)
    reason: Mapped[str | None] = mapped_column(sa.Text)


class StationClosure(Base):
    """临时关闭: from, to (null: until further notice) and why. Out of coverage for that interval.

    ``closed_to`` is the expected end, and the end: then the station counts again, and stands on the care list
    until somebody confirms it. Reopened earlier, it is set to that moment. ``early`` is 提前关门, the rest of
    one day.
    """

    __tablename__ = "station_closures"
    __table_args__ = (
        one_of("kind", ClosureKind),
        sa.CheckConstraint("closed_to > closed_from", name="period"),
        ExcludeConstraint(
            ("station_id", "="),
            (sa.text("tstzrange(closed_from, closed_to)"), "&&"),
            name="ex_station_closures_period",
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"))
    closed_from: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    closed_to: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(sa.Text, server_default=ClosureKind.PLANNED)
    reason: Mapped[str] = mapped_column(sa.Text)


class ServiceItem(Base):
    """A service that a station can offer; the county may add its own (the N of 8+N)."""

    __tablename__ = "service_items"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name_zh: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(sa.Integer)
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class ServiceStandard(Base):
    """One version of the 8+N list, by period. ``county_code`` null is the list for everyone else."""

    __tablename__ = "service_standards"
    __table_args__ = (
        sa.CheckConstraint("valid_to > valid_from", name="period"),
        ExcludeConstraint(
            (sa.text("COALESCE(county_code, '')"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_service_standards_period",
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    label: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    standard_items: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class StationService(Base):
    """One service at one station and its condition. No row means unknown, not "no"."""

    __tablename__ = "station_services"
    __table_args__ = (
        one_of("condition", ServiceCondition),
        one_of("mode", ServiceMode),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.CheckConstraint("(mode = 'nearby') OR distance_m IS NULL", name="distance_only_nearby"),
    )

    station_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True
    )
    item_code: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("service_items.code"), primary_key=True)
    condition: Mapped[str] = mapped_column(sa.Text, server_default=ServiceCondition.UNKNOWN)
    mode: Mapped[str] = mapped_column(sa.Text, server_default=ServiceMode.OWN)
    distance_m: Mapped[float | None] = mapped_column(sa.Double)
    quantity: Mapped[int | None] = mapped_column(sa.Integer)
    checked_on: Mapped[date | None] = mapped_column(sa.Date)
    expires_on: Mapped[date | None] = mapped_column(sa.Date)


__all__ = [
    "ServiceItem",
    "ServiceStandard",
    "Station",
    "StationClosure",
    "StationHours",
    "StationHoursException",
    "StationService",
]
