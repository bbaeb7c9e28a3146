"""What a worker finds: stations of a county with the hours of the coming days; the page of one station."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.queries import finder as queries
from geodata.queries import reports as report_queries
from geodata.queries import responsibility
from geodata.queries.calendar import list_holidays
from geodata.queries.settings import read_settings
from geodata.rules.availability import LOCAL_TIME, Closure
from geodata.rules.finder import Hours, Seen, describe_hours
from geodata.rules.hours import DAY_MIN, Opening
from geodata.rules.reports import Warned, find_warning
from geodata.rules.settings import CountySettings
from geodata.rules.timeline import DAYS, Timeline, closure_minutes, draw_timeline
from geodata.vocab import ServiceCondition, ServiceMode, StationStatus, StationType

HORIZON_MIN = DAYS * DAY_MIN
"""How far a timeline reaches, in minutes from midnight of today."""

_NOT_EXPIRED = frozenset({ServiceCondition.WORKING, ServiceCondition.UNKNOWN})


@dataclass(frozen=True)
class PublicService:
    """A service as the public sees it today; ``distance_m`` only for one nearby."""

    code: str
    condition: str
    mode: str
    distance_m: float | None


@dataclass(frozen=True)
class PublicStation:
    """A station as the public sees it: nothing about persons but the duty phone, which is meant for all.

    ``stale_days``: days since somebody confirmed it, when they are more than the county allows (-1: never);
    ``None`` when it was confirmed lately. ``closure`` is the one in force now: from, to, why; ``closed`` are
    all of the coming days in minutes of the timeline, with why.
    """

    id: int
    code: str
    name: str
    station_type: str
    status: str
    access_method: str
    access_note: str | None
    address: str | None
    county_code: str | None
    lon: float | None
    lat: float | None
    duty_phone: str | None
    confirmed_on: date | None
    confirmed_at: datetime | None
    hours_text: str | None
    stale_days: int | None
    timeline: Timeline
    services: tuple[PublicService, ...]
    closure: tuple[datetime, datetime | None, str] | None
    closed: tuple[tuple[int, int, str], ...]
    warning: Warned | None
    is_invented: bool

    def seen(self) -> Seen:
        """What the order of a list needs."""
        place = (self.lon or 0.0, self.lat or 0.0)
        return Seen(self.code, place, self.timeline, {each.code: each.condition for each in self.services})

    def hours_at(self, minute: int) -> Hours:
        """Its hours in words, seen from a minute of today."""
        return describe_hours(self.timeline, minute, HORIZON_MIN)


@dataclass(frozen=True)
class Now:
    """The moment of a question: today in Asia/Shanghai and the minute of the day, by the database's clock."""

    today: date
    minute: int


def read_now(session: Session) -> Now:
    """The present minute."""
    local = responsibility.clock(session).astimezone(LOCAL_TIME)
    return Now(local.date(), local.hour * 60 + local.minute)


def list_stations(session: Session, county: str, *, today: date) -> list[PublicStation]:
    """Stations of a county and its rim that anybody may walk to, by code.

    A mobile station without hours is left out: it is nowhere until somebody says when.
    """
    rows = queries.list_public_stations(session, county, first=today, days=DAYS)
    return _tell(session, [row for row in rows if not _is_nowhere(row)], county, today)


def get_station(session: Session, code: str, *, today: date) -> tuple[PublicStation, dict[str, Any]]:
    """One station and its row (weekly hours, exceptions) for its own page.

    Raises:
        NotFound: ``station_code_unknown``.
    """
    row = queries.get_public_station(session, code, first=today, days=DAYS)
    return _tell(session, [row], row["county_code"], today)[0], row


def _is_nowhere(row: Mapping[str, Any]) -> bool:
    return row["station_type"] == StationType.MOBILE and not row["hours"] and not row["dates"]


def _tell(
    session: Session, rows: Sequence[Mapping[str, Any]], county: str | None, today: date
) -> list[PublicStation]:
    settings = read_settings(session, county)
    since = report_queries.since_yesterday(today)
    told = report_queries.list_unanswered(session, since=since, station_ids=[row["id"] for row in rows])
    holidays = list_holidays(session, today - timedelta(days=1), today + timedelta(days=DAYS))
    now = responsibility.clock(session)
    return [
        _public(
            row,
            today,
            settings,
            holidays,
            now,
            find_warning(told.get(row["id"], ()), threshold=settings.report_warning),
        )
        for row in rows
    ]


def _public(
    row: Mapping[str, Any],
    today: date,
    settings: CountySettings,
    holidays: frozenset[date],
    now: datetime,
    warning: Warned | None,
) -> PublicStation:
    closures = [
        (datetime.fromisoformat(begins), datetime.fromisoformat(ends) if ends else None, reason)
        for begins, ends, reason in row["closures"] or ()
    ]
    kept = PublicStation.__dataclass_fields__.keys() & row.keys() - {"services"}
    return PublicStation(
        **{name: row[name] for name in kept},
        stale_days=_stale_days(row["confirmed_on"], today, settings.confirm_days),
        timeline=_timeline(row, closures, today, holidays),
        services=tuple(_service(each, today) for each in row["services"] or ()),
        closure=next((each for each in closures if _holds(each, now)), None),
        closed=tuple(
            (*closure_minutes(Closure(begins, ends), today, HORIZON_MIN), reason)
            for begins, ends, reason in closures
        ),
        warning=warning,
    )


def _holds(closure: tuple[datetime, datetime | None, str], now: datetime) -> bool:
    begins, ends, _ = closure
    return begins <= now and (ends is None or now < ends)


def _timeline(
    row: Mapping[str, Any],
    closures: Sequence[tuple[datetime, datetime | None, str]],
    today: date,
    holidays: frozenset[date],
) -> Timeline:
    return draw_timeline(
        [Opening(*each) for each in row["hours"] or ()],
        _by_date(row["dates"] or ()),
        [Closure(begins, ends) for begins, ends, _ in closures],
        first=today,
        holidays=holidays,
        is_closed=row["status"] != StationStatus.OPEN,
    )


def _by_date(rows: Sequence[Sequence[Any]]) -> dict[date, list[tuple[int, int]]]:
    """Openings of single dates; a date whose row has no minutes is shut all day."""
    found: dict[date, list[tuple[int, int]]] = {}
    for on, opens, closes, _ in rows:
        found.setdefault(date.fromisoformat(on), []).extend([] if opens is None else [(opens, closes)])
    return found


def _service(stored: Sequence[Any], today: date) -> PublicService:
    code, condition, mode, distance_m, expires_on = stored
    if condition in _NOT_EXPIRED and expires_on is not None and date.fromisoformat(expires_on) < today:
        condition = ServiceCondition.EXPIRED
    return PublicService(code, str(condition), mode, distance_m if mode == ServiceMode.NEARBY else None)


def _stale_days(confirmed_on: date | None, today: date, confirm_days: int) -> int | None:
    if confirmed_on is None:
        return -1
    days = (today - confirmed_on).days
    return days if days > confirm_days else None
