"""Refusals of the API's own: parameters that do not fit what an operation declares."""

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, request
from pydantic import ValidationError

from geodata.errors import InvalidInput
from webmap.errors import problem


def install(app: APIFlask) -> None:
    """Refuse repeated parameters, and tell what is wrong with each parameter by its name."""
    app.before_request(_refuse_repeated)
    app.register_error_handler(HTTPError, _answer_invalid)


def _refuse_repeated() -> None:
    """Which of two values was meant? Better to ask than to guess."""
    if not request.path.startswith("/api/"):
        return
    repeated = sorted(name for name, values in request.args.lists() if len(values) > 1)
    if repeated:
        raise InvalidInput("parameter_repeated", names=", ".join(repeated)[:100])


def _answer_invalid(error: HTTPError) -> Response:
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return problem(error.status_code, "parameter_invalid")
    found = [
        {"parameter": ".".join(str(part) for part in item["loc"])[:100], "problem": item["type"]}
        for item in cause.errors(include_url=False, include_context=False, include_input=False)
    ]
    unknown = any(item["problem"] == "extra_forbidden" for item in found)
    return problem(422, "parameter_unknown" if unknown else "parameter_invalid", parameters=found)
