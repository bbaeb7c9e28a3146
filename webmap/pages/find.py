"""The worker's pages, without an account: the finder, one station, which union to ask.

They stand on a lean frame of their own (``find/base.html``): no office styles, no map until it is asked for.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request

from geodata.assignment.offices import find_union_of
from geodata.queries import finder as queries
from geodata.queries.coverage import list_services
from geodata.queries.map_choices import CountyChoice, list_county_choices, read_networks_in_use
from geodata.queries.reports import list_outcomes
from geodata.queries.station_care import list_photo_ids
from geodata.rules.finder import ALL_NIGHT, Rank, Seen, arrange, clock, rank_of
from geodata.rules.handover import APPLICATIONS, handover_links
from geodata.rules.hours import DAY_MIN
from geodata.rules.offices import HOTLINE
from geodata.rules.reports import NOTE_LENGTH
from geodata.rules.walking import walk_minutes
from geodata.stations.finder import HORIZON_MIN, Now, PublicStation, get_station, list_stations, read_now
from geodata.vocab import AccessMethod, ReportKind, StationStatus
from webmap import requests
from webmap.i18n import catalogue, spoken
from webmap.pages.choices import default_county
from webmap.pages.script_json import script_json
from webmap.pages.week import week_lines
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = Blueprint("find", __name__)

CHIPS = ("food_heating", "drinking_water", "toilet", "phone_charging", ALL_NIGHT)
"""What workers ask for first; the other services stand behind them."""

HOURS_AHEAD = 24
OUTCOMES_SHOWN = 10
_SPOKEN = ("find.", "access_method.", "page.demo", "page.zoom_in", "page.zoom_out")
_NEVER_LISTED = frozenset({StationStatus.RETIRED, StationStatus.PLANNED, StationStatus.BUILDING})
_GZIP_FROM_BYTES, _GZIP_LEVEL = 1024, 5


@dataclass(frozen=True)
class Listed:
    """A line of the list: the station, its group, and the walk from a place if one was named."""

    station: PublicStation
    rank: Rank
    metres: int | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class Wish:
    """What the address of the page asks for. A position is never among it."""

    county: str
    town: str | None
    minute: int
    is_now: bool
    wanted: tuple[str, ...]


@bp.get("/find")
@requires(Permission.FINDER_READ)
def show_finder() -> Response:
    """The list of a county as it is; scripts add the way from where one stands."""
    session = requests.session()
    now = read_now(session)
    services = _services(session)
    counties = list_county_choices(session)
    wish = _read_wish(now, services, counties)
    towns = queries.list_towns(session, wish.county)
    town = next((each for each in towns if each.code == wish.town), None)
    listed = _list(session, wish, now, (town.lon, town.lat) if town else None)
    return _page(
        "find/find.html",
        title_key="find.title",
        now=now,
        wish=wish,
        when=_when(wish),
        hours=[_hour(number) for number in range(now.minute // 60 + 1, now.minute // 60 + 1 + HOURS_AHEAD)],
        counties=counties,
        county=next((each for each in counties if each.code == wish.county), None),
        towns=towns,
        town=town,
        services=services,
        chips=[code for code in CHIPS if code == ALL_NIGHT or code in services],
        more=[code for code in services if code not in CHIPS],
        groups={rank: [each for each in listed if each.rank == rank] for rank in Rank},
        Rank=Rank,
        find_data=script_json(_script_data(wish, services, counties)),
    )


@bp.get("/s/<code>")
@requires(Permission.FINDER_READ)
def show_station(code: str) -> Response:
    """The page that the code at a door opens: is it open, until when, what is there."""
    session = requests.session()
    now = read_now(session)
    station, row = get_station(session, code, today=now.today)
    links = None
    if station.lon is not None and station.lat is not None:
        links = handover_links(station.name, station.lon, station.lat)
    return _page(
        "find/station.html",
        title_key="find.title",
        now=now,
        station=station,
        state=_state(station, now),
        hours=station.hours_at(now.minute),
        week=week_lines(row["hours"] or ()),
        exceptions=[each for each in row["dates"] or () if each[0] >= now.today.isoformat()],
        services=_services(session),
        links=links,
        outcomes=list_outcomes(session, station.id, limit=OUTCOMES_SHOWN),
        confirmed_hours=_hours_since(station.confirmed_at),
        photos=list_photo_ids(session, station.id),
        kinds=list(ReportKind),
        note_length=NOTE_LENGTH,
        find_data=script_json({"locale": requests.locale(), "strings": _strings()}),
    )


@bp.get("/which-union")
@requires(Permission.FINDER_READ)
def show_union() -> Response:
    """Whom to ask; with ``?at=`` the code of a town or county the answer is in the page itself."""
    session = requests.session()
    counties = list_county_choices(session)
    county = _county(counties)
    towns = queries.list_towns(session, county)
    chosen = request.args.get("at", "")
    known = {county, *(town.code for town in towns)}
    return _page(
        "find/union.html",
        title_key="find.union.title",
        counties=counties,
        county=county,
        towns=towns,
        chosen=chosen if chosen in known else None,
        found=find_union_of(session, chosen) if chosen in known else None,
        hotline=HOTLINE,
        find_data=script_json(
            {
                "locale": requests.locale(),
                "county": county,
                "counties": _bounds(counties),
                "strings": _strings(),
            }
        ),
    )


def _page(template: str, **context: Any) -> Response:
    """A public page, gzipped for whom takes it: it is read in places with a bad signal."""
    big = request.args.get("big") == "1"
    response = make_response(render_template(template, big=big, clock=clock, **context))
    response.headers["Cache-Control"] = "no-cache"
    body = response.get_data()
    if requests.takes_gzip() and len(body) >= _GZIP_FROM_BYTES:
        response.set_data(gzip.compress(body, _GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.update(("Accept-Encoding", "Cookie"))
    return response


def _read_wish(now: Now, services: dict[str, str], counties: list[CountyChoice]) -> Wish:
    """Read the address; what it misspells is as if it were not there."""
    at = request.args.get("at", "")
    hour = int(at) if at.isascii() and at.isdigit() and int(at) < HORIZON_MIN // 60 else None
    is_now = hour is None or hour * 60 <= now.minute
    wanted = [code for code in request.args.getlist("want")[:20] if code == ALL_NIGHT or code in services]
    return Wish(
        county=_county(counties),
        town=request.args.get("town"),
        minute=now.minute if is_now or hour is None else hour * 60,
        is_now=is_now,
        wanted=tuple(dict.fromkeys(wanted)),
    )


def _county(counties: list[CountyChoice]) -> str:
    return default_county(counties, request.args.get("county") or requests.settings().default_county)


def _list(session: Session, wish: Wish, now: Now, place: tuple[float, float] | None) -> list[Listed]:
    stations = list_stations(session, wish.county, today=now.today)
    known = {each.code: each for each in stations}
    seen = [each.seen() for each in stations]
    if place is None:
        ranked = sorted((rank_of(each, wish.minute, wish.wanted), each.code) for each in seen)
        return [Listed(known[code], rank) for rank, code in ranked]
    return [_walked(known, *each) for each in arrange(seen, place, wish.minute, wish.wanted)]


def _walked(known: dict[str, PublicStation], seen: Seen, rank: Rank, metres: float) -> Listed:
    return Listed(known[seen.code], rank, round(metres), walk_minutes(metres))


def _state(station: PublicStation, now: Now) -> str:
    """The word for now on a station's own page: also for doors that no list shows."""
    if station.status in _NEVER_LISTED:
        return "not_open"
    if station.access_method == AccessMethod.STAFF_ONLY:
        return "staff_only"
    return station.timeline.state_at(now.minute)


