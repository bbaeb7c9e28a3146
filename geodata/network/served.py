"""The streets from which stations are reached in time, as pieces of edges: a drawing, never a decision.

Who is covered is decided place by place (``geodata.network.travel``). This says the same of every spot on
every street, so that a map can show streets where a straight-line rule shows circles. The times are those
of the same search; the way from a place to the street is not in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geodata.network.entries import Entries
from geodata.network.graph import Lines, Streets
from geodata.network.travel import LIMIT_TOLERANCE_S, node_seconds_each
from geodata.rules.reach import Bools, Floats, Ints

_STATIONS_AT_ONCE = 16
SHORTEST = 1e-9
"""Pieces shorter than this share of their edge are not drawn."""


@dataclass(frozen=True, eq=False)
class Served:
    """Pieces of streets, one row each: the edge, from where to where (0 to 1), and how many reach from there.

    ``sure`` counts the stations that count, ``unsure`` those that may. Pieces of one edge follow each other
    without overlap; a piece that no station serves is left out.
    """

    edge: Ints
    begin: Floats
    end: Floats
    sure: Ints
    unsure: Ints

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self.edge)


@dataclass(frozen=True, eq=False)
class _Spans:
    """Where on which edge a station is in time; spans of one station on one edge never overlap."""

    station: Ints
    edge: Ints
    begin: Floats
    end: Floats


def find_served(streets: Streets, stations: Entries, sure: Bools, limit_s: float) -> Served:
    """From where on the streets stations are in time.

    Args:
        streets: what the traveller may use.
        stations: where they go; unplaced ones serve nobody.
        sure: which stations count; the others may count.
        limit_s: inclusive seconds, the way from the street to the station included.
    """
    chosen = np.flatnonzero(stations.placed)
    placed, counts = stations.take(chosen), sure[chosen]
    nothing = np.empty(0, dtype=np.int64)
    empty = _Spans(nothing, nothing, nothing.astype(float), nothing.astype(float))
    spans = [empty, *_all_spans(streets, placed, limit_s + LIMIT_TOLERANCE_S)]
    station, edge, begin, end = (
        np.concatenate([getattr(each, name) for each in spans])
        for name in ("station", "edge", "begin", "end")
    )
    return _swept(edge, begin, end, counts[station])


def lines_of(streets: Streets, served: Served, rows: Ints) -> Lines:
    """Some pieces as lines in the network's zone, joined where they meet end to end."""
    if not len(rows):
        return np.empty(0, dtype=object)
    edge, begin, end = served.edge[rows], served.begin[rows], served.end[rows]
    whole = (begin <= 0) & (end >= 1)
    parts = _cut(streets.lines[edge[~whole]], begin[~whole], end[~whole])
    pieces = np.concatenate((streets.lines[edge[whole]], parts))
    merged: Lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    return merged


def _cut(lines: Lines, begin: Floats, end: Floats) -> Lines:
    """Each line from one share of its length to another, all at once."""
    if not len(lines):
        return np.empty(0, dtype=object)
    whole = shapely.length(lines)
    corners, owner = shapely.get_coordinates(lines, return_index=True)
    step = np.zeros(len(corners))
    step[1:] = np.hypot(*(corners[1:] - corners[:-1]).T)
    along = np.cumsum(step)
    along -= along[np.searchsorted(owner, np.arange(len(lines)))][owner]
    inner = (along > (begin * whole)[owner]) & (along < (end * whole)[owner])
    tips = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, share, normalized=True))
        for share in (begin, end)
    ]
    line = np.concatenate((np.arange(len(lines)), owner[inner], np.arange(len(lines))))
    place = np.concatenate((begin * whole, along[inner], end * whole))
    order = np.lexsort((place, line))
    cut: Lines = shapely.linestrings(
        np.vstack((tips[0], corners[inner], tips[1]))[order], indices=line[order]
    )
    return cut


