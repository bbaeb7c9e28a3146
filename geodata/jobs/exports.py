"""Exports as jobs: a list to a file that only its asker can fetch."""

from typing import Any, cast

from geodata.export.service import Format, export_rows
from geodata.jobs import files
from geodata.jobs.task import Task
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.vocab import FilePurpose


def _scope(stored: dict[str, Any]) -> Scope:
    """The asker's rows as they were when the job was asked for."""
    rows = {name: frozenset(value) for name, value in stored.items() if name != "everything"}
    return Scope(everything=stored["everything"], **rows)


def export(task: Task) -> dict[str, Any]:
    """Write the list and keep the file. Contacts go out only when the door said so, and are logged."""
    kind, form = task.params["kind"], cast("Format", task.params["format"])
    task.progress("export", 0, 0)
    path = task.folder / f"{kind}.{form}"
    rows = export_rows(
        task.session,
        kind,
        path,
        format=form,
        county_code=task.county_code,
        with_contacts=bool(task.params.get("contacts")),
        by=task.by,
        say=task.say,
        scope=_scope(task.params["scope"]),
    )
    task.progress("keep_file", rows, rows)
    day = local_today(task.session)
    name = f"{kind}-{task.county_code or 'all'}-{day:%Y%m%d}.{form}"
    kept = files.keep_output(task.session, task.job_id, FilePurpose.EXPORT, path, name=name)
    task.session.refresh(kept)
    return {"kind": kind, "format": form, "rows": rows, "file_name": name, "size_bytes": kept.size_bytes}
