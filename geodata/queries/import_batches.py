"""What came of an import: its batch, who got a new owner by it, and the way back."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import ImportBatch
from geodata.vocab import ImportKind

MOST_MOVES = 200

_TABLES = {
    ImportKind.DIVISIONS: "divisions",
    ImportKind.GRIDS: "grid_boundaries",
    ImportKind.STATIONS: "stations",
    ImportKind.ENTERPRISES: "enterprises",
    ImportKind.DEMAND: "demand_points",
}


def find_batch(session: Session, batch_id: int) -> ImportBatch | None:
    """One import."""
    return session.get(ImportBatch, batch_id)


def find_version_of(session: Session, batch_id: int) -> int | None:
    """The boundary version that a file of grids went into."""
    return session.scalar(sa.select(ImportBatch.boundary_version_id).where(ImportBatch.id == batch_id))


# Owners written in this very transaction, beside the owner that ended at the same instant.
_MOVES = sa.text(
    "SELECT COALESCE(og.code, o.fallback_code) AS from_code, COALESCE(ob.name, od.name) AS from_name, "
    "COALESCE(ng.code, n.fallback_code) AS to_code, COALESCE(nb.name, nd.name) AS to_name, "
    "count(*) AS enterprises FROM assignments AS n "
    "LEFT JOIN assignments AS o ON o.enterprise_id = n.enterprise_id AND o.valid_to = n.valid_from "
    "LEFT JOIN grids AS og ON og.id = o.grid_id LEFT JOIN grids AS ng ON ng.id = n.grid_id "
    "LEFT JOIN grid_boundaries AS ob ON ob.grid_id = o.grid_id AND ob.version_id = o.boundary_version_id "
    "LEFT JOIN grid_boundaries AS nb ON nb.grid_id = n.grid_id AND nb.version_id = n.boundary_version_id "
    "LEFT JOIN divisions AS od ON od.code = o.fallback_code AND od.valid_to IS NULL "
    "LEFT JOIN divisions AS nd ON nd.code = n.fallback_code AND nd.valid_to IS NULL "
    "WHERE n.valid_to IS NULL AND n.enterprise_id = ANY(:ids) AND n.valid_from >= transaction_timestamp() "
    f"GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1 NULLS FIRST, 3 NULLS LAST LIMIT {MOST_MOVES}"
)


def list_moves(session: Session, enterprise_ids: Sequence[int]) -> list[sa.RowMapping]:
    """From whom to whom these enterprises went in this transaction; from nobody when they are new."""
    return list(session.execute(_MOVES, {"ids": list(enterprise_ids)}).mappings())


_REFERRING = sa.text(
    "SELECT c.conrelid::regclass::text AS child, a.attname AS child_column FROM pg_constraint AS c "
    "JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
    "WHERE c.contype = 'f' AND c.confrelid = CAST(:parent AS regclass) "
    "AND c.conrelid <> ALL(CAST(:own AS regclass[]))"
)
_MADE_WITH = {
    ImportKind.STATIONS: ["station_hours", "station_services"],
    ImportKind.ENTERPRISES: ["enterprise_clarity", "assignments", "enterprises"],
}
"""Tables that an import, or the assignment that follows it, fills by itself."""


def has_dependents(session: Session, kind: ImportKind, batch_id: int) -> bool:
    """Whether anything that a person added refers to the rows of an import.

    Asked of the database's own list of references, so that a table made later counts too.
    """
    table = _TABLES[kind]
    referring = session.execute(_REFERRING, {"parent": table, "own": _MADE_WITH.get(kind, [])}).all()
    conditions = [
        f"EXISTS (SELECT FROM {row.child} AS r WHERE r.{row.child_column} = t.id)" for row in referring
    ]
    if not conditions:
        return False
    found = session.scalar(
        sa.text(
            f"SELECT EXISTS (SELECT FROM {table} AS t WHERE t.import_batch_id = :batch "
            f"AND ({' OR '.join(conditions)}))"
        ),
        {"batch": batch_id},
    )
    return bool(found)


def remove_rows(session: Session, kind: ImportKind, batch_id: int) -> int:
    """Remove the rows that an import added and nobody changed since; how many.

    What the program itself derived goes first: owners that no person decided. The database refuses the
    rest when anything else depends on a row.
    """
    values = {"batch": batch_id}
    if kind is ImportKind.ENTERPRISES:
        session.execute(
            sa.text(
                "DELETE FROM assignments AS a USING enterprises AS e WHERE e.id = a.enterprise_id "
                "AND e.import_batch_id = :batch AND e.version = 1 AND a.method <> 'manual'"
            ),
            values,
        )
    removed = session.execute(
        sa.text(f"DELETE FROM {_TABLES[kind]} WHERE import_batch_id = :batch AND version = 1 RETURNING id"),
        values,
    )
    return len(removed.all())
