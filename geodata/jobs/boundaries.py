"""Boundary versions as jobs: the check with what would move, and the day it comes into force."""

from dataclasses import asdict
from datetime import date
from typing import Any

from geodata.boundaries import service
from geodata.jobs.task import Task
from geodata.queries import audit
from geodata.queries.tile_tables import refresh

MOST_MOVES = 300


def check(task: Task) -> dict[str, Any]:
    """Look for everything wrong; with nothing blocking, rehearse the activation and keep what it moves."""
    version_id = task.params["version_id"]
    task.progress("boundary_check", 0, 2)
    findings = service.check_version(task.session, version_id)
    blocking = sum(finding.is_blocking for finding in findings)
    audit.note(
        task.session,
        by=task.by,
        action="boundary_checked",
        subject_kind="boundary_version",
        subject_id=version_id,
        after={"blocking": blocking, "warnings": len(findings) - blocking},
    )
    result: dict[str, Any] = {
        "version_id": version_id,
        "blocking": blocking,
        "warnings": len(findings) - blocking,
        "moves": [],
        "moved": None,
    }
    if blocking:
        return result
    task.progress("boundary_moves", 1, 2)
    moves = service.list_moves(task.session, version_id)
    result["moved"] = sum(move.enterprises for move in moves)
    result["open_cases"] = sum(move.open_cases for move in moves)
    result["moves"] = [asdict(move) for move in moves[:MOST_MOVES]]
    return result


def activate(task: Task) -> dict[str, Any]:
    """Put an approved version in force from its day; a day to come is only noted."""
    day = date.fromisoformat(task.params["effective_from"])
    summary = service.activate_version(
        task.session,
        task.params["version_id"],
        effective_from=day,
        by=task.by,
        reason=task.params.get("reason"),
        progress=task.progress,
    )
    refresh(task.session, progress=task.progress)
    is_scheduled = day > service.today(task.session)
    return {
        "version_id": task.params["version_id"],
        "effective_from": day.isoformat(),
        "is_scheduled": is_scheduled,
        "opened": summary.opened,
        "closed": summary.closed,
        "enterprises": summary.enterprises,
    }
