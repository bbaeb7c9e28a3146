"""Files in, lists out and long work through the web: whose it is, how it ends, what stays."""

import io
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from geodata.jobs.worker import run_worker
from tests.integration.geodata.ingest.files import csv_file, geojson_file
from tests.integration.webmap.conftest import COUNTY, NEIGHBOUR, SOUTH, WEST
from tests.office import OfficeClient, sign_in
from webmap.i18n import translate

HEADER = ["企业名称", "经营地址", "经度", "纬度", "职工人数"]


class Office:
    """Clients of one copy of the small county, and a worker when it is wanted."""

    def __init__(self, client: OfficeClient, engine: sa.Engine, folder: Path) -> None:
        self.planner, self.engine, self.folder = client, engine, folder
        self.app = client.application

    def client(self, login: str) -> OfficeClient:
        return sign_in(self.app.test_client(), self.engine, login)

    def work(self) -> None:
        url = self.engine.url.render_as_string(hide_password=False)
        run_worker(url, say_in=lambda language: partial(translate, language), once=True)

    def count(self, statement: str) -> int:
        with self.engine.connect() as connection:
            return connection.execute(sa.text(statement)).scalar()

    def csv(self, *rows: list[object]) -> bytes:
        return csv_file(self.folder / "a.csv", HEADER, *rows).read_bytes()

    def send(self, content: bytes, name: str = "企业名单.csv", client: OfficeClient | None = None) -> int:
        answer = (client or self.planner).send(
            "POST",
            f"/api/v1/uploads?name={name}",
            data=content,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 201, answer.text
        return answer.json["id"]

    def preview(self, content: bytes, *, name: str = "企业名单.csv", **wanted: object) -> dict:
        body = {"upload": self.send(content, name), "kind": "enterprises", "datum": "wgs84", "county": COUNTY}
        answer = self.planner.post_json("/api/v1/imports", body | wanted)
        assert answer.status_code == 202, answer.text
        self.work()
        return self.job(answer.json["id"])

    def job(self, job_id: int) -> dict:
        return self.planner.get(f"/api/v1/jobs/{job_id}").json


@pytest.fixture
def office(own_county, tmp_path) -> Office:
    client, engine = own_county
    return Office(client, engine, tmp_path)


def rows(count: int) -> list[list[object]]:
    return [
        [f"新企业{n}", f"新路{n}号", WEST + 0.002 + n % 90 * 0.001, SOUTH + 0.002 + n // 90 * 0.0008, n % 90]
        for n in range(count)
    ]


def test_a_file_is_previewed_saved_and_gone(office):
    bad = [["", "无名", WEST + 0.01, SOUTH + 0.01, 1]]
    before = office.count("SELECT count(*) FROM enterprises")
    job = office.preview(office.csv(*rows(4), *bad))
    assert (job["state"], job["result"]["inserted"], job["result"]["refused"]) == ("done", 4, 1)
    assert office.count("SELECT count(*) FROM enterprises") == before
    page = office.planner.get(job["page"]).text
    assert "第 6 行" in page
    drawing = office.planner.get(f"/api/v1/jobs/{job['id']}/files/preview")
    assert len(drawing.json["features"]) == 4
    report = office.planner.get(f"/api/v1/jobs/{job['id']}/files/report")
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(report.data)).sheet_names) >= 2
    saving = office.planner.post_json(f"/api/v1/imports/{job['id']}/save")
    assert saving.status_code == 202
    again = office.planner.post_json(f"/api/v1/imports/{job['id']}/save")
    assert (again.status_code, again.json["code"]) == (409, "import_already_saved")
    office.work()
    assert office.job(saving.json["id"])["result"]["inserted"] == 4
    assert office.count("SELECT count(*) FROM enterprises") == before + 4
    assert office.count("SELECT count(*) FROM stored_files WHERE purpose = 'upload'") == 0
    assert "新增 4 行" in office.planner.get(saving.json["page"]).text


