"""Pages of who is responsible today, for lists and the API."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignments import COUNTY, AssignmentRow, list_owners
from geodata.queries.scopes import Scope


def list_assignments(  # noqa: PLR0913 - what a list may be asked for
    session: Session,
    *,
    scope: Scope,
    limit: int,
    after: int | None = None,
    county: str | None = None,
    grid: int | None = None,
    status: Sequence[str] | None = None,
    org: str | None = None,
    band: Sequence[str] | None = None,
) -> tuple[list[AssignmentRow], int | None]:
    """Rows in force by enterprise id, and the enterprise id to go on after, ``None`` on the last page.

    ``county`` is the county that counts the row (of its grid, else its union, else its list), as in the
    sum check; ``scope`` and the other filters are those of ``list_enterprises``.
    """
    condition, values = clauses.where(
        clauses.Clause("a.valid_to IS NULL AND e.removed_on IS NULL"),
        scope.enterprises(),
        clauses.after("e.id", after),
        clauses.equals(COUNTY, county, name="county"),
        clauses.equals("a.grid_id", grid, name="grid"),
        clauses.one_of("a.status", status, name="status"),
        clauses.organized_as("e.organization_status", org),
        clauses.in_bands("e.staff_count", band),
    )
    statement = sa.text(
        "SELECT e.id FROM assignments a JOIN enterprises e ON e.id = a.enterprise_id "
        f"LEFT JOIN grids g ON g.id = a.grid_id WHERE {condition} ORDER BY e.id LIMIT :limit"
    )
    ids = list(session.scalars(statement, {**values, "limit": limit + 1}))
    shown = ids[:limit]
    rows = list_owners(session, shown) if shown else []
    return rows, shown[-1] if len(ids) > limit else None
