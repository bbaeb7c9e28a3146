"""How town-like a place of the demo is: dense around real stations, thin in the fields."""

import numpy as np

from geodata.demo.frame import Array, to_plane
from geodata.demo.sources import read_counties, station_points

_STATION_REACH_M = 1300.0
_TOWN_REACH_M, _TOWN_WEIGHT = 2600.0, 0.9
_CITY_REACH_M, _CITY_WEIGHT = 9500.0, 0.55
_CITY_CORE = (113.645, 34.757)
# 登封市 lists no station and 中牟县 only far ones: their towns would otherwise be fields.
_TOWNS = {"410185": (113.032, 34.462), "410122": (114.022, 34.722)}


def _hump(xy: Array, centres: Array, reach_m: float) -> Array:
    """Sum of bell-like humps, 1 at each centre, built from rational arithmetic only."""
    squares = ((xy[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2) / reach_m**2
    return np.asarray((1.0 / (1.0 + squares) ** 2).sum(axis=1), dtype=np.float64)


def town_centres() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the densest place of each county, by county code."""
    return {county.code: _TOWNS.get(county.code, county.middle) for county in read_counties()}


def town_density(xy: Array) -> Array:
    """Density at points of the plane, shape (n, 2): about 10 in the city core, 0.01 in the fields."""
    stations = _hump(xy, to_plane(station_points()), _STATION_REACH_M)
    towns = _hump(xy, to_plane(np.array(list(_TOWNS.values()))), _TOWN_REACH_M)
    city = _hump(xy, to_plane(np.array([_CITY_CORE])), _CITY_REACH_M)
    return stations + _TOWN_WEIGHT * towns + _CITY_WEIGHT * city
