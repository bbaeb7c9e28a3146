"""The planner's day in a real browser: a figure, its list, a case to decide; and two who decide at once."""

import pytest
import sqlalchemy as sa

from geodata.assignment.service import assign_enterprises
from geodata.db import transaction
from geodata.models import Enterprise, FoundingCase, User
from geodata.queries.people import local_today
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.seeding import SIDE, SMALL, SOUTH, WEST, point

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def border(browsed_engine):
    """A new enterprise on the line between two grids; its id and name."""
    with transaction(browsed_engine) as session:
        number = session.scalar(sa.text("SELECT count(*) FROM enterprises"))
        row = Enterprise(
            name=f"界上洗衣店{number}",
            county_code=SMALL,
            geom=point(WEST + SIDE / 2, SOUTH + 0.02),
            location_level="building",
        )
        session.add(row)
        session.flush()
        assign_enterprises(session, enterprise_ids=[row.id])
        return row.id, row.name


@pytest.fixture
def overdue(browsed_engine):
    """An overdue case of the first grid's liaison; its enterprise's name."""
    with transaction(browsed_engine) as session:
        found = session.execute(
            sa.text(
                "SELECT e.id, e.name, a.grid_id FROM enterprises e "
                "JOIN assignments a ON a.enterprise_id = e.id AND a.valid_to IS NULL "
                "JOIN grids g ON g.id = a.grid_id WHERE g.county_code = :county "
                "AND e.organization_status = 'unorganized' AND NOT EXISTS (SELECT FROM founding_cases c "
                "WHERE c.enterprise_id = e.id) AND e.name LIKE '晨光%' ORDER BY g.code, e.id LIMIT 1"
            ),
            {"county": SMALL},
        ).one()
        holder = session.scalars(sa.select(User.id).where(User.login == "liaison")).one()
        today = local_today(session)
        session.add(
            FoundingCase(
                enterprise_id=found.id,
                grid_id=found.grid_id,
                county_code=SMALL,
                holder_id=holder,
                claim_until=today,
                due_on=today.replace(year=today.year - 1),
            )
        )
        return found.name


def owner_of(engine, enterprise_id):
    with engine.connect() as connection:
        return connection.scalar(
            sa.text(
                "SELECT g.code FROM assignments a JOIN grids g ON g.id = a.grid_id "
                "WHERE a.enterprise_id = :id AND a.valid_to IS NULL"
            ),
            {"id": enterprise_id},
        )


def choose(visitor, nth, reason):
    page = visitor.page
    page.wait_for_selector(".decide .choice")
    page.locator(".decide .choice").nth(nth).click()
    page.fill(".decide input[name=reason]", reason)
    page.click(".decide button[type=submit]")


@SIZES
def test_planner_opens_the_overview_and_the_list_behind_an_overdue_figure(visit, overdue, size):
    visitor = visit(size)
    page = visitor.page
    page.goto(f"{visitor.site}/overview?lang=zh")
    assert "相符" in page.inner_text("[data-sum-check]")
    assert visitor.overflow() <= 0
    link = page.locator('tfoot [data-figure="overdue"]')
    count = int(link.inner_text())
    link.click()
    page.wait_for_load_state()
    assert page.get_attribute("[data-total]", "data-total") == str(count)
    assert page.locator("tr[data-enterprise]").count() == count
    assert overdue in page.inner_text("main")
    assert "已超期" in page.inner_text("main")
    assert visitor.overflow() <= 0
    assert "overview." not in page.inner_text("main")


@SIZES
def test_cadre_decides_a_border_case_with_a_reason(visit, border, browsed_engine, size):
    enterprise_id, name = border
    visitor = visit(size, login="cadre")
    page = visitor.page
    page.goto(f"{visitor.site}/reviews?lang=zh&kind=boundary_review")
    page.click(f".review-row:has-text('{name}')")
    page.wait_for_selector(".leaflet-container path")
    assert visitor.overflow() <= 0
    before = owner_of(browsed_engine, enterprise_id)
    choose(visitor, 1, "门牌在这一侧")
    page.wait_for_url(lambda url: "item=" not in url)
    page.wait_for_selector(".review-list, .empty")
    assert page.locator(f".review-row:has-text('{name}')").count() == 0
    assert owner_of(browsed_engine, enterprise_id) != before


def test_the_second_of_two_is_told_who_was_quicker(visit, border, browsed_engine):
    enterprise_id, name = border
    with browsed_engine.connect() as connection:
        row = connection.scalar(
            sa.text("SELECT id FROM assignments WHERE enterprise_id = :id AND valid_to IS NULL"),
            {"id": enterprise_id},
        )
    first, second = visit(login="cadre"), visit(login="planner")
    for visitor in (first, second):
        visitor.page.goto(f"{visitor.site}/reviews?lang=zh&item=boundary_review-{row}")
        visitor.page.wait_for_selector(".decide .choice")
        assert name in visitor.page.inner_text(".review-item")
    choose(first, 1, "门牌在这一侧")
    first.page.wait_for_url(lambda url: "item=" not in url)
    settled = owner_of(browsed_engine, enterprise_id)
    choose(second, 0, "我看在那边")
    second.page.wait_for_selector(".receipt.is-bad")
    assert "闻人朗" in second.page.inner_text(".receipt")
    assert owner_of(browsed_engine, enterprise_id) == settled
    # The browser itself remarks on the refusal; the page has told it in words.
    second.complaints[:] = [line for line in second.complaints if "409" not in line]


def test_planner_decides_on_the_map_itself(visit, border, browsed_engine):
    enterprise_id, _ = border
    visitor = visit()
    visitor.open(tab="enterprises", sel=f"enterprise:{enterprise_id}")
    page = visitor.page
    page.wait_for_selector(".card .decide .choice")
    assert "联络员" in page.inner_text(".card")
    choose(visitor, 1, "门牌在路东")
    page.wait_for_selector(".card-reason:has-text('门牌在路东')")
    assert page.locator(".card .decide").count() == 0
    assert owner_of(browsed_engine, enterprise_id) is not None


def test_planner_gives_a_case_to_a_liaison_from_the_list(visit, browsed_engine):
    visitor = visit()
    page = visitor.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{visitor.site}/overview/list?lang=zh&figure=unclaimed&county={SMALL}")
    page.locator("tr[data-enterprise] input[type=checkbox]").first.check()
    page.select_option("select[name=user_id]", index=1)
    page.click("button[value=assign]")
    page.wait_for_selector(".row-result.is-good")
    assert "办成 1 家" in page.inner_text(".bulk-bar .receipt")


def test_instructor_proposes_from_the_cross_table(visit, browsed_engine):
    with transaction(browsed_engine) as session:
        session.execute(
            sa.text(
                "UPDATE enterprises SET industry_line = 'catering' WHERE id IN (SELECT id FROM enterprises "
                "WHERE county_code = :county AND organization_status = 'unorganized' AND name LIKE '晨光%' "
                "AND geom IS NOT NULL ORDER BY id DESC LIMIT 3)"
            ),
            {"county": SMALL},
        )
    visitor = visit(login="instructor")
    page = visitor.page
    page.goto(f"{visitor.site}/lines?lang=zh")
    page.locator("tfoot .figure-link").first.click()
    page.wait_for_load_state()
    page.locator(".propose summary").first.click()
    page.locator(".propose input[name=union_name]").first.fill("餐饮行业工会联合会")
    page.locator(".propose input[name=note]").first.fill("会员名册第 23 号")
    page.locator(".propose button").first.click()
    page.wait_for_selector(".tag:has-text('条线已提议')")
