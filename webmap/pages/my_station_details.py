"""What a station's manager changes seldom: hours, special days, closures, services, photos, the way in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from geodata.queries import station_care
from geodata.rules.station_entries import (
    MAX_DISTANCE_M,
    MAX_QUANTITY,
    MAX_TEXT,
    MAX_VISITORS,
    VISITOR_DAYS_BACK,
)
from geodata.stations.photo_limits import MAX_PHOTOS
from geodata.vocab import AccessMethod, ClosureKind, ServiceCondition, ServiceMode
from webmap import requests
from webmap.i18n import spoken
from webmap.pages import layout
from webmap.pages import station_words as words
from webmap.pages.my_stations import CHOICES, STATION, get_care, tile
from webmap.pages.script_json import script_json
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from geodata.stations.reading import StationCare

bp = Blueprint("my_station_details", __name__)

_SPANS = range(2)
"""Openings of a day that the form offers: one, and one after a break."""


def _render(template: str, title_key: str, care: StationCare, **context: Any) -> Response:
    """A page below a station: its name above, the version for its forms, who changed what on a conflict."""
    names = {service.code: words.service_name(service) for service in care.services}
    strings = dict(spoken(requests.locale(), "station_page."))
    data = {"id": care.id, "version": care.row["version"], "services": names, "strings": strings}
    return layout.render(
        f"stations/{template}.html",
        title_key=title_key,
        tab="my_stations",
        care=care,
        max_text=MAX_TEXT,
        station_data=script_json(data),
        **context,
    )


@bp.get(f"{STATION}/hours")
@requires(Permission.STATIONS_WRITE)
def show_hours(station_id: int) -> Response:
    """The weekly hours, a line a day and one for holidays."""
    care = get_care(station_id)
    days = [
        (
            day,
            [
                (words.clock(row.opens_min), _closing(row.opens_min, row.closes_min))
                for row in care.hours
                if row.weekday == day
            ],
        )
        for day in range(8)
    ]
    return _render("hours", "station.hours", care, days=days, spans=_SPANS)


@bp.get(f"{STATION}/special-days")
@requires(Permission.STATIONS_WRITE)
def show_special_days(station_id: int) -> Response:
    """Dates with hours of their own: holidays, make-up workdays, an outing."""
    care = get_care(station_id)
    days = [(day, words.spans(day.openings)) for day in care.special_days]
    return _render("special_days", "station.special_days", care, days=days, spans=_SPANS)


@bp.get(f"{STATION}/closure")
@requires(Permission.STATIONS_WRITE)
def show_closure(station_id: int) -> Response:
    """Close for a time, move the expected end, reopen."""
    care = get_care(station_id)
    closures = [each for each in care.closures if each.kind != ClosureKind.EARLY]
    return _render("closure", "station.closure", care, closures=closures, kinds=("unplanned", "planned"))


@bp.get(f"{STATION}/services")
@requires(Permission.STATIONS_WRITE)
def show_services(station_id: int) -> Response:
    """All of each service: condition, where, how many, the earliest expiry of medicine; and further ones."""
    care = get_care(station_id)
    known = {service.code for service in care.services}
    items = station_care.list_service_items(requests.session())
    more = [
        (code, words.item_name(name["zh"], name["en"])) for code, name in items.items() if code not in known
    ]
    return _render(
        "services",
        "station.services",
        care,
        tiles=[tile(service) for service in care.services],
        more=more,
        conditions=(*CHOICES, ServiceCondition.REMOVED),
        modes=tuple(ServiceMode),
        max_distance=MAX_DISTANCE_M,
        max_quantity=MAX_QUANTITY,
    )


@bp.get(f"{STATION}/access")
@requires(Permission.STATIONS_WRITE)
def show_access(station_id: int) -> Response:
    """How one gets in, and the phone for the public."""
    return _render("access", "station.access", get_care(station_id), methods=tuple(AccessMethod))


@bp.get(f"{STATION}/visitors")
@requires(Permission.STATIONS_WRITE)
def show_visitors(station_id: int) -> Response:
    """How many came on each of the last fourteen days, to correct."""
    care = get_care(station_id)
    days = [care.today - timedelta(days=back) for back in range(VISITOR_DAYS_BACK + 1)]
    return _render(
        "visitors",
        "station.visitors",
        care,
        days=[(day, care.visitors.get(day)) for day in days],
        most=max(care.visitors.values(), default=0),
        total=sum(care.visitors.values()),
        max_visitors=MAX_VISITORS,
    )


@bp.get(f"{STATION}/photos")
@requires(Permission.STATIONS_WRITE)
def show_photos(station_id: int) -> Response:
    """The photos of the station: add, order, remove."""
    care = get_care(station_id)
    return _render(
        "photos", "station.photos", care, most=MAX_PHOTOS, photo_ids=[p["id"] for p in care.photos]
    )


def _closing(opens: int, closes: int) -> str:
    """What a time field can hold: 24:00 is 00:00, which the door reads as the end of the day."""
    return "00:00" if closes == opens + (24 * 60 - opens) else words.clock(closes)
