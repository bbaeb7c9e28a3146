"""Shapes of answers about a week, and about both measures side by side."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from geodata.rules.difference import Side
from geodata.vocab import DayType, Measure, NetworkSource
from webmap.api.coverage_schemas import AskedQuestion, Rule, ServiceName, VersionInForce


class WeekAsked(BaseModel):
    """The question as understood; `open24` are ids of stations supposed to be open for 24 hours."""

    county: str
    rule: str
    measure: Measure
    services: list[str]
    as_of: date
    open24: list[int]


class WeekDay(BaseModel):
    """A date and the kind of day it counts as."""

    on: date
    day: DayType


class HourlyPeople(BaseModel):
    """People in each of 168 hours from Monday 0:00 on; `gain` only when stations are supposed open."""

    covered: list[int]
    cross: list[int]
    unknown: list[int]
    total: list[int] = Field(description="Who is there at that hour.")
    gain: list[int] | None = None


class ZoneWeek(HourlyPeople):
    """The week of a county, area, town or grid."""

    id: int | None
    code: str
    name: str
    kind: str


class StationName(BaseModel):
    """A station."""

    id: int
    code: str
    name: str


class NightChange(BaseModel):
    """People newly covered from 22:00 to 6:00: in any of these hours, at most at once, and on average."""

    hours: list[int]
    newly_covered: int
    most: int
    average: float


class OpenedChange(BaseModel):
    """What 24-hour opening of the stations would change."""

    stations: list[StationName]
    gain: list[int]
    night: NightChange


class WeekAnswer(BaseModel):
    """Every cell is the answer of `coverage` for that date, day and hour.

    Towns, and grids, with what is outside of them add up to the county.
    """

    question: WeekAsked
    rule: Rule
    services: list[ServiceName]
    engine: str
    boundary_version: VersionInForce | None
    days: list[WeekDay]
    people: int
    places: int
    places_with_hours: int
    stations: list[StationName]
    county: ZoneWeek
    by_area: list[ZoneWeek]
    by_town: list[ZoneWeek]
    by_grid: list[ZoneWeek]
    outside_areas: HourlyPeople
    outside_towns: HourlyPeople
    outside_grids: HourlyPeople
    open24: OpenedChange | None


class Pick(StationName):
    """A station to open longer, with the people it newly covers, alone and together with those above."""

    rank: int
    gain: int
    together: int


class LongerHours(BaseModel):
    """Stations in the order of what opening them longer would change at the hour asked about."""

    question: AskedQuestion
    until: str
    people: int
    covered: int
    candidates: int = Field(description="Stations that are shut then and would count if open.")
    picks: list[Pick]


class ZoneWays(BaseModel):
    """How far the people of a zone have it; null where that many cannot reach any station."""

    id: int | None
    code: str
    name: str
    kind: str
    people: int
    unknown: int
    unreachable: int
    quantiles: list[float | None]
    minutes: list[float | None]
    within: list[int]
    shares: list[float | None]


class WaysAnswer(BaseModel):
    """Quantiles by people, unreachable ones included; metres in a straight line, seconds along streets."""

    question: AskedQuestion
    rule: Rule
    engine: str
    any_hour: bool
    unit: str
    percents: list[int]
    within_min: list[int]
    limits: list[float]
    county: ZoneWays
    by_area: list[ZoneWays]
    by_town: list[ZoneWays]
    by_grid: list[ZoneWays]


class NetworkBeside(BaseModel):
    """Along whose streets, and cut by how many barriers."""

    version_id: int
    label: str
    source: NetworkSource
    credit: str
    is_invented: bool
    barriers: int


class MeasuredFigure(BaseModel):
    """The figure of one measure."""

    covered: int
    unknown: int
    share: float | None


class DifferenceSet(BaseModel):
    """One of six sets that make the whole; every place is in exactly one."""

    set: Side
    places: int
    people: int
    percent: float | None


class NearestBy(BaseModel):
    """The nearest station that counts, by one measure; `seconds` along streets only."""

    id: int
    name: str
    distance_m: float | None
    seconds: float | None = None


class PartedPlace(BaseModel):
    """A place of which the two measures say different things, or that is too far from any street."""

    id: int
    name: str
    people: int
    point: list[float]
    street_m: float | None = Field(description="To the nearest street; null when there is none within 5 km.")
    grid_id: int | None
    grid_code: str
    grid_name: str
    straight_line: NearestBy | None
    streets: NearestBy | None = Field(description="Null when no counting station can be reached on foot.")


class DifferenceAnswer(BaseModel):
    """The same question by both measures: `circle_only` is "in the circle but not on foot"."""

    question: dict[str, Any]
    rule: dict[str, Any]
    network: NetworkBeside
    total: dict[str, int]
    straight_line: MeasuredFigure
    streets: MeasuredFigure
    sets: list[DifferenceSet]
    circle_only: list[PartedPlace] = Field(description="Most people first, at most 500.")
    streets_only: list[PartedPlace]
    unplaced: list[PartedPlace] = Field(description="Too far from any street to count.")