def test_ten_thousand_rows_come_in_through_the_web_door(office):
    before = office.count("SELECT count(*) FROM enterprises")
    job = office.preview(office.csv(*rows(10_000)))
    assert job["result"]["inserted"] == 10_000
    saving = office.planner.post_json(f"/api/v1/imports/{job['id']}/save")
    office.work()
    saved = office.job(saving.json["id"])
    assert (saved["state"], saved["result"]["inserted"]) == ("done", 10_000)
    assert office.count("SELECT count(*) FROM enterprises") == before + 10_000
    assert (
        office.count(
            "SELECT count(*) FROM enterprises e WHERE NOT EXISTS (SELECT FROM assignments a "
            "WHERE a.enterprise_id = e.id AND a.valid_to IS NULL) AND removed_on IS NULL"
        )
        == 0
    )


def test_another_persons_file_job_and_export_are_not_found(office):
    job = office.preview(office.csv(*rows(2)))
    export = office.planner.post_json("/api/v1/exports", {"kind": "stations", "format": "csv"}).json
    office.work()
    other = office.client("planner2")
    for path in (
        f"/api/v1/jobs/{job['id']}",
        f"/api/v1/jobs/{job['id']}/files/report",
        f"/api/v1/jobs/{job['id']}/files/preview",
        f"/api/v1/jobs/{export['id']}/files/export",
        f"/imports/{job['id']}",
        f"/jobs/{export['id']}",
        "/jobs/9007199254740991",
    ):
        assert other.get(path).status_code == 404, path
    assert other.post_json(f"/api/v1/imports/{job['id']}/save").status_code == 404
    assert other.post_json(f"/api/v1/jobs/{job['id']}/cancel").status_code == 404
    assert other.send("DELETE", f"/api/v1/imports/{job['id']}").status_code == 404
    stolen = {"upload": 1, "kind": "enterprises", "datum": "wgs84", "county": COUNTY}
    assert other.post_json("/api/v1/imports", stolen).json["code"] == "upload_not_found"
    assert other.get("/api/v1/jobs").json["jobs"] == []
    assert office.planner.get(f"/api/v1/jobs/{export['id']}/files/export").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"datum": None}, 400, "datum_missing"),
        ({"kind": "grids"}, 400, "version_missing"),
        ({"county": None}, 400, "county_missing_for_import"),
        ({"county": NEIGHBOUR}, 404, "county_not_found"),
        ({"upload": 99}, 404, "upload_not_found"),
        ({"by": "somebody"}, 422, "parameter_unknown"),
        ({"datum": "beijing54"}, 422, "parameter_invalid"),
    ],
)
def test_an_import_says_what_is_missing(office, change, status, code):
    body = {"upload": office.send(b"x"), "kind": "enterprises", "datum": "wgs84", "county": COUNTY}
    answer = office.planner.post_json("/api/v1/imports", body | change)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_an_empty_file_leaves_nothing(office):
    answer = office.planner.send("POST", "/api/v1/uploads?name=a.csv", data=b"")
    assert (answer.status_code, answer.json["code"]) == (400, "file_empty")
    assert office.count("SELECT count(*) FROM stored_files") == 0


def test_a_file_that_breaks_off_leaves_nothing(office):
    answer = office.planner.send(
        "POST",
        "/api/v1/uploads?name=a.csv",
        input_stream=io.BytesIO(b"half"),
        environ_overrides={"CONTENT_LENGTH": "100"},
    )
    assert answer.status_code == 400
    assert office.count("SELECT count(*) FROM stored_files") == 0


def test_a_file_too_large_is_refused_before_it_is_read(office):
    answer = office.planner.send(
        "POST",
        "/api/v1/uploads?name=a.csv",
        input_stream=io.BytesIO(b""),
        environ_overrides={"CONTENT_LENGTH": str(101 * 1024 * 1024)},
    )
    assert answer.status_code in {413, 422}
    assert office.count("SELECT count(*) FROM stored_files") == 0


def test_a_file_given_up_is_deleted(office):
    job = office.preview(office.csv(*rows(1)))
    assert office.planner.send("DELETE", f"/api/v1/imports/{job['id']}").json == {"status": "given_up"}
    assert office.planner.post_json(f"/api/v1/imports/{job['id']}/save").status_code == 404
    assert office.count("SELECT count(*) FROM stored_files WHERE purpose = 'upload'") == 0


