"""The doors of the union work: a liaison's day by HTTP, foreign rows, versions, keys, masked numbers."""

import json
import secrets

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.queries.people import local_today
from tests.office import sign_in
from webmap.api import parameters
from webmap.config import Settings

API = "/api/v1"


@pytest.fixture
def world(cluster, app, make_client):
    """Clients of an own copy of the county by login, its engine, and enterprise ids by grid code."""
    app.extensions["tenmin.engine"].dispose()
    cluster.create_database("founding_county", template="small_county")
    settings = Settings(database_url=cluster.url("founding_county"))
    first = make_client(settings)
    engine = first.application.extensions["tenmin.engine"]

    class County:
        def __init__(self):
            self.engine = engine
            self.clients = {}

        def __call__(self, login):
            if login not in self.clients:
                self.clients[login] = sign_in(first.application.test_client(), engine, login)
            return self.clients[login]

        def ids(self, grid):
            with engine.connect() as connection:
                return connection.scalars(
                    sa.text(
                        "SELECT a.enterprise_id FROM assignments a JOIN grids g ON g.id = a.grid_id "
                        "JOIN enterprises e ON e.id = a.enterprise_id "
                        "WHERE a.valid_to IS NULL AND g.code = :code AND e.removed_on IS NULL "
                        "AND e.organization_status = 'unorganized' AND a.status = 'auto' ORDER BY 1"
                    ),
                    {"code": grid},
                ).all()

        def count(self, table):
            with engine.connect() as connection:
                return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))

        def today(self):
            with Session(engine) as session:
                return local_today(session).isoformat()

    yield County()
    engine.dispose()
    cluster.drop_database("founding_county")


def visit(today, **more):
    return {
        "client_id": secrets.token_hex(8),
        "visited_on": today,
        "result": "met",
        "channel": "on_site",
        "note": "资料已收齐",
    } | more


def test_a_liaison_claims_works_and_founds(world):
    me, (shop, *_), today = world("liaison"), world.ids("G1"), world.today()
    answer = me.post_json(f"{API}/enterprises/{shop}/claim")
    assert answer.status_code == 201
    case = answer.json["case"]
    assert (case["holder"]["name"], case["is_mine"], case["due"]) == ("穆棠", True, "not_started")
    assert answer.headers["Cache-Control"] == "no-store"
    path = f"{API}/cases/{case['id']}"

    def act(method, where, body):
        nonlocal case
        done = me.send(method, path + where, body, version=case["version"])
        assert done.status_code == 200, done.json
        case = done.json["case"]

    act("POST", "/consent", {"on": today})
    assert (case["due"], case["workdays_left"]) == ("running", 5)
    act("PATCH", "", {"route": "attract", "form": "single"})
    evidence = {"done_on": today, "document_number": "二七工〔2026〕17号", "document_on": today}
    for step in ("survey", "materials", "mobilization", "application_approval", "unveiling"):
        act("POST", "/steps", evidence | {"step": step})
    assert (case["state"], case["end"], case["due"]) == ("to_verify", "founded", "stopped")
    waiting = world("cadre").get(f"{API}/cases/waiting").json
    assert [card["enterprise_id"] for card in waiting["to_verify"]] == [shop]
    refused = me.post_json(f"{path}/verify", version=case["version"])
    assert refused.status_code == 403
    verified = world("cadre").post_json(f"{path}/verify", version=case["version"])
    assert verified.json["case"]["state"] == "closed"
    work = me.get(f"{API}/enterprises/{shop}/work").json
    assert work["enterprise"]["organization_status"] == "own_union"
    assert [step["number"] for step in work["steps"] if step["done_on"]] == [1, 2, 3, 4, 5]
    assert [line["act"] for line in work["history"]][:2] == ["verified", "step_done"]
    assert work["history"][0]["post"].startswith("supervising_cadre:grid")


