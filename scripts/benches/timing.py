"""How long something takes."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds and result."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found
