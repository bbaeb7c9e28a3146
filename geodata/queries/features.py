"""Pages of GeoJSON features for the map and the API; PostGIS writes the text.

Geometry is 4326 with six decimals (0.1 m). Pages go by ascending id: ask again with ``after`` set to
``next_after`` until that is ``None``, and every row that stays has been seen exactly once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries import clauses
from geodata.queries.clauses import Bbox, Clause
from geodata.queries.scopes import Scope

GEOMETRY_DIGITS = 6

EFFECTIVE_GRIDS = (
    "grid_boundaries b JOIN grids g ON g.id = b.grid_id "
    "JOIN boundary_versions v ON v.id = b.version_id AND v.status = 'effective'"
)
"""Grids as drawn in the versions in force today."""

CURRENT_DIVISIONS = Clause(
    "d.valid_from <= current_date AND (d.valid_to IS NULL OR d.valid_to > current_date)"
)

STATION_PROPERTIES = """
    'code', s.code, 'name', s.name, 'type', s.station_type, 'venue', s.venue_type, 'status', s.status,
    'access', s.access_method, 'access_note', s.access_note, 'address', s.address, 'county', s.county_code,
    'district_label', s.district_label, 'brand_label', s.brand_label, 'host_unit', s.host_unit,
    'sponsor', s.sponsor, 'hours_text', s.hours_text, 'confirmed_on', s.confirmed_on,
    'location_level', s.location_level, 'location_accuracy_m', s.location_accuracy_m,
    'is_invented', s.is_invented, 'invented_fields', s.invented_fields
"""

GRID_PROPERTIES = """
    'code', g.code, 'name', b.name, 'kind', b.kind, 'county', g.county_code,
    'communities', b.community_codes, 'version', v.label, 'effective_from', v.effective_from,
    'is_invented', b.is_invented
"""

# No contact, no head counts. The size is told as a band.
ENTERPRISE_PROPERTIES = f"""
    'name', e.name, 'uscc', e.uscc, 'unit_kind', e.unit_kind, 'industry_code', e.industry_code,
    'industry_line', e.industry_line, 'band', {clauses.band_of("e.staff_count")},
    'organization_status', e.organization_status, 'covering_union', e.covering_union,
    'operating_address', e.operating_address, 'county', e.county_code, 'parent_id', e.parent_id,
    'location_level', e.location_level, 'location_accuracy_m', e.location_accuracy_m,
    'is_invented', e.is_invented,
    'grid', CASE WHEN g.id IS NOT NULL THEN
        json_build_object('id', g.id, 'code', g.code, 'county', g.county_code) END,
    'fallback_code', a.fallback_code, 'assignment_method', a.method, 'assignment_status', a.status
"""

ENTERPRISES_WITH_OWNER = (
    "enterprises e LEFT JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
    "LEFT JOIN grids g ON g.id = a.grid_id"
)

DEMAND_PROPERTIES = """
    'code', p.code, 'name', p.name, 'county', p.county_code, 'kind', p.kind, 'worker_group', p.worker_group,
    'people', p.people,
    'hours', (SELECT coalesce(json_agg(json_build_object(
            'weekday', h.weekday, 'opens_min', h.opens_min, 'closes_min', h.closes_min)
            ORDER BY h.weekday, h.opens_min), '[]') FROM demand_hours h WHERE h.demand_point_id = p.id),
    'counted_on', p.counted_on, 'address', p.address,
    'location_level', p.location_level, 'is_invented', p.is_invented
"""

DIVISION_PROPERTIES = """
    'code', d.code, 'level', d.level, 'name', d.name, 'parent', d.parent_code,
    'valid_from', d.valid_from, 'valid_to', d.valid_to, 'is_invented', d.is_invented
