"""Which grid is, or was on a past day, responsible for an enterprise or a place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from geodata.codes import parse_uscc
from geodata.errors import InvalidInput
from geodata.queries import responsibility
from geodata.queries.assignments import AssignmentRow, history_of, list_owners
from geodata.queries.responsibility import FoundPlace, GridAt
from geodata.queries.scopes import EVERYTHING, Scope
from geodata.rules.assignment import (
    Candidate,
    Choice,
    choose_grid,
    local_date,
    reason_key,
    reason_notes,
    reason_params,
)
from geodata.vocab import GAP_TOLERANCE_M, AssignmentMethod, AssignmentStatus, GridKind

_LON_LIMIT, _LAT_LIMIT = 180.0, 90.0


@dataclass(frozen=True)
class Responsibility:
    """Who is responsible, and why, ready for a sentence (``reason_key`` with ``reason_params``).

    ``is_reconstructed``: the day lies before the first stored row (or the question was about a bare
    place), so the answer was found from the boundaries in force on that day.
    """

    method: str
    status: str
    enterprise_id: int | None = None
    enterprise_name: str | None = None
    uscc: str | None = None
    on: date | None = None
    grid_id: int | None = None
    grid_code: str | None = None
    grid_name: str | None = None
    grid_kind: str | None = None
    county_code: str | None = None
    other_grid_id: int | None = None
    other_code: str | None = None
    other_name: str | None = None
    fallback_code: str | None = None
    fallback_name: str | None = None
    boundary_version_id: int | None = None
    version_label: str | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    is_reconstructed: bool = False
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def reason_key(self) -> str:
        """Key of the sentence that says why."""
        is_union = {"is_union": True} if self.fallback_code is not None else {}
        return reason_key(self.method, {**self.params, **is_union})

    @property
    def reason_notes(self) -> list[str]:
        """Keys of sentences to add."""
        return reason_notes(self.params)

    @property
    def reason_params(self) -> dict[str, Any]:
        """What the sentences may name."""
        return reason_params(
            self.params,
            grid_code=self.grid_code,
            grid_name=self.grid_name,
            other_code=self.other_code,
            other_name=self.other_name,
            fallback_name=self.fallback_name or self.fallback_code,
            decided_by=self.decided_by,
            decision_reason=self.decision_reason,
        )


def explain(row: AssignmentRow, *, on: date | None = None) -> Responsibility:
    """A stored row as an answer."""
    return Responsibility(
        method=row.method,
        status=row.status,
        enterprise_id=row.enterprise_id,
        enterprise_name=row.enterprise_name,
        uscc=row.uscc,
        on=on,
        grid_id=row.grid_id,
        grid_code=row.grid_code,
        grid_name=row.grid_name,
        grid_kind=row.grid_kind,
        county_code=row.county_code,
        other_grid_id=row.other_grid_id,
        other_code=row.other_code,
        other_name=row.other_name,
        fallback_code=row.fallback_code,
        fallback_name=row.fallback_name,
        boundary_version_id=row.boundary_version_id,
        version_label=row.version_label,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        params=row.params or {},
    )


def list_history(session: Session, enterprise_id: int) -> list[Responsibility]:
    """Every owner an enterprise had, newest first."""
    return [explain(row) for row in history_of(session, enterprise_id)]


def which_grid(
    session: Session,
    *,
    uscc: str | None = None,
    name: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    on: date | None = None,
    scope: Scope = EVERYTHING,
) -> list[Responsibility]:
    """Who is responsible now, or was at the end of a past day in Asia/Shanghai.

    Ask by credit code (checked), by part of a name (at most 20 answers), or by a bare longitude and
    latitude in stored degrees. Enterprises are found where ``scope`` opens them. One that nobody matches
    gives an empty list; so does one that was removed and had no owner at the time.

    Raises:
        InvalidInput: ``question_empty`` unless one way of asking is used whole; ``uscc_invalid``;
            ``coordinates_invalid``; ``date_in_future``.
    """
    today = local_date(responsibility.clock(session))
    if on is not None and on > today:
        raise InvalidInput("date_in_future", date=on.isoformat())
    if uscc or name:
        code = parse_uscc(uscc) if uscc else None
        places = responsibility.find_places(session, uscc=code, name=name, scope=scope)
        return _of_places(session, places, on=on, today=today)
    if lon is None or lat is None:
        raise InvalidInput("question_empty")
    if abs(lon) > _LON_LIMIT or abs(lat) > _LAT_LIMIT:
        raise InvalidInput("coordinates_invalid", lon=lon, lat=lat)
    return [_at_point(session, lon=lon, lat=lat, day=on or today, on=on)]


def _of_places(
    session: Session, places: Sequence[FoundPlace], *, on: date | None, today: date
) -> list[Responsibility]:
    owners = {row.enterprise_id: row for row in list_owners(session, [place.id for place in places], on=on)}
    answers = []
    for place in places:
        if place.id in owners:
            answers.append(explain(owners[place.id], on=on))
        elif place.removed_on is None or (on is not None and on < place.removed_on):
            answers.append(_reconstruct(session, place, day=on or today, on=on))
    return answers


def _reconstruct(session: Session, place: FoundPlace, *, day: date, on: date | None) -> Responsibility:
    """By the boundaries in force on a day without a stored row, from what is known of the place today."""
    about = {"enterprise_id": place.id, "enterprise_name": place.name, "uscc": place.uscc}
    if place.lon is not None and place.lat is not None:
        return _at_point(
            session,
            lon=place.lon,
            lat=place.lat,
            day=day,
            on=on,
            accuracy_m=place.accuracy_m,
            code=place.code,
            about=about,
        )
    listing = responsibility.list_grids_of_code(session, place.code or "", on=day)
    if len(listing) == 1:
        choice = Choice(
            listing[0].grid_id,
            AssignmentMethod.COMMUNITY_CODE,
            AssignmentStatus.LOCATION_PENDING,
            params={"code": place.code},
        )
        return _answer(choice, listing, on=on, about=about)
    division = responsibility.find_union_of(session, place.code or "", on=day)
    params = {"code": place.code} if place.code else {"place_unknown": True}
    if division is None:
        return _nobody(params, on=on, about=about)
    return _union(division, AssignmentMethod.CODE_FALLBACK, params, on=on, about=about)


def _at_point(
    session: Session,
    *,
    lon: float,
    lat: float,
    day: date,
    on: date | None,
    accuracy_m: float = 0.0,
    code: str | None = None,
    about: dict[str, Any] | None = None,
) -> Responsibility:
    grids = responsibility.list_grids_at(
        session, lon=lon, lat=lat, on=day, within_m=max(accuracy_m, GAP_TOLERANCE_M), code=code
    )
    divisions = responsibility.list_divisions_at(session, lon=lon, lat=lat, on=day)
    counties = sorted(found for found, _ in divisions if len(found) == 6)  # noqa: PLR2004
    grids = _of_home_county(grids, counties)
    choice = choose_grid(
        [
            Candidate(
                each.grid_id,
                each.code,
                each.covers,
                each.kind == GridKind.EXCLUSIVE,
                each.distance_m,
                each.is_named,
            )
            for each in grids
        ],
        accuracy_m=accuracy_m,
    )
    if choice is not None:
        return _answer(choice, grids, on=on, about=about)
    if not divisions:
        return _nobody({}, on=on, about=about)
    params = {} if responsibility.has_version_on(session, counties[:1], on=day) else {"no_boundaries": True}
    return _union(divisions[0], AssignmentMethod.GAP_FALLBACK, params, on=on, about=about)


def _of_home_county(grids: Sequence[GridAt], counties: Sequence[str]) -> list[GridAt]:
    """Keep the grids of one county: the one that covers the place; of two, the one whose polygon has it."""
    covering = sorted({each.county_code for each in grids if each.covers})
    if len(covering) == 1:
        home: str | None = covering[0]
    elif covering:
        home = next((code for code in counties if code in covering), covering[0])
    else:
        home = counties[0] if counties else None
    return [each for each in grids if each.county_code == home]


def _answer(
    choice: Choice, grids: Sequence[GridAt], *, on: date | None, about: dict[str, Any] | None
) -> Responsibility:
    known = {each.grid_id: each for each in grids}
    grid, other = known[choice.grid_id], known.get(choice.other_grid_id or 0)
    return Responsibility(
        method=choice.method,
        status=choice.status,
        on=on,
        grid_id=grid.grid_id,
        grid_code=grid.code,
        grid_name=grid.name,
        grid_kind=grid.kind,
        county_code=grid.county_code,
        other_grid_id=other.grid_id if other else None,
        other_code=other.code if other else None,
        other_name=other.name if other else None,
        boundary_version_id=grid.version_id,
        version_label=grid.version_label,
        params=dict(choice.params),
        is_reconstructed=True,
        **(about or {}),
    )


def _union(
    division: tuple[str, str],
    method: AssignmentMethod,
    params: dict[str, Any],
    *,
    on: date | None,
    about: dict[str, Any] | None,
) -> Responsibility:
    is_gap = method == AssignmentMethod.GAP_FALLBACK
    return Responsibility(
        method=method,
        status=AssignmentStatus.GAP_REVIEW if is_gap else AssignmentStatus.LOCATION_PENDING,
        on=on,
        county_code=division[0][:6],
        fallback_code=division[0],
        fallback_name=division[1],
        params=params,
        is_reconstructed=True,
        **(about or {}),
    )


def _nobody(params: dict[str, Any], *, on: date | None, about: dict[str, Any] | None) -> Responsibility:
    return Responsibility(
        method=AssignmentMethod.OUT_OF_COUNTY,
        status=AssignmentStatus.OUT_OF_COUNTY,
        on=on,
        params=params,
        is_reconstructed=True,
        **(about or {}),
    )
