"""An irregular street lattice: a jittered net whose cells are halved where the town is dense.

Every edge of a cell is split at most once, at a point remembered under its two ends. Cells on both
sides of an edge therefore share all its points, streets run on across it, and the cells are a valid
coverage without any snapping.
"""

from dataclasses import dataclass, field

import numpy as np

from geodata.demo.density import town_density
from geodata.demo.frame import Array, generator, to_degrees, to_plane

BASE_M = 3500.0
_SMALLEST_M, _LARGEST_M = 430.0, 4400.0
_JITTER = 0.13
_SKEW_X, _SKEW_Y = 0.085, -0.06
_WEST_SOUTH, _EAST_NORTH = (112.66, 34.22), (114.26, 35.03)

Corners = tuple[int, int, int, int]


@dataclass(frozen=True)
class Cell:
    """A block between streets: corners anticlockwise from south-west, and how dense its middle is."""

    corners: Corners
    density: float
    size_m: float


@dataclass(frozen=True)
class Piece:
    """A stretch of street from one point to another; ``rank`` 1 arterial … 4 lane."""

    start: int
    end: int
    rank: int
    is_upright: bool


@dataclass
class Lattice:
    """Points in metres, the remembered midpoints, the blocks and the streets between them."""

    points: list[tuple[float, float]] = field(default_factory=list)
    midpoints: dict[tuple[int, int], int] = field(default_factory=dict)
    blocks: list[Cell] = field(default_factory=list)
    leaves: list[Cell] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def line(self, start: int, end: int) -> list[int]:
        """All points from start to end, with every midpoint either neighbour has put between them."""
        middle = self.midpoints.get((min(start, end), max(start, end)))
        if middle is None:
            return [start, end]
        return [*self.line(start, middle)[:-1], *self.line(middle, end)]

    def ring(self, corners: Corners) -> list[int]:
        """The closed outline of a cell."""
        south_west, south_east, north_east, north_west = corners
        sides = (
            (south_west, south_east),
            (south_east, north_east),
            (north_east, north_west),
            (north_west, south_west),
        )
        outline = [point for start, end in sides for point in self.line(start, end)[:-1]]
        return [*outline, outline[0]]

    def degrees(self) -> Array:
        """Longitude and latitude of every point, rounded, shape (n, 2)."""
        return to_degrees(np.array(self.points))


def build_lattice() -> Lattice:
    """Draw the whole city's lattice from the seed."""
    rng = generator("lattice")
    lattice = Lattice()
    for corners, edges in _base_cells(lattice, rng):
        lattice.pieces += edges
        _refine(lattice, rng, corners)
    return lattice


def _base_cells(lattice: Lattice, rng: np.random.Generator) -> list[tuple[Corners, list[Piece]]]:
    """Lay the jittered net; each cell comes with the arterials on its south and west sides."""
    west, south = to_plane(np.array([_WEST_SOUTH]))[0]
    east, north = to_plane(np.array([_EAST_NORTH]))[0]
    columns, rows = int((east - west) / BASE_M) + 1, int((north - south) / BASE_M) + 1
    jitter = rng.uniform(-_JITTER, _JITTER, (rows + 1, columns + 1, 2)) * BASE_M
    shift_x = rng.uniform(-_JITTER, _JITTER, columns + 1) * BASE_M
    shift_y = rng.uniform(-_JITTER, _JITTER, rows + 1) * BASE_M
    for row in range(rows + 1):
        for column in range(columns + 1):
            x = west + column * BASE_M + shift_x[column] + 0.5 * jitter[row, column, 0]
            y = south + row * BASE_M + shift_y[row] + 0.5 * jitter[row, column, 1]
            lattice.points.append((float(x + _SKEW_X * y), float(y + _SKEW_Y * x)))
    width = columns + 1
    cells = []
    for row in range(rows):
        for column in range(columns):
            corner = row * width + column
            corners = (corner, corner + 1, corner + width + 1, corner + width)
            edges = [Piece(corner, corner + 1, 1, False), Piece(corner, corner + width, 1, True)]
            cells.append((corners, edges))
    return cells


