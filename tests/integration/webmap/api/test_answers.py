"""What every answer has: ETag, 304, gzip, language, headers; and errors in one form."""

import gzip
import json

import pytest
import sqlalchemy as sa

from webmap.config import Settings

REVALIDATED = (
    "stations",
    "stations/1",
    "grids",
    "grids/1",
    "enterprises",
    "enterprises/1",
    "demand-points",
    "divisions",
    "assignments",
    "assignments/summary",
    "which-grid?lon=113.62&lat=34.72",
    "search?q=驿站",
    "coverage?county=410103",
    "coverage/runs/1",
    "rules",
    "tiles/12/3341/1625.mvt",
)


@pytest.mark.parametrize("path", REVALIDATED)
def test_an_etag_sent_back_is_answered_304_without_a_body(client, path):
    first = client.get(f"/api/v1/{path}")
    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_etag_changes_with_the_data_the_question_and_the_language(own_county):
    client, engine = own_county
    before = {path: client.get(f"/api/v1/{path}").headers["ETag"] for path in REVALIDATED}
    assert len(set(before.values())) == len(before)
    in_english = client.get("/api/v1/stations", headers={"Accept-Language": "en"})
    assert in_english.headers["ETag"] != before["stations"]
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE stations SET name = '改名驿站' WHERE id = 1"))
    after = {path: client.get(f"/api/v1/{path}").headers["ETag"] for path in REVALIDATED}
    changed = {path.split("?")[0] for path in REVALIDATED if before[path] != after[path]}
    assert changed == {"stations", "stations/1", "search", "coverage", "tiles/12/3341/1625.mvt"}


@pytest.mark.parametrize("path", ["enterprises", "tiles/12/3341/1625.mvt", "coverage?county=410103"])
def test_large_answers_are_gzipped_for_readers_who_take_gzip(client, path):
    def ask(accepted):
        headers = {"Accept-Encoding": accepted}
        return client.get(f"/api/v1/{path}", headers=headers, environ_overrides={"SERVER_SOFTWARE": "some"})

    plain, zipped = ask("identity"), ask("br, gzip")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert "Content-Encoding" not in ask("gzip;q=0").headers


def test_head_has_the_headers_of_get(client):
    answer = client.head("/api/v1/stations")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == client.get("/api/v1/stations").headers["ETag"]


@pytest.mark.parametrize("path", ["/api/v1/healthz", "/api/v1/nothing", "/nothing", "/api/v1/stations?x=1"])
def test_every_answer_carries_the_protecting_headers(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy"} <= set(headers.keys())


def test_each_answer_has_its_own_nonce(client):
    policies = {client.get("/api/v1/healthz").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_the_base_map_of_the_office_is_allowed_for_images_only(county_url, make_client):
    url = "https://t{s}.tianditu.gov.cn/vec_w/wmts?x={x}&y={y}&z={z}&tk={key}"
    client = make_client(Settings(database_url=county_url, base_map_url=url, base_map_key="k"))
    assert "tianditu" not in client.get("/nothing").headers["Content-Security-Policy"]
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.count("tianditu") == 1
    assert "img-src 'self' data: blob: https://*.tianditu.gov.cn;" in policy


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "stations?bbox=2,2,1,1", 400, "bbox_invalid"),
        ("GET", "stations?limit=1&limit=2", 400, "parameter_repeated"),
        ("GET", "which-grid", 400, "question_empty"),
        ("GET", "which-grid?uscc=123", 400, "uscc_invalid"),
        ("GET", "which-grid?lon=1&lat=2&on=2999-01-01", 400, "date_in_future"),
        ("GET", "coverage?services=magic", 400, "service_not_listed"),
        ("GET", "nothing", 404, "not_found"),
        ("GET", "stations/999", 404, "station_not_found"),
        ("GET", "tiles/19/0/0.mvt", 404, "tile_not_found"),
        ("GET", "coverage/runs/999", 404, "run_not_found"),
        ("GET", "coverage?rule=fly_10", 404, "rule_not_found"),
        ("GET", "coverage?county=999999", 404, "county_not_found"),
        ("POST", "stations", 405, "method_not_allowed"),
        ("DELETE", "enterprises/1", 405, "method_not_allowed"),
        ("GET", "stations?colour=red", 422, "parameter_unknown"),
        ("GET", "stations?limit=1001", 422, "parameter_invalid"),
        ("GET", "stations?limit=1_0", 422, "parameter_invalid"),
        ("GET", "stations?after=99999999999999999999", 422, "parameter_invalid"),
        ("GET", "stations?q=%00", 422, "parameter_invalid"),
        ("GET", "stations?lang=fr", 422, "parameter_invalid"),
        ("GET", "search?q=a", 422, "parameter_invalid"),
        ("GET", "which-grid?lon=nan&lat=1", 422, "parameter_invalid"),
        ("GET", "coverage?time=24:00", 422, "parameter_invalid"),
    ],
)
def test_an_error_is_a_problem_with_a_stable_code(client, method, path, status, code):
    answer = client.open(f"/api/v1/{path}", method=method)
    body = answer.get_json()
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:tenmin:error:{code}"
    assert body["title"]
    assert any("\u4e00" <= character <= "\u9fff" for character in body["detail"])
    english = client.open(f"/api/v1/{path}", method=method, headers={"Accept-Language": "en"}).get_json()
    assert not any("\u4e00" <= character <= "\u9fff" for character in english["detail"])


