"""Invented place names. None is meant to be a real place of Zhengzhou; any likeness is chance."""

import numpy as np

from geodata.demo.sources import DATA

PLACES = tuple((DATA / "invented_places.txt").read_text(encoding="utf-8").split())
STREETS = tuple((DATA / "invented_streets.txt").read_text(encoding="utf-8").split())
_UPRIGHT = {1: ("大道", "路"), 2: ("路", "街")}
_LEVEL = {1: ("大道", "路"), 2: ("路", "东街", "西街")}


class Pool:
    """Names dealt like cards: each once before any comes again, so that neighbours never share one."""

    def __init__(self, names: tuple[str, ...], rng: np.random.Generator) -> None:
        self._names = [names[int(index)] for index in rng.permutation(len(names))]
        self._dealt = 0

    def deal(self) -> str:
        """The next name."""
        name = self._names[self._dealt % len(self._names)]
        self._dealt += 1
        return name


def road_ending(rng: np.random.Generator, *, is_upright: bool, rank: int) -> str:
    """大道, 路 or 街, by order and direction of the road."""
    endings = (_UPRIGHT if is_upright else _LEVEL)[rank]
    return endings[int(rng.integers(len(endings)))]
