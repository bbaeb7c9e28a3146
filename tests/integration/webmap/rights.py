"""Who may do what at every door, worked out from the routes and the table of permissions.

Nothing here names a route: a door that is hung later is tried by everybody the day it is hung. What a route
needs besides (an object in its address) comes from the two tables of samples; a parameter without a sample
gets one by its converter.
"""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter, IntegerConverter, Map, Rule
from werkzeug.test import TestResponse

from geodata.vocab import Role
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, square
from tests.office import OfficeClient
from webmap.app import create_app
from webmap.config import Settings
from webmap.permissions import Permission, permission_of, reach_of

FILES = {"static"}
"""Endpoints that serve files of the repository."""

LOGINS = {
    Role.PLANNER: "planner",
    Role.LIAISON: "liaison",
    Role.SUPERVISING_CADRE: "cadre",
    Role.INSTRUCTOR: "instructor",
    Role.STATION_MANAGER: "manager",
    Role.VIEWER: "viewer",
    Role.ADMIN: "admin",
    Role.AUDITOR: "auditor",
}
"""One person of each role, see ``tests/office.py``."""

PUBLIC, POSTLESS, ENDED, DISABLED = "public", "nobody", "ended", "disabled"
ACTORS = (*LOGINS.values(), PUBLIC, POSTLESS, ENDED, DISABLED)
_ROLE_OF = {login: role for role, login in LOGINS.items()}

SAMPLES: dict[str, object] = {
    "z": 12,
    "x": 3341,
    "y": 1625,
    "county": COUNTY,
    "name": "claim_days",
    "day": "2026-11-21",
    "on": "2026-11-21",
    "purpose": "report",
}
"""What stands in an address for a parameter, by name; else ids are 1 and words as many ``x`` as they need."""


