"""The command tree of ``scripts/tenmin``."""

import click

from scripts.cli.assignment import assign, which_grid
from scripts.cli.boundaries import boundaries
from scripts.cli.coverage import coverage
from scripts.cli.database import database
from scripts.cli.exports import export
from scripts.cli.imports import imports
from scripts.cli.jobs import jobs, worker
from scripts.cli.networks import network
from scripts.cli.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tenmin 十分钟: stations, grids, enterprises; the ten minutes and the responsible grid.

    Every command takes --json, --lang zh|en and --database-url (or DATABASE_URL; without either,
    the private database of scripts/run is used). Exit status: 0 done, 1 refused data, 2 wrong use.
    """


for command in (
    imports,
    boundaries,
    network,
    assign,
    coverage,
    which_grid,
    export,
    jobs,
    worker,
    user,
    database,
):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="scripts/tenmin")
