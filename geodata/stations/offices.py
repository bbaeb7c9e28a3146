"""Which union office to ask for a place of work, and keeping the list of offices."""

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
    """Whom to ask: the office of the town, or of its county; ``None`` when neither has given one.

    ``area`` is the name of the grid the place lies in, and ``town_code`` the town it belongs to.
    """

    office: Office | None
    county_code: str | None
    town_code: str | None
    area: str | None
    enterprise: str | None = None


def find_union_at(session: Session, *, lon: float, lat: float) -> Answer:
    """The office for a place (stored degrees): by the grid that covers it, else by town and county.

    Raises:
        InvalidInput: ``coordinates_invalid``.
    """
    return _answer(session, which_grid(session, lon=lon, lat=lat)[0])


def find_unions_of(session: Session, name: str) -> list[Answer]:
    """The offices for enterprises whose name contains the words, at most 20, shortest names first."""
    return [_answer(session, found) for found in which_grid(session, name=name)]


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


def _answer(session: Session, found: Any) -> Answer:
    town = found.fallback_code
    if town is None and found.grid_id is not None:
        town = queries.find_town_of_grid(session, found.grid_id)
    county = found.county_code or (town or "")[:6] or None
    codes = list(dict.fromkeys(filter(None, (town and town[:9], county))))
    return Answer(
        office=queries.find_office(session, codes) if codes else None,
        county_code=county,
        town_code=town,
        area=found.grid_name or found.fallback_name,
        enterprise=found.enterprise_name,
    )


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
