"""The invented grids of every county: codes, names, zones, towns, exclusive grids, pockets of gap."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely

from geodata.demo.clusters import gather
from geodata.demo.density import town_density
from geodata.demo.frame import Array, generator, to_degrees, to_plane
from geodata.demo.lattice import Cell, Lattice
from geodata.demo.names import PLACES, Pool
from geodata.demo.sources import MAIN_COUNTY, County, read_counties
from geodata.demo.tessellation import Region, tessellate
from geodata.vocab import GridKind

# How many grids and zones tile a county, and how many of them (the thinnest) are zones.
TILES = {
    MAIN_COUNTY: (16, 4),
    "410103": (14, 2),
    "410104": (16, 2),
    "410105": (18, 2),
    "410106": (8, 0),
    "410108": (10, 1),
    "410122": (20, 3),
    "410181": (16, 3),
    "410182": (14, 2),
    "410183": (12, 2),
    "410184": (15, 2),
    "410185": (12, 2),
}
# Parks, markets and towers with a grid of their own; (longitude, latitude, metres wide, ending).
_EXCLUSIVE = {
    MAIN_COUNTY: (
        (113.5815, 34.7835, 900.0, "产业园"),
        (113.6045, 34.7595, 520.0, "市场"),
        (113.5665, 34.7415, 700.0, "物流园"),
    ),
    "410104": ((113.7450, 34.7250, 800.0, "产业园"),),
    "410105": ((113.6780, 34.7790, 500.0, "商圈"),),
    "410181": ((112.9760, 34.7480, 650.0, "产业园"),),
}
_TOWNS = 5
_COMMUNITIES = (2, 4)
# Pockets between two grids of the main county that belong to nobody: digitising errors of the kind that
# every real set of grids has, each below the 100 m2 that would keep a version from going live. Metres.
POCKETS = 4
_POCKET_M = (23.0, 4.0)
_POCKET_EDGE_M = (200.0, 700.0)

Point = tuple[float, float]


@dataclass(frozen=True)
class DemoGrid:
    """One invented grid as the import file will carry it; geometry in degrees."""

    county_code: str
    code: str
    name: str
    kind: GridKind
    community_codes: tuple[str, ...]
    geom: shapely.Geometry


@dataclass(frozen=True)
class DemoTown:
    """An invented town of the main county: several grids together."""

    code: str
    name: str
    geom: shapely.Geometry


@dataclass(frozen=True)
class GridPlan:
    """All grids in order of county and code, the towns of the main county, and the pockets of gap in it."""

    grids: tuple[DemoGrid, ...]
    towns: tuple[DemoTown, ...]
    gap: shapely.Geometry

    def of(self, county_code: str) -> list[DemoGrid]:
        """The grids of one county."""
        return [grid for grid in self.grids if grid.county_code == county_code]


def plan_grids(lattice: Lattice) -> GridPlan:
    """Invent the grids of all 12 counties."""
    names = Pool(PLACES, generator("grid names"))
    grids: list[DemoGrid] = []
    towns: list[DemoTown] = []
    gap = shapely.Polygon()
    for county in _main_first(read_counties()):
        regions = tessellate(lattice, county, count=TILES[county.code][0])
        tiles = _name_tiles(county, regions, names)
        if county.code == MAIN_COUNTY:
            tiles, towns = _group_into_towns(tiles)
            tiles, gap = _open_pockets(tiles)
        grids += [*tiles, *_exclusive_grids(lattice, county, names)]
    grids.sort(key=lambda grid: (grid.county_code, grid.code))
    return GridPlan(tuple(grids), tuple(towns), gap)


def _main_first(counties: tuple[County, ...]) -> list[County]:
    return sorted(counties, key=lambda county: (county.code != MAIN_COUNTY, county.code))


def _name_tiles(county: County, regions: list[Region], names: Pool) -> list[DemoGrid]:
    """Zones are the thinnest regions; both kinds are numbered in reading order."""
    zones = TILES[county.code][1]
    middles = to_plane(shapely.get_coordinates(shapely.point_on_surface([each.geom for each in regions])))
    thinnest = set(np.argsort(town_density(middles), kind="stable")[:zones].tolist())
    counts = {GridKind.GRID: 0, GridKind.ZONE: 0}
    tiles = []
    for index, region in enumerate(regions):
        kind = GridKind.ZONE if index in thinnest else GridKind.GRID
        counts[kind] += 1
        code = f"{county.code}{'Z' if kind == GridKind.ZONE else 'G'}{counts[kind]:03d}"
        tiles.append(DemoGrid(county.code, code, names.deal(), kind, (), region.geom))
    return tiles


def _group_into_towns(tiles: list[DemoGrid]) -> tuple[list[DemoGrid], list[DemoTown]]:
    """Invent towns and communities: 410102 9nn is no code in use, 9nn marks it as made up."""
    geoms = np.array([tile.geom for tile in tiles], dtype=object)
    middles = to_plane(shapely.get_coordinates(shapely.point_on_surface(geoms)))
    labels = gather(middles, shapely.area(geoms) ** 0.5, _touching(geoms), count=_TOWNS)
    rng = generator("communities")
    numbered: list[DemoGrid] = list(tiles)
    towns = []
    for town in range(_TOWNS):
        members = np.flatnonzero(labels == town)
        code = f"{MAIN_COUNTY}9{town + 1:02d}"
        first = 1
        for member in members.tolist():
            last = first + int(rng.integers(_COMMUNITIES[0], _COMMUNITIES[1] + 1))
            communities = tuple(f"{code}{number:03d}" for number in range(first, last))
            numbered[member] = replace(tiles[member], community_codes=communities)
            first = last
        heart = tiles[int(members[np.argmax(town_density(middles[members]))])]
        towns.append(DemoTown(code, f"{heart.name}街道（虚构）", shapely.union_all(geoms[members])))
    return numbered, towns


def _touching(geoms: Array) -> list[tuple[int, int]]:
    first, second = shapely.STRtree(geoms).query(geoms, predicate="touches")
    lengths = shapely.length(shapely.intersection(geoms[first], geoms[second]))
    return sorted(
        (int(a), int(b)) for a, b, length in zip(first, second, lengths, strict=True) if a < b and length > 0
    )


def _open_pockets(tiles: list[DemoGrid]) -> tuple[list[DemoGrid], shapely.Geometry]:
    """Take small pockets off grids in the middle of the densest edges they share with another.

    Both neighbours get the pocket's two ends as corners, so that all their other edges still match.
    """
    edges = sorted(_shared_edges(tiles), key=lambda edge: -_edge_density(edge[0], edge[1]))[: 2 * POCKETS : 2]
    changed = list(tiles)
    pockets = []
    for start, end, loser, other in edges:
        corners = _pocket(start, end)
        changed[loser] = replace(changed[loser], geom=_with_corners(changed[loser].geom, start, end, corners))
        ends = [corners[3], corners[0]]
        changed[other] = replace(changed[other], geom=_with_corners(changed[other].geom, end, start, ends))
        pockets.append(shapely.polygons([*corners, corners[0]]))
    return changed, shapely.multipolygons(pockets)


def _pocket(start: Point, end: Point) -> list[Point]:
    """Corners of a pocket: on the edge, inside, inside, on the edge, from its start to its end."""
    a, b = to_plane(np.array([start, end]))
    ahead = (b - a) / np.sqrt(((b - a) ** 2).sum())
    inward = np.array([-ahead[1], ahead[0]])  # rings run anticlockwise: the inside lies to the left
    half, depth = ahead * (_POCKET_M[0] / 2), inward * _POCKET_M[1]
    middle = (a + b) / 2
    offsets = np.array([-half, -0.7 * half + depth, 0.7 * half + depth, half])
    return [(float(x), float(y)) for x, y in to_degrees(middle + offsets)]


def _with_corners(geom: shapely.Geometry, start: Point, end: Point, corners: list[Point]) -> shapely.Geometry:
    """The polygon with further corners on its edge from start to end."""
    ring = [(x, y) for x, y in shapely.get_coordinates(_anticlockwise(geom)).tolist()]
    at = next(index for index, edge in enumerate(pairwise(ring)) if edge == (start, end))
    return shapely.polygons([*ring[: at + 1], *corners, *ring[at + 1 :]])


def _anticlockwise(geom: shapely.Geometry) -> shapely.Geometry:
    return shapely.orient_polygons(geom, exterior_cw=False)


def _shared_edges(tiles: list[DemoGrid]) -> list[tuple[Point, Point, int, int]]:
    """Edges of fitting length between two tiles, in the direction of the one with the greater code."""
    owners: dict[tuple[Point, Point], int] = {}
    for index, tile in enumerate(tiles):
        ring = [(x, y) for x, y in shapely.get_coordinates(_anticlockwise(tile.geom)).tolist()]
        owners |= dict.fromkeys(pairwise(ring), index)
    found = []
    for (start, end), index in owners.items():
        other = owners.get((end, start), index)
        is_later = tiles[other].code < tiles[index].code
        if is_later and _POCKET_EDGE_M[0] < _length_m(start, end) < _POCKET_EDGE_M[1]:
            found.append((start, end, index, other))
    return found


def _length_m(start: Point, end: Point) -> float:
    return float(np.sqrt((np.diff(to_plane(np.array([start, end])), axis=0) ** 2).sum()))


def _edge_density(start: Point, end: Point) -> float:
    return float(town_density(to_plane(np.array([start, end])).mean(axis=0)[None, :])[0])


def _exclusive_grids(lattice: Lattice, county: County, names: Pool) -> list[DemoGrid]:
    """Four-sided plots that take the slant of the block they lie in, whatever grids they straddle."""
    grids = []
    for number, (lon, lat, size_m, ending) in enumerate(_EXCLUSIVE.get(county.code, ()), start=1):
        at = to_plane(np.array([(lon, lat)]))[0]
        plot = _plot(lattice, _nearest_block(lattice, at), at, size_m)
        code = f"{county.code}X{number:03d}"
        grids.append(DemoGrid(county.code, code, names.deal() + ending, GridKind.EXCLUSIVE, (), plot))
    return grids


def _nearest_block(lattice: Lattice, at: Array) -> Cell:
    points = np.array(lattice.points)
    middles = points[[block.corners for block in lattice.blocks]].mean(axis=1)
    return lattice.blocks[int(((middles - at) ** 2).sum(axis=1).argmin())]


def _plot(lattice: Lattice, block: Cell, at: Array, size_m: float) -> shapely.Geometry:
    corners = np.array([lattice.points[corner] for corner in block.corners])
    shape = (corners - corners.mean(axis=0)) * (size_m / block.size_m)
    return shapely.polygons(to_degrees(at + shape))
