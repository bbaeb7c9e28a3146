"""Imports in sets: rows are copied into a temporary table, matched, compared and moved, never one by one.

``staged_rows`` lives for one import inside one transaction. A null in it means "the file says nothing":
what is stored stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.rules.imports import SAME_PLACE_M

_LOCK_WAIT = "120s"
_MOVED_M = 0.001
_DRAWN_TOLERANCE_DEG = 0.0003
"""About 30 m: two drawings of one border differ by as much, and a datum by ten times more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that staged rows may bring.

    Attributes:
        name: in the staging table and, unless ``is_aid``, in the target.
        sql_type: of the staging column.
        default: SQL for an inserted row that says nothing; may use ``s``. None leaves it null.
        update: SQL for a matched row, from ``s`` and ``t``; by default the staged value, else the stored.
        is_aid: only helps to decide, is not written.
    """

    name: str
    sql_type: str = "text"
    default: str | None = None
    update: str | None = None
    is_aid: bool = False

    @property
    def insert_sql(self) -> str:
        """Value of a new row."""
        return f"COALESCE(s.{self.name}, {self.default})" if self.default else f"s.{self.name}"

    @property
    def update_sql(self) -> str:
        """Value of a matched row after the import."""
        return self.update or f"COALESCE(s.{self.name}, t.{self.name})"


@dataclass(frozen=True, slots=True)
class Target:
    """A table that a kind of file fills.

    Attributes:
        table: its name.
        columns: what staged rows bring.
        key: SQL over ``s`` that names a row for people.
        moving: columns whose change concerns the responsible grid or coverage.
        has_points: rows are points with a raw pair, else polygons.
    """

    table: str
    columns: tuple[Column, ...]
    key: str
    moving: tuple[str, ...]
    has_points: bool = True

    @property
    def written(self) -> tuple[Column, ...]:
        """Columns that exist in the table."""
        return tuple(column for column in self.columns if not column.is_aid)


def lock_imports(session: Session, kind: str) -> None:
    """Let one import of a kind run at a time, so that the same file sent four times is taken once."""
    session.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
    session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtext('tenmin.import'), hashtext(:kind))"), {"kind": kind}
    )
    session.execute(sa.text("SET LOCAL lock_timeout = '10s'"))


def create_staging(session: Session, target: Target) -> None:
    """A fresh ``staged_rows`` for one import; gone at the end of the transaction."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in target.columns)
    session.execute(sa.text("DROP TABLE IF EXISTS staged_rows"))
    session.execute(
        sa.text(
            f"CREATE TEMP TABLE staged_rows (row_number integer PRIMARY KEY, {columns}, id bigint, "
            "existing_id bigint, moved boolean NOT NULL DEFAULT false, "
            "changed boolean NOT NULL DEFAULT false, touched boolean NOT NULL DEFAULT false, "
            "covering_code text) ON COMMIT DROP"
        )
    )


def drop_staging(session: Session) -> None:
    """Forget the staged rows."""
    session.execute(sa.text("DROP TABLE IF EXISTS staged_rows"))


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table; geometry as hexadecimal EWKB, lists as arrays."""
    connection: Any = session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def stage_rows(session: Session, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy typed rows: row number first, then the named columns in order."""
    copy_rows(session, "staged_rows", ["row_number", *names], rows)
    session.execute(sa.text("ANALYZE staged_rows"))


def take_invalid_shapes(session: Session) -> list[tuple[int, str]]:
    """Remove staged polygons that the database would refuse; row numbers and the fault.

    ``ST_IsValid`` is always quick; nothing here ever repairs.
    """
    return [
        (row.row_number, row.fault)
        for row in session.execute(
            sa.text(
                "DELETE FROM staged_rows WHERE geom IS NOT NULL "
                "AND (NOT ST_IsValid(geom) OR ST_IsEmpty(geom)) "
                "RETURNING row_number, ST_IsValidReason(geom) AS fault"
            )
        )
    ]


def remove_rows(session: Session, numbers: Sequence[int]) -> None:
    """Take refused rows out of the staging table."""
    session.execute(
        sa.text("DELETE FROM staged_rows WHERE row_number = ANY(:numbers)"), {"numbers": list(numbers)}
    )


def locate_counties(session: Session, county_code: str | None) -> None:
    """Give every staged point its county.

    The county whose polygon covers the point (smallest code of two), else the one that the row's codes
    name, else the importer's.
    """
    # Polygons drive, points are found by index: each county is unpacked and prepared once.
    session.execute(sa.text("CREATE INDEX staged_geom ON staged_rows USING gist (geom)"))
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET covering_code = c.code, county_code = c.code FROM ("
            " SELECT p.row_number, min(d.code) AS code FROM divisions d"
            " CROSS JOIN LATERAL"
            "  (SELECT row_number FROM staged_rows WHERE ST_Covers(d.geom, geom) OFFSET 0) p"
            " WHERE d.level = 'county' AND d.valid_to IS NULL AND d.geom IS NOT NULL GROUP BY p.row_number"
            ") c WHERE c.row_number = s.row_number"
        )
    )
    session.execute(
        sa.text(
            "UPDATE staged_rows SET county_code = COALESCE(place_code, county_code, :given)"
            " WHERE covering_code IS NULL"
            " AND COALESCE(place_code, county_code, :given) IS DISTINCT FROM county_code"
        ),
        {"given": county_code},
    )
    session.execute(sa.text("DROP INDEX staged_geom"))


