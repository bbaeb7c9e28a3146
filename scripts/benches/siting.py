"""Where to build next: our plan and bound against HiGHS given the whole question, and against spopt.

Drawn: places with people in clusters, candidate sites among them, 1,200 m. At scale 1: 100,000 places, 2,000
candidates, 50 sites. HiGHS gets the same merged question and a minute. spopt builds its own model and
is asked a twentieth of the places and a fifth of the candidates, where both prove the best plan; it is left
out where it is not installed (``pip install spopt``).
"""

import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import sqlalchemy as sa
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.rules.reach import Floats, Ints
from geodata.rules.siting import Effort, plan_sites
from geodata.rules.siting_bounds import find_bound
from geodata.rules.siting_exact import solve_exactly
from geodata.rules.siting_problem import (
    SitingProblem,
    SitingTerms,
    count_served,
    find_faults,
    make_problem,
    merge_places,
)
from geodata.rules.siting_search import search_greedy, search_plan
from scripts.benches.timing import timed

DEFAULT_SCALE = 1.0
PLACES, SITES, MOST = 100_000, 2_000, 50
LIMIT_M = 1_200.0
SOLVER_S = 60.0
_SIDE_M, _CLUSTERS, _SPREAD_M = 40_000.0, 400, 900.0
_PEER_PLACES, _PEER_SITES = 5_000, 400
OURS = "tenmin"


def run(engine: sa.Engine, *, scale: float, seed: int) -> Iterator[dict[str, Any]]:
    """Measure; the database is not used.

    Yields:
        A line for each step of ours, the plain solver, and the proof on a smaller question with its peers.
        ``gap`` is how far a plan stays below our bound, in percent; ``differ`` is 0 when the plan keeps to
        its terms, is not below greedy and not above the bound.
    """
    del engine
    sizes = (_at(PLACES, scale), _at(SITES, scale), max(3, round(MOST * scale)))
    yield from _large(*sizes, seed=seed)
    small = (_at(_PEER_PLACES, scale), _at(_PEER_SITES, scale), sizes[2])
    yield from _small(*small, seed=seed)


def _at(count: int, scale: float) -> int:
    return max(20, round(count * scale))


def _large(places: int, sites: int, most: int, *, seed: int) -> Iterator[dict[str, Any]]:
    people, points, candidates = draw(places, sites, seed=seed)
    terms = SitingTerms(most=most)
    reach_s, reach = timed(lambda: _within(points, candidates))
    before = time.process_time()
    merge_s, problem = timed(lambda: merge_places(make_problem(people, reach)))
    search_s, plan = timed(lambda: search_plan(problem, terms))
    bound_s, bound = timed(lambda: find_bound(problem, terms, plan))
    cpu_s = time.process_time() - before
    greedy_s, greedy = timed(lambda: search_greedy(problem, terms))
    swap_s, swapped = timed(lambda: search_plan(problem, terms, rebuilds=0))
    asked = {"places": places, "sites": sites, "most": most}
    whole = make_problem(people, reach)

    def line(method: str, seconds: float, chosen: list[int]) -> dict[str, Any]:
        value = count_served(whole, chosen)
        gap = round(100 * (bound.people - value) / max(1, bound.people), 2)
        return {"method": method, **asked, "seconds": round(seconds, 3), "value": value, "gap": gap}

    yield {"method": f"{OURS} reach", **asked, "seconds": round(reach_s, 3), "pairs": int(reach.nnz)}
    merged = {"groups": len(problem.people), "pairs": int(problem.reach.nnz)}
    yield {"method": f"{OURS} merge", **asked, "seconds": round(merge_s, 3), **merged}
    yield line(f"{OURS} greedy", greedy_s, greedy)
    yield line(f"{OURS} greedy + swaps", swap_s, swapped)
    yield line(f"{OURS} greedy + swaps + rebuilding", search_s, plan)
    yield {"method": f"{OURS} bound", **asked, "seconds": round(bound_s, 3), "bound": bound.people}
    solver_s, found = timed(lambda: _plain_solver(problem, terms))
    value, solver_bound = found
    yield {
        "method": "HiGHS alone",
        **asked,
        "seconds": round(solver_s, 1),
        "value": value,
        "bound": solver_bound,
    }
    served = count_served(whole, plan)
    faults = len(find_faults(terms, plan)) + (served < count_served(whole, greedy)) + (served > bound.people)
    yield {
        "method": OURS,
        "against": "HiGHS alone",
        "seconds": round(merge_s + search_s + bound_s, 2),
        "cpu_seconds": round(cpu_s, 2),
        "times_faster": round(solver_s / (merge_s + search_s + bound_s), 1),
        "value_to_theirs": None if value is None else round(served / max(1, value), 4),
        "differ": int(faults),
    }


