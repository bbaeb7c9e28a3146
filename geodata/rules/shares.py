"""Shares of people: rounding that adds up, and what a map may say about an area."""

from collections.abc import Sequence
from enum import StrEnum

FEW_PEOPLE = 100
"""Below this many persons an area is not judged: one person would move the figure by more than 1 %."""

_TENTHS = 1000
_CLASS_STEP = 20


class Display(StrEnum):
    """What a map writes into an area."""

    SHARE = "share"
    ZERO = "zero"
    MOSTLY_UNKNOWN = "mostly_unknown"
    FEW = "few"
    NONE = "none"


def percent(part: int, whole: int) -> float | None:
    """A share in percent to 0.1, halves up; None when there is nothing to divide by."""
    return (2 * _TENTHS * part + whole) // (2 * whole) / 10 if whole else None


def whole_percent(part: int, whole: int) -> int:
    """A share in whole percent, halves up."""
    return (200 * part + whole) // (2 * whole)


def largest_remainder(parts: Sequence[int], units: int) -> list[int]:
    """Split ``units`` in proportion to the parts so that nothing is lost; equal claims go to the first.

    Each result is within one unit of the exact proportion. All zero when the parts are.
    """
    whole = sum(parts)
    if whole == 0:
        return [0] * len(parts)
    shares = [part * units // whole for part in parts]
    rest = units - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda at: (-(parts[at] * units % whole), at))
    for at in by_remainder[:rest]:
        shares[at] += 1
    return shares


def part_percents(cross: int, one: int, unknown: int, not_covered: int) -> tuple[float, float, float, float]:
    """Percentages to 0.1 of the four parts.

    They add to exactly 100.0, and the first two to the share that ``percent`` gives: the covered
    share is rounded first, then each half is split by largest remainder. All zero without people.
    """
    whole = cross + one + unknown + not_covered
    if whole == 0:
        return 0.0, 0.0, 0.0, 0.0
    covered = (2 * _TENTHS * (cross + one) + whole) // (2 * whole)
    first = largest_remainder((cross, one), covered)
    second = largest_remainder((unknown, not_covered), _TENTHS - covered)
    tenths = (*first, *second)
    return tenths[0] / 10, tenths[1] / 10, tenths[2] / 10, tenths[3] / 10


def display_of(*, people: int, covered: int, unknown: int) -> tuple[Display, int | None, int | None]:
    """What to write into an area, the whole percent and its class 1-5 (1-19 ... 80-100).

    The class is that of the figure shown, so that colour and number never disagree.
    """
    if people == 0:
        return Display.NONE, None, None
    if people < FEW_PEOPLE:
        return Display.FEW, None, None
    if 2 * unknown >= people:
        return Display.MOSTLY_UNKNOWN, None, None
    shown = whole_percent(covered, people)
    if shown == 0:
        return Display.ZERO, 0, None
    return Display.SHARE, shown, min(5, shown // _CLASS_STEP + 1)
