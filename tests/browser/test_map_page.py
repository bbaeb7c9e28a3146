"""The map page in a real browser: what people do, and what the page must never do."""

import re

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.seeding import BARE, BIG, HOSTILE_STATION, LONG_NAME, MARKUP_NAME, SCRIPT_NAME, SMALL

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", ["map", "list"])
def test_walk_through_all_tabs_without_complaint_or_sideways_scroll(visit, size, lang, view):
    visitor = visit(size)
    visitor.open(lang=lang, view=view)
    for tab in ("grids", "enterprises", "coverage"):
        visitor.page.click(f"#tab-{tab}")
        visitor.settle()
        assert visitor.query()["tab"] == tab
        assert visitor.page.get_attribute(f"#tab-{tab}", "aria-selected") == "true"
        assert visitor.overflow() <= 0
        assert "page." not in visitor.page.inner_text("body")
    assert visitor.page.get_attribute("html", "lang") == ("zh-CN" if lang == "zh" else "en")


def test_hour_is_changed_in_the_sentence_and_kept_in_the_address(visit):
    visitor = visit()
    visitor.open(time="15:00")
    before = visitor.figure()
    visitor.page.click('[data-word="hour"]')
    assert "考核时点" in visitor.page.inner_text(".menu")
    visitor.page.click(".menu-row:has-text('22:00')")
    visitor.settle()
    assert visitor.word("hour") == "22:00"
    assert visitor.query()["time"] == "22:00"
    assert visitor.figure() != before
    visitor.page.go_back()
    visitor.settle()
    assert (visitor.word("hour"), visitor.figure()) == ("15:00", before)


def test_menu_is_worked_with_the_keyboard_and_gives_the_focus_back(visit):
    visitor = visit()
    visitor.open(time="22:00")
    visitor.page.focus('[data-word="hour"]')
    for key in ("Enter", "ArrowDown", "Enter"):
        visitor.page.keyboard.press(key)
    visitor.settle()
    assert visitor.word("hour") == "15:00"
    assert visitor.page.evaluate("document.activeElement.dataset.word") == "hour"
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Escape")
    assert visitor.page.locator(".menu").count() == 0
    assert visitor.page.evaluate("document.activeElement.dataset.word") == "hour"


def test_bars_of_the_day_set_the_hour(visit):
    visitor = visit()
    visitor.open(time="22:00")
    visitor.page.click('[data-hour="9"]')
    visitor.settle()
    assert visitor.query()["time"] == "09:00"
    visitor.page.keyboard.press("ArrowRight")
    visitor.settle()
    assert visitor.query()["time"] == "10:00"


def test_any_hour_always_says_wide_rule(visit):
    visitor = visit()
    visitor.open(time="any")
    assert "宽口径" in visitor.page.inner_text("#figure")
    assert visitor.page.locator('[data-word="day"]').count() == 0
    visitor.page.wait_for_selector(".remark:has-text('百分点')")


def test_services_are_chosen_together(visit):
    visitor = visit()
    visitor.open()
    visitor.page.click('[data-word="services"]')
    visitor.page.click(".menu-row:has-text('热饭')")
    visitor.page.click(".menu-row:has-text('厕所')")
    visitor.page.click(".menu-content .button")
    visitor.settle()
    assert visitor.query()["services"] == "food_heating,toilet"
    assert visitor.word("services") == "热饭、厕所"


def test_clicked_station_tells_hours_services_and_the_way_in(visit):
    visitor = visit()
    visitor.open(time="15:00")
    found = visitor.click_on("station")
    visitor.page.wait_for_selector("#card h2")
    assert visitor.query()["sel"] == f"station:{found}"
    card = visitor.page.inner_text("#card")
    for words in ("开放时间", "怎么进", "临街玻璃门", "热饭"):
        assert words in card
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_selector("#card", state="hidden")


def test_gap_in_the_list_is_found_on_the_map_and_told_on_a_card(visit):
    visitor = visit()
    visitor.open(time="22:00", services="food_heating")
    visitor.page.click('[data-gap="1"]')
    visitor.page.wait_for_selector("#card h2")
    assert visitor.query()["sel"] == "gap:1"
    assert visitor.page.get_attribute('[data-gap="1"]', "aria-pressed") == "true"


