"""One's own account: who am I, my password, a fresh token."""

from typing import TYPE_CHECKING, Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.accounts import signing_in
from geodata.db import transaction
from webmap import auth, requests
from webmap.permissions import Permission, requires
from webmap.writes import Done, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("account_api", __name__, url_prefix="/api/v1", tag="account")


class PasswordChange(BaseModel):
    """The password of today and the one wanted."""

    model_config = ConfigDict(extra="forbid")

    current: Annotated[str, Field(max_length=200)]
    wanted: Annotated[str, Field(max_length=200)]


class Me(BaseModel):
    """Who is signed in."""

    user: int
    login: str
    name: str
    csrf: str
    roles: list[str]


class Saved(BaseModel):
    """A write that leaves nothing to tell."""


@bp.get("/me")
@requires(Permission.ACCOUNT_SELF)
@bp.output(Me)
def get_me() -> Response:
    """Who is signed in, with the token that writes need: for pages opened before the session was renewed."""
    asker = auth.me()
    response = requests.json_response(
        {
            "user": asker.user_id,
            "login": asker.login,
            "name": asker.name,
            "csrf": asker.csrf_token,
            "roles": sorted(asker.roles),
        }
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/me/password")
@requires(Permission.ACCOUNT_SELF)
@bp.input(PasswordChange, location="json", arg_name="change")
@bp.output(Saved)
def change_password(change: PasswordChange) -> Response:
    """Change one's password; all other sessions of the user end."""
    asker = auth.me()
    with transaction(requests.engine()) as counting:
        wait = signing_in.count_password_try(counting, asker.user_id)
    signing_in.require_no_wait(wait)

    def work(session: "Session") -> Done:
        signing_in.change_own_password(
            session,
            user_id=asker.user_id,
            session_id=asker.session_id,
            current=change.current,
            wanted=change.wanted,
        )
        return Done()

    return write(work)
