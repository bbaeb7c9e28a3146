"""Which union office to ask for a place of work, and keeping the list of offices."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from geodata.assignment.lookup import which_grid
from geodata.errors import Conflict, NotFound, Stale
from geodata.queries import audit
from geodata.queries import offices as queries
from geodata.queries.offices import Office
from geodata.queries.responsibility import division_exists
from geodata.queries.scopes import Scope
from geodata.rules.offices import check_office_phone


@dataclass(frozen=True)
class Answer:
    """Whom to ask: the office of the town, else of its county, else nobody known (``office`` is ``None``).

    ``is_known_place``: the place lies in one of our counties.
    """

    office: Office | None
    is_known_place: bool


def find_union_at(session: Session, *, lon: float, lat: float) -> Answer:
    """The office for a place (stored degrees): by the responsible grid, else by town and county.

    Raises:
        InvalidInput: ``coordinates_invalid``.
    """
    found = which_grid(session, lon=lon, lat=lat)[0]
    town = found.fallback_code
    if found.grid_id is not None:
        town = queries.find_town_at(session, lon, lat) or queries.find_town_of_grid(session, found.grid_id)
    return _answer(session, (town and town[:9], found.county_code))


def find_union_of(session: Session, division_code: str) -> Answer:
    """The office for a town or county chosen by name."""
    return _answer(session, (division_code[:9], division_code[:6]))


def add_office(session: Session, values: dict[str, Any], *, scope: Scope, by: str) -> Office:
    """Keep the office of a town or county.

    Raises:
        NotFound: ``division_not_found``, also when it is not in the asker's counties.
        Conflict: ``office_exists``.
        InvalidInput: ``office_phone_private``, ``office_phone_invalid``.
    """
    code = values["division_code"]
    _require_division(session, code, scope)
    check_office_phone(values.get("phone"))
    if not queries.add_office(session, values):
        raise Conflict("office_exists", code=code)
    audit.note(
        session,
        by=by,
        action="office_added",
        subject_kind="office",
        subject_id=code,
        after={"name": values["name"]},
    )
    return _get(session, code)


def save_office(
    session: Session, code: str, values: dict[str, Any], *, scope: Scope, version: int, by: str
) -> Office:
    """Change an office that was read in this version.

    Raises:
        NotFound: ``office_not_found``.
        Stale: somebody saved it since.
        InvalidInput: ``office_phone_private``, ``office_phone_invalid``.
    """
    if not scope.has_county(code[:6]):
        raise NotFound("office_not_found", code=code)
    before = _get(session, code)
    check_office_phone(values.get("phone"))
    if not queries.update_office(session, code, version=version, values=values):
        latest = audit.latest_change(session, "office", code)
        raise Stale(
            version=_get(session, code).version,
            by=latest.actor if latest else "",
            at=latest.at.isoformat() if latest else "",
            changed=sorted(values),
        )
    changed = sorted(name for name, value in values.items() if getattr(before, name) != value)
    audit.note(
        session,
        by=by,
        action="office_saved",
        subject_kind="office",
        subject_id=code,
        after={"changed": changed},
    )
    return _get(session, code)


def _answer(session: Session, codes: Iterable[str | None]) -> Answer:
    known = list(dict.fromkeys(filter(None, codes)))
    return Answer(queries.find_office(session, known) if known else None, bool(known))


def _require_division(session: Session, code: str, scope: Scope) -> None:
    if not scope.has_county(code[:6]) or not division_exists(session, code):
        raise NotFound("division_not_found", code=code)


def _get(session: Session, code: str) -> Office:
    found = queries.find_office(session, [code])
    if found is None:
        raise NotFound("office_not_found", code=code)
    return found


def read_offices(session: Session, scope: Scope) -> list[Office]:
    """The offices of the asker's counties, by code."""
    return queries.list_offices(session, None if scope.everything else sorted(scope.county_codes))
