"""Stations bring rows of their own: weekly hours and services, replaced only when they differ."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.imports import copy_rows


def list_service_items(session: Session) -> dict[str, tuple[str, str]]:
    """Code -> Chinese and English name of every service item."""
    rows = session.execute(
        sa.text("SELECT code, name_zh, name_en FROM service_items ORDER BY position, code")
    )
    return {row.code: (row.name_zh, row.name_en) for row in rows}


def give_codes(session: Session) -> None:
    """Give new stations without a code one of ours: ``auto-<county>-<number>``, counting on, never reused."""
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET code = n.code FROM ("
            " SELECT s.row_number, 'auto-' || COALESCE(s.county_code, '000000') || '-' || lpad(("
            "   COALESCE((SELECT max(substr(t.code, 13)::integer) FROM stations t WHERE t.code ~"
            "     ('^auto-' || COALESCE(s.county_code, '000000') || '-[0-9]{4,9}$')), 0)"
            "   + row_number() OVER (PARTITION BY COALESCE(s.county_code, '000000') ORDER BY s.row_number)"
            " )::text, 4, '0') AS code FROM staged_rows s WHERE s.existing_id IS NULL AND s.code IS NULL"
            ") n WHERE n.row_number = s.row_number"
        )
    )


def stage_details(
    session: Session, hours: Iterable[Sequence[Any]], services: Iterable[Sequence[Any]]
) -> None:
    """Copy openings (row, weekday, opens, closes) and services (row, item, condition, mode, metres)."""
    session.execute(sa.text("DROP TABLE IF EXISTS staged_hours, staged_services"))
    session.execute(
        sa.text(
            "CREATE TEMP TABLE staged_hours (row_number integer, weekday smallint, opens_min integer, "
            "closes_min integer) ON COMMIT DROP"
        )
    )
    session.execute(
        sa.text(
            "CREATE TEMP TABLE staged_services (row_number integer, item_code text, condition text, "
            "mode text, distance_m float8) ON COMMIT DROP"
        )
    )
    copy_rows(session, "staged_hours", ("row_number", "weekday", "opens_min", "closes_min"), hours)
    copy_rows(
        session, "staged_services", ("row_number", "item_code", "condition", "mode", "distance_m"), services
    )


def mark_hours(session: Session) -> None:
    """Find rows whose hours tell something else than the stored ones (unreadable hours are other hours)."""
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET hours_differ = s.hours_given AND ("
            " ARRAY(SELECT (h.weekday, h.opens_min, h.closes_min)::text FROM staged_hours h"
            "  WHERE h.row_number = s.row_number ORDER BY 1)"
            " <> ARRAY(SELECT (h.weekday, h.opens_min, h.closes_min)::text FROM station_hours h"
            "  WHERE h.station_id = s.existing_id ORDER BY 1)"
            " OR (NOT EXISTS (SELECT FROM staged_hours h WHERE h.row_number = s.row_number)"
            "  AND s.hours_text IS DISTINCT FROM"
            "   (SELECT t.hours_text FROM stations t WHERE t.id = s.existing_id))"
            ")"
        )
    )


def mark_details(session: Session) -> None:
    """Rows whose hours or services differ are changed rows, even if nothing else is."""
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET changed = true WHERE s.existing_id IS NOT NULL"
            " AND (s.hours_differ OR EXISTS ("
            " SELECT FROM staged_services v LEFT JOIN station_services t"
            "  ON t.station_id = s.existing_id AND t.item_code = v.item_code"
            " WHERE v.row_number = s.row_number AND (v.condition, v.mode, v.distance_m)"
            "  IS DISTINCT FROM (t.condition, t.mode, t.distance_m)))"
        )
    )


def list_service_changes(session: Session) -> list[tuple[int, str, str | None, str]]:
    """Row number, item, condition before (None: unknown until now) and after, of matched rows."""
    rows = session.execute(
        sa.text(
            "SELECT s.row_number, v.item_code, t.condition AS before, v.condition AS after "
            "FROM staged_rows s JOIN staged_services v ON v.row_number = s.row_number "
            "LEFT JOIN station_services t "
            "ON t.station_id = s.existing_id AND t.item_code = v.item_code WHERE s.existing_id IS NOT NULL "
            "AND (v.condition, v.mode, v.distance_m) IS DISTINCT FROM (t.condition, t.mode, t.distance_m) "
            "ORDER BY s.row_number, v.item_code"
        )
    )
    return [(row.row_number, row.item_code, row.before, row.after) for row in rows]


def apply_details(session: Session) -> None:
    """Replace hours that differ; insert or change services. Untouched rows are not written."""
    session.execute(
        sa.text(
            "DELETE FROM station_hours h USING staged_rows s WHERE s.id = h.station_id "
            "AND s.existing_id IS NOT NULL AND s.hours_differ"
        )
    )
    session.execute(
        sa.text(
            "INSERT INTO station_hours (station_id, weekday, opens_min, closes_min) "
            "SELECT s.id, h.weekday, h.opens_min, h.closes_min FROM staged_hours h "
            "JOIN staged_rows s USING (row_number) WHERE s.existing_id IS NULL OR s.hours_differ "
            "ORDER BY s.row_number, h.weekday, h.opens_min"
        )
    )
    session.execute(
        sa.text(
            "INSERT INTO station_services AS t (station_id, item_code, condition, mode, distance_m) "
            "SELECT s.id, v.item_code, v.condition, v.mode, v.distance_m FROM staged_services v "
            "JOIN staged_rows s USING (row_number) ORDER BY s.row_number, v.item_code "
            "ON CONFLICT (station_id, item_code) DO UPDATE SET condition = excluded.condition, "
            "mode = excluded.mode, distance_m = excluded.distance_m "
            "WHERE (t.condition, t.mode, t.distance_m) IS DISTINCT FROM "
            "(excluded.condition, excluded.mode, excluded.distance_m)"
        )
    )
