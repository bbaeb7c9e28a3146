"""Which grids cover which places, and which places are too near a line to be sure.

All statements fill temporary tables of the running transaction; ``assign_cover`` holds one row for
every (place, covering grid).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session

from geodata.queries.assignment_clauses import ACCURACY_M, GRIDS_IN_FORCE, PROVISIONAL, degrees_of

FEW_PLACES = 20_000
"""Up to here each place asks the index of the grids; above, each grid asks the index of the places."""

_TEMPORARY = (
    "assign_scope",
    "assign_cover",
    "assign_special",
    "assign_candidates",
    "assign_uncovered",
    "assign_unplaced",
    "assign_decided",
    "assign_changes",
)
_FLAGS = (
    "(CASE WHEN is_near THEN 1 ELSE 0 END + CASE WHEN is_exclusive THEN 2 ELSE 0 END "
    "+ CASE WHEN is_provisional THEN 4 ELSE 0 END)::smallint"
)
_IS_NEAR = (
    f"({ACCURACY_M}) > 0 AND ST_DWithin(drawn.rim, e.geom, {degrees_of(ACCURACY_M, 'e.geom')}) AS is_near"
)
COVER_BY_GRID = f"""
SELECT place.id AS enterprise_id, drawn.grid_id, {_FLAGS} AS flags
FROM (
  SELECT b.grid_id, b.geom, ST_Boundary(b.geom) AS rim, b.kind = 'exclusive' AS is_exclusive
  FROM {GRIDS_IN_FORCE} WHERE b.grid_id % :shares = :share OFFSET 0
) AS drawn
CROSS JOIN LATERAL (
  SELECT e.id, {_IS_NEAR}, {PROVISIONAL} AS is_provisional
  FROM enterprises AS e
  WHERE e.geom && drawn.geom AND ST_Covers(drawn.geom, e.geom) AND e.removed_on IS NULL {{scope}} OFFSET 0
) AS place
"""
"""The polygon side is outer: PostGIS then prepares each polygon once and asks it for all its places.

The planner never finds this form by itself (measured: five times its own join); ``OFFSET 0`` keeps it
from trying. ``share`` of ``shares`` splits the work over sessions.
"""
_COVER_BY_PLACE = f"""
SELECT e.id AS enterprise_id, drawn.grid_id, {_FLAGS} AS flags
FROM assign_scope AS s JOIN enterprises AS e ON e.id = s.enterprise_id AND e.removed_on IS NULL
CROSS JOIN LATERAL (
  SELECT b.grid_id, ST_Boundary(b.geom) AS rim, b.kind = 'exclusive' AS is_exclusive
  FROM {GRIDS_IN_FORCE} WHERE b.geom && e.geom AND ST_Covers(b.geom, e.geom) OFFSET 0
) AS drawn
CROSS JOIN LATERAL (SELECT {_IS_NEAR}, {PROVISIONAL} AS is_provisional) AS place
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
    return Scope(is_limited, is_limited and len(enterprise_ids or ()) <= FEW_PLACES)


def create_cover(session: Session) -> None:
    """Make the empty table of covering pairs."""
    session.execute(
        sa.text(
            "CREATE TEMP TABLE assign_cover (enterprise_id bigint, grid_id bigint, flags smallint) "
            "ON COMMIT DROP"
        )
    )


def fill_cover(session: Session, scope: Scope, *, shares: int = 1, share: int = 0) -> int:
    """Add the covering pairs; returns how many.

    A run about everybody may be one of several ``shares`` of the grids, which other sessions do not share.
    """
    # Right after a bulk load the planner knows nothing of the new rows and would scan them all for each grid.
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    if scope.is_few:
        statement, params = _COVER_BY_PLACE, {}
    else:
        statement = COVER_BY_GRID.format(scope=f"AND {scope.holds('e.id')}" if scope.is_limited else "")
        params = {"shares": shares, "share": share}
    filled: sa.CursorResult = session.execute(sa.text(f"INSERT INTO assign_cover {statement}"), params)  # type: ignore[assignment, type-arg]
    session.execute(sa.text("RESET enable_seqscan"))
    return filled.rowcount


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


_SPECIAL = """
CREATE TEMP TABLE assign_special ON COMMIT DROP AS
SELECT enterprise_id FROM assign_cover WHERE flags & 3 <> 0
UNION
SELECT enterprise_id FROM assign_cover GROUP BY enterprise_id HAVING count(*) > 1
UNION
{near_exclusive}
UNION
SELECT enterprise_id FROM assign_decided
"""
# The rim test above sees only the covering grid's own line. An exclusive grid lies inside ordinary ones,
# so whoever stands near one has to be found from its side; in classes of accuracy, that the few places
# known to a kilometre do not widen the search for all.
_NEAR_EXCLUSIVE = f"""
SELECT near.id
FROM (
  SELECT b.geom, ST_Y(ST_Centroid(b.geom)) AS lat FROM {GRIDS_IN_FORCE} WHERE b.kind = 'exclusive' OFFSET 0
) AS x
CROSS JOIN (VALUES (0, 20), (20, 250), (250, 2000)) AS class (above_m, upto_m)
CROSS JOIN LATERAL (
  SELECT e.id FROM enterprises AS e
  WHERE e.geom && ST_Expand(x.geom, class.upto_m * 1.05 / (110574 * cos(radians(x.lat))))
    AND e.removed_on IS NULL AND {{scope}}
    AND ({ACCURACY_M}) > class.above_m AND ({ACCURACY_M}) <= class.upto_m
    AND ST_DWithin(x.geom, e.geom, {degrees_of(ACCURACY_M, "e.geom")})
  OFFSET 0
) AS near
UNION
SELECT e.id FROM enterprises AS e WHERE e.geom IS NOT NULL AND ({ACCURACY_M}) > 2000 AND {{scope}}
  AND EXISTS (SELECT FROM {GRIDS_IN_FORCE} WHERE b.kind = 'exclusive')
"""


def find_special(session: Session, scope: Scope) -> int:
    """Note the places that one plain cover does not settle; returns how many.

    Decided by hand, in an exclusive grid, covered more than once, or nearer to a line than known.
    Of a few places all are looked at closely: the filter would cost more than it saves.
    """
    near = "SELECT enterprise_id FROM assign_scope"
    if not scope.is_few:
        near = _NEAR_EXCLUSIVE.format(scope=scope.holds("e.id"))
    session.execute(sa.text(_SPECIAL.format(near_exclusive=near)))
    session.execute(sa.text("ANALYZE assign_special"))
    return int(session.scalar(sa.text("SELECT count(*) FROM assign_special")) or 0)
