"""Rows of an enterprises file. None is dropped for a doubtful detail: it is kept and warned about."""

import re

from geodata.codes import parse_uscc, unit_kind_of
from geodata.errors import InvalidInput
from geodata.ingest.divisions import shorten, shorten_county
from geodata.ingest.findings import Notes
from geodata.ingest.typed import Row
from geodata.rules.imports import mentions_id_number
from geodata.vocab import LocationLevel

_REGISTRATION = re.compile(r"[0-9]{13}(?:[0-9]{2})?")
_ORGANIZATION = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_ROUNDED = re.compile(r"[0-9]{15}000")


def finish(row: Row, notes: Notes) -> None:
    """Read the codes. Operating place decides the county; the digits of a credit code never do."""
    _read_uscc(row, notes)
    _read_parent(row, notes)
    for column in ("operating_code", "registered_code"):
        shorten(row, column, notes)
    shorten_county(row, notes)
    if "operating_code" in row.values:
        row.values["place_code"] = row.values["operating_code"][:6]
    row.values["default_kind"] = unit_kind_of(row.values.get("uscc", ""))
    if ("removed_on" in row.values) != ("removal_reason" in row.values):
        given = "removed_on" if "removed_on" in row.values else "removal_reason"
        notes.warn(row.number, given, "removal_incomplete", str(row.values.pop(given)))
    if row.values.get("location_level") == LocationLevel.NONE:
        del row.values["location_level"]


def _read_uscc(row: Row, notes: Notes) -> None:
    """A code that fails is kept aside as stated, and never used for matching."""
    if "uscc" in row.damaged:
        row.values["uscc_stated"] = row.damaged["uscc"]
    text = row.values.pop("uscc", None)
    if text is None:
        return
    try:
        row.values["uscc"] = parse_uscc(text)
    except InvalidInput as error:
        _keep_aside(row, text, error.params["suggestion"], notes)
    else:
        row.values.pop("uscc_stated", None)


def _keep_aside(row: Row, text: str, suggestion: str, notes: Notes) -> None:
    plain = re.sub(r"\s", "", text).upper()
    if mentions_id_number(plain):
        notes.warn(row.number, "uscc", "id_number_in_code", "******")
    elif _REGISTRATION.fullmatch(plain) or _ORGANIZATION.fullmatch(plain):
        row.values.setdefault("legacy_code", plain)
        notes.warn(row.number, "uscc", "uscc_is_legacy", text)
    else:
        row.values["uscc_stated"] = text
        code = "code_damaged" if _ROUNDED.fullmatch(plain) else "uscc_invalid"
        notes.warn(row.number, "uscc", code, text, suggestion=suggestion)


def _read_parent(row: Row, notes: Notes) -> None:
    text = row.values.pop("parent_uscc", None)
    if text is None:
        return
    try:
        parent = parse_uscc(text)
    except InvalidInput as error:
        shown = "******" if mentions_id_number(text) else text
        notes.warn(row.number, "parent_uscc", error.code, shown, suggestion=error.params["suggestion"])
        return
    if parent == row.values.get("uscc"):
        notes.warn(row.number, "parent_uscc", "parent_is_self", text)
        return
    row.values["parent_uscc"] = parent
