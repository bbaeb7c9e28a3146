"""Services and the 8+N list by version: a new list holds from its day on, old reports keep the old one."""

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import Conflict, Forbidden, InvalidInput, NotFound
from geodata.queries import audit, people, service_lists, users
from geodata.queries.scopes import Scope
from geodata.queries.staleness import check_version

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
MOST_ITEMS = 20


@dataclass(frozen=True)
class StandardWanted:
    """A new version of the list: of one county, or (None) of all that have no list of their own."""

    county_code: str | None
    label: str
    valid_from: date
    items: tuple[str, ...]


def add_item(session: Session, *, code: str, name_zh: str, name_en: str, scope: Scope, by: str) -> str:
    """Add a service, one more of the N; returns its code.

    Raises:
        Forbidden: ``county_of_others``; services are the same in all counties.
        InvalidInput: ``service_code_invalid``.
        Conflict: ``service_taken``.
    """
    _require_everything(scope)
    if not _CODE.fullmatch(code):
        raise InvalidInput("service_code_invalid")
    if not service_lists.add_item(session, code, name_zh.strip(), name_en.strip()):
        raise Conflict("service_taken", code=code)
    names = {"name_zh": name_zh.strip(), "name_en": name_en.strip()}
    audit.note(session, by=by, action="service_added", subject_kind="service", subject_id=code, after=names)
    return code


def edit_item(
    session: Session,
    code: str,
    *,
    name_zh: str,
    name_en: str,
    position: int,
    version: int,
    scope: Scope,
    by: str,
) -> int:
    """Rename or move a service; its code stays. Returns the new version.

    Raises:
        Forbidden: ``county_of_others``.
        NotFound: ``service_not_found``.
        Stale: somebody saved it since.
    """
    _require_everything(scope)
    item = service_lists.lock_item(session, code)
    if item is None:
        raise NotFound("service_not_found")
    check_version(session, stored=item.version, expected=version, subject_kind="service", subject_id=code)
    wanted = {"name_zh": name_zh.strip(), "name_en": name_en.strip(), "position": position}
    before = {name: getattr(item, name) for name in wanted if getattr(item, name) != wanted[name]}
    if not before:
        return item.version
    for name in before:
        setattr(item, name, wanted[name])
    item.version += 1
    session.flush()
    audit.note(
        session,
        by=by,
        action="service_edited",
        subject_kind="service",
        subject_id=code,
        before=before,
        after={name: wanted[name] for name in before},
    )
    return item.version


def add_standard(session: Session, wanted: StandardWanted, *, version: int, scope: Scope, by: str) -> int:
    """Set the list from a day on; the version in force until then ends on that day. Returns the new id.

    ``version`` is that of the newest list of the county so far, 0 while it has none.

    Raises:
        Forbidden: ``county_of_others``.
        NotFound: ``county_not_found``.
        InvalidInput: ``standard_items_wrong`` with ``maximum``, ``standard_in_past``.
        Conflict: ``standard_not_later`` with ``day``: another list begins on that day or later.
        Stale: somebody added a list since.
    """
    if not scope.has_county(wanted.county_code):
        raise Forbidden("county_of_others")
    if wanted.county_code is not None and not users.county_exists(session, wanted.county_code):
        raise NotFound("county_not_found", county=wanted.county_code)
    _check_items(session, wanted.items)
    if wanted.valid_from < people.local_today(session):
        raise InvalidInput("standard_in_past")
    latest = service_lists.lock_latest_standard(session, wanted.county_code)
    check_version(
        session,
        stored=latest.version if latest else 0,
        expected=version,
        subject_kind="standard",
        subject_id=latest.id if latest else "-",
    )
    if latest is not None:
        if latest.valid_from >= wanted.valid_from:
            raise Conflict("standard_not_later", day=latest.valid_from.isoformat())
        latest.valid_to = wanted.valid_from
        latest.version += 1
        session.flush()
    return _insert(session, wanted, version=(latest.version if latest else 0) + 1, by=by)


def _insert(session: Session, wanted: StandardWanted, *, version: int, by: str) -> int:
    values = {
        "county_code": wanted.county_code,
        "label": wanted.label.strip(),
        "valid_from": wanted.valid_from,
        "standard_items": list(wanted.items),
        # Versions of a county's lists grow from one to the next, so an old page never fits a new list.
        "version": version,
    }
    try:
        with session.begin_nested():
            row = service_lists.add_standard(session, values)
    except sa.exc.IntegrityError as error:  # two first lists of a county at the same moment
        raise Conflict("standard_not_later", day=wanted.valid_from.isoformat()) from error
    audit.note(
        session,
        by=by,
        action="standard_added",
        subject_kind="standard",
        subject_id=row.id,
        after={
            "county_code": wanted.county_code,
            "label": row.label,
            "valid_from": wanted.valid_from.isoformat(),
            "items": list(wanted.items),
        },
    )
    return row.id


def withdraw_standard(session: Session, standard_id: int, *, version: int, scope: Scope, by: str) -> None:
    """Take back a list whose day has not come; the one before goes on.

    Raises:
        NotFound: ``standard_not_found``, also when it is not the asker's.
        Conflict: ``standard_in_force``: reports were made by it.
        Stale: somebody saved it since.
    """
    standard = service_lists.lock_standard(session, standard_id)
    if standard is None or not scope.has_county(standard.county_code):
        raise NotFound("standard_not_found")
    check_version(
        session,
        stored=standard.version,
        expected=version,
        subject_kind="standard",
        subject_id=standard_id,
    )
    if standard.valid_from <= people.local_today(session):
        raise Conflict("standard_in_force")
    if standard.valid_to is not None:
        raise Conflict("standard_not_later", day=standard.valid_to.isoformat())
    previous = service_lists.find_standard_before(session, standard)
    before = {"label": standard.label, "items": standard.standard_items}
    service_lists.remove_standard(session, standard)
    if previous is not None:
        previous.valid_to = None
        previous.version = version + 1
        session.flush()
    audit.note(
        session,
        by=by,
        action="standard_withdrawn",
        subject_kind="standard",
        subject_id=standard_id,
        before=before,
    )


def _check_items(session: Session, items: tuple[str, ...]) -> None:
    is_list = 0 < len(items) <= MOST_ITEMS and len(set(items)) == len(items)
    if not is_list or service_lists.unknown_items(session, items):
        raise InvalidInput("standard_items_wrong", maximum=MOST_ITEMS)


def _require_everything(scope: Scope) -> None:
    if not scope.everything:
        raise Forbidden("county_of_others")
