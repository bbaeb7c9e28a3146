"""Travel time along streets, towards the station.

One multi-source search on the reversed graph answers "how long to the nearest of these" for every place at
once. Where each station must be known by itself, stations are taken by neighbourhoods, each searched in the
piece of the network that its travellers can come from. All times are seconds; limits are inclusive.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geodata.network.entries import Entries
from geodata.network.graph import Streets
from geodata.rules.reach import Floats, Ints

LIMIT_TOLERANCE_S = 1e-6
"""What "inclusive" means in floating point: a microsecond over the limit still counts as at the limit."""

_STATIONS_AT_ONCE = 64
_STATIONS_WANTED = 16
_NODES_AT_ONCE = 20_000
_SLACK = 1.001
_AT_END = 1e-9


def seconds_to_nearest(
    streets: Streets, places: Entries, stations: Entries, limit_s: float | None = None
) -> Floats:
    """Seconds from each place to the nearest station, by one search for all of them.

    Args:
        streets: what the traveller may use.
        places: where travellers come from.
        stations: where they may go; unplaced ones serve nobody.
        limit_s: inclusive seconds beyond which the answer is "not reached"; None searches everything.

    Returns:
        Seconds; infinity where no station is reached within the limit, NaN where the place is unplaced.
    """
    seconds = np.full(len(places), np.nan)
    rows = np.flatnonzero(places.placed)
    seconds[rows] = np.inf
    sources = stations.take(np.flatnonzero(stations.placed))
    if not len(rows) or not len(sources):
        return seconds
    placed = places.take(rows)
    bound = np.inf if limit_s is None else limit_s + LIMIT_TOLERANCE_S
    nodes = node_seconds(streets, sources, bound)
    direct = np.full(len(placed), np.inf)
    at, _, straight = _same_edge(streets, placed, sources)
    np.minimum.at(direct, at, straight)
    ahead, behind = _leaving(streets, placed)
    by_junction = np.minimum(
        nodes[streets.end[placed.edge]] + ahead, nodes[streets.start[placed.edge]] + behind
    )
    found = np.minimum(by_junction, direct)
    found[found > bound] = np.inf
    seconds[rows] = found
    return seconds


def nearest_station(streets: Streets, places: Entries, stations: Entries) -> tuple[Ints, Floats]:
    """Which station each place is nearest to, and in how many seconds, however far; by one search.

    Returns:
        Rows of ``stations`` (-1 where none can be reached or the place is unplaced) and seconds (NaN there).
    """
    index, seconds = np.full(len(places), -1, dtype=np.int64), np.full(len(places), np.nan)
    rows, chosen = np.flatnonzero(places.placed), np.flatnonzero(stations.placed)
    if not len(rows) or not len(chosen):
        return index, seconds
    placed, sources = places.take(rows), stations.take(chosen)
    size = streets.network.nodes
    graph = _with_stations(streets.reversed, *_arcs(streets, sources, np.arange(len(sources))))
    nodes, _, origin = dijkstra(
        graph, indices=np.arange(size, size + len(sources)), min_only=True, return_predecessors=True
    )
    ahead, behind = _leaving(streets, placed)
    by_end, by_start = streets.end[placed.edge], streets.start[placed.edge]
    at, station, straight = _same_edge(streets, placed, sources)
    everybody = np.arange(len(placed))
    place = np.concatenate((everybody, everybody, at))
    towards = np.concatenate((origin[by_end] - size, origin[by_start] - size, station))
    taken = np.concatenate((nodes[by_end] + ahead, nodes[by_start] + behind, straight))
    order = np.lexsort((towards, taken, place))
    first = order[np.unique(place[order], return_index=True)[1]]
    found = np.isfinite(taken[first])
    index[rows[found]], seconds[rows[found]] = chosen[towards[first[found]]], taken[first[found]]
    return index, seconds


def node_seconds(streets: Streets, stations: Entries, bound_s: float = np.inf) -> Floats:
    """Seconds from each junction to the nearest of the stations, all of them placed; infinity beyond."""
    size = streets.network.nodes
    graph = _with_stations(streets.reversed, *_arcs(streets, stations, np.arange(len(stations))))
    found = dijkstra(graph, indices=np.arange(size, size + len(stations)), min_only=True, limit=bound_s)
    nodes: Floats = found[:size]
    return nodes


def node_seconds_each(
    streets: Streets, stations: Entries, bound_s: float, *, at_once: int = _STATIONS_AT_ONCE
) -> Iterator[tuple[Ints, Floats]]:
    """Seconds from each junction to each station by itself, ``at_once`` at a time; all of them placed.

    Yields:
        Rows of stations, and seconds of shape (stations, junctions); infinity beyond the bound.
    """
    size = streets.network.nodes
    for first in range(0, len(stations), at_once):
        rows = np.arange(first, min(first + at_once, len(stations)))
        arcs = _arcs(streets, stations.take(rows), np.arange(len(rows)))
        graph = _with_stations(streets.reversed, *arcs)
        found = dijkstra(graph, indices=np.arange(size, size + len(rows)), limit=bound_s)
        yield rows, found[:, :size]


def travel_pairs(
    streets: Streets, places: Entries, stations: Entries, limit_s: float
) -> tuple[Ints, Ints, Floats]:
    """All pairs within the limit: rows of places, rows of stations, seconds; by station, then by place."""
    found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
    found += list(_pairs_by_neighbourhood(streets, places, stations, limit_s + LIMIT_TOLERANCE_S))
    place, station, seconds = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((place, station))
    return place[order], station[order], seconds[order]


def reach_matrix(streets: Streets, places: Entries, stations: Entries, limit_s: float) -> csr_array:
    """All pairs within the limit as a sparse matrix of ones, places by stations."""
    place, station, _ = travel_pairs(streets, places, stations, limit_s)
    ones = np.ones(len(place), dtype=np.float32)
    return csr_array((ones, (place, station)), shape=(len(places), len(stations)))


def _arcs(streets: Streets, stations: Entries, rank: Ints) -> tuple[Ints, Ints, Floats]:
    """Reversed arcs from stations (by rank) to the ends of their edges."""
    edge, whole = stations.edge, streets.seconds[stations.edge]
    access = stations.access_m / streets.pace_mps
    # Who stands at a junction is not bound by the one-way of the street he happens to stand on.
    comes = streets.forward[edge] | (stations.fraction <= _AT_END)
    goes = streets.backward[edge] | (stations.fraction >= 1 - _AT_END)
    tail = np.concatenate((rank[comes], rank[goes]))
    head = np.concatenate((streets.start[edge][comes], streets.end[edge][goes]))
    along = np.concatenate(
        ((access + stations.fraction * whole)[comes], (access + (1 - stations.fraction) * whole)[goes])
    )
    return tail, head, along


def _with_stations(graph: csr_array, tail: Ints, head: Ints, seconds: Floats) -> csr_array:
    """The graph with stations as further rows, from which arcs lead into it.

    A station in the middle of a loop has two arcs to one junction; they stay two entries of the row, of which
    a search takes the lesser.
    """
    size, count = graph.shape[0], int(tail.max(initial=-1)) + 1
    order = np.argsort(tail, kind="stable")
    added = np.cumsum(np.bincount(tail, minlength=count))
    return csr_array(
        (
            np.concatenate((graph.data, seconds[order])),
            np.concatenate((graph.indices, head[order].astype(graph.indices.dtype))),
            np.concatenate((graph.indptr, (graph.indptr[-1] + added).astype(graph.indptr.dtype))),
        ),
        shape=(size + count, size + count),
    )


def _leaving(streets: Streets, places: Entries) -> tuple[Floats, Floats]:
    """Seconds from placed places to the end and to the start of their edges; infinity the wrong way."""
    edge, whole = places.edge, streets.seconds[places.edge]
    access = places.access_m / streets.pace_mps
    forth = streets.forward[edge] | (places.fraction >= 1 - _AT_END)
    back = streets.backward[edge] | (places.fraction <= _AT_END)
    ahead = np.where(forth, access + (1 - places.fraction) * whole, np.inf)
    behind = np.where(back, access + places.fraction * whole, np.inf)
    return ahead, behind


def _same_edge(streets: Streets, places: Entries, stations: Entries) -> tuple[Ints, Ints, Floats]:
    """Pairs of places and stations on one edge, where one need not come to a junction; all are placed."""
    order = np.argsort(stations.edge, kind="stable")
    first = np.searchsorted(stations.edge[order], places.edge, side="left")
    last = np.searchsorted(stations.edge[order], places.edge, side="right")
    place = np.repeat(np.arange(len(places)), last - first)
    offset = np.arange(len(place)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    station = order[np.repeat(first, last - first) + offset]
    edge, ahead = places.edge[place], stations.fraction[station] - places.fraction[place]
    allowed = np.where(ahead >= 0, streets.forward[edge], streets.backward[edge]) | (ahead == 0)
    seconds = (
        np.abs(ahead) * streets.seconds[edge]
        + (places.access_m[place] + stations.access_m[station]) / streets.pace_mps
    )
    return place[allowed], station[allowed], seconds[allowed]


@dataclass(frozen=True, eq=False)
class _Points:
    """Points in order of x, to take those of a box quickly."""

    order: Ints
    x: Floats
    y: Floats

    @classmethod
    def of(cls, xy: Floats) -> "_Points":
        order = np.argsort(xy[:, 0], kind="stable")
        return cls(order, xy[order, 0], xy[order, 1])

    def within(self, low: Floats, high: Floats) -> Ints:
        first, last = np.searchsorted(self.x, (low[0], np.nextafter(high[0], np.inf)))
        y = self.y[first:last]
        rows: Ints = self.order[first:last][(y >= low[1]) & (y <= high[1])]
        return np.sort(rows)


def _pairs_by_neighbourhood(
    streets: Streets, places: Entries, stations: Entries, bound_s: float
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Pairs within the bound, neighbourhood by neighbourhood of stations."""
    rows, chosen = np.flatnonzero(places.placed), np.flatnonzero(stations.placed)
    if not len(rows) or not len(chosen):
        return
    placed, sources = places.take(rows), stations.take(chosen)
    far_m = bound_s * streets.pace_mps * streets.network.stretch * _SLACK + 1
    node_points = _Points.of(streets.network.node_xy)
    place_points = _Points.of(_middle(streets, placed))
    place_slack = _half_lengths(streets, placed)
    local = np.full(streets.network.nodes, -1, dtype=np.int64)
    middles = _middle(streets, sources)
    for group in _neighbourhoods(middles, _cell_m(streets, middles, far_m)):
        here = sources.take(group)
        ends = streets.network.node_xy[np.concatenate((streets.start[here.edge], streets.end[here.edge]))]
        low, high = ends.min(axis=0) - far_m, ends.max(axis=0) + far_m
        nodes = node_points.within(low, high)
        near = place_points.within(low - place_slack, high + place_slack)
        local[nodes] = np.arange(len(nodes))
        tail, head, seconds = _arcs(streets, here, np.arange(len(group)))
        part = _part(streets.reversed, nodes, local)
        graph = _with_stations(part, tail, local[head], seconds)
        sources_at = np.arange(len(nodes), len(nodes) + len(group))
        found = dijkstra(graph, indices=sources_at, limit=bound_s)[:, : len(nodes)]
        local[nodes] = -1
        yield from _near_pairs(streets, placed, here, (nodes, found), near, bound_s, (rows, chosen[group]))


