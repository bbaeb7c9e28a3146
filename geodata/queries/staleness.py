"""Whether a save is based on what is stored."""

from sqlalchemy.orm import Session

from geodata.errors import Stale
from geodata.queries import audit


def check_version(
    session: Session, *, stored: int, expected: int, subject_kind: str, subject_id: object
) -> None:
    """Refuse a save based on another version than the stored one, whose row the caller has locked.

    Raises:
        Stale: with the stored ``version``, and ``by``, ``at`` and ``changed`` of the newest log entry.
    """
    if stored == expected:
        return
    latest = audit.latest_change(session, subject_kind, subject_id)
    changed = sorted({**(latest.before or {}), **(latest.after or {})}) if latest else []
    raise Stale(
        version=stored,
        by=latest.actor if latest else "",
        at=latest.at.isoformat() if latest else "",
        changed=changed,
    )
