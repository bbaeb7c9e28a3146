"""Which grids cover which places, and which places are too near a line to be sure.

All statements fill temporary tables of the running transaction; ``assign_cover`` holds one row for every
place and grid that covers it (distance 0) or lies within the place's accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session

from geodata.queries.assignment_clauses import (
    ACCURACY_M,
    GRIDS_IN_FORCE,
    PROVISIONAL,
    degrees_of,
    metres_between,
)

FEW_PLACES = 20_000
"""Up to here each place asks the index of the grids; above, each grid asks the index of the places."""

_TEMPORARY = (
    "assign_scope",
    "assign_cover",
    "assign_vague",
    "assign_special",
    "assign_candidates",
    "assign_uncovered",
    "assign_unplaced",
    "assign_decided",
    "assign_changes",
)
COVERS, IS_EXCLUSIVE, IS_PROVISIONAL = 1, 2, 4
"""Bits of ``assign_cover.flags``."""

CLOSE_M, VAGUE_M = 20, 250
"""Places known to 20 m are looked at with the cover; those known worse, in classes of their own."""

_FLAGS = (
    f"(CASE WHEN near.covers THEN {COVERS} ELSE 0 END "
    f"+ CASE WHEN drawn.is_exclusive THEN {IS_EXCLUSIVE} ELSE 0 END "
    f"+ CASE WHEN near.is_provisional THEN {IS_PROVISIONAL} ELSE 0 END)::smallint"
)
_ACCURACY_DEG = degrees_of(ACCURACY_M, "e.geom")
_GRIDS = f"""(
  SELECT b.grid_id, b.geom, b.kind = 'exclusive' AS is_exclusive, ST_YMax(b.geom) AS north
  FROM {GRIDS_IN_FORCE} WHERE b.grid_id % :shares = :share OFFSET 0
) AS drawn"""


def _reach(metres: float) -> str:
    """The box of a grid widened by metres (and 5 % for the change of the cosine)."""
    return f"ST_Expand(drawn.geom, {metres} * 1.05 / (110574 * cos(radians(drawn.north))))"


COVER_BY_GRID = f"""
SELECT e.id AS enterprise_id, drawn.grid_id, {_FLAGS.replace("near.", "e.")} AS flags,
  CASE WHEN e.covers THEN 0 ELSE {metres_between("e.geom", "drawn.geom")} END AS distance_m
FROM {_GRIDS}
CROSS JOIN LATERAL (
  SELECT e.id, e.geom, e.location_accuracy_m, e.location_level, {PROVISIONAL} AS is_provisional,
    ST_Covers(drawn.geom, e.geom) AS covers
  FROM enterprises AS e
  WHERE e.geom && {_reach(CLOSE_M)} AND e.removed_on IS NULL {{scope}} OFFSET 0
) AS e
WHERE e.covers OR (({ACCURACY_M}) > 0 AND ({ACCURACY_M}) <= {CLOSE_M}
                   AND ST_DWithin(drawn.geom, e.geom, {_ACCURACY_DEG}))
"""
"""The polygon side is outer: PostGIS then prepares each polygon once and asks it for all its places.

The planner never finds this form by itself (measured: five times its own join); ``OFFSET 0`` keeps it
from trying. ``share`` of ``shares`` splits the work over sessions.
"""
# Few places know their position worse; they get a small table of their own, again asked by the grids.
_VAGUE = f"""
CREATE TEMP TABLE assign_vague ON COMMIT DROP AS
SELECT e.id, e.geom, {ACCURACY_M} AS accuracy_m, {_ACCURACY_DEG} AS accuracy_deg,
  {PROVISIONAL} AS is_provisional
