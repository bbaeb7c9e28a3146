"""What must not be kept about persons, and how a telephone number looks to who need not call it."""

import re
import unicodedata
from datetime import date

from geodata.errors import InvalidInput

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")
_SEPARATED = re.compile(r"(?<=[0-9])[ \-.·](?=[0-9Xx])")
_LATEST_YEAR = 2099
_MOBILE, _SHORT = 11, 7
_REGIONS = frozenset(
    (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    )
)
"""First two digits of an identity number (GB/T 2260)."""


def check_no_id_number(text: str | None) -> None:
    """Refuse free text in which something looks like the number of an identity card.

    18 characters (or 15, the old form) that begin with a province and hold a date of birth; whether the check
    character is right does not matter, a mistyped number is a number too. Blanks, hyphens and full-width
    digits do not hide it. Credit codes of enterprises begin with 9 and may stand in a text.

    Raises:
        InvalidInput: ``looks_like_id_number``; the number itself is in no parameter.
    """
    plain = unicodedata.normalize("NFKC", text or "")
    for form in (plain, _SEPARATED.sub("", plain)):
        if any(_is_like_id(found) for found in _NUMBER.findall(form)):
            raise InvalidInput("looks_like_id_number")


def mask_phone(phone: str | None) -> str | None:
    """A number that can be told from others and not be called: ``138****8000``.

    Short numbers keep two digits, very short ones none; nothing stays nothing.
    """
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone or ""))
    if not digits:
        return None if not phone else "****"
    if len(digits) >= _MOBILE:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) >= _SHORT else "****"


def _is_like_id(found: str) -> bool:
    is_new = len(found) > 15  # noqa: PLR2004
    return int(found[:2]) in _REGIONS and _is_day(found[6:14] if is_new else f"19{found[6:12]}")


def _is_day(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1900 <= born.year <= _LATEST_YEAR  # noqa: PLR2004
