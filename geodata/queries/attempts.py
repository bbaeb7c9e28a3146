"""Counting tries of limited things in PostgreSQL: one counter for all web workers."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

_COUNT = sa.text(
    "INSERT INTO attempts (key, window_start) "
    "VALUES (:key, date_bin(CAST(:window AS interval), clock_timestamp(), 'epoch')) "
    "ON CONFLICT (key, window_start) DO UPDATE SET tries = attempts.tries + 1 "
    "RETURNING tries, "
    "ceil(extract(epoch FROM window_start + CAST(:window AS interval) - clock_timestamp()))::int AS left_s"
)


def count_try(session: Session, key: str, *, limit: int, window: timedelta) -> int:
    """Count a try; returns 0, or above ``limit`` the seconds until the span of time ends (at least 1)."""
    tries, left_s = session.execute(_COUNT, {"key": key, "window": window}).one()
    return max(1, left_s) if tries > limit else 0


def give_back_try(session: Session, key: str, *, window: timedelta) -> None:
    """Take one try back: a success is no guess, so an office behind one address does not lock itself out."""
    session.execute(
        sa.text(
            "UPDATE attempts SET tries = tries - 1 WHERE key = :key AND tries > 0 "
            "AND window_start = date_bin(CAST(:window AS interval), clock_timestamp(), 'epoch')"
        ),
        {"key": key, "window": window},
    )


def forget_tries(session: Session, key: str) -> None:
    """Begin anew, after a success."""
    session.execute(sa.text("DELETE FROM attempts WHERE key = :key"), {"key": key})


def sweep(session: Session) -> None:
    """Remove counters of spans that are long over."""
    session.execute(
        sa.text("DELETE FROM attempts WHERE window_start < clock_timestamp() - interval '2 days'")
    )
