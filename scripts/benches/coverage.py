"""Straight-line coverage against PostGIS geography: the same answer for every place, and how much sooner.

The reference is what one would write first: ``EXISTS (... ST_DWithin(geography, geography, limit))`` over an
indexed geography column. Only ratios inside one run mean anything.
"""

import resource
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
import sqlalchemy as sa

from geodata.rules.coverage import HOURS_OF_DAY, Places, Supply, find_cover
from geodata.rules.reach import Bools, reach_in_chunks, reached_by_any
from scripts.benches.province import Province, make_province
from scripts.benches.timing import timed

LIMIT_M = 500.0
OURS, PEER = "tenmin reach", "geography ST_DWithin EXISTS"


def run(engine: sa.Engine, *, scale: float, seed: int, rounds: int = 3) -> Iterator[dict[str, Any]]:
    """Measure both sides in turn on tables that are rolled back; nothing is left in the database.

    Yields:
        A line for each side (median seconds), their ratio with the places that differ (must be 0), and
        the time of the whole 24-hour answer with the greatest memory of the process.
    """
    province = make_province(scale=scale, seed=seed)
    sizes = {"places": len(province.places), "stations": len(province.stations), "limit_m": LIMIT_M}
    with engine.connect() as connection:
        _load(connection, province)
        theirs, ours = [], []
        geography = reached = np.zeros(0, dtype=np.bool_)
        for _ in range(rounds):
            seconds, geography = timed(lambda: _geography(connection, len(province.places)))
            theirs.append(seconds)
            seconds, reached = timed(lambda: reached_by_any(province.places, province.stations, LIMIT_M))
            ours.append(seconds)
    yield {"method": OURS, **sizes, "seconds": round(median(ours), 3), "covered": int(reached.sum())}
    yield {"method": PEER, **sizes, "seconds": round(median(theirs), 3), "covered": int(geography.sum())}
    yield {
        "method": OURS,
        "against": PEER,
        "times_faster": round(median(theirs) / median(ours), 1),
        "differ": int((geography != reached).sum()),
    }
    whole, _ = timed(lambda: _whole_day(province, seed=seed))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield {"method": "tenmin, all 24 hours", **sizes, "seconds": round(whole, 2), "peak_mb": peak}


def _load(connection: sa.Connection, province: Province) -> None:
    # Not temporary tables: those keep PostgreSQL from using parallel workers.
    connection.execute(sa.text("SET LOCAL max_parallel_workers_per_gather = 2"))
    for table, points in (("bench_places", province.places), ("bench_stations", province.stations)):
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


def _whole_day(province: Province, *, seed: int) -> None:
    """States and people of 24 hours and one moment, every station with hours of its own."""
    random = np.random.default_rng(seed)
    count = len(province.stations)
    kind = random.choice(4, (count, HOURS_OF_DAY + 1), p=(0.5, 0.2, 0.2, 0.1))
    supply = Supply(
        lonlat=province.stations,
        county=np.zeros(count, dtype=np.int64),
        counting=(kind == 0).astype(np.float32),
        unsure=(kind == 1).astype(np.float32),
        shut=kind[:, -1] == 2,  # noqa: PLR2004
        fixable=kind[:, -1] > 1,
    )
    people = np.ones(len(province.places), dtype=np.int64)
    places = Places(people, np.zeros_like(people), np.zeros(len(people), dtype=np.bool_))
    find_cover(places, supply, reach_in_chunks(province.places, province.stations, LIMIT_M))
