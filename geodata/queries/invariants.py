"""What must never be in the data: counted by asking the rows themselves, not the constraints that forbid it.

After a restore, a repair by hand or a constraint added late, these questions say whether all is well.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

_STUCK_AFTER = "interval '1 hour'"


@dataclass(frozen=True)
class _Invariant:
    """A question whose answer must be 0; asked only where its table is there."""

    code: str
    table: str
    count: str


_INVARIANTS = (
    _Invariant(
        "enterprise_two_owners",
        "assignments",
        "SELECT count(*) FROM (SELECT FROM assignments WHERE valid_to IS NULL "
        "GROUP BY enterprise_id HAVING count(*) > 1) AS doubled",
    ),
    _Invariant(
        "assignments_overlap",
        "assignments",
        "SELECT count(*) FROM (SELECT valid_from < lag(COALESCE(valid_to, 'infinity'::timestamptz)) "
        "OVER (PARTITION BY enterprise_id ORDER BY valid_from, id) AS is_doubled FROM assignments) AS p "
        "WHERE is_doubled",
    ),
    # Nobody has been assigned at all where nothing was ever assigned; that is no error.
    _Invariant(
        "enterprise_without_owner",
        "assignments",
        "SELECT count(*) FROM enterprises AS e WHERE e.removed_on IS NULL "
        "AND EXISTS (SELECT FROM assignments) AND NOT EXISTS "
        "(SELECT FROM assignments AS a WHERE a.enterprise_id = e.id AND a.valid_to IS NULL)",
    ),
    _Invariant(
        "grid_two_holders",
        "posts",
        "SELECT count(*) FROM posts AS p JOIN posts AS q ON q.grid_id = p.grid_id AND q.role = p.role "
        "AND q.id > p.id AND daterange(p.valid_from, p.valid_to) && daterange(q.valid_from, q.valid_to) "
        "WHERE NOT p.is_deputy AND NOT q.is_deputy",
    ),
    _Invariant(
        "case_doubled",
        "founding_cases",
        "SELECT count(*) FROM (SELECT FROM founding_cases WHERE state <> 'closed' "
        "GROUP BY enterprise_id HAVING count(*) > 1) AS doubled",
    ),
    _Invariant(
        "job_stuck",
        "jobs",
        "SELECT count(*) FROM jobs AS j WHERE j.state IN ('queued', 'running') "
        f"AND COALESCE(j.started_at, j.asked_at) < now() - {_STUCK_AFTER} AND NOT EXISTS "
        "(SELECT FROM procrastinate_jobs AS q WHERE q.id = j.queue_id AND q.status IN ('todo', 'doing'))",
    ),
    _Invariant(
        "write_unanswered",
        "submissions",
        f"SELECT count(*) FROM submissions WHERE status IS NULL AND created_at < now() - {_STUCK_AFTER}",
    ),
)
_THERE = sa.text("SELECT to_regclass(:table) IS NOT NULL")
_GEOMETRIES = sa.text(
    """
    SELECT g.f_table_name AS "table", g.f_geometry_column AS "column" FROM geometry_columns AS g
        JOIN pg_class AS c ON c.oid = to_regclass(quote_ident(g.f_table_name)) AND c.relkind = 'r'
    WHERE g.f_table_schema = 'public' ORDER BY 1, 2
    """
)
_FOREIGN_KEYS = sa.text(
    """
    SELECT k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent,
        (SELECT string_agg(format('p.%I = c.%I', q.attname, o.attname), ' AND ')
         FROM unnest(k.conkey, k.confkey) AS n (ours, theirs)
            JOIN pg_attribute AS o ON o.attrelid = k.conrelid AND o.attnum = n.ours
            JOIN pg_attribute AS q ON q.attrelid = k.confrelid AND q.attnum = n.theirs) AS same,
        (SELECT string_agg(format('c.%I IS NOT NULL', o.attname), ' AND ')
         FROM unnest(k.conkey) AS n (ours)
            JOIN pg_attribute AS o ON o.attrelid = k.conrelid AND o.attnum = n.ours) AS stated
    FROM pg_constraint AS k WHERE k.contype = 'f' ORDER BY 1, 2, 3
    """
)


def count_violations(session: Session) -> dict[str, int]:
    """How often each thing that must never be is there, by code and where; empty when all is well.

    Reads every row: seconds for a county, minutes for a province.
    """
    found = {
        invariant.code: _count(session, invariant.count)
        for invariant in _INVARIANTS
        if session.scalar(_THERE, {"table": invariant.table})
    }
    for row in session.execute(_GEOMETRIES).all():
        # A geometry that is not there is a place not known, which is allowed.
        asked = f'SELECT count(*) FROM "{row.table}" WHERE NOT ST_IsValid("{row.column}")'
        found[f"geometry_invalid:{row.table}.{row.column}"] = _count(session, asked)
    for row in session.execute(_FOREIGN_KEYS).all():
        asked = (
            f"SELECT count(*) FROM {row.child} AS c WHERE {row.stated} "
            f"AND NOT EXISTS (SELECT FROM {row.parent} AS p WHERE {row.same})"
        )
        found[f"orphan:{row.child}:{row.parent}"] = _count(session, asked)
    return {name: count for name, count in found.items() if count}


def _count(session: Session, statement: str) -> int:
    return int(session.scalar(sa.text(statement)) or 0)
