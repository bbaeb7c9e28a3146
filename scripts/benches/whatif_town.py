"""A drawn town for the what-if bench: a jittered grid of streets, stations, places, grids, a planner."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyproj
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.accounts import signing_in
from geodata.models import (
    BoundaryVersion,
    DemandPoint,
    Division,
    Grid,
    GridBoundary,
    Station,
    StationHours,
)
from geodata.queries import networks, people
from geodata.rules.reach import Floats
from geodata.vocab import Role
from webmap.auth import COOKIE

COUNTY = "410199"
WEST, SOUTH = 113.50, 34.60
STEP_LON, STEP_LAT = 0.00075, 0.00062
GRIDS_A_SIDE = 4
_LIFETIME = timedelta(hours=2)
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Town:
    """What the bench needs to ask: headers of a signed-in planner, corners, ids of stations."""

    headers: dict[str, str]
    low: tuple[float, float]
    high: tuple[float, float]
    stations: list[int]
    nodes: int
    places: int


def build(session: Session, *, scale: float, seed: int) -> Town:
    """Draw the town: at scale 1 some 50,000 junctions, 5,000 places and 100 stations."""
    rng = np.random.default_rng(seed)
    side = max(12, round(224 * scale**0.5))
    high = (WEST + STEP_LON * (side - 1), SOUTH + STEP_LAT * (side - 1))
    _add_places(session, rng, high, places=max(50, round(5000 * scale)))
    stations = _add_stations(session, rng, high, count=max(10, round(100 * scale)))
    nodes = _add_streets(session, rng, side)
    return Town(
        headers=_sign_in(session),
        low=(WEST, SOUTH),
        high=high,
        stations=stations,
        nodes=nodes,
        places=max(50, round(5000 * scale)),
    )


def _square(low: tuple[float, float], high: tuple[float, float]) -> str:
    return f"SRID=4326;{shapely.MultiPolygon([shapely.box(*low, *high)]).wkt}"


def _spots(rng: np.random.Generator, high: tuple[float, float], count: int) -> Floats:
    return rng.uniform((WEST, SOUTH), high, (count, 2))


def _add_places(
    session: Session, rng: np.random.Generator, high: tuple[float, float], *, places: int
) -> None:
    session.add(Division(code=COUNTY, level="county", name="测区", geom=_square((WEST, SOUTH), high)))
    version = BoundaryVersion(
        county_code=COUNTY,
        label="bench",
        status="effective",
        effective_from=date(2026, 1, 1),
        created_by="bench",
    )
    session.add(version)
    session.flush()
    lons = np.linspace(WEST, high[0], GRIDS_A_SIDE + 1)
    lats = np.linspace(SOUTH, high[1], GRIDS_A_SIDE + 1)
    for number in range(GRIDS_A_SIDE**2):
        column, row = number % GRIDS_A_SIDE, number // GRIDS_A_SIDE
        grid = Grid(county_code=COUNTY, code=f"{COUNTY}G{number:03d}")
        session.add(grid)
        session.flush()
        shape = _square((lons[column], lats[row]), (lons[column + 1], lats[row + 1]))
        session.add(
            GridBoundary(version_id=version.id, grid_id=grid.id, name=f"{number}号", kind="grid", geom=shape)
        )
    session.execute(
        sa.insert(DemandPoint),
        [
            {
                "name": f"聚集点{number}",
                "county_code": COUNTY,
                "people": int(rng.integers(1, 60)),
                "geom": _wkt(spot),
                "location_level": "street",
            }
            for number, spot in enumerate(_spots(rng, high, places))
        ],
    )


def _wkt(spot: Floats) -> str:
    return f"SRID=4326;POINT({float(spot[0])!r} {float(spot[1])!r})"


def _add_stations(
    session: Session, rng: np.random.Generator, high: tuple[float, float], *, count: int
) -> list[int]:
    ids = []
    for number, spot in enumerate(_spots(rng, high, count)):
        opens, closes = ((0, 1440), (480, 1080), (420, 1380))[number % 3]
        station = Station(
            code=f"W-{number}",
            name=f"驿站{number}",
            county_code=COUNTY,
            geom=_wkt(spot),
            location_level="entrance",
            hours=[StationHours(weekday=day, opens_min=opens, closes_min=closes) for day in range(8)],
        )
        session.add(station)
        session.flush()
        ids.append(station.id)
    return ids


def _add_streets(session: Session, rng: np.random.Generator, side: int) -> int:
    """A street between all neighbours but one in twenty, junctions up to 15 m off their place."""
    columns, rows = np.meshgrid(np.arange(side), np.arange(side))
    lon = WEST + STEP_LON * (columns + rng.uniform(-0.2, 0.2, columns.shape))
    lat = SOUTH + STEP_LAT * (rows + rng.uniform(-0.2, 0.2, rows.shape))
    number = rows * side + columns
    pairs = np.concatenate(
        (
            np.column_stack((number[:, :-1].ravel(), number[:, 1:].ravel())),
            np.column_stack((number[:-1].ravel(), number[1:].ravel())),
        )
    )
    pairs = pairs[rng.random(len(pairs)) > 0.05]  # noqa: PLR2004
    xy = np.column_stack((lon.ravel(), lat.ravel()))
    _, _, metres = _GEOD.inv(*xy[pairs[:, 0]].T, *xy[pairs[:, 1]].T)
    lines = shapely.linestrings(xy[pairs])
    wkb = shapely.to_wkb(shapely.set_srid(lines, 4326), hex=True, include_srid=True)
    version = networks.add_version(
        session,
        {
            "county_code": COUNTY,
            "label": "bench",
            "source": "lines",
            "status": "in_use",
            "file_name": "bench",
            "file_sha256": "0" * 64,
            "datum": "wgs84",
            "credit": "",
            "nodes": side * side,
            "edges": len(pairs),
            "length_m": float(metres.sum()),
            "created_by": "bench",
        },
    )
    networks.copy_edges(
        session,
        (
            (version.id, at, int(one), int(two), 31, "residential", None, None, False, False, float(m), shape)
            for at, ((one, two), m, shape) in enumerate(zip(pairs, metres, wkb, strict=True))
        ),
    )
    return side * side


def _sign_in(session: Session) -> dict[str, str]:
    user = people.add_user(session, {"login": "bench-planner", "name": "规划"})
    people.add_posts(session, [{"user_id": user.id, "role": Role.PLANNER, "county_code": COUNTY}])
    opened = signing_in.open_session(session, user, lifetime=_LIFETIME)
    csrf = session.scalar(
        sa.text("SELECT max(csrf_token) FROM login_sessions WHERE user_id = :id"), {"id": user.id}
    )
    return {
        "Cookie": f"{COOKIE}={opened.token}",
        "X-CSRF-Token": str(csrf),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
