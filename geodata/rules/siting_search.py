"""A good plan quickly: greedy, then swaps until none helps, then a few rounds of pulling down and rebuilding.

Greedy takes the site that serves most people more, again and again. A swap replaces one chosen site by one
that is not chosen; the best of all swaps is found in one pass over the reach. What is kept is never worse
than what greedy found. Equal gains go to the lowest number, and a swap that serves equally many is made when
it lowers a number: so the plan does not depend on luck.
"""

from collections.abc import Callable, Iterable

import numpy as np
from scipy.sparse import csc_array

from geodata.rules.reach import Bools, Floats, Ints
from geodata.rules.siting_problem import SitingProblem, SitingTerms

Heard = Callable[[str, int, int], None]
"""Told of stages; may raise to stop the work."""

REBUILDS = 8
_MOST_SWAPS = 2_000
_PULLED_SHARE = 5


class _State:
    """A plan while it is made: how often each place is reached, and what each site would add.

    Two figures decide, the second between equals of the first: people served, and (where places need two
    stations) people brought one station nearer to it.
    """

    def __init__(self, problem: SitingProblem, terms: SitingTerms) -> None:
        self.problem, self.terms = problem, terms
        self.by_place, self.by_site = problem.reach, csc_array(problem.reach)
        self.count = np.zeros(len(problem.people), dtype=np.int64)
        self.chosen: list[int] = []
        self.open = np.ones(problem.sites, dtype=np.bool_)
        self.open[list(terms.never)] = False
        self.groups = np.zeros(1, dtype=np.int64)
        if terms.group is not None:
            self.groups = np.zeros(max(int(terms.group.max(initial=0)), 0) + 2, dtype=np.int64)
        self.near = np.zeros(problem.sites, dtype=np.int64)
        self.spent = 0
        self.gain = self._over_sites(np.arange(len(self.count)), problem.people * (problem.need == 1))
        self.nearer = self._over_sites(np.arange(len(self.count)), problem.people)
        for site in sorted(terms.must):
            self.add(site)

    def value(self) -> tuple[int, int]:
        people, need = self.problem.people, self.problem.need
        second = int((people * np.minimum(self.count, need)).sum()) if self.problem.is_deep else 0
        return int(people[self.count >= need].sum()), second

    def add(self, site: int) -> None:
        self._change(site, 1)
        self.chosen.append(site)

    def remove(self, site: int) -> None:
        self._change(site, -1)
        self.chosen.remove(site)

    def _change(self, site: int, by: int) -> None:
        rows = self._rows(site)
        people, need, before = self.problem.people[rows], self.problem.need[rows], self.count[rows]
        after = before + by
        self.count[rows] = after
        last = (after == need - 1).astype(np.int64) - (before == need - 1)
        self.gain += self._over_sites(rows, people * last)
        if self.problem.is_deep:
            short = (after < need).astype(np.int64) - (before < need)
            self.nearer += self._over_sites(rows, people * short)
        terms = self.terms
        if terms.group is not None:
            self.groups[terms.group[site]] += by
        if terms.apart is not None:
            self.near[terms.apart[[site]].indices] += by
        if terms.cost is not None:
            self.spent += by * int(terms.cost[site])

    def _rows(self, site: int) -> Ints:
        start, end = self.by_site.indptr[site : site + 2]
        return np.asarray(self.by_site.indices[start:end], dtype=np.int64)

    def _over_sites(self, rows: Ints, amount: Ints) -> Ints:
        """Add an amount of each row to all sites in its reach."""
        some = amount != 0
        owner, sites = self._expand(rows[some])
        added = np.bincount(sites, amount[some][owner], minlength=self.problem.sites)
        return np.asarray(added, dtype=np.int64)

    def _expand(self, rows: Ints) -> tuple[Ints, Ints]:
        """All (position in ``rows``, site) pairs of the rows."""
        starts = self.by_place.indptr[rows].astype(np.int64)
        sizes = self.by_place.indptr[rows + 1] - starts
        owner = np.repeat(np.arange(len(rows)), sizes)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return owner, self.by_place.indices[starts[owner] + within].astype(np.int64)

    def addable(self) -> Bools:
        """Which sites may be added to the plan as it is."""
        terms, fit = self.terms, self.open.copy()
        fit[self.chosen] = False
        if terms.most is not None and len(self.chosen) >= terms.most:
            fit[:] = False
        if terms.most_per_group is not None and terms.group is not None:
            fit &= (terms.group < 0) | (self.groups[terms.group] < terms.most_per_group)
        if terms.apart is not None:
            fit &= self.near == 0
        if terms.budget is not None and terms.cost is not None:
            fit &= terms.cost <= terms.budget - self.spent
        return fit

    def swappable(self, out: Ints) -> Bools:
        """Which sites (columns) may come in when a chosen one (rows) goes out."""
        terms = self.terms
        fit = np.tile(self.open, (len(out), 1))
        fit[:, self.chosen] = False
        if terms.most_per_group is not None and terms.group is not None:
            same = terms.group[out][:, None] == terms.group[None, :]
            room = self.groups[terms.group][None, :] - same < terms.most_per_group
            fit &= room | (terms.group < 0)[None, :]
        if terms.apart is not None:
            fit &= self.near[None, :] - terms.apart[out].toarray() <= 0
        if terms.budget is not None and terms.cost is not None:
            left = terms.budget - self.spent + terms.cost[out]
            fit &= terms.cost[None, :] <= left[:, None]
        return fit

    def best_addition(self, cost: Floats | None) -> int:
        """The site that adds most (for its cost, if costs are given), or -1 when none adds anything."""
        fit = self.addable() & ((self.gain > 0) | (self.nearer > 0 if self.problem.is_deep else False))
        sites = np.flatnonzero(fit)
        if not len(sites):
            return -1
        gain, second = self.gain[sites].astype(float), self.nearer[sites].astype(float)
        if cost is not None:
            gain, second = gain / cost[sites], second / cost[sites]
        if not self.problem.is_deep:
            return int(sites[np.argmax(gain)])
        return int(sites[np.lexsort((sites, -second, -gain))[0]])

    def best_swap(self) -> tuple[int, int] | None:
        """The swap that helps most: (out, in); else one that lowers a number and costs nobody; else None."""
        out = np.array(sorted(set(self.chosen) - self.terms.must), dtype=np.int64)
        if not len(out):
            return None
        rows = [self._rows(site) for site in out]
        at = np.repeat(np.arange(len(out)), [len(each) for each in rows])
        first, second = self._changes(np.concatenate(rows), at, len(out))
        fit = self.swappable(out)
        first[~fit] = -1
        best = int(first.max())
        if best < 0:
            return None
        tied = first == best
        if second is not None:
            most = int(second[tied].max())
            tied &= second == most
        else:
            most = 0
        if (best, most) <= (0, 0):
            if (best, most) < (0, 0):
                return None
            tied &= np.arange(self.problem.sites)[None, :] < out[:, None]
        found = np.argwhere(tied.T)
        return (int(out[found[0][1]]), int(found[0][0])) if len(found) else None

    def _changes(self, rows: Ints, at: Ints, size: int) -> tuple[Ints, Ints | None]:
        """Change of both figures for every (chosen, other) pair."""
        people, need, count = self.problem.people[rows], self.problem.need[rows], self.count[rows]
        lost = np.bincount(at, people * (count == need), minlength=size).astype(np.int64)
        # Where both reach a place, it is neither lost nor won.
        both = people * ((count == need).astype(np.int64) - (count == need - 1))
        first = self.gain[None, :] - lost[:, None] + self._pairs(rows, at, both, size)
        if not self.problem.is_deep:
            return first, None
        drawn = np.bincount(at, people * (count <= need), minlength=size).astype(np.int64)
        kept = self._pairs(rows, at, people * (count == need), size)
        return first, self.nearer[None, :] - drawn[:, None] + kept

    def _pairs(self, rows: Ints, at: Ints, amount: Ints, size: int) -> Ints:
        some = np.flatnonzero(amount)
        owner, sites = self._expand(rows[some])
        key = at[some][owner] * self.problem.sites + sites
        flat = np.bincount(key, amount[some][owner], minlength=size * self.problem.sites)
        return flat.astype(np.int64).reshape(size, self.problem.sites)

    def least_missed(self) -> list[int]:
        """Chosen sites that may go, those whose going loses fewest people first."""
        free = sorted(set(self.chosen) - self.terms.must)
        lost = []
        for site in free:
            rows = self._rows(site)
            alone = self.count[rows] == self.problem.need[rows]
            lost.append((int(self.problem.people[rows[alone]].sum()), site))
        return [site for _, site in sorted(lost)]


