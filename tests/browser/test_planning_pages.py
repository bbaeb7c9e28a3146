"""A planner draws a barrier with the pencil, on a desk and on a phone, and reads the preflight."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_barrier_is_drawn_by_taps_and_the_preflight_is_read(
    visit: Callable[..., Visitor], size: tuple[int, int]
) -> None:
    visitor = visit(size)
    page, name = visitor.page, f"新围墙 <b>{size[0]}</b>"
    page.goto(f"{visitor.site}/barriers")
    page.wait_for_load_state("networkidle")
    assert visitor.overflow() <= 0
    # Nothing drawn is said before anything is sent.
    page.fill("#new-barrier [name=name]", name)
    page.click("#new-barrier [type=submit]")
    expect(page.locator("#new-barrier .receipt")).to_contain_text("先在地图上画")
    page.click("[data-pencil=LineString]")
    box = page.locator("#barrier-map").bounding_box()
    assert box is not None
    for right, down in ((0.4, 0.4), (0.5, 0.5), (0.6, 0.6)):
        page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])
    expect(page.locator("#pencil-word")).to_contain_text("3")
    page.click("[data-pencil=undo]")
    expect(page.locator("#pencil-word")).to_contain_text("2")
    page.click("[data-pencil=finish]")
    page.click("#new-barrier [type=submit]")
    expect(page.locator(".barrier-lines")).to_contain_text(name)
    with visitor.engine.connect() as connection:
        points = connection.scalar(
            sa.text("SELECT ST_NPoints(geom) FROM barriers WHERE name = :name"), {"name": name}
        )
    assert points == 2
    page.click("text=去体检")
    expect(page.locator("h1")).to_contain_text("体检")
    expect(page.locator(".verdict")).to_contain_text("用不上")
    assert visitor.overflow() <= 0
    assert "preflight." not in page.inner_text("main")
