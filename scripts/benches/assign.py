"""Assignment of everybody, from rows in the database to history rows in the database, against the usual ways.

The peers answer an easier question (one covering grid, no history, no border or gap rule): into a column of
the table itself, as is usual, with the indexes that lists and search need; into a bare copy of the points
with only the indexes it needs itself; or through Python. ``lost``: places some grid covers that end without
one. ``twice``: places given two rows. ``differ``: places of one clear answer that got another.
"""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import geopandas
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from scripts.benches.province import load_province, make_province

OURS = "tenmin assign"


def run(engine: sa.Engine, *, scale: float, seed: int) -> Iterator[dict[str, Any]]:
    """Fill the database, run each method once, and compare the answers."""
    province = make_province(scale=scale, seed=seed)
    load_province(engine, province)
    sizes = {"places": len(province.places), "grids": len(province.grids)}
    with engine.begin() as connection:
        for statement in PREPARE:
            connection.execute(sa.text(statement))
    timed: dict[str, float] = {}
    for name, method in METHODS.items():
        began = perf_counter()
        extra = method(engine)
        timed[name] = perf_counter() - began
        line = {"method": name, **sizes, "seconds": round(timed[name], 2), **extra}
        if name in CHECKS:
            with engine.connect() as connection:
                line |= dict(connection.execute(sa.text(CHECKS[name])).mappings().one())
        yield line
    for peer in PEERS:
        for ours in (OURS, f"{OURS} --parallel 2"):
            yield {"method": ours, "against": peer, "times_faster": round(timed[peer] / timed[ours], 1)}


# The truth to compare with: every covering pair, found once, outside the clock.
PREPARE = (
    "CREATE TABLE peer_grids AS SELECT b.grid_id AS id, b.geom FROM grid_boundaries AS b",
    "ALTER TABLE peer_grids ADD PRIMARY KEY (id)",
    "CREATE INDEX ON peer_grids USING gist (geom)",
    "CREATE TABLE peer_points AS SELECT id, geom, NULL::bigint AS grid_id FROM enterprises",
    "ALTER TABLE peer_points ADD PRIMARY KEY (id)",
    "CREATE INDEX ON peer_points USING gist (geom)",
    (
        "CREATE TABLE truth AS SELECT p.id, min(g.id) AS grid_id, count(*) AS grids FROM peer_grids AS g "
        "CROSS JOIN LATERAL (SELECT p.id FROM peer_points AS p "
        "  WHERE p.geom && g.geom AND ST_Covers(g.geom, p.geom) OFFSET 0) AS p GROUP BY p.id"
    ),
    "ALTER TABLE truth ADD PRIMARY KEY (id)",
    "ALTER TABLE enterprises ADD COLUMN peer_grid_id bigint",
    "ANALYZE peer_grids",
    "ANALYZE peer_points",
    "ANALYZE truth",
)


def _assign(engine: sa.Engine, *, parallel: int) -> dict[str, Any]:
    with Session(engine) as session, session.begin():
        summary = assign_enterprises(session, parallel=parallel)
    return {
        "assigned": summary.assigned,
        "out_of_county": summary.out_of_county,
        "review": summary.review,
        "opened": summary.opened,
    }


def _first(engine: sa.Engine) -> dict[str, Any]:
    return _assign(engine, parallel=1)


def _first_in_two(engine: sa.Engine) -> dict[str, Any]:
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE assignments"))
    return _assign(engine, parallel=2)


def _again(engine: sa.Engine) -> dict[str, Any]:
    return _assign(engine, parallel=1)


def _update_within(engine: sa.Engine) -> dict[str, Any]:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE peer_points AS p SET grid_id = g.id FROM peer_grids AS g "
                "WHERE ST_Within(p.geom, g.geom)"
            )
        )
    return {}


def _update_main_table(engine: sa.Engine) -> dict[str, Any]:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE enterprises AS e SET peer_grid_id = g.id FROM peer_grids AS g "
                "WHERE ST_Within(e.geom, g.geom)"
            )
        )
    return {}


def _geopandas(engine: sa.Engine) -> dict[str, Any]:
    with engine.begin() as connection:
        points = geopandas.read_postgis("SELECT id, geom FROM peer_points", connection)
        grids = geopandas.read_postgis("SELECT id AS grid_id, geom FROM peer_grids", connection)
        joined = geopandas.sjoin(points, grids, predicate="within").drop(columns="index_right")
        joined.to_postgis("peer_joined", connection, if_exists="replace")
    return {"rows": len(joined)}


PEERS = (
    "UPDATE enterprises .. ST_Within",
    "UPDATE bare copy .. ST_Within",
    "read_postgis + sjoin + to_postgis",
)
METHODS: dict[str, Callable[[sa.Engine], dict[str, Any]]] = {
    OURS: _first,
    f"{OURS} --parallel 2": _first_in_two,
    f"{OURS}, again": _again,
    PEERS[0]: _update_main_table,
    PEERS[1]: _update_within,
    PEERS[2]: _geopandas,
}
# A border case may rightly go to the other grid that asks for it; everything else has one right answer.
_OURS = (
    "SELECT count(*) FILTER (WHERE a.id IS NULL OR num_nonnulls(a.grid_id, a.fallback_code) = 0) AS lost, "
    "count(a.id) - count(DISTINCT a.enterprise_id) AS twice, "
    "count(*) FILTER (WHERE a.grid_id <> t.grid_id AND t.grids = 1 "
    "  AND a.other_grid_id IS DISTINCT FROM t.grid_id) AS differ "
    "FROM truth AS t LEFT JOIN assignments AS a ON a.enterprise_id = t.id AND a.valid_to IS NULL"
)
CHECKS = {
    OURS: _OURS,
    f"{OURS} --parallel 2": _OURS,
    PEERS[0]: (
        "SELECT count(*) FILTER (WHERE e.peer_grid_id IS NULL) AS lost, 0 AS twice, "
        "count(*) FILTER (WHERE e.peer_grid_id <> t.grid_id AND t.grids = 1) AS differ "
        "FROM truth AS t JOIN enterprises AS e ON e.id = t.id"
    ),
    PEERS[1]: (
        "SELECT count(*) FILTER (WHERE p.grid_id IS NULL) AS lost, 0 AS twice, "
        "count(*) FILTER (WHERE p.grid_id <> t.grid_id AND t.grids = 1) AS differ "
        "FROM truth AS t JOIN peer_points AS p ON p.id = t.id"
    ),
    PEERS[2]: (
        "SELECT count(*) FILTER (WHERE p.id IS NULL) AS lost, count(p.id) - count(DISTINCT p.id) AS twice, "
        "count(*) FILTER (WHERE p.grid_id <> t.grid_id AND t.grids = 1) AS differ "
        "FROM truth AS t LEFT JOIN peer_joined AS p ON p.id = t.id"
    ),
}
