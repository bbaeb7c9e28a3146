"""Writing proposals into history: only what differs, the old row closed and the new opened at one instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import Assignment
from geodata.queries.assignment_cover import Scope
from geodata.queries.assignment_decisions import PROPOSALS

BULK_ROWS = 100_000
"""From here it pays to build keys and indexes once for the set instead of growing them row by row."""

_LOCK = 0x7E9417
_OPEN = """
INSERT INTO assignments (enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params,
                         boundary_version_id, valid_from)
SELECT enterprise_id, grid_id, other_grid_id, fallback_code, method, status, params, boundary_version_id,
       CAST(:now AS timestamptz)
FROM {source} AS p
"""
_CHANGES = """
CREATE TEMP TABLE assign_changes ON COMMIT DROP AS
SELECT p.*, a.id AS old_id, a.valid_from AS old_from
FROM {proposals} AS p
FULL JOIN (
  SELECT * FROM assignments AS a WHERE a.valid_to IS NULL AND {scope}
) AS a ON a.enterprise_id = p.enterprise_id
WHERE a.id IS NULL OR p.enterprise_id IS NULL
  OR a.grid_id IS DISTINCT FROM p.grid_id OR a.other_grid_id IS DISTINCT FROM p.other_grid_id
  OR a.fallback_code IS DISTINCT FROM p.fallback_code
  OR a.method <> p.method OR a.status <> p.status OR a.params IS DISTINCT FROM p.params
"""


@dataclass(frozen=True)
class Written:
    """What a run changed in history."""

    opened: int
    closed: int


def lock_assignments(session: Session) -> None:
    """Let one run or decision at a time write history, until its transaction ends."""
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def has_assignments(session: Session) -> bool:
    """Whether anybody was ever assigned."""
    return bool(session.scalar(sa.text("SELECT EXISTS (SELECT FROM assignments)")))


def write_first(session: Session, *, now: datetime) -> Written:
    """Open a row for every proposal, into an empty history."""
    statement = _OPEN.format(source=PROPOSALS)
    rows = session.scalar(sa.text("SELECT count(*) FROM assign_cover")) or 0
    if rows < BULK_ROWS:
        return Written(opened=_execute(session, statement, now=now), closed=0)
    with _built_at_once(session):
        return Written(opened=_execute(session, statement, now=now), closed=0)


def write_changes(session: Session, scope: Scope, *, now: datetime) -> Written:
    """Close what no longer holds and open what now does; rows that agree stay untouched.

    ``boundary_version_id`` names the drawing a row was decided under and is no difference by itself.
    A clock set back never closes a row before it began: the instant then follows the newest row.
    """
    session.execute(sa.text(_CHANGES.format(proposals=PROPOSALS, scope=scope.holds("a.enterprise_id"))))
    session.execute(sa.text("ANALYZE assign_changes"))
    latest, wanted = session.execute(
        sa.text("SELECT max(old_from) + interval '1 microsecond', count(enterprise_id) FROM assign_changes")
    ).one()
    instant = now if latest is None else max(now, latest)
    closed = _execute(
        session,
        "UPDATE assignments AS a SET valid_to = :now FROM assign_changes AS c "
        "WHERE a.id = c.old_id AND a.valid_to IS NULL",
        now=instant,
    )
    if not wanted:
        return Written(opened=0, closed=closed)
    source = "(SELECT * FROM assign_changes WHERE enterprise_id IS NOT NULL)"
    opened = _execute(session, _OPEN.format(source=source), now=instant)
    return Written(opened=opened, closed=closed)


def count_proposals(session: Session) -> list[tuple[str, str, int, int, int]]:
    """(method, status, number with a grid, number with a union, number) of the running proposals."""
    rows = session.execute(
        sa.text(
            "SELECT method, status, count(grid_id), count(fallback_code), count(*) "
            f"FROM {PROPOSALS} AS p GROUP BY method, status"
        )
    )
    return [(method, status, grids, unions, places) for method, status, grids, unions, places in rows]


@contextmanager
def _built_at_once(session: Session) -> Iterator[None]:
    """Take foreign keys, indexes and the overlap check off an empty history; put them back once it is full.

    One call a row and key, and two indexes grown in random order, would double the time of a first run;
    put back, keys are checked in one join each and indexes built by sorting. Only current rows come in, so
    nothing can overlap. The table is locked until the transaction ends: nobody ever sees it bare.
    """
    table = cast("sa.Table", Assignment.__table__)
    keys = sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
    indexes = sorted(
        (
            index
            for index in table.indexes
            if "valid_to IS NULL" in str(index.dialect_options["postgresql"]["where"])
        ),
        key=lambda index: str(index.name),
    )
    connection = session.connection()
    connection.execute(sa.text("ALTER TABLE assignments DISABLE TRIGGER assignments_no_overlap_insert"))
    for key in keys:
        connection.execute(sa.schema.DropConstraint(key))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)
    for key in keys:
        connection.execute(sa.schema.AddConstraint(key))
    connection.execute(sa.text("ALTER TABLE assignments ENABLE TRIGGER assignments_no_overlap_insert"))


def _execute(session: Session, statement: str, *, now: datetime) -> int:
    result: sa.CursorResult = session.execute(sa.text(statement), {"now": now})  # type: ignore[type-arg, assignment]
    return result.rowcount
