"""Making the tables that tiles are drawn from; see ``geodata.models.tiles``.

Each table notes the data version it was made from, read *before* its rows: if somebody writes
meanwhile, the table counts as stale, never as fresh.
"""

from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.db import Progress
from geodata.queries.state import VERSION, data_version, join_versions
from geodata.rules.outlines import TOLERANCE_BY_BAND_M, simplify_together
from geodata.vocab import UNORGANIZED_STATES, GridKind

COUNTS = "counts"
OUTLINES = "outlines"
SUBJECTS_OF_PART = {COUNTS: ("assignments", "enterprises"), OUTLINES: ("divisions", "grids")}

CELL_ZOOMS = range(5, 14)
CELLS_A_SIDE = 64
"""Cells along one side of a tile below zoom 14."""

PLACES_ZOOM = 14
PLACE_UNITS = 65536
"""Parts of the side of a zoom-14 tile in which places are kept: 4 cm in Mercator metres."""

PLACE_MARGIN = 2048
"""Places so near a tile (4 screen pixels) are drawn in it too."""

WAITING = "('boundary_review', 'gap_review', 'location_pending')"
"""Assignment states that wait for a person."""

NEEDS_UNION = "(" + ", ".join(f"'{state}'" for state in sorted(UNORGANIZED_STATES)) + ")"

STATUS_OF_PLACE = f"""
    coalesce(min(a.status) FILTER (WHERE a.status IN {WAITING}), min(a.status), 'location_pending')
""".strip()

# Web Mercator by hand: a tenth of the cost of ST_Transform, the same to the micrometre.
_COLUMN = "floor((ST_X(e.geom) + 180) / 360 * {cells})::int"
_ROW = "floor((1 - asinh(tan(radians(ST_Y(e.geom)))) / pi()) / 2 * {cells})::int"

_FINEST_CELLS = f"""
CREATE TEMPORARY TABLE new_cells ON COMMIT DROP AS
SELECT {max(CELL_ZOOMS)}::smallint AS z, {_COLUMN} AS cx, {_ROW} AS cy,
    coalesce(e.county_code, '') AS county_code,
    count(*)::int AS enterprises,
    (count(*) FILTER (WHERE e.organization_status IN {NEEDS_UNION}))::int AS unorganized,
    (count(*) FILTER (WHERE a.status IN {WAITING}))::int AS review
FROM enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
WHERE e.geom IS NOT NULL AND e.removed_on IS NULL
GROUP BY cx, cy, 4
""".format(cells=CELLS_A_SIDE * 2 ** max(CELL_ZOOMS))

_COARSER_CELLS = sa.text("""
INSERT INTO new_cells
SELECT :z, cx / 2, cy / 2, county_code, sum(enterprises), sum(unorganized), sum(review)
FROM new_cells WHERE z = :finer GROUP BY 2, 3, 4
""")

_NEW_TILES = f"""
CREATE TEMPORARY TABLE new_tiles ON COMMIT DROP AS
SELECT z, cx / {CELLS_A_SIDE} AS x, cy / {CELLS_A_SIDE} AS y, county_code,
    array_agg((cy % {CELLS_A_SIDE} * {CELLS_A_SIDE} + cx % {CELLS_A_SIDE})::smallint ORDER BY cy, cx)
        AS cells,
    array_agg(enterprises ORDER BY cy, cx) AS enterprises,
    array_agg(unorganized ORDER BY cy, cx) AS unorganized, array_agg(review ORDER BY cy, cx) AS review
FROM new_cells GROUP BY 1, 2, 3, 4
"""

_PLACES = """
CREATE TEMPORARY TABLE new_spots ON COMMIT DROP AS
SELECT {column} AS east, {row} AS down, coalesce(e.county_code, '') AS county_code, min(e.id) AS id,
    count(*)::int AS enterprises,
    (count(*) FILTER (WHERE e.organization_status IN {needs_union}))::int AS unorganized,
    {status} AS status
FROM enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL
WHERE e.geom IS NOT NULL AND e.removed_on IS NULL
GROUP BY 1, 2, 3
""".format(
    column=_COLUMN.format(cells=2**PLACES_ZOOM * PLACE_UNITS).replace("int", "bigint"),
    row=_ROW.format(cells=2**PLACES_ZOOM * PLACE_UNITS).replace("int", "bigint"),
    needs_union=NEEDS_UNION,
    status=STATUS_OF_PLACE,
)

