"""Streets are shared between threads, and big things are made once however many ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely

from geodata.coverage.along_streets import AlongStreets, StreetMap
from geodata.coverage.shelf import Shelf
from geodata.network.graph import make_streets, to_zone
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import lonlat, town


def test_many_threads_find_the_same_reach():
    rows = [[(0, 80 * row), (800, 80 * row)] for row in range(11)]
    columns = [[(80 * column, 0), (80 * column, 800)] for column in range(11)]
    network = town(*rows, *columns)
    wall = to_zone(shapely.LineString(lonlat((0, 20), (800, 20))), network.srid)
    along = AlongStreets(StreetMap(make_streets(network, Profile.FOOT, 1.0, walls=[wall])), 300.0, 100.0)
    random = np.random.default_rng(7)
    questions = [(random.uniform(0, 800, (30, 2)), random.uniform(0, 800, (12, 2))) for _ in range(4)]

    def ask(at):
        places, stations = (lonlat(*map(tuple, points)) for points in questions[at % 4])
        return along.reach(places, stations).matrix.toarray()

    expected = [ask(at) for at in range(4)]
    with ThreadPoolExecutor(8) as pool:
        for at, found in enumerate(pool.map(ask, range(24))):
            np.testing.assert_array_equal(found, expected[at % 4])


def test_a_thing_is_made_once_for_all_who_ask_and_forgotten_by_weight():
    shelf, made, gate = Shelf(10, len), [], threading.Event()

    def make():
        gate.wait(5)
        made.append(1)
        return "12345678"

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(shelf.get, "a", make) for _ in range(4)]
        gate.set()
        assert {each.result() for each in asked} == {"12345678"}
    assert made == [1]
    shelf.get("b", lambda: "123")  # 11 > 10: the older one goes
    shelf.get("a", make)
    assert made == [1, 1]


def test_what_cannot_be_made_is_not_kept():
    shelf = Shelf(10, len)
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", lambda: str(1 // 0))
    assert shelf.get("a", lambda: "made") == "made"
