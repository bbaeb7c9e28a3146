"""Reports of the public: kept, counted, listed for who must answer, answered once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.models import ReportSalt, StationReport
from geodata.queries import clauses
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope
from geodata.rules.reports import Unanswered

_SALT_BYTES = 32

_LISTED = """
SELECT r.id, r.kind, r.item_code, i.name_zh AS item_zh, i.name_en AS item_en, r.note, r.reported_at,
    r.on_date, r.status, r.answered_at, r.answered_by, r.answer_note, r.version, r.is_invented,
    s.id AS station_id, s.code AS station_code, s.name AS station_name, s.county_code,
    count(*) FILTER (WHERE r.status = 'open') OVER (PARTITION BY r.station_id, r.on_date) AS open_that_day
FROM station_reports r JOIN stations s ON s.id = r.station_id
LEFT JOIN service_items i ON i.code = r.item_code
"""


@dataclass(frozen=True)
class ListedReport:
    """A report for who may read it: its station, what it tells, and what became of it. No sender."""

    id: int
    kind: str
    item_code: str | None
    item_zh: str | None
    item_en: str | None
    note: str | None
    reported_at: datetime
    on_date: date
    status: str
    answered_at: datetime | None
    answered_by: str | None
    answer_note: str | None
    version: int
    is_invented: bool
    station_id: int
    station_code: str
    station_name: str
    county_code: str | None
    open_that_day: int


def get_salt(session: Session, on_date: date) -> bytes:
    """The secret of a day, made by whoever needs it first; those of past days are removed for good."""
    of_day = sa.select(ReportSalt.salt).where(ReportSalt.on_date == on_date)
    known = session.scalars(of_day).first()
    if known is not None:
        return known
    session.execute(sa.delete(ReportSalt).where(ReportSalt.on_date < on_date))
    fresh = insert(ReportSalt).values(on_date=on_date, salt=secrets.token_bytes(_SALT_BYTES))
    # Of two who need it first at the same moment both get the one that was written.
    return session.execute(
        fresh.on_conflict_do_update(index_elements=["on_date"], set_={"salt": ReportSalt.salt}).returning(
            ReportSalt.salt
        )
    ).scalar_one()


def find_reportable(session: Session, station_code: str) -> tuple[int, str | None] | None:
    """(id, county) of a station that the public knows of."""
    row = session.execute(
        sa.text("SELECT id, county_code FROM stations WHERE code = :code AND status <> 'retired'"),
        {"code": station_code},
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def item_exists(session: Session, code: str) -> bool:
    """Whether a service is on the list."""
    return bool(
        session.scalar(sa.text("SELECT EXISTS (SELECT FROM service_items WHERE code = :c)"), {"c": code})
    )


def add_report(session: Session, values: dict[str, Any]) -> int:
    """Insert a report; the caller has checked the values."""
    report = StationReport(**values)
    session.add(report)
    session.flush()
    return report.id


def list_unanswered(
    session: Session, *, since: date, station_ids: Sequence[int]
) -> dict[int, list[Unanswered]]:
    """Unanswered reports of stations since a day (Asia/Shanghai), by station."""
    rows = session.execute(
        sa.text(
            "SELECT station_id, on_date, sender_hash, kind FROM station_reports "
            "WHERE status = 'open' AND on_date >= :since AND station_id = ANY(:ids) ORDER BY id"
        ),
        {"since": since, "ids": list(station_ids)},
    )
    found: dict[int, list[Unanswered]] = {}
    for station_id, on_date, sender_hash, kind in rows:
        found.setdefault(station_id, []).append(Unanswered(on_date, bytes(sender_hash), kind))
    return found


def list_outcomes(session: Session, station_id: int, *, limit: int) -> list[ListedReport]:
    """The newest reports of a station with what became of them, answered or not."""
    return _list(session, clauses.equals("r.station_id", station_id, name="station_id"), limit=limit)


def list_reports(
    session: Session,
    scope: Scope,
    *,
    status: str | None = None,
    station_code: str | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[ListedReport]:
    """Reports of the stations somebody may see, newest first; ``after`` is the last id of the page before."""
    if not scope:
        return []
    before = None if after is None else Clause("r.id < :after", {"after": after})
    return _list(
        session,
        scope.stations("s"),
        clauses.equals("r.status", status, name="status"),
        clauses.equals("s.code", station_code, name="station_code"),
        before,
        limit=limit,
    )


def find_report(session: Session, scope: Scope, report_id: int) -> ListedReport | None:
    """One report, if its station is somebody's to see."""
    if not scope:
        return None
    found = _list(session, scope.stations("s"), clauses.equals("r.id", report_id, name="id"), limit=1)
    return found[0] if found else None


def count_open(session: Session, scope: Scope) -> int:
    """How many reports wait for an answer."""
    if not scope:
        return 0
    condition, values = clauses.where(scope.stations("s"))
    statement = (
        "SELECT count(*) FROM station_reports r JOIN stations s ON s.id = r.station_id "
        f"WHERE r.status = 'open' AND {condition}"
    )
    return int(session.scalar(sa.text(statement), values) or 0)


def answer_report(session: Session, report_id: int, *, version: int, values: dict[str, Any]) -> bool:
    """Write an answer over exactly this version; ``False`` when somebody was quicker."""
    written = session.execute(
        sa.update(StationReport)
        .where(StationReport.id == report_id, StationReport.version == version)
        .values(
            **values, version=version + 1, answered_at=sa.func.clock_timestamp(), updated_at=sa.func.now()
        )
        .returning(StationReport.id)
    )
    return written.scalar_one_or_none() is not None


def since_yesterday(today: date) -> date:
    """A warning outlives the midnight after it."""
    return today - timedelta(days=1)


def _list(session: Session, *conditions: Clause | None, limit: int) -> list[ListedReport]:
    condition, values = clauses.where(*conditions)
    rows = session.execute(
        sa.text(f"{_LISTED} WHERE {condition} ORDER BY r.id DESC LIMIT :limit"), {**values, "limit": limit}
    )
    return [ListedReport(**row) for row in rows.mappings()]
