"""The history of the union work: one line an act, only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import CaseEvent
from geodata.queries.audit import POST

SYSTEM = "system"
"""Who acts when nobody does: claims that lapse, disputes that escalate."""


@dataclass(frozen=True)
class EventRow:
    """One line: what was done, by whom (the name they had then), under which post."""

    at: datetime
    act: str
    actor: str
    actor_name: str
    post: str | None
    case_id: int | None
    details: dict[str, Any] | None


def add_events(
    session: Session,
    act: str,
    *,
    by: str,
    places: Sequence[tuple[int, int | None]],
    details: dict[str, Any] | None = None,
) -> None:
    """One line for each (enterprise id, case id); the name is the one ``by`` bears now."""
    if not places:
        return
    same = {
        "act": act,
        "actor": by,
        "actor_name": _name_of(session, by),
        "post": session.info.get(POST),
        "details": details,
    }
    rows = [{**same, "enterprise_id": enterprise_id, "case_id": case_id} for enterprise_id, case_id in places]
    session.execute(sa.insert(CaseEvent), rows)


def list_events(session: Session, enterprise_id: int, *, limit: int = 100) -> list[EventRow]:
    """The lines of an enterprise, newest first."""
    rows = session.execute(
        sa.text(
            "SELECT at, act, actor, actor_name, post, case_id, details FROM case_events "
            "WHERE enterprise_id = :enterprise_id ORDER BY id DESC LIMIT :limit"
        ),
        {"enterprise_id": enterprise_id, "limit": limit},
    )
    return [EventRow(**row) for row in rows.mappings()]


def find_latest(session: Session, enterprise_id: int) -> EventRow | None:
    """The newest line of an enterprise: what a second saver is told."""
    return next(iter(list_events(session, enterprise_id, limit=1)), None)


def _name_of(session: Session, login: str) -> str:
    found = session.scalar(sa.text("SELECT name FROM users WHERE login = :login"), {"login": login})
    return str(found or login)
