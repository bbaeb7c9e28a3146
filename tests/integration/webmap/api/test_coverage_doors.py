"""Coverage over HTTP: computed on asking, once at a time, never written."""

import sqlalchemy as sa

from geodata.coverage.service import answer_question
from geodata.coverage.week import answer_week


def test_a_question_is_answered_with_three_states_that_add_up(client):
    answer = client.get("/api/v1/coverage?county=410103&time=22:00&services=toilet&day=saturday").get_json()
    asked = answer["question"]
    assert (asked["county"], asked["rule"], asked["day"]) == ("410103", "walk_10", "saturday")
    assert (asked["minute"], asked["services"]) == (1320, ["toilet"])
    people = answer["people"]
    assert people["covered"] + people["unknown"] + people["not_covered"] == people["total"] == 780
    assert sum(round(part["percent"] * 10) for part in answer["parts"]) == 1000
    assert len(answer["hours"]) == 24


def test_any_hour_is_a_question_of_its_own(client):
    assert client.get("/api/v1/coverage?county=410103&time=any").get_json()["question"]["minute"] is None


def test_a_stored_run_is_given_as_it_was(client):
    run = client.get("/api/v1/coverage/runs/1").get_json()
    assert run["run_id"] == 1
    assert run["question"]["as_of"] == "2026-11-20"


def test_rules_and_services_are_listed_in_the_offices_order(client):
    listed = client.get("/api/v1/rules").get_json()
    assert [rule["code"] for rule in listed["rules"]] == [
        "walk_10",
        "neighbourhood_10",
        "walk_15",
        "ebike_10",
    ]
    assert listed["services"][0]["name_zh"] == "热饭"


def test_the_same_question_is_computed_once_until_the_data_change(own_county, monkeypatch):
    client, engine = own_county
    asked = []

    def count(session, question):
        asked.append(question)
        return answer_question(session, question)

    monkeypatch.setattr("webmap.api.coverage.answer_question", count)
    path = "/api/v1/coverage?county=410103&rule=walk_15"
    first = client.get(path).get_json()
    assert client.get(path + "&services=").get_json() == first
    assert len(asked) == 1
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE demand_points SET people = people + 1 WHERE id = 1"))
    assert client.get(path).get_json()["people"]["total"] == first["people"]["total"] + 1
    assert len(asked) == 2


def test_asking_writes_nothing(own_county):
    client, engine = own_county
    count = sa.text("SELECT (SELECT count(*) FROM coverage_runs), (SELECT count(*) FROM data_changes)")
    with engine.connect() as connection:
        before = connection.execute(count).one()
    assert client.get("/api/v1/coverage?county=410103&time=09:00").status_code == 200
    with engine.connect() as connection:
        assert connection.execute(count).one() == before


def test_the_hours_of_a_week_are_those_of_the_day_by_itself(client):
    week = client.get("/api/v1/coverage/week?county=410103&as_of=2026-11-20").get_json()
    day = client.get("/api/v1/coverage?county=410103&day=saturday&time=22:00&as_of=2026-11-21").get_json()
    saturday = slice(5 * 24, 6 * 24)
    assert week["county"]["covered"][saturday] == [row["covered"] for row in day["hours"]]
    assert week["days"][5] == {"on": "2026-11-21", "day": "saturday"}
    assert len(week["county"]["total"]) == 168
    assert client.get("/api/v1/coverage/week?county=410103&open24=99999999").status_code == 404
    assert client.get("/api/v1/coverage/week").status_code == 422


def test_a_week_is_computed_once_until_the_data_change(own_county, monkeypatch):
    client, engine = own_county
    asked = []

    def count(session, question):
        asked.append(question)
        return answer_week(session, question)

    monkeypatch.setattr("webmap.week_answers.answer_week", count)
    path = "/api/v1/coverage/week?county=410103&rule=walk_15"
    first = client.get(path)
    assert client.get(path + "&open24=").get_json() == first.get_json()
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    page = client.get("/coverage/week?county=410103&rule=walk_15")
    assert page.status_code == 200
    assert len(asked) == 1
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO demand_hours (demand_point_id, weekday, opens_min, closes_min) "
                "VALUES (1, 0, 0, 60)"
            )
        )
    assert client.get(path).get_json()["places_with_hours"] == 1
    assert len(asked) == 2


def test_the_week_page_refuses_what_it_cannot_read_and_says_what_cannot_be_counted(client):
    for wrong in ("at=7-0", "at=0-24", "open24=x", "zone=grid:x", "by=county", "as_of=soon", "count=2"):
        assert client.get(f"/coverage/week?county=410103&{wrong}").status_code == 400, wrong
    assert client.get("/coverage/week?county=999999").status_code == 404
    assert client.get("/coverage/week?county=410103&zone=grid:99999999").status_code == 404
    refused = client.get("/coverage/week?county=410103&measure=streets&lang=en")
    assert refused.status_code == 200
    assert "Use the straight line, 667 m" in refused.text
