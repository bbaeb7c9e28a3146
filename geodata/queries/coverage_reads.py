"""What a coverage answer is computed from, read as whole arrays in a few statements.

``county`` None means everything. Numbers come as packed binary arrays (``array_send``), because reading a
million rows one by one costs more than deciding them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.rules.reach import Floats, Ints
from geodata.vocab import UNORGANIZED_STATES, DivisionLevel, GridKind, VersionStatus

Layer = Literal["grid", "town", "area"]
Subject = Literal["demand_points", "stations", "enterprises"]

_ARRAY_HEADER_BYTES = 20
_UNORGANIZED = ", ".join(f"'{state}'" for state in sorted(UNORGANIZED_STATES))
_IN_FORCE = (
    f"v.status IN ('{VersionStatus.EFFECTIVE}', '{VersionStatus.ARCHIVED}') "
    "AND daterange(v.effective_from, v.effective_to) @> CAST(:as_of AS date)"
)
_VALID = "daterange(d.valid_from, d.valid_to) @> CAST(:as_of AS date)"
_ZONES: dict[Layer, str] = {
    "grid": f"""
        SELECT b.grid_id AS id, g.code, b.name, b.kind, g.county_code, b.geom
        FROM grid_boundaries AS b JOIN grids AS g ON g.id = b.grid_id
        JOIN boundary_versions AS v ON v.id = b.version_id
        WHERE b.kind <> '{GridKind.EXCLUSIVE}' AND {_IN_FORCE} AND {{in_county}}""",
    "town": f"""
        SELECT d.id, d.code, d.name, d.level AS kind, left(d.code, 6) AS county_code, d.geom
        FROM divisions AS d
        WHERE d.level = '{DivisionLevel.TOWN}' AND d.geom IS NOT NULL AND {_VALID} AND {{in_county}}""",
    "area": """
        SELECT a.id, '' AS code, a.name, 'area' AS kind, a.county_code, a.geom
        FROM assessment_areas AS a WHERE {in_county}""",
}
_COUNTY_COLUMN: dict[Layer, str] = {
    "grid": "g.county_code",
    "town": "left(d.code, 6)",
    "area": "a.county_code",
}


@dataclass(frozen=True)
class PointSet:
    """Rows as arrays in order of id: position (NaN where not located), weight, number of the county.

    The weight is people for demand points and 1 for a still unorganised enterprise, else 0.
    """

    ids: Ints
    lonlat: Floats
    weight: Ints
    county: Ints


@dataclass(frozen=True)
class Zone:
    """A county, town, grid or assessment area as far as a figure needs it.

    ``inside`` is a longitude/latitude on its surface; ``shape_hash`` changes with its geometry.
    """

    id: int | None
    code: str
    name: str
    kind: str
    county_code: str
    inside: tuple[float, float] | None
    shape_hash: str


def list_counties(session: Session, county: str | None, as_of: date) -> list[Zone]:
    """Counties that have a row anywhere, in order of code; places in no county are code ""."""
    codes = "" if county is None else "WHERE code = :county"
    union = " UNION ".join(
        f"SELECT COALESCE(county_code, '') AS code FROM {table}"
        for table in ("demand_points", "stations", "enterprises")
    )
    statement = sa.text(
        f"""
        SELECT d.id, codes.code, COALESCE(d.name, codes.code) AS name, 'county' AS kind,
               codes.code AS county_code,
               ST_X(inside) AS x, ST_Y(inside) AS y, COALESCE(md5(ST_AsBinary(d.geom)), '') AS shape_hash
        FROM (
            SELECT code FROM (
                {union} UNION SELECT d.code FROM divisions AS d WHERE d.level = 'county' AND {_VALID}
            ) AS every {codes}
        ) AS codes
        LEFT JOIN divisions AS d ON d.code = codes.code AND d.level = 'county' AND {_VALID}
        CROSS JOIN LATERAL (SELECT ST_PointOnSurface(d.geom) AS inside) AS surface
        ORDER BY codes.code
        """
    )
    return _zones(session, statement, county, as_of)


def read_zones(session: Session, layer: Layer, county: str | None, as_of: date) -> list[Zone]:
    """Grids of the boundary version in force on the date, towns valid on it, or assessment areas, by code."""
    statement = sa.text(
        f"""
        SELECT id, code, name, kind, county_code, ST_X(inside) AS x, ST_Y(inside) AS y,
               md5(ST_AsBinary(geom)) AS shape_hash
        FROM ({_zone_sql(layer, county)}) AS zone
        CROSS JOIN LATERAL (SELECT ST_PointOnSurface(geom) AS inside) AS surface
        ORDER BY county_code, code, name, id
        """
    )
    return _zones(session, statement, county, as_of)


def read_demand(session: Session, counties: Sequence[Zone], county: str | None) -> PointSet:
    """All demand points of a county."""
    return _read_points(session, "demand_points", "p.people", counties, county, {})


def read_enterprises(session: Session, counties: Sequence[Zone], county: str | None, as_of: date) -> PointSet:
    """All places of work of a county that are on the list on a date."""
    unorganized = f"CASE WHEN p.organization_status IN ({_UNORGANIZED}) THEN 1 ELSE 0 END"
    return _read_points(session, "enterprises", unorganized, counties, county, {"as_of": as_of})


def read_place_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Names of demand points by id."""
    rows = session.execute(
        sa.text("SELECT id, name FROM demand_points WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return {row.id: row.name for row in rows}


def find_members(
    session: Session, layer: Layer, subject: Subject, county: str | None, as_of: date
) -> tuple[Ints, Ints]:
    """Ids of zones and of the points they cover, pair by pair, in order of point.

    Only points of the zone's own county. A border belongs to both sides (``ST_Covers``); of grids and
    towns the smallest code takes such a point, assessment areas may share it.
    """
    first = "" if layer == "area" else "DISTINCT ON (point.id)"
    listed = "AND (p.removed_on IS NULL OR p.removed_on > :as_of)" if subject == "enterprises" else ""
    # Zones outside, points inside: the planner by itself would look up every point in the zones' index.
    statement = sa.text(
        f"""
        WITH zone AS MATERIALIZED ({_zone_sql(layer, county)}), pair AS (
            SELECT {first} zone.id AS zone_id, point.id AS point_id
            FROM zone CROSS JOIN LATERAL (
                SELECT p.id FROM {subject} AS p
                WHERE p.geom && zone.geom AND p.county_code = zone.county_code
                  AND ST_Covers(zone.geom, p.geom) {listed}
                OFFSET 0
            ) AS point
            ORDER BY point.id, zone.code, zone.id
        )
        SELECT array_send(array_agg(zone_id)), array_send(array_agg(point_id)) FROM pair
        """
    )
    row = session.execute(statement, {"county": county, "as_of": as_of}).one()
    return _integers(row[0]), _integers(row[1])


def count_grid_enterprises(session: Session, county: str | None, as_of: date) -> dict[int, tuple[int, int]]:
    """For each grid the enterprises it is responsible for now: all, and those still without a union."""
    own = "" if county is None else "AND g.county_code = :county"
    statement = sa.text(
        f"""
        SELECT a.grid_id, count(*), count(*) FILTER (WHERE e.organization_status IN ({_UNORGANIZED}))
        FROM assignments AS a
        JOIN grids AS g ON g.id = a.grid_id
        JOIN enterprises AS e ON e.id = a.enterprise_id
        WHERE a.valid_to IS NULL AND (e.removed_on IS NULL OR e.removed_on > :as_of) {own}
        GROUP BY a.grid_id
        """
    )
    rows = session.execute(statement, {"county": county, "as_of": as_of})
    return {grid_id: (every, unorganized) for grid_id, every, unorganized in rows}


def read_outlines(
    session: Session, layer: Layer | Literal["county"], ids: Sequence[int], as_of: date
) -> dict[int, Any]:
    """Geometry (EPSG:4326) of zones by id."""
    source = (
        f"SELECT d.id, d.geom FROM divisions AS d WHERE {_VALID}"
        if layer == "county"
        else _zone_sql(layer, None)
    )
    statement = sa.text(
        f"SELECT id, ST_AsBinary(geom) FROM ({source}) AS zone WHERE id = ANY(:ids) AND geom IS NOT NULL"
    )
    rows = session.execute(statement, {"ids": list(ids), "as_of": as_of})
    return {zone_id: shapely.from_wkb(bytes(outline)) for zone_id, outline in rows}


def read_version(session: Session, county: str, as_of: date) -> dict[str, Any] | None:
    """Label and first day of the boundary version in force in a county on a date."""
    statement = sa.text(
        "SELECT v.label, v.effective_from FROM boundary_versions AS v "
        f"WHERE v.county_code = :county AND {_IN_FORCE}"
    )
    row = session.execute(statement, {"county": county, "as_of": as_of}).one_or_none()
    return {"label": row.label, "effective_from": row.effective_from.isoformat()} if row else None


def read_stations(
    session: Session,
    county: str | None,
    limit_m: float,
    as_of: date,
    *,
    days: tuple[date, date] | None = None,
) -> list[dict[str, Any]]:
    """Stations of a county with hours, dates around ``as_of``, closures of that day and services, by id.

    With a county also open stations of others within ``limit_m`` of its outline, marked ``neighbour``.
    ``days`` are the first and the last day whose dates and closures are wanted, instead of ``as_of`` alone.
    """
    statement = sa.text(
        f"""
        SELECT s.id, s.code, s.name, s.station_type, s.venue_type, s.status, s.access_method, s.county_code,
               ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, s.confirmed_on, s.neighbour,
               hours.list AS hours, dates.list AS dates, closures.list AS closures, services.list AS services
        FROM ({_ALL_STATIONS if county is None else _COUNTY_STATIONS}) AS s
        CROSS JOIN LATERAL (
            SELECT array_agg(ARRAY[weekday, opens_min, closes_min] ORDER BY weekday, opens_min) AS list
            FROM station_hours WHERE station_id = s.id) AS hours
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(on_date, opens_min, closes_min)
                            ORDER BY on_date, opens_min) AS list
            FROM station_hours_exceptions
            WHERE station_id = s.id
              AND on_date BETWEEN CAST(:first AS date) - 1 AND CAST(:last AS date)) AS dates
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(closed_from, closed_to) ORDER BY closed_from) AS list
            FROM station_closures
            WHERE station_id = s.id AND tstzrange(closed_from, closed_to) && tstzrange(
                CAST(:first AS date)::timestamp AT TIME ZONE 'Asia/Shanghai',
                (CAST(:last AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')) AS closures
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(item_code, condition, expires_on) ORDER BY item_code) AS list
            FROM station_services WHERE station_id = s.id) AS services
        ORDER BY s.id
        """
    )
    first, last = days or (as_of, as_of)
    values = {"county": county, "as_of": as_of, "limit_m": limit_m, "first": first, "last": last}
    rows = session.execute(statement, values)
    return [dict(row) for row in rows.mappings()]


_ALL_STATIONS = "SELECT *, FALSE AS neighbour FROM stations"
# A degree of latitude is at least 110 km, one of longitude in China at least 65 km: a generous box for
# the index, then metres on the ellipsoid.
_COUNTY_STATIONS = """
    SELECT *, FALSE AS neighbour FROM stations WHERE county_code = :county
    UNION ALL
    SELECT other.*, TRUE FROM divisions AS d JOIN stations AS other
      ON other.geom && ST_Expand(d.geom, CAST(:limit_m AS double precision) / 60000)
    WHERE d.code = :county AND d.level = 'county'
      AND daterange(d.valid_from, d.valid_to) @> CAST(:as_of AS date)
      AND other.county_code IS DISTINCT FROM :county AND other.status = 'open'
      AND other.venue_type = 'outdoor_station' AND other.access_method <> 'staff_only'
      AND ST_DWithin(d.geom::geography, other.geom::geography, :limit_m)"""


def _zone_sql(layer: Layer, county: str | None) -> str:
    return _ZONES[layer].format(in_county="TRUE" if county is None else f"{_COUNTY_COLUMN[layer]} = :county")


def _zones(session: Session, statement: sa.TextClause, county: str | None, as_of: date) -> list[Zone]:
    rows = session.execute(statement, {"county": county, "as_of": as_of})
    return [
        Zone(
            id=row.id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            county_code=row.county_code,
            inside=None if row.x is None else (row.x, row.y),
            shape_hash=row.shape_hash,
        )
        for row in rows
    ]


def _read_points(
    session: Session,
    table: str,
    weight: str,
    counties: Sequence[Zone],
    county: str | None,
    values: dict[str, Any],
) -> PointSet:
    own = "TRUE" if county is None else "p.county_code = :county"
    listed = "(p.removed_on IS NULL OR p.removed_on > :as_of)" if "as_of" in values else "TRUE"
    statement = sa.text(
        f"""
        SELECT array_send(array_agg(id)), array_send(array_agg(lon)), array_send(array_agg(lat)),
               array_send(array_agg(weight)), array_send(array_agg(county))
        FROM (
            SELECT p.id, COALESCE(ST_X(p.geom), 'NaN') AS lon, COALESCE(ST_Y(p.geom), 'NaN') AS lat,
                   ({weight})::bigint AS weight, codes.number AS county
            FROM {table} AS p
            JOIN unnest(CAST(:codes AS text[])) WITH ORDINALITY AS codes (code, number)
              ON codes.code = COALESCE(p.county_code, '')
            WHERE {own} AND {listed}
            ORDER BY p.id
        ) AS point
        """
    )
    codes = [zone.code for zone in counties]
    row = session.execute(statement, {**values, "county": county, "codes": codes}).one()
    return PointSet(
        ids=_integers(row[0]),
        lonlat=np.column_stack((_unpack(row[1], ">f8"), _unpack(row[2], ">f8"))).astype(np.float64),
        weight=_integers(row[3]),
        county=_integers(row[4]) - 1,
    )


def _integers(packed: Any) -> Ints:
    return _unpack(packed, ">i8").astype(np.int64)


def _unpack(packed: Any, kind: str) -> npt.NDArray[Any]:
    """Numbers of PostgreSQL's binary array form: a header, then length and value of each element."""
    if packed is None:
        return np.empty(0, dtype=kind)
    elements = np.frombuffer(packed, dtype=[("length", ">i4"), ("value", kind)], offset=_ARRAY_HEADER_BYTES)
    return elements["value"]
