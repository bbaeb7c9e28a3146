"""Which stations a worker sees first, and in which words their hours are told.

The browser does the same with the position, which never leaves it (``webmap/static/work/find-order.js``);
a test holds the two against each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from geodata.rules.hours import DAY_MIN
from geodata.rules.timeline import Timeline
from geodata.rules.walking import LonLat, straight_metres
from geodata.vocab import ServiceCondition

ALL_NIGHT = "all_night"
"""What may be wanted beside services: open from 22:00 to 6:00 without a break."""

_NIGHT_FROM, _NIGHT_TO = 22 * 60, 6 * 60
_EVENING, _MORNING = 18 * 60, 6 * 60
_NOT_KNOWN = {ServiceCondition.UNKNOWN.value, None}


class Rank(IntEnum):
    """Groups of the list, in order; inside a group the nearest comes first."""

    OPEN = 0
    UNKNOWN = 1
    SHUT = 2
    LACKS = 3


@dataclass(frozen=True)
class Seen:
    """A station as far as the order needs it. ``services`` holds the condition of each today."""

    code: str
    place: LonLat
    timeline: Timeline
    services: Mapping[str, str]


@dataclass(frozen=True)
class Hours:
    """What to say about hours: key of the sentence, and its clock time where it names one."""

    key: str
    time: str = ""


def rank_of(station: Seen, minute: int, wanted: Iterable[str]) -> Rank:
    """The group of a station at a minute (of its timeline) for somebody who wants these.

    What is known to be missing decides before what is not known, and a shut door before an unknown stove.
    """
    conditions = [station.services.get(code) for code in wanted if code != ALL_NIGHT]
    if any(condition not in _NOT_KNOWN and condition != ServiceCondition.WORKING for condition in conditions):
        return Rank.LACKS
    state = station.timeline.state_at(minute)
    if ALL_NIGHT in wanted and state == "open" and not is_open_all_night(station.timeline, minute):
        return Rank.LACKS
    if state == "shut":
        return Rank.SHUT
    if state == "unknown" or any(condition in _NOT_KNOWN for condition in conditions):
        return Rank.UNKNOWN
    return Rank.OPEN


def arrange(
    stations: Sequence[Seen], place: LonLat, minute: int, wanted: Sequence[str] = ()
) -> list[tuple[Seen, Rank, float]]:
    """Stations with group and straight metres, in the order a worker sees them.

    By group, then whole metres, then code: nothing depends on the order of the rows.
    """
    seen = [(each, rank_of(each, minute, wanted), straight_metres(place, each.place)) for each in stations]
    return sorted(seen, key=lambda one: (one[1], round(one[2]), one[0].code))


def is_open_all_night(timeline: Timeline, minute: int) -> bool:
    """Whether it is open from 22:00, or from now in the night, to 6:00 without a break."""
    day = minute // DAY_MIN * DAY_MIN
    begins, ends = (
        (minute, day + _NIGHT_TO)
        if minute - day < _NIGHT_TO
        else (max(minute, day + _NIGHT_FROM), day + DAY_MIN + _NIGHT_TO)
    )
    return any(opens <= begins and ends <= closes for opens, closes in timeline.open)


def describe_hours(timeline: Timeline, minute: int, length: int) -> Hours:
    """The hours of a station seen from a minute, in words for the public.

    ``length`` is how far the timeline reaches: an opening that fills all of it is "all day and night".
    """
    state = timeline.state_at(minute)
    if state == "unknown":
        return Hours("unknown")
    until = timeline.until(minute)
    if state == "shut":
        return Hours("shut") if until is None else Hours(_opens(until), _time(until))
    assert until is not None  # noqa: S101 - open means inside a span
    if (0, length) in timeline.open:
        return Hours("always")
    return Hours(_closes(until, minute, timeline), clock(until))


def clock(minute: int) -> str:
    """A time of day; midnight at the end of a day is 24:00."""
    return "24:00" if minute > 0 and minute % DAY_MIN == 0 else _time(minute)


def _time(minute: int) -> str:
    return f"{minute % DAY_MIN // 60:02d}:{minute % 60:02d}"


def _closes(until: int, minute: int, timeline: Timeline) -> str:
    """Which words for an end: by day counted from today, and by part of the day."""
    day, rest = divmod(until - 1, DAY_MIN)
    if day > minute // DAY_MIN and is_open_all_night(timeline, minute):
        return "all_night"
    if rest < _MORNING:
        return "small_hours"
    if day == 0:
        return "tonight" if rest >= _EVENING else "today"
    return "tomorrow" if day == 1 else "later"


def _opens(begins: int) -> str:
    day = begins // DAY_MIN
    return ("opens_today", "opens_tomorrow")[day] if day <= 1 else "opens_later"
