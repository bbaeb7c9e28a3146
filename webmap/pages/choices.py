"""What the page tells its scripts once: choices, addresses, and the sentences of one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import current_app

from geodata.queries.coverage import list_rules, list_services
from geodata.queries.imports import list_county_names
from geodata.queries.map_choices import (
    CountyChoice,
    NetworkInUse,
    has_invented_rows,
    list_county_choices,
    read_networks_in_use,
)
from geodata.rules.availability import LOCAL_TIME
from geodata.vocab import DayType
from webmap import auth, requests
from webmap.i18n import spoken
from webmap.permissions import Permission

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from geodata.queries.scopes import Scope
    from geodata.rules.base_map import BaseMap
    from webmap.config import Settings

API = "/api/v1"
ASSESSED_TIMES = ("22:00", "15:00")
"""考核时点: the two times a working day is judged by."""

DEFAULT_TIME = "15:00"

_PAGES = {
    "method": "/method",
    "week": "/coverage/week",
    "preflight": "/preflight",
    "networks": "/networks",
}

# The page speaks its own sentences and the words of the vocabulary, nothing of other rooms.
_SPOKEN = (
    "page.",
    "plans.",
    "send.",
    "access_method.",
    "assignment_method.",
    "assignment_status.",
    "barrier_kind.",
    "day_type.",
    "grid_kind.",
    "host_kind.",
    "organization_status.",
    "remedy.",
    "service_condition.",
    "staff_band.",
    "station_type.",
    "venue_type.",
)


def read_choices(session: Session, *, settings: Settings, locale: str) -> dict[str, Any]:
    """Everything the scripts need before the first figure; plain JSON, no text of it is ever markup."""
    counties = list_county_choices(session)
    networks = read_networks_in_use(session)
    rules = [
        {
            "code": rule.code,
            "label_zh": rule.label_zh,
            "label_en": rule.label_en,
            "basis_zh": rule.basis_zh,
            "basis_en": rule.basis_en,
            "straight_limit_m": rule.straight_limit_m,
            "street_limit_s": rule.street_limit_s,
            "is_default": rule.is_default,
        }
        for rule in list_rules(session)
        if rule.straight_limit_m is not None
    ]
    return {
        "locale": locale,
        "api": API,
        "tiles": f"{API}/tiles/{{z}}/{{x}}/{{y}}.mvt",
        "counties": [
            {
                "code": county.code,
                "name": county.name,
                "bounds": county.bounds,
                "network": network(networks.get(county.code)),
            }
            for county in counties
        ],
        "county": default_county(counties, own_county() or settings.default_county),
        "rules": rules,
        "rule": next((rule["code"] for rule in rules if rule["is_default"]), ""),
        "services": list(list_services(session).values()),
        "days": [day.value for day in DayType],
        "assessed": ASSESSED_TIMES,
        "time": DEFAULT_TIME,
        "is_demo": has_invented_rows(session),
        "base_map": base_map(requests.base_map()),
        "may": {
            "counts": _open_counties(auth.scope(Permission.COUNTS_READ)),
            "enterprises": _open_counties(auth.scope(Permission.ENTERPRISES_READ)),
            "people": _open_counties(auth.scope(Permission.PEOPLE_READ)),
            "decide": _open_counties(auth.scope(Permission.REVIEWS_DECIDE)),
            "plans": _open_counties(auth.scope(Permission.PLANS_READ)),
            "plans_write": _open_counties(auth.scope(Permission.PLANS_WRITE)),
            "networks": _open_counties(auth.scope(Permission.NETWORKS_WRITE)),
            "decide_grids": sorted(auth.scope(Permission.REVIEWS_DECIDE).grid_ids),
        },
        "pages": _hung_pages(),
        "strings": dict(spoken(locale, _SPOKEN)),
    }


def network(used: NetworkInUse | None) -> dict[str, Any] | None:
    """The street network in use of a county as the map's scripts know it."""
    if used is None:
        return None
    since = used.used_since.astimezone(LOCAL_TIME).date().isoformat() if used.used_since else None
    return {"label": used.label, "since": since, "credit": used.credit, "is_base": used.is_base}


def _hung_pages() -> dict[str, str]:
    """The pages the map leads to, as far as they are hung."""
    hung = {rule.rule for rule in current_app.url_map.iter_rules()}
    return {name: path for name, path in _PAGES.items() if path in hung}


def _open_counties(scope: Scope) -> list[str] | Literal["all"]:
    """In which counties something is open to the reader, as a whole."""
    return "all" if scope.everything else sorted(scope.county_codes)


def own_county() -> str | None:
    """The county that the first post of who is signed in lies in."""
    asker = auth.identity()
    return next((post.county_code for post in asker.posts if post.county_code), None) if asker else None


def default_county(counties: list[CountyChoice], wanted: str | None) -> str:
    """The county shown first: the one wanted, else the one with most stations; empty when there is none."""
    if wanted in {county.code for county in counties}:
        return str(wanted)
    return max(counties, key=lambda county: (county.stations, county.code), default=_NOWHERE).code


def base_map(chosen: BaseMap | None) -> dict[str, Any] | None:
    """The base map of somebody else, when the office chose one: tile address, thanks, approval number."""
    if chosen is None or chosen.url is None:
        return None
    return {
        "layers": [{"url": chosen.url.replace("{key}", chosen.key or ""), "subdomains": "01234567"}],
        "attribution": chosen.attribution or "",
        "approval": chosen.approval or "",
    }


_NOWHERE = CountyChoice("", "", (0.0, 0.0, 0.0, 0.0), 0)


def list_my_counties(permission: Permission) -> list[tuple[str, str]]:
    """Code and name of the counties that a permission opens to who is asking."""
    scope = auth.scope(permission)
    named = list_county_names(requests.session())
    return [(code, name) for code, name in named.items() if scope.has_county(code)]
