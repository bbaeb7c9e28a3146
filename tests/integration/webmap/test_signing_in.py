"""Signing in by the form: sessions, their end, guessing, what the log keeps."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from werkzeug.test import TestResponse

from geodata.accounts import signing_in, users
from geodata.accounts.users import Profile
from geodata.db import transaction
from geodata.queries.scopes import Scope
from scripts.cluster import Cluster
from tests.office import OfficeClient, open_session
from webmap.app import create_app
from webmap.auth import COOKIE, is_local
from webmap.config import Settings

PASSWORD = "kettle-harbour-92-quince"  # noqa: S105 - of a user that lives for one test
ALL = Scope(everything=True)


@dataclass
class Desk:
    """The application, with one new user and nobody slowed yet."""

    app: APIFlask
    engine: sa.Engine
    user_id: int
    login: str
    first_entry: int

    def client(self) -> OfficeClient:
        return self.app.test_client()

    def sign_in(
        self, client: OfficeClient, login: str | None = None, password: str = PASSWORD, **more
    ) -> TestResponse:
        form = {"login": login or self.login, "password": password, **more.pop("data", {})}
        return client.post("/login", data=form, **more)

    def version(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(
                sa.text("SELECT version FROM users WHERE id = :id"), {"id": self.user_id}
            )

    def run(self, sql: str) -> None:
        """Change what belongs to the user, ``:id``."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(sql), {"id": self.user_id})

    def log(self) -> list[sa.Row]:
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    sa.text("SELECT * FROM audit_entries WHERE id > :first ORDER BY id"),
                    {"first": self.first_entry},
                )
            )


@pytest.fixture(scope="module")
def offices(cluster: Cluster, template_database: str) -> Iterator[APIFlask]:
    cluster.create_database("signing_in", template=template_database)
    app = create_app(Settings(database_url=cluster.url("signing_in")))
    app.test_client_class = OfficeClient
    yield app
    app.extensions["tenmin.engine"].dispose()


_numbers = itertools.count(1)


@pytest.fixture
def desk(offices: APIFlask) -> Desk:
    engine = offices.extensions["tenmin.engine"]
    login = f"wang{next(_numbers)}"
    with transaction(engine) as session:
        made = users.create_user(
            session, login=login, profile=Profile("王桂兰"), by="test", password=PASSWORD
        )
        session.execute(sa.text("DELETE FROM attempts"))
        session.execute(
            sa.text("UPDATE users SET must_change_password = false WHERE id = :id"), {"id": made.user_id}
        )
        last = session.scalar(sa.text("SELECT max(id) FROM audit_entries"))
    return Desk(offices, engine, made.user_id, login, last)


def is_signed_in(client: OfficeClient) -> bool:
    return client.get("/api/v1/me").status_code == 200


