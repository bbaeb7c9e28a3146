"""Today's state in one save: open as scheduled or closing early, services, visitors; the rest is as shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput
from geodata.queries import station_care, station_changes
from geodata.queries.calendar import list_holidays
from geodata.queries.responsibility import clock
from geodata.rules.station_entries import check_service, check_visitors, read_text
from geodata.rules.station_now import Timetable, close_early
from geodata.stations.changing import Editor, change_station
from geodata.stations.reading import closures_of, timetable_of
from geodata.vocab import ClosureKind, ServiceCondition, ServiceMode


class TodayOpening(StrEnum):
    """What a manager says of today's opening."""

    AS_SCHEDULED = "as_scheduled"
    CLOSED_EARLY = "closed_early"


@dataclass(frozen=True, slots=True)
class TodayUpdate:
    """What is different today; everything else is confirmed as shown.

    Attributes:
        opening: None leaves the opening as it is.
        closes_at_min: minute of the clock at which the station closes early, None for now.
        reason: why it closes early.
        services: condition by code; what is not named is as shown.
        visitors: how many came so far; None leaves the number as it is.
    """

    opening: TodayOpening | None = None
    closes_at_min: int | None = None
    reason: str | None = None
    services: Mapping[str, ServiceCondition] = field(default_factory=dict)
    visitors: int | None = None


def update_today(session: Session, station_id: int, update: TodayUpdate, *, editor: Editor) -> int:
    """Save what a manager says of today and confirm the rest; returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: what ``close_early``, ``check_service`` or ``check_visitors`` refuses, or
            ``service_not_listed``.
        Conflict: ``station_closed_then``.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        now = clock(session)
        if update.opening is not None:
            _set_opening(session, row, update, now)
        for code, condition in update.services.items():
            _set_condition(session, row, code, condition)
        if update.visitors is not None:
            check_visitors(row["today"], update.visitors, today=row["today"])
            if row["visitors"].get(row["today"].isoformat()) != update.visitors:
                station_changes.set_visitors(session, row["id"], row["today"], update.visitors, by=editor.by)
        confirm(session, row, now, by=editor.by)

    return change_station(session, station_id, editor, "station_today", work)


def confirm(session: Session, row: dict[str, Any], now: datetime, *, by: str) -> None:
    """Somebody stood there and says that all is as shown."""
    today: date = row["today"]
    station_changes.mark_services_checked(session, row["id"], today)
    station_changes.set_station(
        session, row["id"], {"confirmed_on": today, "confirmed_at": now, "confirmed_by": by}
    )


def drop_early_closing(session: Session, row: dict[str, Any], now: datetime) -> Timetable:
    """Take back 提前关门 from now on; what has been of it stays in the history. Returns the rest."""
    kept = []
    for closure in closures_of(row):
        is_early = closure["kind"] == ClosureKind.EARLY and (closure["ends"] is None or closure["ends"] > now)
        if is_early:
            station_changes.end_closure(session, closure["id"], now)
        else:
            kept.append({**closure, "begins": closure["begins"].isoformat(), "ends": _text(closure["ends"])})
    today: date = row["today"]
    holidays = list_holidays(session, today - timedelta(days=1), today + timedelta(days=1))
    return timetable_of({**row, "closures": kept}, holidays=holidays)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _set_opening(session: Session, row: dict[str, Any], update: TodayUpdate, now: datetime) -> None:
    rest = drop_early_closing(session, row, now)
    if update.opening != TodayOpening.CLOSED_EARLY:
        return
    closure = close_early(rest, now, update.closes_at_min)
    # A minute is the grain of a clock: "now" does not reach back into a closing that was just taken back.
    begins = max(closure.begins, now) if update.closes_at_min is None else closure.begins
    station_changes.add_closure(
        session,
        {
            "station_id": row["id"],
            "closed_from": begins,
            "closed_to": closure.ends,
            "kind": ClosureKind.EARLY,
            "reason": read_text(update.reason) or "",
        },
    )


def _set_condition(session: Session, row: dict[str, Any], code: str, condition: ServiceCondition) -> None:
    if code not in station_care.list_service_items(session):
        raise InvalidInput("service_not_listed", service=code)
    known = row["services"].get(code, {})
    expires_on = date.fromisoformat(known["expires_on"]) if known.get("expires_on") else None
    check_service(
        condition,
        ServiceMode(known.get("mode", ServiceMode.OWN)),
        distance_m=known.get("distance_m"),
        quantity=known.get("quantity"),
        expires_on=expires_on,
        today=row["today"],
    )
    station_changes.set_service(
        session, row["id"], code, {"condition": condition, "checked_on": row["today"]}
    )
