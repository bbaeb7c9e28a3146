"""Single sign-on against a stand-in provider that really speaks HTTP on this machine."""

import base64
import hashlib
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from joserfc import jwk, jwt
from werkzeug.test import TestResponse

from geodata.accounts import users
from geodata.accounts.users import Profile
from geodata.db import transaction
from geodata.errors import Misconfigured
from geodata.queries.scopes import Scope
from scripts.cluster import Cluster
from tests.office import OfficeClient
from webmap.app import create_app
from webmap.config import Settings

CLIENT, SECRET = "tenmin", "stand-in-secret"


def new_key() -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": "k1"}, private=True)


class Provider(ThreadingHTTPServer):
    """A provider with one key. A test may spoil what it says: ``claims`` go over the true ones."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key: Any = new_key()
        self.subject = ""
        self.claims: dict[str, Any] = {}
        self.algorithm, self.signing_key = "RS256", self.key
        self.document: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.granted: dict[str, str] = {}

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "k1"}
        if self.algorithm == "none":
            parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims))
            return b".".join(part.rstrip(b"=") for part in parts).decode() + "."
        return jwt.encode(header, claims, self.signing_key, algorithms=[self.algorithm])


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        pass

    def _say(self, body: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        provider = self.server
        if self.path == "/.well-known/openid-configuration":
            places = {
                "issuer": provider.issuer,
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "jwks_uri": f"{provider.issuer}/keys",
            }
            self._say(places | provider.document)
        elif self.path == "/keys":
            self._say({"keys": [provider.key.as_dict(private=False)]})
        else:
            self._say({}, 404)

    def do_POST(self) -> None:
        provider = self.server
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = {name: values[0] for name, values in form.items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
        is_right = (
            given["code"] == "the-code"
            and self.headers["Authorization"] == f"Basic {basic}"
            and challenge.rstrip(b"=").decode() == provider.asked["code_challenge"]
        )
        provider.granted = given
        if not is_right:
            self._say({"error": "invalid_grant"}, 400)
            return
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": provider.token()})


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.shutdown()
    thread.join()
    provider.server_close()


@pytest.fixture
def provider(listening: Provider) -> Provider:
    listening.claims, listening.document, listening.asked = {}, {}, {}
    listening.algorithm, listening.signing_key = "RS256", listening.key
    return listening


def settings(url: str, provider: Provider) -> Settings:
    return Settings(
        database_url=url,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_label="统一身份认证",
    )


@pytest.fixture(scope="module")
def url(cluster: Cluster, template_database: str) -> str:
    cluster.create_database("single_sign_on", template=template_database)
    return cluster.url("single_sign_on")


_numbers = itertools.count(1)


@pytest.fixture
def client(url: str, provider: Provider) -> Iterator[OfficeClient]:
    """Somebody before the sign-in page; the provider's subject is linked to a user of its own."""
    app = create_app(settings(url, provider))
    app.test_client_class = OfficeClient
    engine = app.extensions["tenmin.engine"]
    number = next(_numbers)
    provider.subject = f"employee-{number}"
    with transaction(engine) as session:
        made = users.create_user(session, login=f"wang{number}", profile=Profile("王桂兰"), by="t")
        users.link_sign_on(
            session,
            made.user_id,
            subject=provider.subject,
            version=made.version,
            scope=Scope(everything=True),
            by="t",
            by_user_id=0,
        )
    yield app.test_client()
    engine.dispose()


def go(client: OfficeClient, provider: Provider, path: str = "/sso/start") -> str:
    """Begin, as a browser would; returns the state that the provider sends back."""
    answer = client.get(path)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    place = urlsplit(answer.headers["Location"])
    provider.asked = {name: values[0] for name, values in parse_qs(place.query).items()}
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{provider.issuer}/authorize"
    return provider.asked["state"]


def come_back(client: OfficeClient, **query: str) -> TestResponse:
    return client.get("/sso/callback", query_string={"code": "the-code", **query})


def is_signed_in(client: OfficeClient) -> bool:
    return client.get("/api/v1/me").status_code == 200


def entries(client: OfficeClient) -> list[sa.Row]:
    with client.application.extensions["tenmin.engine"].connect() as connection:
        return list(connection.execute(sa.text("SELECT * FROM audit_entries ORDER BY id")))


def test_sign_in_page_offers_single_sign_on_by_its_name(client: OfficeClient) -> None:
    assert "用统一身份认证登录" in client.get("/login").get_data(as_text=True)


def test_linked_subject_is_signed_in_with_pkce_state_and_nonce(
    client: OfficeClient, provider: Provider
) -> None:
    state = go(client, provider, "/sso/start?next=/account")
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["scope"] == "openid"
    assert len(provider.asked["nonce"]) > 30
    answer = come_back(client, state=state)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert is_signed_in(client)
    assert provider.granted["grant_type"] == "authorization_code"
    assert entries(client)[-1].after == {"via": "sso"}


