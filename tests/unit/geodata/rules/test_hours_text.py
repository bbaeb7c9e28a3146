"""Opening hours as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.rules.hours_text import format_hours, parse_hours

EVERY = range(8)
WORKDAYS = range(5)


def on(days, *spans):
    return sorted((day, opens, closes) for day in days for opens, closes in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00-22:00", on(EVERY, (540, 1320))),
        ("24小时", on(EVERY, (0, 1440))),
        ("全天24小时开放", on(EVERY, (0, 1440))),
        ("周一至周五 8:00-18:00;周六 9-12", [*on(WORKDAYS, (480, 1080)), (5, 540, 720)]),
        ("０８：３０～１２：００，１４：００—１７：３０", on(EVERY, (510, 720), (840, 1050))),
        ("周一至周五 08:30-12:00,13:00-17:30", on(WORKDAYS, (510, 720), (780, 1050))),
        ("22:00-02:00", on(EVERY, (1320, 1560))),
        ("18:00-次日2:00", on(EVERY, (1080, 1560))),
        ("每天 上午8:00-12:00 下午2:30-6:00", on(EVERY, (480, 720), (870, 1080))),
        ("周六、周日 10:00-16:00", on((5, 6), (600, 960))),
        ("工作日8点至18点，节假日除外", on(WORKDAYS, (480, 1080))),
        ("周一、三、五 9:00-17:00", on((0, 2, 4), (540, 1020))),
        ("周五至周一 9-17", on((0, 4, 5, 6), (540, 1020))),
        ("7:30-22:30 节假日休息", on(range(7), (450, 1350))),
        ("晚上8点半-次日6点", on(EVERY, (1230, 1800))),
        ("周一至周六、节假日 9:00-17:00", on((0, 1, 2, 3, 4, 5, 7), (540, 1020))),
    ],
)
def test_hours_are_read(text, expected):
    assert parse_hours(text) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "工作日开放",
        "夏季8:00-18:00",
        "25:00-26:00",
        "8:00-12:00,11:00-14:00",
        "8:00-5:30",
        "随时",
        "9:00",
        "周一",
        "8:60-9:00",
    ],
)
def test_what_cannot_be_read_whole_is_unknown_not_guessed(text):
    with pytest.raises(InvalidInput, match="hours_unreadable"):
        parse_hours(text)


@st.composite
def weekly_hours(draw):
    openings = []
    for day in draw(st.sets(st.integers(0, 7), min_size=1)):
        edges = sorted(draw(st.sets(st.integers(0, 1439), min_size=2, max_size=4)))
        openings += [(day, a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return sorted(openings)


@given(weekly_hours())
def test_written_hours_are_read_back_the_same(openings):
    assert parse_hours(format_hours(openings)) == openings


def test_a_night_past_midnight_is_written_and_read_back():
    night = [(day, 1320, 1560) for day in range(7)]
    assert format_hours(night) == "周一至周日 22:00-次日02:00;节假日休息"
    assert parse_hours(format_hours(night)) == night
