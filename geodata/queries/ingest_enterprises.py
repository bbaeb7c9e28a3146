"""Enterprises point to the legal person they belong to."""

import sqlalchemy as sa
from sqlalchemy.orm import Session


def link_parents(session: Session) -> None:
    """Point outlets to their parent by its credit code, whichever of the two came first."""
    session.execute(
        sa.text(
            "UPDATE enterprises t SET parent_id = p.id FROM enterprises p, staged_rows s "
            "WHERE (s.id = t.id OR s.id = p.id) AND t.parent_uscc = p.uscc AND p.id <> t.id "
            "AND t.parent_id IS DISTINCT FROM p.id"
        )
    )
