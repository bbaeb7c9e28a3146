"""Lines as text and back."""

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.rules.polyline import encode_lines

degrees = st.integers(-8_900_000, 8_900_000)
lines = st.lists(st.lists(st.tuples(degrees, degrees), min_size=2, max_size=6), max_size=5)


def decode(text):
    numbers, value, shift = [], 0, 0
    for letter in text:
        chunk = ord(letter) - 63
        value |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    return np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)[:, ::-1].tolist()


def test_the_example_everybody_knows():
    line = shapely.LineString([(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)])
    assert encode_lines([line]) == ["_p~iF~ps|U_ulLnnqC_mqNvxq`@"]


@given(lines)
def test_every_line_comes_back_without_points_told_twice(rows):
    wanted = []
    for row in rows:
        kept = [list(row[0])]
        kept += [list(now) for before, now in pairwise(row) if now != before]
        if len(kept) > 1:
            wanted.append(kept)
    shapes = [shapely.LineString(np.array(row) / 1e5) for row in rows]
    assert [decode(text) for text in encode_lines(shapes)] == wanted


def test_no_lines_are_no_texts():
    assert encode_lines([]) == []