@pytest.mark.parametrize("login", ["liaison", "cadre", "viewer", "auditor", "manager", "instructor"])
def test_only_planners_and_administrators_import(office, login):
    client = office.client(login)
    assert client.send("POST", "/api/v1/uploads?name=a.csv", data=b"x").status_code == 403
    assert client.get("/imports").status_code == 403


def test_a_waiting_job_is_called_off_and_the_notice_is_read(office):
    asked = office.planner.post_json("/api/v1/jobs/assign").json
    cancelled = office.planner.post_json(f"/api/v1/jobs/{asked['id']}/cancel").json
    assert (cancelled["state"], cancelled["is_new"]) == ("cancelled", True)
    assert office.planner.get("/api/v1/jobs").json["unseen"] == 1
    assert 'id="unseen-jobs">1<' in office.planner.get("/jobs").text
    assert office.planner.post_json("/api/v1/jobs/seen", {"ids": [asked["id"]]}).json == {
        "seen": 1,
        "unseen": 0,
    }
    again = office.planner.post_json(f"/api/v1/jobs/{asked['id']}/cancel")
    assert (again.status_code, again.json["code"]) == (409, "job_is_over")


def test_the_same_request_twice_asks_for_one_job(office):
    answers = [office.planner.post_json("/api/v1/jobs/assign", key="a-key-of-mine-1") for _ in range(2)]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert office.count("SELECT count(*) FROM jobs") == 1
    assert office.planner.post_json("/api/v1/jobs/assign", key=None).json["code"] == "idempotency_key_missing"


def test_a_coverage_run_is_kept(office):
    asked = office.planner.post_json("/api/v1/jobs/coverage", {"county": COUNTY, "minute": 1320})
    office.work()
    job = office.job(asked.json["id"])
    assert job["state"] == "done"
    assert job["result"]["people"]["total"] > 0
    assert f"第 {job['result']['run_id']} 号结果" in office.planner.get(job["page"]).text
    other = office.planner.post_json("/api/v1/jobs/coverage", {"county": NEIGHBOUR})
    assert other.status_code == 404


def export(office, client, **wanted):
    asked = client.post_json("/api/v1/exports", {"kind": "enterprises", "format": "csv"} | wanted)
    assert asked.status_code == 202, asked.text
    office.work()
    answer = client.get(f"/api/v1/jobs/{asked.json['id']}/files/export")
    return answer.data.decode("utf-8-sig")


def test_an_export_has_no_contacts_and_only_rows_of_the_asker(office):
    everything = export(office, office.planner)
    mine = export(office, office.client("liaison"))
    assert "13800138000" not in everything + mine
    assert "王秘密" not in everything + mine
    assert 1 < len(mine.splitlines()) < len(everything.splitlines())


def test_contacts_go_only_to_who_must_call_and_are_logged(office):
    refused = office.planner.post_json("/api/v1/exports", {"kind": "enterprises", "contacts": True})
    assert (refused.status_code, refused.json["code"]) == (403, "contacts_not_yours")
    mine = export(office, office.client("liaison"), contacts=True)
    assert "13800138000" in mine
    owned = office.count(
        "SELECT count(*) FROM assignments a JOIN grids g ON g.id = a.grid_id OR g.id = a.other_grid_id "
        "WHERE a.valid_to IS NULL AND g.code = 'G1'"
    )
    assert len(mine.splitlines()) == owned + 1
    assert (
        office.count("SELECT count(*) FROM audit_entries WHERE action = 'export' AND actor = 'liaison'") == 1
    )


