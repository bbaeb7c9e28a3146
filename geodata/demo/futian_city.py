"""Invented life along the real streets of Futian: stations, gathering places, enterprises, grids, a fence.

The streets and the outline of the district are real, nothing else is. All of it is drawn from one seed, on
the largest piece of street network that people on foot can use.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import shapely

from geodata.crs import Array, to_metric, to_wgs84
from geodata.demo.demand import Gathering, split_exactly
from geodata.demo.firms import Firm, FirmMaker
from geodata.demo.frame import DECIMALS, generator
from geodata.demo.grids import DemoGrid
from geodata.demo.names import PLACES, STREETS, Pool
from geodata.demo.sources import DATA
from geodata.demo.stationlife import ALWAYS, BANK, DAYTIME, EVENING, LATE, NIGHT, UNKNOWN, Opening, Service
from geodata.network.graph import Network, pieces_of
from geodata.vocab import AccessMethod, GridKind, HostKind, Profile, ServiceCondition

COUNTY, COUNTY_NAME = "440304", "福田区"
STREETS_FILE, OUTLINE_FILE = DATA / "futian_streets.graphml.gz", DATA / "futian_district.geojson"
PLACES_COUNT, PEOPLE = 400, 8000
ENTERPRISES, GRIDS, SITES = 150, 12, 8
_OFF_STREET_M = (4.0, 35.0)
_OFF_NETWORK_M = (130.0, 260.0)
_OFF_NETWORK_PLACES = 6
_SRID = 4547


@dataclass(frozen=True)
class InventedStation:
    """One station with its life."""

    code: str
    name: str
    address: str
    lon: float
    lat: float
    openings: tuple[Opening, ...]
    services: tuple[Service, ...]
    access_method: AccessMethod
    confirmed_on: date | None


@dataclass(frozen=True)
class Peopled:
    """One opening of a gathering place: when its people are there."""

    code: str
    weekday: int
    opens_min: int
    closes_min: int


@dataclass(frozen=True)
class Site:
    """A place where a station could be."""

    name: str
    host_kind: HostKind
    cost: float
    lon: float
    lat: float


@lru_cache(maxsize=1)
def read_outline() -> shapely.Geometry:
    """The district in degrees."""
    features = json.loads(OUTLINE_FILE.read_text(encoding="utf-8"))["features"]
    return shapely.from_geojson(json.dumps(features[0]["geometry"]))


class City:
    """The streets as a board to draw on; everything it deals is the same every time."""

    def __init__(self, network: Network) -> None:
        piece, _ = pieces_of(network, Profile.FOOT)
        self._walked = np.flatnonzero(piece == 0)
        self._lines = network.lines[self._walked]
        self._weights = network.length_m[self._walked] / network.length_m[self._walked].sum()
        self._all = shapely.union_all(network.lines[piece >= 0])
        shapely.prepare(self._all)
        self._hull = shapely.convex_hull(shapely.union_all(network.lines))

    def hull(self) -> shapely.Geometry:
        """The ground that the streets cover, in degrees."""
        return shapely.transform(self._hull, _degrees)

    def beside_streets(self, rng: np.random.Generator, count: int) -> Array:
        """Places a few steps off a street, shape (count, 2), degrees."""
        rows = rng.choice(len(self._lines), size=count, p=self._weights)
        at = rng.uniform(0.05, 0.95, count)
        points = shapely.get_coordinates(
            shapely.line_interpolate_point(self._lines[rows], at, normalized=True)
        )
        turn, off = rng.uniform(0, 2 * np.pi, count), rng.uniform(*_OFF_STREET_M, count)
        return _rounded(_degrees(points + np.column_stack([np.cos(turn) * off, np.sin(turn) * off])))

    def off_streets(self, rng: np.random.Generator, count: int) -> Array:
        """Places too far from any street to be reached along one."""
        west, south, east, north = shapely.bounds(self._hull)
        tried = np.column_stack([rng.uniform(west, east, 4000), rng.uniform(south, north, 4000)])
        away = shapely.distance(self._all, shapely.points(tried))
        fits = (
            shapely.contains_xy(self._hull, tried) & (away > _OFF_NETWORK_M[0]) & (away < _OFF_NETWORK_M[1])
        )
        return _rounded(_degrees(tried[fits][:count]))

    def fence(self, place: tuple[float, float]) -> shapely.Geometry:
        """A fence of a building site, 700 m long, a stone's throw east of a place; degrees."""
        east, north = _metres(np.array([place]))[0]
        corners = np.array([(60.0, -350.0), (45.0, 0.0), (70.0, 350.0)]) + np.array([east, north])
        return shapely.linestrings(_rounded(_degrees(corners)))


