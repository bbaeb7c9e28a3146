"""Scenarios over the doors: tried, saved, shared, compared, turned into planned stations."""

import pytest
import sqlalchemy as sa

from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, SOUTH
from tests.office import sign_in

QUESTION = {"rule": "walk_10", "day": "workday", "minute": 1320, "services": []}
PIN = {"kind": "add_station", "lon": 113.65, "lat": 34.721, "name": "银行门口"}
CLOSE = {"kind": "close_station", "station": 1}
TRY = {"county": COUNTY, "question": QUESTION, "changes": [PIN]}
NEW = {"name": "三个点", "county": COUNTY, "question": QUESTION, "changes": [PIN, CLOSE]}
FACTS = {key: value for key, value in NEW.items() if key != "county"}


@pytest.fixture
def people(own_county):
    """Clients on a county of one's own, by login."""
    planner, engine = own_county

    def make(login):
        if login == "planner":
            return planner
        return sign_in(planner.application.test_client(), engine, login)

    return make


def count(engine, sql, **values):
    with engine.connect() as connection:
        return connection.execute(sa.text(sql), values).scalar_one()


def official(client):
    answer = client.get(f"/api/v1/coverage?county={COUNTY}&time=22:00").get_json()
    return {name: answer[name] for name in ("people", "share", "hours", "by_grid", "gaps_total")}


def test_a_try_tells_the_difference_and_writes_nothing(client, app):
    engine = app.extensions["tenmin.engine"]
    entries = count(engine, "SELECT count(*) FROM audit_entries")
    answer = client.post_json("/api/v1/scenarios/try", TRY, key=None)
    assert answer.status_code == 200
    tried = answer.get_json()
    assert tried["official"] is False
    assert tried["difference"]["gained"] > 0
    assert tried["difference"]["covered"] == tried["people"]["covered"] - tried["base"]["people"]["covered"]
    assert tried["stations"][0]["name"] == "银行门口"
    assert count(engine, "SELECT count(*) FROM scenarios") == 0
    assert count(engine, "SELECT count(*) FROM audit_entries") == entries


@pytest.mark.parametrize("login", ["cadre", "viewer"])
def test_who_may_read_plans_may_try_but_not_save(signed_in, login):
    client = signed_in(login)
    assert client.post_json("/api/v1/scenarios/try", TRY).status_code == 200
    assert client.post_json("/api/v1/scenarios", NEW).status_code == 403


@pytest.mark.parametrize("login", ["liaison", "manager", "instructor", "admin", "auditor", "nobody"])
def test_others_may_not_even_try(signed_in, login):
    assert signed_in(login).post_json("/api/v1/scenarios/try", TRY).status_code == 403


