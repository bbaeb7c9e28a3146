"""Barriers that cut the streets of a county: seen by who may read plans, drawn by planners."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import shapely
from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.planning import barriers
from geodata.planning.barriers import BarrierWanted
from geodata.queries.barriers import BarrierRow, list_barriers
from geodata.rules.barriers import MAX_CORNERS
from geodata.vocab import BarrierKind
from webmap import auth
from webmap.api import parameters
from webmap.api.answers import answer, json_text
from webmap.api.jobs import require_county
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("barriers_api", __name__, url_prefix="/api/v1", tag="barriers")

_ID = f"<{parameters.ID}:barrier_id>"
Position = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=2, max_length=2)]
Corners = Annotated[list[Position], Field(max_length=MAX_CORNERS + 1)]


class Line(BaseModel):
    """A GeoJSON line in longitude/latitude (WGS 84 / CGCS2000)."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["LineString"]
    coordinates: Corners


class Area(BaseModel):
    """A GeoJSON area in longitude/latitude; each ring ends where it begins."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Polygon"]
    coordinates: Annotated[list[Corners], Field(min_length=1, max_length=20)]


class BarrierBody(BaseModel):
    """What a planner says of a barrier."""

    model_config = ConfigDict(extra="forbid")

    name: parameters.Text
    kind: BarrierKind
    valid_from: date
    valid_to: date | None = Field(None, description="The first day on which it stands no more.")
    note: Annotated[str, Field(max_length=500)] | None = None
    shape: Annotated[Line | Area, Field(discriminator="type")]

    def wanted(self) -> BarrierWanted:
        """The barrier wanted."""
        return BarrierWanted(
            name=self.name,
            kind=self.kind,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            note=self.note or None,
            shape=self.shape.model_dump(),
        )


class NewBarrier(BarrierBody):
    """A barrier of a county."""

    county: parameters.County


class LastDay(BaseModel):
    """When a barrier ends."""

    model_config = ConfigDict(extra="forbid")

    on: date = Field(description="The first day on which it stands no more.")


class KeptBarrier(BaseModel):
    """A barrier as kept."""

    id: int
    county: str
    name: str
    kind: BarrierKind
    valid_from: date
    valid_to: date | None
    version: int
    is_invented: bool
    shape: dict[str, Any]
    note: str | None
    drawn_by: str


class Removed(BaseModel):
    """The barrier that is no more."""

    id: int


class Barriers(BaseModel):
    """Barriers of a county: those without an end first, then the latest."""

    barriers: list[KeptBarrier]


class BarriersQuery(parameters.Query):
    """Whose barriers."""

    county: parameters.County


@bp.get("/barriers")
@requires(Permission.PLANS_READ)
@bp.input(BarriersQuery, location="query", arg_name="query")
@bp.output(Barriers)
def get_barriers(query: BarriersQuery) -> Response:
    """All barriers of one of my counties, past ones too."""
    require_county(auth.scope(Permission.PLANS_READ), query.county)

    def read(session: Session) -> str:
        found = list_barriers(session, query.county)
        return json_text({"barriers": [to_json(each) for each in found]})

    return answer({"barriers"}, read)


@bp.post("/barriers")
@requires(Permission.PLANS_WRITE)
@bp.input(NewBarrier, location="json", arg_name="wanted")
@bp.output(KeptBarrier, status_code=201)
def create_barrier(wanted: NewBarrier) -> Response:
    """Draw a barrier in one's county."""

    def work(session: Session) -> Done:
        drawn = barriers.draw_barrier(session, wanted.county, wanted.wanted(), **_writer())
        return Done(to_json(drawn), 201)

    return write(work, creates=True)


@bp.put(f"/barriers/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.input(BarrierBody, location="json", arg_name="wanted")
@bp.output(KeptBarrier)
def put_barrier(barrier_id: int, wanted: BarrierBody) -> Response:
    """Put a barrier right. Needs `If-Match`; where it stands changes only before it has stood a day."""
    version = expected_version()
    return write(
        lambda session: Done(
            to_json(barriers.save_barrier(session, barrier_id, wanted.wanted(), version=version, **_writer()))
        )
    )


@bp.post(f"/barriers/{_ID}/end")
@requires(Permission.PLANS_WRITE)
@bp.input(LastDay, location="json", arg_name="wanted")
@bp.output(KeptBarrier)
def end_barrier(barrier_id: int, wanted: LastDay) -> Response:
    """Let a barrier stand until before a day. Needs `If-Match`."""
    version = expected_version()
    return write(
        lambda session: Done(
            to_json(barriers.end_barrier(session, barrier_id, wanted.on, version=version, **_writer()))
        )
    )


@bp.delete(f"/barriers/{_ID}")
@requires(Permission.PLANS_WRITE)
@bp.output(Removed)
def delete_barrier(barrier_id: int) -> Response:
    """Remove a barrier drawn by mistake, before it has stood a day. Needs `If-Match`."""
    version = expected_version()

    def work(session: Session) -> Done:
        barriers.remove_barrier(session, barrier_id, version=version, **_writer())
        return Done({"id": barrier_id})

    return write(work)


def to_json(barrier: BarrierRow) -> dict[str, Any]:
    """A barrier as JSON."""
    return {
        "id": barrier.id,
        "county": barrier.county_code,
        "name": barrier.name,
        "kind": barrier.kind,
        "valid_from": barrier.valid_from.isoformat(),
        "valid_to": barrier.valid_to and barrier.valid_to.isoformat(),
        "version": barrier.version,
        "is_invented": barrier.is_invented,
        "shape": json.loads(shapely.to_geojson(barrier.shape)),
        "note": barrier.note,
        "drawn_by": barrier.drawn_by,
    }


def _writer() -> dict[str, Any]:
    return {"scope": auth.scope(Permission.PLANS_WRITE), "by": auth.me().login}
