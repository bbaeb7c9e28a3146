"""Query parameters, parsed once at the door: bounded, finite, nothing unknown, nothing twice."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from geodata.coverage.question import CoverageQuestion
from geodata.errors import InvalidInput
from geodata.queries.clauses import WITHOUT_UNION, Bbox, StaffBand
from geodata.queries.features import PageRequest
from geodata.vocab import (
    AssignmentStatus,
    DayType,
    DivisionLevel,
    GridKind,
    Measure,
    OrganizationStatus,
    StationStatus,
    StationType,
)

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
HALF_TURN = 180.0
POLE = 90.0
MAX_ID = 2**53 - 1
"""Ids stay exact in every JSON reader."""

ID = f"int(min=1,max={MAX_ID})"
"""Route converter of an id."""

_NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,15})?"
BBOX_PATTERN = rf"^{_NUMBER}(,{_NUMBER}){{3}}$"
# PostgreSQL cannot hold NUL; other control characters are in no name.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]+$"

County = Annotated[
    str,
    Field(pattern=r"^[0-9]{6}$", description="Six digits of the county (GB/T 2260).", examples=["410103"]),
]
Text = Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT_PATTERN)]


class Query(BaseModel):
    """What every operation takes. Parameters that an operation does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Literal["zh", "en"] | None = Field(None, description="Language of sentences; else Accept-Language.")

    def without(self, *names: str) -> dict[str, Any]:
        """The values as read, by name, but for these and the language."""
        return {name: value for name, value in self if name != "lang" and name not in names}


