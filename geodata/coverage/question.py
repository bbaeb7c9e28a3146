"""A coverage question and its answer as values."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from geodata.errors import InvalidInput
from geodata.rules.availability import LOCAL_TIME, Moment
from geodata.rules.hours import DAY_MIN
from geodata.vocab import DayType, Measure

SUBJECTS = (
    "areas",
    "assignments",
    "barriers",
    "demand",
    "divisions",
    "enterprises",
    "grids",
    "networks",
    "rules",
    "stations",
)
"""Whose data decide an answer, see ``geodata.queries.state``."""

DEFAULT_RULE = "walk_10"
DEFAULT_MINUTE = 15 * 60


def today() -> date:
    """The date in the county now."""
    return datetime.now(LOCAL_TIME).date()


@dataclass(frozen=True)
class CoverageQuestion:
    """Who can reach a station that is open and has the services wanted.

    Attributes:
        county_code: the county asked about, served by its own stations only; None is every county.
        rule_code: the stored coverage rule that says what "within ten minutes" means.
        day_type: kind of day.
        minute: minute of the day, Asia/Shanghai; None is any hour (宽口径), never for assessment.
        services: codes of services that must all be working; none asks for no service.
        as_of: the date whose closures, special hours, boundaries, barriers and confirmations hold.
        measure: how "within ten minutes" is measured; the two are never mixed. Along streets a county is
            asked about by itself.
    """

    county_code: str | None
    rule_code: str = DEFAULT_RULE
    day_type: DayType = DayType.WORKDAY
    minute: int | None = DEFAULT_MINUTE
    services: tuple[str, ...] = ()
    as_of: date = field(default_factory=today)
    measure: Measure = Measure.STRAIGHT_LINE

    def normalized(self) -> "CoverageQuestion":
        """The same question in its one form: services in order, none twice.

        Raises:
            InvalidInput: ``minute_invalid``, ``day_type_invalid``, ``measure_invalid`` or
                ``streets_need_county``.
        """
        if self.minute is not None and not 0 <= self.minute < DAY_MIN:
            raise InvalidInput("minute_invalid", value=self.minute)
        if self.day_type not in set(DayType):
            raise InvalidInput("day_type_invalid", value=self.day_type)
        if self.measure not in set(Measure):
            raise InvalidInput("measure_invalid", value=self.measure)
        if self.measure == Measure.STREETS and self.county_code is None:
            raise InvalidInput("streets_need_county")
        return replace(
            self,
            day_type=DayType(self.day_type),
            services=tuple(sorted(set(self.services))),
            measure=Measure(self.measure),
        )

    @property
    def moment(self) -> Moment:
        """When the question is about."""
        return Moment(self.day_type, self.minute, self.as_of)

    def columns(self) -> dict[str, Any]:
        """The columns of a stored run that name the question."""
        return {
            "county_code": self.county_code,
            "rule_code": self.rule_code,
            "measure": str(self.measure),
            "day_type": str(self.day_type),
            "minute": self.minute,
            "services": list(self.services),
            "as_of": self.as_of,
        }

    def to_json(self) -> dict[str, Any]:
        """The question as the answer repeats it."""
        return {
            "county": self.county_code,
            "rule": self.rule_code,
            "measure": str(self.measure),
            "day": str(self.day_type),
            "minute": self.minute,
            "services": list(self.services),
            "as_of": self.as_of.isoformat(),
        }


@dataclass(frozen=True)
class CoverageAnswer:
    """Figures and the inputs they came from. ``run_id`` is the number of the stored run, if stored.

    ``network_version_id`` is the street network of an answer along streets.
    """

    question: CoverageQuestion
    engine: str
    inputs_hash: str
    inputs: dict[str, Any]
    figures: dict[str, Any]
    computed_at: datetime
    run_id: int | None = None
    network_version_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything a page or a program shows of the answer; a stored answer gives the same for ever."""
        return {**self.figures, "run_id": self.run_id}
