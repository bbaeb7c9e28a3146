"""Asking where to build next, and keeping candidates, over HTTP and on the pages."""

import io

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from geodata.db import transaction
from geodata.models import AuditEntry, CandidateSite, Job
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST
from tests.office import sign_in

ASKED = {"county": COUNTY, "most": 2, "sources": ["demand"], "time": "any"}
SITE = {"name": "工行门口", "lon": WEST + 0.09, "lat": SOUTH + 0.021, "host_kind": "bank", "cost": 30000}


def rows_of(engine, model) -> int:
    with transaction(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_question_is_answered_kept_shown_and_taken_away(own_county):
    client, engine = own_county
    entries = rows_of(engine, AuditEntry)
    asked = client.post_json("/api/v1/siting", ASKED)
    assert asked.status_code == 201
    number = asked.get_json()["siting"]
    assert asked.get_json()["page"] == f"/siting/{number}"
    assert rows_of(engine, AuditEntry) == entries + 1
    assert client.post_json("/api/v1/siting", ASKED).get_json()["siting"] == number
    answer = client.get(f"/api/v1/siting/{number}").get_json()
    assert answer["people"] == answer["recounted"] == sum(site["gain"] for site in answer["sites"]) > 0
    assert answer["people"] == answer["bound"]
    page = client.get(f"/siting/{number}").get_data(as_text=True)
    assert f"{answer['people']:,} 人" in page
    assert "任何" in page
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"/api/v1/siting/{number}/export").get_data())
    )
    table = book.get_sheet_by_index(0).to_python()
    assert len(table) == 1 + len(answer["sites"])
    text = client.get(f"/api/v1/siting/{number}/export?format=csv&part=outside").get_data(as_text=True)
    assert text.count("\n") == 1 + len(answer["outside"])


