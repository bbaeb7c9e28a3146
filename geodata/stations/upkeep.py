"""What changes seldom at a station: the way in, the duty phone, its services; and past days' visitors."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput
from geodata.queries import station_care, station_changes
from geodata.rules.station_entries import check_service, check_visitors, read_phone, read_text
from geodata.stations.changing import Editor, change_station
from geodata.vocab import AccessMethod, ServiceCondition, ServiceMode


@dataclass(frozen=True, slots=True)
class Access:
    """How one gets in, and whom one may call."""

    access_method: AccessMethod
    access_note: str | None = None
    duty_phone: str | None = None


def set_access(session: Session, station_id: int, access: Access, *, editor: Editor) -> int:
    """Save the way in and the phone meant for the public. Returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``phone_unreadable``, or what ``read_text`` refuses.
    """
    values = {
        "access_method": access.access_method,
        "access_note": read_text(access.access_note),
        "duty_phone": read_phone(access.duty_phone),
    }

    def work(session: Session, row: dict[str, Any]) -> None:
        station_changes.set_station(session, row["id"], values)

    return change_station(session, station_id, editor, "station_access", work)


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """All that is known of one service at one station."""

    condition: ServiceCondition
    mode: ServiceMode = ServiceMode.OWN
    distance_m: float | None = None
    quantity: int | None = None
    expires_on: date | None = None


def set_service(
    session: Session, station_id: int, item_code: str, details: ServiceDetails, *, editor: Editor
) -> int:
    """Save all of one service: condition, where it is, how many, earliest expiry. Returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``service_not_listed``, or what ``check_service`` refuses.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        if item_code not in station_care.list_service_items(session):
            raise InvalidInput("service_not_listed", service=item_code)
        check_service(
            details.condition,
            details.mode,
            distance_m=details.distance_m,
            quantity=details.quantity,
            expires_on=details.expires_on,
            today=row["today"],
        )
        values = {
            "condition": details.condition,
            "mode": details.mode,
            "distance_m": details.distance_m,
            "quantity": details.quantity,
            "expires_on": details.expires_on,
            "checked_on": row["today"],
        }
        station_changes.set_service(session, row["id"], item_code, values)

    return change_station(session, station_id, editor, "station_service", work)


def set_visitors(session: Session, station_id: int, on: date, visitors: int | None, *, editor: Editor) -> int:
    """Save or correct the number of visitors of a day; ``None`` takes it back. Returns the new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``visitors_out_of_range``, ``visitors_day``.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        check_visitors(on, visitors, today=row["today"])
        if row["visitors"].get(on.isoformat()) != visitors:
            station_changes.set_visitors(session, row["id"], on, visitors, by=editor.by)

    return change_station(session, station_id, editor, "station_visitors", work)
