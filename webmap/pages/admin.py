"""Users: the list, and one person with posts, hand-over, password and access."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, Response, request

from geodata.errors import InvalidInput
from geodata.queries import people, post_choices, users
from geodata.queries.users import UserFilter, UserRow
from geodata.queries.vacancies import list_vacancies
from geodata.rules.passwords import MIN_LENGTH
from geodata.rules.posts import HANDED_OVER, SCOPE_OF
from geodata.vocab import GRID_ROLES, Role
from webmap import auth, requests
from webmap.pages import layout
from webmap.permissions import Permission, requires

bp = Blueprint("admin", __name__)

MAX_ID = 2**53 - 1
ID = f"int(min=1,max={MAX_ID})"
PAGE = 50
MAX_TEXT = 100
STATES = ("active", "disabled", "unposted")


@bp.get("/admin/users")
@requires(Permission.USERS_READ)
def list_users() -> Response:
    """Who has an account, with which posts; grids that lack somebody."""
    session = requests.session()
    scope = auth.scope(Permission.USERS_READ)
    wanted = UserFilter(
        q=_text("q"), role=_one_of("role", Role), county=_text("county"), state=_one_of("state", STATES)
    )
    found = users.list_users(session, scope=scope, wanted=wanted, after=_after(), limit=PAGE + 1)
    return layout.render(
        "admin/users.html",
        title_key="admin.users",
        tab="users",
        found=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        total=users.count_users(session, scope=scope, wanted=wanted),
        wanted=wanted,
        is_filtered=wanted != UserFilter(),
        later_pages=_after() is not None,
        counties=post_choices.list_counties(session, scope),
        vacancies=list_vacancies(session, scope),
        roles=list(Role),
        states=STATES,
        min_length=MIN_LENGTH,
    )


@bp.get(f"/admin/users/<{ID}:user_id>")
@requires(Permission.USERS_READ)
def show_user(user_id: int) -> Response:
    """One person: who, which posts since when, and what can be done."""
    session = requests.session()
    scope = auth.scope(Permission.USERS_READ)
    found = users.get_user(session, user_id, scope=scope)
    asker = auth.me()
    is_editable = auth.may(Permission.USERS_WRITE)
    is_self = found.id == asker.user_id
    today = people.local_today(session)
    return layout.render(
        "admin/user.html",
        title_key="admin.user",
        tab="users",
        user=found,
        held=[post for post in found.posts if post.state != "ended"],
        ended=[post for post in found.posts if post.state == "ended"],
        handed=_handed(found),
        is_self=is_self,
        may_edit=is_editable and not is_self and found.is_governed,
        may_post=is_editable and not is_self,
        scope=scope,
        today=today,
        tomorrow=today + timedelta(days=1),
        has_sign_on=requests.settings().has_sign_on,
        counties=post_choices.list_counties(session, scope),
        grids=post_choices.list_grids(session, scope),
        stations=post_choices.list_stations(session, scope),
        lines=post_choices.list_lines(session, scope),
        colleagues=post_choices.list_colleagues(session, scope, but=user_id),
        roles=list(Role),
        scope_of={str(role): name for role, name in SCOPE_OF.items()},
        grid_roles=sorted(GRID_ROLES),
        is_everywhere=scope.everything,
    )


def _handed(found: UserRow) -> list[users.PostRow]:
    """The posts that a hand-over would take along."""
    return [post for post in found.posts if post.state != "ended" and post.role in HANDED_OVER]


def _text(name: str) -> str | None:
    """A filter as typed; what no name can hold is refused."""
    value = request.args.get(name, "").strip()[:MAX_TEXT]
    if not value:
        return None
    if not value.isprintable():
        raise InvalidInput("parameter_invalid")
    return value


def _one_of(name: str, words: Iterable[str]) -> str | None:
    value = request.args.get(name, "")
    return value if value in {str(word) for word in words} else None


def _after() -> int | None:
    value = request.args.get("after", "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) <= MAX_ID):
        raise InvalidInput("parameter_invalid")
    return int(value)