def test_view_sent_to_a_colleague_is_the_same_view(visit):
    first = visit()
    first.open(time="22:00", services="food_heating", tab="grids", color="unorganized")
    first.page.click("[data-grid] >> nth=1")
    first.page.wait_for_selector("#card h2")
    second = visit()
    second.page.goto(first.page.url)
    second.settle()
    second.page.wait_for_selector("#card h2")
    assert second.page.url == first.page.url
    assert second.page.inner_text("#card h2") == first.page.inner_text("#card h2")
    assert second.page.inner_text("#sentence") == first.page.inner_text("#sentence")
    for one in (first, second):
        assert one.page.get_attribute(".chip >> nth=1", "aria-pressed") == "true"


@pytest.mark.parametrize(("text", "found"), [("驿站", "同心桥驿站"), ("晨光", "晨光"), ("东皋", "东皋网格")])
def test_two_characters_are_enough_to_find(visit, text, found):
    visitor = visit()
    visitor.open()
    visitor.page.fill("#search", text)
    visitor.page.wait_for_selector(f'#found [role="option"]:has-text("{found}")')
    visitor.page.click(f'#found [role="option"]:has-text("{found}") >> nth=0')
    visitor.page.wait_for_selector("#card h2")
    assert found in visitor.page.inner_text("#card h2")


def test_one_character_asks_for_one_more(visit):
    visitor = visit()
    visitor.open()
    visitor.page.fill("#search", "驿")
    visitor.page.wait_for_selector("#found:has-text('再输一个字')")


def test_enterprise_says_which_grid_and_why(visit):
    visitor = visit()
    visitor.open(tab="enterprises")
    visitor.page.click(".queue-row >> nth=0")
    visitor.page.wait_for_selector(".card-reason")
    assert "负责" in visitor.page.inner_text(".card-reason")
    assert visitor.page.locator("#card .choice").count() == 2
    visitor.page.wait_for_selector("#footer:has-text('✓ 相符')")


@pytest.mark.parametrize("view", ["map", "list"])
def test_text_from_data_is_text_and_never_runs(visit, view):
    visitor = visit()
    visitor.open(tab="enterprises", view=view, org="all")
    visitor.page.wait_for_selector(".queue-row")
    queue = visitor.page.inner_text("#list")
    assert SCRIPT_NAME in queue
    assert MARKUP_NAME in queue
    visitor.page.click(f".queue-row:has-text('{SCRIPT_NAME[:6]}')")
    visitor.page.wait_for_selector("#card h2")
    assert visitor.page.inner_text("#card h2").strip() == SCRIPT_NAME
    visitor.page.click("#tab-coverage")
    visitor.settle()
    assert visitor.page.evaluate("document.querySelectorAll('main img[src=x], main b b').length") == 0
    assert "pwned" not in visitor.page.title()


def test_hostile_station_name_is_shown_as_written(visit):
    visitor = visit()
    visitor.open(view="list", time="15:00")
    assert HOSTILE_STATION in visitor.page.inner_text("#list-view")
    visitor.page.fill("#search", "爱心")
    visitor.page.wait_for_selector('#found [role="option"]')
    assert HOSTILE_STATION in visitor.page.inner_text("#found")


@SIZES
def test_sixty_characters_do_not_break_the_layout(visit, size):
    visitor = visit(size)
    visitor.open(tab="enterprises", view="list")
    visitor.page.click(f".queue-row:has-text('{LONG_NAME[:12]}')")
    visitor.page.wait_for_selector("#card h2")
    assert visitor.page.inner_text("#card h2").strip() == LONG_NAME
    assert visitor.overflow() <= 0


@SIZES
def test_county_without_demand_says_so_and_gives_no_percentage(visit, size):
    visitor = visit(size)
    visitor.open(county=BARE)
    figure = visitor.page.inner_text("#figure")
    assert "—" in figure
    assert "0 / 0 人，算不出比例" in figure
    assert "%" not in figure
    for tab in ("grids", "enterprises"):
        visitor.page.click(f"#tab-{tab}")
        visitor.settle()
    assert visitor.overflow() <= 0


