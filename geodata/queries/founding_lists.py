"""Lists of enterprises as work: what is due, new, in hand; filtered, sorted, paged; points for a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.founding_cases import CASE_COLUMNS, OWNER_NOW, CaseRow, grid_name, to_case, within
from geodata.queries.scopes import Scope
from geodata.vocab import UNORGANIZED_STATES

NEW_DAYS = 14
"""An enterprise that came to a grid after the first ones is new for so many days, or until it is visited."""


@dataclass(frozen=True)
class CardRow:
    """An enterprise of a list, with the case under way and the last visit."""

    enterprise_id: int
    name: str
    band: str
    industry_line: str | None
    organization_status: str
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    assigned_on: date | None
    visited_on: date | None
    visit_result: str | None
    visit_note: str | None
    visit_by: str | None
    next_on: date | None
    is_new: bool
    has_dispute: bool
    lon: float | None
    lat: float | None
    case: CaseRow | None


_MINE_BY_GRID = """
  SELECT enterprise_id FROM assignments WHERE valid_to IS NULL AND grid_id = ANY(:scope_grids)
  UNION SELECT enterprise_id FROM founding_cases WHERE state <> 'closed' AND grid_id = ANY(:scope_grids)
"""
# The same rows as ``Scope.enterprises`` opens for counties, as sets instead of a question to each row.
_MINE_BY_COUNTY = f"""{_MINE_BY_GRID}
  UNION SELECT w.enterprise_id FROM assignments AS w JOIN grids AS g ON g.id = w.grid_id
    WHERE w.valid_to IS NULL AND g.county_code = ANY(:scope_counties)
  UNION SELECT enterprise_id FROM assignments
    WHERE valid_to IS NULL AND left(fallback_code, 6) = ANY(:scope_counties)
  UNION SELECT e.id FROM enterprises AS e {OWNER_NOW}
    WHERE a.grid_id IS NULL AND a.fallback_code IS NULL AND e.county_code = ANY(:scope_counties)
  UNION SELECT enterprise_id FROM founding_cases
    WHERE state <> 'closed' AND county_code = ANY(:scope_counties)
"""
_NEXT_ON = "CASE WHEN c.id IS NULL THEN COALESCE(v.next_on, r.revisit_on) ELSE v.next_on END"
_IS_NEW = (
    "(c.id IS NULL AND v.id IS NULL AND e.organization_status = 'unorganized' "
    "AND a.valid_from > first.valid_from AND a.valid_from > now() - make_interval(days => :new_days))"
)
_JOINS = f"""
  FROM mine AS m JOIN enterprises AS e ON e.id = m.enterprise_id {OWNER_NOW}
  LEFT JOIN founding_cases AS c ON c.enterprise_id = e.id AND c.state <> 'closed'
  LEFT JOIN LATERAL (SELECT w.id, w.visited_on, w.result, w.note, w.next_on, w.user_id FROM visits AS w
    WHERE w.enterprise_id = e.id ORDER BY w.visited_on DESC, w.id DESC LIMIT 1) AS v ON true
  LEFT JOIN LATERAL (SELECT k.revisit_on FROM founding_cases AS k
    WHERE k.enterprise_id = e.id AND k.state = 'closed' ORDER BY k.id DESC LIMIT 1) AS r ON c.id IS NULL
  LEFT JOIN first ON first.grid_id = a.grid_id
  WHERE e.removed_on IS NULL AND (e.organization_status = ANY(:needs_union) OR c.id IS NOT NULL)
"""
# Once, not once a row: with statistics of yesterday the planner would count a grid anew for each enterprise.
_WITH = """
WITH mine AS ({mine}), first AS MATERIALIZED (
  SELECT f.grid_id, min(f.valid_from) AS valid_from FROM assignments AS f
  WHERE f.valid_to IS NULL AND {of_grids} GROUP BY f.grid_id)
"""
_COLUMNS = f"""
  e.id AS enterprise_id, e.name, {clauses.band_of("e.staff_count")} AS band, e.industry_line,
  e.organization_status, a.grid_id, (SELECT g.code FROM grids AS g WHERE g.id = a.grid_id) AS grid_code,
  {grid_name("a.grid_id")} AS grid_name, (a.valid_from AT TIME ZONE 'Asia/Shanghai')::date AS assigned_on,
  v.visited_on, v.result AS visit_result, v.note AS visit_note,
  (SELECT u.name FROM users AS u WHERE u.id = v.user_id) AS visit_by, {_NEXT_ON} AS next_on,
  {_IS_NEW} AS is_new,
  EXISTS (SELECT FROM disputes AS d WHERE d.enterprise_id = e.id AND d.state = 'open') AS has_dispute,
  ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, {CASE_COLUMNS}
