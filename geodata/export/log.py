"""The log as a file: every cell text, nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from geodata.rules.file_cells import SAFE_TEXT, guard, write_cell


def to_csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with byte-order mark; a cell that might be taken for a formula gets an apostrophe before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet of text cells, the headers frozen."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {**SAFE_TEXT, "constant_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True})
        sheet.set_column(0, len(headers) - 1, 20)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                write_cell(sheet, number, column, cell)
    return file.getvalue()
