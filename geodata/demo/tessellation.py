"""Grids: blocks of the street lattice gathered into compact regions that end exactly on the county line.

Regions share their edges point for point, because they are cut out of one set of lines: the county's own
outline and the block edges between different regions, noded together on a fine integer raster.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from geodata.demo.clusters import gather, longest_shared
from geodata.demo.density import town_density
from geodata.demo.frame import Array, to_plane
from geodata.demo.lattice import Lattice
from geodata.demo.sources import County

# The raster on which lines are noded: a hundred-billionth of a degree, a micrometre. All real
# coordinates lie on it, so the county line stays as published.
_RASTER = 1e11
_CROWDING = 0.62  # how strongly regions shrink where the town is dense; 0 would make them equal

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Region:
    """One region of a county's tessellation, in degrees, with the density-weighted size it was cut by."""

    geom: shapely.Geometry
    weight: float


def tessellate(lattice: Lattice, county: County, *, count: int) -> list[Region]:
    """Cut a county into ``count`` compact regions along streets, ordered from north-west to south-east.

    The regions form a valid coverage whose outline is the county's, to the noding raster.
    """
    degrees = lattice.degrees()
    rings = [lattice.ring(block.corners) for block in lattice.blocks]
    outlines = shapely.polygons(
        shapely.linearrings(
            degrees[np.concatenate(rings)],
            indices=np.repeat(np.arange(len(rings)), [len(ring) for ring in rings]),
        )
    )
    inside = np.flatnonzero(shapely.intersects(outlines, county.geom))
    clipped = shapely.intersection(outlines[inside], county.geom)
    keep = shapely.area(clipped) > 0
    inside, clipped = inside[keep], clipped[keep]
    weights = _weights(clipped)
    middles = to_plane(shapely.get_coordinates(shapely.point_on_surface(clipped)))
    edges = _edges_between([rings[index] for index in inside])
    labels = gather(middles, weights, _pairs(edges), count=count)
    faces = _cut(county, degrees, edges, labels)
    owners = _owners(faces, outlines[inside], labels)
    return _order(_merge(faces, owners), clipped, labels, weights)


def _weights(clipped: npt.NDArray[np.object_]) -> Array:
    middles = to_plane(shapely.get_coordinates(shapely.point_on_surface(clipped)))
    return np.asarray(shapely.area(clipped) * 1e4 * (town_density(middles) + 0.01) ** _CROWDING)


def _edges_between(rings: list[list[int]]) -> dict[tuple[int, int], list[int]]:
    """For every atomic edge, which of the blocks lie beside it."""
    beside: dict[tuple[int, int], list[int]] = defaultdict(list)
    for block, ring in enumerate(rings):
        for start, end in pairwise(ring):
            beside[min(start, end), max(start, end)].append(block)
    return beside


def _pairs(edges: dict[tuple[int, int], list[int]]) -> list[tuple[int, int]]:
    return sorted({(min(both), max(both)) for both in edges.values() if len(both) == 2})  # noqa: PLR2004


def _cut(
    county: County, degrees: Array, edges: dict[tuple[int, int], list[int]], labels: Labels
) -> npt.NDArray[np.object_]:
    """Faces between the county line and the edges where the region changes, on the raster."""
    borders = [
        degrees[[start, end]]
        for (start, end), blocks in edges.items()
        if len({int(labels[block]) for block in blocks}) > 1
    ]
    lines = [county.geom.boundary, *(shapely.linestrings(border) for border in borders)]
    noded = shapely.union_all([_to_raster(line) for line in lines], grid_size=1)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    middles = shapely.point_on_surface(faces)
    return np.asarray(faces[shapely.covers(_to_raster(county.geom), middles)])


def _to_raster(geom: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geom, lambda xy: np.round(xy * _RASTER))


def _from_raster(geom: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geom, lambda xy: xy / _RASTER)


def _owners(
    faces: npt.NDArray[np.object_], outlines: npt.NDArray[np.object_], labels: Labels
) -> npt.NDArray[np.int64]:
    """The region of each face; scraps that the county line cuts off go to the neighbour they touch most."""
    middles = shapely.transform(shapely.point_on_surface(faces), lambda xy: xy / _RASTER)
    tree = shapely.STRtree(outlines)
    hits = tree.query(middles, predicate="intersects")
    owners = np.zeros(len(faces), dtype=np.int64)
    owners[hits[0]] = labels[hits[1]]
    areas = shapely.area(faces)
    largest = {
        label: max(np.flatnonzero(owners == label), key=lambda i: areas[i]) for label in set(owners.tolist())
    }
    scraps = [face for face in range(len(faces)) if largest[int(owners[face])] != face]
    for scrap in scraps:
        owners[scrap] = owners[longest_shared(faces, scrap, avoid=scraps)]
    return owners


def _merge(faces: npt.NDArray[np.object_], owners: npt.NDArray[np.int64]) -> dict[int, shapely.Geometry]:
    return {
        int(owner): _from_raster(shapely.union_all(faces[owners == owner]))
        for owner in sorted(set(owners.tolist()))
    }


def _order(
    regions: dict[int, shapely.Geometry], clipped: npt.NDArray[np.object_], labels: Labels, weights: Array
) -> list[Region]:
    """North to south in broad bands, west to east within a band, as one would number them on paper."""
    south, north = shapely.bounds(clipped)[:, 1].min(), shapely.bounds(clipped)[:, 3].max()
    band = (north - south) / 5

    def reading_order(label: int) -> tuple[int, float]:
        middle = shapely.point_on_surface(regions[label])
        return int((north - middle.y) / band), middle.x

    return [
        Region(regions[label], float(weights[labels == label].sum()))
        for label in sorted(regions, key=reading_order)
    ]