def list_foreign(
    session: Session, target: Target, *, brought: str, stored: str, counties: Sequence[str]
) -> list[tuple[int, str | None]]:
    """Row number and county of staged rows that name, or would change a row of, another county."""
    rows = session.execute(
        sa.text(
            f"SELECT s.row_number, CASE WHEN {brought} = ANY(:counties) THEN {stored} ELSE {brought} END "
            f"AS county FROM staged_rows s LEFT JOIN {target.table} t ON t.id = s.existing_id "
            f"WHERE COALESCE({brought}, '') <> ALL(:counties) "
            f"OR COALESCE({stored}, {brought}) <> ALL(:counties) ORDER BY s.row_number"
        ),
        {"counties": list(counties)},
    )
    return [(row.row_number, row.county) for row in rows]


def list_county_names(session: Session) -> dict[str, str]:
    """Code -> name of the counties in force that have a polygon."""
    rows = session.execute(
        sa.text(
            "SELECT code, name FROM divisions WHERE level = 'county' AND valid_to IS NULL "
            "AND geom IS NOT NULL ORDER BY code"
        )
    )
    return {row.code: row.name for row in rows}


def list_covering(session: Session) -> list[tuple[int, str | None]]:
    """Row number and covering county of every staged row that has a point."""
    rows = session.execute(
        sa.text(
            "SELECT row_number, covering_code FROM staged_rows WHERE geom IS NOT NULL ORDER BY row_number"
        )
    )
    return [(row.row_number, row.covering_code) for row in rows]


def count_outside(
    session: Session, codes: Sequence[str], lon: Sequence[float], lat: Sequence[float]
) -> tuple[int, int]:
    """Of points that should lie in the divisions of the given codes: how many have it drawn, and miss it."""
    row = session.execute(
        sa.text(
            "SELECT count(*) AS total, count(*) FILTER (WHERE NOT ST_Covers(d.geom, p.point)"
            f" AND NOT ST_DWithin(d.geom, p.point, {_DRAWN_TOLERANCE_DEG})) AS outside"
            " FROM (SELECT code, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point"
            " FROM unnest(CAST(:codes AS text[]), CAST(:lon AS float8[]), CAST(:lat AS float8[]))"
            " AS u(code, lon, lat)"
            ") p JOIN divisions d ON d.code = p.code AND d.valid_to IS NULL AND d.geom IS NOT NULL"
        ),
        {"codes": list(codes), "lon": list(lon), "lat": list(lat)},
    ).one()
    return row.total, row.outside


def match_by_column(session: Session, target: Target, column: str, condition: str = "true") -> None:
    """Match staged rows that bring a key to the stored row with the same key."""
    session.execute(
        sa.text(
            f"UPDATE staged_rows s SET existing_id = t.id FROM {target.table} t "
            f"WHERE s.{column} = t.{column} AND ({condition})"
        )
    )


def match_by_place(session: Session, target: Target, address: str, condition: str) -> None:
    """Match the rest by name and place: the nearest stored row of the same name.

    The same address is the same place, wherever the points lie: a better geocoding is an update. Else
    within 50 m; and when one has no point, two empty addresses are equal too.
    Each stored row takes one staged row, the first in the file.
    """
    session.execute(
        sa.text(
            "UPDATE staged_rows s SET existing_id = m.id FROM ("
            " SELECT DISTINCT ON (id) id, row_number FROM ("
            "  SELECT DISTINCT ON (s.row_number) s.row_number, t.id"
            f"  FROM staged_rows s JOIN {target.table} t ON t.name = s.name AND ({condition})"
            f"   AND (s.{address} = t.{address} OR CASE WHEN s.geom IS NULL OR t.geom IS NULL"
            f"    THEN s.{address} IS NOT DISTINCT FROM t.{address}"
            "    ELSE ST_DWithin(s.geom::geography, t.geom::geography, :same_place_m) END)"
            "  WHERE s.existing_id IS NULL"
            "   AND NOT EXISTS (SELECT FROM staged_rows o WHERE o.existing_id = t.id)"
            "  ORDER BY s.row_number, ST_Distance(s.geom::geography, t.geom::geography) NULLS LAST, t.id"
            " ) nearest ORDER BY id, row_number"
            ") m WHERE m.row_number = s.row_number"
        ),
        {"same_place_m": SAME_PLACE_M},
    )


