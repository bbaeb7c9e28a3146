"""What may be drawn as a barrier, and until when it may be put right."""

from datetime import date

import pytest
import shapely

from geodata.errors import Conflict, InvalidInput
from geodata.rules.barriers import MAX_CORNERS, check_near_county, check_past_kept, check_period, read_shape

HERE = (114.05, 22.53)
SQUARE = [[114.05, 22.53], [114.06, 22.53], [114.06, 22.54], [114.05, 22.54], [114.05, 22.53]]
BOW = [[114.05, 22.53], [114.06, 22.54], [114.06, 22.53], [114.05, 22.54], [114.05, 22.53]]


def line(*points):
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def area(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def refused(shape):
    with pytest.raises(InvalidInput) as refusal:
        read_shape(shape)
    return refusal.value


def test_lines_and_areas_are_read_and_doubled_corners_are_one():
    assert read_shape(line(HERE, HERE, (114.06, 22.53))).wkt == "LINESTRING (114.05 22.53, 114.06 22.53)"
    assert read_shape(area(SQUARE)).equals(shapely.box(114.05, 22.53, 114.06, 22.54))


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": list(HERE)},
        {"type": "MultiLineString", "coordinates": [[list(HERE), [114.06, 22.53]]]},
        {"type": "LineString"},
        {},
        line((114.05, float("nan")), HERE),
        line((190.0, 22.0), HERE),
        line((114.05, 22.53, 7.0), HERE),
        line((True, False), HERE),
        {"type": "LineString", "coordinates": [["114.05", "22.53"], list(HERE)]},
        area(SQUARE[:-1]),
        area(SQUARE[:2] + SQUARE[:1]),
        area(),
    ],
)
def test_what_is_no_line_or_area_is_refused(shape):
    assert refused(shape).code == "barrier_shape_invalid"


def test_sizes_are_bounded():
    assert refused(line(HERE, HERE)).code == "barrier_too_short"
    assert refused(line(HERE, (114.0500001, 22.53))).code == "barrier_too_short"
    assert refused(line(HERE, (115.05, 22.53))).code == "barrier_too_long"
    many = [(114.05 + number / 1e5, 22.53) for number in range(MAX_CORNERS + 1)]
    assert refused(line(*many)).code == "barrier_too_many_corners"


def test_an_area_that_crosses_itself_is_refused_with_the_place():
    refusal = refused(area(BOW))
    assert refusal.code == "barrier_crosses_itself"
    assert (refusal.params["lon"], refusal.params["lat"]) == ("114.055", "22.535")
    read_shape(line(*BOW))  # a line may cross itself


def test_a_barrier_lies_in_the_county_or_on_its_rim():
    county = shapely.box(114.0, 22.5, 114.1, 22.6)
    check_near_county(shapely.LineString([(114.1, 22.55), (114.145, 22.55)]), county)
    with pytest.raises(InvalidInput) as refusal:
        check_near_county(shapely.LineString([(114.05, 22.55), (114.16, 22.55)]), county)
    assert refusal.value.code == "barrier_outside_county"
    assert refusal.value.params["metres"] == pytest.approx(6170, abs=30)


def test_a_barrier_stands_a_day_at_least():
    check_period(date(2026, 1, 1), date(2026, 1, 2))
    check_period(date(2026, 1, 1), None)
    with pytest.raises(InvalidInput):
        check_period(date(2026, 1, 1), date(2026, 1, 1))


def test_what_has_stood_is_not_moved():
    day, after = date(2026, 11, 20), date(2026, 11, 21)
    check_past_kept(stood_since=date(2026, 1, 1), drawn_on=day, today=day)
    check_past_kept(stood_since=after, drawn_on=day, today=after)
    with pytest.raises(Conflict):
        check_past_kept(stood_since=day, drawn_on=day, today=after)
