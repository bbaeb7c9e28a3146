"""A liaison's first day on a phone, and a dead spot in the steppe."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from geodata.db import make_engine, transaction
from geodata.models import User
from geodata.rules.passwords import hash_password
from scripts.cluster import Cluster
from tests.browser import liaison_seeding as day
from tests.browser import seeding
from tests.browser.conftest import DESKTOP, PHONE, TELL_VIOLATIONS, Visitor, _Quiet
from webmap.app import create_app
from webmap.config import Settings

PASSWORD = "槐荫网格-2026-走访"  # noqa: S105 - of a database that lives for this test
OFFLINE_NOISE = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "FetchEvent",
    "409 (CONFLICT)",
    "401 (UNAUTHORIZED)",
)
LONG_WAIT_MS = 15_000


@pytest.fixture(scope="module")
def browsed_engine(cluster: Cluster, template_database: str) -> Iterator[sa.Engine]:
    cluster.create_database("liaison_day", template=template_database)
    engine = make_engine(cluster.url("liaison_day"))
    with transaction(engine) as session:
        seeding.fill(session)
        day.fill(session)
        session.execute(
            sa.update(User).where(User.login == "liaison").values(password_hash=hash_password(PASSWORD))
        )
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def site(browsed_engine: sa.Engine) -> Iterator[str]:
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


def id_of(visitor: Visitor, name: str) -> int:
    with visitor.engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT id FROM enterprises WHERE name = :name"), {"name": name})
    return int(found)


def visits_of(visitor: Visitor, enterprise_id: int) -> list[tuple[str, str | None]]:
    with visitor.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT result, note FROM visits WHERE enterprise_id = :id ORDER BY id"),
            {"id": enterprise_id},
        )
        return [tuple(row) for row in rows]


def open_page(visitor: Visitor, path: str) -> None:
    visitor.page.goto(f"{visitor.site}{path}")
    assert visitor.page.locator(".work-main").count() == 1, visitor.page.inner_text("body")


def wait_until_kept(visitor: Visitor, path: str) -> None:
    """Until the service worker holds a page."""
    visitor.page.wait_for_function(
        """async (path) => {
          for (const name of await caches.keys()) {
            if (name.startsWith("tenmin-pages") && await (await caches.open(name)).match(path)) return true;
          }
          return false;
        }""",
        arg=path,
        timeout=LONG_WAIT_MS,
    )


def open_kept(visitor: Visitor, path: str) -> None:
    """Open a page twice with signal, as on any morning: the second time the phone keeps it."""
    open_page(visitor, path)
    wait_until_kept(visitor, path)
    visitor.page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
    open_page(visitor, path)
    visitor.page.wait_for_load_state("networkidle")


def reopen(visitor: Visitor) -> None:
    """Close the tab and open a new one on the same phone."""
    context = visitor.page.context
    fresh = context.new_page()
    fresh.add_init_script(TELL_VIOLATIONS)
    visitor.page.close()
    visitor.page = fresh


def forgive_noise(visitor: Visitor) -> None:
    """A browser complains of every file it cannot fetch; that is what a dead spot is."""
    visitor.complaints[:] = [
        text for text in visitor.complaints if not any(noise in text for noise in OFFLINE_NOISE)
    ]


def choose(visitor: Visitor, name: str, value: str) -> None:
    visitor.page.check(f'#visit-sheet input[name="{name}"][value="{value}"]')


def test_first_day_of_a_liaison_from_signing_in_to_a_finished_step(visit):
    visitor = visit(PHONE, login=None)
    page = visitor.page
    open_page(visitor, "/my-grid")
    page.fill('input[name="login"]', "liaison")
    page.fill('input[name="password"]', PASSWORD)
    page.click('button[type="submit"]')
    page.wait_for_url("**/my-grid")
    assert page.inner_text(".counter[href='#overdue']").split() == ["1", "已超期"]
    free = id_of(visitor, day.NEW)
    page.click(f'[data-card="{free}"] a.due-card-body')
    page.wait_for_url(f"**/work/enterprises/{free}")
    page.click("#claim-form button")
    page.wait_for_selector(".held:has-text('认领的')")
    page.wait_for_load_state("networkidle")  # the page came anew; its scripts take a moment
    page.click("[data-visit]")
    choose(visitor, "result", "consented")  # first tap
    page.check('#visit-sheet input[data-next="1"]')  # second tap
    page.click("#visit-sheet button[type=submit]")
    page.wait_for_selector(".past li:has-text('同意筹建')")
    assert visits_of(visitor, free) == [("consented", None)]
    page.click('[data-unfold="step"]')
    page.click("#step button[type=submit]")
    page.wait_for_selector(".step-row li.is-now:has-text('资料完善')")
    assert "第 2 步" in page.inner_text("#case-title")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("login", ["liaison", "many"])
@pytest.mark.parametrize(
    "path", ["/my-grid", "/my-grid/enterprises", "/my-grid/map", "/lookup?q=晨光", "/my-grid/print"]
)
def test_pages_fit_the_window_and_speak_sentences(visit, size, login, path):
    visitor = visit(size, login=login)
    open_page(visitor, path)
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.overflow() <= 0
    text = visitor.page.inner_text("body")
    assert "liaison." not in text
    assert "undefined" not in text


def test_hostile_and_long_names_stay_text(visit):
    visitor = visit(PHONE, login="liaison")
    open_page(visitor, "/my-grid")
    text = visitor.page.inner_text("body")
    assert seeding.MARKUP_NAME in text
    assert seeding.LONG_NAME in text
    open_page(visitor, f"/work/enterprises/{id_of(visitor, seeding.LONG_NAME)}")
    assert visitor.page.inner_text("h1") == seeding.LONG_NAME
    assert visitor.overflow() <= 0
    assert visitor.page.title() != "pwned"


def test_phone_number_is_masked_until_tapped_and_the_look_is_logged(visit):
    visitor = visit(PHONE, login="liaison")
    open_page(visitor, f"/work/enterprises/{id_of(visitor, day.RUNNING)}")
    page = visitor.page
    assert day.CONTACT_PHONE not in page.content()
    page.click("#contact-show")
    page.wait_for_selector(f'#contact a[href="tel:{day.CONTACT_PHONE}"]')
    with visitor.engine.connect() as connection:
        looks = connection.scalar(
            sa.text("SELECT count(*) FROM audit_entries WHERE action = 'contact_revealed'")
        )
    assert looks == 1


def test_targets_are_large_enough_for_a_thumb(visit):
    visitor = visit(PHONE, login="liaison")
    for path in ("/my-grid", f"/work/enterprises/{id_of(visitor, day.FREE)}"):
        open_page(visitor, path)
        small = visitor.page.evaluate(
            """() => [...document.querySelectorAll(
                "button, summary, .thumb-tabs a, .counter, select, input:not([type=hidden], [type=radio])")]
              .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 44)
              .map((node) => node.outerHTML.slice(0, 80))"""
        )
        assert small == []


def test_list_on_the_map_names_what_the_map_shows(visit):
    visitor = visit(DESKTOP, login="liaison")
    open_page(visitor, "/my-grid/map")
    page = visitor.page
    page.wait_for_function("() => Boolean(window.tenminMyMap?.isReady())")
    shown = page.evaluate("() => window.tenminMyMap.rows")
    assert page.inner_text("#map-list-title") == f"图上 {shown} 家"
    assert page.locator("#map-list li").count() == shown
    assert page.inner_text("#map-list li:first-child .due-chip") in {"超期 2 个工作日", "今天到期"}


def test_visit_of_a_dead_spot_survives_a_closed_tab_and_arrives_exactly_once(visit):
    visitor = visit(PHONE, login="liaison")
    due = id_of(visitor, day.DUE_TODAY)
    before = visits_of(visitor, due)
    open_kept(visitor, "/my-grid")
    visitor.page.context.set_offline(True)
    reopen(visitor)
    open_page(visitor, "/my-grid")  # without signal, from the phone
    page = visitor.page
    page.wait_for_selector("#signal:has-text('无网络')")
    assert "的清单" in page.inner_text("#signal")
    page.click(f'[data-visit="{due}"]')
    choose(visitor, "result", "met")
    page.fill('#visit-sheet input[name="note"]', "填到一半")
    reopen(visitor)  # the tab is closed half-way
    open_page(visitor, "/my-grid")
    page = visitor.page
    page.click(f'[data-visit="{due}"]')
    assert page.is_visible("#visit-sheet .restored")
    assert page.input_value('#visit-sheet input[name="note"]') == "填到一半"
    page.fill('#visit-sheet input[name="note"]', "门口见到店长")
    page.check('#visit-sheet input[data-next="1"]')
    page.click("#visit-sheet button[type=submit]")
    page.wait_for_selector("#signal:has-text('已存 1 条，联网后自动提交')", timeout=LONG_WAIT_MS)
    assert page.is_visible(f'[data-unsent="{due}"]')
    reopen(visitor)  # restarted before the signal is back
    open_page(visitor, "/my-grid")
    page = visitor.page
    page.wait_for_selector(f'[data-unsent="{due}"]:visible')
    assert "门口见到店长" in page.inner_text(f'[data-card="{due}"] .last')
    visitor.page.context.set_offline(False)
    page.wait_for_selector(f'[data-unsent="{due}"]', state="hidden", timeout=LONG_WAIT_MS)
    page.evaluate("() => window.tenminOutbox.flush().then(() => true)")
    open_page(visitor, "/my-grid")
    assert visits_of(visitor, due) == [*before, ("met", "门口见到店长")]
    forgive_noise(visitor)


def test_session_that_ended_keeps_the_visit_and_asks_to_sign_in(visit):
    visitor = visit(PHONE, login="liaison")
    due = id_of(visitor, day.SECOND_DUE)
    open_page(visitor, "/my-grid")
    page = visitor.page
    with transaction(visitor.engine) as session:
        session.execute(
            sa.text("UPDATE login_sessions SET ended_at = clock_timestamp() WHERE ended_at IS NULL")
        )
    page.click(f'[data-visit="{due}"]')
    choose(visitor, "result", "not_met")
    choose(visitor, "next_choice", "none")
    page.click("#visit-sheet button[type=submit]")
    page.wait_for_selector("#signal:has-text('登录已过期')")
    assert visits_of(visitor, due) == []
    visitor.sign_in("liaison")  # the same person again, with another session and token
    open_page(visitor, "/my-grid")
    page.wait_for_selector("#signal", state="hidden")
    assert visits_of(visitor, due) == [("not_met", None)]
    forgive_noise(visitor)


def test_what_waits_of_one_user_is_never_sent_or_shown_for_another(visit):
    visitor = visit(PHONE, login="liaison")
    running = id_of(visitor, day.RUNNING)
    before = visits_of(visitor, running)
    open_kept(visitor, "/my-grid")
    page = visitor.page
    page.context.set_offline(True)
    page.click(f'[data-visit="{running}"]')
    choose(visitor, "result", "met")
    choose(visitor, "next_choice", "none")
    page.click("#visit-sheet button[type=submit]")
    page.wait_for_selector("#signal:has-text('已存 1 条')", timeout=LONG_WAIT_MS)
    page.context.clear_cookies()
    visitor.sign_in("liaison2")
    page.context.set_offline(False)
    page.wait_for_selector("#signal:has-text('登录')", timeout=LONG_WAIT_MS)  # this page is the first user's
    open_page(visitor, "/my-grid")
    assert page.is_hidden("#signal")
    assert day.RUNNING not in page.inner_text("body")
    assert visits_of(visitor, running) == before
    forgive_noise(visitor)


def test_refused_visit_stays_with_the_reason_until_the_person_decides(visit):
    visitor = visit(PHONE, login="liaison")
    due = id_of(visitor, day.LAPSING)
    open_page(visitor, "/my-grid")
    page = visitor.page
    page.click(f'[data-visit="{due}"]')
    choose(visitor, "result", "met")
    choose(visitor, "next_choice", "none")
    page.fill('#visit-sheet input[name="note"]', "店长身份证 410103199001011234")
    page.click("#visit-sheet button[type=submit]")
    page.wait_for_selector(".refused-item")
    assert "身份证" in page.inner_text(".refused-item")
    open_page(visitor, "/my-grid")
    page.wait_for_selector(".refused-item")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".refused-item .link")
    page.wait_for_selector(".refused-item", state="detached")
    assert visits_of(visitor, due) == []
    forgive_noise(visitor)
    visitor.complaints[:] = [text for text in visitor.complaints if "400 (BAD REQUEST)" not in text]


def test_signing_out_clears_drafts_and_kept_pages(visit):
    visitor = visit(PHONE, login="liaison")
    running = id_of(visitor, day.RUNNING)
    open_kept(visitor, "/my-grid")
    page = visitor.page
    page.click(f'[data-visit="{running}"]')
    choose(visitor, "result", "met")
    assert page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('tenmin:draft:'))")
    open_page(visitor, "/account")
    page.click("[data-sign-out] button")
    page.wait_for_url("**/login")
    page.wait_for_function(
        "async () => !(await caches.keys()).some((name) => name.startsWith('tenmin-pages'))",
        timeout=LONG_WAIT_MS,
    )
    open_page(visitor, "/login")
    assert not page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('tenmin:draft:'))")
