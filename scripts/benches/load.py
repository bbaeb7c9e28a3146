"""Many people at once on a real server: how many requests, how long they wait, what fails.

The server is what `scripts/run` starts (web server and worker), on PostgreSQL with its durable settings; the
people are a process of their own on the same machine (``load_client``), with real sessions and tokens.
"""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises
from geodata.db import transaction
from geodata.queries.tile_tables import refresh
from scripts.benches.load_import import importing
from scripts.benches.load_world import add_people
from scripts.benches.province import load_province, make_province

IS_DURABLE = True
DEFAULT_SCALE = 0.0256
"""529 grids, 25,600 enterprises, 210 stations."""

IMPORT_ROWS = 100_000
"""Rows of the import beside, at the default scale."""

SHARES = {"tiles": 0.6, "reads": 0.3, "writes": 0.1}
GOALS_P95_MS = {"tiles": 300, "reads": 500, "writes": 800}
GOAL_REQUESTS_PER_S, GOAL_ERROR_SHARE = 120, 0.001
START_S = 120
STOP_S = 30

Row = tuple[str, str, int, float, int]


def run(
    engine: sa.Engine,
    *,
    scale: float,
    seed: int,
    people: int = 200,
    seconds: float = 30,
    with_import: bool = False,
) -> Iterator[dict[str, Any]]:
    """Fill an empty database, start a server on it, let people work, tell what they met.

    With ``with_import`` a large import, its assignment and a coverage run go on beside them.
    An error is no answer, or one of 400 and above; that somebody else was quicker (409) is none.
    """
    _prepare(engine, scale=scale, seed=seed)
    crowd = add_people(engine, count=people, seed=seed)
    beside: dict[str, Any] = {}
    with ExitStack() as stack:
        port = stack.enter_context(served(engine))
        rows_beside = round(IMPORT_ROWS * scale / DEFAULT_SCALE)
        tell = stack.enter_context(importing(engine, rows=rows_beside, seed=seed)) if with_import else None
        rows = _live(crowd, port=port, seconds=seconds, seed=seed)
        beside = tell() if tell else {}
    yield from _figures(rows, seconds=seconds, people=people)
    if beside:
        yield {"kind": "beside", **beside}


def _prepare(engine: sa.Engine, *, scale: float, seed: int) -> None:
    load_province(engine, make_province(scale=scale, seed=seed), stations=True)
    with transaction(engine) as session:
        assign_enterprises(session)
        refresh(session)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))


@contextmanager
def served(engine: sa.Engine) -> Iterator[int]:
    """A server as `scripts/run` starts it, and its port; ended with all its children."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "scripts.serve", "--json", "--port", str(port)],
        env=os.environ | {"DATABASE_URL": url, "WEBMAP_DEMO": "0"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_it_answers(process, port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/v1/healthz", timeout=5):
                return
        except (URLError, TimeoutError):  # it listens before it serves
            time.sleep(0.2)
    msg = "the server did not start"
    raise RuntimeError(msg)


def _live(crowd: Sequence[dict[str, Any]], *, port: int, seconds: float, seed: int) -> list[Row]:
    plan = {
        "host": "127.0.0.1",
        "port": port,
        "seconds": seconds,
        "seed": seed,
        "shares": SHARES,
        "people": crowd,
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.benches.load_client"],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows: list[Row] = [tuple(row) for row in json.loads(done.stdout)]
    return rows


def _figures(rows: Sequence[Row], *, seconds: float, people: int) -> Iterator[dict[str, Any]]:
    for kind in SHARES:
        of_kind = [row for row in rows if row[0] == kind]
        if of_kind:
            yield {"kind": kind, **_row(of_kind), "goal_p95_ms": GOALS_P95_MS[kind]}
    for pattern in sorted({row[1] for row in rows}):
        yield {"request": pattern, **_row([row for row in rows if row[1] == pattern])}
    errors = sum(_is_error(row[2]) for row in rows)
    yield {
        "kind": "all",
        "people": people,
        "seconds": seconds,
        **_row(rows),
        "requests_per_s": round(len(rows) / seconds, 1),
        "goal_requests_per_s": GOAL_REQUESTS_PER_S,
        "error_share": round(errors / max(len(rows), 1), 5),
        "goal_error_share": GOAL_ERROR_SHARE,
        "load_average": round(os.getloadavg()[0], 1),
    }


def _row(rows: Sequence[Row]) -> dict[str, Any]:
    times = sorted(row[3] for row in rows)
    statuses = {
        str(status): sum(row[2] == status for row in rows) for status in sorted({row[2] for row in rows})
    }
    return {
        "requests": len(rows),
        **{f"p{share}_ms": round(_quantile(times, share / 100), 1) for share in (50, 95, 99)},
        "mean_kb": round(sum(row[4] for row in rows) / max(len(rows), 1) / 1000, 1),
        "errors": sum(_is_error(row[2]) for row in rows),
        "statuses": statuses,
    }


def _is_error(status: int) -> bool:
    return status == 0 or (status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.CONFLICT)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so many are not above; nothing is invented between two answers."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
