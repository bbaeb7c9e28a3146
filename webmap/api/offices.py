"""The list of union offices that the public may ask, kept by the planner and the administrator."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.assignment.offices import add_office, read_offices, save_office
from webmap import auth, requests
from webmap.api.parameters import TEXT_PATTERN, Query, Text
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("offices_api", __name__, url_prefix="/api/v1", tag="offices")

Phone = Annotated[str, Field(max_length=30, pattern=r"^[0-9+() \-—转]{3,30}$")]


class OfficeFacts(BaseModel):
    """What is told about an office. The telephone is a fixed line; a person's is refused."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    phone: Phone | None = None
    address: Text | None = None
    hours: Text | None = None


class NewOffice(OfficeFacts):
    """An office of a county (6 digits) or town (9 digits)."""

    division_code: Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3})?$")]


class KeptOffice(BaseModel):
    """An office as kept."""

    division_code: str
    division_name: str | None
    name: Annotated[str, Field(pattern=TEXT_PATTERN)]
    phone: str | None
    address: str | None
    hours: str | None
    version: int
    is_invented: bool


class Offices(BaseModel):
    """Offices by code."""

    offices: list[KeptOffice]


@bp.get("/union-offices")
@requires(Permission.OFFICES_WRITE)
@bp.input(Query, location="query", arg_name="query")
@bp.output(Offices)
def get_offices(query: Query) -> Response:
    """The offices of one's counties."""
    found = read_offices(requests.session(), auth.scope(Permission.OFFICES_WRITE))
    return requests.json_response({"offices": [asdict(each) for each in found]})


@bp.post("/union-offices")
@requires(Permission.OFFICES_WRITE)
@bp.input(NewOffice, location="json", arg_name="office")
@bp.output(KeptOffice, status_code=201)
def create_office(office: NewOffice) -> Response:
    """Add the office of a town or county."""

    def work(session: Session) -> Done:
        scope = auth.scope(Permission.OFFICES_WRITE)
        added = add_office(session, office.model_dump(), scope=scope, by=auth.me().login)
        return Done(asdict(added), 201)

    return write(work, creates=True)


@bp.put("/union-offices/<string(minlength=6,maxlength=9):code>")
@requires(Permission.OFFICES_WRITE)
@bp.input(OfficeFacts, location="json", arg_name="office")
@bp.output(KeptOffice)
def put_office(code: str, office: OfficeFacts) -> Response:
    """Change an office. Needs `If-Match` with its version."""
    version = expected_version()

    def work(session: Session) -> Done:
        saved = save_office(
            session,
            code,
            office.model_dump(),
            scope=auth.scope(Permission.OFFICES_WRITE),
            version=version,
            by=auth.me().login,
        )
        return Done(asdict(saved))

    return write(work)
