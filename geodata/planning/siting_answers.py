"""Answers to the three questions of siting, as JSON that is kept and shown for ever."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from geodata.coverage.computation import Computation
from geodata.planning.siting_question import SitingOptions
from geodata.planning.siting_recount import Recount, count_without, recount, tally
from geodata.planning.siting_sites import Site, Sites, make_terms
from geodata.rules.coverage import NOT_COVERED, ONE
from geodata.rules.gaps import middle_members
from geodata.rules.reach import Bools, Ints
from geodata.rules.set_cover import TIME_LIMIT_S as PIECE_S
from geodata.rules.set_cover import find_covering, find_missed
from geodata.rules.shares import percent
from geodata.rules.siting import Effort, Plan, Proof, plan_sites
from geodata.rules.siting_problem import SitingProblem
from geodata.rules.siting_search import Heard, order_by_gain

DRAWN_PLACES = 3_000
"""Places drawn on the map of an answer; beyond, those with the fewest people are only in the table."""


def answer_most(
    computed: Computation,
    sites: Sites,
    problem: SitingProblem,
    options: SitingOptions,
    *,
    effort: Effort,
    heard: Heard | None,
) -> dict[str, Any]:
    """The plan that brings most people within reach."""
    terms, barred = make_terms(computed, sites, options)
    plan = plan_sites(problem, terms, effort=effort, heard=heard)
    usable = np.ones(len(sites.listed), dtype=np.bool_)
    usable[list(terms.never)] = False
    return _told(computed, sites, plan, usable, barred, options) | {
        "greedy": plan.greedy,
        "gap": round(100 * plan.gap, 1),
        "tie_rule": "lowest_id",
    }


def answer_all(
    computed: Computation,
    sites: Sites,
    problem: SitingProblem,
    options: SitingOptions,
    *,
    effort: Effort,
    heard: Heard | None,
) -> dict[str, Any]:
    """The fewest sites that serve everybody within reach of any."""
    terms, barred = make_terms(computed, sites, options)
    usable = np.ones(len(sites.listed), dtype=np.bool_)
    usable[list(terms.never)] = False
    covering = find_covering(
        problem.reach, usable=usable, heard=heard, time_limit_s=min(PIECE_S, effort.time_limit_s)
    )
    people = int(problem.people[~covering.unreachable].sum())
    plan = Plan(
        sites=order_by_gain(problem, covering.sites),
        people=people,
        bound=people,
        greedy=people,
        proof=Proof.BEST if covering.is_proved else Proof.WITHIN,
    )
    return _told(computed, sites, plan, usable, barred, options) | {"least": covering.least}


def answer_spare(
    computed: Computation,
    sites: Sites,
    problem: SitingProblem,
    options: SitingOptions,
    *,
    effort: Effort,
    heard: Heard | None,
) -> dict[str, Any]:
    """What each counting station is worth, and which could go together without anybody losing reach."""
    counting = computed.counting
    people = computed.people
    matrix = csr_array(computed.reached.matrix)[:, counting]
    missed = find_missed(matrix, people, heard=heard, time_limit_s=min(PIECE_S, effort.time_limit_s))
    reaches = np.asarray(people @ matrix.astype(np.int64), dtype=np.int64)
    spare = {int(counting[at]) for at in missed.spare}
    order = sorted(range(len(counting)), key=lambda at: (int(missed.lost[at]), int(counting[at])))
    stations = [
        {
            **_station(computed, int(counting[at])),
            "lost": int(missed.lost[at]),
            "reaches": int(reaches[at]),
            "is_spare": int(counting[at]) in spare,
        }
        for at in order
    ]
    before = tally(computed.cover.digit, people)
    return {
        "people": 0,
        "recounted": count_without(computed, sorted(spare)),
        "before": before,
        "stations": stations,
        "counting": len(counting),
        "unmissed": int((missed.lost == 0).sum()),
        "spare": len(spare),
        "most_spare": missed.most_spare,
        "proof": str(Proof.BEST if len(spare) == missed.most_spare else Proof.WITHIN),
    }


def _told(
    computed: Computation,
    sites: Sites,
    plan: Plan,
    usable: Bools,
    barred: dict[str, int],
    options: SitingOptions,
) -> dict[str, Any]:
    chosen = [sites.listed[at] for at, _ in plan.sites]
    counted = recount(computed, chosen, second=options.second)
    weight = computed.people
    before = tally(computed.cover.digit, weight)
    asked = (NOT_COVERED, ONE) if options.second else (NOT_COVERED,)
    need = np.where((computed.cover.digit == NOT_COVERED) & options.second, 2, 1)
    outside = np.isin(counted.digit, asked) & np.isin(computed.cover.digit, asked) & (weight > 0)
    within = np.asarray(sites.reach[:, np.flatnonzero(usable)].sum(axis=1)) >= need
    wanted = np.isin(computed.cover.digit, asked)
    return {
        "people": plan.people,
        "recounted": counted.people,
        "bound": plan.bound,
        "proof": str(plan.proof),
        "sites": [_site(sites, at, gain, rank) for rank, (at, gain) in enumerate(plan.sites, start=1)],
        "cost": _sum([each.cost for each in chosen]),
        "before": before,
        "after": counted.after,
        "share_before": percent(before["covered"], before["total"]),
        "share_after": percent(counted.after["covered"], counted.after["total"]),
        "unknown_made_sure": counted.unknown_made_sure,
        "wanted": int(weight[wanted].sum()),
        "in_reach": int(weight[wanted & within].sum()),
        "candidates": len(sites.listed),
        "usable": int(usable.sum()),
        "barred": barred,
        "why_empty": _why_empty(plan, int(weight[wanted].sum()), wanted & within & (weight > 0), sites),
        "outside": _outside(computed, outside, within),
        "places": _drawn(computed, counted, outside),
    }


def _why_empty(plan: Plan, wanted: int, helped: Bools, sites: Sites) -> str | None:
    if plan.people:
        return None
    if wanted == 0:
        return "nobody_outside"
    if not sites.listed:
        return "no_sites"
    return "terms_allow_none" if helped.any() else "none_reaches"


def _site(sites: Sites, at: int, gain: int, rank: int) -> dict[str, Any]:
    site, where = sites.listed[at], sites.where[at]
    return {
        "rank": rank,
        "key": site.key,
        "id": site.id,
        "name": site.name,
        "work": site.work,
        "host_kind": site.host_kind,
        "point": _point(site.lon, site.lat),
        "gain": gain,
        "cost": site.cost,
        "town": where.town_name,
        "grid_id": where.grid_id,
        "grid_code": where.grid_code,
        "grid_name": where.grid_name,
    }


def _station(computed: Computation, at: int) -> dict[str, Any]:
    facts = computed.stations[at]
    row = computed.inputs.rows_by_id[facts.id]
    point = None if facts.lon is None or facts.lat is None else _point(facts.lon, facts.lat)
    return {"id": facts.id, "code": row["code"], "name": row["name"], "point": point}


def _outside(computed: Computation, outside: Bools, within: Bools) -> list[dict[str, Any]]:
    """Who stays outside, by grid, most people first; the last part is out of reach of every site."""
    layout = computed.inputs.layouts["grid"]
    demand = computed.inputs.demand
    grid = np.full(len(demand.ids), len(layout.zones), dtype=np.int64)
    grid[layout.demand[1]] = layout.demand[0]
    rows = np.flatnonzero(outside)
    if not len(rows):
        return []
    numbers, label = np.unique(grid[rows], return_inverse=True)
    located = np.isfinite(demand.lonlat[rows, 0])
    people = np.bincount(label, computed.people[rows]).astype(np.int64)
    lost = np.bincount(label, computed.people[rows] * ~within[rows], minlength=len(numbers)).astype(np.int64)
    places = np.bincount(label)
    middle = np.full(len(numbers), -1, dtype=np.int64)
    some = rows[located]
    if len(some):
        found = middle_members(
            demand.lonlat[some], computed.people[some], label[located].astype(np.int64), demand.ids[some]
        )
        middle[: len(found)] = np.where(found >= 0, some[found], -1)
    told = []
    for at, number in enumerate(numbers.tolist()):
        zone = layout.zones[number] if number < len(layout.zones) else None
        told.append(
            {
                "grid_id": zone.id if zone else None,
                "grid_code": zone.code if zone else "",
                "grid_name": zone.name if zone else "",
                "people": int(people[at]),
                "places": int(places[at]),
                "out_of_reach": int(lost[at]),
                "point": _point(*demand.lonlat[middle[at]]) if middle[at] >= 0 else None,
            }
        )
    return sorted(told, key=lambda row: (-row["people"], row["grid_code"]))


def _drawn(computed: Computation, counted: Recount, outside: Bools) -> list[list[float]]:
    """Places for the map as [lon, lat, people, state]: 1 gained, 0 still outside; most people first."""
    demand = computed.inputs.demand
    rows: Ints = np.flatnonzero((counted.gained | outside) & computed.located)
    rows = rows[np.lexsort((demand.ids[rows], -computed.people[rows]))][:DRAWN_PLACES]
    return [
        [*_point(*demand.lonlat[row]), int(computed.people[row]), int(counted.gained[row])]
        for row in rows.tolist()
    ]


def _point(lon: float, lat: float) -> list[float]:
    return [round(float(lon), 7), round(float(lat), 7)]


def _sum(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 2) if costs and len(known) == len(costs) else None


__all__ = ["Site", "answer_all", "answer_most", "answer_spare"]
