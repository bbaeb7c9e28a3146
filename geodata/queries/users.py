"""Users and their posts as administrators see them: pages of a list, one with all posts, who is editable."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.models import Post, User
from geodata.queries import clauses
from geodata.queries.assignment_clauses import LOCAL_TODAY
from geodata.queries.clauses import Clause
from geodata.queries.scopes import Scope


@dataclass(frozen=True)
class PostRow:
    """A post with its scope in words. ``state`` is held, future or ended, by today."""

    id: int
    user_id: int
    role: str
    county_code: str | None
    grid_id: int | None
    station_id: int | None
    industry_line: str | None
    is_deputy: bool
    valid_from: date
    valid_to: date | None
    version: int
    state: str
    scope_code: str | None
    scope_name: str | None


@dataclass(frozen=True)
class UserRow:
    """An account without its secrets. ``is_governed``: no unfinished post lies outside the asker's scope."""

    id: int
    login: str
    name: str
    work_phone: str | None
    organisation: str | None
    disabled_at: datetime | None
    has_password: bool
    must_change_password: bool
    sso_subject: str | None
    version: int
    seen_at: datetime | None
    is_governed: bool
    posts: list[PostRow] = field(default_factory=list)


@dataclass(frozen=True)
class UserFilter:
    """What a list of users can be limited to; ``state`` is active, disabled or unposted."""

    q: str | None = None
    role: str | None = None
    county: str | None = None
    state: str | None = None


_ROLES_HELD = f"p.valid_from <= {LOCAL_TODAY} AND (p.valid_to IS NULL OR p.valid_to > {LOCAL_TODAY})"
_UNFINISHED = f"(p.valid_to IS NULL OR (p.valid_to > {LOCAL_TODAY} AND p.valid_to > p.valid_from))"
_STATES = {
    "active": "u.disabled_at IS NULL",
    "disabled": "u.disabled_at IS NOT NULL",
    "unposted": f"NOT EXISTS (SELECT FROM posts p WHERE p.user_id = u.id AND {_UNFINISHED})",
}

_POST_COLUMNS = f"""
    p.id, p.user_id, p.role, p.county_code, p.grid_id, p.station_id, p.industry_line, p.is_deputy,
    p.valid_from, p.valid_to, p.version,
    CASE WHEN p.valid_to <= {LOCAL_TODAY} OR p.valid_to = p.valid_from THEN 'ended'
         WHEN p.valid_from > {LOCAL_TODAY} THEN 'future' ELSE 'held' END AS state,
    COALESCE(g.code, s.code, p.county_code) AS scope_code,
    COALESCE(b.name, s.name, p.industry_line, d.name) AS scope_name
"""
_POST_TABLES = """
    posts p
    LEFT JOIN grids g ON g.id = p.grid_id
    LEFT JOIN boundary_versions v ON v.county_code = g.county_code AND v.status = 'effective'
    LEFT JOIN grid_boundaries b ON b.version_id = v.id AND b.grid_id = g.id
    LEFT JOIN stations s ON s.id = p.station_id
    LEFT JOIN divisions d ON d.code = p.county_code AND d.valid_to IS NULL
"""


def _governed(scope: Scope) -> tuple[str, dict[str, Any]]:
    """SQL that is true of users ``u`` whom the asker may edit, with its values."""
    if scope.everything:
        return "TRUE", {}
    outside = "(p.county_code IS NULL OR p.county_code <> ALL(CAST(:scope_counties AS text[])))"
    return (
        f"NOT EXISTS (SELECT FROM posts p WHERE p.user_id = u.id AND {_UNFINISHED} AND {outside})",
        {"scope_counties": sorted(scope.county_codes)},
    )


def _visible(scope: Scope) -> Clause | None:
    """Users with a post, past ones too, in the asker's counties; and those whom the asker may edit."""
    if scope.everything:
        return None
    governed, values = _governed(scope)
    return Clause(
        "EXISTS (SELECT FROM posts p WHERE p.user_id = u.id AND p.county_code = "
        f"ANY(CAST(:scope_counties AS text[]))) OR {governed}",
        values,
    )


def _matches(wanted: UserFilter) -> list[Clause | None]:
    q = wanted.q.strip() if wanted.q else None
    return [
        Clause(
            "strpos(lower(u.name), lower(:q)) > 0 OR strpos(u.login, lower(:q)) > 0 "
            "OR strpos(lower(COALESCE(u.organisation, '')), lower(:q)) > 0",
            {"q": q},
        )
        if q
        else None,
        Clause(
            f"EXISTS (SELECT FROM posts p WHERE p.user_id = u.id AND p.role = :role AND {_ROLES_HELD})",
            {"role": wanted.role},
        )
        if wanted.role
        else None,
        Clause(
            f"EXISTS (SELECT FROM posts p WHERE p.user_id = u.id AND p.county_code = :county "
            f"AND {_UNFINISHED})",
            {"county": wanted.county},
        )
        if wanted.county
        else None,
        Clause(_STATES[wanted.state]) if wanted.state in _STATES else None,
    ]


def list_users(
    session: Session, *, scope: Scope, wanted: UserFilter, after: int | None = None, limit: int = 50
) -> list[UserRow]:
    """A page of users by id with the posts they hold or will hold; ``after`` is the last id seen."""
    condition, values = clauses.where(_visible(scope), *_matches(wanted), clauses.after("u.id", after))
    users = _read(session, scope, f"{condition} ORDER BY u.id LIMIT :limit", values | {"limit": limit})
    return _with_posts(session, users, ended=False)


