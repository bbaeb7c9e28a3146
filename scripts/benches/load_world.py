"""Who works in the load bench, what they ask for and what they write."""

import math
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.accounts import signing_in
from geodata.queries import people
from geodata.queries.people import local_today
from geodata.vocab import Role
from webmap.auth import COOKIE

LIFETIME = timedelta(hours=2)
ZOOMS = (12, 13, 14, 15, 16)
_STATIONS_EACH = 6
_MANAGERS_OF = 6  # one person in so many keeps stations
_PLANNERS_OF = 20

Action = tuple[str, str, dict[str, Any] | None] | tuple[str, str, dict[str, Any] | None, str]

TILES: list[Action] = [("GET", "/api/v1/tiles/{tile}.mvt?county={county}", None)]
READS: dict[Role, list[Action]] = {
    Role.LIAISON: [
        ("GET", "/my-grid", None),
        ("GET", "/api/v1/my/today", None),
        ("GET", "/api/v1/my/enterprises", None),
        ("GET", "/api/v1/enterprises/{enterprise}/work", None),
        ("GET", "/api/v1/enterprises/{enterprise}", None),
        ("GET", "/api/v1/which-grid?lon={lon}&lat={lat}", None),
        ("GET", "/api/v1/search?q={word}", None),
        ("GET", "/api/v1/grids/{grid}", None),
    ],
    Role.STATION_MANAGER: [
        ("GET", "/api/v1/stations/{station}", None),
        ("GET", "/my-stations", None),
        ("GET", "/api/v1/search?q={word}", None),
    ],
    Role.PLANNER: [
        ("GET", "/api/v1/assignments/summary?county={county}", None),
        ("GET", "/api/v1/enterprises?county={county}&limit=100", None),
        ("GET", "/api/v1/enterprises/{enterprise}", None),
        ("GET", "/api/v1/search?q={word}", None),
        ("GET", "/", None),
    ],
}
_VISIT: Action = (
    "POST",
    "/api/v1/enterprises/{enterprise}/visits",
    {"client_id": "{unique}", "visited_on": "{today}", "result": "met", "channel": "on_site"},
)
WRITES: dict[Role, list[Action]] = {
    Role.LIAISON: [("POST", "/api/v1/enterprises/{enterprise}/claim", {}), _VISIT, _VISIT, _VISIT],
    Role.STATION_MANAGER: [
        ("POST", "/api/v1/stations/{station}/today", {}, "/api/v1/stations/{station}/care"),
    ],
}


def add_people(engine: sa.Engine, *, count: int, seed: int) -> list[dict[str, Any]]:
    """Give the province people with posts and open sessions, and say what each may ask for.

    Returns:
        For each person the cookie, the token of writes, the actions by kind, and lists of words that fill
        them: own grids, enterprises and stations, tiles around the own grid.
    """
    with Session(engine) as session, session.begin():
        grids = session.execute(_GRIDS, {"seed": seed}).all()
        stations = list(session.scalars(sa.text("SELECT id FROM stations ORDER BY md5(id::text)")))
        return [_person(session, number, grids, stations) for number in range(count)]


_GRIDS = sa.text(
    """
    SELECT g.id, g.county_code, ST_X(m.geom) AS lon, ST_Y(m.geom) AS lat,
        ARRAY(SELECT a.enterprise_id FROM assignments AS a JOIN enterprises AS e ON e.id = a.enterprise_id
            WHERE a.grid_id = g.id AND a.valid_to IS NULL AND e.organization_status = 'unorganized'
            ORDER BY a.enterprise_id LIMIT 60) AS enterprises
    FROM grids AS g JOIN grid_boundaries AS b ON b.grid_id = g.id
        JOIN boundary_versions AS v ON v.id = b.version_id AND v.status = 'effective',
        LATERAL ST_PointOnSurface(b.geom) AS m (geom)
    ORDER BY md5(g.id::text || CAST(:seed AS text))
    """
)


def _role(number: int) -> Role:
    if number % _PLANNERS_OF == 0:
        return Role.PLANNER
    return Role.STATION_MANAGER if number % _MANAGERS_OF == 1 else Role.LIAISON


def _person(session: Session, number: int, grids: Sequence[Any], stations: Sequence[int]) -> dict[str, Any]:
    role, grid = _role(number), grids[number % len(grids)]
    own_stations = [
        stations[(number * _STATIONS_EACH + step) % len(stations)] for step in range(_STATIONS_EACH)
    ]
    user = people.add_user(session, {"login": f"bench-{number}", "name": f"测{number}"})
    post = {"user_id": user.id, "role": role, "county_code": grid.county_code}
    if role == Role.LIAISON:
        is_deputy = number >= len(grids)
        people.add_posts(session, [post | {"grid_id": grid.id, "is_deputy": is_deputy}])
    elif role == Role.STATION_MANAGER:
        people.add_posts(session, [post | {"station_id": station} for station in set(own_stations)])
    else:
        people.add_posts(session, [post])
    opened = signing_in.open_session(session, user, lifetime=LIFETIME)
    csrf = session.scalar(
        sa.text("SELECT max(csrf_token) FROM login_sessions WHERE user_id = :id"), {"id": user.id}
    )
    return {
        "cookie": f"{COOKIE}={opened.token}",
        "csrf": csrf,
        "actions": {"tiles": TILES, "reads": READS[role], "writes": WRITES.get(role, [])},
        "words": {
            "tile": _tiles_around(grid.lon, grid.lat),
            "county": [grid.county_code],
            "grid": [grid.id],
            "lon": [round(grid.lon + step / 1e4, 6) for step in range(10)],
            "lat": [round(grid.lat + step / 1e4, 6) for step in range(10)],
            "today": [local_today(session).isoformat()],
            "word": [f"{1000 + secrets.randbelow(9000)}" for _ in range(20)],
            "enterprise": grid.enterprises or [1],
            "station": own_stations,
        },
    }


def _tiles_around(lon: float, lat: float) -> list[str]:
    """The tiles of a window over a place, at the zooms people look at; near ones are drawn more often."""
    names = []
    for zoom in ZOOMS:
        x = (lon + 180) / 360 * 2**zoom
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
        names += [f"{zoom}/{int(x) + east}/{int(y) + south}" for east in (-1, 0, 1) for south in (-1, 0, 1)]
    return names
