"""The main job after the set-up: database, schema, demo, figures, then the web server and its workers."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from geodata import migrations
from geodata.db import check_database, make_engine
from geodata.errors import Misconfigured
from scripts.cluster import database_url
from scripts.demo_accounts import read_or_make_passwords
from scripts.main_job import do_main_job, sentences
from scripts.postgres_files import ClusterError
from scripts.processes import interrupt_on_termination
from scripts.workers import workers_beside
from webmap.config import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_PORT = 8000
PORTS_TO_TRY = 20
PREPARE_LOCK = 0x54454E4D  # "TENM": one preparation at a time, whoever else starts


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the database, serve the map and do the long work until Ctrl-C."""
    options = _parse(arguments)
    interrupt_on_termination()
    try:
        # The address is taken first: a port in use should be known before minutes of work.
        with contextlib.ExitStack() as stack:
            listener = None if options.no_serve else stack.enter_context(_listen(options.port))
            url = stack.enter_context(database_url())
            os.environ["DATABASE_URL"] = url
            summary = prepare(url, with_accounts=read_settings().demo)
            _print_summary(summary, as_json=options.json)
            if listener:
                stack.enter_context(workers_beside(url))
                serve(listener)
    except KeyboardInterrupt:
        return 130
    except (ClusterError, Misconfigured) as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    except sa.exc.OperationalError as error:
        print(f"run: the database does not answer: {error.orig}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/run", description=main.__doc__)
    parser.add_argument("--no-serve", action="store_true", help="prepare and print the summary, then stop")
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")
    parser.add_argument("--port", type=int, help=f"default: {DEFAULT_PORT}, or the next free one")
    return parser.parse_args(arguments)


def prepare(url: str, *, with_accounts: bool = True) -> dict[str, Any]:
    """Migrate, fill an empty database with the demo, assign, compute coverage; return the figures.

    Args:
        url: the database.
        with_accounts: whether the demonstration's accounts may be used; they get their passwords here.
    """
    engine = make_engine(url)
    try:
        check_database(engine)
        with _one_at_a_time(engine):
            migrations.upgrade(url)
            passwords = partial(read_or_make_passwords, url) if with_accounts else None
            return do_main_job(engine, progress=_tell, passwords=passwords)
    finally:
        engine.dispose()


def _tell(stage: str, done: int, total: int) -> None:
    """Show long work on a terminal, one line rewritten in place."""
    if sys.stderr.isatty():
        of = f" {done:,} / {total:,}" if total else ""
        print(f"\r\033[K{stage}{of}", end="\n" if done >= total else "", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _one_at_a_time(engine: sa.Engine) -> Iterator[None]:
    """Let a second start wait for the first: it then finds everything done."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET lock_timeout = 0"))
        connection.execute(sa.select(sa.func.pg_advisory_lock(PREPARE_LOCK)))
        yield
        # Closing would only return the connection to the pool, with the lock.
        connection.execute(sa.select(sa.func.pg_advisory_unlock(PREPARE_LOCK)))


def _print_summary(summary: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary, ensure_ascii=False), flush=True)
    else:
        print("\n".join(sentences(summary)), flush=True)


def _listen(port: int | None) -> socket.socket:
    """Open the port asked for, or else the first free one from the default on."""
    wanted = [port] if port is not None else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY)
    for number in wanted:
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", number))
    msg = f"port {wanted[0]} is in use or not allowed; choose another with --port"
    raise ClusterError(msg)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn inside this process: if we are killed, its workers notice and end too."""

    def __init__(self, listener: int) -> None:
        self._listener = listener
        self._nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().__init__()

    def load_config(self) -> None:
        """Take nothing from files or the environment."""
        self.cfg.set("bind", [f"fd://{self._listener}"])
        self.cfg.set("workers", 2)
        self.cfg.set("threads", 4)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("control_socket_disable", True)  # one path per user: two starts would share it
        self.cfg.set("when_ready", self._when_ready)

    def _when_ready(self, _arbiter: object) -> None:
        """Let a closed terminal stop us, where gunicorn would reload; `nohup` still keeps us."""

        def stop(_number: int, _frame: object) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        signal.signal(signal.SIGHUP, signal.SIG_IGN if self._nohup else stop)

    def load(self) -> object:
        """Build the application in each worker, after the fork: no connection is shared."""
        from webmap.app import create_app  # noqa: PLC0415

        return create_app()


def serve(listener: socket.socket) -> None:
    """Serve until a signal comes."""
    host, port = listener.getsockname()
    print(f"Serving on http://{host}:{port}/ (Ctrl-C stops everything)", flush=True)
    master = os.getpid()
    try:
        _Server(listener.detach()).run()  # gunicorn closes it
    except SystemExit as end:
        # Workers are forks of us and end here too: they must not run our clean-up and stop the database.
        code = end.code if isinstance(end.code, int) else 1
        if os.getpid() != master:
            os._exit(code)
        if code:
            msg = f"the web server ended with status {code}; see above"
            raise ClusterError(msg) from None


if __name__ == "__main__":
    sys.exit(main())
