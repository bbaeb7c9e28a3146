"""Places proposed as sites: crowds first, well apart, whatever the order."""

import numpy as np

from geodata.rules.siting_proposals import thin_points

LONLAT = np.array([[113.6, 34.7], [113.6005, 34.7], [113.61, 34.7], [np.nan, np.nan], [113.62, 34.7]])
PEOPLE, IDS = np.array([10, 30, 20, 99, 20]), np.array([5, 6, 7, 8, 9])


def test_crowds_go_first_and_neighbours_are_passed_over():
    assert thin_points(LONLAT, PEOPLE, IDS, 200.0, 10).tolist() == [1, 2, 4]
    assert thin_points(LONLAT, PEOPLE, IDS, 10.0, 10).tolist() == [0, 1, 2, 4]


def test_beyond_the_limit_the_smallest_fall_away_and_ties_go_to_the_lowest_id():
    assert thin_points(LONLAT, PEOPLE, IDS, 200.0, 2).tolist() == [1, 2]
    assert thin_points(LONLAT, PEOPLE, IDS, 200.0, 0).tolist() == []


def test_the_order_of_rows_does_not_matter():
    order = np.array([4, 3, 2, 1, 0])
    found = thin_points(LONLAT[order], PEOPLE[order], IDS[order], 200.0, 10)
    assert IDS[order][found].tolist() == [6, 7, 9]
