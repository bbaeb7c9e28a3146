"""Rows of a demand file: places where outdoor workers gather, with an estimate of how many and when."""

from geodata.errors import InvalidInput
from geodata.ingest.divisions import shorten_county
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.rules.hours_text import parse_hours


def finish(row: Row, notes: Notes) -> None:
    """Read when the people are there; hours that cannot be read leave what is stored, with a warning."""
    shorten_county(row, notes)
    if "active_hours" in row.values:
        try:
            row.openings = parse_hours(row.values["active_hours"])
        except InvalidInput as error:
            notes.note_error(row.number, "active_hours", error, strict=False)