"""

_OVERDUE = "c.state = 'open' AND c.due_on < :today"
GROUPS = {
    "overdue": _OVERDUE,
    "due_today": f"NOT ({_OVERDUE}) IS TRUE AND ((c.state = 'open' AND c.due_on = :today) OR "
    f"({_NEXT_ON} <= :today AND COALESCE(c.state = 'open', true)))",
    "new": _IS_NEW,
    "in_hand": "c.state IN ('open', 'paused') AND c.holder_id IS NOT NULL",
    "lapsing": "c.state = 'open' AND c.claim_until < CAST(:today AS date) + CAST(:warning_days AS int)",
    "next": "c.state IN ('open', 'paused') AND c.holder_id IS NOT NULL AND COALESCE(c.due_on > :today, true) "
    f"AND COALESCE({_NEXT_ON} > :today, true)",
    "unorganized": "e.organization_status = ANY(:needs_union)",
    "to_verify": "c.state = 'to_verify'",
    "lapsed": "c.unheld_why = 'lapsed'",
    "unheld": "c.state IN ('open', 'paused') AND c.holder_id IS NULL",
    "pauses": "EXISTS (SELECT FROM founding_pauses AS p WHERE p.case_id = c.id AND p.is_approved IS NULL)",
}
"""The groups of a day's work. An enterprise may stand in several; ``next`` is what is in hand, not due."""

GROUP_LIMIT = 50
"""Enterprises shown of each group."""

_DUE = {
    "overdue": _OVERDUE,
    "today": "c.state = 'open' AND c.due_on = :today",
    "running": "c.state = 'open' AND c.due_on > :today",
    "paused": "c.state = 'paused'",
    "not_started": "c.state = 'open' AND c.clock_from IS NULL",
}
_HELD = {
    "mine": "c.holder_id = :user_id",
    "free": "c.holder_id IS NULL",
    "other": "c.holder_id <> :user_id",
}
_SORTS = {
    "due": f"c.due_on NULLS LAST, {_NEXT_ON} NULLS LAST, e.name, e.id",
    "next": f"{_NEXT_ON} NULLS LAST, c.due_on NULLS LAST, e.name, e.id",
    "visit": "v.visited_on NULLS FIRST, e.name, e.id",
    "name": "e.name, e.id",
    "size": "e.staff_count DESC NULLS LAST, e.name, e.id",
}
SORTS, DUES, HELD = tuple(_SORTS), tuple(_DUE), tuple(_HELD)


@dataclass(frozen=True)
class ListQuestion:
    """Which of my enterprises, in which order, which page (from 1)."""

    q: str | None = None
    bands: Sequence[str] = ()
    line: str | None = None
    step: str | None = None
    route: str | None = None
    due: str | None = None
    held: str | None = None
    sort: str = "due"
    page: int = 1
    limit: int = 50


@dataclass(frozen=True)
class Asker:
    """Whose list, on which day; ``warning_days`` before a claim lapses."""

    scope: Scope
    user_id: int
    today: date
    warning_days: int = 5


def _base(asker: Asker) -> tuple[str, dict[str, Any]]:
    values = {
        "today": asker.today,
        "user_id": asker.user_id,
        "warning_days": asker.warning_days,
        "new_days": NEW_DAYS,
        "needs_union": sorted(UNORGANIZED_STATES),
        "scope_grids": sorted(asker.scope.grid_ids),
    }
    mine, more = _mine(asker.scope)
    of_grids = "f.grid_id = ANY(:scope_grids)" if mine == _MINE_BY_GRID else "f.grid_id IS NOT NULL"
    return _WITH.format(mine=mine, of_grids=of_grids), {**values, **more}


def _mine(scope: Scope) -> tuple[str, dict[str, Any]]:
    """SQL of the ids of enterprises that a scope opens, and what it binds beside the grids."""
    if not (scope.everything or scope.town_codes or scope.lines):
        if not scope.county_codes:
            return _MINE_BY_GRID, {}
        return _MINE_BY_COUNTY, {"scope_counties": sorted(scope.county_codes)}
    condition, more = clauses.where(within(scope, case="k"))
    wide = (
        f"SELECT e.id AS enterprise_id FROM enterprises AS e {OWNER_NOW} LEFT JOIN founding_cases AS k "
        f"ON k.enterprise_id = e.id AND k.state <> 'closed' WHERE {condition}"
    )
    return wide, more