@pytest.mark.parametrize("goal", ["most", "all", "spare"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_goal_has_its_page_in_both_languages(own_county, goal, language):
    client, _ = own_county
    number = client.post_json("/api/v1/siting", {**ASKED, "goal": goal}).get_json()["siting"]
    page = client.get(f"/siting/{number}?lang={language}")
    assert page.status_code == 200
    shown = page.get_data(as_text=True).split("<main")[1].split("</main")[0]
    assert "siting." not in shown
    assert client.get(f"/siting?from={number}&lang={language}").status_code == 200


def test_an_empty_county_says_why(own_county):
    client, _ = own_county
    number = client.post_json("/api/v1/siting", {**ASKED, "sources": ["candidates"]}).get_json()["siting"]
    assert "没有可以建的地方" in client.get(f"/siting/{number}").get_data(as_text=True)


def test_a_large_question_becomes_a_job(own_county, monkeypatch):
    client, engine = own_county
    monkeypatch.setattr("geodata.planning.siting.QUICK_PAIRS", 0)
    asked = client.post_json("/api/v1/siting", ASKED)
    assert asked.status_code == 202
    with transaction(engine) as session:
        job = session.get_one(Job, asked.get_json()["job"])
        assert (job.kind, job.county_code, job.params["options"]["most"]) == ("siting", COUNTY, 2)


def test_what_cannot_be_asked_is_refused_in_words(own_county):
    client, _ = own_county
    assert client.post_json("/api/v1/siting", {**ASKED, "county": NEIGHBOUR}).status_code == 404
    refused = client.post_json("/api/v1/siting", {**ASKED, "most": None})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "siting_without_limit")
    assert client.post_json("/api/v1/siting", {**ASKED, "most": 0}).status_code == 422
    assert client.post_json("/api/v1/siting", {**ASKED, "must": ["x"]}).status_code == 422
    assert client.get("/api/v1/siting/999").status_code == 404
    assert client.get("/siting?from=999").status_code == 404


def test_readers_of_plans_see_answers_and_do_not_ask(own_county):
    client, engine = own_county
    number = client.post_json("/api/v1/siting", ASKED).get_json()["siting"]
    viewer = sign_in(client.application.test_client(), engine, "viewer")
    assert viewer.get(f"/siting/{number}").status_code == 200
    assert viewer.post_json("/api/v1/siting", ASKED).status_code == 403
    stranger = sign_in(client.application.test_client(), engine, "neighbour")
    assert stranger.get(f"/api/v1/siting/{number}").status_code == 404
    assert stranger.get(f"/siting/{number}").status_code == 404


def test_a_candidate_is_kept_changed_and_removed_by_version(own_county):
    client, engine = own_county
    made = client.post_json("/api/v1/candidates", {**SITE, "county": COUNTY})
    assert made.status_code == 201
    body = made.get_json()
    assert (body["source"], body["cost"], body["version"]) == ("drawn", 30000, 1)
    path = f"/api/v1/candidates/{body['id']}"
    saved = client.put_json(path, {**SITE, "name": "工行院内"}, version=1).get_json()
    assert (saved["name"], saved["version"]) == ("工行院内", 2)
    late = client.put_json(path, SITE, version=1)
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")
    listed = client.get(f"/api/v1/candidates?county={COUNTY}").get_json()
    assert [site["name"] for site in listed["candidates"]] == ["工行院内"]
    assert client.send("DELETE", path, version=1).status_code == 409
    assert client.send("DELETE", path, version=2).status_code == 200
    assert rows_of(engine, CandidateSite) == 0


def test_a_candidate_elsewhere_or_of_nobody_is_refused(own_county):
    client, _ = own_county
    outside = client.post_json("/api/v1/candidates", {**SITE, "lon": 120.0, "county": COUNTY})
    assert outside.get_json()["code"] == "candidate_outside_county"
    assert client.post_json("/api/v1/candidates", {**SITE, "county": NEIGHBOUR}).status_code == 404
    assert client.post_json("/api/v1/candidates", {**SITE, "lat": 95, "county": COUNTY}).status_code == 422


def test_a_list_keeps_its_good_rows_and_tells_of_each_bad_one(own_county):
    client, engine = own_county
    rows = [
        SITE,
        {**SITE, "lon": "113.6x"},
        {**SITE, "name": ""},
        {**SITE, "lon": 100.0, "name": "远"},
        SITE,
        {**SITE, "cost": -1},
        {**SITE, "host_kind": "castle"},
        {"name": "<b>甲</b>", "lon": WEST + 0.05, "lat": SOUTH + 0.05},
    ]
    body = {"county": COUNTY, "datum": "wgs84", "rows": rows}
    answer = client.post_json("/api/v1/candidates/list", body).get_json()
    assert answer["added"] == len(answer["ids"]) == 2
    assert [(fault["row"], fault["field"], fault["code"]) for fault in answer["refused"]] == [
        (2, "lon", "candidate_field_invalid"),
        (3, "name", "candidate_field_invalid"),
        (4, "lon", "candidate_outside_county"),
        (5, "name", "candidate_repeated"),
        (6, "cost", "candidate_field_invalid"),
        (7, "host_kind", "candidate_field_invalid"),
    ]
    assert all(fault["detail"] for fault in answer["refused"])
    page = client.get(f"/siting/candidates?county={COUNTY}").get_data(as_text=True)
    assert "&lt;b&gt;甲&lt;/b&gt;" in page
    assert (
        client.post_json("/api/v1/candidates/list", {**body, "all_or_nothing": True}).get_json()["added"] == 0
    )
    assert rows_of(engine, CandidateSite) == 2


def test_two_thousand_rows_go_in_at_once_and_can_be_asked_about(own_county):
    client, _ = own_county
    rows = [
        {
            "name": f"候选点{number}",
            "lon": WEST + 0.001 + 0.00004 * number,
            "lat": SOUTH + 0.0205,
            "address": "路边" * 20,
        }
        for number in range(2000)
    ]
    body = {"county": COUNTY, "datum": "cgcs2000", "rows": rows}
    assert client.post_json("/api/v1/candidates/list", body).get_json()["added"] == 2000
    asked = client.post_json("/api/v1/siting", {**ASKED, "sources": ["candidates"], "spacing_m": 300})
    assert asked.status_code in {201, 202}
    assert client.get(f"/siting?county={COUNTY}").status_code == 200
    assert client.get(f"/siting/candidates?county={COUNTY}").status_code == 200


def test_coordinates_of_a_list_are_converted_once(own_county):
    client, _ = own_county
    body = {"county": COUNTY, "datum": "gcj02", "rows": [SITE]}
    assert client.post_json("/api/v1/candidates/list", body).get_json()["added"] == 1
    (site,) = client.get(f"/api/v1/candidates?county={COUNTY}").get_json()["candidates"]
    assert 0.003 < SITE["lon"] - site["lon"] < 0.009
