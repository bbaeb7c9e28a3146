"""Answers kept in the memory of one process: bounded in bytes, each computed once at a time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


class Memory:
    """The texts last asked for, up to a number of bytes; safe for several threads.

    A key must hold the version of the data, so nothing needs to be thrown away when data change: old
    versions are simply not asked for again. While one thread makes an answer, others who want the same
    one wait for it instead of making it too.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The text of this key, made now if it is not there; what ``make`` raises is raised."""
        with self._lock:
            found = self._find(key)
            if found is not None:
                return found
            turn = self._making.setdefault(key, Lock())
        with turn:
            with self._lock:
                found = self._find(key)
            if found is not None:
                return found
            try:
                made = make()
                self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def _find(self, key: Hashable) -> bytes | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def _keep(self, key: Hashable, made: bytes) -> None:
        with self._lock:
            self._kept[key] = made
            self._size_bytes += len(made)
            while self._size_bytes > self._limit_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._size_bytes -= len(dropped)
