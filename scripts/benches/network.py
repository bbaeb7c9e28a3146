"""Who is within ten minutes of a station, along streets: the answer others give, and how much sooner.

Against igraph, NetworkX, pgRouting and one search a station. Two networks: the real streets of the second
demonstration county, and a synthetic one of 500,000 junctions with one-way streets and 8,213 stations at
scale 1. Stations and places are junctions, because the peers know nothing of the middle of a street. Only
ratios inside one run mean anything.
"""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sqlalchemy as sa
from scipy.sparse.csgraph import dijkstra

from geodata.network.entries import Entries
from geodata.network.graph import Network, Streets, make_streets
from geodata.network.travel import seconds_to_nearest, travel_pairs
from geodata.rules.reach import Bools, Ints
from geodata.vocab import Profile
from scripts.benches.network_world import NODES, STATIONS, at_nodes, make_lattice, real_streets, used_nodes
from scripts.benches.timing import timed

DEFAULT_SCALE = 1.0
EXTENSIONS = ("pgrouting",)
LIMIT_S = 600.0
OURS = "tenmin, one search"
_WALK_MPS, _RIDE_MPS = 1000 / 900, 15 / 3.6
_REAL_STATIONS = 200
_PGROUTING_STARTS = 500
"""pgRouting's memory grows with starts times nodes: 8,213 starts took 21 GB and the server with them."""


@dataclass(frozen=True)
class Task:
    """One question: the streets, stations at junctions, and all junctions in use as places."""

    name: str
    streets: Streets
    nodes: Ints
    stations: Ints

    @property
    def places(self) -> Entries:
        """Every junction as a place."""
        return at_nodes(self.streets, self.nodes)

    @property
    def goals(self) -> Entries:
        """The stations."""
        return at_nodes(self.streets, self.stations)


def run(
    engine: sa.Engine, *, scale: float, seed: int, rounds: int = 3, extract: Path | None = None
) -> Iterator[dict[str, Any]]:
    """Measure every engine on both networks; ``extract`` is a file of streets instead of the demonstration's.

    Yields:
        For each network a line for building our graph, one for each engine (median seconds, junctions that
        differ from ours: must be 0), and its ratio to ours.
    """
    seconds, streets = timed(lambda: real_streets(engine, extract))
    yield {"method": "tenmin, import", "network": "real extract", "seconds": round(seconds, 2)}
    walking = (Profile.FOOT, _WALK_MPS)
    yield from _measure(engine, "real extract", streets, walking, _REAL_STATIONS, seed, rounds)
    lattice = make_lattice(round(NODES * scale), seed=seed)
    yield from _measure(
        engine, "lattice", lattice, (Profile.EBIKE, _RIDE_MPS), max(1, round(STATIONS * scale)), seed, rounds
    )


