"""Questions and answers of the overview."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from geodata.queries.overview_figures import Figure, StationFigure
from geodata.queries.overview_lists import (
    MAX_PAGE,
    ListQuestion,
    StationQuestion,
    read_question,
    read_stations_question,
)
from geodata.vocab import AssignmentStatus, GridKind, OrganizationStatus
from webmap.api.parameters import Bands, County, Query, Text

_ROW = Field(
    "all",
    pattern=r"^(all|none|grid:[0-9]{1,15}|union:[0-9]{6,12})$",
    description="A row of the table: `grid:<id>`, `union:<code>`, `none`, or `all`.",
)
_PAGE = Field(1, ge=1, le=MAX_PAGE)
_LIMIT = Field(50, ge=1, le=200)


class OverviewQuery(Query):
    """Which county."""

    county: County | None = Field(None, description="The first of one's own unless given.")


class ListQuery(OverviewQuery):
    """Which list: a figure, a row, and filters on top."""

    figure: Figure = Figure.ENTERPRISES
    row: str = _ROW
    q: Text | None = Field(None, description="The name contains this text.")
    line: Text | None = Field(None, description="Industry line; `-` for those without.")
    band: Bands | None = None
    held: Literal["yes", "no"] | None = None
    sort: Literal["due", "name", "size", "visit", "waiting"] = "due"
    page: int = _PAGE
    limit: int = _LIMIT

    def question(self) -> ListQuestion:
        """The question as the query understands it."""
        given = self.without("county", "page", "limit", "band", "format")
        words = {name: str(value) for name, value in given.items() if value is not None}
        words |= {"page": str(self.page), "band": ",".join(self.band or ())}
        return read_question(words, limit=self.limit)


class StationListQuery(OverviewQuery):
    """Which stations."""

    figure: StationFigure = StationFigure.STATIONS
    row: str = Field(
        "all",
        pattern=r"^(all|none|grid:[0-9]{1,15})$",
        description="A row of the table: `grid:<id>`, `none` (in no grid), or `all`.",
    )
    page: int = _PAGE
    limit: int = _LIMIT

    def question(self) -> StationQuestion:
        """The question as the query understands it."""
        words = {"figure": str(self.figure), "row": self.row, "page": str(self.page)}
        return read_stations_question(words, limit=self.limit)


class ExportQuery(OverviewQuery):
    """As which kind of file."""

    format: Literal["xlsx", "csv"] = "xlsx"


class ListExportQuery(ListQuery):
    """Which list, as which kind of file; paging does not matter."""

    format: Literal["xlsx", "csv"] = "xlsx"


class Rates(BaseModel):
    """Percent to 0.1; null where there is nothing to divide by. The two are never mixed."""

    work_coverage: float | None
    org_coverage: float | None


class OverviewRow(BaseModel):
    """One grid, union of last resort, or what has no owner here."""

    key: str
    code: str | None
    name: str | None
    kind: GridKind | None
    liaison: str | None
    cadre: str | None
    acting: str | None = Field(description="Who does the liaison's work while there is none.")
    is_staffed: bool
    figures: dict[str, int]
    rates: Rates


class Staffing(BaseModel):
    """Grids with liaison and cadre out of those that should have both."""

    grids: int
    staffed: int
    rate: float | None


class SumCheck(BaseModel):
    """assigned + fallback + out_of_county = enterprises; a place without any row shows as a difference."""

    enterprises: int
    assigned: int
    fallback: int
    out_of_county: int
    adds_up: bool


class Overview(BaseModel):
    """A county today."""

    county: str
    on: date
    rows: list[OverviewRow]
    totals: dict[str, int]
    rates: Rates
    staffing: Staffing
    sum_check: SumCheck


class ListedEnterprise(BaseModel):
    """A place of work with what is done about it; never a contact."""

    id: int
    name: str
    uscc: str | None
    band: str
    industry_line: str | None
    organization_status: OrganizationStatus
    covering_union: str | None
    grid_id: int | None
    grid_code: str | None
    grid_name: str | None
    fallback_code: str | None
    fallback_name: str | None
    assignment_status: AssignmentStatus | None
    case_id: int | None
    case_version: int | None
    case_state: str | None
    step: str | None
    due_on: date | None
    unheld_why: str | None
    holder: str | None
    liaison: str | None
    acting: str | None
    has_dispute: bool
    has_proposal: bool = Field(description="A line proposes that its union covers it.")
    visited_on: date | None
    is_on_map: bool


class EnterpriseList(BaseModel):
    """A page of a list."""

    total: int
    page: int
    limit: int
    enterprises: list[ListedEnterprise]


class ListedStation(BaseModel):
    """A station and when it was confirmed."""

    id: int
    code: str
    name: str
    status: str
    grid_id: int | None
    grid_name: str | None
    address: str | None
    confirmed_on: date | None
    closed_to: datetime | None


class StationList(BaseModel):
    """A page of stations."""

    total: int
    page: int
    limit: int
    stations: list[ListedStation]


class PeopleQuery(Query):
    """Which county."""

    county: County


class PostHolder(BaseModel):
    """Somebody who answers for a grid."""

    name: str
    work_phone: str | None


class PeopleOfGrid(BaseModel):
    """The people of one grid; `acting` does the liaison's work while there is none."""

    grid_id: int
    liaison: PostHolder | None
    cadre: PostHolder | None
    acting: PostHolder | None


class GridPeople(BaseModel):
    """The grids in force of a county, by code."""

    grids: list[PeopleOfGrid]
