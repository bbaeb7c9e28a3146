"""Stations that wait for somebody: overdue reopening, reports, expiring medicine, no confirmation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import LOCAL_TODAY
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope
from geodata.queries.station_care import SEEN_AT
from geodata.rules.settings import CountySettings
from geodata.vocab import CareNeed

MOST_NEEDS = 2000


@dataclass(frozen=True, slots=True)
class StationNeed:
    """One thing that one station waits for.

    Attributes:
        due: the day on which medicine expires or a station should have reopened; None when no day was set.
        since: the last confirmation (None: never), the beginning of the closure, or the oldest open report.
        days: for ``unconfirmed`` and ``open_reports`` the days since then (None: never), else the days until
            ``due``, negative when it is over.
        number: how many reports are open.
        managers: names of the station's managers today; empty is a vacancy.
    """

    need: CareNeed
    station_id: int
    code: str
    name: str
    county_code: str | None
    due: date | None
    since: datetime | None
    days: int | None
    number: int | None
    item_code: str | None
    item_zh: str | None
    item_en: str | None
    managers: tuple[str, ...]


def _limit(name: str) -> str:
    """SQL of a county's number ⚙, for the row ``c`` of its code."""
    default = int(getattr(CountySettings(), name))
    return (
        "COALESCE((SELECT (k.value #>> '{}')::integer FROM county_settings k "
        f"WHERE k.name = '{name}' AND k.county_code IN ('', c.county_code) "
        f"ORDER BY k.county_code DESC LIMIT 1), {default})"
    )


def _needs(condition: str) -> str:
    return f"""
    WITH mine AS MATERIALIZED (
        SELECT s.id, s.code, s.name, s.county_code, s.status, s.confirmed_on, s.confirmed_at,
               {SEEN_AT} AS seen_at
        FROM stations s WHERE s.status IN ('open', 'temporarily_closed') AND {condition}
    ), limits AS MATERIALIZED (
        SELECT c.county_code, {_limit("confirm_days")} AS confirm_days,
               {_limit("expiry_reminder_days")} AS expiry_days
        FROM (SELECT DISTINCT county_code FROM mine) AS c
    ), closed AS MATERIALIZED (
        SELECT DISTINCT ON (m.id) m.id, c.closed_from, c.closed_to
        FROM mine m JOIN station_closures c ON c.station_id = m.id
        WHERE c.kind <> 'early' AND c.closed_from <= now()
        ORDER BY m.id, c.closed_from DESC
    ), needs AS (
        SELECT m.id, '{CareNeed.REOPENING_OVERDUE}' AS need,
               (c.closed_to AT TIME ZONE 'Asia/Shanghai')::date AS due, c.closed_from AS since,
               (c.closed_to AT TIME ZONE 'Asia/Shanghai')::date - {LOCAL_TODAY} AS days,
               NULL::integer AS number, NULL::text AS item_code
        FROM mine m LEFT JOIN closed c ON c.id = m.id
        WHERE CASE WHEN c.closed_to IS NULL THEN c.id IS NOT NULL OR m.status = 'temporarily_closed'
                   ELSE c.closed_to <= now() AND (m.seen_at IS NULL OR m.seen_at < c.closed_to) END
        UNION ALL
        SELECT m.id, '{CareNeed.EXPIRING}', w.expires_on, NULL, w.expires_on - {LOCAL_TODAY}, NULL,
               w.item_code
        FROM mine m JOIN limits l ON l.county_code IS NOT DISTINCT FROM m.county_code
        JOIN station_services w ON w.station_id = m.id
        WHERE w.expires_on <= {LOCAL_TODAY} + l.expiry_days AND w.condition NOT IN ('removed', 'out_of_stock')
        UNION ALL
        SELECT m.id, '{CareNeed.UNCONFIRMED}', NULL, m.seen_at, {LOCAL_TODAY} - m.confirmed_on, NULL, NULL
        FROM mine m JOIN limits l ON l.county_code IS NOT DISTINCT FROM m.county_code
        LEFT JOIN closed c ON c.id = m.id
        WHERE (m.confirmed_on IS NULL OR m.confirmed_on < {LOCAL_TODAY} - l.confirm_days)
          AND m.status = 'open' AND (c.id IS NULL OR c.closed_to <= now())
          -- One that should have reopened is asked for that, not twice.
          AND (c.id IS NULL OR m.seen_at >= c.closed_to)
        UNION ALL
        SELECT m.id, '{CareNeed.OPEN_REPORTS}', NULL, min(r.reported_at),
               {LOCAL_TODAY} - min(r.on_date), count(*)::integer, NULL
        FROM mine m JOIN station_reports r ON r.station_id = m.id AND r.status = 'open'
        GROUP BY m.id
    )"""


def list_care(session: Session, scope: Scope) -> list[StationNeed]:
    """What the stations of a scope wait for, the most pressing first, at most ``MOST_NEEDS``.

    A station that is shut for now is not asked to confirm; one whose expected end has passed is asked
    whether it reopened. Limits of days are those of its county.
    """
    condition, values = clauses.where(Clause("TRUE"), scope.stations("s"))
    order = ", ".join(f"'{need}'" for need in CareNeed)
    statement = sa.text(
        f"""{_needs(condition)}
        SELECT n.*, m.code, m.name, m.county_code, i.name_zh AS item_zh, i.name_en AS item_en,
               ARRAY(SELECT u.name FROM posts p JOIN users u ON u.id = p.user_id
                     WHERE p.station_id = m.id AND p.role = 'station_manager'
                       AND p.valid_from <= {LOCAL_TODAY}
                       AND (p.valid_to IS NULL OR p.valid_to > {LOCAL_TODAY}) ORDER BY u.name) AS managers
        FROM needs n JOIN mine m ON m.id = n.id LEFT JOIN service_items i ON i.code = n.item_code
        ORDER BY array_position(ARRAY[{order}], n.need), n.due NULLS FIRST, n.since NULLS FIRST, m.name, m.id
        LIMIT {MOST_NEEDS}"""
    )
    return [_need(row) for row in session.execute(statement, values).mappings()]


def _need(row: Any) -> StationNeed:
    return StationNeed(
        need=CareNeed(row["need"]),
        station_id=row["id"],
        code=row["code"],
        name=row["name"],
        county_code=row["county_code"],
        due=row["due"],
        since=row["since"],
        days=row["days"],
        number=row["number"],
        item_code=row["item_code"],
        item_zh=row["item_zh"],
        item_en=row["item_en"],
        managers=tuple(row["managers"]),
    )
