"""The open work of a person, wherever it lies."""

from importlib import import_module
from importlib.util import find_spec

from sqlalchemy.orm import Session


def move_work(session: Session, *, from_user_id: int, to_user_id: int, by: str) -> dict[str, int]:
    """Give a person's open cases and disputes to another; returns how many of each kind moved."""
    if find_spec("geodata.founding") is None or find_spec("geodata.founding.handover") is None:
        return {}
    moved: dict[str, int] = import_module("geodata.founding.handover").move_work(
        session, from_user_id=from_user_id, to_user_id=to_user_id, by=by
    )
    return moved
