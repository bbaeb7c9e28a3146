"""Demand points bring rows of their own: when the people are there, replaced only when they differ."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.imports import copy_rows

Opening = tuple[int, int, int]

_STAGED = (
    "ARRAY(SELECT ARRAY[h.weekday, h.opens_min, h.closes_min] FROM staged_demand_hours h"
    " WHERE h.row_number = s.row_number ORDER BY 1)"
)
_STORED = (
    "ARRAY(SELECT ARRAY[h.weekday, h.opens_min, h.closes_min] FROM demand_hours h"
    " WHERE h.demand_point_id = s.existing_id ORDER BY 1)"
)
_DIFFER = f"s.existing_id IS NOT NULL AND s.hours_given AND {_STAGED} <> {_STORED}"


def stage_hours(session: Session, hours: Iterable[Sequence[Any]]) -> None:
    """Copy hours: row number, weekday, opens, closes."""
    session.execute(sa.text("DROP TABLE IF EXISTS staged_demand_hours"))
    session.execute(
        sa.text(
            "CREATE TEMP TABLE staged_demand_hours (row_number integer, weekday smallint, opens_min integer, "
            "closes_min integer) ON COMMIT DROP"
        )
    )
    copy_rows(session, "staged_demand_hours", ("row_number", "weekday", "opens_min", "closes_min"), hours)
    session.execute(sa.text("CREATE INDEX ON staged_demand_hours (row_number)"))
    session.execute(sa.text("ANALYZE staged_demand_hours"))


def mark_hours(session: Session) -> None:
    """Rows whose hours differ from the stored ones are changed rows, even if nothing else is."""
    session.execute(sa.text(f"UPDATE staged_rows s SET changed = true, touched = true WHERE {_DIFFER}"))


def list_hours_changes(session: Session) -> list[tuple[int, list[Opening], list[Opening]]]:
    """Row number, hours before and after, of matched rows whose hours differ."""
    rows = session.execute(
        sa.text(
            f"SELECT s.row_number, {_STORED} AS before, {_STAGED} AS after FROM staged_rows s "
            f"WHERE {_DIFFER} ORDER BY s.row_number"
        )
    )
    return [(row.row_number, _openings(row.before), _openings(row.after)) for row in rows]


def _openings(rows: Iterable[Sequence[int]]) -> list[Opening]:
    return [(day, opens, closes) for day, opens, closes in rows]


def apply_hours(session: Session) -> None:
    """Replace the hours of rows that bring other ones; rows that say nothing keep theirs."""
    session.execute(
        sa.text(
            f"DELETE FROM demand_hours d USING staged_rows s WHERE d.demand_point_id = s.id AND {_DIFFER}"
        )
    )
    session.execute(
        sa.text(
            "INSERT INTO demand_hours (demand_point_id, weekday, opens_min, closes_min) "
            "SELECT s.id, h.weekday, h.opens_min, h.closes_min FROM staged_demand_hours h "
            "JOIN staged_rows s USING (row_number) WHERE s.existing_id IS NULL OR NOT EXISTS "
            " (SELECT FROM demand_hours d WHERE d.demand_point_id = s.existing_id) "
            "ORDER BY s.row_number, h.weekday, h.opens_min"
        )
    )
