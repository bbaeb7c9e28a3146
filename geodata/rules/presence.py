"""When the people of a demand point are there: riders at noon, drivers at night.

The hours of a demand point have the form of opening hours and mean what those mean: ``[opens, closes)`` in
minutes from midnight of their day, over 1440 into the next day too, weekday 7 for public holidays. Unlike a
station a point without any hours is not unknown: its people are always there. A day without hours, on a point
that has some, is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from geodata.rules.availability import Moment
from geodata.rules.hours import DAY_MIN, HOLIDAY, Opening, OpenState, state_for
from geodata.rules.reach import Bools, Ints
from geodata.vocab import DayType

Hours = tuple[Opening, ...]

_ANY_DATE = date(2000, 1, 3)
"""Weekly hours know no dates."""


@lru_cache(maxsize=100_000)
def is_there(hours: Hours, day_type: DayType, minute: int | None) -> bool:
    """Whether the people are there at a minute of a day; at any hour (``None``) everybody counts.

    On a ``workday`` they are there when they are on every one of Monday to Friday, as a station is open. On
    a holiday any day may have come before: whoever any of them would keep past midnight still counts.
    """
    if not hours or minute is None:
        return True
    if day_type == DayType.HOLIDAY:
        return any(
            (day == HOLIDAY and opens <= minute < closes) or minute < closes - DAY_MIN
            for day, opens, closes in hours
        )
    return state_for(hours, day_type, minute, _ANY_DATE, {}) == OpenState.OPEN


@dataclass(frozen=True)
class Attendance:
    """Who is there when, of places in rows: few different hours, many places.

    ``pattern`` has one number a place: 0 for places that are always peopled, else one more than the number of
    its hours in ``patterns``.
    """

    pattern: Ints
    patterns: tuple[Hours, ...]

    def table(self, moments: Sequence[Moment]) -> Bools:
        """Who is there, by pattern (the first row: always) and moment."""
        rows = [[is_there(hours, at.day_type, at.minute) for at in moments] for hours in ((), *self.patterns)]
        return np.array(rows, dtype=np.bool_).reshape(len(rows), len(moments))

    def at(self, moments: Sequence[Moment]) -> Bools:
        """Who is there, by place and moment."""
        there: Bools = self.table(moments)[self.pattern]
        return there


def attend(ids: Ints, groups: Sequence[tuple[Hours, Ints]]) -> Attendance | None:
    """Gather hours of places into patterns; None when no place has any, so that everybody always counts.

    Args:
        ids: of all places, in order.
        groups: different hours, each with the ids of its places; ids that are not among the places fall away.
    """
    pattern = np.zeros(len(ids), dtype=np.int64)
    for number, (_, members) in enumerate(groups, start=1):
        rows = np.searchsorted(ids, members)
        known = rows < len(ids)
        known[known] = ids[rows[known]] == members[known]
        pattern[rows[known]] = number
    return Attendance(pattern, tuple(hours for hours, _ in groups)) if pattern.any() else None
