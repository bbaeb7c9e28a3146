"""Invented places where outdoor workers gather, with an estimate of people, never persons."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo.frame import Array, generator
from geodata.demo.lattice import Lattice
from geodata.demo.names import STREETS, Pool
from geodata.demo.scatter import Scatterer, around
from geodata.demo.sources import MAIN_COUNTY, County, read_counties, station_points

# Places and people of each county. The people of the main county are a round figure on purpose: they
# are easy to recognise in every sum.
PLACES_AND_PEOPLE = {
    MAIN_COUNTY: (220, 20_240),
    "410103": (120, 11_300),
    "410104": (105, 9_400),
    "410105": (140, 13_600),
    "410106": (40, 2_900),
    "410108": (50, 3_600),
    "410122": (50, 3_500),
    "410181": (60, 4_400),
    "410182": (40, 2_700),
    "410183": (30, 2_100),
    "410184": (30, 2_200),
    "410185": (15, 900),
}
_AT_STATIONS_SHARE = 0.42
_NEAR_STATION_M = (40.0, 620.0)
_CROWDING = 0.62


@dataclass(frozen=True)
class _Kind:
    name: str
    group: str
    share: int
    people: tuple[int, int]


_KINDS = (
    _Kind("骑手等单点", "food_delivery_rider", 18, (30, 160)),
    _Kind("快递网点", "courier", 14, (20, 110)),
    _Kind("环卫作息点", "sanitation_worker", 17, (12, 70)),
    _Kind("出租车候客点", "taxi_driver", 7, (25, 120)),
    _Kind("网约车停靠点", "ride_hailing_driver", 8, (25, 140)),
    _Kind("货车停靠区", "truck_driver", 6, (40, 220)),
    _Kind("建筑工地", "construction_worker", 9, (60, 380)),
    _Kind("零工市场", "migrant_worker", 4, (80, 420)),
    _Kind("园林养护点", "gardener", 5, (8, 40)),
    _Kind("交通岗", "traffic_police", 4, (4, 16)),
    _Kind("家政候工点", "domestic_worker", 4, (20, 90)),
    _Kind("小区门岗", "security_guard", 4, (4, 20)),
)


@dataclass(frozen=True)
class Gathering:
    """A row of the demand file."""

    code: str
    name: str
    county_code: str
    kind: str
    worker_group: str
    people: int
    lon: float
    lat: float


def invent_demand(lattice: Lattice) -> list[Gathering]:
    """All gathering places in order of county and code."""
    rng = generator("demand")
    names = Pool(STREETS, rng)
    rows = []
    for county in read_counties():
        count, people = PLACES_AND_PEOPLE[county.code]
        places = _places(lattice, county, rng, count)
        kinds = [_KINDS[int(i)] for i in rng.choice(len(_KINDS), size=count, p=_shares())]
        weights = np.array(
            [rng.integers(kind.people[0], kind.people[1] + 1) for kind in kinds], dtype=np.float64
        )
        for number, (kind, share) in enumerate(
            zip(kinds, split_exactly(people, weights), strict=True), start=1
        ):
            rows.append(
                Gathering(
                    code=f"D{county.code}{number:03d}",
                    name=f"{names.deal()}路{kind.name}",
                    county_code=county.code,
                    kind=kind.name,
                    worker_group=kind.group,
                    people=share,
                    lon=float(places[number - 1, 0]),
                    lat=float(places[number - 1, 1]),
                )
            )
    return rows


def _shares() -> Array:
    shares = np.array([kind.share for kind in _KINDS], dtype=np.float64)
    return np.asarray(shares / shares.sum())


def split_exactly(total: int, weights: Array) -> list[int]:
    """Whole numbers in proportion to weights that add up to the total, by largest remainder."""
    exact = weights * (total / weights.sum())
    parts = np.floor(exact).astype(np.int64)
    short = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    return [int(part) for part in parts]


def _places(lattice: Lattice, county: County, rng: np.random.Generator, count: int) -> Array:
    """Some around the county's stations, the rest spread through its town."""
    scatter = Scatterer(lattice, county, keep_off=shapely.Polygon(), crowding=_CROWDING)
    stations = station_points()
    own = stations[shapely.contains_xy(county.geom, stations[:, 0], stations[:, 1])]
    found = [np.empty((0, 2))]
    wanted = int(count * _AT_STATIONS_SHARE) if len(own) else 0
    while sum(map(len, found)) < wanted:
        centres = own[rng.integers(0, len(own), wanted)]
        near = around(rng, centres, nearest_m=_NEAR_STATION_M[0], farthest_m=_NEAR_STATION_M[1])
        found.append(near[scatter.allows(near)])
    at_stations = np.vstack(found)[:wanted]
    return np.vstack([at_stations, scatter.draw(rng, count - wanted)])