def _small(places: int, sites: int, most: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """A question of which every method proves the best plan."""
    people, points, candidates = draw(places, sites, seed=seed, side_m=20_000.0, clusters=150)
    reach = _within(points, candidates)
    terms = SitingTerms(most=most)
    asked = {"places": places, "sites": sites, "most": most}
    effort = Effort(most_pairs=10**9, most_nodes=10**6, time_limit_s=SOLVER_S)
    ours_s, plan = timed(lambda: plan_sites(make_problem(people, reach), terms, effort=effort))
    told = {"value": plan.people, "bound": plan.bound, "proof": str(plan.proof)}
    yield {"method": f"{OURS} to the proof", **asked, "seconds": round(ours_s, 3), **told}
    if find_spec("spopt") is None:
        yield {"method": "spopt", **asked, "seconds": None, "value": None, "why": "not installed"}
        return
    peer_s, value = timed(lambda: _spopt(people, reach, most))
    yield {"method": "spopt MCLP, CBC", **asked, "seconds": round(peer_s, 2), "value": value}
    yield {
        "method": f"{OURS} to the proof",
        "against": "spopt MCLP, CBC",
        "times_faster": round(peer_s / ours_s, 1),
        "differ": abs(value - plan.people),
    }


def draw(
    places: int, sites: int, *, seed: int, side_m: float = _SIDE_M, clusters: int = _CLUSTERS
) -> tuple[Ints, Floats, Floats]:
    """People, places and candidates in metres on a plane: few crowded quarters, many small ones."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0, side_m, (clusters, 2))
    crowd = random.pareto(1.2, clusters) + 1
    near = centres[random.choice(clusters, places, p=crowd / crowd.sum())]
    points = near + random.normal(0, _SPREAD_M, (places, 2))
    people = random.integers(1, 60, places)
    candidates = centres[random.integers(0, clusters, sites)] + random.normal(0, 1.5 * _SPREAD_M, (sites, 2))
    return people.astype(np.int64), points, candidates


def _within(points: Floats, candidates: Floats) -> csr_array:
    found = cKDTree(points).sparse_distance_matrix(cKDTree(candidates), LIMIT_M, output_type="ndarray")
    ones = np.ones(len(found), dtype=np.int8)
    return csr_array((ones, (found["i"], found["j"])), shape=(len(points), len(candidates)))


def _plain_solver(problem: SitingProblem, terms: SitingTerms) -> tuple[int | None, int | None]:
    """HiGHS with the whole question and a minute; what it has found by then, proved or not."""
    exact = solve_exactly(problem, terms, time_limit_s=SOLVER_S, most_nodes=10**9, keep_unproved=True)
    return None if exact.plan is None else count_served(problem, exact.plan), exact.bound


def _spopt(people: Ints, reach: csr_array, most: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp  # noqa: PLC0415 - a peer that need not be there
        from spopt.locate import MCLP  # noqa: PLC0415

        # It wants distances; all that matters is who is within the limit.
        cost = np.where(reach.toarray() > 0, 0.0, 2.0)
        model = MCLP.from_cost_matrix(cost, people, service_radius=1.0, p_facilities=most)
        model = model.solve(pulp.PULP_CBC_CMD(msg=False))
    return round(float(model.problem.objective.value()))
