"""A stranger's file is opened in a child process: killable, without network, on a machine made small."""

import ctypes
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from geodata.errors import RefusedFile

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
"""All that a child inherits."""


def confine(*, seconds: int, memory_bytes: int, output_bytes: int) -> bool:
    """Called by the child: take away memory, time, room and, where the kernel lets us, the network.

    Returns whether the network is gone.
    """
    for what, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    libc = ctypes.CDLL(None, use_errno=True)
    return not (libc.unshare(CLONE_NEWNET) and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))


def run_child(
    module: str, order: Path, *, folder: Path, seconds: int, environment: Mapping[str, str] | None = None
) -> None:
    """Run ``main(order)`` of one of our modules in a process of its own and wait for its end.

    Args:
        module: the dotted name of the module.
        order: the file that tells it what to do.
        folder: where it runs and may write.
        seconds: processor seconds it may take; the clock gets the same again for a busy machine.
        environment: names beside ``ENVIRONMENT``.

    Raises:
        RefusedFile: ``file_too_slow``, or ``file_unreadable`` however else it failed.
    """
    start = f"import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main(sys.argv[2])"
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-I", "-c", start, str(ROOT), str(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=ENVIRONMENT | dict(environment or {}),
    )
    try:
        child.wait(timeout=seconds * 2)
    except subprocess.TimeoutExpired as error:
        raise RefusedFile("file_too_slow", seconds=seconds) from error
    finally:
        child.kill()
        child.wait()
    if child.returncode in {-9, -24}:  # SIGKILL, SIGXCPU: out of processor time
        raise RefusedFile("file_too_slow", seconds=seconds)
    if child.returncode:
        raise RefusedFile("file_unreadable")
