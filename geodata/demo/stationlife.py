"""What the list of stations does not say, invented and marked: hours, services, access, a closure.

Names, addresses, points and the hours that the list does give stay as published.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from geodata.demo.frame import generator
from geodata.demo.sources import ListedStation, read_stations
from geodata.vocab import AccessMethod, ServiceCondition, ServiceMode, StationStatus, StationType

_DAY = 1440
_WEEK, _HOLIDAY = range(7), 7


@dataclass(frozen=True)
class Opening:
    """One weekly row; minutes from midnight of ``weekday``, 7 is a public holiday."""

    weekday: int
    opens_min: int
    closes_min: int


@dataclass(frozen=True)
class Service:
    """One service and its condition."""

    item_code: str
    condition: ServiceCondition
    mode: ServiceMode = ServiceMode.OWN
    distance_m: float | None = None
    checked_on: date | None = None


@dataclass(frozen=True)
class Closure:
    """A temporary closure with its expected end."""

    closed_from: datetime
    closed_to: datetime
    reason: str


@dataclass(frozen=True)
class StationLife:
    """Everything invented about one station, found again by its name and address."""

    name: str
    address: str
    openings: tuple[Opening, ...]
    services: tuple[Service, ...]
    access_method: AccessMethod
    station_type: StationType
    status: StationStatus
    confirmed_on: date | None
    invented_fields: tuple[str, ...]
    closures: tuple[Closure, ...] = field(default=())


def _daily(*spans: tuple[float, float], days: range = range(8)) -> tuple[Opening, ...]:
    return tuple(Opening(day, int(opens * 60), int(closes * 60)) for day in days for opens, closes in spans)


ALWAYS = _daily((0, 24))
LATE = _daily((7.5, 22.5))
EARLY_TO_LATE = _daily((6, 23))
EVENING = _daily((8, 21))
NIGHT = _daily((16, 26))
DAYTIME = _daily((9, 18), days=_WEEK)
OFFICE = _daily((8.5, 12), (14, 18), days=range(5))
BANK = _daily((9, 17), days=range(5))
UNKNOWN: tuple[Opening, ...] = ()

# What a kind of host usually keeps; the first word found in the name decides.
_BY_HOST = (
    ("医院", ALWAYS),
    ("加油站", ALWAYS),
    ("加气站", ALWAYS),
    ("环卫", ALWAYS),
    ("游园", ALWAYS),
    ("大药房", LATE),
    ("银行", BANK),
    ("支行", BANK),
    ("便民服务", OFFICE),
    ("党群", OFFICE),
    ("办事处", OFFICE),
    ("帮扶中心", OFFICE),
    ("公园", EARLY_TO_LATE),
    ("广场", EARLY_TO_LATE),
    ("商圈", EARLY_TO_LATE),
    ("购物中心", EVENING),
    ("社区", DAYTIME),
)
_OTHERWISE = (EVENING, DAYTIME, EARLY_TO_LATE, NIGHT, LATE)
# Chosen so that one county shows every state: by the beginning of the listed name.
_CHOSEN = {
    "郑州工会驿站(郑州高新区华强商圈王屋路": ALWAYS,
    "工会驿站(郑州高新区枫杨": UNKNOWN,
    "郑州银行郑州市中原区中原路支行": UNKNOWN,
    "郑州市职工中心文体驿站": ALWAYS,
    "新郑市困难职工帮扶中心": UNKNOWN,
    "农情暖域": EARLY_TO_LATE,
    "郑州市张仲景大药房豫欣生活": EARLY_TO_LATE,
    "工会驿站(郑州银行郑州市中原区伊河路)": BANK,
    "工会驿站(巩义市嵩山路学院社区": UNKNOWN,
    "工会户外劳动者爱心驿站(荥阳郊野公园)": UNKNOWN,
}
_STAFF_ONLY = ("工会驿站(河南工会·嵩山医院)", "巩义市青龙山党群服务中心")
_CLOSED = "工会驿站(郑州市职工之家)"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_CLOSURE = Closure(
    datetime(2026, 11, 9, 8, tzinfo=_SHANGHAI),
    datetime(2027, 3, 31, 18, tzinfo=_SHANGHAI),
    "室内翻新（虚构）",
)
_CONFIRMED_UNTIL, _CONFIRMED_DAYS, _NEVER_CONFIRMED_SHARE = date(2026, 11, 18), 60, 0.05
_MICRO_SHARE = 0.17
_NEARBY_TOILET_SHARE = 0.45
_STANDARD_ITEMS = (
    "food_heating",
    "drinking_water",
    "rest_seating",
    "first_aid",
    "phone_charging",
    "climate_control",
    "rain_shelter",
    "toilet",
)
_FURTHER_ITEMS = ("wifi", "reading", "tools", "air_pump", "aed")
_FURTHER_SHARE = 0.3
_STATES = (
    ServiceCondition.WORKING,
    ServiceCondition.BROKEN,
    ServiceCondition.OUT_OF_STOCK,
    ServiceCondition.REMOVED,
    ServiceCondition.UNKNOWN,
)
_STATE_SHARES = (0.85, 0.035, 0.025, 0.03, 0.06)
_STATE_SHARES_HEATING = (0.66, 0.1, 0.0, 0.14, 0.1)
_STATE_SHARES_FIRST_AID = (0.78, 0.0, 0.1, 0.04, 0.08)


def invent_lives() -> list[StationLife]:
    """One entry a listed station, in the order of the list."""
    rng = generator("stations")
    return [_invent(station, rng) for station in read_stations()]


def _invent(station: ListedStation, rng: np.random.Generator) -> StationLife:
    openings = UNKNOWN if station.hours_listed else _openings(station, rng)
    is_closed = station.name == _CLOSED
    invented = ["services", "access_method", "station_type", "confirmed_on"]
    invented += ["hours"] if openings else []
    invented += ["status", "closures"] if is_closed else []
    return StationLife(
        name=station.name,
        address=station.address,
        openings=openings,
        services=_services(rng),
        access_method=_access(station, openings, rng),
        station_type=StationType.MICRO if rng.random() < _MICRO_SHARE else StationType.STANDARD,
        status=StationStatus.TEMPORARILY_CLOSED if is_closed else StationStatus.OPEN,
        confirmed_on=_confirmed_on(rng),
        invented_fields=tuple(invented),
        closures=(_CLOSURE,) if is_closed else (),
    )


def _openings(station: ListedStation, rng: np.random.Generator) -> tuple[Opening, ...]:
    drawn = _OTHERWISE[int(rng.integers(len(_OTHERWISE)))]
    for start, openings in _CHOSEN.items():
        if station.name.startswith(start):
            return openings
    return next((openings for word, openings in _BY_HOST if word in station.name), drawn)


def _access(station: ListedStation, openings: tuple[Opening, ...], rng: np.random.Generator) -> AccessMethod:
    """Unstaffed nights need a code; a few doors have a bell, a few are not known."""
    chance = rng.random()
    if station.name.startswith(_STAFF_ONLY):
        return AccessMethod.STAFF_ONLY
    if openings == ALWAYS:
        return AccessMethod.QR
    for limit, method in ((0.1, AccessMethod.BELL), (0.16, AccessMethod.APP), (0.24, AccessMethod.UNKNOWN)):
        if chance < limit:
            return method
    return AccessMethod.OPEN


def _services(rng: np.random.Generator) -> tuple[Service, ...]:
    items = [*_STANDARD_ITEMS, *(item for item in _FURTHER_ITEMS if rng.random() < _FURTHER_SHARE)]
    return tuple(_service(item, rng) for item in items)


def _service(item: str, rng: np.random.Generator) -> Service:
    special = {"food_heating": _STATE_SHARES_HEATING, "first_aid": _STATE_SHARES_FIRST_AID}
    shares = np.array(special.get(item, _STATE_SHARES))
    condition = _STATES[int(rng.choice(len(_STATES), p=shares / shares.sum()))]
    is_nearby = item == "toilet" and rng.random() < _NEARBY_TOILET_SHARE
    return Service(
        item_code=item,
        condition=condition,
        mode=ServiceMode.NEARBY if is_nearby else ServiceMode.OWN,
        distance_m=float(rng.integers(2, 16)) * 10.0 if is_nearby else None,
        checked_on=None if condition == ServiceCondition.UNKNOWN else _confirmed_on(rng),
    )


def _confirmed_on(rng: np.random.Generator) -> date | None:
    days = int(_CONFIRMED_DAYS * rng.random() ** 2)
    return None if rng.random() < _NEVER_CONFIRMED_SHARE else _CONFIRMED_UNTIL - timedelta(days=days)
