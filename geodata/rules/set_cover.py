"""The fewest stations that reach everybody who can be reached, and which existing ones nobody would miss.

Set covering: every place has at least one chosen site in its reach. Pieces of the town that share no site are
solved apart. In each piece first what needs no choosing: a place with one site only decides it; a place whose
sites all serve another place too is served with that one; a site whose places another site serves as well is
not needed. What is left goes to greedy with a clean-up, and to HiGHS where it is small enough to be proved.
Equal choices go to the lowest number; the result does not depend on the order of the places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geodata.rules.reach import Bools, Ints

MOST_PAIRS = 20_000
"""Pairs left in one piece up to which a proof is tried."""

MOST_NODES = 5_000
TIME_LIMIT_S = 5.0
_MOST_DOMINANCE_ROWS = 4_000
_OPTIMAL = 0

Heard = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Covering:
    """Sites that reach everybody within reach of any.

    Attributes:
        sites: the chosen sites, lowest number first.
        least: no choice of fewer sites reaches everybody; equal to their number when proved.
        unreachable: which of the places given no site reaches.
    """

    sites: Sequence[int]
    least: int
    unreachable: Bools

    @property
    def is_proved(self) -> bool:
        """Whether fewer sites cannot do."""
        return self.least == len(self.sites)


def find_covering(
    reach: csr_array,
    *,
    usable: Bools | None = None,
    heard: Heard | None = None,
    most_pairs: int = MOST_PAIRS,
    time_limit_s: float = TIME_LIMIT_S,
) -> Covering:
    """The fewest sites that reach every place within reach of a usable site.

    Args:
        reach: ones, places by sites.
        usable: which sites may be chosen; all unless given.
        heard: told of each piece; may raise to stop.
        most_pairs: pairs of one piece up to which a proof is tried.
        time_limit_s: seconds for the proof of one piece.
    """
    wanted = csr_array(reach, copy=True).astype(np.int64)
    wanted.sum_duplicates()
    wanted.data[:] = 1
    if usable is not None:
        kept = usable[wanted.indices]
        rows = np.repeat(np.arange(wanted.shape[0]), np.diff(wanted.indptr))[kept]
        wanted = csr_array((wanted.data[kept], (rows, wanted.indices[kept])), shape=wanted.shape)
    unreachable = np.diff(wanted.indptr) == 0
    chosen: list[int] = []
    least = 0
    pieces = _pieces(wanted[np.flatnonzero(~unreachable)])
    for at, (piece, names) in enumerate(pieces):
        if heard is not None:
            heard("siting_cover", at, len(pieces))
        found, bound = _cover_piece(piece, most_pairs, time_limit_s)
        chosen += names[found].tolist()
        least += bound
    return Covering(sorted(chosen), least, unreachable)


@dataclass(frozen=True)
class Missed:
    """What existing stations are worth to each other.

    Attributes:
        lost: for each station the people who can reach no other one, shape (m,).
        spare: stations that could go all together without anybody losing reach, lowest number first.
        most_spare: no more than so many could; equal to their number when proved.
    """

    lost: Ints
    spare: Sequence[int]
    most_spare: int


def find_missed(
    reach: csr_array, people: Ints, *, heard: Heard | None = None, time_limit_s: float = TIME_LIMIT_S
) -> Missed:
    """Who would miss which station.

    Args:
        reach: ones, places by counting stations.
        people: people of each place.
        heard: told of pieces; may raise to stop.
        time_limit_s: seconds for the proof of one piece.

    One by one a station may seem needless because another is near; the two together are not. So beside the
    loss of each there is the greatest set that can go at once.
    """
    inhabited = csr_array(reach)[np.flatnonzero(people > 0)]
    living = people[people > 0]
    sizes = np.diff(inhabited.indptr)
    alone = np.flatnonzero(sizes == 1)
    only = inhabited.indices[inhabited.indptr[alone]]
    lost = np.bincount(only, living[alone], minlength=reach.shape[1]).astype(np.int64)
    kept = find_covering(inhabited, heard=heard, time_limit_s=time_limit_s)
    spare = sorted(set(range(reach.shape[1])) - set(kept.sites))
    return Missed(lost, spare, int(reach.shape[1]) - kept.least)


def _pieces(reach: csr_array) -> list[tuple[csr_array, Ints]]:
    """The connected parts of places and sites, each with the numbers of its sites, lowest first."""
    places, sites = reach.shape
    if places == 0:
        return []
    rows = np.repeat(np.arange(places), np.diff(reach.indptr))
    graph = csr_array(
        (np.ones(len(rows), dtype=np.int8), (rows, places + reach.indices)), shape=(places + sites,) * 2
    )
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label[:places], kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[:places][order])) + 1)
    found = []
    for members in groups:
        part = reach[members]
        names = np.unique(part.indices).astype(np.int64)
        columns = np.searchsorted(names, part.indices)
        shape = (len(members), len(names))
        found.append((csr_array((part.data, columns, part.indptr), shape=shape), names))
    return sorted(found, key=lambda piece: int(piece[1][0]))


def _cover_piece(reach: csr_array, most_pairs: int, time_limit_s: float) -> tuple[list[int], int]:
    """Sites of one piece, and how many are needed at least."""
    fixed, rows, sites = _reduce(reach)
    if not len(rows):
        return sorted(fixed), len(fixed)
    left = _part(reach, rows, sites)
    greedy = _greedy(left)
    chosen, bound = greedy, _fewest(left, len(greedy))
    if bound < len(greedy) and left.nnz <= most_pairs:
        chosen, bound = _prove(left, greedy, bound, time_limit_s)
    return sorted([*fixed, *sites[chosen].tolist()]), len(fixed) + bound


def _reduce(reach: csr_array) -> tuple[list[int], Ints, Ints]:
    """Sites that must be taken; the places and sites between which there is still something to choose."""
    fixed: list[int] = []
    rows, sites = np.arange(reach.shape[0]), np.arange(reach.shape[1])
    while len(rows):
        part = _part(reach, rows, sites)
        single = np.flatnonzero(np.diff(part.indptr) == 1)
        if len(single):
            taken = np.unique(part.indices[part.indptr[single]])
            fixed += sites[taken].tolist()
            served = np.asarray(part[:, taken].sum(axis=1)) > 0
            rows, sites = rows[~served], np.delete(sites, taken)
            continue
        keep_rows, keep_sites = _undominated_places(part), _undominated_sites(part)
        if keep_rows.all() and keep_sites.all():
            break
        # One kind at a time: each rule is about the table as it is.
        if not keep_rows.all():
            rows = rows[keep_rows]
        else:
            sites = sites[keep_sites]
    return fixed, rows, sites


def _part(reach: csr_array, rows: Ints, sites: Ints) -> csr_array:
    return csr_array(reach[rows][:, sites])


def _undominated_places(reach: csr_array) -> Bools:
    """Places whose sites are not all the sites of another place and more; of equal ones the first stays."""
    keep = np.ones(reach.shape[0], dtype=np.bool_)
    if reach.shape[0] > _MOST_DOMINANCE_ROWS:
        return keep
    first = _first_of_equals(reach)
    common = (reach[first] @ reach[first].T).tocoo()
    small, large = common.coords
    sizes = np.diff(reach.indptr)[first]
    inside = (common.data == sizes[small]) & (sizes[large] > sizes[small])
    keep[:] = False
    keep[first] = True
    keep[first[large[inside]]] = False
    return keep


def _undominated_sites(reach: csr_array) -> Bools:
    """Sites whose places no other site serves all of; of equal ones the lowest number stays."""
    columns = csr_array(reach.T)
    keep = np.ones(reach.shape[1], dtype=np.bool_)
    if reach.shape[1] > _MOST_DOMINANCE_ROWS:
        return keep
    sizes = np.diff(columns.indptr)
    common = (columns @ columns.T).tocoo()
    small, large = common.coords
    inside = common.data == sizes[small]
    worse = inside & ((sizes[large] > sizes[small]) | ((sizes[large] == sizes[small]) & (large < small)))
    keep[small[worse]] = False
    keep[sizes == 0] = False
    return keep


def _first_of_equals(reach: csr_array) -> Ints:
    shaped = csr_array(reach, copy=True)
    shaped.sort_indices()
    seen: dict[bytes, int] = {}
    for at in range(shaped.shape[0]):
        seen.setdefault(shaped.indices[shaped.indptr[at] : shaped.indptr[at + 1]].tobytes(), at)
    return np.array(sorted(seen.values()), dtype=np.int64)


def _greedy(reach: csr_array) -> list[int]:
    """Most new places first, ties to the lowest number; then what the others made needless goes again."""
    by_site = csr_array(reach.T)
    count = np.zeros(reach.shape[0], dtype=np.int64)
    chosen: list[int] = []
    while (count == 0).any():
        gain = by_site @ (count == 0).astype(np.int64)
        site = int(np.argmax(gain))
        chosen.append(site)
        count[by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]] += 1
    for site in sorted(chosen, reverse=True):
        rows = by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]
        if (count[rows] > 1).all():
            count[rows] -= 1
            chosen.remove(site)
    return sorted(chosen)


def _fewest(reach: csr_array, known: int) -> int:
    """How many sites are needed at least: places no two of which share a site."""
    sizes = np.diff(reach.indptr)
    blocked = np.zeros(reach.shape[1], dtype=np.bool_)
    fewest = 0
    for row in np.lexsort((np.arange(len(sizes)), sizes)).tolist():
        sites = reach.indices[reach.indptr[row] : reach.indptr[row + 1]]
        if not blocked[sites].any():
            blocked[sites] = True
            fewest += 1
    return min(fewest, known)


def _prove(reach: csr_array, known: list[int], bound: int, time_limit_s: float) -> tuple[list[int], int]:
    sites = reach.shape[1]
    matrix = reach.astype(float)
    relaxed = linprog(
        np.ones(sites),
        A_ub=-matrix,
        b_ub=-np.ones(reach.shape[0]),
        bounds=(0, 1),
        options={"time_limit": time_limit_s},
    )
    if relaxed.status == _OPTIMAL:
        bound = max(bound, int(np.ceil(relaxed.fun - 1e-6)))
    if bound >= len(known):
        return known, len(known)
    found = milp(
        np.ones(sites),
        integrality=np.ones(sites),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1, np.inf),
        options={"mip_rel_gap": 0.0, "time_limit": time_limit_s, "node_limit": MOST_NODES},
    )
    dual = getattr(found, "mip_dual_bound", None)
    if dual is not None and np.isfinite(dual):
        bound = min(len(known), max(bound, int(np.ceil(dual - 1e-6))))
    if found.status == _OPTIMAL and found.x is not None:
        better = np.flatnonzero(found.x > 0.5).tolist()  # noqa: PLR2004 - half of a whole
        # The known choice is made by the rule of lowest numbers; another only when it is smaller.
        return (better, len(better)) if len(better) < len(known) else (known, len(known))
    return known, bound
