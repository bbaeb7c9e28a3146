"""Handing over: everything that one person has in hand goes to another, in one act."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput
from geodata.queries import case_events, founding_moves
from geodata.queries.people import local_today
from geodata.queries.settings import read_settings
from geodata.vocab import CaseAct


def move_work(
    session: Session, from_user_id: int, to_user_id: int, grid_ids: Collection[int] | None, by: str
) -> int:
    """Give the open cases of one user to another; returns how many moved.

    Every case gets its line of history, which keeps the old name; planned visits and disputes belong to
    enterprises and go along. The entry of the log is the caller's, who changes the posts in the same act.

    Args:
        session: the open transaction.
        from_user_id: who leaves.
        to_user_id: who takes over.
        grid_ids: only cases that these grids work or own; ``None`` for all.
        by: the login of who does it.

    Raises:
        InvalidInput: ``handover_to_self``.
    """
    if from_user_id == to_user_id:
        raise InvalidInput("handover_to_self")
    moved = founding_moves.move_cases(
        session,
        from_user_id=from_user_id,
        to_user_id=to_user_id,
        grid_ids=grid_ids,
        claim_days=read_settings(session, None).claim_days,
        today=local_today(session),
    )
    names = founding_moves.names_of(session, [from_user_id, to_user_id])
    details = {"from": names.get(from_user_id), "to": names.get(to_user_id)}
    case_events.add_events(session, CaseAct.HANDED_OVER, by=by, places=moved, details=details)
    return len(moved)
