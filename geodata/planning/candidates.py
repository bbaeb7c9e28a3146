"""Candidate sites: places where a station could be. They never count in an official figure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geodata.crs import to_wgs84
from geodata.errors import GeodataError, InvalidInput, NotFound, Stale
from geodata.queries import audit
from geodata.queries import siting as queries
from geodata.queries.people import local_today
from geodata.queries.scopes import Scope
from geodata.queries.siting import StoredSite
from geodata.rules.personal import check_no_id_number
from geodata.vocab import Datum, HostKind, SiteSource

MAX_SITES = 5_000
"""Candidates of one county: more than anybody looks at, fewer than anybody waits for."""

MAX_ROWS = 2_000
"""Rows of one list sent in."""

MAX_NAME, MAX_TEXT = 100, 500
MAX_COST = 1_000_000_000.0
_FACTS = ("name", "host_kind", "cost", "address", "note", "lon", "lat")
_HALF_TURN, _POLE = 180.0, 90.0


@dataclass(frozen=True)
class Editor:
    """Who changes candidates, and where they may."""

    login: str
    scope: Scope


@dataclass(frozen=True)
class RowFault:
    """Why one row of a list was not taken: its number from 1, the field, the code and its parameters."""

    row: int
    field: str
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """What became of a list: ids of the rows taken, in order, and the faults of the others."""

    ids: Sequence[int]
    faults: Sequence[RowFault]


def get_site(session: Session, site_id: int, scope: Scope) -> StoredSite:
    """A candidate of one's own counties.

    Raises:
        NotFound: ``candidate_not_found``.
    """
    found = queries.find_site(session, site_id)
    if found is None or not scope.has_county(found.county_code):
        raise NotFound("candidate_not_found", id=site_id)
    return found


def add_site(session: Session, county_code: str, values: Mapping[str, Any], editor: Editor) -> StoredSite:
    """Keep one candidate that somebody drew; flushes, the caller commits.

    ``values`` are ``name``, ``lon``, ``lat`` (WGS 84), and ``host_kind``, ``cost`` (yuan),
    ``address``, ``note``.

    Raises:
        NotFound: ``county_not_found``.
        InvalidInput: ``candidate_field_invalid`` with the field, ``candidate_outside_county``,
            ``candidates_too_many``.
    """
    _require(county_code, editor)
    _check_room(session, county_code, 1)
    row = _read(values, Datum.WGS84)
    _check_inside(session, county_code, row)
    (site_id,) = queries.add_sites(session, [_stored(county_code, row, SiteSource.DRAWN, editor)])
    _note(session, "candidate_added", site_id, editor, {"county": county_code, "name": row["name"]})
    return get_site(session, site_id, editor.scope)


def add_list(
    session: Session,
    county_code: str,
    rows: Sequence[Mapping[str, Any]],
    datum: Datum,
    editor: Editor,
    *,
    all_or_nothing: bool = False,
) -> Taken:
    """Keep the good rows of a list; every other row is told with its number and reason.

    Args:
        session: the caller's transaction.
        county_code: whose candidates they are.
        rows: as ``add_site`` takes them, coordinates in ``datum``.
        datum: what the coordinates are in; nothing is guessed.
        editor: who sends them in.
        all_or_nothing: keep none when one row is bad.

    Raises:
        NotFound: ``county_not_found``.
        InvalidInput: ``candidates_too_many``.
    """
    _require(county_code, editor)
    good: list[tuple[int, dict[str, Any]]] = []
    faults: list[RowFault] = []
    for number, values in enumerate(rows, start=1):
        try:
            good.append((number, _read(values, datum)))
        except GeodataError as error:
            faults.append(_fault(number, error))
    faults += _find_repeats(good)
    repeated = {fault.row for fault in faults}
    good = [(number, row) for number, row in good if number not in repeated]
    points = [(row["lon"], row["lat"]) for _, row in good]
    outside = set(queries.list_outside(session, county_code, points, local_today(session)))
    faults += [
        RowFault(good[at][0], "lon", "candidate_outside_county", {"county": county_code})
        for at in sorted(outside)
    ]
    kept = [row for at, (_, row) in enumerate(good) if at not in outside]
    faults.sort(key=lambda fault: fault.row)
    if not kept or (all_or_nothing and faults):
        return Taken([], faults)
    _check_room(session, county_code, len(kept))
    ids = queries.add_sites(session, [_stored(county_code, row, SiteSource.UPLOADED, editor) for row in kept])
    after = {"county": county_code, "rows": len(ids), "refused": len(faults)}
    _note(session, "candidates_added", county_code, editor, after)
    return Taken(ids, faults)


def save_site(
    session: Session, site_id: int, values: Mapping[str, Any], version: int, editor: Editor
) -> StoredSite:
    """Write over a candidate of which one saw this version.

    Raises:
        NotFound: ``candidate_not_found``.
        Stale: somebody saved it since.
        InvalidInput: see ``add_site``.
    """
    before = _lock(session, site_id, version, editor)
    row = _read(values, Datum.WGS84)
    _check_inside(session, before.county_code, row)
    queries.save_site(session, site_id, row)
    changed = [name for name in _FACTS if getattr(before, name) != row[name]]
    _note(session, "candidate_changed", site_id, editor, {"changed": changed})
    return get_site(session, site_id, editor.scope)


def remove_site(session: Session, site_id: int, version: int, editor: Editor) -> None:
    """Remove a candidate; answers given before keep its name and place.

    Raises:
        NotFound: ``candidate_not_found``.
        Stale: somebody saved it since.
    """
    before = _lock(session, site_id, version, editor)
    queries.remove_site(session, site_id)
    after = {"county": before.county_code, "name": before.name}
    _note(session, "candidate_removed", site_id, editor, after)


def _lock(session: Session, site_id: int, version: int, editor: Editor) -> StoredSite:
    found = queries.find_site(session, site_id, lock=True)
    if found is None or not editor.scope.has_county(found.county_code):
        raise NotFound("candidate_not_found", id=site_id)
    if found.version != version:
        latest = audit.latest_change(session, "candidate_site", site_id)
        raise Stale(
            version=found.version,
            by=latest.actor if latest else "",
            at=latest.at.isoformat() if latest else "",
            changed=(latest.after or {}).get("changed", []) if latest else [],
        )
    return found


def _read(values: Mapping[str, Any], datum: Datum) -> dict[str, Any]:
    """A row as it is stored, or the first field that is wrong."""
    lon, lat = (_number(values, name, bound) for name, bound in (("lon", _HALF_TURN), ("lat", _POLE)))
    east, north = to_wgs84(np.array([lon]), np.array([lat]), datum)
    cost = values.get("cost")
    if cost is not None and not (_is_number(cost) and 0 <= cost <= MAX_COST):
        raise InvalidInput("candidate_field_invalid", field="cost")
    host = values.get("host_kind") or HostKind.OTHER
    if host not in set(HostKind):
        raise InvalidInput("candidate_field_invalid", field="host_kind")
    name = _text(values, "name", MAX_NAME)
    if name is None:
        raise InvalidInput("candidate_field_invalid", field="name")
    return {
        "name": name,
        "host_kind": str(HostKind(host)),
        "cost": None if cost is None else float(cost),
        "address": _text(values, "address", MAX_TEXT),
        "note": _text(values, "note", MAX_TEXT),
        "lon": float(east[0]),
        "lat": float(north[0]),
    }


def _number(values: Mapping[str, Any], name: str, bound: float) -> float:
    value = values.get(name)
    if not _is_number(value) or not abs(float(value or 0)) <= bound:
        raise InvalidInput("candidate_field_invalid", field=name)
    return float(value or 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(values: Mapping[str, Any], name: str, most: int) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most or any(ord(each) < ord(" ") for each in value):
        raise InvalidInput("candidate_field_invalid", field=name)
    check_no_id_number(value)
    return value.strip() or None


def _find_repeats(good: Sequence[tuple[int, dict[str, Any]]]) -> list[RowFault]:
    """Rows that say again what a row before them said."""
    first: dict[tuple[str, float, float], int] = {}
    faults = []
    for number, row in good:
        before = first.setdefault((row["name"], round(row["lon"], 6), round(row["lat"], 6)), number)
        if before != number:
            faults.append(RowFault(number, "name", "candidate_repeated", {"other": before}))
    return faults


def _fault(number: int, error: GeodataError) -> RowFault:
    return RowFault(number, str(error.params.get("field", "")), error.code, error.params)


def _check_inside(session: Session, county_code: str, row: Mapping[str, Any]) -> None:
    if queries.list_outside(session, county_code, [(row["lon"], row["lat"])], local_today(session)):
        raise InvalidInput("candidate_outside_county", county=county_code)


def _check_room(session: Session, county_code: str, more: int) -> None:
    if queries.count_sites(session, county_code) + more > MAX_SITES:
        raise InvalidInput("candidates_too_many", limit=MAX_SITES)


def _require(county_code: str, editor: Editor) -> None:
    if not editor.scope.has_county(county_code):
        raise NotFound("county_not_found", county=county_code)


def _stored(county_code: str, row: dict[str, Any], source: SiteSource, editor: Editor) -> dict[str, Any]:
    return {**row, "county_code": county_code, "source": str(source), "added_by": editor.login}


def _note(session: Session, action: str, site: object, editor: Editor, after: dict[str, Any]) -> None:
    audit.note(
        session, by=editor.login, action=action, subject_kind="candidate_site", subject_id=site, after=after
    )
