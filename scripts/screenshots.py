"""``scripts/screenshots``: the pictures of docs/roles, taken from the demonstration as each role sees it.

A throw-away database is filled as `scripts/run` does, a server started on it, and each role signs in with its
password. A page that is missing, complains, or asks another host ends the command with an error.
"""

import io
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from geodata import migrations
from geodata.coverage.question import CoverageQuestion
from geodata.db import make_engine, transaction
from geodata.demo.futian_city import COUNTY as STREETS_COUNTY
from geodata.demo.people import LIAISON_GRID, MANAGED_STATIONS, SIGN_INS
from geodata.demo.sources import MAIN_COUNTY
from geodata.planning.siting import answer, prepare
from geodata.planning.siting_question import SitingOptions
from geodata.vocab import Measure
from scripts.cluster import ROOT, throwaway
from scripts.main_job import do_main_job
from webmap.app import create_app
from webmap.config import Settings

FOLDER = ROOT / "docs" / "images"
PHONE, DESKTOP = (390, 844), (1280, 800)
MAX_BYTES = 200_000
COLOURS = (256, 128, 64, 32)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
STILL_S = 30


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, who looks, at which page, in which window; ``None`` is the public."""

    name: str
    login: str | None
    path: str
    size: tuple[int, int] = DESKTOP


_STATION = "/my-stations/{station}"
_ASKED = f"county={STREETS_COUNTY}&measure=streets&time=22:00&services=food_heating"
SHOTS = (
    Shot("planner-map", "demo-planner", "/"),
    Shot("planner-overview", "demo-planner", "/overview"),
    Shot("planner-stations", "demo-planner", "/overview/stations"),
    Shot("planner-reports", "demo-planner", "/reports"),
    Shot("planner-reviews", "demo-planner", "/reviews"),
    Shot("planner-boundaries", "demo-planner", "/boundaries"),
    Shot("planner-imports", "demo-planner", "/imports"),
    Shot("planner-streets", "demo-planner", f"/?{_ASKED}"),
    Shot("planner-week", "demo-planner", f"/coverage/week?{_ASKED}"),
    Shot("planner-siting", "demo-planner", "/siting/{siting}"),
    Shot("planner-plans", "demo-planner", f"/?tab=plans&{_ASKED}"),
    Shot("planner-preflight", "demo-planner", f"/preflight?county={STREETS_COUNTY}&measure=streets"),
    Shot("liaison-today", "demo-liaison", "/my-grid", PHONE),
    Shot("liaison-enterprises", "demo-liaison", "/my-grid/enterprises", PHONE),
    Shot("liaison-map", "demo-liaison", "/my-grid/map", PHONE),
    Shot("liaison-enterprise", "demo-liaison", "/work/enterprises/{enterprise}", PHONE),
    Shot("liaison-lookup", "demo-liaison", "/lookup?q={word}", PHONE),
    Shot("cadre-today", "demo-cadre", "/my-grid", PHONE),
    Shot("cadre-overview", "demo-cadre", "/overview"),
    Shot("cadre-reviews", "demo-cadre", "/reviews", PHONE),
    Shot("instructor-lines", "demo-instructor", "/lines"),
    Shot("instructor-lookup", "demo-instructor", "/lookup?q={word}"),
    Shot("manager-stations", "demo-manager", "/my-stations", PHONE),
    Shot("manager-today", "demo-manager", _STATION, PHONE),
    Shot("manager-hours", "demo-manager", f"{_STATION}/hours", PHONE),
    Shot("manager-card", "demo-manager", f"{_STATION}/card"),
    Shot("viewer-overview", "demo-viewer", "/overview"),
    Shot("admin-users", "demo-admin", "/admin/users"),
    Shot("admin-user", "demo-admin", "/admin/users/{user}"),
    Shot("admin-settings", "demo-admin", "/admin/settings"),
    Shot("auditor-log", "demo-auditor", "/audit"),
    Shot("worker-finder", None, "/find?county={county}", PHONE),
    Shot("worker-station", None, "/s/{station_code}", PHONE),
    Shot("worker-union", None, "/which-union?lon={lon}&lat={lat}", PHONE),
)

# What the paths name, found in the demonstration.
_WORDS = sa.text(
    """
    SELECT e.id AS enterprise, left(e.name, 2) AS word, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat,
        s.id AS station, s.code AS station_code, u.id AS "user", CAST(:county AS text) AS county
    FROM stations AS s, users AS u, enterprises AS e
        JOIN assignments AS a ON a.enterprise_id = e.id AND a.valid_to IS NULL
        JOIN grids AS g ON g.id = a.grid_id AND g.code = :grid
        LEFT JOIN founding_cases AS c ON c.enterprise_id = e.id AND c.holder_id IS NOT NULL
    WHERE s.code = :station AND u.login = 'demo-liaison' AND e.geom IS NOT NULL
        AND e.organization_status IN ('unorganized', 'in_progress') AND e.staff_count >= 25
    ORDER BY c.id NULLS LAST, e.id LIMIT 1
    """
)


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no line for each of a thousand tiles."""


