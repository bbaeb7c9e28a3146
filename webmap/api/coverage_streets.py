"""What a map draws of coverage along streets: the streets in reach, and the reach of one station."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Hashable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from geodata.coverage.street_drawing import describe_reach, draw_served
from geodata.queries.state import data_version
from webmap import requests
from webmap.api import coverage_schemas, parameters
from webmap.api.answers import JSON, json_text, revalidated
from webmap.memory import Memory
from webmap.permissions import Permission, requires

bp = APIBlueprint("coverage_streets", __name__, url_prefix="/api/v1", tag="coverage")

_SUBJECTS = ("barriers", "demand", "divisions", "networks", "rules", "stations")
_MEMORY_BYTES = 24 * 1024 * 1024
_GZIP_LEVEL = 5
_memory = Memory(_MEMORY_BYTES)


@bp.get("/coverage/streets")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.CoverageQuery, location="query", arg_name="query")
@bp.output(coverage_schemas.ServedStreets)
def get_served_streets(query: parameters.CoverageQuery) -> Response:
    """The streets of a county from which a counting station is in time: a drawing, never a count."""
    question = parameters.coverage_question(query)
    return _kept(("served", question), question.as_of, lambda: draw_served(requests.session(), question))


@bp.get(f"/coverage/stations/<{parameters.ID}:station_id>/reach")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.ReachQuery, location="query", arg_name="query")
@bp.output(coverage_schemas.StationReach)
def get_station_reach(station_id: int, query: parameters.ReachQuery) -> Response:
    """People within reach of one station, whatever its hours, by both measures, and the streets it serves."""
    today = parameters.today()
    return _kept(
        ("reach", station_id, query.rule),
        today,
        lambda: describe_reach(requests.session(), station_id, query.rule, today),
    )


def _kept(question: Hashable, today: object, describe: Callable[[], dict[str, Any]]) -> Response:
    """The answer from memory, or made now; either way revalidated by the version of the data."""
    version = data_version(requests.session(), _SUBJECTS)
    key = (str(requests.engine().url), question, today, version)

    def make() -> Response:
        zipped = _memory.get(key, lambda: gzip.compress(json_text(describe()).encode(), _GZIP_LEVEL, mtime=0))
        if requests.takes_gzip():
            return Response(zipped, content_type=JSON, headers={"Content-Encoding": "gzip"})
        return Response(gzip.decompress(zipped), content_type=JSON)

    return revalidated((version, today), make)
