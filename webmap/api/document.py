"""The OpenAPI 3.1 document: what the routes declare, completed by what every operation has in common."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app

from geodata import __version__
from webmap.api import parameters
from webmap.api.answers import JSON, json_text
from webmap.api.schemas import Problem
from webmap.errors import PROBLEM_JSON
from webmap.permissions import Permission, requires

bp = APIBlueprint("document", __name__, url_prefix="/api/v1", enable_openapi=False)

_DESCRIPTION = """Stations, grids, enterprises, founding cases and ten-minute coverage of a county union.

What is public needs no account; the rest goes by the session of a signed-in user and shows only the rows
of that user's posts. Writes carry the session's token in `X-CSRF-Token`; those that create also a client-made
`Idempotency-Key`, so that sending again does nothing twice; saves name the version they are based on in
`If-Match`, and a newer one is never overwritten (409).

Errors are `application/problem+json` with a stable `code`. Collections are pages by ascending id: `limit`
says how many features at most, `next` is the `after` of the next page. Every answer has a weak `ETag`; send
it back as `If-None-Match` to get 304 while nothing changed. Coordinates are WGS 84 / CGCS2000 longitude,
latitude."""

_PROBLEMS = {
    "400": "The request cannot be understood; `code` says why.",
    "401": "Nobody is signed in.",
    "403": "No post of the user allows this, or the request did not come from a page of ours.",
    "404": "There is no such thing, or it is not the reader's to see.",
    "405": "This address does not take this method.",
    "422": "A parameter is unknown or out of its bounds; `parameters` lists them.",
    "503": "The database is away or busy; `Retry-After` says when to come back.",
}
_WRITE_PROBLEMS = {
    "409": "The state of the data forbids it; `params` says who saved meanwhile, or who has it.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "428": "The save names no version in `If-Match`.",
    "429": "Too often; `Retry-After` says when to come back.",
}
_PATH_BOUNDS = {
    "z": {"type": "integer", "minimum": 5, "maximum": 18},
    "x": {"type": "integer", "minimum": 0, "maximum": 2**18 - 1},
    "y": {"type": "integer", "minimum": 0, "maximum": 2**18 - 1},
    "on": {"type": "string", "format": "date"},
    "purpose": {"type": "string", "enum": ["report", "preview", "export"]},
    "item_code": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
}
_ID_BOUNDS = {"type": "integer", "minimum": 1, "maximum": parameters.MAX_ID}


def configure(app: APIFlask) -> None:
    """Let the application describe itself."""
    app.config.update(
        INFO={"title": "Tenmin 十分钟", "version": __version__, "description": _DESCRIPTION},
        SERVERS=[{"url": "/", "description": "this server"}],
        AUTO_OPERATION_ID=True,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
    )
    app.spec_processor(_complete)


@bp.get("/openapi.json")
@requires(Permission.DOCUMENT_READ)
def get_document() -> Response:
    """This document."""
    app: Any = current_app
    response = Response(json_text(app.spec), content_type=JSON)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _complete(spec: Any) -> Any:
    problem = Problem.model_json_schema()
    spec["components"].setdefault("schemas", {})["Problem"] = problem
    spec["components"]["responses"] = {
        status: {
            "description": description,
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, description in (_PROBLEMS | _WRITE_PROBLEMS).items()
    }
    for path in spec["paths"].values():
        for method, operation in path.items():
            _complete_operation(operation, reads=method == "get")
    return spec


def _complete_operation(operation: dict[str, Any], *, reads: bool) -> None:
    responses = operation["responses"]
    for status in _PROBLEMS if reads else _PROBLEMS | _WRITE_PROBLEMS:
        responses.setdefault(status, {"$ref": f"#/components/responses/{status}"})
    if reads:
        responses.setdefault("304", {"description": "Nothing changed since the ETag in If-None-Match."})
    for parameter in operation.setdefault("parameters", []):
        if parameter["in"] == "path":
            parameter["required"] = True
            parameter["schema"] = _PATH_BOUNDS.get(parameter["name"], _ID_BOUNDS)
        else:
            parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """In an address a parameter is there or not; ``null`` would be a word."""
    kept = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if not kept:
        return schema
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**rest, **kept[0]} if len(kept) == 1 else {**rest, "anyOf": kept}
