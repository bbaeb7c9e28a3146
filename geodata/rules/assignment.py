"""Who is responsible for a place, decided from facts already measured; and which sentence says why.

``choose_grid`` is the order of rules R3-R5 in one readable function. The set-based SQL in
``geodata.queries.assignment_decisions`` answers the same for a million places; tests hold them together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from geodata.vocab import GAP_TOLERANCE_M, AssignmentMethod, AssignmentStatus

LOCAL_TIME = ZoneInfo("Asia/Shanghai")
REVIEW_STATUSES = frozenset(
    {AssignmentStatus.BOUNDARY_REVIEW, AssignmentStatus.GAP_REVIEW, AssignmentStatus.LOCATION_PENDING}
)
"""Somebody owns it already, and a person should still look."""


@dataclass(frozen=True)
class Candidate:
    """A grid of the place's county that covers it or lies near; ``distance_m`` is 0 when it covers.

    ``is_named``: the grid lists the community of the enterprise's operating address.
    """

    grid_id: int
    code: str
    covers: bool
    is_exclusive: bool = False
    distance_m: float = 0.0
    is_named: bool = False


@dataclass(frozen=True)
class Choice:
    """The responsible grid, the grid that must see the case too, and why."""

    grid_id: int
    method: AssignmentMethod
    status: AssignmentStatus
    other_grid_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def choose_grid(
    candidates: Iterable[Candidate], *, accuracy_m: float, gap_tolerance_m: float = GAP_TOLERANCE_M
) -> Choice | None:
    """The one responsible grid of a located place, or ``None`` when its union must own it.

    An exclusive grid that covers the place goes before the ordinary grid below it. Two covering grids of
    one sort, or another grid nearer than ``accuracy_m`` (strictly), make a border case: the grid named by
    the address code owns it, when exactly one is; else the smallest code in byte order. A place in no
    grid goes to the nearest ordinary one within ``gap_tolerance_m`` (inclusive). The order in which the
    candidates come never matters.
    """
    ordered = sorted(candidates, key=lambda each: (each.distance_m, each.code, each.grid_id))
    owners = [each for each in ordered if each.covers and each.is_exclusive]
    owners = owners or [each for each in ordered if each.covers]
    if not owners:
        return _nearest(ordered, gap_tolerance_m)
    nearest = next((each for each in ordered if not each.covers and each.distance_m < accuracy_m), None)
    if len(owners) == 1 and nearest is not None:
        return _near_line(owners[0], nearest, accuracy_m)
    method = AssignmentMethod.EXCLUSIVE if owners[0].is_exclusive else AssignmentMethod.COVERED
    if len(owners) == 1:
        return Choice(owners[0].grid_id, method, AssignmentStatus.AUTO)
    return _between(owners, {"on_line": True})


def _nearest(ordered: Sequence[Candidate], tolerance_m: float) -> Choice | None:
    for each in ordered:
        if not each.is_exclusive and each.distance_m <= tolerance_m:
            params = {"distance_m": round(each.distance_m, 1), "tolerance_m": tolerance_m}
            return Choice(
                each.grid_id, AssignmentMethod.GAP_NEAREST, AssignmentStatus.GAP_REVIEW, params=params
            )
    return None


def _near_line(own: Candidate, other: Candidate, accuracy_m: float) -> Choice:
    params = {"distance_m": round(other.distance_m, 1), "accuracy_m": accuracy_m}
    if own.is_exclusive:
        return Choice(
            own.grid_id,
            AssignmentMethod.EXCLUSIVE,
            AssignmentStatus.BOUNDARY_REVIEW,
            other.grid_id,
            params,
        )
    return _between([own, other], params)


def _between(asking: Sequence[Candidate], params: Mapping[str, Any]) -> Choice:
    named = [each for each in asking if each.is_named]
    is_exclusive = asking[0].is_exclusive and asking[0].covers
    by_code = len(named) == 1 and not is_exclusive
    ranked = sorted(asking, key=lambda each: (by_code and not each.is_named, each.code, each.grid_id))
    return Choice(
        ranked[0].grid_id,
        AssignmentMethod.EXCLUSIVE if is_exclusive else AssignmentMethod.BORDER,
        AssignmentStatus.BOUNDARY_REVIEW,
        ranked[1].grid_id,
        {**params, "by_code": True} if by_code else params,
    )


_VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    AssignmentMethod.EXCLUSIVE: (("on_line", "exclusive_several"), ("distance_m", "exclusive_near")),
    AssignmentMethod.GAP_FALLBACK: (("no_boundaries", "no_boundaries"),),
    AssignmentMethod.COMMUNITY_CODE: (("by_polygon", "community_polygon"),),
    AssignmentMethod.CODE_FALLBACK: (("place_unknown", "place_unknown"),),
    AssignmentMethod.MANUAL: (("is_union", "manual_fallback"),),
    AssignmentMethod.OUT_OF_COUNTY: (
        ("place_unknown", "out_of_county_unknown"),
        ("code", "out_of_county_code"),
    ),
}


def reason_key(method: str, params: Mapping[str, Any] | None = None) -> str:
    """The key of the sentence that says why: ``reason.<method>`` or the variant the parameters call for."""
    known = params or {}
    if method == AssignmentMethod.BORDER:
        line = "border_on_line" if known.get("on_line") else "border_near"
        return f"reason.{line}_by_code" if known.get("by_code") else f"reason.{line}"
    for param, variant in _VARIANTS.get(method, ()):
        if param in known:
            return f"reason.{variant}"
    return f"reason.{method}"


def reason_notes(params: Mapping[str, Any] | None) -> list[str]:
    """Keys of further sentences: ``reason.provisional`` when only the registered address is known (R7)."""
    return ["reason.provisional"] if (params or {}).get("provisional") else []


def reason_params(params: Mapping[str, Any] | None, **names: Any) -> dict[str, Any]:
    """Everything the sentences may name; lengths as people read them, unknown names as a dash.

    Args:
        params: as stored with the assignment.
        names: ``grid_code``, ``grid_name``, ``other_code``, ``other_name``, ``fallback_name``,
            ``decided_by``, ``decision_reason``.
    """
    words = (
        "grid_code",
        "grid_name",
        "other_code",
        "other_name",
        "fallback_name",
        "decided_by",
        "decision_reason",
    )
    filled: dict[str, Any] = dict.fromkeys((*words, "code", "distance_m", "accuracy_m", "tolerance_m"), "—")
    filled.update({key: value for key, value in (params or {}).items() if value is not None})
    filled.update({key: value for key, value in names.items() if value is not None})
    for key in ("distance_m", "accuracy_m", "tolerance_m"):
        filled[key] = read_metres(filled[key])
    return filled


def read_metres(value: Any) -> str:
    """Metres as a person reads them: whole from 10 m on, one decimal below, ``<0.1`` for hardly any."""
    if not isinstance(value, int | float):
        return str(value)
    if value >= 10:  # noqa: PLR2004
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 0.1 else "<0.1"  # noqa: PLR2004


def local_date(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai."""
    return instant.astimezone(LOCAL_TIME).date()


def end_of_day(day: date) -> datetime:
    """The last instant that still belongs to a day in Asia/Shanghai: who was responsible *on* that day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=LOCAL_TIME) - timedelta(microseconds=1)
