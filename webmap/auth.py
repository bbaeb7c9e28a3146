"""Who is asking, whether this route is theirs to use, and which rows it opens to them.

A session is a secret in a cookie, of which the database keeps the hash; so it is dead on the server the
moment it is ended there. Every request passes the guard before its view: public routes need nothing, all
others a session and a post that holds the route's permission. Writes must come from our own pages.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import SplitResult, quote, urlsplit

from flask import Flask, Response, current_app, g, redirect, request

from geodata.accounts.signing_in import Opened, hash_token
from geodata.db import transaction
from geodata.errors import Forbidden, NotSignedIn
from geodata.queries import audit, people
from geodata.queries.people import HeldPost
from geodata.queries.scopes import Scope
from geodata.vocab import Role
from webmap import requests
from webmap.permissions import Permission, Reach, permission_of, reach_of

COOKIE = "tenmin"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"

_TOUCH_AFTER = timedelta(minutes=1)
_ALWAYS_OPEN = frozenset({"static"})
# While the password must be changed, nothing else is open.
_BEFORE_PASSWORD = frozenset({Permission.ACCOUNT_SELF, Permission.SIGN_IN})


@dataclass(frozen=True)
class Identity:
    """Who is signed in, with the posts held today."""

    user_id: int
    login: str
    name: str
    session_id: int
    csrf_token: str
    must_change_password: bool
    posts: tuple[HeldPost, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """All roles of all posts."""
        return frozenset(Role(post.role) for post in self.posts)

    def may(self, permission: Permission) -> bool:
        """Whether a post holds the permission, wherever."""
        return permission.is_public or permission.is_self or any(self.posts_with(permission))

    def posts_with(self, permission: Permission) -> list[HeldPost]:
        """The posts that hold the permission."""
        return [post for post in self.posts if reach_of(permission, post.role) is not None]

    def scope(self, permission: Permission) -> Scope:
        """The rows that the permission opens: the union over the posts that hold it."""
        return scope_of((post, reach_of(permission, post.role)) for post in self.posts)

    def post_words(self, permission: Permission) -> str | None:
        """Under which posts an action with this permission is done, for the log."""
        words = [f"{post.role}:{_where(post)}" for post in self.posts_with(permission)]
        return " ".join(words) or None


def scope_of(held: Iterable[tuple[HeldPost, Reach | None]]) -> Scope:
    """Join the scopes of posts, each with how far it reaches."""
    everything = False
    counties, towns, lines = set[str](), set[str](), set[str]()
    grids, stations = set[int](), set[int]()
    for post, reach in held:
        if reach is None:
            continue
        is_wide = reach == Reach.COUNTY or _where(post) in {"*", post.county_code}
        if is_wide and post.county_code is None:
            everything = True
        elif is_wide:
            counties.add(post.county_code or "")
        towns |= {post.town_code} if post.town_code and not is_wide else set()
        grids |= {post.grid_id} if post.grid_id else set()
        stations |= {post.station_id} if post.station_id else set()
        lines |= {post.industry_line} if post.industry_line and not is_wide else set()
    return Scope(
        everything=everything,
        county_codes=frozenset(counties),
        town_codes=frozenset(towns),
        grid_ids=frozenset(grids),
        station_ids=frozenset(stations),
        lines=frozenset(lines),
    )


def _where(post: HeldPost) -> str:
    if post.grid_id is not None:
        return f"grid {post.grid_id}"
    if post.station_id is not None:
        return f"station {post.station_id}"
    return post.industry_line or post.town_code or post.county_code or "*"


def install(app: Flask) -> None:
    """Put the guard before every view."""
    app.before_request(_guard)


def identity() -> Identity | None:
    """Who is asking, or ``None`` for the public."""
    if "identity" not in g:
        g.identity = _read_identity()
    return cast("Identity | None", g.identity)


def me() -> Identity:
    """Who is asking.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    found = identity()
    if found is None:
        raise NotSignedIn
    return found


def may(permission: Permission) -> bool:
    """Whether who is asking holds a permission."""
    found = identity()
    return permission.is_public if found is None else found.may(permission)


def scope(permission: Permission) -> Scope:
    """The rows that a permission opens to who is asking; nothing for the public."""
    found = identity()
    return Scope() if found is None else found.scope(permission)


