"""Opening hours as people write them, to weekly openings; what cannot be read stays unknown, not open."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from geodata.errors import InvalidInput

Opening = tuple[int, int, int]
"""Weekday (0 Monday … 6 Sunday, 7 public holiday), opening and closing minute; over 1440 is next day."""

DAY_MIN = 1440
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
_EVERY_DAY = frozenset(range(8))
_HOLIDAY = 7
_WEEK = set(range(7))
_NAMES = "一二三四五六日"
_RANGE_FROM = 2
_ALL_DAY = re.compile(r"(?:24小时|全天24小时|全天候|全天|24h|00:00-24:00|0:00-24:00)(?:开放|营业|服务|开门)?")
_NO_HOLIDAYS = re.compile(r"(?:法定)?(?:节假日|节日)(?:除外|休息|不开放|关闭)")
_DAY_WORD = re.compile(
    r"(?:(?:每)?(?:周|星期|礼拜)[一二三四五六日天](?:(?:至|到|-|、|,)(?:周|星期|礼拜)?[一二三四五六日天])*"
    r"|每天|每日|天天|工作日|双休日|周末|(?:法定)?(?:节假日|节日))"
)
_TIME = (
    r"(上午|早上|早|中午|下午|晚上|晚|夜间|凌晨)?(次日|第二天|翌日)?(上午|早上|凌晨)?"
    r"(\d{1,2})(?:[:点时](\d{1,2})?分?(半)?)?"
)
_SPAN = re.compile(rf"{_TIME}(?:-|至|到){_TIME}")
_NOON_MIN = 720
_LONGEST_NIGHT_MIN = 18 * 60
"""8:00-5:30 without a word about the next day is 17:30 to most writers: not decided here."""
_AFTERNOON = {"下午", "晚上", "晚", "夜间"}
_FILLER = re.compile(r"[,;、\s。]|开放|营业|服务|时间|:(?!\d)|和|及")


def tidy(text: str) -> str:
    """Full-width signs to plain ones, every dash to one, spaces dropped around them; wording kept."""
    plain = unicodedata.normalize("NFKC", text).replace("\r\n", ";").replace("\n", ";")
    plain = re.sub(r"\s*[~—–―\u2010-\u2015−]+\s*", "-", plain)
    return re.sub(r"\s*([-:;,])\s*", r"\1", re.sub(r"\s+", " ", plain)).strip()


def parse_hours(text: str) -> list[Opening]:
    """Read opening hours, for example ``周一至周五 8:00-18:00;周六 9-12`` or ``24小时``.

    Hours without a day hold every day, public holidays included; named weekdays leave holidays closed
    unless 节假日 is named. A closing time at or before the opening one is on the next day.

    Returns:
        Openings, sorted, without repetition.

    Raises:
        InvalidInput: ``hours_unreadable``; nothing of a text is used when part of it is not understood.
    """
    plain = re.sub(r"\s", "", tidy(text).lower())
    without_holidays = bool(_NO_HOLIDAYS.search(plain))
    plain = _NO_HOLIDAYS.sub("", plain)
    openings: set[Opening] = set()
    for days, spans in _groups(plain, text):
        for day in days - ({_HOLIDAY} if without_holidays else set()):
            openings |= {(day, opens, closes) for opens, closes in spans}
    result = sorted(openings)
    if not result or _overlaps(result):
        raise InvalidInput("hours_unreadable", value=text)
    return result


def _groups(plain: str, original: str) -> Iterable[tuple[frozenset[int], list[tuple[int, int]]]]:
    """Pairs of days and time spans, in order; days named in a row (周六、节假日) belong together."""
    marks = list(_DAY_WORD.finditer(plain))
    edges = [(0, 0, frozenset[int]())] if not marks or marks[0].start() else []
    edges += [(mark.start(), mark.end(), _days(mark[0])) for mark in marks]
    ends = [edge[0] for edge in edges[1:]] + [len(plain)]
    waiting: frozenset[int] = frozenset()
    for (_, begin, days), end in zip(edges, ends, strict=True):
        spans = _spans(plain[begin:end], original)
        if spans:
            yield (waiting | days) or _EVERY_DAY, spans
            waiting = frozenset()
        else:
            waiting |= days
    if waiting:
        raise InvalidInput("hours_unreadable", value=original)


def _days(word: str) -> frozenset[int]:
    if word in {"每天", "每日", "天天"}:
        return _EVERY_DAY
    if word == "工作日":
        return frozenset(range(5))
    if word in {"双休日", "周末"}:
        return frozenset({5, 6})
    if "节" in word:
        return frozenset({_HOLIDAY})
    days: set[int] = set()
    last, ranging = -1, False
    for sign in word:
        if sign in "至到-":
            ranging = True
        elif sign in _DAYS:
            day = _DAYS[sign]
            days |= {(last + step) % 7 for step in range((day - last) % 7 + 1)} if ranging else {day}
            last, ranging = day, False
    return frozenset(days | ({_HOLIDAY} if len(days) == 7 else set()))  # noqa: PLR2004 - all the week


def _spans(piece: str, original: str) -> list[tuple[int, int]]:
    rest, whole_days = _ALL_DAY.subn("", piece)
    spans = [(0, DAY_MIN)] if whole_days else []
    for match in _SPAN.finditer(rest):
        spans.append(_span(match, original))
    if _FILLER.sub("", _SPAN.sub("", rest)):
        raise InvalidInput("hours_unreadable", value=original)
    return spans


def _span(match: "re.Match[str]", original: str) -> tuple[int, int]:
    parts = match.groups()
    opens, closes = _minute(parts[:6], original), _minute(parts[6:], original)
    says_half = parts[6] or parts[8]
    if parts[0] in _AFTERNOON and not says_half and closes <= opens < closes + _NOON_MIN:
        closes += _NOON_MIN
    if parts[7] or closes <= opens:
        closes += DAY_MIN
    wrapped_far = closes > DAY_MIN and not (parts[7] or says_half) and closes - opens > _LONGEST_NIGHT_MIN
    if parts[1] or opens >= DAY_MIN or closes > opens + DAY_MIN or wrapped_far:
        raise InvalidInput("hours_unreadable", value=original)
    return opens, closes


def _minute(parts: tuple[str | None, ...], original: str) -> int:
    half_of_day, _, _, hour_text, minute_text, half = parts
    hour, minute = int(hour_text or 0), 30 if half else int(minute_text or 0)
    if half_of_day in _AFTERNOON and hour < 12:  # noqa: PLR2004 - noon
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):  # noqa: PLR2004 - clock
        raise InvalidInput("hours_unreadable", value=original)
    return hour * 60 + minute


def _overlaps(openings: list[Opening]) -> bool:
    return any(a[0] == b[0] and b[1] < a[2] for a, b in pairwise(openings))


def format_hours(openings: Iterable[Opening]) -> str:
    """Write weekly openings so that ``parse_hours`` reads the same again."""
    by_day: dict[int, list[str]] = {}
    for day, opens, closes in sorted(openings):
        by_day.setdefault(day, []).append(_format_span(opens, closes))
    groups: dict[str, list[int]] = {}
    for day, spans in by_day.items():
        groups.setdefault(",".join(spans), []).append(day)
    written = ";".join(f"{_format_days(days)} {spans}" for spans, days in groups.items())
    # All seven weekdays would be read with the holidays.
    return f"{written};节假日休息" if _WEEK in map(set, groups.values()) else written


def _format_span(opens: int, closes: int) -> str:
    if (opens, closes) == (0, DAY_MIN):
        return "24小时"
    until = f"次日{(closes - DAY_MIN) // 60:02d}:{closes % 60:02d}" if closes > DAY_MIN else _clock(closes)
    return f"{_clock(opens)}-{until}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _format_days(days: list[int]) -> str:
    if set(days) == _EVERY_DAY:
        return "每天"
    week = [day for day in days if day < _HOLIDAY]
    if len(week) > _RANGE_FROM and week[-1] - week[0] == len(week) - 1:
        names = [f"周{_NAMES[week[0]]}至周{_NAMES[week[-1]]}"]
    else:
        names = [f"周{_NAMES[day]}" for day in week]
    return "、".join(names + ["节假日"] * (_HOLIDAY in days))
