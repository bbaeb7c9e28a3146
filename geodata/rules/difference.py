"""Straight line against streets: where the two figures part, place by place."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from geodata.rules.coverage import CROSS, ONE, UNKNOWN
from geodata.rules.reach import Bools

Digits = npt.NDArray[np.uint8]


class Side(StrEnum):
    """What the two measures say of a place. Every place is in exactly one of these."""

    BOTH = "both"
    CIRCLE_ONLY = "circle_only"
    STREETS_ONLY = "streets_only"
    NEITHER = "neither"
    UNKNOWN = "unknown"
    UNPLACED = "unplaced"


def compare_measures(straight: Digits, streets: Digits, unplaced: Bools) -> dict[Side, Bools]:
    """Which places belong to which set.

    Args:
        straight: the digit of each place in a straight line.
        streets: its digit along streets.
        unplaced: places with a position that are too far from any street: nobody can say what they reach on
            foot, so they are neither better nor worse off.

    ``UNKNOWN`` are places without a position, and places one of whose answers hangs on a station of which it
    is not known whether it counts.
    """
    in_circle, on_foot = np.isin(straight, (ONE, CROSS)), np.isin(streets, (ONE, CROSS))
    unknown = ~unplaced & ((straight == UNKNOWN) | (streets == UNKNOWN)) & ~(in_circle & on_foot)
    known = ~unplaced & ~unknown
    return {
        Side.BOTH: known & in_circle & on_foot,
        Side.CIRCLE_ONLY: known & in_circle & ~on_foot,
        Side.STREETS_ONLY: known & ~in_circle & on_foot,
        Side.NEITHER: known & ~in_circle & ~on_foot,
        Side.UNKNOWN: unknown,
        Side.UNPLACED: unplaced,
    }
