"""The import of one file, from stranger to row: read, type, place, stage, match, question, write, record.

Nothing is committed here. A dry run goes the whole way inside a savepoint and turns back, so that it
says exactly what the real run would.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geodata.codes import parse_division_code
from geodata.db import Progress
from geodata.errors import InvalidInput, RefusedFile
from geodata.ingest import places, plausibility
from geodata.ingest.columns import service_labels
from geodata.ingest.duplicates import ADDRESSES, refuse_duplicates
from geodata.ingest.fields import POLYGON_KINDS
from geodata.ingest.findings import ImportReport, Notes, RowChange, RowFinding
from geodata.ingest.rows import read_rows
from geodata.ingest.sandbox import RawTable, read_table
from geodata.ingest.typed import Row
from geodata.queries import imports, ingest_enterprises, ingest_grids, ingest_stations, ingest_targets
from geodata.queries.imports import MAX_STORED_VALUE, Outcome, Target
from geodata.vocab import Datum, ImportKind, VersionStatus

__all__ = ["ImportReport", "RowChange", "RowFinding", "import_file"]

MAX_CHANGES_SHOWN = 20_000
_SHIFT_SAMPLE = 2000
_OPEN_VERSIONS = {VersionStatus.DRAFT, VersionStatus.INVALID, VersionStatus.CHECKED}
_TARGETS: dict[ImportKind, Target] = {
    ImportKind.DIVISIONS: ingest_targets.DIVISIONS,
    ImportKind.GRIDS: ingest_targets.GRIDS,
    ImportKind.STATIONS: ingest_targets.STATIONS,
    ImportKind.ENTERPRISES: ingest_targets.ENTERPRISES,
    ImportKind.DEMAND: ingest_targets.DEMAND,
}


@dataclass(slots=True)
class _Import:
    """One import on its way: what was asked, and what is known so far."""

    session: Session
    kind: ImportKind
    datum: Datum | int
    by: str
    county_code: str | None
    version_label: str | None
    all_or_nothing: bool
    source_department: str | None
    is_invented: bool
    file_name: str
    sha256: str
    tell: Progress
    notes: Notes = field(default_factory=Notes)
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    version_id: int | None = None

    @property
    def target(self) -> Target:
        return _TARGETS[self.kind]


class _TurnBack(Exception):
    """Undoes the savepoint of a dry run."""


def import_file(
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

    Raises:
        RefusedFile: the whole file is refused; codes in ``docs/import.md``.
        InvalidInput: ``division_code_invalid`` for the county.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("read", 0, 0)
    work = _Import(
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


def _read(work: _Import, path: Path) -> RawTable:
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
    return table


def _take(work: _Import, table: RawTable, *, dry_run: bool) -> ImportReport:
    work.tell("check", 0, work.total)
    rows = read_rows(work.kind, table, work.datum, work.notes)
    rows = _place(work, rows)
    work.rows = refuse_duplicates(work.kind, rows, work.notes)
    work.tell("match", 0, len(work.rows))
    imports.lock_imports(work.session, work.kind)
    imports.create_staging(work.session, work.target)
    imports.stage_rows(work.session, work.target, _staged(work))
    _MATCH[work.kind](work)
    outcome = _compare(work)
    changes = _list_changes(work)
    held_back = work.all_or_nothing and bool(work.notes.refused_rows)
    if held_back:
        work.notes.refuse(None, None, "all_or_nothing", refused=len(work.notes.refused_rows))
        outcome, changes = Outcome(0, 0, 0), []
    work.tell("write", 0, outcome.inserted + outcome.updated)
    batch_id = _record(work, outcome)
    touched = [] if held_back else _apply(work, batch_id, outcome)
    return _report(work, outcome, changes, touched, batch_id=batch_id, dry_run=dry_run)


def _place(work: _Import, rows: list[Row]) -> list[Row]:
    if work.kind in POLYGON_KINDS:
        return places.place_polygons(rows, work.datum, work.notes)
    kept = places.place_points(rows, work.datum, work.notes, required=work.kind is ImportKind.DEMAND)
    plausibility.warn_crowded(kept, work.notes)
    return kept


def _staged(work: _Import) -> Iterable[list[Any]]:
    """Rows in the order of the target's columns."""
    names = [column.name for column in work.target.columns]
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
            if row.x == row.x:  # noqa: PLR0124 - not NaN
                values["raw_x"], values["raw_y"], values["raw_datum"] = row.x, row.y, datum
        if work.kind is ImportKind.STATIONS:
            values["hours_given"] = "hours_text" in values
        yield [row.number, *(values.get(name) for name in names)]


def _match_divisions(work: _Import) -> None:
    _refuse_invalid(work)
    imports.match_by_column(work.session, work.target, "code", "t.valid_to IS NULL")


def _match_grids(work: _Import) -> None:
    _refuse_invalid(work)
    if not work.rows:
        return
    county = _grid_county(work)
    refused = [row for row in work.rows if row.values.get("county_code", county) != county]
    for row in refused:
        work.notes.refuse(
            row.number, "county_code", "county_differs", row.values["county_code"], county=county
        )
    _drop(work, {row.number for row in refused})
    label = str(work.version_label)
    version = ingest_grids.find_version(work.session, county, label)
    if version is not None and version.status not in _OPEN_VERSIONS:
        raise RefusedFile("version_not_draft", version=label, status=version.status)
    if version is None:
        version = ingest_grids.create_version(
            work.session, county, label, by=work.by, is_invented=work.is_invented
        )
    work.version_id = version.id
    ingest_grids.identify_grids(work.session, county, version.id)
    for number in ingest_grids.list_outside_county(work.session, county):
        work.notes.warn(number, "geometry", "outside_county")
    plausibility.warn_shift_of_polygons(work.session, work.rows, work.datum, county, work.notes)


