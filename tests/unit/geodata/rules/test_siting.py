"""Plans of k sites: best on small cases, honest on large ones, the same whatever the order."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geodata.errors import InvalidInput
from geodata.rules.reach import geodesic_m
from geodata.rules.siting import Effort, Proof, SitingTerms, plan_sites
from geodata.rules.siting_bounds import find_bound
from geodata.rules.siting_exact import solve_exactly
from geodata.rules.siting_problem import (
    count_served,
    find_faults,
    find_near_pairs,
    find_too_near,
    make_problem,
    merge_places,
)
from geodata.rules.siting_search import order_by_gain, search_greedy, search_plan

NO_PROOF = Effort(most_pairs=-1)


def table(*rows: str) -> csr_array:
    """``"x.x"`` reaches the first and the third site."""
    return csr_array(np.array([[each == "x" for each in row] for row in rows], dtype=np.int8))


def brute_force(problem, terms) -> int:
    best = -1
    most = problem.sites if terms.most is None else min(terms.most, problem.sites)
    for size in range(most + 1):
        for chosen in combinations(range(problem.sites), size):
            if not find_faults(terms, chosen):
                best = max(best, count_served(problem, chosen))
    return best


@st.composite
def questions(draw, *, deep: bool = True):
    places, sites = draw(st.integers(1, 12)), draw(st.integers(1, 7))
    cells = draw(st.lists(st.booleans(), min_size=places * sites, max_size=places * sites))
    people = draw(st.lists(st.integers(0, 30), min_size=places, max_size=places))
    need = draw(st.lists(st.integers(1, 2 if deep else 1), min_size=places, max_size=places))
    problem = make_problem(
        np.array(people),
        csr_array(np.array(cells, dtype=np.int8).reshape(places, sites)),
        np.array(need),
    )
    names = range(sites)
    with_money = draw(st.booleans())
    with_towns = draw(st.booleans())
    near = [pair for pair in combinations(names, 2) if draw(st.integers(0, 4)) == 0]
    both = [(a, b) for pair in near for a, b in (pair, pair[::-1])]
    apart = csr_array((np.ones(len(both)), tuple(np.array(both, dtype=int).reshape(-1, 2).T)), (sites, sites))
    terms = SitingTerms(
        most=draw(st.integers(1, 4)) if not with_money or draw(st.booleans()) else None,
        cost=np.array(draw(st.lists(st.integers(0, 9), min_size=sites, max_size=sites)))
        if with_money
        else None,
        budget=draw(st.integers(0, 20)) if with_money else None,
        group=np.array(draw(st.lists(st.integers(-1, 2), min_size=sites, max_size=sites)))
        if with_towns
        else None,
        most_per_group=draw(st.integers(1, 2)) if with_towns else None,
        apart=apart if draw(st.booleans()) else None,
        must=frozenset(draw(st.lists(st.sampled_from(names), max_size=1))),
        never=frozenset(draw(st.lists(st.sampled_from(names), max_size=2))),
    )
    return problem, terms


@settings(max_examples=40, deadline=None)
@given(questions())
def test_a_small_plan_is_the_best_there_is_and_keeps_to_every_term(question):
    problem, terms = question
    if find_faults(terms, sorted(terms.must)):
        with pytest.raises(InvalidInput):
            plan_sites(problem, terms)
        return
    plan = plan_sites(problem, terms)
    chosen = [site for site, _ in plan.sites]
    assert plan.people == plan.bound == brute_force(problem, terms)
    assert plan.proof == Proof.BEST
    assert find_faults(terms, chosen) == []
    assert count_served(problem, chosen) == plan.people == sum(gain for _, gain in plan.sites)


@settings(max_examples=30, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_a_quick_plan_is_never_below_greedy_nor_above_its_bound_and_no_order_matters(question, random):
    problem, terms = question
    if find_faults(terms, sorted(terms.must)):
        return
    plan = plan_sites(problem, terms, effort=NO_PROOF)
    best = brute_force(problem, terms)
    assert plan.greedy <= plan.people <= best <= plan.bound
    order = list(range(len(problem.people)))
    random.shuffle(order)
    shuffled = make_problem(problem.people[order], problem.reach[order], problem.need[order])
    assert plan_sites(shuffled, terms, effort=NO_PROOF) == plan
    assert plan_sites(merge_places(shuffled), terms, effort=NO_PROOF) == plan


@settings(max_examples=20, deadline=None)
@given(questions())
def test_merging_changes_no_plan_and_no_figure(question):
    problem, _ = question
    merged = merge_places(problem)
    assert merged.people.sum() == problem.people.sum()
    assert len(merged.people) <= len(problem.people)
    for size in range(problem.sites + 1):
        for chosen in combinations(range(problem.sites), size):
            assert count_served(merged, chosen) == count_served(problem, chosen)


def drawn_problem(seed: int, places: int = 150, sites: int = 25, share: float = 0.1):
    random = np.random.default_rng(seed)
    reach = csr_array((random.random((places, sites)) < share).astype(np.int8))
    return make_problem(random.integers(0, 50, places), reach), random


@pytest.mark.parametrize("seed", range(4))
def test_the_solver_and_the_bound_agree_on_middling_questions(seed):
    problem, _ = drawn_problem(seed)
    terms = SitingTerms(most=5)
    plan = search_plan(problem, terms)
    value, bound = count_served(problem, plan), find_bound(problem, terms, plan).people
    exact = solve_exactly(problem, terms)
    assert exact.plan is not None
    best = count_served(problem, exact.plan)
    assert count_served(problem, search_greedy(problem, terms)) <= value <= best == exact.bound <= bound
    assert plan_sites(problem, terms).people == best


def test_any_number_of_rounds_gives_a_bound():
    problem, _ = drawn_problem(9)
    terms = SitingTerms(most=6)
    best = plan_sites(problem, terms).people
    bounds = [find_bound(problem, terms, [], rounds=rounds).people for rounds in (0, 1, 5, 50, 400)]
    assert all(bound >= best for bound in bounds)
    assert bounds == sorted(bounds, reverse=True)


def test_equal_sites_go_to_the_lowest_number():
    reach = table("xxx", "xxx", "...")
    plan = plan_sites(make_problem(np.array([5, 5, 9]), reach), SitingTerms(most=1))
    assert list(plan.sites) == [(0, 10)]
    barred = SitingTerms(most=1, never=frozenset({0}))
    assert list(plan_sites(make_problem(np.array([5, 5, 9]), reach), barred).sites) == [(1, 10)]


def test_greedy_is_beaten_where_it_is_wrong():
    # Greedy takes the middle (6 people) and then gets 3; the two sides together serve 10.
    reach = table("x.x", "x..", "..x", ".x.", ".xx", "xx.")
    people = np.array([0, 2, 2, 0, 3, 3])
    problem = make_problem(people, reach)
    assert count_served(problem, search_greedy(problem, SitingTerms(most=2))) == 8
    plan = plan_sites(problem, SitingTerms(most=2), effort=NO_PROOF)
    assert (plan.people, plan.greedy) == (10, 8)
    assert [site for site, _ in plan.sites] == [0, 2]


def test_sites_that_add_nobody_are_left_out():
    plan = plan_sites(make_problem(np.array([4, 0]), table("xx.", "..x")), SitingTerms(most=3))
    assert list(plan.sites) == [(0, 4)]
    assert plan.proof == Proof.BEST


def test_nobody_to_serve_is_an_empty_plan():
    plan = plan_sites(make_problem(np.array([4]), table("...")), SitingTerms(most=3))
    assert (list(plan.sites), plan.people, plan.bound, plan.gap) == ([], 0, 0, 0.0)


def test_a_must_that_reaches_nobody_stays_in_the_plan():
    plan = plan_sites(make_problem(np.array([4]), table("x..")), SitingTerms(most=2, must=frozenset({2})))
    assert list(plan.sites) == [(0, 4), (2, 0)]


def test_a_second_cover_needs_two_sites_and_looks_ahead():
    # One more site alone gives nobody a second cover; two do.
    problem = make_problem(np.array([7, 3]), table("xx.", "..x"), np.array([2, 1]))
    one = plan_sites(problem, SitingTerms(most=1), effort=NO_PROOF)
    assert list(one.sites) == [(2, 3)]
    two = plan_sites(problem, SitingTerms(most=2), effort=NO_PROOF)
    assert (two.people, sorted(site for site, _ in two.sites)) == (7, [0, 1])
    assert [gain for _, gain in order_by_gain(problem, [0, 1])] == [0, 7]


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        ("siting_without_limit", SitingTerms()),
        ("siting_must_too_many", SitingTerms(most=1, must=frozenset({0, 1}))),
        (
            "siting_must_too_dear",
            SitingTerms(cost=np.array([3, 3, 3]), budget=5, must=frozenset({0, 1})),
        ),
        (
            "siting_must_one_town",
            SitingTerms(most=3, group=np.array([1, 1, 2]), most_per_group=1, must=frozenset({0, 1})),
        ),
        (
            "siting_must_too_near",
            SitingTerms(most=3, apart=table(".x.", "x..", "..."), must=frozenset({0, 1})),
        ),
        ("siting_must_and_never", SitingTerms(most=3, must=frozenset({0}), never=frozenset({0}))),
    ],
)
def test_musts_that_break_the_terms_are_refused_by_name(code, terms):
    with pytest.raises(InvalidInput) as refused:
        plan_sites(make_problem(np.array([1]), table("xxx")), terms)
    assert refused.value.code == code


def test_spacing_is_exclusive_below_and_allows_exactly_that_far():
    lonlat = np.array([[113.6, 34.7], [113.606, 34.7], [np.nan, np.nan]])
    metres = float(geodesic_m(lonlat[:1], lonlat[1:2])[0])
    assert find_near_pairs(lonlat, metres).nnz == 0
    assert find_near_pairs(lonlat, metres + 0.01).nnz == 2
    assert find_too_near(lonlat, lonlat[1:2], metres).tolist() == [False, True, False]
    assert find_too_near(lonlat, lonlat[1:2], metres + 0.01).tolist() == [True, True, False]


def test_work_can_be_called_off_between_rounds():
    problem, _ = drawn_problem(2)

    class Stop(Exception):
        pass

    def heard(stage, done, total):
        if stage == "siting_bound" and done > 2:
            raise Stop

    with pytest.raises(Stop):
        plan_sites(problem, SitingTerms(most=5), heard=heard)