def test_today_lists_what_is_due(world):
    me, shops, today = world("liaison"), world.ids("G1"), world.today()
    for shop in shops[:2]:
        me.post_json(f"{API}/enterprises/{shop}/claim")
    with world.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE founding_cases SET clock_from = current_date - 20, due_on = current_date - 5 "
                "WHERE enterprise_id = :id"
            ),
            {"id": shops[0]},
        )
    found = me.get(f"{API}/my/today").json
    assert found["on"] == today
    assert found["counts"]["overdue"] == 1
    assert found["counts"]["in_hand"] == 2
    assert found["counts"]["unorganized"] == found["grids"][0]["unorganized"] > 2
    (card,) = found["overdue"]
    assert (card["enterprise_id"], card["case"]["due"]) == (shops[0], "overdue")
    assert card["case"]["workdays_left"] < 0
    assert [card["enterprise_id"] for card in found["next"]] == [shops[1]]
    assert world("liaison2").get(f"{API}/my/today").json["counts"]["in_hand"] == 0


def test_lists_are_filtered_sorted_and_paged(world):
    me, shops = world("liaison"), world.ids("G1")
    me.post_json(f"{API}/enterprises/{shops[0]}/claim")
    everything = me.get(f"{API}/my/enterprises?limit=200").json
    assert everything["total"] == len(everything["enterprises"]) > 3
    pages = [me.get(f"{API}/my/enterprises?limit=2&page={page}&sort=name").json for page in (1, 2)]
    names = [card["name"] for page in pages for card in page["enterprises"]]
    assert len(names) == 4
    assert names == sorted(names)
    assert me.get(f"{API}/my/enterprises?held=mine").json["total"] == 1
    assert me.get(f"{API}/my/enterprises?held=free").json["total"] == everything["total"] - 1
    assert me.get(f"{API}/my/enterprises?due=not_started&step=survey").json["total"] == 1
    bands = me.get(f"{API}/my/enterprises?band=10-24,25-49").json["enterprises"]
    assert {card["band"] for card in bands} == {"10-24", "25-49"}
    points = me.get(f"{API}/my/points").json
    assert len(points["features"]) + points["not_on_map"] == everything["total"]
    for wrong in ("sort=owner", "page=0", "limit=1000", "step=nothing", "colour=red"):
        assert me.get(f"{API}/my/enterprises?{wrong}").status_code == 422


def test_foreign_enterprises_and_cases_are_not_found(world):
    mine, other = world.ids("G1")[0], world("liaison2")
    case = world("liaison").post_json(f"{API}/enterprises/{mine}/claim").json["case"]
    assert other.get(f"{API}/enterprises/{mine}/work").status_code == 404
    assert other.post_json(f"{API}/enterprises/{mine}/claim").status_code == 404
    assert other.post_json(f"{API}/enterprises/{mine}/visits", visit(world.today())).status_code == 404
    assert other.post_json(f"{API}/enterprises/{mine}/contact").status_code == 404
    for act, body in (("extend", {}), ("give-back", {"note": "x"}), ("consent", {"on": world.today()})):
        answer = other.post_json(f"{API}/cases/{case['id']}/{act}", body, version=1)
        assert answer.status_code == 404
        assert answer.json["code"] == "case_not_found"


def test_second_claim_is_told_who_has_it(world):
    mine = world.ids("G1")[0]
    world("liaison").post_json(f"{API}/enterprises/{mine}/claim")
    answer = world("cadre").post_json(f"{API}/enterprises/{mine}/claim")
    assert (answer.status_code, answer.json["code"]) == (409, "claimed_by_other")
    assert "穆棠" in answer.json["detail"]


def test_a_claim_sent_twice_is_done_once(world):
    mine, me = world.ids("G1")[0], world("liaison")
    first = me.post_json(f"{API}/enterprises/{mine}/claim", key="same-key-1")
    again = me.post_json(f"{API}/enterprises/{mine}/claim", key="same-key-1")
    assert first.json == again.json
    assert (again.status_code, world.count("case_events")) == (201, 1)
    assert me.post_json(f"{API}/enterprises/{mine}/claim", key=None).status_code == 400


