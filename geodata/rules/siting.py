"""Where k more stations serve most people: a plan, what each site adds, and what no plan can beat.

The question (``SitingProblem``, ``SitingTerms``) and the way of each part are in the modules beside this one:
search first, then the bound, then the proof where it is small enough. What is given out has been counted anew
and checked against every term by code that shares nothing with the search.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from geodata.errors import InvalidInput
from geodata.rules.siting_bounds import ROUNDS, bar_losers, find_bound
from geodata.rules.siting_exact import MOST_NODES, MOST_PAIRS, TIME_LIMIT_S, is_small, solve_exactly
from geodata.rules.siting_problem import (
    SitingProblem,
    SitingTerms,
    count_served,
    drop_hopeless,
    find_faults,
    merge_places,
)
from geodata.rules.siting_search import (
    REBUILDS,
    Heard,
    order_by_gain,
    search_greedy,
    search_plan,
    settle_ties,
)


class Proof(StrEnum):
    """How far a plan is known to be the best."""

    BEST = "best"
    WITHIN = "within"


@dataclass(frozen=True)
class Effort:
    """How hard to look: the rounds of search and bound, and the size up to which a proof is tried."""

    rebuilds: int = REBUILDS
    rounds: int = ROUNDS
    most_pairs: int = MOST_PAIRS
    most_nodes: int = MOST_NODES
    time_limit_s: float = TIME_LIMIT_S


@dataclass(frozen=True)
class Plan:
    """A plan and what is known of it.

    Attributes:
        sites: (site, people it adds to the sites before it), the most first; the gains add up to ``people``.
        people: people served by the plan who were not served before.
        bound: people that no plan within the same terms can exceed; equal to ``people`` when proved best.
        greedy: what taking the best site again and again would have served.
        proof: whether the plan is proved best or known to be within the bound.
    """

    sites: Sequence[tuple[int, int]]
    people: int
    bound: int
    greedy: int
    proof: Proof

    @property
    def gap(self) -> float:
        """How far below the bound the plan is, as a share of the bound; 0 when proved best."""
        return 0.0 if self.bound == 0 else (self.bound - self.people) / self.bound


_REFUSALS = {
    "most": "siting_must_too_many",
    "budget": "siting_must_too_dear",
    "group": "siting_must_one_town",
    "apart": "siting_must_too_near",
    "never": "siting_must_and_never",
}


def plan_sites(
    problem: SitingProblem, terms: SitingTerms, *, effort: Effort | None = None, heard: Heard | None = None
) -> Plan:
    """The best plan found, never worse than greedy, with a bound that holds for every plan.

    The same problem gives the same plan in whatever order its places come. Sites that would serve nobody more
    are left out, so a plan may have fewer sites than asked.

    Args:
        problem: people not served yet and who reaches them (``make_problem``).
        terms: what every plan must keep to; ``most`` or ``budget`` is given.
        effort: how hard to look.
        heard: told of stages; may raise to stop.

    Raises:
        InvalidInput: ``siting_without_limit``; ``siting_must_too_many``, ``siting_must_too_dear``,
            ``siting_must_one_town``, ``siting_must_too_near``, ``siting_must_and_never`` when the sites that
            must be in the plan break the terms by themselves.
    """
    check_terms(terms)
    effort = effort or Effort()
    merged, terms = merge_places(problem), drop_hopeless(problem, terms)
    chosen = search_plan(merged, terms, rebuilds=effort.rebuilds, heard=heard)
    greedy = count_served(merged, search_greedy(merged, terms))
    people = count_served(merged, chosen)
    found = find_bound(merged, terms, chosen, rounds=effort.rounds, heard=heard)
    bound = found.people
    if people < bound and found.prices is not None and is_small(merged, effort.most_pairs):
        if heard is not None:
            heard("siting_proof", 0, 1)
        barred = bar_losers(merged, terms, found.prices, people)
        exact = solve_exactly(
            merged,
            replace(terms, never=terms.never | barred),
            time_limit_s=effort.time_limit_s,
            most_nodes=effort.most_nodes,
        )
        if exact.is_infeasible:
            bound = people
        if exact.plan is not None and count_served(merged, exact.plan) > people:
            chosen = settle_ties(merged, terms, exact.plan)
            people = count_served(merged, chosen)
        if exact.bound is not None:
            bound = min(bound, max(people, exact.bound))
    _check(problem, terms, chosen, people)
    return Plan(
        sites=order_by_gain(merged, chosen),
        people=people,
        bound=bound,
        greedy=greedy,
        proof=Proof.BEST if bound == people else Proof.WITHIN,
    )


def check_terms(terms: SitingTerms) -> None:
    """Refuse terms that no plan can keep.

    Raises:
        InvalidInput: see ``plan_sites``.
    """
    if terms.most is None and terms.budget is None:
        raise InvalidInput("siting_without_limit")
    for fault in find_faults(terms, sorted(terms.must)):
        raise InvalidInput(_REFUSALS[fault])


def _check(problem: SitingProblem, terms: SitingTerms, chosen: Sequence[int], people: int) -> None:
    """A plan that breaks its own terms or counts wrongly is never given out."""
    faults = find_faults(terms, chosen)
    if faults or count_served(problem, chosen) != people:
        raise ArithmeticError(f"plan does not hold: {faults or 'people'}")


__all__ = ["Effort", "Plan", "Proof", "SitingProblem", "SitingTerms", "check_terms", "plan_sites"]
