"""Chinese working days: weekdays, public holidays and make-up days, by a table that an office keeps.

The day on which something begins never counts: ``workdays_between`` counts the working days after the first
day up to and including the last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the table. ``is_announced`` false: expected, not yet announced by the State Council."""

    is_workday: bool
    is_announced: bool = True


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The table as far as it reaches; beyond it Monday to Friday are taken as working days."""

    days: Mapping[date, CalendarDay] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on a day."""
        known = self.days.get(day)
        return day.weekday() < _SATURDAY if known is None else known.is_workday

    def is_estimated(self, first: date, last: date) -> bool:
        """Whether a day after ``first`` up to ``last`` is not announced yet (either order)."""
        day, end = min(first, last), max(first, last)
        while day < end:
            day += _ONE_DAY
            known = self.days.get(day)
            if known is None or not known.is_announced:
                return True
        return False

    def add_workdays(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``; ``start`` itself for 0.

        Raises:
            ValueError: a negative count.
        """
        if count < 0:
            raise ValueError("working days are counted forward")
        day = start
        while count:
            day += _ONE_DAY
            count -= self.is_workday(day)
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; 0 when ``last`` is not later."""
        days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
        return sum(self.is_workday(day) for day in days)