def _plain_digits(value: object) -> object:
    """Python reads ``1_0`` and full-width digits as numbers; an address should not."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("not a plain whole number")
    return value


Id = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(_plain_digits)]
LastId = Annotated[int, Field(ge=0, le=MAX_ID), BeforeValidator(_plain_digits)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_plain_digits)]


def _words_of(kind: type[StrEnum]) -> str:
    """Pattern of one or more words of a vocabulary with commas between."""
    word = "(" + "|".join(re.escape(value) for value in kind) + ")"
    return f"^{word}(,{word}){{0,9}}$"


# Strings in the document, tuples of words once read.
_BY_COMMA = AfterValidator(lambda text: tuple(text.split(",")))
Bands = Annotated[
    str, Field(pattern=_words_of(StaffBand), description="Staff-size bands, with commas."), _BY_COMMA
]
Statuses = Annotated[
    str, Field(pattern=_words_of(AssignmentStatus), description="Statuses in force, with commas."), _BY_COMMA
]


class PageQuery(Query):
    """Keyset paging and a box."""

    limit: Limit = Field(DEFAULT_LIMIT, description="Features in one answer.")
    after: LastId | None = Field(None, description="Go on after this id: the answer's `next`.")
    bbox: str | None = Field(
        None,
        max_length=120,
        pattern=BBOX_PATTERN,
        description="west,south,east,north in degrees (WGS 84 / CGCS2000), west < east, south < north. "
        "Rows without a place are in no box.",
        examples=["113.5,34.6,113.8,34.9"],
    )
    county: County | None = None
    q: Text | None = Field(None, description="The name contains this text.")

    @property
    def page_request(self) -> PageRequest:
        """Which page of which box."""
        bbox = None if self.bbox is None else parse_bbox(self.bbox)
        return PageRequest(limit=self.limit, after=self.after, bbox=bbox)

    @property
    def filters(self) -> dict[str, Any]:
        """The other conditions, named as the query functions name them."""
        return self.without("limit", "after", "bbox")


class StationsQuery(PageQuery):
    """Filters of stations."""

    status: StationStatus | None = None
    station_type: StationType | None = Field(None, alias="type")


class GridsQuery(PageQuery):
    """Filters of grids in force."""

    kind: GridKind | None = None


class EnterprisesQuery(PageQuery):
    """Filters of enterprises."""

    org: OrganizationStatus | Literal["without_union"] | None = Field(
        None, description=f"Organisation status; `{WITHOUT_UNION}` is every state that still needs a union."
    )
    status: Statuses | None = None
    grid: Id | None = Field(None, description="Id of the responsible grid.")
    band: Bands | None = None


class DivisionsQuery(PageQuery):
    """Filters of divisions."""

    level: DivisionLevel | None = None


class AssignmentsQuery(Query):
    """Filters of rows in force."""

    limit: Limit = Field(DEFAULT_LIMIT, description="Rows in one answer.")
    after: LastId | None = Field(None, description="Go on after this enterprise id: the answer's `next`.")
    county: County | None = None
    grid: Id | None = Field(None, description="Id of the responsible grid.")
    status: Statuses | None = None
    org: OrganizationStatus | Literal["without_union"] | None = None
    band: Bands | None = None


class SummaryQuery(Query):
    """What to count."""

    county: County | None = None
    grid: Id | None = None
    organized: bool | None = Field(None, description="`false`: only those that still need a union.")
    band: Bands | None = None


class WhichGridQuery(Query):
    """Ask by credit code, by part of a name, or by longitude and latitude (WGS 84 / CGCS2000)."""

    uscc: Text | None = None
    name: Annotated[str, Field(min_length=2, max_length=100, pattern=TEXT_PATTERN)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    on: date | None = Field(None, description="A past day (Asia/Shanghai); today unless given.")


class SearchQuery(Query):
    """What to look for."""

    q: Annotated[str, Field(min_length=2, max_length=100, pattern=TEXT_PATTERN)]
    county: County | None = None


class CoverageQuery(Query):
    """A coverage question."""

    county: County | None = Field(None, description="All counties unless given.")
    rule: str = Field("walk_10", pattern=r"^[a-z0-9_]{1,40}$", description="Code of a rule, see /rules.")
    day: DayType = DayType.WORKDAY
    time: str = Field(
        "15:00",
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|any)$",
        description="Hour and minute in Asia/Shanghai, or `any`: any hour, never for assessment.",
    )
    services: str = Field(
        "",
        max_length=400,
        pattern=r"^([a-z0-9_]{1,40}(,[a-z0-9_]{1,40})*)?$",
        description="Codes of services that must all be working, with commas.",
    )
    as_of: date | None = Field(
        None, description="The date whose closures and boundaries hold; today unless given."
    )
    measure: Measure = Field(
        Measure.STRAIGHT_LINE,
        description="Straight line, or along the street network in use in the county; never mixed.",
    )

    @property
    def minute(self) -> int | None:
        """Minute of the day, or ``None`` for any hour."""
        if self.time == "any":
            return None
        hour, minute = self.time.split(":")
        return int(hour) * 60 + int(minute)

    @property
    def service_codes(self) -> tuple[str, ...]:
        """The services wanted."""
        return tuple(filter(None, self.services.split(",")))


class CountyCoverageQuery(CoverageQuery):
    """A coverage question about one county."""

    county: County


class LongerHoursQuery(CountyCoverageQuery):
    """A question about longer opening at an hour."""

    time: str = Field(
        "22:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Hour and minute in Asia/Shanghai."
    )
    count: Annotated[int, Field(ge=1, le=20), BeforeValidator(_plain_digits)] = Field(
        3, description="How many stations at most."
    )
    until: Literal["24h", "23:00"] = Field("24h", description="24-hour opening, or open until 23:00.")


class WeekQuery(Query):
    """A question about the hours of a week."""

    county: County
    rule: str = Field("walk_10", pattern=r"^[a-z0-9_]{1,40}$", description="Code of a rule, see /rules.")
    measure: Measure = Field(
        Measure.STRAIGHT_LINE,
        description="Straight line, or along the street network in use in the county; never mixed.",
    )
    services: str = Field(
        "",
        max_length=400,
        pattern=r"^([a-z0-9_]{1,40}(,[a-z0-9_]{1,40})*)?$",
        description="Codes of services that must all be working, with commas.",
    )
    as_of: date | None = Field(None, description="A date of the week; today unless given.")
    open24: str = Field(
        "",
        max_length=400,
        pattern=r"^([1-9][0-9]{0,14}(,[1-9][0-9]{0,14}){0,19})?$",
        description="Ids of stations supposed to be open for 24 hours, with commas.",
    )

    @property
    def service_codes(self) -> tuple[str, ...]:
        """The services wanted."""
        return tuple(filter(None, self.services.split(",")))

    @property
    def opened(self) -> tuple[int, ...]:
        """Ids of the stations supposed open."""
        return tuple(int(each) for each in self.open24.split(",") if each)


def coverage_question(query: CoverageQuery) -> CoverageQuestion:
    """The question that was asked, in its one form.

    Raises:
        InvalidInput: what ``CoverageQuestion.normalized`` raises.
    """
    return CoverageQuestion(
        county_code=query.county,
        rule_code=query.rule,
        day_type=query.day,
        minute=query.minute,
        services=query.service_codes,
        as_of=query.as_of or today(),
        measure=query.measure,
    ).normalized()


class ReachQuery(Query):
    """By which rule the reach of one station is told."""

    rule: str = Field("walk_10", pattern=r"^[a-z0-9_]{1,40}$", description="Code of a rule, see /rules.")


class TileQuery(Query):
    """What a tile can be limited to."""

    county: County | None = Field(None, description="Only this county's enterprises, stations and demand.")
    v: Text | None = Field(None, description="Any word, to tell caches of the reader's own apart.")


def parse_bbox(text: str) -> Bbox:
    """Read ``west,south,east,north`` in degrees.

    Raises:
        InvalidInput: ``bbox_invalid`` unless these are four finite numbers on the globe with
            west < east and south < north (a box over the 180th meridian is refused).
    """
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        raise InvalidInput("bbox_invalid") from None
    is_on_globe = (
        abs(west) <= HALF_TURN and abs(east) <= HALF_TURN and abs(south) <= POLE and abs(north) <= POLE
    )
    if not (is_on_globe and west < east and south < north):  # NaN fails every comparison
        raise InvalidInput("bbox_invalid")
    return Bbox(west, south, east, north)


def today() -> date:
    """The date in Shanghai, where the offices are."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def this_minute() -> datetime:
    """Now, to the minute: part of the ETag of answers that change by the clock."""
    return datetime.now(UTC).replace(second=0, microsecond=0)
