"""The main job: demo into an empty database, everything assigned, coverage computed, one summary."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.assignment.service import assign_enterprises
from geodata.boundaries.service import activate_due
from geodata.coverage.service import CoverageQuestion, answer_question, store_answer
from geodata.db import Progress, transaction
from geodata.demo.accounts import has_accounts, set_passwords
from geodata.demo.cases import add_demo_work
from geodata.demo.futian import load_futian
from geodata.demo.service import is_empty, load_demo
from geodata.queries import coverage as coverage_queries
from geodata.queries import networks
from geodata.queries.counts import count_all
from geodata.queries.map_choices import has_invented_rows
from geodata.queries.state import fold
from geodata.queries.tile_tables import refresh
from geodata.vocab import Measure
from webmap.i18n import LOCALES, translate

ASSESSED_MINUTES = (15 * 60, 22 * 60)
"""考核时点 ⚙: the working-day hours that official figures name."""


def do_main_job(
    engine: sa.Engine, *, progress: Progress, passwords: Callable[[], Mapping[str, str]] | None = None
) -> dict[str, Any]:
    """Bring a migrated database to the state the map shows, and say what that is.

    Each part is a transaction of its own and changes nothing when nothing is to be done, so a run
    that was killed goes on where it stopped.

    Args:
        engine: on the database.
        progress: told of each stage.
        passwords: makes or reads those of the demonstration's accounts by login, asked only where there are
            such accounts; without it nobody signs in with them.

    Returns:
        Counts of stations, grids and enterprises, whether any row is invented, the assignment counts
        (which add up to the enterprises), people by coverage state for each rule and assessed hour,
        ``along_streets`` beside the straight line for each county with a street network, and the
        demonstration's accounts with their passwords.
    """
    started = perf_counter()
    with transaction(engine) as session:
        if is_empty(session):
            load_demo(session, progress=progress)
            load_futian(session, progress=progress)
    with transaction(engine) as session:
        activate_due(session, by="scripts/run", progress=progress)
        assigned = assign_enterprises(session, progress=progress)
        refresh(session, progress=progress)
        fold(session)
    with transaction(engine) as session:
        if has_invented_rows(session) and add_demo_work(session):
            refresh(session, progress=progress)
    with transaction(engine) as session:
        coverage = {rule: _cover(session, rule) for rule in coverage_queries.straight_rule_codes(session)}
        both = [row for county in networks.counties_in_use(session) for row in _compare(session, county)]
        counts = count_all(session)
        demo_data = has_invented_rows(session)
        given = passwords() if passwords and demo_data and has_accounts(session) else {}
        names = set_passwords(session, given, by="scripts/run")
    figures = asdict(assigned)
    return {
        **counts,
        "demo_data": demo_data,
        "assigned": figures["assigned"],
        "by_method": figures["by_method"],
        "review": figures["review"],
        "fallback": figures["fallback"],
        "out_of_county": figures["out_of_county"],
        "not_on_map": figures["not_on_map"],
        "coverage": coverage,
        "along_streets": both,
        "accounts": [
            {"login": login, "name": name, "password": given[login]} for login, name in names.items()
        ],
        "seconds": round(perf_counter() - started, 2),
    }


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _cover(session: Session, rule: str) -> dict[str, Any]:
    """People by state under one rule: at the first assessed hour, and ``by_hour`` at each of them.

    The answers are stored.
    """
    by_hour = {}
    figures: dict[str, Any] = {}
    for minute in ASSESSED_MINUTES:
        figures = _figures(session, CoverageQuestion(None, rule, minute=minute, as_of=_today()))
        by_hour[_clock(minute)] = _people(figures)
    hour, main = next(iter(by_hour.items()))
    labels = {name: figures["rule"][name] for name in ("label_zh", "label_en")}
    return {**labels, "day": "workday", "hour": hour, **main, "by_hour": by_hour}


def _compare(session: Session, county: str) -> Iterator[dict[str, Any]]:
    """People by state in one county at each assessed hour, by the straight line and along its streets."""
    for minute in ASSESSED_MINUTES:
        question = CoverageQuestion(county, minute=minute, as_of=_today())
        straight = _figures(session, question)
        streets = _figures(session, replace(question, measure=Measure.STREETS))
        yield {
            "county": county,
            "name": straight["by_county"][0]["name"],
            "hour": _clock(minute),
            **{name: straight["rule"][name] for name in ("label_zh", "label_en")},
            str(Measure.STRAIGHT_LINE): _people(straight),
            str(Measure.STREETS): _people(streets),
        }


def _figures(session: Session, question: CoverageQuestion) -> dict[str, Any]:
    answer = answer_question(session, question)
    store_answer(session, answer)
    return answer.to_json()


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:00"


def _people(figures: dict[str, Any]) -> dict[str, int]:
    people = figures["people"]
    return {
        "people": people["total"],
        "covered": people["covered"],
        "cross_covered": people["cross"],
        "unknown": people["unknown"],
        "not_covered": people["not_covered"],
    }


def sentences(summary: dict[str, Any], locale: str = LOCALES[0]) -> Iterator[str]:
    """The summary for a person, a line at a time; counts first, then who is covered."""
    if summary["demo_data"]:
        yield translate(locale, "cli.demo_data")
    yield translate(locale, "run.counts", **summary)
    yield translate(locale, "run.assigned", **summary)
    yield translate(locale, "run.doubtful", **summary)
    for rule in summary["coverage"].values():
        for hour, people in rule["by_hour"].items():
            label = rule[f"label_{locale}"]
            yield translate(locale, "run.covered", rule=label, hour=hour, share=_share(people), **people)
    for row in summary["along_streets"]:
        words = {"name": row["name"], "hour": row["hour"], "rule": row[f"label_{locale}"]}
        straight, streets = row[str(Measure.STRAIGHT_LINE)], row[str(Measure.STREETS)]
        shares = {"straight": _share(straight), "streets": _share(streets)}
        yield translate(locale, "run.along_streets", **words, **shares, **streets)
    if summary["accounts"]:
        yield translate(locale, "run.accounts")
    for account in summary["accounts"]:
        yield f"  {account['login']:<16}{account['password']:<16}{account['name']}"


def _share(people: Mapping[str, int]) -> str:
    return f"{people['covered'] / people['people']:.1%}" if people["people"] else "–"
