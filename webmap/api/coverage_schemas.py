"""Shapes of coverage answers."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from geodata.vocab import DayType, Measure


class Rule(BaseModel):
    """A named meaning of "within ten minutes"; limits are inclusive, null is "has no such form"."""

    code: str
    label_zh: str
    label_en: str
    basis_zh: str
    basis_en: str
    speed_mps: float
    straight_limit_m: float | None
    street_limit_s: float | None


class ListedRule(Rule):
    """A rule, and whether it is the office's default."""

    is_default: bool


class ServiceName(BaseModel):
    """A service that a question can ask for."""

    code: str
    name_zh: str
    name_en: str


class NetworkInUse(BaseModel):
    """The street network of a county, along which `measure=streets` counts there."""

    county: str
    label: str
    used_since: datetime | None
    credit: str


class Rules(BaseModel):
    """Rules and services in the order the office gave them; street networks by county."""

    rules: list[ListedRule]
    services: list[ServiceName]
    networks: list[NetworkInUse]


class AskedQuestion(BaseModel):
    """The question as understood; `minute` null is any hour."""

    county: str | None
    rule: str
    measure: Measure = Measure.STRAIGHT_LINE
    day: DayType
    minute: int | None
    services: list[str]
    as_of: date


class VersionInForce(BaseModel):
    """The drawing of grids the figures are by."""

    label: str
    effective_from: date


class People(BaseModel):
    """Outdoor workers: parts that add up, and those shut out by closed doors alone."""

    total: int
    covered: int
    cross: int
    one: int
    unknown: int
    not_covered: int
    shut_only: int


class Part(BaseModel):
    """One part of the bar; percents add up to 100.0."""

    state: Literal["cross", "one", "unknown", "not_covered"]
    people: int
    percent: float


class States(BaseModel):
    """Ids and one digit each: 0 not covered, 1 by one station, 2 by two or more, 3 unknown."""

    ids: list[int]
    states: str


class MapStates(BaseModel):
    """What the map colours its points by."""

    demand: States
    enterprises: States | None = Field(description="Null for who may not count enterprises there.")


class CoverageAnswer(BaseModel):
    """Three states everywhere; every figure names its rule. Lists are described in docs/api.md."""

    question: AskedQuestion
    rule: Rule
    engine: str
    run_id: int | None
    computed_at: datetime
    inputs_hash: str
    boundary_version: VersionInForce | None
    people: People
    places: dict[str, int]
    parts: list[Part]
    share: float | None = Field(description="Percent covered; null when there is nobody.")
    share_low: float | None
    share_high: float | None
    hours: list[dict[str, Any]]
    by_county: list[dict[str, Any]]
    by_town: list[dict[str, Any]]
    by_grid: list[dict[str, Any]]
    by_area: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    gaps_total: dict[str, int]
    stations: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    enterprises: dict[str, int] | None = Field(description="Null for who may not count them there.")
    states: MapStates
    network: dict[str, Any] | None = Field(None, description="Along streets only: along whose.")
    unplaced: dict[str, Any] | None = Field(
        None, description="Along streets only: places too far from any street, the worst first."
    )
    preflight: dict[str, int] | None = Field(
        None, description="`unusable` and `doubtful` stations and places; null for who may not plan there."
    )


class ServedLines(BaseModel):
    """Encoded polylines (latitude, longitude, five decimals) by how many stations are in time from there."""

    one: list[str]
    cross: list[str]
    unknown: list[str]


class ServedStreets(BaseModel):
    """The streets from which a counting station is in time: a drawing, nobody is counted by it."""

    question: AskedQuestion
    limit_s: float
    lines: ServedLines


class PeopleInReach(BaseModel):
    """People and gathering places of the station's own county."""

    people: int
    places: int


class OneStationsLines(BaseModel):
    """Encoded polylines."""

    one: list[str]


class StationReach(BaseModel):
    """Who is within reach of a station, whatever its hours; null where it cannot be told."""

    straight: PeopleInReach | None
    streets: PeopleInReach | None
    off_network_m: float | None = Field(description="Metres to the nearest street when that is too far.")
    lines: OneStationsLines
