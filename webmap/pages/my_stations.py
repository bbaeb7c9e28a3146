"""The station manager's own pages: the list of their stations, and today at one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import segno
from flask import Blueprint, Response, current_app, redirect, request
from markupsafe import Markup

from geodata.rules.station_entries import MAX_TEXT, MAX_VISITORS
from geodata.rules.station_now import PublicState
from geodata.stations import reading
from geodata.vocab import ServiceCondition
from webmap import auth, requests
from webmap.i18n import spoken
from webmap.pages import layout
from webmap.pages import station_words as words
from webmap.pages.script_json import script_json
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from geodata.stations.reading import CaredService, StationCare

bp = Blueprint("my_stations", __name__)

STATION = "/my-stations/<int(min=1,max=9007199254740991):station_id>"
CHOICES = (
    ServiceCondition.WORKING,
    ServiceCondition.BROKEN,
    ServiceCondition.OUT_OF_STOCK,
    ServiceCondition.UNKNOWN,
)
ICONS = {
    ServiceCondition.WORKING: "check",
    ServiceCondition.BROKEN: "wrench",
    ServiceCondition.OUT_OF_STOCK: "box",
    ServiceCondition.EXPIRED: "clock",
    ServiceCondition.REMOVED: "cross",
    ServiceCondition.UNKNOWN: "question",
}
_DRAWN = frozenset(
    {
        "food_heating",
        "drinking_water",
        "rest_seating",
        "first_aid",
        "phone_charging",
        "climate_control",
        "rain_shelter",
        "toilet",
    }
)


@bp.get("/my-stations")
@requires(Permission.STATIONS_WRITE)
def list_stations() -> BaseResponse:
    """All my stations with what each waits for; who has one goes straight to it."""
    cares = reading.list_own(requests.session(), scope=auth.scope(Permission.STATIONS_WRITE))
    if len(cares) == 1 and "all" not in request.args:
        return redirect(f"/my-stations/{cares[0].id}")
    cards = [
        {
            "care": care,
            "sentence": words.public_sentence(care.public, care.now),
            "ago": words.days_ago(care.days),
            "needs": words.needs_of(care),
        }
        for care in cares
    ]
    return layout.render("stations/list.html", title_key="station.mine", tab="my_stations", cards=cards)


@bp.get(STATION)
@requires(Permission.STATIONS_WRITE)
def show_station(station_id: int) -> Response:
    """Today at one station: what the public sees, three choices, eight tiles, one button."""
    care = get_care(station_id)
    tiles = [tile(service) for service in care.services if service.is_standard]
    others = [
        tile(service)
        for service in care.services
        if not service.is_standard and service.condition != ServiceCondition.REMOVED
    ]
    return layout.render(
        "stations/today.html",
        title_key="station.mine",
        tab="my_stations",
        care=care,
        sentence=words.public_sentence(care.public, care.now),
        ago=words.days_ago(care.days),
        tiles=tiles,
        others=others,
        choices=[(choice, ICONS[choice]) for choice in CHOICES],
        visitors=care.visitors.get(care.today),
        needs=words.needs_of(care),
        is_closed=care.public.state == PublicState.CLOSED and care.early_closing is None,
        closing=care.early_closing and words.when(care.early_closing.begins, care.now),
        closed_until=care.closure and care.closure.ends,
        weekly=words.weekly_lines(care.hours),
        max_text=MAX_TEXT,
        max_visitors=MAX_VISITORS,
        station_data=script_json(_page_data(care)),
        has_several=has_several(),
        reports_hung=auth.may(Permission.REPORTS_ANSWER) and _is_hung("/reports"),
    )


@bp.get(f"{STATION}/card")
@requires(Permission.STATIONS_WRITE)
def show_card(station_id: int) -> Response:
    """A card for the door, A6 or A4, whose code opens the station's public page."""
    care = get_care(station_id)
    address = public_address(care.row["code"])
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=4, dark="#211d17", lineclass=None, svgclass="qr")
    return layout.render(
        "stations/card.html",
        title_key="station.card",
        tab="my_stations",
        care=care,
        size="a4" if request.args.get("size") == "a4" else "a6",
        address=address,
        code=Markup(drawing),  # noqa: S704 - drawn by segno from a quoted address
        weekly=words.weekly_lines(care.hours),
        services=[service for service in care.services if service.is_standard],
    )


def get_care(station_id: int) -> StationCare:
    """A station of who is asking."""
    return reading.get_care(requests.session(), station_id, scope=auth.scope(Permission.STATIONS_WRITE))


def has_several() -> bool:
    """Whether who is asking looks after more than one station, so that a way back makes sense."""
    scope = auth.scope(Permission.STATIONS_WRITE)
    return bool(scope.everything or scope.county_codes or scope.grid_ids or len(scope.station_ids) > 1)


def _is_hung(path: str) -> bool:
    return any(rule.rule == path for rule in current_app.url_map.iter_rules())


def public_address(code: str) -> str:
    """The absolute address of a station's public page."""
    base = requests.settings().public_url or request.host_url
    return f"{base.rstrip('/')}/s/{quote(code, safe='')}"


def tile(service: CaredService) -> dict[str, Any]:
    """One service as the page draws it."""
    return {
        "service": service,
        "name": words.service_name(service),
        "icon": service.code if service.code in _DRAWN else "station",
        "state_icon": ICONS[service.shown],
        "state": words.say(f"station.condition.{service.shown}"),
        "date": service.expires_on
        and words.say(
            "station.expires_short"
            if service.days_left and service.days_left >= 0
            else "station.expired_short",
            day=layout.format_month_day(service.expires_on),
        ),
    }


def _page_data(care: StationCare) -> dict[str, Any]:
    """What the script of the page needs to know."""
    return {
        "id": care.id,
        "version": care.row["version"],
        "today": care.today.isoformat(),
        "visitors": care.visitors.get(care.today),
        "is_early": care.early_closing is not None,
        "services": {
            service.code: {
                "name": words.service_name(service),
                "condition": service.condition,
                "is_expired": service.shown == ServiceCondition.EXPIRED,
            }
            for service in care.services
        },
        "strings": dict(spoken(requests.locale(), "station_page.")),
    }