def search_greedy(problem: SitingProblem, terms: SitingTerms) -> list[int]:
    """Sites in the order greedy takes them, the musts first; by people, and never by cost.

    Raises nothing: terms that the musts break are for the caller to refuse.
    """
    state = _State(problem, terms)
    _fill(state, None)
    return state.chosen


def search_plan(
    problem: SitingProblem, terms: SitingTerms, *, rebuilds: int = REBUILDS, heard: Heard | None = None
) -> list[int]:
    """A plan that is at least as good as greedy's; the order of the sites means nothing yet.

    With a budget greedy is tried by people and by people per yuan, and the better one goes on.

    Args:
        problem: who is to be served.
        terms: what the plan must keep to; the musts keep to it.
        rebuilds: how many times part of the plan is pulled down and built anew.
        heard: told of each round.
    """
    best: list[int] = []
    best_value = (-1, -1)
    for cost in _prices(terms):
        state = _State(problem, terms)
        _fill(state, cost)
        _climb(state)
        if state.value() > best_value:
            best, best_value = list(state.chosen), state.value()
    for turn in range(rebuilds if len(best) > 1 else 0):
        if heard is not None:
            heard("siting_search", turn, rebuilds)
        state = _State(problem, terms)
        for site in best:
            if site not in terms.must:
                state.add(site)
        # What went out is barred until the rest is filled up, or it would come back at once.
        gone = _pull_down(state, turn)
        state.open[gone] = False
        _fill(state, None)
        state.open[gone] = True
        _fill(state, None)
        _climb(state)
        if state.value() > best_value:
            best, best_value = list(state.chosen), state.value()
    return sorted(best)