def _all_spans(streets: Streets, stations: Entries, bound_s: float) -> Iterator[_Spans]:
    for rows, seconds in node_seconds_each(streets, stations, bound_s, at_once=_STATIONS_AT_ONCE):
        yield from _by_junction(streets, stations, rows, seconds, bound_s)
        yield _on_own_edge(streets, stations, rows, seconds, bound_s)


def _by_junction(
    streets: Streets, stations: Entries, rows: Ints, seconds: Floats, bound_s: float
) -> Iterator[_Spans]:
    """Spans of edges from which the way leads over one of their ends, but for the stations' own edges."""
    left = (bound_s - seconds[:, streets.start]) / streets.seconds
    right = (bound_s - seconds[:, streets.end]) / streets.seconds
    # From where one turns back to the start of the edge, and from where one goes on to its end.
    head = np.where(streets.backward, np.clip(left, -np.inf, 1), -np.inf)
    tail = np.where(streets.forward, np.clip(1 - right, 0, np.inf), np.inf)
    at = np.arange(len(rows))
    head[at, stations.edge[rows]], tail[at, stations.edge[rows]] = -np.inf, np.inf
    through = (head >= tail) | (head >= 1) | (tail <= 0)
    for which, begin, end in (
        (through, None, None),
        (~through & (head > 0), None, head),
        (~through & (tail < 1), tail, None),
    ):
        row, edge = np.nonzero(which)
        yield _Spans(
            rows[row],
            edge,
            np.zeros(len(edge)) if begin is None else begin[row, edge],
            np.ones(len(edge)) if end is None else end[row, edge],
        )


def _on_own_edge(streets: Streets, stations: Entries, rows: Ints, seconds: Floats, bound_s: float) -> _Spans:
    """Spans of the edges that the stations stand on, where one need not come to a junction."""
    found: list[tuple[int, int, float, float]] = []
    for at, row in enumerate(rows.tolist()):
        edge = int(stations.edge[row])
        found += [(row, edge, *span) for span in _own_spans(streets, stations, row, seconds[at], bound_s)]
    columns = np.array(found, dtype=np.float64).reshape(-1, 4)
    station, edge = columns[:, :2].astype(np.int64).T
    return _Spans(station, edge, columns[:, 2], columns[:, 3])


def _own_spans(
    streets: Streets, stations: Entries, row: int, seconds: Floats, bound_s: float
) -> list[tuple[float, float]]:
    edge, at = int(stations.edge[row]), float(stations.fraction[row])
    whole = float(streets.seconds[edge])
    direct = (bound_s - float(stations.access_m[row]) / streets.pace_mps) / whole
    spans = []
    if streets.forward[edge]:
        spans += [(at - direct, at), (1 - (bound_s - float(seconds[streets.end[edge]])) / whole, 1.0)]
    if streets.backward[edge]:
        spans += [(at, at + direct), (0.0, (bound_s - float(seconds[streets.start[edge]])) / whole)]
    return _united([(max(0.0, begin), min(1.0, end)) for begin, end in spans])


def _united(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    united: list[tuple[float, float]] = []
    for begin, end in sorted(span for span in spans if span[1] - span[0] > 0):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united


def _swept(edge: Ints, begin: Floats, end: Floats, sure: Bools) -> Served:
    """Cut the edges where the number of stations changes, and count."""
    edges = np.concatenate((edge, edge))
    place = np.concatenate((begin, end))
    step = np.concatenate((np.ones(len(edge), dtype=np.int64), -np.ones(len(edge), dtype=np.int64)))
    counts = np.concatenate((sure, sure))
    order = np.lexsort((place, edges))
    edges, place, step, counts = edges[order], place[order], step[order], counts[order]
    deep, maybe = np.cumsum(step * counts), np.cumsum(step * ~counts)
    # After the last change of an edge both sums are nought again, so a piece never runs into the next edge.
    piece = np.flatnonzero((deep[:-1] + maybe[:-1] > 0) & (place[1:] - place[:-1] > SHORTEST))
    return Served(edges[piece], place[piece], place[piece + 1], deep[piece], maybe[piece])
