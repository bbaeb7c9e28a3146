"""What a door lets somebody do: one table, permission by role. Every route names one permission.

The guard (``webmap/auth.py``) refuses who holds no post with the permission; which rows it opens is a
``Scope`` made from those posts and applied inside SQL. A test walks the routes and this table.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from geodata.vocab import Role

View = TypeVar("View", bound=Callable[..., object])


class Permission(StrEnum):
    """``<who>:<what>:<action>``: ``public`` needs no account, ``self`` any account, ``office`` a post."""

    MAP_READ = "public:map:read"
    STATIONS_READ = "public:stations:read"
    GRIDS_READ = "public:grids:read"
    DEMAND_READ = "public:demand:read"
    DIVISIONS_READ = "public:divisions:read"
    COVERAGE_READ = "public:coverage:read"
    HEALTH_READ = "public:health:read"
    DOCUMENT_READ = "public:document:read"
    FINDER_READ = "public:finder:read"
    REPORT_CREATE = "public:reports:create"
    SIGN_IN = "public:session:create"

    ACCOUNT_SELF = "self:account:write"

    COUNTS_READ = "office:counts:read"
    OWNERS_LOOK_UP = "office:owners:read"
    ENTERPRISES_READ = "office:enterprises:read"
    ENTERPRISES_WRITE = "office:enterprises:write"
    CONTACTS_READ = "office:contacts:read"
    CONTACTS_EXPORT = "office:contacts:export"
    CASES_READ = "office:cases:read"
    CASES_WORK = "office:cases:work"
    CASES_PROPOSE = "office:cases:propose"
    CASES_DIRECT = "office:cases:direct"
    CASES_VERIFY = "office:cases:verify"
    REVIEWS_DECIDE = "office:reviews:decide"
    STATIONS_WRITE = "office:stations:write"
    STATIONS_CARE = "office:stations:care"
    REPORTS_READ = "office:reports:read"
    REPORTS_ANSWER = "office:reports:answer"
    OFFICES_WRITE = "office:offices:write"
    OVERVIEW_READ = "office:overview:read"
    PLANS_READ = "office:plans:read"
    PLANS_WRITE = "office:plans:write"
    NETWORKS_WRITE = "office:networks:write"
    BOUNDARIES_READ = "office:boundaries:read"
    BOUNDARIES_WRITE = "office:boundaries:write"
    BOUNDARIES_APPROVE = "office:boundaries:approve"
    IMPORTS_RUN = "office:imports:run"
    EXPORTS_RUN = "office:exports:run"
    JOBS_READ = "office:jobs:read"
    PEOPLE_READ = "office:people:read"
    USERS_READ = "office:users:read"
    USERS_WRITE = "office:users:write"
    SETTINGS_READ = "office:settings:read"
    SETTINGS_WRITE = "office:settings:write"
    AUDIT_READ = "office:audit:read"

    @property
    def is_public(self) -> bool:
        """Whether it needs no account."""
        return self.startswith("public:")

    @property
    def is_self(self) -> bool:
        """Whether every account has it, for its own things."""
        return self.startswith("self:")


class Reach(StrEnum):
    """How far a permission reaches: the scope of the post itself, or the whole county the post is in."""

    OWN = "own"
    COUNTY = "county"


_OWN, _COUNTY = Reach.OWN, Reach.COUNTY
_PLANNER, _LIAISON, _CADRE = Role.PLANNER, Role.LIAISON, Role.SUPERVISING_CADRE
_INSTRUCTOR, _MANAGER, _VIEWER = Role.INSTRUCTOR, Role.STATION_MANAGER, Role.VIEWER
_ADMIN, _AUDITOR = Role.ADMIN, Role.AUDITOR

GRANTS: Mapping[Permission, Mapping[Role, Reach]] = {
    Permission.COUNTS_READ: {
        _PLANNER: _OWN,
        _LIAISON: _OWN,
        _CADRE: _COUNTY,
        _INSTRUCTOR: _OWN,
        _VIEWER: _OWN,
    },
    Permission.OWNERS_LOOK_UP: {_PLANNER: _OWN, _LIAISON: _COUNTY, _CADRE: _COUNTY, _INSTRUCTOR: _COUNTY},
    Permission.ENTERPRISES_READ: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _COUNTY, _INSTRUCTOR: _OWN},
    Permission.ENTERPRISES_WRITE: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _OWN},
    Permission.CONTACTS_READ: {_LIAISON: _OWN, _CADRE: _OWN},
    Permission.CONTACTS_EXPORT: {_LIAISON: _OWN, _CADRE: _OWN},
    Permission.CASES_READ: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _OWN, _INSTRUCTOR: _OWN},
    Permission.CASES_WORK: {_LIAISON: _OWN, _CADRE: _OWN},
    Permission.CASES_PROPOSE: {_LIAISON: _OWN, _CADRE: _OWN, _INSTRUCTOR: _OWN},
    Permission.CASES_DIRECT: {_PLANNER: _OWN, _CADRE: _OWN},
    Permission.CASES_VERIFY: {_CADRE: _OWN},
    Permission.REVIEWS_DECIDE: {_PLANNER: _OWN, _CADRE: _OWN},
    Permission.STATIONS_WRITE: {_PLANNER: _OWN, _MANAGER: _OWN},
    Permission.STATIONS_CARE: {_PLANNER: _OWN, _CADRE: _OWN, _MANAGER: _OWN},
    Permission.REPORTS_READ: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _OWN, _MANAGER: _OWN},
    Permission.REPORTS_ANSWER: {_CADRE: _OWN, _MANAGER: _OWN},
    Permission.OFFICES_WRITE: {_PLANNER: _OWN, _ADMIN: _OWN},
    Permission.OVERVIEW_READ: {_PLANNER: _OWN, _CADRE: _COUNTY, _VIEWER: _OWN},
    Permission.PLANS_READ: {_PLANNER: _OWN, _CADRE: _COUNTY, _VIEWER: _OWN},
    Permission.PLANS_WRITE: {_PLANNER: _OWN},
    Permission.NETWORKS_WRITE: {_PLANNER: _OWN, _ADMIN: _OWN},
    Permission.BOUNDARIES_READ: {_PLANNER: _OWN, _CADRE: _COUNTY, _ADMIN: _OWN},
    Permission.BOUNDARIES_WRITE: {_PLANNER: _OWN},
    Permission.BOUNDARIES_APPROVE: {_PLANNER: _OWN, _CADRE: _COUNTY},
    Permission.IMPORTS_RUN: {_PLANNER: _OWN, _ADMIN: _OWN},
    Permission.EXPORTS_RUN: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _OWN},
    Permission.JOBS_READ: {_PLANNER: _OWN, _LIAISON: _OWN, _CADRE: _OWN, _ADMIN: _OWN},
    Permission.PEOPLE_READ: {
        _PLANNER: _OWN,
        _LIAISON: _COUNTY,
        _CADRE: _COUNTY,
        _INSTRUCTOR: _COUNTY,
        _VIEWER: _OWN,
        _ADMIN: _OWN,
    },
    Permission.USERS_READ: {_ADMIN: _OWN, _AUDITOR: _OWN},
    Permission.USERS_WRITE: {_ADMIN: _OWN},
    Permission.SETTINGS_READ: {_ADMIN: _OWN, _AUDITOR: _OWN, _PLANNER: _OWN},
    Permission.SETTINGS_WRITE: {_ADMIN: _OWN},
    Permission.AUDIT_READ: {_AUDITOR: _OWN, _CADRE: _OWN, _MANAGER: _OWN},
}
"""Who may do what, and how far. What is not here is refused; ``public`` and ``self`` need no line."""


def reach_of(permission: Permission, role: Role | str) -> Reach | None:
    """How far a role holds a permission, or ``None``."""
    return GRANTS.get(permission, {}).get(Role(role))


def requires(permission: Permission) -> Callable[[View], View]:
    """Name the permission of a route; it is kept on the view function as ``required_permission``."""

    def keep(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return keep


def permission_of(view: Callable[..., object]) -> Permission | None:
    """The permission a view was given, or ``None`` when somebody forgot."""
    found = getattr(view, "required_permission", None)
    return found if isinstance(found, Permission) else None