def test_sign_in_gives_a_new_secret_and_leads_on(desk: Desk) -> None:
    client = desk.client()
    answer = desk.sign_in(client, data={"next": "/account"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    first = client.get_cookie(COOKIE).value
    desk.sign_in(client)
    assert client.get_cookie(COOKIE).value != first
    assert is_signed_in(client)


def test_sign_in_never_takes_a_secret_the_browser_brought(desk: Desk) -> None:
    client = desk.client()
    client.set_cookie(COOKIE, "chosen-by-somebody-else")
    desk.sign_in(client)
    assert client.get_cookie(COOKIE).value != "chosen-by-somebody-else"


def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    client, stolen = desk.client(), desk.client()
    desk.sign_in(client)
    stolen.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    desk.sign_in(client)
    assert not is_signed_in(stolen)


def test_cookie_is_for_http_only_and_this_site_only_and_secure_under_https(desk: Desk) -> None:
    plain = desk.sign_in(desk.client()).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Path=/" in plain
    assert "Domain" not in plain
    assert "Secure" in desk.sign_in(desk.client(), base_url="https://localhost").headers["Set-Cookie"]


def test_session_is_dead_on_the_server_after_signing_out(desk: Desk) -> None:
    client, stolen = desk.client(), desk.client()
    desk.sign_in(client)
    stolen.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    csrf = client.get("/api/v1/me").get_json()["csrf"]
    client.post("/logout", data={"csrf": csrf})
    assert client.get_cookie(COOKIE) is None
    assert not is_signed_in(stolen)


def test_sign_out_without_the_token_is_refused(desk: Desk) -> None:
    client = desk.client()
    desk.sign_in(client)
    assert client.post("/logout").status_code == 403
    assert is_signed_in(client)


def end_by_disabling(desk: Desk, client: OfficeClient) -> None:
    with transaction(desk.engine) as session:
        users.disable_user(session, desk.user_id, version=desk.version(), scope=ALL, by="admin", by_user_id=0)


def end_by_reset(desk: Desk, client: OfficeClient) -> None:
    with transaction(desk.engine) as session:
        users.reset_password(
            session, desk.user_id, version=desk.version(), scope=ALL, by="admin", by_user_id=0
        )


def end_by_idling(desk: Desk, client: OfficeClient) -> None:
    desk.run("UPDATE login_sessions SET seen_at = seen_at - interval '121 minutes' WHERE user_id = :id")


def end_by_age(desk: Desk, client: OfficeClient) -> None:
    desk.run("UPDATE login_sessions SET expires_at = now() WHERE user_id = :id")


@pytest.mark.parametrize("end", [end_by_disabling, end_by_reset, end_by_idling, end_by_age])
def test_session_is_dead_at_once(desk: Desk, end: Callable[[Desk, OfficeClient], None]) -> None:
    client = desk.client()
    desk.sign_in(client)
    assert is_signed_in(client)
    end(desk, client)
    assert not is_signed_in(client)


def test_use_keeps_a_session_alive(desk: Desk) -> None:
    client = desk.client()
    desk.sign_in(client)
    desk.run("UPDATE login_sessions SET seen_at = now() - interval '100 minutes' WHERE user_id = :id")
    assert is_signed_in(client)
    with desk.engine.connect() as connection:
        rested = connection.scalar(
            sa.text("SELECT now() - seen_at FROM login_sessions WHERE user_id = :id"), {"id": desk.user_id}
        )
    assert rested < timedelta(minutes=1)


def change(client: OfficeClient, current: str, wanted: str) -> TestResponse:
    client.csrf = client.get("/api/v1/me").get_json()["csrf"]
    return client.post_json("/api/v1/me/password", {"current": current, "wanted": wanted})


def test_changed_password_ends_all_other_sessions_and_keeps_this_one(desk: Desk) -> None:
    here, there = desk.client(), desk.client()
    desk.sign_in(here)
    desk.sign_in(there)
    assert change(here, PASSWORD, "marble-otter-17-lantern").status_code == 200
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert desk.sign_in(desk.client()).status_code == 400
    assert desk.sign_in(desk.client(), password="marble-otter-17-lantern").status_code == 302  # noqa: S106


def test_own_password_cannot_be_guessed_with_a_stolen_session(desk: Desk) -> None:
    client = desk.client()
    desk.sign_in(client)
    answers = [change(client, f"guess-{number}-xyz", "marble-otter-17-lantern") for number in range(8)]
    codes = [answer.status_code for answer in answers]
    assert codes[0] == 400
    assert codes[-1] == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert change(client, PASSWORD, "marble-otter-17-lantern").status_code == 429


@pytest.mark.parametrize(
    "wanted",
    ["password123", "1234567890", "woaini1314520", "qwerty123456", "short", "wang123456"],
)
def test_common_or_own_name_as_password_is_refused(desk: Desk, wanted: str) -> None:
    client = desk.client()
    desk.sign_in(client)
    answer = change(client, PASSWORD, wanted)
    assert answer.status_code == 400
    assert answer.get_json()["code"] in {"password_too_short", "password_too_common"}


def test_one_time_password_opens_nothing_but_the_way_to_change_it(desk: Desk) -> None:
    desk.run("UPDATE users SET must_change_password = true WHERE id = :id")
    desk.run("INSERT INTO posts (user_id, role) VALUES (:id, 'admin')")
    client = desk.client()
    assert desk.sign_in(client).headers["Location"] == "/account"
    assert client.get("/admin/users").headers["Location"] == "/account"
    answer = client.get("/api/v1/calendar?year=2026")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "password_must_change")
    assert change(client, PASSWORD, "marble-otter-17-lantern").status_code == 200
    assert client.get("/admin/users").status_code == 200


def test_failed_sign_in_says_the_same_for_wrong_unknown_and_disabled(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        gone = users.create_user(
            session, login=f"gone-{desk.login}", profile=Profile("离任"), by="t", password=PASSWORD
        )
        users.disable_user(session, gone.user_id, version=1, scope=ALL, by="t", by_user_id=0)
    texts = set()
    for login, password in (
        (desk.login, "wrong-password"),
        ("nobody", PASSWORD),
        (f"gone-{desk.login}", PASSWORD),
    ):
        answer = desk.sign_in(desk.client(), login, password)
        assert answer.status_code == 400
        text = answer.get_data(as_text=True).replace(f'value="{login}"', "")
        texts.add("".join(part for part in text.split("\n") if "nonce" not in part))
    assert len(texts) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_guessing_one_user_is_slowed_whatever_address_is_claimed(desk: Desk, is_known: bool) -> None:
    login = desk.login if is_known else "nobody-of-this-name"
    answers = [
        desk.sign_in(
            desk.client(),
            login,
            f"wrong-{number}",
            headers={"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        for number in range(7)
    ]
    assert [answer.status_code for answer in answers[:5]] == [400] * 5
    assert [answer.status_code for answer in answers[5:]] == [429] * 2
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 300


def test_slowed_user_is_refused_with_the_right_password_and_others_are_not(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        users.create_user(session, login=f"li-{desk.login}", profile=Profile("李"), by="t", password=PASSWORD)
    for number in range(6):
        desk.sign_in(
            desk.client(), desk.login, "wrong", environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
    assert desk.sign_in(desk.client()).status_code == 429
    assert desk.sign_in(desk.client(), f"li-{desk.login}").status_code == 302


@pytest.mark.parametrize(
    "addresses",
    [["192.0.2.7"] * 12, [f"2001:db8:1:2::{number:x}" for number in range(12)]],
    ids=["one IPv4 address", "one IPv6 network"],
)
def test_guessing_from_one_address_is_slowed_over_many_users(desk: Desk, addresses: list[str]) -> None:
    codes = [
        desk.sign_in(
            desk.client(), f"user{number}", "wrong", environ_overrides={"REMOTE_ADDR": address}
        ).status_code
        for number, address in enumerate(addresses)
    ]
    assert codes[:10] == [400] * 10
    assert codes[10:] == [429] * 2
    elsewhere = {"REMOTE_ADDR": "198.51.100.1"}
    assert desk.sign_in(desk.client(), environ_overrides=elsewhere).status_code == 302


def test_an_office_behind_one_address_does_not_lock_itself_out(desk: Desk) -> None:
    assert [desk.sign_in(desk.client()).status_code for _ in range(12)] == [302] * 12


@pytest.mark.parametrize("login", ["a\x00b", "'; DROP TABLE users;--", "王" * 200, "\u202e", "${7*7}", "<b>"])
@pytest.mark.parametrize("password", ["\x00", "x" * 5000])
def test_odd_names_and_passwords_are_wrong_and_break_nothing(desk: Desk, login: str, password: str) -> None:
    answer = desk.sign_in(desk.client(), login, password)
    assert answer.status_code == 400
    assert "<b>" not in answer.get_data(as_text=True).replace("<b></b>", "")


def test_failed_sign_in_is_logged_with_its_address_and_without_what_was_typed(desk: Desk) -> None:
    desk.sign_in(desk.client(), "my-secret-typed-too-early", "x")
    desk.sign_in(desk.client(), desk.login, "another-secret")
    unknown, known = desk.log()[-2:]
    assert (unknown.actor, unknown.action, unknown.subject_id) == ("-", "sign_in_failed", "-")
    assert (known.actor, known.subject_id) == (desk.login, str(desk.user_id))
    assert known.after == {"address": "127.0.0.1"}
    assert "secret" not in repr(desk.log())


def test_sign_in_and_out_are_logged_once_each(desk: Desk) -> None:
    before = len(desk.log())
    client = desk.client()
    desk.sign_in(client)
    client.post("/logout", data={"csrf": client.get("/api/v1/me").get_json()["csrf"]})
    assert [row.action for row in desk.log()[before:]] == ["signed_in", "signed_out"]


def test_database_keeps_no_secret_of_a_session(desk: Desk) -> None:
    client = desk.client()
    desk.sign_in(client)
    secret = client.get_cookie(COOKIE).value
    with desk.engine.connect() as connection:
        kept = connection.execute(
            sa.text("SELECT token_hash FROM login_sessions WHERE user_id = :id"), {"id": desk.user_id}
        ).scalar_one()
    assert kept == signing_in.hash_token(secret)
    assert secret.encode() not in bytes(kept)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/my-grid?x=1", True),
        ("/a//b", True),
        ("", False),
        ("my-grid", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("/\t\\evil.example", False),
        ("/\n/evil.example", False),
        ("//[", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/x\x00", False),
    ],
)
def test_address_after_signing_in_stays_here(address: str, expected: bool) -> None:
    assert is_local(address) is expected


def test_next_page_elsewhere_is_not_followed(desk: Desk) -> None:
    for wanted in ("https://evil.example", "//evil.example", "/\t\\evil.example"):
        answer = desk.sign_in(desk.client(), data={"next": wanted})
        assert answer.headers["Location"] == "/home"


def test_sign_in_posted_by_another_site_is_refused(desk: Desk) -> None:
    answer = desk.sign_in(desk.client(), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_https_is_kept_by_the_browser_only_where_it_is_used(desk: Desk, cluster: Cluster) -> None:
    assert "Strict-Transport-Security" not in desk.client().get("/login").headers
    app = create_app(Settings(database_url=cluster.url("signing_in"), https=True))
    answer = app.test_client().get("/login")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    app.extensions["tenmin.engine"].dispose()


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/api/v1/me", "/"])
def test_every_answer_carries_the_guarding_headers_and_no_version(desk: Desk, path: str) -> None:
    headers = desk.client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers


def test_proxies_of_our_own_are_believed_as_far_as_they_stand(desk: Desk, cluster: Cluster) -> None:
    app = create_app(Settings(database_url=cluster.url("signing_in"), trusted_proxies=1))
    codes = [
        app.test_client()
        .post(
            "/login",
            data={"login": f"u{number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.9.9.{number}, 203.0.113.5"},
        )
        .status_code
        for number in range(12)
    ]
    assert codes.count(429) == 2
    app.extensions["tenmin.engine"].dispose()


def test_session_opened_for_a_test_is_like_any_other(desk: Desk) -> None:
    client = desk.client()
    client.set_cookie(COOKIE, open_session(desk.engine, desk.login)[0])
    assert is_signed_in(client)
