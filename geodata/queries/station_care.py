"""What the manager of a station looks after: everything of one station, in one statement."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.assignment_clauses import LOCAL_TODAY
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope

MOST_STATIONS = 500
"""On one list; who looks after more works by county and list."""

VISITOR_DAYS = 14
_PAST_CLOSURE_DAYS = 60

SEEN_AT = "GREATEST(s.confirmed_at, s.confirmed_on::timestamp AT TIME ZONE 'Asia/Shanghai')"
"""SQL: when somebody last confirmed the station ``s``; a list that names only the day means its beginning."""

_CARE = f"""
    SELECT s.id, s.code, s.name, s.county_code, s.status, s.station_type, s.venue_type, s.address,
           s.access_method, s.access_note, s.duty_phone, s.confirmed_on, s.confirmed_at, s.confirmed_by,
           {SEEN_AT} AS seen_at,
           s.version, s.is_invented, s.invented_fields, s.hours_text, {LOCAL_TODAY} AS today,
           COALESCE((SELECT u.name FROM users u WHERE u.login = s.confirmed_by), s.confirmed_by)
             AS confirmed_by_name,
           (SELECT COALESCE(json_agg(json_build_array(h.weekday, h.opens_min, h.closes_min)
                   ORDER BY h.weekday, h.opens_min), '[]')
            FROM station_hours h WHERE h.station_id = s.id) AS hours,
           (SELECT COALESCE(json_agg(json_build_array(x.on_date, x.opens_min, x.closes_min, x.reason)
                   ORDER BY x.on_date, x.opens_min), '[]')
            FROM station_hours_exceptions x
            WHERE x.station_id = s.id AND x.on_date >= {LOCAL_TODAY} - 1) AS dates,
           (SELECT COALESCE(json_agg(json_build_object('id', c.id, 'begins', c.closed_from,
                   'ends', c.closed_to, 'kind', c.kind, 'reason', c.reason) ORDER BY c.closed_from), '[]')
            FROM station_closures c
            WHERE c.station_id = s.id
              AND (c.closed_to IS NULL OR c.closed_to > now() - interval '{_PAST_CLOSURE_DAYS} days')
           ) AS closures,
           (SELECT COALESCE(json_object_agg(w.item_code, json_build_object('condition', w.condition,
                   'mode', w.mode, 'distance_m', w.distance_m, 'quantity', w.quantity,
                   'checked_on', w.checked_on, 'expires_on', w.expires_on)), '{{}}')
            FROM station_services w WHERE w.station_id = s.id) AS services,
           (SELECT COALESCE(json_agg(json_build_object('id', p.id, 'width', p.width, 'height', p.height,
                   'added_at', p.added_at, 'is_invented', p.is_invented) ORDER BY p.position, p.id), '[]')
            FROM station_photos p WHERE p.station_id = s.id AND p.removed_at IS NULL) AS photos,
           (SELECT COALESCE(json_object_agg(v.on_date, v.visitors), '{{}}')
            FROM station_visitors v
            WHERE v.station_id = s.id AND v.on_date > {LOCAL_TODAY} - {VISITOR_DAYS}) AS visitors
    FROM stations s"""


def list_station_care(session: Session, scope: Scope) -> list[dict[str, Any]]:
    """All stations of a scope that are not retired, with all that is looked after, by name."""
    condition, values = clauses.where(Clause("s.status <> 'retired'"), scope.stations("s"))
    statement = sa.text(f"{_CARE} WHERE {condition} ORDER BY s.name, s.id LIMIT {MOST_STATIONS}")
    return [dict(row) for row in session.execute(statement, values).mappings()]


def find_station_care(session: Session, station_id: int, *, scope: Scope) -> dict[str, Any] | None:
    """One station of a scope with all that is looked after."""
    condition, values = clauses.where(
        clauses.equals("s.id", station_id, name="station_id"), scope.stations("s")
    )
    row = session.execute(sa.text(f"{_CARE} WHERE {condition}"), values).mappings().one_or_none()
    return None if row is None else dict(row)


def lock_station(session: Session, station_id: int, *, scope: Scope) -> int | None:
    """The version of a station of a scope, held against other writers to the end of the transaction."""
    condition, values = clauses.where(
        clauses.equals("s.id", station_id, name="station_id"), scope.stations("s")
    )
    statement = sa.text(f"SELECT s.version FROM stations s WHERE {condition} FOR UPDATE")
    version: int | None = session.scalars(statement, values).one_or_none()
    return version


def station_exists(session: Session, station_id: int, *, scope: Scope) -> bool:
    """Whether the scope opens this station; nothing is locked."""
    condition, values = clauses.where(
        clauses.equals("s.id", station_id, name="station_id"), scope.stations("s")
    )
    return bool(session.scalar(sa.text(f"SELECT EXISTS (SELECT FROM stations s WHERE {condition})"), values))


def list_service_items(session: Session) -> dict[str, dict[str, str]]:
    """Names of all service items by code, in the order of the list."""
    rows = session.execute(
        sa.text("SELECT code, name_zh, name_en FROM service_items ORDER BY position, code")
    )
    return {row.code: {"zh": row.name_zh, "en": row.name_en} for row in rows}


def read_standard(session: Session, county_code: str | None, on: date) -> tuple[str, list[str]]:
    """Label and items of the 8+N list that holds in a county on a day; empty when none does."""
    row = session.execute(
        sa.text(
            "SELECT label, standard_items FROM service_standards "
            "WHERE (county_code = :county OR county_code IS NULL) "
            "AND daterange(valid_from, valid_to) @> CAST(:on AS date) ORDER BY county_code NULLS LAST LIMIT 1"
        ),
        {"county": county_code, "on": on},
    ).one_or_none()
    return ("", []) if row is None else (row.label, list(row.standard_items))


def list_changes_since(session: Session, station_id: int, version: int) -> list[Mapping[str, Any]]:
    """What was saved after a version of a station, newest first: ``by`` (name), ``at``, ``changed`` keys."""
    rows = session.execute(
        sa.text(
            "SELECT COALESCE(u.name, a.actor) AS by, a.at, "
            "ARRAY(SELECT jsonb_object_keys(a.after) ORDER BY 1) AS changed "
            "FROM audit_entries a LEFT JOIN users u ON u.login = a.actor "
            "WHERE a.subject_kind = 'station' AND a.subject_id = CAST(:id AS text) "
            "AND CAST(a.after ->> 'version' AS integer) > :version ORDER BY a.id DESC LIMIT 50"
        ),
        {"id": station_id, "version": version},
    )
    return [dict(row) for row in rows.mappings()]


def list_photo_ids(session: Session, station_id: int) -> list[int]:
    """The photos of a station that are there, in their order."""
    return list(
        session.scalars(
            sa.text(
                "SELECT id FROM station_photos WHERE station_id = :id AND removed_at IS NULL "
                "ORDER BY position, id"
            ),
            {"id": station_id},
        )
    )


def find_photo(
    session: Session, station_id: int, photo_id: int, *, small: bool
) -> tuple[bytes, bytes] | None:
    """A photo that is still there: its JPEG (or the thumbnail) and the SHA-256 of the full picture."""
    column = "thumbnail" if small else "content"
    row = session.execute(
        sa.text(
            f"SELECT {column}, sha256 FROM station_photos "
            "WHERE id = :photo_id AND station_id = :station_id AND removed_at IS NULL"
        ),
        {"photo_id": photo_id, "station_id": station_id},
    ).one_or_none()
    return None if row is None else (bytes(row[0]), bytes(row[1]))
