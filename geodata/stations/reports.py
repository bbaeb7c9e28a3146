"""Reports of the public: taken without a name, answered by who looks after the station."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from geodata.errors import InvalidInput, NotFound, Stale, TooMany
from geodata.queries import attempts, audit
from geodata.queries import reports as queries
from geodata.queries.people import local_today
from geodata.queries.reports import ListedReport
from geodata.queries.scopes import Scope
from geodata.rules.reports import (
    ADDRESS_WINDOW_MIN,
    STATION_WINDOW_MIN,
    TRIES_PER_ADDRESS,
    TRIES_PER_STATION,
    check_note,
)
from geodata.vocab import ReportKind, ReportStatus

PUBLIC = "public"
"""Who stands in the log for somebody without an account."""


@dataclass(frozen=True)
class Told:
    """A report that was taken: its number, which is all that a sender gets to know."""

    id: int
    station_code: str


def add_report(
    session: Session,
    *,
    station_code: str,
    kind: ReportKind,
    address: str,
    item_code: str | None = None,
    note: str | None = None,
) -> Told:
    """Take a report about a station from somebody at its door.

    Of the address only a hash with the secret of the day is used and kept, for counting.

    Raises:
        NotFound: ``station_code_unknown``.
        InvalidInput: ``looks_like_id_number``, ``note_has_phone``, ``service_not_listed``,
            ``report_item_without_service``.
        TooMany: ``report_too_often`` with ``retry_after_s``.
    """
    today = local_today(session)
    sender_hash = hash_sender(queries.get_salt(session, today), address)
    found = queries.find_reportable(session, station_code)
    _require_turn(session, sender_hash, found[0] if found else 0)
    if found is None:
        raise NotFound("station_code_unknown", code=station_code)
    _check_item(session, kind, item_code)
    report_id = queries.add_report(
        session,
        {
            "station_id": found[0],
            "kind": kind,
            "item_code": item_code,
            "note": check_note(note),
            "sender_hash": sender_hash,
            "on_date": today,
        },
    )
    audit.note(
        session,
        by=PUBLIC,
        action="report_added",
        subject_kind="report",
        subject_id=report_id,
        after={"station": station_code, "kind": str(kind)},
    )
    return Told(report_id, station_code)


def answer_report(
    session: Session,
    report_id: int,
    *,
    scope: Scope,
    version: int,
    status: ReportStatus,
    note: str | None,
    by: str,
) -> ListedReport:
    """Say what became of a report; the public page shows it. An answer may be corrected later.

    Raises:
        NotFound: ``report_not_found``: there is none, or its station is not the asker's.
        InvalidInput: ``report_answer_open`` for the status it begins with; what ``check_note`` refuses.
        Stale: somebody answered since it was read.
    """
    before = queries.find_report(session, scope, report_id)
    if before is None:
        raise NotFound("report_not_found")
    if status == ReportStatus.OPEN:
        raise InvalidInput("report_answer_open")
    values = {"status": status, "answer_note": check_note(note), "answered_by": by}
    if not queries.answer_report(session, report_id, version=version, values=values):
        raise _stale(session, scope, report_id)
    audit.note(
        session,
        by=by,
        action="report_answered",
        subject_kind="report",
        subject_id=report_id,
        before={"status": before.status},
        after={"status": str(status)},
    )
    after = queries.find_report(session, scope, report_id)
    assert after is not None  # noqa: S101 - it was there a moment ago, in this transaction
    return after


def hash_sender(salt: bytes, address: str) -> bytes:
    """What tells senders of one day apart and names none of them."""
    return hashlib.blake2b(address.encode(), key=salt, digest_size=16).digest()


def _require_turn(session: Session, sender_hash: bytes, station_id: int) -> None:
    waits = (
        attempts.count_try(
            session,
            f"report:address:{sender_hash.hex()}",
            limit=TRIES_PER_ADDRESS,
            window=timedelta(minutes=ADDRESS_WINDOW_MIN),
        ),
        attempts.count_try(
            session,
            f"report:station:{station_id}",
            limit=TRIES_PER_STATION,
            window=timedelta(minutes=STATION_WINDOW_MIN),
        ),
    )
    if any(waits):
        raise TooMany("report_too_often", retry_after_s=max(waits), minutes=-(-max(waits) // 60))


def _check_item(session: Session, kind: ReportKind, item_code: str | None) -> None:
    if item_code is None:
        return
    if kind != ReportKind.SERVICE:
        raise InvalidInput("report_item_without_service")
    if not queries.item_exists(session, item_code):
        raise InvalidInput("service_not_listed", service=item_code)


def _stale(session: Session, scope: Scope, report_id: int) -> Stale:
    now = queries.find_report(session, scope, report_id)
    latest = audit.latest_change(session, "report", report_id)
    return Stale(
        version=now.version if now else 0,
        by=latest.actor if latest else "",
        at=latest.at.isoformat() if latest else "",
        changed=["status", "answer_note"],
    )
