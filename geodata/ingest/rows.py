"""Rows as delivered to typed rows: every cell read by its field, every fault noted with its column."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geodata.errors import InvalidInput, RefusedFile
from geodata.ingest import demand, divisions, enterprises, grids, stations
from geodata.ingest.findings import Notes
from geodata.ingest.sandbox import RawRow, RawTable
from geodata.ingest.typed import Row
from geodata.ingest.values import plain_text, read_cell
from geodata.rules.file_fields import FIELDS, Field
from geodata.vocab import Datum, ImportKind

_FINISH: Mapping[ImportKind, Callable[[Row, Notes], None]] = {
    ImportKind.DIVISIONS: divisions.finish,
    ImportKind.GRIDS: grids.finish,
    ImportKind.STATIONS: stations.finish,
    ImportKind.ENTERPRISES: enterprises.finish,
    ImportKind.DEMAND: demand.finish,
}
_ALWAYS_STRICT = {"id_number_in_text", "person_in_cell", "text_unprintable"}
_SAME_AS_WGS84 = {Datum.WGS84, Datum.CGCS2000}


@dataclass(slots=True)
class _Binding:
    """Which cell feeds which field."""

    position: int
    field: Field


@dataclass(slots=True)
class _Plan:
    bindings: list[_Binding]
    services: list[tuple[int, str]]
    pair: tuple[int, int] | None
    required: list[str] = field(default_factory=list)


def choose_pair(fields: list[str], datum: Datum | int) -> tuple[int, int] | None:
    """Cells of the coordinate pair in the stated datum.

    A pair whose header names the stated datum comes first, then a pair that names none.

    Raises:
        RefusedFile: ``datum_contradicts_header`` when every pair of the file names another datum.
    """
    wanted = [str(datum)] if isinstance(datum, Datum) else []
    if datum in _SAME_AS_WGS84:
        wanted += [str(other) for other in (Datum.WGS84, Datum.CGCS2000) if other != datum]
    for suffix in [*(f"@{name}" for name in wanted), ""]:
        if f"lon{suffix}" in fields and f"lat{suffix}" in fields:
            return fields.index(f"lon{suffix}"), fields.index(f"lat{suffix}")
    named = sorted({name.split("@")[1] for name in fields if "@" in name})
    if named:
        raise RefusedFile("datum_contradicts_header", stated=str(datum), found=", ".join(named))
    return None


def read_rows(kind: ImportKind, table: RawTable, datum: Datum | int, notes: Notes) -> list[Row]:
    """Typed rows that stand on their own; refused ones are in ``notes``.

    Raises:
        RefusedFile: ``columns_missing``, ``datum_contradicts_header``.
    """
    plan = _plan(kind, table, datum)
    finish = _FINISH[kind]
    rows: list[Row] = []
    for raw in table.rows:
        row = _read_row(raw, plan, notes)
        if row.number not in notes.refused_rows:
            finish(row, notes)
        if row.number not in notes.refused_rows:
            rows.append(row)
    return rows


def _plan(kind: ImportKind, table: RawTable, datum: Datum | int) -> _Plan:
    known = {item.name: item for item in FIELDS[kind] if item.reading != "coordinate"}
    known.pop("geometry", None)
    missing = [item.name for item in FIELDS[kind] if item.required and item.name not in table.fields]
    if missing:
        found = ", ".join(header for header in table.headers if header)[:300]
        raise RefusedFile("columns_missing", columns=", ".join(missing), found=found)
    return _Plan(
        bindings=[_Binding(i, known[name]) for i, name in enumerate(table.fields) if name in known],
        services=[(i, name[8:]) for i, name in enumerate(table.fields) if name.startswith("service:")],
        pair=choose_pair(table.fields, datum)
        if kind not in {ImportKind.DIVISIONS, ImportKind.GRIDS}
        else None,
        required=[item.name for item in FIELDS[kind] if item.required],
    )


def _read_row(raw: RawRow, plan: _Plan, notes: Notes) -> Row:
    row = Row(raw.number, wkb=raw.wkb, problem=raw.problem)
    cells = raw.cells
    for binding in plan.bindings:
        cell = cells[binding.position] if binding.position < len(cells) else ""
        if cell not in {"", None}:
            _read_value(row, binding.field, cell, notes)
    for name in plan.required:
        if name not in row.values and row.number not in notes.refused_rows:
            notes.refuse(row.number, name, "value_missing")
    for position, item in plan.services:
        text = plain_text(cells[position]) if position < len(cells) else ""
        if text:
            row.services[item] = text
    if plan.pair is not None and raw.wkb is None:
        _read_pair(row, cells, plan.pair, notes)
    return row


def _read_value(row: Row, item: Field, cell: Any, notes: Notes) -> None:
    try:
        value = read_cell(item, cell)
    except InvalidInput as error:
        if item.is_impersonal:
            # What cannot be read here may still be about persons, and findings are stored.
            error.params["value"] = "******"
        strict = item.strict or item.required or error.code in _ALWAYS_STRICT
        notes.note_error(row.number, item.name, error, strict=strict)
        if error.code == "code_damaged":
            row.damaged[item.name] = plain_text(cell)
        return
    if value is not None:
        row.values[item.name] = value


_LON, _LAT = Field("lon", (), "coordinate"), Field("lat", (), "coordinate")


def _read_pair(row: Row, cells: list[Any], pair: tuple[int, int], notes: Notes) -> None:
    """The raw pair. One that cannot be read leaves the row without a place, with a warning."""
    numbers: list[float | None] = []
    for position, item in zip(pair, (_LON, _LAT), strict=True):
        try:
            numbers.append(read_cell(item, cells[position] if position < len(cells) else ""))
        except InvalidInput as error:
            notes.warn(row.number, item.name, "coordinate_unreadable", error.params.get("value"))
            return
    x, y = numbers
    if x is None and y is None:
        return
    if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
        notes.warn(row.number, "lon" if x is None else "lat", "coordinate_incomplete")
        return
    row.x, row.y = x, y
