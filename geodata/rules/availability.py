"""What a station is at a moment, for somebody who wants certain services: does it count, and if not why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from geodata.rules.hours import DayHours, Opening, OpenState, state_for
from geodata.vocab import AccessMethod, DayType, ServiceCondition, StationStatus, StationType, VenueType

LOCAL_TIME = ZoneInfo("Asia/Shanghai")

_NO = frozenset(
    {
        ServiceCondition.BROKEN,
        ServiceCondition.OUT_OF_STOCK,
        ServiceCondition.EXPIRED,
        ServiceCondition.REMOVED,
    }
)
_NOT_OPEN_YET = frozenset({StationStatus.PLANNED, StationStatus.BUILDING, StationStatus.ACCEPTED})


class StationState(StrEnum):
    """What a station is for one question. Only ``open`` counts; ``shut`` and ``lacks`` could be helped."""

    OPEN = "open"
    SHUT = "shut"
    LACKS = "lacks"
    UNKNOWN = "unknown"
    STAFF_ONLY = "staff_only"
    EXCLUDED = "excluded"


class LeftOut(StrEnum):
    """Why a station does not count."""

    CLOSED = "closed"
    LACKS_SERVICE = "lacks_service"
    HOURS_UNKNOWN = "hours_unknown"
    SERVICE_UNKNOWN = "service_unknown"
    UNCONFIRMED = "unconfirmed"
    STAFF_ONLY = "staff_only"
    RETIRED = "retired"
    NOT_OPEN_YET = "not_open_yet"
    NOT_LOCATED = "not_located"
    OFF_NETWORK = "off_network"
    OTHER_VENUE = "other_venue"


class Service(NamedTuple):
    """Condition of one service; past ``expires_on`` a working one counts as expired."""

    condition: ServiceCondition
    expires_on: date | None = None


class Closure(NamedTuple):
    """A temporary closure; ``ends`` None is until further notice. Aware times, end not included."""

    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class StationFacts:
    """All that decides whether a station counts. Longitude and latitude are None when not located."""

    id: int
    county_code: str | None
    lon: float | None
    lat: float | None
    station_type: StationType
    venue_type: VenueType
    status: StationStatus
    access_method: AccessMethod
    confirmed_on: date | None
    hours: tuple[Opening, ...]
    dates: Mapping[date, DayHours]
    closures: tuple[Closure, ...]
    services: Mapping[str, Service]


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is about. ``minute`` None is any hour (宽口径): hours are not looked at."""

    day_type: DayType
    minute: int | None
    as_of: date

    def at(self) -> tuple[datetime, datetime]:
        """The instant as a span [begin, end) in Asia/Shanghai: one minute, or the whole day of any hour."""
        begin = datetime.combine(self.as_of, time(), LOCAL_TIME)
        if self.minute is None:
            return begin, begin + timedelta(days=1)
        return begin + timedelta(minutes=self.minute), begin + timedelta(minutes=self.minute + 1)


@dataclass(frozen=True, slots=True)
class StationClass:
    """What a station is for the question, why it does not count, and until when where that is known.

    ``lacking`` also marks a shut station that would not help if it opened.
    """

    state: StationState
    reason: LeftOut | None = None
    until: datetime | None = None
    lacking: bool = False


def classify_station(
    station: StationFacts,
    moment: Moment,
    *,
    services: Iterable[str] = (),
    unconfirmed_after_days: int | None = None,
) -> StationClass:
    """What a station is at a moment for somebody who wants the services.

    What is known to be wrong decides before what is not known: a shut station is shut even if nobody
    knows about its toilet. At any hour (``minute`` None) weekly hours are ignored, unknown ones too;
    only a closure of the whole day keeps a station out. A mobile station counts at scheduled times
    only, so without hours it never does.

    Args:
        station: the facts.
        moment: day type, minute and date of the question.
        services: codes of the services wanted; every one must be working now.
        unconfirmed_after_days: a station confirmed longer ago, or never, is unknown; None never asks.
    """
    barred = _barred(station)
    if barred is not None:
        return barred
    wanted = [_condition(station, code, moment.as_of) for code in services]
    lacking = any(condition in _NO for condition in wanted)
    closure = _closure_over(station, moment)
    if closure is not None or station.status == StationStatus.TEMPORARILY_CLOSED:
        return StationClass(StationState.SHUT, LeftOut.CLOSED, closure and closure.ends, lacking)
    hours = _open_state(station, moment)
    if hours == OpenState.SHUT:
        return StationClass(StationState.SHUT, LeftOut.CLOSED, lacking=lacking)
    if lacking:
        return StationClass(StationState.LACKS, LeftOut.LACKS_SERVICE, lacking=True)
    doubt = _doubt(station, moment, hours, wanted, unconfirmed_after_days)
    return StationClass(StationState.UNKNOWN, doubt) if doubt else StationClass(StationState.OPEN)


def _barred(station: StationFacts) -> StationClass | None:
    """Why a station can count at no time, if so."""
    reasons = (
        (station.venue_type != VenueType.OUTDOOR_STATION, LeftOut.OTHER_VENUE),
        (station.status == StationStatus.RETIRED, LeftOut.RETIRED),
        (station.status in _NOT_OPEN_YET, LeftOut.NOT_OPEN_YET),
        (station.access_method == AccessMethod.STAFF_ONLY, LeftOut.STAFF_ONLY),
        (station.lon is None or station.lat is None, LeftOut.NOT_LOCATED),
        (_never_scheduled(station), LeftOut.HOURS_UNKNOWN),
    )
    reason = next((reason for applies, reason in reasons if applies), None)
    if reason is None:
        return None
    staff_only = reason == LeftOut.STAFF_ONLY
    return StationClass(StationState.STAFF_ONLY if staff_only else StationState.EXCLUDED, reason)


def _never_scheduled(station: StationFacts) -> bool:
    return station.station_type == StationType.MOBILE and not station.hours and not station.dates


def _condition(station: StationFacts, code: str, as_of: date) -> ServiceCondition:
    service = station.services.get(code)
    if service is None:
        return ServiceCondition.UNKNOWN
    expired = service.expires_on is not None and service.expires_on < as_of
    return ServiceCondition.EXPIRED if expired and service.condition not in _NO else service.condition


def _closure_over(station: StationFacts, moment: Moment) -> Closure | None:
    begin, end = moment.at()
    for closure in station.closures:
        # Any part of the asked minute; for any hour the whole day.
        inside = closure.begins <= begin and (closure.ends is None or closure.ends > begin)
        if inside and (moment.minute is not None or closure.ends is None or closure.ends >= end):
            return closure
    return None


def _open_state(station: StationFacts, moment: Moment) -> OpenState:
    if moment.minute is None:
        return OpenState.OPEN
    return state_for(station.hours, moment.day_type, moment.minute, moment.as_of, station.dates)


def _doubt(
    station: StationFacts,
    moment: Moment,
    hours: OpenState,
    wanted: Sequence[ServiceCondition],
    unconfirmed_after_days: int | None,
) -> LeftOut | None:
    if hours == OpenState.UNKNOWN:
        return LeftOut.HOURS_UNKNOWN
    if ServiceCondition.UNKNOWN in wanted:
        return LeftOut.SERVICE_UNKNOWN
    if unconfirmed_after_days is not None:
        oldest = moment.as_of - timedelta(days=unconfirmed_after_days)
        if station.confirmed_on is None or station.confirmed_on < oldest:
            return LeftOut.UNCONFIRMED
    return None
