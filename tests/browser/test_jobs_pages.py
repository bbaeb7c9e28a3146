"""A planner brings files in, sees them on a map, saves them; a drawing goes live through a second person."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely
import sqlalchemy as sa
from werkzeug.serving import make_server

from geodata.db import make_engine, transaction
from scripts.cluster import Cluster
from scripts.workers import start
from tests.browser import seeding
from tests.browser.conftest import DESKTOP, PHONE, _Quiet
from tests.browser.seeding import MARKUP_NAME, SMALL, SOUTH, WEST
from tests.integration.geodata.ingest.files import csv_file, geojson_file
from webmap.app import create_app
from webmap.config import Settings

HEADER = ["企业名称", "统一社会信用代码", "经营地址", "经度", "纬度", "职工人数"]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browsed_engine(cluster: Cluster, template_database: str) -> Iterator[sa.Engine]:
    """A database of these tests' own: they write."""
    cluster.create_database("browsed_jobs", template=template_database)
    engine = make_engine(cluster.url("browsed_jobs"))
    with transaction(engine) as session:
        seeding.fill(session)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def site(browsed_engine: sa.Engine) -> Iterator[str]:
    """A server with a worker beside it."""
    url = browsed_engine.url.render_as_string(hide_password=False)
    worker = start(url)
    app = create_app(Settings(database_url=url, default_county=SMALL))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["tenmin.engine"].dispose()
    worker.kill()
    worker.wait()


def shot(page, name: str) -> None:
    """Keep a picture when somebody asked to look."""
    folder = os.environ.get("TENMIN_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/jobs-{name}.png", full_page=True)


def register(folder: Path, prefix: str) -> Path:
    """Twelve good rows and two bad ones."""
    rows = [
        [
            MARKUP_NAME if n == 3 else f"{prefix}{n}号餐饮店",
            "",
            f"{prefix}路{n}号",
            WEST + 0.01 + n * 0.004,
            SOUTH + 0.012 + n % 4 * 0.009,
            n * 7,
        ]
        for n in range(12)
    ]
    rows.insert(5, ["", "", "无名路", WEST + 0.02, SOUTH + 0.02, 8])
    rows.insert(9, ["错码商贸有限公司", "91410103MA0000000X", "错码路1号", WEST + 0.03, SOUTH + 0.05, 8])
    return csv_file(folder / f"{prefix}名单.csv", HEADER, *rows)


def wait_for_map(page) -> int:
    page.wait_for_selector(".work-map[data-ready]", timeout=PATIENCE_MS)
    return int(page.get_attribute(".work-map", "data-ready"))


def send_file(visitor, path: Path, *, kind: str, label: str | None = None) -> None:
    page = visitor.page
    page.goto(f"{visitor.site}/imports")
    page.check(f'input[name="kind"][value="{kind}"]')
    page.set_input_files('input[name="file"]', str(path))
    page.select_option('select[name="datum"]', "cgcs2000")
    page.select_option('select[name="county"]', SMALL)
    if label:
        page.fill('input[name="version_label"]', label)
    page.click("#import-form button[type=submit]")
    page.wait_for_url("**/imports/*", timeout=PATIENCE_MS)