def count_users(session: Session, *, scope: Scope, wanted: UserFilter) -> int:
    """How many users fit."""
    condition, values = clauses.where(_visible(scope), *_matches(wanted))
    found: int = session.execute(
        sa.text(f"SELECT count(*) FROM users u WHERE {condition}"), values
    ).scalar_one()
    return found


def get_user(session: Session, user_id: int, *, scope: Scope) -> UserRow:
    """One user with all posts, newest first.

    Raises:
        NotFound: ``user_not_found``, also when the user is not the asker's to see.
    """
    condition, values = clauses.where(_visible(scope), Clause("u.id = :user_id", {"user_id": user_id}))
    found = _read(session, scope, condition, values)
    if not found:
        raise NotFound("user_not_found")
    return _with_posts(session, found, ended=True)[0]


def _read(session: Session, scope: Scope, condition: str, values: dict[str, Any]) -> list[UserRow]:
    governed, more = _governed(scope)
    rows = session.execute(
        sa.text(
            "SELECT u.id, u.login, u.name, u.work_phone, u.organisation, u.disabled_at, u.sso_subject, "
            "u.password_hash IS NOT NULL AS has_password, u.must_change_password, u.version, "
            "(SELECT max(l.seen_at) FROM login_sessions l WHERE l.user_id = u.id) AS seen_at, "
            f"({governed}) AS is_governed FROM users u WHERE {condition}"
        ),
        values | more,
    )
    return [UserRow(**row) for row in rows.mappings()]


def _with_posts(session: Session, users: list[UserRow], *, ended: bool) -> list[UserRow]:
    by_id = {user.id: user for user in users}
    for post in list_posts(session, by_id, ended=ended):
        by_id[post.user_id].posts.append(post)
    return users


def list_posts(session: Session, user_ids: Iterable[int], *, ended: bool) -> list[PostRow]:
    """Posts of some users: held first, then those to come, then (if asked for) ended ones, newest first."""
    rows = session.execute(
        sa.text(
            f"SELECT * FROM (SELECT {_POST_COLUMNS} FROM {_POST_TABLES} WHERE p.user_id = ANY(:users)) x "
            "WHERE :ended OR state <> 'ended' "
            "ORDER BY array_position(ARRAY['held', 'future', 'ended'], state), valid_from DESC, id DESC"
        ),
        {"users": list(user_ids), "ended": ended},
    )
    return [PostRow(**row) for row in rows.mappings()]


def lock_user(session: Session, user_id: int) -> User:
    """The row of a user, locked until the transaction ends; the caller has asked who may see it.

    Raises:
        NotFound: ``user_not_found``.
    """
    found = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("user_not_found")
    return found


def find_post_owner(session: Session, post_id: int) -> int | None:
    """Whose post it is."""
    return session.scalars(sa.select(Post.user_id).where(Post.id == post_id)).first()


def lock_post(session: Session, post_id: int) -> Post | None:
    """The row of a post, locked until the transaction ends."""
    return session.get(Post, post_id, with_for_update=True, populate_existing=True)


def find_county_of(session: Session, *, grid_id: int | None, station_id: int | None) -> str | None:
    """The county of a grid or a station."""
    table, found = ("grids", grid_id) if grid_id is not None else ("stations", station_id)
    return session.execute(
        sa.text(f"SELECT county_code FROM {table} WHERE id = :id"), {"id": found}
    ).scalar_one_or_none()


def county_exists(session: Session, county_code: str) -> bool:
    """Whether a county is in the division table today."""
    found: bool = session.execute(
        sa.text(
            "SELECT EXISTS (SELECT FROM divisions "
            "WHERE code = :code AND level = 'county' AND valid_to IS NULL)"
        ),
        {"code": county_code},
    ).scalar_one()
    return found


def find_holder_name(
    session: Session, *, grid_id: int, role: str, valid_from: date, valid_to: date | None
) -> str | None:
    """Who, other than a deputy, holds a grid in some of a span of days."""
    return session.execute(
        sa.text(
            "SELECT u.name FROM posts p JOIN users u ON u.id = p.user_id WHERE p.grid_id = :grid_id "
            "AND p.role = :role AND NOT p.is_deputy AND daterange(p.valid_from, p.valid_to) && "
            "daterange(CAST(:valid_from AS date), CAST(:valid_to AS date)) LIMIT 1"
        ),
        {"grid_id": grid_id, "role": role, "valid_from": valid_from, "valid_to": valid_to},
    ).scalar_one_or_none()


def list_unfinished_posts(session: Session, user_id: int) -> list[Post]:
    """The posts of a user that are held or to come, locked, by id."""
    return list(
        session.scalars(
            sa.select(Post)
            .where(
                Post.user_id == user_id,
                sa.text(
                    f"(posts.valid_to IS NULL OR (posts.valid_to > {LOCAL_TODAY} "
                    "AND posts.valid_to > posts.valid_from))"
                ),
            )
            .order_by(Post.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def get_grid_id(session: Session, county_code: str | None, code: str) -> int:
    """The id of a grid by its code, in a county or where only one county has it.

    Raises:
        NotFound: ``grid_not_in_force``, also when several counties have one of that code.
    """
    found = session.scalars(
        sa.text(
            "SELECT id FROM grids WHERE code = :code "
            "AND (CAST(:county AS text) IS NULL OR county_code = :county) LIMIT 2"
        ),
        {"code": code, "county": county_code},
    ).all()
    if len(found) != 1:
        raise NotFound("grid_not_in_force", code=code)
    return int(found[0])


def get_station_id(session: Session, code: str) -> int:
    """The id of a station by its code.

    Raises:
        NotFound: ``station_not_found``.
    """
    found = session.scalars(sa.text("SELECT id FROM stations WHERE code = :code"), {"code": code}).first()
    if found is None:
        raise NotFound("station_not_found", id=code)
    return int(found)
