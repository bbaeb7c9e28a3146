"""The import of one file, from stranger to row: read, type, place, stage, match, question, write, record.

Nothing is committed here. A dry run goes the whole way inside a savepoint and turns back, so that it
says exactly what the real run would.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.codes import parse_division_code
from geodata.db import Progress
from geodata.errors import InvalidInput, RefusedFile
from geodata.ingest import places, plausibility
from geodata.ingest.columns import service_labels
from geodata.ingest.drawing import draw_rows
from geodata.ingest.duplicates import refuse_duplicates
from geodata.ingest.findings import ImportReport, RowChange, RowFinding
from geodata.ingest.matching import match_rows, refuse_foreign
from geodata.ingest.rows import read_rows
from geodata.ingest.sandbox import RawTable, read_table
from geodata.ingest.typed import Row
from geodata.ingest.work import Work
from geodata.queries import (
    imports,
    ingest_batches,
    ingest_clarity,
    ingest_demand,
    ingest_enterprises,
    ingest_grids,
    ingest_stations,
)
from geodata.queries.imports import Outcome
from geodata.queries.ingest_batches import MAX_STORED_VALUE
from geodata.rules.file_fields import CLARITY_FIELDS, POLYGON_KINDS
from geodata.rules.hours_text import format_hours
from geodata.vocab import Datum, ImportKind

__all__ = ["ImportReport", "RowChange", "RowFinding", "import_file"]

MAX_CHANGES_SHOWN = 20_000
_SHIFT_SAMPLE = 2000


class _TurnBack(Exception):
    """Undoes a savepoint: of a dry run, or of rows held back."""


def import_file(  # noqa: PLR0913 - what a person may say about a file
    session: Session,
    kind: ImportKind,
    path: Path,
    *,
    datum: Datum | int | None,
    by: str,
    county_code: str | None = None,
    version_label: str | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    source_department: str | None = None,
    is_invented: bool = False,
    file_name: str | None = None,
    progress: Progress | None = None,
    counties: frozenset[str] | None = None,
) -> ImportReport:
    """Take a file in: good rows are kept, the others refused with row, column, reason and value.

    The same file twice changes nothing; an updated file updates by natural key (credit code, station
    code, grid code, division code, else name and place). An empty cell leaves what is stored.

    Args:
        session: the caller commits.
        kind: what the file brings.
        path: where it is; never given to a library as anything but a plain file.
        datum: of its coordinates, or an EPSG code. Never guessed.
        by: who imports, for the log.
        county_code: county of rows that do not say; for grids the county of the version.
        version_label: grids only: the draft they go into, made when new.
        dry_run: say the same and change nothing.
        all_or_nothing: take nothing when one row is refused.
        source_department: whose list it is.
        is_invented: mark every row as made up.
        file_name: the sender's name for the file, when ``path`` is ours.
        progress: told of stages ``read``, ``check``, ``match``, ``write``.
        counties: whose rows the importer may bring or change; rows of another are refused one by one.
            None is everybody's.

    Raises:
        RefusedFile: the whole file is refused; codes in ``docs/import.md``.
        InvalidInput: ``division_code_invalid`` for the county.
    """
    if not path.is_file():
        raise RefusedFile("file_unreadable")
    tell = progress or (lambda stage, done, total: None)
    tell("read", 0, 0)
    work = Work(
        session=session,
        kind=kind,
        datum=places.read_datum(datum),
        by=by,
        county_code=_county(county_code),
        version_label=version_label,
        all_or_nothing=all_or_nothing,
        source_department=source_department,
        is_invented=is_invented,
        file_name=(file_name or path.name)[-200:],
        sha256=_digest(path),
        tell=tell,
        counties=counties,
    )
    table = _read(work, path)
    try:
        with session.begin_nested():
            report = _take(work, table, dry_run=dry_run)
            imports.drop_staging(session)
            if dry_run:
                raise _TurnBack  # noqa: TRY301 - leaves the savepoint, not the function
    except _TurnBack:
        report = dataclasses.replace(report, batch_id=None, touched_ids=[])
    return report


def _county(code: str | None) -> str | None:
    if code is None:
        return None
    county, level = parse_division_code(code)
    if level != "county":
        raise InvalidInput("division_code_invalid", value=code)
    return county


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(work: Work, path: Path) -> RawTable:
    """Read in the child and find out whether the file can be understood at all."""
    if work.kind is ImportKind.GRIDS and not work.version_label:
        raise RefusedFile("version_missing")
    services = {}
    if work.kind is ImportKind.STATIONS:
        services = service_labels(ingest_stations.list_service_items(work.session))
    table = read_table(path, work.kind, file_name=work.file_name, services=services)
    if not table.rows:
        raise RefusedFile("no_rows")
    places.check_file_system(str(table.notes.get("crs") or ""), work.datum, work.notes)
    if table.unknown:
        work.notes.warn(None, None, "columns_ignored", ", ".join(table.unknown))
    if table.repeated:
        work.notes.warn(None, None, "columns_repeated", ", ".join(table.repeated))
    work.total = len(table.rows)
    work.has_clarity = work.kind is ImportKind.ENTERPRISES and not set(CLARITY_FIELDS).isdisjoint(
        table.fields
    )
    return table


def _take(work: Work, table: RawTable, *, dry_run: bool) -> ImportReport:
    work.tell("check", 0, work.total)
    rows = read_rows(work.kind, table, work.datum, work.notes)
    rows = work.placed = _place(work, rows)
    work.rows = refuse_duplicates(work.kind, rows, work.notes)
    work.tell("match", 0, len(work.rows))
    imports.lock_imports(work.session, work.kind)
    outcome, changes, held_back = _meet(work)
    work.tell("write", 0, outcome.inserted + outcome.updated)
    batch_id = _record(work, outcome)
    touched = [] if held_back else _apply(work, batch_id, outcome)
    return _report(work, outcome, changes, touched, batch_id=batch_id, dry_run=dry_run)


def _meet(work: Work) -> tuple[Outcome, list[RowChange], bool]:
    """Stage, match and compare; all of it undone when a refused row holds the others back."""
    try:
        with work.session.begin_nested():
            _stage(work)
            match_rows(work)
            refuse_foreign(work)
            outcome, changes = _compare(work), _list_changes(work)
            if work.all_or_nothing and work.notes.refused_rows:
                raise _TurnBack  # noqa: TRY301 - leaves the savepoint, not the function
    except _TurnBack:
        work.notes.refuse(None, None, "all_or_nothing", refused=len(work.notes.refused_rows))
        work.version_id = None
        return Outcome(0, 0, 0), [], True
    return outcome, changes, False


def _place(work: Work, rows: list[Row]) -> list[Row]:
    if work.kind in POLYGON_KINDS:
        return places.place_polygons(rows, work.datum, work.notes)
    kept = places.place_points(rows, work.datum, work.notes, required=work.kind is ImportKind.DEMAND)
    plausibility.warn_crowded(kept, work.notes)
    return kept


def _complete(work: Work) -> None:
    """Add to every row what was not in its cells: its place, and what is assumed of it."""
    datum = places.datum_text(work.datum)
    for row in work.rows:
        values = row.values
        if work.is_invented:
            values["is_invented"] = True
        values["geom"] = row.ewkb
        if work.target.has_points:
            values["default_level"], values["default_accuracy_m"] = places.assume_accuracy(row)
            if not row.is_located:
                values.pop("location_level", None)
                values.pop("location_accuracy_m", None)
            if not math.isnan(row.x):
                values["raw_x"], values["raw_y"], values["raw_datum"] = row.x, row.y, datum
        if work.kind is ImportKind.STATIONS:
            values["hours_given"] = "hours_text" in values
        elif work.kind is ImportKind.DEMAND and row.openings is not None:
            values["hours_given"] = True


def _stage(work: Work) -> None:
    """Copy the rows; columns that no row brings stay null and cost nothing."""
    imports.create_staging(work.session, work.target)
    _complete(work)
    brought = {name for row in work.rows for name in row.values}
    names = [column.name for column in work.target.columns if column.name in brought]
    rows = ((row.number, *map(row.values.get, names)) for row in work.rows)
    imports.stage_rows(work.session, names, rows)


def _compare(work: Work) -> Outcome:
    imports.mark_changes(work.session, work.target)
    if work.kind is ImportKind.STATIONS:
        ingest_stations.mark_details(work.session)
    elif work.kind is ImportKind.DEMAND:
        ingest_demand.mark_hours(work.session)
    if work.has_clarity:
        ingest_clarity.mark_clarity(work.session)
    if work.target.has_points and not isinstance(work.datum, int):
        shifts = imports.list_shifts(work.session, work.target, _SHIFT_SAMPLE)
        plausibility.warn_shift_of_known(shifts, work.datum, work.notes)
    return imports.count_outcome(work.session)


def _list_changes(work: Work) -> list[RowChange]:
    listed = imports.list_changes(work.session, work.target, MAX_CHANGES_SHOWN)
    changes = {number: (key, columns) for number, key, columns in listed}
    if work.kind is ImportKind.STATIONS:
        for number, item, before, after in ingest_stations.list_service_changes(work.session):
            if number in changes:
                changes[number][1][f"service:{item}"] = [before, after]
    elif work.kind is ImportKind.DEMAND:
        for number, stored, brought in ingest_demand.list_hours_changes(work.session):
            if number in changes:
                changes[number][1]["active_hours"] = [format_hours(stored) or None, format_hours(brought)]
    if work.has_clarity:
        for number, columns in ingest_clarity.list_clarity_changes(work.session):
            if number in changes:
                changes[number][1].update(columns)
    return [
        RowChange(number, key, {name: (pair[0], pair[1]) for name, pair in columns.items()})
        for number, (key, columns) in changes.items()
    ]


def _record(work: Work, outcome: Outcome) -> int:
    """One batch row, its findings, one line in the log."""
    counts = _counts(work, outcome)
    batch_id = ingest_batches.insert_batch(
        work.session,
        {
            "kind": str(work.kind),
            "file_name": work.file_name,
            "sha256": work.sha256,
            "datum": places.datum_text(work.datum),
            "source_department": work.source_department,
            "imported_by": work.by,
            "boundary_version_id": work.version_id,
            **counts,
        },
    )
    ingest_batches.insert_rejections(
        work.session,
        batch_id,
        (
            (
                str(f.severity),
                f.row_number,
                f.column,
                f.code,
                None if f.value is None else f.value[:MAX_STORED_VALUE],
                json.dumps(f.params, ensure_ascii=False, default=str),
            )
            for f in work.notes.sorted()
        ),
    )
    after = {"kind": work.kind, "file": work.file_name, **counts}
    ingest_batches.insert_audit(
        work.session, actor=work.by, batch_id=batch_id, after=json.dumps(after, ensure_ascii=False)
    )
    return batch_id


def _counts(work: Work, outcome: Outcome) -> dict[str, int]:
    taken = outcome.inserted + outcome.updated + outcome.unchanged
    return {
        "rows": work.total,
        "inserted": outcome.inserted,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "refused": work.total - taken,
        "warned": work.notes.count_warned(),
    }


def _apply(work: Work, batch_id: int, outcome: Outcome) -> Sequence[int]:
    is_changed = bool(outcome.inserted + outcome.updated)
    if work.version_id is not None and (is_changed or work.notes.refused_rows):
        ingest_grids.reopen_version(work.session, work.version_id)
    if not is_changed:
        return []
    touched = imports.apply_rows(work.session, work.target, batch_id)
    if work.kind is ImportKind.STATIONS:
        ingest_stations.apply_details(work.session)
    elif work.kind is ImportKind.DEMAND:
        ingest_demand.apply_hours(work.session)
    elif work.kind is ImportKind.ENTERPRISES:
        ingest_enterprises.link_parents(work.session)
    if work.has_clarity:
        ingest_clarity.apply_clarity(work.session)
    return touched


def _report(
    work: Work,
    outcome: Outcome,
    changes: list[RowChange],
    touched: Sequence[int],
    *,
    batch_id: int,
    dry_run: bool,
) -> ImportReport:
    return ImportReport(
        kind=work.kind,
        file_name=work.file_name,
        datum=places.datum_text(work.datum),
        batch_id=batch_id,
        dry_run=dry_run,
        findings=work.notes.sorted(),
        changes=changes,
        touched_ids=list(touched),
        drawn=draw_rows(work.placed, work.notes) if dry_run else [],
        **_counts(work, outcome),
    )
