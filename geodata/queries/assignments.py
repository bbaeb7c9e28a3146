"""Reading assignments for people: who is responsible, the history, the queues, and the sum check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.scopes import EVERYTHING, Scope
from geodata.rules.assignment import REVIEW_STATUSES, end_of_day
from geodata.vocab import UNORGANIZED_STATES

PAGE = 1000
"""Most rows of one page."""


@dataclass(frozen=True)
class AssignmentRow:
    """One row of history with the names a sentence needs. ``valid_to`` null is who is responsible now."""

    id: int | None
    enterprise_id: int
    enterprise_name: str
    uscc: str | None
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    grid_kind: str | None
    county_code: str | None
    other_grid_id: int | None
    other_code: str | None
    other_name: str | None
    fallback_code: str | None
    fallback_name: str | None
    method: str
    status: str
    params: dict[str, Any] | None
    boundary_version_id: int | None
    version_label: str | None
    decided_by: str | None
    decision_reason: str | None
    valid_from: datetime | None
    valid_to: datetime | None


# A grid is named as it was drawn then; a row still in force, as it is drawn now.
_NAME = """LEFT JOIN LATERAL (
  SELECT b.name, b.kind FROM grid_boundaries AS b JOIN boundary_versions AS v ON v.id = b.version_id
  WHERE b.grid_id = {column}
  ORDER BY (v.status = 'effective' AND a.valid_to IS NULL) DESC, (v.id = a.boundary_version_id) IS TRUE DESC,
    v.effective_from DESC NULLS LAST, v.id DESC LIMIT 1
) AS {alias} ON true"""
ASSIGNMENTS = f"""assignments AS a
JOIN enterprises AS e ON e.id = a.enterprise_id
LEFT JOIN grids AS g ON g.id = a.grid_id
LEFT JOIN grids AS o ON o.id = a.other_grid_id
LEFT JOIN boundary_versions AS version ON version.id = a.boundary_version_id
{_NAME.format(column="a.grid_id", alias="gn")}
{_NAME.format(column="a.other_grid_id", alias="other_names")}
LEFT JOIN LATERAL (
  SELECT d.name FROM divisions AS d WHERE d.code = a.fallback_code ORDER BY d.valid_from DESC LIMIT 1
) AS fallback ON true"""
COUNTY = "COALESCE(g.county_code, left(a.fallback_code, 6), e.county_code)"
"""The county that counts a row: of its grid, else of its union, else the one that listed it."""

_SELECT = f"""SELECT a.id, a.enterprise_id, e.name AS enterprise_name, e.uscc,
  a.grid_id, g.code AS grid_code, gn.name AS grid_name, gn.kind AS grid_kind, {COUNTY} AS county_code,
  a.other_grid_id, o.code AS other_code, other_names.name AS other_name,
  a.fallback_code, fallback.name AS fallback_name, a.method, a.status, a.params,
  a.boundary_version_id, version.label AS version_label, a.decided_by, a.decision_reason,
  a.valid_from, a.valid_to
