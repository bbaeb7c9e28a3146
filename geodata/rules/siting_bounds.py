"""What no plan can beat: an upper bound on the people served, by Lagrange's multipliers.

Let place *i* have w_i people and need d_i of the stations in its reach. Give every place a price u_i from 0
to w_i / d_i, what it pays for each station that reaches it. Then no plan serves more than

    sum_i max(0, w_i - d_i u_i)  +  the most that any allowed choice of sites can earn, site j earning
                                    the sum of u_i over the places it reaches.

That holds for *every* choice of prices, so the bound needs no trust in how the prices were found (here: by
subgradient steps, the same number each time). The second part is relaxed where that is what keeps it simple:
of sites too near each other both may earn, and a budget may buy part of a site.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geodata.rules.reach import Floats, Ints
from geodata.rules.siting_problem import SitingProblem, SitingTerms

ROUNDS = 400
_PATIENCE = 20
_FIRST_STEP = 1.5
_LEAST_STEP = 1e-3
_MEMORY = 0.9
_ROUNDING = 1e-9

Heard = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Bound:
    """``people`` is what no plan exceeds, ``prices`` the prices that show it (None: everybody is served)."""

    people: int
    prices: Floats | None


def find_bound(
    problem: SitingProblem,
    terms: SitingTerms,
    plan: list[int],
    *,
    rounds: int = ROUNDS,
    heard: Heard | None = None,
) -> Bound:
    """Whole people that no plan within the terms can exceed; ``plan`` is the best known one.

    Stops early when the plan is proved to be best.
    """
    people = problem.people.astype(float)
    marked = np.zeros(problem.sites)
    marked[plan] = 1
    lower = int(problem.people[problem.reach @ marked >= problem.need].sum())
    total = int(problem.people.sum())
    if not len(people) or lower == total:
        return Bound(total, None)
    earn = _Earnings(problem, terms)
    reach = problem.reach.astype(float)
    back = reach.T.tocsr()
    ceiling = people / problem.need
    prices = _first_prices(ceiling, reach @ marked, problem.need)
    best, kept, direction = float(total), prices, np.zeros_like(prices)
    step, since = _FIRST_STEP, 0
    for turn in range(rounds):
        if heard is not None:
            heard("siting_bound", turn, rounds)
        income = back @ prices
        worth, sites = earn.most(income)
        surplus = people - problem.need * prices
        bound = float(surplus[surplus > 0].sum()) + worth
        if bound < best * (1 - 1e-6):
            since = 0
        else:
            since += 1
        if bound < best:
            best, kept = bound, prices
        if _whole(best) <= lower:
            return Bound(lower, kept)
        if since >= _PATIENCE:
            step, since = step / 2, 0
            prices, direction = kept, np.zeros_like(prices)
            if step < _LEAST_STEP:
                break
            continue
        slope = reach @ sites - problem.need * (surplus > 0)
        # No use in a direction that only runs into the edge.
        slope[((prices <= 0) & (slope > 0)) | ((prices >= ceiling) & (slope < 0))] = 0
        direction = slope + _MEMORY * direction
        # Not a dot product: threads of BLAS that spin for so little cost ten times the work.
        size = float(np.square(direction).sum())
        if size == 0:
            break
        prices = np.clip(prices - step * (bound - lower) / size * direction, 0, ceiling)
    return Bound(min(_whole(best), total), kept)


def bar_losers(problem: SitingProblem, terms: SitingTerms, prices: Floats, lower: int) -> frozenset[int]:
    """Sites that are in no plan that serves more than ``lower`` people, by the same reckoning as the bound.

    With a site in the plan the others have one place less; when even so the bound stays at or below
    ``lower``, no better plan has it. Of the terms only ``most``, ``must`` and ``never`` are used: the others
    can only bar more.
    """
    if terms.most is None:
        return frozenset()
    income = problem.reach.astype(float).T @ prices
    surplus = problem.people - problem.need * prices
    base = float(surplus[surplus > 0].sum()) + float(income[sorted(terms.must)].sum())
    free = np.ones(problem.sites, dtype=np.bool_)
    free[list(terms.must | terms.never)] = False
    sites = np.flatnonzero(free)
    room = terms.most - len(terms.must)
    if room <= 0:
        return frozenset(sites.tolist())
    earned = np.sort(income[sites])[::-1]
    others = float(earned[: room - 1].sum())
    # A site among the dearest is counted twice here, which only makes its figure higher.
    worth = base + others + income[sites]
    return frozenset(sites[np.floor(worth * (1 + _ROUNDING) + 1e-6) <= lower].tolist())


def _first_prices(ceiling: Floats, reached: Floats, need: Ints) -> Floats:
    """Dear where the known plan serves nobody, cheap where it serves twice over."""
    share = np.where(reached < need, 1.0, np.where(reached > need, 0.1, 0.5))
    return ceiling * share


def _whole(bound: float) -> int:
    """The whole number below, rounding errors of the sum on the safe side."""
    return int(np.floor(bound * (1 + _ROUNDING) + 1e-6))


class _Earnings:
    """The most that sites allowed by the terms can earn together, a little too high where that is simpler."""

    def __init__(self, problem: SitingProblem, terms: SitingTerms) -> None:
        self.terms, self.sites = terms, problem.sites
        self.musts = np.array(sorted(terms.must), dtype=np.int64)
        free = np.ones(problem.sites, dtype=np.bool_)
        free[list(terms.never | terms.must)] = False
        self.free = np.flatnonzero(free)
        self.room = None if terms.most is None else max(0, terms.most - len(self.musts))
        self.capped = terms.most_per_group is not None and terms.group is not None
        self.money = None
        if terms.budget is not None and terms.cost is not None:
            self.money = max(0, terms.budget - int(terms.cost[self.musts].sum()))

    def most(self, income: Floats) -> tuple[float, Floats]:
        """The sum, and which sites (or shares of one) make it."""
        sites = np.zeros(self.sites)
        sites[self.musts] = 1
        fixed = float(income[self.musts].sum())
        choices = []
        if self.room is not None or self.capped:
            choices.append(self._by_number(income))
        if self.money is not None:
            choices.append(self._by_money(income))
        if not choices:
            choices.append((float(income[self.free].sum()), self.free, np.ones(len(self.free))))
        worth, chosen, share = min(choices, key=lambda choice: choice[0])
        sites[chosen] = share
        return fixed + worth, sites

    def _by_number(self, income: Floats) -> tuple[float, Ints, Floats]:
        free = self.free
        terms = self.terms
        if terms.most_per_group is not None and terms.group is not None:
            order = free[np.lexsort((free, -income[free], terms.group[free]))]
            group = terms.group[order]
            first = np.concatenate(([True], group[1:] != group[:-1])) if len(order) else np.zeros(0, bool)
            place = np.arange(len(order)) - np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
            taken = np.bincount(terms.group[self.musts] + 1, minlength=int(terms.group.max(initial=0)) + 2)
            free = order[(group < 0) | (place < terms.most_per_group - taken[group + 1])]
        if self.room is not None and self.room < len(free):
            free = free[np.argpartition(-income[free], self.room - 1)[: self.room]] if self.room else free[:0]
        return float(income[free].sum()), free, np.ones(len(free))

    def _by_money(self, income: Floats) -> tuple[float, Ints, Floats]:
        cost = self.terms.cost
        if cost is None or self.money is None:
            raise ValueError("no costs")
        free = self.free[income[self.free] > 0]
        price = cost[free].astype(float)
        order = np.argsort(-income[free] / np.maximum(price, 1e-9), kind="stable")
        free, price = free[order], price[order]
        left = self.money - (np.cumsum(price) - price)
        share = np.clip(np.where(price > 0, left / np.maximum(price, 1e-9), 1.0), 0, 1)
        return float((income[free] * share).sum()), free, share
