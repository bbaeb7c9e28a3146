"""What the week page draws: cells, worst hours, day curves; figures and words, no colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geodata.rules.coverage import HOURS_OF_DAY
from geodata.rules.shares import FEW_PEOPLE, display_of, percent
from geodata.rules.week import DAYS, HOURS_OF_WEEK, rank_worst

WORST_SHOWN = 10
WIDE_UNKNOWN_PERCENT = 20
"""With more than this unknown the page tells a range, as the map does."""

BAR_HEIGHT = 70
BAR_STEP = 12

Row = dict[str, Any]


@dataclass(frozen=True)
class DayHead:
    """A day of the week and what kind it counts as."""

    on: date
    day_type: str


@dataclass(frozen=True)
class Cell:
    """One hour of the week: people, share, and what is written into it."""

    day: int
    hour: int
    covered: int
    cross: int
    unknown: int
    total: int
    gain: int
    share: float | None
    display: str
    shown: int | None
    colour: int | None

    @property
    def high(self) -> float | None:
        """The share if all that is unknown were covered."""
        return percent(self.covered + self.unknown, self.total)

    @property
    def is_wide(self) -> bool:
        """Whether so much is unknown that a range is told, not a figure."""
        return 100 * self.unknown > WIDE_UNKNOWN_PERCENT * self.total

    @property
    def not_covered(self) -> int:
        """People there who reach no station that counts, nor one that may."""
        return self.total - self.covered - self.unknown


def cell_of(row: Row, moment: int) -> Cell:
    """One of the 168 hours of a row of figures."""
    day, hour = divmod(moment, HOURS_OF_DAY)
    covered, unknown, total = (int(row[name][moment]) for name in ("covered", "unknown", "total"))
    display, shown, colour = display_of(people=total, covered=covered, unknown=unknown)
    return Cell(
        day=day,
        hour=hour,
        covered=covered,
        cross=int(row["cross"][moment]),
        unknown=unknown,
        total=total,
        gain=int(row["gain"][moment]) if row.get("gain") else 0,
        share=percent(covered, total),
        display=str(display),
        shown=shown,
        colour=colour,
    )


def make_cells(row: Row) -> list[list[Cell]]:
    """Twenty-four rows of seven."""
    return [[cell_of(row, day * HOURS_OF_DAY + hour) for day in range(DAYS)] for hour in range(HOURS_OF_DAY)]


def _judged(cells: Sequence[Cell]) -> list[Cell]:
    """The hours with enough people to speak of; where there is none, those with anybody."""
    peopled = [cell for cell in cells if cell.share is not None]
    return [cell for cell in peopled if cell.total >= FEW_PEOPLE] or peopled


def _all_hours(row: Row) -> list[Cell]:
    return [cell_of(row, moment) for moment in range(HOURS_OF_WEEK)]


def best_hour(row: Row) -> Cell | None:
    """The first hour with the greatest share; none when nobody is ever there."""
    return max(_judged(_all_hours(row)), key=lambda cell: cell.covered / cell.total, default=None)


def least_hour(row: Row) -> Cell | None:
    """The first hour with the smallest share."""
    return min(_judged(_all_hours(row)), key=lambda cell: cell.covered / cell.total, default=None)


@dataclass(frozen=True)
class Worst:
    """Hours at which most people are outside, with days alike; ``spans`` are pairs of first and last hour."""

    days: tuple[int, ...]
    spans: list[tuple[int, int]]
    cell: Cell


def worst_hours(row: Row) -> list[Worst]:
    """The ranking, most people outside first."""
    ranked = rank_worst(row["covered"], row["unknown"], row["total"], WORST_SHOWN)
    return [Worst(each.days, _spans(each.hours), cell_of(row, each.moment)) for each in ranked]


def _spans(hours: Sequence[int]) -> list[tuple[int, int]]:
    """Hours that follow each other as first and last: (0, 1, 2, 23) is (0, 2), (23, 23)."""
    spans: list[tuple[int, int]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour - 1:
            spans[-1] = (spans[-1][0], hour)
        else:
            spans.append((hour, hour))
    return spans


@dataclass(frozen=True)
class Bar:
    """One hour of a curve in drawing units: from the bottom covered, then gained, then unknown."""

    hour: int
    x: int
    covered: float
    gain: float
    unknown: float
    cell: Cell


@dataclass(frozen=True)
class Curve:
    """The hours of the days that are alike, with the highest and the lowest."""

    days: tuple[int, ...]
    bars: list[Bar]
    best: Cell | None
    least: Cell | None


def make_curves(row: Row, days: Sequence[DayHead]) -> list[Curve]:
    """One curve for each kind of day: days of equal figures and equal kind together, in order."""
    alike: dict[Any, list[int]] = {}
    for at, day in enumerate(days):
        hours = range(at * HOURS_OF_DAY, (at + 1) * HOURS_OF_DAY)
        figures = tuple(
            tuple(row[name][moment] for moment in hours) for name in ("covered", "unknown", "total")
        )
        gained = tuple(row["gain"][moment] for moment in hours) if row.get("gain") else ()
        alike.setdefault((day.day_type, figures, gained), []).append(at)
    return [_curve(row, tuple(same)) for same in alike.values()]


def _curve(row: Row, days: tuple[int, ...]) -> Curve:
    cells = [cell_of(row, days[0] * HOURS_OF_DAY + hour) for hour in range(HOURS_OF_DAY)]
    judged = _judged(cells)
    return Curve(
        days,
        [
            Bar(
                hour=cell.hour,
                x=cell.hour * BAR_STEP,
                covered=_height(cell.covered, cell.total),
                gain=_height(cell.gain, cell.total),
                unknown=_height(cell.unknown, cell.total),
                cell=cell,
            )
            for cell in cells
        ],
        max(judged, key=lambda cell: cell.covered / cell.total, default=None),
        min(judged, key=lambda cell: cell.covered / cell.total, default=None),
    )


def _height(part: int, whole: int) -> float:
    return round(BAR_HEIGHT * part / whole, 2) if whole else 0.0


def make_gains(row: Row) -> list[list[Cell]] | None:
    """The cells again when stations are supposed open, to show what each hour gains."""
    return make_cells(row) if row.get("gain") else None
