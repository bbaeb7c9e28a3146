"""Which scope a role needs, which roles exclude each other, and what handing over takes along."""

from dataclasses import dataclass
from datetime import date

from geodata.errors import Conflict, InvalidInput
from geodata.vocab import GRID_ROLES, Role

SCOPE_OF = {
    Role.LIAISON: "grid_id",
    Role.SUPERVISING_CADRE: "grid_id",
    Role.STATION_MANAGER: "station_id",
    Role.INSTRUCTOR: "industry_line",
}
"""The one field that names the scope of a role; every other role has a county, or all counties."""

HANDED_OVER = frozenset(SCOPE_OF)
"""Roles whose work goes to a successor. Planner, viewer, admin and auditor are appointments of a person."""

_APART = frozenset({Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class PostWanted:
    """A post as asked for. ``valid_to`` is the first day without it; ``county_code`` None is all counties."""

    role: Role
    county_code: str | None = None
    grid_id: int | None = None
    station_id: int | None = None
    industry_line: str | None = None
    is_deputy: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


def check_scope(wanted: PostWanted) -> None:
    """Refuse a post whose scope does not fit its role: too little, too much, or a deputy of no grid.

    Raises:
        InvalidInput: ``post_scope_wrong`` with ``role``, or ``post_deputy_wrong``.
    """
    needed = SCOPE_OF.get(wanted.role)
    given = {name for name in ("grid_id", "station_id", "industry_line") if getattr(wanted, name) is not None}
    if given != ({needed} if needed else set()):
        raise InvalidInput("post_scope_wrong", role=str(wanted.role))
    if wanted.role is Role.INSTRUCTOR and wanted.county_code is None:
        raise InvalidInput("post_scope_wrong", role=str(wanted.role))
    if wanted.is_deputy and wanted.role not in GRID_ROLES:
        raise InvalidInput("post_deputy_wrong")


def check_period(valid_from: date, valid_to: date | None, *, today: date) -> None:
    """Refuse a post that begins in the past (history is not rewritten) or ends before it begins.

    Raises:
        InvalidInput: ``post_begins_in_past`` or ``post_ends_too_early``.
    """
    if valid_from < today:
        raise InvalidInput("post_begins_in_past")
    if valid_to is not None and valid_to <= valid_from:
        raise InvalidInput("post_ends_too_early")


def check_apart(role: Role, held: set[str]) -> None:
    """Refuse to make one person both administrator and auditor: nobody reads the log of their own settings.

    Raises:
        Conflict: ``posts_kept_apart``.
    """
    if role in _APART and held & (_APART - {role}):
        raise Conflict("posts_kept_apart")
