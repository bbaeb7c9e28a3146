"""Street networks of counties: their versions, and a whole network read at once into packed arrays."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.models import NetworkEdge, NetworkVersion
from geodata.network.graph import Network, make_network
from geodata.queries.imports import copy_rows
from geodata.vocab import NetworkStatus

EDGE_COLUMNS = (
    "version_id",
    "number",
    "from_node",
    "to_node",
    "uses",
    "road_class",
    "name",
    "speed_kmh",
    "is_bridge",
    "is_tunnel",
    "length_m",
    "geom",
)
_WKB_HEADER_BYTES = 9


@dataclass(frozen=True)
class VersionRow:
    """A version in a list; ``report`` is left to whoever looks at one."""

    id: int
    county_code: str
    county_name: str | None
    label: str
    source: str
    status: str
    file_name: str
    credit: str
    nodes: int
    edges: int
    length_m: float
    created_at: datetime
    created_by: str
    used_since: datetime | None
    version: int
    is_invented: bool


def list_versions(session: Session, *, counties: Iterable[str] | None = None) -> list[VersionRow]:
    """All versions of these counties (None: of all), by county, the one in use first, then the newest."""
    chosen = None if counties is None else sorted(counties)
    found = session.execute(
        sa.text(
            "SELECT v.id, v.county_code, (SELECT d.name FROM divisions AS d WHERE d.code = v.county_code "
            "AND d.valid_to IS NULL LIMIT 1) AS county_name, v.label, v.source, v.status, v.file_name, "
            "v.credit, v.nodes, v.edges, v.length_m, v.created_at, v.created_by, v.used_since, v.version, "
            "v.is_invented FROM network_versions AS v "
            "WHERE CAST(:counties AS text[]) IS NULL OR v.county_code = ANY(:counties) "
            "ORDER BY v.county_code, v.status <> 'in_use', v.id DESC"
        ),
        {"counties": chosen},
    )
    return [VersionRow(**row) for row in found.mappings()]


def find_version(session: Session, version_id: int) -> NetworkVersion | None:
    """A version with its report."""
    return session.get(NetworkVersion, version_id)


def find_labelled(session: Session, county_code: str, label: str) -> NetworkVersion | None:
    """The version of a county with a label."""
    return session.scalar(
        sa.select(NetworkVersion).where(
            NetworkVersion.county_code == county_code, NetworkVersion.label == label
        )
    )


def lock_version(session: Session, version_id: int) -> NetworkVersion:
    """The version, locked until the transaction ends, as it is now.

    Raises:
        NotFound: ``network_not_found``.
    """
    found = session.get(NetworkVersion, version_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("network_not_found", id=version_id)
    return found


def lock_county(session: Session, county_code: str) -> None:
    """Let one change of a county's networks happen at a time, until the transaction ends."""
    session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtext('tenmin.network'), hashtext(:county))"),
        {"county": county_code},
    )


def in_use(session: Session, county_code: str) -> NetworkVersion | None:
    """The version along whose streets is walked in a county."""
    return session.scalar(
        sa.select(NetworkVersion).where(
            NetworkVersion.county_code == county_code, NetworkVersion.status == NetworkStatus.IN_USE
        )
    )


def counties_in_use(session: Session) -> list[str]:
    """Codes of the counties that have a network in use."""
    return list(
        session.scalars(
            sa.select(NetworkVersion.county_code)
            .where(NetworkVersion.status == NetworkStatus.IN_USE)
            .order_by(NetworkVersion.county_code)
        )
    )


def add_version(session: Session, values: Mapping[str, Any]) -> NetworkVersion:
    """Insert a version without its edges."""
    version = NetworkVersion(**values)
    session.add(version)
    session.flush()
    session.refresh(version)
    return version