def mark_changes(session: Session, target: Target) -> None:
    """Find which matched rows really change, and which of those move."""
    if target.has_points:
        moved = (
            "s.geom IS NOT NULL AND (t.geom IS NULL OR "
            f"NOT ST_DWithin(t.geom::geography, s.geom::geography, {_MOVED_M}))"
        )
    else:
        moved = "s.geom IS NOT NULL AND s.geom IS DISTINCT FROM t.geom"
    session.execute(
        sa.text(
            f"UPDATE staged_rows s SET moved = true FROM {target.table} t "
            f"WHERE t.id = s.existing_id AND {moved}"
        )
    )
    by_name = {column.name: column for column in target.written}
    new = ", ".join(column.update_sql for column in target.written)
    old = ", ".join(f"t.{column.name}" for column in target.written)
    moving = " OR ".join(f"{by_name[name].update_sql} IS DISTINCT FROM t.{name}" for name in target.moving)
    session.execute(
        sa.text(
            f"UPDATE staged_rows s SET changed = true, touched = s.moved OR {moving or 'false'} "
            f"FROM {target.table} t WHERE t.id = s.existing_id AND ROW({new}) IS DISTINCT FROM ROW({old})"
        )
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many staged rows are new, change a stored row, or change nothing."""

    inserted: int
    updated: int
    unchanged: int


def count_outcome(session: Session) -> Outcome:
    """Count what applying the staged rows will do."""
    row = session.execute(
        sa.text(
            "SELECT count(*) FILTER (WHERE existing_id IS NULL) AS inserted, "
            "count(*) FILTER (WHERE existing_id IS NOT NULL AND changed) AS updated, "
            "count(*) FILTER (WHERE existing_id IS NOT NULL AND NOT changed) AS unchanged FROM staged_rows"
        )
    ).one()
    return Outcome(row.inserted, row.updated, row.unchanged)


def list_changes(session: Session, target: Target, limit: int) -> list[tuple[int, str, dict[str, list[Any]]]]:
    """Row number, key and ``{column: [before, after]}`` of staged rows that change a stored one."""
    parts = ", ".join(
        f"'{c.name}', jsonb_build_array({_shown(c, 't')}, {_shown(c, 's')})" for c in target.written
    )
    # A function takes at most 100 arguments.
    assert len(target.written) <= 50, target.table  # noqa: S101, PLR2004 - PostgreSQL's FUNC_MAX_ARGS
    rows = session.execute(
        sa.text(
            f"SELECT s.row_number, {target.key} AS key, jsonb_build_object({parts}) AS pairs "
            f"FROM staged_rows s JOIN {target.table} t ON t.id = s.existing_id WHERE s.changed "
            "ORDER BY s.row_number LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [
        (row.row_number, row.key, {name: pair for name, pair in row.pairs.items() if pair[0] != pair[1]})
        for row in rows
    ]


def _shown(column: Column, side: str) -> str:
    """SQL of a value as people can compare it: a point as degrees, a polygon as square metres."""
    value = f"t.{column.name}" if side == "t" else f"({column.update_sql})"
    if column.name != "geom":
        return value
    return (
        f"CASE GeometryType({value}) WHEN 'POINT' THEN "
        f"to_jsonb(round(ST_X({value})::numeric, 8) || ', ' || round(ST_Y({value})::numeric, 8)) "
        f"ELSE to_jsonb(round(ST_Area({value}::geography)::numeric) || ' m2') END"
    )


def list_shifts(session: Session, target: Target, limit: int) -> list[tuple[float, float]]:
    """Metres east and north from the stored to the staged point of matched rows that move."""
    rows = session.execute(
        sa.text(
            "SELECT (ST_X(s.geom) - ST_X(t.geom)) * 111320 * cos(radians(ST_Y(t.geom))) AS east_m, "
            "(ST_Y(s.geom) - ST_Y(t.geom)) * 110950 AS north_m "
            f"FROM staged_rows s JOIN {target.table} t ON t.id = s.existing_id "
            "WHERE s.geom IS NOT NULL AND t.geom IS NOT NULL ORDER BY s.row_number LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [(row.east_m, row.north_m) for row in rows]


def apply_rows(session: Session, target: Target, batch_id: int) -> list[int]:
    """Write new and changed rows; ids of those that appeared or moved, in order."""
    names = [column.name for column in target.written]
    session.execute(
        sa.text(
            "UPDATE staged_rows SET id = COALESCE(existing_id, "
            f"nextval(pg_get_serial_sequence('{target.table}', 'id'))) WHERE id IS NULL"
        )
    )
    values = ", ".join(column.insert_sql for column in target.written)
    session.execute(
        sa.text(
            f"INSERT INTO {target.table} (id, {', '.join(names)}, import_batch_id) "
            f"SELECT s.id, {values}, :batch FROM staged_rows s WHERE s.existing_id IS NULL "
            "ORDER BY s.row_number"
        ),
        {"batch": batch_id},
    )
    sets = ", ".join(f"{column.name} = {column.update_sql}" for column in target.written)
    session.execute(
        sa.text(
            f"UPDATE {target.table} t SET {sets}, version = t.version + 1, updated_at = now(), "
            "import_batch_id = :batch FROM staged_rows s WHERE t.id = s.existing_id AND s.changed"
        ),
        {"batch": batch_id},
    )
    return list(
        session.scalars(
            sa.text("SELECT id FROM staged_rows WHERE existing_id IS NULL OR touched ORDER BY id")
        )
    )