FROM enterprises AS e
WHERE e.geom IS NOT NULL AND e.removed_on IS NULL AND ({ACCURACY_M}) > {CLOSE_M} AND {{scope}}
"""
_NEAR_BY_GRID = f"""
INSERT INTO assign_cover
SELECT near.id, drawn.grid_id, {_FLAGS}, {metres_between("near.geom", "drawn.geom")}
FROM {_GRIDS}
CROSS JOIN LATERAL (
  SELECT e.*, ST_Covers(drawn.geom, e.geom) AS covers FROM assign_vague AS e
  WHERE e.geom && {_reach(VAGUE_M)} AND e.accuracy_m <= {VAGUE_M}
    AND ST_DWithin(drawn.geom, e.geom, e.accuracy_deg) OFFSET 0
) AS near
WHERE NOT near.covers
"""
# A place known to a kilometre may have hundreds of grids in reach, of which only the nearest matters: in
# degrees first, then every grid that may be nearer in metres.
_NEAR_BY_PLACE = f"""
INSERT INTO assign_cover
SELECT near.id, drawn.grid_id, {_FLAGS}, {metres_between("near.geom", "drawn.geom")}
FROM (
  SELECT DISTINCT e.id, e.geom, e.accuracy_deg, e.is_provisional, b.version_id, false AS covers
  FROM assign_vague AS e
  JOIN assign_cover AS c ON c.enterprise_id = e.id AND c.flags & {COVERS} <> 0
  JOIN {GRIDS_IN_FORCE} ON b.grid_id = c.grid_id
  WHERE e.accuracy_m > {VAGUE_M}
) AS near
CROSS JOIN LATERAL (
  SELECT least(near.accuracy_deg, nearest.deg * 1.02 / cos(radians(ST_Y(near.geom)))) AS deg
  FROM (SELECT b.geom <-> near.geom AS deg FROM grid_boundaries AS b
        WHERE b.version_id = near.version_id AND NOT ST_Covers(b.geom, near.geom)
        ORDER BY b.geom <-> near.geom LIMIT 1) AS nearest
) AS reach
CROSS JOIN LATERAL (
  SELECT b.grid_id, b.geom, b.kind = 'exclusive' AS is_exclusive FROM grid_boundaries AS b
  WHERE b.version_id = near.version_id AND b.geom && ST_Expand(near.geom, reach.deg)
    AND ST_DWithin(b.geom, near.geom, reach.deg) AND NOT ST_Covers(b.geom, near.geom) OFFSET 0
) AS drawn
"""
_COVER_BY_PLACE = f"""
SELECT near.id AS enterprise_id, drawn.grid_id,
  (CASE WHEN drawn.covers THEN {COVERS} ELSE 0 END
   + CASE WHEN drawn.is_exclusive THEN {IS_EXCLUSIVE} ELSE 0 END
   + CASE WHEN near.is_provisional THEN {IS_PROVISIONAL} ELSE 0 END)::smallint AS flags,
  CASE WHEN drawn.covers THEN 0 ELSE {metres_between("near.geom", "drawn.geom")} END AS distance_m