def test_a_visit_sent_twice_is_written_once_even_with_another_key(world):
    mine, me, today = world.ids("G1")[0], world("liaison"), world.today()
    body = visit(today, staff_band="50-99", clarity={"workforce_count": 61, "operation_state": "正常"})
    first = me.post_json(f"{API}/enterprises/{mine}/visits", body)
    again = me.post_json(f"{API}/enterprises/{mine}/visits", body)
    assert (first.status_code, first.json["repeated"]) == (201, False)
    assert (again.status_code, again.json["repeated"]) == (200, True)
    assert first.json["visit"] == again.json["visit"]
    assert (world.count("visits"), world.count("case_events")) == (1, 1)
    work = me.get(f"{API}/enterprises/{mine}/work").json
    assert (work["enterprise"]["band"], work["clarity"]["workforce_count"]) == ("50-99", 61)
    differs = me.post_json(f"{API}/enterprises/{mine}/visits", body | {"result": "refused"})
    assert (differs.status_code, differs.json["code"]) == (409, "submission_differs")


def test_saves_need_a_version_and_stale_ones_are_refused(world):
    mine, me = world.ids("G1")[0], world("liaison")
    case = me.post_json(f"{API}/enterprises/{mine}/claim").json["case"]
    path = f"{API}/cases/{case['id']}"
    assert me.post_json(f"{path}/extend").status_code == 428
    assert me.post_json(f"{path}/extend", version=1).status_code == 200
    stale = me.post_json(f"{path}/extend", version=1)
    assert (stale.status_code, stale.json["code"]) == (409, "stale_version")
    assert "穆棠" in stale.json["detail"]


@pytest.mark.parametrize(
    "field", [{"holder_id": 1}, {"version": 9}, {"claimed_at": "2026-01-01"}, {"role": "admin"}]
)
def test_fields_that_are_not_the_clients_are_refused(world, field):
    mine = world.ids("G1")[0]
    answer = world("liaison").post_json(f"{API}/enterprises/{mine}/claim", field)
    assert (answer.status_code, world.count("founding_cases")) == (422, 0)


def test_contact_is_masked_until_it_is_asked_for_and_that_is_logged(world):
    mine, me = world.ids("G1")[0], world("liaison")
    page = me.get(f"{API}/enterprises/{mine}/work")
    assert page.json["contact"] == {"name": "王秘密", "phone": "138****8000", "may_reveal": True}
    assert "13800138000" not in page.text
    before = world.count("audit_entries")
    assert me.post_json(f"{API}/enterprises/{mine}/contact").json["phone"] == "13800138000"
    assert world.count("audit_entries") == before + 1
    with world.engine.connect() as connection:
        logged = connection.execute(
            sa.text("SELECT action, before, after FROM audit_entries ORDER BY id DESC LIMIT 1")
        ).one()
    assert logged.action == "contact_revealed"
    assert "138" not in json.dumps([logged.before, logged.after])
    planner = world("planner")
    assert planner.get(f"{API}/enterprises/{mine}/work").json["contact"]["may_reveal"] is False
    assert planner.post_json(f"{API}/enterprises/{mine}/contact").status_code == 403


def test_look_up_names_whom_to_call_and_never_the_contact(world):
    theirs, me = world.ids("G2")[0], world("liaison")
    with world.engine.connect() as connection:
        name = connection.scalar(sa.text("SELECT name FROM enterprises WHERE id = :id"), {"id": theirs})
    answer = me.get(f"{API}/owners", query_string={"q": name})
    (found,) = answer.json["results"]
    assert (found["grid"]["code"], found["liaison"]["name"], found["is_mine"]) == ("G2", "岑远", False)
    assert found["liaison"]["work_phone"] == "0371-60010001"
    assert "王秘密" not in answer.text
    assert "138" not in answer.text.replace(name, "")
    at = me.get(f"{API}/owners?lon=113.61&lat=34.71").json["results"][0]
    assert (at["grid"]["code"], at["enterprise"], at["is_mine"]) == ("G1", None, True)
    acting = me.get(f"{API}/owners?lon=113.6301&lat=34.7301").json["results"][0]
    assert (acting["grid"]["code"], acting["is_acting"]) == ("X1", True)
    assert me.get(f"{API}/owners").json["code"] == "question_empty"


