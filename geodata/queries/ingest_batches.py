"""What stays of an import: the batch, its findings, one line in the log."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.imports import copy_rows

MAX_STORED_VALUE = 200
"""Characters of a refused value kept in the report."""


def insert_batch(session: Session, values: dict[str, Any]) -> int:
    """Record one import; returns its id."""
    names = list(values)
    return int(
        session.execute(
            sa.text(
                f"INSERT INTO import_batches ({', '.join(names)}) "
                f"VALUES ({', '.join(':' + name for name in names)}) RETURNING id"
            ),
            values,
        ).scalar_one()
    )


def insert_rejections(session: Session, batch_id: int, rows: Iterable[Sequence[Any]]) -> None:
    """Record findings: severity, row number, column, code, value, params as JSON text."""
    copy_rows(
        session,
        "rejections",
        ("batch_id", "severity", "row_number", "column_name", "code", "value", "params"),
        ((batch_id, *row) for row in rows),
    )


def insert_audit(session: Session, *, actor: str, batch_id: int, after: str) -> None:
    """Say in the log who imported what."""
    session.execute(
        sa.text(
            "INSERT INTO audit_entries (actor, action, subject_kind, subject_id, after) "
            "VALUES (:actor, 'import', 'import_batch', :subject, CAST(:after AS jsonb))"
        ),
        {"actor": actor, "subject": str(batch_id), "after": after},
    )
