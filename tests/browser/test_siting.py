"""A planner sends in a list, asks for three sites, and puts the plan into a scenario."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.seeding import SMALL

LIST = (
    "名称,经度,纬度,类型,费用\n"
    "银行甲,113.62,34.72,bank,20000\n坏行,一百一十三,34.7,bank,\n"
    '"加油站<b>乙</b>",113.65,34.73,petrol_station,30000\n'
)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_list_to_a_plan_to_a_scenario(visit, size):
    visitor = visit(size)
    page = visitor.page
    page.goto(f"{visitor.site}/siting/candidates?county={SMALL}")
    file = {"name": "候选.csv", "mimeType": "text/csv", "buffer": LIST.encode("gb18030")}
    page.set_input_files("#list-form [name=file]", file)
    page.select_option("#list-form [name=datum]", "wgs84")
    page.click("#list-form [type=submit]")
    expect(page.locator("#list-form .receipt")).to_contain_text("没收")
    expect(page.locator("#list-faults li").first).to_contain_text("第 3 行：「经度_WGS84」不对")
    assert visitor.overflow() <= 0
    page.goto(f"{visitor.site}/siting?county={SMALL}")
    assert visitor.overflow() <= 0
    page.check("[name=sources][value=demand]")
    page.fill("[name=most]", "3")
    page.select_option("[name=time]", "any")
    page.click(".siting-form [type=submit]")
    page.wait_for_url("**/siting/*")
    expect(page.locator("#siting-map[data-ready]")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("人")
    assert visitor.overflow() <= 0
    if page.locator("[data-show]").count():
        page.click("[data-show='1']")
        expect(page.locator(".leaflet-popup-content")).to_contain_text("1. ")
        page.fill("[name=name]", f"选址方案 {size[0]}")
        page.click("text=放进方案")
        page.wait_for_url("**tab=plans**")
