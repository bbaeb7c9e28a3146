"""Administration through its doors: one-time passwords told once, saves over versions, the log as files."""

import csv
import io
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from python_calamine import CalamineWorkbook

from scripts.cluster import Cluster
from tests.office import OfficeClient, sign_in
from webmap.app import create_app
from webmap.config import Settings

TILES = "https://t{s}.tianditu.gov.cn/vec_w/wmts?x={x}&y={y}&z={z}&tk={key}"


@pytest.fixture(scope="module")
def desk(cluster: Cluster, app: APIFlask) -> Iterator[APIFlask]:
    """An application on a copy of the small county; its administrator has all counties."""
    app.extensions["tenmin.engine"].dispose()  # a database with connections cannot be copied
    cluster.create_database("administration", template="small_county")
    built = create_app(Settings(database_url=cluster.url("administration")))
    built.test_client_class = OfficeClient
    with built.extensions["tenmin.engine"].begin() as connection:
        connection.execute(sa.text("UPDATE posts SET county_code = NULL WHERE role IN ('admin', 'auditor')"))
    yield built
    built.extensions["tenmin.engine"].dispose()


@pytest.fixture
def as_user(desk: APIFlask) -> Callable[[str], OfficeClient]:
    return lambda login: sign_in(desk.test_client(), desk.extensions["tenmin.engine"], login)


@pytest.fixture
def admin(as_user: Callable[[str], OfficeClient]) -> OfficeClient:
    return as_user("admin")


def rows(desk: APIFlask, sql: str, **values: object) -> list[sa.Row]:
    with desk.extensions["tenmin.engine"].connect() as connection:
        return list(connection.execute(sa.text(sql), values))


def test_password_of_a_new_user_is_told_once_and_kept_nowhere(desk: APIFlask, admin: OfficeClient) -> None:
    body = {"login": "xin", "name": "新人"}
    first = admin.post_json("/api/v1/users", body, key="k" * 20)
    again = admin.post_json("/api/v1/users", body, key="k" * 20)
    assert (first.status_code, again.status_code) == (201, 201)
    password = first.get_json()["password"]
    assert first.headers["Cache-Control"] == "no-store"
    assert "password" not in again.get_json()
    assert len(rows(desk, "SELECT FROM users WHERE login = 'xin'")) == 1
    for table in ("submissions", "audit_entries", "users"):
        assert password not in repr(rows(desk, f"SELECT t::text FROM {table} t"))  # noqa: S608


@pytest.mark.parametrize("field", ["name", "organisation"])
def test_text_with_an_identity_number_is_refused_in_any_field(
    desk: APIFlask, admin: OfficeClient, field: str
) -> None:
    body = {"login": f"id-{field}", "name": "新人", field: "张三 410102199003074518"}
    refused = admin.post_json("/api/v1/users", body)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "looks_like_id_number")
    assert "410102199003074518" not in refused.get_data(as_text=True)
    assert rows(desk, "SELECT FROM users WHERE login = :login", login=f"id-{field}") == []


def test_save_without_or_with_an_old_version_is_refused(desk: APIFlask, admin: OfficeClient) -> None:
    made = admin.post_json("/api/v1/users", {"login": "ban", "name": "旧"}).get_json()
    path = f"/api/v1/users/{made['user_id']}"
    assert admin.put_json(path, {"name": "新"}).status_code == 428
    assert admin.put_json(path, {"name": "新"}, version=1).get_json() == {"version": 2}
    stale = admin.put_json(path, {"name": "更新"}, version=1)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    assert stale.get_json()["params"]["by"] == "admin"


def test_reset_and_disable_end_the_sessions_of_the_user(desk: APIFlask, admin: OfficeClient) -> None:
    made = admin.post_json("/api/v1/users", {"login": "qu", "name": "曲"}).get_json()
    engine = desk.extensions["tenmin.engine"]
    for act, version in (("password", 1), ("disable", 2)):
        other = sign_in(desk.test_client(), engine, "qu")
        assert other.get("/api/v1/me").status_code == 200
        answer = admin.post_json(f"/api/v1/users/{made['user_id']}/{act}", version=version)
        assert answer.status_code == 200, answer.get_json()
        assert other.get("/api/v1/me").status_code == 401


def test_nobody_changes_themselves_by_administration(desk: APIFlask, admin: OfficeClient) -> None:
    me = admin.user_id
    for path, body in (
        (f"/api/v1/users/{me}/disable", {}),
        (f"/api/v1/users/{me}/password", {}),
        (f"/api/v1/users/{me}/posts", {"role": "planner"}),
        (f"/api/v1/users/{me}/hand-over", {"to_login": "planner", "on": "2026-11-25"}),
    ):
        answer = admin.post_json(path, body, version=1)
        assert answer.status_code == 403, path
        assert answer.get_json()["code"] in {"own_account", "own_posts"}