@pytest.mark.parametrize("text", ["%ED%A0%80", "%FF%FE", "%F0%9F%98%80", "%E2%80%AE", "%27%3B--", "%25_"])
def test_odd_text_is_answered_or_refused_but_never_breaks(client, text):
    for path in ("stations?q=", "search?q=xx", "enterprises?q=", "which-grid?name=xx", "which-grid?uscc="):
        assert client.get(f"/api/v1/{path}{text}").status_code in {200, 400, 422}


def test_outside_the_api_an_error_is_a_small_page_in_the_readers_language(client):
    answer = client.get("/<script>alert(1)</script>", headers={"Accept-Language": "en"})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Not found." in text
    assert "alert" not in text


def test_a_database_away_is_503_with_a_time_to_come_back(tmp_path, make_client):
    away = Settings(database_url=f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    answer = make_client(away).get("/api/v1/stations")
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_connections_cut_off_are_replaced_without_anyone_noticing(own_county):
    client, engine = own_county
    assert client.get("/api/v1/healthz").status_code == 200
    others = sa.text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with sa.create_engine(engine.url, poolclass=sa.NullPool).connect() as connection:
        connection.execute(others)
    assert client.get("/api/v1/healthz").status_code == 200


def test_a_database_not_migrated_yet_is_503(cluster, template_database, make_client):
    cluster.create_database("not_migrated")
    client = make_client(Settings(database_url=cluster.url("not_migrated")))
    answer = client.get("/api/v1/stations")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_not_ready")


def test_a_question_that_takes_too_long_is_given_up(client, monkeypatch):
    monkeypatch.setattr(
        "webmap.api.features.features.list_stations", lambda session, *_, **__: sleep(session)
    )
    answer = client.get("/api/v1/stations?after=424242")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_too_slow")


def sleep(session):
    session.execute(sa.text("SET LOCAL statement_timeout = '20ms'"))
    session.execute(sa.text("SELECT pg_sleep(5)"))


def test_a_request_cannot_write(client, monkeypatch):
    def write(session, *_, **__):
        session.execute(sa.text("UPDATE stations SET name = 'x'"))

    monkeypatch.setattr("webmap.api.features.features.list_stations", write)
    answer = client.get("/api/v1/stations?after=424243")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert "UPDATE" not in json.dumps(answer.get_json())


def test_health_is_never_stored(client):
    answer = client.get("/api/v1/healthz")
    assert answer.get_json()["status"] == "ok"
    assert answer.headers["Cache-Control"] == "no-store"
