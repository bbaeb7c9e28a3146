"""Preflight and the difference between the measures over the doors."""

from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR


def test_a_planner_is_told_what_to_mend_in_words_and_where(signed_in):
    answer = signed_in("planner").get(f"/api/v1/preflight?county={COUNTY}").get_json()
    assert answer["findings"]
    for finding in answer["findings"]:
        assert finding["sentence"]
        assert finding["mend"].startswith("/")
    assert answer["summary"]["unusable"] >= 0
    assert answer["figures"][0]["measure"] == "straight_line"


def test_preflight_is_not_for_the_public_nor_for_other_counties(client, signed_in):
    fresh = client.application.test_client()
    assert fresh.get(f"/api/v1/preflight?county={COUNTY}").status_code == 401
    assert signed_in("planner").get(f"/api/v1/preflight?county={NEIGHBOUR}").status_code == 404


def test_the_coverage_answer_tells_planners_how_much_is_to_mend(client, signed_in):
    path = f"/api/v1/coverage?county={COUNTY}"
    fresh = client.application.test_client()
    assert fresh.get(path).get_json()["preflight"] is None
    planner = signed_in("planner")
    told = planner.get(path).get_json()["preflight"]
    assert told == planner.get(f"/api/v1/preflight?county={COUNTY}").get_json()["summary"]


def test_without_a_network_streets_are_refused_with_a_sentence(client):
    for path in ("coverage/difference", "coverage"):
        refusal = client.get(f"/api/v1/{path}?county={COUNTY}&measure=streets")
        assert refusal.status_code == 400
        assert refusal.get_json()["code"] == "no_network"
        assert "路网" in refusal.get_json()["detail"]
