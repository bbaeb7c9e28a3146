"""People who are there only at times: nights, weekends, holidays, any hour."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.availability import Moment
from geodata.rules.hours import HOLIDAY, Opening, OpenState, state_at
from geodata.rules.presence import attend, is_there
from geodata.vocab import DayType

NOON = tuple(Opening(day, 660, 780) for day in range(8))
NIGHT = tuple(Opening(day, 22 * 60, 26 * 60) for day in range(7))
SATURDAY_MARKET = (Opening(5, 300, 570),)
AS_OF = date(2026, 11, 20)

openings = st.builds(
    lambda day, opens, length: Opening(day, opens, opens + length),
    st.integers(0, 7),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
minutes = st.integers(0, 1439)


@pytest.mark.parametrize(
    ("hours", "day_type", "minute", "expected"),
    [
        (NOON, DayType.WORKDAY, 659, False),
        (NOON, DayType.WORKDAY, 660, True),
        (NOON, DayType.WORKDAY, 780, False),
        (NOON, DayType.HOLIDAY, 700, True),
        (NIGHT, DayType.WORKDAY, 119, True),
        (NIGHT, DayType.WORKDAY, 120, False),
        (NIGHT, DayType.SUNDAY, 60, True),
        (SATURDAY_MARKET, DayType.SATURDAY, 400, True),
        (SATURDAY_MARKET, DayType.SUNDAY, 400, False),
        (SATURDAY_MARKET, DayType.WORKDAY, 400, False),
        # No holiday hours: nobody is there, but for those whom the night before keeps.
        (NIGHT, DayType.HOLIDAY, 23 * 60, False),
        (NIGHT, DayType.HOLIDAY, 60, True),
        (SATURDAY_MARKET, DayType.HOLIDAY, 400, False),
    ],
)
def test_people_are_there_at_their_hours_only(hours, day_type, minute, expected):
    assert is_there(hours, day_type, minute) is expected


@given(st.lists(openings, max_size=4), st.sampled_from(list(DayType)))
def test_any_hour_counts_everybody_and_so_does_a_place_without_hours(hours, day_type):
    assert is_there(tuple(hours), day_type, None)
    assert is_there((), day_type, 600)


@given(st.lists(openings, min_size=1, max_size=4), st.sampled_from(list(DayType)), minutes)
def test_hours_of_people_mean_what_hours_of_stations_mean(hours, day_type, minute):
    state = state_at(hours, day_type, minute).state
    there = is_there(tuple(hours), day_type, minute)
    if state != OpenState.UNKNOWN:
        assert there == (state == OpenState.OPEN)
    else:
        assert day_type == DayType.HOLIDAY


@given(
    st.lists(openings, max_size=4), st.lists(openings, max_size=3), st.sampled_from(list(DayType)), minutes
)
def test_more_hours_never_send_anybody_away(hours, more, day_type, minute):
    if hours and is_there(tuple(hours), day_type, minute):
        assert is_there((*hours, *more), day_type, minute)


def test_patterns_are_given_to_their_places():
    ids = np.array([3, 5, 8, 13])
    noon, midnight = Moment(DayType.WORKDAY, 700, AS_OF), Moment(DayType.WORKDAY, 0, AS_OF)
    attendance = attend(ids, [(NOON, np.array([5, 99])), (NIGHT, np.array([1, 13]))])
    assert attendance.pattern.tolist() == [0, 1, 0, 2]
    assert attendance.at([noon, midnight, Moment(DayType.WORKDAY, None, AS_OF)]).tolist() == [
        [True, True, True],
        [True, False, True],
        [True, True, True],
        [False, True, True],
    ]


def test_hours_of_nobody_here_are_no_attendance():
    assert attend(np.array([3, 5]), []) is None
    assert attend(np.array([3, 5]), [(NOON, np.array([4, 99]))]) is None
    assert HOLIDAY == 7
