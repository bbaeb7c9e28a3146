"""The drawing board of the demo: its seed, its plane of metres and its rounding.

Everything invented is drawn in a flat plane of metres around Zhengzhou and rounded to a millionth of a
degree, so that the same seed gives the same bytes whatever machine computes the last binary digit.
"""

import zlib

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SEED = 20261008
ORIGIN_LON, ORIGIN_LAT = 113.6, 34.75
# Metres of one degree at the origin. Good to 0.3 % over the city: enough to invent streets, and never
# used to measure anything that is reported.
M_PER_LON, M_PER_LAT = 91_620.0, 110_930.0
DECIMALS = 6


def generator(part: str) -> np.random.Generator:
    """Random numbers of one part of the demo, so that a change in one part leaves the others alone."""
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(part.encode())]))


def to_plane(lonlat: Array) -> Array:
    """Degrees, shape (n, 2), to metres east and north of the origin."""
    return (np.asarray(lonlat, dtype=np.float64) - (ORIGIN_LON, ORIGIN_LAT)) * (M_PER_LON, M_PER_LAT)


def to_degrees(xy: Array) -> Array:
    """Metres east and north of the origin, shape (n, 2), to degrees rounded to ``DECIMALS``."""
    degrees = np.asarray(xy, dtype=np.float64) / (M_PER_LON, M_PER_LAT) + (ORIGIN_LON, ORIGIN_LAT)
    return np.asarray(np.round(degrees, DECIMALS), dtype=np.float64)
