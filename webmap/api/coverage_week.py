"""The hours of a week, longer opening, ways, and both measures side by side: computed, never written."""

import gzip

from apiflask import APIBlueprint
from flask import Response

from geodata.coverage.week import WeekQuestion
from webmap import requests, week_answers
from webmap.api import coverage_week_schemas, parameters
from webmap.api.answers import JSON, revalidated
from webmap.permissions import Permission, requires

bp = APIBlueprint("coverage_week", __name__, url_prefix="/api/v1", tag="coverage")


@bp.get("/coverage/week")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.WeekQuery, location="query", arg_name="query")
@bp.output(coverage_week_schemas.WeekAnswer)
def get_week(query: parameters.WeekQuery) -> Response:
    """People covered in each of the 168 hours of a week; with `open24`, the difference it would make."""
    question = WeekQuestion(
        county_code=query.county,
        rule_code=query.rule,
        measure=query.measure,
        services=query.service_codes,
        as_of=query.as_of or parameters.today(),
        open24=query.opened,
    ).normalized()
    return revalidated(
        (week_answers.version(), question.as_of), lambda: _unpacked(week_answers.week_of(question))
    )


@bp.get("/coverage/longer-hours")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.LongerHoursQuery, location="query", arg_name="query")
@bp.output(coverage_week_schemas.LongerHours)
def get_longer_hours(query: parameters.LongerHoursQuery) -> Response:
    """Which stations, opened longer, newly cover most people at the hour; one after the other."""
    question = parameters.coverage_question(query)
    all_night = query.until == "24h"
    return revalidated(
        (week_answers.version(), question.as_of),
        lambda: _unpacked(week_answers.longer_hours_for(question, count=query.count, all_night=all_night)),
    )


@bp.get("/coverage/nearest")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.CountyCoverageQuery, location="query", arg_name="query")
@bp.output(coverage_week_schemas.WaysAnswer)
def get_nearest(query: parameters.CountyCoverageQuery) -> Response:
    """How far people have it to the nearest counting station: quantiles, and shares within 5, 10, 15 min."""
    question = parameters.coverage_question(query)
    return revalidated(
        (week_answers.version(), question.as_of), lambda: _unpacked(week_answers.ways_of(question))
    )


@bp.get("/coverage/difference")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.CountyCoverageQuery, location="query", arg_name="query")
@bp.output(coverage_week_schemas.DifferenceAnswer)
def get_difference(query: parameters.CountyCoverageQuery) -> Response:
    """Straight line and streets side by side, and the places where the circle misleads."""
    question = parameters.coverage_question(query)
    return revalidated(
        (week_answers.version(), question.as_of), lambda: _unpacked(week_answers.difference_of(question))
    )


def _unpacked(zipped: bytes) -> Response:
    if requests.takes_gzip():
        return Response(zipped, content_type=JSON, headers={"Content-Encoding": "gzip"})
    return Response(gzip.decompress(zipped), content_type=JSON)
