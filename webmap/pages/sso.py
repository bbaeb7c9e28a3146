"""Single sign-on by OpenID Connect: code flow with PKCE, state and nonce. Nobody gets an account by it.

Whoever comes back from the provider is a user here only if an administrator linked that subject. What must
survive the way there and back travels in a cookie of ten minutes that only this server can have made.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, make_response, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from geodata.accounts import signing_in
from geodata.db import transaction
from geodata.errors import InvalidInput, Misconfigured, NotFound, Unreachable
from webmap import auth, requests
from webmap.pages import layout
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from werkzeug.wrappers import Response as BaseResponse

bp = Blueprint("sso", __name__)

COOKIE = "tenmin_sso"
_TRIP_S = 600
_TIMEOUT_S = 10
_SCOPE = "openid"
_MAX_SUBJECT = 255
_LEEWAY_S = 30
_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a public key: never ``none``, never a secret shared with the provider."""


@dataclass(frozen=True)
class _Provider:
    """What the provider's own document says of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def install(app: Flask) -> None:
    """Refuse to start with single sign-on asked for and its libraries missing.

    Raises:
        Misconfigured: ``sso_extra_missing``.
    """
    with app.app_context():
        wants = requests.settings().has_sign_on
    if wants and (find_spec("authlib") is None or find_spec("requests") is None):
        raise Misconfigured("sso_extra_missing")


@bp.get("/sso/start")
@requires(Permission.SIGN_IN)
def start() -> BaseResponse:
    """Send the reader to the provider."""
    _require_offered()
    wanted = request.args.get("next", "")[:200]
    trip = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "next": wanted if auth.is_local(wanted) else "",
    }
    with _agreed():
        provider = _find_provider()
        address, _state = _client().create_authorization_url(
            provider.authorization_endpoint,
            state=trip["state"],
            nonce=trip["nonce"],
            code_verifier=trip["verifier"],
        )
    response = make_response(redirect(address))
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        _serializer().dumps(trip),
        max_age=_TRIP_S,
        secure=request.is_secure or requests.settings().https,
        httponly=True,
        samesite="Lax",
        path="/sso",
    )
    return response


@bp.get("/sso/callback")
@requires(Permission.SIGN_IN)
def finish() -> BaseResponse:
    """Take the reader back from the provider and open a session, if the subject is linked to a user."""
    _require_offered()
    trip = _read_trip()
    if request.args.get("error"):
        return _refused("sso_refused")
    if not secrets.compare_digest(request.args.get("state", "").encode(), trip["state"].encode()):
        return _refused("sso_trip_lost")
    with _agreed():
        subject = _read_subject(trip)
    address = request.remote_addr or "-"
    with transaction(requests.engine()) as session:
        opened = signing_in.sign_in_by_subject(
            session, subject=subject, address=address, lifetime=requests.settings().session_lifetime
        )
    if opened is None:
        return _refused("sso_unknown")
    response = make_response(redirect(trip["next"] or "/home"))
    auth.set_cookie(response, opened)
    return _forget_trip(response)


def _read_subject(trip: dict[str, str]) -> str:
    """Who the provider says it is: the subject of an ID token it signed, for us, in answer to this trip."""
    from joserfc import jwk, jwt  # noqa: PLC0415 - an optional extra

    provider = _find_provider()
    client = _client()
    answer = client.fetch_token(
        provider.token_endpoint,
        grant_type="authorization_code",
        code=request.args.get("code", ""),
        code_verifier=trip["verifier"],
        timeout=_TIMEOUT_S,
    )
    keys = jwk.KeySet.import_key_set(cast("Any", _get_json(provider.jwks_uri)))
    token = jwt.decode(answer["id_token"], keys, algorithms=list(_SIGNED_BY))
    jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": client.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": trip["nonce"]},
    ).validate(token.claims)
    subject, party = str(token.claims["sub"]), token.claims.get("azp", client.client_id)
    if party != client.client_id or not 0 < len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        raise Unreachable("sso_unavailable")
    return subject


def _find_provider() -> _Provider:
    """The provider's endpoints, from its well-known document, which must speak of itself."""
    issuer = (requests.settings().oidc_issuer or "").rstrip("/")
    found = _get_json(f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise Unreachable("sso_unavailable")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    places = {name: str(found.get(name, "")) for name in names}
    scheme = urlsplit(issuer).scheme
    if any(urlsplit(place).scheme not in {scheme, "https"} for place in places.values()):
        raise Unreachable("sso_unavailable")
    return _Provider(issuer=str(found["issuer"]), **places)


def _get_json(address: str) -> dict[str, Any]:
    answer = _client().get(address, withhold_token=True, timeout=_TIMEOUT_S, allow_redirects=False)
    answer.raise_for_status()
    return cast("dict[str, Any]", answer.json())


def _client() -> OAuth2Session:
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - an optional extra

    settings = requests.settings()
    client = OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope=_SCOPE,
        redirect_uri=url_for("sso.finish", _external=True),
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
    )
    client.trust_env = False
    return client


@contextmanager
def _agreed() -> Iterator[None]:
    """Whatever goes wrong between us and the provider is one refusal, whose cause only the log tells."""
    import requests as http  # noqa: PLC0415 - an optional extra
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        yield
    except (http.RequestException, AuthlibBaseError, JoseError, ValueError, KeyError) as error:
        raise Unreachable("sso_unavailable") from error


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(requests.settings().oidc_client_secret or "", salt="tenmin.sso.trip")


def _read_trip() -> dict[str, str]:
    try:
        found = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=_TRIP_S)
    except BadData as error:
        raise InvalidInput("sso_trip_lost") from error
    return cast("dict[str, str]", found)


def _refused(code: str) -> BaseResponse:
    response = layout.render(
        "account/login.html",
        title_key="account.sign_in",
        status=400,
        wanted="",
        failed=f"error.{code}",
        failed_params={},
    )
    return _forget_trip(response)


def _forget_trip(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/sso")
    response.headers["Cache-Control"] = "no-store"
    return response


def _require_offered() -> None:
    if not requests.settings().has_sign_on:
        raise NotFound
