"""Reports of the public: one tap without an account, and the answers of who looks after the station."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from geodata.queries.reports import ListedReport, list_reports
from geodata.rules.reports import NOTE_LENGTH
from geodata.stations.reports import add_report, answer_report
from geodata.vocab import ReportKind, ReportStatus
from webmap import auth, requests
from webmap.api.parameters import ID, MAX_LIMIT, TEXT_PATTERN, LastId, Limit, Query
from webmap.permissions import Permission, requires
from webmap.writes import Done, expected_version, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = APIBlueprint("reports_api", __name__, url_prefix="/api/v1", tag="reports")

Note = Annotated[str, Field(max_length=NOTE_LENGTH)]


class NewReport(BaseModel):
    """What somebody at a door tells. Nothing about themselves: a number in the note is refused."""

    model_config = ConfigDict(extra="forbid")

    station: Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT_PATTERN)]
    kind: ReportKind
    item: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] | None = None
    note: Note | None = None


class TakenReport(BaseModel):
    """The report was taken."""

    id: int
    station: str


class ReportAnswer(BaseModel):
    """What became of a report, and what to tell the public about it."""

    model_config = ConfigDict(extra="forbid")

    status: ReportStatus
    note: Note | None = None


class Report(BaseModel):
    """A report for who may read it."""

    id: int
    station: str
    station_name: str
    county: str | None
    kind: ReportKind
    item: str | None
    note: str | None
    reported_at: datetime
    on: date
    status: ReportStatus
    answered_at: datetime | None
    answered_by: str | None
    answer_note: str | None
    open_that_day: int = Field(description="Reports of this station and day that wait for an answer.")
    version: int


class ReportPage(BaseModel):
    """Reports, newest first; `next` is the `after` of the next page."""

    limit: int
    next: int | None
    reports: list[Report]


class ReportsQuery(Query):
    """Filters of reports."""

    limit: Limit = Field(100, description="Reports in one answer.")
    after: LastId | None = Field(None, description="Go on below this id: the answer's `next`.")
    status: ReportStatus | None = None
    station: Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT_PATTERN)] | None = None


@bp.post("/reports")
@requires(Permission.REPORT_CREATE)
@bp.input(NewReport, location="json", arg_name="report")
@bp.output(TakenReport, status_code=201)
def create_report(report: NewReport) -> Response:
    """Tell that a door is locked, a service missing, a place wrong. No account, no telephone number."""
    address = request.remote_addr or "-"

    def work(session: Session) -> Done:
        told = add_report(
            session,
            station_code=report.station,
            kind=report.kind,
            item_code=report.item,
            note=report.note,
            address=address,
        )
        return Done({"id": told.id, "station": told.station_code}, 201)

    return write(work, creates=True)


@bp.get("/reports")
@requires(Permission.REPORTS_READ)
@bp.input(ReportsQuery, location="query", arg_name="query")
@bp.output(ReportPage)
def get_reports(query: ReportsQuery) -> Response:
    """Reports about the stations one looks after, newest first."""
    found = list_reports(
        requests.session(),
        auth.scope(Permission.REPORTS_READ),
        status=query.status,
        station_code=query.station,
        after=query.after,
        limit=min(query.limit, MAX_LIMIT) + 1,
    )
    shown = found[: query.limit]
    response = requests.json_response(
        {
            "limit": query.limit,
            "next": shown[-1].id if len(found) > len(shown) else None,
            "reports": [to_json(each) for each in shown],
        }
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.put(f"/reports/<{ID}:report_id>/answer")
@requires(Permission.REPORTS_ANSWER)
@bp.input(ReportAnswer, location="json", arg_name="wanted")
@bp.output(Report)
def put_answer(report_id: int, wanted: ReportAnswer) -> Response:
    """Say what became of a report. Needs `If-Match` with its version."""
    version = expected_version()

    def work(session: Session) -> Done:
        answered = answer_report(
            session,
            report_id,
            scope=auth.scope(Permission.REPORTS_ANSWER),
            version=version,
            status=wanted.status,
            note=wanted.note,
            by=auth.me().login,
        )
        return Done(to_json(answered))

    return write(work)


def to_json(report: ListedReport) -> dict[str, Any]:
    """A report without anything about its sender."""
    return {
        "id": report.id,
        "station": report.station_code,
        "station_name": report.station_name,
        "county": report.county_code,
        "kind": report.kind,
        "item": report.item_code,
        "note": report.note,
        "reported_at": report.reported_at.isoformat(),
        "on": report.on_date.isoformat(),
        "status": report.status,
        "answered_at": report.answered_at and report.answered_at.isoformat(),
        "answered_by": report.answered_by,
        "answer_note": report.answer_note,
        "open_that_day": report.open_that_day,
        "version": report.version,
    }
