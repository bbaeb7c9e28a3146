"""Barriers: drawn, put right, ended, removed by the planner of a county; every write leaves one entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy.orm import Session

from geodata.coverage.question import today
from geodata.errors import NotFound, Stale
from geodata.queries import audit
from geodata.queries import barriers as queries
from geodata.queries.barriers import BarrierRow
from geodata.queries.coverage_reads import list_counties, read_outlines
from geodata.queries.scopes import Scope
from geodata.rules import barriers as rules
from geodata.rules.availability import LOCAL_TIME
from geodata.vocab import BarrierKind

_SUBJECT = "barrier"
_FACTS = ("name", "kind", "valid_from", "valid_to", "note")


@dataclass(frozen=True)
class BarrierWanted:
    """A barrier as a planner wants it; ``shape`` is GeoJSON in longitude/latitude."""

    name: str
    kind: BarrierKind
    valid_from: date
    valid_to: date | None
    note: str | None
    shape: Mapping[str, Any]

    def facts(self) -> dict[str, Any]:
        """The columns besides the geometry."""
        return {name: getattr(self, name) for name in _FACTS} | {"kind": str(self.kind)}


def draw_barrier(
    session: Session, county_code: str, wanted: BarrierWanted, *, scope: Scope, by: str
) -> BarrierRow:
    """Keep a new barrier. Flushes; the caller commits.

    Raises:
        NotFound: ``county_not_found``, also when it is not the asker's.
        InvalidInput: ``barrier_period_invalid`` and what ``rules.barriers`` refuses.
    """
    if not scope.has_county(county_code):
        raise NotFound("county_not_found", county=county_code)
    shape = _checked(session, county_code, wanted)
    values = {**wanted.facts(), "county_code": county_code, "drawn_by": by}
    barrier_id = queries.add_barrier(session, values, shape)
    _note(session, by, "barrier_drawn", barrier_id, after=_plain(wanted.facts()))
    return _get(session, barrier_id)


def save_barrier(
    session: Session, barrier_id: int, wanted: BarrierWanted, *, version: int, scope: Scope, by: str
) -> BarrierRow:
    """Put a barrier right that was read in this version.

    Name, kind, note and last day may always be changed; where it stands and since when only before it has
    stood a day.

    Raises:
        NotFound: ``barrier_not_found``.
        Stale: somebody saved it since.
        Conflict: ``barrier_stood``.
        InvalidInput: ``barrier_period_invalid`` and what ``rules.barriers`` refuses.
    """
    before = _own(session, barrier_id, scope)
    shape = _checked(session, before.county_code, wanted)
    moved = not shapely.equals_exact(shape, before.shape, tolerance=1e-9)
    if moved or wanted.valid_from != before.valid_from:
        _check_past(before)
    facts = wanted.facts()
    changed = {name: value for name, value in facts.items() if getattr(before, name) != value}
    written = queries.update_barrier(
        session, barrier_id, facts, version=version, shape=shape if moved else before.shape
    )
    if not written:
        raise _stale(session, barrier_id, [*changed, *(["shape"] if moved else [])])
    _note(
        session,
        by,
        "barrier_saved",
        barrier_id,
        before=_plain({name: getattr(before, name) for name in changed}),
        after=_plain(changed) | ({"shape": "redrawn"} if moved else {}),
    )
    return _get(session, barrier_id)


def end_barrier(
    session: Session, barrier_id: int, on: date, *, version: int, scope: Scope, by: str
) -> BarrierRow:
    """Let a barrier stand until before a day.

    Raises:
        NotFound: ``barrier_not_found``.
        Stale: somebody saved it since.
        InvalidInput: ``barrier_period_invalid`` when it would end before it has stood a day.
    """
    before = _own(session, barrier_id, scope)
    rules.check_period(before.valid_from, on)
    written = queries.update_barrier(
        session, barrier_id, {"valid_to": on}, version=version, shape=before.shape
    )
    if not written:
        raise _stale(session, barrier_id, ["valid_to"])
    _note(
        session,
        by,
        "barrier_ended",
        barrier_id,
        before=_plain({"valid_to": before.valid_to}),
        after=_plain({"valid_to": on}),
    )
    return _get(session, barrier_id)


def remove_barrier(session: Session, barrier_id: int, *, version: int, scope: Scope, by: str) -> None:
    """Remove a barrier drawn by mistake, before it has stood a day.

    Raises:
        NotFound: ``barrier_not_found``.
        Stale: somebody saved it since.
        Conflict: ``barrier_stood``.
    """
    before = _own(session, barrier_id, scope)
    _check_past(before)
    if not queries.remove_barrier(session, barrier_id, version=version):
        raise _stale(session, barrier_id, [])
    facts = {name: getattr(before, name) for name in _FACTS}
    _note(session, by, "barrier_removed", barrier_id, before=_plain(facts))


def _checked(session: Session, county_code: str, wanted: BarrierWanted) -> shapely.Geometry:
    rules.check_period(wanted.valid_from, wanted.valid_to)
    shape = rules.read_shape(dict(wanted.shape))
    counties = list_counties(session, county_code, today())
    outlines = read_outlines(session, "county", [each.id for each in counties if each.id], today())
    for outline in outlines.values():
        rules.check_near_county(shape, outline)
    return shape


def _check_past(before: BarrierRow) -> None:
    rules.check_past_kept(
        stood_since=before.valid_from,
        drawn_on=before.created_at.astimezone(LOCAL_TIME).date(),
        today=today(),
    )


def _own(session: Session, barrier_id: int, scope: Scope) -> BarrierRow:
    found = queries.get_barrier(session, barrier_id)
    if found is None or not scope.has_county(found.county_code):
        raise NotFound("barrier_not_found", id=barrier_id)
    return found


def _get(session: Session, barrier_id: int) -> BarrierRow:
    found = queries.get_barrier(session, barrier_id)
    if found is None:
        raise NotFound("barrier_not_found", id=barrier_id)
    return found


def _stale(session: Session, barrier_id: int, changed: list[str]) -> Stale:
    latest = audit.latest_change(session, _SUBJECT, barrier_id)
    return Stale(
        version=_get(session, barrier_id).version,
        by=latest.actor if latest else "",
        at=latest.at.isoformat() if latest else "",
        changed=sorted(changed),
    )


def _note(session: Session, by: str, action: str, barrier_id: int, **sides: dict[str, Any]) -> None:
    audit.note(session, by=by, action=action, subject_kind=_SUBJECT, subject_id=barrier_id, **sides)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
