"""What the public sees of a station, and when, as a sentence in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from geodata.rules.hours import DAY_MIN, Opening
from geodata.rules.station_now import PublicNow, PublicState
from geodata.vocab import ClosureKind
from webmap import requests
from webmap.i18n import translate
from webmap.pages.layout import format_month_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.stations.reading import CaredService, StationCare

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_EVENING_HOUR, _DAWN_HOUR = 18, 5
_WEEKDAYS, _HOLIDAY = range(7), 7


def say(key: str, **params: object) -> str:
    """A sentence in the reader's language."""
    return translate(requests.locale(), key, **params)


def public_sentence(seen: PublicNow, now: datetime) -> str:
    """外面看到的是…: 开着，到今晚 23:00."""
    if seen.state == PublicState.OPEN:
        if seen.until is None:
            return say("station_now.open_always")
        is_early = seen.closure is not None and seen.closure.kind == ClosureKind.EARLY
        return say(f"station_now.open{'_early' if is_early else ''}", until=when(seen.until, now))
    is_early = seen.closure is not None and seen.closure.kind == ClosureKind.EARLY
    state = "early" if seen.state == PublicState.CLOSED and is_early else seen.state.value
    if seen.opens is not None and state in {"shut", "closed", "early"}:
        return say(f"station_now.{state}_opens", opens=when(seen.opens, now, is_end=False))
    return say(f"station_now.{state}")


def when(instant: datetime, now: datetime, *, is_end: bool = True) -> str:
    """今晚 23:00, 明天 08:00, 11月30日 18:00; the midnight at which something ends is 今晚 24:00."""
    local, here = instant.astimezone(_SHANGHAI), now.astimezone(_SHANGHAI)
    if is_end and local.hour == local.minute == 0 and local.date() == here.date() + timedelta(days=1):
        return say("station_when.tonight", clock="24:00")
    days = (local.date() - here.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return say(
            "station_when.tonight" if local.hour >= _EVENING_HOUR else "station_when.today", clock=clock
        )
    if days == 1:
        return say("station_when.dawn" if local.hour < _DAWN_HOUR else "station_when.tomorrow", clock=clock)
    return say("station_when.day", day=format_month_day(local.date()), clock=clock)


def days_ago(days: int | None) -> str:
    """今天, 昨天, 3 天前, 从没确认过."""
    if days is None:
        return say("station.never_confirmed")
    return say(f"station.ago_{days}") if days in {0, 1} else say("station.ago_days", days=days)


def service_name(service: CaredService) -> str:
    """The name in the reader's language; a nearby one says so."""
    name = service.name_zh if requests.locale() == "zh" else service.name_en
    return say("station.nearby_name", name=name) if service.mode == "nearby" else name


def item_name(zh: str | None, en: str | None) -> str:
    """The name of a service item in the reader's language."""
    return (zh if requests.locale() == "zh" else en) or ""


def clock(minute: int) -> str:
    """1320 as 22:00; past midnight the hour of the next day, 1440 as 24:00."""
    if minute == DAY_MIN:
        return "24:00"
    return f"{minute % DAY_MIN // 60:02d}:{minute % 60:02d}"


def span(opens: int, closes: int) -> str:
    """08:00–22:00, 22:00–次日 02:00, 24 小时."""
    if closes - opens == DAY_MIN:
        return say("station.all_day")
    end = say("station.next_day", clock=clock(closes)) if closes > DAY_MIN else clock(closes)
    return f"{clock(opens)}–{end}"


def spans(openings: Sequence[tuple[int, int]]) -> str:
    """The openings of a day, or that it is shut."""
    return say("station.comma").join(span(*each) for each in openings) or say("station.shut_all_day")


def weekly_lines(hours: Sequence[Opening]) -> list[tuple[str, str]]:
    """Days with the same openings on one line: 周一至周五, 08:00–18:00; holidays last."""
    if not hours:
        return []
    by_day = {
        day: [(row.opens_min, row.closes_min) for row in hours if row.weekday == day] for day in range(8)
    }
    groups: list[list[int]] = []
    for day in _WEEKDAYS:
        if groups and by_day[groups[-1][-1]] == by_day[day]:
            groups[-1].append(day)
        else:
            groups.append([day])
    lines = [(_days(group), spans(by_day[group[0]])) for group in groups]
    holiday = spans(by_day[_HOLIDAY]) if by_day[_HOLIDAY] else say("station.not_known")
    return [*lines, (say("station.weekday.7"), holiday)]


def needs_of(care: StationCare) -> list[str]:
    """What the station waits for, one sentence each."""
    return [
        say(
            need_key(need.need, due=need.due is not None, days=need.days),
            days=abs(need.days or 0),
            day=format_month_day(need.due),
            item=item_name(need.item_zh, need.item_en),
            number=need.number or 0,
        )
        for need in care.needs
    ]


def need_key(need: str, *, due: bool, days: int | None) -> str:
    """The key of the sentence about a need."""
    if need == "expiring":
        return "station_need.expired" if (days or 0) < 0 else "station_need.expiring"
    if need == "reopening_overdue":
        return f"station_need.reopening_{'overdue' if due else 'undated'}"
    if need == "unconfirmed":
        return f"station_need.{'never_confirmed' if days is None else 'unconfirmed'}"
    return f"station_need.{need}"


def _days(group: Sequence[int]) -> str:
    if len(group) == len(_WEEKDAYS):
        return say("station.every_day")
    first, last = say(f"station.weekday.{group[0]}"), say(f"station.weekday.{group[-1]}")
    return first if len(group) == 1 else say("station.days", first=first, last=last)
