"""What a door lets a reader do. Every route names one permission; a test walks the routes."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


class Permission(StrEnum):
    """``<who>:<what>:<action>``. Until there are accounts everyone holds the ``public`` ones, only those."""

    MAP_READ = "public:map:read"
    STATIONS_READ = "public:stations:read"
    GRIDS_READ = "public:grids:read"
    ENTERPRISES_READ = "public:enterprises:read"
    DEMAND_READ = "public:demand:read"
    DIVISIONS_READ = "public:divisions:read"
    COVERAGE_READ = "public:coverage:read"
    HEALTH_READ = "public:health:read"
    DOCUMENT_READ = "public:document:read"


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
