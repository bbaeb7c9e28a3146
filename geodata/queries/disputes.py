"""Disputes about the grid of an enterprise, seen from both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import Dispute
from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.founding_cases import grid_name
from geodata.queries.scopes import Scope


@dataclass(frozen=True)
class DisputeRow:
    """A dispute with the names of its grids and people."""

    id: int
    version: int
    enterprise_id: int
    name: str
    kind: str
    state: str
    note: str
    county_code: str | None
    from_grid_id: int | None
    from_code: str | None
    from_name: str | None
    proposed_grid_id: int | None
    proposed_code: str | None
    proposed_name: str | None
    decided_grid_id: int | None
    decided_code: str | None
    decided_name: str | None
    opened_by_id: int
    opened_by: str
    opened_at: datetime
    decide_by: date
    escalated_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    decision_note: str | None


def _grid(side: str) -> str:
    column = f"d.{side}_grid_id"
    return (
        f"{column}, (SELECT g.code FROM grids AS g WHERE g.id = {column}) AS {side}_code, "
        f"{grid_name(column)} AS {side}_name"
    )


_SELECT = f"""
SELECT d.id, d.version, d.enterprise_id, e.name, d.kind, d.state, d.note,
  COALESCE(home.county_code, e.county_code) AS county_code,
  {_grid("from")}, {_grid("proposed")}, {_grid("decided")},
  d.opened_by AS opened_by_id, opener.name AS opened_by, d.created_at AS opened_at, d.decide_by,
  d.escalated_at, closer.name AS closed_by, d.closed_at, d.decision_note
FROM disputes AS d JOIN enterprises AS e ON e.id = d.enterprise_id
JOIN users AS opener ON opener.id = d.opened_by
LEFT JOIN grids AS home ON home.id = d.from_grid_id LEFT JOIN users AS closer ON closer.id = d.closed_by
"""


def sides(scope: Scope) -> Clause | None:
    """Disputes ``d`` that a scope sees: of the grid it came from, of the one proposed, or all of a county."""
    if scope.everything:
        return None
    return Clause(
        "d.from_grid_id = ANY(:dispute_grids) OR d.proposed_grid_id = ANY(:dispute_grids) "
        "OR COALESCE(home.county_code, e.county_code) = ANY(:dispute_counties)",
        {"dispute_grids": sorted(scope.grid_ids), "dispute_counties": sorted(scope.county_codes)},
    )


def list_disputes(session: Session, scope: Scope, *, limit: int = 200) -> list[DisputeRow]:
    """Open disputes that a scope sees: escalated ones first, then by the day they must be decided."""
    return _list(session, Clause("d.state = 'open'"), sides(scope), limit=limit)


def find_dispute(session: Session, dispute_id: int, scope: Scope, *, lock: bool = False) -> DisputeRow | None:
    """One dispute that a scope sees; locked first if it is to be changed."""
    if lock:
        session.execute(sa.text("SELECT FROM disputes WHERE id = :id FOR UPDATE"), {"id": dispute_id})
    found = _list(session, Clause("d.id = :dispute_id", {"dispute_id": dispute_id}), sides(scope), limit=1)
    return next(iter(found), None)


def find_open(session: Session, enterprise_id: int) -> DisputeRow | None:
    """The open dispute about an enterprise."""
    about = Clause("d.enterprise_id = :enterprise_id AND d.state = 'open'", {"enterprise_id": enterprise_id})
    return next(iter(_list(session, about, limit=1)), None)


def _list(session: Session, *conditions: Clause | None, limit: int) -> list[DisputeRow]:
    condition, values = clauses.where(*conditions)
    rows = session.execute(
        sa.text(
            f"{_SELECT} WHERE {condition} ORDER BY d.escalated_at IS NULL, d.decide_by, d.id LIMIT :limit"
        ),
        {**values, "limit": limit},
    )
    return [DisputeRow(**row) for row in rows.mappings()]


def add_dispute(session: Session, values: dict[str, Any]) -> int | None:
    """Open a dispute; nothing when the enterprise has one already."""
    return session.scalar(insert(Dispute).values(**values).on_conflict_do_nothing().returning(Dispute.id))


def change_dispute(session: Session, dispute_id: int, values: dict[str, Any]) -> None:
    """Write columns of a locked dispute."""
    session.execute(
        sa.update(Dispute)
        .where(Dispute.id == dispute_id)
        .values(**values, version=Dispute.version + 1, updated_at=sa.func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def escalate(session: Session, today: date) -> Sequence[tuple[int, int]]:
    """Mark open disputes whose day to be decided has passed; returns (id, enterprise id)."""
    rows = session.execute(
        sa.text(
            "UPDATE disputes SET escalated_at = clock_timestamp(), version = version + 1 "
            "WHERE state = 'open' AND escalated_at IS NULL AND decide_by < :today "
            "RETURNING id, enterprise_id"
        ),
        {"today": today},
    )
    return [(dispute_id, enterprise_id) for dispute_id, enterprise_id in rows]


def find_grid(session: Session, grid_id: int) -> tuple[str, str] | None:
    """(code, county) of a grid that is in force."""
    row = session.execute(
        sa.text(
            "SELECT g.code, g.county_code FROM grids AS g WHERE g.id = :id AND EXISTS ("
            "SELECT FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id "
            "WHERE b.grid_id = g.id AND v.status = 'effective')"
        ),
        {"id": grid_id},
    ).one_or_none()
    return None if row is None else (row[0], row[1])
