"""Invented reports in every state, the station that carries a warning, offices of the main county's unions.

Days count back from the day of loading, so that "today" is always there. Nothing here is a real number: the
offices' telephones begin with 0371-6000, which no office has.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.demo.sources import MAIN_COUNTY
from geodata.queries import demo as writes
from geodata.queries.people import local_today
from geodata.rules.availability import LOCAL_TIME
from geodata.vocab import ReportKind, ReportStatus

WARNED, ANSWERED, MISPLACED = 3, 7, 11
"""Which stations of the main county, in the order of their codes, the reports are about."""


@dataclass(frozen=True)
class Told:
    """One report: days ago, o'clock, about which station, by which invented sender, and what became of it."""

    days_ago: int
    hour: int
    station: int
    sender: int
    kind: ReportKind
    item: str | None = None
    note: str | None = None
    status: ReportStatus = ReportStatus.OPEN
    answer: str | None = None


TOLD = (
    Told(0, 0, WARNED, 1, ReportKind.LOCKED, note="门口挂着锁，里面没灯"),
    Told(0, 0, WARNED, 2, ReportKind.LOCKED),
    Told(0, 0, WARNED, 3, ReportKind.SERVICE, "food_heating", "微波炉不转"),
    Told(0, 0, WARNED, 3, ReportKind.LOCKED),
    Told(1, 12, ANSWERED, 4, ReportKind.SERVICE, "drinking_water", "饮水机没水"),
    Told(
        2, 13, ANSWERED, 5, ReportKind.SERVICE, "phone_charging",
        status=ReportStatus.FIXED, answer="插座换好了，谢谢提醒",
    ),
    Told(
        3, 22, ANSWERED, 6, ReportKind.LOCKED,
        status=ReportStatus.NOT_CONFIRMED, answer="当晚有人值班，要按门铃",
    ),
    Told(3, 21, ANSWERED, 7, ReportKind.LOCKED, status=ReportStatus.DUPLICATE),
    Told(5, 9, MISPLACED, 8, ReportKind.PLACE, note="门在北边巷子里，不在大路上"),
)  # fmt: skip

_CLERKS = "周一到周五 8:30–12:00，14:00–17:30"


def add_reports(session: Session) -> int:
    """Insert the reports; returns how many."""
    today = local_today(session)
    stations = writes.station_ids_of(session, MAIN_COUNTY)
    rows = [_report(told, stations, today) for told in TOLD if told.station < len(stations)]
    writes.add_reports(session, rows)
    return len(rows)


def add_duty_phones(session: Session) -> int:
    """Give two of three stations an invented duty phone, marked as such; returns how many."""
    return writes.add_duty_phones(session, prefix="0371-6001")


def add_offices(session: Session) -> int:
    """Insert an office for the main county and each of its towns but the last, which has none to ask."""
    towns = writes.towns_of(session, MAIN_COUNTY)
    rows = [_office(MAIN_COUNTY, "中原区总工会", "0371-60000000")]
    rows += [
        _office(code, f"{name}工会", f"0371-6000{number:04d}")
        for number, (code, name) in enumerate(towns[:-1], start=1)
    ]
    writes.add_offices(session, rows)
    return len(rows)


def _office(code: str, name: str, phone: str) -> dict[str, Any]:
    return {
        "division_code": code,
        "name": name,
        "phone": phone,
        "address": "办事大厅一楼（虚构）",
        "hours": _CLERKS,
        "is_invented": True,
    }


def _report(told: Told, stations: list[int], today: date) -> dict[str, Any]:
    on_date = today - timedelta(days=told.days_ago)
    # "Today" must not lie ahead of whoever loads in the small hours.
    at = datetime.combine(on_date, time(told.hour, told.sender), LOCAL_TIME)
    is_open = told.status == ReportStatus.OPEN
    return {
        "station_id": stations[told.station],
        "kind": told.kind,
        "item_code": told.item,
        "note": told.note,
        "sender_hash": bytes([told.sender]) * 16,
        "on_date": on_date,
        "reported_at": at,
        "status": told.status,
        "answered_at": None if is_open else at + timedelta(hours=20),
        "answered_by": None if is_open else "演示站长",
        "answer_note": told.answer,
        "is_invented": True,
    }