def draft(office):
    """A drawing like the one in force, but with the middle line moved, as somebody sent it."""
    import shapely  # noqa: PLC0415

    middle = WEST + 0.06
    path = geojson_file(
        office.folder / "grids.geojson",
        (shapely.box(WEST, SOUTH, middle, SOUTH + 0.1), {"code": "G1", "name": "一号网格"}),
        (shapely.box(middle, SOUTH, WEST + 0.1, SOUTH + 0.1), {"code": "G2", "name": "二号网格"}),
    )
    job = office.preview(path.read_bytes(), name="新边界.geojson", kind="grids", version_label="2026-4")
    assert job["state"] == "done", job
    saving = office.planner.post_json(f"/api/v1/imports/{job['id']}/save")
    office.work()
    return office.job(saving.json["id"])["result"]["version_id"]


def test_a_drawing_goes_live_only_through_a_second_person(office):
    version = draft(office)
    checking = office.planner.post_json(f"/api/v1/boundaries/{version}/check")
    office.work()
    result = office.job(checking.json["id"])["result"]
    assert result["blocking"] == 0
    assert result["moved"] > 0
    page = office.planner.get(f"/boundaries/{version}").text
    assert "要由另一个人批准" in page
    assert "家企业换网格" in page
    own = office.planner.post_json(f"/api/v1/boundaries/{version}/approve")
    assert (own.status_code, own.json["code"]) == (409, "boundary_second_person")
    assert office.client("neighbour").post_json(f"/api/v1/boundaries/{version}/approve").status_code == 404
    assert office.client("neighbour").get(f"/boundaries/{version}").status_code == 404
    second = office.client("planner2")
    assert "批准" in second.get(f"/boundaries/{version}").text
    assert second.post_json(f"/api/v1/boundaries/{version}/approve").json["status"] == "approved"
    day = office.count("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date::text")
    asked = second.post_json(f"/api/v1/boundaries/{version}/activate", {"effective_from": day})
    office.work()
    done = second.get(f"/api/v1/jobs/{asked.json['id']}").json
    assert (done["state"], done["result"]["is_scheduled"]) == ("done", False)
    assert done["result"]["opened"] == result["moved"]
    assert office.count("SELECT max(id) FROM boundary_versions WHERE status = 'effective'") == version
    drawing = second.get(f"/api/v1/boundaries/{version}/drawing").json
    assert {feature["properties"]["code"] for feature in drawing["features"]} == {"G1", "G2"}


def test_whoever_brought_rows_into_a_drawing_cannot_approve_it(office):
    version = draft(office)
    with office.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE boundary_versions SET created_by = 'x', status = 'checked' WHERE id = :id"),
            {"id": version},
        )
    own = office.planner.post_json(f"/api/v1/boundaries/{version}/approve")
    assert own.json["code"] == "boundary_second_person"


def test_a_day_gone_by_without_a_reason_fails_in_words(office):
    version = draft(office)
    office.planner.post_json(f"/api/v1/boundaries/{version}/check")
    office.work()
    second = office.client("planner2")
    second.post_json(f"/api/v1/boundaries/{version}/approve")
    asked = second.post_json(f"/api/v1/boundaries/{version}/activate", {"effective_from": "2026-02-01"})
    office.work()
    job = second.get(f"/api/v1/jobs/{asked.json['id']}").json
    assert (job["state"], job["error"]["code"]) == ("failed", "boundary_date_past")
    assert job["error"]["detail"]


def test_an_import_is_taken_back_from_its_page(office):
    job = office.preview(office.csv(*rows(3)))
    saving = office.planner.post_json(f"/api/v1/imports/{job['id']}/save").json
    office.work()
    batch = office.job(saving["id"])["result"]["batch_id"]
    assert "撤回 3 行" in office.planner.get(saving["page"]).text
    assert office.client("planner2").post_json(f"/api/v1/imports/batches/{batch}/undo").status_code == 404
    undo = office.planner.post_json(f"/api/v1/imports/batches/{batch}/undo").json
    office.work()
    assert office.job(undo["id"])["result"]["removed"] == 3
    assert "撤回 3 行" not in office.planner.get(saving["page"]).text


@pytest.mark.parametrize("path", ["/jobs", "/imports", "/exports", "/boundaries"])
def test_pages_speak_both_languages(office, path):
    for language in ("zh", "en"):
        assert office.planner.get(f"{path}?lang={language}").status_code == 200
