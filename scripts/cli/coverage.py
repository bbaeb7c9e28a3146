"""``tenmin coverage``: who is covered at a day and hour, over the day, and where the gaps are."""

import math
import re
from collections import Counter
from datetime import datetime
from typing import Any

import click

from geodata.coverage.question import DEFAULT_RULE, today
from geodata.coverage.service import CoverageQuestion, answer_question, as_stored, load_answer, store_answer
from geodata.queries.coverage import list_runs
from geodata.vocab import DayType, Measure
from scripts.cli.console import Console, command

SHOWN_GAPS = 10
RANGE_ABOVE_PERCENT = 20.0
"""More unknown than this and a single figure would mislead: a range is said instead."""

_BARS = " ▁▂▃▄▅▆▇█"
_ANY = "any"
_Answer = dict[str, Any]


@click.command()
@click.option("--county", help="Six-digit county code; every county when left out.")
@click.option("--rule", default=DEFAULT_RULE, show_default=True, help="Code of a coverage rule.")
@click.option(
    "--day", type=click.Choice([str(day) for day in DayType]), default=str(DayType.WORKDAY), show_default=True
)
@click.option(
    "--measure",
    type=click.Choice([str(measure) for measure in Measure]),
    default=str(Measure.STRAIGHT_LINE),
    show_default=True,
    help="Straight line, or along the street network in use in --county.",
)
@click.option("--time", "clock", default="15:00", show_default=True, help='HH:MM, or "any".')
@click.option("--service", "services", multiple=True, help="A service that must work; may be repeated.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Closures and boundaries of that date; today when left out.",
)
@click.option("--store", is_flag=True, help="Keep the answer with its inputs.")
@click.option("--run", "run_id", type=int, help="Show a stored answer again; all else is ignored.")
@click.option("--stored", is_flag=True, help="List the latest stored answers (of --county) by number.")
@command
def coverage(console: Console, *, store: bool, run_id: int | None, stored: bool, **asked: Any) -> None:
    """Say how many outdoor workers reach an open station, hour by hour, and list the gaps."""
    if stored:
        _list_stored(console, asked["county"])
        return
    question = _read_question(**asked)
    with console.transaction() as session:
        if run_id is not None:
            answer = load_answer(session, run_id)
        else:
            answer = answer_question(session, question)
            answer = as_stored(answer, store_answer(session, answer)) if store else answer
    figures = answer.to_json()
    for line in _lines(console, figures):
        console.print(line)
    console.result(figures)


def _list_stored(console: Console, county: str | None) -> None:
    with console.transaction() as session:
        runs = list_runs(session, county_code=county)
    for run in runs:
        day = console.say(f"day_type.{run['day_type']}")
        clock = console.say("coverage.any_time") if run["minute"] is None else _clock(run["minute"])
        words = {"county": run["county_code"] or "—", "day": day, "clock": clock, "rule": run["rule_code"]}
        console.print(console.say("coverage.stored_run", **{**run, **words}))
    console.result({"runs": runs})


def _read_question(
    *,
    county: str | None,
    rule: str,
    day: str,
    measure: str,
    clock: str,
    services: tuple[str, ...],
    as_of: datetime | None,
) -> CoverageQuestion:
    return CoverageQuestion(
        county_code=county,
        rule_code=rule,
        day_type=DayType(day),
        minute=_read_minute(clock),
        services=services,
        as_of=as_of.date() if as_of else today(),
        measure=Measure(measure),
    )


def _read_minute(clock: str) -> int | None:
    if clock == _ANY:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", clock)
    if not found:
        raise click.UsageError(f"not a time of day: {clock}")
    return 60 * int(found[1]) + int(found[2])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _lines(console: Console, answer: _Answer) -> list[str]:
    zh = console.locale == "zh"
    basis = answer["rule"]["basis_zh" if zh else "basis_en"]
    lines = [_sentence(console, answer), console.say("coverage.basis", basis=basis)]
    lines += _remarks(console, answer)
    lines += ["", console.say("coverage.hours_title"), *_curve(answer)]
    lines += [
        "",
        console.say(
            "coverage.gaps_title", gaps=len(answer["gaps"]), people=f"{answer['gaps_total']['people']:,}"
        ),
    ]
    for gap in answer["gaps"][:SHOWN_GAPS]:
        lines += _gap(console, gap)
    return lines + _left_out(console, answer)


