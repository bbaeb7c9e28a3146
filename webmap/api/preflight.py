"""Preflight of a county: what its figures cannot use or should not trust, and how to mend it."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from geodata.rules.preflight import Subject, Trouble, Weight
from geodata.vocab import Measure
from webmap import auth, requests, week_answers
from webmap.api import parameters
from webmap.api.answers import JSON, compress, json_text, revalidated
from webmap.api.coverage_week_schemas import NetworkBeside
from webmap.api.jobs import require_county
from webmap.permissions import Permission, requires
from webmap.preflight_words import put_in_words

bp = APIBlueprint("preflight_api", __name__, url_prefix="/api/v1", tag="coverage")


class PreflightSummary(BaseModel):
    """How many stations and places are unusable, and how many doubtful only."""

    unusable: int
    doubtful: int


class PreflightCount(BaseModel):
    """How many stations or places have one trouble; `people` for places only."""

    subject: Subject
    reason: Trouble
    group: Weight
    count: int
    people: int | None


class PreflightFinding(BaseModel):
    """One trouble of one station or place, in words, with a page to mend it."""

    subject: Subject
    reason: Trouble
    group: Weight
    id: int
    code: str | None
    name: str
    people: int | None
    point: list[float] | None
    values: dict[str, Any]
    sentence: str
    mend: str
    map: str | None


class OwnAndNeighbours(BaseModel):
    """People covered by one's own stations only (the official figure), and with the neighbours'."""

    measure: Measure
    people: int
    own: int
    own_share: float | None
    with_neighbours: int
    with_neighbours_share: float | None


class NeighbourStation(BaseModel):
    """A station of another county near the border; `counts` at the hour asked about."""

    id: int
    code: str
    name: str
    county: str | None
    point: list[float]
    counts: bool


class PreflightAnswer(BaseModel):
    """Unusable first; things left out by rule are listed last and count in neither number."""

    question: dict[str, Any]
    rule: dict[str, Any]
    network: NetworkBeside | None
    totals: dict[str, int]
    summary: PreflightSummary
    counts: list[PreflightCount]
    findings: list[PreflightFinding] = Field(description="At most 500, see `findings_left_out`.")
    findings_left_out: int
    figures: list[OwnAndNeighbours]
    neighbours: list[NeighbourStation]


@bp.get("/preflight")
@requires(Permission.PLANS_READ)
@bp.input(parameters.CountyCoverageQuery, location="query", arg_name="query")
@bp.output(PreflightAnswer)
def get_preflight(query: parameters.CountyCoverageQuery) -> Response:
    """What to mend before a figure of the county is believed."""
    require_county(auth.scope(Permission.PLANS_READ), query.county)
    question = parameters.coverage_question(query)

    def make() -> Response:
        found = week_answers.unpack(week_answers.preflight_of(question))
        told = put_in_words(requests.session(), found, query.county)
        return compress(Response(json_text(told), content_type=JSON))

    return revalidated((week_answers.version(), question.as_of), make)
