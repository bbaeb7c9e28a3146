"""What-if over HTTP: how long a figure takes while a pin is dragged, by both measures, walls and bridges too.

The server is what `scripts/run` starts; one hand on one mouse asks after each answer. Some answers are
checked against the coverage engine over the changed inputs: ``differ`` must be 0.
"""

import http.client
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.coverage.computation import compute
from geodata.coverage.inputs import Inputs, read_inputs
from geodata.coverage.question import CoverageQuestion
from geodata.db import transaction
from geodata.planning.grounds import edit_way
from geodata.rules.changed_stations import change_stations
from geodata.rules.changes import DrawBarrier, DrawFootbridge, read_changes
from geodata.rules.coverage import CROSS, ONE
from geodata.vocab import Measure
from scripts.benches.load import served
from scripts.benches.whatif_town import COUNTY, Town, build

DEFAULT_SCALE = 1.0
GOAL_P95_MS = 150
_ASKED = 120
_CHECKED = 4
_WARM = 16
_PATH = "/api/v1/scenarios/try"

Changes = list[dict[str, Any]]


def run(engine: sa.Engine, *, scale: float, seed: int) -> Iterator[dict[str, Any]]:
    """Draw a town, start a server on it, drag pins.

    Yields:
        A line for each kind of dragging: median, 95th percentile and greatest wait in milliseconds, and how
        many of the checked answers differ from the coverage engine's.
    """
    with transaction(engine) as session:
        town = build(session, scale=scale, seed=seed)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    rng = np.random.default_rng(seed)
    kinds: tuple[tuple[str, Measure, Callable[[int], Changes]], ...] = (
        ("a pin, straight line", Measure.STRAIGHT_LINE, _dragging(rng, town)),
        ("a pin, streets", Measure.STREETS, _dragging(rng, town)),
        ("a pin beside a wall and a bridge, streets", Measure.STREETS, _beside(rng, town)),
        ("a new wall each time, streets", Measure.STREETS, _walling(rng, town)),
    )
    sizes = {"places": town.places, "nodes": town.nodes, "stations": len(town.stations)}
    with served(engine) as port:
        for name, measure, changes in kinds:
            waits, answers = _drag(port, town, measure, changes)
            yield {
                "method": name,
                **sizes,
                "p50_ms": _percentile(waits, 50),
                "p95_ms": _percentile(waits, 95),
                "max_ms": _percentile(waits, 100),
                "goal_p95_ms": GOAL_P95_MS,
                "differ": _differ(engine, measure, answers),
            }


def _percentile(waits: list[float], percent: int) -> float:
    return round(float(np.percentile(waits, percent)) * 1000, 1)


def _drag(
    port: int, town: Town, measure: Measure, changes: Callable[[int], Changes]
) -> tuple[list[float], list[tuple[Changes, int]]]:
    """Ask many times, after some that warm the server up; waits in seconds, and some answers."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits, answers = [], []
    for step in range(-_WARM, _ASKED):
        wanted = changes(step)
        question = {"measure": measure, "minute": 22 * 60}
        body = json.dumps({"county": COUNTY, "question": question, "changes": wanted})
        started = time.perf_counter()
        client.request("POST", _PATH, body, town.headers)
        answer = client.getresponse()
        text = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(text.decode()[:500])
        if step >= 0:
            waits.append(time.perf_counter() - started)
            if step % (_ASKED // _CHECKED) == 0:
                answers.append((wanted, int(json.loads(text)["people"]["covered"])))
    return waits, answers


def _spot(rng: np.random.Generator, town: Town) -> tuple[float, float]:
    low, high = np.array(town.low), np.array(town.high)
    lon, lat = rng.uniform(low + 0.1 * (high - low), high - 0.1 * (high - low))
    return round(float(lon), 7), round(float(lat), 7)


def _pin(lon: float, lat: float) -> dict[str, Any]:
    return {"kind": "add_station", "lon": round(lon, 7), "lat": round(lat, 7), "name": "候选"}


def _dragging(rng: np.random.Generator, town: Town) -> Callable[[int], Changes]:
    """One pin goes round by some metres a step, two stand; a station is shut, one is open longer."""
    start, others = _spot(rng, town), [_spot(rng, town) for _ in range(2)]
    shut, longer = town.stations[0], town.stations[1]
    width, height = (0.05 * (high - low) for low, high in zip(town.low, town.high, strict=True))

    def changes(step: int) -> Changes:
        angle = 0.11 * step
        return [
            _pin(start[0] + width * math.cos(angle), start[1] + height * math.sin(angle)),
            *(_pin(*spot) for spot in others),
            {"kind": "close_station", "station": shut},
            {"kind": "change_hours", "station": longer},
        ]

    return changes


def _line(kind: str, start: tuple[float, float], east: float, north: float) -> dict[str, Any]:
    end = (round(start[0] + east, 7), round(start[1] + north, 7))
    return {"kind": kind, "geometry": {"type": "LineString", "coordinates": [start, end]}}


def _beside(rng: np.random.Generator, town: Town) -> Callable[[int], Changes]:
    drawn = [
        _line("barrier", _spot(rng, town), 0.008, 0.003),
        _line("footbridge", _spot(rng, town), 0.001, 0),
    ]
    dragging = _dragging(rng, town)
    return lambda step: [*dragging(step), *drawn]


def _walling(rng: np.random.Generator, town: Town) -> Callable[[int], Changes]:
    dragging = _dragging(rng, town)
    return lambda step: [*dragging(0), _line("barrier", _spot(rng, town), 0.008, 0.003)]


def _differ(engine: sa.Engine, measure: Measure, answers: list[tuple[Changes, int]]) -> int:
    """How many answers are not those of the coverage engine over inputs changed beforehand."""
    question = CoverageQuestion(county_code=COUNTY, minute=22 * 60, measure=measure).normalized()
    with Session(engine) as session:
        inputs = read_inputs(session, question)
    return sum(_covered(inputs, question, rows) != people for rows, people in answers)


def _covered(inputs: Inputs, question: CoverageQuestion, rows: Changes) -> int:
    changes = read_changes(rows)
    stations = change_stations(
        inputs.stations, changes, county_code=COUNTY, on=question.as_of, services=question.services
    )
    every = np.arange(len(stations))
    county = replace(inputs.layouts["county"], stations=(np.zeros_like(every), every))
    names = [{"id": each.id, "name": "", "code": "", "neighbour": False} for each in stations]
    changed = replace(inputs, stations=stations, rows=names, layouts={**inputs.layouts, "county": county})
    if inputs.streets is not None:
        walls = [change.shape for change in changes if isinstance(change, DrawBarrier)]
        bridges = [change.line for change in changes if isinstance(change, DrawFootbridge)]
        way = edit_way(inputs.streets.way, walls, bridges)
        changed = replace(changed, streets=replace(inputs.streets, way=way))
    computed = compute(changed, question)
    return int(computed.people[np.isin(computed.cover.digit, (ONE, CROSS))].sum())
