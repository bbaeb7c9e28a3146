"""Gathering of neighbouring blocks into compact, connected groups of like weight."""

from collections import defaultdict, deque
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from geodata.demo.frame import Array

_ROUNDS = 25
_MOST_REPAIRS = 50

Labels = npt.NDArray[np.int64]


def gather(middles: Array, weights: Array, pairs: Sequence[tuple[int, int]], *, count: int) -> Labels:
    """Group blocks by weighted k-means in city-block distance, then make every group connected.

    Args:
        middles: metres, shape (n, 2).
        weights: attraction of each block; groups are small where it is high.
        pairs: neighbouring blocks.
        count: number of groups, at most n.

    Returns:
        The group of each block, 0 to ``count`` - 1.
    """
    seeds = _first_seeds(middles, weights, count)
    for _ in range(_ROUNDS):
        labels = _nearest(middles, seeds)
        for group in range(count):
            members = labels == group
            if members.any():
                seeds[group] = np.average(middles[members], axis=0, weights=weights[members])
    return _connect(_nearest(middles, seeds), weights, pairs)


def _first_seeds(middles: Array, weights: Array, count: int) -> Array:
    """The heaviest block, then always the block most in need: heavy and far from all seeds."""
    chosen = [int(np.argmax(weights))]
    for _ in range(count - 1):
        distance = _distances(middles, middles[chosen]).min(axis=1)
        chosen.append(int(np.argmax(weights * distance**1.5)))
    return middles[chosen].copy()


def _distances(middles: Array, seeds: Array) -> Array:
    return np.asarray(np.abs(middles[:, None, :] - seeds[None, :, :]).sum(axis=2))


def _nearest(middles: Array, seeds: Array) -> Labels:
    return np.asarray(_distances(middles, seeds).argmin(axis=1), dtype=np.int64)


def _connect(labels: Labels, weights: Array, pairs: Sequence[tuple[int, int]]) -> Labels:
    """Give every piece cut off from its group's main part to the neighbouring group it touches most."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        neighbours[first].append(second)
        neighbours[second].append(first)
    for _ in range(_MOST_REPAIRS):
        strays = _strays(labels, weights, neighbours)
        if not strays:
            break
        for part in strays:
            around = [
                int(labels[other]) for block in part for other in neighbours[block] if other not in part
            ]
            if around:
                labels[list(part)] = max(sorted(set(around)), key=around.count)
    return labels


def _strays(labels: Labels, weights: Array, neighbours: dict[int, list[int]]) -> list[set[int]]:
    parts: dict[int, list[set[int]]] = defaultdict(list)
    seen: set[int] = set()
    for block in range(len(labels)):
        if block not in seen:
            part = _reach(block, labels, neighbours)
            seen |= part
            parts[int(labels[block])].append(part)
    strays = []
    for group in parts.values():
        group.sort(key=lambda part: -float(weights[list(part)].sum()))
        strays += group[1:]
    return strays


def _reach(block: int, labels: Labels, neighbours: dict[int, list[int]]) -> set[int]:
    reached, queue = {block}, deque([block])
    while queue:
        for other in neighbours[queue.popleft()]:
            if other not in reached and labels[other] == labels[block]:
                reached.add(other)
                queue.append(other)
    return reached


def longest_shared(faces: npt.NDArray[np.object_], face: int, *, avoid: Collection[int]) -> int:
    """The face with the longest common edge with ``face``, not among ``avoid``."""
    shared = shapely.length(shapely.intersection(faces, faces[face]))
    shared[list(avoid)] = -1.0
    return int(np.argmax(shared))
