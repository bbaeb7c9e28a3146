"""What a reader of the map can choose from: counties with something to show."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

_VALID = "d.valid_from <= current_date AND (d.valid_to IS NULL OR d.valid_to > current_date)"
_WORKED = " OR ".join(
    f"EXISTS (SELECT FROM {table} t WHERE t.county_code = d.code)"
    for table in ("grids", "stations", "enterprises", "demand_points")
)
_COUNTIES = sa.text(
    f"""
    SELECT d.code, d.name, ST_XMin(d.geom) AS west, ST_YMin(d.geom) AS south,
           ST_XMax(d.geom) AS east, ST_YMax(d.geom) AS north,
           (SELECT count(*) FROM stations s WHERE s.county_code = d.code) AS stations
    FROM divisions d
    WHERE d.level = 'county' AND {_VALID} AND d.geom IS NOT NULL AND ({_WORKED})
    ORDER BY d.code
    """
)
_NETWORKS = sa.text(
    """
    SELECT v.county_code, v.label, v.credit, v.used_since, NOT EXISTS (
        SELECT FROM streets s WHERE s.county_code = v.county_code AND s.kind = 'road'
    ) AS is_base
    FROM network_versions v WHERE v.status = 'in_use' ORDER BY v.county_code
    """
)
INVENTED = " OR ".join(
    f"EXISTS (SELECT FROM {table} WHERE is_invented)"
    for table in ("grid_boundaries", "enterprises", "demand_points", "stations", "streets")
)
"""Condition: some row of the map was made up for a demonstration."""


@dataclass(frozen=True)
class CountyChoice:
    """A county with grids, stations, enterprises or demand; ``bounds`` are west, south, east, north."""

    code: str
    name: str
    bounds: tuple[float, float, float, float]
    stations: int


def list_county_choices(session: Session) -> list[CountyChoice]:
    """Counties valid today that have an outline and anything to show, by code. Degrees, EPSG:4326."""
    return [
        CountyChoice(row.code, row.name, (row.west, row.south, row.east, row.north), row.stations)
        for row in session.execute(_COUNTIES)
    ]


@dataclass(frozen=True)
class NetworkInUse:
    """The streets along which is counted in a county: their name, since when, and who made the data.

    ``is_base``: the map draws them as its ground, because the county has no base roads of its own.
    """

    label: str
    used_since: datetime | None
    credit: str
    is_base: bool


def read_networks_in_use(session: Session) -> dict[str, NetworkInUse]:
    """The street network in use of each county that has one, in order of the county's code."""
    return {
        row.county_code: NetworkInUse(row.label, row.used_since, row.credit, row.is_base)
        for row in session.execute(_NETWORKS)
    }


def has_invented_rows(session: Session) -> bool:
    """Whether anything on the map was made up for a demonstration and must be shown as such."""
    return bool(session.scalar(sa.text(f"SELECT {INVENTED}")))
