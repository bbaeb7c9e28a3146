"""Stations, grids, enterprises, demand points and divisions as GeoJSON."""

from collections.abc import Callable
from functools import partial
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from geodata.queries import details, features
from geodata.queries.features import Page
from webmap import auth
from webmap.api import parameters, schemas
from webmap.api.answers import GEO_JSON, answer, collection_text
from webmap.permissions import Permission, requires

bp = APIBlueprint("features", __name__, url_prefix="/api/v1", tag="features")


def _answer_page(
    subjects: set[str],
    read: Callable[..., Page],
    query: parameters.PageQuery,
    *,
    also: list[object] | None = None,
) -> Response:
    asked = query.page_request
    filters: dict[str, Any] = query.filters
    return answer(
        subjects,
        lambda session: collection_text(read(session, asked, **filters)),
        media_type=GEO_JSON,
        also=also or (),
    )


@bp.get("/stations")
@requires(Permission.STATIONS_READ)
@bp.input(parameters.StationsQuery, location="query", arg_name="query")
@bp.output(schemas.StationCollection, content_type=GEO_JSON)
def list_stations(query: parameters.StationsQuery) -> Response:
    """Stations of every type and status, by id."""
    return _answer_page({"stations"}, features.list_stations, query)


@bp.get(f"/stations/<{parameters.ID}:station_id>")
@requires(Permission.STATIONS_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.StationFeature, content_type=GEO_JSON)
def get_station(station_id: int, query: parameters.Query) -> Response:
    """One station with hours, closures and services."""
    # Closures and exceptions end by the clock, not by a write.
    return answer(
        {"stations"},
        lambda session: details.get_station(session, station_id),
        media_type=GEO_JSON,
        also=[parameters.this_minute()],
    )


@bp.get("/grids")
@requires(Permission.GRIDS_READ)
@bp.input(parameters.GridsQuery, location="query", arg_name="query")
@bp.output(schemas.GridCollection, content_type=GEO_JSON)
def list_grids(query: parameters.GridsQuery) -> Response:
    """Grids of the boundary versions in force, by id."""
    return _answer_page({"grids"}, features.list_grids, query)


@bp.get(f"/grids/<{parameters.ID}:grid_id>")
@requires(Permission.GRIDS_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.GridFeature, content_type=GEO_JSON)
def get_grid(grid_id: int, query: parameters.Query) -> Response:
    """One grid; for who may count there, with the number of enterprises it is responsible for."""
    counts = auth.scope(Permission.COUNTS_READ)
    return answer(
        {"grids", "assignments", "enterprises"},
        lambda session: details.get_grid(session, grid_id, counts=counts),
        media_type=GEO_JSON,
    )


@bp.get("/enterprises")
@requires(Permission.ENTERPRISES_READ)
@bp.input(parameters.EnterprisesQuery, location="query", arg_name="query")
@bp.output(schemas.EnterpriseCollection, content_type=GEO_JSON)
def list_enterprises(query: parameters.EnterprisesQuery) -> Response:
    """Enterprises that are the reader's to see, with the grid responsible today, by id."""
    read = partial(features.list_enterprises, scope=auth.scope(Permission.ENTERPRISES_READ))
    return _answer_page({"enterprises", "assignments", "grids"}, read, query)


@bp.get("/demand-points")
@requires(Permission.DEMAND_READ)
@bp.input(parameters.PageQuery, location="query", arg_name="query")
@bp.output(schemas.DemandCollection, content_type=GEO_JSON)
def list_demand_points(query: parameters.PageQuery) -> Response:
    """Places where outdoor workers gather, by id."""
    return _answer_page({"demand"}, features.list_demand_points, query)


@bp.get("/divisions")
@requires(Permission.DIVISIONS_READ)
@bp.input(parameters.DivisionsQuery, location="query", arg_name="query")
@bp.output(schemas.DivisionCollection, content_type=GEO_JSON)
def list_divisions(query: parameters.DivisionsQuery) -> Response:
    """Counties, towns and communities valid today, by id."""
    return _answer_page({"divisions"}, features.list_divisions, query, also=[parameters.today()])