def test_post_given_and_ended_opens_and_closes_a_door(
    desk: APIFlask, admin: OfficeClient, as_user: Callable[[str], OfficeClient]
) -> None:
    made = admin.post_json("/api/v1/users", {"login": "kan", "name": "看"}).get_json()
    with desk.extensions["tenmin.engine"].begin() as connection:
        connection.execute(sa.text("UPDATE users SET must_change_password = false WHERE login = 'kan'"))
    viewer = as_user("kan")
    assert viewer.get("/audit").status_code == 403
    post = admin.post_json(f"/api/v1/users/{made['user_id']}/posts", {"role": "auditor"}).get_json()
    assert viewer.get("/audit").status_code == 200
    (today,) = rows(desk, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date::text")
    ended = admin.post_json(f"/api/v1/posts/{post['post_id']}/end", {"on": today[0]}, version=1)
    assert ended.status_code == 200, ended.get_json()
    assert viewer.get("/audit").status_code == 403


def test_stored_base_map_goes_before_the_environment_and_the_policy_follows(
    desk: APIFlask, admin: OfficeClient, cluster: Cluster
) -> None:
    chosen = create_app(
        Settings(
            database_url=cluster.url("administration"), base_map_url="https://env.example/{z}/{x}/{y}.png"
        )
    )

    def policy() -> str:
        return chosen.test_client().get("/").headers["Content-Security-Policy"]

    assert "img-src 'self' data: blob: https://env.example;" in policy()
    body = {"url": TILES, "key": "k1", "approval": "GS（2026）1号"}
    assert admin.put_json("/api/v1/base-map", body, version=0).status_code == 200
    assert "https://*.tianditu.gov.cn;" in policy()
    assert "env.example" not in policy()
    assert admin.put_json("/api/v1/base-map", {}, version=1).status_code == 200
    assert "img-src 'self' data: blob:;" in policy()
    assert admin.send("DELETE", "/api/v1/base-map", version=2).status_code == 200
    assert "https://env.example;" in policy()
    bad = admin.put_json("/api/v1/base-map", {"url": "https://x; script-src *//{z}/{x}/{y}"}, version=3)
    assert (bad.status_code, bad.get_json()["code"]) == (400, "base_map_url_wrong")
    chosen.extensions["tenmin.engine"].dispose()


LIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1")


def test_log_is_exported_with_nothing_a_spreadsheet_would_run(
    desk: APIFlask, as_user: Callable[[str], OfficeClient]
) -> None:
    with desk.extensions["tenmin.engine"].begin() as connection:
        for text in LIVE:
            connection.execute(
                sa.text(
                    "INSERT INTO audit_entries (actor, action, subject_kind, subject_id) "
                    "VALUES ('planner', 'live', 'cell', :text)"
                ),
                {"text": text},
            )
    auditor = as_user("auditor")
    answer = auditor.get("/audit.csv?action=live")
    table = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(table) == len(LIVE) + 1
    assert [row[6] for row in table[1:]] == [f"'{text}" for text in reversed(LIVE)]
    book = auditor.get("/audit.xlsx?action=live")
    assert book.headers["Content-Disposition"] == 'attachment; filename="tenmin-log.xlsx"'
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book.get_data())).get_sheet_by_index(0).to_python()
    assert len(cells) == len(LIVE) + 1
    assert {str(row[6])[-2:] for row in cells[1:]} >= {"+1", "-1", "=1"}
    assert b"<f>" not in book.get_data()


def test_log_shows_failed_sign_ins_and_refusals(
    desk: APIFlask, as_user: Callable[[str], OfficeClient]
) -> None:
    desk.test_client().post("/login", data={"login": "nobody-at-all", "password": "x"})
    as_user("viewer").get("/audit")
    page = as_user("auditor").get("/audit").get_data(as_text=True)
    assert "登录失败" in page
    assert "越权被拒" in page
    assert "nobody-at-all" not in page


@pytest.mark.parametrize(
    "query", ["since=2026-13-01", "until=x", "before=-1", "before=١", "actor=%00", "since=0001-01-01"]
)
def test_odd_filters_of_the_log_are_refused(as_user: Callable[[str], OfficeClient], query: str) -> None:
    assert as_user("auditor").get(f"/audit?{query}").status_code == 400


def test_key_of_the_base_map_is_shown_to_nobody_but_its_administrator(
    admin: OfficeClient, as_user: Callable[[str], OfficeClient]
) -> None:
    body = {"url": TILES, "key": "quite-secret-key"}
    version = int(admin.get("/admin/map").get_data(as_text=True).split('data-version="')[1].split('"')[0])
    assert admin.put_json("/api/v1/base-map", body, version=version).status_code == 200
    assert "quite-secret-key" in admin.get("/admin/map").get_data(as_text=True)
    for login in ("auditor", "planner"):
        assert "quite-secret-key" not in as_user(login).get("/admin/map").get_data(as_text=True)