def _grid_county(work: _Import) -> str:
    """The one county of a grids file: asked for, stated in every row, or the one that covers them."""
    if work.county_code:
        return work.county_code
    stated = sorted({row.values["county_code"] for row in work.rows if "county_code" in row.values})
    counties = stated or ingest_grids.find_common_county(work.session)
    if len(counties) != 1:
        raise RefusedFile("several_counties" if counties else "county_missing", counties=", ".join(counties))
    return counties[0]


def _match_stations(work: _Import) -> None:
    hours = (
        (row.number, *opening) for row in work.rows if row.openings is not None for opening in row.openings
    )
    services = ((row.number, item, *value) for row in work.rows for item, value in row.offered.items())
    ingest_stations.stage_details(work.session, hours, services)
    _locate(work)
    imports.match_by_column(work.session, work.target, "code")
    condition = "s.code IS NULL OR t.code LIKE 'auto-%'"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)
    ingest_stations.give_codes(work.session)
    ingest_stations.mark_hours(work.session)


def _match_enterprises(work: _Import) -> None:
    _locate(work)
    imports.match_by_column(work.session, work.target, "uscc")
    condition = "s.uscc IS NULL OR t.uscc IS NULL"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)


def _match_demand(work: _Import) -> None:
    _locate(work)
    same_county = "s.county_code IS NOT DISTINCT FROM t.county_code"
    imports.match_by_column(work.session, work.target, "code", same_county)
    condition = "s.code IS NULL OR t.code IS NULL"
    imports.match_by_place(work.session, work.target, ADDRESSES[work.kind], condition)


_MATCH: dict[ImportKind, Callable[[_Import], None]] = {
    ImportKind.DIVISIONS: _match_divisions,
    ImportKind.GRIDS: _match_grids,
    ImportKind.STATIONS: _match_stations,
    ImportKind.ENTERPRISES: _match_enterprises,
    ImportKind.DEMAND: _match_demand,
}


def _refuse_invalid(work: _Import) -> None:
    """The database has the last word on shapes; the child uses a younger GEOS and conversion may pinch slivers."""
    faults = imports.take_invalid_shapes(work.session)
    for number, fault in faults:
        work.notes.refuse(number, "geometry", "geometry_invalid", at=fault[:100])
    _drop(work, {number for number, _ in faults})


def _drop(work: _Import, numbers: set[int]) -> None:
    if numbers:
        imports.remove_rows(work.session, sorted(numbers))
        work.rows = [row for row in work.rows if row.number not in numbers]


def _locate(work: _Import) -> None:
    """Counties of the points, and every doubt about where they lie."""
    counties = imports.list_county_names(work.session)
    expected = plausibility.expected_divisions(work.rows, counties, work.county_code)
    imports.locate_counties(work.session, work.county_code)
    plausibility.warn_outside(work.session, work.rows, counties, work.county_code, work.notes)
    plausibility.warn_labels(work.session, work.rows, counties, work.notes)
    plausibility.warn_shift_of_points(work.session, work.rows, work.datum, expected, work.notes)


def _compare(work: _Import) -> Outcome:
    imports.mark_changes(work.session, work.target)
    if work.kind is ImportKind.STATIONS:
        ingest_stations.mark_details(work.session)
    if work.target.has_points and not isinstance(work.datum, int):
        shifts = imports.list_shifts(work.session, work.target, _SHIFT_SAMPLE)
        plausibility.warn_shift_of_known(shifts, work.datum, work.notes)
    return imports.count_outcome(work.session)


def _list_changes(work: _Import) -> list[RowChange]:
    listed = imports.list_changes(work.session, work.target, MAX_CHANGES_SHOWN)
    changes = {number: (key, columns) for number, key, columns in listed}
    if work.kind is ImportKind.STATIONS:
        for number, item, before, after in ingest_stations.list_service_changes(work.session):
            if number in changes:
                changes[number][1][f"service:{item}"] = [before, after]
    return [
        RowChange(number, key, {name: (pair[0], pair[1]) for name, pair in columns.items()})
        for number, (key, columns) in changes.items()
    ]


def _record(work: _Import, outcome: Outcome) -> int:
    """One batch row, its findings, one line in the log."""
    counts = _counts(work, outcome)
    batch_id = imports.insert_batch(
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
    imports.insert_rejections(
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
    imports.insert_audit(
        work.session, actor=work.by, batch_id=batch_id, after=json.dumps(after, ensure_ascii=False)
    )
    return batch_id


def _counts(work: _Import, outcome: Outcome) -> dict[str, int]:
    taken = outcome.inserted + outcome.updated + outcome.unchanged
    return {
        "rows": work.total,
        "inserted": outcome.inserted,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "refused": work.total - taken,
        "warned": work.notes.count_warned(),
    }


def _apply(work: _Import, batch_id: int, outcome: Outcome) -> Sequence[int]:
    if not outcome.inserted + outcome.updated:
        return []
    touched = imports.apply_rows(work.session, work.target, batch_id)
    if work.kind is ImportKind.STATIONS:
        ingest_stations.apply_details(work.session)
    elif work.kind is ImportKind.ENTERPRISES:
        ingest_enterprises.link_parents(work.session)
    elif work.kind is ImportKind.GRIDS and work.version_id is not None:
        ingest_grids.reopen_version(work.session, work.version_id)
    return touched


def _report(
    work: _Import,
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
        **_counts(work, outcome),
    )
