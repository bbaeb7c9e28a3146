"""Boundary versions: the list by county, and one with its drawing, its findings and what it would move."""

from typing import Any

from flask import Blueprint, Response

from geodata.boundaries.service import today
from geodata.errors import NotFound
from geodata.queries import boundaries as versions
from geodata.queries import boundary_pages
from geodata.queries import jobs as stored
from geodata.rules.jobs import is_open
from geodata.vocab import JobKind, VersionStatus
from webmap import auth, requests
from webmap.i18n import translate
from webmap.job_words import to_json
from webmap.pages import layout
from webmap.permissions import Permission, requires

bp = Blueprint("boundaries_page", __name__)

_MAX_ID = 2**53 - 1
_AHEAD = frozenset(
    {VersionStatus.DRAFT, VersionStatus.INVALID, VersionStatus.CHECKED, VersionStatus.APPROVED}
)
SHOWN_NAMES = 5


@bp.get("/boundaries")
@requires(Permission.BOUNDARIES_READ)
def show_boundaries() -> Response:
    """All versions of my counties, those ahead first."""
    scope = auth.scope(Permission.BOUNDARIES_READ)
    rows = [row for row in versions.list_versions(requests.session()) if scope.has_county(row.county_code)]
    rows.sort(key=lambda row: row.status not in _AHEAD)
    return layout.render(
        "boundaries/boundaries.html", title_key="boundaries.title", tab="boundaries", versions=rows
    )


@bp.get("/boundaries/<int:version_id>")
@requires(Permission.BOUNDARIES_READ)
def show_boundary(version_id: int) -> Response:
    """One version: what is wrong, what moves, and the next step for whom it is."""
    session = requests.session()
    version = boundary_pages.find_version(session, min(version_id, _MAX_ID))
    scope = auth.scope(Permission.BOUNDARIES_READ)
    if version is None or not scope.has_county(version.county_code):
        raise NotFound("boundary_version_not_found", id=version_id)
    subject = f"boundary_version:{version.id}"
    checked = stored.find_newest_done(session, JobKind.BOUNDARY_CHECK, subject)
    return layout.render(
        "boundaries/boundary.html",
        title_key="boundaries.title",
        tab="boundaries",
        version=version,
        findings=[_finding(number, each) for number, each in enumerate(version.findings, start=1)],
        moves=_moves(checked.result if checked is not None else None),
        checked_on=None if checked is None else checked.finished_at,
        vanishing=boundary_pages.list_vanishing(session, version.id) if version.status in _AHEAD else [],
        job=_running(subject),
        makers=versions.list_makers(session, version.id, version.created_by),
        is_ahead=version.status in _AHEAD,
        today=today(session),
    )


def _running(subject: str) -> dict[str, Any] | None:
    """My job about this version that still runs, or the last one if it failed."""
    newest = [
        job
        for kind in (JobKind.BOUNDARY_CHECK, JobKind.BOUNDARY_ACTIVATE)
        if (job := stored.find_newest(requests.session(), kind, subject)) is not None
        and job.user_id == auth.me().user_id
    ]
    if not newest:
        return None
    last = max(newest, key=lambda job: job.id)
    return to_json(last) if is_open(last.state) or last.error_code else None


def _finding(number: int, finding: dict[str, Any]) -> dict[str, Any]:
    place = finding.get("place")
    lon, lat = place or ("—", "—")
    area, width = finding.get("area_m2"), finding.get("width_m")
    words = {
        "grids": "、".join(finding.get("grid_codes", ())) or "—",
        "area_m2": "—" if area is None else f"{area:,.1f}",
        "width_m": "—" if width is None else f"{width:,.2f}",
        "lon": lon,
        "lat": lat,
    }
    words |= {name: "—" if value is None else value for name, value in finding.get("params", {}).items()}
    return {
        "number": number,
        "is_blocking": finding["severity"] == "blocking",
        "sentence": translate(requests.locale(), f"finding.{finding['code']}", **words),
        "place": place,
        "has_shape": "geometry" in finding,
    }


def _moves(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the last check found would move, with the names of a few enterprises of each pair."""
    if result is None or result["moved"] is None:
        return None
    shown = [number for move in result["moves"] for number in move["enterprise_ids"][:SHOWN_NAMES]]
    names = boundary_pages.name_enterprises(requests.session(), shown)
    rows = [
        {**move, "names": [names[n] for n in move["enterprise_ids"][:SHOWN_NAMES] if n in names]}
        for move in result["moves"]
    ]
    return {**result, "moves": rows}
