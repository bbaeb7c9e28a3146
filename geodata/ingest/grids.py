"""Rows of a grids file: one polygon a grid, into one draft version of one county."""

from geodata.codes import parse_division_code, parse_grid_code
from geodata.errors import InvalidInput
from geodata.ingest.divisions import shorten_county
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row


def finish(row: Row, notes: Notes) -> None:
    """Read the code and the communities; a grid without a sound polygon is refused."""
    try:
        row.values["code"] = parse_grid_code(row.values["code"])
    except InvalidInput as error:
        notes.note_error(row.number, "code", error, strict=True)
        return
    try:
        codes = [parse_division_code(code)[0] for code in row.values.get("community_codes", [])]
    except InvalidInput as error:
        notes.note_error(row.number, "community_codes", error, strict=True)
        return
    if codes:
        row.values["community_codes"] = codes
    shorten_county(row, notes)
    if row.problem is not None:
        notes.refuse(row.number, "geometry", row.problem[0], **row.problem[1])
    elif row.wkb is None:
        notes.refuse(row.number, "geometry", "geometry_missing")
