"""``tenmin import``: take a file in, say row by row what was not taken, and what should be looked at."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from geodata.errors import RefusedFile
from geodata.ingest.report import explain, label_column, write_report
from geodata.ingest.service import ImportReport, RowFinding, import_file
from geodata.vocab import Datum, ImportKind, Severity
from scripts.cli.console import REFUSED, Console, command

_SHOWN = 20

imports = click.Group(
    "import", help="Take a file in: divisions, grids, stations, enterprises or demand points."
)


def parse_datum(text: str | None) -> Datum | int | None:
    """``gcj02`` or ``epsg:4549`` or ``4549``.

    Raises:
        RefusedFile: ``datum_unknown``.
    """
    if text is None:
        return None
    plain = text.strip().lower().removeprefix("epsg:")
    if plain.isdecimal() and len(plain) < 8:  # noqa: PLR2004 - longer is no EPSG code
        return int(plain)
    try:
        return Datum(plain.replace("-", ""))
    except ValueError as error:
        raise RefusedFile("datum_unknown", datum=text) from error


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """The options that all kinds share."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.option("--datum", help="wgs84, cgcs2000, gcj02, bd09 or an EPSG code. Must be stated."),
            click.option("--county", "county_code", help="Six-digit county code of rows that do not say."),
            click.option("--dry-run", is_flag=True, help="Say the same, change nothing."),
            click.option("--all-or-nothing", is_flag=True, help="Take nothing when a row is refused."),
            click.option(
                "--report",
                "report_path",
                type=click.Path(dir_okay=False, path_type=Path),
                help="Save the report as xlsx.",
            ),
            click.option("--source", "source_department", help="Whose list it is."),
            click.option("--by", default="cli", show_default=True, help="Who imports, for the log."),
        )
    ):
        function = option(function)
    return function


def _run(
    console: Console,
    kind: ImportKind,
    file: Path,
    *,
    report_path: Path | None,
    datum: str | None,
    **wanted: Any,
) -> None:
    with console.progress() as progress, console.transaction() as session:
        report = import_file(session, kind, file, datum=parse_datum(datum), progress=progress, **wanted)
    _print(console, report)
    if report_path is not None:
        write_report(report, report_path, console.say)
        console.print(console.say("import_report.saved", path=report_path))
    console.result({**asdict(report), "is_refused": report.is_refused})
    if report.is_refused:
        raise SystemExit(REFUSED)


def _print(console: Console, report: ImportReport) -> None:
    kind = console.say(f"import_kind.{report.kind}")
    counts = {name: getattr(report, name) for name in ("rows", "inserted", "updated", "unchanged")}
    console.print(
        console.say(
            "import_report.summary", kind=kind, refused=report.refused, warned=report.warned, **counts
        )
    )
    if report.dry_run:
        console.print(console.say("import_report.dry_run"))
    # Refusals first: they are what somebody must act on.
    ordered = sorted(
        report.findings, key=lambda f: (f.row_number is not None, f.severity is Severity.WARNING)
    )
    for finding in ordered[:_SHOWN]:
        console.print("  " + _line(console, finding))
    if len(ordered) > _SHOWN:
        console.print("  " + console.say("import_report.more", count=len(ordered) - _SHOWN))


def _line(console: Console, finding: RowFinding) -> str:
    where = (
        console.say("import_report.whole_file")
        if finding.row_number is None
        else console.say("import_report.line_row", row=finding.row_number)
    )
    parts = [where, console.say(f"severity.{finding.severity}"), label_column(finding.column, console.say)]
    value = f"“{finding.value}”" if finding.value else ""
    return " · ".join(part for part in (*parts, value, explain(finding, console.say)) if part)


@imports.command()
@_options
@command
def divisions(console: Console, file: Path, **wanted: Any) -> None:
    """Counties, towns and communities by code, with or without polygons."""
    _run(console, ImportKind.DIVISIONS, file, **wanted)


@imports.command()
@click.option("--version", "version_label", required=True, help="Draft version the grids go into.")
@_options
@command
def grids(console: Console, file: Path, **wanted: Any) -> None:
    """Grid polygons of one county, into a draft boundary version (made when new)."""
    _run(console, ImportKind.GRIDS, file, **wanted)


@imports.command()
@_options
@command
def stations(console: Console, file: Path, **wanted: Any) -> None:
    """Service stations with hours and services."""
    _run(console, ImportKind.STATIONS, file, **wanted)


@imports.command()
@_options
@command
def enterprises(console: Console, file: Path, **wanted: Any) -> None:
    """Enterprises, one row a place of work."""
    _run(console, ImportKind.ENTERPRISES, file, **wanted)


@imports.command()
@_options
@command
def demand(console: Console, file: Path, **wanted: Any) -> None:
    """Places where outdoor workers gather, with an estimate of people."""
    _run(console, ImportKind.DEMAND, file, **wanted)
