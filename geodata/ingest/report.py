"""The report as a workbook, to hand back to whoever sent the file. Sentences come from the caller."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from geodata.ingest.findings import ImportReport, RowFinding
from geodata.rules.file_cells import SAFE_TEXT, write_cell
from geodata.rules.file_words import SERVICE_LABELS

Say = Callable[..., str]
"""``say(key, **params)``: the sentence for a key in the reader's language."""

_FINDING_COLUMNS = ("row", "severity", "column", "value", "reason", "code")
_COUNTS = ("rows", "inserted", "updated", "unchanged", "refused", "warned")


def explain(finding: RowFinding, say: Say) -> str:
    """The sentence of a finding, with the suggestion or the repair proposal that belongs to it."""
    params = finding.params
    sentences = [say(f"error.{finding.code}", **params)]
    if params.get("suggestion"):
        sentences.append(say("import_report.suggestion", code=params["suggestion"]))
    if "repair_parts" in params:
        sentences.append(say("import_report.repair", parts=params["repair_parts"]))
    return " ".join(sentences)


def label_column(column: str | None, say: Say) -> str:
    """A column's name for people."""
    if not column:
        return ""
    if column.startswith("service:"):
        return SERVICE_LABELS.get(column[8:], (column[8:],))[0]
    return say(f"column.{column}")


def write_report(report: ImportReport, path: Path, say: Say) -> None:
    """Write summary, findings and changes as xlsx; every text cell is text, nothing can run.

    Args:
        report: of a real or a dry run.
        path: overwritten.
        say: the reader's language.
    """
    with xlsxwriter.Workbook(str(path), {**SAFE_TEXT, "constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        _write_summary(book.add_worksheet(say("import_report.sheet_summary")), report, say, bold)
        findings = book.add_worksheet(say("import_report.sheet_findings"))
        _write_table(
            findings,
            [say(f"import_report.{name}") for name in _FINDING_COLUMNS],
            (_finding_cells(finding, say) for finding in report.findings),
            bold,
            widths=(8, 10, 16, 32, 70, 24),
        )
        changes = book.add_worksheet(say("import_report.sheet_changes"))
        _write_table(
            changes,
            [say(f"import_report.{name}") for name in ("row", "key", "column", "before", "after")],
            (
                (change.row_number, change.key, label_column(column, say), _plain(before), _plain(after))
                for change in report.changes
                for column, (before, after) in change.columns.items()
            ),
            bold,
            widths=(8, 28, 16, 40, 40),
        )


def _finding_cells(finding: RowFinding, say: Say) -> tuple[Any, ...]:
    return (
        say("import_report.whole_file") if finding.row_number is None else finding.row_number,
        say(f"severity.{finding.severity}"),
        label_column(finding.column, say),
        finding.value or "",
        explain(finding, say),
        finding.code,
    )


def _write_summary(sheet: Any, report: ImportReport, say: Say, bold: Any) -> None:
    lines: list[tuple[str, Any]] = [
        (say("import_report.file"), report.file_name),
        (say("import_report.kind"), say(f"import_kind.{report.kind}")),
        (say("import_report.datum"), report.datum),
        *((say(f"import_report.{name}"), getattr(report, name)) for name in _COUNTS),
    ]
    if report.batch_id is not None:
        lines.append((say("import_report.batch"), report.batch_id))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 48)
    sheet.write_string(0, 0, say("import_report.title"), bold)
    if report.dry_run:
        sheet.write_string(0, 1, say("import_report.dry_run"))
    for position, (label, value) in enumerate(lines, start=1):
        sheet.write_string(position, 0, label)
        write_cell(sheet, position, 1, value)


def _write_table(
    sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any, *, widths: Sequence[int]
) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
    for position, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            write_cell(sheet, position, column, value)


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
