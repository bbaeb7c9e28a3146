"""Worker processes beside the web server: started with it, started again when they die, ended with it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from geodata.jobs.worker import STOP_WITHIN_S, run_worker
from scripts.processes import is_alive
from webmap.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS = 2
"""One long import must not keep a preview waiting; each does one job at a time."""

NICE = 5
"""Work that somebody waits for with a progress bar gives way to work that somebody waits for with a click."""

_PAUSE_S = (1.0, 2.0, 5.0, 15.0)
"""Before the next start of one that keeps dying young."""
_GREW_OLD_S = 60.0


def work(url: str, *, parent_pid: int | None = None, once: bool = False) -> None:
    """Be a worker, in this process."""
    run_worker(url, say_in=lambda language: partial(translate, language), parent_pid=parent_pid, once=once)


@contextlib.contextmanager
def workers_beside(url: str, count: int = WORKERS) -> Iterator[None]:
    """Keep workers running for the length of the block; afterwards none is left.

    They are in a session of their own, so that Ctrl-C reaches them through us, in order. If we are killed
    they notice and end by themselves.
    """
    ending = threading.Event()
    threads = [
        threading.Thread(target=_keep_one, args=(url, ending), name=f"worker-{number}", daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join(timeout=2 * STOP_WITHIN_S)


def _keep_one(url: str, ending: threading.Event) -> None:
    deaths = 0
    while not ending.is_set():
        started_at = time.monotonic()
        process = start(url)
        # Not ``wait``: the web server of this process reaps every child, ours too.
        while is_alive(process.pid) and not ending.wait(0.5):
            pass
        if ending.is_set():
            _end(process)
            return
        deaths = 0 if time.monotonic() - started_at > _GREW_OLD_S else deaths + 1
        ending.wait(_PAUSE_S[min(deaths, len(_PAUSE_S) - 1)])


def start(url: str) -> subprocess.Popen[bytes]:
    """Start one worker that ends when this process does."""
    command = [sys.executable, "-m", "scripts.workers", str(os.getpid())]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        command,
        env=os.environ | {"DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_S + 2
    while is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(OSError):
        process.kill()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s %(name)s: %(message)s")
    os.nice(NICE)
    work(os.environ["DATABASE_URL"], parent_pid=int(sys.argv[1]))