# A place near the edge of a tile stands in the neighbour's row too: symbols are wider than points.
_NEW_PLACES = f"""
CREATE TEMPORARY TABLE new_places ON COMMIT DROP AS
SELECT t.x::int AS x, t.y::int AS y, county_code, array_agg(id ORDER BY id) AS ids,
    array_agg((east - t.x * {PLACE_UNITS})::int ORDER BY id) AS east,
    array_agg((down - t.y * {PLACE_UNITS})::int ORDER BY id) AS down,
    array_agg(enterprises ORDER BY id) AS enterprises, array_agg(unorganized ORDER BY id) AS unorganized,
    array_agg(status ORDER BY id) AS statuses
FROM new_spots, LATERAL (
    SELECT DISTINCT floor((east + dx) / {PLACE_UNITS}.0) AS x, floor((down + dy) / {PLACE_UNITS}.0) AS y
    FROM (VALUES (-1, -1), (-1, 1), (1, -1), (1, 1)) AS corner (right_, low)
    CROSS JOIN LATERAL (SELECT right_ * {PLACE_MARGIN} AS dx, low * {PLACE_MARGIN} AS dy) AS margin
) AS t GROUP BY 1, 2, 3
"""

GRID_TOTALS = f"""
SELECT a.grid_id, count(*)::int AS enterprises,
    (count(*) FILTER (WHERE e.organization_status IN {NEEDS_UNION}))::int AS unorganized,
    (count(*) FILTER (WHERE a.status IN {WAITING}))::int AS review
FROM assignments a JOIN enterprises e ON e.id = a.enterprise_id
WHERE a.valid_to IS NULL AND a.grid_id IS NOT NULL AND e.removed_on IS NULL
GROUP BY a.grid_id
"""

_NEW_TOTALS = f"CREATE TEMPORARY TABLE new_totals ON COMMIT DROP AS {GRID_TOTALS}"


def _swap(table: str, fresh: str, *, key: str, rest: str) -> tuple[str, ...]:
    """Statements that make ``table`` equal to ``fresh`` and write only what differs.

    So a small change leaves no heap of dead rows, and readers see the old rows until the commit.
    """
    same_key = " AND ".join(f"k.{column} = c.{column}" for column in key.split(", "))
    old, new = (", ".join(f"{side}.{column}" for column in rest.split(", ")) for side in "ck")
    changes = ", ".join(f"{column} = excluded.{column}" for column in rest.split(", "))
    return (
        f"ANALYZE {fresh}",
        f"DELETE FROM {table} c WHERE NOT EXISTS (SELECT FROM {fresh} k WHERE {same_key})",
        (
            f"INSERT INTO {table} ({key}, {rest}) SELECT {key}, {new} FROM {fresh} k "
            f"LEFT JOIN {table} c USING ({key}) WHERE ROW({old}) IS DISTINCT FROM ROW({new}) "
            f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
        ),
        f"ANALYZE {table}",
    )


_COUNTS = "enterprises, unorganized, review"
_MAKE_COUNTS = (
    _NEW_TILES,
    *_swap("enterprise_cells", "new_tiles", key="z, x, y, county_code", rest=f"cells, {_COUNTS}"),
    _PLACES,
    _NEW_PLACES,
    *_swap(
        "enterprise_places",
        "new_places",
        key="x, y, county_code",
        rest="ids, east, down, enterprises, unorganized, statuses",
    ),
    _NEW_TOTALS,
    *_swap("grid_totals", "new_totals", key="grid_id", rest=_COUNTS),
)

_NOTE = sa.text("""
INSERT INTO tile_states (part, data_version) VALUES (:part, :version)
ON CONFLICT (part) DO UPDATE SET data_version = excluded.data_version, made_at = now()
""")

_LOCK_KEY = 0x7E9_0011
_TRY_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(:key)")

_FRESHNESS = sa.text(f"""
SELECT 'subject', subject, {VERSION} FROM data_changes WHERE subject = ANY(:subjects) GROUP BY subject
UNION ALL SELECT 'part', part, data_version FROM tile_states WHERE part = ANY(:parts)
""")

# What is simplified together, and a fingerprint that changes with its rows.
_PARTS = sa.text("""
SELECT 'grid:' || v.id AS part,
    concat_ws('.', count(*), sum(b.version), max(b.id), max(b.updated_at)) AS fingerprint
FROM boundary_versions v JOIN grid_boundaries b ON b.version_id = v.id
WHERE v.status = 'effective' GROUP BY v.id
UNION ALL
SELECT 'division:' || left(d.code, 6), concat_ws('.', count(*), sum(d.version), max(d.id), max(d.updated_at))
FROM divisions d
WHERE d.geom IS NOT NULL
    AND d.valid_from <= current_date AND (d.valid_to IS NULL OR d.valid_to > current_date)
GROUP BY left(d.code, 6)
ORDER BY 1
""")

_GRIDS_OF_PART = sa.text("""
SELECT b.grid_id, b.kind, g.code, b.name, g.county_code, ST_AsBinary(ST_Transform(b.geom, 3857))
FROM grid_boundaries b JOIN grids g ON g.id = b.grid_id
WHERE b.version_id = CAST(:key AS bigint) ORDER BY b.grid_id
""")

_DIVISIONS_OF_PART = sa.text("""
SELECT d.id, d.level, d.code, d.name, left(d.code, 6), ST_AsBinary(ST_Transform(d.geom, 3857))
FROM divisions d
WHERE left(d.code, 6) = :key AND d.geom IS NOT NULL
    AND d.valid_from <= current_date AND (d.valid_to IS NULL OR d.valid_to > current_date)
ORDER BY d.id
""")

