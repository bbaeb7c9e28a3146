"""Imports as jobs: looked at first, then saved with all that follows, and taken back if nothing depends."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa

from geodata.assignment.service import AssignmentSummary, assign_enterprises
from geodata.errors import Conflict, NotFound
from geodata.ingest.findings import DrawnRow, ImportReport, RowFinding
from geodata.ingest.matching import OPEN_VERSIONS
from geodata.ingest.report import write_report
from geodata.ingest.service import import_file
from geodata.jobs import files
from geodata.jobs.task import Task
from geodata.models import ImportBatch
from geodata.queries import audit, boundaries, import_batches, ingest_grids, stored_files
from geodata.queries.tile_tables import refresh
from geodata.vocab import Datum, FilePurpose, ImportKind, Severity

SHOWN_FINDINGS = 500
SHOWN_CHANGES = 200
"""On the page; the workbook has all."""


def preview(task: Task) -> dict[str, Any]:
    """Go the whole way and turn back: what would come in, what not and why, and where it lies."""
    report = _take_in(task, dry_run=True)
    task.progress("report", 0, 2)
    workbook, drawing = task.folder / "report.xlsx", task.folder / "preview.geojson"
    write_report(report, workbook, task.say)
    name = f"{Path(report.file_name).stem}-{task.job_id}.xlsx"
    files.keep_output(task.session, task.job_id, FilePurpose.REPORT, workbook, name=name)
    task.progress("report", 1, 2)
    drawing.write_text(json.dumps(_collection(report.drawn), ensure_ascii=False), encoding="utf-8")
    files.keep_output(task.session, task.job_id, FilePurpose.PREVIEW, drawing, name="preview.geojson")
    return {**_summary(report), "drawn": len(report.drawn)}


def save(task: Task) -> dict[str, Any]:
    """Take the file in, give its enterprises an owner, forget the file: all of it or nothing."""
    report = _take_in(task, dry_run=False)
    result = _summary(report)
    if report.kind is ImportKind.ENTERPRISES and report.touched_ids:
        assigned = assign_enterprises(task.session, enterprise_ids=report.touched_ids, progress=task.progress)
        result["assigned"] = _assigned(assigned)
        moves = import_batches.list_moves(task.session, report.touched_ids)
        result["moves"] = [dict(move) for move in moves]
    if report.kind is ImportKind.GRIDS and report.batch_id is not None:
        result["version_id"] = import_batches.find_version_of(task.session, report.batch_id)
    refresh(task.session, progress=task.progress)
    stored_files.delete_file(task.session, task.params["upload_id"])
    return result


def undo(task: Task) -> dict[str, Any]:
    """Take back an import that only added rows which nobody touched and nothing depends on.

    Raises:
        NotFound: ``batch_not_found``.
        Conflict: ``import_changed_rows`` when it also changed stored rows, ``import_depended_on``.
    """
    batch_id = task.params["batch_id"]
    batch = import_batches.find_batch(task.session, batch_id)
    if batch is None:
        raise NotFound("batch_not_found", id=batch_id)
    if batch.updated or not batch.inserted:
        raise Conflict("import_changed_rows", id=batch_id, updated=batch.updated)
    task.progress("undo", 0, batch.inserted)
    kind = ImportKind(batch.kind)
    # Codes of divisions stand in rows of every kind; no reference of the database would tell.
    if kind is ImportKind.DIVISIONS or import_batches.has_dependents(task.session, kind, batch_id):
        raise Conflict("import_depended_on", id=batch_id)
    _reopen_drawing(task, batch)
    try:
        with task.session.begin_nested():
            removed = import_batches.remove_rows(task.session, kind, batch_id)
    except sa.exc.IntegrityError as error:
        raise Conflict("import_depended_on", id=batch_id) from error
    if removed != batch.inserted:
        raise Conflict("import_depended_on", id=batch_id)
    audit.note(
        task.session,
        by=task.by,
        action="import_undone",
        subject_kind="import_batch",
        subject_id=batch_id,
        after={"kind": batch.kind, "file": batch.file_name, "removed": removed},
    )
    refresh(task.session, progress=task.progress)
    return {"batch_id": batch_id, "kind": batch.kind, "file_name": batch.file_name, "removed": removed}


def _reopen_drawing(task: Task, batch: ImportBatch) -> None:
    """Grids are taken out of a draft only; it has to be checked again."""
    if batch.boundary_version_id is None:
        return
    version = boundaries.lock_version(task.session, batch.boundary_version_id)
    if version.status not in OPEN_VERSIONS:
        raise Conflict("import_depended_on", id=batch.id)
    ingest_grids.reopen_version(task.session, version.id)


def _take_in(task: Task, *, dry_run: bool) -> ImportReport:
    params = task.params
    file = files.get_upload(task.session, params["upload_id"], user_id=task.user_id)
    task.progress("fetch", 0, 1)
    path = task.folder / "upload"
    files.fetch(task.session, file, path)
    counties = params.get("counties")
    return import_file(
        task.session,
        ImportKind(params["kind"]),
        path,
        datum=_datum(params["datum"]),
        by=task.by,
        county_code=params.get("county"),
        version_label=params.get("version_label"),
        source_department=params.get("source_department"),
        all_or_nothing=bool(params.get("all_or_nothing")),
        file_name=file.name,
        dry_run=dry_run,
        counties=None if counties is None else frozenset(counties),
        progress=task.progress,
    )


def _datum(stated: str | int) -> Datum | int:
    return stated if isinstance(stated, int) else Datum(stated)


def _summary(report: ImportReport) -> dict[str, Any]:
    names = ("kind", "file_name", "datum", "batch_id", "rows", "inserted", "updated", "unchanged")
    counted = Counter((f.severity, f.code) for f in report.findings)
    # Refusals first: they are what somebody must act on.
    ordered = sorted(report.findings, key=lambda f: (f.severity is Severity.WARNING, f.row_number or 0))
    return {
        **{name: getattr(report, name) for name in (*names, "refused", "warned")},
        "is_refused": report.is_refused,
        "findings": [_finding(each) for each in ordered[:SHOWN_FINDINGS]],
        "findings_total": len(report.findings),
        "by_code": [[severity, code, count] for (severity, code), count in counted.most_common()],
        "changes": [asdict(change) for change in report.changes[:SHOWN_CHANGES]],
        "changes_total": len(report.changes),
    }


def _finding(finding: RowFinding) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(finding), ensure_ascii=False, default=str))  # type: ignore[no-any-return]


def _assigned(summary: AssignmentSummary) -> dict[str, Any]:
    names = ("enterprises", "assigned", "fallback", "out_of_county", "not_on_map", "review")
    return {name: getattr(summary, name) for name in (*names, "by_method", "opened", "closed")}


def _collection(drawn: list[DrawnRow]) -> dict[str, Any]:
    """The drawn rows as GeoJSON; names stay data, the page shows them as text."""
    shapes = shapely.from_wkb([row.wkb for row in drawn])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"row": row.row_number, "name": row.name, "severity": row.severity},
                "geometry": shapely.geometry.mapping(shape),
            }
            for row, shape in zip(drawn, shapes, strict=True)
        ],
    }
