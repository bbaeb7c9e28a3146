"""What a scenario can change: stations that come, move, shut or serve longer; walls and bridges.

A scenario is a list of changes, numbered from 1 in the order given. What it does to the stations never
depends on that order: two changes that say different things about one station contradict each other and
are refused, whichever comes first. Coordinates are longitude/latitude (EPSG:4326).
"""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyproj
import shapely

from geodata.errors import InvalidInput
from geodata.rules.hours import DAY_MIN, HOLIDAY, Opening
from geodata.vocab import ChangeKind

MAX_CHANGES = 50
MAX_NAME = 60
MAX_VERTICES = 200
MAX_BARRIER_M = 20_000.0
MAX_FOOTBRIDGE_M = 1_000.0
MAX_SERVICES = 60
MAX_OPENINGS = 32

ROUND_THE_CLOCK = tuple(Opening(weekday, 0, DAY_MIN) for weekday in range(HOLIDAY + 1))
"""What a new station is open unless its change says otherwise."""

_GEOD = pyproj.Geod(ellps="WGS84")
_DECIMALS = 7
_BARRIER_TYPES = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True)
class AddStation:
    """A station where none is. ``services`` None: all that anybody asks for; else their codes."""

    lon: float
    lat: float
    name: str
    hours: tuple[Opening, ...]
    services: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class MoveStation:
    """A station elsewhere; everything else about it stays."""

    station: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class CloseStation:
    """A station that is gone for good, so that longer hours are no remedy any more."""

    station: int


@dataclass(frozen=True, slots=True)
class ReopenStation:
    """A station that is in use: not closed, not retired, not only planned."""

    station: int


@dataclass(frozen=True, slots=True)
class ChangeHours:
    """Other weekly hours; days with hours of their own fall away."""

    station: int
    hours: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class AddServices:
    """Services that work there."""

    station: int
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawBarrier:
    """A line or an area that nobody crosses on foot or on wheels."""

    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class DrawFootbridge:
    """A new way on foot whose two ends join the nearest streets."""

    line: shapely.LineString


StationChange = AddStation | MoveStation | CloseStation | ReopenStation | ChangeHours | AddServices
StreetChange = DrawBarrier | DrawFootbridge
Change = StationChange | StreetChange