def reader_key() -> tuple[object, ...]:
    """What an answer may depend on beside question and data: who asks, with which posts."""
    found = identity()
    return () if found is None else (found.user_id, *(tuple(vars(post).values()) for post in found.posts))


def counties(permission: Permission) -> list[str] | None:
    """The counties of the posts that hold a permission, however much of each it opens; ``None`` is all."""
    found = identity()
    codes = {post.county_code for post in found.posts_with(permission)} if found else set()
    return None if None in codes else sorted(filter(None, codes))


def set_cookie(response: Response, opened: Opened) -> None:
    """Hand the browser the secret of its new session."""
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(requests.settings().session_lifetime.total_seconds()),
        secure=_is_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: Response) -> None:
    """Take the secret out of the browser."""
    response.delete_cookie(COOKIE, path="/", secure=_is_secure(), httponly=True, samesite="Lax")


def _is_secure() -> bool:
    return request.is_secure or requests.settings().https


def _read_identity() -> Identity | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    session = requests.session()
    settings = requests.settings()
    found = people.find_signed_in(session, hash_token(token), idle=settings.idle_time, demo=settings.demo)
    if found is None:
        return None
    if datetime.now(UTC) - found.seen_at > _TOUCH_AFTER:
        with requests.engine().begin() as connection:
            people.touch_session(connection, found.session_id)
    return Identity(
        user_id=found.user_id,
        login=found.login,
        name=found.name,
        session_id=found.session_id,
        csrf_token=found.csrf_token,
        must_change_password=found.must_change_password,
        posts=found.posts,
    )


def _guard() -> Response | None:
    if request.endpoint is None or request.endpoint in _ALWAYS_OPEN:
        return None  # no such page, or a file of the repository
    permission = permission_of(current_app.view_functions[request.endpoint])
    if permission is None:
        raise Forbidden  # somebody forgot to say who may: nobody
    _check_origin()
    if permission.is_public:
        if permission != Permission.SIGN_IN:
            _check_token(identity() if request.method not in SAFE_METHODS else None)
        return None
    asker = identity()
    if asker is None:
        return _ask_to_sign_in()
    _check_token(asker)
    if asker.must_change_password and permission not in _BEFORE_PASSWORD:
        if _is_page():
            return cast("Response", redirect("/account"))
        raise Forbidden("password_must_change")
    if not asker.may(permission):
        _note_refusal(asker, permission)
        raise Forbidden
    return None


def _ask_to_sign_in() -> Response:
    if not _is_page():
        raise NotSignedIn
    wanted = request.full_path.rstrip("?")
    return cast("Response", redirect(f"/login?next={quote(wanted, safe='/')}"))


def _is_page() -> bool:
    return not request.path.startswith("/api/") and request.method in SAFE_METHODS


def _check_origin() -> None:
    """A write that a browser sends for a page of somebody else is refused, signed in or not."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    parts = _split(origin) if origin is not None else None
    foreign = origin is not None and (parts is None or parts.netloc != request.host)
    if foreign or site not in {"same-origin", "none"}:
        raise Forbidden("cross_site")


def _check_token(asker: Identity | None) -> None:
    """A write under a session must show that our page made it."""
    if asker is None or request.method in SAFE_METHODS:
        return
    given = request.headers.get(CSRF_HEADER) or request.form.get("csrf") or ""
    if not secrets.compare_digest(given.encode(), asker.csrf_token.encode()):
        raise Forbidden("csrf_token_wrong")


def _note_refusal(asker: Identity, permission: Permission) -> None:
    with transaction(requests.engine()) as session:
        audit.note(
            session,
            by=asker.login,
            action="refused",
            subject_kind="permission",
            subject_id=permission,
            after={"method": request.method, "route": str(request.url_rule)},
        )


def is_local(address: str) -> bool:
    """Whether an address after signing in stays on this site."""
    parts = _split(address)
    return (
        # Browsers drop tabs and line ends and read a backslash as a slash before they look at an address.
        address.isprintable()
        and "\\" not in address
        and address.startswith("/")
        and not address.startswith("//")
        and parts is not None
        and not parts.netloc
        and not parts.scheme
    )


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # a bracket that belongs to no IPv6 address
        return None
