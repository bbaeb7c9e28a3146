"""One table from what went wrong to a status; one form for the answer: problem+json, or a small page.

Below ``/api/`` every error is ``application/problem+json`` (RFC 9457) with the stable ``code`` of the
domain; elsewhere it is a short page. The sentence is in the reader's language.
"""

import json
import logging
from http import HTTPStatus
from typing import Any

import sqlalchemy.exc
from flask import Flask, Response, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from geodata import errors
from webmap.i18n import has_key, translate
from webmap.requests import RETRY_AFTER_S, locale

PROBLEM_JSON = "application/problem+json"

STATUS = {
    errors.NotFound: 404,
    errors.InvalidInput: 400,
    errors.RefusedFile: 422,
    errors.BoundaryBlocked: 409,
    errors.Stale: 409,
    errors.VersionMissing: 428,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.TooMany: 429,
    errors.Conflict: 409,
    errors.Unreachable: 503,
    errors.Misconfigured: 503,
    errors.GeodataError: 500,
}
"""The nearest class in an error's ancestry decides."""

HTTP_CODES = {
    400: "request_malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "request_too_large",
    414: "address_too_long",
    415: "media_type_unsupported",
    422: "parameter_invalid",
    429: "too_many_requests",
    431: "headers_too_large",
}

_WITH_PARAMS = {409, 422, 429}
"""Refusals whose parameters a program needs too: who saved meanwhile, how long to wait."""

_QUERY_CANCELED = "57014"
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every error of an application in one form."""
    app.register_error_handler(errors.GeodataError, _answer_domain_error)
    app.register_error_handler(sqlalchemy.exc.DBAPIError, _answer_database_error)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, _answer_full_pool)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_bug)


def status_of(error: errors.GeodataError) -> int:
    """The HTTP status of a domain error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def sentence_of(error: errors.GeodataError) -> str:
    """What a domain error says in the reader's language, for answers that tell of several."""
    return _sentence(locale(), error.code, error.params)


def _answer_domain_error(error: errors.GeodataError) -> Response:
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("domain error %s", error)
    return problem(status, error.code, params=error.params)


def _answer_database_error(error: sqlalchemy.exc.DBAPIError) -> Response:
    """An outage is 503 and worth a retry; everything else the database says is our bug."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == _QUERY_CANCELED:
        return problem(503, "database_too_slow")
    is_outage = (
        isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)
        or error.connection_invalidated
    )
    if is_outage:
        _log.warning("database unavailable (%s)", state or type(error.orig).__name__)
        return problem(503, "database_unavailable")
    if state in {"42P01", "42703", "42883"}:  # table, column or function missing: not migrated yet
        _log.error("database schema is not this program's (%s)", state)
        return problem(503, "database_not_ready")
    return _answer_bug(error)


def _answer_full_pool(_error: sqlalchemy.exc.TimeoutError) -> Response:
    return problem(503, "database_unavailable")


def _answer_http_error(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:  # a redirect is no error
        return Response(status=status, headers=error.get_headers(request.environ))
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    answer = problem(status, HTTP_CODES.get(status, "internal" if is_ours else "request_refused"))
    answer.headers.extend(
        (name, value)
        for name, value in error.get_headers(request.environ)
        if name not in {"Content-Type", "Content-Length"}
    )
    return answer


def _answer_bug(error: Exception) -> Response:
    _log.exception("unexpected error at %s", request.path, exc_info=error)
    return problem(500, "internal")


def problem(
    status: int,
    code: str,
    *,
    params: dict[str, Any] | None = None,
    parameters: list[dict[str, str]] | None = None,
) -> Response:
    """An error answer. ``parameters`` lists what is wrong with each request parameter, by name."""
    language = locale()
    sentence = _sentence(language, code, params or {})
    if request.path.startswith("/api/"):
        body = {
            "type": f"urn:tenmin:error:{code}",
            "title": HTTP_STATUS_CODES.get(status, "Error"),
            "status": status,
            "detail": sentence,
            "code": code,
        }
        if parameters:
            body["parameters"] = parameters
        if params and status in _WITH_PARAMS:
            body["params"] = params
        answer = Response(
            json.dumps(body, ensure_ascii=False, default=str), status, content_type=PROBLEM_JSON
        )
    else:
        answer = Response(_page(language, status, sentence), status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Language"] = language
    answer.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = str((params or {}).get("retry_after_s", RETRY_AFTER_S))
    answer.vary.add("Accept-Language")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _sentence(language: str, code: str, params: dict[str, Any]) -> str:
    """The sentence of a code; a code without one, or with other parameters, must not break the answer."""
    key = f"error.{code}"
    try:
        return translate(language, key if has_key(key) else "error.internal", **params)
    except (KeyError, IndexError, ValueError):
        _log.exception("no sentence for %s with %s", code, sorted(params))
        return translate(language, "error.internal")


def _page(language: str, status: int, sentence: str) -> str:
    back = translate(language, "error.page_back")
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{status}</title><h1>{status}</h1><p>{escape(sentence)}</p>"
        f'<p><a href="/">{escape(back)}</a></p></html>'
    )