def main(names: Sequence[str]) -> int:
    """Take all pictures, or those named."""
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    unknown = set(names) - {shot.name for shot in SHOTS}
    if unknown:
        print(f"screenshots: no such picture: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _demonstration() as (site, words, passwords), _chromium() as browser:
        failed = [shot.name for shot in shots if not _take(browser, site, shot, words, passwords)]
    if failed:
        print(f"screenshots: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _take(
    browser: Browser, site: str, shot: Shot, words: Mapping[str, Any], passwords: Mapping[str, str]
) -> bool:
    """Take one picture; tells on standard error why not."""
    try:
        picture = _picture(browser, site, shot, words, passwords)
        size = _save(picture, FOLDER / f"{shot.name}.png")
    except _Unshowable as error:
        print(f"{shot.name}: {error}", file=sys.stderr)
        return False
    print(f"{shot.name}.png {size // 1000} kB", flush=True)
    return True


class _Unshowable(RuntimeError):
    """A page that cannot be shown; the message says why."""


@contextmanager
def _demonstration() -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """A server on a filled throw-away database: its address, words for paths, passwords by login."""
    passwords = {login: f"shown-once-{number}-kXwq" for number, login in enumerate(SIGN_INS)}
    with throwaway() as cluster:
        cluster.create_database("shown")
        cluster.add_extensions("shown")
        url = cluster.url("shown")
        migrations.upgrade(url)
        engine = make_engine(url)
        do_main_job(engine, progress=lambda *_: None, passwords=lambda: passwords)
        with engine.connect() as connection:
            asked = {"grid": LIAISON_GRID, "station": MANAGED_STATIONS[0], "county": MAIN_COUNTY}
            words = dict(connection.execute(_WORDS, asked).mappings().one())
        words["siting"] = _ask_for_sites(engine)
        engine.dispose()
        app = create_app(Settings(database_url=url, default_county=MAIN_COUNTY))
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", words, passwords
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions["tenmin.engine"].dispose()


def _ask_for_sites(engine: sa.Engine) -> int:
    """Three more sites for a hot meal at ten at night; the number of the answer."""
    question = CoverageQuestion(
        STREETS_COUNTY, minute=22 * 60, services=("food_heating",), measure=Measure.STREETS
    )
    with transaction(engine) as session:
        return answer(session, prepare(session, question, SitingOptions(most=3)), by="demo-planner")


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def _picture(
    browser: Browser, site: str, shot: Shot, words: Mapping[str, Any], passwords: Mapping[str, str]
) -> bytes:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=shot.size == PHONE,
    )
    try:
        page = context.new_page()
        complaints = _listen(page)
        if shot.login:
            _sign_in(page, site, shot.login, passwords[shot.login])
        shown = page.goto(site + shot.path.format(**words), wait_until="networkidle")
        if shown is None or not shown.ok or "/login" in page.url:
            raise _Unshowable(f"{page.url} answered {shown.status if shown else 'nothing'}")
        _settle(page)
        if complaints:
            raise _Unshowable("; ".join(complaints))
        return page.screenshot()
    finally:
        context.close()


def _listen(page: Page) -> list[str]:
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            complaints.append(f"asked {asked.url}")
            if urlsplit(asked.url).hostname not in {"127.0.0.1", None, ""}
            else None
        ),
    )
    return complaints


def _sign_in(page: Page, site: str, login: str, password: str) -> None:
    page.goto(f"{site}/login")
    page.fill('[name="login"]', login)
    page.fill('[name="password"]', password)
    page.press('[name="password"]', "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def _settle(page: Page) -> None:
    """Wait until a map, if there is one, is drawn."""
    ends = time.monotonic() + STILL_S
    while not page.evaluate("window.tenmin?.isStill ? window.tenmin.isStill() : true"):
        if time.monotonic() > ends:
            raise _Unshowable("the page does not come to rest")
        page.wait_for_timeout(100)
    page.wait_for_timeout(200)


def _save(picture: bytes, path: Path) -> int:
    """Write a PNG with a palette, with as many colours as fit below the limit; returns its bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        packed = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= MAX_BYTES:
            path.write_bytes(packed.getvalue())
            return packed.tell()
    raise _Unshowable(f"the picture is larger than {MAX_BYTES // 1000} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
