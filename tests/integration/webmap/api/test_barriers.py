"""Barriers over the doors: seen by everybody, drawn by the planner of the county, ended, never lost."""

import pytest
import sqlalchemy as sa

from geodata.coverage.question import today
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR
from tests.office import sign_in

WALL = {"type": "LineString", "coordinates": [[113.65, 34.721], [113.651, 34.722]]}
BOW = {
    "type": "Polygon",
    "coordinates": [[[113.65, 34.72], [113.66, 34.73], [113.66, 34.72], [113.65, 34.73], [113.65, 34.72]]],
}
NEW = {
    "county": COUNTY,
    "name": "厂区围墙",
    "kind": "wall",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "note": "二期",
    "shape": WALL,
}
FACTS = {key: value for key, value in NEW.items() if key != "county"}


@pytest.fixture
def people(own_county):
    planner, engine = own_county

    def make(login):
        return planner if login == "planner" else sign_in(planner.application.test_client(), engine, login)

    make.engine = engine
    return make


def actions(engine):
    with engine.connect() as connection:
        sql = "SELECT action FROM audit_entries WHERE subject_kind = 'barrier' ORDER BY id"
        return list(connection.execute(sa.text(sql)).scalars())


def test_a_barrier_is_drawn_seen_changed_ended_and_each_leaves_an_entry(people):
    planner = people("planner")
    made = planner.post_json("/api/v1/barriers", NEW)
    assert made.status_code == 201, made.get_json()
    barrier = made.get_json()
    assert barrier["shape"] == WALL
    assert barrier["drawn_by"] == "planner"
    path = f"/api/v1/barriers/{barrier['id']}"
    saved = planner.send("PUT", path, {**FACTS, "kind": "railway", "note": ""}, version=1).get_json()
    assert (saved["kind"], saved["note"], saved["version"]) == ("railway", None, 2)
    late = planner.send("PUT", path, FACTS, version=1)
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")
    ended = planner.send("POST", f"{path}/end", {"on": "2026-06-01"}, version=2).get_json()
    assert ended["valid_to"] == "2026-06-01"
    early = planner.send("POST", f"{path}/end", {"on": "2026-01-01"}, version=3)
    assert early.get_json()["code"] == "barrier_period_invalid"
    assert actions(people.engine) == ["barrier_drawn", "barrier_saved", "barrier_ended"]
    listed = f"/api/v1/barriers?county={COUNTY}"
    assert planner.application.test_client().get(listed).status_code == 401
    assert people("viewer").get(listed).get_json()["barriers"][0]["name"] == "厂区围墙"
    assert planner.get(f"/api/v1/barriers?county={NEIGHBOUR}").status_code == 404
    assert planner.get(f"/api/v1/barriers?county={COUNTY}").get_json()["barriers"][0]["drawn_by"] == "planner"


def test_what_has_stood_is_neither_moved_nor_removed(people):
    planner = people("planner")
    barrier = planner.post_json("/api/v1/barriers", NEW).get_json()
    path = f"/api/v1/barriers/{barrier['id']}"
    with people.engine.begin() as connection:
        connection.execute(sa.text("UPDATE barriers SET created_at = now() - interval '3 days'"))
    moved = {**FACTS, "shape": {**WALL, "coordinates": [[113.65, 34.721], [113.652, 34.722]]}}
    assert planner.send("PUT", path, moved, version=1).get_json()["code"] == "barrier_stood"
    assert planner.send("DELETE", path, None, version=1).get_json()["code"] == "barrier_stood"
    assert planner.send("PUT", path, {**FACTS, "name": "新名"}, version=1).status_code == 200
    mistake = planner.post_json("/api/v1/barriers", {**NEW, "valid_from": today().isoformat()}).get_json()
    gone = planner.send("DELETE", f"/api/v1/barriers/{mistake['id']}", None, version=1)
    assert gone.get_json() == {"id": mistake["id"]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shape": BOW}, "barrier_crosses_itself"),
        ({"shape": {"type": "LineString", "coordinates": [[113.6, 34.7]]}}, "barrier_too_short"),
        (
            {"shape": {"type": "LineString", "coordinates": [[113.6, 34.7], [113.9, 34.7]]}},
            "barrier_outside_county",
        ),
        ({"valid_to": "2026-01-01"}, "barrier_period_invalid"),
        ({"county": NEIGHBOUR}, "county_not_found"),
        ({"kind": "dragon"}, None),
        ({"shape": {"type": "Point", "coordinates": [1, 2]}}, None),
        ({"name": "410103199001011234"}, "looks_like_id_number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(people, changes, code):
    answer = people("planner").post_json("/api/v1/barriers", {**NEW, **changes})
    assert 400 <= answer.status_code < 500
    assert code is None or answer.get_json()["code"] == code
    assert actions(people.engine) == []


@pytest.mark.parametrize("login", ["cadre", "viewer", "admin"])
def test_only_planners_draw(people, login):
    assert people(login).post_json("/api/v1/barriers", NEW).status_code == 403
