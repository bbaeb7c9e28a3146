"""OpenStreetMap extracts: ways with ``highway``, split at shared nodes. Run only in the child process.

A bridge shares no node with what it crosses, so it is no junction; nothing has to be guessed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import RefusedFile
from geodata.ingest.streets import Array, Street, StreetFile
from geodata.network.graph import Use
from geodata.network.ways import NOBODY, find_stopped, find_uses, is_above, is_below, parse_speed
from geodata.vocab import NetworkSource

_STEP_M = 1.0
"""So long is the piece of street before a gate that those cannot use whom it stops."""
_M_PER_DEGREE = 111_320.0
_LONGEST_NAME = 200


@dataclass(slots=True)
class _Way:
    number: int
    tags: dict[str, str]
    uses: Use
    nodes: npt.NDArray[np.int64]
    xy: Array


def read_osm(path: Path, format_: str, *, within: Sequence[float] | None = None) -> StreetFile:
    """Read the streets of an extract (``pbf`` or ``osm``), nodes before ways as every extract has them.

    Args:
        path: the file.
        format_: how it is written.
        within: west, south, east, north in the file's degrees; ways wholly outside are counted and left.

    Raises:
        RefusedFile: ``osm_damaged``; ``osm_without_places`` when no node of any way is in the file.
    """
    found = StreetFile(NetworkSource.OSM)
    reader = _Reader(found, within)
    reader.read(path, format_)
    ways, stopped = reader.ways, reader.stopped
    used = np.concatenate([way.nodes for way in ways]) if ways else np.empty(0, dtype=np.int64)
    keys, counts = np.unique(used, return_counts=True)
    shared = set(keys[counts > 1].tolist()) | stopped.keys()
    cutter = _Cutter(stopped)
    for way in ways:
        found.streets += cutter.cut(way, shared)
    return found


class _Reader:
    """Takes in one thing of the file after another."""

    def __init__(self, found: StreetFile, within: Sequence[float] | None) -> None:
        self.ways: list[_Way] = []
        self.stopped: dict[int, Use] = {}
        self._found, self._within = found, within
        self._missing = self._outside = 0

    def read(self, path: Path, format_: str) -> None:
        import osmium  # noqa: PLC0415 - only in the child, and only for such a file
        import osmium.filter  # noqa: PLC0415

        kinds = osmium.osm.NODE | osmium.osm.WAY
        thing: Any
        try:
            reader = osmium.FileProcessor(osmium.io.File(str(path), format_), kinds).with_locations()
            for thing in reader.with_filter(osmium.filter.KeyFilter("highway", "barrier")):
                tags = {tag.k: tag.v for tag in thing.tags}
                if thing.is_node():
                    if who := find_stopped(tags):
                        self.stopped[thing.id] = who
                elif "highway" in tags:
                    self._take(thing, tags)
        except (RuntimeError, ValueError) as error:  # every fault of the library is one of these
            raise RefusedFile("osm_damaged") from error
        self._tell()

    def _take(self, way: Any, tags: dict[str, str]) -> None:
        self._found.rows += 1
        uses = find_uses(tags)
        if uses == NOBODY:
            self._found.left_out[tags["highway"][:40]] += 1
            return
        nodes = [(node.ref, node.location) for node in way.nodes]
        self._missing += sum(not location.valid() for _, location in nodes)
        for run in _runs(nodes):
            xy = np.array([(lon, lat) for _, lon, lat in run])
            if self._within is not None and not _is_within(xy, self._within):
                self._outside += 1
                continue
            numbers = np.array([ref for ref, _, _ in run], dtype=np.int64)
            self.ways.append(_Way(way.id, tags, uses, numbers, xy))

    def _tell(self) -> None:
        if self._missing:
            self._found.warn(None, "osm_nodes_missing", None, count=self._missing)
        if self._outside:
            self._found.notes["outside"] = self._outside
        elif self._missing and not self.ways:
            raise RefusedFile("osm_without_places")


def _runs(nodes: list[tuple[int, Any]]) -> Iterator[list[tuple[int, float, float]]]:
    """The way without the nodes that the extract does not hold, in as many parts as that leaves."""
    run: list[tuple[int, float, float]] = []
    for ref, location in nodes:
        if not location.valid():
            if len(run) > 1:
                yield run
            run = []
        elif not run or (run[-1][1], run[-1][2]) != (location.lon, location.lat):
            run.append((ref, location.lon, location.lat))
    if len(run) > 1:
        yield run


def _is_within(xy: Array, box: Sequence[float]) -> bool:
    low, high = xy.min(axis=0), xy.max(axis=0)
    return bool(low[0] <= box[2] and low[1] <= box[3] and high[0] >= box[0] and high[1] >= box[1])


class _Cutter:
    """Cuts ways at shared nodes, and a step before whatever stops somebody."""

    def __init__(self, stopped: dict[int, Use]) -> None:
        self._stopped = stopped
        self._new = 0

    def cut(self, way: _Way, shared: set[int]) -> Iterator[Street]:
        nodes = way.nodes.tolist()
        cuts = [0, *(i for i in range(1, len(nodes) - 1) if nodes[i] in shared), len(nodes) - 1]
        for first, last in pairwise(cuts):
            xy = way.xy[first : last + 1]
            yield from self._before_gates(way, nodes[first], nodes[last], xy)

    def _before_gates(self, way: _Way, start: int, end: int, xy: Array) -> Iterator[Street]:
        at_start = self._stopped.get(start, NOBODY) & way.uses
        at_end = self._stopped.get(end, NOBODY) & way.uses
        if not (at_start or at_end):
            yield _street(way, way.uses, start, end, xy)
            return
        steps = _steps(xy)
        total = float(steps.sum())
        if total <= 3 * _STEP_M:
            yield from _some(way, way.uses & ~(at_start | at_end), start, end, xy)
            return
        if at_start:
            near, xy = _split(xy, steps, _STEP_M)
            self._new -= 1
            yield from _some(way, way.uses & ~at_start, start, self._new, near)
            start, steps = self._new, _steps(xy)
        if at_end:
            xy, near = _split(xy, steps, float(steps.sum()) - _STEP_M)
            self._new -= 1
            yield from _some(way, way.uses & ~at_end, self._new, end, near)
            end = self._new
        yield _street(way, way.uses, start, end, xy)


def _some(way: _Way, uses: Use, start: int, end: int, xy: Array) -> Iterator[Street]:
    if uses:
        yield _street(way, uses, start, end, xy)


def _street(way: _Way, uses: Use, start: int, end: int, xy: Array) -> Street:
    tags = way.tags
    return Street(
        row=way.number,
        xy=xy,
        uses=int(uses),
        road_class=tags["highway"],
        name=tags.get("name", "").strip()[:_LONGEST_NAME] or None,
        speed_kmh=parse_speed(tags.get("maxspeed")),
        is_bridge=is_above(tags),
        is_tunnel=is_below(tags),
        start=start,
        end=end,
    )


def _steps(xy: Array) -> Array:
    """Metres from corner to corner, good to a per cent: enough to find the place a step before a gate."""
    east = np.diff(xy[:, 0]) * math.cos(math.radians(float(xy[0, 1])))
    return np.asarray(np.hypot(east, np.diff(xy[:, 1])) * _M_PER_DEGREE)


def _split(xy: Array, steps: Array, at_m: float) -> tuple[Array, Array]:
    """Two lines that meet ``at_m`` metres along."""
    reached = np.cumsum(steps)
    piece = int(np.searchsorted(reached, at_m))
    share = (at_m - (reached[piece] - steps[piece])) / steps[piece]
    middle = xy[piece] + share * (xy[piece + 1] - xy[piece])
    return np.vstack([xy[: piece + 1], middle]), np.vstack([middle, xy[piece + 1 :]])
