"""A worker's first day: found by position, by name, by tap; told at the door; the position never leaves."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Request

from geodata.rules.finder import ALL_NIGHT, Seen, arrange, describe_hours
from geodata.rules.timeline import Timeline
from geodata.rules.walking import walk_minutes
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.seeding import BARE, SMALL, SOUTH, WEST

WEIGHT_LIMIT = 150_000
LENGTH = 4320
TARGET_PX = 44
# Beside the first station; six digits that would be found in any address or body.
HERE = (WEST + 0.013579, SOUTH + 0.021357)
TRACES = ("13579", "21357", "113.61", "34.72")


@dataclass
class Worker:
    """Somebody with a phone, and everything their browser sent."""

    visitor: Visitor
    requests: list[Request] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self, path: str) -> None:
        self.page.goto(f"{self.visitor.site}{path}")

    def find(self, query: str = "") -> None:
        self.open(f"/find?lang=zh&county={SMALL}{query}")
        self.settle()

    def settle(self) -> None:
        for _ in range(200):
            if self.page.evaluate("Boolean(window.tenminFind?.isStill())"):
                break
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(150)

    def names(self) -> list[str]:
        return self.page.locator(".station h2").all_inner_texts()

    def headline(self) -> str:
        return self.page.inner_text("#headline")

    def sent(self) -> str:
        """All addresses and bodies that were sent, and all that the browser kept."""
        said = [
            f"{each.url} {each.post_data or ''} {each.headers.get('referer', '')}" for each in self.requests
        ]
        kept = self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        return "\n".join([*said, kept, self.page.url])


@pytest.fixture
def worker(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Worker]]:
    def make(size: tuple[int, int] = PHONE, *, place: tuple[float, float] | None = None) -> Worker:
        made = Worker(visit(size, login=None))
        made.page.on("request", lambda request: made.requests.append(request))  # noqa: PLW0108 - Playwright marks it
        context = made.page.context
        if place:
            context.grant_permissions(["geolocation"], origin=made.visitor.site)
            context.set_geolocation({"longitude": place[0], "latitude": place[1]})
        return made

    return make


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_finder_with_a_position_lists_the_nearest_first_and_sends_no_position(worker, size):
    someone = worker(size, place=HERE)
    someone.find("&at=22")
    assert someone.names()[0] == "同心桥驿站"
    assert "离您近、开着的有" in someone.headline()
    way = someone.page.inner_text(".station.is-first .station-way")
    assert "走 4 分钟" in way
    assert "直线 " in way
    assert someone.page.locator(".station.is-first .button.is-primary").count() == 1
    assert "位置只在手机里用，不上传" in someone.page.inner_text("#place-words")
    someone.page.locator("#map").scroll_into_view_if_needed()
    someone.page.wait_for_timeout(600)
    assert someone.page.locator(".map-canvas").is_visible()
    assert not [trace for trace in TRACES if trace in someone.sent()]
    assert someone.visitor.overflow() <= 0


def test_finder_page_without_the_map_is_light(worker):
    someone = worker(place=HERE)
    someone.find()
    carried = {
        each.url: each.sizes()["responseBodySize"] + each.sizes()["responseHeadersSize"]
        for each in someone.requests
        if "/find/ground" not in each.url and "find-map" not in each.url and "geodesy" not in each.url
    }
    assert len(carried) > 5
    assert sum(carried.values()) < WEIGHT_LIMIT


def test_finder_refused_a_position_takes_a_typed_place(worker):
    someone = worker()
    someone.find("&at=22")
    someone.page.click("#locate")
    someone.page.wait_for_timeout(400)
    assert "没有拿到定位" in someone.page.inner_text("#locate-note")
    someone.page.fill("#typed", "雁栖")
    someone.page.locator("#matches li").first.click()
    someone.settle()
    assert someone.names()[0] == "雁栖路驿站"
    assert someone.page.inner_text("#place-words") == "雁栖路驿站"
    assert "走 1 分钟" in someone.page.inner_text(".station.is-first .station-way")
    assert "雁栖" not in someone.sent()


def test_finder_typing_works_with_the_keyboard_and_says_when_nothing_is_found(worker):
    someone = worker(DESKTOP)
    someone.find("&at=22")
    someone.page.fill("#typed", "没有这个地方")
    someone.page.wait_for_timeout(300)
    assert "没找到" in someone.page.inner_text("#matches")
    someone.page.fill("#typed", "牧云")
    someone.page.wait_for_timeout(300)
    someone.page.press("#typed", "ArrowDown")
    someone.page.press("#typed", "Enter")
    someone.settle()
    assert someone.page.inner_text("#place-words").startswith("牧云")


def test_finder_without_a_position_takes_a_tap_on_the_map(worker):
    someone = worker()
    someone.find("&at=22")
    someone.page.click("#tap")
    someone.page.wait_for_timeout(500)
    assert "在图上点一下" in someone.page.inner_text("#map")
    someone.page.locator(".map-canvas").click(position={"x": 120, "y": 120})
    someone.settle()
    assert someone.page.inner_text("#place-words") == "地图上点的地方"
    assert "直线" in someone.page.inner_text(".station >> nth=0")
    for each in someone.requests:
        assert "lon" not in each.url
        assert not each.post_data


def test_finder_puts_unknown_hours_last_in_a_dotted_card(worker):
    someone = worker(place=HERE)
    someone.find("&at=22")
    kinds = someone.page.evaluate(
        "[...document.querySelectorAll('.station')].map((each) => each.matches('.is-unknown'))"
    )
    assert kinds == sorted(kinds)
    assert kinds[-1]
    card = someone.page.locator(".station.is-unknown").first
    assert card.evaluate("(each) => getComputedStyle(each).borderStyle") == "dotted"
    assert "先打电话问问" in card.inner_text()
    assert card.locator("a[href^='tel:']").get_attribute("href") == "tel:0371-60000000"


def test_finder_filters_and_hours_change_the_list_without_a_request(worker):
    someone = worker(place=HERE)
    someone.find("&at=22")
    before = len(someone.requests)
    someone.page.locator("label.chip", has_text="厕所").click()
    assert "同心桥驿站" not in someone.names()
    assert "缺您要的，1 处" in someone.page.inner_text("#list")
    someone.page.locator("label.chip", has_text="厕所").click()
    someone.page.locator("label.chip", has_text="整夜开").click()
    assert someone.names()[0] == "同心桥驿站"
    assert len([each for each in someone.requests[before:] if "/api/" in each.url]) == 0


def test_finder_of_a_county_without_stations_lists_the_neighbours_near_its_border(worker):
    someone = worker()
    someone.open("/find?lang=zh&county=410104")
    someone.settle()
    assert {"牧云路驿站", "金水驿站"} <= set(someone.names())


def test_finder_links_hand_over_in_the_datum_of_each_application(worker):
    someone = worker(place=HERE)
    someone.find("&at=22")
    someone.page.click(".station.is-first .go summary")
    links = someone.page.eval_on_selector_all(
        ".station.is-first .go a", "(all) => all.map((each) => each.href)"
    )
    assert [link.split(":")[0] for link in links] == ["https", "https", "https", "geo"]
    code = someone.page.get_attribute(".station.is-first", "data-code")
    other = worker()
    other.open(f"/s/{code}?lang=zh")
    shown = other.page.eval_on_selector_all(".go a", "(all) => all.map((each) => each.href)")
    assert shown == links


def test_large_letters_are_a_quarter_larger_remembered_and_nothing_is_cut_off(worker):
    someone = worker(place=HERE)
    someone.find("&at=22")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    plain = someone.page.evaluate(size)
    someone.page.click("#big")
    assert someone.page.evaluate(size) == plain * 1.25
    assert someone.page.get_attribute("#big", "aria-pressed") == "true"
    assert someone.visitor.overflow() <= 0
    someone.find("&at=22")
    assert someone.page.evaluate(size) == plain * 1.25
    someone.open("/s/EQ-000")
    assert someone.page.evaluate(size) == plain * 1.25
    assert someone.visitor.overflow() <= 0


@pytest.mark.parametrize(
    "path", ["/find?lang=zh&at=22", "/s/EQ-002?lang=zh", "/which-union?lang=zh", "/find?lang=en"]
)
def test_public_pages_fit_a_phone_and_have_large_targets(worker, path):
    someone = worker(place=HERE)
    someone.open(path)
    someone.page.wait_for_timeout(900)
    assert someone.visitor.overflow() <= 0
    small = someone.page.evaluate(
        """(least) => [...document.querySelectorAll("a, button, select, summary, input")]
          .filter((each) => each.getClientRects().length && !each.matches(".chip *, .chip, .skip"))
          .map((each) => [each.textContent.trim(), each.getBoundingClientRect().height])
          .filter(([, height]) => height < least)""",
        TARGET_PX - 0.5,
    )
    assert small == []


def test_finder_works_without_scripts(chromium, site):
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{site}/find?county={SMALL}&at=22")
    assert "同心桥驿站" in page.locator(".station h2").all_inner_texts()
    assert "整夜开" in page.inner_text("#list")
    page.select_option("select[name=county]", BARE)
    page.click("button[type=submit]")
    assert "金水驿站" in page.locator(".station h2").all_inner_texts()
    page.locator(".station h2 a").first.click()
    assert "时间不明" in page.inner_text("main")
    context.close()


def test_report_at_the_door_is_one_tap_and_shows_on_the_page(worker):
    someone = worker()
    someone.open("/s/EQ-004?lang=zh#report")
    assert "锁着门" in someone.page.inner_text(".report-kinds")
    someone.page.click("[data-kind=locked]")
    someone.page.locator("#report .receipt.is-good").wait_for()
    assert "收到了" in someone.page.inner_text("#report .receipt")
    assert someone.page.is_disabled("[data-kind=locked]")
    (sent,) = [each for each in someone.requests if each.method == "POST"]
    assert json.loads(sent.post_data) == {"station": "EQ-004", "kind": "locked", "note": None}
    someone.open("/s/EQ-004?lang=zh")
    assert "等回话" in someone.page.inner_text("#report")


def test_report_with_a_phone_number_is_refused_in_words_and_can_be_mended(worker):
    someone = worker()
    someone.open("/s/EQ-001?lang=zh")
    someone.page.fill("[name=note]", "打我 13800138000")
    someone.visitor.complaints.clear()
    someone.page.click("[data-kind=service]")
    someone.page.locator("#report .receipt.is-bad").wait_for()
    assert "不要写电话号码" in someone.page.inner_text("#report .receipt")
    # The browser itself tells of the refusal.
    assert all("400" in each for each in someone.visitor.complaints)
    someone.visitor.complaints.clear()
    assert someone.page.is_enabled("[data-kind=service]")


def test_manager_reads_the_report_and_answers_it(worker, visit):
    someone = worker()
    someone.open("/s/EQ-000?lang=zh")
    someone.page.click("[data-kind=place]")
    someone.page.locator("#report .receipt.is-good").wait_for()
    manager = visit(PHONE, login="manager")
    manager.page.goto(f"{manager.site}/reports?lang=zh")
    card = manager.page.locator("article", has_text="同心桥驿站").first
    card.get_by_text("去看过，不是这样").click()
    card.locator("[name=note]").fill("牌子换了新位置")
    card.get_by_role("button", name="回话").click()
    manager.page.get_by_text("没有等回话的反映").wait_for()
    someone.open("/s/EQ-000?lang=zh")
    assert "牌子换了新位置" in someone.page.inner_text("#report")
    assert manager.overflow() <= 0


def test_union_is_asked_once_in_the_body_of_a_request(worker):
    someone = worker(place=HERE)
    someone.open(f"/which-union?lang=zh&county={SMALL}")
    someone.page.click("#locate")
    someone.page.locator("#answer h2").wait_for()
    assert "12351" in someone.page.inner_text("#answer")
    asked = [each for each in someone.requests if each.method == "POST"]
    assert [each.url.split("/", 3)[3] for each in asked] == ["api/v1/find/union"]
    assert not [each.url for each in someone.requests if any(trace in each.url for trace in TRACES)]


def examples(seed, number):
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    for _ in range(number):
        stations = [
            {
                "code": f"S{index}",
                "lon": round(chance.uniform(113.5, 113.7), 6),
                "lat": round(chance.uniform(34.7, 34.8), 6),
                "open": spans(chance),
                "unknown": [],
                "services": {"toilet": chance.choice(("working", "broken", "unknown", "expired"))},
            }
            for index in range(chance.randint(1, 8))
        ]
        for each in stations:
            if not each["open"] and chance.random() < 0.5:
                each["unknown"] = [[0, LENGTH]]
        yield {
            "stations": stations,
            "place": [round(chance.uniform(113.5, 113.7), 6), round(chance.uniform(34.7, 34.8), 6)],
            "minute": chance.randrange(LENGTH),
            "wanted": chance.choice(([], ["toilet"], [ALL_NIGHT], ["toilet", ALL_NIGHT])),
        }


def spans(chance):
    edges = sorted(chance.sample([*range(0, LENGTH + 1, 30)], chance.choice((0, 2, 4))))
    whole = [[0, LENGTH]] if chance.random() < 0.15 else []
    return whole or [list(pair) for pair in zip(edges[::2], edges[1::2], strict=True)]


def test_browser_orders_and_tells_hours_as_the_rules_do(worker):
    someone = worker()
    someone.open("/which-union?lang=zh")
    asked = list(examples(7, 300))
    answered = someone.page.evaluate(
        """async ([asked, length]) => {
          const rules = await import("/static/work/find-order.js");
          return asked.map(({ stations, place, minute, wanted }) =>
            rules.arrange(stations, place, minute, wanted).map(({ station, rank, metres }) =>
              [station.code, rank, Math.round(metres), rules.walkMinutes(metres),
                rules.describeHours(station, minute, length)]));
        }""",
        [asked, LENGTH],
    )
    assert answered == [expected(**each) for each in asked]


def expected(stations, place, minute, wanted):
    seen = [
        Seen(
            each["code"],
            (each["lon"], each["lat"]),
            Timeline([tuple(span) for span in each["open"]], [tuple(span) for span in each["unknown"]]),
            each["services"],
        )
        for each in stations
    ]
    return [
        [
            station.code,
            int(rank),
            round(metres),
            walk_minutes(metres),
            vars(describe_hours(station.timeline, minute, LENGTH)),
        ]
        for station, rank, metres in arrange(seen, tuple(place), minute, wanted)
    ]
