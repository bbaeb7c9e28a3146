"""Whether the service can work: it and its database answer."""

from apiflask import APIBlueprint
from flask import Response

from geodata import __version__
from geodata.queries.state import check_reachable
from webmap import requests
from webmap.api import parameters, schemas
from webmap.api.answers import JSON, json_text
from webmap.permissions import Permission, requires

bp = APIBlueprint("health", __name__, url_prefix="/api/v1", tag="service")


@bp.get("/healthz")
@requires(Permission.HEALTH_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Health)
def get_health(query: parameters.Query) -> Response:
    """200 when service and database answer, else 503."""
    check_reachable(requests.session())
    response = Response(json_text({"status": "ok", "version": __version__}), content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