FROM (
  SELECT e.id, e.geom, {_ACCURACY_DEG} AS accuracy_deg, {PROVISIONAL} AS is_provisional
  FROM assign_scope AS s JOIN enterprises AS e ON e.id = s.enterprise_id AND e.removed_on IS NULL OFFSET 0
) AS near
CROSS JOIN LATERAL (
  SELECT b.grid_id, b.geom, b.kind = 'exclusive' AS is_exclusive, ST_Covers(b.geom, near.geom) AS covers
  FROM {GRIDS_IN_FORCE}
  WHERE b.geom && ST_Expand(near.geom, near.accuracy_deg)
    AND ST_DWithin(b.geom, near.geom, near.accuracy_deg) OFFSET 0
) AS drawn
"""


@dataclass(frozen=True)
class Scope:
    """Whom a run is about: everybody, or the ids written down in ``assign_scope``."""

    is_limited: bool
    is_few: bool

    def holds(self, column: str) -> str:
        """SQL condition that keeps a statement to the places of the run."""
        return f"{column} IN (SELECT enterprise_id FROM assign_scope)" if self.is_limited else "true"


def prepare_scope(session: Session, enterprise_ids: Sequence[int] | None) -> Scope:
    """Clear what an earlier run of this transaction left; note whom this run is about (``None``: all)."""
    session.execute(sa.text("SET LOCAL client_min_messages = warning"))
    session.execute(sa.text("DROP TABLE IF EXISTS " + ", ".join(_TEMPORARY)))
    if enterprise_ids is not None:
        session.execute(
            sa.text(
                "CREATE TEMP TABLE assign_scope ON COMMIT DROP AS "
                "SELECT DISTINCT id AS enterprise_id FROM unnest(CAST(:ids AS bigint[])) AS id"
            ),
            {"ids": list(enterprise_ids)},
        )
        session.execute(sa.text("ANALYZE assign_scope"))
    is_limited = enterprise_ids is not None
    if not is_limited:
        # Hash tables over a million ids then stay in memory; one run at a time holds the lock.
        session.execute(sa.text("SET LOCAL work_mem = '256MB'"))
    return Scope(is_limited, is_limited and len(enterprise_ids or ()) <= FEW_PLACES)


def create_cover(session: Session) -> None:
    """Make the empty table of pairs of a place and a grid that covers it or is nearer than it is known."""
    session.execute(
        sa.text(
            "CREATE TEMP TABLE assign_cover "
            "(enterprise_id bigint, grid_id bigint, flags smallint, distance_m float8) ON COMMIT DROP"
        )
    )


def fill_cover(session: Session, scope: Scope, *, shares: int = 1, share: int = 0) -> int:
    """Add the pairs of places known to ``CLOSE_M``, or of all when they are few; returns how many.

    A run about everybody may be one of several ``shares`` of the grids, which other sessions do not share.
    """
    if scope.is_few:
        return _execute(session, f"INSERT INTO assign_cover {_COVER_BY_PLACE}")
    statement = COVER_BY_GRID.format(scope=f"AND {scope.holds('e.id')}" if scope.is_limited else "")
    # Right after a bulk load the planner knows nothing of the new rows and would scan them all for each grid.
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    filled = _execute(session, f"INSERT INTO assign_cover {statement}", shares=shares, share=share)
    session.execute(sa.text("RESET enable_seqscan"))
    return filled


def fill_vague(session: Session, scope: Scope) -> None:
    """Add the grids near places that are known worse than ``CLOSE_M``; their covers are there already."""
    if scope.is_few:
        return
    session.execute(sa.text(_VAGUE.format(scope=scope.holds("e.id"))))
    session.execute(sa.text("CREATE INDEX ON assign_vague USING gist (geom)"))
    session.execute(sa.text("ANALYZE assign_vague"))
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    _execute(session, _NEAR_BY_GRID, shares=1, share=0)
    session.execute(sa.text("RESET enable_seqscan"))
    session.execute(sa.text("ANALYZE assign_cover"))
    _execute(session, _NEAR_BY_PLACE)


def _execute(session: Session, statement: str, **values: int) -> int:
    done: sa.CursorResult[Any] = session.execute(sa.text(statement), values)  # type: ignore[assignment]
    return done.rowcount


def analyze_cover(session: Session) -> None:
    """Tell the planner what the table of covering pairs holds."""
    session.execute(sa.text("ANALYZE assign_cover"))


def export_snapshot(session: Session) -> str:
    """Name what this transaction sees now, for other sessions to see the same."""
    return str(session.scalar(sa.text("SELECT pg_export_snapshot()")))


def read_cover(connection: sa.Connection, *, snapshot: str, shares: int, share: int) -> bytes:
    """The covering pairs of one share of the grids under an exported snapshot, as a binary COPY stream."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(type(driver))
    with driver.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))
        cursor.execute("SET LOCAL enable_seqscan = off")
        statement = COVER_BY_GRID.format(scope="").replace(":shares", "{shares}").replace(":share", "{share}")
        query = sql.SQL(statement).format(shares=shares, share=share)
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)) as copy:
            return b"".join(bytes(piece) for piece in copy)


def load_cover(session: Session, pairs: bytes) -> int:
    """Add pairs that another session found; returns how many."""
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(type(driver))
    with driver.cursor() as cursor:
        with cursor.copy("COPY assign_cover FROM STDIN (FORMAT binary)") as copy:
            copy.write(pairs)
        return cursor.rowcount


_SPECIAL = f"""
CREATE TEMP TABLE assign_special ON COMMIT DROP AS
SELECT enterprise_id FROM assign_cover
GROUP BY enterprise_id HAVING count(*) > 1 OR bit_or(flags) & {IS_EXCLUSIVE} <> 0
UNION
SELECT enterprise_id FROM assign_decided
"""


def find_special(session: Session) -> None:
    """Note the places that one plain cover does not settle.

    Decided by hand, in or near an exclusive grid, covered more than once, or nearer to a line than known.
    """
    session.execute(sa.text(_SPECIAL))
    session.execute(sa.text("ANALYZE assign_special"))
