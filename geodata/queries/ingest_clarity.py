"""六个清 of enterprises: one row of counts and states beside each, written in sets, dated when it changes."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

_STATES = {
    "operation_state": "text",
    "workforce_count": "integer",
    "party_member_count": "integer",
    "investor_state": "text",
    "party_organization_state": "text",
    "union_organization_state": "text",
}
CLARITY_COLUMNS = {**_STATES, "as_of": "date"}
"""Columns of ``enterprise_clarity``, and of ``staged_rows`` of the same names."""

_TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
_STAGED = "staged_rows s LEFT JOIN enterprise_clarity t ON t.enterprise_id = s.existing_id"
_GIVEN = f"num_nonnulls({', '.join(f's.{name}' for name in _STATES)}) > 0"


def _row(values: dict[str, str]) -> str:
    return f"ROW({', '.join(values.values())})"


_BEFORE = {name: f"t.{name}" for name in CLARITY_COLUMNS}
_STATES_AFTER = {name: f"COALESCE(s.{name}, t.{name})" for name in _STATES}
_IS_NEWS = f"{_row(_STATES_AFTER)} IS DISTINCT FROM {_row({name: _BEFORE[name] for name in _STATES})}"
# Without a date, news are of today; the same told again tomorrow is no news.
_AFTER = {**_STATES_AFTER, "as_of": f"COALESCE(s.as_of, CASE WHEN {_IS_NEWS} THEN {_TODAY} ELSE t.as_of END)"}
# A date alone confirms what is stored; where nothing is stored it says nothing.
_DIFFERS = f"(t.enterprise_id IS NOT NULL OR {_GIVEN}) AND {_row(_AFTER)} IS DISTINCT FROM {_row(_BEFORE)}"


def mark_clarity(session: Session) -> None:
    """Matched rows whose counts or states differ are changed rows, even if nothing else is."""
    session.execute(
        sa.text(
            "UPDATE staged_rows u SET changed = true "
            f"FROM {_STAGED} WHERE u.row_number = s.row_number AND s.existing_id IS NOT NULL AND {_DIFFERS}"
        )
    )


def list_clarity_changes(session: Session) -> list[tuple[int, dict[str, list[Any]]]]:
    """Row number and ``{column: [before, after]}`` of matched rows; before is None where nothing was."""
    pairs = ", ".join(
        f"'{name}', jsonb_build_array({_BEFORE[name]}, {_AFTER[name]})" for name in CLARITY_COLUMNS
    )
    rows = session.execute(
        sa.text(
            f"SELECT s.row_number, jsonb_build_object({pairs}) AS pairs FROM {_STAGED} "
            f"WHERE s.existing_id IS NOT NULL AND {_DIFFERS} ORDER BY s.row_number"
        )
    )
    return [
        (row.row_number, {name: pair for name, pair in row.pairs.items() if pair[0] != pair[1]})
        for row in rows
    ]


def apply_clarity(session: Session) -> None:
    """Insert or change what is clear. An empty cell leaves what is stored; equal rows are not written."""
    names = ", ".join(CLARITY_COLUMNS)
    sets = ", ".join(f"{name} = excluded.{name}" for name in CLARITY_COLUMNS)
    session.execute(
        sa.text(
            f"INSERT INTO enterprise_clarity (enterprise_id, {names}) "
            f"SELECT s.id, {', '.join(_AFTER.values())} FROM {_STAGED} WHERE {_DIFFERS} "
            f"ORDER BY s.row_number ON CONFLICT (enterprise_id) DO UPDATE SET {sets}"
        )
    )
