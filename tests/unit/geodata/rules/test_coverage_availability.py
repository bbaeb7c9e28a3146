"""Which stations count, and why the others do not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.availability import (
    Closure,
    LeftOut,
    Moment,
    Service,
    StationFacts,
    StationState,
    classify_station,
)
from geodata.rules.hours import Opening
from geodata.vocab import (
    AccessMethod,
    DayType,
    ServiceCondition,
    StationStatus,
    StationType,
    VenueType,
)

AS_OF = date(2026, 11, 20)
TEN = Moment(DayType.WORKDAY, 600, AS_OF)
NIGHT = replace(TEN, minute=60)
ANY_HOUR = replace(TEN, minute=None)
STATION = StationFacts(
    id=1,
    county_code="410103",
    lon=113.6,
    lat=34.7,
    station_type=StationType.STANDARD,
    venue_type=VenueType.OUTDOOR_STATION,
    status=StationStatus.OPEN,
    access_method=AccessMethod.UNKNOWN,
    confirmed_on=date(2026, 11, 1),
    hours=tuple(Opening(day, 540, 1020) for day in range(7)),
    dates={},
    closures=(),
    services={"toilet": Service(ServiceCondition.WORKING)},
)
SHUT, LACKS, UNKNOWN, OPEN = StationState.SHUT, StationState.LACKS, StationState.UNKNOWN, StationState.OPEN


def with_toilet(condition, expires_on=None):
    return replace(STATION, services={"toilet": Service(condition, expires_on)})


def test_an_open_station_with_what_is_wanted_counts():
    assert classify_station(STATION, TEN, services=["toilet"]).state == OPEN
    assert classify_station(STATION, NIGHT).state == SHUT


@pytest.mark.parametrize("condition", ["broken", "out_of_stock", "expired", "removed"])
def test_a_service_that_does_not_work_is_lacking(condition):
    found = classify_station(with_toilet(ServiceCondition(condition)), TEN, services=["toilet"])
    assert (found.state, found.reason) == (LACKS, LeftOut.LACKS_SERVICE)
    assert classify_station(with_toilet(ServiceCondition(condition)), TEN).state == OPEN


def test_a_working_service_expires_after_its_day():
    assert (
        classify_station(with_toilet(ServiceCondition.WORKING, AS_OF), TEN, services=["toilet"]).state == OPEN
    )
    past = with_toilet(ServiceCondition.WORKING, date(2026, 11, 19))
    assert classify_station(past, TEN, services=["toilet"]).state == LACKS


def test_no_row_for_a_service_is_unknown_not_no():
    found = classify_station(STATION, TEN, services=["toilet", "first_aid"])
    assert (found.state, found.reason) == (UNKNOWN, LeftOut.SERVICE_UNKNOWN)


def test_a_shut_station_is_shut_even_if_its_service_is_unknown():
    found = classify_station(STATION, NIGHT, services=["first_aid"])
    assert (found.state, found.reason, found.lacking) == (SHUT, LeftOut.CLOSED, False)


def test_a_shut_station_that_also_lacks_the_service_would_not_help_by_opening():
    found = classify_station(with_toilet(ServiceCondition.BROKEN), NIGHT, services=["toilet"])
    assert (found.state, found.lacking) == (SHUT, True)


def test_a_known_lack_decides_before_unknown_hours():
    station = replace(with_toilet(ServiceCondition.REMOVED), hours=())
    assert classify_station(station, TEN, services=["toilet"]).state == LACKS
    assert classify_station(station, TEN).state == UNKNOWN


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"venue_type": VenueType.NURSING_ROOM}, StationState.EXCLUDED, LeftOut.OTHER_VENUE),
        ({"status": StationStatus.RETIRED}, StationState.EXCLUDED, LeftOut.RETIRED),
        ({"status": StationStatus.PLANNED}, StationState.EXCLUDED, LeftOut.NOT_OPEN_YET),
        ({"status": StationStatus.ACCEPTED}, StationState.EXCLUDED, LeftOut.NOT_OPEN_YET),
        ({"access_method": AccessMethod.STAFF_ONLY}, StationState.STAFF_ONLY, LeftOut.STAFF_ONLY),
        ({"lon": None, "lat": None}, StationState.EXCLUDED, LeftOut.NOT_LOCATED),
        ({"station_type": StationType.MOBILE, "hours": ()}, StationState.EXCLUDED, LeftOut.HOURS_UNKNOWN),
        ({"status": StationStatus.TEMPORARILY_CLOSED}, SHUT, LeftOut.CLOSED),
    ],
)
def test_what_can_never_count_says_why_at_every_hour(changes, state, reason):
    for moment in (TEN, NIGHT, ANY_HOUR):
        found = classify_station(replace(STATION, **changes), moment)
        assert (found.state, found.reason) == (state, reason)


def test_a_mobile_station_counts_at_its_scheduled_times():
    mobile = replace(STATION, station_type=StationType.MOBILE)
    assert classify_station(mobile, TEN).state == OPEN
    assert classify_station(mobile, NIGHT).state == SHUT


def test_a_closure_holds_from_its_first_instant_to_before_its_last():
    # 10:00 in Shanghai is 02:00 UTC.
    ten = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    closing = replace(STATION, closures=(Closure(ten, None),))
    reopened = replace(STATION, closures=(Closure(datetime(2026, 11, 1, tzinfo=UTC), ten),))
    assert classify_station(closing, TEN).state == SHUT
    assert classify_station(closing, replace(TEN, minute=599)).state == OPEN
    assert classify_station(reopened, TEN).state == OPEN
    found = classify_station(reopened, replace(TEN, minute=599))
    assert (found.state, found.until) == (SHUT, ten)


def test_any_hour_ignores_hours_but_not_a_closure_of_the_whole_day():
    assert classify_station(replace(STATION, hours=()), ANY_HOUR).state == OPEN
    assert classify_station(replace(STATION, hours=(Opening(6, 0, 60),)), ANY_HOUR).state == OPEN
    morning = Closure(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    assert classify_station(replace(STATION, closures=(morning,)), ANY_HOUR).state == OPEN
    for ends in (None, datetime(2026, 11, 20, 16, 0, tzinfo=UTC)):
        all_day = Closure(datetime(2026, 11, 1, tzinfo=UTC), ends)
        assert classify_station(replace(STATION, closures=(all_day,)), ANY_HOUR).state == SHUT


@pytest.mark.parametrize(
    ("confirmed_on", "state"),
    [(date(2026, 10, 21), OPEN), (date(2026, 10, 20), UNKNOWN), (None, UNKNOWN)],
)
def test_unconfirmed_stations_are_unknown_when_the_rule_asks(confirmed_on, state):
    station = replace(STATION, confirmed_on=confirmed_on)
    assert classify_station(station, TEN, unconfirmed_after_days=30).state == state
    assert classify_station(station, TEN).state == OPEN


@given(
    st.sampled_from(StationStatus),
    st.sampled_from(StationType),
    st.sampled_from(AccessMethod),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1439), st.integers(1, 1440)), max_size=4),
    st.sampled_from(DayType),
    st.integers(0, 1439),
)
def test_any_hour_never_counts_less_than_an_hour(status, kind, access, rows, day_type, minute):
    hours = tuple(Opening(day, opens, opens + length) for day, opens, length in rows)
    station = replace(STATION, status=status, station_type=kind, access_method=access, hours=hours)
    at_hour = classify_station(station, Moment(day_type, minute, AS_OF))
    if at_hour.state == OPEN:
        assert classify_station(station, Moment(day_type, None, AS_OF)).state == OPEN
