"""``/reports``: what the public told about the stations one looks after, and the answers."""

from flask import Blueprint, Response, request

from geodata.assignment.offices import read_offices
from geodata.queries.reports import count_open, list_reports
from geodata.rules.reports import NOTE_LENGTH
from geodata.vocab import ReportStatus
from webmap import auth, requests
from webmap.pages import layout
from webmap.permissions import Permission, requires

bp = Blueprint("reports", __name__)

SHOWN = 50
_MAX_ID = 2**53 - 1


@bp.get("/reports")
@requires(Permission.REPORTS_READ)
def show_reports() -> Response:
    """Those that wait first; the answered ones behind a choice."""
    session = requests.session()
    scope = auth.scope(Permission.REPORTS_READ)
    shown = request.args.get("show")
    status = shown if shown in set(ReportStatus) else None if shown == "all" else ReportStatus.OPEN
    after = request.args.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and int(after) <= _MAX_ID else None
    found = list_reports(session, scope, status=status, after=before, limit=SHOWN + 1)
    mine = auth.scope(Permission.REPORTS_ANSWER)
    answerable = {each.id for each in list_reports(session, mine, status=status, after=before, limit=SHOWN)}
    return layout.render(
        "find/reports.html",
        title_key="reports.title",
        tab="reports",
        reports=found[:SHOWN],
        next=found[SHOWN - 1].id if len(found) > SHOWN else None,
        answerable=answerable,
        waiting=count_open(session, scope),
        show=status or "all",
        statuses=[status for status in ReportStatus if status != ReportStatus.OPEN],
        note_length=NOTE_LENGTH,
    )


@bp.get("/union-offices")
@requires(Permission.OFFICES_WRITE)
def show_offices() -> Response:
    """The offices that the public may ask, to add and to change."""
    offices = read_offices(requests.session(), auth.scope(Permission.OFFICES_WRITE))
    return layout.render("find/offices.html", title_key="offices.title", tab="settings", offices=offices)