@pytest.mark.parametrize(("size", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_a_planner_sees_a_file_on_the_map_saves_it_and_reads_the_result(visit, tmp_path, size, name):
    visitor = visit(size)
    page = visitor.page
    page.goto(f"{visitor.site}/imports")
    shot(page, f"imports-{name}")
    assert visitor.overflow() <= 0
    send_file(visitor, register(tmp_path, "晨光" if size == DESKTOP else "暮光"), kind="enterprises")
    assert wait_for_map(page) == 12 + (0 if "不收" not in page.inner_text("#preview-sum") else 1)
    summary = page.inner_text("#preview-sum")
    assert "14 行" in summary
    assert "不收" in summary
    refused = page.locator("#findings tr.is-refused")
    assert refused.count() >= 1
    assert "第 7 行" in page.inner_text("#findings")
    assert visitor.overflow() <= 0
    shot(page, f"preview-{name}")
    page.click('#findings button[data-row="7"]')
    assert page.title().startswith("导入前看一遍")
    page.locator("form[data-follow] button.is-primary").click()
    page.wait_for_url("**/jobs/*", timeout=PATIENCE_MS)
    page.wait_for_selector(".figure-line", timeout=PATIENCE_MS)
    result = page.inner_text(".figure-line")
    assert "新增 1" in result
    shot(page, f"result-{name}")
    assert visitor.overflow() <= 0
    page.goto(f"{visitor.site}/jobs")
    shot(page, f"jobs-{name}")
    assert visitor.overflow() <= 0


def test_a_planner_loads_streets_reads_the_report_and_puts_them_in_use(visit, tmp_path):
    visitor = visit(PHONE)
    page = visitor.page
    streets = [
        shapely.LineString([(WEST + 0.01, SOUTH + 0.05), (WEST + 0.05, SOUTH + 0.05)]),
        shapely.LineString([(WEST + 0.03, SOUTH + 0.02), (WEST + 0.03, SOUTH + 0.08)]),
        shapely.LineString([(WEST + 0.06, SOUTH + 0.02), (WEST + 0.06, SOUTH + 0.03)]),
    ]
    path = geojson_file(tmp_path / "路网.geojson", *((line, {"路名": MARKUP_NAME}) for line in streets))
    page.goto(f"{visitor.site}/imports")
    page.click('a[href="/networks"]')
    page.set_input_files('input[name="file"]', str(path))
    page.select_option('select[name="county"]', SMALL)
    page.fill('input[name="label"]', "2026")
    page.select_option('select[name="datum"]', "cgcs2000")
    page.fill('input[name="credit"]', "县交通局")
    assert visitor.overflow() <= 0
    page.click("#network-form button[type=submit]")
    page.wait_for_url("**/jobs/*", timeout=PATIENCE_MS)
    page.locator(".figure-line", has_text="5 段").wait_for(timeout=PATIENCE_MS)
    page.click('a.button.is-primary[href^="/networks/"]')
    assert wait_for_map(page) == 6  # five pieces, and the place of the lone one
    assert "县交通局" in page.inner_text(".map-key")
    page.click('#pieces button[data-finding="1"]')
    assert visitor.overflow() <= 0
    shot(page, "network-phone")
    # Another one is in use there: it is asked whether that one should go.
    page.once("dialog", lambda dialog: dialog.accept())
    page.click('form[data-send$="/use"] button')
    page.locator("h1 .chip", has_text="使用中").wait_for(timeout=PATIENCE_MS)


def test_progress_is_shown_and_a_job_can_be_called_off(visit, browsed_engine):
    visitor = visit(DESKTOP)
    page = visitor.page
    with browsed_engine.connect() as holder:
        # Somebody is at the owners: the job has to wait inside its first stage, and we see its bar.
        holder.execute(sa.text("LOCK TABLE assignments IN ACCESS EXCLUSIVE MODE"))
        page.goto(f"{visitor.site}/jobs")
        job = page.evaluate(
            """async () => {
              const { send } = await import("/static/work/send.js");
              return (await send("POST", "/api/v1/jobs/assign", {}, { key: "key-of-a-test-1" })).body;
            }"""
        )
        page.goto(f"{visitor.site}/jobs/{job['id']}")
        page.locator(".job-stage", has_text="网格").wait_for(timeout=PATIENCE_MS)
        bar = page.locator("progress.bar")
        assert bar.get_attribute("aria-labelledby")
        shot(page, "progress-desktop")
        page.click("[data-cancel]")
        page.locator(".job-stage", has_text="停下").wait_for(timeout=PATIENCE_MS)
        holder.rollback()
    page.wait_for_selector(".notice", timeout=PATIENCE_MS)
    assert "已取消" in page.inner_text(".notice")


@pytest.mark.parametrize(("size", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_a_drawing_is_checked_approved_by_a_second_person_and_put_in_force(visit, tmp_path, size, name):
    visitor = visit(size)
    page = visitor.page
    middle = WEST + (0.05 if size == DESKTOP else 0.03)
    faulty = geojson_file(
        tmp_path / "faulty.geojson",
        (shapely.box(WEST, SOUTH, middle + 0.002, SOUTH + 0.08), {"code": "G1", "name": "一号网格"}),
        (shapely.box(middle, SOUTH, WEST + 0.08, SOUTH + 0.078), {"code": "G2", "name": "二号网格"}),
    )
    right = geojson_file(
        tmp_path / "right.geojson",
        (shapely.box(WEST, SOUTH, middle, SOUTH + 0.08), {"code": "G1", "name": "一号网格"}),
        (shapely.box(middle, SOUTH, WEST + 0.08, SOUTH + 0.08), {"code": "G2", "name": "二号网格"}),
    )
    label = f"2026-4-{name}"
    address = bring_in_and_check(visitor, faulty, label)
    page.wait_for_selector("#findings", timeout=PATIENCE_MS)
    wait_for_map(page)
    assert "必须改" in page.inner_text("#findings")
    page.locator("#findings [data-finding]").first.click()
    shot(page, f"faults-{name}")
    assert visitor.overflow() <= 0
    bring_in_and_check(visitor, right, label)
    page.wait_for_selector("#moves", timeout=PATIENCE_MS)
    assert "家企业换网格" in page.inner_text("#moves")
    assert "要由另一个人批准" in page.inner_text("main")
    shot(page, f"moves-{name}")
    assert visitor.overflow() <= 0
    second = visit(size, login="planner2")
    second.page.on("dialog", lambda dialog: dialog.accept())
    second.page.goto(address)
    second.page.get_by_role("button", name="批准").click()
    second.page.get_by_role("button", name="启用").wait_for(timeout=PATIENCE_MS)
    shot(second.page, f"approved-{name}")
    # The first drawing is in force from today; one day holds one, so the next is set for tomorrow.
    if size == PHONE:
        tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
        second.page.fill('input[name="effective_from"]', tomorrow.isoformat())
    second.page.get_by_role("button", name="启用").click()
    ended = "起启用" if size == DESKTOP else "到日子自动生效"
    second.page.locator("main", has_text=ended).wait_for(timeout=PATIENCE_MS)
    shot(second.page, f"in-force-{name}")
    assert second.overflow() <= 0


def bring_in_and_check(visitor, path: Path, label: str) -> str:
    page = visitor.page
    send_file(visitor, path, kind="grids", label=label)
    wait_for_map(page)
    page.locator("form[data-follow] button.is-primary").click()
    page.wait_for_url("**/jobs/*", timeout=PATIENCE_MS)
    page.get_by_role("link", name="去检查这份边界").click(timeout=PATIENCE_MS)
    page.wait_for_url("**/boundaries/*")
    page.get_by_role("button", name="检查").click()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while page.locator("progress.bar").count() or not page.locator("#findings, .notice.is-good").count():
        assert time.monotonic() < deadline, "the check does not end"
        page.wait_for_timeout(200)
    return page.url


@pytest.mark.parametrize(("size", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_a_list_is_exported_and_fetched(visit, size, name):
    visitor = visit(size)
    page = visitor.page
    page.goto(f"{visitor.site}/exports")
    page.check('input[name="kind"][value="enterprises"]')
    page.locator("main form[data-follow] button.is-primary").click()
    page.wait_for_url("**/jobs/*", timeout=PATIENCE_MS)
    page.wait_for_selector("a[download]", timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.click("a[download]")
    assert download.value.suggested_filename.startswith("enterprises-")
    page.goto(f"{visitor.site}/exports")
    shot(page, f"exports-{name}")
    assert visitor.overflow() <= 0
