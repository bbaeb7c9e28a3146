"""What is asked when k more stations are to be placed, in numbers: people, reach, and the terms of a plan.

Places are rows, candidate sites are columns. Existing stations are not in here: who they serve has been taken
out of ``people`` before, so no plan can ever take one away. All sums are whole numbers, so no result depends
on the order in which rows are added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geodata.rules.reach import LIMIT_TOLERANCE_M, Bools, Floats, Ints, geodesic_m, reach_matrix

_SEED = 20_261


@dataclass(frozen=True)
class SitingProblem:
    """Who could be served by which candidate.

    Attributes:
        people: people of each place who are not served yet, shape (n,), never negative.
        need: how many more stations each place must be within reach of to count, shape (n,): 1, or 2 for a
            second cover where none is in reach yet.
        reach: ones, places by candidates: the candidate is within the rule's limit of the place.
    """

    people: Ints
    need: Ints
    reach: csr_array

    @property
    def sites(self) -> int:
        """How many candidates there are."""
        return int(self.reach.shape[1])

    @property
    def is_deep(self) -> bool:
        """Whether some place needs more than one new station."""
        return bool((self.need > 1).any())


@dataclass(frozen=True)
class SitingTerms:
    """What every plan must keep to. At least one of ``most`` and ``budget`` is given.

    Attributes:
        most: at most so many sites, the musts among them.
        cost: what each site costs, whole hundredths of a yuan; needed with a budget.
        budget: what all sites together may cost, inclusive, in the same hundredths.
        group: number of the town of each site, -1 for none; needed with ``most_per_group``.
        most_per_group: at most so many sites in one town.
        apart: symmetric ones where two candidates are too near each other to be chosen both.
        must: sites that are in every plan.
        never: sites that are in no plan.
    """

    most: int | None = None
    cost: Ints | None = None
    budget: int | None = None
    group: Ints | None = None
    most_per_group: int | None = None
    apart: csr_array | None = None
    must: frozenset[int] = field(default_factory=frozenset)
    never: frozenset[int] = field(default_factory=frozenset)


def make_problem(people: Ints, reach: csr_array, need: Ints | None = None) -> SitingProblem:
    """A problem in its one form: ones only, columns in order within each row, places that can matter.

    Places without people or without any candidate in reach are kept out; so the number of rows is not the
    number of places given.
    """
    shaped = csr_array(reach, copy=True)
    shaped.sum_duplicates()
    shaped.eliminate_zeros()
    shaped.data[:] = 1
    need = np.ones(len(people), dtype=np.int64) if need is None else need
    kept = np.flatnonzero((people > 0) & (np.diff(shaped.indptr) >= need))
    return SitingProblem(people[kept].astype(np.int64), need[kept].astype(np.int64), shaped[kept])


def merge_places(problem: SitingProblem) -> SitingProblem:
    """Add places together that have the same candidates in reach and the same need.

    Every plan serves as many people as before, so the optimum is the same with fewer rows. The rows come out
    in an order of their own, whatever order they came in.
    """
    reach, need = problem.reach, problem.need
    if not len(need):
        return problem
    sizes = np.diff(reach.indptr)
    marks = _marks(reach.shape[1])[reach.indices]
    sums = np.add.reduceat(marks, reach.indptr[:-1], axis=0)
    order = np.lexsort((sums[:, 0], sums[:, 1], sizes, need))
    fresh = _differs(order, need, sizes, sums)
    first = order[fresh]
    _check_same(reach, order, first[np.cumsum(fresh) - 1])
    people = np.add.reduceat(problem.people[order], np.flatnonzero(fresh))
    return SitingProblem(people, need[first], reach[first])


def _marks(sites: int) -> npt.NDArray[np.uint64]:
    """Two random numbers a site, the same every time: sums of them tell sets apart."""
    return np.random.default_rng(_SEED).integers(0, 2**64, (sites, 2), dtype=np.uint64)


def _differs(order: Ints, *keys: npt.NDArray[np.generic]) -> Bools:
    """Where in the order a row differs from the one before; the first one does."""
    fresh = np.ones(len(order), dtype=np.bool_)
    same = np.ones(len(order) - 1, dtype=np.bool_)
    for key in keys:
        there = key[order[1:]] == key[order[:-1]]
        same &= there if there.ndim == 1 else there.all(axis=1)
    fresh[1:] = ~same
    return fresh


def _check_same(reach: csr_array, rows: Ints, first: Ints) -> None:
    """Equal sums of 128 bits are equal sets but for a chance of one in 10^29; this leaves none."""
    if not np.array_equal(reach[rows].indices, reach[first].indices):
        raise ArithmeticError("two different sets of sites have one sum")


def count_served(problem: SitingProblem, chosen: Sequence[int]) -> int:
    """People served by a set of sites, counted anew from the reach."""
    return int(problem.people[served_places(problem, chosen)].sum())


def served_places(problem: SitingProblem, chosen: Sequence[int]) -> Bools:
    """Which places a set of sites serves."""
    marked = np.zeros(problem.sites, dtype=np.int64)
    marked[list(chosen)] = 1
    return np.asarray(problem.reach.astype(np.int64) @ marked >= problem.need)


def find_faults(terms: SitingTerms, chosen: Sequence[int]) -> list[str]:
    """What a plan breaks, one word a term; empty when it keeps to all.

    The words are ``most``, ``budget``, ``group``, ``apart``, ``must``, ``never`` and ``twice``. Written apart
    from the searches and without their arithmetic: it is what they are checked by.
    """
    sites = sorted(chosen)
    broken = {
        "twice": len(set(sites)) != len(sites),
        "most": terms.most is not None and len(sites) > terms.most,
        "budget": _is_too_dear(terms, sites),
        "group": _is_crowded(terms, sites),
        "apart": _has_near_pair(terms, sites),
        "must": not terms.must <= set(sites),
        "never": bool(terms.never & set(sites)),
    }
    return [word for word, is_broken in broken.items() if is_broken]


def _is_too_dear(terms: SitingTerms, sites: list[int]) -> bool:
    if terms.budget is None or terms.cost is None:
        return False
    return sum(int(terms.cost[site]) for site in sites) > terms.budget


def _is_crowded(terms: SitingTerms, sites: list[int]) -> bool:
    most = terms.most_per_group
    if most is None or terms.group is None:
        return False
    towns = [int(terms.group[site]) for site in sites if terms.group[site] >= 0]
    return any(towns.count(town) > most for town in towns)


def _has_near_pair(terms: SitingTerms, sites: list[int]) -> bool:
    if terms.apart is None:
        return False
    others = set(sites)
    return any(others & (set(terms.apart[[site]].indices.tolist()) - {site}) for site in sites)


def find_near_pairs(lonlat: Floats, least_m: float) -> csr_array:
    """Ones for pairs of candidates that are nearer than ``least_m`` (exactly that far is far enough).

    Args:
        lonlat: longitude, latitude (EPSG:4326), shape (m, 2); NaN is near nothing.
        least_m: metres on the ellipsoid.
    """
    pairs = reach_matrix(lonlat, lonlat, least_m).tocoo()
    rows, columns = pairs.coords
    apart = rows != columns
    rows, columns = rows[apart], columns[apart]
    nearer = geodesic_m(lonlat[rows], lonlat[columns]) < least_m - LIMIT_TOLERANCE_M
    ones = np.ones(int(nearer.sum()), dtype=np.int8)
    return csr_array((ones, (rows[nearer], columns[nearer])), shape=pairs.shape)


def find_too_near(lonlat: Floats, others: Floats, least_m: float) -> Bools:
    """Which candidates are nearer than ``least_m`` to one of the others; exactly that far is far enough."""
    pairs = reach_matrix(lonlat, others, least_m).tocoo()
    rows, columns = pairs.coords
    nearer = geodesic_m(lonlat[rows], others[columns]) < least_m - LIMIT_TOLERANCE_M
    found = np.zeros(len(lonlat), dtype=np.bool_)
    found[rows[nearer]] = True
    return found


def drop_hopeless(problem: SitingProblem, terms: SitingTerms) -> SitingTerms:
    """The same terms with the sites barred that no plan can use: too dear, or in reach of nobody.

    A must that reaches nobody stays.
    """
    useless = np.asarray(problem.reach.sum(axis=0)) == 0
    if terms.budget is not None and terms.cost is not None:
        useless |= terms.cost > terms.budget
    barred = frozenset(np.flatnonzero(useless).tolist()) - terms.must
    return replace(terms, never=terms.never | barred)