def _measure(
    engine: sa.Engine,
    name: str,
    network: Network,
    travel: tuple[Profile, float],
    stations: int,
    seed: int,
    rounds: int,
) -> Iterator[dict[str, Any]]:
    build, streets = timed(lambda: _built(network, travel))
    nodes = used_nodes(streets)
    chosen = np.sort(np.random.default_rng(seed).choice(nodes, min(stations, len(nodes)), replace=False))
    task = Task(name, streets, nodes, chosen)
    sizes = {"network": name, "nodes": len(nodes), "edges": len(streets.row), "stations": len(chosen)}
    yield {"method": "tenmin, build", **sizes, "seconds": round(build, 3)}
    seconds, ours = _repeated(lambda: _one_search(task), rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield {"method": OURS, **sizes, "seconds": round(seconds, 4), "covered": int(ours.sum()), "peak_mb": peak}
    for method, asked, prepare in _peers(engine, task):
        setup, ask = timed(prepare)
        mine = ours if asked is task else _one_search(asked)
        base = seconds if asked is task else _repeated(partial(_one_search, asked), rounds)[0]
        its, covered = _repeated(ask, rounds if setup < 1 else 1)
        yield {
            "method": method,
            **sizes,
            "stations": len(asked.stations),
            "setup": round(setup, 3),
            "seconds": round(its, 4),
            "times_slower": round(its / base, 1),
            "differ": int((covered != mine).sum()),
        }


def _built(network: Network, travel: tuple[Profile, float]) -> Streets:
    streets = make_streets(network, *travel)
    _ = streets.reversed
    return streets


def _repeated(ask: Callable[[], Bools], rounds: int) -> tuple[float, Bools]:
    taken = []
    covered = np.zeros(0, dtype=np.bool_)
    for _ in range(rounds):
        seconds, covered = timed(ask)
        taken.append(seconds)
        if seconds > 10:  # noqa: PLR2004 - long ones once
            break
    return median(taken), covered


def _one_search(task: Task) -> Bools:
    return np.isfinite(seconds_to_nearest(task.streets, task.places, task.goals, LIMIT_S))


def _peers(engine: sa.Engine, task: Task) -> Iterator[tuple[str, Task, Callable[[], Callable[[], Bools]]]]:
    yield "tenmin, each station by itself", task, lambda: lambda: _each_station(task)
    yield "scipy, one search a station", task, lambda: lambda: _scipy_each(task)
    if find_spec("igraph"):
        yield "igraph, super-source", task, lambda: _igraph(task)
    if find_spec("networkx"):
        yield "NetworkX, multi-source", task, lambda: _networkx(task)
    with engine.connect() as connection:
        has_it = connection.scalar(
            sa.text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pgrouting')")
        )
    if has_it:
        few = Task(
            task.name,
            task.streets,
            task.nodes,
            task.stations[:: max(1, len(task.stations) // _PGROUTING_STARTS)],
        )
        yield "pgRouting drivingDistance, all starts in one call", few, lambda: _pgrouting(engine, few)


def _each_station(task: Task) -> Bools:
    covered = np.zeros(len(task.nodes), dtype=np.bool_)
    covered[travel_pairs(task.streets, task.places, task.goals, LIMIT_S)[0]] = True
    return covered


def _scipy_each(task: Task) -> Bools:
    """What one would write first: a bounded search for each station over the whole graph."""
    reached = np.zeros(task.streets.network.nodes, dtype=np.bool_)
    for station in task.stations:
        found = dijkstra(task.streets.reversed, indices=int(station), limit=LIMIT_S + 1e-6)
        reached |= np.isfinite(found)
    return reached[task.nodes]


def _arcs(streets: Streets) -> tuple[Ints, Ints, np.ndarray[Any, np.dtype[np.float64]]]:
    arcs = streets.reversed.tocoo()
    return arcs.row.astype(np.int64), arcs.col.astype(np.int64), arcs.data


def _igraph(task: Task) -> Callable[[], Bools]:
    igraph = import_module("igraph")

    tail, head, seconds = _arcs(task.streets)
    size = task.streets.network.nodes
    hub = np.full(len(task.stations), size)
    edges = np.column_stack((np.concatenate((tail, hub)), np.concatenate((head, task.stations))))
    weights = np.concatenate((seconds, np.zeros(len(hub))))
    graph = igraph.Graph(n=size + 1, edges=edges, directed=True)

    def ask() -> Bools:
        found = np.array(graph.distances(source=size, weights=weights, mode="out")[0])
        covered: Bools = found[task.nodes] <= LIMIT_S + 1e-6
        return covered

    return ask


def _networkx(task: Task) -> Callable[[], Bools]:
    networkx = import_module("networkx")

    tail, head, seconds = _arcs(task.streets)
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), seconds.tolist(), strict=True))

    def ask() -> Bools:
        found = networkx.multi_source_dijkstra_path_length(
            graph, set(task.stations.tolist()), cutoff=LIMIT_S + 1e-6
        )
        reached = np.zeros(task.streets.network.nodes, dtype=np.bool_)
        reached[list(found)] = True
        return reached[task.nodes]

    return ask


def _pgrouting(engine: sa.Engine, task: Task) -> Callable[[], Bools]:
    tail, head, seconds = _arcs(task.streets)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS bench_arcs"))
        connection.execute(
            sa.text("CREATE UNLOGGED TABLE bench_arcs (id bigint, source bigint, target bigint, cost float8)")
        )
        raw = connection.connection.driver_connection
        if raw is None:
            raise RuntimeError("no connection of the driver")
        with raw.cursor() as cursor, cursor.copy("COPY bench_arcs FROM STDIN") as copy:
            for row in zip(range(len(tail)), tail.tolist(), head.tolist(), seconds.tolist(), strict=True):
                copy.write_row(row)

    def ask() -> Bools:
        statement = sa.text(
            "SELECT array_agg(DISTINCT node) FROM pgr_drivingDistance("
            "'SELECT id, source, target, cost FROM bench_arcs', CAST(:starts AS bigint[]), "
            "CAST(:limit AS float8), directed => true)"
        )
        with engine.connect() as connection:
            found = connection.scalar(statement, {"starts": task.stations.tolist(), "limit": LIMIT_S + 1e-6})
        reached = np.zeros(task.streets.network.nodes, dtype=np.bool_)
        reached[np.array(found, dtype=np.int64)] = True
        return reached[task.nodes]

    return ask
