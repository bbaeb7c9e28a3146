"""The whole answer as JSON: people, parts, hours, zones, gaps, stations and states."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from geodata.coverage.computation import Computation
from geodata.coverage.gap_figures import gap_figures
from geodata.coverage.zone_figures import add_area_shares, outside_figures, zone_figures
from geodata.rules.availability import LOCAL_TIME, StationClass, StationState
from geodata.rules.coverage import CROSS, NOT_COVERED, ONE, UNKNOWN
from geodata.rules.hours import is_24h
from geodata.rules.shares import part_percents, percent


def make_figures(
    computed: Computation, *, outlines: dict[str, dict[int, Any]], computed_at: datetime, inputs_hash: str
) -> dict[str, Any]:
    """All figures of an answer.

    Args:
        computed: the states.
        outlines: polygons (EPSG:4326) by id, of ``county`` (for drawing) and ``area`` (for area shares).
        computed_at: when, told in the answer.
        inputs_hash: fingerprint of the inputs, told in the answer.
    """
    inputs, people = computed.inputs, computed.tally(computed.people)
    gaps = gap_figures(computed, outlines["county"])
    areas = zone_figures(computed, "area")
    add_area_shares(computed, areas, outlines["area"])
    return {
        "question": computed.question.to_json(),
        "rule": {name: value for name, value in inputs.rule.items() if name != "unconfirmed_after_days"},
        "services": inputs.services,
        "engine": str(inputs.way.measure),
        "any_hour": computed.question.minute is None,
        "computed_at": computed_at.astimezone(LOCAL_TIME).isoformat(timespec="seconds"),
        "inputs_hash": inputs_hash,
        "boundary_version": inputs.version,
        "people": people | _neighbourly(computed, people["total"]),
        "places": _places(computed),
        "parts": _parts(people),
        "share": percent(people["covered"], people["total"]),
        "share_low": percent(people["covered"], people["total"]),
        "share_high": percent(people["covered"] + people["unknown"], people["total"]),
        "hours": _hours(computed),
        "by_county": zone_figures(computed, "county"),
        "by_town": zone_figures(computed, "town"),
        "by_grid": zone_figures(computed, "grid"),
        "by_area": areas,
        "outside_towns": outside_figures(computed, "town"),
        "outside_grids": outside_figures(computed, "grid"),
        "outside_areas": outside_figures(computed, "area"),
        "gaps": gaps,
        "gaps_total": {
            "gaps": len(gaps),
            "places": sum(gap["places"] for gap in gaps),
            "people": sum(gap["people"] for gap in gaps),
        },
        "stations": _stations(computed),
        "left_out": _left_out(computed),
        "enterprises": _enterprises(computed),
        "states": _states(computed),
    }


def _neighbourly(computed: Computation, total: int) -> dict[str, Any]:
    people = int(computed.people[computed.with_neighbours].sum())
    return {"with_neighbours": people, "with_neighbours_share": percent(people, total)}


def _places(computed: Computation) -> dict[str, int]:
    counted = computed.tally(computed.there.astype(np.int64)) | {
        "absent": int((~computed.there).sum()),
        "not_located": int((~computed.located).sum()),
    }
    if computed.inputs.streets is not None:
        counted["unplaced"] = int((computed.reached.place_unplaced & computed.there).sum())
    return counted


def _parts(people: dict[str, int]) -> list[dict[str, Any]]:
    states = ("cross", "one", "unknown", "not_covered")
    percents = part_percents(*(people[state] for state in states))
    return [
        {"state": state, "people": people[state], "percent": share}
        for state, share in zip(states, percents, strict=True)
    ]


def _hours(computed: Computation) -> list[dict[str, Any]]:
    return [
        {
            "hour": hour,
            "covered": int(covered),
            "cross": int(cross),
            "unknown": int(unknown),
            "total": int(total),
            "share": percent(int(covered), int(total)),
        }
        for hour, (covered, cross, unknown, total) in enumerate(computed.cover.hours)
    ]


def _stations(computed: Computation) -> list[dict[str, Any]]:
    own = {each.id: its for each, its in zip(computed.stations, computed.classes, strict=True)}
    rows = zip(computed.inputs.rows, computed.inputs.stations, strict=True)
    return [
        {
            "id": facts.id,
            "code": row["code"],
            "name": row["name"],
            "type": str(facts.station_type),
            "point": None if facts.lon is None or facts.lat is None else [facts.lon, facts.lat],
            "state": str(own[facts.id].state) if facts.id in own else "neighbour",
            "is_24h": is_24h(facts.hours),
            "reason": _reason(own.get(facts.id)),
            "county": facts.county_code,
        }
        for row, facts in rows
    ]


def _reason(station: StationClass | None) -> str | None:
    return str(station.reason) if station is not None and station.reason is not None else None


def _left_out(computed: Computation) -> list[dict[str, Any]]:
    listed = []
    for facts, station in zip(computed.stations, computed.classes, strict=True):
        if station.state == StationState.OPEN:
            continue
        row = {
            "id": facts.id,
            "name": computed.inputs.rows_by_id[facts.id]["name"],
            "state": str(station.state),
            "reason": _reason(station),
        }
        if station.until is not None:
            row["until"] = station.until.astimezone(LOCAL_TIME).isoformat(timespec="minutes")
        listed.append(row)
    return listed


def _enterprises(computed: Computation) -> dict[str, int]:
    digit = computed.enterprise_digit
    one, cross, unknown, not_covered = (
        int((digit == which).sum()) for which in (ONE, CROSS, UNKNOWN, NOT_COVERED)
    )
    lost = np.isnan(computed.inputs.enterprises.lonlat[:, 0])
    return {
        "total": len(digit),
        "covered": one + cross,
        "cross": cross,
        "unknown": unknown,
        "not_covered": not_covered,
        "not_located": int(lost.sum()),
    }


def _states(computed: Computation) -> dict[str, Any]:
    return {
        "demand": _packed(
            computed.inputs.demand.ids[computed.there].tolist(), computed.cover.digit[computed.there]
        ),
        "enterprises": _packed(computed.inputs.enterprises.ids.tolist(), computed.enterprise_digit),
    }


def _packed(ids: Sequence[int], digit: Any) -> dict[str, Any]:
    return {"ids": ids, "states": (digit + ord("0")).astype(np.uint8).tobytes().decode("ascii")}
