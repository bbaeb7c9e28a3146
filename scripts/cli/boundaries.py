"""``tenmin boundaries``: list versions, check one, see what it moves, approve it, put it in force."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from geodata.assignment.service import AssignmentSummary
from geodata.boundaries import service
from geodata.boundaries.service import Finding, Move
from geodata.errors import Conflict, NotFound
from geodata.queries import boundaries as stored
from scripts.cli.assignment import print_summary
from scripts.cli.console import Console, command

REFUSED = 1
_SHOWN = 50


@click.group()
def boundaries() -> None:
    """Drawings of the grids of a county: draft, checked, approved, in force, archived."""


_version = click.argument("version")
_county = click.option("--county", help="County code, where counties share a label.")
_by = click.option("--by", required=True, help="Who does it; stands in the log.")


@boundaries.command("list")
@_county
@command
def list_versions(console: Console, county: str | None) -> None:
    """List the versions of all counties or of one."""
    with console.transaction() as session:
        rows = stored.list_versions(session, county_code=county)
    for row in rows:
        status = console.say(f"version_status.{row.status}")
        values = {**asdict(row), "status": status, "effective_from": row.effective_from or "—"}
        console.print(console.say("cli.boundary_version", **values))
    console.result({"versions": [asdict(row) for row in rows]})


@boundaries.command()
@_version
@_county
@command
def check(console: Console, version: str, county: str | None) -> None:
    """Find everything wrong with VERSION (its id or label), with place and size; exit 1 when blocked."""
    with console.transaction() as session:
        findings = service.check_version(session, _find(session, version, county))
    for finding in findings[:_SHOWN]:
        console.print(_sentence(console, finding))
    blocking = sum(finding.is_blocking for finding in findings)
    console.print(console.say("cli.boundary_checked", blocking=blocking, warnings=len(findings) - blocking))
    console.result({"blocking": blocking, "findings": [finding.to_json() for finding in findings]})
    if blocking:
        raise SystemExit(REFUSED)


@boundaries.command()
@_version
@_county
@command
def moves(console: Console, version: str, county: str | None) -> None:
    """Show which enterprises VERSION would move, from whom to whom; nothing is changed."""
    with console.transaction() as session:
        found = service.list_moves(session, _find(session, version, county))
    _print_moves(console, found)
    console.result({"moves": [asdict(move) for move in found]})


def _print_moves(console: Console, found: list[Move]) -> None:
    for move in found:
        console.print(
            console.say(
                "cli.boundary_move",
                old=_owner(console, move.from_code, move.from_name),
                new=_owner(console, move.to_code, move.to_name),
                enterprises=move.enterprises,
            )
        )
    console.print(console.say("cli.boundary_moves", enterprises=sum(move.enterprises for move in found)))


def _owner(console: Console, code: str | None, name: str | None) -> str:
    return console.say("cli.boundary_nobody") if code is None else f"{name or code}（{code}）"


@boundaries.command()
@_version
@_county
@_by
@command
def approve(console: Console, version: str, county: str | None, by: str) -> None:
    """Approve the checked VERSION; whoever made it cannot."""
    with console.transaction() as session:
        service.approve_version(session, _find(session, version, county), by=by)
    console.print(console.say("cli.boundary_approved", version=version))
    console.result({"approved": version})


@boundaries.command()
@click.argument("version", required=False)
@_county
@_by
@click.option(
    "--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="First day in force; today when left out."
)
@click.option("--reason", help="Why a day gone by; such a day is refused without.")
@click.option("--due", is_flag=True, help="Put in force every approved version whose day has come.")
@command
def activate(
    console: Console,
    version: str | None,
    county: str | None,
    by: str,
    day: datetime | None,
    reason: str | None,
    *,
    due: bool,
) -> None:
    """Put the approved VERSION in force and give new owners to whom it touches.

    A day to come is noted; ``--due``, or the next ``assign``, applies it then.
    """
    if due == (version is not None):
        raise click.UsageError("give VERSION or --due")
    with console.transaction() as session, console.progress() as progress:
        if due:
            activated = service.activate_due(session, by=by, progress=progress)
            result: dict[str, Any] = {"activated": [row.label for row in activated]}
            lines = [_due_line(console, row.label, row.county_code, row.effective_from) for row in activated]
        else:
            effective_from = day.date() if day else service.today(session)
            summary = service.activate_version(
                session,
                _find(session, version or "", county),
                effective_from=effective_from,
                by=by,
                reason=reason,
                progress=progress,
            )
            result = asdict(summary)
            lines = [console.say("cli.boundary_in_force", version=version, date=effective_from)]
    for line in lines:
        console.print(line)
    if not due and summary != AssignmentSummary():
        print_summary(console, summary)
    console.result(result)


def _due_line(console: Console, label: str, county: str, began: date | None) -> str:
    return console.say("cli.activated_due", label=label, county=county, date=began)


def _find(session: Session, version: str, county: str | None) -> int:
    """The id of a version named by label, or by id when no label reads so."""
    found = stored.find_version_id(session, version, county_code=county)
    if len(found) > 1:
        raise Conflict("boundary_label_ambiguous", label=version)
    if found:
        return found[0]
    if version.isascii() and version.isdigit():
        return int(version)
    raise NotFound("boundary_version_not_found", id=version)


def _sentence(console: Console, finding: Finding) -> str:
    lon, lat = finding.place or ("—", "—")
    words: dict[str, Any] = {
        "grids": "、".join(finding.grid_codes) or "—",
        "area_m2": "—" if finding.area_m2 is None else f"{finding.area_m2:,.1f}",
        "width_m": "—" if finding.width_m is None else f"{finding.width_m:,.2f}",
        "lon": lon,
        "lat": lat,
    }
    words |= {name: "—" if value is None else value for name, value in finding.params.items()}
    mark = console.say(f"finding_severity.{finding.severity}")
    return mark + console.say(f"finding.{finding.code}", **words)
