"""Users, posts, open sessions: found by what the browser holds, ended for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import LoginSession, Post, User
from geodata.queries.assignment_clauses import LOCAL_TODAY
from geodata.queries.map_choices import INVENTED

_POST_COLUMNS = (
    "id",
    "role",
    "county_code",
    "town_code",
    "grid_id",
    "station_id",
    "industry_line",
    "is_deputy",
)
_HELD_TODAY = f"p.valid_from <= {LOCAL_TODAY} AND (p.valid_to IS NULL OR p.valid_to > {LOCAL_TODAY})"
_POSTS = (
    "COALESCE((SELECT json_agg(json_build_object("
    + ", ".join(f"'{name}', p.{name}" for name in _POST_COLUMNS)
    + f") ORDER BY p.id) FROM posts AS p WHERE p.user_id = u.id AND {_HELD_TODAY}), '[]')"
)


@dataclass(frozen=True)
class HeldPost:
    """A post in force today, as far as rights need it."""

    id: int
    role: str
    county_code: str | None
    town_code: str | None
    grid_id: int | None
    station_id: int | None
    industry_line: str | None
    is_deputy: bool


@dataclass(frozen=True)
class SignedIn:
    """Who a session belongs to."""

    session_id: int
    user_id: int
    login: str
    name: str
    csrf_token: str
    must_change_password: bool
    seen_at: datetime
    posts: tuple[HeldPost, ...]


def find_user(session: Session, login: str) -> User | None:
    """A user by login, which is lower case, disabled or not."""
    return session.scalars(sa.select(User).where(User.login == login.strip().lower())).first()


def find_user_by_subject(session: Session, subject: str) -> User | None:
    """A user by the subject that single sign-on gave."""
    return session.scalars(sa.select(User).where(User.sso_subject == subject)).first()


def find_signed_in(
    session: Session, token_hash: bytes, *, idle: timedelta, demo: bool = True
) -> SignedIn | None:
    """Whose session a secret opens, with the posts held today: one question, because every request asks it.

    None when it ended, lapsed or idled too long, or the user is disabled.

    Invented users have none where no demonstration is shown (``demo``), or its rows are gone.
    """
    row = session.execute(
        sa.text(
            "SELECT s.id AS session_id, u.id AS user_id, u.login, u.name, s.csrf_token, "
            f"u.must_change_password, s.seen_at, {_POSTS} AS posts "
            "FROM login_sessions AS s JOIN users AS u ON u.id = s.user_id "
            "WHERE s.token_hash = :token_hash AND s.ended_at IS NULL AND u.disabled_at IS NULL "
            "AND s.expires_at > clock_timestamp() "
            "AND s.seen_at > clock_timestamp() - CAST(:idle AS interval) "
            f"AND CASE WHEN u.is_invented THEN CAST(:demo AS boolean) AND ({INVENTED}) ELSE true END"
        ),
        {"token_hash": token_hash, "idle": idle, "demo": demo},
    ).mappings()
    found = row.one_or_none()
    if found is None:
        return None
    return SignedIn(**{**found, "posts": tuple(HeldPost(**post) for post in found["posts"])})


def open_session(
    session: Session, *, user_id: int, token_hash: bytes, csrf_token: str, lifetime: timedelta
) -> None:
    """Let a new secret open a session of this user."""
    session.execute(
        sa.insert(LoginSession).values(
            user_id=user_id,
            token_hash=token_hash,
            csrf_token=csrf_token,
            expires_at=sa.func.clock_timestamp() + lifetime,
        )
    )


def touch_session(connection: sa.Connection, session_id: int) -> None:
    """Note that a session is in use."""
    connection.execute(
        sa.update(LoginSession).where(LoginSession.id == session_id).values(seen_at=sa.func.clock_timestamp())
    )


def end_session(session: Session, session_id: int) -> None:
    """Log out: the secret opens nothing any more."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=sa.func.clock_timestamp())
    )


def end_sessions_of(session: Session, user_id: int, *, but: int | None = None) -> None:
    """End all open sessions of a user, except one."""
    session.execute(
        sa.update(LoginSession)
        .where(
            LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.id != (but or 0)
        )
        .values(ended_at=sa.func.clock_timestamp())
    )


def end_all_sessions(session: Session) -> None:
    """Sign everybody out."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.ended_at.is_(None))
        .values(ended_at=sa.func.clock_timestamp())
    )


def add_user(session: Session, values: dict[str, Any]) -> User:
    """Insert a user; the caller has checked the values."""
    user = User(**values)
    session.add(user)
    session.flush()
    return user


def add_posts(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert posts; returns their ids in order."""
    if not rows:
        return []
    posts = [Post(**row) for row in rows]
    session.add_all(posts)
    session.flush()
    return [post.id for post in posts]


def local_today(session: Session) -> date:
    """Today in Asia/Shanghai by the database's clock."""
    found: date = session.scalars(sa.text(f"SELECT {LOCAL_TODAY}")).one()
    return found