def list_groups(
    session: Session,
    asker: Asker,
    groups: Sequence[str],
    *,
    counted: Sequence[str] = (),
    limit: int = GROUP_LIMIT,
) -> tuple[dict[str, int], dict[str, list[CardRow]]]:
    """(how many stand in each group, the most pressing of each), of ``counted`` only how many.

    Enterprises are gone through once to find who stands where, and once more for the few that are shown.
    """
    base, values = _base(asker)
    columns = [f"count(*) FILTER (WHERE {GROUPS[name]}) AS n_{name}" for name in (*groups, *counted)]
    columns += [
        f"(array_agg(e.id ORDER BY {_SORTS['due']}) FILTER (WHERE {GROUPS[name]}))[1:{limit:d}] AS ids_{name}"
        for name in groups
    ]
    statement = sa.text(f"{base} SELECT {', '.join(columns)} {_JOINS}")
    found = session.execute(statement, values).mappings().one()
    ids = {name: found[f"ids_{name}"] or [] for name in groups}
    cards = _cards_of(session, asker, sorted({one for several in ids.values() for one in several}))
    counts = {name: found[f"n_{name}"] for name in (*groups, *counted)}
    return counts, {name: [cards[one] for one in several] for name, several in ids.items()}


def _cards_of(session: Session, asker: Asker, ids: Sequence[int]) -> dict[int, CardRow]:
    if not ids:
        return {}
    chosen = Clause("e.id = ANY(:ids)", {"ids": list(ids)})
    cards = _cards(session, asker, (chosen,), order="e.id", limit=len(ids))
    return {card.enterprise_id: card for card in cards}


def list_mine(session: Session, asker: Asker, wanted: ListQuestion) -> tuple[int, list[CardRow]]:
    """(total, one page) of my enterprises that need a union or have a case under way."""
    conditions = (
        clauses.contains_text("e.name", wanted.q),
        clauses.in_bands("e.staff_count", wanted.bands),
        clauses.equals("e.industry_line", wanted.line, name="line"),
        clauses.equals("c.step", wanted.step, name="step"),
        clauses.equals("c.route", wanted.route, name="route"),
        Clause(_DUE[wanted.due]) if wanted.due else None,
        Clause(_HELD[wanted.held]) if wanted.held else None,
    )
    base, values = _base(asker)
    condition, more = clauses.where(*conditions)
    total = session.scalar(sa.text(f"{base} SELECT count(*) {_JOINS} AND {condition}"), {**values, **more})
    offset = (wanted.page - 1) * wanted.limit
    cards = _cards(session, asker, conditions, order=_SORTS[wanted.sort], limit=wanted.limit, offset=offset)
    return int(total or 0), cards


def _cards(
    session: Session,
    asker: Asker,
    conditions: Sequence[Clause | None],
    *,
    order: str,
    limit: int,
    offset: int = 0,
) -> list[CardRow]:
    base, values = _base(asker)
    condition, more = clauses.where(*conditions)
    rows = session.execute(
        sa.text(
            f"{base} SELECT {_COLUMNS} {_JOINS} AND {condition} ORDER BY {order} LIMIT :limit OFFSET :offset"
        ),
        {**values, **more, "limit": limit, "offset": offset},
    )
    return [_card(row) for row in rows.mappings()]


def _card(row: Any) -> CardRow:
    own = {name: value for name, value in row.items() if not name.startswith("case_")}
    return CardRow(**own, case=to_case(row))


@dataclass(frozen=True)
class PointRow:
    """An enterprise as a point of a phone's map."""

    id: int
    name: str
    band: str
    lon: float
    lat: float
    state: str | None
    step: str | None
    due_on: date | None
    holder_id: int | None


def list_points(session: Session, asker: Asker, *, limit: int = 5000) -> tuple[int, list[PointRow]]:
    """(number without a place, points) of my enterprises; at most ``limit`` points."""
    base, values = _base(asker)
    missing = session.scalar(sa.text(f"{base} SELECT count(*) {_JOINS} AND e.geom IS NULL"), values)
    rows = session.execute(
        sa.text(
            f"{base} SELECT e.id, e.name, {clauses.band_of('e.staff_count')} AS band, ST_X(e.geom) AS lon, "
            f"ST_Y(e.geom) AS lat, c.state, c.step, c.due_on, c.holder_id {_JOINS} AND e.geom IS NOT NULL "
            "ORDER BY e.id LIMIT :limit"
        ),
        {**values, "limit": limit},
    )
    return int(missing or 0), [PointRow(**row) for row in rows.mappings()]
