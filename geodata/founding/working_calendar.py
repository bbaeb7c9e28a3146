"""The working calendar: seeded from a library, corrected by the office, every change in the log."""

from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

import holidays
from sqlalchemy.orm import Session

from geodata.errors import NotFound, Stale
from geodata.models import CalendarDay
from geodata.queries import audit, calendar, founding_cases
from geodata.rules.founding import Clock

LIBRARY = f"holidays {version('holidays')}"
OFFICE = "office"
"""Source of a day that somebody here set; the library never overwrites it."""


def set_day(
    session: Session, on: date, *, is_workday: bool, name: str | None, based_on: int, by: str
) -> CalendarDay:
    """Say whether offices work on a day; the last days of all running cases are counted again.

    Raises:
        NotFound: ``calendar_day_not_found`` for a year that the table does not reach.
        Stale: the day was changed since version ``based_on`` was read.
    """
    day = calendar.find_day(session, on, lock=True)
    if day is None:
        raise NotFound("calendar_day_not_found", date=on.isoformat())
    if day.version != based_on:
        latest = audit.latest_change(session, "calendar_day", on)
        raise Stale(
            version=day.version,
            by=latest.actor if latest else "",
            at=latest.at.isoformat() if latest else "",
            changed=latest.action if latest else "",
        )
    before = {"is_workday": day.is_workday, "name": day.name, "source": day.source}
    row: dict[str, Any] = {"on_date": on, "is_workday": is_workday, "is_announced": True, "name": name}
    calendar.save_days(session, [row | {"source": OFFICE}])
    session.expire_all()
    moved = recount(session)
    after = {"is_workday": is_workday, "name": name, "source": OFFICE, "due_dates_moved": moved}
    audit.note(
        session,
        by=by,
        action="calendar_day_set",
        subject_kind="calendar_day",
        subject_id=on,
        before=before,
        after=after,
    )
    return calendar.find_day(session, on) or day


def extend(session: Session, first_year: int, last_year: int, *, by: str) -> int:
    """Take years from the library: new ones whole, of known ones only days not yet announced.

    Returns the number of days written; the last days of all running cases are counted again.
    """
    saved = calendar.save_days(session, library_days(first_year, last_year), only_expected=True)
    session.expire_all()
    if saved:
        after = {
            "days": saved,
            "source": LIBRARY,
            "due_dates_moved": recount(session),
        }
        audit.note(
            session,
            by=by,
            action="calendar_extended",
            subject_kind="calendar",
            subject_id=f"{first_year}-{last_year}",
            after=after,
        )
    return saved


def library_days(first_year: int, last_year: int) -> list[dict[str, Any]]:
    """Every day of some years by the library; a year without any make-up day is not announced yet."""
    known = holidays.country_holidays("CN", years=range(first_year, last_year + 1), language="zh_CN")
    make_up: set[date] = getattr(known, "weekend_workdays", set())
    announced = {day.year for day in make_up}
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [
        {
            "on_date": day,
            "is_workday": known.is_working_day(day),
            "is_announced": day.year in announced,
            "name": known.get(day) or ("调休上班" if day in make_up else None),
            "source": LIBRARY,
        }
        for day in days
    ]


def recount(session: Session) -> int:
    """Count the last days of all running cases again; returns how many moved."""
    days = calendar.read_calendar(session)
    cases = founding_cases.list_clocks(session)
    pauses: dict[int, list[founding_cases.PauseRow]] = {}
    for pause in founding_cases.list_pauses(session, [case.id for case in cases]):
        pauses.setdefault(pause.case_id, []).append(pause)
    moved: dict[int, date | None] = {}
    for case in cases:
        stopped = founding_cases.approved(pauses.get(case.id, []))
        due = Clock(case.clock_from, case.allowed_workdays, stopped).due_on(days)
        if due != case.due_on:
            moved[case.id] = due
    if moved:
        founding_cases.set_due_dates(session, moved)
    return len(moved)
