"""Cells that nothing can run: the guard of csv text, and text that stays text in a workbook."""

from typing import Any

_LIVE = "=+-@\t\r\n'＝＋－＠"
"""First characters at which a spreadsheet may take text for a formula; and the guard itself."""

SAFE_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""XlsxWriter options under which text stays text, whatever it begins with."""


def guard(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet might run. ``unguard`` gives the text back."""
    return "'" + text if text.lstrip(" ")[:1] in _LIVE and text.strip(" ") else text


def unguard(cell: str) -> str:
    """Take the apostrophe off again; any other text is left alone."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip(" ")[:1] in _LIVE and cell[1:].strip(" ") else cell


def write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    """Write a number as number and everything else as text to a worksheet, never as formula or link."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value is not None and value != "":
        sheet.write_string(row, column, str(value))
