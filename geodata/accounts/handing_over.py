"""Handing over: everything of somebody who leaves goes to a successor in one action.

The old posts end on the day and the same posts begin for the successor on that day, so a grid is never
without a responsible person. Open work goes along at once; what was done keeps the name of who did it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geodata.accounts.posts import close_post, describe, insert_post
from geodata.errors import Conflict, Forbidden, InvalidInput
from geodata.founding.handover import move_work
from geodata.models import Post
from geodata.queries import audit, people, users
from geodata.queries.scopes import Scope
from geodata.rules.posts import HANDED_OVER, PostWanted
from geodata.vocab import Role


@dataclass(frozen=True)
class HandedOver:
    """What went to the successor: how many posts, and how many open cases."""

    posts: int
    work: int
    on: date


def hand_over(
    session: Session,
    *,
    from_user_id: int,
    to_user_id: int,
    on: date,
    scope: Scope,
    by: str,
    by_user_id: int,
) -> HandedOver:
    """Give all grids, stations and lines of one person, with all open work, to another.

    Args:
        session: where.
        from_user_id: who leaves; may be disabled already.
        to_user_id: who takes over; must be able to sign in.
        on: first day of the successor: today or tomorrow.
        scope: the asker's; both people must be in it, and all posts that go over.
        by: login of the asker.
        by_user_id: the asker, who is neither of the two.

    Raises:
        NotFound: ``user_not_found``.
        Forbidden: ``own_posts``; ``user_of_others`` when a post lies outside the asker's scope.
        InvalidInput: ``hand_over_day``, ``hand_over_to_self``.
        Conflict: ``user_disabled``, ``nothing_to_hand_over``, ``post_taken``.
    """
    if from_user_id == to_user_id:
        raise InvalidInput("hand_over_to_self")
    if by_user_id in {from_user_id, to_user_id}:
        raise Forbidden("own_posts")
    _lock_both(session, from_user_id, to_user_id, scope=scope)
    today = people.local_today(session)
    if on not in {today, today + timedelta(days=1)}:
        raise InvalidInput("hand_over_day")
    posts = [post for post in users.list_unfinished_posts(session, from_user_id) if post.role in HANDED_OVER]
    if not posts:
        raise Conflict("nothing_to_hand_over")
    if not all(scope.has_county(post.county_code) for post in posts):
        raise Forbidden("user_of_others")
    moved = [_move_post(session, post, to_user_id, on=on) for post in posts]
    work = move_work(session, from_user_id, to_user_id, grid_ids=None, by=by)
    audit.note(
        session,
        by=by,
        action="handed_over",
        subject_kind="user",
        subject_id=from_user_id,
        before={"posts": [post.id for post in posts]},
        after={"to_user_id": to_user_id, "on": on.isoformat(), "posts": moved, "work": work},
    )
    return HandedOver(len(posts), work, on)


def _lock_both(session: Session, from_user_id: int, to_user_id: int, *, scope: Scope) -> None:
    for user_id in (from_user_id, to_user_id):
        users.get_user(session, user_id, scope=scope)
    # In the order of ids, so that two who hand over to each other wait instead of blocking each other.
    locked = {user_id: users.lock_user(session, user_id) for user_id in sorted((from_user_id, to_user_id))}
    if locked[to_user_id].disabled_at is not None:
        raise Conflict("user_disabled")


def _move_post(session: Session, post: Post, to_user_id: int, *, on: date) -> dict[str, Any]:
    """End one post and begin the successor's; a successor who sits there already keeps the higher seat."""
    begins = max(on, post.valid_from)
    wanted = PostWanted(
        role=Role(post.role),
        county_code=post.county_code,
        grid_id=post.grid_id,
        station_id=post.station_id,
        industry_line=post.industry_line,
        is_deputy=post.is_deputy,
        valid_from=begins,
        valid_to=post.valid_to,
    )
    until = post.valid_to
    close_post(session, post, begins)
    for seat in _same_seats(session, post, to_user_id, begins=begins, until=until):
        # The database allows one holder, so only a deputy's seat can lie beside the one that goes over.
        if post.is_deputy:
            return {"kept": seat.id}
        close_post(session, seat, begins)
    if until is not None and until <= begins:
        return {"ended": post.id}
    return describe(wanted) | {"id": insert_post(session, to_user_id, wanted)}


def _same_seats(
    session: Session, post: Post, user_id: int, *, begins: date, until: date | None
) -> list[Post]:
    """The successor's own posts over the same scope in some of the same days."""
    return [
        seat
        for seat in users.list_unfinished_posts(session, user_id)
        if _scope(seat) == _scope(post)
        and (until is None or seat.valid_from < until)
        and (seat.valid_to is None or seat.valid_to > begins)
    ]


def _scope(post: Post) -> tuple[object, ...]:
    return (post.role, post.county_code, post.grid_id, post.station_id, post.industry_line)
