"""``tenmin user``: accounts and posts; how an installation gets its first administrator.

A password never stands on the command line, where other people of the machine could read it: it is asked
for, read from standard input, or made here and printed once.
"""

import getpass
import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from geodata.accounts import posts, users
from geodata.accounts.users import Created, Profile
from geodata.errors import NotFound
from geodata.queries import people
from geodata.queries import users as stored
from geodata.queries.scopes import Scope
from geodata.queries.users import PostRow, UserFilter, UserRow
from geodata.rules.posts import PostWanted
from geodata.vocab import Role
from scripts.cli.console import Console, command

_ALL = Scope(everything=True)
_NOBODY = 0
_PAGE = 500
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("user")
def user() -> None:
    """Accounts and their posts. The first administrator is made here, all others on the pages."""


def _by() -> str:
    return f"cli:{getpass.getuser()}"


_role = click.option("--role", type=click.Choice([str(role) for role in Role]))
_county = click.option("--county", help="Six-digit county code; all counties when left out.")
_grid = click.option("--grid", help="Code of a grid (with --county), for liaison and supervising_cadre.")
_station = click.option("--station", help="Code of a station, for station_manager.")
_line = click.option("--line", help="Industry line, for instructor.")
_deputy = click.option("--deputy", is_flag=True, help="A deputy of the grid's liaison or cadre.")
_since = click.option("--from", "since", type=_DAY, help="First day; today when left out.")
_until = click.option("--until", type=_DAY, help="First day without the post; open when left out.")


