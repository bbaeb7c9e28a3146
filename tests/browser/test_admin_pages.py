"""Administration in a real browser: a liaison is made, signs in, changes the password, is handed over."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser import seeding
from tests.browser.conftest import DESKTOP, PHONE, Visitor

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
PAGES = (
    "/admin/users",
    "/admin/settings",
    "/admin/services",
    "/admin/rules",
    "/admin/calendar",
    "/admin/map",
)


def go(visitor: Visitor, path: str) -> None:
    visitor.page.goto(f"{visitor.site}{path}")


def scalar(visitor: Visitor, sql: str, **values: object) -> object:
    with visitor.engine.connect() as connection:
        return connection.scalar(sa.text(sql), values)


@SIZES
@pytest.mark.parametrize("path", PAGES)
def test_page_of_administration_fits_and_complains_of_nothing(
    visit: Callable[..., Visitor], size: tuple[int, int], path: str
) -> None:
    visitor = visit(size, login="admin")
    go(visitor, path)
    expect(visitor.page.locator("h1")).to_be_visible()
    assert visitor.overflow() <= 0
    assert "admin." not in visitor.page.inner_text("main")


@SIZES
def test_log_fits_and_names_what_happened(visit: Callable[..., Visitor], size: tuple[int, int]) -> None:
    visitor = visit(size, login="auditor")
    go(visitor, "/audit")
    expect(visitor.page.locator("h1")).to_have_text("操作日志")
    assert visitor.overflow() <= 0
    assert visitor.page.locator("form[data-send], button[data-send]").count() == 0


def make_account(admin: Visitor, person: str, login: str) -> str:
    """Make an account; returns the password that is shown once."""
    go(admin, "/admin/users")
    form = admin.page.locator("form[data-new-user]")
    form.locator("[name=name]").fill(person)
    form.locator("[name=login]").fill(login)
    form.locator("[name=work_phone]").fill("0371-66660001")
    form.get_by_role("button", name="建账号").click()
    secret = admin.page.locator("#one-time-password")
    expect(secret).to_have_text(re.compile(r"^[a-z0-9]{4}(-[a-z0-9]{4}){3}$"))
    return secret.inner_text()


def give_grid(admin: Visitor, person: str) -> int:
    """Give the person whose account was just made a grid that has no liaison; returns the grid."""
    admin.page.get_by_role("link", name="去派岗位").click()
    expect(admin.page.locator("h1")).to_contain_text(person)
    post = admin.page.locator("form[data-post-form]")
    # A liaison has a grid, so the form asks for that and nothing else.
    expect(post.locator("[data-scope-field=station_id]")).to_be_hidden()
    free = scalar(
        admin,
        "SELECT g.id FROM grids g WHERE g.county_code = :county AND NOT EXISTS "
        "(SELECT FROM posts p WHERE p.grid_id = g.id AND p.role = 'liaison' AND p.valid_to IS NULL) "
        "ORDER BY g.code DESC LIMIT 1",
        county=seeding.SMALL,
    )
    post.locator("[name=grid_id]").select_option(str(free))
    post.get_by_role("button", name="派岗位").click()
    expect(admin.page.locator(".post-lines")).to_contain_text("网格联络员")
    assert admin.overflow() <= 0
    return int(str(free))


def sign_in_first(liaison: Visitor, login: str, password: str) -> None:
    """The first sign-in: nothing is open before the one-time password is changed."""
    go(liaison, "/login")
    liaison.page.locator("[name=login]").fill(login)
    liaison.page.locator("[name=password]").fill(password)
    liaison.page.get_by_role("button", name="登录").click()
    expect(liaison.page.get_by_role("alert")).to_contain_text("一次性密码")
    go(liaison, "/home")
    expect(liaison.page).to_have_url(re.compile("/account$"))
    liaison.page.locator("[name=current]").fill(password)
    liaison.page.locator("[name=wanted]").fill("kettle-harbour-92-quince")
    liaison.page.get_by_role("button", name="保存新密码").click()
    expect(liaison.page).not_to_have_url(re.compile("/account$"), timeout=20_000)


@SIZES
def test_first_day_and_last_day_of_a_liaison(visit: Callable[..., Visitor], size: tuple[int, int]) -> None:
    name = "desk" if size == DESKTOP else "phone"
    login, person = f"lu-{name}", f"陆{name}"
    admin = visit(size, login="admin")
    password = make_account(admin, person, login)
    assert password not in admin.page.url
    grid = give_grid(admin, person)
    sign_in_first(visit(size, login=None), login, password)

    admin.page.reload()
    hand = admin.page.locator("form[data-hand-over]")
    hand.locator("[name=to_login]").fill("nobody")
    hand.get_by_role("button", name="全部移交").click()
    expect(hand.locator(".receipt")).to_contain_text("已移交 1 个岗位")
    now = "SELECT u.login FROM posts p JOIN users u ON u.id = p.user_id WHERE p.grid_id = :grid "
    assert scalar(admin, now + "AND p.role = 'liaison' AND p.valid_to IS NULL", grid=grid) == "nobody"
    admin.page.reload()
    expect(admin.page.locator("main")).to_contain_text("以前的岗位（1）")
    with admin.engine.begin() as connection:  # the other size begins with the same county
        connection.execute(
            sa.text("UPDATE posts SET valid_to = valid_from WHERE grid_id = :grid AND role = 'liaison'"),
            {"grid": grid},
        )


def test_setting_is_saved_and_the_day_of_the_calendar_changed(visit: Callable[..., Visitor]) -> None:
    visitor = visit(PHONE, login="admin")
    go(visitor, "/admin/settings")
    choice = visitor.page.locator("form.choice", has_text="领单期限")
    choice.locator("input").fill("21")
    choice.get_by_role("button", name="保存").click()
    saved = visitor.page.locator("form.choice", has_text="领单期限")
    expect(saved.locator(".tag")).to_have_text("单独设置")
    assert saved.locator("input").input_value() == "21"

    go(visitor, "/admin/calendar?year=2026")
    visitor.page.locator("[data-day='2026-11-21']").click()
    form = visitor.page.locator("#day-form")
    expect(form.locator("h2")).to_have_text("2026年11月21日")
    form.locator("[name=name]").fill("全县大扫除，周六上班")
    form.get_by_role("button", name="保存").click()
    expect(visitor.page.locator("[data-day='2026-11-21']")).to_have_class(re.compile("is-changed"))
