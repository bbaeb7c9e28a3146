"""``tenmin network``: load the streets of a county as a version, list versions, put one in use."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from geodata.ingest import networks
from geodata.ingest.networks import StreetsWanted
from geodata.models import NetworkVersion
from geodata.queries import networks as stored
from scripts.cli.console import Console, command
from scripts.cli.imports import parse_datum

_SHOWN = 20


@click.group()
def network() -> None:
    """Street networks of counties: OpenStreetMap extracts, graphml, or any layer of lines."""


_by = click.option("--by", default="cli", show_default=True, help="Who does it; stands in the log.")


@network.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--county", "county_code", required=True, help="Six-digit county code.")
@click.option("--label", required=True, help="Name of the version, for example 2026-11.")
@click.option("--datum", help="wgs84, cgcs2000, gcj02, bd09 or an EPSG code. Must be stated.")
@click.option("--credit", default="", help="Who made the data, by which licence. OpenStreetMap's is known.")
@click.option("--use", "is_used", is_flag=True, help="Put it in use at once.")
@_by
@command
def load(console: Console, file: Path, datum: str | None, by: str, *, is_used: bool, **wanted: Any) -> None:
    """Load FILE as a new version of a county's streets; it is not in use until somebody says so."""
    streets = StreetsWanted(datum=parse_datum(datum), **wanted)
    with console.progress() as progress, console.transaction() as session:
        version = networks.load_network(session, file, streets, by=by, progress=progress)
        if is_used:
            networks.use_network(session, version.id, by=by)
        found = _as_json(version)
    _print_loaded(console, found)
    console.result(found)


def _as_json(version: NetworkVersion) -> dict[str, Any]:
    names = (
        "id",
        "county_code",
        "label",
        "source",
        "status",
        "credit",
        "nodes",
        "edges",
        "length_m",
        "report",
    )
    return {name: getattr(version, name) for name in names}


def _print_loaded(console: Console, found: dict[str, Any]) -> None:
    report = found["report"]
    values = {**found, "km": f"{found['length_m'] / 1000:,.1f}", "beyond": report["beyond"]["edges"]}
    console.print(console.say("cli.network_loaded", **values))
    pieces = report["pieces"]
    console.print(
        console.say(
            "cli.network_pieces",
            total=pieces["total"],
            metres=pieces["metres"],
            almost=report["almost"]["total"],
        )
    )
    for finding in report["findings"][:_SHOWN]:
        where = console.say("import_report.whole_file")
        if finding["row"] is not None:
            where = console.say("import_report.line_row", row=finding["row"])
        said = {"value": finding["value"] or "—", **finding["params"]}
        sentence = console.say(f"error.{finding['code']}", **said)
        console.print(f"  {where} {console.say('severity.' + finding['severity'])} {sentence}")
    if report["findings_total"] > _SHOWN:
        console.print("  " + console.say("import_report.more", count=report["findings_total"] - _SHOWN))


@network.command("list")
@click.option("--county", help="Only of this county.")
@command
def list_networks(console: Console, county: str | None) -> None:
    """List the versions of all counties or of one."""
    with console.transaction() as session:
        rows = stored.list_versions(session, counties=None if county is None else [county])
    for row in rows:
        values = {**asdict(row), "km": f"{row.length_m / 1000:,.1f}", "credit": row.credit or "—"}
        values["status"] = console.say(f"network_status.{row.status}")
        console.print(console.say("cli.network_version", **values))
    if not rows:
        console.print(console.say("cli.network_none"))
    console.result({"versions": [asdict(row) for row in rows]})


@network.command()
@click.argument("version", type=int)
@_by
@command
def use(console: Console, version: int, by: str) -> None:
    """Put VERSION (its number) in use; the one before is archived."""
    with console.transaction() as session:
        found = networks.use_network(session, version, by=by)
        label = found.label
    console.print(console.say("cli.network_used", id=version, label=label))
    console.result({"used": version})
