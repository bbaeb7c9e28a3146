"""The frame of the office pages: header, tabs by right, sentences, and what scripts need to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, make_response, render_template, request

from geodata.queries.jobs import count_unseen
from geodata.queries.map_choices import has_invented_rows
from webmap import auth, requests
from webmap.i18n import spoken, translate
from webmap.pages.script_json import script_json
from webmap.permissions import Permission

if TYPE_CHECKING:
    from flask import Flask

HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_SCRIPT_SENTENCES = ("send.", "decide.", "jobs.js.")


@dataclass(frozen=True)
class Tab:
    """One way into the office pages, for those who hold a permission."""

    key: str
    path: str
    permission: Permission
    icon: str


TABS = (
    Tab("my_grid", "/my-grid", Permission.CASES_WORK, "today"),
    Tab("my_enterprises", "/my-grid/enterprises", Permission.CASES_WORK, "list"),
    Tab("my_map", "/my-grid/map", Permission.CASES_WORK, "map"),
    Tab("my_stations", "/my-stations", Permission.STATIONS_WRITE, "station"),
    Tab("overview", "/overview", Permission.OVERVIEW_READ, "overview"),
    Tab("week", "/coverage/week", Permission.OVERVIEW_READ, "clock"),
    Tab("siting", "/siting", Permission.PLANS_READ, "pin"),
    Tab("scenarios", "/scenarios", Permission.PLANS_READ, "tab-plans"),
    Tab("reviews", "/reviews", Permission.REVIEWS_DECIDE, "review"),
    Tab("lines", "/lines", Permission.ENTERPRISES_READ, "list"),
    Tab("lookup", "/lookup", Permission.OWNERS_LOOK_UP, "search"),
    Tab("reports", "/reports", Permission.REPORTS_READ, "report"),
    Tab("preflight", "/preflight", Permission.PLANS_READ, "check"),
    Tab("boundaries", "/boundaries", Permission.BOUNDARIES_READ, "grid"),
    Tab("imports", "/imports", Permission.IMPORTS_RUN, "import"),
    Tab("exports", "/exports", Permission.EXPORTS_RUN, "list"),
    Tab("jobs", "/jobs", Permission.JOBS_READ, "jobs"),
    Tab("users", "/admin/users", Permission.USERS_READ, "people"),
    Tab("settings", "/admin/settings", Permission.SETTINGS_READ, "settings"),
    Tab("audit", "/audit", Permission.AUDIT_READ, "log"),
)
"""In the order shown. A tab whose page is not hung yet is left out."""

HOMES = (
    (Permission.CASES_WORK, "/my-grid"),
    (Permission.OVERVIEW_READ, "/"),
    (Permission.STATIONS_WRITE, "/my-stations"),
    (Permission.CASES_PROPOSE, "/lines"),
    (Permission.USERS_WRITE, "/admin/users"),
    (Permission.AUDIT_READ, "/audit"),
)
"""Where somebody begins after signing in: the first whose permission they hold."""


def install(app: Flask) -> None:
    """Give all templates the words and the reader."""
    app.jinja_env.filters.update(
        day=format_day, moment=format_moment, month_day=format_month_day, number=format_number
    )
    app.context_processor(_common)


def home() -> str:
    """The first page of who is signed in."""
    return next((path for permission, path in HOMES if auth.may(permission)), "/account")


def render(
    template: str, *, title_key: str, tab: str | None = None, status: int = 200, **context: Any
) -> Response:
    """An office page; never kept by shared caches."""
    page = render_template(template, title_key=title_key, tab=tab, tabs=_tabs(), **context)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response


def format_day(value: date | None) -> str:
    """2026-11-25 as 2026年11月25日 / 25 Nov 2026."""
    if value is None:
        return "—"
    return (
        f"{value.year}年{value.month}月{value.day}日"
        if requests.locale() == "zh"
        else f"{value.day} {value:%b %Y}"
    )


def format_month_day(value: date | None) -> str:
    """2026-11-25 as 11月25日 / 25 Nov."""
    if value is None:
        return "—"
    return f"{value.month}月{value.day}日" if requests.locale() == "zh" else f"{value.day} {value:%b}"


def format_moment(value: datetime | str | None) -> str:
    """An instant in Shanghai as 11月25日 09:20 / 25 Nov 09:20."""
    if value is None:
        return "—"
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = instant.astimezone(_SHANGHAI)
    return f"{format_month_day(local.date())} {local:%H:%M}"


def format_number(value: float | None) -> str:
    """12345 as 12,345; nothing as –."""
    return "–" if value is None else f"{value:,}"


def _tabs() -> list[Tab]:
    hung = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [tab for tab in TABS if tab.path in hung and auth.may(tab.permission)]


def _sign_on_label() -> str | None:
    settings = requests.settings()
    if not settings.has_sign_on:
        return None
    return settings.oidc_label or translate(requests.locale(), "sso.label")


def _common() -> dict[str, Any]:
    locale = requests.locale()
    asker = auth.identity()
    return {
        "t": lambda key, **params: translate(locale, key, **params),
        "locale": locale,
        "language": HTML_LANGUAGE[locale],
        "nonce": requests.csp_nonce(),
        "identity": asker,
        "can": lambda name: auth.may(Permission[name]),
        "unseen_jobs": count_unseen(requests.session(), asker.user_id)
        if asker is not None and asker.may(Permission.JOBS_READ)
        else 0,
        "sign_on_label": _sign_on_label(),
        "is_demo": has_invented_rows(requests.session()),
        "now": datetime.now(UTC),
        "path": request.path,
        "page_data": script_json(
            {
                "locale": locale,
                "csrf": asker.csrf_token if asker else None,
                "user": asker.user_id if asker else None,
                "strings": dict(spoken(locale, _SCRIPT_SENTENCES)),
            }
        ),
    }