@user.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as colleagues read it.")
@click.option("--work-phone", help="Number that colleagues may call.")
@click.option("--organisation", help="Where the person works.")
@click.option("--ask-password", is_flag=True, help="Ask for the password instead of making one.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_role
@_county
@command
def create(  # noqa: PLR0913 - one option, one parameter
    console: Console,
    login: str,
    *,
    name: str,
    work_phone: str | None,
    organisation: str | None,
    ask_password: bool,
    password_stdin: bool,
    role: str | None,
    county: str | None,
) -> None:
    """Make the account LOGIN, with a post if --role is given; the first sign-in asks for a new password."""
    password = _read_password(ask=ask_password, from_stdin=password_stdin)
    profile = Profile(name, work_phone, organisation)
    with console.transaction() as session:
        made = users.create_user(session, login=login, profile=profile, by=_by(), password=password)
        if role is not None:
            wanted = PostWanted(Role(role), county_code=county)
            posts.add_post(session, made.user_id, wanted, scope=_ALL, by=_by(), by_user_id=_NOBODY)
    _tell(console, made, was_given=password is not None)


def _read_password(*, ask: bool, from_stdin: bool) -> str | None:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if ask:
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return None


def _tell(console: Console, made: Created, *, was_given: bool) -> None:
    console.print(console.say("cli.user_ready", login=made.login))
    if not was_given:
        console.print(console.say("cli.user_password", password=made.password))
    secret = {} if was_given else {"password": made.password}
    console.result({"user_id": made.user_id, "login": made.login, **secret})


@user.command("list")
@click.option("--q", help="Part of a name, login or organisation.")
@_role
@_county
@click.option("--state", type=click.Choice(["active", "disabled", "unposted"]))
@command
def list_users(console: Console, **asked: Any) -> None:
    """List accounts with the posts they hold."""
    found: list[UserRow] = []
    with console.transaction() as session:
        wanted = UserFilter(**asked)
        while page := stored.list_users(
            session, scope=_ALL, wanted=wanted, after=found[-1].id if found else None, limit=_PAGE
        ):
            found += page
    for row in found:
        state = "disabled" if row.disabled_at else "active"
        line = {"login": row.login, "name": row.name, "state": console.say(f"admin.state.{state}")}
        console.print(console.say("cli.user_line", **line))
        for held in row.posts:
            console.print(console.say("cli.post_line", **_post_words(console, held)))
    console.result({"users": [asdict(row) for row in found]})


def _post_words(console: Console, held: PostRow) -> dict[str, Any]:
    return {
        "id": held.id,
        "role": console.say(f"role.{held.role}"),
        "scope": held.scope_name or held.scope_code or console.say("admin.all_counties"),
        "since": held.valid_from,
        "until": held.valid_to or "—",
    }


@user.command()
@click.argument("login")
@_role
@_county
@_grid
@_station
@_line
@_deputy
@_since
@_until
@click.option("--end", "post_id", type=int, help="End this post (its number is in the list) instead.")
@command
def post(
    console: Console,
    login: str,
    *,
    role: str | None,
    since: datetime | None,
    until: datetime | None,
    post_id: int | None,
    **scope: Any,
) -> None:
    """Give LOGIN a post, or end one: --end NUMBER, from today or from --until on."""
    if (role is None) == (post_id is None):
        raise click.UsageError("give either --role or --end")
    with console.transaction() as session:
        owner = _find(session, login)
        if post_id is not None:
            _end(session, owner, post_id, _day(until) or people.local_today(session))
            console.print(console.say("cli.post_ended", id=post_id))
            console.result({"post_id": post_id})
            return
        wanted = _wanted(session, Role(str(role)), since=_day(since), until=_day(until), **scope)
        made = posts.add_post(session, owner.id, wanted, scope=_ALL, by=_by(), by_user_id=_NOBODY)
    console.print(console.say("cli.post_added", id=made))
    console.result({"post_id": made})


def _wanted(  # noqa: PLR0913 - one option, one parameter
    session: Session,
    role: Role,
    *,
    county: str | None,
    grid: str | None,
    station: str | None,
    line: str | None,
    deputy: bool,
    since: date | None,
    until: date | None,
) -> PostWanted:
    return PostWanted(
        role=role,
        county_code=county,
        grid_id=None if grid is None else stored.get_grid_id(session, county, grid),
        station_id=None if station is None else stored.get_station_id(session, station),
        industry_line=line,
        is_deputy=deputy,
        valid_from=since,
        valid_to=until,
    )


def _end(session: Session, owner: UserRow, post_id: int, on: date) -> None:
    held = next((held for held in owner.posts if held.id == post_id), None)
    if held is None:
        raise NotFound("post_not_found")
    posts.end_post(session, post_id, on=on, version=held.version, scope=_ALL, by=_by(), by_user_id=_NOBODY)


@user.command()
@click.argument("login")
@command
def disable(console: Console, login: str) -> None:
    """Take access away from LOGIN at once; the account and its name in the log stay."""
    with console.transaction() as session:
        found = _find(session, login)
        users.disable_user(session, found.id, version=found.version, scope=_ALL, by=_by(), by_user_id=_NOBODY)
    console.print(console.say("cli.user_disabled", login=login))
    console.result({"login": login, "disabled": True})


@user.command()
@click.argument("login")
@command
def enable(console: Console, login: str) -> None:
    """Give access back to LOGIN."""
    with console.transaction() as session:
        found = _find(session, login)
        users.enable_user(session, found.id, version=found.version, scope=_ALL, by=_by())
    console.print(console.say("cli.user_ready", login=login))
    console.result({"login": login, "disabled": False})


@user.command("reset-password")
@click.argument("login")
@command
def reset_password(console: Console, login: str) -> None:
    """Give LOGIN a one-time password, printed once, and end all of its sessions."""
    with console.transaction() as session:
        found = _find(session, login)
        made = users.reset_password(
            session, found.id, version=found.version, scope=_ALL, by=_by(), by_user_id=_NOBODY
        )
    _tell(console, made, was_given=False)


def _find(session: Session, login: str) -> UserRow:
    found = people.find_user(session, login)
    if found is None:
        raise NotFound("user_not_found")
    return stored.get_user(session, found.id, scope=_ALL)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
