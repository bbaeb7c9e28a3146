"""Coverage rules, demand points and stored answers."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, Placed, one_of
from geodata.vocab import DayType, LocationLevel, Measure, Profile


class CoverageRule(Base):
    """A named meaning of "within ten minutes". Limits are inclusive; null means the rule has no such form.

    Along streets one moves as ``profile`` at ``speed_mps``; the way to the street costs time at the same pace
    and is at most ``access_cap_m``.
    ``unconfirmed_after_days``: a station last confirmed longer ago (or never) is unknown; null counts it.
    """

    __tablename__ = "coverage_rules"
    __table_args__ = (
        one_of("profile", Profile),
        sa.CheckConstraint("straight_limit_m > 0 AND street_limit_s > 0 AND speed_mps > 0", name="limits"),
        sa.CheckConstraint("num_nonnulls(straight_limit_m, street_limit_s) > 0", name="some_limit"),
        sa.Index(
            "uq_coverage_rules_default",
            "is_default",
            unique=True,
            postgresql_where=sa.text("is_default"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    label_zh: Mapped[str] = mapped_column(sa.Text)
    label_en: Mapped[str] = mapped_column(sa.Text)
    basis_zh: Mapped[str] = mapped_column(sa.Text)
    basis_en: Mapped[str] = mapped_column(sa.Text)
    speed_mps: Mapped[float] = mapped_column(sa.Double)
    profile: Mapped[str] = mapped_column(sa.Text, server_default=Profile.FOOT)
    straight_limit_m: Mapped[float | None] = mapped_column(sa.Double)
    street_limit_s: Mapped[float | None] = mapped_column(sa.Double)
    access_cap_m: Mapped[float] = mapped_column(sa.Double, server_default="100")
    unconfirmed_after_days: Mapped[int | None] = mapped_column(sa.Integer)
    is_default: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    position: Mapped[int] = mapped_column(sa.Integer)
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class DemandPoint(Placed, Kept, Base):
    """聚集地: a place where outdoor workers gather or wait, with an estimate of people, never of persons."""

    __tablename__ = "demand_points"
    __table_args__ = (
        one_of("location_level", LocationLevel),
        sa.CheckConstraint("people >= 0", name="people"),
        sa.UniqueConstraint("county_code", "code"),
        # Tiles, reach of a station.
        sa.Index("ix_demand_points_geom", "geom", postgresql_using="gist"),
        sa.Index("ix_demand_points_county_code_id", "county_code", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    kind: Mapped[str | None] = mapped_column(sa.Text)
    worker_group: Mapped[str | None] = mapped_column(sa.Text)
    people: Mapped[int] = mapped_column(sa.Integer)
    counted_on: Mapped[date | None] = mapped_column(sa.Date)
    address: Mapped[str | None] = mapped_column(sa.Text)


class DemandHours(Base):
    """When the people of a demand point are there, in the form of ``StationHours``.

    A point without any row is always peopled; a weekday without a row, on a point that has rows, is empty.
    """

    __tablename__ = "demand_hours"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 7", name="weekday"),
        sa.CheckConstraint(
            "opens_min >= 0 AND opens_min < 1440 "
            "AND closes_min > opens_min AND closes_min <= opens_min + 1440",
            name="minutes",
        ),
        sa.UniqueConstraint("demand_point_id", "weekday", "opens_min"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    demand_point_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("demand_points.id", ondelete="CASCADE")
    )
    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    opens_min: Mapped[int] = mapped_column(sa.Integer)
    closes_min: Mapped[int] = mapped_column(sa.Integer)


class CoverageRun(Base):
    """One stored answer: the question, a fingerprint and copy of its inputs, and all its figures.

    ``minute`` null is "any hour" (宽口径). The same question over the same inputs is the same row.
    ``network_version_id`` is the street network of an answer along streets.
    """

    __tablename__ = "coverage_runs"
    __table_args__ = (
        one_of("day_type", DayType),
        one_of("measure", Measure),
        sa.CheckConstraint("(measure = 'streets') = (network_version_id IS NOT NULL)", name="network"),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
        sa.Index(
            "uq_coverage_runs_question",
            sa.text("COALESCE(county_code, '')"),
            "rule_code",
            "measure",
            "day_type",
            sa.text("COALESCE(minute, -1)"),
            "services",
            "as_of",
            "inputs_hash",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    rule_code: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("coverage_rules.code"))
    measure: Mapped[str] = mapped_column(sa.Text, server_default=Measure.STRAIGHT_LINE)
    network_version_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("network_versions.id")
    )
    day_type: Mapped[str] = mapped_column(sa.Text)
    minute: Mapped[int | None] = mapped_column(sa.Integer)
    services: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    as_of: Mapped[date] = mapped_column(sa.Date)
    engine: Mapped[str] = mapped_column(sa.Text)
    inputs_hash: Mapped[str] = mapped_column(sa.Text)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    computed_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
