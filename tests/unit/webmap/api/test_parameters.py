"""Parameters become bounded, finite values or are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geodata.errors import InvalidInput
from geodata.queries.clauses import Bbox
from webmap.api.parameters import CoverageQuery, PageQuery, StationsQuery, parse_bbox


def test_a_box_becomes_four_numbers():
    assert parse_bbox("113.5,34.6,113.8,34.9") == Bbox(113.5, 34.6, 113.8, 34.9)


@given(st.text(max_size=60))
def test_any_text_is_a_sound_box_or_refused(text):
    try:
        box = parse_bbox(text)
    except InvalidInput:
        return
    assert -180 <= box.west < box.east <= 180
    assert -90 <= box.south < box.north <= 90


@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_any_four_numbers_are_a_sound_box_or_refused(numbers):
    try:
        box = parse_bbox(",".join(map(repr, numbers)))
    except InvalidInput:
        return
    assert box.west < box.east
    assert box.south < box.north


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1001", "1.0", "1e2", "１０", " 5", "+5", "", "NaN", "9" * 5000]
)
def test_a_limit_is_a_plain_number_from_1_to_1000(limit):
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})


def test_filters_are_named_as_the_query_names_them():
    query = StationsQuery.model_validate({"type": "micro", "q": "驿站", "limit": "5"})
    assert query.filters == {"county": None, "q": "驿站", "status": None, "station_type": "micro"}
    assert (query.page_request.limit, query.page_request.after) == (5, None)


@pytest.mark.parametrize(("time", "minute"), [("00:00", 0), ("22:00", 1320), ("23:59", 1439), ("any", None)])
def test_a_time_becomes_a_minute_of_the_day(time, minute):
    assert CoverageQuery.model_validate({"time": time}).minute == minute


@pytest.mark.parametrize("time", ["24:00", "7:00", "12:60", "Any", "", "12:00\n"])
def test_other_times_are_refused(time):
    with pytest.raises(ValidationError):
        CoverageQuery.model_validate({"time": time})


def test_services_are_split_at_commas():
    assert CoverageQuery.model_validate({"services": "toilet,wifi"}).service_codes == ("toilet", "wifi")
    assert CoverageQuery.model_validate({}).service_codes == ()