def test_a_county_of_others_is_not_there(client):
    foreign = client.post_json("/api/v1/scenarios/try", {**TRY, "county": NEIGHBOUR})
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "county_not_found")
    assert client.post_json("/api/v1/scenarios", {**NEW, "county": NEIGHBOUR}).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({**PIN, "lon": 120.0}, 400, "change_outside_county"),
        ({"kind": "close_station", "station": 999}, 400, "change_station_unknown"),
        ({**PIN, "lon": "west"}, 422, "parameter_invalid"),
        ({**PIN, "cost": 1}, 422, "parameter_unknown"),
        ({"kind": "demolish"}, 422, "parameter_invalid"),
        (
            {"kind": "barrier", "geometry": {"type": "LineString", "coordinates": ["a"]}},
            400,
            "change_shape_invalid",
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_number(client, change, status, code):
    answer = client.post_json("/api/v1/scenarios/try", {**TRY, "changes": [PIN, change]})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    if status == 400:
        assert "2" in answer.get_json()["detail"]


def test_a_scenario_is_made_read_changed_and_removed_with_one_entry_each(own_county):
    client, engine = own_county
    made = client.post_json("/api/v1/scenarios", NEW, key="first-scenario-1")
    assert made.status_code == 201
    kept = made.get_json()
    again = client.post_json("/api/v1/scenarios", NEW, key="first-scenario-1")
    assert (again.status_code, again.get_json()["id"]) == (201, kept["id"])
    assert (kept["version"], kept["is_mine"], kept["is_shared"], kept["planned"]) == (1, True, False, 0)
    assert kept["changes"] == [PIN, CLOSE]
    path = f"/api/v1/scenarios/{kept['id']}"
    assert client.get(path).get_json() == kept
    assert client.put_json(path, FACTS).get_json()["code"] == "base_version_missing"
    saved = client.put_json(path, {**FACTS, "name": "四个点", "note": "先看\n再说"}, version=1).get_json()
    assert (saved["version"], saved["name"], saved["note"]) == (2, "四个点", "先看\n再说")
    late = client.put_json(path, FACTS, version=1)
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")
    assert late.get_json()["params"]["by"] == "planner"
    assert client.send("DELETE", path, version=2).status_code == 200
    assert client.get(path).status_code == 404
    with engine.connect() as connection:
        actions = connection.scalars(
            sa.text("SELECT action FROM audit_entries WHERE subject_kind = 'scenario' ORDER BY id")
        ).all()
    assert actions == ["scenario_made", "scenario_saved", "scenario_removed"]


def test_a_scenario_that_does_not_fit_is_not_kept_and_a_name_is_given_once(own_county):
    client, engine = own_county
    outside = client.post_json("/api/v1/scenarios", {**NEW, "changes": [{**PIN, "lat": 1.0}]})
    assert outside.get_json()["code"] == "change_outside_county"
    assert (
        client.post_json("/api/v1/scenarios", NEW, key=None).get_json()["code"] == "idempotency_key_missing"
    )
    assert count(engine, "SELECT count(*) FROM scenarios") == 0
    first = client.post_json("/api/v1/scenarios", NEW).get_json()
    assert client.post_json("/api/v1/scenarios", NEW).get_json()["code"] == "scenario_name_taken"
    client.post_json("/api/v1/scenarios", {**NEW, "name": "别的"})
    renamed = client.put_json(f"/api/v1/scenarios/{first['id']}", {**FACTS, "name": "别的"}, version=1)
    assert (renamed.status_code, renamed.get_json()["code"]) == (409, "scenario_name_taken")


def test_a_link_opens_for_the_county_once_it_is_shared(people):
    planner = people("planner")
    kept = planner.post_json("/api/v1/scenarios", NEW).get_json()
    path = f"/api/v1/scenarios/{kept['id']}"
    readers = {login: people(login) for login in ("planner2", "viewer", "cadre", "neighbour")}
    for client in readers.values():
        assert client.get(path).status_code == 404
        assert client.get("/api/v1/scenarios").get_json() == {"scenarios": []}
        assert client.get(f"/api/v1/scenarios/compare?ids={kept['id']}").status_code == 404
    planner.put_json(path, {**FACTS, "is_shared": True}, version=1)
    for login, client in readers.items():
        expected = 404 if login == "neighbour" else 200
        assert client.get(path).status_code == expected, login
    told = readers["viewer"].get(path).get_json()
    assert (told["is_mine"], told["maker"]) == (False, "规划甲")
    theirs = readers["planner2"].put_json(path, FACTS, version=2)
    assert (theirs.status_code, theirs.get_json()["code"]) == (403, "scenario_not_yours")
    assert readers["planner2"].send("DELETE", path, version=2).status_code == 403
    assert readers["viewer"].put_json(path, FACTS, version=2).get_json()["code"] == "forbidden"


def test_scenarios_stand_side_by_side_under_one_question(own_county):
    client, engine = own_county
    one = client.post_json("/api/v1/scenarios", NEW).get_json()["id"]
    two = client.post_json("/api/v1/scenarios", {**NEW, "name": "空", "changes": []}).get_json()["id"]
    compared = client.get(f"/api/v1/scenarios/compare?ids={two},{one}").get_json()
    assert [row["id"] for row in compared["scenarios"]] == [two, one]
    assert compared["official"] is False
    assert compared["scenarios"][0]["result"]["people"] == compared["base"]["people"]
    assert compared["scenarios"][1]["result"]["difference"]["gained"] > 0
    wide = client.get(f"/api/v1/scenarios/compare?ids={two},{one}&time=any&rule=walk_15").get_json()
    assert (wide["question"]["minute"], wide["question"]["rule"]) == (None, "walk_15")
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE stations SET county_code = :other WHERE id = 1"), {"other": NEIGHBOUR}
        )
    torn = client.get(f"/api/v1/scenarios/compare?ids={one},{two}").get_json()
    assert torn["scenarios"][0]["error"]["code"] == "change_station_unknown"
    assert "result" in torn["scenarios"][1]
    assert client.get(f"/api/v1/scenarios/compare?ids={one},99999").status_code == 404
    many = ",".join(str(number) for number in range(1, 8))
    assert client.get(f"/api/v1/scenarios/compare?ids={many}").get_json()["code"] == "scenarios_too_many"


