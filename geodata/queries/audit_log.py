"""Reading the log: by who, what, which thing and when, newest first, as far as somebody may see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope

_STATIONS = "stations"
_ENTERPRISES = "enterprises"
_GRIDS = "grids"


@dataclass(frozen=True)
class LogFilter:
    """What to look for. Days are of Asia/Shanghai, both inclusive."""

    actor: str | None = None
    action: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class LogRow:
    """One entry, with the name of who acted if it is a user."""

    id: int
    at: datetime
    actor: str
    actor_name: str | None
    post: str | None
    action: str
    subject_kind: str
    subject_id: str
    subject_name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_SUBJECT_NAME = """
    CASE WHEN x.subject_id !~ '^[0-9]{1,18}$' THEN NULL
    WHEN x.subject_kind = 'user' THEN (SELECT name FROM users WHERE id = x.subject_id::bigint)
    WHEN x.subject_kind = 'post' THEN
      (SELECT u.name FROM posts p JOIN users u ON u.id = p.user_id WHERE p.id = x.subject_id::bigint)
    WHEN x.subject_kind = 'station' THEN (SELECT name FROM stations WHERE id = x.subject_id::bigint)
    WHEN x.subject_kind = 'founding_case' THEN (SELECT e.name FROM founding_cases c
      JOIN enterprises e ON e.id = c.enterprise_id WHERE c.id = x.subject_id::bigint)
    WHEN x.subject_kind = 'dispute' THEN (SELECT e.name FROM disputes d
      JOIN enterprises e ON e.id = d.enterprise_id WHERE d.id = x.subject_id::bigint)
    WHEN x.subject_kind = 'enterprise' THEN (SELECT name FROM enterprises WHERE id = x.subject_id::bigint)
    END
"""


def _of(kinds: dict[str, str]) -> str:
    """SQL that is true of entries whose thing is among the ids that some queries give, by kind."""
    cases = " ".join(
        f"WHEN x.subject_kind = '{kind}' AND x.subject_id ~ '^[0-9]{{1,18}}$' "
        f"THEN x.subject_id::bigint IN ({ids})"
        for kind, ids in kinds.items()
    )
    return f"(CASE {cases} ELSE false END)"


_IN_GRIDS = {
    "grid": "SELECT unnest(CAST(:scope_grids AS bigint[]))",
    "enterprise": "SELECT enterprise_id FROM assignments "
    "WHERE valid_to IS NULL AND grid_id = ANY(:scope_grids)",
    "post": "SELECT id FROM posts WHERE grid_id = ANY(:scope_grids)",
    "founding_case": "SELECT id FROM founding_cases WHERE grid_id = ANY(:scope_grids)",
    "dispute": "SELECT id FROM disputes WHERE from_grid_id = ANY(:scope_grids) "
    "OR proposed_grid_id = ANY(:scope_grids) OR decided_grid_id = ANY(:scope_grids)",
}
_OF_STATIONS = {
    "station": "SELECT unnest(CAST(:scope_stations AS bigint[]))",
    "post": "SELECT id FROM posts WHERE station_id = ANY(:scope_stations)",
    "report": "SELECT id FROM station_reports WHERE station_id = ANY(:scope_stations)",
}
_IN_COUNTIES = {
    "grid": "SELECT id FROM grids WHERE county_code = ANY(:scope_counties)",
    "station": "SELECT id FROM stations WHERE county_code = ANY(:scope_counties)",
    "enterprise": "SELECT id FROM enterprises WHERE county_code = ANY(:scope_counties)",
    "post": "SELECT id FROM posts WHERE county_code = ANY(:scope_counties)",
    "user": "SELECT user_id FROM posts WHERE county_code = ANY(:scope_counties)",
    "founding_case": "SELECT c.id FROM founding_cases c JOIN grids g ON g.id = c.grid_id "
    "WHERE g.county_code = ANY(:scope_counties)",
    "dispute": "SELECT d.id FROM disputes d JOIN enterprises e ON e.id = d.enterprise_id "
    "WHERE e.county_code = ANY(:scope_counties)",
    "report": "SELECT r.id FROM station_reports r JOIN stations s ON s.id = r.station_id "
    "WHERE s.county_code = ANY(:scope_counties)",
}
_BY_COUNTY_PEOPLE = (
    # Who tried to sign in without an account belongs to no county: every auditor sees it.
    "x.actor = '-' OR "
    "x.actor IN (SELECT u.login FROM users u JOIN posts p ON p.user_id = u.id "
    "WHERE p.county_code = ANY(:scope_counties))"
)


def _visible(scope: Scope) -> Clause | None:
    """Entries of one's counties (things there, and what their people did), grids and stations."""
    if scope.everything:
        return None
    parts = ["FALSE"]
    values: dict[str, Any] = {}
    for held, name, condition in (
        (scope.county_codes, "scope_counties", f"{_of(_IN_COUNTIES)} OR {_BY_COUNTY_PEOPLE}"),
        (scope.grid_ids, "scope_grids", _of(_IN_GRIDS)),
        (scope.station_ids, "scope_stations", _of(_OF_STATIONS)),
    ):
        if held:
            parts.append(condition)
            values[name] = sorted(held)
    return Clause(" OR ".join(parts), values)


