"""Networks to measure on: real streets through the importer, and a crooked lattice with one-way streets."""

import gzip
import tempfile
from pathlib import Path

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.crs import to_wgs84
from geodata.demo.futian_city import STREETS_FILE
from geodata.ingest.networks import StreetsWanted, load_network
from geodata.network.entries import Entries
from geodata.network.graph import Network, Streets, Use, make_network
from geodata.queries.networks import read_network
from geodata.rules.reach import Ints
from geodata.vocab import Datum

NODES = 500_000
STATIONS = 8_213
_SPACING_M = 250.0
_SRID, _EAST, _NORTH = 4547, 500_000.0, 3_300_000.0
_MISSING, _ONE_WAY, _CROOKED = 0.15, 0.25, 0.3


def make_lattice(nodes: int, *, seed: int) -> Network:
    """About so many junctions ~250 m apart on a square; the same seed draws the same streets."""
    rng = np.random.default_rng(seed)
    side = max(3, round(nodes**0.5))
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    shift = rng.uniform(-_CROOKED, _CROOKED, (side * side, 2))
    x, y = (np.array((column, row)) + shift.T) * _SPACING_M
    lon, lat = to_wgs84(_EAST + x - x.mean(), _NORTH + y - y.mean(), _SRID)
    number = np.arange(side * side).reshape(side, side)
    start = np.concatenate((number[:, :-1].ravel(), number[:-1, :].ravel()))
    end = np.concatenate((number[:, 1:].ravel(), number[1:, :].ravel()))
    kept = rng.random(len(start)) >= _MISSING
    start, end = start[kept], end[kept]
    points = np.column_stack((lon, lat))
    lines = shapely.linestrings(np.stack((points[start], points[end]), axis=1))
    metres = np.hypot(x[start] - x[end], y[start] - y[end])
    one_way = rng.random(len(start)) < _ONE_WAY
    uses = np.where(one_way, Use.FOOT | Use.EBIKE_FORWARD, Use.FOOT | Use.EBIKE_FORWARD | Use.EBIKE_BACKWARD)
    return make_network(
        start, end, uses, np.full(len(start), np.nan), metres, lines, nodes=side * side, srid=_SRID
    )


def used_nodes(streets: Streets) -> Ints:
    """Junctions at which some street ends, in order."""
    return np.unique(np.concatenate((streets.start, streets.end)))


def at_nodes(streets: Streets, nodes: Ints) -> Entries:
    """Places exactly at junctions, so that engines that know only junctions are asked the same."""
    edge = np.full(streets.network.nodes, -1, dtype=np.int64)
    fraction = np.zeros(streets.network.nodes)
    rows = np.arange(len(streets.start))
    edge[streets.end], fraction[streets.end] = rows, 1.0
    edge[streets.start], fraction[streets.start] = rows, 0.0
    return Entries(edge[nodes], fraction[nodes], np.zeros(len(nodes)))


def real_streets(engine: sa.Engine, extract: Path | None) -> Network:
    """Streets of a file, read by the importer like anybody's; those of the second demo county unless named.

    Nothing stays in the database.
    """
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder, engine.connect() as connection:
        path = extract
        if path is None:
            path = Path(folder) / "futian.graphml"
            path.write_bytes(gzip.decompress(STREETS_FILE.read_bytes()))
        with Session(connection) as session:
            wanted = StreetsWanted("440304", "bench", Datum.WGS84, credit="bench")
            return read_network(session, load_network(session, path, wanted, by="bench").id)
