"""A week of opening hours for reading: days with the same hours together."""

from collections.abc import Iterable, Sequence

from geodata.rules.finder import clock
from geodata.rules.hours import DAY_MIN

WEEK = 7


def week_lines(hours: Iterable[Sequence[int]]) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """(first day, last day, clock times) of Monday to Sunday and holidays (7); none for no hours.

    An opening past midnight names the time of the next day; a day without openings is shut.
    """
    rows = list(hours)
    if not rows:
        return []
    days = [[(opens, closes) for day, opens, closes in rows if day == weekday] for weekday in range(WEEK + 1)]
    lines: list[tuple[int, int, list[tuple[int, int]]]] = []
    for weekday in range(WEEK):
        if lines and lines[-1][2] == days[weekday]:
            lines[-1] = (lines[-1][0], weekday, days[weekday])
        else:
            lines.append((weekday, weekday, days[weekday]))
    if days[WEEK]:
        lines.append((WEEK, WEEK, days[WEEK]))
    return [(first, last, [_words(*span) for span in spans]) for first, last, spans in lines]


def _words(opens: int, closes: int) -> tuple[str, str]:
    return clock(opens), clock(closes) if closes <= DAY_MIN else clock(closes - DAY_MIN)
