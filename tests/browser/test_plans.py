"""The planner's session with a scenario: drop a pin, see the figure move, save, send the link, compare."""

import re

import sqlalchemy as sa

from tests.browser.conftest import PHONE
from tests.browser.seeding import SOUTH, WEST

EMPTY_CORNER = (WEST + 0.03, SOUTH + 0.065)


def click_at(visitor, place):
    x, y = visitor.page.evaluate(
        """([lon, lat]) => {
            const map = window.tenmin.map, at = map.latLngToContainerPoint([lat, lon]);
            const box = map.getContainer().getBoundingClientRect();
            return [box.left + at.x, box.top + at.y];
        }""",
        list(place),
    )
    visitor.page.mouse.click(x, y)
    visitor.settle()
    return x, y


def gained(visitor):
    """People more, as the panel says: +412."""
    text = visitor.page.inner_text(".plan-difference b")
    return int(re.sub(r"[^0-9+−]", "", text).replace("−", "-"))


def drag(visitor, x, y):
    """Take the pin along; its figure follows while the button is still down."""
    mouse = visitor.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y + 20, steps=6)
    visitor.settle()
    assert gained(visitor) > 0
    mouse.up()
    visitor.settle()


def find_kept(engine, plan):
    with engine.connect() as connection:
        return connection.execute(
            sa.text("SELECT name, is_shared, jsonb_array_length(changes) FROM scenarios WHERE id = :id"),
            {"id": int(plan)},
        ).one()


def test_planner_drops_a_pin_drags_it_saves_and_compares(visit, browsed_engine):
    visitor = visit()
    visitor.open(tab="plans", time="22:00")
    page = visitor.page
    assert "不是正式数字" in page.inner_text("#figure")
    before = visitor.figure()
    assert gained(visitor) == 0
    page.click('[data-tool="add_station"]')
    x, y = click_at(visitor, EMPTY_CORNER)
    assert gained(visitor) > 0
    assert visitor.figure() != before
    drag(visitor, x, y)
    page.click('[data-act="undo"]')
    visitor.settle()
    page.click('[data-tool="close_station"]')
    visitor.click_on("station")
    visitor.settle()
    assert page.locator(".plan-change").count() == 2
    page.click(".plan-remove >> nth=1")
    visitor.settle()
    kept = gained(visitor)
    page.fill('[data-field="plan-name"]', "北边放一个")
    page.check(".plan-check input")
    page.click('.plan-keep [type="submit"]')
    page.wait_for_selector(".plan-receipt:has-text('已保存')")
    plan = visitor.query()["plan"]
    assert find_kept(browsed_engine, plan) == ("北边放一个", True, 1)
    # A colleague opens the link and sees the same, without tools.
    colleague = visit(login="viewer")
    colleague.page.goto(f"{colleague.site}/scenarios/{plan}")
    colleague.settle()
    assert gained(colleague) == kept
    assert colleague.page.locator(".plan-tool").count() == 0
    page.goto(f"{visitor.site}/scenarios?ids={plan}")
    row = page.inner_text(".compare-table tbody tr >> nth=1")
    assert "北边放一个" in row
    assert f"+{kept}" in row.replace(",", "")
    assert visitor.overflow() <= 0


def test_on_a_phone_a_tap_drops_a_pin_and_a_form_takes_coordinates(visit):
    visitor = visit(PHONE)
    visitor.open(tab="plans", time="22:00")
    page = visitor.page
    page.click('[data-tool="add_station"]')
    click_at(visitor, EMPTY_CORNER)
    assert gained(visitor) > 0
    assert visitor.overflow() <= 0
    page.click('[data-view="list"]')
    page.fill('[data-form="coordinates"] input >> nth=1', str(WEST + 0.06))
    page.fill('[data-form="coordinates"] input >> nth=2', str(SOUTH + 0.07))
    page.click('[data-form="coordinates"] button')
    visitor.settle()
    assert page.locator("#list .plan-change").count() == 2
    assert visitor.overflow() <= 0
    visitor.page.goto(f"{visitor.site}/scenarios")
    page.wait_for_selector("h1")
    assert visitor.overflow() <= 0