def settle_ties(problem: SitingProblem, terms: SitingTerms, plan: Iterable[int]) -> list[int]:
    """The plan after all swaps that serve more people, or as many with a lower number."""
    state = _State(problem, terms)
    for site in sorted(set(plan) - terms.must):
        state.add(site)
    _fill(state, None)
    _climb(state)
    return sorted(state.chosen)


def order_by_gain(problem: SitingProblem, chosen: Iterable[int]) -> list[tuple[int, int]]:
    """The sites of a plan as (site, people it adds to those before it), the most first, ties to the lowest.

    The gains add up to what the plan serves. A site that alone adds nobody (because places need two) comes
    with 0 and those after it have the rest.
    """
    state = _State(problem, SitingTerms(most=None))
    left, ordered = sorted(chosen), []
    while left:
        best = max(left, key=lambda site: (int(state.gain[site]), int(state.nearer[site]), -site))
        ordered.append((best, int(state.gain[best])))
        state.add(best)
        left.remove(best)
    return ordered


def _prices(terms: SitingTerms) -> list[Floats | None]:
    if terms.budget is None or terms.cost is None:
        return [None]
    return [None, np.maximum(terms.cost, 1).astype(float)]


def _fill(state: _State, cost: Floats | None) -> None:
    while (site := state.best_addition(cost)) >= 0:
        state.add(site)


def _climb(state: _State) -> None:
    for _ in range(_MOST_SWAPS):
        swap = state.best_swap()
        if swap is None:
            break
        state.remove(swap[0])
        state.add(swap[1])
        _fill(state, None)


def _pull_down(state: _State, turn: int) -> list[int]:
    """Take out a few of the sites that would be missed least, others in every turn."""
    order = state.least_missed()
    size = min(max(2, len(order) // _PULLED_SHARE), len(order))
    gone = [order[(turn * size + at) % len(order)] for at in range(size)]
    for site in gone:
        state.remove(site)
    return gone
