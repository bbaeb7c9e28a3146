"""Preflight 体检: stations and places that a figure cannot use, or should not trust, each with its reason.

Three groups. *Unusable*: it should count and cannot, until somebody mends it. *Doubtful*: it counts, but what
is known of it may be wrong. *By rule*: it is left out on purpose; nothing is to be mended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geodata.crs import to_ecef
from geodata.rules.availability import LOCAL_TIME, LeftOut, Moment, StationFacts, classify_station
from geodata.rules.coverage import positions
from geodata.rules.reach import Bools, Floats, Ints, geodesic_m
from geodata.vocab import DayType, ServiceCondition, StationType

SAME_PLACE_M = 10.0
"""Two stations nearer than this are probably one."""

SAME_NAME_M = 50.0
"""Two of one name nearer than this are probably one."""

SAME_SPOT_M = 1.0
"""Two places of people nearer than this are probably one row twice."""

LONG_UNCONFIRMED_DAYS = 90
"""⚙ Confirmed longer ago is doubtful, where the rule does not say a number of its own."""

SMALL_PIECE_EDGES = 50
"""A piece of the network with fewer edges, apart from the largest, is an island more likely than a town."""


class Trouble(StrEnum):
    """Why something cannot be used or is doubtful."""

    NOT_LOCATED = "not_located"
    OFF_NETWORK = "off_network"
    IN_BARRIER = "in_barrier"
    BEHIND_BARRIER = "behind_barrier"
    CLOSED = "closed"
    ISOLATED = "isolated"
    OUTSIDE_COUNTY = "outside_county"
    HOURS_UNKNOWN = "hours_unknown"
    UNCONFIRMED = "unconfirmed"
    SAME_PLACE = "same_place"
    SERVICES_UNKNOWN = "services_unknown"
    NOBODY = "nobody"
    STAFF_ONLY = "staff_only"
    OTHER_VENUE = "other_venue"
    RETIRED = "retired"
    NOT_OPEN_YET = "not_open_yet"


class Weight(StrEnum):
    """What a trouble means for the figure."""

    UNUSABLE = "unusable"
    DOUBTFUL = "doubtful"
    BY_RULE = "by_rule"


_UNUSABLE = frozenset(
    {
        Trouble.NOT_LOCATED,
        Trouble.OFF_NETWORK,
        Trouble.IN_BARRIER,
        Trouble.BEHIND_BARRIER,
        Trouble.CLOSED,
    }
)
_BY_RULE = frozenset({Trouble.STAFF_ONLY, Trouble.OTHER_VENUE, Trouble.RETIRED, Trouble.NOT_OPEN_YET})
_BARRED = {
    LeftOut.STAFF_ONLY: Trouble.STAFF_ONLY,
    LeftOut.OTHER_VENUE: Trouble.OTHER_VENUE,
    LeftOut.RETIRED: Trouble.RETIRED,
    LeftOut.NOT_OPEN_YET: Trouble.NOT_OPEN_YET,
}


class Subject(StrEnum):
    """What is in trouble."""

    STATION = "station"
    DEMAND = "demand"


def weight_of(trouble: Trouble) -> Weight:
    """The group of a trouble."""
    if trouble in _UNUSABLE:
        return Weight.UNUSABLE
    return Weight.BY_RULE if trouble in _BY_RULE else Weight.DOUBTFUL


@dataclass(frozen=True)
class Finding:
    """One trouble of one thing. ``row`` is its row; ``values`` are what the sentence about it names."""

    subject: Subject
    row: int
    trouble: Trouble
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """How points lie, one row each.

    ``off_network`` have a position but no usable street within the cap, ``street_m`` is how far the nearest
    is (NaN: none within 5 km); ``behind`` are those of them where one is near enough but a barrier stands
    between. ``piece`` is the number of edges of the
    piece of the network stepped onto if it is a small one apart, else 0. ``barrier`` is the row of the area
    that covers the point, -1 for none; ``outside`` lie outside their county. In a straight line there are no
    streets: nothing is off them.
    """

    off_network: Bools
    behind: Bools
    street_m: Floats
    piece: Ints
    barrier: Ints
    outside: Bools


def check_stations(
    stations: Sequence[StationFacts],
    names: Sequence[str],
    ground: Ground,
    *,
    as_of: date,
    standard: Sequence[str],
    unconfirmed_after_days: int | None,
) -> list[Finding]:
    """All troubles of the stations of a county.

    Args:
        stations: the county's own.
        names: their names.
        ground: how they lie.
        as_of: the day.
        standard: codes of the services that the county expects of every station on that day.
        unconfirmed_after_days: from the rule; ``LONG_UNCONFIRMED_DAYS`` when it says nothing.

    A station left out by rule has that one finding: whether a retired one has hours is nobody's concern.
    """
    found: list[Finding] = []
    alive = np.ones(len(stations), dtype=np.bool_)
    for row, station in enumerate(stations):
        state = classify_station(station, Moment(DayType.WORKDAY, None, as_of))
        if state.reason in _BARRED:
            alive[row] = False
            found.append(Finding(Subject.STATION, row, _BARRED[state.reason]))
            continue
        if state.reason == LeftOut.CLOSED:
            until = state.until and state.until.astimezone(LOCAL_TIME).date().isoformat()
            found.append(Finding(Subject.STATION, row, Trouble.CLOSED, {"until": until}))
        found += _ground_findings(Subject.STATION, row, ground, located=station.lon is not None)
        found += _doubts(station, row, as_of, standard, unconfirmed_after_days)
    near = _near_pairs(positions(stations), names, alive, SAME_PLACE_M)
    return found + [Finding(Subject.STATION, row, Trouble.SAME_PLACE, values) for row, values in near]


def check_places(lonlat: Floats, people: Ints, names: Sequence[str], ground: Ground) -> list[Finding]:
    """All troubles of the places of people of a county, one row each; NaN where not located."""
    located = np.isfinite(lonlat[:, 0])
    found: list[Finding] = []
    doubtful = ground.off_network | (ground.barrier >= 0) | (ground.piece > 0) | ground.outside | ~located
    for row in np.flatnonzero(doubtful).tolist():
        found += _ground_findings(Subject.DEMAND, row, ground, located=bool(located[row]))
    found += [Finding(Subject.DEMAND, row, Trouble.NOBODY) for row in np.flatnonzero(people == 0).tolist()]
    near = _near_pairs(lonlat, names, np.ones(len(lonlat), dtype=np.bool_), SAME_SPOT_M)
    return found + [Finding(Subject.DEMAND, row, Trouble.SAME_PLACE, values) for row, values in near]


def _ground_findings(subject: Subject, row: int, ground: Ground, *, located: bool) -> list[Finding]:
    if not located:
        return [Finding(subject, row, Trouble.NOT_LOCATED)]
    found = []
    if ground.barrier[row] >= 0:
        found.append(Finding(subject, row, Trouble.IN_BARRIER, {"barrier": int(ground.barrier[row])}))
    elif ground.off_network[row]:
        away = ground.street_m[row]
        metres = None if np.isnan(away) else round(float(away), 1)
        trouble = Trouble.BEHIND_BARRIER if ground.behind[row] else Trouble.OFF_NETWORK
        found.append(Finding(subject, row, trouble, {"metres": metres}))
    if ground.piece[row] > 0:
        found.append(Finding(subject, row, Trouble.ISOLATED, {"edges": int(ground.piece[row])}))
    if ground.outside[row]:
        found.append(Finding(subject, row, Trouble.OUTSIDE_COUNTY))
    return found


def _doubts(
    station: StationFacts, row: int, as_of: date, standard: Sequence[str], after_days: int | None
) -> list[Finding]:
    found = []
    if not station.hours and not station.dates:
        mobile = station.station_type == StationType.MOBILE
        found.append(Finding(Subject.STATION, row, Trouble.HOURS_UNKNOWN, {"mobile": mobile}))
    limit = LONG_UNCONFIRMED_DAYS if after_days is None else after_days
    days = None if station.confirmed_on is None else (as_of - station.confirmed_on).days
    if days is None or days > limit:
        found.append(Finding(Subject.STATION, row, Trouble.UNCONFIRMED, {"days": days, "limit": limit}))
    unknown = [code for code in standard if _is_unknown(station, code)]
    if unknown:
        found.append(Finding(Subject.STATION, row, Trouble.SERVICES_UNKNOWN, {"services": unknown}))
    return found


def _is_unknown(station: StationFacts, code: str) -> bool:
    service = station.services.get(code)
    return service is None or service.condition == ServiceCondition.UNKNOWN


def _near_pairs(
    lonlat: Floats, names: Sequence[str], wanted: Bools, near_m: float
) -> list[tuple[int, dict[str, Any]]]:
    """Rows that share a place with others, with the nearest other (the lowest row of equals) and metres."""
    rows = np.flatnonzero(wanted & np.isfinite(lonlat).all(axis=1)) if len(lonlat) else np.empty(0, int)
    if len(rows) < 2:  # noqa: PLR2004 - a pair
        return []
    tree = cKDTree(to_ecef(lonlat[rows, 0], lonlat[rows, 1]))
    pairs = rows[tree.query_pairs(max(near_m, SAME_NAME_M), output_type="ndarray").reshape(-1, 2)]
    best: dict[int, tuple[float, int]] = {}
    metres = geodesic_m(lonlat[pairs[:, 0]], lonlat[pairs[:, 1]]) if len(pairs) else np.empty(0)
    for (one, other), away in zip(pairs.tolist(), metres.tolist(), strict=True):
        if away < near_m or (names[one] == names[other] and away < SAME_NAME_M):
            for row, its in ((one, other), (other, one)):
                best[row] = min(best.get(row, (np.inf, 0)), (round(away, 1), its))
    return [(row, {"other": its, "metres": away}) for row, (away, its) in sorted(best.items())]
