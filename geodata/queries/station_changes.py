"""Writes of the station manager: rows of one station, which the workflow has locked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import (
    Station,
    StationClosure,
    StationHours,
    StationHoursException,
    StationPhoto,
    StationService,
    StationVisitors,
)
from geodata.rules.hours import Opening


def set_station(session: Session, station_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a station."""
    session.execute(sa.update(Station).where(Station.id == station_id).values(**values))


def raise_version(session: Session, station_id: int) -> int:
    """Count a change of a station; returns its new version."""
    return session.scalars(
        sa.update(Station)
        .where(Station.id == station_id)
        .values(version=Station.version + 1, updated_at=sa.func.now())
        .returning(Station.version)
    ).one()


def replace_hours(session: Session, station_id: int, hours: Sequence[Opening]) -> None:
    """Put these weekly openings in the place of all others."""
    session.execute(sa.delete(StationHours).where(StationHours.station_id == station_id))
    rows = [{"station_id": station_id, **each._asdict()} for each in hours]
    if rows:
        session.execute(sa.insert(StationHours), rows)


def replace_dates(
    session: Session,
    station_id: int,
    days: Iterable[date],
    *,
    openings: Sequence[tuple[int, int]] | None,
    reason: str | None = None,
) -> None:
    """Give dates their own openings (none: shut all day), or with ``None`` the weekly ones again."""
    wanted = list(days)
    session.execute(
        sa.delete(StationHoursException).where(
            StationHoursException.station_id == station_id, StationHoursException.on_date.in_(wanted)
        )
    )
    if openings is None:
        return
    spans: Sequence[tuple[int | None, int | None]] = openings or [(None, None)]
    session.execute(
        sa.insert(StationHoursException),
        [
            {
                "station_id": station_id,
                "on_date": on,
                "opens_min": opens,
                "closes_min": closes,
                "reason": reason,
            }
            for on in wanted
            for opens, closes in spans
        ],
    )


def add_closure(session: Session, values: Mapping[str, Any]) -> int:
    """Insert a closure; returns its id."""
    return session.scalars(sa.insert(StationClosure).values(**values).returning(StationClosure.id)).one()


def end_closure(session: Session, closure_id: int, at: datetime) -> None:
    """Let a closure end at an instant; one that would not have begun by then is taken out."""
    session.execute(
        sa.delete(StationClosure).where(StationClosure.id == closure_id, StationClosure.closed_from >= at)
    )
    session.execute(
        sa.update(StationClosure)
        .where(StationClosure.id == closure_id, StationClosure.closed_from < at)
        .values(closed_to=at)
    )


def set_closure(session: Session, closure_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a closure."""
    session.execute(sa.update(StationClosure).where(StationClosure.id == closure_id).values(**values))


def set_service(session: Session, station_id: int, item_code: str, values: Mapping[str, Any]) -> None:
    """Set what is known of one service; a service nobody spoke of before is added."""
    statement = insert(StationService).values(station_id=station_id, item_code=item_code, **values)
    session.execute(
        statement.on_conflict_do_update(index_elements=["station_id", "item_code"], set_=dict(values))
    )


def mark_services_checked(session: Session, station_id: int, on: date) -> None:
    """Somebody stood before every service of known condition today."""
    session.execute(
        sa.update(StationService)
        .where(StationService.station_id == station_id, StationService.condition != "unknown")
        .values(checked_on=on)
    )


def set_visitors(session: Session, station_id: int, on: date, visitors: int | None, *, by: str) -> None:
    """Set how many came on a day; ``None`` takes the number back."""
    if visitors is None:
        session.execute(
            sa.delete(StationVisitors).where(
                StationVisitors.station_id == station_id, StationVisitors.on_date == on
            )
        )
        return
    values = {"visitors": visitors, "updated_by": by, "is_invented": False}
    statement = insert(StationVisitors).values(station_id=station_id, on_date=on, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["station_id", "on_date"], set_={**values, "updated_at": sa.func.now()}
        )
    )


def add_photo(session: Session, station_id: int, values: Mapping[str, Any]) -> int:
    """Put a photo behind the others; returns its id."""
    last = sa.select(sa.func.coalesce(sa.func.max(StationPhoto.position), 0) + 1).where(
        StationPhoto.station_id == station_id
    )
    return session.scalars(
        sa.insert(StationPhoto)
        .values(station_id=station_id, position=last.scalar_subquery(), **values)
        .returning(StationPhoto.id)
    ).one()


def has_photo(session: Session, station_id: int, sha256: bytes) -> bool:
    """Whether the very same picture is there already."""
    found = sa.select(StationPhoto.id).where(
        StationPhoto.station_id == station_id,
        StationPhoto.sha256 == sha256,
        StationPhoto.removed_at.is_(None),
    )
    return session.scalar(found) is not None


def remove_photo(session: Session, photo_id: int, *, by: str) -> None:
    """Take a picture away; that it was there, and who removed it, stays."""
    session.execute(
        sa.update(StationPhoto)
        .where(StationPhoto.id == photo_id)
        .values(content=None, thumbnail=None, removed_at=sa.func.now(), removed_by=by)
    )


def order_photos(session: Session, photo_ids: Sequence[int]) -> None:
    """Number photos in this order."""
    session.execute(
        sa.update(StationPhoto),
        [{"id": photo_id, "position": position} for position, photo_id in enumerate(photo_ids, start=1)],
    )
