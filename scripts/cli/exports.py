"""``tenmin export``: a list as a file."""

from pathlib import Path
from typing import cast

import click

from geodata.export.service import Format, export_rows
from geodata.queries.exports import KINDS
from scripts.cli.console import Console, command


@click.command("export")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["xlsx", "csv", "geojson", "gpkg"]),
    help="By default what the file's ending says.",
)
@click.option("--county", "county_code", help="Only this six-digit county code.")
@click.option("--contacts", "with_contacts", is_flag=True, help="With contacts of enterprises; logged.")
@click.option("--by", default="cli", show_default=True, help="Who exports, for the log.")
@command
def export(
    console: Console,
    kind: str,
    file: Path,
    format_: Format | None,
    county_code: str | None,
    with_contacts: bool,
    by: str,
) -> None:
    """Write a list to a file: xlsx, csv, GeoJSON or GeoPackage."""
    # An ending that is no format is refused there.
    chosen = format_ or cast("Format", file.suffix.lower().removeprefix("."))
    with console.transaction() as session:
        rows = export_rows(
            session,
            kind,
            file,
            format=chosen,
            county_code=county_code,
            with_contacts=with_contacts,
            by=by,
            say=console.say,
        )
    group = "export_kind" if kind == "assignments" else "import_kind"
    label = console.say(f"{group}.{kind}")
    console.print(console.say("export_report.done", kind=label, rows=rows, path=file))
    console.result({"kind": kind, "rows": rows, "file": str(file)})
