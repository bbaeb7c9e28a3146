"""Writes of the demonstration's union work: which enterprises, and the days that lie in the past."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import FoundingCase, User


@dataclass(frozen=True)
class Workable:
    """An invented enterprise without a union, in the one grid that certainly owns it."""

    enterprise_id: int
    grid_id: int
    grid_code: str


def has_cases(session: Session) -> bool:
    """Whether anybody ever claimed anything."""
    return bool(session.scalar(sa.select(sa.exists().select_from(FoundingCase))))


def list_workable(session: Session, county_code: str) -> list[Workable]:
    """Invented enterprises without a union of a county, by grid code and id."""
    rows = session.execute(
        sa.text(
            "SELECT e.id AS enterprise_id, g.id AS grid_id, g.code AS grid_code FROM enterprises AS e "
            "JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
            "JOIN grids AS g ON g.id = a.grid_id "
            "WHERE g.county_code = :county AND e.is_invented AND a.status = 'auto' AND e.removed_on IS NULL "
            "AND e.organization_status = 'unorganized' AND e.geom IS NOT NULL "
            "AND e.staff_count BETWEEN 5 AND 99 "
            "ORDER BY g.code, e.id"
        ),
        {"county": county_code},
    )
    return [Workable(**row) for row in rows.mappings()]


def list_logins(session: Session) -> dict[int, str]:
    """Logins of the invented users by id."""
    rows = session.execute(sa.select(User.id, User.login).where(User.is_invented))
    return {row.id: row.login for row in rows}


def backdate_case(session: Session, case_id: int, *, days: int, claim_until: date | None) -> None:
    """Let a case have been claimed ``days`` ago, its history spread from there to today; mark it invented."""
    session.execute(
        sa.text(
            "UPDATE founding_cases SET is_invented = true, "
            "claimed_at = claimed_at - make_interval(days => :days), "
            "created_at = created_at - make_interval(days => :days), "
            "claim_until = CASE WHEN holder_id IS NULL THEN NULL "
            "ELSE COALESCE(CAST(:claim_until AS date), claim_until) END WHERE id = :case_id"
        ),
        {"case_id": case_id, "days": days, "claim_until": claim_until},
    )
    session.execute(
        sa.text(
            "UPDATE case_events AS e SET at = e.at - make_interval(days => :days) * r.left_share "
            "FROM (SELECT k.id, 1 - (row_number() OVER (ORDER BY k.id) - 1)::float / count(*) OVER () "
            "AS left_share FROM case_events AS k WHERE k.enterprise_id = "
            "(SELECT c.enterprise_id FROM founding_cases AS c WHERE c.id = :case_id)) AS r WHERE r.id = e.id"
        ),
        {"case_id": case_id, "days": days},
    )


def set_pause_since(session: Session, case_id: int, since: date) -> None:
    """Let a pause have begun on a past day."""
    session.execute(
        sa.text("UPDATE founding_pauses SET since = :since WHERE case_id = :case_id"),
        {"case_id": case_id, "since": since},
    )


def set_decide_by(session: Session, dispute_id: int, decide_by: date) -> None:
    """Let a dispute have to be decided by a day."""
    session.execute(
        sa.text("UPDATE disputes SET decide_by = :decide_by WHERE id = :id"),
        {"id": dispute_id, "decide_by": decide_by},
    )


def mark_work_invented(session: Session) -> None:
    """Mark all visits, disputes and cases there are as invented."""
    for table in ("visits", "disputes", "founding_cases"):
        session.execute(sa.text(f"UPDATE {table} SET is_invented = true WHERE NOT is_invented"))
