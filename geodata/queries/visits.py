"""Visits: added once however often they are sent; what they say about size and the six clear things."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import EnterpriseClarity, Visit


@dataclass(frozen=True)
class VisitRow:
    """A visit with the visitor's name."""

    id: int
    enterprise_id: int
    client_id: str
    visited_on: date
    result: str
    channel: str
    next_on: date | None
    staff_band: str | None
    note: str | None
    by: str


_SELECT = (
    "SELECT v.id, v.enterprise_id, v.client_id, v.visited_on, v.result, v.channel, v.next_on, v.staff_band, "
    "v.note, u.name AS by FROM visits AS v JOIN users AS u ON u.id = v.user_id"
)


def add_visit(session: Session, values: dict[str, Any]) -> int | None:
    """Insert a visit; nothing when this user sent one under this ``client_id`` before."""
    statement = insert(Visit).values(**values)
    return session.scalar(
        statement.on_conflict_do_nothing(index_elements=["user_id", "client_id"]).returning(Visit.id)
    )


def get_sent(session: Session, user_id: int, client_id: str) -> VisitRow:
    """The visit that this user sent under a client-made id."""
    row = session.execute(
        sa.text(f"{_SELECT} WHERE v.user_id = :user_id AND v.client_id = :client_id"),
        {"user_id": user_id, "client_id": client_id},
    )
    return VisitRow(**row.mappings().one())


def list_visits(session: Session, enterprise_id: int, *, limit: int = 50) -> list[VisitRow]:
    """Visits of an enterprise, newest first."""
    rows = session.execute(
        sa.text(
            f"{_SELECT} WHERE v.enterprise_id = :enterprise_id "
            "ORDER BY v.visited_on DESC, v.id DESC LIMIT :limit"
        ),
        {"enterprise_id": enterprise_id, "limit": limit},
    )
    return [VisitRow(**row) for row in rows.mappings()]


def save_clarity(session: Session, enterprise_id: int, values: dict[str, Any]) -> None:
    """Write the stated ones of the six clear things; what was not said stays. ``values`` holds ``as_of``."""
    statement = insert(EnterpriseClarity).values(enterprise_id=enterprise_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["enterprise_id"], set_=values))


def find_clarity(session: Session, enterprise_id: int) -> dict[str, Any] | None:
    """The six clear things of an enterprise and their date."""
    columns = [column for column in EnterpriseClarity.__table__.c if column.name != "enterprise_id"]
    row = session.execute(
        sa.select(*columns).where(EnterpriseClarity.enterprise_id == enterprise_id)
    ).mappings()
    found = row.one_or_none()
    return None if found is None else dict(found)