def _metres(lonlat: Array) -> Array:
    return np.column_stack(to_metric(lonlat[:, 0], lonlat[:, 1], _SRID))


def _degrees(xy: Array) -> Array:
    return np.column_stack(to_wgs84(xy[:, 0].copy(), xy[:, 1].copy(), _SRID))


def _rounded(lonlat: Array) -> Array:
    return np.asarray(np.round(lonlat, DECIMALS))


# Which hours, whether a meal can be heated there: at ten at night hardly anywhere.
_WORKING, _BROKEN, _REMOVED = ServiceCondition.WORKING, ServiceCondition.BROKEN, ServiceCondition.REMOVED
_LIVES: tuple[tuple[tuple[Opening, ...], ServiceCondition], ...] = (
    (ALWAYS, _WORKING),
    (ALWAYS, _BROKEN),
    (ALWAYS, _REMOVED),
    (NIGHT, _WORKING),
    (NIGHT, _BROKEN),
    (LATE, _WORKING),
    (LATE, _REMOVED),
    (LATE, _BROKEN),
    *((EVENING, _WORKING),) * 4,
    (EVENING, _BROKEN),
    *((DAYTIME, _WORKING),) * 5,
    (DAYTIME, _REMOVED),
    *((BANK, _WORKING),) * 2,
    (BANK, _REMOVED),
    (UNKNOWN, _WORKING),
    (DAYTIME, _WORKING),
    (ALWAYS, _WORKING),
)
STATIONS = len(_LIVES)
UNKNOWN_HOURS, STAFF_ONLY, OFF_NETWORK = 22, 23, 24
UNCONFIRMED, LONG_UNCONFIRMED = 9, 10
"""Positions in ``_LIVES``; codes count from 1."""

_CONFIRMED = date(2026, 11, 18)
_ITEMS = (
    "drinking_water",
    "rest_seating",
    "first_aid",
    "phone_charging",
    "climate_control",
    "rain_shelter",
    "toilet",
)
_ITEM_BROKEN_SHARE = 0.06


def station_code(position: int) -> str:
    """The code of a station by its position."""
    return f"FT{COUNTY}{position + 1:03d}"


def invent_stations(city: City) -> list[InventedStation]:
    """All stations in the order of their codes."""
    rng = generator("futian stations")
    names = Pool(PLACES, rng)
    places = city.beside_streets(rng, STATIONS)
    places[OFF_NETWORK] = city.off_streets(rng, 1)[0]
    stations = []
    for position, (openings, heating) in enumerate(_LIVES):
        place = names.deal()
        days = int(45 * rng.random() ** 2)
        stations.append(
            InventedStation(
                code=station_code(position),
                name=f"{place}户外劳动者驿站（演示）",
                address=f"福田区{place}{int(rng.integers(1, 90))}号（虚构）",
                lon=float(places[position, 0]),
                lat=float(places[position, 1]),
                openings=openings,
                services=(Service("food_heating", heating), *_services(rng)),
                access_method=_access(position, openings),
                confirmed_on=_confirmed(position, days),
            )
        )
    return stations


def _services(rng: np.random.Generator) -> list[Service]:
    return [Service(item, _BROKEN if rng.random() < _ITEM_BROKEN_SHARE else _WORKING) for item in _ITEMS]


def _access(position: int, openings: tuple[Opening, ...]) -> AccessMethod:
    if position == STAFF_ONLY:
        return AccessMethod.STAFF_ONLY
    return AccessMethod.QR if openings == ALWAYS else AccessMethod.OPEN


def _confirmed(position: int, days: int) -> date | None:
    if position == UNCONFIRMED:
        return None
    return _CONFIRMED - timedelta(days=400 if position == LONG_UNCONFIRMED else days)


_ALL_WEEK, _WORKDAYS = range(8), range(5)
_KINDS: tuple[tuple[str, str, int, tuple[int, int], tuple[tuple[float, float], ...], range], ...] = (
    ("骑手等单点", "food_delivery_rider", 24, (12, 60), ((10.5, 13.5), (17, 20.5)), _ALL_WEEK),
    ("快递网点", "courier", 16, (10, 40), ((8, 19),), range(6)),
    ("环卫作息点", "sanitation_worker", 16, (6, 30), ((5, 9), (13, 17)), _ALL_WEEK),
    ("出租车候客点", "taxi_driver", 9, (10, 50), ((19, 26),), _ALL_WEEK),
    ("网约车停靠点", "ride_hailing_driver", 11, (10, 60), ((20, 26),), _ALL_WEEK),
    ("建筑工地", "construction_worker", 8, (30, 120), ((7, 18),), range(6)),
    ("小区门岗", "security_guard", 10, (3, 12), (), _ALL_WEEK),
    ("家政候工点", "domestic_worker", 6, (8, 30), (), _ALL_WEEK),
)


