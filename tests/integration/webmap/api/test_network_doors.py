"""Street networks through the web: sent, loaded by a job, looked at, put in use, never over somebody else."""

import pytest
import sqlalchemy as sa

from tests.integration.geodata.ingest.files import geojson_file
from tests.integration.webmap.api.test_job_doors import Office
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST


@pytest.fixture
def office(own_county, tmp_path) -> Office:
    client, engine = own_county
    return Office(client, engine, tmp_path)


def line(*points: tuple[float, float]) -> dict:
    return {"type": "LineString", "coordinates": [[WEST + x, SOUTH + y] for x, y in points]}


def streets(office: Office) -> bytes:
    rows = [
        (line((0.01, 0.05), (0.05, 0.05)), {"路名": "东街", "等级": "主干路"}),
        (line((0.03, 0.02), (0.03, 0.08)), {"路名": "<b>北街</b>", "等级": "没听说过"}),
        (line((0.07, 0.07), (0.071, 0.07)), {"路名": "孤路", "等级": "步道"}),
        (None, {"路名": "无", "等级": ""}),
    ]
    return geojson_file(office.folder / "streets.geojson", *rows).read_bytes()


def load(office: Office, label: str = "2026", **wanted: object) -> dict:
    upload = office.send(streets(office), "路网.geojson")
    body = {"upload": upload, "county": COUNTY, "label": label, "datum": "wgs84", "credit": "县交通局"}
    answer = office.planner.post_json("/api/v1/networks", body | wanted)
    assert answer.status_code == 202, answer.text
    office.work()
    return office.job(answer.json["id"])


def test_a_network_is_loaded_looked_at_and_used(office):
    job = load(office)
    assert (job["state"], job["result"]["edges"]) == ("done", 5), job
    version_id = job["result"]["version_id"]
    assert job["page"] == f"/networks/{version_id}"
    assert office.count("SELECT count(*) FROM stored_files WHERE purpose = 'upload'") == 0

    [listed] = office.planner.get("/api/v1/networks").json["networks"]
    assert (listed["status"], listed["credit"], listed["version"]) == ("loaded", "县交通局", 1)
    drawing = office.planner.get(f"/api/v1/networks/{version_id}/drawing").json
    assert [feature["properties"]["what"] for feature in drawing["features"]] == ["street"] * 5 + ["finding"]

    page = office.planner.get(f"/networks/{version_id}")
    assert "没听说过" in page.text
    assert "1 段，" in page.text
    assert "路网" in office.planner.get("/networks").text
    assert "/networks" in office.planner.get("/imports").text
    assert "/networks" in office.planner.get(f"/jobs/{job['id']}").text

    use = f"/api/v1/networks/{version_id}/use"
    assert office.planner.post_json(use, {}).status_code == 428
    assert office.planner.post_json(use, {}, headers={"If-Match": '"9"'}).json["code"] == "stale_version"
    answer = office.planner.post_json(use, {}, headers={"If-Match": '"1"'})
    assert answer.json == {"id": version_id, "status": "in_use", "version": 2}
    refused = office.planner.send("DELETE", f"/api/v1/networks/{version_id}", headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json["code"]) == (409, "network_was_used")
    answer = office.planner.post_json(
        f"/api/v1/networks/{version_id}/archive", {}, headers={"If-Match": '"2"'}
    )
    assert answer.json["status"] == "archived"
    actions = office.count("SELECT count(*) FROM audit_entries WHERE subject_kind = 'network_version'")
    assert actions == 3


def test_a_version_that_nobody_used_can_be_deleted(office):
    version_id = load(office)["result"]["version_id"]
    gone = office.planner.send("DELETE", f"/api/v1/networks/{version_id}", headers={"If-Match": '"1"'})
    assert gone.json == {"status": "deleted"}
    assert office.count("SELECT count(*) FROM network_edges") == 0
    assert office.planner.get(f"/networks/{version_id}").status_code == 404


def test_a_file_that_is_refused_leaves_nothing(office):
    job = load(office, datum="gcj02", label="x" * 100, credit=None)
    assert (job["state"], job["error"]["code"]) == ("failed", "network_credit_missing")
    assert office.count("SELECT count(*) FROM network_versions") == 0


def test_what_is_not_said_or_not_mine_is_refused_at_the_door(office):
    upload = office.send(streets(office), "a.geojson")
    body = {"upload": upload, "county": COUNTY, "label": "x"}
    assert office.planner.post_json("/api/v1/networks", body).json["code"] == "datum_missing"
    answer = office.planner.post_json("/api/v1/networks", body | {"county": NEIGHBOUR, "datum": "wgs84"})
    assert (answer.status_code, answer.json["code"]) == (404, "county_not_found")
    with office.engine.begin() as connection:
        version_id = connection.execute(
            sa.text(
                "INSERT INTO network_versions (county_code, label, source, file_name, file_sha256, datum, "
                "nodes, edges, length_m, created_by) VALUES (:county, 'n', 'osm', 'n', '', 'wgs84', 0, 0, 0, "
                "'x') RETURNING id"
            ),
            {"county": NEIGHBOUR},
        ).scalar_one()
    assert office.planner.get(f"/networks/{version_id}").status_code == 404
    assert office.planner.get(f"/api/v1/networks/{version_id}/drawing").status_code == 404
    assert office.planner.get("/api/v1/networks").json == {"networks": []}