def _near_pairs(
    streets: Streets,
    placed: Entries,
    here: Entries,
    times: tuple[Ints, Floats],
    near: Ints,
    bound_s: float,
    names: tuple[Ints, Ints],
) -> Iterator[tuple[Ints, Ints, Floats]]:
    nodes, found = times
    some = placed.take(near)
    spread = np.full((len(here), len(nodes) + 1), np.inf)
    spread[:, :-1] = found
    at_end, at_start = (_positions(nodes, ends[some.edge]) for ends in (streets.end, streets.start))
    ahead, behind = _leaving(streets, some)
    seconds = np.minimum(spread[:, at_end] + ahead, spread[:, at_start] + behind)
    place, station, straight = _same_edge(streets, some, here)
    np.minimum.at(seconds, (station, place), straight)
    station, place = np.nonzero(seconds <= bound_s)
    yield names[0][near[place]], names[1][station], seconds[station, place]


def _positions(nodes: Ints, wanted: Ints) -> Ints:
    """Where junctions stand in an ascending list; one past its end for those that are not in it."""
    at = np.searchsorted(nodes, wanted)
    known = at < len(nodes)
    known[known] = nodes[at[known]] == wanted[known]
    return np.where(known, at, len(nodes))


def _part(graph: csr_array, nodes: Ints, local: Ints) -> csr_array:
    """The graph between some junctions, renumbered by ``local``."""
    starts, counts = graph.indptr[nodes], np.diff(graph.indptr)[nodes]
    at = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
    head = local[graph.indices[at]]
    inside = head >= 0
    tail = np.repeat(np.arange(len(nodes)), counts)[inside]
    indptr = np.concatenate(([0], np.cumsum(np.bincount(tail, minlength=len(nodes)))))
    return csr_array(
        (graph.data[at[inside]], head[inside].astype(np.int32), indptr.astype(np.int32)),
        shape=(len(nodes), len(nodes)),
    )


