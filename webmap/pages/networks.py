"""Street networks: the versions by county with a form for a new one, and one with its report on a map."""

from typing import Any

from flask import Blueprint, Response

from geodata.errors import NotFound
from geodata.queries import jobs as stored_jobs
from geodata.queries import networks as stored
from geodata.vocab import JobKind, NetworkStatus
from webmap import auth, requests
from webmap.i18n import has_key, translate
from webmap.job_words import to_json
from webmap.pages import layout
from webmap.pages.choices import list_my_counties
from webmap.pages.jobs import MAX_ID, PAGE
from webmap.permissions import Permission, requires

bp = Blueprint("networks_page", __name__)


@bp.get("/networks")
@requires(Permission.NETWORKS_WRITE)
def show_networks() -> Response:
    """The versions of my counties; below, the files that are being read."""
    session = requests.session()
    scope = auth.scope(Permission.NETWORKS_WRITE)
    rows = stored_jobs.list_jobs(session, user_id=auth.me().user_id, kinds=[JobKind.NETWORK_LOAD], limit=PAGE)
    return layout.render(
        "networks/networks.html",
        title_key="networks.title",
        tab="imports",
        networks=stored.list_versions(session, counties=None if scope.everything else scope.county_codes),
        counties=list_my_counties(Permission.NETWORKS_WRITE),
        jobs=[to_json(job) for job in rows],
    )


@bp.get("/networks/<int:network_id>")
@requires(Permission.NETWORKS_WRITE)
def show_network(network_id: int) -> Response:
    """One version: whose data, how much of what, what was found, and the next step."""
    session = requests.session()
    version = stored.find_version(session, min(network_id, MAX_ID))
    scope = auth.scope(Permission.NETWORKS_WRITE)
    if version is None or not scope.has_county(version.county_code):
        raise NotFound("network_not_found", id=network_id)
    report = version.report
    pieces, almost = report.get("pieces", {}), report.get("almost", {})
    used = stored.in_use(session, version.county_code)
    return layout.render(
        "networks/network.html",
        title_key="networks.title",
        tab="imports",
        network=version,
        report=report,
        pieces=pieces,
        pieces_shown=_numbered(pieces.get("shown", ()), 1),
        almost=almost,
        almost_shown=_numbered(almost.get("shown", ()), 1 + len(pieces.get("shown", ()))),
        findings=[_finding(finding) for finding in report.get("findings", ())],
        classes=_by_size(report.get("classes", {})),
        left_out=_by_size(report.get("left_out", {})),
        class_label=_class_label,
        replaces=used if used is not None and used.id != version.id else None,
        is_in_use=version.status == NetworkStatus.IN_USE,
    )


def _numbered(places: Any, first: int) -> list[dict[str, Any]]:
    return [{**place, "number": number} for number, place in enumerate(places, start=first)]


def _by_size(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _class_label(road_class: str) -> str:
    """A kind of way for people; a rare one by OpenStreetMap's own word."""
    key = f"road_class.{road_class}"
    return translate(requests.locale(), key) if has_key(key) else road_class


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    words = {"value": finding["value"] or "—", **finding["params"]}
    return {**finding, "sentence": translate(requests.locale(), f"error.{finding['code']}", **words)}