def copy_edges(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """COPY edges: ``EDGE_COLUMNS`` in order, geometry as hexadecimal EWKB."""
    copy_rows(session, "network_edges", EDGE_COLUMNS, rows)


def archive_others(session: Session, version: NetworkVersion) -> list[int]:
    """Archive the version of the same county that was in use; ids."""
    return list(
        session.scalars(
            sa.update(NetworkVersion)
            .where(
                NetworkVersion.county_code == version.county_code,
                NetworkVersion.status == NetworkStatus.IN_USE,
                NetworkVersion.id != version.id,
            )
            .values(
                status=NetworkStatus.ARCHIVED,
                archived_at=sa.func.now(),
                version=NetworkVersion.version + 1,
            )
            .returning(NetworkVersion.id)
        )
    )


def remove_version(session: Session, version: NetworkVersion) -> None:
    """Delete a version with its edges."""
    session.execute(sa.delete(NetworkEdge).where(NetworkEdge.version_id == version.id))
    session.delete(version)
    session.flush()


@dataclass(frozen=True)
class PackedEdges:
    """The edges of a version in the order of their numbers; arrays of one length.

    ``lines`` are shapely LineStrings in longitude/latitude; ``speed_kmh`` is NaN where none is stated.
    """

    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    uses: npt.NDArray[np.uint8]
    speed_kmh: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    lines: npt.NDArray[np.object_]


def read_edges(session: Session, version_id: int) -> PackedEdges:
    """All edges of a version in one answer of packed columns: a row at a time would cost ten times more."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT string_agg(int4send(from_node), '' ORDER BY number), "
            "string_agg(int4send(to_node), '' ORDER BY number), "
            "string_agg(int2send(uses), '' ORDER BY number), "
            "string_agg(float8send(COALESCE(speed_kmh, 'NaN')), '' ORDER BY number), "
            "string_agg(float8send(length_m), '' ORDER BY number), "
            "string_agg(int4send(ST_NPoints(geom)), '' ORDER BY number), "
            "string_agg(ST_AsBinary(geom, 'NDR'), '' ORDER BY number) "
            "FROM network_edges WHERE version_id = %s",
            (version_id,),
        )
        start, end, uses, speed, length, points, shapes = (value or b"" for value in cursor.fetchone())
    return PackedEdges(
        start=_unpack(start, ">i4").astype(np.int32),
        end=_unpack(end, ">i4").astype(np.int32),
        uses=_unpack(uses, ">i2").astype(np.uint8),
        speed_kmh=_unpack(speed, ">f8").astype(np.float64),
        length_m=_unpack(length, ">f8").astype(np.float64),
        lines=_unpack_lines(shapes, _unpack(points, ">i4").astype(np.int64)),
    )


def _unpack(packed: bytes, kind: str) -> npt.NDArray[Any]:
    return np.frombuffer(packed, dtype=kind)


def _unpack_lines(packed: bytes, points: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Lines of one long run of binary shapes: all their corners at once, without their headers."""
    sizes = points * 16
    ends = np.cumsum(sizes + _WKB_HEADER_BYTES)
    is_corner = np.ones(len(packed), dtype=np.bool_)
    for byte in range(_WKB_HEADER_BYTES):
        is_corner[ends - sizes - 1 - byte] = False
    corners = np.frombuffer(np.frombuffer(packed, np.uint8)[is_corner].tobytes(), "<f8").reshape(-1, 2)
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        corners, indices=np.repeat(np.arange(len(points)), points)
    )
    return lines


def read_network(session: Session, version_id: int) -> Network:
    """The street network of a version, ready to be asked.

    Raises:
        NotFound: ``network_not_found``.
    """
    if find_version(session, version_id) is None:
        raise NotFound("network_not_found", id=version_id)
    edges = read_edges(session, version_id)
    return make_network(edges.start, edges.end, edges.uses, edges.speed_kmh, edges.length_m, edges.lines)


def list_drawing(session: Session, version_id: int, *, limit: int) -> list[dict[str, Any]]:
    """The streets of a version as GeoJSON features, the longest kinds of road first, at most ``limit``."""
    found = session.execute(
        sa.text(
            "SELECT road_class, ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.00002), 6) AS shape "
            "FROM network_edges WHERE version_id = :version ORDER BY array_position("
            "ARRAY['motorway','trunk','primary','secondary','tertiary','unclassified','residential'], "
            "split_part(road_class, '_link', 1)) NULLS LAST, length_m DESC, number LIMIT :limit"
        ),
        {"version": version_id, "limit": limit},
    )
    return [
        {
            "type": "Feature",
            "properties": {"what": "street", "class": road_class},
            "geometry": json.loads(shape),
        }
        for road_class, shape in found
    ]
