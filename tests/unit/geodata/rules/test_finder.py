"""What a worker sees first, and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.finder import (
    ALL_NIGHT,
    Hours,
    Rank,
    Seen,
    arrange,
    clock,
    describe_hours,
    is_open_all_night,
    rank_of,
)
from geodata.rules.timeline import Timeline
from geodata.rules.walking import straight_metres, walk_minutes

LENGTH = 4320
HERE = (113.6, 34.75)
OPEN = Timeline([(0, LENGTH)], [])
SHUT = Timeline([], [])
UNKNOWN = Timeline([], [(0, LENGTH)])
CONDITIONS = ("working", "broken", "out_of_stock", "expired", "removed", "unknown")


def seen(code, *, place=HERE, timeline=OPEN, **services):
    return Seen(code, place, timeline, services)


@st.composite
def stations(draw):
    codes = draw(st.lists(st.text("ABC123", min_size=1, max_size=4), unique=True, min_size=1, max_size=12))
    return [
        Seen(
            code,
            (draw(st.floats(113.5, 113.7)), draw(st.floats(34.7, 34.8))),
            draw(st.sampled_from((OPEN, SHUT, UNKNOWN, Timeline([(600, 700)], [])))),
            {"toilet": draw(st.sampled_from(CONDITIONS))},
        )
        for code in codes
    ]


@given(stations(), st.randoms(use_true_random=False), st.integers(0, LENGTH - 1))
def test_order_does_not_depend_on_the_order_of_rows(rows, random, minute):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert arrange(rows, HERE, minute, ["toilet"]) == arrange(shuffled, HERE, minute, ["toilet"])


@given(stations(), st.integers(0, LENGTH - 1))
def test_order_puts_the_nearest_of_each_group_first_and_open_before_unknown(rows, minute):
    arranged = arrange(rows, HERE, minute, [])
    ranks = [rank for _, rank, _ in arranged]
    assert ranks == sorted(ranks)
    for rank in set(ranks):
        metres = [distance for _, other, distance in arranged if other == rank]
        assert round(metres[0]) == round(min(metres))
    assert {each.code for each, _, _ in arranged} == {each.code for each in rows}


def test_order_of_equal_distances_goes_by_code():
    arranged = arrange([seen("B"), seen("A")], HERE, 0)
    assert [each.code for each, _, _ in arranged] == ["A", "B"]


@pytest.mark.parametrize(
    ("station", "wanted", "rank"),
    [
        (seen("S"), [], Rank.OPEN),
        (seen("S", toilet="working"), ["toilet"], Rank.OPEN),
        (seen("S"), ["toilet"], Rank.UNKNOWN),
        (seen("S", toilet="unknown"), ["toilet"], Rank.UNKNOWN),
        (seen("S", toilet="expired"), ["toilet"], Rank.LACKS),
        (seen("S", timeline=SHUT, toilet="broken"), ["toilet"], Rank.LACKS),
        (seen("S", timeline=SHUT), ["toilet"], Rank.SHUT),
        (seen("S", timeline=UNKNOWN), [], Rank.UNKNOWN),
        (seen("S", timeline=Timeline([(0, 1380)], [])), [ALL_NIGHT], Rank.LACKS),
        (seen("S"), [ALL_NIGHT, "toilet"], Rank.UNKNOWN),
    ],
)
def test_rank_says_what_is_known_to_be_wrong_before_what_is_not_known(station, wanted, rank):
    assert rank_of(station, 900, wanted) == rank


@pytest.mark.parametrize(
    ("opens", "minute", "expected"),
    [
        ((1320, 1800), 900, True),
        ((1321, 1800), 900, False),
        ((1320, 1799), 900, False),
        ((1380, 1800), 1400, True),
        ((0, 360), 100, True),
        ((0, 359), 100, False),
    ],
)
def test_all_night_is_from_ten_or_now_to_six(opens, minute, expected):
    assert is_open_all_night(Timeline([opens], []), minute) is expected


@pytest.mark.parametrize(
    ("spans", "minute", "key", "time"),
    [
        ([(480, 1380)], 1300, "tonight", "23:00"),
        ([(480, 1080)], 600, "today", "18:00"),
        ([(480, 1440)], 1300, "tonight", "24:00"),
        ([(1320, 1560)], 1400, "small_hours", "02:00"),
        ([(0, 120)], 60, "small_hours", "02:00"),
        ([(1200, 1920)], 1300, "all_night", "08:00"),
        ([(0, LENGTH)], 1300, "always", ""),
        ([(1920, 2520)], 1950, "tomorrow", "18:00"),
        ([(480, 600)], 700, "shut", ""),
        ([(480, 600)], 100, "opens_today", "08:00"),
        ([(1440, 1500)], 100, "opens_tomorrow", "00:00"),
        ([(1900, 2000)], 100, "opens_tomorrow", "07:40"),
        ([(3000, 3100)], 100, "opens_later", "02:00"),
    ],
)
def test_hours_are_told_in_the_words_of_the_day(spans, minute, key, time):
    assert describe_hours(Timeline(spans, []), minute, LENGTH) == Hours(key, time)


def test_hours_nobody_knows_are_told_as_unknown():
    assert describe_hours(UNKNOWN, 0, LENGTH).key == "unknown"


@pytest.mark.parametrize(
    ("metres", "minutes"),
    [(0, 1), (66, 1), (67, 2), (260, 4), (400, 6), (600, 9), (667, 10), (667.4, 10), (668, 11), (1334, 20)],
)
def test_minutes_round_up_and_ten_is_exactly_667_metres(metres, minutes):
    assert walk_minutes(metres) == minutes


@given(st.floats(0, 50_000), st.floats(0, 50_000))
def test_minutes_never_promise_a_faster_pace_and_grow_with_the_way(one, other):
    assert walk_minutes(one) * 66.7 >= round(one) - 1e-6
    assert (walk_minutes(one) <= walk_minutes(other)) or one > other


def test_metres_are_those_of_the_ellipsoid():
    assert straight_metres((113.6, 34.75), (113.6, 34.75)) == 0
    assert straight_metres((113.6, 34.75), (113.6, 34.76)) == pytest.approx(1109.3, abs=0.5)


def test_clock_says_24_only_at_the_end_of_a_day():
    assert [clock(minute) for minute in (0, 61, 1440, 1441)] == ["00:00", "01:01", "24:00", "00:01"]
