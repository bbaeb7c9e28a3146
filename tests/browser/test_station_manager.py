"""The first day of a station's manager, in a real browser, on a phone and at a desk."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from geodata.db import transaction
from geodata.models import (
    Station,
    StationClosure,
    StationHours,
    StationPhoto,
    StationService,
    StationVisitors,
)
from tests.browser.conftest import DESKTOP, PHONE

STATION = "EQ-000"


@pytest.fixture
def station_id(browsed_engine: sa.Engine) -> Iterator[int]:
    """The manager's station as it was before, whatever the test saves."""
    with transaction(browsed_engine) as session:
        station_id = session.scalars(
            sa.text("SELECT station_id FROM posts WHERE role = 'station_manager' ORDER BY id LIMIT 1")
        ).one()
        saved = session.execute(
            sa.text("SELECT item_code, condition FROM station_services WHERE station_id = :id"),
            {"id": station_id},
        ).all()
    yield station_id
    with transaction(browsed_engine) as session:
        for model in (StationClosure, StationPhoto, StationVisitors, StationService, StationHours):
            session.execute(sa.delete(model).where(model.station_id == station_id))
        for code, condition in saved:
            session.add(StationService(station_id=station_id, item_code=code, condition=condition))
        session.add_all(
            StationHours(station_id=station_id, weekday=day, opens_min=0, closes_min=1440) for day in range(8)
        )
        session.execute(
            sa.update(Station)
            .where(Station.id == station_id)
            .values(confirmed_on=None, confirmed_at=None, confirmed_by=None)
        )


def open_today(visitor, station_id):
    visitor.page.goto(f"{visitor.site}/my-stations/{station_id}?lang=zh")
    visitor.page.wait_for_selector("#says:not(:empty)")


def confirm(visitor):
    with visitor.page.expect_navigation():
        visitor.page.click(".station-confirm")
    visitor.page.wait_for_selector("#done:not([hidden])")


def public_services(visitor, station_id):
    answer = visitor.page.request.get(f"{visitor.site}/api/v1/stations/{station_id}").json()
    return {each["code"]: each["condition"] for each in answer["properties"]["services"]}


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_first_day_in_three_taps_changes_what_the_public_sees(visit, station_id, size):
    manager = visit(size, login="manager")
    open_today(manager, station_id)
    page = manager.page
    assert page.inner_text("#confirm-text") == "一切如常，确认"
    page.click("[data-tile=food_heating]")
    page.click(".picker [data-condition=broken]")
    assert "改了 1 项" in page.inner_text("#says")
    assert page.inner_text("#confirm-text") == "其余如常，确认"
    confirm(manager)
    assert public_services(manager, station_id)["food_heating"] == "broken"
    assert "今天" in page.inner_text(".station-confirmed")
    public = visit(size, login=None)
    public.page.goto(f"{public.site}/s/{STATION}?lang=zh")
    assert public.page.locator(".has .is-broken").count() == 2
    assert manager.overflow() <= 0


def test_all_as_shown_is_one_tap(visit, station_id):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    confirm(manager)
    assert "站长丁 确认" in manager.page.inner_text(".station-confirmed")


def test_closing_early_now_is_two_taps_and_can_be_taken_back(visit, station_id):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    manager.page.click("[data-opening=closed_early]")
    confirm(manager)
    assert "今天提前关了" in manager.page.inner_text("#seen")
    public = visit(PHONE, login=None)
    public.page.goto(f"{public.site}/s/{STATION}?lang=zh")
    assert "今天提前关门" in public.page.inner_text("article")
    manager.page.click("[data-opening=as_scheduled]")
    confirm(manager)
    assert "开着" in manager.page.inner_text("#seen")


def test_a_tile_never_cycles_and_the_choice_can_be_taken_back(visit, station_id):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    page = manager.page
    for _ in range(2):  # open and shut again: nothing changes
        page.click("[data-tile=toilet]")
    assert page.inner_text("#confirm-text") == "一切如常，确认"
    page.click("[data-tile=toilet]")
    assert page.locator(".picker [role=radio]").all_inner_texts() == ["正常", "故障", "缺货", "未知"]
    page.click(".picker [data-condition=out_of_stock]")
    page.click("#undo")
    assert page.inner_text("#confirm-text") == "一切如常，确认"
    assert "故障" in page.inner_text("[data-tile=toilet]")


