"""Every trouble a station or place can be in has its reason; what is left out by rule has only that one."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from geodata.rules.availability import Closure, Service, StationFacts
from geodata.rules.hours import Opening
from geodata.rules.preflight import (
    Finding,
    Ground,
    Subject,
    Trouble,
    Weight,
    check_places,
    check_stations,
    weight_of,
)
from geodata.vocab import AccessMethod, ServiceCondition, StationStatus, StationType, VenueType
from tests.unit.geodata.network.drawing import lonlat

AS_OF = date(2026, 11, 20)
LON, LAT = lonlat((0, 0))[0]
GOOD = StationFacts(
    id=1,
    county_code="410103",
    lon=LON,
    lat=LAT,
    station_type=StationType.STANDARD,
    venue_type=VenueType.OUTDOOR_STATION,
    status=StationStatus.OPEN,
    access_method=AccessMethod.OPEN,
    confirmed_on=date(2026, 11, 1),
    hours=(Opening(0, 0, 1440),),
    dates={},
    closures=(),
    services={"toilet": Service(ServiceCondition.WORKING)},
)


def ground(count, **changes):
    flat = Ground(
        off_network=np.zeros(count, dtype=bool),
        behind=np.zeros(count, dtype=bool),
        street_m=np.full(count, 5.0),
        piece=np.zeros(count, dtype=np.int64),
        barrier=np.full(count, -1),
        outside=np.zeros(count, dtype=bool),
    )
    return replace(flat, **{name: np.array(value) for name, value in changes.items()})


def troubles(*stations, names=None, standard=("toilet",), after_days=None, **lie):
    found = check_stations(
        stations,
        names or [f"站{row}" for row in range(len(stations))],
        ground(len(stations), **lie),
        as_of=AS_OF,
        standard=standard,
        unconfirmed_after_days=after_days,
    )
    return [(finding.row, finding.trouble, dict(finding.values)) for finding in found]


def test_a_good_station_has_none():
    assert troubles(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"status": StationStatus.RETIRED}, Trouble.RETIRED),
        ({"status": StationStatus.PLANNED}, Trouble.NOT_OPEN_YET),
        ({"access_method": AccessMethod.STAFF_ONLY}, Trouble.STAFF_ONLY),
        ({"venue_type": VenueType.DRIVERS_HOME}, Trouble.OTHER_VENUE),
    ],
)
def test_what_is_left_out_by_rule_has_no_other_trouble(changes, trouble):
    bare = replace(GOOD, **changes, hours=(), confirmed_on=None, lon=None, lat=None)
    assert troubles(bare) == [(0, trouble, {})]
    assert weight_of(trouble) == Weight.BY_RULE


@pytest.mark.parametrize(
    ("changes", "lie", "expected"),
    [
        ({"lon": None, "lat": None}, {}, (Trouble.NOT_LOCATED, {})),
        ({}, {"off_network": [True], "street_m": [212.34]}, (Trouble.OFF_NETWORK, {"metres": 212.3})),
        ({}, {"off_network": [True], "street_m": [np.nan]}, (Trouble.OFF_NETWORK, {"metres": None})),
        (
            {},
            {"off_network": [True], "behind": [True], "street_m": [30.0]},
            (Trouble.BEHIND_BARRIER, {"metres": 30.0}),
        ),
        ({}, {"off_network": [True], "barrier": [7]}, (Trouble.IN_BARRIER, {"barrier": 7})),
        ({}, {"piece": [3]}, (Trouble.ISOLATED, {"edges": 3})),
        ({}, {"outside": [True]}, (Trouble.OUTSIDE_COUNTY, {})),
        ({"hours": ()}, {}, (Trouble.HOURS_UNKNOWN, {"mobile": False})),
        ({"status": StationStatus.TEMPORARILY_CLOSED}, {}, (Trouble.CLOSED, {"until": None})),
        (
            {"closures": (Closure(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),)},
            {},
            (Trouble.CLOSED, {"until": "2026-12-01"}),
        ),
        ({"confirmed_on": None}, {}, (Trouble.UNCONFIRMED, {"days": None, "limit": 90})),
        ({"confirmed_on": date(2026, 8, 1)}, {}, (Trouble.UNCONFIRMED, {"days": 111, "limit": 90})),
        ({"services": {}}, {}, (Trouble.SERVICES_UNKNOWN, {"services": ["toilet"]})),
    ],
)
def test_every_trouble_is_told_with_what_its_sentence_names(changes, lie, expected):
    assert troubles(replace(GOOD, **changes), **lie) == [(0, *expected)]


def test_an_hour_of_the_day_is_no_trouble_and_the_rule_sets_the_days():
    assert troubles(replace(GOOD, hours=(Opening(0, 480, 720),))) == []
    assert troubles(GOOD, after_days=10) == [(0, Trouble.UNCONFIRMED, {"days": 19, "limit": 10})]
    assert troubles(replace(GOOD, confirmed_on=date(2026, 8, 22))) == []  # exactly 90 days


def at(metres):
    lon, lat = lonlat((metres, 0))[0]
    return replace(GOOD, lon=lon, lat=lat)


def test_two_at_one_place_are_each_told_of_the_other():
    found = troubles(at(0), at(9.5), at(10.6 + 9.5))
    assert found == [
        (0, Trouble.SAME_PLACE, {"other": 1, "metres": 9.5}),
        (1, Trouble.SAME_PLACE, {"other": 0, "metres": 9.5}),
    ]
    namesakes = troubles(at(0), at(49), at(120), names=["甲", "甲", "甲"])
    assert [(row, its["other"]) for row, _, its in namesakes] == [(0, 1), (1, 0)]
    retired = replace(at(1), status=StationStatus.RETIRED)
    assert [trouble for _, trouble, _ in troubles(at(0), retired)] == [Trouble.RETIRED]


def test_places_of_people_are_looked_at_too():
    points = np.vstack((lonlat((0, 0), (0.5, 0), (500, 0)), [[np.nan, np.nan]]))
    found = check_places(
        points,
        np.array([10, 5, 0, 7]),
        ["甲", "乙", "丙", "丁"],
        ground(4, off_network=[False, False, True, False], street_m=[5, 5, 300.0, np.nan]),
    )
    assert found == [
        Finding(Subject.DEMAND, 2, Trouble.OFF_NETWORK, {"metres": 300.0}),
        Finding(Subject.DEMAND, 3, Trouble.NOT_LOCATED),
        Finding(Subject.DEMAND, 2, Trouble.NOBODY),
        Finding(Subject.DEMAND, 0, Trouble.SAME_PLACE, {"other": 1, "metres": 0.5}),
        Finding(Subject.DEMAND, 1, Trouble.SAME_PLACE, {"other": 0, "metres": 0.5}),
    ]
