"""The example of docs/method.md and of the page /method, worked by the engine."""

from pathlib import Path

import numpy as np
import pytest

from geodata.network.entries import enter
from geodata.network.graph import make_streets
from geodata.network.travel import seconds_to_nearest
from geodata.rules.reach import geodesic_m, reach_matrix
from geodata.vocab import Profile
from tests.unit.geodata.network.drawing import lonlat, town

ROOT = Path(__file__).resolve().parents[4]
PACE_MPS, LIMIT_S, LIMIT_M, CAP_M = 1000 / 900, 600.0, 667.0, 100.0
STREETS = (
    [(0, 0), (600, 0)],
    [(600, 0), (1000, 0)],
    [(0, 250), (600, 250)],
    [(600, 250), (1000, 250)],
    [(600, 0), (600, 250)],
)
STATION, FAR_BANK, EAST_END = (0, 10), (100, 250), (900, 0)
PLACES = {"A": (500, 40), "B": (300, 260), "C": (200, -130), "D": (640, -10), "E": (650, 10), "F": (900, 10)}
PEOPLE = np.array([60, 30, 10, 15, 5, 30])


def seconds(*stations):
    streets = make_streets(town(*STREETS), Profile.FOOT, PACE_MPS)
    places = enter(streets, lonlat(*PLACES.values()), CAP_M)
    return seconds_to_nearest(streets, places, enter(streets, lonlat(*stations), CAP_M)), places.access_m


def covered(*stations):
    return int(PEOPLE[seconds(*stations)[0] <= LIMIT_S].sum())


def test_every_walk_of_the_example_is_what_the_page_says():
    walked, to_street = seconds(STATION)
    assert walked[[0, 1, 3, 4, 5]] == pytest.approx([495, 1053, 594, 603, 828], abs=0.1)
    assert np.isnan(walked[2])
    assert to_street[2] == pytest.approx(130, abs=0.05)


def test_straight_line_covers_eighty_percent_and_streets_half():
    places, station = lonlat(*PLACES.values()), lonlat(STATION)
    straight = np.asarray(reach_matrix(places, station, LIMIT_M).sum(axis=1)) > 0
    assert geodesic_m(places, np.repeat(station, 6, axis=0)) == pytest.approx(
        [500.9, 390.5, 244.1, 640.3, 650.0, 900.0], abs=0.06
    )
    assert (int(PEOPLE[straight].sum()), int(PEOPLE.sum())) == (120, 150)
    in_time = seconds(STATION)[0] <= LIMIT_S
    assert int(PEOPLE[in_time].sum()) == 75
    assert [name for name, one, two in zip(PLACES, straight, in_time, strict=True) if one and not two] == [
        "B",
        "C",
        "E",
    ]


def test_the_next_stations_gain_what_the_page_says():
    assert covered(STATION, EAST_END) - covered(STATION) == 35
    assert covered(STATION, FAR_BANK) - covered(STATION) == 30
    assert covered(STATION, EAST_END, FAR_BANK) == 140


FIGURES = (
    *("495", "1,053", "594", "603", "828", "390.5"),
    *("120 ÷ 150", "80.0%", "75 ÷ 150", "50.0%", "35", "140 ÷ 150", "93.3%"),
)


@pytest.mark.parametrize(
    "page", ["docs/method.md", "webmap/templates/method/zh.html", "webmap/templates/method/en.html"]
)
def test_the_pages_tell_these_figures(page):
    text = (ROOT / page).read_text("utf-8").replace(" ＝ ", " = ")
    assert [figure for figure in FIGURES if figure not in text] == []
