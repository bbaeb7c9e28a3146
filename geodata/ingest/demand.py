"""Rows of a demand file: places where outdoor workers gather, with an estimate of how many."""

from geodata.ingest.divisions import shorten_county
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row


def finish(row: Row, notes: Notes) -> None:
    """A demand point is a place and a number; the number was required, the place is judged later."""
    shorten_county(row, notes)
