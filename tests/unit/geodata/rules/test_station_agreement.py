"""The manager is told what the finder shows: two readings of the same hours agree at every minute."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.availability import LOCAL_TIME, Closure
from geodata.rules.hours import Opening, hours_by_date
from geodata.rules.station_now import ClosedSpan, PublicState, Timetable, look
from geodata.rules.timeline import draw_timeline
from geodata.vocab import AccessMethod, StationStatus

TODAY = date(2026, 10, 2)
MIDNIGHT = datetime(2026, 10, 2, tzinfo=LOCAL_TIME)

spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda each: (each[0], each[0] + each[1]))
weekly = st.lists(st.builds(lambda day, span: Opening(day, *span), st.integers(0, 7), spans), max_size=8)
dates = st.dictionaries(
    st.integers(-1, 2).map(lambda days: TODAY + timedelta(days=days)),
    st.lists(spans, max_size=1),
    max_size=2,
)
closures = st.lists(
    st.tuples(st.integers(-2000, 4000), st.one_of(st.none(), st.integers(1, 3000))), max_size=2
)


def at(minute):
    return MIDNIGHT + timedelta(minutes=minute)


@given(weekly, dates, closures, st.frozensets(st.sampled_from([TODAY]), max_size=1), st.integers(0, 1439))
def test_the_manager_and_the_finder_read_the_same(hours, special, closed, holidays, minute):
    shut = [(at(begins), None if length is None else at(begins + length)) for begins, length in closed]
    rows = [(on, *(span or (None, None))) for on, openings in special.items() for span in openings or [None]]
    seen = look(
        Timetable(
            status=StationStatus.OPEN,
            access_method=AccessMethod.OPEN,
            hours=hours,
            dates=hours_by_date(rows),
            closures=[ClosedSpan(*each) for each in shut],
            holidays=holidays,
        ),
        at(minute),
    )
    line = draw_timeline(hours, special, [Closure(*each) for each in shut], first=TODAY, holidays=holidays)
    expected = line.state_at(minute)
    told = "shut" if seen.state == PublicState.CLOSED else seen.state.value
    assert told == expected
