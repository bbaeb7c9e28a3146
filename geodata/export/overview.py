"""The overview and the lists behind it as files, in the reader's words; never a contact."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geodata.export.columns import Column, Say
from geodata.export.writers import Listing, write_csv, write_xlsx
from geodata.queries.overview import FIGURE_KEYS, Overview
from geodata.queries.overview_lists import ListedEnterprise, ListQuestion, list_enterprises
from geodata.queries.scopes import Scope
from geodata.rules.file_fields import Field
from geodata.rules.shares import percent
from geodata.vocab import GridKind

WRITERS = {"xlsx": write_xlsx, "csv": write_csv}
MAX_ROWS = 100_000
"""Rows of one file; a list that is longer is cut there, which no county reaches."""

RATES = (("work_coverage", "work_covered"), ("org_coverage", "organized"))
"""Each rate with its numerator; both divide by ``in_scope``, and neither is ever mixed with the other."""

Cells = list[Any]


def write_table(
    path: Path, format: str, *, title: str, headers: Sequence[tuple[str, bool]], rows: Iterator[Cells]
) -> int:
    """Write rows under headers (text, whether numbers) to an xlsx or csv in which nothing can run."""
    columns = [
        Column(Field(f"column{number}", (), "number" if is_number else "text"), header)
        for number, (header, is_number) in enumerate(headers)
    ]
    listing = Listing(title, columns, ((cells, None) for cells in rows), has_polygons=False)
    return WRITERS[format](listing, path)


def export_overview(overview: Overview, path: Path, *, format: str, say: Say) -> int:
    """The whole table, one row a grid or union, and the sums last. Returns the rows written."""
    words = ("grid_code", "grid_name", "grid_kind", "liaison", "cadre", "acting")
    headers = [(say(f"overview.column.{word}"), False) for word in words]
    headers += [(say(f"overview.figure.{key}"), True) for key in FIGURE_KEYS]
    headers += [(say(f"overview.{rate}"), True) for rate, _ in RATES]
    return write_table(path, format, title=say("overview.title"), headers=headers, rows=_table(overview, say))


def _table(overview: Overview, say: Say) -> Iterator[Cells]:
    for row in overview.rows:
        kind = say(f"grid_kind.{GridKind(row.kind)}") if row.kind else None
        name = row.name if row.key != "none" else say("overview.row.none")
        yield [row.code, name, kind, row.liaison, row.cadre, row.acting, *_figures(row.figures)]
    yield [None, say("overview.row.all"), None, None, None, None, *_figures(overview.totals)]


def _figures(figures: Any) -> Cells:
    shares = [percent(figures[part], figures["in_scope"]) for _, part in RATES]
    return [figures[key] for key in FIGURE_KEYS] + ["–" if share is None else share for share in shares]


_LIST_COLUMNS = (
    "name",
    "uscc",
    "band",
    "line",
    "organization",
    "grid_code",
    "owner",
    "assignment",
    "liaison",
    "holder",
    "step",
    "due_on",
    "visited_on",
    "disputed",
)


def export_list(
    session: Session,
    county_code: str,
    asked: ListQuestion,
    path: Path,
    *,
    scope: Scope,
    on: date,
    format: str,
    say: Say,
) -> int:
    """One list behind a figure, whole. Returns the rows written."""
    whole = replace(asked, page=1, limit=MAX_ROWS)
    found = list_enterprises(session, county_code, whole, scope=scope, on=on)
    headers = [(say(f"overview.column.{column}"), False) for column in _LIST_COLUMNS]
    rows = (_enterprise(row, say) for row in found.rows)
    return write_table(path, format, title=say("overview.list"), headers=headers, rows=rows)


def _enterprise(row: ListedEnterprise, say: Say) -> Cells:
    return [
        row.name,
        row.uscc,
        say(f"staff_band.{row.band}"),
        row.industry_line,
        say(f"organization_status.{row.organization_status}"),
        row.grid_code or row.fallback_code,
        row.grid_name or row.fallback_name,
        row.assignment_status and say(f"assignment_status.{row.assignment_status}"),
        row.liaison,
        row.holder,
        row.step and say(f"overview.figure.step_{row.step}"),
        _day(row.due_on),
        _day(row.visited_on),
        say("overview.yes") if row.has_dispute else None,
    ]


def _day(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
