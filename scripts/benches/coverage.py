"""Straight-line coverage against PostGIS geography: the same answer for every place, and how much sooner.

The reference is what one would write first: ``EXISTS (... ST_DWithin(geography, geography, limit))`` over an
indexed geography column. Only ratios inside one run mean anything.
"""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import sqlalchemy as sa

from geodata.rules.coverage import HOURS_OF_DAY, Places, Supply, find_cover
from geodata.rules.reach import Bools, Floats, reached_by_any

LIMIT_M = 500.0
GOAL = 8.0
"""Times faster than geography EXISTS that the reach must be on a million places."""

MEMORY_GOAL_MB = 2000
_SEED = 7
_BOX = (112.0, 32.0, 116.0, 36.0)


@dataclass(frozen=True)
class Scene:
    """Places and stations, longitude and latitude."""

    places: Floats
    stations: Floats


def make_scene(places: int = 1_000_000, stations: int = 8_213) -> Scene:
    """A seeded province: towns of different weight, stations where people are, some people far out."""
    random = np.random.default_rng(_SEED)
    towns = np.column_stack((random.uniform(_BOX[0], _BOX[2], 600), random.uniform(_BOX[1], _BOX[3], 600)))
    weight = random.pareto(1.2, 600) + 0.05
    spread = 0.004 + 0.02 * np.sqrt(weight / weight.max())

    def scatter(count: int) -> Floats:
        town = random.choice(600, count, p=weight / weight.sum())
        return np.asarray(towns[town] + random.normal(size=(count, 2)) * spread[town][:, None])

    far = random.uniform(_BOX[:2], _BOX[2:], (places // 12, 2))
    return Scene(np.vstack((scatter(places - len(far)), far)), scatter(stations))


def run(engine: sa.Engine, scene: Scene | None = None, *, rounds: int = 3) -> dict[str, Any]:
    """Measure both sides in turn on tables that are rolled back; nothing is left in the database.

    Returns:
        Seconds (medians), the ratio, places that differ (must be 0), and the time and greatest memory of the
        whole 24-hour answer.
    """
    scene = scene or make_scene()
    with engine.connect() as connection:
        _load(connection, scene)
        theirs, ours = [], []
        geography = reached = np.zeros(0, dtype=np.bool_)
        for _ in range(rounds):
            seconds, geography = _timed(lambda: _geography(connection, len(scene.places)))
            theirs.append(seconds)
            seconds, reached = _timed(lambda: reached_by_any(scene.places, scene.stations, LIMIT_M))
            ours.append(seconds)
    whole, _ = _timed(lambda: _whole_day(scene))
    return {
        "places": len(scene.places),
        "stations": len(scene.stations),
        "limit_m": LIMIT_M,
        "covered": int(reached.sum()),
        "differ": int((geography != reached).sum()),
        "geography_s": round(median(theirs), 3),
        "reach_s": round(median(ours), 3),
        "ratio": round(median(theirs) / median(ours), 1),
        "goal": GOAL,
        "whole_day_s": round(whole, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "memory_goal_mb": MEMORY_GOAL_MB,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _load(connection: sa.Connection, scene: Scene) -> None:
    # Not temporary tables: those keep PostgreSQL from using parallel workers.
    connection.execute(sa.text("SET LOCAL max_parallel_workers_per_gather = 2"))
    for table, points in (("bench_places", scene.places), ("bench_stations", scene.stations)):
        connection.execute(
            sa.text(f"CREATE UNLOGGED TABLE {table} (id int PRIMARY KEY, geog geography(Point, 4326))")
        )
        insert = sa.text(
            f"INSERT INTO {table} SELECT n, ST_MakePoint(x, y)::geography "  # noqa: S608
            "FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p (x, y, n)"
        )
        connection.execute(insert, {"lon": points[:, 0].tolist(), "lat": points[:, 1].tolist()})
        connection.execute(sa.text(f"CREATE INDEX ON {table} USING gist (geog)"))
        connection.execute(sa.text(f"ANALYZE {table}"))


def _geography(connection: sa.Connection, count: int) -> Bools:
    rows = connection.scalar(
        sa.text(
            "SELECT array_agg(p.id) FROM bench_places AS p WHERE EXISTS ("
            "SELECT FROM bench_stations AS s WHERE ST_DWithin(s.geog, p.geog, :limit_m))"
        ),
        {"limit_m": LIMIT_M},
    )
    covered = np.zeros(count, dtype=np.bool_)
    covered[np.array(rows or [], dtype=np.int64) - 1] = True
    return covered


def _whole_day(scene: Scene) -> None:
    """States and people of 24 hours and one moment, every station with hours of its own."""
    random = np.random.default_rng(_SEED)
    count = len(scene.stations)
    kind = random.choice(4, (count, HOURS_OF_DAY + 1), p=(0.5, 0.2, 0.2, 0.1))
    supply = Supply(
        lonlat=scene.stations,
        county=np.zeros(count, dtype=np.int64),
        counting=(kind == 0).astype(np.float32),
        unsure=(kind == 1).astype(np.float32),
        shut=kind[:, -1] == 2,  # noqa: PLR2004
        fixable=kind[:, -1] > 1,
    )
    people = np.ones(len(scene.places), dtype=np.int64)
    find_cover(Places(scene.places, people, np.zeros_like(people)), supply, LIMIT_M)
