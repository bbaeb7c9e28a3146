"""One box for stations, enterprises and grids."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from geodata.queries.search import LIMIT, find_by_text
from webmap import auth
from webmap.api import parameters
from webmap.api.answers import answer, json_text
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


bp = APIBlueprint("search", __name__, url_prefix="/api/v1", tag="search")


class FoundThing(BaseModel):
    """A station, enterprise or grid."""

    kind: Literal["station", "enterprise", "grid"]
    id: int
    code: str | None
    name: str
    county: str | None
    note: str | None = Field(description="Address, or the kind of a grid.")
    rank: int = Field(description="0 the whole name or code, 1 its start, 2 inside.")
    point: list[float] | None = Field(description="Longitude, latitude; null when not on the map.")


class SearchAnswer(BaseModel):
    """What was found, best first, at most `limit`."""

    q: str
    limit: int
    results: list[FoundThing]


@bp.get("/search")
@requires(Permission.MAP_READ)
@bp.input(parameters.SearchQuery, location="query", arg_name="query")
@bp.output(SearchAnswer)
def search(query: parameters.SearchQuery) -> Response:
    """Find by two characters of a name, a credit code, a station or grid code.

    Enterprises are found by who may look up their owner.
    """

    def read(session: Session) -> str:
        scope = auth.scope(Permission.OWNERS_LOOK_UP)
        found = find_by_text(session, query.q, scope=scope, county=query.county)
        return json_text({"q": query.q, "limit": LIMIT, "results": [asdict(one) for one in found]})

    return answer({"stations", "enterprises", "grids"}, read)
