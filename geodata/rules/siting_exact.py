"""The best plan there is, with proof, where the question is small enough: mixed-integer programming by HiGHS.

Maximise the people of places served, one variable a site (0 or 1) and one a place (how far it is served);
a place is served at most as often as chosen sites reach it, divided by its need.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, diags_array, hstack, vstack

from geodata.rules.reach import Floats
from geodata.rules.siting_problem import SitingProblem, SitingTerms

MOST_PAIRS = 30_000
"""Pairs of places (merged) and sites up to which a proof is tried at all."""

MOST_NODES = 20_000
"""Branches after which it is given up: a count, so that the same question ends the same way everywhere."""

TIME_LIMIT_S = 20.0
"""Seconds after which it is given up even before that."""

_OPTIMAL, _LIMIT, _INFEASIBLE = 0, 1, 2


@dataclass(frozen=True)
class Exact:
    """What the solver found: the best plan if it proved one, and what no plan can exceed if it knows."""

    plan: list[int] | None
    bound: int | None
    is_infeasible: bool = False


def is_small(problem: SitingProblem, limit: int = MOST_PAIRS) -> bool:
    """Whether a proof is worth trying."""
    return int(problem.reach.nnz) <= limit


def solve_exactly(
    problem: SitingProblem,
    terms: SitingTerms,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    most_nodes: int = MOST_NODES,
    keep_unproved: bool = False,
) -> Exact:
    """The best plan within the terms.

    A plan is given only when it is proved best, unless ``keep_unproved``: what a solver has found so far when
    its time is up depends on the machine, and the same question must not have two answers.
    """
    sites, places = problem.sites, len(problem.people)
    objective = np.concatenate((np.zeros(sites), -problem.people.astype(float)))
    # With one station needed a place is served wholly or not at all of itself.
    whole = np.concatenate((np.ones(sites), (problem.need > 1).astype(float)))
    low, high = np.zeros(sites + places), np.ones(sites + places)
    low[sorted(terms.must)] = 1
    high[sorted(terms.never)] = 0
    found = milp(
        objective,
        integrality=whole,
        bounds=Bounds(low, high),
        constraints=_constraints(problem, terms),
        options={"mip_rel_gap": 0.0, "time_limit": time_limit_s, "node_limit": most_nodes},
    )
    if found.status == _INFEASIBLE:
        return Exact(None, None, is_infeasible=True)
    dual = getattr(found, "mip_dual_bound", None)
    bound = None if dual is None or not np.isfinite(dual) else int(np.floor(-dual + 1e-6 * max(1, abs(dual))))
    if found.x is None or not (found.status == _OPTIMAL or keep_unproved):
        return Exact(None, bound)
    plan = np.flatnonzero(found.x[:sites] > 0.5).tolist()  # noqa: PLR2004 - half of a whole
    return Exact(plan, bound)


def _constraints(problem: SitingProblem, terms: SitingTerms) -> LinearConstraint:
    sites, places = problem.sites, len(problem.people)
    served = diags_array(problem.need.astype(float), format="csr")
    rows: list[csr_array] = [hstack((-problem.reach.astype(float), served), format="csr")]
    limits: list[Floats] = [np.zeros(places)]
    extra, most = _rows_of_terms(terms, sites)
    if len(most):
        rows.append(hstack((extra, csr_array((len(most), places))), format="csr"))
        limits.append(most)
    return LinearConstraint(vstack(rows, format="csr"), -np.inf, np.concatenate(limits))


def _rows_of_terms(terms: SitingTerms, sites: int) -> tuple[csr_array, Floats]:
    """Rows over the sites whose sums stay at or below a limit."""
    rows: list[csr_array] = []
    limits: list[Floats] = []

    def add(values: csr_array, limit: Floats) -> None:
        rows.append(values)
        limits.append(limit)

    if terms.most is not None:
        add(csr_array(np.ones((1, sites))), np.array([float(terms.most)]))
    if terms.budget is not None and terms.cost is not None:
        add(csr_array(terms.cost.astype(float)[None, :]), np.array([float(terms.budget)]))
    if terms.most_per_group is not None and terms.group is not None:
        inside = np.flatnonzero(terms.group >= 0)
        towns, number = np.unique(terms.group[inside], return_inverse=True)
        if len(towns):
            members = coo_array((np.ones(len(inside)), (number, inside)), shape=(len(towns), sites))
            add(members.tocsr(), np.full(len(towns), float(terms.most_per_group)))
    if terms.apart is not None and terms.apart.nnz:
        pairs = terms.apart.tocoo()
        first, second = pairs.coords
        once = first < second
        first, second = first[once], second[once]
        at = np.arange(len(first))
        both = coo_array(
            (np.ones(2 * len(at)), (np.tile(at, 2), np.concatenate((first, second)))),
            shape=(len(at), sites),
        )
        add(both.tocsr(), np.ones(len(at)))
    return (vstack(rows, format="csr") if rows else csr_array((0, sites))), np.concatenate([*limits, []])