_LOCAL_MIDNIGHT = "(CAST(:{name} AS date){more})::timestamp AT TIME ZONE 'Asia/Shanghai'"


def _matches(wanted: LogFilter) -> list[Clause | None]:
    return [
        clauses.equals("x.actor", wanted.actor, name="actor"),
        clauses.equals("x.action", wanted.action, name="action"),
        clauses.equals("x.subject_kind", wanted.subject_kind, name="kind"),
        clauses.equals("x.subject_id", wanted.subject_id, name="subject"),
        Clause(f"x.at >= {_LOCAL_MIDNIGHT.format(name='since', more='')}", {"since": wanted.since})
        if wanted.since
        else None,
        Clause(f"x.at < {_LOCAL_MIDNIGHT.format(name='until', more=' + 1')}", {"until": wanted.until})
        if wanted.until
        else None,
    ]


def list_entries(
    session: Session, *, scope: Scope, wanted: LogFilter, before: int | None = None, limit: int = 50
) -> list[LogRow]:
    """A page of entries, newest first; ``before`` is the last id seen."""
    return list(read_entries(session, scope=scope, wanted=wanted, before=before, limit=limit))


def read_entries(
    session: Session, *, scope: Scope, wanted: LogFilter, before: int | None = None, limit: int
) -> Iterator[LogRow]:
    """Entries one by one, newest first, at most ``limit``: for files."""
    older = None if before is None else Clause("x.id < :before", {"before": before})
    condition, values = clauses.where(_visible(scope), *_matches(wanted), older)
    rows = session.execute(
        sa.text(
            f"SELECT x.*, u.name AS actor_name, {_SUBJECT_NAME} AS subject_name FROM ("
            "SELECT x.id, x.at, x.actor, x.post, x.action, x.subject_kind, x.subject_id, x.before, x.after "
            f"FROM audit_entries x WHERE {condition} ORDER BY x.id DESC LIMIT :limit) x "
            "LEFT JOIN users u ON u.login = x.actor ORDER BY x.id DESC"
        ),
        values | {"limit": limit},
        execution_options={"yield_per": 500},
    )
    for row in rows.mappings():
        yield LogRow(**row)


def list_actions(session: Session) -> list[str]:
    """The kinds of action the log knows, by name; one skip a kind over the entries."""
    return _distinct(session, "action")


def list_subject_kinds(session: Session) -> list[str]:
    """The kinds of thing the log knows, by name."""
    return _distinct(session, "subject_kind")


def _distinct(session: Session, column: str) -> list[str]:
    return list(session.scalars(sa.text(f"SELECT DISTINCT {column} FROM audit_entries ORDER BY {column}")))