def test_a_dispute_is_seen_by_both_sides_and_moves_with_its_case(world):
    mine = world.ids("G1")[0]
    me, other = world("liaison"), world("liaison2")
    me.post_json(f"{API}/enterprises/{mine}/claim")
    with world.engine.connect() as connection:
        east = connection.scalar(sa.text("SELECT id FROM grids WHERE code = 'G2'"))
    opened = me.post_json(
        f"{API}/enterprises/{mine}/disputes",
        {"kind": "not_in_my_grid", "proposed_grid_id": east, "note": "门开在东边"},
    )
    assert opened.status_code == 201
    dispute = opened.json["dispute"]
    assert (dispute["side"], dispute["workdays_left"]) == ("from", 5)
    (theirs,) = other.get(f"{API}/disputes").json["disputes"]
    assert theirs["side"] == "proposed"
    assert other.get(f"{API}/enterprises/{mine}/work").status_code == 404
    accepted = other.post_json(f"{API}/disputes/{dispute['id']}/accept", version=dispute["version"])
    assert accepted.json["dispute"]["state"] == "accepted"
    work = other.get(f"{API}/enterprises/{mine}/work").json
    assert (work["case"]["holder"]["name"], work["responsibility"]["method"]) == ("岑远", "manual")
    assert me.get(f"{API}/enterprises/{mine}/work").status_code == 404


def test_a_pause_is_asked_for_and_decided_by_the_cadre(world):
    mine, me, cadre = world.ids("G1")[0], world("liaison"), world("cadre")
    case = me.post_json(f"{API}/enterprises/{mine}/claim").json["case"]
    path = f"{API}/cases/{case['id']}"
    body = {"reason": "hq_decides", "note": "等总部"}
    case = me.post_json(f"{path}/pause", body, version=case["version"]).json["case"]
    (waiting,) = cadre.get(f"{API}/cases/waiting").json["pauses"]
    assert (waiting["card"]["enterprise_id"], waiting["requested_by"]) == (mine, "穆棠")
    refused = me.post_json(f"{path}/pause/decide", {"approved": True}, version=case["version"])
    assert refused.status_code == 403
    case = cadre.post_json(f"{path}/pause/decide", {"approved": True}, version=case["version"]).json["case"]
    assert case["due"] == "paused"
    assert me.post_json(f"{path}/resume", version=case["version"]).json["case"]["state"] == "open"


def test_an_admin_corrects_the_calendar_and_clocks_follow(world):
    admin, today = world("admin"), world.today()
    year = today[:4]
    mine, me = world.ids("G1")[0], world("liaison")
    case = me.post_json(f"{API}/enterprises/{mine}/claim").json["case"]
    path = f"{API}/cases/{case['id']}/consent"
    due = me.post_json(path, {"on": today}, version=1).json["case"]["due_on"]
    days = {day["date"]: day for day in admin.get(f"{API}/calendar?year={due[:4]}").json["days"]}
    assert days[due]["is_workday"]
    change = {"is_workday": False, "name": "临时放假"}
    saved = admin.put_json(f"{API}/calendar/{due}", change, version=1)
    assert saved.json["day"]["version"] == 2
    assert me.get(f"{API}/enterprises/{mine}/work").json["case"]["due_on"] > due
    assert admin.put_json(f"{API}/calendar/{due}", change, version=1).json["code"] == "stale_version"
    assert admin.put_json(f"{API}/calendar/1999-01-01", change, version=1).status_code == 404
    assert admin.put_json(f"{API}/calendar/2026-13-41", change, version=1).status_code == 404
    assert me.put_json(f"{API}/calendar/{due}", change, version=2).status_code == 403
    assert admin.get(f"{API}/calendar?year={year}").json["year"] == int(year)