FROM {ASSIGNMENTS}"""


def _rows(
    session: Session, condition: str, values: dict[str, Any], *, order: str, limit: int
) -> list[AssignmentRow]:
    found = session.execute(
        sa.text(f"{_SELECT} WHERE {condition} ORDER BY {order} LIMIT :limit"), {**values, "limit": limit}
    )
    return [AssignmentRow(**row) for row in found.mappings()]


def history_of(session: Session, enterprise_id: int) -> list[AssignmentRow]:
    """All rows of one place of work, newest first."""
    return _rows(
        session,
        "a.enterprise_id = :enterprise_id",
        {"enterprise_id": enterprise_id},
        order="a.valid_from DESC, a.id DESC",
        limit=PAGE,
    )


def list_owners(
    session: Session, enterprise_ids: Sequence[int], *, on: date | None = None
) -> list[AssignmentRow]:
    """Who is responsible for these places now, or was at the end of a past day (Asia/Shanghai)."""
    if on is None:
        condition, values = "a.valid_to IS NULL", {}
    else:
        condition = "a.valid_from <= :instant AND (a.valid_to IS NULL OR a.valid_to > :instant)"
        values = {"instant": end_of_day(on)}
    return _rows(
        session,
        f"a.enterprise_id = ANY(:ids) AND {condition}",
        {**values, "ids": list(enterprise_ids)},
        order="a.enterprise_id",
        limit=max(1, len(enterprise_ids)),
    )


def list_reviews(
    session: Session,
    *,
    county_code: str | None = None,
    grid_id: int | None = None,
    status: str | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[AssignmentRow]:
    """Rows in force that wait for a person, by id; ``grid_id`` finds those the grid owns or must see too.

    ``after`` is the last id of the page before; ``limit`` at most ``PAGE``.
    """
    both = None
    if grid_id is not None:
        both = clauses.Clause("a.grid_id = :grid_id OR a.other_grid_id = :grid_id", {"grid_id": grid_id})
    waiting = clauses.Clause("a.status = ANY(:waiting)", {"waiting": sorted(REVIEW_STATUSES)})
    condition, values = clauses.where(
        clauses.Clause("a.valid_to IS NULL"),
        waiting if status is None else clauses.equals("a.status", status, name="status"),
        clauses.equals(COUNTY, county_code, name="county"),
        both,
        clauses.after("a.id", after),
    )
    return _rows(session, condition, values, order="a.id", limit=min(limit, PAGE))


@dataclass(frozen=True)
class AssignmentCounts:
    """The sum check: ``assigned + fallback + out_of_county + unassigned == enterprises``.

    ``unassigned`` is zero after every run; it is counted apart so that a forgotten run shows.
    ``not_on_map`` are places without coordinates, ``review`` those that wait for a person.
    """

    enterprises: int
    assigned: int
    fallback: int
    out_of_county: int
    unassigned: int
    not_on_map: int
    review: int
    by_method: dict[str, int]
    by_status: dict[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every enterprise of the list has its owner or stands in the named queue."""
        return self.assigned + self.fallback + self.out_of_county == self.enterprises


def summarize_assignments(
    session: Session,
    *,
    scope: Scope = EVERYTHING,
    county_code: str | None = None,
    grid_id: int | None = None,
    organized: bool | None = None,
    bands: Sequence[str] = (),
) -> AssignmentCounts:
    """Count places of work that are not removed, by how they were assigned.

    Args:
        session: the open session.
        scope: only rows that this opens.
        county_code: only rows this county counts (of its grids and unions, or listed by it without an owner).
        grid_id: only rows of this grid.
        organized: ``False`` only 未建会, ``True`` only the others, ``None`` all.
        bands: staff-size bands of ``geodata.queries.clauses``; empty is all.
    """
    condition, values = clauses.where(
        clauses.Clause("e.removed_on IS NULL"),
        scope.enterprises(),
        clauses.equals(COUNTY, county_code, name="county"),
        clauses.equals("a.grid_id", grid_id, name="grid_id"),
        _organized(is_organized=organized),
        clauses.in_bands("e.staff_count", bands),
    )
    statement = (
        "SELECT a.method, a.status, count(*) AS places, count(a.grid_id) AS with_grid, "
        "count(a.fallback_code) AS with_union, count(*) FILTER (WHERE e.geom IS NULL) AS unplaced "
        "FROM enterprises AS e "
        "LEFT JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
        "LEFT JOIN grids AS g ON g.id = a.grid_id "
        f"WHERE {condition} GROUP BY a.method, a.status"
    )
    return _counts(list(session.execute(sa.text(statement), values).mappings()))


def _organized(*, is_organized: bool | None) -> clauses.Clause | None:
    if is_organized is None:
        return None
    word = "<> ALL" if is_organized else "= ANY"
    return clauses.Clause(f"e.organization_status {word}(:states)", {"states": sorted(UNORGANIZED_STATES)})


def _counts(groups: Sequence[Any]) -> AssignmentCounts:
    by_method: dict[str, int] = {}
    by_status: dict[str, int] = {}
    for group in groups:
        if group["method"] is not None:
            by_method[group["method"]] = by_method.get(group["method"], 0) + group["places"]
            by_status[group["status"]] = by_status.get(group["status"], 0) + group["places"]
    return AssignmentCounts(
        enterprises=sum(group["places"] for group in groups),
        assigned=sum(group["with_grid"] for group in groups),
        fallback=sum(group["with_union"] for group in groups),
        out_of_county=by_status.get("out_of_county", 0),
        unassigned=sum(group["places"] for group in groups if group["method"] is None),
        not_on_map=sum(group["unplaced"] for group in groups),
        review=sum(by_status.get(status, 0) for status in REVIEW_STATUSES),
        by_method=dict(sorted(by_method.items())),
        by_status=dict(sorted(by_status.items())),
    )