def read_changes(rows: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Changes as values, from JSON as it is stored and sent; a key that a kind does not know is ignored.

    Raises:
        InvalidInput: ``changes_too_many``; ``change_invalid`` with the number of the change and the key;
            ``change_shape_invalid`` for a line or area that is none; ``changes_contradict`` with the two
            numbers.
    """
    if len(rows) > MAX_CHANGES:
        raise InvalidInput("changes_too_many", count=len(rows), limit=MAX_CHANGES)
    changes = tuple(_read(number, row) for number, row in enumerate(rows, start=1))
    _check_agreement(changes)
    return changes


def check_changes(
    changes: Sequence[Change],
    *,
    county: shapely.Geometry | None,
    stations: Collection[int],
    services: Collection[str],
) -> None:
    """Whether changes fit a county.

    Args:
        changes: in their order, which numbers them.
        county: its outline; None where no outline is known, then no place is refused.
        stations: ids of its own stations.
        services: codes of the services listed.

    Raises:
        InvalidInput: ``change_outside_county``, ``change_too_long``, ``change_service_unknown``, each with
            the number of the change; ``change_station_unknown`` also for stations of other counties.
    """
    for number, change in enumerate(changes, start=1):
        if isinstance(change, AddStation | MoveStation):
            place = shapely.Point(change.lon, change.lat)
            _check_place(number, place, county, "covers")
        station = getattr(change, "station", None)
        if station is not None and station not in stations:
            raise InvalidInput("change_station_unknown", number=number, station=station)
        if isinstance(change, AddStation | AddServices):
            for code in change.services or ():
                if code not in services:
                    raise InvalidInput("change_service_unknown", number=number, service=code)
        if isinstance(change, DrawBarrier):
            _check_place(number, change.shape, county, "intersects")
            _check_length(number, change.shape, MAX_BARRIER_M)
        if isinstance(change, DrawFootbridge):
            _check_place(number, change.line, county, "intersects")
            _check_length(number, change.line, MAX_FOOTBRIDGE_M)


def kind_of(change: Change) -> ChangeKind:
    """The word for a change."""
    return next(kind for kind, (made, _) in _KINDS.items() if isinstance(change, made))


def _read(number: int, row: Mapping[str, Any]) -> Change:
    kind = row.get("kind")
    if kind not in set(ChangeKind):
        raise InvalidInput("change_invalid", number=number, key="kind")
    _, build = _KINDS[ChangeKind(kind)]
    return build(_Reader(number, row))


@dataclass(frozen=True)
class _Reader:
    """One row with its number, and how to take values out of it."""

    number: int
    row: Mapping[str, Any]

    def refuse(self, key: str) -> InvalidInput:
        return InvalidInput("change_invalid", number=self.number, key=key)

    def degrees(self, key: str, limit: float) -> float:
        value = self.row.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
            raise self.refuse(key)
        return round(float(value), _DECIMALS)

    @property
    def lon(self) -> float:
        return self.degrees("lon", 180)

    @property
    def lat(self) -> float:
        return self.degrees("lat", 90)

    @property
    def station(self) -> int:
        value = self.row.get("station")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.refuse("station")
        return value

    @property
    def name(self) -> str:
        value = self.row.get("name")
        if (
            not isinstance(value, str)
            or not value.strip()
            or len(value) > MAX_NAME
            or not value.isprintable()
        ):
            raise self.refuse("name")
        return value.strip()

    @property
    def hours(self) -> tuple[Opening, ...]:
        """Weekly openings in order; none given is round the clock."""
        rows = self.row.get("openings")
        if rows is None:
            return ROUND_THE_CLOCK
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not 0 < len(rows) <= MAX_OPENINGS:
            raise self.refuse("openings")
        return tuple(sorted(self._opening(row) for row in rows))

    def _opening(self, row: Any) -> Opening:
        keys = ("weekday", "opens_min", "closes_min")
        values = [row.get(key) if isinstance(row, Mapping) else None for key in keys]
        whole = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
        if len(whole) != len(keys):
            raise self.refuse("openings")
        opening = Opening(*whole)
        last = opening.opens_min + DAY_MIN
        if not (
            0 <= opening.weekday <= HOLIDAY
            and 0 <= opening.opens_min < DAY_MIN
            and opening.opens_min < opening.closes_min <= last
        ):
            raise self.refuse("openings")
        return opening

    @property
    def all_or_listed(self) -> tuple[str, ...] | None:
        return None if self.row.get("services") is None else self.codes(least=0)

    def codes(self, *, least: int = 1) -> tuple[str, ...]:
        value = self.row.get("services")
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not is_list or not all(isinstance(code, str) for code in value or ()):
            raise self.refuse("services")
        codes = tuple(sorted(set(value or ())))
        if not least <= len(codes) <= MAX_SERVICES:
            raise self.refuse("services")
        return codes

    def shape(self, kinds: Collection[str]) -> shapely.Geometry:
        """A geometry of GeoJSON: sound, flat, not empty, with few enough corners."""
        try:
            shape = shapely.from_geojson(json.dumps(self.row.get("geometry"), allow_nan=False))
        except (shapely.errors.GEOSException, TypeError, ValueError):
            raise InvalidInput("change_shape_invalid", number=self.number) from None
        is_sound = (
            shape is not None
            and shape.geom_type in kinds
            and not shape.is_empty
            and not shape.has_z
            and shapely.get_num_coordinates(shape) <= MAX_VERTICES
            and all(math.isfinite(value) for value in shape.bounds)
            and abs(shape.bounds[0]) <= 180  # noqa: PLR2004
            and abs(shape.bounds[2]) <= 180  # noqa: PLR2004
            and max(abs(shape.bounds[1]), abs(shape.bounds[3])) <= 90  # noqa: PLR2004
            and shape.is_valid
        )
        # A line from a place to itself is no line, whatever GeoJSON calls it.
        if not is_sound or shape.length == 0:
            raise InvalidInput("change_shape_invalid", number=self.number)
        return shape


_KINDS: Mapping[ChangeKind, tuple[type, Callable[[_Reader], Change]]] = {
    ChangeKind.ADD_STATION: (
        AddStation,
        lambda row: AddStation(row.lon, row.lat, row.name, row.hours, row.all_or_listed),
    ),
    ChangeKind.MOVE_STATION: (MoveStation, lambda row: MoveStation(row.station, row.lon, row.lat)),
    ChangeKind.CLOSE_STATION: (CloseStation, lambda row: CloseStation(row.station)),
    ChangeKind.REOPEN_STATION: (ReopenStation, lambda row: ReopenStation(row.station)),
    ChangeKind.CHANGE_HOURS: (ChangeHours, lambda row: ChangeHours(row.station, row.hours)),
    ChangeKind.ADD_SERVICES: (AddServices, lambda row: AddServices(row.station, row.codes())),
    ChangeKind.BARRIER: (DrawBarrier, lambda row: DrawBarrier(row.shape(_BARRIER_TYPES))),
    ChangeKind.FOOTBRIDGE: (DrawFootbridge, lambda row: DrawFootbridge(row.shape({"LineString"}))),
}


def _check_agreement(changes: Sequence[Change]) -> None:
    """Of one station a list says one place, one "open or not", one set of hours; services add up."""
    said: dict[tuple[object, int], int] = {}
    for number, change in enumerate(changes, start=1):
        if not isinstance(change, MoveStation | CloseStation | ReopenStation | ChangeHours):
            continue
        subject = "life" if isinstance(change, CloseStation | ReopenStation) else type(change)
        other = said.setdefault((subject, change.station), number)
        if other != number:
            raise InvalidInput("changes_contradict", number=number, other=other)


def _check_place(
    number: int, shape: shapely.Geometry, county: shapely.Geometry | None, relation: str
) -> None:
    if county is not None and not getattr(shapely, relation)(county, shape):
        raise InvalidInput("change_outside_county", number=number)


def _check_length(number: int, shape: shapely.Geometry, limit_m: float) -> None:
    lines = shape.boundary if shape.geom_type.endswith("Polygon") else shape
    if _GEOD.geometry_length(lines) > limit_m:
        raise InvalidInput("change_too_long", number=number, limit_m=round(limit_m))
