"""Vector tiles against plain GeoJSON of the same box: how much sooner and smaller, and no place lost.

The reference is what one would write first: every feature that meets the tile's box, whole and at full
detail, with the properties of the tile's layers, as one FeatureCollection made by PostGIS. Both sides start
from the same tables and nothing is cached between tiles. Only ratios inside one run mean anything.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import mean, median, quantiles
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.db import transaction
from geodata.queries import tiles
from geodata.queries.tiles import Tile
from scripts.benches.province import load_province, make_province
from scripts.benches.timing import timed

ZOOMS = range(10, 15)
GOAL_RATIO = 5.0
"""Times sooner than GeoJSON that a tile must be at the 95th percentile, over all zooms together."""

GOAL_KB_AT_Z10 = 100
"""Kilobytes, before compression, that no tile at zoom 10 should pass."""

_GEO_JSON = sa.text("""
WITH box AS (SELECT ST_MakeEnvelope(:west, :south, :east, :north, 4326) AS geom)
SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(feature))::text FROM (
    SELECT json_build_object('type', 'Feature', 'id', g.id, 'geometry', ST_AsGeoJSON(b.geom, 6)::json,
        'properties', json_build_object('code', g.code, 'name', b.name, 'kind', b.kind,
            'county', g.county_code)) AS feature
    FROM box, grid_boundaries b JOIN grids g ON g.id = b.grid_id
        JOIN boundary_versions v ON v.id = b.version_id AND v.status = 'effective'
    WHERE b.geom && box.geom
    UNION ALL
    SELECT json_build_object('type', 'Feature', 'id', d.id, 'geometry', ST_AsGeoJSON(d.geom, 6)::json,
        'properties', json_build_object('code', d.code, 'level', d.level, 'name', d.name))
    FROM box, divisions d WHERE d.geom && box.geom
    UNION ALL
    SELECT json_build_object('type', 'Feature', 'id', s.id, 'geometry', ST_AsGeoJSON(s.geom, 6)::json,
        'properties', json_build_object('code', s.code, 'name', s.name, 'type', s.station_type,
            'status', s.status))
    FROM box, stations s WHERE s.geom && box.geom
    UNION ALL
    SELECT json_build_object('type', 'Feature', 'id', e.id, 'geometry', ST_AsGeoJSON(e.geom, 6)::json,
        'properties', json_build_object('status', a.status, 'org', e.organization_status))
    FROM box, enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
    WHERE e.geom && box.geom AND e.removed_on IS NULL
) AS features
""")


def run(
    engine: sa.Engine, *, scale: float, seed: int, tiles_a_zoom: int = 40, rounds: int = 3
) -> Iterator[dict[str, Any]]:
    """Fill an empty database, draw inhabited tiles at random, measure both sides on the same tiles.

    ``even`` draws every inhabited tile as often; ``weighted`` as often as it holds enterprises, which is
    what people look at. ``differ`` counts the drawn tiles whose counts are not what PostGIS finds in
    them, and must be 0.
    """
    yield {"method": "refresh", "seconds": _prepare(engine, scale=scale, seed=seed)}
    draw = random.Random(seed)  # noqa: S311  # the same tiles in every run
    with Session(engine) as session:
        for kind in ("even", "weighted"):
            chosen = {
                zoom: _draw_tiles(draw, session, zoom, tiles_a_zoom, is_weighted=kind == "weighted")
                for zoom in ZOOMS
            }
            for line in _measure(session, chosen, rounds):
                yield {"draw": kind, **line}
            yield {"draw": kind, "method": "check", "differ": _count_differing(session, chosen)}


def _prepare(engine: sa.Engine, *, scale: float, seed: int) -> float:
    """The province, assigned, in an empty database, and the tables for tiles; seconds for the latter."""
    with engine.connect() as connection:
        is_empty = not connection.scalar(sa.text("SELECT EXISTS (SELECT FROM enterprises)"))
    if is_empty:
        load_province(engine, make_province(scale=scale, seed=seed), stations=True)
        with transaction(engine) as session:
            assign_enterprises(session)
    with transaction(engine) as session:
        seconds, _ = timed(lambda: tiles.refresh(session))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))
    return round(seconds, 2)


def _draw_tiles(
    draw: random.Random, session: Session, zoom: int, count: int, *, is_weighted: bool
) -> list[Tile]:
    source = {
        True: (
            "SELECT x, y, sum(cardinality(ids)) AS places FROM enterprise_places GROUP BY x, y ORDER BY x, y"
        ),
        False: (
            "SELECT c.x, c.y, sum(n) AS places FROM enterprise_cells AS c, unnest(c.enterprises) AS n "
            "WHERE c.z = :zoom GROUP BY c.x, c.y ORDER BY c.x, c.y"
        ),
    }[zoom == max(ZOOMS)]
    rows = session.execute(sa.text(source), {"zoom": zoom} if ":zoom" in source else {}).all()
    weights = [int(row.places) if is_weighted else 1 for row in rows]
    return [tiles.get_tile(zoom, row.x, row.y) for row in draw.choices(rows, weights, k=count)]


def _measure(session: Session, chosen: dict[int, list[Tile]], rounds: int) -> Iterator[dict[str, Any]]:
    every_tile: list[float] = []
    every_json: list[float] = []
    for zoom, drawn in chosen.items():
        makers = (
            lambda tile: tiles.build_tile(session, tile, opened=tiles.ALL_OPEN),
            lambda tile: _geo_json(session, tile),
        )
        (ours, our_bytes), (theirs, their_bytes) = _times_in_turn(drawn, makers, rounds)
        every_tile += ours
        every_json += theirs
        goal = {"goal_kb": GOAL_KB_AT_Z10} if zoom == min(ZOOMS) else {}
        yield {"zoom": zoom, "method": "tile", **_row(ours, our_bytes), **goal}
        yield {"zoom": zoom, "method": "geojson", **_row(theirs, their_bytes)}
        yield {
            "zoom": zoom,
            "method": "tile",
            "against": "geojson",
            "times_faster_p95": round(_p95(theirs) / _p95(ours), 1),
            "times_smaller": round(sum(their_bytes) / sum(our_bytes), 1),
        }
    yield {
        "zoom": "all",
        "method": "tile",
        "against": "geojson",
        "times_faster_p95": round(_p95(every_json) / _p95(every_tile), 1),
        "goal": GOAL_RATIO,
    }


def _times_in_turn(
    drawn: Sequence[Tile], makers: Sequence[Callable[[Tile], bytes]], rounds: int
) -> list[tuple[list[float], list[int]]]:
    """For each maker the median milliseconds of each tile, and its bytes.

    The makers take turns on every tile, so that a busy moment of the machine meets all alike; a first, cold
    round does not count.
    """
    seconds: list[list[list[float]]] = [[[] for _ in drawn] for _ in makers]
    sizes: list[list[int]] = [[] for _ in makers]
    for turn in range(rounds + 1):
        for index, tile in enumerate(drawn):
            for number, make in enumerate(makers):
                took, body = timed(partial(make, tile))
                if turn:
                    seconds[number][index].append(took)
                else:
                    sizes[number].append(len(body))
    medians = [[median(each) * 1000 for each in tiles_of_one] for tiles_of_one in seconds]
    return list(zip(medians, sizes, strict=True))


def _row(milliseconds: list[float], sizes: list[int]) -> dict[str, float]:
    return {
        "p50_ms": round(median(milliseconds), 1),
        "p95_ms": round(_p95(milliseconds), 1),
        "mean_kb": round(mean(sizes) / 1000, 1),
        "max_kb": round(max(sizes) / 1000, 1),
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def _geo_json(session: Session, tile: Tile) -> bytes:
    box = dict(zip(("west", "south", "east", "north"), tile.box_degrees(), strict=True))
    return str(session.scalar(_GEO_JSON, box)).encode()


def _count_differing(session: Session, chosen: dict[int, list[Tile]]) -> int:
    """How many of the tiles drawn as counts hold another number of enterprises than PostGIS finds in them."""
    inside = sa.text("""
        SELECT count(*) FROM enterprises e, LATERAL (SELECT ST_Transform(e.geom, 3857) AS geom) AS m
        WHERE e.geom && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 0.0001)
            AND e.removed_on IS NULL AND ST_X(m.geom) >= :left AND ST_X(m.geom) < :right
            AND ST_Y(m.geom) > :bottom AND ST_Y(m.geom) <= :top
    """)
    differing = 0
    for tile in {tile for zoom, drawn in chosen.items() if zoom < max(ZOOMS) for tile in drawn}:
        layers = mapbox_vector_tile.decode(tiles.build_tile(session, tile, opened=tiles.ALL_OPEN))
        drawn = sum(cell["properties"]["n"] for cell in layers["enterprise"]["features"])
        box = dict(zip(("west", "south", "east", "north"), tile.box_degrees(), strict=True))
        box |= dict(zip(("left", "bottom", "right", "top"), tile.box_m(), strict=True))
        differing += drawn != session.scalar(inside, box)
    return differing
