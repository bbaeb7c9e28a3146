"""The 24 x 7 picture: people covered in each hour of a week, by area, and what 24-hour opening would change.

Every cell is the answer to the question of that date, day type and hour put by itself; a test compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.coverage.ground import Ground, name_zone, survey
from geodata.coverage.question import DEFAULT_RULE, CoverageQuestion, today
from geodata.errors import InvalidInput, NotFound
from geodata.queries.calendar import list_holidays
from geodata.rules.availability import Moment, StationFacts
from geodata.rules.coverage import HOURS_OF_DAY
from geodata.rules.longer_hours import never_shut
from geodata.rules.reach import Ints
from geodata.rules.week import (
    HOURS_OF_WEEK,
    NIGHT_HOURS,
    Day,
    WeekCount,
    WeekStates,
    count_people,
    days_of_week,
    find_states,
    mask_stations,
    moments_of,
)
from geodata.vocab import Measure

MAX_OPENED = 20
"""Stations one may suppose open for 24 hours at once."""


@dataclass(frozen=True)
class WeekQuestion:
    """Who is covered in every hour of the week that holds a date.

    ``open24`` are ids of stations supposed to be open for 24 hours; the rest as in ``CoverageQuestion``.
    """

    county_code: str
    rule_code: str = DEFAULT_RULE
    measure: Measure = Measure.STRAIGHT_LINE
    services: tuple[str, ...] = ()
    as_of: date = field(default_factory=today)
    open24: tuple[int, ...] = ()

    def normalized(self) -> "WeekQuestion":
        """The same question in its one form.

        Raises:
            InvalidInput: ``stations_too_many``.
        """
        if len(set(self.open24)) > MAX_OPENED:
            raise InvalidInput("stations_too_many", limit=MAX_OPENED)
        services = tuple(sorted(set(self.services)))
        return replace(self, services=services, open24=tuple(sorted(set(self.open24))))

    def asked(self) -> CoverageQuestion:
        """The question about the ground, at any hour."""
        question = CoverageQuestion(
            self.county_code,
            rule_code=self.rule_code,
            minute=None,
            services=self.services,
            as_of=self.as_of,
            measure=self.measure,
        )
        return question.normalized()

    def to_json(self) -> dict[str, Any]:
        """The question as the answer repeats it."""
        return {
            "county": self.county_code,
            "rule": self.rule_code,
            "measure": str(self.measure),
            "services": list(self.services),
            "as_of": self.as_of.isoformat(),
            "open24": list(self.open24),
        }


@dataclass(frozen=True)
class _Week:
    """The ground and the moments of a week."""

    ground: Ground
    days: tuple[Day, ...]
    moments: list[Moment]
    services: tuple[str, ...]

    def states(self, stations: Sequence[StationFacts]) -> WeekStates:
        """States of all places at all moments, with the stations as they are or might be."""
        inputs = self.ground.inputs
        masks = mask_stations(
            stations,
            self.moments,
            services=self.services,
            unconfirmed_after_days=inputs.rule["unconfirmed_after_days"],
        )
        return find_states(
            self.ground.reached.matrix,
            masks,
            self.ground.lost,
            attendance=inputs.attendance,
            moments=self.moments,
        )


def read_days(session: Session, as_of: date) -> tuple[Day, ...]:
    """The days of the week of a date, public holidays by the working calendar."""
    monday, sunday = (days_of_week(as_of, ())[at].on for at in (0, -1))
    return days_of_week(as_of, list_holidays(session, monday, sunday))


def answer_week(session: Session, question: WeekQuestion) -> dict[str, Any]:
    """All figures of a week as plain values, lists of 168 numbers from Monday 0:00 on; writes nothing.

    Raises:
        NotFound: ``rule_not_found``, ``county_not_found``, ``station_not_found``.
        InvalidInput: ``stations_too_many``, ``service_not_listed``, ``rule_without_straight_limit``,
            ``no_network``.
    """
    question = question.normalized()
    days = read_days(session, question.as_of)
    ground = survey(session, question.asked(), days=(days[0].on, days[-1].on))
    week = _Week(ground, days, moments_of(days), question.services)
    states = week.states(ground.stations)
    counts = count_people(states, ground.membership)
    inputs = ground.inputs
    attendance = inputs.attendance
    peopled_at_times = np.zeros(0, dtype=np.int64) if attendance is None else attendance.pattern
    body: dict[str, Any] = {
        "question": question.to_json(),
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "services": inputs.services,
        "engine": str(inputs.way.measure),
        "boundary_version": inputs.version,
        "days": [{"on": day.on.isoformat(), "day": str(day.day_type)} for day in days],
        "people": int(inputs.demand.weight.sum()),
        "places": len(inputs.demand.ids),
        "places_with_hours": int((peopled_at_times > 0).sum()),
        "stations": [ground.name_station(at) for at in range(len(ground.stations))],
        "open24": None,
    }
    opened = _open(ground, question.open24)
    after = None
    if question.open24:
        then = week.states(opened)
        after = count_people(then, ground.membership)
        body["open24"] = _tell_change(week, question.open24, states, then, counts, after)
    for shelf in ground.shelves:
        rows = [
            name_zone(zone) | _tell(counts, after, shelf.first + at) for at, zone in enumerate(shelf.zones)
        ]
        if shelf.name == "county":
            body["county"] = rows[0]
        else:
            body[f"by_{shelf.name}"] = rows
            body[f"outside_{shelf.name}s"] = _tell(counts, after, shelf.outside)
    return body


def _open(ground: Ground, ids: Sequence[int]) -> list[StationFacts]:
    unknown = sorted(set(ids) - set(ground.ids.tolist()))
    if unknown:
        raise NotFound("station_not_found", id=unknown[0])
    return [never_shut(each) if each.id in ids else each for each in ground.stations]


def _tell(counts: WeekCount, after: WeekCount | None, row: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "covered": counts.covered[row].tolist(),
        "cross": counts.cross[row].tolist(),
        "unknown": counts.unknown[row].tolist(),
        "total": counts.total[row].tolist(),
    }
    if after is not None:
        told["gain"] = (after.covered[row] - counts.covered[row]).tolist()
    return told


def _tell_change(
    week: _Week,
    opened: Sequence[int],
    before: WeekStates,
    then: WeekStates,
    counts: WeekCount,
    after: WeekCount,
) -> dict[str, Any]:
    """The difference: per hour, and the people who are newly covered in some hour of the night."""
    people = week.ground.inputs.demand.weight
    gain = after.covered[0] - counts.covered[0]
    night = [at for at in range(HOURS_OF_WEEK) if at % HOURS_OF_DAY in NIGHT_HOURS]
    newly = np.zeros(len(people), dtype=np.bool_)
    for at in night:
        newly |= then.covered(at) & ~before.covered(at) & before.peopled(at)
    rows: Ints = np.flatnonzero(np.isin(week.ground.ids, opened))
    return {
        "stations": [week.ground.name_station(int(at)) for at in rows],
        "gain": gain.tolist(),
        "night": {
            "hours": list(NIGHT_HOURS),
            "newly_covered": int(people[newly].sum()),
            "most": int(gain[night].max()),
            "average": round(float(gain[night].mean()), 1),
        },
    }
