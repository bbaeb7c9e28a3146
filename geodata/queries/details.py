"""One station, grid or enterprise with all that is public about it, as a GeoJSON Feature text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries import clauses
from geodata.queries.features import (
    EFFECTIVE_GRIDS,
    ENTERPRISE_PROPERTIES,
    ENTERPRISES_WITH_OWNER,
    GRID_PROPERTIES,
    STATION_PROPERTIES,
    feature_sql,
)
from geodata.queries.scopes import Scope
from geodata.vocab import UNORGANIZED_STATES

# The duty phone is the one number meant for the public; it stands on the station's own card only.
_STATION = f"""{STATION_PROPERTIES},
    'duty_phone', s.duty_phone,
    'hours', (SELECT coalesce(json_agg(json_build_object(
            'weekday', h.weekday, 'opens_min', h.opens_min, 'closes_min', h.closes_min)
            ORDER BY h.weekday, h.opens_min), '[]') FROM station_hours h WHERE h.station_id = s.id),
    'exceptions', (SELECT coalesce(json_agg(json_build_object(
            'on', x.on_date, 'opens_min', x.opens_min, 'closes_min', x.closes_min, 'reason', x.reason)
            ORDER BY x.on_date, x.opens_min), '[]') FROM station_hours_exceptions x
        WHERE x.station_id = s.id AND x.on_date >= current_date - 1),
    'closures', (SELECT coalesce(json_agg(json_build_object(
            'from', c.closed_from, 'to', c.closed_to, 'reason', c.reason)
            ORDER BY c.closed_from), '[]') FROM station_closures c
        WHERE c.station_id = s.id AND (c.closed_to IS NULL OR c.closed_to > now())),
    'services', (SELECT coalesce(json_agg(json_build_object(
            'code', i.code, 'name_zh', i.name_zh, 'name_en', i.name_en, 'condition', w.condition,
            'mode', w.mode, 'distance_m', w.distance_m, 'checked_on', w.checked_on)
            ORDER BY i.position), '[]')
        FROM station_services w JOIN service_items i ON i.code = w.item_code WHERE w.station_id = s.id)
"""

_NEEDS_UNION = ", ".join(f"'{state}'" for state in sorted(UNORGANIZED_STATES))
_WAITING = "('boundary_review', 'gap_review', 'location_pending')"

_GRID = f"""{GRID_PROPERTIES},
    'enterprises', CASE WHEN {{open}} THEN (SELECT json_build_object(
            'total', count(*),
            'unorganized', count(*) FILTER (WHERE e.organization_status IN ({_NEEDS_UNION})),
            'review', count(*) FILTER (WHERE a.status IN {_WAITING}),
            'not_on_map', count(*) FILTER (WHERE e.geom IS NULL))
        FROM assignments a JOIN enterprises e ON e.id = a.enterprise_id
        WHERE a.grid_id = g.id AND a.valid_to IS NULL AND e.removed_on IS NULL) END
"""

_ENTERPRISE = f"""{ENTERPRISE_PROPERTIES},
    'registered_address', e.registered_address, 'registered_code', e.registered_code,
    'operating_code', e.operating_code, 'coord_source', e.coord_source,
    'removed_on', e.removed_on, 'removal_reason', e.removal_reason
"""


def get_station(session: Session, station_id: int) -> str:
    """One station with hours, exceptions, closures, services and the duty phone meant for the public.

    Raises:
        NotFound: ``station_not_found``.
    """
    return _one(session, "stations s", "s.id", feature_sql("s.id", "s.geom", _STATION), station_id, "station")


@dataclass(frozen=True)
class StationPlace:
    """The county a station is in, and its longitude and latitude (EPSG:4326) where it has a position."""

    county_code: str | None
    lonlat: tuple[float, float] | None


def find_station_place(session: Session, station_id: int) -> StationPlace:
    """Where a station is.

    Raises:
        NotFound: ``station_not_found``.
    """
    row = session.execute(
        sa.text("SELECT county_code, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM stations WHERE id = :id"),
        {"id": station_id},
    ).one_or_none()
    if row is None:
        raise NotFound("station_not_found", id=station_id)
    return StationPlace(row.county_code, None if row.lon is None else (row.lon, row.lat))


def get_grid(session: Session, grid_id: int, *, counts: Scope) -> str:
    """One grid as drawn today; where ``counts`` opens it, with counts of the enterprises it answers for.

    Raises:
        NotFound: ``grid_not_found``, also for a grid that no version in force has.
    """
    opened, values = clauses.where(counts.grids("g.id", "g.county_code"))
    feature = feature_sql("g.id", "b.geom", _GRID.format(open=opened))
    return _one(session, EFFECTIVE_GRIDS, "g.id", feature, grid_id, "grid", values=values)


def get_enterprise(session: Session, enterprise_id: int, *, scope: Scope) -> str:
    """One place of work that ``scope`` opens, with its grid; removed ones are found too, and say so.

    Raises:
        NotFound: ``enterprise_not_found``.
    """
    feature = feature_sql("e.id", "e.geom", _ENTERPRISE)
    return _one(
        session, ENTERPRISES_WITH_OWNER, "e.id", feature, enterprise_id, "enterprise", scope.enterprises()
    )


def _one(
    session: Session,
    source: str,
    key: str,
    feature: str,
    wanted: int,
    what: str,
    scoped: clauses.Clause | None = None,
    *,
    values: Mapping[str, Any] | None = None,
) -> str:
    condition, bound = clauses.where(clauses.equals(key, wanted, name="wanted"), scoped)
    statement = sa.text(f"SELECT {feature} FROM {source} WHERE {condition}")
    found = session.scalar(statement, {**bound, **(values or {})})
    if found is None:
        raise NotFound(f"{what}_not_found", id=wanted)
    return str(found)
