"""What a file would put on the map, kept small enough for a page."""

from collections.abc import Sequence

import shapely

from geodata.ingest.findings import DrawnRow, Notes
from geodata.ingest.typed import Row
from geodata.vocab import Severity

MAX_DRAWN = 5000
"""Rows on the map of a preview: refused ones first, then those with a warning, then the others."""

DRAWN_TOLERANCE_DEG = 0.00002
"""About 2 m: an outline on a screen needs no more."""


def draw_rows(rows: Sequence[Row], notes: Notes) -> list[DrawnRow]:
    """Where the rows of a file lie, in file order; the worst ones are never left out for want of room."""
    worst = _worst_by_row(notes)
    placed = [row for row in rows if row.ewkb is not None]
    placed.sort(key=lambda row: _rank(worst.get(row.number)))
    kept = sorted(placed[:MAX_DRAWN], key=lambda row: row.number)
    shapes = shapely.simplify(shapely.from_wkb([row.ewkb for row in kept]), DRAWN_TOLERANCE_DEG)
    return [
        DrawnRow(row.number, _name(row), wkb, worst.get(row.number))
        for row, wkb in zip(kept, shapely.to_wkb(shapes), strict=True)
    ]


def _name(row: Row) -> str:
    return str(row.values.get("name") or row.values.get("code") or "")


def _worst_by_row(notes: Notes) -> dict[int, Severity]:
    """Refused beats warned."""
    warned = {f.row_number: Severity.WARNING for f in notes.findings if f.row_number is not None}
    return warned | dict.fromkeys(notes.refused_rows, Severity.REFUSED)


def _rank(severity: Severity | None) -> int:
    return (Severity.REFUSED, Severity.WARNING, None).index(severity)
