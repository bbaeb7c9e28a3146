"""``/preflight`` 体检: what the figures of a county cannot use or should not trust, and where to mend it."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from geodata.coverage.question import DEFAULT_RULE, CoverageQuestion, today
from geodata.queries.coverage import list_rules
from geodata.queries.networks import counties_in_use
from geodata.rules.preflight import Weight
from geodata.vocab import Measure
from webmap import requests, week_answers
from webmap.pages import layout
from webmap.pages.choices import list_my_counties, own_county
from webmap.permissions import Permission, requires
from webmap.preflight_words import put_in_words

bp = Blueprint("preflight_page", __name__)


@bp.get("/preflight")
@requires(Permission.PLANS_READ)
def show_preflight() -> Response:
    """One of my counties by a rule and a measure; what cannot be asked falls back to what can."""
    session = requests.session()
    counties = list_my_counties(Permission.PLANS_READ)
    asked = request.args
    wanted = asked.get("county", "") or own_county()
    codes = [code for code, _ in counties]
    county = wanted if wanted in codes else next(iter(codes), "")
    rules = list(list_rules(session))
    rule = next((each for each in rules if each.code == asked.get("rule", DEFAULT_RULE)), rules[0])
    measures = [
        measure
        for measure, is_open in (
            (Measure.STREETS, rule.street_limit_s is not None and county in counties_in_use(session)),
            (Measure.STRAIGHT_LINE, rule.straight_limit_m is not None),
        )
        if is_open
    ]
    if not measures or not county:
        return layout.render(
            "preflight/preflight.html",
            title_key="preflight.title",
            tab="preflight",
            preflight=None,
            county=county,
            counties=counties,
            rules=rules,
            rule=rule,
        )
    measure = next((each for each in measures if each == asked.get("measure")), measures[0])
    question = CoverageQuestion(county, rule.code, as_of=_day(asked.get("as_of")), measure=measure)
    found = put_in_words(session, week_answers.unpack(week_answers.preflight_of(question)), county)
    reason = asked.get("reason", "")
    return layout.render(
        "preflight/preflight.html",
        title_key="preflight.title",
        tab="preflight",
        preflight=found,
        county=county,
        counties=counties,
        rules=rules,
        rule=rule,
        measures=measures,
        measure=measure,
        as_of=question.as_of,
        groups=_groups(found, reason),
        reason=reason,
        link=_linker(county, rule.code, measure, question.as_of),
    )


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return today()


def _groups(found: dict[str, Any], reason: str) -> list[dict[str, Any]]:
    """Unusable, doubtful, left out by rule: how many of each reason, and the findings listed."""
    groups = []
    for weight in Weight:
        listed = [each for each in found["findings"] if each["group"] == weight]
        groups.append(
            {
                "key": str(weight),
                "counts": [each for each in found["counts"] if each["group"] == weight],
                "findings": [each for each in listed if reason in {"", each["reason"]}],
            }
        )
    return groups


def _linker(county: str, rule: str, measure: Measure, as_of: date) -> Any:
    base = f"/preflight?county={county}&rule={rule}&measure={measure}&as_of={as_of.isoformat()}"
    return lambda reason="": base + (f"&reason={reason}" if reason else "")
