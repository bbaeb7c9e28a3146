"""What the worker's page asks for: whole lists of a county, and whom to ask at a place.

No list takes a position: the browser gets all of a county and looks for the nearest itself, see
docs/decisions/0028.
The one question that carries a place has it in the body, where no log keeps it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.assignment.offices import Answer, find_union_at
from geodata.queries import finder as queries
from geodata.rules.handover import datum_points
from geodata.rules.offices import HOTLINE
from geodata.stations.finder import HORIZON_MIN, PublicStation, list_stations, read_now
from geodata.vocab import AccessMethod, Datum, ServiceCondition, StationType
from webmap import requests
from webmap.api.answers import answer, json_text
from webmap.api.parameters import County, Query
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("find_api", __name__, url_prefix="/api/v1/find", tag="find")

_STATIONS = ("calendar", "divisions", "reports", "rules", "stations")
_PLACES = ("divisions", "grids", "stations", "streets")
Spans = list[tuple[int, int]]


class FindQuery(Query):
    """Which county."""

    county: County


class Warned(BaseModel):
    """Independent reports of one day, unanswered."""

    on: date
    senders: int
    kinds: dict[str, int]


class FoundStation(BaseModel):
    """A station that anybody may walk to."""

    code: str
    name: str
    type: StationType
    access: AccessMethod
    note: str | None = Field(description="How to get in, in words.")
    address: str | None
    phone: str | None = Field(description="The duty phone, meant for the public.")
    lon: float
    lat: float
    gcj: tuple[float, float] = Field(description="GCJ-02, for 高德 and Apple.")
    bd: tuple[float, float] = Field(description="BD-09, for 百度.")
    open: Spans = Field(description="Open for sure, in minutes from midnight of `today`, [from, to).")
    unknown: Spans = Field(description="Nobody knows.")
    services: dict[str, ServiceCondition]
    nearby: dict[str, float | None] = Field(description="Services that are next door, with metres.")
    confirmed: date | None
    stale: int | None = Field(description="Days without confirmation, if too many; -1 never.")
    confirmed_at: datetime | None
    closed: list[tuple[int, int, str]] = Field(description="Closures: from, to (minutes of `today`), why.")
    warning: Warned | None
    invented: bool


class FoundStations(BaseModel):
    """Stations of a county and its rim, by code."""

    county: str
    today: date
    horizon: int = Field(description="How far the spans reach, in minutes.")
    stations: list[FoundStation]


class Places(BaseModel):
    """Names by which people say where they are: name, kind, note, longitude, latitude."""

    places: list[tuple[str, Literal["area", "division", "station", "street"], str | None, float, float]]


class Ground(BaseModel):
    """Lines for a quiet small map: kind, rank, encoded polyline of five digits."""

    lines: list[tuple[str, int, str]]


class AskedPlace(BaseModel):
    """A place in degrees (WGS 84 / CGCS2000); used for this answer and kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class FoundUnion(BaseModel):
    """The office to ask; without one the hotline is left."""

    known: bool = Field(description="The place lies in one of our counties.")
    name: str | None
    division: str | None
    phone: str | None = Field(description="The office's own telephone, never a person's.")
    address: str | None
    hours: str | None
    hotline: str
    invented: bool


@bp.get("/stations")
@requires(Permission.FINDER_READ)
@bp.input(FindQuery, location="query", arg_name="query")
@bp.output(FoundStations)
def get_stations(query: FindQuery) -> Response:
    """All stations of a county with their openings of three days; the same for everybody all day long."""
    today = read_now(requests.session()).today

    def read(session: Session) -> str:
        found = list_stations(session, query.county, today=today)
        return json_text(
            {
                "county": query.county,
                "today": today.isoformat(),
                "horizon": HORIZON_MIN,
                "stations": [to_json(each) for each in found],
            }
        )

    return answer(_STATIONS, read, also=[today])


@bp.get("/places")
@requires(Permission.FINDER_READ)
@bp.input(FindQuery, location="query", arg_name="query")
@bp.output(Places)
def get_places(query: FindQuery) -> Response:
    """Names of a county's stations, areas, towns and streets, each with one point."""

    def read(session: Session) -> str:
        found = queries.list_places(session, query.county)
        return json_text({"places": [(one.name, one.kind, one.note, one.lon, one.lat) for one in found]})

    return answer(_PLACES, read)


@bp.get("/ground")
@requires(Permission.FINDER_READ)
@bp.input(FindQuery, location="query", arg_name="query")
@bp.output(Ground)
def get_ground(query: FindQuery) -> Response:
    """Streets, water and parks of a whole county for the small map; asked for only when it is looked at."""
    return answer(
        ("streets",), lambda session: json_text({"lines": queries.list_lines(session, query.county)})
    )


@bp.post("/union")
@requires(Permission.FINDER_READ)
@bp.input(AskedPlace, location="json", arg_name="asked")
@bp.output(FoundUnion)
def ask_union(asked: AskedPlace) -> Response:
    """Which union office to ask for a place of work. Nothing of the question is stored or logged."""
    found = find_union_at(requests.session(), lon=asked.lon, lat=asked.lat)
    response = requests.json_response(union_json(found))
    response.headers["Cache-Control"] = "no-store"
    return response


def to_json(station: PublicStation) -> dict[str, Any]:
    """A station as the worker's page needs it."""
    lon, lat = station.lon or 0.0, station.lat or 0.0
    points = datum_points(lon, lat)
    warning = station.warning
    return {
        "code": station.code,
        "name": station.name,
        "type": station.station_type,
        "access": station.access_method,
        "note": station.access_note,
        "address": station.address,
        "phone": station.duty_phone,
        "lon": points[Datum.WGS84][0],
        "lat": points[Datum.WGS84][1],
        "gcj": points[Datum.GCJ02],
        "bd": points[Datum.BD09],
        "open": station.timeline.open,
        "unknown": station.timeline.unknown,
        "services": {each.code: each.condition for each in station.services},
        "nearby": {each.code: each.distance_m for each in station.services if each.mode == "nearby"},
        "confirmed": station.confirmed_on and station.confirmed_on.isoformat(),
        "stale": station.stale_days,
        "confirmed_at": station.confirmed_at and station.confirmed_at.isoformat(timespec="seconds"),
        "closed": station.closed,
        "warning": warning
        and {"on": warning.on_date.isoformat(), "senders": warning.senders, "kinds": warning.kinds},
        "invented": station.is_invented,
    }


def union_json(found: Answer) -> dict[str, Any]:
    """An office in the form of the answer."""
    office = found.office
    return {
        "known": found.is_known_place,
        "name": office and office.name,
        "division": office and office.division_name,
        "phone": office and office.phone,
        "address": office and office.address,
        "hours": office and office.hours,
        "hotline": HOTLINE,
        "invented": bool(office and office.is_invented),
    }