"""


@dataclass(frozen=True)
class PageRequest:
    """At most ``limit`` rows with an id beyond ``after``, meeting ``bbox``."""

    limit: int
    after: int | None = None
    bbox: Bbox | None = None


@dataclass(frozen=True)
class Page:
    """GeoJSON Feature texts, and the id to go on after, or ``None`` on the last page."""

    features: list[str]
    limit: int
    next_after: int | None


def feature_sql(key: str, geometry: str, properties: str) -> str:
    """SQL of one GeoJSON Feature as text."""
    return (
        f"json_build_object('type', 'Feature', 'id', {key}, 'geometry', "
        f"ST_AsGeoJSON({geometry}, {GEOMETRY_DIGITS})::json, "
        f"'properties', json_build_object({properties}))::text"
    )


def list_stations(
    session: Session,
    asked: PageRequest,
    *,
    county: str | None = None,
    q: str | None = None,
    status: str | None = None,
    station_type: str | None = None,
) -> Page:
    """Stations of every venue type and status, with or without a point (a box asks for those with one)."""
    found = (
        *_asked("s.id", "s.geom", asked),
        clauses.equals("s.county_code", county, name="county"),
        clauses.contains_text("s.name", q),
        clauses.equals("s.status", status, name="status"),
        clauses.equals("s.station_type", station_type, name="station_type"),
    )
    return _page(
        session, "stations s", "s.id", feature_sql("s.id", "s.geom", STATION_PROPERTIES), found, asked.limit
    )


def list_grids(
    session: Session,
    asked: PageRequest,
    *,
    county: str | None = None,
    q: str | None = None,
    kind: str | None = None,
) -> Page:
    """Grids as drawn in the boundary versions in force; the id is the grid's lasting one."""
    found = (
        *_asked("g.id", "b.geom", asked),
        clauses.equals("g.county_code", county, name="county"),
        clauses.contains_text("b.name", q),
        clauses.equals("b.kind", kind, name="kind"),
    )
    return _page(
        session, EFFECTIVE_GRIDS, "g.id", feature_sql("g.id", "b.geom", GRID_PROPERTIES), found, asked.limit
    )


def list_enterprises(  # noqa: PLR0913 - what a list may be asked for
    session: Session,
    asked: PageRequest,
    *,
    scope: Scope,
    county: str | None = None,
    q: str | None = None,
    org: str | None = None,
    status: Sequence[str] | None = None,
    grid: int | None = None,
    band: Sequence[str] | None = None,
) -> Page:
    """Places of work still on the list, with the grid responsible today; never a contact.

    Only those that ``scope`` opens. ``status`` are the assignment's, ``grid`` the lasting id of the
    responsible grid, ``org`` an organisation status or ``without_union``, ``band`` staff-size bands.
    """
    found = (
        Clause("e.removed_on IS NULL"),
        scope.enterprises(),
        *_asked("e.id", "e.geom", asked),
        clauses.equals("e.county_code", county, name="county"),
        clauses.contains_text("e.name", q),
        clauses.organized_as("e.organization_status", org),
        clauses.one_of("a.status", status, name="status"),
        clauses.equals("a.grid_id", grid, name="grid"),
        clauses.in_bands("e.staff_count", band),
    )
    feature = feature_sql("e.id", "e.geom", ENTERPRISE_PROPERTIES)
    return _page(session, ENTERPRISES_WITH_OWNER, "e.id", feature, found, asked.limit)


def list_demand_points(
    session: Session,
    asked: PageRequest,
    *,
    county: str | None = None,
    q: str | None = None,
) -> Page:
    """Places where outdoor workers gather, with estimated people."""
    found = (
        *_asked("p.id", "p.geom", asked),
        clauses.equals("p.county_code", county, name="county"),
        clauses.contains_text("p.name", q),
    )
    feature = feature_sql("p.id", "p.geom", DEMAND_PROPERTIES)
    return _page(session, "demand_points p", "p.id", feature, found, asked.limit)


def list_divisions(
    session: Session,
    asked: PageRequest,
    *,
    county: str | None = None,
    level: str | None = None,
    q: str | None = None,
) -> Page:
    """Counties, towns and communities valid today; ``county`` also gives those below it."""
    found = (
        CURRENT_DIVISIONS,
        *_asked("d.id", "d.geom", asked),
        clauses.below_division("d.code", county),
        clauses.equals("d.level", level, name="level"),
        clauses.contains_text("d.name", q),
    )
    feature = feature_sql("d.id", "d.geom", DIVISION_PROPERTIES)
    return _page(session, "divisions d", "d.id", feature, found, asked.limit)


def _asked(key: str, geometry: str, asked: PageRequest) -> tuple[Clause | None, ...]:
    return clauses.after(key, asked.after), clauses.in_bbox(geometry, asked.bbox)


def _page(
    session: Session, source: str, key: str, feature: str, found: tuple[Clause | None, ...], limit: int
) -> Page:
    condition, values = clauses.where(*found)
    # One row more than asked tells whether there is a next page, without counting.
    statement = sa.text(
        f"SELECT {key}, {feature} FROM {source} WHERE {condition} ORDER BY {key} LIMIT :limit"
    )
    rows = session.execute(statement, {**values, "limit": limit + 1}).all()
    shown = rows[:limit]
    next_after = shown[-1][0] if len(rows) > limit else None
    return Page(features=[row[1] for row in shown], limit=limit, next_after=next_after)
