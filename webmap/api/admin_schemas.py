"""Bodies of what administrators write. A field that an operation does not name is refused."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from geodata.vocab import Role
from webmap.api.parameters import MAX_ID, TEXT_PATTERN

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=TEXT_PATTERN)]
LongText = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="Lower case, digits, underscore.")]
Login = Annotated[str, Field(min_length=2, max_length=40, pattern=TEXT_PATTERN)]
CountyCode = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Six digits of the county.")]
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]
FAR = date(2100, 1, 1)
NEAR = date(2000, 1, 1)
Day = Annotated[date, Field(ge=NEAR, le=FAR)]


class Body(BaseModel):
    """What every write takes: nothing it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProfileBody(Body):
    """A person as colleagues read them. ``work_phone`` is the number colleagues may call."""

    name: Name
    work_phone: Annotated[str, Field(max_length=25, pattern=TEXT_PATTERN)] | None = None
    organisation: Annotated[str, Field(max_length=100, pattern=TEXT_PATTERN)] | None = None


class UserBody(ProfileBody):
    """A new account; ``login`` is for ever."""

    login: Login


class PostBody(Body):
    """A post to give: the scope fits the role, the county of a grid or station is its own."""

    role: Role
    county_code: CountyCode | None = None
    grid_id: RowId | None = None
    station_id: RowId | None = None
    industry_line: Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT_PATTERN)] | None = None
    is_deputy: bool = False
    valid_from: Day | None = Field(None, description="First day; today unless given.")
    valid_to: Day | None = Field(None, description="First day without the post.")


class EndBody(Body):
    """The first day without a post."""

    on: Day


class HandOverBody(Body):
    """Who takes over, and from which day: today or tomorrow."""

    to_login: Login
    on: Day


class SignOnBody(Body):
    """The subject that single sign-on gives this person; null takes the link away."""

    subject: Annotated[str, Field(min_length=1, max_length=255, pattern=TEXT_PATTERN)] | None


class ChoiceBody(Body):
    """A choice; null takes it back."""

    value: Annotated[int, Field(strict=True)] | Annotated[str, Field(max_length=40)] | None


class BaseMapBody(Body):
    """A base map. Without ``url`` there is none, whatever the environment says."""

    url: Annotated[str, Field(max_length=500)] | None = None
    key: Annotated[str, Field(max_length=100)] | None = None
    attribution: Annotated[str, Field(max_length=200, pattern=TEXT_PATTERN)] | None = None
    approval: Annotated[str, Field(max_length=60, pattern=TEXT_PATTERN)] | None = None


class ServiceBody(Body):
    """A new service, one more of the N."""

    code: Code
    name_zh: Name
    name_en: Name


class ServiceEditBody(Body):
    """The names of a service and its place in lists."""

    name_zh: Name
    name_en: Name
    position: Annotated[int, Field(ge=1, le=1000)]


class StandardBody(Body):
    """A new version of the 8+N list, from a day on."""

    county_code: CountyCode | None = None
    label: Name
    valid_from: Day
    items: Annotated[list[Code], Field(min_length=1, max_length=20)]


class RuleEditBody(Body):
    """A coverage rule: metres, seconds, metres per second."""

    label_zh: Name
    label_en: Name
    basis_zh: LongText
    basis_en: LongText
    speed_mps: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]
    straight_limit_m: Annotated[float, Field(gt=0, le=20_000, allow_inf_nan=False)] | None = None
    street_limit_s: Annotated[float, Field(gt=0, le=7200, allow_inf_nan=False)] | None = None
    access_cap_m: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 100.0
    unconfirmed_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    position: Annotated[int, Field(ge=1, le=1000)] = 100


class RuleBody(RuleEditBody):
    """A new coverage rule."""

    code: Code


class Saved(BaseModel):
    """A write that was done, with the new version of the thing."""

    version: int | None = None


class UserMade(BaseModel):
    """A new account or password. ``password`` is told once; the same request sent again goes without."""

    user_id: int
    login: str
    version: int
    password: str | None = None


class PostMade(BaseModel):
    """A new post."""

    post_id: int


class PostEnded(BaseModel):
    """A post with its last day, and who does a vacant liaison's work."""

    version: int
    is_vacant: bool
    acting: str | None


class HandedOver(BaseModel):
    """How many posts and open cases went over."""

    posts: int
    work: int
    on: date
