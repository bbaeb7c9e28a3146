"""Lists for export, one statement a list, in a stable order. Geometry comes as WKB in stored degrees."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.clauses import Clause, where
from geodata.queries.ingest_clarity import CLARITY_COLUMNS
from geodata.queries.scopes import Scope

_IN_COUNTY = "(CAST(:county AS text) IS NULL OR t.county_code = :county) AND ({scope})"
_POINT = (
    "ST_X(t.geom) AS lon, ST_Y(t.geom) AS lat, t.coord_source, t.location_level, t.location_accuracy_m, "
    "t.county_code, t.is_invented, ST_AsBinary(t.geom) AS geom"
)

_LISTS: dict[str, str] = {
    "divisions": (
        "SELECT t.code, t.name, t.parent_code, t.valid_from, t.is_invented, ST_AsBinary(t.geom) AS geom "
        "FROM divisions t WHERE t.valid_to IS NULL "
        "AND (CAST(:county AS text) IS NULL OR left(t.code, 6) = :county) ORDER BY t.code"
    ),
    # The drawing in force; a county that has none shows its newest draft.
    "grids": (
        "SELECT g.code, t.name, t.kind, t.community_codes, g.county_code, t.is_invented, "
        "ST_AsBinary(t.geom) AS geom FROM grid_boundaries t JOIN grids g ON g.id = t.grid_id "
        "WHERE t.version_id IN (SELECT DISTINCT ON (county_code) id FROM boundary_versions "
        " WHERE status <> 'archived' ORDER BY county_code, status = 'effective' DESC, id DESC) "
        "AND (CAST(:county AS text) IS NULL OR g.county_code = :county) AND ({scope}) "
        "ORDER BY g.county_code, g.code"
    ),
    "stations": (
        "SELECT t.code, t.name, t.brand_label, t.station_type, t.venue_type, t.status, t.host_unit, "
        "t.sponsor, t.address, t.district_label, t.access_method, t.access_note, "
        "t.duty_phone, t.confirmed_on, "
        "t.hours_text, (SELECT json_agg(json_build_array(h.weekday, h.opens_min, h.closes_min) "
        " ORDER BY h.weekday, h.opens_min) FROM station_hours h WHERE h.station_id = t.id) AS openings, "
        "(SELECT json_object_agg(v.item_code, json_build_array(v.condition, v.mode, v.distance_m)) "
        f" FROM station_services v WHERE v.station_id = t.id) AS services, t.invented_fields, {_POINT} "
        f"FROM stations t WHERE {_IN_COUNTY} ORDER BY t.code"
    ),
    "enterprises": (
        "SELECT t.name, t.uscc, t.uscc_stated, t.legacy_code, t.parent_uscc, t.unit_kind, t.industry_code, "
        "t.industry_line, t.staff_count, t.staff_counted_on, t.organization_status, t.covering_union, "
        "t.covering_confirmed_on, t.registered_address, t.registered_code, t.operating_address, "
        "t.operating_code, t.contact_name, t.contact_phone, t.removed_on, t.removal_reason, "
        f"{', '.join(f'c.{name}' for name in CLARITY_COLUMNS)}, {_POINT} "
        "FROM enterprises t LEFT JOIN enterprise_clarity c ON c.enterprise_id = t.id "
        "LEFT JOIN assignments a ON a.enterprise_id = t.id AND a.valid_to IS NULL "
        f"WHERE {_IN_COUNTY} ORDER BY t.id"
    ),
    "demand": (
        f"SELECT t.code, t.name, t.people, t.kind, t.worker_group, "
        "(SELECT json_agg(json_build_array(h.weekday, h.opens_min, h.closes_min) "
        " ORDER BY h.weekday, h.opens_min) FROM demand_hours h WHERE h.demand_point_id = t.id) AS openings, "
        f"t.counted_on, t.address, {_POINT} "
        f"FROM demand_points t WHERE {_IN_COUNTY} ORDER BY t.id"
    ),
    "assignments": (
        "SELECT t.name, t.uscc, t.county_code, g.code AS grid_code, b.name AS grid_name, "
        "o.code AS other_grid_code, a.fallback_code, a.method, a.status, a.valid_from, "
        "v.label AS boundary_version, t.is_invented, ST_X(t.geom) AS lon, ST_Y(t.geom) AS lat, "
        "ST_AsBinary(t.geom) AS geom FROM assignments a JOIN enterprises t ON t.id = a.enterprise_id "
        "LEFT JOIN grids g ON g.id = a.grid_id "
        "LEFT JOIN grids o ON o.id = a.other_grid_id "
        "LEFT JOIN boundary_versions v ON v.id = a.boundary_version_id "
        "LEFT JOIN grid_boundaries b ON b.grid_id = a.grid_id AND b.version_id = a.boundary_version_id "
        f"WHERE a.valid_to IS NULL AND {_IN_COUNTY} ORDER BY t.id"
    ),
}
KINDS = tuple(_LISTS)
_BATCH = 2000


def iterate_rows(
    session: Session, kind: str, county_code: str | None, scope: Scope | None = None
) -> Iterator[Mapping[str, Any]]:
    """Rows of one list, streamed; ``geom`` is WKB or None. With a scope only the rows it opens."""
    condition, values = where(None if scope is None else _scoped(kind, scope))
    # Not ``format``: the statements hold braces of their own.
    statement = sa.text(_LISTS[kind].replace("{scope}", condition))
    result = session.execute(
        statement, {"county": county_code, **values}, execution_options={"yield_per": _BATCH}
    )
    for row in result.mappings():
        yield dict(row)


def _scoped(kind: str, scope: Scope) -> Clause | None:
    """Whose rows; divisions are everybody's."""
    if scope.everything or kind == "divisions":
        return None
    if kind == "grids":
        return scope.grids("g.id", "g.county_code")
    if kind == "stations":
        return scope.stations("t")
    if kind == "demand":
        return Clause("t.county_code = ANY(:scope_counties)", {"scope_counties": sorted(scope.county_codes)})
    return scope.enterprises("t", "a")


def insert_export_audit(session: Session, *, actor: str, kind: str, after: str) -> None:
    """Say in the log who took contacts out."""
    session.execute(
        sa.text(
            "INSERT INTO audit_entries (actor, action, subject_kind, subject_id, after) "
            "VALUES (:actor, 'export', 'list', :kind, CAST(:after AS jsonb))"
        ),
        {"actor": actor, "kind": kind, "after": after},
    )
