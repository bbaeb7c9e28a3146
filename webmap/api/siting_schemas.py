"""What the doors of siting take and answer."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.coverage.question import CoverageQuestion
from geodata.planning.candidates import MAX_COST, MAX_NAME, MAX_ROWS, MAX_TEXT
from geodata.planning.siting_question import KEY, MAX_BUDGET, MAX_SITES, MAX_SPACING_M, SitingOptions
from geodata.vocab import (
    Datum,
    DayType,
    HostKind,
    Measure,
    SiteSource,
    SitingAction,
    SitingGoal,
    SitingSource,
)
from webmap.api import parameters
from webmap.api.coverage_schemas import AskedQuestion

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Yuan = Annotated[float, Field(ge=0, le=MAX_BUDGET, allow_inf_nan=False)]
Key = Annotated[str, Field(pattern=f"^{KEY.pattern}$")]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SitingWanted(_Sent):
    """Where to build next: a coverage question about one county, and what every plan must keep to."""

    county: parameters.County
    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "walk_10"
    measure: Measure = Measure.STRAIGHT_LINE
    day: DayType = DayType.WORKDAY
    time: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|any)$")] = "15:00"
    services: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]], Field(max_length=20)] = []
    goal: SitingGoal = Field(
        SitingGoal.MOST,
        description="`most`: most people with so many sites; `all`: the fewest sites for everybody within "
        "reach; `spare`: existing stations nobody would miss.",
    )
    most: Annotated[int, Field(ge=1, le=MAX_SITES)] | None = 3
    budget: Yuan | None = Field(None, description="Yuan for all sites together.")
    site_cost: Yuan | None = Field(None, description="Yuan for a new site whose cost is not known.")
    upgrade_cost: Yuan | None = Field(None, description="Yuan for an upgrade.")
    spacing_m: Annotated[float, Field(ge=0, le=MAX_SPACING_M, allow_inf_nan=False)] | None = None
    per_town: Annotated[int, Field(ge=1, le=MAX_SITES)] | None = None
    second: bool = Field(False, description="Count people brought to two stations in reach.")
    action: SitingAction = SitingAction.BUILD
    sources: Annotated[list[SitingSource], Field(min_length=1, max_length=2)] = [SitingSource.CANDIDATES]
    hosts: Annotated[list[HostKind], Field(max_length=20)] = []
    must: Annotated[list[Key], Field(max_length=MAX_SITES)] = []
    never: Annotated[list[Key], Field(max_length=2_000)] = []

    @property
    def question(self) -> CoverageQuestion:
        """The coverage question, as of today."""
        hour, minute = (0, 0) if self.time == "any" else (int(part) for part in self.time.split(":"))
        return CoverageQuestion(
            county_code=self.county,
            rule_code=self.rule,
            day_type=self.day,
            minute=None if self.time == "any" else 60 * hour + minute,
            services=tuple(self.services),
            as_of=parameters.today(),
            measure=self.measure,
        ).normalized()

    @property
    def options(self) -> SitingOptions:
        """What every plan must keep to."""
        return SitingOptions(
            goal=self.goal,
            most=self.most,
            budget=self.budget,
            site_cost=self.site_cost,
            upgrade_cost=self.upgrade_cost,
            spacing_m=self.spacing_m or 0.0,
            per_town=self.per_town,
            second=self.second,
            action=self.action,
            sources=tuple(self.sources),
            hosts=tuple(self.hosts),
            must=tuple(self.must),
            never=tuple(self.never),
        ).normalized()


class SitingAsked(BaseModel):
    """Where the answer is, or the job that works on it."""

    siting: int | None = Field(description="Number of the answer; null while a job works on it.")
    job: int | None
    page: str


class SitingAnswer(BaseModel):
    """An answer as it was given; it never changes."""

    model_config = ConfigDict(extra="allow")

    id: int
    county: str
    question: AskedQuestion
    options: dict[str, Any]
    inputs_hash: str
    computed_at: str
    people: int = Field(description="People newly served by the plan, counted by the coverage engine.")
    before: dict[str, int]
    proof: Literal["best", "within"]
    sites: list[dict[str, Any]] | None = Field(None, description="The first adds most; gains add up.")
    bound: int | None = Field(None, description="No plan within the same terms serves more people.")


class FileQuery(parameters.Query):
    """As what."""

    format: Literal["xlsx", "csv"] = "xlsx"
    part: Literal["sites", "outside"] = "sites"


class CandidateFacts(_Sent):
    """A place where a station could be, in WGS 84."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=parameters.TEXT_PATTERN)]
    lon: Lon
    lat: Lat
    host_kind: HostKind = HostKind.OTHER
    cost: Annotated[float, Field(ge=0, le=MAX_COST, allow_inf_nan=False)] | None = None
    address: Annotated[str, Field(max_length=MAX_TEXT, pattern=parameters.TEXT_PATTERN)] | None = None
    note: Annotated[str, Field(max_length=MAX_TEXT, pattern=parameters.TEXT_PATTERN)] | None = None


class NewCandidate(CandidateFacts):
    """A candidate of a county."""

    county: parameters.County


class CandidateRows(_Sent):
    """A list of candidates. Rows are looked at one by one: a bad one is told and does not stop the others."""

    county: parameters.County
    datum: Datum = Field(description="What the coordinates are in; nothing is guessed.")
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_ROWS)] = Field(
        description="Each with `name`, `lon`, `lat`, and if known `host_kind`, `cost`, `address`, `note`."
    )
    all_or_nothing: bool = False


class RowRefused(BaseModel):
    """Why a row was not taken."""

    row: int
    field: str
    code: str
    detail: str


class CandidateRowsAnswer(BaseModel):
    """What became of a list."""

    added: int
    ids: list[int]
    refused: list[RowRefused]


class Candidate(BaseModel):
    """A stored candidate. It counts in no official figure."""

    id: int
    county: str
    name: str
    host_kind: HostKind
    source: SiteSource
    cost: float | None
    address: str | None
    note: str | None
    added_by: str
    lon: float
    lat: float
    is_invented: bool
    version: int


class CandidatesQuery(parameters.Query):
    """Whose candidates, a page at a time."""

    county: parameters.County
    limit: parameters.Limit = 1000
    after: parameters.LastId | None = None


class Candidates(BaseModel):
    """Candidates in order of id; `next` goes on."""

    candidates: list[Candidate]
    next: int | None
