"""A live server on a small committed database, and a Chromium that tells of every complaint."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from geodata.db import make_engine, transaction
from scripts.cluster import Cluster
from tests.browser import seeding
from tests.office import open_session
from webmap.app import create_app
from webmap.auth import COOKIE
from webmap.config import Settings

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, PHONE = (1440, 900), (360, 740)
STILL_WITHIN_S = 20

# A page tells of what its policy refused, also where the console would not.
TELL_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


class _Quiet(WSGIRequestHandler):
    """Writes no line for each of a thousand tiles."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browsed_engine(cluster: Cluster, template_database: str) -> Iterator[sa.Engine]:
    """The database behind the server that is browsed."""
    cluster.create_database("browsed", template=template_database)
    url = cluster.url("browsed")
    engine = make_engine(url)
    try:
        with transaction(engine) as session:
            seeding.fill(session)
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def site(browsed_engine: sa.Engine) -> Iterator[str]:
    """The address of a running server."""
    url = browsed_engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, default_county=seeding.SMALL))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["tenmin.engine"].dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.fail("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One browser window on the site, with everything it complained about."""

    page: Page
    site: str
    engine: sa.Engine
    complaints: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def open(self, **query: str) -> None:
        """Open the map with a query and wait until all is drawn."""
        words = "&".join(f"{name}={value}" for name, value in ({"lang": "zh"} | query).items())
        self.page.goto(f"{self.site}/?{words}")
        self.settle()

    def sign_in(self, login: str) -> None:
        """Carry a session of a user of ``tests/office.py``, past the password."""
        token = open_session(self.engine, login)[0]
        self.page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.site}])

    def settle(self) -> None:
        """Wait until figures and tiles are here and drawn."""
        ends = time.monotonic() + STILL_WITHIN_S
        while not self.page.evaluate("Boolean(window.tenmin?.isStill?.())"):
            assert time.monotonic() < ends, ("the page does not come to rest", self.complaints)
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(120)

    def word(self, name: str) -> str:
        """What an underlined word of the sentence says."""
        return self.page.inner_text(f'[data-word="{name}"]')

    def figure(self) -> str:
        return self.page.inner_text(".figure strong")

    def query(self) -> dict[str, str]:
        """What the address bar holds."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def click_on(self, kind: str) -> int:
        """Click a symbol of a kind on the map; tells its id."""
        x, y, found = self.page.evaluate("kind => window.tenmin.find(kind)", kind)
        self.page.mouse.click(x, y)
        return int(found)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def visit(chromium: Browser, site: str, browsed_engine: sa.Engine) -> Iterator[Callable[..., Visitor]]:
    """Opens windows; at the end none may have complained, been refused, or asked another host.

    A window is a planner's unless ``login`` says whose, or is ``None`` for the public.
    """
    visitors: list[Visitor] = []

    def make(size: tuple[int, int] = DESKTOP, *, login: str | None = "planner") -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", has_touch=size == PHONE
        )
        page = context.new_page()
        page.add_init_script(TELL_VIOLATIONS)
        visitor = Visitor(page, site, browsed_engine)
        if login is not None:
            visitor.sign_in(login)
        page.on(
            "console",
            lambda message: (
                visitor.complaints.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                visitor.strays.append(request.url)
                if urlsplit(request.url).hostname not in {"127.0.0.1", None, ""}
                else None
            ),
        )
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        violations = visitor.page.evaluate("window.__violations")
        visitor.page.context.close()
        assert (visitor.complaints, visitor.strays, violations) == ([], [], [])
