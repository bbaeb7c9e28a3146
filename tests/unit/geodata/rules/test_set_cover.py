"""The fewest sites that reach everybody, and stations nobody would miss."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geodata.rules.set_cover import find_covering, find_missed


def table(*rows: str) -> csr_array:
    return csr_array(np.array([[each == "x" for each in row] for row in rows], dtype=np.int8))


@st.composite
def tables(draw):
    places, sites = draw(st.integers(1, 14)), draw(st.integers(1, 8))
    cells = draw(st.lists(st.integers(0, 3), min_size=places * sites, max_size=places * sites))
    return csr_array((np.array(cells).reshape(places, sites) == 0).astype(np.int8))


def fewest(reach: csr_array) -> int:
    dense = reach.toarray() > 0
    dense = dense[dense.any(axis=1)]
    for size in range(dense.shape[1] + 1):
        for chosen in combinations(range(dense.shape[1]), size):
            if dense[:, list(chosen)].any(axis=1).all():
                return size
    raise AssertionError


@settings(max_examples=60, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_no_fewer_sites_can_do_and_the_order_does_not_matter(reach, random):
    found = find_covering(reach)
    dense = reach.toarray() > 0
    assert found.is_proved
    assert len(found.sites) == fewest(reach)
    assert (dense[:, list(found.sites)].any(axis=1) == ~found.unreachable).all()
    assert (found.unreachable == ~dense.any(axis=1)).all()
    order = list(range(reach.shape[0]))
    random.shuffle(order)
    assert find_covering(reach[order]).sites == found.sites
    quick = find_covering(reach, most_pairs=-1)
    assert quick.least <= len(found.sites) <= len(quick.sites)


def test_a_site_that_may_not_be_used_leaves_its_places_unreachable():
    found = find_covering(table("x..", ".xx"), usable=np.array([False, True, True]))
    assert list(found.sites) == [1]
    assert found.unreachable.tolist() == [True, False]


def test_a_question_without_easy_parts_is_solved_by_choosing():
    # A ring of five: no place decides alone, no site is needless; three are needed.
    ring = table("xx...", ".xx..", "..xx.", "...xx", "x...x")
    found = find_covering(ring)
    assert len(found.sites) == 3
    assert found.is_proved


def test_a_large_question_is_covered_with_a_bound():
    random = np.random.default_rng(5)
    reach = csr_array((random.random((600, 120)) < 0.03).astype(np.int8))
    found = find_covering(reach, time_limit_s=1.0)
    covered = np.asarray(reach[:, list(found.sites)].sum(axis=1)) > 0
    assert (covered == ~found.unreachable).all()
    assert 0 < found.least <= len(found.sites)


def test_nothing_to_cover_needs_no_site():
    found = find_covering(csr_array((0, 3), dtype=np.int8))
    assert (list(found.sites), found.least) == ([], 0)
    assert list(find_covering(csr_array((2, 0), dtype=np.int8)).sites) == []


def test_a_station_is_missed_by_those_who_reach_no_other():
    reach = table("x..", "xx.", ".xx", "..x", "...")
    missed = find_missed(reach, np.array([10, 20, 0, 5, 7]))
    assert missed.lost.tolist() == [10, 0, 5]
    assert list(missed.spare) == [1]
    assert missed.most_spare == 1


def test_two_stations_that_stand_for_each_other_cannot_both_go():
    missed = find_missed(table("xx", "xx"), np.array([3, 4]))
    assert missed.lost.tolist() == [0, 0]
    assert list(missed.spare) == [1]
    assert missed.most_spare == 1


def test_a_station_without_anybody_can_go():
    missed = find_missed(table("x."), np.array([3]))
    assert list(missed.spare) == [1]
