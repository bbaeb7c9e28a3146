"""Services a station can offer, and which of them are the eight (8+N) from which day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import ServiceItem, ServiceStandard


@dataclass(frozen=True)
class ItemRow:
    """A service with how many stations have it."""

    code: str
    name_zh: str
    name_en: str
    position: int
    version: int
    stations: int


def list_items(session: Session) -> list[ItemRow]:
    """All services in the order the office gave them."""
    rows = session.execute(
        sa.text(
            "SELECT i.code, i.name_zh, i.name_en, i.position, i.version, count(w.station_id) AS stations "
            "FROM service_items i LEFT JOIN station_services w ON w.item_code = i.code "
            "AND w.condition <> 'removed' GROUP BY i.code ORDER BY i.position, i.code"
        )
    )
    return [ItemRow(**row) for row in rows.mappings()]


def lock_item(session: Session, code: str) -> ServiceItem | None:
    """The row of a service, locked."""
    return session.get(ServiceItem, code, with_for_update=True, populate_existing=True)


def add_item(session: Session, code: str, name_zh: str, name_en: str) -> bool:
    """Add a service at the end of the list; False when the code is taken."""
    added = session.execute(
        sa.text(
            "INSERT INTO service_items (code, name_zh, name_en, position) "
            "SELECT :code, :zh, :en, COALESCE(max(position), 0) + 1 FROM service_items "
            "ON CONFLICT DO NOTHING RETURNING code"
        ),
        {"code": code, "zh": name_zh, "en": name_en},
    )
    return added.scalar_one_or_none() is not None


def unknown_items(session: Session, codes: Sequence[str]) -> list[str]:
    """Those of some codes that are no service."""
    known = set(session.scalars(sa.select(ServiceItem.code).where(ServiceItem.code.in_(codes))))
    return sorted(set(codes) - known)


def list_standards(session: Session, county_codes: Sequence[str] | None = None) -> list[ServiceStandard]:
    """All versions of the 8+N list, newest first; of some counties and of all together, or of everybody."""
    statement = sa.select(ServiceStandard).order_by(
        ServiceStandard.county_code.nulls_first(), ServiceStandard.valid_from.desc()
    )
    if county_codes is not None:
        wanted = ServiceStandard.county_code.in_(county_codes) | ServiceStandard.county_code.is_(None)
        statement = statement.where(wanted)
    return list(session.scalars(statement))


def find_standard(session: Session, county_code: str | None, day: date) -> ServiceStandard | None:
    """The list that held in a county on a day: its own, else the one for everybody else."""
    return session.scalars(
        sa.select(ServiceStandard)
        .where(
            sa.or_(ServiceStandard.county_code == county_code, ServiceStandard.county_code.is_(None)),
            ServiceStandard.valid_from <= day,
            sa.or_(ServiceStandard.valid_to.is_(None), ServiceStandard.valid_to > day),
        )
        .order_by(ServiceStandard.county_code.nulls_last())
        .limit(1)
    ).first()


def lock_latest_standard(session: Session, county_code: str | None) -> ServiceStandard | None:
    """The newest version of a county's own list, locked."""
    return session.scalars(
        sa.select(ServiceStandard)
        .where(ServiceStandard.county_code.is_not_distinct_from(county_code))
        .order_by(ServiceStandard.valid_from.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def lock_standard(session: Session, standard_id: int) -> ServiceStandard | None:
    """One version of a list, locked."""
    return session.get(ServiceStandard, standard_id, with_for_update=True, populate_existing=True)


def find_standard_before(session: Session, standard: ServiceStandard) -> ServiceStandard | None:
    """The version that a version replaced, locked."""
    return session.scalars(
        sa.select(ServiceStandard)
        .where(
            ServiceStandard.county_code.is_not_distinct_from(standard.county_code),
            ServiceStandard.valid_to == standard.valid_from,
        )
        .with_for_update()
    ).first()


def add_standard(session: Session, values: dict[str, Any]) -> ServiceStandard:
    """Insert a version of a list."""
    row = ServiceStandard(**values)
    session.add(row)
    session.flush()
    return row


def remove_standard(session: Session, standard: ServiceStandard) -> None:
    """Take back a version that never came into force."""
    session.delete(standard)
    session.flush()
