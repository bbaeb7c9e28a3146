"""The log of everything done: one entry a write, never changed."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import AuditEntry

POST = "post"
"""Key in ``session.info``: under which post the user of this session acts, in words."""


def note(
    session: Session,
    *,
    by: str,
    action: str,
    subject_kind: str,
    subject_id: object,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry: who (login), under which post (from ``session.info``), did what to which thing.

    ``before`` and ``after`` hold only what changed; never a password, a session secret or a phone number.
    """
    session.execute(
        sa.insert(AuditEntry).values(
            actor=by,
            post=session.info.get(POST),
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            before=before,
            after=after,
        )
    )


def latest_change(session: Session, subject_kind: str, subject_id: object) -> AuditEntry | None:
    """The newest entry about a thing: what a second saver is told."""
    return session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()


def forbid_changes(session: Session) -> None:
    """Take the right to change or remove entries from everybody, the owner of the table included."""
    session.execute(sa.text("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM PUBLIC, CURRENT_USER"))
