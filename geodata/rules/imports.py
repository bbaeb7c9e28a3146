"""Plausibility of what files bring: things to warn about, never to mend.

Offsets: GCJ-02 lies 300-700 m and BD-09 1.0-1.4 km from the true place everywhere in China (2.13 of the
domain notes), so a steady shift of such a size is a wrongly named datum, not a survey error.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees, islands included."""

SAME_PLACE_LIMIT = 100
"""⚙ Enterprises on one and the same point from which they are worth a question (registered en masse?)."""

SAME_PLACE_M = 50.0
"""Two rows of one name this near each other are the same place."""

_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{16}[0-9Xx])(?![0-9A-Za-z])")
_ID_LENGTH = 18
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_LISTED = re.compile(r"[\s,;/|\\+&、和及]+")
_ASIDE = re.compile(r"[:()]")
_NOT_HAN = re.compile(r"[^\u3400-\u9fff]+")
_SURNAMES = frozenset(
    "王李张刘陈杨赵吴徐孙胡朱郭马罗梁宋郑谢韩唐冯董萧曹袁邓傅沈彭吕苏卢蒋蔡贾魏薛阎潘杜戴汪姜侯邹熊孟秦邱龚"
)
"""Common surnames that begin hardly any word for a state (高, 黄, 安, 成 … do)."""
_NAME_LENGTHS = range(2, 4)
_LONG_NUMBER = re.compile(r"[0-9]{10}")
_SHIFTS_M = ((300.0, 750.0), (950.0, 1450.0))
_MIN_SHIFTED = 5
_STEADY_SHARE = 0.8
_STEADY_SPREAD = 0.25
_MIN_OUTSIDE = 3
_OUTSIDE_SHARE = 0.01
_ZERO_DEG = 1e-6
_MAX_LON, _MAX_LAT = 180.0, 90.0


def mentions_id_number(text: str) -> bool:
    """Whether a text holds a citizen's identity number: 18 digits, a real birth date, a right check."""
    return len(text) >= _ID_LENGTH and any(_is_id_number(match[1]) for match in _ID_NUMBER.finditer(text))


def _is_id_number(digits: str) -> bool:
    try:
        born = dt.date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    check = sum(int(digit) * weight for digit, weight in zip(digits[:17], _ID_WEIGHTS, strict=True)) % 11
    return born.year >= 1900 and digits[17].upper() == _ID_CHECKS[check]  # noqa: PLR2004 - none lives longer


def mentions_person(text: str) -> bool:
    """Whether a cell meant for a count or a state seems to name persons: a name, a list of names, a number.

    A name is two or three Chinese characters that begin with a common surname; a list is two or more
    words of such length, whatever they begin with, since a state is one word. A number is ten digits or
    more. A rare name standing alone looks like any word and is not found.
    """
    plain = unicodedata.normalize("NFKC", text)
    if mentions_id_number(plain) or _LONG_NUMBER.search(plain):
        return True
    listed = [_words_of_han(part) for part in _LISTED.split(plain)]
    wholes = ["".join(words) for words in listed if words]
    if len(wholes) > 1 and all(len(whole) in _NAME_LENGTHS for whole in wholes):
        return True
    return any(word[0] in _SURNAMES and len(word) in _NAME_LENGTHS for words in listed for word in words)


def _words_of_han(text: str) -> list[str]:
    """Chinese words of a text, a remark in brackets or after a colon apart, digits and signs left out."""
    return [word for part in _ASIDE.split(text) if (word := _NOT_HAN.sub("", part))]


def find_point_problems(lon: Array, lat: Array) -> list[str]:
    """One code a point, empty when it can be meant: decides from degrees alone.

    ``coordinate_zero`` (0/0 or one of them), ``coordinates_swapped`` (would lie in China the other way
    round), ``coordinate_out_of_range`` (no place on earth, or not finite).
    """
    west, south, east, north = CHINA
    finite = np.isfinite(lon) & np.isfinite(lat)
    x, y = np.where(finite, lon, 999.0), np.where(finite, lat, 999.0)
    zero = (np.abs(x) < _ZERO_DEG) | (np.abs(y) < _ZERO_DEG)
    swapped = (west <= y) & (y <= east) & (south <= x) & (x <= north)
    outside = (np.abs(x) > _MAX_LON) | (np.abs(y) > _MAX_LAT)
    chosen = np.select(
        [finite & zero, swapped, outside],
        ["coordinate_zero", "coordinates_swapped", "coordinate_out_of_range"],
        default="",
    )
    return [str(code) for code in chosen]


def find_crowded_places(lon: Array, lat: Array, limit: int = SAME_PLACE_LIMIT) -> list[npt.NDArray[np.intp]]:
    """Positions of rows that share one exact point, for every point shared by ``limit`` rows or more."""
    located = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    pairs = np.column_stack((lon[located], lat[located]))
    _, group, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return [located[group == number] for number in np.flatnonzero(counts >= limit)]


def suspect_datum(total: int, outside: int, outside_by_datum: Mapping[str, int]) -> str | None:
    """The datum the batch was probably measured in, or None.

    Args:
        total: points whose division is known and drawn.
        outside: how many of them lie outside it, read in the stated datum.
        outside_by_datum: how many would, read in another datum.

    A datum is suspected when it brings at least two thirds of the outsiders home, and they are at least
    three and one in a hundred.
    """
    if outside < max(_MIN_OUTSIDE, _OUTSIDE_SHARE * total) or not outside_by_datum:
        return None
    best = min(sorted(outside_by_datum), key=lambda datum: outside_by_datum[datum])
    return best if outside_by_datum[best] * 3 <= outside else None


def find_steady_shift(east_m: Array, north_m: Array) -> float | None:
    """Metres of a shift common to the batch and of the size of a datum offset, or None.

    Needs five rows, four fifths of them within a quarter of the median vector.
    """
    if len(east_m) < _MIN_SHIFTED:
        return None
    middle_east, middle_north = float(np.median(east_m)), float(np.median(north_m))
    size = float(np.hypot(middle_east, middle_north))
    if not any(low <= size <= high for low, high in _SHIFTS_M):
        return None
    off = np.hypot(east_m - middle_east, north_m - middle_north)
    return size if float(np.mean(off <= _STEADY_SPREAD * size)) >= _STEADY_SHARE else None


def label_names_division(label: str, division_name: str) -> bool:
    """Whether a district label as offices write it (``郑州市中原区``, ``中原``) names a division."""
    plain = re.sub(r"\s", "", label)
    short = re.sub(r"(?<=..)[区县市旗]$", "", division_name)
    return plain.endswith(division_name) or plain in {division_name, short}


def judge_label(label: str, actual: str | None, known: Sequence[str]) -> str | None:
    """``label_differs`` when the label names another known division than the point's, ``label_unknown``
    when it names none (functional zones such as 高新区), None when they agree.
    """  # noqa: D205 - one thought
    if actual is not None and label_names_division(label, actual):
        return None
    if any(label_names_division(label, name) for name in known):
        return "label_differs"
    return "label_unknown"