def _refine(lattice: Lattice, rng: np.random.Generator, corners: Corners, inside_block: bool = False) -> None:
    """Halve a cell across its longer side until it suits its density."""
    cell = _measure(lattice, corners)
    is_leaf = cell.size_m <= _wanted_size_m(cell.density)
    if not inside_block and (is_leaf or cell.size_m < _block_size_m(cell.density)):
        lattice.blocks.append(cell)
        inside_block = True
    if is_leaf:
        lattice.leaves.append(cell)
        return
    upright = _is_wide(lattice, corners)
    first, second, piece = _halve(lattice, rng, cell, upright=upright)
    lattice.pieces.append(piece)
    _refine(lattice, rng, first, inside_block)
    _refine(lattice, rng, second, inside_block)


def _wanted_size_m(density: float) -> float:
    return float(min(_LARGEST_M, max(_SMALLEST_M, 620.0 / (density + 0.008) ** 0.5)))


def _block_size_m(density: float) -> float:
    """Blocks are what grids are put together from: small where grids are small."""
    return 620.0 if density > 2.5 else 1250.0  # noqa: PLR2004


def _measure(lattice: Lattice, corners: Corners) -> Cell:
    xy = np.array([lattice.points[corner] for corner in corners])
    sides = np.sqrt(((xy - np.roll(xy, -1, axis=0)) ** 2).sum(axis=1))
    return Cell(corners, float(town_density(xy.mean(axis=0)[None, :])[0]), float(sides.max()))


def _is_wide(lattice: Lattice, corners: Corners) -> bool:
    south_west, south_east, _, north_west = (np.array(lattice.points[corner]) for corner in corners)
    width, height = ((south_east - south_west) ** 2).sum(), ((north_west - south_west) ** 2).sum()
    return bool(width >= height)


def _halve(
    lattice: Lattice, rng: np.random.Generator, cell: Cell, *, upright: bool
) -> tuple[Corners, Corners, Piece]:
    south_west, south_east, north_east, north_west = cell.corners
    rank = _rank(cell)
    if upright:
        south, north = (
            _middle(lattice, rng, south_west, south_east),
            _middle(lattice, rng, north_west, north_east),
        )
        halves = (south_west, south, north, north_west), (south, south_east, north_east, north)
        return *halves, Piece(south, north, rank, True)
    west, east = _middle(lattice, rng, south_west, north_west), _middle(lattice, rng, south_east, north_east)
    halves = (south_west, south_east, east, west), (west, east, north_east, north_west)
    return *halves, Piece(west, east, rank, False)


def _middle(lattice: Lattice, rng: np.random.Generator, start: int, end: int) -> int:
    """The point that halves an edge, a little off the middle and off the straight line."""
    key = (min(start, end), max(start, end))
    if key not in lattice.midpoints:
        (x0, y0), (x1, y1) = lattice.points[key[0]], lattice.points[key[1]]
        along, aside = 0.5 + 0.09 * rng.uniform(-1.0, 1.0), 0.022 * rng.uniform(-1.0, 1.0)
        dx, dy = x1 - x0, y1 - y0
        lattice.midpoints[key] = len(lattice.points)
        lattice.points.append((x0 + along * dx - aside * dy, y0 + along * dy + aside * dx))
    return lattice.midpoints[key]


def _rank(cell: Cell) -> int:
    """Streets between large cells are roads of a higher order, and higher still in town."""
    is_town = cell.density > 0.12  # noqa: PLR2004
    for rank, size_m in ((1, 2900.0), (2, 1500.0), (3, 700.0)):
        if cell.size_m >= size_m:
            return rank if is_town else min(4, rank + 1)
    return 4
