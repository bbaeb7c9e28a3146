"""The answer to a what-if as JSON: people with and without the changes, what moved, and by how much."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.coverage.inputs import Layout
from geodata.planning.trying import Tried
from geodata.rules.changes import AddStation, MoveStation, kind_of
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN, Cover
from geodata.rules.hours import is_24h
from geodata.rules.reach import Ints
from geodata.rules.shares import part_percents, percent

Digits = npt.NDArray[np.uint8]

_PARTS = {"cross": CROSS, "one": ONE, "unknown": UNKNOWN, "not_covered": NOT_COVERED}


def base_figures(tried: Tried) -> dict[str, Any]:
    """What is, in the same words as what would be."""
    return {
        "official": False,
        "people": _people(tried.before.digit, tried.people),
        "share": _share(tried.before, tried.people),
        "hours": _hours(tried.before, tried.before),
    }


def tried_figures(tried: Tried) -> dict[str, Any]:
    """Everything a page shows of a what-if; ``official`` is false, always."""
    weight = tried.people
    before, after = tried.before.digit, tried.cover.digit
    was, now = _people(before, weight), _people(after, weight)
    share_was, share_now = _share(tried.before, weight), _share(tried.cover, weight)
    return {
        "official": False,
        "question": tried.question.to_json(),
        "measure": str(tried.base.ground.way.measure),
        "people": now,
        "share": share_now,
        "parts": _parts(now),
        "base": {"people": was, "share": share_was},
        "difference": {
            **{name: now[name] - was[name] for name in now},
            **_gained_and_lost(before, after, weight),
            "points": None if share_was is None or share_now is None else round(share_now - share_was, 1),
        },
        "hours": _hours(tried.before, tried.cover),
        "places": _places(tried),
        "by_grid": _zones(tried, "grid"),
        "by_area": _zones(tried, "area"),
        "stations": _stations(tried),
        "ignored": tried.ignored,
    }


def _people(digit: Digits, weight: Ints) -> dict[str, int]:
    parts = {name: int(weight[digit == value].sum()) for name, value in _PARTS.items()}
    return {"total": int(weight.sum()), "covered": parts["one"] + parts["cross"], **parts}


def _share(cover: Cover, weight: Ints) -> float | None:
    people = _people(cover.digit, weight)
    return percent(people["covered"], people["total"])


def _parts(people: dict[str, int]) -> list[dict[str, Any]]:
    percents = part_percents(*(people[state] for state in _PARTS))
    return [
        {"state": state, "people": people[state], "percent": share}
        for state, share in zip(_PARTS, percents, strict=True)
    ]


def _gained_and_lost(before: Digits, after: Digits, weight: Ints) -> dict[str, int]:
    """People who are covered now and were not, and the other way round."""
    was, now = (np.isin(digit, (ONE, CROSS)) for digit in (before, after))
    return {"gained": int(weight[now & ~was].sum()), "lost": int(weight[was & ~now].sum())}


def _hours(before: Cover, after: Cover) -> list[dict[str, Any]]:
    return [
        {
            "hour": hour,
            "covered": int(now[0]),
            "cross": int(now[1]),
            "unknown": int(now[2]),
            "total": int(now[3]),
            "share": percent(int(now[0]), int(now[3])),
            "before": int(was[0]),
        }
        for hour, (was, now) in enumerate(zip(before.hours, after.hours, strict=True))
    ]


def _places(tried: Tried) -> dict[str, Any]:
    """Places where people are and whose state differs: ids, and a digit each before and after."""
    before, after = tried.before.digit, tried.cover.digit
    rows = np.flatnonzero((before != after) & ((tried.people > 0) | (tried.base.inputs.demand.weight == 0)))
    return {
        "ids": tried.base.inputs.demand.ids[rows].tolist(),
        "before": _packed(before[rows]),
        "after": _packed(after[rows]),
    }


def _packed(digit: Digits) -> str:
    return (digit + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _zones(tried: Tried, name: str) -> list[dict[str, Any]]:
    """Zones of a kind in which something differs, most people gained first, then by code."""
    layout = tried.base.inputs.layouts[name]
    was, now = _by_zone(tried, layout, tried.before.digit), _by_zone(tried, layout, tried.cover.digit)
    rows = []
    for at, zone in enumerate(layout.zones):
        before, after = was[at], now[at]
        if np.array_equal(before, after):
            continue
        rows.append(
            {
                "id": zone.id,
                "code": zone.code,
                "name": zone.name,
                "people": int(after.sum()),
                "before": _zone(before),
                "after": _zone(after),
                "covered": int(after[ONE] + after[CROSS] - before[ONE] - before[CROSS]),
            }
        )
    return sorted(rows, key=lambda row: (-row["covered"], row["code"], row["id"] or 0))


def _by_zone(tried: Tried, layout: Layout, digit: Digits) -> Ints:
    """People by zone and digit."""
    zone_at, place_at = layout.demand
    weight = tried.people[place_at]
    size = len(layout.zones)
    cells = np.bincount(zone_at * len(_PARTS) + digit[place_at], weight, minlength=size * len(_PARTS))
    return cells.astype(np.int64).reshape(size, len(_PARTS))


def _zone(people: Ints) -> dict[str, Any]:
    covered = int(people[ONE] + people[CROSS])
    return {
        "covered": covered,
        "unknown": int(people[UNKNOWN]),
        "not_covered": int(people[NOT_COVERED]),
        "share": percent(covered, int(people.sum())),
    }


def _stations(tried: Tried) -> list[dict[str, Any]]:
    """The stations that changes name, by the number of the change: what they would be and whom they reach."""
    by_id = {each.id: at for at, each in enumerate(tried.stations)}
    rows = tried.base.inputs.rows_by_id
    told = []
    for number, change in enumerate(tried.changes, start=1):
        station = -number if isinstance(change, AddStation) else getattr(change, "station", None)
        if station is None:
            continue
        at = by_id[station]
        facts, state = tried.stations[at], tried.classes[at]
        row = {
            "number": number,
            "kind": str(kind_of(change)),
            "id": station if station > 0 else None,
            "name": change.name if isinstance(change, AddStation) else rows[station]["name"],
            "point": None if facts.lon is None or facts.lat is None else [facts.lon, facts.lat],
            "state": str(state.state),
            "reason": None if state.reason is None else str(state.reason),
            "is_24h": is_24h(facts.hours),
        }
        if isinstance(change, AddStation | MoveStation):
            row["reaches"] = int(_reached(tried, at).sum())
        told.append(row)
    return told


def _reached(tried: Tried, column: int) -> Ints:
    """People of the places within reach of a station, whether or not it counts at the moment."""
    start, end = tried.reach.indptr[column], tried.reach.indptr[column + 1]
    members: Sequence[int] = tried.reach.indices[start:end]
    people: Ints = tried.people[members]
    return people
