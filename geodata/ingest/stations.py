"""Rows of a stations file: hours as text to weekly openings, service columns to conditions."""

from geodata.errors import InvalidInput
from geodata.ingest.divisions import shorten_county
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.rules.hours_text import parse_hours
from geodata.rules.service_text import parse_service


def finish(row: Row, notes: Notes) -> None:
    """Read hours and services. Hours that cannot be read stay unknown; a service word must be known."""
    shorten_county(row, notes)
    if "hours_text" in row.values:
        try:
            row.openings = parse_hours(row.values["hours_text"])
        except InvalidInput as error:
            notes.note_error(row.number, "hours_text", error, strict=False)
    for item, text in row.services.items():
        try:
            row.offered[item] = parse_service(text)
        except InvalidInput as error:
            notes.note_error(row.number, f"service:{item}", error, strict=True)