def _sentence(console: Console, answer: _Answer) -> str:
    """The one sentence; a range instead of a figure when much is unknown, no figure without people."""
    people, unknown = answer["people"], answer["parts"][2]["percent"]
    if not people["total"]:
        return console.say("coverage.sentence_nobody", place=_place(console, answer))
    key = "coverage.sentence_range" if unknown > RANGE_ABOVE_PERCENT else "coverage.sentence"
    words = {
        "place": _place(console, answer),
        "moment": _moment(console, answer["question"]),
        "rule": answer["rule"]["label_zh" if console.locale == "zh" else "label_en"],
        "within": _within(console, answer),
        "services": _services(console, answer["services"]),
        "share": answer["share"],
        "low": answer["share_low"],
        "high": answer["share_high"],
        "covered": f"{people['covered']:,}",
        "total": f"{people['total']:,}",
        "cross": answer["parts"][0]["percent"],
        "unknown": unknown,
    }
    return console.say(key, **words)


def _within(console: Console, answer: _Answer) -> str:
    """The limit in the words of the measure."""
    if answer["engine"] == Measure.STREETS:
        return console.say("coverage.within_streets", limit=f"{answer['rule']['street_limit_s']:g}")
    return console.say("coverage.within_straight", limit=f"{answer['rule']['straight_limit_m']:g}")


def _place(console: Console, answer: _Answer) -> str:
    named = [row["name"] for row in answer["by_county"] if row["people"] and row["code"]]
    return named[0] if len(named) == 1 else console.say("coverage.counties", count=len(named))


def _moment(console: Console, question: _Answer) -> str:
    if question["minute"] is None:
        return f"{console.say('coverage.any_hour')} [{console.say('coverage.wide')}]"
    day = console.say(f"day_type.{question['day']}")
    return console.say("coverage.moment", day=day, time=_clock(question["minute"]))


def _services(console: Console, services: list[_Answer]) -> str:
    if not services:
        return console.say("coverage.any_service")
    zh = console.locale == "zh"
    return ("、" if zh else ", ").join(each["name_zh" if zh else "name_en"] for each in services)


def _remarks(console: Console, answer: _Answer) -> list[str]:
    lines = []
    if answer["people"]["shut_only"]:
        lines.append(console.say("coverage.shut_only", people=f"{answer['people']['shut_only']:,}"))
    if answer["places"]["not_located"]:
        lines.append(console.say("coverage.not_located", count=answer["places"]["not_located"]))
    if answer.get("unplaced", {}).get("places"):
        told = answer["unplaced"]
        lines.append(console.say("coverage.unplaced", count=told["places"], people=f"{told['people']:,}"))
    if not any(station["state"] == "open" for station in answer["stations"]):
        lines.append(console.say("coverage.none_open"))
        lines += _next_open(console, answer)
    if answer["run_id"] is not None:
        lines.append(console.say("coverage.stored", run=answer["run_id"]))
    return lines


def _next_open(console: Console, answer: _Answer) -> list[str]:
    asked = answer["question"]["minute"] or 0
    ahead = sorted(answer["hours"], key=lambda hour: (60 * hour["hour"] - asked - 1) % 1440)
    first = next((hour for hour in ahead if hour["covered"]), None)
    return [console.say("coverage.next_open", time=_clock(60 * first["hour"]))] if first else []


def _curve(answer: _Answer) -> list[str]:
    """24 bars with the figures of every sixth hour below."""
    shares = [hour["share"] or 0.0 for hour in answer["hours"]]
    bars = "  ".join(_BARS[round(share / 100 * (len(_BARS) - 1))] for share in shares)
    marks = "".join(f"{_clock(60 * hour)} {shares[hour]:>5}%".ljust(18) for hour in range(0, 24, 6))
    return [bars, marks.rstrip()]


def _gap(console: Console, gap: _Answer) -> list[str]:
    grid = f"{gap['grid_name']} {gap['grid_code']}".strip() or console.say("coverage.outside_grids")
    words = {"rank": gap["rank"], "grid": grid, "places": gap["places"], "people": f"{gap['people']:,}"}
    lines = [console.say("coverage.gap", **words, remedy=console.say(f"remedy.{gap['remedy']}"))]
    shut, nearest = gap["shut_station"], gap["nearest_open"]
    if shut:
        lines.append(
            "   "
            + console.say(f"coverage.gap_{shut['why']}", name=shut["name"], people=f"{shut['people']:,}")
        )
    if nearest:
        lines.append("   " + _nearest(console, nearest))
    return lines


def _nearest(console: Console, nearest: _Answer) -> str:
    if nearest.get("seconds") is None:
        return console.say("coverage.gap_nearest", metres=f"{nearest['distance_m']:,.0f}")
    return console.say("coverage.gap_nearest_streets", minutes=math.ceil(nearest["seconds"] / 60))


def _left_out(console: Console, answer: _Answer) -> list[str]:
    if not answer["left_out"]:
        return []
    reasons = Counter(station["reason"] for station in answer["left_out"])
    lines = ["", console.say("coverage.left_out_title", count=len(answer["left_out"]))]
    for reason, count in reasons.most_common():
        words = {"reason": console.say(f"left_out.{reason}"), "count": count}
        lines.append("   " + console.say("coverage.left_out_reason", **words))
    return lines
