"""Accounts and posts: written by administrators, each write once and logged once."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.accounts import handing_over, posts, users
from geodata.errors import NotFound
from geodata.queries.people import find_user
from geodata.rules.posts import PostWanted
from webmap import auth
from webmap.api import admin_schemas as schemas
from webmap.api.parameters import ID
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("admin_users_api", __name__, url_prefix="/api/v1", tag="administration")


@bp.post("/users")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.UserBody, location="json", arg_name="wanted")
@bp.output(schemas.UserMade, status_code=201)
def create_user(wanted: schemas.UserBody) -> Response:
    """Make an account; the answer tells its one-time password once."""
    profile = _profile(wanted)

    def work(session: "Session") -> Done:
        made = users.create_user(session, login=wanted.login, profile=profile, by=auth.me().login)
        return _made(made, 201)

    return write(work, creates=True)


@bp.put(f"/users/<{ID}:user_id>")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.ProfileBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def edit_user(user_id: int, wanted: schemas.ProfileBody) -> Response:
    """Correct a name, work phone or organisation."""
    profile = _profile(wanted)
    return _save(lambda session, **common: users.edit_user(session, user_id, profile=profile, **common))


@bp.post(f"/users/<{ID}:user_id>/disable")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.Body, location="json", arg_name="_wanted")
@bp.output(schemas.Saved)
def disable_user(user_id: int, _wanted: schemas.Body) -> Response:
    """Take access away; every session ends at once."""
    me = auth.me().user_id
    return _save(lambda session, **common: users.disable_user(session, user_id, by_user_id=me, **common))


@bp.post(f"/users/<{ID}:user_id>/enable")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.Body, location="json", arg_name="_wanted")
@bp.output(schemas.Saved)
def enable_user(user_id: int, _wanted: schemas.Body) -> Response:
    """Give access back."""
    return _save(lambda session, **common: users.enable_user(session, user_id, **common))


@bp.post(f"/users/<{ID}:user_id>/password")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.Body, location="json", arg_name="_wanted")
@bp.output(schemas.UserMade)
def reset_password(user_id: int, _wanted: schemas.Body) -> Response:
    """Give a one-time password, told once; every session ends."""
    version = expected_version()

    def work(session: "Session") -> Done:
        asker = auth.me()
        made = users.reset_password(
            session,
            user_id,
            version=version,
            scope=auth.scope(Permission.USERS_WRITE),
            by=asker.login,
            by_user_id=asker.user_id,
        )
        return _made(made, 200)

    return write(work)


@bp.put(f"/users/<{ID}:user_id>/sign-on")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.SignOnBody, location="json", arg_name="wanted")
@bp.output(schemas.Saved)
def link_sign_on(user_id: int, wanted: schemas.SignOnBody) -> Response:
    """Say which subject of single sign-on is this person."""
    me = auth.me().user_id
    return _save(
        lambda session, **common: users.link_sign_on(
            session, user_id, subject=wanted.subject, by_user_id=me, **common
        )
    )


@bp.post(f"/users/<{ID}:user_id>/posts")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.PostBody, location="json", arg_name="wanted")
@bp.output(schemas.PostMade, status_code=201)
def add_post(user_id: int, wanted: schemas.PostBody) -> Response:
    """Give somebody a post."""

    def work(session: "Session") -> Done:
        post_id = posts.add_post(session, user_id, PostWanted(**wanted.model_dump()), **_by_me())
        return Done({"post_id": post_id}, 201)

    return write(work, creates=True)


@bp.post(f"/posts/<{ID}:post_id>/end")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.EndBody, location="json", arg_name="wanted")
@bp.output(schemas.PostEnded)
def end_post(post_id: int, wanted: schemas.EndBody) -> Response:
    """Say the first day without a post."""
    version = expected_version()

    def work(session: "Session") -> Done:
        ended = posts.end_post(session, post_id, on=wanted.on, version=version, **_by_me())
        return Done({"version": ended.version, "is_vacant": ended.is_vacant, "acting": ended.acting})

    return write(work)


@bp.post(f"/users/<{ID}:user_id>/hand-over")
@requires(Permission.USERS_WRITE)
@bp.input(schemas.HandOverBody, location="json", arg_name="wanted")
@bp.output(schemas.HandedOver)
def hand_over(user_id: int, wanted: schemas.HandOverBody) -> Response:
    """Give everything of one person to another: grids, stations, lines and open work."""

    def work(session: "Session") -> Done:
        successor = find_user(session, wanted.to_login)
        if successor is None:
            raise NotFound("user_not_found")
        done = handing_over.hand_over(
            session, from_user_id=user_id, to_user_id=successor.id, on=wanted.on, **_by_me()
        )
        return Done(asdict(done) | {"on": done.on.isoformat()})

    return write(work, creates=True)


def _profile(wanted: schemas.ProfileBody) -> users.Profile:
    return users.Profile(wanted.name, wanted.work_phone, wanted.organisation)


def _made(made: users.Created, status: int) -> Done:
    known = {"user_id": made.user_id, "login": made.login, "version": made.version}
    return Done(known, status, told_once={"password": made.password})


def _by_me() -> dict[str, Any]:
    asker = auth.me()
    return {
        "scope": auth.scope(Permission.USERS_WRITE),
        "by": asker.login,
        "by_user_id": asker.user_id,
    }


def _save(work: Callable[..., int]) -> Response:
    """A save over a version, answered with the next."""
    common = {
        "version": expected_version(),
        "scope": auth.scope(Permission.USERS_WRITE),
        "by": auth.me().login,
    }
    return write(lambda session: Done({"version": work(session, **common)}))