def _cell_m(streets: Streets, xy: Floats, far_m: float) -> float:
    """A side for neighbourhoods: some stations in each, and not too many junctions to search."""
    width, height = np.maximum(np.ptp(xy, axis=0), far_m)
    enough = float(np.sqrt(width * height * _STATIONS_WANTED / len(xy)))
    whole = streets.network.node_xy[np.isfinite(streets.network.node_xy[:, 0])]
    ground = float(np.prod(np.maximum(np.ptp(whole, axis=0), far_m)))
    bearable = float(np.sqrt(ground * _NODES_AT_ONCE / len(whole))) - 2 * far_m
    return max(far_m, min(enough, bearable))


def _neighbourhoods(xy: Floats, size_m: float) -> Iterator[Ints]:
    """Rows of stations that share a cell, at most so many at once."""
    cell = np.floor(xy / size_m).astype(np.int64)
    _, label = np.unique(cell, axis=0, return_inverse=True)
    order = np.argsort(label.reshape(-1), kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(label.reshape(-1)[order])) + 1):
        for first in range(0, len(group), _STATIONS_AT_ONCE):
            yield group[first : first + _STATIONS_AT_ONCE]


def _middle(streets: Streets, entries: Entries) -> Floats:
    xy = streets.network.node_xy
    middle: Floats = (xy[streets.start[entries.edge]] + xy[streets.end[entries.edge]]) / 2
    return middle


def _half_lengths(streets: Streets, entries: Entries) -> float:
    """How far an end of an entered edge can be from the middle between both ends."""
    xy = streets.network.node_xy
    across = xy[streets.start[entries.edge]] - xy[streets.end[entries.edge]]
    return float(np.hypot(across[:, 0], across[:, 1]).max(initial=0.0) / 2) + 1
