"""Changes of a scenario: read, refused by number, checked against a county, applied to stations."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.rules.availability import (
    Closure,
    Moment,
    Service,
    StationFacts,
    StationState,
    classify_station,
)
from geodata.rules.changed_stations import change_stations
from geodata.rules.changes import MAX_CHANGES, check_changes, kind_of, read_changes
from geodata.rules.hours import DayHours, Opening, is_24h
from geodata.vocab import ChangeKind, DayType, ServiceCondition, StationStatus

ON = date(2026, 11, 25)
COUNTY = shapely.box(113.5, 34.7, 113.6, 34.8)
EIGHT_TO_SIX = [{"weekday": day, "opens_min": 480, "closes_min": 1080} for day in range(8)]
PIN = {"kind": "add_station", "lon": 113.55, "lat": 34.75, "name": "银行门口"}
WALL = {
    "kind": "barrier",
    "geometry": {"type": "LineString", "coordinates": [[113.52, 34.72], [113.53, 34.72]]},
}
BRIDGE = {
    "kind": "footbridge",
    "geometry": {"type": "LineString", "coordinates": [[113.52, 34.72], [113.521, 34.72]]},
}


def station(number: int = 1, **values) -> StationFacts:
    known = {
        "county_code": "410103",
        "lon": 113.51,
        "lat": 34.71,
        "station_type": "standard",
        "venue_type": "outdoor_station",
        "status": "open",
        "access_method": "open",
        "confirmed_on": None,
        "hours": tuple(Opening(day, 480, 1080) for day in range(8)),
        "dates": {},
        "closures": (),
        "services": {"toilet": Service(ServiceCondition.BROKEN)},
    }
    return StationFacts(id=number, **(known | values))


def refused(rows):
    with pytest.raises(InvalidInput) as refusal:
        read_changes(rows)
    return refusal.value.code, refusal.value.params


def state_of(facts, *, minute=22 * 60, services=()):
    moment = Moment(DayType.WORKDAY, minute, ON)
    return classify_station(facts, moment, services=services, unconfirmed_after_days=90).state


def apply(stations, rows, services=("toilet",)):
    return change_stations(stations, read_changes(rows), county_code="410103", on=ON, services=services)


def test_every_kind_is_read_and_named():
    rows = [
        PIN,
        {"kind": "move_station", "station": 1, "lon": 113.56, "lat": 34.76},
        {"kind": "close_station", "station": 2},
        {"kind": "reopen_station", "station": 3},
        {"kind": "change_hours", "station": 4, "openings": EIGHT_TO_SIX},
        {"kind": "add_services", "station": 5, "services": ["toilet", "toilet", "aed"]},
        WALL,
        BRIDGE,
    ]
    changes = read_changes(rows)
    assert [kind_of(change) for change in changes] == list(ChangeKind)
    assert is_24h(changes[0].hours)
    assert changes[5].services == ("aed", "toilet")
    assert (changes[6].shape.geom_type, changes[7].line.geom_type) == ("LineString", "LineString")


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({}, "kind"),
        ({"kind": "bomb"}, "kind"),
        ({**PIN, "lon": "113.5"}, "lon"),
        ({**PIN, "lon": float("nan")}, "lon"),
        ({**PIN, "lat": 90.5}, "lat"),
        ({**PIN, "lat": True}, "lat"),
        ({**PIN, "name": "  "}, "name"),
        ({**PIN, "name": "一\n二"}, "name"),
        ({**PIN, "name": "长" * 61}, "name"),
        ({**PIN, "openings": []}, "openings"),
        ({**PIN, "openings": [{"weekday": 8, "opens_min": 0, "closes_min": 60}]}, "openings"),
        ({**PIN, "openings": [{"weekday": 1, "opens_min": 60, "closes_min": 60}]}, "openings"),
        ({**PIN, "openings": [{"weekday": 1, "opens_min": 60, "closes_min": 1501}]}, "openings"),
        ({**PIN, "openings": "all"}, "openings"),
        ({**PIN, "services": "toilet"}, "services"),
        ({"kind": "add_services", "station": 1, "services": []}, "services"),
        ({"kind": "close_station", "station": 0}, "station"),
        ({"kind": "close_station", "station": "1"}, "station"),
    ],
)
def test_what_cannot_be_read_names_change_and_key(row, key):
    assert refused([PIN, row]) == ("change_invalid", {"number": 2, "key": key})


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "LINESTRING(0 0,1 1)",
        {"type": "Point", "coordinates": [113.5, 34.7]},
        {"type": "LineString", "coordinates": [[113.5, 34.7]]},
        {"type": "LineString", "coordinates": [[113.5, 34.7], [113.5, 34.7]]},
        {"type": "LineString", "coordinates": [[113.5, 34.7, 1], [113.6, 34.7, 1]]},
        {"type": "LineString", "coordinates": [[513.5, 34.7], [113.6, 34.7]]},
        {"type": "LineString", "coordinates": [[113.5 + n / 1e4, 34.7] for n in range(201)]},
        {
            "type": "Polygon",
            "coordinates": [[[113.5, 34.7], [113.6, 34.8], [113.6, 34.7], [113.5, 34.8], [113.5, 34.7]]],
        },
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_shapes_that_are_none_are_refused(geometry):
    assert refused([{"kind": "barrier", "geometry": geometry}]) == ("change_shape_invalid", {"number": 1})


def test_a_bridge_is_a_line():
    square = json.loads(shapely.to_geojson(shapely.box(113.52, 34.72, 113.53, 34.73)))
    assert refused([{"kind": "footbridge", "geometry": square}])[0] == "change_shape_invalid"
    assert read_changes([{"kind": "barrier", "geometry": square}])


def test_too_many_changes():
    assert refused([PIN] * (MAX_CHANGES + 1))[0] == "changes_too_many"
    assert len(read_changes([PIN] * MAX_CHANGES)) == MAX_CHANGES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"kind": "close_station", "station": 1}, {"kind": "reopen_station", "station": 1}),
        ({"kind": "close_station", "station": 1}, {"kind": "close_station", "station": 1}),
        (
            {"kind": "move_station", "station": 1, "lon": 113.5, "lat": 34.7},
            {"kind": "move_station", "station": 1, "lon": 113.6, "lat": 34.7},
        ),
        (
            {"kind": "change_hours", "station": 1},
            {"kind": "change_hours", "station": 1, "openings": EIGHT_TO_SIX},
        ),
    ],
)
def test_two_words_about_one_thing_contradict(one, other):
    assert refused([one, PIN, other]) == ("changes_contradict", {"number": 3, "other": 1})
    assert read_changes([one, {**other, "station": 2}])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({**PIN, "lon": 113.61}, "change_outside_county"),
        ({"kind": "move_station", "station": 1, "lon": 113.4, "lat": 34.75}, "change_outside_county"),
        ({"kind": "close_station", "station": 9}, "change_station_unknown"),
        ({**PIN, "services": ["sauna"]}, "change_service_unknown"),
        (
            {**WALL, "geometry": {"type": "LineString", "coordinates": [[114.5, 34.7], [114.6, 34.7]]}},
            "change_outside_county",
        ),
        (
            {**WALL, "geometry": {"type": "LineString", "coordinates": [[113.55, 34.7], [113.55, 34.9]]}},
            "change_too_long",
        ),
        (
            {**BRIDGE, "geometry": {"type": "LineString", "coordinates": [[113.52, 34.72], [113.54, 34.72]]}},
            "change_too_long",
        ),
    ],
)
def test_changes_that_do_not_fit_the_county(row, code):
    with pytest.raises(InvalidInput) as refusal:
        check_changes(read_changes([PIN, row]), county=COUNTY, stations={1}, services={"toilet"})
    assert (refusal.value.code, refusal.value.params["number"]) == (code, 2)


def test_the_rim_belongs_to_the_county_and_without_outline_nothing_is_refused():
    rim = read_changes([{**PIN, "lon": 113.6}, {**PIN, "lon": 113.5, "lat": 34.7}, WALL, BRIDGE])
    check_changes(rim, county=COUNTY, stations=(), services=())
    check_changes(read_changes([{**PIN, "lon": 10.0}]), county=None, stations=(), services=())


def test_added_station_is_open_round_the_clock_with_all_that_is_asked():
    one, two = apply([], [PIN, {**PIN, "openings": EIGHT_TO_SIX, "services": []}])
    assert (one.id, two.id) == (-1, -2)
    assert state_of(one, minute=180, services=("toilet",)) == StationState.OPEN
    assert state_of(two) == StationState.SHUT
    assert state_of(two, minute=600, services=("toilet",)) == StationState.UNKNOWN


def test_what_changes_does_to_a_station():
    shut = station(
        status="temporarily_closed",
        closures=(Closure(datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")), None),),
    )
    assert state_of(shut, minute=600) == StationState.SHUT
    (again,) = apply([shut], [{"kind": "reopen_station", "station": 1}])
    assert state_of(again, minute=600) == StationState.OPEN
    assert state_of(again) == StationState.SHUT
    (planned,) = apply([station(status="planned")], [{"kind": "reopen_station", "station": 1}])
    assert state_of(planned, minute=600) == StationState.OPEN
    (gone,) = apply([station()], [{"kind": "close_station", "station": 1}])
    assert gone.status == StationStatus.RETIRED
    special = station(dates={ON: DayHours(None, None)})
    (always,) = apply([special], [{"kind": "change_hours", "station": 1}])
    assert state_of(always) == StationState.OPEN
    (mended,) = apply(
        [station(confirmed_on=ON)], [{"kind": "add_services", "station": 1, "services": ["toilet"]}]
    )
    assert state_of(mended, minute=600, services=("toilet",)) == StationState.OPEN
    (moved,) = apply([station()], [{"kind": "move_station", "station": 1, "lon": 113.58, "lat": 34.78}])
    assert (moved.lon, moved.lat, moved.status) == (113.58, 34.78, "open")


def test_what_is_not_named_stays_the_same_object():
    stations = [station(1), station(2)]
    changed = apply(stations, [{"kind": "close_station", "station": 2}])
    assert changed[0] is stations[0]
    assert stations[1].status == "open"


ONE_EACH = [
    {"kind": "move_station", "station": 1, "lon": 113.58, "lat": 34.78},
    {"kind": "reopen_station", "station": 1},
    {"kind": "change_hours", "station": 1},
    {"kind": "add_services", "station": 1, "services": ["toilet"]},
    {"kind": "add_services", "station": 1, "services": ["aed"]},
    {"kind": "close_station", "station": 2},
    {"kind": "change_hours", "station": 2},
    PIN,
]


@given(st.permutations(ONE_EACH))
def test_the_order_of_changes_does_not_matter(rows):
    def without_ids(stations):
        return [(each.id if each.id > 0 else None, each.lon, each.hours, each.services) for each in stations]

    stations = [station(1), station(2)]
    assert without_ids(apply(stations, rows)) == without_ids(apply(stations, ONE_EACH))
