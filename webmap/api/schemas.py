"""Shapes of GeoJSON answers, for the OpenAPI document and the tests that hold answers against it."""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from geodata.queries.clauses import StaffBand
from geodata.vocab import (
    AccessMethod,
    AssignmentMethod,
    AssignmentStatus,
    DivisionLevel,
    GridKind,
    LocationLevel,
    OrganizationStatus,
    RemovalReason,
    ServiceCondition,
    ServiceMode,
    StationStatus,
    StationType,
    UnitKind,
    VenueType,
)
from webmap.api.responsibility_schemas import Responsibility

Properties = TypeVar("Properties", bound=BaseModel)


class Geometry(BaseModel):
    """A GeoJSON geometry in WGS 84 / CGCS2000, six decimals."""

    type: Literal["Point", "MultiPolygon", "Polygon"]
    coordinates: list[Any]


class Feature(BaseModel, Generic[Properties]):
    """One GeoJSON feature; ``geometry`` is null when the place is not on the map."""

    type: Literal["Feature"]
    id: int
    geometry: Geometry | None
    properties: Properties


class Collection(BaseModel, Generic[Properties]):
    """A page of features. ``next`` is the ``after`` of the next page, null on the last."""

    type: Literal["FeatureCollection"]
    numberReturned: int  # noqa: N815  # the word of OGC API Features
    limit: int
    next: int | None
    features: list[Feature[Properties]]


class Station(BaseModel):
    """A service station."""

    code: str
    name: str
    type: StationType
    venue: VenueType
    status: StationStatus
    access: AccessMethod
    access_note: str | None
    address: str | None
    county: str | None
    district_label: str | None
    brand_label: str | None
    host_unit: str | None
    sponsor: str | None
    hours_text: str | None
    confirmed_on: date | None
    location_level: LocationLevel
    location_accuracy_m: float | None
    is_invented: bool
    invented_fields: list[str] = Field(description="Fields made up for a demonstration.")


class Opening(BaseModel):
    """One weekly opening: weekday 0 Monday to 6 Sunday, 7 public holiday; past 1440 is after midnight."""

    weekday: int
    opens_min: int
    closes_min: int


class OpeningException(BaseModel):
    """Hours of one date; null minutes are closed all day."""

    on: date
    opens_min: int | None
    closes_min: int | None
    reason: str | None


class Closure(BaseModel):
    """A temporary closure; ``to`` null is until further notice."""

    from_: datetime = Field(alias="from")
    to: datetime | None
    reason: str


class Service(BaseModel):
    """One service and its condition. A service not listed is unknown, not absent."""

    code: str
    name_zh: str
    name_en: str
    condition: ServiceCondition
    mode: ServiceMode
    distance_m: float | None
    checked_on: date | None


class StationDetail(Station):
    """A station with all that is public about it."""

    duty_phone: str | None
    hours: list[Opening] = Field(description="Empty: hours unknown.")
    exceptions: list[OpeningException]
    closures: list[Closure]
    services: list[Service]


class Grid(BaseModel):
    """A grid as drawn in the boundary version in force."""

    code: str
    name: str
    kind: GridKind
    county: str
    communities: list[str]
    version: str
    effective_from: date
    is_invented: bool


class GridEnterprises(BaseModel):
    """How many places of work a grid is responsible for."""

    total: int
    unorganized: int
    review: int
    not_on_map: int


class GridDetail(Grid):
    """A grid with its counts."""

    enterprises: GridEnterprises | None = Field(description="Null for who may not count them there.")


class GridReference(BaseModel):
    """A grid by its lasting id."""

    id: int
    code: str
    county: str


class Enterprise(BaseModel):
    """A place of work and who is responsible for it; never a contact, never a head count."""

    name: str
    uscc: str | None
    unit_kind: UnitKind
    industry_code: str | None
    industry_line: str | None
    band: StaffBand
    organization_status: OrganizationStatus
    covering_union: str | None
    operating_address: str | None
    county: str | None
    parent_id: int | None
    location_level: LocationLevel
    location_accuracy_m: float | None
    is_invented: bool
    grid: GridReference | None
    fallback_code: str | None
    assignment_method: AssignmentMethod | None
    assignment_status: AssignmentStatus | None


class DemandPoint(BaseModel):
    """A place where outdoor workers gather; people are an estimate."""

    code: str | None
    name: str
    county: str | None
    kind: str | None
    worker_group: str | None
    people: int
    hours: list[Opening] = Field(description="When they are there; empty: always.")
    counted_on: date | None
    address: str | None
    location_level: LocationLevel
    is_invented: bool


class Division(BaseModel):
    """A county, town or community valid today."""

    code: str
    level: DivisionLevel
    name: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    is_invented: bool


class EnterpriseDetail(Enterprise):
    """A place of work with its assignment and how it came about."""

    registered_address: str | None
    registered_code: str | None
    operating_code: str | None
    coord_source: str | None
    removed_on: date | None
    removal_reason: RemovalReason | None
    assignment: Responsibility | None
    history: list[Responsibility]


# Named, because the document's component names come from the class names.
class StationCollection(Collection[Station]):
    """Stations."""


class GridCollection(Collection[Grid]):
    """Grids."""


class EnterpriseCollection(Collection[Enterprise]):
    """Enterprises."""


class DemandCollection(Collection[DemandPoint]):
    """Demand points."""


class DivisionCollection(Collection[Division]):
    """Divisions."""


class StationFeature(Feature[StationDetail]):
    """One station."""


class GridFeature(Feature[GridDetail]):
    """One grid."""


class EnterpriseFeature(Feature[EnterpriseDetail]):
    """One enterprise."""


class Problem(BaseModel):
    """An error answer (RFC 9457). ``code`` is stable; ``detail`` is a sentence in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    parameters: list[dict[str, str]] | None = Field(
        None, description="What is wrong, parameter by parameter."
    )


class Health(BaseModel):
    """The service and its database answer."""

    status: Literal["ok"]
    version: str
