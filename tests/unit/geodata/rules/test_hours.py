"""Opening hours at midnight, over weekends and on holidays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.hours import HOLIDAY, DayHours, Opening, OpenState, StateAt, is_24h, state_at, state_for
from geodata.vocab import DayType

OPEN, SHUT, UNKNOWN = OpenState.OPEN, OpenState.SHUT, OpenState.UNKNOWN
OFFICE = [Opening(day, 540, 1020) for day in range(5)]
NIGHT = [Opening(day, 22 * 60, 26 * 60) for day in range(7)]
ALWAYS = [Opening(day, 0, 1440) for day in range(7)]
FRIDAY = date(2026, 11, 20)
SHUT_ALL_DAY = DayHours(None, None)

openings = st.builds(
    lambda day, opens, length: Opening(day, opens, opens + length),
    st.integers(0, 7),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (539, StateAt(SHUT, 540)),
        (540, StateAt(OPEN, 1020)),
        (1019, StateAt(OPEN, 1020)),
        (1020, StateAt(SHUT, 1440 + 540)),
    ],
)
def test_openings_include_their_first_minute_and_not_their_last(minute, expected):
    assert state_at(OFFICE, 0, minute) == expected


def test_a_friday_evening_reopens_on_monday():
    assert state_at(OFFICE, 4, 1200) == StateAt(SHUT, 3 * 1440 + 540)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(0, OPEN), (119, OPEN), (120, SHUT), (1319, SHUT), (1320, OPEN), (1439, OPEN)],
)
def test_hours_past_midnight_belong_to_the_next_day_too(minute, expected):
    assert state_at(NIGHT, 2, minute).state == expected
    assert state_for(NIGHT, DayType.WORKDAY, minute, FRIDAY, {}) == expected


def test_what_runs_past_midnight_ends_in_the_next_day():
    assert state_at(NIGHT, 2, 1400).until_min == 26 * 60
    assert state_at(NIGHT, 2, 60).until_min == 120


def test_monday_morning_needs_sunday_night():
    no_sunday = [row for row in NIGHT if row.weekday != 6]
    assert state_at(no_sunday, 0, 60).state == SHUT
    assert state_at(no_sunday, DayType.WORKDAY, 60).state == SHUT
    assert state_at(no_sunday, DayType.WORKDAY, 1380).state == OPEN


def test_adjoining_rows_are_one_opening():
    lunch = [Opening(0, 540, 720), Opening(0, 720, 1080)]
    assert state_at(lunch, 0, 700) == StateAt(OPEN, 1080)


def test_workday_is_open_only_when_all_five_days_are():
    assert state_at(OFFICE, DayType.WORKDAY, 600).state == OPEN
    assert state_at(OFFICE[:4], DayType.WORKDAY, 600).state == SHUT
    assert state_at(OFFICE, DayType.SATURDAY, 600).state == SHUT


def test_no_rows_at_all_is_unknown_not_shut():
    for day in DayType:
        assert state_at([], day, 600) == StateAt(UNKNOWN)
        assert state_for([], day, 600, FRIDAY, {}) == UNKNOWN


def test_a_holiday_without_its_own_rows_is_unknown():
    assert state_at(ALWAYS, DayType.HOLIDAY, 600).state == UNKNOWN
    assert state_at([*OFFICE, Opening(HOLIDAY, 600, 900)], DayType.HOLIDAY, 700) == StateAt(OPEN, 900)
    assert state_at([*OFFICE, Opening(HOLIDAY, 600, 900)], DayType.HOLIDAY, 900) == StateAt(SHUT)


def test_the_night_before_a_holiday_counts_when_every_possible_day_runs_over():
    own = Opening(HOLIDAY, 600, 900)
    late = Opening(HOLIDAY, 1320, 1560)
    assert state_at([*NIGHT, own], DayType.HOLIDAY, 60).state == UNKNOWN
    assert state_at([*NIGHT, own, late], DayType.HOLIDAY, 60) == StateAt(OPEN, 120)
    assert state_at([*OFFICE, own], DayType.HOLIDAY, 60).state == SHUT


def test_special_hours_of_a_date_replace_the_weekly_ones():
    assert state_at(OFFICE, 4, 600, today=SHUT_ALL_DAY).state == SHUT
    assert state_at(OFFICE, 4, 1200, today=DayHours(600, 1300)) == StateAt(OPEN, 1300)
    assert state_at([], 4, 700, today=DayHours(600, 900)).state == OPEN
    assert state_at(NIGHT, 4, 60, today=SHUT_ALL_DAY).state == OPEN
    assert state_at(NIGHT, 4, 60, yesterday=SHUT_ALL_DAY).state == SHUT


@pytest.mark.parametrize(
    ("day_type", "as_of", "expected"),
    [
        (DayType.WORKDAY, FRIDAY, SHUT),
        (DayType.WORKDAY, date(2026, 11, 19), OPEN),
        (DayType.HOLIDAY, FRIDAY, SHUT),
        (DayType.SUNDAY, FRIDAY, OPEN),
    ],
)
def test_special_hours_hold_on_their_date_for_a_day_of_its_kind(day_type, as_of, expected):
    hours = [*ALWAYS, Opening(HOLIDAY, 0, 1440)]
    assert state_for(hours, day_type, 600, as_of, {FRIDAY: SHUT_ALL_DAY}) == expected


def test_special_hours_of_the_day_before_reach_past_midnight_only():
    thursday = {date(2026, 11, 19): SHUT_ALL_DAY}
    assert state_for(NIGHT, DayType.WORKDAY, 60, FRIDAY, thursday) == SHUT
    assert state_for(NIGHT, DayType.WORKDAY, 1380, FRIDAY, thursday) == OPEN


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (ALWAYS, True),
        ([*ALWAYS, Opening(HOLIDAY, 0, 1440)], True),
        ([*ALWAYS, Opening(HOLIDAY, 480, 1200)], False),
        ([Opening(day, 480, 480 + 1440) for day in range(7)], True),
        (ALWAYS[:6], False),
        ([], False),
        ([Opening(day, 0, 1439) for day in range(7)], False),
    ],
)
def test_24_hours_means_every_minute_of_the_week(hours, expected):
    assert is_24h(hours) is expected


@given(st.lists(openings, max_size=8), st.integers(0, 6), st.integers(0, 1439))
def test_the_next_change_is_a_change_and_nothing_changes_before_it(hours, weekday, minute):
    now = state_at(hours, weekday, minute)
    if now.until_min is None:
        return
    assert now.until_min > minute
    for at in (now.until_min - 1, now.until_min):
        later = state_at(hours, (weekday + at // 1440) % 7, at % 1440).state
        assert (later == now.state) is (at < now.until_min)


@given(st.lists(openings, max_size=8), st.sampled_from(DayType), st.integers(0, 1439), st.randoms())
def test_the_quick_path_agrees_and_order_does_not_matter(hours, day_type, minute, random):
    shuffled = random.sample(hours, len(hours))
    assert state_for(hours, day_type, minute, FRIDAY, {}) == state_at(shuffled, day_type, minute).state


@given(st.lists(openings, min_size=1, max_size=8), openings, st.integers(0, 6), st.integers(0, 1439))
def test_another_opening_never_shuts_a_weekday(hours, more, weekday, minute):
    if state_at(hours, weekday, minute).state == OPEN:
        assert state_at([*hours, more], weekday, minute).state == OPEN
