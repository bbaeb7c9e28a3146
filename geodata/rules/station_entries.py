"""What a station's manager may enter: short texts, a duty phone, a closure's dates, medicine, visitors."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from geodata.errors import InvalidInput
from geodata.vocab import ServiceCondition, ServiceMode

MAX_TEXT = 200
"""Characters of a reason or of a note about the way in."""
MAX_VISITORS = 100_000
"""Of one station in one day; more is a slip of the finger, and the database refuses it too."""
VISITOR_DAYS_BACK = 13
"""A day's number may be corrected for two weeks, today included."""
MAX_CLOSURE = timedelta(days=366)
BACKDATED = timedelta(days=1)
"""A closure may have begun yesterday; earlier it would rewrite what was reported."""
MAX_SPECIAL_DAYS = 31
MAX_SPECIAL_AHEAD = timedelta(days=400)
MAX_DISTANCE_M = 2000
MAX_QUANTITY = 10_000
MAX_EXPIRY_AHEAD = timedelta(days=3660)

_PHONE = re.compile(r"\+?[0-9][0-9 -]{3,18}[0-9]")
# 18 characters of a resident's number: six of a place, a birthday, three, a check; or 15 of the old form.
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![\dXx])"
)


def read_text(value: str | None) -> str | None:
    """A short text without control characters, as typed; nothing for an empty one.

    Raises:
        InvalidInput: ``text_too_long``; ``text_with_identity_number``, which no field here may hold.
    """
    text = "".join(
        sign for sign in value or "" if sign == "\n" or unicodedata.category(sign)[0] != "C"
    ).strip()
    if len(text) > MAX_TEXT:
        raise InvalidInput("text_too_long", limit=MAX_TEXT)
    if _IDENTITY.search(unicodedata.normalize("NFKC", text).replace(" ", "")):
        raise InvalidInput("text_with_identity_number")
    return text or None


def read_reason(value: str | None) -> str:
    """A reason, which must be there.

    Raises:
        InvalidInput: ``closure_reason_missing``, or as ``read_text``.
    """
    text = read_text(value)
    if text is None:
        raise InvalidInput("closure_reason_missing")
    return text


def read_phone(value: str | None) -> str | None:
    """The phone that the public may call: digits, spaces and hyphens.

    Raises:
        InvalidInput: ``phone_unreadable``.
    """
    text = unicodedata.normalize("NFKC", value or "").strip()
    if text and _PHONE.fullmatch(text) is None:
        raise InvalidInput("phone_unreadable")
    return text or None


def check_closure(begins: datetime, ends: datetime, *, now: datetime) -> None:
    """A closure has an expected end, and neither rewrites the past nor lasts more than a year.

    Raises:
        InvalidInput: ``closure_end_past``, ``closure_order``, ``closure_begins_past``, ``closure_too_long``.
    """
    if ends <= now:
        raise InvalidInput("closure_end_past")
    if ends <= begins:
        raise InvalidInput("closure_order")
    if begins < now - BACKDATED:
        raise InvalidInput("closure_begins_past")
    if ends - begins > MAX_CLOSURE:
        raise InvalidInput("closure_too_long")


def list_special_days(first: date, last: date, *, today: date) -> list[date]:
    """The days from one to another, both included.

    Raises:
        InvalidInput: ``special_days_past`` (what is over stays as it was), ``special_days_order``,
            ``special_days_too_many``, ``special_days_too_far``.
    """
    if first < today:
        raise InvalidInput("special_days_past")
    if last < first:
        raise InvalidInput("special_days_order")
    if (last - first).days >= MAX_SPECIAL_DAYS:
        raise InvalidInput("special_days_too_many", limit=MAX_SPECIAL_DAYS)
    if last > today + MAX_SPECIAL_AHEAD:
        raise InvalidInput("special_days_too_far")
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def check_visitors(on: date, visitors: int | None, *, today: date) -> None:
    """How many came on a day that has come, not long ago.

    Raises:
        InvalidInput: ``visitors_out_of_range``, ``visitors_day``.
    """
    if visitors is not None and not 0 <= visitors <= MAX_VISITORS:
        raise InvalidInput("visitors_out_of_range", limit=MAX_VISITORS)
    if not 0 <= (today - on).days <= VISITOR_DAYS_BACK:
        raise InvalidInput("visitors_day", days=VISITOR_DAYS_BACK + 1)


def check_service(
    condition: ServiceCondition,
    mode: ServiceMode,
    *,
    distance_m: float | None,
    quantity: int | None,
    expires_on: date | None,
    today: date,
) -> None:
    """What may be said of one service.

    Raises:
        InvalidInput: ``service_condition_by_date`` (expired is told by the date), ``service_distance``,
            ``service_quantity``, ``service_expiry``, ``service_still_expired`` when a service is said to work
            although its date has passed.
    """
    if condition == ServiceCondition.EXPIRED:
        raise InvalidInput("service_condition_by_date")
    if distance_m is not None and (mode != ServiceMode.NEARBY or not 0 <= distance_m <= MAX_DISTANCE_M):
        raise InvalidInput("service_distance", limit=MAX_DISTANCE_M)
    if quantity is not None and not 0 <= quantity <= MAX_QUANTITY:
        raise InvalidInput("service_quantity", limit=MAX_QUANTITY)
    if expires_on is not None and not today - MAX_EXPIRY_AHEAD <= expires_on <= today + MAX_EXPIRY_AHEAD:
        raise InvalidInput("service_expiry")
    if condition == ServiceCondition.WORKING and expires_on is not None and expires_on < today:
        raise InvalidInput("service_still_expired")
