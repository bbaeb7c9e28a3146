"""``scripts/bench``: assignment, coverage, tiles, streets against the usual ways, one line a method."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from geodata import migrations
from geodata.db import make_engine
from scripts.cluster import throwaway

BENCHES = ("assign", "coverage", "tiles", "network", "siting", "whatif", "load")
SCALE = 0.01


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("which", type=click.Choice([*BENCHES, "all"]), default="all")
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 4),
    help="1 is a province: 20,000 grids, 1,000,000 enterprises, 8,213 stations. "
    "Default: 0.01, 0.0256 for load (529 grids, 25,600 enterprises), 1 for network and for whatif (a county "
    "of 5,000 places, 50,000 junctions, 100 stations).",
)
@click.option("--seed", default=7, show_default=True, help="The same seed draws the same province.")
@click.option("--people", default=200, show_default=True, help="load: how many work at once.")
@click.option("--seconds", default=30.0, show_default=True, help="load: how long.")
@click.option("--with-import", is_flag=True, help="load: while a large import and a coverage run go on.")
@click.option(
    "--extract",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="network: a file of streets (.osm.pbf, .osm, .graphml ...) instead of the demonstration's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a method; else a line to read.")
@click.option(
    "--database-url",
    help="An empty migrated database to fill; without it a throw-away cluster, gone afterwards.",
)
def main(
    which: str,
    scale: float | None,
    seed: int,
    database_url: str | None,
    *,
    extract: Path | None,
    as_json: bool,
    **load: Any,
) -> None:
    """Measure on one synthetic province; only ratios inside one run mean anything.

    ``load`` stands apart: 200 people at once on a real server, requests a second and how long they wait.
    """
    for name in BENCHES if which == "all" else (which,):
        bench = import_module(f"scripts.benches.{name}")
        drawn = scale or getattr(bench, "DEFAULT_SCALE", SCALE)
        options = {"load": load, "network": {"extract": extract}}.get(name, {})
        wanted, is_durable = getattr(bench, "EXTENSIONS", ()), getattr(bench, "IS_DURABLE", False)
        with _database(database_url, is_durable=is_durable, extensions=wanted) as engine:
            for line in bench.run(engine, scale=drawn, seed=seed, **options):
                row = {"bench": name, "scale": drawn, "seed": seed, **line}
                click.echo(json.dumps(row, ensure_ascii=False) if as_json else _read(row))


def _read(row: dict[str, Any]) -> str:
    return "  ".join(f"{key}={value}" for key, value in row.items())


@contextmanager
def _database(url: str | None, *, is_durable: bool, extensions: Sequence[str] = ()) -> Iterator[sa.Engine]:
    """A migrated database and an engine on it, in a cluster of its own unless one is named.

    ``extensions`` of peers are added to a cluster of its own where the machine has them.
    """
    if url:
        engine = make_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
        return
    with throwaway(durable=is_durable) as cluster:
        cluster.create_database("bench")
        cluster.add_extensions("bench")
        for name in extensions:
            if name in cluster.sql("SELECT name FROM pg_available_extensions").split():
                cluster.sql(f"CREATE EXTENSION {name}", "bench")
        migrations.upgrade(cluster.url("bench"))
        engine = make_engine(cluster.url("bench"))
        try:
            yield engine
        finally:
            engine.dispose()


if __name__ == "__main__":
    main(prog_name="scripts/bench")
