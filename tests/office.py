"""People with posts for tests, and a client that is signed in as one of them."""

import secrets
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from geodata.accounts.signing_in import hash_token
from geodata.db import transaction
from geodata.models import Grid, LoginSession, Post, Station, User
from geodata.queries.people import local_today
from webmap.auth import COOKIE, CSRF_HEADER

NAMES = {
    "planner": "规划甲",
    "planner2": "规划乙",
    "liaison": "穆棠",
    "liaison2": "岑远",
    "cadre": "闻人朗",
    "instructor": "指导员丙",
    "manager": "站长丁",
    "viewer": "领导戊",
    "admin": "管理员己",
    "auditor": "审计员庚",
    "neighbour": "邻区规划",
    "nobody": "无岗位",
}
"""Login and name of the people of a test county."""

LINE = "catering"


class OfficeClient(FlaskClient):
    """A test client whose writes carry the token of its session, a key and a version."""

    csrf: str | None = None
    user_id: int | None = None

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "",
        version: int | None = None,
        **options: Any,
    ) -> TestResponse:
        """Send JSON. ``key`` "" makes a new one, ``None`` sends none."""
        headers = dict(options.pop("headers", {}))
        if self.csrf:
            headers.setdefault(CSRF_HEADER, self.csrf)
        if key is not None:
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if body is not None:
            options["json"] = body
        return self.open(path, method=method, headers=headers, **options)

    def post_json(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """POST a JSON body (an empty object unless given)."""
        return self.send("POST", path, {} if body is None else body, **options)

    def put_json(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """PUT a JSON body (an empty object unless given)."""
        return self.send("PUT", path, {} if body is None else body, **options)


def add_people(
    session: Session, *, county: str, neighbour: str | None = None, is_province: bool = False
) -> dict[str, int]:
    """Users of every role, without passwords (see ``sign_in``); returns their ids by login.

    A liaison on each of the first two grids, the cadre on the first, the manager on the first station; with
    ``is_province`` the first planner plans all counties.
    """
    users = {login: User(login=login, name=name, work_phone="0371-60010001") for login, name in NAMES.items()}
    session.add_all(users.values())
    session.flush()
    grids = session.scalars(
        sa.select(Grid.id).where(Grid.county_code == county).order_by(Grid.code).limit(2)
    ).all()
    station = session.scalars(
        sa.select(Station.id).where(Station.county_code == county).order_by(Station.id)
    ).first()
    scopes: dict[str, dict[str, Any]] = {
        "planner": {"role": "planner"} | ({"county_code": None} if is_province else {}),
        "planner2": {"role": "planner"},
        "instructor": {"role": "instructor", "industry_line": LINE},
        "viewer": {"role": "viewer"},
        "admin": {"role": "admin"},
        "auditor": {"role": "auditor"},
    }
    if neighbour:
        scopes["neighbour"] = {"role": "planner", "county_code": neighbour}
    if grids:
        scopes["liaison"] = {"role": "liaison", "grid_id": grids[0]}
        scopes["cadre"] = {"role": "supervising_cadre", "grid_id": grids[0]}
        scopes["liaison2"] = {"role": "liaison", "grid_id": grids[-1]} if len(grids) > 1 else {}
    if station:
        scopes["manager"] = {"role": "station_manager", "station_id": station}
    for login, scope in scopes.items():
        if scope:
            session.add(Post(user_id=users[login].id, **({"county_code": county} | scope)))
    session.flush()
    return {login: user.id for login, user in users.items()}


def open_session(engine: sa.Engine, login: str) -> tuple[str, str, int]:
    """Open a session past the password: the browser's secret, the token of writes, the user's id."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with transaction(engine) as session:
        user_id = session.scalars(sa.select(User.id).where(User.login == login)).one()
        session.add(
            LoginSession(
                user_id=user_id,
                token_hash=hash_token(token),
                csrf_token=csrf,
                expires_at=sa.func.now() + sa.text("interval '1 day'"),
            )
        )
    return token, csrf, user_id


def sign_in(client: OfficeClient, engine: sa.Engine, login: str) -> OfficeClient:
    """Let a client carry a new session of a user."""
    token, client.csrf, client.user_id = open_session(engine, login)
    client.set_cookie(COOKIE, token)
    return client


def list_held_posts(session: Session, user_id: int) -> list[Post]:
    """The posts a user holds today (Asia/Shanghai), by id."""
    today = local_today(session)
    held = sa.select(Post).where(Post.user_id == user_id, Post.valid_from <= today)
    held = held.where(sa.or_(Post.valid_to.is_(None), Post.valid_to > today)).order_by(Post.id)
    return list(session.scalars(held))
