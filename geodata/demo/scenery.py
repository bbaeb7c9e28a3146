"""Invented rivers, ponds, parks and a railway: a few quiet shapes between the streets."""

from collections.abc import Iterator

import numpy as np
import shapely

from geodata.demo.density import town_centres
from geodata.demo.frame import Array, generator, to_degrees, to_plane
from geodata.demo.lattice import Cell, Lattice
from geodata.demo.names import STREETS, Pool
from geodata.demo.streets import Ink, smooth

_PARK_DENSITY = 0.18
_PARK_SHARE = 0.035
# Rivers run roughly south to north; each county town has one a little aside of its centre. Metres.
_RIVER_ASIDE_M, _RIVER_HALF_LENGTH_M, _RIVER_STEP_M, _RIVER_SWING_M = 2300.0, 11_000.0, 1500.0, 420.0
_RIVER_WIDTH_M = (28.0, 75.0)
# Counties of the inner city lie too close together for a river each.
_RIVER_COUNTIES = ("410102", "410104", "410106", "410122", "410181", "410182", "410183", "410184", "410185")
# The two railways of the picture: they cross the city and meet nowhere near a real line.
_RAILS = (
    (
        (112.72, 34.735),
        (113.10, 34.775),
        (113.45, 34.778),
        (113.60, 34.748),
        (113.72, 34.742),
        (114.20, 34.80),
    ),
    ((113.695, 34.99), (113.700, 34.80), (113.715, 34.70), (113.70, 34.45), (113.66, 34.28)),
)


def draw_scenery(lattice: Lattice) -> list[Ink]:
    """All rivers with their ponds, railways and parks, in degrees."""
    rng = generator("scenery")
    names = Pool(STREETS, rng)
    centres = town_centres()
    ink = [shape for code in _RIVER_COUNTIES for shape in _river(np.array(centres[code]), rng, names)]
    ink += [Ink("rail", 2, None, _rounded_line(_smooth_degrees(np.array(rail)))) for rail in _RAILS]
    return ink + list(_parks(lattice, rng, names))


def _smooth_degrees(line: Array) -> Array:
    return smooth(to_plane(line), rounds=4)


def _rounded_line(xy: Array) -> shapely.Geometry:
    return shapely.linestrings(to_degrees(xy))


def _river(centre: Array, rng: np.random.Generator, names: Pool) -> Iterator[Ink]:
    """A band of water of changing width with one pond on it."""
    x, y = to_plane(centre[None, :])[0]
    side = -1.0 if rng.random() < 0.6 else 1.0  # noqa: PLR2004
    steps = np.arange(-_RIVER_HALF_LENGTH_M, _RIVER_HALF_LENGTH_M + 1, _RIVER_STEP_M)
    swing = rng.uniform(-_RIVER_SWING_M, _RIVER_SWING_M, len(steps))
    course = np.column_stack((x + side * _RIVER_ASIDE_M + swing - 0.18 * steps, y + steps))
    course = smooth(course)
    widths = np.interp(np.linspace(0, 1, len(course)), (0, 0.45, 0.6, 1), (0.4, 1.0, 0.8, 0.3))
    width = rng.uniform(*_RIVER_WIDTH_M)
    yield Ink("river", 1, None, _band(course, widths * width))
    at = course[int(len(course) * rng.uniform(0.42, 0.58))]
    yield Ink("water", 2, names.deal() + "池", _pond(at, rng))


def _band(course: Array, half_widths: Array) -> shapely.Geometry:
    ahead = np.gradient(course, axis=0)
    ahead /= np.sqrt((ahead**2).sum(axis=1))[:, None]
    aside = np.column_stack((-ahead[:, 1], ahead[:, 0])) * half_widths[:, None]
    outline = np.vstack([course + aside, (course - aside)[::-1]])
    return shapely.polygons(to_degrees(outline))


def _pond(at: Array, rng: np.random.Generator) -> shapely.Geometry:
    """A pebble: eight corners around a point, rounded off."""
    turns = np.array([(1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7)])
    radii = rng.uniform(130.0, 260.0, 8)[:, None] * (0.8, 1.25)
    return _pebble(at + turns * radii)


def _pebble(corners: Array) -> shapely.Geometry:
    closed = np.vstack([corners, corners[:1]])
    for _ in range(3):
        cut = np.empty((2 * (len(closed) - 1), 2))
        cut[0::2] = 0.75 * closed[:-1] + 0.25 * closed[1:]
        cut[1::2] = 0.25 * closed[:-1] + 0.75 * closed[1:]
        closed = np.vstack([cut, cut[:1]])
    return shapely.polygons(to_degrees(closed))


def _parks(lattice: Lattice, rng: np.random.Generator, names: Pool) -> Iterator[Ink]:
    for leaf in lattice.leaves:
        if leaf.density >= _PARK_DENSITY and rng.random() < _PARK_SHARE:
            yield Ink("park", 3, names.deal() + "园", _park(lattice, leaf, rng))


def _park(lattice: Lattice, leaf: Cell, rng: np.random.Generator) -> shapely.Geometry:
    """Part of a block, kept off the streets around it."""
    corners = np.array([lattice.points[corner] for corner in leaf.corners])
    middle = corners.mean(axis=0)
    return _pebble_box(middle + (corners - middle) * rng.uniform(0.55, 0.86, (4, 1)))


def _pebble_box(corners: Array) -> shapely.Geometry:
    """A four-sided shape with its corners cut a little."""
    ahead, behind = np.roll(corners, -1, axis=0), np.roll(corners, 1, axis=0)
    cut = np.empty((8, 2))
    cut[0::2] = corners + 0.06 * (behind - corners)
    cut[1::2] = corners + 0.06 * (ahead - corners)
    return shapely.polygons(to_degrees(cut))