def _hours_since(at: datetime | None) -> int | None:
    return None if at is None else int((datetime.now(UTC) - at).total_seconds() // 3600)


def _when(wish: Wish) -> tuple[str, str]:
    if wish.is_now:
        return "find.when.now", clock(wish.minute)
    return _hour(wish.minute // 60)[1:]


def _hour(number: int) -> tuple[int, str, str]:
    day = number * 60 // DAY_MIN
    return number, ("find.when.today", "find.when.tomorrow")[min(day, 1)], f"{number % 24:02d}:00"


def _services(session: Session) -> dict[str, str]:
    locale = requests.locale()
    named = catalogue(locale)
    return {
        code: named.get(f"find.service.{code}", item[f"name_{locale}"])
        for code, item in list_services(session).items()
    }


def _script_data(wish: Wish, services: dict[str, str], counties: list[CountyChoice]) -> dict[str, Any]:
    return {
        "locale": requests.locale(),
        "county": wish.county,
        "counties": _bounds(counties),
        "wanted": wish.wanted,
        "at": None if wish.is_now else wish.minute,
        "services": services,
        "applications": [
            {"code": each.code, "datum": each.datum, "template": each.template} for each in APPLICATIONS
        ],
        "strings": _strings(),
    }


def _bounds(counties: list[CountyChoice]) -> list[dict[str, Any]]:
    networks = read_networks_in_use(requests.session())
    return [
        {
            "code": each.code,
            "name": each.name,
            "bounds": [round(value, 4) for value in each.bounds],
            "credit": networks[each.code].credit if each.code in networks else "",
        }
        for each in counties
    ]


def _strings() -> dict[str, str]:
    return dict(spoken(requests.locale(), _SPOKEN))
