"""Reports of the public: how many independent ones there are, and when they are a warning."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geodata.errors import InvalidInput
from geodata.rules.personal import check_no_id_number

NOTE_LENGTH = 200
"""Characters that a reporter may add, and of the answer; the table refuses more."""

TRIES_PER_ADDRESS, ADDRESS_WINDOW_MIN = 6, 10
"""Reports that one address may send in so many minutes. A whole depot may share an address, so no fewer."""

TRIES_PER_STATION, STATION_WINDOW_MIN = 30, 60
"""Reports that one station takes in so many minutes, from anybody."""

_SEPARATED = re.compile(r"(?<=[0-9])[ \-.·](?=[0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:(?:\+?86)?1[3-9][0-9]{9}|0[1-9][0-9]{1,2}[0-9]{7,8})(?![0-9])")
"""A mobile number, or a fixed line with its area code: nobody's number belongs into a note."""


@dataclass(frozen=True)
class Unanswered:
    """An unanswered report: the day (Asia/Shanghai), the sender's hash of that day, and what it tells."""

    on_date: date
    sender_hash: bytes
    kind: str


@dataclass(frozen=True)
class Warned:
    """The day that a warning rests on: independent senders, and how many of them told which kind."""

    on_date: date
    senders: int
    kinds: dict[str, int]


def find_warning(reports: Iterable[Unanswered], *, threshold: int) -> Warned | None:
    """The newest day on which at least ``threshold`` different senders told of something, if there is one.

    One who reports often is one sender. Days are counted apart: on another day the same
    sender has another hash.
    """
    days: dict[date, dict[str, set[bytes]]] = {}
    for report in reports:
        days.setdefault(report.on_date, {}).setdefault(report.kind, set()).add(report.sender_hash)
    for on_date in sorted(days, reverse=True):
        senders = len(set().union(*days[on_date].values()))
        if senders >= threshold:
            return Warned(
                on_date, senders, {kind: len(found) for kind, found in sorted(days[on_date].items())}
            )
    return None


def check_note(note: str | None) -> str | None:
    """What a reporter added, tidied; nothing of a person may stand in it. Empty is ``None``.

    Raises:
        InvalidInput: ``looks_like_id_number``, ``note_has_phone``; the number itself is in no parameter.
    """
    text = " ".join((note or "").split())
    check_no_id_number(text)
    plain = unicodedata.normalize("NFKC", text)
    if any(_PHONE.search(form) for form in (plain, _SEPARATED.sub("", plain))):
        raise InvalidInput("note_has_phone")
    return text or None
