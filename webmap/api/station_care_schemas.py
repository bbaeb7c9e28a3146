"""What a station's manager sends, and what the doors of their work answer."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geodata.rules.availability import LOCAL_TIME
from geodata.rules.hours import DAY_MIN, Opening
from geodata.rules.station_entries import MAX_QUANTITY, MAX_TEXT, MAX_VISITORS
from geodata.stations.photo_limits import MAX_PHOTOS
from geodata.vocab import AccessMethod, ServiceCondition, ServiceMode
from webmap.api.parameters import MAX_ID

MAX_OPENINGS = 4
"""Of one day: three breaks are more than any station has."""

Clock = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Hour and minute, Asia/Shanghai.")
]
ClosingClock = Annotated[
    str,
    Field(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        description="Not after the opening time: on the next day.",
    ),
]
Reason = Annotated[str, Field(max_length=MAX_TEXT)]
# What a manager says of a service; "expired" is told by its date.
Condition = Literal[
    ServiceCondition.WORKING,
    ServiceCondition.BROKEN,
    ServiceCondition.OUT_OF_STOCK,
    ServiceCondition.REMOVED,
    ServiceCondition.UNKNOWN,
]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenSpan(_Sent):
    """From a time of the clock to another, the next day's when that is not later."""

    opens: Clock
    closes: ClosingClock

    def minutes(self) -> tuple[int, int]:
        """Minutes from midnight of the day on which it opens."""
        opens, closes = minute_of(self.opens), minute_of(self.closes)
        return opens, closes if closes > opens else closes + DAY_MIN


class Today(_Sent):
    """What is different today; everything else is confirmed as shown."""

    opening: Literal["as_scheduled", "closed_early"] | None = None
    closes_at: Clock | Literal["now"] = "now"
    reason: Reason | None = None
    services: Annotated[dict[str, Condition], Field(max_length=60)] = {}
    visitors: Annotated[int, Field(ge=0, le=MAX_VISITORS)] | None = None


class WeeklyOpening(OpenSpan):
    """One weekly opening; 0 is Monday, 6 Sunday, 7 a public holiday."""

    weekday: Annotated[int, Field(ge=0, le=7)]

    def to_opening(self) -> Opening:
        """The row that the rules know."""
        return Opening(self.weekday, *self.minutes())


class WeeklyHours(_Sent):
    """All weekly openings; none at all: not known."""

    openings: Annotated[list[WeeklyOpening], Field(max_length=8 * MAX_OPENINGS)]


class DaysOfTheirOwn(_Sent):
    """Dates with their own openings; none is shut all day."""

    first: date
    last: date
    openings: Annotated[list[OpenSpan], Field(max_length=MAX_OPENINGS)] = []
    reason: Reason | None = None


def _in_shanghai(instant: datetime) -> datetime:
    """A time without a zone, as a form sends it, is the county's."""
    return instant if instant.tzinfo else instant.replace(tzinfo=LOCAL_TIME)


class NewClosure(_Sent):
    """A closure for a time; without ``begins`` from now on. Times without a zone are Asia/Shanghai."""

    kind: Literal["planned", "unplanned"]
    reason: Reason
    ends: datetime
    begins: datetime | None = None

    @property
    def begins_at(self) -> datetime | None:
        """The instant, or None for now."""
        return None if self.begins is None else _in_shanghai(self.begins)

    @property
    def ends_at(self) -> datetime:
        """The instant of the expected end."""
        return _in_shanghai(self.ends)


class ClosureEnd(_Sent):
    """Another expected end. A time without a zone is Asia/Shanghai."""

    ends: datetime

    @property
    def ends_at(self) -> datetime:
        """The instant of the expected end."""
        return _in_shanghai(self.ends)


class WayIn(_Sent):
    """How one gets in, and the phone the public may call."""

    access_method: AccessMethod
    access_note: Reason | None = None
    duty_phone: Annotated[str, Field(max_length=40)] | None = None


class FullService(_Sent):
    """All that is known of one service."""

    condition: Condition
    mode: ServiceMode = ServiceMode.OWN
    distance_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    quantity: Annotated[int, Field(ge=0, le=MAX_QUANTITY)] | None = None
    expires_on: date | None = None


class DayVisitors(_Sent):
    """How many came; null takes the number back."""

    visitors: Annotated[int, Field(ge=0, le=MAX_VISITORS)] | None


class PhotoOrder(_Sent):
    """All photos of the station in their new order."""

    photos: Annotated[list[Annotated[int, Field(ge=1, le=MAX_ID)]], Field(max_length=MAX_PHOTOS)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.photos)) != len(self.photos):
            raise ValueError("a photo stands twice")
        return self


class StationVersion(BaseModel):
    """The station's version after a change: what the next change is based on."""

    version: int


class StationCareAnswer(BaseModel):
    """A station as its manager sees it."""

    model_config = ConfigDict(extra="allow")

    id: int
    version: int
    public: dict[str, Any]


def minute_of(clock: str) -> int:
    """Minutes from midnight of a time of the clock; 24:00 is 1440."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
