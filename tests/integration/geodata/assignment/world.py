"""A small invented county in metres around (113.60 E, 34.75 N), built row by row for one test."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import shapely
import sqlalchemy as sa
from geoalchemy2.shape import from_shape
from sqlalchemy.orm import Session

from geodata.models import Assignment, BoundaryVersion, Division, Enterprise, Grid, GridBoundary
from geodata.vocab import LocationLevel, VersionStatus

COUNTY, OTHER_COUNTY = "410103", "410104"
TOWN = "410103001"
COMMUNITY = "410103001001"
LON, LAT = 113.60, 34.75
# Metres per degree at the origin: enough for tests that never look closer than a millimetre there.
EAST, NORTH = 91577.8, 110938.5


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of the origin, as degrees."""
    return LON + x / EAST, LAT + y / NORTH


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in metres, as a polygon in degrees."""
    return polygon([(west, south), (east, south), (east, north), (west, north)])


def polygon(shell: Sequence[tuple[float, float]], holes: Sequence[Sequence[tuple[float, float]]] = ()) -> Any:
    """A polygon in metres, in degrees."""
    return shapely.Polygon([lonlat(*p) for p in shell], [[lonlat(*p) for p in hole] for hole in holes])


def multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


class World:
    """Adds rows and flushes; everything else is the tool's own work."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.count = 0

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def division(self, code: str, shape: Any = None, **more: Any) -> Division:
        level = {6: "county", 9: "town", 12: "community"}[len(code)]
        parents = {6: None, 9: code[:6], 12: code[:9]}
        values = {"name": f"区划{code}", "parent_code": parents[len(code)], **more}
        geom = None if shape is None else from_shape(multi(shape), 4326)
        return self.add(Division(code=code, level=level, geom=geom, **values))

    def version(
        self,
        label: str = "v1",
        *,
        county: str = COUNTY,
        status: str = VersionStatus.EFFECTIVE,
        effective_from: date | None = date(2026, 1, 1),
        **more: Any,
    ) -> BoundaryVersion:
        return self.add(
            BoundaryVersion(
                county_code=county,
                label=label,
                status=status,
                effective_from=effective_from,
                created_by="drawer",
                **more,
            )
        )

    def grid(
        self, version: BoundaryVersion, code: str, shape: Any, *, kind: str = "grid", **more: Any
    ) -> Grid:
        grid = self.session.scalar(
            sa.select(Grid).where(Grid.county_code == version.county_code, Grid.code == code)
        ) or self.add(Grid(county_code=version.county_code, code=code))
        self.add(
            GridBoundary(
                version_id=version.id,
                grid_id=grid.id,
                kind=kind,
                geom=from_shape(multi(shape), 4326),
                **{"name": f"{code}网格", **more},
            )
        )
        return grid

    def enterprise(self, x: float | None = None, y: float | None = None, **more: Any) -> Enterprise:
        self.count += 1
        values: dict[str, Any] = {"name": f"企业{self.count}", **more}
        if x is not None and y is not None:
            values["geom"] = from_shape(shapely.Point(*lonlat(x, y)), 4326)
            values.setdefault("location_level", LocationLevel.BUILDING)
        return self.add(Enterprise(**values))

    def owner(self, enterprise: Enterprise) -> Assignment:
        """The one row in force; fails when there is none or a second."""
        return self.session.scalars(
            sa.select(Assignment).where(
                Assignment.enterprise_id == enterprise.id, Assignment.valid_to.is_(None)
            )
        ).one()
