"""The quiet base layer: invented streets, lanes, a river, a railway, parks and ponds. For drawing only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely

from geodata.demo.density import town_density
from geodata.demo.frame import Array, generator, to_degrees
from geodata.demo.lattice import Cell, Lattice, Piece
from geodata.demo.names import STREETS, Pool, road_ending
from geodata.demo.sources import County

_FIELD_DENSITY, _TOWN_DENSITY, _CORE_DENSITY = 0.03, 0.12, 0.45
_LOWEST_NAMED_RANK = 2
# Some roads are simply not there: a full net looks printed.
_GAP_CHANCE = {1: 0.0, 2: 0.05, 3: 0.16, 4: 0.22}


class Ink(NamedTuple):
    """One thing of the base layer before it is cut by county; degrees."""

    kind: str
    rank: int
    name: str | None
    geom: shapely.Geometry


@dataclass(frozen=True)
class BaseLine:
    """One row of the base layer: what ``streets`` stores."""

    county_code: str
    kind: str
    rank: int
    name: str | None
    geom: shapely.Geometry


def draw_streets(lattice: Lattice) -> list[Ink]:
    """Streets of the lattice as long lines, named where they are roads of a town, and lanes inside blocks."""
    rng = generator("streets")
    names = Pool(STREETS, rng)
    degrees = lattice.degrees()
    kept = [piece for piece in _demoted(lattice) if rng.random() >= _GAP_CHANCE[piece.rank]]
    ink = []
    for chain in _chains(kept):
        first = chain[0]
        route = [chain[0].start]
        for piece in chain:
            route += lattice.line(piece.start, piece.end)[1:]
        name = None
        if first.rank <= _LOWEST_NAMED_RANK:
            name = names.deal() + road_ending(rng, is_upright=first.is_upright, rank=first.rank)
        ink.append(Ink("road", first.rank, name, shapely.linestrings(degrees[route])))
    return ink + list(_lanes(lattice, rng))


def _demoted(lattice: Lattice) -> list[Piece]:
    """Out in the fields the same net is country roads."""
    points = np.array(lattice.points)
    middles = points[[(piece.start, piece.end) for piece in lattice.pieces]].mean(axis=1)
    densities = town_density(middles)
    lower = (densities < _TOWN_DENSITY).astype(int) + (densities < _FIELD_DENSITY)
    return [
        replace(piece, rank=piece.rank + int(down)) if piece.rank == 1 else piece
        for piece, down in zip(lattice.pieces, lower, strict=True)
    ]


def _chains(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Join pieces of one rank and direction that run on into each other."""
    starts: dict[tuple[int, int, bool], Piece] = {}
    for piece in pieces:
        starts.setdefault((piece.start, piece.rank, piece.is_upright), piece)
    follows = {(piece.end, piece.rank, piece.is_upright) for piece in pieces}
    chains, used = [], set()
    for piece in pieces:
        key = (piece.start, piece.rank, piece.is_upright)
        if key in follows or piece in used:
            continue
        chain = []
        step: Piece | None = piece
        while step is not None and step not in used:
            used.add(step)
            chain.append(step)
            step = starts.get((step.end, step.rank, step.is_upright))
        chains.append(chain)
    return chains


def _lanes(lattice: Lattice, rng: np.random.Generator) -> Iterator[Ink]:
    """Short dead ends that reach from a side of a block into it."""
    for leaf in lattice.leaves:
        if leaf.density < _CORE_DENSITY:
            continue
        for _ in range(2 if leaf.density < 2 * _CORE_DENSITY else 4):
            yield Ink("road", 4, None, _lane(lattice, leaf, rng))


def _lane(lattice: Lattice, leaf: Cell, rng: np.random.Generator) -> shapely.Geometry:
    a, b, c, d = (np.array(lattice.points[corner]) for corner in leaf.corners)
    if rng.random() < 0.5:  # noqa: PLR2004
        a, b, c, d = b, c, d, a
    along, start, end = rng.uniform(0.15, 0.85), rng.choice([0.0, 0.12, 0.5]), rng.uniform(0.55, 0.95)
    near, far = a + along * (b - a), d + along * (c - d)
    return shapely.linestrings(to_degrees(np.array([near + start * (far - near), near + end * (far - near)])))


def cut_by_county(ink: Sequence[Ink], counties: Sequence[County]) -> list[BaseLine]:
    """Cut everything at the county lines; what crosses one becomes a row in each county."""
    geoms = np.array([drawn.geom for drawn in ink], dtype=object)
    tree = shapely.STRtree(geoms)
    rows = []
    for county in counties:
        shapely.prepare(county.geom)
        hits = np.sort(tree.query(county.geom, predicate="intersects"))
        within = shapely.contains_properly(county.geom, geoms[hits])
        for index, is_within in zip(hits.tolist(), within.tolist(), strict=True):
            drawn = ink[index]
            geom = drawn.geom if is_within else _rounded(shapely.intersection(drawn.geom, county.geom))
            for part in shapely.get_parts(geom):
                if part.geom_type in {"LineString", "Polygon"} and not part.is_empty and part.is_valid:
                    rows.append(BaseLine(county.code, drawn.kind, drawn.rank, drawn.name, part))
    return rows


def _rounded(geom: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geom, lambda xy: np.round(xy, 7))


def smooth(points: Array, *, rounds: int = 3) -> Array:
    """Corners of an open line cut off again and again (Chaikin), ends kept."""
    for _ in range(rounds):
        quarters = np.empty((2 * (len(points) - 1), 2))
        quarters[0::2] = 0.75 * points[:-1] + 0.25 * points[1:]
        quarters[1::2] = 0.25 * points[:-1] + 0.75 * points[1:]
        points = np.vstack([points[:1], quarters, points[-1:]])
    return points
