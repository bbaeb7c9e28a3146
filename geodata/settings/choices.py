"""The choices ⚙ of counties: listed with their bounds, set, taken back."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Forbidden, NotFound
from geodata.queries import audit, users
from geodata.queries import settings as stored_settings
from geodata.queries.scopes import Scope
from geodata.queries.settings import ALL_COUNTIES, UNSTORED
from geodata.queries.staleness import check_version
from geodata.rules.settings import CLOCK_STARTS, LIMITS, NAMES, CountySettings, check_setting

KIND = "setting"


@dataclass(frozen=True)
class Choice:
    """One ⚙ as a county has it. ``value`` holds; ``own`` is the county's, ``inherited`` the rest's."""

    name: str
    value: Any
    own: Any
    inherited: Any
    version: int
    low: int | None
    high: int | None
    words: tuple[str, ...]


def list_choices(session: Session, county_code: str) -> list[Choice]:
    """All choices of a county, or (empty code) of all counties, in the order of the rules."""
    own = stored_settings.list_stored(session, county_code)
    common = {} if county_code == ALL_COUNTIES else stored_settings.list_stored(session, ALL_COUNTIES)
    return [
        _choice(
            field.name, field.default, common.get(field.name, UNSTORED).value, own.get(field.name, UNSTORED)
        )
        for field in fields(CountySettings)
    ]


def _choice(name: str, default: Any, common: Any, own: stored_settings.Stored) -> Choice:
    inherited = default if common is None else common
    low, high = LIMITS.get(name, (None, None))
    return Choice(
        name=name,
        value=inherited if own.value is None else own.value,
        own=own.value,
        inherited=inherited,
        version=own.version,
        low=low,
        high=high,
        words=CLOCK_STARTS if name == "clock_starts" else (),
    )


def set_choice(
    session: Session, county_code: str, name: str, value: Any, *, version: int, scope: Scope, by: str
) -> int:
    """Choose for a county, or (empty code) for all that have no choice of their own; returns the new version.

    ``value`` None takes the choice back. ``version`` is 0 while nothing was ever chosen.

    Raises:
        NotFound: ``county_not_found``.
        Forbidden: ``county_of_others``: the county, or all counties, are not the asker's.
        InvalidInput: see ``check_setting``.
        Stale: somebody chose since.
    """
    _check_county(session, county_code, scope)
    if value is not None or name not in NAMES:
        check_setting(name, value)
    return save_setting(session, county_code=county_code, name=name, value=value, version=version, by=by)


def save_setting(
    session: Session,
    *,
    county_code: str,
    name: str,
    value: Any,
    version: int,
    by: str,
    hide: tuple[str, ...] = (),
) -> int:
    """Store one setting and log it; keys of ``value`` named in ``hide`` stay out of the log.

    Raises:
        Stale: it was saved since ``version``.
    """
    subject = f"{county_code or 'all'}/{name}"
    before = stored_settings.list_stored(session, county_code).get(name, UNSTORED)
    saved = stored_settings.save(session, county_code=county_code, name=name, value=value, version=version)
    if saved is None:
        current = stored_settings.list_stored(session, county_code).get(name, UNSTORED)
        # Whoever saved at this very moment committed after we looked, so the version seen may still be ours.
        stored = current.version if current.version != version else version + 1
        check_version(session, stored=stored, expected=version, subject_kind=KIND, subject_id=subject)
    audit.note(
        session,
        by=by,
        action="setting_changed",
        subject_kind=KIND,
        subject_id=subject,
        before={"value": _shown(before.value, hide)},
        after={"value": _shown(value, hide)},
    )
    return saved or 0


def _shown(value: Any, hide: tuple[str, ...]) -> Any:
    return (
        {name: part for name, part in value.items() if name not in hide} if isinstance(value, dict) else value
    )


def _check_county(session: Session, county_code: str, scope: Scope) -> None:
    if not scope.has_county(county_code or None):
        raise Forbidden("county_of_others")
    if county_code and not users.county_exists(session, county_code):
        raise NotFound("county_not_found", county=county_code)