def test_an_instructor_proposes_and_the_liaison_reads_it(world):
    mine = world.ids("G1")[0]
    with world.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE enterprises SET industry_line = 'catering' WHERE id = :id"), {"id": mine}
        )
    body = {"form": "industry", "union_name": "餐饮行业工会", "note": "已在行业工会名单里"}
    answer = world("instructor").post_json(f"{API}/enterprises/{mine}/proposals", body)
    assert answer.status_code == 201
    (line,) = world("liaison").get(f"{API}/enterprises/{mine}/work").json["history"]
    assert (line["act"], line["by"], line["details"]["form"]) == ("form_proposed", "指导员丙", "industry")
    elsewhere = world.ids("G1")[1]
    assert world("instructor").post_json(f"{API}/enterprises/{elsewhere}/proposals", body).status_code == 404


def test_assign_free_and_assignees(world):
    mine, planner = world.ids("G1")[0], world("planner")
    people = planner.get(f"{API}/cases/assignees").json["people"]
    assert [(one["name"], one["grid"]["code"]) for one in people] == [
        ("穆棠", "G1"),
        ("闻人朗", "G1"),
        ("岑远", "G2"),
    ]
    body = {"user_id": people[2]["id"], "note": "离得近"}
    case = planner.post_json(f"{API}/enterprises/{mine}/assign", body).json["case"]
    assert case["holder"]["name"] == "岑远"
    freed = planner.post_json(f"{API}/cases/{case['id']}/free", {"note": "收回"}, version=case["version"])
    assert freed.json["case"]["unheld_why"] == "freed"
    assert world("liaison").post_json(f"{API}/enterprises/{mine}/assign", body).status_code == 403


ODD_BODIES = (
    "[]",
    "{",
    '"text"',
    '{"note": "\\u0000"}',
    '{"note": "\\ud800"}',
    '{"note": {"$gt": ""}}',
    '{"user_id": 1e400}',
    '{"user_id": 9223372036854775808, "note": "x"}',
    '{"on": "0000-00-00"}',
    '{"on": "9999-12-31"}',
    '{"step": "survey", "done_on": "2026-02-30"}',
    '{"grid_id": true, "note": "x"}',
    '{"note": "' + "长" * 501 + '"}',
)


def test_odd_bodies_are_refused_in_words_at_every_door(world):
    """Nothing breaks, and nothing is written."""
    shop = world.ids("G1")[0]
    case = world("liaison").post_json(f"{API}/enterprises/{shop}/claim").json["case"]
    done = sa.text("SELECT count(*) FROM audit_entries WHERE action <> 'refused'")
    with world.engine.connect() as connection:
        before = connection.scalar(done)
    rules = [
        rule
        for rule in world("liaison").application.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"founding", "founding_writes", "founding_disputes"}
        and not {"POST", "PUT", "PATCH"}.isdisjoint(rule.methods)
    ]
    assert len(rules) > 20
    ids = {"enterprise_id": shop, "case_id": case["id"], "dispute_id": 1, "on": "2026-11-25"}
    clients = [world(login) for login in ("liaison", "cadre", "admin")]
    for rule in rules:
        path = rule.rule
        for name, value in ids.items():
            path = path.replace(f"<{parameters.ID}:{name}>", str(value))
            path = path.replace(f"<string(length=10):{name}>", str(value))
        (method,) = rule.methods & {"POST", "PUT", "PATCH"}
        permitted = next(
            client
            for client in clients
            if client.send(method, path, version=99, data=b"[]", content_type="application/json").status_code
            != 403
        )
        for body in ODD_BODIES:
            answer = permitted.send(
                method, path, version=99, data=body.encode(), content_type="application/json"
            )
            assert 400 <= answer.status_code < 500, (path, body, answer.text)
            assert answer.json["code"]
    with world.engine.connect() as connection:
        assert connection.scalar(done) == before
