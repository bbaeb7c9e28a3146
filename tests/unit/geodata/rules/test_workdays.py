"""Working days: the laws of counting, National Day, make-up days, and an independent oracle."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.workdays import CalendarDay, WorkCalendar

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
ANNOUNCED = [
    date(2024, 1, 1) + timedelta(days=offset) for offset in range((date(2027, 1, 1) - date(2024, 1, 1)).days)
]
OFFICIAL = WorkCalendar({day: CalendarDay(chinese_calendar.is_workday(day)) for day in ANNOUNCED})
calendars = st.dictionaries(DAYS, st.builds(CalendarDay, st.booleans(), st.booleans()), max_size=40).map(
    WorkCalendar
)


@given(calendars, DAYS, st.integers(0, 60))
def test_workdays_between_undoes_add_workdays(calendar, start, count):
    assert calendar.workdays_between(start, calendar.add_workdays(start, count)) == count


@given(calendars, DAYS, st.integers(0, 120))
def test_add_workdays_undoes_workdays_between_on_a_working_day(calendar, start, offset):
    end = start + timedelta(days=offset)
    found = calendar.add_workdays(start, calendar.workdays_between(start, end))
    assert found <= end
    assert found == end or not calendar.is_workday(end) or offset == 0


@given(calendars, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_workdays_between_adds_up(calendar, first, to_middle, to_last):
    middle = first + timedelta(days=to_middle)
    last = middle + timedelta(days=to_last)
    parts = calendar.workdays_between(first, middle) + calendar.workdays_between(middle, last)
    assert parts == calendar.workdays_between(first, last)


@given(calendars, DAYS, st.integers(1, 60))
def test_add_workdays_ends_on_a_working_day_after_the_start(calendar, start, count):
    found = calendar.add_workdays(start, count)
    assert found > start
    assert calendar.is_workday(found)


def test_add_workdays_across_national_day_counts_make_up_days():
    # Consent on Wednesday 30 September 2026: the holiday ends on 7 October, Saturday the 10th is worked.
    assert OFFICIAL.add_workdays(date(2026, 9, 30), 5) == date(2026, 10, 13)
    assert OFFICIAL.add_workdays(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_workdays_between_the_first_day_never_counts():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert OFFICIAL.workdays_between(friday, friday) == 0
    assert OFFICIAL.workdays_between(friday, monday) == 1
    assert OFFICIAL.workdays_between(monday, friday) == 0


def test_beyond_the_table_monday_to_friday_and_says_so():
    saturday = date(2031, 3, 1)
    assert not OFFICIAL.is_workday(saturday)
    assert OFFICIAL.is_workday(saturday + timedelta(days=2))
    assert OFFICIAL.is_estimated(date(2026, 12, 31), date(2027, 1, 1))
    assert not OFFICIAL.is_estimated(date(2026, 12, 30), date(2026, 12, 31))


def test_is_estimated_of_expected_days():
    day = date(2026, 5, 1)
    calendar = WorkCalendar({day: CalendarDay(is_workday=False, is_announced=False)})
    assert calendar.is_estimated(day - timedelta(days=1), day)
    assert not calendar.is_estimated(day, day)


def test_add_workdays_backwards_is_refused():
    with pytest.raises(ValueError, match="forward"):
        OFFICIAL.add_workdays(date(2026, 1, 1), -1)
