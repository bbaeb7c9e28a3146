"""A week of hours: kinds of days, the same states as single moments, sums over areas, worst hours."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geodata.rules.availability import LOCAL_TIME, Closure, Service, StationFacts
from geodata.rules.coverage import Places, find_cover, make_supply, moments_of_day
from geodata.rules.hours import DayHours, Opening
from geodata.rules.presence import attend
from geodata.rules.week import (
    HOURS_OF_WEEK,
    count_people,
    days_of_week,
    find_states,
    mask_stations,
    moments_of,
    rank_worst,
)
from geodata.vocab import AccessMethod, ServiceCondition, StationStatus, StationType, VenueType

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
NIGHT = tuple(Opening(day, 20 * 60, 27 * 60) for day in (4, 5))
HOURS = (
    (),
    tuple(Opening(day, 0, 1440) for day in range(8)),
    tuple(Opening(day, 540, 1020) for day in range(5)),
    tuple(Opening(day, 1320, 1560) for day in range(7)),
    NIGHT,
    (Opening(7, 600, 960), Opening(2, 60, 200)),
)


def facts(number, hours=(), *, dates=None, closures=(), kind=StationType.STANDARD, toilet=None, **changes):
    values = {
        "station_type": kind,
        "venue_type": VenueType.OUTDOOR_STATION,
        "status": StationStatus.OPEN,
        "access_method": AccessMethod.OPEN,
        "confirmed_on": date(2026, 11, 1),
        **changes,
    }
    return StationFacts(
        id=number,
        county_code="410103",
        lon=113.6,
        lat=34.7,
        hours=hours,
        dates=dates or {},
        closures=closures,
        services={"toilet": toilet} if toilet else {},
        **values,
    )


def closure(day, first, last):
    begin = datetime.combine(MONDAY + timedelta(days=day), datetime.min.time(), LOCAL_TIME)
    return Closure(begin + timedelta(hours=first), begin + timedelta(hours=last))


stations_ = st.lists(
    st.builds(
        lambda hours, dates, closed, kind, toilet: facts(
            1,
            hours,
            dates={MONDAY + timedelta(days=day): span for day, span in dates.items()},
            closures=tuple(closure(day, first, first + 20) for day, first in closed),
            kind=kind,
            toilet=toilet,
        ),
        st.sampled_from(HOURS),
        st.dictionaries(
            st.integers(-1, 6),
            st.sampled_from([DayHours(None, None), DayHours(600, 1600), DayHours(480, 600, ((700, 800),))]),
            max_size=2,
        ),
        st.lists(st.tuples(st.integers(-1, 6), st.integers(0, 23)), max_size=1),
        st.sampled_from([StationType.STANDARD, StationType.MOBILE]),
        st.sampled_from(
            [
                None,
                Service(ServiceCondition.WORKING),
                Service(ServiceCondition.WORKING, date(2026, 11, 18)),
                Service(ServiceCondition.BROKEN),
            ]
        ),
    ),
    min_size=1,
    max_size=4,
)


def test_days_are_typed_by_the_calendar():
    days = days_of_week(FRIDAY, {date(2026, 11, 18), date(2026, 11, 22)})
    assert [day.on for day in days] == [MONDAY + timedelta(days=ahead) for ahead in range(7)]
    assert [str(day.day_type) for day in days] == [
        "workday",
        "workday",
        "holiday",
        "workday",
        "workday",
        "saturday",
        "holiday",
    ]
    assert days_of_week(MONDAY, ()) == days_of_week(MONDAY + timedelta(days=6), ())
    assert days_of_week(date(2027, 1, 1), ())[0].on == date(2026, 12, 28)


def test_a_night_opening_is_counted_on_the_day_it_runs_into():
    days = days_of_week(FRIDAY, ())
    masks = mask_stations([facts(1, NIGHT)], moments_of(days), services=(), unconfirmed_after_days=None)
    by_day = masks.counting[0].reshape(7, 24).astype(bool)
    # Friday night is no night of every working day; Saturday has both nights, Sunday what is left.
    assert not by_day[:5].any()
    assert np.flatnonzero(by_day[5]).tolist() == [0, 1, 2, 20, 21, 22, 23]
    assert np.flatnonzero(by_day[6]).tolist() == [0, 1, 2]


def test_holidays_need_holiday_hours():
    moments = moments_of(days_of_week(FRIDAY, {MONDAY}))
    office, everyday = (facts(number, HOURS[number]) for number in (2, 1))
    masks = mask_stations([office, everyday], moments, services=(), unconfirmed_after_days=None)
    assert not masks.counting[0, :24].any()
    assert masks.unsure[0, :24].all()
    assert masks.counting[1, :24].all()
    assert masks.counting[0, 24 + 9]


def test_a_closure_takes_a_station_out_for_its_hours_only():
    station = facts(1, HOURS[1], closures=(closure(1, 10, 14),))
    masks = mask_stations(
        [station], moments_of(days_of_week(FRIDAY, ())), services=(), unconfirmed_after_days=None
    )
    assert np.flatnonzero(masks.counting[0] == 0).tolist() == [24 + hour for hour in (10, 11, 12, 13)]


@settings(max_examples=40, deadline=None)
@given(
    stations_,
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 15), st.booleans()), min_size=1, max_size=5),
    st.booleans(),
    st.sets(st.integers(0, 6), max_size=2),
    st.lists(st.integers(0, HOURS_OF_WEEK - 1), min_size=3, max_size=3),
    st.booleans(),
)
def test_every_cell_is_the_answer_of_its_moment(stations, places, timed, holidays, cells, asks_toilet):
    """The independent check: ``find_cover`` at the moment by itself, read off a supply of that day."""
    services = ("toilet",) if asks_toilet else ()
    days = days_of_week(FRIDAY, {MONDAY + timedelta(days=day) for day in holidays})
    moments = moments_of(days)
    people = np.array([each[0] for each in places])
    lost = np.array([each[2] for each in places])
    pairs = [[(bits >> at) & 1 for at in range(len(stations))] for _, bits, _ in places]
    reach = csr_array(np.array(pairs, dtype=np.float32) * ~lost[:, None])
    groups = [(HOURS[2], np.arange(len(places))[::2]), (NIGHT, np.arange(len(places))[1:2])]
    attendance = attend(np.arange(len(places)), groups) if timed else None
    masks = mask_stations(stations, moments, services=services, unconfirmed_after_days=10)
    states = find_states(reach, masks, lost, attendance=attendance, moments=moments)
    counts = count_people(states, csr_array(people[None, :]))
    for cell in cells:
        moment = moments[cell]
        supply, _ = make_supply(
            [_as_of(each, moment.as_of) for each in stations],
            np.zeros(len(stations), dtype=np.int64),
            moment,
            services=services,
            unconfirmed_after_days=10,
        )
        there = attendance and attendance.at(moments_of_day(moment))
        asked = Places(people, np.zeros(len(people), dtype=np.int64), lost, there=there)
        cover = find_cover(asked, supply, [(slice(0, len(people)), reach)])
        hour = cell % 24
        assert [counts.covered[0, cell], counts.cross[0, cell], counts.unknown[0, cell]] == cover.hours[
            hour, :3
        ].tolist()
        assert counts.total[0, cell] == cover.hours[hour, 3]
        assert states.digit[:, states.kind[cell]].tolist() == cover.digit.tolist()


def _as_of(station, on):
    """What the reading for one date would bring."""
    near = {day: span for day, span in station.dates.items() if 0 <= (on - day).days <= 1}
    return replace(station, dates=near)


@settings(max_examples=30, deadline=None)
@given(stations_, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), min_size=1, max_size=8))
def test_parts_sum_to_the_whole_in_every_hour(stations, places):
    moments = moments_of(days_of_week(FRIDAY, ()))
    rng = np.random.default_rng(len(places))
    reach = csr_array((rng.random((len(places), len(stations))) < 0.5).astype(np.float32))
    attendance = attend(np.arange(len(places)), [(NIGHT, np.array([0]))])
    masks = mask_stations(stations, moments, services=(), unconfirmed_after_days=None)
    states = find_states(
        reach, masks, np.zeros(len(places), dtype=bool), attendance=attendance, moments=moments
    )
    people = np.array([each[0] for each in places])
    zone = np.array([each[1] for each in places])
    parts = count_people(states, csr_array((people, (zone, np.arange(len(places)))), shape=(3, len(places))))
    whole = count_people(states, csr_array(people[None, :]))
    for name in ("covered", "cross", "unknown", "total"):
        assert (getattr(parts, name).sum(axis=0) == getattr(whole, name)[0]).all()
    assert (whole.cross <= whole.covered).all()
    assert (whole.covered + whole.unknown <= whole.total).all()


def test_worst_hours_join_days_and_hours_with_the_same_figures():
    covered, unknown, total = [100] * HOURS_OF_WEEK, [0] * HOURS_OF_WEEK, [100] * HOURS_OF_WEEK
    for day in range(5):
        covered[day * 24 + 3] = covered[day * 24 + 23] = 40
    covered[5 * 24 + 3], unknown[5 * 24 + 3] = 20, 30
    covered[6 * 24 + 3] = 10
    worst = rank_worst(covered, unknown, total, 10)
    assert [(each.days, each.hours, each.outside) for each in worst] == [
        ((6,), (3,), 90),
        ((0, 1, 2, 3, 4), (3, 23), 60),
        ((5,), (3,), 50),
    ]
    assert worst[0].moment == 6 * 24 + 3
    assert rank_worst(covered, unknown, total, 1) == worst[:1]


@pytest.mark.parametrize("people", [[], [0, 0]])
def test_nobody_there_is_no_worst_hour(people):
    moments = moments_of(days_of_week(FRIDAY, ()))
    masks = mask_stations([], moments, services=(), unconfirmed_after_days=None)
    reach = csr_array((len(people), 0), dtype=np.float32)
    lost = np.zeros(len(people), dtype=bool)
    states = find_states(reach, masks, lost, attendance=None, moments=moments)
    counts = count_people(states, csr_array(np.array(people, dtype=np.int64).reshape(1, -1)))
    assert counts.total.tolist() == [[0] * HOURS_OF_WEEK]
    assert rank_worst(counts.covered[0], counts.unknown[0], counts.total[0], 5) == []
