"""The week page in a real browser: words as controls, arrows in the table, stations supposed open."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.seeding import BARE, SMALL

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@SIZES
def test_a_planner_walks_from_the_map_through_the_week_and_back(visit, size):
    visitor = visit(size, login=None)
    page = visitor.page
    if size == DESKTOP:
        visitor.open(county=SMALL)
        page.click(".hours-week")
    else:
        page.goto(f"{visitor.site}/coverage/week?county={SMALL}&lang=zh")
    page.wait_for_selector("#heat")
    assert page.locator("#heat [data-cell]").count() == 168
    assert visitor.overflow() == 0

    # Tab stops once in the table; arrows move, Enter chooses.
    assert page.locator('#heat [tabindex="0"]').count() == 1
    page.focus('#heat [tabindex="0"]')
    day = page.evaluate("document.activeElement.dataset.cell.split('-')[0]")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.cell") == f"{day}-2"
    assert "02:00" in page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=*-2*")
    assert "02:00" in page.inner_text("#hour h2")

    # Which stations to open longer at two at night, and what that changes in a week.
    assert page.locator("#longer table tbody tr").count() > 0
    gained = page.inner_text("#longer caption")
    page.click('#longer a[href*="open24"]')
    page.wait_for_selector("#suppose")
    assert page.locator(".has-gain").count() > 0
    assert gained.endswith("人用得上")

    # A word of the sentence is a control: another area, then another county with nobody to count.
    page.click('[data-word="zone"] summary')
    page.click('[data-word="zone"] a:has-text("牧云")')
    page.wait_for_url("**zone=grid*")
    assert page.inner_text('[data-word="zone"] summary') == "牧云网格"
    page.click(".hour-figure ~ p a")
    page.wait_for_url("**/?**")
    visitor.settle()
    assert visitor.query()["time"] == "02:00"

    page.goto(f"{visitor.site}/coverage/week?county={BARE}&lang=zh")
    assert "算不出比例" in page.inner_text("h1")
    assert visitor.overflow() == 0
