"""Points of a county scattered as a town is: many where it is dense, a few in the fields."""

import numpy as np
import numpy.typing as npt
import shapely

from geodata.demo.frame import Array, to_degrees, to_plane
from geodata.demo.lattice import Lattice
from geodata.demo.sources import County


class Scatterer:
    """Draws places inside blocks of one county; never on a street, in the gap or near a grid border."""

    def __init__(
        self, lattice: Lattice, county: County, *, keep_off: shapely.Geometry, crowding: float
    ) -> None:
        """Prepare the blocks of a county.

        Args:
            lattice: the streets.
            county: whose outline holds every point.
            keep_off: degrees; points nearer than 22 m to it are drawn again.
            crowding: 1 follows density, above 1 exaggerates it.
        """
        points = np.array(lattice.points)
        corners = points[[leaf.corners for leaf in lattice.leaves]]
        area = _quad_areas(corners)
        density = np.array([leaf.density for leaf in lattice.leaves])
        near = shapely.intersects(county.geom, _quads(corners))
        self._corners = corners[near]
        self._chance = (area * (density + 0.002) ** crowding)[near]
        self._chance /= self._chance.sum()
        self._county = county.geom
        self._keep_off = shapely.buffer(keep_off, 22.0 / 100_000.0) if not keep_off.is_empty else keep_off
        shapely.prepare(self._county)
        shapely.prepare(self._keep_off)

    def draw(self, rng: np.random.Generator, count: int) -> Array:
        """``count`` places in degrees, shape (count, 2)."""
        found: list[Array] = []
        while sum(map(len, found)) < count:
            cells = self._corners[rng.choice(len(self._chance), size=2 * count, p=self._chance)]
            across, up = rng.uniform(0.06, 0.94, (2, 2 * count, 1))
            south = cells[:, 0] + across * (cells[:, 1] - cells[:, 0])
            north = cells[:, 3] + across * (cells[:, 2] - cells[:, 3])
            places = to_degrees(south + up * (north - south))
            found.append(places[self.allows(places)])
        return np.vstack(found)[:count]

    def allows(self, degrees: Array) -> npt.NDArray[np.bool_]:
        """Whether places lie in the county and off the lines to keep off."""
        inside = shapely.contains_xy(self._county, degrees[:, 0], degrees[:, 1])
        near_line = shapely.contains_xy(self._keep_off, degrees[:, 0], degrees[:, 1])
        return np.asarray(inside & ~near_line)


def around(rng: np.random.Generator, centres: Array, *, nearest_m: float, farthest_m: float) -> Array:
    """One place at some distance from each centre, in degrees; more of them near than far."""
    ways = rng.uniform(-1.0, 1.0, (len(centres), 2))
    ways /= np.maximum(np.sqrt((ways**2).sum(axis=1)), 1e-6)[:, None]
    metres = nearest_m + (farthest_m - nearest_m) * rng.random((len(centres), 1)) ** 1.3
    return to_degrees(to_plane(centres) + ways * metres)


def _quads(corners: Array) -> npt.NDArray[np.object_]:
    rings = to_degrees(corners.reshape(-1, 2)).reshape(corners.shape)
    return np.asarray(shapely.polygons(rings))


def _quad_areas(corners: Array) -> Array:
    """Square metres by the two diagonals."""
    first, second = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    return np.asarray(0.5 * np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]))
