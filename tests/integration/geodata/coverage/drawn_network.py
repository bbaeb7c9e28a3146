"""A street network drawn in a test, stored as a version in use, and barriers across it."""

from collections.abc import Sequence
from datetime import date

import pyproj
import shapely
from sqlalchemy.orm import Session

from geodata.models import Barrier, NetworkVersion
from geodata.queries import networks
from tests.integration.geodata.coverage.small_county import COUNTY

Line = Sequence[tuple[float, float]]
FOOT_AND_WHEELS = 31
_GEOD = pyproj.Geod(ellps="WGS84")


def store_network(
    session: Session,
    *lines: Line,
    county_code: str = COUNTY,
    label: str = "drawn",
    uses: int = FOOT_AND_WHEELS,
) -> NetworkVersion:
    """Keep streets given in longitude/latitude as the network in use; equal ends are one junction."""
    names: dict[tuple[float, float], int] = {}
    shapes = [shapely.LineString(line) for line in lines]
    rows = []
    for number, (line, shape) in enumerate(zip(lines, shapes, strict=True)):
        ends = [names.setdefault(tuple(end), len(names)) for end in (line[0], line[-1])]
        metres = _GEOD.geometry_length(shape)
        wkb = shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True)
        rows.append((number, *ends, uses, "residential", None, None, False, False, metres, wkb))
    version = networks.add_version(
        session,
        {
            "county_code": county_code,
            "label": label,
            "source": "lines",
            "status": "in_use",
            "file_name": "streets.geojson",
            "file_sha256": "0" * 64,
            "datum": "wgs84",
            "credit": "© OpenStreetMap",
            "nodes": len(names),
            "edges": len(rows),
            "length_m": sum(row[-2] for row in rows),
            "created_by": "tester",
        },
    )
    networks.copy_edges(session, [(version.id, *row) for row in rows])
    return version


def store_barrier(session: Session, shape: shapely.Geometry, **columns) -> Barrier:
    """Keep a barrier of the small county, in force since long ago."""
    columns = {
        "county_code": COUNTY,
        "name": "围墙",
        "kind": "wall",
        "valid_from": date(2020, 1, 1),
        "drawn_by": "tester",
        **columns,
    }
    barrier = Barrier(**columns, geom=f"SRID=4326;{shape.wkt}")
    session.add(barrier)
    session.flush()
    return barrier
