"""Cases that change hands many at once: claims that lapse, work that is handed over."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

Touched = list[tuple[int, int]]
"""(enterprise id, case id)"""


def lapse_claims(session: Session, today: date) -> Touched:
    """Free every open case whose claim ended before today."""
    rows = session.execute(
        sa.text(
            "UPDATE founding_cases SET holder_id = NULL, claim_until = NULL, unheld_why = 'lapsed', "
            "unheld_at = clock_timestamp(), version = version + 1, updated_at = clock_timestamp() "
            "WHERE state = 'open' AND claim_until < :today RETURNING enterprise_id, id"
        ),
        {"today": today},
    )
    return [(enterprise_id, case_id) for enterprise_id, case_id in rows]


def move_cases(
    session: Session,
    *,
    from_user_id: int,
    to_user_id: int,
    grid_ids: Collection[int] | None,
    claim_days: int,
    today: date,
) -> Touched:
    """Give the open cases of one user to another: all, or those that some grids work or own."""
    rows = session.execute(
        sa.text(
            "UPDATE founding_cases AS c SET holder_id = :to_user, "
            "claim_until = greatest(c.claim_until, CAST(:today AS date) + CAST(:claim_days AS int)), "
            "version = c.version + 1, updated_at = clock_timestamp() "
            "WHERE c.holder_id = :from_user AND c.state <> 'closed' AND (CAST(:grids AS bigint[]) IS NULL "
            "OR c.grid_id = ANY(:grids) OR EXISTS (SELECT FROM assignments AS a "
            "WHERE a.enterprise_id = c.enterprise_id AND a.valid_to IS NULL AND a.grid_id = ANY(:grids))) "
            "RETURNING c.enterprise_id, c.id"
        ),
        {
            "from_user": from_user_id,
            "to_user": to_user_id,
            "grids": None if grid_ids is None else sorted(grid_ids),
            "claim_days": claim_days,
            "today": today,
        },
    )
    return [(enterprise_id, case_id) for enterprise_id, case_id in rows]


def names_of(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Names of users by id."""
    rows = session.execute(
        sa.text("SELECT id, name FROM users WHERE id = ANY(:ids)"), {"ids": list(user_ids)}
    )
    return {row.id: row.name for row in rows}
