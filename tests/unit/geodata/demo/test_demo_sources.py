"""The shipped real data is what its credits say."""

from collections import Counter

import shapely

from geodata.demo.sources import ELSEWHERE_FILE, MAIN_COUNTY, read_counties, read_stations, station_points


def _county_of(lon: float, lat: float) -> str | None:
    return next((c.code for c in read_counties() if shapely.intersects_xy(c.geom, lon, lat)), None)


def test_twelve_real_counties_form_a_valid_coverage() -> None:
    counties = read_counties()
    assert len(counties) == 12
    assert all(county.code.startswith("4101") for county in counties)
    assert shapely.coverage_is_valid([county.geom for county in counties])


def test_82_real_stations_lie_in_eleven_of_the_counties_and_26_in_the_main_one() -> None:
    found = Counter(_county_of(*point) for point in station_points().tolist())
    assert sum(found.values()) == 82
    assert None not in found
    assert len(found) == 11
    assert found[MAIN_COUNTY] == 26


def test_the_district_labels_keep_their_real_oddities() -> None:
    names = {county.code: county.name for county in read_counties()}
    zones = {"高新区", "经开区", "郑东新区", "航空港区"}
    agree = functional_zone = 0
    for station in read_stations():
        agree += names[_county_of(station.lon, station.lat) or ""] == station.district_label
        functional_zone += station.district_label in zones
    assert (agree, functional_zone, 82 - agree - functional_zone) == (66, 12, 4)


def test_22_stations_list_their_hours() -> None:
    assert sum(bool(station.hours_listed) for station in read_stations()) == 22


def test_the_stations_of_another_city_are_shipped_but_are_no_part_of_the_demo() -> None:
    assert ELSEWHERE_FILE.read_text(encoding="utf-8-sig").count("\n") == 5
