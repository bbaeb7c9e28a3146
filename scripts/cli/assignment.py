"""``tenmin assign`` and ``tenmin which-grid``: give every enterprise its grid; say whose it is and why."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from geodata.assignment.service import AssignmentSummary, Responsibility, assign_enterprises
from geodata.assignment.service import which_grid as find_responsible
from geodata.boundaries.service import activate_due
from scripts.cli.console import Console, command


@click.command()
@click.option("--id", "ids", type=int, multiple=True, help="Only this enterprise; may be repeated.")
@click.option("--parallel", type=click.IntRange(1, 64), default=1, show_default=True, help="Sessions to use.")
@command
def assign(console: Console, ids: tuple[int, ...], parallel: int) -> None:
    """Give every enterprise its one responsible grid; a second run writes nothing.

    Boundary versions approved for a day that has come are put in force first.
    """
    with console.progress() as progress:
        with console.transaction() as session:
            activated = activate_due(session, by="assign", progress=progress)
            due = [
                {"label": row.label, "county": row.county_code, "date": row.effective_from}
                for row in activated
            ]
        with console.transaction() as session:
            summary = assign_enterprises(
                session, enterprise_ids=ids or None, parallel=parallel, progress=progress
            )
    for version in due:
        console.print(console.say("cli.activated_due", **version))
    print_summary(console, summary)
    console.result({**asdict(summary), "activated": [version["label"] for version in due]})


def print_summary(console: Console, summary: AssignmentSummary) -> None:
    """What a run found and wrote, in three lines."""
    figures = asdict(summary)
    for key in ("cli.assigned", "cli.assignment_doubts", "cli.assignment_written"):
        console.print(console.say(key, **figures))


@click.command("which-grid")
@click.option("--uscc", help="Unified social credit code.")
@click.option("--name", help="Name of an enterprise, or a part of it.")
@click.option("--lon", type=float, help="Longitude of a place, degrees (WGS-84 / CGCS2000); with --lat.")
@click.option("--lat", type=float, help="Latitude of a place, degrees; with --lon.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="A past day; today when left out.")
@command
def which_grid(console: Console, day: datetime | None, **asked: Any) -> None:
    """Say which grid is responsible for an enterprise or a place, and why.

    Ask in one way: by --uscc, by --name, or by --lon and --lat.
    """
    asked = {key: value for key, value in asked.items() if value not in (None, "")}
    if set(asked) not in ({"uscc"}, {"name"}, {"lon", "lat"}):
        raise click.UsageError("ask in one way: --uscc, --name, or --lon and --lat")
    with console.transaction() as session:
        answers = find_responsible(session, **asked, on=_day(day))
    for answer in answers:
        for line in _sentences(console, answer):
            console.print(line)
    if not answers:
        console.print(console.say("cli.nobody_found"))
    console.result({"answers": [_as_json(console, answer) for answer in answers]})


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _sentences(console: Console, answer: Responsibility) -> list[str]:
    """Who, then why, then what else is worth knowing."""
    who = "grid" if answer.grid_id else "union" if answer.fallback_code else "nobody"
    names = {**answer.reason_params, "county": answer.county_code or "—"}
    names["enterprise"] = answer.enterprise_name or console.say("cli.this_place")
    keys = [f"cli.responsible_{who}", answer.reason_key, *answer.reason_notes]
    return [console.say(key, **names) for key in keys]


def _as_json(console: Console, answer: Responsibility) -> dict[str, Any]:
    return {
        **asdict(answer),
        "reason_key": answer.reason_key,
        "reason": " ".join(_sentences(console, answer)[1:]),
    }
