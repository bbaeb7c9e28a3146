"""Cells to values. Every reader returns the value or raises ``InvalidInput`` with a stable code."""

import datetime as dt
import math
import re
import unicodedata
from functools import cache
from typing import Any

from geodata.errors import InvalidInput
from geodata.rules import file_words as words
from geodata.rules.file_fields import Field
from geodata.rules.hours_text import tidy
from geodata.rules.imports import mentions_id_number, mentions_person

Value = Any
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DMS = re.compile(
    r"""([EWNS东西北南]经?纬?)?\s*(\d{1,3})[°度]\s*(\d{1,2}(?:\.\d+)?)['′分]?\s*(?:(\d{1,2}(?:\.\d+)?)["″秒])?\s*([EWNS])?"""
)
_SPREADSHEET_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
_MEASURED = {"number", "coordinate"}
_EXACT_DIGITS = 15
_JUDGED_CODES = {"uscc", "parent_uscc"}
"""Eighteen digits may well be a credit code there; their own readers look closer."""
_YEARS = range(1900, 2101)
_MAX_COUNT = 100_000_000


def read_cell(field: Field, cell: Any) -> Value:
    """The value of one cell, ``None`` for a blank one.

    Raises:
        InvalidInput: ``text_unprintable``, ``text_too_long``, ``id_number_in_text``, ``person_in_cell``,
            ``code_damaged``, ``number_unreadable``, ``date_unreadable``, ``word_unknown``.
    """
    if field.reading in {"integer", "number", "coordinate"} and isinstance(cell, int | float):
        return _number(field, float(cell))
    text = plain_text(cell)
    if not text or text.upper() in _SPREADSHEET_ERRORS:
        return None
    if _UNPRINTABLE.search(text):
        raise InvalidInput("text_unprintable", value=_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))
    if field.reading == "code":
        return _code(field, cell, text)
    if field.reading not in _MEASURED and mentions_id_number(text):
        raise InvalidInput("id_number_in_text", value="******")
    if field.is_impersonal and mentions_person(text):
        raise InvalidInput("person_in_cell", value="******")
    if len(text) > field.max_length:
        raise InvalidInput("text_too_long", value=text, limit=field.max_length)
    return _READERS.get(field.reading, _as_is)(field, text)


def plain_text(cell: Any) -> str:
    """A cell as text: whole numbers without ``.0``, ends trimmed of every kind of space."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**_EXACT_DIGITS:
        return str(int(cell))
    return str(cell).strip().strip("\u200b\ufeff")


def _as_is(field: Field, text: str) -> str:
    return text


def _code(field: Field, cell: Any, text: str) -> str:
    """A code. Numbers beyond 15 digits were rounded by the spreadsheet, whatever is shown."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if (is_number and not (float(cell).is_integer() and abs(cell) < 10**_EXACT_DIGITS)) or (
        _SCIENTIFIC.fullmatch(text)
    ):
        raise InvalidInput("code_damaged", value=text)
    code = unicodedata.normalize("NFKC", text).strip()
    if field.name not in _JUDGED_CODES and mentions_id_number(code):
        raise InvalidInput("id_number_in_text", value="******")
    if len(code) > min(field.max_length, 64):
        raise InvalidInput("text_too_long", value=text, limit=64)
    return code


def _integer(field: Field, text: str) -> int:
    cleaned = re.sub(r"[,\s]|人$|名$|个$", "", unicodedata.normalize("NFKC", text))
    try:
        return int(_number(field, float(cleaned)))
    except (ValueError, OverflowError) as error:
        raise InvalidInput("number_unreadable", value=text) from error


def _number(field: Field, number: float) -> float | int:
    if not math.isfinite(number):
        raise InvalidInput("number_unreadable", value=str(number))
    if field.reading == "coordinate":
        return number
    if not 0 <= number <= _MAX_COUNT or (field.reading == "integer" and not number.is_integer()):
        raise InvalidInput("number_unreadable", value=plain_text(number))
    return int(number) if field.reading == "integer" else number


def _decimal(field: Field, text: str) -> float:
    try:
        return float(_number(field, float(unicodedata.normalize("NFKC", text).replace(",", ""))))
    except ValueError as error:
        raise InvalidInput("number_unreadable", value=text) from error


def _coordinate(field: Field, text: str) -> float:
    """Decimal degrees or metres, or degrees, minutes and seconds with their signs."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        number = float(plain.rstrip("°"))
    except ValueError:
        number = _from_dms(text)
    if not math.isfinite(number):
        raise InvalidInput("coordinate_unreadable", value=text)
    return number


def _from_dms(text: str) -> float:
    # NFKC would turn the double prime into two primes, so the text is matched as typed.
    match = _DMS.fullmatch(text.strip().upper())
    if not match:
        raise InvalidInput("coordinate_unreadable", value=text)
    degrees, minutes, seconds = float(match[2]), float(match[3]), float(match[4] or 0)
    if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - sexagesimal
        raise InvalidInput("coordinate_unreadable", value=text)
    sign = -1.0 if (match[1] or match[5] or "")[:1] in set("WS西南") - {""} else 1.0
    return sign * (degrees + minutes / 60 + seconds / 3600)


def _date(field: Field, text: str) -> dt.date:
    plain = unicodedata.normalize("NFKC", text)
    match = _DATE.fullmatch(plain) or _PACKED_DATE.fullmatch(plain)
    try:
        if match and int(match[1]) in _YEARS:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise InvalidInput("date_unreadable", value=text)


@cache
def _choices(field: Field) -> dict[str, str]:
    listed: dict[str, str] = {}
    for code, labels in (field.choices or {}).items():
        for word in (str(code), *labels):
            listed[_word(word)] = str(code)
    return listed


def _word(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).lower())


def _choice(field: Field, text: str) -> str:
    found = _choices(field).get(_word(text))
    if found is None:
        allowed = "、".join(labels[0] for labels in (field.choices or {}).values())
        raise InvalidInput("word_unknown", value=text, allowed=allowed)
    return found


def _state(field: Field, text: str) -> str:
    """The code of a known word, else the word itself."""
    return _choices(field).get(_word(text), text)


def _list(field: Field, text: str) -> list[str]:
    return list(dict.fromkeys(item for item in re.split(r"[,;，；、|\s]+", text) if item))


def _flag(field: Field, text: str) -> bool:
    if _word(text) in {_word(word) for word in words.YES}:
        return True
    if _word(text) in {_word(word) for word in words.NO}:
        return False
    raise InvalidInput("word_unknown", value=text, allowed="是、否")


def _hours(field: Field, text: str) -> str:
    return tidy(text)


_READERS = {
    "integer": _integer,
    "number": _decimal,
    "coordinate": _coordinate,
    "date": _date,
    "choice": _choice,
    "state": _state,
    "list": _list,
    "flag": _flag,
    "hours": _hours,
}
