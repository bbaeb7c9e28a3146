"""The spans that a browser looks up say the same as the rules of hours."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.availability import LOCAL_TIME, Closure
from geodata.rules.hours import DAY_MIN, DayHours, Opening, OpenState, state_at
from geodata.rules.timeline import DAYS, draw_timeline

MONDAY = date(2026, 11, 23)
LENGTH = DAYS * DAY_MIN


@st.composite
def spans(draw):
    opens = draw(st.integers(0, DAY_MIN - 1))
    return opens, opens + draw(st.integers(1, DAY_MIN))


@st.composite
def openings(draw, weekdays=7):
    found = draw(st.lists(st.tuples(st.integers(0, weekdays - 1), spans()), min_size=1, max_size=10))
    return [Opening(weekday, *span) for weekday, span in found]


def moment(minute):
    return datetime(2026, 11, 23, tzinfo=LOCAL_TIME) + timedelta(minutes=minute)


@given(openings(), st.integers(0, LENGTH - 1))
def test_timeline_of_weekly_hours_agrees_with_state_at(hours, minute):
    day, rest = divmod(minute, DAY_MIN)
    found = draw_timeline(hours, {}, [], first=MONDAY)
    assert found.state_at(minute) == state_at(hours, day, rest).state


@given(openings(), spans() | st.none(), st.integers(0, DAY_MIN - 1))
def test_timeline_with_an_exception_today_agrees_with_state_at(hours, exception, minute):
    dates = {MONDAY: [exception] if exception else []}
    found = draw_timeline(hours, dates, [], first=MONDAY)
    today = DayHours(*exception) if exception else DayHours(None, None)
    assert found.state_at(minute) == state_at(hours, 0, minute, today=today).state


@given(openings(), spans(), st.integers(0, DAY_MIN - 1))
def test_timeline_with_an_exception_yesterday_agrees_with_state_at(hours, exception, minute):
    found = draw_timeline(hours, {MONDAY - timedelta(days=1): [exception]}, [], first=MONDAY)
    assert found.state_at(minute) == state_at(hours, 0, minute, yesterday=DayHours(*exception)).state


@given(openings(), st.integers(-500, LENGTH), st.integers(1, 3000), st.integers(0, LENGTH - 1))
def test_timeline_inside_a_closure_is_shut_and_outside_as_before(hours, begins, lasts, minute):
    closure = Closure(moment(begins), moment(begins + lasts))
    before = draw_timeline(hours, {}, [], first=MONDAY)
    found = draw_timeline(hours, {}, [closure], first=MONDAY)
    inside = begins <= minute < begins + lasts
    assert found.state_at(minute) == ("shut" if inside else before.state_at(minute))


@given(openings(weekdays=8))
def test_timeline_spans_are_in_order_apart_and_inside_the_horizon(hours):
    found = draw_timeline(hours, {}, [], first=MONDAY, holidays=frozenset({MONDAY}))
    for each in (found.open, found.unknown):
        edges = [edge for span in each for edge in span]
        assert edges == sorted(edges)
        assert all(0 <= begins < ends <= LENGTH for begins, ends in each)
        assert len(set(edges)) == len(edges)


def test_timeline_without_hours_is_unknown():
    found = draw_timeline([], {}, [], first=MONDAY)
    assert (found.open, found.unknown) == ([], [(0, LENGTH)])


def test_timeline_without_hours_but_one_known_date_is_known_on_that_date():
    found = draw_timeline([], {MONDAY: [(480, 720), (840, 1080)]}, [], first=MONDAY)
    assert found.open == [(480, 720), (840, 1080)]
    assert found.unknown == [(DAY_MIN, LENGTH)]
    assert found.state_at(780) == OpenState.SHUT


def test_timeline_on_a_holiday_without_holiday_rows_is_unknown():
    hours = [Opening(day, 480, 1080) for day in range(7)]
    found = draw_timeline(hours, {}, [], first=MONDAY, holidays=frozenset({MONDAY}))
    assert found.state_at(600) == "unknown"
    assert found.state_at(DAY_MIN + 600) == "open"


def test_timeline_on_a_holiday_with_holiday_rows_keeps_them():
    found = draw_timeline([Opening(7, 600, 660)], {}, [], first=MONDAY, holidays=frozenset({MONDAY}))
    assert found.open == [(600, 660)]


def test_timeline_of_a_night_runs_past_midnight_of_the_day_before():
    found = draw_timeline([Opening(6, 1320, 1560)], {}, [], first=MONDAY)
    assert found.open == [(0, 120)]


def test_timeline_of_a_station_closed_until_further_notice_is_empty():
    hours = [Opening(day, 0, 1440) for day in range(8)]
    assert draw_timeline(hours, {}, [], first=MONDAY, is_closed=True).state_at(5) == "shut"
    endless = draw_timeline(hours, {}, [Closure(moment(100), None)], first=MONDAY)
    assert endless.open == [(0, 100)]


def test_until_names_the_end_of_an_opening_and_the_next_one_when_shut():
    found = draw_timeline([Opening(0, 480, 720), Opening(0, 720, 1080)], {}, [], first=MONDAY)
    assert [found.until(minute) for minute in (0, 480, 1079, 1080)] == [480, 1080, 1080, None]
