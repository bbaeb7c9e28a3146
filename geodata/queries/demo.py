"""Writes of the demonstration: the invented rows for which no office sends a file."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.models import (
    AssessmentArea,
    Barrier,
    BoundaryVersion,
    CandidateSite,
    DemandHours,
    DemandPoint,
    Division,
    Grid,
    GridBoundary,
    NetworkEdge,
    Station,
    StationClosure,
    StationHours,
    StationPhoto,
    StationReport,
    StationService,
    StationVisitors,
    Street,
    UnionOffice,
    User,
)
from geodata.vocab import AccessMethod, DivisionLevel, StationStatus, VersionStatus

Rows = Sequence[Mapping[str, Any]]

DEMO = "demo"
"""Who is written down as having entered what is invented."""


def is_without_data(session: Session) -> bool:
    """Whether the database holds no division and no station yet."""
    found = sa.select(sa.exists().select_from(Division), sa.exists().select_from(Station))
    return not any(session.execute(found).one())


def add_streets(session: Session, rows: Rows, *, is_invented: bool = True) -> int:
    """Insert lines of the base layer.

    Args:
        session: open transaction.
        rows: ``county_code``, ``kind``, ``rank``, ``name``, ``wkb`` (longitude/latitude).
        is_invented: whether they are nowhere but here.

    Returns:
        The number of rows.
    """
    return _insert_shapes(session, Street, rows, is_invented=is_invented)


def add_assessment_areas(session: Session, rows: Rows) -> int:
    """Insert assessment areas: ``county_code``, ``name``, ``wkb`` of a polygon."""
    return _insert_shapes(session, AssessmentArea, rows, multi=True)


def add_barrier(session: Session, row: Mapping[str, Any]) -> None:
    """Insert an invented barrier: its columns, ``wkb`` for the shape."""
    _insert_shapes(session, Barrier, [row])


def add_candidate_sites(session: Session, rows: Rows) -> int:
    """Insert invented candidate sites: their columns, ``wkb`` of a point."""
    return _insert_shapes(session, CandidateSite, rows)


def list_network_lines(session: Session, version_id: int) -> list[tuple[str, str | None, bytes]]:
    """Kind of way, name and shape (binary, degrees) of every street of a network, in order."""
    found = session.execute(
        sa.select(NetworkEdge.road_class, NetworkEdge.name, sa.func.ST_AsBinary(NetworkEdge.geom))
        .where(NetworkEdge.version_id == version_id)
        .order_by(NetworkEdge.number)
    )
    return [(road_class, name, bytes(wkb)) for road_class, name, wkb in found]


def demand_ids_by_code(session: Session, county_code: str) -> dict[str, int]:
    """Ids of a county's demand points by code."""
    rows = session.execute(
        sa.select(DemandPoint.code, DemandPoint.id).where(DemandPoint.county_code == county_code)
    )
    return {row.code: row.id for row in rows if row.code is not None}


def add_demand_hours(session: Session, rows: Rows) -> None:
    """Insert when the people of demand points are there."""
    if rows:
        session.execute(sa.insert(DemandHours), [dict(row) for row in rows])


def _insert_shapes(
    session: Session, model: type[Any], rows: Rows, *, multi: bool = False, is_invented: bool = True
) -> int:
    shape = sa.func.ST_GeomFromWKB(sa.bindparam("wkb", type_=sa.LargeBinary), 4326)
    columns: dict[str, Any] = {name: sa.bindparam(name) for name in rows[0] if name != "wkb"} if rows else {}
    if columns:
        statement = sa.insert(model.__table__).values(
            **columns, is_invented=is_invented, geom=sa.func.ST_Multi(shape) if multi else shape
        )
        session.connection().execute(statement, [dict(row) for row in rows])
    return len(rows)


def station_ids(session: Session) -> dict[tuple[str, str | None], int]:
    """Ids of all stations by name and address."""
    rows = session.execute(sa.select(Station.name, Station.address, Station.id))
    return {(name, address): station_id for name, address, station_id in rows}


def station_ids_by_code(session: Session) -> dict[str, int]:
    """Ids of all stations by code."""
    rows = session.execute(sa.select(Station.code, Station.id).where(Station.code.is_not(None)))
    return {row.code: row.id for row in rows}