def test_linked_user_has_no_password_to_change_or_guess(client: OfficeClient, provider: Provider) -> None:
    come_back(client, state=go(client, provider))
    me = client.get("/account")
    assert "一次性密码" not in me.get_data(as_text=True)


def test_unknown_subject_gets_no_account_and_is_logged(client: OfficeClient, provider: Provider) -> None:
    provider.claims = {"sub": "somebody-else"}
    answer = come_back(client, state=go(client, provider))
    assert answer.status_code == 400
    assert "还没有关联" in answer.get_data(as_text=True)
    assert not is_signed_in(client)
    with client.application.extensions["tenmin.engine"].connect() as connection:
        made = sa.text("SELECT count(*) FROM users WHERE sso_subject = 'somebody-else'")
        assert connection.scalar(made) == 0
    assert entries(client)[-1].action == "sign_in_failed"


def test_disabled_user_is_not_signed_in(client: OfficeClient, provider: Provider) -> None:
    with client.application.extensions["tenmin.engine"].begin() as connection:
        connection.execute(sa.text("UPDATE users SET disabled_at = now()"))
    assert come_back(client, state=go(client, provider)).status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_token_that_is_not_the_answer_to_this_sign_in_is_refused(
    client: OfficeClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert come_back(client, state=go(client, provider)).status_code == 503
    assert not is_signed_in(client)


def test_token_signed_by_another_key_is_refused(client: OfficeClient, provider: Provider) -> None:
    provider.signing_key = new_key()
    assert come_back(client, state=go(client, provider)).status_code == 503
    assert not is_signed_in(client)


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_token_signed_with_a_shared_secret_or_not_at_all_is_refused(
    client: OfficeClient, provider: Provider, algorithm: str
) -> None:
    provider.algorithm, provider.signing_key = (
        algorithm,
        jwk.OctKey.import_key(SECRET * 3),
    )
    assert come_back(client, state=go(client, provider)).status_code == 503
    assert not is_signed_in(client)


def test_wrong_state_is_refused(client: OfficeClient, provider: Provider) -> None:
    go(client, provider)
    assert come_back(client, state="another").status_code == 400
    assert not is_signed_in(client)


def test_trip_of_another_browser_is_refused(client: OfficeClient, provider: Provider) -> None:
    state = go(client, provider)
    other = client.application.test_client()
    assert come_back(other, state=state).status_code == 400
    other.set_cookie("tenmin_sso", "forged", path="/sso")
    assert come_back(other, state=state).status_code == 400


def test_trip_is_good_once(client: OfficeClient, provider: Provider) -> None:
    state = go(client, provider)
    come_back(client, state="another")
    assert come_back(client, state=state).status_code == 400


def test_provider_that_refuses_is_told(client: OfficeClient, provider: Provider) -> None:
    answer = come_back(client, state=go(client, provider), error="access_denied")
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_provider_that_speaks_for_another_is_refused(client: OfficeClient, provider: Provider) -> None:
    provider.document = {"issuer": "https://evil.example"}
    assert client.get("/sso/start").status_code == 503
    provider.document = {"token_endpoint": "file:///etc/passwd"}
    assert client.get("/sso/start").status_code == 503


def test_wrong_code_is_refused(client: OfficeClient, provider: Provider) -> None:
    state = go(client, provider)
    answer = client.get("/sso/callback", query_string={"code": "guessed", "state": state})
    assert answer.status_code == 503


def test_provider_that_is_away_is_an_outage_with_a_sentence(url: str, provider: Provider) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as gone:
        address = f"http://127.0.0.1:{gone.server_port}"
    away = Settings(database_url=url, oidc_issuer=address, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    app = create_app(away)
    answer = app.test_client().get("/sso/start")
    assert answer.status_code == 503
    assert "统一登录现在用不了" in answer.get_data(as_text=True)
    app.extensions["tenmin.engine"].dispose()


def test_next_page_elsewhere_is_not_followed(client: OfficeClient, provider: Provider) -> None:
    state = go(client, provider, "/sso/start?next=//evil.example")
    assert come_back(client, state=state).headers["Location"] == "/home"


def test_without_settings_there_is_no_single_sign_on(url: str) -> None:
    app = create_app(Settings(database_url=url))
    assert app.test_client().get("/sso/start").status_code == 404
    assert app.test_client().get("/sso/callback?code=x&state=y").status_code == 404
    assert "/sso/start" not in app.test_client().get("/login").get_data(as_text=True)
    app.extensions["tenmin.engine"].dispose()


def test_settings_without_the_extra_installed_are_refused_at_start(
    url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)
    with pytest.raises(Misconfigured, match="sso_extra_missing"):
        create_app(settings(url, provider))