def test_sites_become_planned_stations_once_and_count_in_no_figure(own_county):
    client, engine = own_county
    before = official(client)
    kept = client.post_json("/api/v1/scenarios", NEW).get_json()
    path = f"/api/v1/scenarios/{kept['id']}/plan"
    assert client.post_json(path).get_json()["code"] == "base_version_missing"
    planned = client.post_json(path, version=1)
    assert (planned.status_code, planned.get_json()["planned"]) == (201, 1)
    station = planned.get_json()["changes"][0]["planned_station"]
    with engine.connect() as connection:
        row = connection.execute(
            sa.text(
                "SELECT code, name, status, county_code, ST_X(geom) AS lon, coord_source, "
                "(SELECT count(*) FROM station_hours h WHERE h.station_id = s.id) AS hours "
                "FROM stations s WHERE id = :id"
            ),
            {"id": station},
        ).one()
    assert row == (f"plan-{COUNTY}-0001", "银行门口", "planned", COUNTY, PIN["lon"], "scenario", 0)
    assert official(client) == before
    again = client.post_json(path, version=2)
    assert (again.status_code, again.get_json()["code"]) == (409, "scenario_planned_already")
    # Saved again the site keeps its mark, whatever is sent as one; a further site is planned by itself.
    sent = [{**PIN, "name": "银行", "planned_station": 5}, {**PIN, "lat": SOUTH + 0.03, "planned_station": 6}]
    saved = client.put_json(
        f"/api/v1/scenarios/{kept['id']}", {**FACTS, "changes": sent}, version=2
    ).get_json()
    assert [change.get("planned_station") for change in saved["changes"]] == [station, None]
    further = client.post_json(path, version=3).get_json()
    assert further["planned"] == 2
    assert count(engine, "SELECT count(*) FROM stations WHERE code LIKE 'plan-%'") == 2
    entries = "SELECT count(*) FROM audit_entries WHERE action = 'scenario_planned'"
    assert count(engine, entries) == 2
    assert official(client) == before


def test_two_who_plan_at_once_make_one_station(people):
    planner, other = people("planner"), people("planner2")
    kept = planner.post_json("/api/v1/scenarios", {**NEW, "is_shared": True}).get_json()
    path = f"/api/v1/scenarios/{kept['id']}/plan"
    answers = [client.post_json(path, version=1).status_code for client in (other, planner)]
    assert answers == [201, 409]


def test_without_sites_there_is_nothing_to_plan(own_county):
    client, _ = own_county
    kept = client.post_json("/api/v1/scenarios", {**NEW, "changes": [CLOSE]}).get_json()
    refused = client.post_json(f"/api/v1/scenarios/{kept['id']}/plan", version=1)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "scenario_without_sites")
