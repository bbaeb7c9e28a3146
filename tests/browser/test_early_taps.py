"""A tap on a page whose scripts are still on their way is neither lost nor sent in the address."""

from playwright.sync_api import Route

from tests.browser.conftest import PHONE


def test_a_tap_before_the_scripts_waits_for_them(visit):
    visitor = visit(PHONE, login="liaison")
    page = visitor.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/static/work/send.js", hold)
    page.goto(f"{visitor.site}/account", wait_until="commit")
    form = page.locator("form[data-send]").first
    for name in ("wanted", "current"):
        form.locator(f'input[name="{name}"]').fill("nobody knows this one")
    form.locator('input[name="current"]').press("Enter")  # the form must not send itself
    page.wait_for_timeout(100)
    assert (page.url, page.evaluate("document.documentElement.dataset.scripts")) == (
        f"{visitor.site}/account",
        "loading",
    )
    held[0].continue_()
    form.locator('button[type="submit"]').click()  # waits until it is answered
    form.locator(".receipt", has_text="现在的密码不对").wait_for(timeout=60_000)
    assert page.url == f"{visitor.site}/account"
    visitor.complaints.clear()  # the refusal of a wrong password
