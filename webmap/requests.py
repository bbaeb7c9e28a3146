"""What every request has: a read-only session, a language, a nonce; and what every answer carries."""

import secrets
from collections.abc import Callable
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from geodata.db import make_engine, normalize_url
from geodata.rules.base_map import BaseMap
from geodata.settings.base_map import find_base_map
from webmap.config import Settings
from webmap.i18n import choose_locale

STATEMENT_TIMEOUT_S = 15
"""A read that takes longer is given up and answered with 503."""

CONNECT_TIMEOUT_S = 5
RETRY_AFTER_S = 10

LANGUAGE_COOKIE = "lang"
_HTTPS_FOR_S = 365 * 24 * 60 * 60

_ENGINE, _READER = "tenmin.engine", "tenmin.reader"
_SETTINGS = "tenmin.settings"


def install(app: Flask, settings: Settings) -> None:
    """Give an application its engine and the habits of this module."""
    app.extensions[_SETTINGS] = settings
    app.extensions[_ENGINE] = _open_engine(settings.database_url)
    app.extensions[_READER] = app.extensions[_ENGINE].execution_options(
        postgresql_readonly=True, isolation_level="REPEATABLE READ"
    )
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.teardown_appcontext(_close_session)
    app.after_request(_protect)


def _open_engine(url: str) -> sa.Engine:
    """An engine that gives up on a silent server; nothing connects before the first query."""
    parsed = sa.make_url(normalize_url(url))
    if "connect_timeout" not in parsed.query:
        parsed = parsed.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
    # Said once a connection, not once a request: a question to the server less in each of them.
    return make_engine(parsed.render_as_string(hide_password=False), statement_timeout_s=STATEMENT_TIMEOUT_S)


def settings() -> Settings:
    """The settings of the running application."""
    return cast("Settings", current_app.extensions[_SETTINGS])


def engine() -> sa.Engine:
    """The one engine of the running application."""
    return cast("sa.Engine", current_app.extensions[_ENGINE])


def session() -> Session:
    """The session of this request: one read-only transaction that sees one state of the data.

    REPEATABLE READ, so that the data version in an ETag and the rows below it are of the same moment.
    """
    if "session" not in g:
        g.session = Session(current_app.extensions[_READER])
    return cast("Session", g.session)


def close_session() -> None:
    """End the reading of this request; a later read sees a newer state."""
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()


def _close_session(_error: BaseException | None) -> None:
    close_session()


def view(endpoint: str) -> Callable[..., object]:
    """The view function of an endpoint."""
    return current_app.view_functions[endpoint]


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON answer with Chinese as it is."""
    return Response(current_app.json.dumps(body), status, content_type="application/json")


def locale() -> str:
    """The reader's language: ``?lang=``, else the choice kept, else the browser's wish, else Chinese."""
    if "locale" not in g:
        wanted = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        g.locale = choose_locale(wanted, request.headers.get("Accept-Language"))
    return cast("str", g.locale)


def takes_gzip() -> bool:
    """Whether to send this reader gzip: it says so, and there is a wire to save.

    Servers name themselves in ``SERVER_SOFTWARE``; a caller inside the process does not, and many of those
    (test clients of WSGI) send a browser's headers without being able to unzip.
    """
    return "SERVER_SOFTWARE" in request.environ and bool(request.accept_encodings["gzip"])


def csp_nonce() -> str:
    """The word that lets an inline script or style of this one answer run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast("str", g.csp_nonce)


def content_security_policy(nonce: str, image_source: str | None) -> str:
    """Nothing from anywhere but here; images also from the base map, if the office chose one."""
    images = " ".join(filter(None, ("'self' data: blob:", image_source)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {images}",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def base_map() -> BaseMap | None:
    """The base map of the office, for an answer that draws it: only such answers may load its images.

    What an administrator stored goes before the environment; stored without an address it is none.
    """
    stored, _version = find_base_map(session())
    found = settings().base_map if stored is None else stored
    if found is None or found.url is None:
        return None
    g.image_source = found.source
    return found


def _protect(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = content_security_policy(csp_nonce(), g.get("image_source"))
    if settings().https:
        headers["Strict-Transport-Security"] = f"max-age={_HTTPS_FOR_S}"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-cache")
        response.vary.update(("Accept-Language",))
    return response
