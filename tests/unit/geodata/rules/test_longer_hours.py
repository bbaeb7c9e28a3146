"""Longer hours and what they change; the greedy choice against trying everything."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geodata.rules.availability import Moment, Service
from geodata.rules.hours import DayHours, Opening, OpenState, state_at
from geodata.rules.longer_hours import find_candidates, never_shut, open_until, pick_greedily
from geodata.vocab import DayType, ServiceCondition, StationStatus
from tests.unit.geodata.rules.test_week import FRIDAY, HOURS, MONDAY, closure, facts

NIGHT = Moment(DayType.WORKDAY, 22 * 60, FRIDAY)
TERMS = {"services": (), "unconfirmed_after_days": None}


def test_24_hours_are_every_minute_of_every_day_special_days_too():
    station = never_shut(facts(1, HOURS[2], dates={FRIDAY: DayHours(None, None)}))
    for day in range(8):
        assert all(state_at(station.hours, day, minute).state == OpenState.OPEN for minute in (0, 719, 1439))
    assert station.dates == {}


def test_until_an_hour_lengthens_the_last_opening_of_days_that_open():
    lunch = (Opening(0, 480, 720), Opening(0, 840, 1080), Opening(5, 600, 1400), Opening(6, 1390, 1500))
    longer = open_until(facts(1, lunch, dates={MONDAY: DayHours(None, None), FRIDAY: DayHours(480, 600)}))
    assert longer.hours == (
        Opening(0, 480, 720),
        Opening(0, 840, 1380),
        Opening(5, 600, 1400),
        Opening(6, 1390, 1500),
    )
    assert longer.dates == {MONDAY: DayHours(None, None), FRIDAY: DayHours(480, 1380)}


def test_only_stations_known_to_be_shut_that_would_count_are_candidates():
    stations = [
        facts(1, HOURS[2]),
        facts(2, HOURS[1]),
        facts(3),
        facts(4, HOURS[2], closures=(closure(4, 0, 24),)),
        facts(5, HOURS[2], status=StationStatus.TEMPORARILY_CLOSED),
        facts(6, HOURS[2], toilet=Service(ServiceCondition.BROKEN)),
    ]
    longer = [never_shut(each) for each in stations]
    assert find_candidates(stations, longer, NIGHT, **TERMS).tolist() == [
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    asked = find_candidates(stations, longer, NIGHT, services=("toilet",), unconfirmed_after_days=None)
    assert not asked.any()


tables = st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=8)


@settings(max_examples=80)
@given(tables, st.data())
def test_each_pick_is_the_best_then_and_gains_add_up(table, data):
    pairs = np.array(table)
    people = np.array(data.draw(st.lists(st.integers(0, 50), min_size=len(table), max_size=len(table))))
    candidates = np.array(data.draw(st.lists(st.booleans(), min_size=5, max_size=5)))
    ids = np.array([30, 20, 50, 10, 40])
    picks = pick_greedily(csr_array(pairs.astype(np.float32)), people, candidates, ids, 3)
    left = people.copy()
    for pick in picks:
        gains = {int(ids[at]): int(left[pairs[:, at]].sum()) for at in np.flatnonzero(candidates)}
        best = max(gains.values())
        assert (pick.gain, int(ids[pick.station])) == (best, min(key for key in gains if gains[key] == best))
        left[pairs[:, pick.station]] = 0
        assert pick.together == people.sum() - left.sum()
    if len(picks) < min(3, candidates.sum()):
        assert all(left[pairs[:, at]].sum() == 0 for at in np.flatnonzero(candidates))
    # Greedy gives at least 1 - 1/e of the best that three can do.
    best_of_three = max(
        (
            int(people[pairs[:, list(chosen)].any(axis=1)].sum())
            for size in range(4)
            for chosen in combinations(np.flatnonzero(candidates), size)
        ),
        default=0,
    )
    assert (picks[-1].together if picks else 0) >= 0.63 * best_of_three - 1e-9


def test_the_order_of_stations_does_not_matter():
    pairs = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=np.float32)
    people, ids = np.array([10, 10, 10]), np.array([7, 5, 9])
    order = [2, 0, 1]
    picks = pick_greedily(csr_array(pairs), people, np.ones(3, dtype=bool), ids, 2)
    mixed = pick_greedily(csr_array(pairs[:, order]), people, np.ones(3, dtype=bool), ids[order], 2)
    assert [ids[pick.station] for pick in picks] == [5, 7]
    assert [ids[order][pick.station] for pick in mixed] == [5, 7]
