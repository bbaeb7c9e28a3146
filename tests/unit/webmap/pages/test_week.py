"""A week of hours as people read it."""

from webmap.pages.week import week_lines


def test_days_with_the_same_hours_stand_together_and_days_without_are_shut():
    hours = [(day, 540, 1020) for day in range(5)]
    assert week_lines(hours) == [(0, 4, [("09:00", "17:00")]), (5, 6, [])]


def test_every_day_and_holidays_are_two_lines():
    hours = [(day, 0, 1440) for day in range(8)]
    assert week_lines(hours) == [(0, 6, [("00:00", "24:00")]), (7, 7, [("00:00", "24:00")])]


def test_a_night_ends_at_the_time_of_the_next_day_and_a_break_is_two_openings():
    hours = [(0, 510, 720), (0, 840, 1080), (1, 1320, 1560)]
    assert week_lines(hours)[:2] == [
        (0, 0, [("08:30", "12:00"), ("14:00", "18:00")]),
        (1, 1, [("22:00", "02:00")]),
    ]


def test_no_hours_are_no_lines():
    assert week_lines([]) == []
