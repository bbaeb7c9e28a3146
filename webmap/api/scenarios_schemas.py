"""What a scenario is sent as, and what the doors of scenarios answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.coverage.question import CoverageQuestion
from geodata.rules.changes import MAX_CHANGES, MAX_NAME, MAX_OPENINGS, MAX_SERVICES
from geodata.vocab import ChangeKind, DayType, Measure
from webmap.api.coverage_schemas import AskedQuestion
from webmap.api.parameters import MAX_ID, TEXT_PATTERN, County, Query

MAX_NOTE = 500

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
StationId = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
ServiceCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
Services = Annotated[list[ServiceCode], Field(max_length=MAX_SERVICES)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=TEXT_PATTERN)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeeklyMinutes(_Sent):
    """One weekly opening in minutes from midnight; 0 is Monday, 6 Sunday, 7 a public holiday."""

    weekday: Annotated[int, Field(ge=0, le=7)]
    opens_min: Annotated[int, Field(ge=0, le=1439)]
    closes_min: Annotated[int, Field(ge=1, le=2880)]


Openings = Annotated[list[WeeklyMinutes], Field(min_length=1, max_length=MAX_OPENINGS)]


class Shape(_Sent):
    """A line or an area as GeoJSON."""

    type: Literal["LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class AddStation(_Sent):
    """A station where none is; round the clock without `openings`, with all services without `services`."""

    kind: Literal[ChangeKind.ADD_STATION]
    lon: Lon
    lat: Lat
    name: Name
    openings: Openings | None = None
    services: Services | None = None
    planned_station: StationId | None = Field(
        None, description="Said by the server: the planned station made of it. What is sent is not kept."
    )


class MoveStation(_Sent):
    """A station elsewhere."""

    kind: Literal[ChangeKind.MOVE_STATION]
    station: StationId
    lon: Lon
    lat: Lat


class CloseStation(_Sent):
    """A station that is gone for good."""

    kind: Literal[ChangeKind.CLOSE_STATION]
    station: StationId


class ReopenStation(_Sent):
    """A station that is in use."""

    kind: Literal[ChangeKind.REOPEN_STATION]
    station: StationId


class ChangeHours(_Sent):
    """Other weekly hours; round the clock without `openings`."""

    kind: Literal[ChangeKind.CHANGE_HOURS]
    station: StationId
    openings: Openings | None = None


class AddServices(_Sent):
    """Services that work at a station."""

    kind: Literal[ChangeKind.ADD_SERVICES]
    station: StationId
    services: Annotated[list[ServiceCode], Field(min_length=1, max_length=MAX_SERVICES)]


class Barrier(_Sent):
    """What nobody crosses; without effect in a straight line."""

    kind: Literal[ChangeKind.BARRIER]
    geometry: Shape


class Footbridge(_Sent):
    """A new way on foot that joins the nearest streets at both ends; without effect in a straight line."""

    kind: Literal[ChangeKind.FOOTBRIDGE]
    geometry: Shape


AnyChange = Annotated[
    AddStation
    | MoveStation
    | CloseStation
    | ReopenStation
    | ChangeHours
    | AddServices
    | Barrier
    | Footbridge,
    Field(discriminator="kind"),
]
Changes = Annotated[list[AnyChange], Field(max_length=MAX_CHANGES)]


class KeptQuestion(_Sent):
    """The question of a scenario, always as of today; `minute` null is any hour."""

    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "walk_10"
    measure: Measure = Measure.STRAIGHT_LINE
    day: DayType = DayType.WORKDAY
    minute: Annotated[int, Field(ge=0, le=1439)] | None = None
    services: Annotated[list[ServiceCode], Field(max_length=20)] = []

    def to_question(self, county: str) -> CoverageQuestion:
        """As the coverage engine knows it."""
        return CoverageQuestion(
            county_code=county,
            rule_code=self.rule,
            day_type=self.day,
            minute=self.minute,
            services=tuple(self.services),
            measure=self.measure,
        ).normalized()


class Attempt(_Sent):
    """A what-if: a question about a county, and the changes."""

    county: County
    question: KeptQuestion = KeptQuestion()
    changes: Changes = []


class ScenarioFacts(_Sent):
    """A scenario as saved."""

    name: Name
    note: Annotated[str, Field(max_length=MAX_NOTE, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")] | None = None
    question: KeptQuestion = KeptQuestion()
    changes: Changes = []
    is_shared: bool = False


class NewScenario(ScenarioFacts):
    """A scenario of a county."""

    county: County


class ScenariosQuery(Query):
    """Whose scenarios."""

    county: County | None = None


class CompareQuery(Query):
    """Which scenarios, and what of the question is asked otherwise than the first asks."""

    ids: Annotated[str, Field(pattern=r"^[0-9]{1,15}(,[0-9]{1,15}){0,9}$", description="Ids, with commas.")]
    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] | None = None
    measure: Measure | None = None
    day: DayType | None = None
    time: str | None = Field(None, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|any)$")
    services: str | None = Field(None, max_length=400, pattern=r"^([a-z0-9_]{1,40}(,[a-z0-9_]{1,40})*)?$")

    @property
    def chosen(self) -> list[int]:
        """The ids."""
        return [int(part) for part in self.ids.split(",")]

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked otherwise, as a kept question has it."""
        asked: dict[str, Any] = {"rule": self.rule, "measure": self.measure, "day": self.day}
        found: dict[str, Any] = {key: str(value) for key, value in asked.items() if value is not None}
        if self.time is not None:
            hour, _, minute = self.time.partition(":")
            found |= {"minute": None if self.time == "any" else 60 * int(hour) + int(minute)}
        if self.services is not None:
            found |= {"services": list(filter(None, self.services.split(",")))}
        return found


class Scenario(BaseModel):
    """A scenario without its changes."""

    id: int
    county: str
    name: str
    note: str | None
    question: KeptQuestion
    changes: list[dict[str, Any]]
    is_shared: bool
    is_mine: bool
    maker: str
    planned: int
    version: int
    updated_at: datetime


class Scenarios(BaseModel):
    """Scenarios, the latest first."""

    scenarios: list[Scenario]


class People(BaseModel):
    """People by state."""

    total: int
    covered: int
    cross: int
    one: int
    unknown: int
    not_covered: int


class BasePeople(BaseModel):
    """What is."""

    people: People
    share: float | None


class Difference(BaseModel):
    """What would be, less what is; `gained` and `lost` are people of places that come in and fall out."""

    total: int
    covered: int
    cross: int
    one: int
    unknown: int
    not_covered: int
    gained: int
    lost: int
    points: float | None


class ChangedPlaces(BaseModel):
    """Places whose state differs, and a digit each before and after."""

    ids: list[int]
    before: str
    after: str


class Tried(BaseModel):
    """The answer to a what-if. `official` is always false; `ignored` are changes without effect."""

    official: Literal[False]
    question: AskedQuestion
    measure: Measure
    people: People
    share: float | None
    parts: list[dict[str, Any]]
    base: BasePeople
    difference: Difference
    hours: list[dict[str, Any]]
    places: ChangedPlaces
    by_grid: list[dict[str, Any]]
    by_area: list[dict[str, Any]]
    stations: list[dict[str, Any]]
    ignored: list[int]


class Comparison(BaseModel):
    """Scenarios side by side with what is; one that fits no more has `error` in the place of `result`."""

    official: Literal[False]
    question: AskedQuestion
    base: dict[str, Any]
    scenarios: list[dict[str, Any]]
