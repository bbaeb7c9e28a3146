"""A few big things kept in memory between questions; made once however many threads ask for them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Keeps what was used last, up to a total weight; the newest stays whatever it weighs.

    Keys must name contents that never change: nothing here goes out of date, it is only forgotten.
    """

    def __init__(self, capacity: int, weigh: Callable[[Thing], int]) -> None:
        """``weigh`` tells the weight of a thing in the units of ``capacity``."""
        self._capacity, self._weigh = capacity, weigh
        self._things: OrderedDict[Hashable, Thing] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """The thing of that name, made now unless it is here. When ``make`` raises, nothing is kept."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._things:
                    return self._things[key]
            try:
                thing = make()
                with self._lock:
                    self._put(key, thing)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return thing

    def _put(self, key: Hashable, thing: Thing) -> None:
        self._things[key] = thing
        while len(self._things) > 1 and sum(map(self._weigh, self._things.values())) > self._capacity:
            self._things.popitem(last=False)
