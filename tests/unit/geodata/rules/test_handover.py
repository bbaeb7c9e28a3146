"""Each map application gets a station in its own datum."""

from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.crs import to_wgs84
from geodata.rules.handover import APPLICATIONS, datum_points, handover_links
from geodata.rules.walking import straight_metres
from geodata.vocab import Datum

LON, LAT = 113.612, 34.752
CHINA = {"lon": st.floats(75, 134), "lat": st.floats(19, 53)}


def numbers(code, name="雁栖路驿站"):
    """Longitude and latitude as the application reads them from its link."""
    link = handover_links(name, LON, LAT)[code]
    query = parse_qs(urlsplit(link).query)
    if code == "amap":
        lon, lat = query["to"][0].split(",")[:2]
    elif code == "baidu":
        lat, lon = query["location"][0].split(",")
    elif code == "apple":
        lat, lon = query["daddr"][0].split(",")
    else:
        lat, lon = link.removeprefix("geo:").split("?")[0].split(",")
    return float(lon), float(lat)


def back(point, datum):
    lon, lat = to_wgs84(np.array([point[0]]), np.array([point[1]]), datum)
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize(
    ("code", "datum"),
    [("amap", Datum.GCJ02), ("baidu", Datum.BD09), ("apple", Datum.GCJ02), ("geo", Datum.WGS84)],
)
def test_link_converted_back_is_the_station_and_read_as_another_datum_is_not(code, datum):
    point = numbers(code)
    assert straight_metres(back(point, datum), (LON, LAT)) < 0.2
    wrong = Datum.WGS84 if datum != Datum.WGS84 else Datum.GCJ02
    assert straight_metres(back(point, wrong), (LON, LAT)) > 400


def test_link_says_its_datum_where_the_application_can_be_told():
    links = handover_links("x", LON, LAT)
    assert "coordinate=gaode" in links["amap"]
    assert "mode=walk" in links["amap"]
    assert "coord_type=bd09ll" in links["baidu"]
    assert "dirflg=w" in links["apple"]
    assert links["geo"] == "geo:34.752000,113.612000?q=34.752000,113.612000(x)"


@given(st.text(max_size=60))
def test_link_quotes_any_name(name):
    for code, link in handover_links(name, LON, LAT).items():
        assert not set(link) & set(" \"'<>\\\n"), code
        assert numbers(code, name) == numbers(code)
    parts = urlsplit(handover_links(name, LON, LAT)["amap"])
    assert unquote(parts.query.split("to=")[1].split("&")[0]).split(",", 2)[2] == name


@given(**CHINA)
def test_points_of_all_datums_are_the_same_place(lon, lat):
    points = datum_points(lon, lat)
    for datum, point in points.items():
        assert straight_metres(back(point, datum), (lon, lat)) < 0.2


def test_no_link_names_a_place_of_the_asker():
    """Nothing but the destination: the application takes the start from the phone, if it may."""
    for link in handover_links("x", LON, LAT).values():
        assert not {"from", "origin", "saddr"} & set(parse_qs(urlsplit(link).query))


def test_templates_hold_nothing_but_the_three_fields():
    for each in APPLICATIONS:
        each.template.format(lon=1, lat=2, name="n")
