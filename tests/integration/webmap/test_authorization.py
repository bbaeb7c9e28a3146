"""The authorization matrix: every route, tried by everybody, with things of one's own and of strangers."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from geodata.db import transaction
from geodata.models import Post, User
from geodata.queries.people import local_today
from scripts.cluster import Cluster
from tests.integration.webmap import rights
from tests.integration.webmap.rights import ACTORS, DISABLED, ENDED, PUBLIC, Door
from tests.office import OfficeClient, sign_in
from webmap.app import create_app
from webmap.auth import COOKIE
from webmap.config import Settings
from webmap.permissions import GRANTS, Permission

DOORS = rights.list_doors()
MATRIX = [(door, actor) for door in DOORS for actor in ACTORS]
WRITES = [door for door in DOORS if door.is_write]
OFFICE_WRITES = [door for door in WRITES if door.permission and not door.permission.is_public]
WITH_ID = [(door, name) for door in DOORS for name in door.id_parameters() if name not in {"z", "x", "y"}]

ODD_IDS = (
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x1",
    "١",
    "１",
    "%00",
    "1%00",
    "null",
    "true",
    "[]",
    "1;2",
    "1%20OR%201=1",
    "9007199254740992",
    "99999999999999999999",
)
SERVER_FIELDS = {
    "owner": "somebody",
    "owner_id": 1,
    "by": "somebody",
    "version": 99,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "is_admin": True,
    "password_hash": "x",
    "role": "admin",
    "id": 1,
}
"""Fields that only the server says. One that an operation names itself (the role of a post) is left out."""


@pytest.fixture(scope="module")
def office(cluster: Cluster, app: APIFlask) -> Iterator[APIFlask]:
    """An application on a copy of the small county, with strangers, a disabled user and an ended post."""
    app.extensions["tenmin.engine"].dispose()  # a database with connections cannot be copied
    cluster.create_database("rights", template="small_county")
    built = create_app(Settings(database_url=cluster.url("rights")))
    built.test_client_class = OfficeClient
    engine = built.extensions["tenmin.engine"]
    with transaction(engine) as session:
        yesterday = local_today(session) - timedelta(days=1)
        built.extensions["strangers"] = rights.add_strangers(session)
        disabled, ended = User(login=DISABLED, name="停用"), User(login=ENDED, name="离任")
        spare = User(login="spare", name="备用")
        session.add_all([disabled, ended, spare])
        session.flush()
        rights.SAMPLES["user_id"] = spare.id  # not 1: a reset password would throw the planner out
        for user, until in ((disabled, None), (ended, yesterday)):
            session.add_all(
                [
                    Post(
                        user_id=user.id,
                        role=role,
                        county_code="410103",
                        valid_from=yesterday - timedelta(days=9),
                        valid_to=until,
                    )
                    for role in ("planner", "admin", "viewer")
                ]
            )
    yield built
    engine.dispose()
    cluster.drop_database("rights")


@pytest.fixture(scope="module")
def visitors(office: APIFlask) -> Callable[[str], OfficeClient]:
    """Clients by actor, kept through the module; a signed-out one signs in again."""
    engine = office.extensions["tenmin.engine"]
    known: dict[str, OfficeClient] = {}

    def visitor(actor: str) -> OfficeClient:
        if actor == PUBLIC:
            return office.test_client()
        client = known.get(actor)
        if client is None or client.get_cookie(COOKIE) is None:  # /logout took it
            client = sign_in(office.test_client(), engine, actor)
            if actor == DISABLED:
                with engine.begin() as connection:
                    connection.execute(
                        sa.text("UPDATE users SET disabled_at = now() WHERE login = 'disabled'")
                    )
            known[actor] = client
        return client

    return visitor


def test_every_route_names_a_permission_and_stands_in_the_matrix(office: APIFlask) -> None:
    tried = {door.endpoint for door, _actor in MATRIX}
    hung = {rule.endpoint for rule in office.url_map.iter_rules()} - rights.FILES
    assert hung - tried == set()
    assert [str(door) for door in DOORS if door.permission is None] == []


def test_matrix_is_as_large_as_promised() -> None:
    assert len(MATRIX) >= 300


def test_every_office_permission_is_granted_to_somebody_and_every_role_has_one() -> None:
    office_wide = {p for p in Permission if not p.is_public and not p.is_self}
    assert office_wide == set(GRANTS)
    assert {role for row in GRANTS.values() for role in row} == set(rights.LOGINS)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_door_opens_to_whom_the_table_says(door: Door, visitors: Callable[[str], OfficeClient]) -> None:
    for actor in (actor for tried, actor in MATRIX if tried == door):
        answer = rights.ask(visitors(actor), door)
        told = (actor, answer.status_code, rights.text_of(answer))
        assert answer.status_code < 500, told
        assert rights.is_refused(answer) is not rights.is_open(door, actor), told


@pytest.mark.parametrize("door", [d for d in DOORS if d.permission and not d.permission.is_public], ids=str)
def test_door_without_a_session_asks_to_sign_in_and_shows_nothing(door: Door, office: APIFlask) -> None:
    answer = rights.ask(office.test_client(), door)
    if door.is_page:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login?next=")
    else:
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "not_signed_in" if door.rule.startswith("/api/") else True


IDOR = [
    (door, name, login, whose)
    for whose in ("stranger", "nobody")
    for door, name in WITH_ID
    if door.permission and not door.permission.is_public and not door.permission.is_self
    for login in rights.who_may(door)
]


def test_there_are_enough_pairs_of_own_and_foreign() -> None:
    assert len(IDOR) >= 40


@pytest.mark.parametrize(("door", "name"), WITH_ID, ids=str)
def test_thing_of_a_stranger_is_not_there(
    door: Door, name: str, office: APIFlask, visitors: Callable[[str], OfficeClient]
) -> None:
    absent = 2**40
    for login, whose in (
        (login, whose) for tried, part, login, whose in IDOR if (tried, part) == (door, name)
    ):
        thing = office.extensions["strangers"].get(name, absent) if whose == "stranger" else absent
        answer = rights.ask(visitors(login), door, door.path(**{name: thing}))
        told = (login, whose, answer.status_code, rights.text_of(answer))
        if door.is_write:
            assert answer.status_code in {400, 404, 409, 415, 422, 428}, told
        else:
            assert answer.status_code == 404, told


@pytest.mark.parametrize(("door", "name"), WITH_ID, ids=str)
def test_odd_ids_find_nothing_and_break_nothing(
    door: Door, name: str, visitors: Callable[[str], OfficeClient]
) -> None:
    login = (rights.who_may(door) or ["planner"])[0]
    for odd in ODD_IDS:
        answer = rights.ask(visitors(login), door, door.path(**{name: odd}))
        assert answer.status_code in {400, 404, 405, 422}, (odd, answer.status_code)


@pytest.mark.parametrize("door", OFFICE_WRITES, ids=str)
def test_write_from_another_site_is_refused(door: Door, visitors: Callable[[str], OfficeClient]) -> None:
    client = visitors((rights.who_may(door) or ["nobody"])[0])
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = rights.ask(client, door, headers=headers)
        assert answer.status_code == 403, headers
        if door.rule.startswith("/api/"):
            assert answer.get_json()["code"] == "cross_site"


@pytest.mark.parametrize("door", OFFICE_WRITES, ids=str)
def test_write_without_the_token_of_the_session_is_refused(
    door: Door, visitors: Callable[[str], OfficeClient]
) -> None:
    client = visitors((rights.who_may(door) or ["nobody"])[0])
    other = visitors("planner2")
    for token in ("", "x", str(other.csrf), "\xff"):
        answer = rights.ask(client, door, headers={"X-CSRF-Token": token})
        assert answer.status_code == 403, token
        if door.rule.startswith("/api/"):
            assert answer.get_json()["code"] == "csrf_token_wrong"


def json_operations(office: APIFlask) -> Iterator[tuple[Door, dict[str, object]]]:
    """Writes that take a JSON object, with the schema of the object."""
    document = office.test_client().get("/api/v1/openapi.json").get_json()
    by_path = {(door.method.lower(), door.path().split("?")[0]): door for door in WRITES}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            filled = path
            for door in WRITES:
                if door.method.lower() == method and _documented(door) == path:
                    filled = door.path()
            door = by_path[(method, filled)]
            schema = content["schema"]
            name = schema.get("$ref", "").rsplit("/", 1)[-1]
            yield door, document["components"]["schemas"].get(name, schema)


def _documented(door: Door) -> str:
    path = door.rule
    for name in door.parameters:
        start = path.index(f":{name}>") if f":{name}>" in path else path.index(f"<{name}>")
        begin = path.rindex("<", 0, start + 1)
        path = path[:begin] + "{" + name + "}" + path[path.index(">", start) + 1 :]
    return path


def test_fields_that_only_the_server_says_are_refused(
    office: APIFlask, visitors: Callable[[str], OfficeClient]
) -> None:
    tried = 0
    for door, schema in json_operations(office):
        client = visitors((rights.who_may(door) or ["nobody"])[0])
        named = set(schema.get("properties", {}))  # type: ignore[call-overload]
        for field, value in SERVER_FIELDS.items():
            if field in named:
                continue
            answer = rights.ask(client, door, body={field: value})
            assert answer.status_code == 422, (str(door), field, rights.text_of(answer))
            problems = {item["parameter"]: item["problem"] for item in answer.get_json()["parameters"]}
            assert "extra_forbidden" in {
                problem for where, problem in problems.items() if where.split(".")[-1] == field
            }, (str(door), field, problems)
            tried += 1
    assert tried > 50


def checksums(office: APIFlask) -> dict[str, str | None]:
    """What stands in every table, but for when sessions were last seen."""
    with office.extensions["tenmin.engine"].connect() as connection:
        tables = connection.scalars(
            sa.text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
                "AND table_type = 'BASE TABLE' AND table_name NOT IN ('spatial_ref_sys', 'login_sessions')"
            )
        ).all()
        return {
            table: connection.scalar(
                sa.text(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')  # noqa: S608
            )
            for table in tables
        }


def test_no_read_changes_anything(office: APIFlask, visitors: Callable[[str], OfficeClient]) -> None:
    clients = {login: visitors(login) for login in rights.LOGINS.values()}
    before = checksums(office)
    for door in DOORS:
        for login in rights.who_may(door) if not door.is_write else ():
            rights.ask(clients[login], door)
    assert checksums(office) == before


def test_refusal_is_logged_with_who_tried_what(
    office: APIFlask, visitors: Callable[[str], OfficeClient]
) -> None:
    visitors("viewer").get("/admin/users")
    with office.extensions["tenmin.engine"].connect() as connection:
        row = connection.execute(
            sa.text("SELECT actor, action, subject_id, after FROM audit_entries ORDER BY id DESC LIMIT 1")
        ).one()
    assert (row.actor, row.action, row.subject_id) == ("viewer", "refused", "office:users:read")
    assert row.after == {"method": "GET", "route": "/admin/users"}
