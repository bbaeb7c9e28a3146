"""File locks that outlive no process, the process table, and signals (standard library only)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ORPHAN_SECONDS = 10


@contextlib.contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a lock file without locking it; closing it drops its lock."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock exclusively, waiting for it; the kernel drops it even after kill -9."""
    with opened(path) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def hold_alone(handle: int) -> bool:
    """Tell whether nobody else holds this lock; afterwards we hold it shared.

    Changing the mode may drop the lock for a moment, so call it only under another lock that all users take.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        fcntl.flock(handle, fcntl.LOCK_SH)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and termination, so that an impatient second Ctrl-C leaves no server behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def interrupt_on_termination() -> None:
    """Let SIGTERM and a closed terminal end a command the way Ctrl-C does, with all clean-up."""

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # started under nohup
        signal.signal(signal.SIGHUP, interrupt)


def processes_of(uid: int) -> Iterator[tuple[int, bytes]]:
    """Yield pid and command line of a user's processes.

    The command line is readable where `/proc/<pid>/cwd` is not: root in a container lacks the right to that.
    """
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == uid:
                    yield int(entry.name), (entry / "cmdline").read_bytes()


def end(pids: Iterable[int]) -> None:
    """End processes, by force after a while, and wait until they are gone."""
    left = list(pids)
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + ORPHAN_SECONDS
        while (left := [pid for pid in left if is_alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
