"""A station as its manager sees it: what the public sees, what was confirmed when, what there is to do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries import station_care as queries
from geodata.queries import station_needs
from geodata.queries.calendar import list_holidays
from geodata.queries.responsibility import clock
from geodata.queries.scopes import Scope
from geodata.queries.settings import read_settings
from geodata.queries.station_needs import StationNeed
from geodata.rules.hours import Opening, hours_by_date
from geodata.rules.settings import CountySettings
from geodata.rules.station_now import LOOK_AHEAD_DAYS, ClosedSpan, PublicNow, Timetable, look
from geodata.vocab import AccessMethod, ClosureKind, ServiceCondition, ServiceMode, StationStatus


@dataclass(frozen=True, slots=True)
class CaredService:
    """One service with its names; ``shown`` is what the public sees, expired when its date has passed."""

    code: str
    name_zh: str
    name_en: str
    is_standard: bool
    condition: ServiceCondition
    shown: ServiceCondition
    mode: ServiceMode
    distance_m: float | None
    quantity: int | None
    checked_on: date | None
    expires_on: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with its own openings; none is shut all day."""

    on: date
    openings: tuple[tuple[int, int], ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class CaredClosure:
    """A closure not over yet, or over and not confirmed since (``is_overdue``)."""

    id: int
    begins: datetime
    ends: datetime | None
    kind: ClosureKind
    reason: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class StationCare:
    """One station. ``row`` has the plain columns; ``days`` since the confirmation, None for never."""

    row: dict[str, Any]
    now: datetime
    today: date
    public: PublicNow
    days: int | None
    is_unconfirmed: bool
    confirm_days: int
    expiry_reminder_days: int
    standard_label: str
    services: tuple[CaredService, ...]
    hours: tuple[Opening, ...]
    special_days: tuple[SpecialDay, ...]
    closures: tuple[CaredClosure, ...]
    photos: list[dict[str, Any]]
    visitors: dict[date, int]
    needs: tuple[StationNeed, ...]

    @property
    def id(self) -> int:
        """The station's id."""
        return int(self.row["id"])

    @property
    def early_closing(self) -> CaredClosure | None:
        """提前关门 of today that is not over yet."""
        return next((each for each in self.closures if each.kind == ClosureKind.EARLY), None)

    @property
    def closure(self) -> CaredClosure | None:
        """The closure in force, or the one that should have ended; early closing is none."""
        return next(
            (each for each in self.closures if each.kind != ClosureKind.EARLY and each.begins <= self.now),
            None,
        )


_A_DAY = timedelta(days=1)


def get_care(session: Session, station_id: int, *, scope: Scope) -> StationCare:
    """One station of a scope.

    Raises:
        NotFound: ``station_not_found``, also for a station of somebody else.
    """
    row = queries.find_station_care(session, station_id, scope=scope)
    if row is None:
        raise NotFound("station_not_found", id=station_id)
    needs = station_needs.list_care(session, Scope(station_ids=frozenset({station_id})))
    return _build(row, needs, _frame(session, row["county_code"], row["today"]))


def list_own(session: Session, *, scope: Scope) -> list[StationCare]:
    """All stations of a scope, those that wait for something first."""
    needs: dict[int, list[StationNeed]] = {}
    for need in station_needs.list_care(session, scope):
        needs.setdefault(need.station_id, []).append(need)
    rows = queries.list_station_care(session, scope)
    frames = {code: _frame(session, code, rows[0]["today"]) for code in {row["county_code"] for row in rows}}
    cares = [_build(row, needs.get(row["id"], []), frames[row["county_code"]]) for row in rows]
    return sorted(cares, key=lambda care: (not care.needs, care.row["name"], care.id))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What holds for all stations of a county at this moment."""

    now: datetime
    settings: CountySettings
    standard_label: str
    standard: list[str]
    names: dict[str, dict[str, str]]
    holidays: frozenset[date]


def _frame(session: Session, county_code: str | None, today: date) -> _Frame:
    label, standard = queries.read_standard(session, county_code, today)
    return _Frame(
        now=clock(session),
        settings=read_settings(session, county_code),
        standard_label=label,
        standard=standard,
        names=queries.list_service_items(session),
        holidays=list_holidays(session, today - _A_DAY, today + LOOK_AHEAD_DAYS * _A_DAY),
    )


def timetable_of(row: dict[str, Any], *, holidays: frozenset[date] = frozenset()) -> Timetable:
    """What decides when a station is open, from its row of ``station_care``."""
    return Timetable(
        status=StationStatus(row["status"]),
        access_method=AccessMethod(row["access_method"]),
        hours=tuple(Opening(*each) for each in row["hours"]),
        dates=hours_by_date((date.fromisoformat(on), opens, closes) for on, opens, closes, _ in row["dates"]),
        closures=tuple(
            ClosedSpan(each["begins"], each["ends"], each["kind"], each["reason"])
            for each in closures_of(row)
        ),
        holidays=holidays,
    )


def closures_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The closures of a row with instants as such."""
    return [
        {
            **each,
            "begins": datetime.fromisoformat(each["begins"]),
            "ends": datetime.fromisoformat(each["ends"]) if each["ends"] else None,
            "kind": ClosureKind(each["kind"]),
        }
        for each in row["closures"]
    ]


def _build(row: dict[str, Any], needs: list[StationNeed], frame: _Frame) -> StationCare:
    today: date = row["today"]
    confirmed_on: date | None = row["confirmed_on"]
    days = None if confirmed_on is None else (today - confirmed_on).days
    confirm_days = frame.settings.confirm_days
    return StationCare(
        row=row,
        now=frame.now,
        today=today,
        public=look(timetable_of(row, holidays=frame.holidays), frame.now),
        days=days,
        is_unconfirmed=days is None or days > confirm_days,
        confirm_days=confirm_days,
        expiry_reminder_days=frame.settings.expiry_reminder_days,
        standard_label=frame.standard_label,
        services=_services(row, frame.standard, frame.names, today),
        hours=tuple(Opening(*each) for each in row["hours"]),
        special_days=_special_days(row),
        closures=_closures(row, frame.now),
        photos=row["photos"],
        visitors={date.fromisoformat(on): number for on, number in row["visitors"].items()},
        needs=tuple(needs),
    )


def _services(
    row: dict[str, Any], standard: list[str], names: dict[str, dict[str, str]], today: date
) -> tuple[CaredService, ...]:
    """The standard items in their order, known or not; then what the station has beside them."""
    known = row["services"]
    others = [code for code in names if code in known and code not in standard]
    return tuple(
        _service(code, names[code], known.get(code, {}), code in standard, today)
        for code in [*standard, *others]
        if code in names
    )


def _service(
    code: str, names: dict[str, str], known: dict[str, Any], is_standard: bool, today: date
) -> CaredService:
    condition = ServiceCondition(known.get("condition", ServiceCondition.UNKNOWN))
    expires_on = date.fromisoformat(known["expires_on"]) if known.get("expires_on") else None
    expired = expires_on is not None and expires_on < today and condition in _COULD_BE_USED
    return CaredService(
        code=code,
        name_zh=names["zh"],
        name_en=names["en"],
        is_standard=is_standard,
        condition=condition,
        shown=ServiceCondition.EXPIRED if expired else condition,
        mode=ServiceMode(known.get("mode", ServiceMode.OWN)),
        distance_m=known.get("distance_m"),
        quantity=known.get("quantity"),
        checked_on=date.fromisoformat(known["checked_on"]) if known.get("checked_on") else None,
        expires_on=expires_on,
        days_left=None if expires_on is None else (expires_on - today).days,
    )


_COULD_BE_USED = frozenset({ServiceCondition.WORKING, ServiceCondition.UNKNOWN})


def _special_days(row: dict[str, Any]) -> tuple[SpecialDay, ...]:
    days: dict[date, tuple[list[tuple[int, int]], str | None]] = {}
    for on, opens, closes, reason in row["dates"]:
        spans, _ = days.setdefault(date.fromisoformat(on), ([], reason))
        if opens is not None:
            spans.append((opens, closes))
    today: date = row["today"]
    return tuple(SpecialDay(on, tuple(spans), why) for on, (spans, why) in days.items() if on >= today)


def _closures(row: dict[str, Any], now: datetime) -> tuple[CaredClosure, ...]:
    seen_at: datetime | None = row["seen_at"]
    found = []
    for each in closures_of(row):
        ends, kind = each["ends"], each["kind"]
        is_over = ends is not None and ends <= now
        is_overdue = is_over and kind != ClosureKind.EARLY and (seen_at is None or seen_at < ends)
        if not is_over or is_overdue:
            found.append(CaredClosure(each["id"], each["begins"], ends, kind, each["reason"], is_overdue))
    return tuple(found)
