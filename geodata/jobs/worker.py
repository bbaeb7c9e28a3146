"""A worker: one process that does one job at a time, says that it lives, and sweeps up after dead ones."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import sqlalchemy as sa
from procrastinate import App, JobContext, PsycopgConnector, exceptions

from geodata.db import make_engine, normalize_url, transaction
from geodata.jobs.chores import CHORES, Chore
from geodata.jobs.keeper import sweep
from geodata.jobs.queue import QUEUE, TASK
from geodata.jobs.running import SayIn, run_job
from geodata.rules.jobs import DEAD_AFTER_S, HEARTBEAT_S, SWEEP_S

STOP_WITHIN_S = 8.0
"""A job that reaches no stage within this time after a stop is left to the next worker."""

_POLL_S = 5.0
_PAUSE_S = 2.0
_log = logging.getLogger(__name__)


def run_worker(url: str, *, say_in: SayIn, parent_pid: int | None = None, once: bool = False) -> None:
    """Work until told to stop by SIGTERM or SIGINT, or until the process that started us is gone.

    An outage of the database ends nothing: the worker waits and begins anew.

    Args:
        url: of the database.
        say_in: sentences for what jobs write for people.
        parent_pid: end when this process is no longer our parent.
        once: do what is waiting and return, for tests and cron.
    """
    stopping = threading.Event()
    engine = make_engine(url, pool_size=4)
    try:
        with _keeper(engine, stopping, parent_pid):
            asyncio.run(_work(_build(url, engine, say_in, stopping), stopping, once=once))
    finally:
        engine.dispose()


def _build(url: str, engine: sa.Engine, say_in: SayIn, stopping: threading.Event) -> App:
    plain = sa.make_url(normalize_url(url)).set(drivername="postgresql")
    connector = PsycopgConnector(conninfo=plain.render_as_string(hide_password=False), min_size=1, max_size=4)
    app = App(connector=connector)

    @app.task(name=TASK, queue=QUEUE, pass_context=True)
    def work(context: JobContext, *, job_id: int) -> None:
        if context.job.id is not None:
            run_job(engine, job_id, context.job.id, say_in=say_in, stopping=stopping)

    for chore in CHORES.values():
        _add_chore(app, engine, chore)
    return app


def _add_chore(app: App, engine: sa.Engine, chore: Chore) -> None:
    # At most one waits; one that a killed worker left "doing" holds up nothing, for it has no other lock.
    @app.periodic(cron=chore.cron, periodic_id=chore.name)
    @app.task(name=f"tenmin.chore.{chore.name}", queue=QUEUE, queueing_lock=f"chore.{chore.name}")
    def do(timestamp: int) -> None:
        with transaction(engine) as session:
            chore.work(session)


async def _work(app: App, stopping: threading.Event, *, once: bool) -> None:
    loop = asyncio.get_running_loop()
    current: asyncio.Task[None] | None = None

    def stop() -> None:
        stopping.set()
        threading.Timer(STOP_WITHIN_S, os._exit, (0,)).start()
        if current is not None:
            current.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    while not stopping.is_set():
        current = asyncio.create_task(_serve(app, once=once))
        try:
            await current
        except asyncio.CancelledError:
            break
        except (psycopg.Error, exceptions.ProcrastinateException, OSError) as error:
            _log.warning("the queue is out of reach (%s); trying again", type(error).__name__)
        if once:
            break
        await asyncio.sleep(_PAUSE_S)


async def _serve(app: App, *, once: bool) -> None:
    async with app.open_async():
        await app.run_worker_async(
            queues=[QUEUE],
            wait=not once,
            concurrency=1,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=DEAD_AFTER_S,
            fetch_job_polling_interval=_POLL_S,
            shutdown_graceful_timeout=STOP_WITHIN_S,
            delete_jobs="successful",
        )


@contextlib.contextmanager
def _keeper(engine: sa.Engine, stopping: threading.Event, parent_pid: int | None) -> Iterator[None]:
    """Sweep now and every few seconds, beside the queue: however long a job takes, the sweep goes on."""
    ended = threading.Event()
    _sweep_once(engine)
    thread = threading.Thread(
        target=_keep, args=(engine, ended, stopping.is_set, parent_pid), name="keeper", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=SWEEP_S)


def _keep(
    engine: sa.Engine, ended: threading.Event, is_stopping: Callable[[], bool], parent_pid: int | None
) -> None:
    swept_at = time.monotonic()
    while not ended.wait(0.5):
        if parent_pid is not None and os.getppid() != parent_pid and not is_stopping():
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if time.monotonic() - swept_at >= SWEEP_S:
            _sweep_once(engine)
            swept_at = time.monotonic()


def _sweep_once(engine: sa.Engine) -> None:
    try:
        sweep(engine)
    except sa.exc.SQLAlchemyError as error:
        _log.warning("no sweep this time (%s)", type(error).__name__)