def grid_ids(session: Session, county_codes: Sequence[str]) -> dict[str, int]:
    """Ids of the grids of these counties whose boundary is in force, by code and in its order."""
    rows = session.execute(
        sa.select(Grid.code, Grid.id)
        .join(GridBoundary, GridBoundary.grid_id == Grid.id)
        .join(BoundaryVersion, BoundaryVersion.id == GridBoundary.version_id)
        .where(BoundaryVersion.status == VersionStatus.EFFECTIVE, Grid.county_code.in_(county_codes))
        .order_by(Grid.code)
    )
    return {row.code: row.id for row in rows}


def mark_stations(session: Session, rows: Rows) -> None:
    """Set invented columns of stations: ``id`` and the columns to set, ``invented_fields`` among them."""
    session.execute(sa.update(Station), [dict(row) for row in rows])


def add_station_rows(session: Session, *, hours: Rows, services: Rows, closures: Rows) -> None:
    """Insert weekly hours, services and closures, each row with its ``station_id``."""
    for model, rows in ((StationHours, hours), (StationService, services), (StationClosure, closures)):
        if rows:
            session.execute(sa.insert(model), [dict(row) for row in rows])


def add_visitors(session: Session, rows: Rows) -> None:
    """Insert invented numbers of visitors: ``station_id``, ``on_date``, ``visitors``."""
    if rows:
        marked = [{**row, "updated_by": DEMO, "is_invented": True} for row in rows]
        session.execute(sa.insert(StationVisitors), marked)


def add_photos(session: Session, rows: Rows) -> None:
    """Insert drawn photos: ``station_id``, ``position`` and the columns of a picture."""
    if rows:
        session.execute(
            sa.insert(StationPhoto), [{**row, "added_by": DEMO, "is_invented": True} for row in rows]
        )


def list_demo_users(session: Session, logins: Sequence[str]) -> list[User]:
    """The invented users among these logins that are not disabled, by login."""
    chosen = sa.select(User).where(User.login.in_(logins), User.is_invented, User.disabled_at.is_(None))
    return list(session.scalars(chosen.order_by(User.login)))


def station_ids_of(session: Session, county_code: str) -> list[int]:
    """Ids of a county's stations that the public finds, in the order of their codes."""
    found = sa.select(Station.id).where(
        Station.county_code == county_code,
        Station.status == StationStatus.OPEN,
        Station.access_method != AccessMethod.STAFF_ONLY,
        Station.geom.is_not(None),
    )
    return list(session.scalars(found.order_by(Station.code)))


def towns_of(session: Session, county_code: str) -> list[tuple[str, str]]:
    """(code, name) of a county's towns by code."""
    rows = session.execute(
        sa.select(Division.code, Division.name)
        .where(Division.level == DivisionLevel.TOWN, Division.code.startswith(county_code))
        .order_by(Division.code)
    )
    return [(code, name) for code, name in rows]


def add_reports(session: Session, rows: Rows) -> None:
    """Insert invented reports of the public."""
    if rows:
        session.execute(sa.insert(StationReport), [dict(row) for row in rows])


def add_offices(session: Session, rows: Rows) -> None:
    """Insert invented union offices."""
    session.execute(sa.insert(UnionOffice), [dict(row) for row in rows])


def add_duty_phones(session: Session, *, prefix: str) -> int:
    """Set an invented duty phone at stations without one, but for every third; returns how many."""
    written = session.execute(
        sa.text(
            "UPDATE stations AS s SET "
            "duty_phone = CAST(:prefix AS text) || lpad(CAST(numbered.at AS text), 4, '0'), "
            "invented_fields = array_append(invented_fields, 'duty_phone') "
            # By code and not by id, so that every loading gives the same ones.
            "FROM (SELECT id, row_number() OVER (ORDER BY code) AS at FROM stations "
            "WHERE duty_phone IS NULL) AS numbered "
            "WHERE numbered.id = s.id AND numbered.at % 3 <> 0 RETURNING s.id"
        ),
        {"prefix": prefix},
    )
    return len(written.all())
