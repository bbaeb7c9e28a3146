"""Who reaches an open station within ten minutes: computed on asking, never written."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import Response

from geodata.coverage.question import SUBJECTS
from geodata.coverage.service import CoverageAnswer, answer_question, load_answer
from geodata.queries.coverage import list_rules, list_services
from geodata.queries.map_choices import read_networks_in_use
from geodata.queries.state import data_version
from webmap import auth, requests, week_answers
from webmap.api import coverage_schemas, parameters
from webmap.api.answers import JSON, answer, json_text, revalidated
from webmap.memory import Memory
from webmap.permissions import Permission, requires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


bp = APIBlueprint("coverage", __name__, url_prefix="/api/v1", tag="coverage")

_RULE_FIELDS = (
    "code",
    "label_zh",
    "label_en",
    "basis_zh",
    "basis_en",
    "speed_mps",
    "straight_limit_m",
    "street_limit_s",
    "is_default",
)
_COUNTED = frozenset({"enterprises", "unorganized"})
_MEMORY_BYTES = 32 * 1024 * 1024
_GZIP_LEVEL = 5
_memory = Memory(_MEMORY_BYTES)


@bp.get("/coverage")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.CoverageQuery, location="query", arg_name="query")
@bp.output(coverage_schemas.CoverageAnswer)
def get_coverage(query: parameters.CoverageQuery) -> Response:
    """Shares, gaps and stations of one question, official figures by the county's own stations."""
    question = parameters.coverage_question(query)
    session = requests.session()
    version = data_version(session, SUBJECTS)
    counts, plans = _may_count(question.county_code), _may_plan(question.county_code)
    key = (str(requests.engine().url), question, counts, plans, version)

    def compute() -> bytes:
        given = answer_question(session, question)
        preflight = week_answers.preflight_summary(question) if plans else None
        text = _told(given, counts=counts, preflight=preflight)
        return gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0)

    return revalidated((version, question.as_of), lambda: _unpacked(_memory.get(key, compute)))


def _unpacked(zipped: bytes) -> Response:
    if requests.takes_gzip():
        return Response(zipped, content_type=JSON, headers={"Content-Encoding": "gzip"})
    return Response(gzip.decompress(zipped), content_type=JSON)


@bp.get(f"/coverage/runs/<{parameters.ID}:run_id>")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(coverage_schemas.CoverageAnswer)
def get_run(run_id: int, query: parameters.Query) -> Response:
    """A stored answer exactly as it was given; it never changes."""

    def read(session: Session) -> str:
        stored = load_answer(session, run_id)
        return _told(stored, counts=_may_count(stored.question.county_code))

    return answer((), read)


def _may_count(county: str | None) -> bool:
    """Whether the reader may see how many enterprises there are, in one county or in all."""
    scope = auth.scope(Permission.COUNTS_READ)
    return scope.everything if county is None else scope.has_county(county)


def _may_plan(county: str | None) -> bool:
    """Whether the reader is told what to mend in a county before its figures are believed."""
    return county is not None and auth.scope(Permission.PLANS_READ).has_county(county)


def _told(given: CoverageAnswer, *, counts: bool, preflight: dict[str, Any] | None = None) -> str:
    """The answer as JSON; without ``counts`` nothing in it tells of enterprises."""
    body = given.to_json() | {"preflight": preflight}
    if not counts:
        body["enterprises"] = None
        body["states"] = {**body["states"], "enterprises": None}
        for zones in ("by_county", "by_town", "by_grid", "by_area"):
            body[zones] = [{name: row[name] for name in row if name not in _COUNTED} for row in body[zones]]
    return json_text(body)


@bp.get("/rules")
@requires(Permission.COVERAGE_READ)
@bp.input(parameters.Query, location="query", arg_name="query")
@bp.output(coverage_schemas.Rules)
def get_rules(query: parameters.Query) -> Response:
    """What "within ten minutes" can mean, the services one can ask for, and where streets are walked."""

    def read(session: Session) -> str:
        rules = [{name: getattr(rule, name) for name in _RULE_FIELDS} for rule in list_rules(session)]
        networks = [
            {
                "county": county,
                "label": used.label,
                "used_since": used.used_since.isoformat() if used.used_since else None,
                "credit": used.credit,
            }
            for county, used in read_networks_in_use(session).items()
        ]
        services = list(list_services(session).values())
        return json_text({"rules": rules, "services": services, "networks": networks})

    return answer({"rules", "networks", "streets"}, read)
