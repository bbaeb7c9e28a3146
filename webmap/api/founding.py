"""The union work: what to do today, my enterprises, one enterprise, what waits, whom to ask, the calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.codes import uscc_is_valid
from geodata.errors import NotFound
from geodata.founding import reads, working_calendar
from geodata.founding.acts import Actor
from geodata.vocab import UNORGANIZED_STATES, CaseState
from webmap import auth, requests
from webmap.api import founding_bodies as bodies
from webmap.api import founding_json as shown
from webmap.api import founding_office_schemas as office
from webmap.api import founding_schemas as schemas
from webmap.api import parameters
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


bp = APIBlueprint("founding", __name__, url_prefix="/api/v1", tag="founding")


def actor(permission: Permission) -> Actor:
    """Who is asking, with the rows that a permission opens to them."""
    asker = auth.me()
    return Actor(asker.user_id, asker.login, asker.scope(permission))


def private(body: Any) -> Response:
    """An answer that no cache keeps."""
    response = requests.json_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/my/today")
@requires(Permission.CASES_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Today)
def get_today(query: parameters.Query) -> Response:
    """What is overdue, due today, new, in hand and next on my grids."""
    me = actor(Permission.CASES_READ)
    return private(shown.today_json(reads.get_today(requests.session(), scope=me.scope, user_id=me.user_id)))


@bp.get("/my/enterprises")
@requires(Permission.CASES_READ)
@bp.input(bodies.MineQuery, location="query", arg_name="query")
@bp.output(schemas.MinePage)
def list_mine(query: bodies.MineQuery) -> Response:
    """My enterprises that need a union or have a case under way."""
    me = actor(Permission.CASES_READ)
    page = reads.list_mine(requests.session(), query.question, scope=me.scope, user_id=me.user_id)
    return private(shown.page_json(page))


@bp.get("/my/points")
@requires(Permission.CASES_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Points)
def list_points(query: parameters.Query) -> Response:
    """My enterprises as points."""
    me = actor(Permission.CASES_READ)
    found = reads.list_points(requests.session(), scope=me.scope, user_id=me.user_id)
    return private(shown.points_json(*found))


@bp.get(f"/enterprises/<{parameters.ID}:enterprise_id>/work")
@requires(Permission.CASES_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Work)
def get_work(enterprise_id: int, query: parameters.Query) -> Response:
    """One enterprise of mine: why mine, five steps, visits, history, neighbours; its contact masked."""
    return private(read_work(enterprise_id))


def read_work(enterprise_id: int) -> dict[str, Any]:
    """The answer of ``get_work``, for pages too."""
    me = actor(Permission.CASES_READ)
    session = requests.session()
    work = reads.get_work(session, enterprise_id, scope=me.scope, user_id=me.user_id)
    return shown.work_json(work, may=_may(session, work), scope=me.scope)


def _may(session: Session, work: reads.Work) -> dict[str, bool]:
    case, asker = work.case, auth.me()

    def opens(permission: Permission) -> bool:
        return reads.opens(session, work.enterprise.id, asker.scope(permission))

    is_worker = opens(Permission.CASES_WORK)
    needs_union = work.enterprise.removed_on is None and (
        case is not None or work.enterprise.organization_status in UNORGANIZED_STATES
    )
    is_under_way = case is not None and case.state in (CaseState.OPEN, CaseState.PAUSED)
    is_free = case is None or (
        is_under_way
        and (
            case.holder_id is None or (case.claim_until is not None and case.claim_until < work.context.today)
        )
    )
    return {
        "claim": is_worker and needs_union and is_free,
        "work": is_worker and is_under_way and case is not None and case.holder_id == asker.user_id,
        "direct": opens(Permission.CASES_DIRECT),
        "verify": case is not None
        and case.state == CaseState.TO_VERIFY
        and case.ended_by != asker.user_id
        and opens(Permission.CASES_VERIFY),
        "dispute": is_worker and work.enterprise.removed_on is None and work.dispute is None,
        "reveal": opens(Permission.CONTACTS_READ),
    }


@bp.post(f"/enterprises/<{parameters.ID}:enterprise_id>/contact")
@requires(Permission.CONTACTS_READ)
@bp.input(bodies.Nothing, location="json", arg_name="nothing")
@bp.output(schemas.Contact)
def reveal_contact(enterprise_id: int, nothing: bodies.Nothing) -> Response:
    """The contact with the whole number; that somebody looked is written down."""
    me = actor(Permission.CONTACTS_READ)

    def work(session: Session) -> Done:
        name, phone = reads.reveal_contact(session, enterprise_id, actor=me)
        return Done({"name": name, "phone": phone})

    return write(work)


@bp.get("/owners")
@requires(Permission.OWNERS_LOOK_UP)
@bp.input(bodies.OwnersQuery, location="query", arg_name="query")
@bp.output(office.Owners)
def find_owners(query: bodies.OwnersQuery) -> Response:
    """Which grid, who, and the work phone, also for what is not mine; never the enterprise's contact."""
    words = (query.q or "").strip()
    code = words.upper() if uscc_is_valid(words.upper()) else None
    own = auth.scope(Permission.CASES_READ)
    found = reads.find_owners(
        requests.session(),
        scope=own,
        uscc=code,
        name=None if code else words or None,
        lon=query.lon,
        lat=query.lat,
    )
    return private({"results": [shown.owner_json(one) for one in found]})


@bp.get("/cases/waiting")
@requires(Permission.CASES_DIRECT)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(schemas.Waiting)
def list_waiting(query: parameters.Query) -> Response:
    """What waits for a cadre: ends to verify, pauses, disputes, lapsed claims, overdue and unheld cases."""
    me = actor(Permission.CASES_DIRECT)
    waiting = reads.list_waiting(requests.session(), scope=me.scope, user_id=me.user_id)
    return private(shown.waiting_json(waiting, me.scope))


@bp.get("/cases/assignees")
@requires(Permission.CASES_DIRECT)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(office.Assignees)
def list_assignees(query: parameters.Query) -> Response:
    """Liaisons and cadres who can be given work, with how much they have in hand."""
    found = reads.list_assignees(requests.session(), scope=auth.scope(Permission.CASES_DIRECT))
    return private({"people": [shown.assignee_json(one) for one in found]})


@bp.get("/calendar")
@requires(Permission.SETTINGS_READ)
@bp.input(bodies.CalendarQuery, location="query", arg_name="query")
@bp.output(office.CalendarYear)
def list_days(query: bodies.CalendarQuery) -> Response:
    """The working days and holidays of a year, make-up days included."""
    days = reads.list_days(requests.session(), query.year)
    return private({"year": query.year, "days": [_day(day) for day in days]})


@bp.put("/calendar/<string(length=10):on>")
@requires(Permission.SETTINGS_WRITE)
@bp.input(bodies.CalendarChange, location="json", arg_name="wanted")
@bp.output(office.CalendarAnswer)
def set_day(on: str, wanted: bodies.CalendarChange) -> Response:
    """Say whether offices work on a day; all running clocks are counted again."""
    day, version, by = _read_day(on), expected_version(), auth.me().login

    def work(session: Session) -> Done:
        saved = working_calendar.set_day(
            session, day, is_workday=wanted.is_workday, name=wanted.name, based_on=version, by=by
        )
        return Done({"day": _day(saved)})

    return write(work)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("calendar_day_not_found", date=text) from None


def _day(day: Any) -> dict[str, Any]:
    return {
        "date": day.on_date.isoformat(),
        "is_workday": day.is_workday,
        "is_announced": day.is_announced,
        "name": day.name,
        "source": day.source,
        "version": day.version,
    }
