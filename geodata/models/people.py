"""Users, the posts they hold, their open sessions, and what was tried and sent."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geodata.db import Base
from geodata.models._columns import Kept, one_of
from geodata.vocab import GRID_ROLES, Role

_GRID_ROLES = ", ".join(f"'{role}'" for role in sorted(GRID_ROLES))


class User(Kept, Base):
    """A person with an account. Never deleted, only disabled: the log names ``login`` for ever.

    ``password_hash`` null: signs in elsewhere (single sign-on), or not yet. ``work_phone`` is the number that
    colleagues may call; no private one is kept.
    """

    __tablename__ = "users"
    __table_args__ = (
        sa.CheckConstraint(
            "login = lower(login) AND login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'", name="login_form"
        ),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("sso_subject"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    work_phone: Mapped[str | None] = mapped_column(sa.Text)
    organisation: Mapped[str | None] = mapped_column(sa.Text)
    password_hash: Mapped[str | None] = mapped_column(sa.Text)
    must_change_password: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    sso_subject: Mapped[str | None] = mapped_column(sa.Text)
    disabled_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class Post(Kept, Base):
    """A user's role over one scope, from a day to a day (``valid_to`` is the first day without it).

    The scope is a county, or one town, grid, station or industry line in it; ``county_code`` null is all
    counties of the deployment. Several scopes are several posts. A liaison or cadre sits on one grid, which
    has at most one of each at a time who is no deputy; the database refuses a second.
    """

    __tablename__ = "posts"
    __table_args__ = (
        one_of("role", Role),
        sa.CheckConstraint("valid_to >= valid_from", name="period"),
        sa.CheckConstraint(
            "num_nonnulls(town_code, grid_id, station_id, industry_line) <= 1", name="one_scope"
        ),
        sa.CheckConstraint(
            f"(role IN ({_GRID_ROLES})) = (grid_id IS NOT NULL) "
            "AND (role = 'station_manager') = (station_id IS NOT NULL) "
            "AND (role = 'instructor') = (industry_line IS NOT NULL)",
            name="scope_fits_role",
        ),
        sa.CheckConstraint(f"NOT is_deputy OR role IN ({_GRID_ROLES})", name="deputy_of_grid"),
        ExcludeConstraint(
            ("grid_id", "="),
            ("role", "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_posts_one_holder",
            using="gist",
            where=sa.text("grid_id IS NOT NULL AND NOT is_deputy"),
        ),
        ExcludeConstraint(
            ("user_id", "="),
            ("role", "="),
            (sa.text("COALESCE(county_code, '')"), "="),
            (sa.text("COALESCE(town_code, grid_id::text, station_id::text, industry_line, '')"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_posts_not_twice",
            using="gist",
        ),
        # The posts of who signs in.
        sa.Index("ix_posts_user_id", "user_id"),
        # Who answers for a grid, who keeps a station.
        sa.Index("ix_posts_grid_id", "grid_id", "role", postgresql_where=sa.text("grid_id IS NOT NULL")),
        sa.Index("ix_posts_station_id", "station_id", postgresql_where=sa.text("station_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(sa.Text)
    county_code: Mapped[str | None] = mapped_column(sa.Text)
    town_code: Mapped[str | None] = mapped_column(sa.Text)
    grid_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("grids.id"))
    station_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("stations.id"))
    industry_line: Mapped[str | None] = mapped_column(sa.Text)
    is_deputy: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    valid_from: Mapped[date] = mapped_column(sa.Date, server_default=sa.text("CURRENT_DATE"))
    valid_to: Mapped[date | None] = mapped_column(sa.Date)


class LoginSession(Base):
    """An open log-in. The browser holds a secret of which only the SHA-256 is kept here.

    Ended by log-out, disabling or a changed password; dead after the idle time or ``expires_at``.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (
        sa.UniqueConstraint("token_hash"),
        # Ending all of somebody's.
        sa.Index("ix_login_sessions_user_id", "user_id", postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    csrf_token: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    seen_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    expires_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class Attempt(Base):
    """How often something limited was tried in a span of time: failed log-ins, reports of the public.

    ``key`` names what is limited, ``login:user:<login>`` or ``report:address:<hash>``. Unlogged: after a
    crash everybody simply begins anew.
    """

    __tablename__ = "attempts"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    window_start: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), primary_key=True)
    tries: Mapped[int] = mapped_column(sa.Integer, server_default="1")


class Submission(Base):
    """A write that carried a client-made key, and its answer: sent again, it is answered and not done again.

    ``digest`` is of route and body: the same key with other contents is refused.
    """

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("users.id"))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary)
    status: Mapped[int | None] = mapped_column(sa.Integer)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class CountySetting(Base):
    """One ⚙ of a county that differs from the default in ``rules/settings.py``; empty code: of all."""

    __tablename__ = "county_settings"

    county_code: Mapped[str] = mapped_column(sa.Text, primary_key=True, server_default="")
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
