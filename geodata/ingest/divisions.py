"""Rows of a divisions file: counties, towns, communities by code, with or without a polygon."""

from geodata.codes import parse_division_code
from geodata.errors import InvalidInput
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row

_PARENT_DIGITS = {"county": 4, "town": 6, "community": 9}


def finish(row: Row, notes: Notes) -> None:
    """Read the code and its level; the parent follows from the code when it is not stated."""
    try:
        row.values["code"], level = parse_division_code(row.values["code"])
        row.values["level"] = str(level)
    except InvalidInput as error:
        notes.note_error(row.number, "code", error, strict=True)
        return
    digits = row.values["code"][: _PARENT_DIGITS[level]]
    row.values["parent_code"] = digits + "00" if level == "county" else digits
    if row.problem is not None and row.problem[0] != "geometry_missing":
        notes.refuse(row.number, "geometry", row.problem[0], **row.problem[1])


def shorten(row: Row, column: str, notes: Notes, *, strict: bool = False) -> None:
    """Read an optional division code in place; one that is none is left out with a warning."""
    if column not in row.values:
        return
    try:
        row.values[column] = parse_division_code(row.values[column])[0]
    except InvalidInput as error:
        del row.values[column]
        notes.note_error(row.number, column, error, strict=strict)


def shorten_county(row: Row, notes: Notes) -> None:
    """Read the optional county code of a row; a town's or community's code names its county too."""
    shorten(row, "county_code", notes)
    if "county_code" in row.values:
        row.values["county_code"] = row.values["county_code"][:6]
