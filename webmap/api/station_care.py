"""The station manager's work as operations: each is based on a version, done once, and logged once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response, request

from geodata.errors import InvalidInput, NotFound, RefusedFile
from geodata.queries.station_care import find_photo
from geodata.stations import photo_limits, photos, reading, schedule, today, upkeep
from geodata.stations.changing import Editor
from geodata.vocab import ClosureKind, ServiceCondition
from webmap import auth, requests
from webmap.api import parameters
from webmap.api import station_care_schemas as schemas
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

bp = APIBlueprint("station_care", __name__, url_prefix="/api/v1", tag="stations")

STATION = f"/stations/<{parameters.ID}:station_id>"
_DATE = "<string(length=10):on>"
_FORM_OVERHEAD_BYTES = 64 * 1024


def _change(work: Callable[[Session, Editor], int], *, creates: bool = False) -> Response:
    """Do one change on the station under the version that the request names."""
    asker = auth.me()
    editor = Editor(by=asker.login, scope=auth.scope(Permission.STATIONS_WRITE), version=expected_version())
    return write(lambda session: Done({"version": work(session, editor)}), creates=creates)


@bp.get(f"{STATION}/care")
@requires(Permission.STATIONS_CARE)
@bp.output(schemas.StationCareAnswer)
def get_station_care(station_id: int) -> Response:
    """One station with everything its manager looks after, and its version."""
    care = reading.get_care(requests.session(), station_id, scope=auth.scope(Permission.STATIONS_CARE))
    response = requests.json_response(_to_json(care))
    response.headers["ETag"] = f'"{care.row["version"]}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post(f"{STATION}/today")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.Today, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def update_today(station_id: int, wanted: schemas.Today) -> Response:
    """Say what is different today and confirm the rest; an empty object is "all as shown"."""
    update = today.TodayUpdate(
        opening=None if wanted.opening is None else today.TodayOpening(wanted.opening),
        closes_at_min=None if wanted.closes_at == "now" else schemas.minute_of(wanted.closes_at),
        reason=wanted.reason,
        services={code: ServiceCondition(condition) for code, condition in wanted.services.items()},
        visitors=wanted.visitors,
    )
    return _change(lambda session, editor: today.update_today(session, station_id, update, editor=editor))


@bp.put(f"{STATION}/hours")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.WeeklyHours, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def set_weekly_hours(station_id: int, wanted: schemas.WeeklyHours) -> Response:
    """Replace the weekly hours."""
    hours = [each.to_opening() for each in wanted.openings]
    return _change(
        lambda session, editor: schedule.set_weekly_hours(session, station_id, hours, editor=editor)
    )


@bp.put(f"{STATION}/special-days")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.DaysOfTheirOwn, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def set_special_days(station_id: int, wanted: schemas.DaysOfTheirOwn) -> Response:
    """Give dates their own openings in the place of the weekly ones."""
    days = schedule.SpecialDays(
        wanted.first, wanted.last, [each.minutes() for each in wanted.openings], wanted.reason
    )
    return _change(
        lambda session, editor: schedule.set_special_days(session, station_id, days, editor=editor)
    )


@bp.delete(f"{STATION}/special-days/{_DATE}")
@requires(Permission.STATIONS_WRITE)
@bp.output(schemas.StationVersion)
def remove_special_day(station_id: int, on: str) -> Response:
    """Let the weekly hours hold again on a date."""
    day = _read_day(on)
    return _change(
        lambda session, editor: schedule.remove_special_day(session, station_id, day, editor=editor)
    )


@bp.post(f"{STATION}/closures")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.NewClosure, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def close_station(station_id: int, wanted: schemas.NewClosure) -> Response:
    """Close the station for a time, with a reason and an expected end."""
    wish = schedule.ClosureWish(
        ClosureKind(wanted.kind), wanted.reason, ends=wanted.ends_at, begins=wanted.begins_at
    )
    return _change(
        lambda session, editor: schedule.close_station(session, station_id, wish, editor=editor),
        creates=True,
    )


@bp.put(f"{STATION}/closures/<{parameters.ID}:closure_id>")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.ClosureEnd, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def move_closure_end(station_id: int, closure_id: int, wanted: schemas.ClosureEnd) -> Response:
    """Set another expected end of a closure."""
    return _change(
        lambda session, editor: schedule.move_closure_end(
            session, station_id, closure_id, wanted.ends_at, editor=editor
        )
    )


@bp.delete(f"{STATION}/closures/<{parameters.ID}:closure_id>")
@requires(Permission.STATIONS_WRITE)
@bp.output(schemas.StationVersion)
def cancel_closure(station_id: int, closure_id: int) -> Response:
    """Take back a closure that has not begun."""
    return _change(
        lambda session, editor: schedule.cancel_closure(session, station_id, closure_id, editor=editor)
    )


@bp.post(f"{STATION}/reopen")
@requires(Permission.STATIONS_WRITE)
@bp.output(schemas.StationVersion)
def reopen_station(station_id: int) -> Response:
    """Say that the station is open again."""
    return _change(lambda session, editor: schedule.reopen_station(session, station_id, editor=editor))


@bp.put(f"{STATION}/access")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.WayIn, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def set_access(station_id: int, wanted: schemas.WayIn) -> Response:
    """Save the way in and the duty phone."""
    access = upkeep.Access(wanted.access_method, wanted.access_note, wanted.duty_phone)
    return _change(lambda session, editor: upkeep.set_access(session, station_id, access, editor=editor))


@bp.put(f"{STATION}/services/<string(maxlength=40):item_code>")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.FullService, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def set_service(station_id: int, item_code: str, wanted: schemas.FullService) -> Response:
    """Save all of one service: condition, place, number, earliest expiry."""
    details = upkeep.ServiceDetails(
        ServiceCondition(wanted.condition),
        wanted.mode,
        distance_m=wanted.distance_m,
        quantity=wanted.quantity,
        expires_on=wanted.expires_on,
    )
    return _change(
        lambda session, editor: upkeep.set_service(session, station_id, item_code, details, editor=editor)
    )


@bp.put(f"{STATION}/visitors/{_DATE}")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.DayVisitors, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def set_visitors(station_id: int, on: str, wanted: schemas.DayVisitors) -> Response:
    """Save or correct how many came on a day of the last two weeks."""
    day = _read_day(on)
    return _change(
        lambda session, editor: upkeep.set_visitors(session, station_id, day, wanted.visitors, editor=editor)
    )


@bp.post(f"{STATION}/photos")
@requires(Permission.STATIONS_WRITE)
@bp.output(schemas.StationVersion)
def add_photo(station_id: int) -> Response:
    """Add a photo: ``multipart/form-data`` with a file ``photo``, JPEG, PNG or WebP, at most 12 MiB."""
    request.max_content_length = photo_limits.MAX_FILE_BYTES + _FORM_OVERHEAD_BYTES
    return _change(
        lambda session, editor: photos.add_photo(session, station_id, _read_photo(), editor=editor),
        creates=True,
    )


@bp.put(f"{STATION}/photos/order")
@requires(Permission.STATIONS_WRITE)
@bp.input(schemas.PhotoOrder, location="json", arg_name="wanted")
@bp.output(schemas.StationVersion)
def order_photos(station_id: int, wanted: schemas.PhotoOrder) -> Response:
    """Put all photos of the station in another order."""
    return _change(
        lambda session, editor: photos.order_photos(session, station_id, wanted.photos, editor=editor)
    )


@bp.delete(f"{STATION}/photos/<{parameters.ID}:photo_id>")
@requires(Permission.STATIONS_WRITE)
@bp.output(schemas.StationVersion)
def remove_photo(station_id: int, photo_id: int) -> Response:
    """Take a photo away."""
    return _change(lambda session, editor: photos.remove_photo(session, station_id, photo_id, editor=editor))


@bp.get(f"{STATION}/photos/<{parameters.ID}:photo_id>")
@requires(Permission.STATIONS_READ)
@bp.output({}, content_type="image/jpeg")
def get_photo(station_id: int, photo_id: int) -> Response:
    """A photo of a station: public, and the same as long as it is there."""
    return _answer_photo(station_id, photo_id, small=False)


@bp.get(f"{STATION}/photos/<{parameters.ID}:photo_id>/small")
@requires(Permission.STATIONS_READ)
@bp.output({}, content_type="image/jpeg")
def get_small_photo(station_id: int, photo_id: int) -> Response:
    """The thumbnail of a photo, 480 by 360 pixels."""
    return _answer_photo(station_id, photo_id, small=True)


def _answer_photo(station_id: int, photo_id: int, *, small: bool) -> Response:
    found = find_photo(requests.session(), station_id, photo_id, small=small)
    if found is None:
        raise NotFound("photo_not_found")
    picture, sha256 = found
    response = Response(picture, content_type="image/jpeg")
    response.set_etag(f"{sha256.hex()[:32]}{'s' if small else ''}")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.make_conditional(request)
    return response


def _read_photo() -> bytes:
    sent = request.files.get("photo")
    if sent is None:
        raise RefusedFile("photo_missing")
    return bytes(sent.read())


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("date_unreadable") from error


def _to_json(care: reading.StationCare) -> dict[str, Any]:
    row = care.row
    return {
        "id": care.id,
        "code": row["code"],
        "name": row["name"],
        "version": row["version"],
        "today": care.today.isoformat(),
        "public": {
            "state": care.public.state,
            "until": _instant(care.public.until),
            "opens": _instant(care.public.opens),
        },
        "confirmed_on": _instant(row["confirmed_on"]),
        "confirmed_at": _instant(row["confirmed_at"]),
        "confirmed_by": row["confirmed_by_name"],
        "is_unconfirmed": care.is_unconfirmed,
        "access_method": row["access_method"],
        "access_note": row["access_note"],
        "duty_phone": row["duty_phone"],
        "hours": [each._asdict() for each in care.hours],
        "special_days": [
            {"on": each.on.isoformat(), "openings": each.openings, "reason": each.reason}
            for each in care.special_days
        ],
        "closures": [
            asdict(each) | {"begins": _instant(each.begins), "ends": _instant(each.ends)}
            for each in care.closures
        ],
        "services": [
            asdict(each) | {"checked_on": _instant(each.checked_on), "expires_on": _instant(each.expires_on)}
            for each in care.services
        ],
        "photos": care.photos,
        "visitors": {on.isoformat(): number for on, number in care.visitors.items()},
        "needs": [need.need for need in care.needs],
    }


def _instant(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