def invent_gatherings(city: City) -> tuple[list[Gathering], list[Peopled]]:
    """Gathering places, and when the people of some of them are there."""
    rng = generator("futian demand")
    names = Pool(STREETS, rng)
    places = city.beside_streets(rng, PLACES_COUNT)
    places[-_OFF_NETWORK_PLACES:] = city.off_streets(rng, _OFF_NETWORK_PLACES)
    shares = np.array([kind[2] for kind in _KINDS], dtype=np.float64)
    kinds = [_KINDS[int(i)] for i in rng.choice(len(_KINDS), size=PLACES_COUNT, p=shares / shares.sum())]
    weights = np.array([rng.integers(kind[3][0], kind[3][1] + 1) for kind in kinds], dtype=np.float64)
    rows, hours = [], []
    for number, (kind, people) in enumerate(zip(kinds, split_exactly(PEOPLE, weights), strict=True), start=1):
        code = f"D{COUNTY}{number:03d}"
        lon, lat = places[number - 1].tolist()
        name = f"{names.deal()}路{kind[0]}"
        rows.append(Gathering(code, name, COUNTY, kind[0], kind[1], people, lon, lat))
        hours += [
            Peopled(code, day, int(opens * 60), int(closes * 60))
            for day in kind[5]
            for opens, closes in kind[4]
        ]
    return rows, hours


def invent_firms(city: City) -> list[Firm]:
    """Enterprises beside the streets."""
    maker = FirmMaker(generator("futian enterprises"))
    places = city.beside_streets(maker.rng, ENTERPRISES)
    return [maker.make(COUNTY, COUNTY_NAME, (lon, lat), is_rural=False) for lon, lat in places.tolist()]


def draw_grids(city: City) -> list[DemoGrid]:
    """The district in parts, most of them where the streets are."""
    rng = generator("futian grids")
    outline = read_outline()
    names = Pool(PLACES, rng)
    seeds = [*city.beside_streets(rng, GRIDS - 3).tolist(), *_far_seeds(outline, city.hull(), rng)]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=shapely.buffer(outline, 0.1))
    )
    order = np.argsort([int(np.argmax(shapely.contains_xy(cell, np.array(seeds)))) for cell in cells])
    return [
        DemoGrid(
            COUNTY,
            f"{COUNTY}G{number:03d}",
            f"{names.deal()}网格（演示）",
            GridKind.GRID,
            (),
            shapely.intersection(cells[index], outline),
        )
        for number, index in enumerate(order.tolist(), start=1)
    ]


def _far_seeds(
    outline: shapely.Geometry, hull: shapely.Geometry, rng: np.random.Generator
) -> list[list[float]]:
    west, south, east, north = shapely.bounds(outline)
    tried = np.column_stack([rng.uniform(west, east, 500), rng.uniform(south, north, 500)])
    outside = shapely.contains_xy(outline, tried) & ~shapely.contains_xy(hull, tried)
    return [list(place) for place in _rounded(tried[outside][:3]).tolist()]


_HOSTS = (
    (HostKind.BANK, "银行网点"),
    (HostKind.PETROL_STATION, "加油站"),
    (HostKind.POST_OFFICE, "邮政网点"),
    (HostKind.TELECOM, "营业厅"),
    (HostKind.SHOP, "便利店"),
    (HostKind.PUBLIC_BODY, "党群服务中心"),
    (HostKind.PROPERTY, "物业服务中心"),
    (HostKind.BANK, "银行支行"),
)


def invent_sites(city: City) -> list[Site]:
    """Candidate sites with what a station there would cost, in yuan."""
    rng = generator("futian sites")
    names = Pool(PLACES, rng)
    places = city.beside_streets(rng, SITES)
    return [
        Site(f"{names.deal()}{word}（虚构）", kind, 10_000.0 * float(rng.integers(2, 13)), lon, lat)
        for (kind, word), (lon, lat) in zip(_HOSTS, places.tolist(), strict=True)
    ]
