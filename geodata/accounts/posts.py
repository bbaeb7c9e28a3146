"""Posts: given and ended by day. Nobody gives or ends their own."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound
from geodata.models import Post
from geodata.queries import audit, people, users, vacancies
from geodata.queries.scopes import Scope
from geodata.queries.staleness import check_version
from geodata.rules.posts import PostWanted, check_apart, check_period, check_scope
from geodata.vocab import Role

KIND = "post"


@dataclass(frozen=True)
class Ended:
    """A post that has its last day. ``acting`` names who does a vacant liaison's work from then on."""

    post_id: int
    version: int
    is_vacant: bool
    acting: str | None


def add_post(
    session: Session, user_id: int, wanted: PostWanted, *, scope: Scope, by: str, by_user_id: int
) -> int:
    """Give somebody a post from a day on, today unless said; returns its id.

    The county of a grid or station post is that of the grid or station.

    Raises:
        Forbidden: ``own_posts``; ``county_of_others`` for a scope outside the asker's.
        NotFound: ``user_not_found``, ``grid_not_found``, ``station_not_found``, ``county_not_found``.
        InvalidInput: see ``check_scope`` and ``check_period``.
        Conflict: ``posts_kept_apart``, ``user_disabled``, ``post_taken`` with ``name``, ``post_twice``.
    """
    _refuse_own(user_id, by_user_id)
    users.get_user(session, user_id, scope=scope)
    if users.lock_user(session, user_id).disabled_at is not None:
        raise Conflict("user_disabled")
    check_scope(wanted)
    today = people.local_today(session)
    placed = _place(session, wanted, scope=scope, today=today)
    check_period(placed.valid_from or today, placed.valid_to, today=today)
    held = {post.role for post in users.list_unfinished_posts(session, user_id)}
    check_apart(placed.role, held)
    post_id = insert_post(session, user_id, placed)
    audit.note(
        session,
        by=by,
        action="post_added",
        subject_kind=KIND,
        subject_id=post_id,
        after=describe(placed) | {"user_id": user_id},
    )
    return post_id


def end_post(
    session: Session, post_id: int, *, on: date, version: int, scope: Scope, by: str, by_user_id: int
) -> Ended:
    """Say the first day without a post, today or later. One that has not begun is withdrawn.

    Raises:
        NotFound: ``post_not_found``, also when its holder or county is not the asker's.
        Forbidden: ``own_posts``.
        Stale: somebody changed it since.
        Conflict: ``post_ended_already``.
        InvalidInput: ``post_ends_in_past``.
    """
    owner = users.find_post_owner(session, post_id)
    if owner is None:
        raise NotFound("post_not_found")
    users.lock_user(session, owner)
    post = users.lock_post(session, post_id)
    if post is None or not scope.has_county(post.county_code):
        raise NotFound("post_not_found")
    _refuse_own(owner, by_user_id)
    check_version(session, stored=post.version, expected=version, subject_kind=KIND, subject_id=post_id)
    today = people.local_today(session)
    if on < today:
        raise InvalidInput("post_ends_in_past")
    if post.valid_to is not None and post.valid_to <= today:
        raise Conflict("post_ended_already")
    before = {"valid_to": _text(post.valid_to)}
    close_post(session, post, on)
    audit.note(
        session,
        by=by,
        action="post_ended",
        subject_kind=KIND,
        subject_id=post_id,
        before=before,
        after={"valid_to": _text(post.valid_to)},
    )
    return _after_end(session, post)


def _after_end(session: Session, post: Post) -> Ended:
    if post.grid_id is None:
        return Ended(post.id, post.version, is_vacant=False, acting=None)
    holders = vacancies.holders_of(session, [post.grid_id])[post.grid_id]
    acting = holders.acting
    is_vacant = (holders.liaison if post.role == Role.LIAISON else holders.cadre) is None
    return Ended(post.id, post.version, is_vacant, None if acting is None else acting.name)


def insert_post(session: Session, user_id: int, wanted: PostWanted) -> int:
    """Insert a checked post; what the database refuses becomes a refusal with a name in it.

    Raises:
        Conflict: ``post_taken`` with ``name`` of who holds the grid, ``post_twice``.
    """
    try:
        with session.begin_nested():
            return people.add_posts(session, [_row(wanted) | {"user_id": user_id}])[0]
    except sa.exc.IntegrityError as error:
        if "ex_posts_one_holder" not in str(error.orig):
            raise Conflict("post_twice") from error
        holder = users.find_holder_name(
            session,
            grid_id=wanted.grid_id or 0,
            role=wanted.role,
            valid_from=wanted.valid_from or people.local_today(session),
            valid_to=wanted.valid_to,
        )
        raise Conflict("post_taken", name=holder or "") from error


def close_post(session: Session, post: Post, on: date) -> None:
    """End a post: ``on`` is the first day without it; one that begins later never begins."""
    post.valid_to = max(on, post.valid_from)
    post.version += 1
    post.updated_at = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    session.flush()


def describe(wanted: PostWanted) -> dict[str, Any]:
    """A post as the log keeps it: what is set, days as text."""
    return {
        name: _text(value) if isinstance(value, date) else value
        for name, value in _row(wanted).items()
        if value not in (None, False)
    }


def _place(session: Session, wanted: PostWanted, *, scope: Scope, today: date) -> PostWanted:
    """The post with its county and first day filled in; refuses one outside the asker's scope."""
    county = wanted.county_code
    if wanted.grid_id is not None or wanted.station_id is not None:
        county = users.find_county_of(session, grid_id=wanted.grid_id, station_id=wanted.station_id)
        if county is None or not scope.has_county(county):
            kind, wanted_id = ("grid", wanted.grid_id) if wanted.grid_id else ("station", wanted.station_id)
            raise NotFound(f"{kind}_not_found", id=wanted_id)
    elif not scope.has_county(county):
        raise Forbidden("county_of_others")
    elif county is not None and not users.county_exists(session, county):
        raise NotFound("county_not_found", county=county)
    return replace(wanted, county_code=county, valid_from=wanted.valid_from or today)


def _row(wanted: PostWanted) -> dict[str, Any]:
    return {
        "role": str(wanted.role),
        "county_code": wanted.county_code,
        "grid_id": wanted.grid_id,
        "station_id": wanted.station_id,
        "industry_line": wanted.industry_line,
        "is_deputy": wanted.is_deputy,
        "valid_from": wanted.valid_from,
        "valid_to": wanted.valid_to,
    }


def _refuse_own(user_id: int, by_user_id: int) -> None:
    if user_id == by_user_id:
        raise Forbidden("own_posts")


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
