"""Rows that stand twice in one file: the first is taken, the others name it."""

from collections import defaultdict
from collections.abc import Sequence

from geodata.ingest.findings import Notes
from geodata.ingest.places import same_place
from geodata.ingest.typed import Row
from geodata.vocab import ImportKind

KEYS = {
    ImportKind.DIVISIONS: "code",
    ImportKind.GRIDS: "code",
    ImportKind.STATIONS: "code",
    ImportKind.ENTERPRISES: "uscc",
    ImportKind.DEMAND: "code",
}
ADDRESSES = {
    ImportKind.STATIONS: "address",
    ImportKind.ENTERPRISES: "operating_address",
    ImportKind.DEMAND: "address",
}
_COMPARED = 200
"""Rows of one name compared pair by pair; beyond that only the nearest neighbours in file order."""


def refuse_duplicates(kind: ImportKind, rows: Sequence[Row], notes: Notes) -> list[Row]:
    """Keep the first row of every natural key: code, else name and place."""
    key = KEYS[kind]
    by_key: dict[str, int] = {}
    kept: list[Row] = []
    for row in rows:
        value = row.values.get(key)
        if value is not None and value in by_key:
            notes.refuse(row.number, key, "duplicate_key", value, first_row=by_key[value])
            continue
        if value is not None:
            by_key[value] = row.number
        kept.append(row)
    return _refuse_same_place(kind, kept, notes) if kind in ADDRESSES else kept


def _refuse_same_place(kind: ImportKind, rows: Sequence[Row], notes: Notes) -> list[Row]:
    """Rows of one name at one place, unless each has a code of its own."""
    by_name: dict[str, list[Row]] = defaultdict(list)
    kept: list[Row] = []
    for row in rows:
        earlier = by_name[row.values["name"]]
        first = _find_same(kind, row, earlier[-_COMPARED:])
        if first is not None:
            notes.refuse(row.number, "name", "duplicate_place", row.values["name"], first_row=first.number)
            continue
        earlier.append(row)
        kept.append(row)
    return kept


def _find_same(kind: ImportKind, row: Row, earlier: Sequence[Row]) -> Row | None:
    key = KEYS[kind]
    for other in earlier:
        has_own_codes = key in row.values and key in other.values
        if not has_own_codes and same_place(row, other, ADDRESSES[kind]):
            return other
    return None