def test_visitors_are_counted_with_the_thumb(visit, station_id):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    for _ in range(3):
        manager.page.click("[data-step='1']")
    manager.page.click("[data-step='-1']")
    confirm(manager)
    assert manager.page.input_value("#visitors") == "2"


def test_a_draft_survives_a_closed_tab(visit, station_id):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    manager.page.click("[data-tile=food_heating]")
    manager.page.click(".picker [data-condition=unknown]")
    open_today(manager, station_id)
    assert "改了 1 项" in manager.page.inner_text("#says")
    assert "未知" in manager.page.inner_text("[data-tile=food_heating]")


def test_a_dead_spot_keeps_the_save_and_sends_it_once(visit, station_id, browsed_engine):
    manager = visit(PHONE, login="manager")
    open_today(manager, station_id)
    page = manager.page
    page.click("[data-step='1']")
    page.context.set_offline(True)
    page.click(".station-confirm")
    page.wait_for_function("document.getElementById('says').textContent.includes('无网络')")
    page.context.set_offline(False)
    page.wait_for_selector("#done:not([hidden])")
    with browsed_engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT visitors FROM station_visitors WHERE station_id = :id"), {"id": station_id}
        )
        assert found.scalars().all() == [1]
    manager.complaints[:] = [each for each in manager.complaints if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_second_editor_is_told_and_what_was_entered_stays(visit, station_id):
    first, second = (visit(PHONE, login=login) for login in ("manager", "planner"))
    for visitor in (first, second):
        open_today(visitor, station_id)
    second.page.click("[data-tile=food_heating]")
    second.page.click(".picker [data-condition=broken]")
    confirm(second)
    first.page.click("[data-step='1']")
    first.page.click(".station-confirm")
    first.page.wait_for_selector("#conflict:not([hidden])")
    told = first.page.inner_text("#conflict")
    assert "规划甲" in told
    assert "热饭" in told
    first.page.click("#conflict button")
    first.page.wait_for_function(
        "document.querySelector('[data-tile=food_heating]').innerText.includes('故障')"
    )
    assert first.page.input_value("#visitors") == "1"
    confirm(first)
    assert public_services(first, station_id)["food_heating"] == "broken"
    first.complaints[:] = [each for each in first.complaints if "409" not in each]


def test_weekly_hours_closure_and_reopening_are_public_at_once(visit, station_id):
    manager = visit(PHONE, login="manager")
    page = manager.page
    page.goto(f"{manager.site}/my-stations/{station_id}/hours?lang=zh")
    page.fill("[data-day='0'] [data-opens]", "09:00")
    page.fill("[data-day='0'] [data-closes]", "17:00")
    page.click("[data-copy]")
    page.click("button[type=submit]")
    page.wait_for_url(f"**/my-stations/{station_id}")
    assert "每天 09:00–17:00" in page.inner_text(".side-list")
    page.goto(f"{manager.site}/my-stations/{station_id}/closure?lang=zh")
    page.fill("[name=reason]", "停电")
    page.fill("[name=ends]", "2099-01-01T18:00")
    page.click("text=关闭并告诉大家")
    page.wait_for_selector(".receipt.is-bad")  # longer than a year
    page.fill("[name=ends]", page.evaluate("new Date(Date.now() + 864e5 * 2).toISOString().slice(0, 16)"))
    page.click("text=关闭并告诉大家")
    page.wait_for_url(f"**/my-stations/{station_id}")
    assert "临时关闭" in page.inner_text("#seen")
    page.click("[data-reopen]")
    page.wait_for_selector("#done:not([hidden])")
    assert "临时关闭" not in page.inner_text("#seen")
    manager.complaints[:] = [each for each in manager.complaints if "400" not in each]


def test_a_photo_is_added_and_removed(visit, station_id):
    manager = visit(PHONE, login="manager")
    page = manager.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{manager.site}/my-stations/{station_id}/photos?lang=zh")
    shot = page.screenshot(type="jpeg")
    page.set_input_files(
        "#upload [type=file]", {"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": shot}
    )
    page.wait_for_selector(".photo img")
    assert page.evaluate("document.querySelector('.photo img').complete")
    page.click("text=删除")
    page.wait_for_selector(".photos .empty")


def test_every_page_of_a_station_fits_a_phone(visit, station_id):
    manager = visit(PHONE, login="manager")
    for name in ("hours", "special-days", "closure", "services", "access", "visitors", "photos", "card"):
        manager.page.goto(f"{manager.site}/my-stations/{station_id}/{name}?lang=en")
        assert manager.overflow() <= 0, name
