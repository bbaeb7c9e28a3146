"""Writes known by a client-made key: done once, however often they are sent."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.errors import Conflict
from geodata.models import Submission


@dataclass(frozen=True)
class Answered:
    """What a write was answered the first time."""

    status: int
    answer: dict[str, Any]


def begin(session: Session, *, key: str, user_id: int | None, digest: bytes) -> Answered | None:
    """Claim a key for this transaction; a key already used gives its answer instead.

    Whoever sends the same key at the same moment waits here until the first has committed.

    Raises:
        Conflict: ``submission_differs`` when the key came with other contents before.
    """
    owned = session.execute(
        insert(Submission)
        .values(key=key, user_id=user_id, digest=digest)
        .on_conflict_do_nothing()
        .returning(Submission.key)
    ).scalar_one_or_none()
    if owned is not None:
        return None
    stored = session.execute(sa.select(Submission).where(Submission.key == key)).scalar_one()
    if stored.digest != digest:
        raise Conflict("submission_differs")
    return Answered(stored.status or 200, stored.answer or {})


def finish(session: Session, *, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer of the write that this transaction did."""
    session.execute(sa.update(Submission).where(Submission.key == key).values(status=status, answer=answer))
