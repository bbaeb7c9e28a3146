"""Two drafts beside the grids in force: one full of planted errors, one that only moves a block."""

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geodata.demo.density import town_density
from geodata.demo.frame import Array, to_degrees, to_plane
from geodata.demo.grids import DemoGrid, GridPlan
from geodata.demo.lattice import Lattice
from geodata.demo.sources import MAIN_COUNTY
from geodata.vocab import GridKind

FLAWED_COUNTY = "410106"  # 上街区
_OVERLAP_M, _HOLE_M, _SLIVER_M = (420.0, 260.0), (300.0, 180.0), 0.6


@dataclass(frozen=True)
class DraftRow:
    """One feature of a draft file; unlike a grid it may be wrong in every way."""

    code: str
    name: str
    kind: str
    geom: shapely.Geometry


def flawed_draft(plan: GridPlan) -> list[DraftRow]:
    """The grids of one county with an overlap, a hole, a sliver and a faulty, a nameless and a repeated row.

    The importer refuses the last three row by row; the check of the version finds the first three.
    """
    grids = plan.of(FLAWED_COUNTY)
    geoms = [grid.geom for grid in grids]
    first, second = _longest_neighbours(geoms)
    geoms[first] = _largest(
        shapely.union(geoms[first], _box_at(_seam(geoms[first], geoms[second]), *_OVERLAP_M))
    )
    others = [index for index in range(len(geoms)) if index not in (first, second)]
    hole = _box_at(shapely.point_on_surface(geoms[others[0]]), *_HOLE_M)
    geoms[others[0]] = shapely.difference(geoms[others[0]], hole)
    geoms[others[1]] = _shaved(geoms[others[1]])
    rows = [
        DraftRow(grid.code, grid.name, str(grid.kind), geom) for grid, geom in zip(grids, geoms, strict=True)
    ]
    return [*rows, *_refused_rows(grids)]


def _refused_rows(grids: list[DemoGrid]) -> list[DraftRow]:
    west, south, east, north = shapely.bounds(grids[-1].geom).tolist()
    bow_tie = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    return [
        replace(_as_row(grids[2]), name=f"{grids[2].name}（编号重复）"),
        replace(_as_row(grids[3]), code="", name=f"{grids[3].name}（缺编号）"),
        DraftRow(f"{FLAWED_COUNTY}G099", "图形自交", str(GridKind.GRID), bow_tie),
    ]


def _as_row(grid: DemoGrid) -> DraftRow:
    return DraftRow(grid.code, grid.name, str(grid.kind), grid.geom)


def _longest_neighbours(geoms: list[shapely.Geometry]) -> tuple[int, int]:
    pairs = [(a, b) for a in range(len(geoms)) for b in range(a + 1, len(geoms))]
    return max(
        pairs, key=lambda pair: float(shapely.length(shapely.intersection(geoms[pair[0]], geoms[pair[1]])))
    )


def _seam(first: shapely.Geometry, second: shapely.Geometry) -> shapely.Geometry:
    line = shapely.line_merge(shapely.intersection(first, second))
    longest = max(shapely.get_parts(line), key=shapely.length)
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)


def _box_at(point: shapely.Geometry, width_m: float, height_m: float) -> shapely.Geometry:
    corners: Array = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * (width_m, height_m)
    return shapely.polygons(to_degrees(to_plane(shapely.get_coordinates(point)) + corners))


def _largest(geom: shapely.Geometry) -> shapely.Geometry:
    return max(shapely.get_parts(geom), key=shapely.area)


def _shaved(geom: shapely.Geometry) -> shapely.Geometry:
    """Draw one corner in by a hair: a gap as thin as a badly snapped line."""
    ring = shapely.get_coordinates(geom)
    middle = to_plane(shapely.get_coordinates(shapely.centroid(geom)))[0]
    corner = to_plane(ring[1:2])[0]
    way = (middle - corner) / np.sqrt(((middle - corner) ** 2).sum())
    ring[1] = to_degrees((corner + _SLIVER_M * way)[None, :])[0]
    return shapely.polygons(ring)


def shifted_draft(lattice: Lattice, plan: GridPlan) -> list[DemoGrid]:
    """The main county's grids with one dense block handed from its fullest grid to a neighbour."""
    grids = plan.of(MAIN_COUNTY)
    tiles = [index for index, grid in enumerate(grids) if grid.kind == GridKind.GRID]
    giver = max(tiles, key=lambda index: _density_at(grids[index].geom))
    block, taker = _movable_block(lattice, grids, giver, [index for index in tiles if index != giver])
    changed = list(grids)
    changed[giver] = replace(grids[giver], geom=shapely.difference(grids[giver].geom, block))
    changed[taker] = replace(grids[taker], geom=shapely.union(grids[taker].geom, block))
    return changed


def _density_at(geom: shapely.Geometry) -> float:
    return float(town_density(to_plane(shapely.get_coordinates(shapely.point_on_surface(geom))))[0])


def _movable_block(
    lattice: Lattice, grids: list[DemoGrid], giver: int, takers: list[int]
) -> tuple[shapely.Geometry, int]:
    """A block inside the giver that shares a long edge with a taker and leaves the giver in one piece."""
    degrees = lattice.degrees()
    outlines = [shapely.polygons(degrees[lattice.ring(block.corners)]) for block in lattice.blocks]
    home = grids[giver].geom
    found = []
    for block in outlines:
        if not shapely.covers(home, block) or shapely.difference(home, block).geom_type != "Polygon":
            continue
        for taker in takers:
            shared = float(shapely.length(shapely.intersection(block, grids[taker].geom)))
            if shared > 0 and shapely.union(grids[taker].geom, block).geom_type == "Polygon":
                found.append((shared * _density_at(block), block, taker))
    _, block, taker = max(found, key=lambda entry: entry[0])
    return block, taker