def test_five_thousand_rows_come_a_page_at_a_time(visit):
    visitor = visit()
    visitor.open(county=BIG, tab="enterprises", view="list")
    visitor.page.wait_for_selector(".facts-table tbody tr")
    assert visitor.page.locator(".facts-table tbody tr").count() == 100
    visitor.page.wait_for_selector(".figure strong:has-text('5,000')")
    visitor.page.click("#list-view .more")
    visitor.page.wait_for_selector(".pager:has-text('101')")
    assert visitor.page.locator(".facts-table tbody tr").count() == 100


def test_lost_server_keeps_the_old_figure_and_says_so(visit):
    visitor = visit()
    visitor.open(time="15:00")
    before = visitor.figure()
    visitor.page.route("**/api/v1/coverage*", lambda route: route.abort())
    visitor.page.click('[data-hour="3"]')
    visitor.page.wait_for_selector(".notice")
    assert visitor.figure() == before
    assert "连不上服务器。这是" in visitor.page.inner_text(".notice")
    visitor.page.unroute("**/api/v1/coverage*")
    visitor.page.click('[data-act="retry"]')
    visitor.settle()
    assert visitor.page.locator(".notice").count() == 0
    visitor.complaints.clear()  # the browser's own line about the request we broke


def test_old_figure_is_kept_and_called_old_while_the_new_one_is_counted(visit):
    visitor = visit()
    visitor.open(time="15:00")
    before = visitor.figure()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.page.route("**/api/v1/coverage*", hold)
    visitor.page.click('[data-hour="4"]')
    visitor.page.wait_for_selector(".figure.is-old")
    assert visitor.figure() == before
    assert "还是 15:00 的结果" in visitor.page.inner_text("#figure")
    held[0].continue_()
    visitor.settle()
    assert visitor.page.locator(".figure.is-old").count() == 0


def test_controls_on_a_phone_are_large_enough_for_a_thumb(visit):
    visitor = visit(PHONE)
    visitor.open(view="list")
    small = visitor.page.evaluate(
        """() => [...document.querySelectorAll(
              '.tabs button, .views button, .search-toggle, .county, .language, .row')]
            .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 43.5)
            .map((node) => node.className || node.id)"""
    )
    assert small == []


def test_language_switch_keeps_the_question(visit):
    visitor = visit()
    visitor.open(time="22:00", services="food_heating", tab="grids")
    visitor.page.click("#language")
    visitor.settle()
    query = visitor.query()
    assert (query["lang"], query["time"], query["services"], query["tab"]) == (
        "en",
        "22:00",
        "food_heating",
        "grids",
    )
    assert "food heating" in visitor.page.inner_text("#sentence")


def test_map_draws_what_the_list_says(visit):
    visitor = visit()
    visitor.open(time="15:00")
    assert visitor.query()["county"] == SMALL
    drawn = visitor.page.evaluate("window.tenmin.hits().filter((hit) => hit.kind === 'station').length")
    told = visitor.page.evaluate(
        """fetch('/api/v1/coverage?county=410103&time=15:00')
            .then((response) => response.json()).then((answer) => answer.stations.length)"""
    )
    assert drawn == told


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("tab", ["coverage", "grids", "enterprises"])
def test_lists_on_a_phone_show_every_row_whole(visit, tab, lang):
    visitor = visit(PHONE)
    visitor.open(view="list", tab=tab, org="all", lang=lang)
    visitor.page.wait_for_selector(".facts-table tbody tr")
    hidden = visitor.page.evaluate(
        """() => [...document.querySelectorAll('.table-scroll, .table-scroll tbody :is(th, td)')]
            .filter((node) => node.scrollWidth > node.clientWidth + 1
                || node.getBoundingClientRect().right > window.innerWidth)
            .map((node) => node.textContent)"""
    )
    assert hidden == []
    assert visitor.overflow() <= 0


