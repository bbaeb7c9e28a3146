"""What all commands share: the database, the language, the printing of results and errors."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.db import Progress, make_engine, transaction
from geodata.errors import GeodataError
from geodata.queries.map_choices import has_invented_rows
from scripts.cluster import database_url as private_database
from scripts.postgres_files import ClusterError
from webmap.i18n import LOCALES, has_key, translate

REFUSED = 1


@dataclass
class Console:
    """The asker's language and output form, and the database to work on."""

    database_url: str
    locale: str = LOCALES[0]
    as_json: bool = False

    @property
    def engine(self) -> sa.Engine:
        """A new engine on the database to work on."""
        return make_engine(self.database_url)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work, committed at its end; says so when invented rows are among the data."""
        engine = self.engine
        try:
            with transaction(engine) as session:
                if has_invented_rows(session):
                    self.print(self.say("cli.demo_data"))
                yield session
        finally:
            engine.dispose()

    def say(self, key: str, /, **params: Any) -> str:
        """The sentence for a key in the asker's language."""
        return translate(self.locale, key, **params)

    def error_text(self, error: GeodataError) -> str:
        """An error as a sentence, with its stable code."""
        key = f"error.{error.code}"
        sentence = self.say(key, **error.params) if has_key(key) else str(error)
        return f"{sentence} [{error.code}]"

    def print(self, text: str) -> None:
        """A line for people; kept off standard output when a machine is listening there."""
        click.echo(text, err=self.as_json)

    def result(self, value: dict[str, Any]) -> None:
        """The last line for a machine; nothing for people, who were told on the way."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, default=str))

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar on a terminal, silence elsewhere."""
        bar: Any = None
        stage_now = ""

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal bar, stage_now
            if not sys.stderr.isatty():
                return
            if stage != stage_now:
                if bar is not None:
                    bar.finish()
                    bar.render_finish()
                bar = click.progressbar(length=max(total, 1), label=stage, file=sys.stderr)
                bar.render_progress()
                stage_now = stage
            bar.update(done - bar.pos)

        yield tell
        if bar is not None:
            bar.render_finish()


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--json``, ``--lang`` and ``--database-url``; turn refusals into exit status 1."""

    @click.option("--json", "as_json", is_flag=True, help="Make the last line one JSON object.")
    @click.option("--lang", type=click.Choice(LOCALES), default=LOCALES[0], show_default=True)
    @click.option(
        "--database-url", envvar="DATABASE_URL", help="PostGIS to work on; default: the private one."
    )
    def run(*args: Any, as_json: bool, lang: str, database_url: str | None, **options: Any) -> None:
        console = Console("", lang, as_json)
        try:
            # Without an address the private cluster of scripts/run is started, or shared while it runs.
            with nullcontext(database_url) if database_url else private_database() as console.database_url:
                function(console, *args, **options)
        except ClusterError as error:
            raise click.ClickException(str(error)) from error
        except GeodataError as error:
            console.print(console.error_text(error))
            console.result({"error": error.code, "params": error.params})
            raise SystemExit(REFUSED) from error

    # update_wrapper copies the function's own options over these three; keep both.
    own, shared = getattr(function, "__click_params__", []), run.__dict__["__click_params__"]
    update_wrapper(run, function).__dict__["__click_params__"] = [*shared, *own]
    return run
