"""When a station is open: weekly hours, days of their own, closures with an expected end, reopening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict, NotFound
from geodata.queries import station_changes
from geodata.queries.responsibility import clock
from geodata.rules.hours import Opening
from geodata.rules.hours_text import format_hours
from geodata.rules.station_entries import check_closure, list_special_days, read_reason, read_text
from geodata.rules.station_now import check_openings
from geodata.stations.changing import Editor, change_station
from geodata.stations.reading import closures_of
from geodata.stations.today import confirm
from geodata.vocab import ClosureKind, StationStatus


def set_weekly_hours(session: Session, station_id: int, hours: Sequence[Opening], *, editor: Editor) -> int:
    """Replace the weekly hours; none at all means that they are not known. Returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``opening_minutes``, ``openings_overlap``.
    """
    wanted = [
        Opening(day, opens, closes)
        for day in range(8)
        for opens, closes in check_openings(
            (each.opens_min, each.closes_min) for each in hours if each.weekday == day
        )
    ]

    def work(session: Session, row: dict[str, Any]) -> None:
        if [list(each) for each in wanted] == row["hours"]:
            return
        station_changes.replace_hours(session, row["id"], wanted)
        station_changes.set_station(
            session, row["id"], {"hours_text": format_hours(wanted) if wanted else None}
        )

    return change_station(session, station_id, editor, "station_hours", work)


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days from one to another (both included) with their own openings; none is shut all day."""

    first: date
    last: date
    openings: Sequence[tuple[int, int]] = ()
    reason: str | None = None


def set_special_days(session: Session, station_id: int, days: SpecialDays, *, editor: Editor) -> int:
    """Give days their own openings in the place of the weekly ones. Returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: what ``list_special_days``, ``check_openings`` or ``read_text`` refuses.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        wanted = list_special_days(days.first, days.last, today=row["today"])
        openings = check_openings(days.openings)
        station_changes.replace_dates(
            session, row["id"], wanted, openings=openings, reason=read_text(days.reason)
        )

    return change_station(session, station_id, editor, "station_special_days", work)


def remove_special_day(session: Session, station_id: int, on: date, *, editor: Editor) -> int:
    """Let the weekly hours hold again on a day. Returns the new version.

    Raises:
        NotFound: ``special_day_not_found``, or as ``change_station``; Stale likewise.
        InvalidInput: ``special_days_past``.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        list_special_days(on, on, today=row["today"])
        if on.isoformat() not in {each[0] for each in row["dates"]}:
            raise NotFound("special_day_not_found")
        station_changes.replace_dates(session, row["id"], [on], openings=None)

    return change_station(session, station_id, editor, "station_special_days", work)


@dataclass(frozen=True, slots=True)
class ClosureWish:
    """A closure as a manager names it; ``begins`` None is now."""

    kind: ClosureKind
    reason: str
    ends: datetime
    begins: datetime | None = None


def close_station(session: Session, station_id: int, wish: ClosureWish, *, editor: Editor) -> int:
    """Close a station for a time, with a reason and an expected end. Returns the new version.

    An early closing within that time gives way.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``closure_reason_missing``, or what ``check_closure`` refuses.
        Conflict: ``closure_overlaps`` another one.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        now = clock(session)
        begins = wish.begins or now
        check_closure(begins, wish.ends, now=now)
        for other in closures_of(row):
            if _overlap(other, begins, wish.ends):
                if other["kind"] != ClosureKind.EARLY:
                    raise Conflict("closure_overlaps", reason=other["reason"])
                station_changes.end_closure(session, other["id"], begins)
        station_changes.add_closure(
            session,
            {
                "station_id": row["id"],
                "closed_from": begins,
                "closed_to": wish.ends,
                "kind": wish.kind,
                "reason": read_reason(wish.reason),
            },
        )

    return change_station(session, station_id, editor, "station_closed", work)


def move_closure_end(
    session: Session, station_id: int, closure_id: int, ends: datetime, *, editor: Editor
) -> int:
    """Set another expected end of a closure, also of one whose end passed unconfirmed. Returns the version.

    Raises:
        NotFound: ``closure_not_found``, or as ``change_station``; Stale likewise.
        InvalidInput: what ``check_closure`` refuses.
        Conflict: ``closure_overlaps`` another one, ``closure_is_over`` for one confirmed to have ended.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        now = clock(session)
        closure = _closure(row, closure_id)
        if closure["ends"] is not None and closure["ends"] <= now and _was_seen_since(row, closure["ends"]):
            raise Conflict("closure_is_over")
        check_closure(max(closure["begins"], now), ends, now=now)
        others = [each for each in closures_of(row) if each["id"] != closure_id]
        blocking = next((each for each in others if _overlap(each, closure["begins"], ends)), None)
        if blocking is not None:
            raise Conflict("closure_overlaps", reason=blocking["reason"])
        station_changes.set_closure(session, closure_id, {"closed_to": ends})

    return change_station(session, station_id, editor, "station_closure_moved", work)


def cancel_closure(session: Session, station_id: int, closure_id: int, *, editor: Editor) -> int:
    """Take back a closure that has not begun. Returns the new version.

    Raises:
        NotFound: ``closure_not_found``, or as ``change_station``; Stale likewise.
        Conflict: ``closure_has_begun``: reopen the station instead.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        closure = _closure(row, closure_id)
        if closure["begins"] <= clock(session):
            raise Conflict("closure_has_begun")
        station_changes.end_closure(session, closure_id, closure["begins"])

    return change_station(session, station_id, editor, "station_closure_cancelled", work)


def reopen_station(session: Session, station_id: int, *, editor: Editor) -> int:
    """The station is open again: the closure ends now, or its passed end is confirmed. Returns the version.

    Raises:
        NotFound, Stale: as ``change_station``.
        Conflict: ``station_not_closed``.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        now = clock(session)
        closures = [
            each for each in closures_of(row) if each["begins"] <= now and each["kind"] != ClosureKind.EARLY
        ]
        in_force = [each for each in closures if each["ends"] is None or each["ends"] > now]
        overdue = [each for each in closures if each["ends"] and not _was_seen_since(row, each["ends"])]
        is_marked = row["status"] == StationStatus.TEMPORARILY_CLOSED
        if not (in_force or overdue or is_marked):
            raise Conflict("station_not_closed")
        for closure in in_force:
            station_changes.end_closure(session, closure["id"], now)
        if is_marked:
            station_changes.set_station(session, row["id"], {"status": StationStatus.OPEN})
        confirm(session, row, now, by=editor.by)

    return change_station(session, station_id, editor, "station_reopened", work)


def _closure(row: dict[str, Any], closure_id: int) -> dict[str, Any]:
    found = next(
        (each for each in closures_of(row) if each["id"] == closure_id and each["kind"] != ClosureKind.EARLY),
        None,
    )
    if found is None:
        raise NotFound("closure_not_found")
    return found


def _overlap(closure: dict[str, Any], begins: datetime, ends: datetime) -> bool:
    return bool(closure["begins"] < ends and (closure["ends"] is None or closure["ends"] > begins))


def _was_seen_since(row: dict[str, Any], at: datetime) -> bool:
    return row["seen_at"] is not None and row["seen_at"] >= at