def test_row_on_a_phone_opens_its_card_wherever_it_is_touched(visit):
    visitor = visit(PHONE)
    visitor.open(view="list", time="15:00")
    row = visitor.page.locator(".facts-table tbody tr >> nth=0")
    name = row.locator("th").inner_text()
    row.scroll_into_view_if_needed()
    row.click(position={"x": 200, "y": 40})
    visitor.page.wait_for_selector("#card h2")
    assert visitor.page.inner_text("#card h2").strip() == name.strip()


def test_why_names_grids_by_the_short_code_the_rest_of_the_page_uses(visit):
    visitor = visit()
    visitor.open(tab="enterprises", view="list", org="all")
    visitor.page.wait_for_selector(".facts-table tbody tr")
    words = visitor.page.inner_text("#list") + visitor.page.inner_text("#list-view")
    assert re.search(r"（[GZX]\d+）", words)
    assert not re.search(rf"{SMALL}[GZX]\d", words)


def test_base_map_out_of_reach_is_not_named(visit):
    visitor = visit()

    def choose_base_map(route: Route) -> None:
        answer = route.fetch()
        layer = '{"url": "/nowhere/{z}/{x}/{y}", "subdomains": "0"}'
        chosen = f'"base_map": {{"layers": [{layer}], "attribution": "天地图", "approval": "GS(2026)1号"}}'
        route.fulfill(response=answer, body=re.sub(r'"base_map": ?null', chosen, answer.text()))

    visitor.page.route(re.compile(r"/\?lang="), choose_base_map)
    visitor.open()
    visitor.page.wait_for_selector("#base-chip:has-text('自有')")
    assert "天地图" not in (visitor.page.text_content("body > main") or "")
    assert visitor.page.text_content(".legend-base") == visitor.page.text_content("#base-chip")
    visitor.complaints.clear()  # the browser's own lines about the tiles that are not there


def test_both_measures_stand_side_by_side_and_the_difference_has_names(visit):
    visitor = visit()
    visitor.open(time="15:00")
    straight = visitor.figure()
    assert visitor.page.inner_text('[data-measure="straight_line"] b') == straight
    visitor.page.click('[data-measure="streets"]')
    visitor.settle()
    assert visitor.query()["measure"] == "streets"
    assert visitor.word("rule") == "步行十分钟·沿路 600 秒"
    assert visitor.page.inner_text('[data-measure="streets"]').startswith("沿路 600 秒")
    assert visitor.figure() != straight
    assert "图只画路，算数按每个聚集点" in visitor.page.inner_text("#legend-body")
    assert "© OpenStreetMap" in visitor.page.inner_text("#base-chip")
    for show in ("unplaced", "circle_only"):
        visitor.page.click(f'[data-show="{show}"]')
        visitor.settle()
        listed = visitor.page.locator(".beside-list [data-demand]").count()
        drawn = visitor.page.evaluate("window.tenmin.hits().filter((hit) => hit.kind === 'demand').length")
        assert 0 < drawn <= listed
    visitor.page.click(".beside-list [data-demand] >> nth=0")
    visitor.page.wait_for_selector("#card h2:has-text('聚集点')")
    assert "在圈里但走不到" in visitor.page.inner_text("#card")
    assert "沿路走" in visitor.page.inner_text("#card")
    shared = visitor.page.url
    visitor.page.goto(shared)
    visitor.settle()
    visitor.page.wait_for_selector("#card h2:has-text('聚集点')")
    assert visitor.page.get_attribute('[data-show="circle_only"]', "aria-expanded") == "true"


def test_county_without_streets_says_so_and_changes_only_when_asked(visit):
    visitor = visit(PHONE)
    visitor.open(county=BARE, measure="streets")
    assert visitor.word("rule") == "步行十分钟·沿路 600 秒"
    assert "还没装路网，不能沿路算" in visitor.page.inner_text("#figure")
    assert visitor.figure() == "—"
    assert visitor.query()["measure"] == "streets"
    assert visitor.overflow() <= 0
    visitor.page.click("#figure button:has-text('改按直线 667 米')")
    visitor.settle()
    assert visitor.word("rule") == "步行十分钟·直线 667 米"
    assert "measure" not in visitor.query()