@dataclass(frozen=True)
class Door:
    """A route with one method."""

    method: str
    rule: str
    endpoint: str
    permission: Permission | None
    parameters: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def is_write(self) -> bool:
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def is_page(self) -> bool:
        return not self.rule.startswith("/api/") and not self.is_write

    def id_parameters(self) -> list[str]:
        return [name for name, kind in zip(self.parameters, self.kinds, strict=True) if kind == "id"]

    def path(self, **values: object) -> str:
        """The address with samples, or with the values given."""
        kind_of = dict(zip(self.parameters, self.kinds, strict=True))

        def fill(found: re.Match[str]) -> str:
            name = found["name"]
            default = 1 if kind_of[name] == "id" else "x" * int(kind_of[name])
            return str(values.get(name, SAMPLES.get(name, default)))

        return re.sub(r"<(?:[^<>:]+(?:\([^)]*\))?:)?(?P<name>\w+)>", fill, self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def list_doors() -> list[Door]:
    """Every route of the application with each of its own methods; nothing is asked of a database."""
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    rules: Map = app.url_map
    doors = [
        _door(rule, method, permission_of(app.view_functions[rule.endpoint]))
        for rule in rules.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint not in FILES
    ]
    app.extensions["tenmin.engine"].dispose()
    return sorted(doors, key=lambda door: (door.rule, door.method))


def _door(rule: Rule, method: str, permission: Permission | None) -> Door:
    converters = rule._converters
    names = tuple(converters)
    kinds = tuple(_kind(converters[name]) for name in names)
    return Door(method, rule.rule, str(rule.endpoint), permission, names, kinds)


def _kind(converter: BaseConverter) -> str:
    """``id``, or the least number of characters of a word."""
    if isinstance(converter, IntegerConverter):
        return "id"
    least = re.search(r"\{(\d+)", converter.regex)
    return least[1] if least else "1"


def is_open(door: Door, actor: str) -> bool:
    """Whether the table opens a door to somebody."""
    permission = door.permission
    assert permission is not None, f"{door} names no permission"
    if permission.is_public:
        return True
    if actor in {PUBLIC, DISABLED}:
        return False
    if permission.is_self:
        return True
    role = _ROLE_OF.get(actor)
    return role is not None and reach_of(permission, role) is not None


def who_may(door: Door) -> list[str]:
    """People with a post to whom a door is open."""
    return [login for login in LOGINS.values() if is_open(door, login)]


def ask(client: OfficeClient, door: Door, path: str | None = None, **options: object) -> TestResponse:
    """Knock: reads plainly; writes with token, key and version, and an empty body unless given."""
    address = door.path() if path is None else path
    if not door.is_write:
        return client.get(address)
    options.setdefault("version", 1)
    body = None if door.method == "DELETE" else options.pop("body", {})
    return client.send(door.method, address, body, **options)


def is_refused(answer: TestResponse) -> bool:
    """Whether the guard let nobody in: to sign in, or forbidden."""
    if answer.status_code == 302:
        return answer.headers["Location"].startswith("/login?next=")
    if answer.status_code == 401:
        return True
    if answer.status_code != 403:
        return False
    if answer.is_json or answer.mimetype == "application/problem+json":
        return answer.get_json()["code"] == "forbidden"
    return True


def text_of(answer: TestResponse) -> str:
    """The beginning of an answer, which may be a file."""
    return answer.get_data()[:400].decode("utf-8", "replace")


def add_strangers(session: Session) -> dict[str, int]:
    """Things of the neighbouring county, one of each kind, that nobody of this county may touch."""
    statements = {
        "grid_id": "INSERT INTO grids (county_code, code) VALUES (:other, 'N1') RETURNING id",
        "station_id": "INSERT INTO stations (code, name, county_code) "
        "VALUES ('NB-1', '邻区驿站', :other) RETURNING id",
        "enterprise_id": "INSERT INTO enterprises (name, county_code) "
        "VALUES ('邻区企业', :other) RETURNING id",
        "network_id": "INSERT INTO network_versions (county_code, label, source, file_name, file_sha256, "
        "datum, nodes, edges, length_m, created_by) "
        "VALUES (:other, 'n', 'osm', 'n.osm', '', 'wgs84', 0, 0, 0, 'x') RETURNING id",
        "user_id": "INSERT INTO users (login, name) VALUES ('stranger', '邻区的人') RETURNING id",
    }
    found = {
        name: int(session.execute(sa.text(sql), {"other": NEIGHBOUR}).scalar_one())
        for name, sql in statements.items()
    }
    version = session.execute(
        sa.text(
            "INSERT INTO boundary_versions (county_code, label, status, effective_from, created_by) "
            "VALUES (:other, 'n', 'effective', DATE '2026-01-01', 'x') RETURNING id"
        ),
        {"other": NEIGHBOUR},
    ).scalar_one()
    session.execute(
        sa.text(
            "INSERT INTO grid_boundaries (version_id, grid_id, name, kind, geom) "
            "VALUES (:version, :grid, '邻区网格', 'grid', ST_GeomFromEWKT(:shape))"
        ),
        {"version": version, "grid": found["grid_id"], "shape": square(113.5, 34.7, 113.6, 34.8)},
    )
    found["post_id"] = int(
        session.execute(
            sa.text(
                "INSERT INTO posts (user_id, role, county_code, grid_id) "
                "VALUES (:user, 'liaison', :other, :grid) RETURNING id"
            ),
            {"user": found["user_id"], "other": NEIGHBOUR, "grid": found["grid_id"]},
        ).scalar_one()
    )
    found["version_id"] = int(version)
    found["barrier_id"] = int(
        session.execute(
            sa.text(
                "INSERT INTO barriers (county_code, name, kind, valid_from, drawn_by, geom) VALUES "
                "(:other, '邻区围墙', 'wall', DATE '2026-01-01', 'x', "
                "ST_GeomFromText('LINESTRING(113.5 34.75, 113.51 34.75)', 4326)) RETURNING id"
            ),
            {"other": NEIGHBOUR},
        ).scalar_one()
    )
    return found