_COPY = "COPY outlines (part, subject_id, band, layer, kind, code, name, county_code, geom, label) FROM STDIN"


def refresh(session: Session, *, progress: Progress | None = None) -> dict[str, int]:
    """Make whatever tile table no longer shows today's data; call it after imports and assignment.

    Never needed for right answers: tiles count and outline live while a table is stale. Returns how many
    rows each remade table has, nothing for those that were fresh, nothing at all while somebody else is at
    it. Does not commit.
    """
    made: dict[str, int] = {}
    if not session.scalar(_TRY_LOCK, {"key": _LOCK_KEY}):
        return made
    steps = {COUNTS: _refresh_counts, OUTLINES: _refresh_outlines}
    for done, (part, make) in enumerate(steps.items()):
        if progress:
            progress(f"tiles_{part}", done, len(steps))
        version = data_version(session, SUBJECTS_OF_PART[part])
        if part not in fresh_parts(session):
            made.update(make(session))
            session.execute(_NOTE, {"part": part, "version": version})
    return made


def fresh_parts(session: Session) -> set[str]:
    """Which parts were made from this very state of the data; one question to the database."""
    subjects = sorted({subject for names in SUBJECTS_OF_PART.values() for subject in names})
    versions: dict[str, str] = {}
    made_from: dict[str, str] = {}
    for kind, name, value in session.execute(
        _FRESHNESS, {"subjects": subjects, "parts": list(SUBJECTS_OF_PART)}
    ):
        (versions if kind == "subject" else made_from)[name] = value
    return {
        part
        for part, names in SUBJECTS_OF_PART.items()
        if made_from.get(part) == join_versions({name: versions.get(name) for name in names})
    }


def _refresh_counts(session: Session) -> dict[str, int]:
    session.execute(sa.text("DROP TABLE IF EXISTS new_cells, new_tiles, new_spots, new_places, new_totals"))
    session.execute(sa.text(_FINEST_CELLS))
    for zoom in reversed(CELL_ZOOMS[:-1]):
        session.execute(_COARSER_CELLS, {"z": zoom, "finer": zoom + 1})
    for statement in _MAKE_COUNTS:
        session.execute(sa.text(statement))
    tables = ("enterprise_cells", "enterprise_places", "grid_totals")
    return {table: session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0 for table in tables}


def _refresh_outlines(session: Session) -> dict[str, int]:
    wanted = {row.part: row.fingerprint for row in session.execute(_PARTS)}
    states = sa.text("SELECT part, data_version FROM tile_states")
    kept = {row.part: row.data_version for row in session.execute(states)}
    stale = [part for part, fingerprint in wanted.items() if kept.get(part) != fingerprint]
    gone = [part for part in kept if ":" in part and part not in wanted]
    session.execute(sa.text("DELETE FROM outlines WHERE part = ANY(:parts)"), {"parts": stale + gone})
    session.execute(sa.text("DELETE FROM tile_states WHERE part = ANY(:parts)"), {"parts": gone})
    for part in stale:
        _write_part(session, part)
        session.execute(_NOTE, {"part": part, "version": wanted[part]})
    session.execute(sa.text("ANALYZE outlines"))
    return {"outlines": session.scalar(sa.text("SELECT count(*) FROM outlines")) or 0}


def _write_part(session: Session, part: str) -> None:
    layer, key = part.split(":")
    statement = _GRIDS_OF_PART if layer == "grid" else _DIVISIONS_OF_PART
    rows = session.execute(statement, {"key": key}).all()
    shapes = shapely.from_wkb([bytes(row[5]) for row in rows])
    labels = _ewkb(shapely.point_on_surface(shapes))
    driver: Any = session.connection().connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for band, tolerance_m in TOLERANCE_BY_BAND_M.items():
            drawn = _ewkb(_simplified(rows, shapes, tolerance_m))
            for row, outline, label in zip(rows, drawn, labels, strict=True):
                subject_id, kind, code, name, county = row[:5]
                copy.write_row((part, subject_id, band, layer, kind, code, name, county, outline, label))


def _simplified(rows: Any, shapes: Any, tolerance_m: float) -> Any:
    """Kinds that tile an area go together, level by level; exclusive grids lie over the others."""
    drawn = np.empty(len(rows), dtype=object)
    kinds = np.array([row[1] for row in rows])
    overlay = kinds == GridKind.EXCLUSIVE
    groups = np.where(np.isin(kinds, (GridKind.GRID, GridKind.ZONE, GridKind.EXCLUSIVE)), "grids", kinds)
    for group in np.unique(groups):
        members = groups == group
        drawn[members] = simplify_together(shapes[members], tolerance_m, tiles_area=~overlay[members])
    return drawn


def _ewkb(shapes: Any) -> Any:
    return shapely.to_wkb(shapely.set_srid(shapes, 3857), hex=True, include_srid=True)
