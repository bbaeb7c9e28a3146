"""The stations of a scenario: those there are, as the changes leave them, and those that are added."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from geodata.rules.availability import Service, StationFacts
from geodata.rules.changes import (
    AddServices,
    AddStation,
    Change,
    ChangeHours,
    CloseStation,
    MoveStation,
    ReopenStation,
)
from geodata.vocab import AccessMethod, ServiceCondition, StationStatus, StationType, VenueType

_WORKING = Service(ServiceCondition.WORKING)


def change_stations(
    stations: Sequence[StationFacts],
    changes: Sequence[Change],
    *,
    county_code: str,
    on: date,
    services: Sequence[str],
) -> list[StationFacts]:
    """The stations as they would be; nothing that is given is changed.

    What a change says of a station is taken as confirmed on the day: whoever plans hours would see to them.
    Except for the ids of added stations the result does not depend on the order of the changes.

    Args:
        stations: of the county, in any order, which is kept.
        changes: that agree with each other and name only these stations.
        county_code: the county of what is added.
        on: the day of the question.
        services: codes that an added station without a list of its own has working.

    Returns:
        The stations in their order, the very same object where nothing changed; then the added ones in the
        order of their changes. The id of an added station is its change's number, negative.
    """
    by_station: dict[int, list[Change]] = {}
    for change in changes:
        if isinstance(change, MoveStation | CloseStation | ReopenStation | ChangeHours | AddServices):
            by_station.setdefault(change.station, []).append(change)
    changed = [_changed(each, by_station.get(each.id, ()), on) for each in stations]
    added = [
        _added(number, change, county_code, on, services)
        for number, change in enumerate(changes, start=1)
        if isinstance(change, AddStation)
    ]
    return changed + added


def _changed(station: StationFacts, changes: Sequence[Change], on: date) -> StationFacts:
    for change in changes:
        match change:
            case MoveStation():
                station = replace(station, lon=change.lon, lat=change.lat)
            case CloseStation():
                station = replace(station, status=StationStatus.RETIRED)
            case ReopenStation():
                station = replace(station, status=StationStatus.OPEN, closures=(), confirmed_on=on)
            case ChangeHours():
                station = replace(station, hours=change.hours, dates={}, confirmed_on=on)
            case AddServices():
                services = {**station.services, **dict.fromkeys(change.services, _WORKING)}
                station = replace(station, services=services, confirmed_on=on)
    return station


def _added(
    number: int, change: AddStation, county_code: str, on: date, services: Sequence[str]
) -> StationFacts:
    working: Mapping[str, Service] = dict.fromkeys(
        services if change.services is None else change.services, _WORKING
    )
    return StationFacts(
        id=-number,
        county_code=county_code,
        lon=change.lon,
        lat=change.lat,
        station_type=StationType.STANDARD,
        venue_type=VenueType.OUTDOOR_STATION,
        status=StationStatus.OPEN,
        access_method=AccessMethod.OPEN,
        confirmed_on=on,
        hours=change.hours,
        dates={},
        closures=(),
        services=working,
    )
