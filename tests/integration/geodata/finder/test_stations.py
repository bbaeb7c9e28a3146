"""The public list: who is on it, what it says, what it never says."""

import dataclasses

import pytest

from geodata.errors import NotFound
from geodata.models import Station, StationReport
from geodata.queries import finder as queries
from geodata.stations.finder import HORIZON_MIN, get_station, list_stations, read_now
from tests.integration.geodata.finder.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST


def codes(session, today, county=COUNTY):
    return [each.code for each in list_stations(session, county, today=today)]


def by_code(session, today):
    return {each.code: each for each in list_stations(session, COUNTY, today=today)}


def test_list_has_what_anybody_may_walk_to_and_the_neighbours_rim(session, county):
    assert codes(session, county) == ["A-closed", "A-open", "A-unknown", "N-near"]


def test_list_of_the_neighbour_has_ours_only_where_they_are_near(session, county):
    assert codes(session, county, NEIGHBOUR) == ["N-far", "N-near"]


def test_list_tells_openings_of_three_days_in_minutes_from_midnight(session, county):
    found = by_code(session, county)
    assert found["A-open"].timeline.open == [(480 + day, 1200 + day) for day in (0, 1440, 2880)]
    assert found["A-unknown"].timeline.unknown == [(0, HORIZON_MIN)]
    assert (found["A-closed"].timeline.open, found["A-closed"].closure[2]) == ([], "装修")


def test_list_takes_hours_of_a_date_for_that_date(session, county, add_exception):
    add_exception(540, 600)
    assert by_code(session, county)["A-open"].timeline.open[0] == (540, 600)


def test_list_shuts_a_station_whose_date_says_so(session, county, add_exception):
    add_exception(None, None)
    assert by_code(session, county)["A-open"].timeline.open[0] == (1920, 2640)


def test_list_marks_what_nobody_confirmed_lately(session, county):
    row = session.query(Station).filter_by(code="A-open").one()
    assert by_code(session, county)["A-open"].stale_days > 1000
    row.confirmed_on = None
    session.flush()
    assert by_code(session, county)["A-open"].stale_days == -1
    row.confirmed_on = county
    session.flush()
    assert by_code(session, county)["A-open"].stale_days is None


def test_list_names_a_service_nearby_with_its_metres(session, county):
    (service,) = by_code(session, county)["A-open"].services
    assert (service.code, service.mode, service.distance_m) == ("toilet", "nearby", 80)


def test_list_warns_of_the_day_three_told_of_and_not_of_answered_ones(session, county):
    row = session.query(Station).filter_by(code="A-open").one()
    reports = [
        StationReport(station_id=row.id, kind="locked", sender_hash=bytes([each]), on_date=county)
        for each in range(3)
    ]
    session.add_all(reports)
    session.flush()
    warning = by_code(session, county)["A-open"].warning
    assert (warning.on_date, warning.senders, warning.kinds) == (county, 3, {"locked": 3})
    reports[0].status, reports[0].answered_at = "not_confirmed", read_at(session)
    session.flush()
    assert by_code(session, county)["A-open"].warning is None


def read_at(session):
    return session.connection().exec_driver_sql("SELECT now()").scalar()


def test_station_page_tells_of_doors_no_list_shows(session, county):
    station, row = get_station(session, "A-staff", today=county)
    assert (station.access_method, row["hours"][0]) == ("staff_only", [0, 480, 1200])
    with pytest.raises(NotFound, match="station_code_unknown"):
        get_station(session, "no such", today=county)


def test_public_station_has_no_field_of_a_person(session, county):
    names = {field.name for field in dataclasses.fields(list_stations(session, COUNTY, today=county)[0])}
    assert not {name for name in names if "contact" in name or "manager" in name}
    assert {name for name in names if "phone" in name} == {"duty_phone"}


def test_places_are_names_of_the_county_with_a_point_inside(session, county):
    found = {(place.name, place.kind) for place in queries.list_places(session, COUNTY)}
    assert ("康复前街", "street") in found
    assert ("一号", "area") in found
    assert ("大学路街道", "division") in found
    assert ("A-open驿站", "station") in found
    assert not {name for name, _ in found} & {"别区路", "无图街道", "古荥镇", "A-staff驿站", "A-retired驿站"}
    assert all(
        WEST <= place.lon <= WEST + 0.1 and SOUTH <= place.lat <= SOUTH + 0.1
        for place in queries.list_places(session, COUNTY)
    )


def test_ground_is_the_counties_lines_and_outlines_of_parks(session, county):
    found = queries.list_lines(session, COUNTY)
    assert [(kind, rank) for kind, rank, _ in found] == [("park", 3), ("road", 2)]
    assert all(line for _, _, line in found)


def test_towns_are_those_in_force_with_an_outline(session, county):
    assert [town.name for town in queries.list_towns(session, COUNTY)] == ["大学路街道"]


def test_now_is_a_minute_of_today(session, county):
    now = read_now(session)
    assert now.today == county
    assert 0 <= now.minute < 1440
