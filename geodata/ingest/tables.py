"""Readers of tables: csv in the encodings that offices use, and xlsx. Run only in the child process."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from geodata.errors import RefusedFile
from geodata.ingest import limits
from geodata.ingest.columns import HEADER_SEARCH_ROWS, Header, find_header
from geodata.rules.file_cells import unguard
from geodata.vocab import ImportKind

Cells = list[Any]


@dataclass(slots=True)
class Sheet:
    """A table with its header found. ``rows`` yields row numbers as a spreadsheet shows them, and cells."""

    format: str
    headers: list[str]
    header: Header
    rows: Iterable[tuple[int, Cells]]
    notes: dict[str, Any] = field(default_factory=dict)


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of a csv: byte-order mark, else strict UTF-8, else GB18030.

    Detection libraries take short GB18030 texts for Japanese; these three steps do not guess.

    Raises:
        RefusedFile: ``csv_encoding``.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        candidates: tuple[str, ...] = ("utf-8-sig",)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ("utf-16",)
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding
        except UnicodeError:
            continue
    raise RefusedFile("csv_encoding")


def read_csv(path: Path, kind: ImportKind, services: dict[str, str]) -> Sheet:
    """Read comma, semicolon or tab separated text.

    Raises:
        RefusedFile: ``csv_encoding``, ``csv_damaged``, ``header_missing``.
    """
    text, encoding = decode(path.read_bytes())
    if "\0" in text:
        raise RefusedFile("csv_damaged", row=1)
    csv.field_size_limit(limits.MAX_CELL_CHARACTERS)
    head = text[: text.find("\n") if "\n" in text else len(text)]
    separator = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    sheet = _with_header("csv", kind, _csv_records(reader), services)
    sheet.notes["encoding"] = "gb18030" if encoding == "gb18030" else encoding.removesuffix("-sig")
    return sheet


def _csv_records(reader: Any) -> Iterator[tuple[int, Cells]]:
    row_number = 0
    while True:
        row_number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RefusedFile("csv_damaged", row=row_number) from error
        yield row_number, [unguard(cell) for cell in cells]


def read_xlsx(path: Path, kind: ImportKind, services: dict[str, str]) -> Sheet:
    """Read the first sheet that has a header we know.

    Raises:
        RefusedFile: ``xlsx_damaged``, ``header_missing``.
    """
    import python_calamine  # noqa: PLC0415 - only this reader needs it, and a child starts for every file

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
    except Exception as error:
        raise RefusedFile("xlsx_damaged") from error
    refusal = RefusedFile("header_missing", found="")
    for name in names:
        try:
            sheet = workbook.get_sheet_by_name(name)
            return _with_header("xlsx", kind, _xlsx_records(sheet), services)
        except RefusedFile as error:
            refusal = error
        except Exception as error:
            raise RefusedFile("xlsx_damaged") from error
    raise refusal


def _xlsx_records(sheet: Any) -> Iterator[tuple[int, Cells]]:
    if sheet.start is None:
        return
    if sheet.total_width > limits.MAX_COLUMNS:
        raise RefusedFile("too_many_columns", limit=limits.MAX_COLUMNS)
    # iter_rows begins at the first row of the sheet's used range, with blank rows above it filled in.
    for row_number, cells in enumerate(sheet.iter_rows(), start=1):
        yield row_number, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Any:
    """A cell as JSON can carry it. Numbers stay numbers: in a code column that is the damage itself."""
    match cell:
        case bool() | str():
            return cell
        case int() | float():
            return cell
        case dt.datetime():
            is_day = cell.time() == dt.time()
            return cell.date().isoformat() if is_day else cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case dt.timedelta():
            return str(cell)
        case _:
            return ""


def _with_header(
    format_: str, kind: ImportKind, records: Iterator[tuple[int, Cells]], services: dict[str, str]
) -> Sheet:
    """Find the header row, then hand on the filled rows below it.

    Raises:
        RefusedFile: ``header_missing``.
    """
    first = list(islice(records, HEADER_SEARCH_ROWS))
    texts = [[cell if isinstance(cell, str) else "" for cell in cells] for _, cells in first]
    found = find_header(kind, [[text.strip()[:200] for text in row] for row in texts], services)
    if found is None:
        seen = ", ".join(text for row in texts[:1] for text in row if text)[:200]
        raise RefusedFile("header_missing", found=seen)
    index, header = found
    if len(header.fields) > limits.MAX_COLUMNS:
        raise RefusedFile("too_many_columns", limit=limits.MAX_COLUMNS)
    rows = (record for record in chain(first[index + 1 :], records) if _has_content(record[1]))
    return Sheet(format_, [text.strip() for text in texts[index]], header, rows)


def _has_content(cells: Sequence[Any]) -> bool:
    return any(not (isinstance(cell, str) and not cell.strip()) for cell in cells)
