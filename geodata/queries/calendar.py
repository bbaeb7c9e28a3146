"""The working calendar as an office keeps it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import CalendarDay
from geodata.queries.state import data_version
from geodata.rules.workdays import CalendarDay as Day
from geodata.rules.workdays import WorkCalendar

_FRIDAY = 5
_kept: dict[tuple[str, str], WorkCalendar] = {}


def read_calendar(session: Session) -> WorkCalendar:
    """All days of the table: some years, about 400 rows each, read anew when one was changed.

    Nearly every page about founding counts working days, and the table changes a few times a year.
    """
    key = (str(session.get_bind().engine.url), data_version(session, {"calendar"}))
    calendar = _kept.get(key)
    if calendar is None:
        calendar = _read_calendar(session)
        _kept.clear()
        _kept[key] = calendar
    return calendar


def _read_calendar(session: Session) -> WorkCalendar:
    rows = session.execute(sa.select(CalendarDay.on_date, CalendarDay.is_workday, CalendarDay.is_announced))
    return WorkCalendar({on: Day(is_workday, is_announced) for on, is_workday, is_announced in rows})


def list_days(session: Session, year: int) -> list[CalendarDay]:
    """The days of a year in order; empty for a year the table does not reach."""
    return list(
        session.scalars(
            sa.select(CalendarDay)
            .where(CalendarDay.on_date.between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(CalendarDay.on_date)
        )
    )


def list_holidays(session: Session, first: date, last: date) -> frozenset[date]:
    """Public holidays between two days, both included: days off that are named, or that are no weekend.

    Nothing beyond the table is known, so nothing there is a holiday.
    """
    is_weekday = sa.extract("isodow", CalendarDay.on_date) <= _FRIDAY
    return frozenset(
        session.scalars(
            sa.select(CalendarDay.on_date).where(
                CalendarDay.on_date.between(first, last),
                sa.not_(CalendarDay.is_workday),
                sa.or_(is_weekday, CalendarDay.name.is_not(None)),
            )
        )
    )


def find_day(session: Session, on: date, *, lock: bool = False) -> CalendarDay | None:
    """One day, locked until the transaction ends if it is to be changed."""
    wanted = sa.select(CalendarDay).where(CalendarDay.on_date == on)
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def save_days(session: Session, rows: Sequence[dict[str, Any]], *, only_expected: bool = False) -> int:
    """Write days over those there are; ``only_expected`` leaves every announced day as it is."""
    if not rows:
        return 0
    statement = insert(CalendarDay)
    new = statement.excluded
    columns = ("is_workday", "is_announced", "name", "source")
    table = CalendarDay.__table__.c
    differs = sa.or_(*(table[name].is_distinct_from(new[name]) for name in columns[:3]))
    condition = sa.and_(differs, sa.not_(table.is_announced)) if only_expected else differs
    saved = session.execute(
        statement.on_conflict_do_update(
            index_elements=["on_date"],
            set_={**{name: new[name] for name in columns}, "version": table.version + 1},
            where=condition,
        ).returning(CalendarDay.on_date),
        list(rows),
    )
    return len(saved.all())
