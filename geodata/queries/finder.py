"""What the public may know of stations, and the names of places by which somebody says where they are.

The one telephone in here is the duty phone of a station. Nothing takes a position: lists are whole counties'.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries.features import CURRENT_DIVISIONS, EFFECTIVE_GRIDS

RIM_M = 3000.0
"""Stations of neighbours this near to a county are listed with its own: nobody walks by county borders."""

_LOCAL = "AT TIME ZONE 'Asia/Shanghai'"
_STATION = f"""
    SELECT s.id, s.code, s.name, s.station_type, s.venue_type, s.status, s.access_method, s.access_note,
        s.address, s.county_code, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, s.duty_phone,
        s.confirmed_on, s.confirmed_at, s.hours_text, s.brand_label, s.invented_fields, s.is_invented,
        hours.list AS hours, dates.list AS dates, closures.list AS closures, services.list AS services
    FROM {{source}}
    CROSS JOIN LATERAL (
        SELECT array_agg(ARRAY[weekday, opens_min, closes_min] ORDER BY weekday, opens_min) AS list
        FROM station_hours WHERE station_id = s.id) AS hours
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(on_date, opens_min, closes_min, reason) ORDER BY on_date) AS list
        FROM station_hours_exceptions
        WHERE station_id = s.id
            AND on_date BETWEEN CAST(:first AS date) - 1 AND CAST(:first AS date) + CAST(:days AS int)
        ) AS dates
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(closed_from, closed_to, reason) ORDER BY closed_from) AS list
        FROM station_closures
        WHERE station_id = s.id AND tstzrange(closed_from, closed_to) && tstzrange(
            CAST(:first AS date)::timestamp {_LOCAL},
            (CAST(:first AS date) + CAST(:days AS int))::timestamp {_LOCAL})) AS closures
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(i.code, w.condition, w.mode, w.distance_m, w.expires_on)
            ORDER BY i.position, i.code) AS list
        FROM station_services w JOIN service_items i ON i.code = w.item_code
        WHERE w.station_id = s.id) AS services
"""

# What anybody may walk to. Staff-only doors, plans and other venues are no answer to "where can I rest".
_PUBLIC = (
    "s.venue_type = 'outdoor_station' AND s.access_method <> 'staff_only' AND s.geom IS NOT NULL "
    "AND s.status IN ('open', 'temporarily_closed')"
)
_OF_COUNTY = f"""
    {_STATION.format(source="stations AS s")} WHERE {_PUBLIC} AND s.id IN (
        SELECT id FROM stations WHERE county_code = :county
        UNION ALL
        SELECT other.id FROM divisions d
        JOIN stations other ON other.geom && ST_Expand(d.geom, CAST(:rim_m AS double precision) / 60000)
        WHERE d.code = :county AND d.level = 'county' AND {CURRENT_DIVISIONS.sql}
            AND other.county_code IS DISTINCT FROM :county
            AND ST_DWithin(d.geom::geography, other.geom::geography, :rim_m))
    ORDER BY s.code
"""

_PLACES = f"""
SELECT name, kind, note, round(ST_X(at)::numeric, 5)::float AS lon, round(ST_Y(at)::numeric, 5)::float AS lat
FROM (
    SELECT s.name, 'station' AS kind, s.address AS note, s.geom AS at FROM stations s
    WHERE s.county_code = :county AND {_PUBLIC}
    UNION ALL
    SELECT regexp_replace(b.name, '(专属)?(网格|片区)$', ''), 'area', NULL, ST_PointOnSurface(b.geom)
    FROM {EFFECTIVE_GRIDS}
    WHERE g.county_code = :county AND b.kind <> 'zone'
    UNION ALL
    SELECT d.name, 'division', NULL, ST_PointOnSurface(d.geom) FROM divisions d
    WHERE starts_with(d.code, :county) AND d.level <> 'county' AND d.geom IS NOT NULL
        AND {CURRENT_DIVISIONS.sql}
    UNION ALL
    SELECT r.name, 'street', NULL, ST_ClosestPoint(ST_Collect(r.geom), ST_Centroid(ST_Collect(r.geom)))
    FROM streets r WHERE r.county_code = :county AND r.name IS NOT NULL GROUP BY r.name
) AS place
ORDER BY name, kind, lon, lat
"""

_LINES = """
SELECT r.kind, r.rank, part.line FROM streets r
CROSS JOIN LATERAL (
    SELECT ST_AsEncodedPolyline(CASE WHEN GeometryType(d.geom) = 'POLYGON' THEN ST_ExteriorRing(d.geom)
        ELSE d.geom END, 5) AS line
    FROM ST_Dump(ST_SimplifyPreserveTopology(r.geom, 0.00003)) d
    WHERE GeometryType(d.geom) IN ('LINESTRING', 'POLYGON')) AS part
WHERE r.county_code = :county ORDER BY r.rank DESC, r.id
"""

_TOWNS = f"""
SELECT d.code, d.name, ST_X(inside) AS lon, ST_Y(inside) AS lat
FROM divisions d CROSS JOIN LATERAL (SELECT ST_PointOnSurface(d.geom) AS inside) AS surface
WHERE d.level = 'town' AND left(d.code, 6) = :county AND d.geom IS NOT NULL AND {CURRENT_DIVISIONS.sql}
ORDER BY d.code
"""


@dataclass(frozen=True)
class Place:
    """Something with a name that people say when asked where they are; longitude and latitude in degrees."""

    name: str
    kind: str
    note: str | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Town:
    """A town of a county and a place inside it."""

    code: str
    name: str
    lon: float
    lat: float


def list_public_stations(
    session: Session, county: str, *, first: date, days: int, rim_m: float = RIM_M
) -> list[dict[str, Any]]:
    """Stations of a county and its rim that anybody may walk to, by code, with what decides the next days."""
    rows = session.execute(
        sa.text(_OF_COUNTY), {"county": county, "first": first, "days": days, "rim_m": rim_m}
    )
    return [dict(row) for row in rows.mappings()]


def get_public_station(session: Session, code: str, *, first: date, days: int) -> dict[str, Any]:
    """One station by its code, whatever its state.

    Raises:
        NotFound: ``station_code_unknown``.
    """
    statement = f"{_STATION.format(source='stations AS s')} WHERE s.code = :code"
    row = session.execute(sa.text(statement), {"code": code, "first": first, "days": days}).mappings().first()
    if row is None:
        raise NotFound("station_code_unknown", code=code)
    return dict(row)


def list_places(session: Session, county: str) -> list[Place]:
    """Names of stations, areas, towns, communities and streets of a county, each with one point."""
    return [Place(**row) for row in session.execute(sa.text(_PLACES), {"county": county}).mappings()]


def list_lines(session: Session, county: str) -> list[tuple[str, int, str]]:
    """(kind, rank, encoded polyline of five digits) of the quiet ground of the small map."""
    return [(kind, rank, line) for kind, rank, line in session.execute(sa.text(_LINES), {"county": county})]


def list_towns(session: Session, county: str) -> list[Town]:
    """Towns of a county that have an outline, by code."""
    return [Town(**row) for row in session.execute(sa.text(_TOWNS), {"county": county}).mappings()]
