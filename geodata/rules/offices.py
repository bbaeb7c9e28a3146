"""Telephones of offices: a fixed line, a service number, never somebody's own."""

import re
import unicodedata

from geodata.errors import InvalidInput

HOTLINE = "12351"
"""职工服务热线: what to call where no office has given a number."""

_FIXED = re.compile(
    r"0[1-9][0-9]{1,2}[0-9]{7,8}([0-9]{1,6})?|[2-9][0-9]{6,7}|(400|800)[0-9]{7}|12[0-9]{3,4}|96[0-9]{3,4}"
)
_MOBILE = re.compile(r"(0?0?86)?1[3-9][0-9]{9}")


def check_office_phone(phone: str | None) -> None:
    """Refuse a number that belongs to a person, or is none; no number is allowed.

    Raises:
        InvalidInput: ``office_phone_private`` for a mobile number, ``office_phone_invalid``.
    """
    if phone is None:
        return
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    if _MOBILE.fullmatch(digits):
        raise InvalidInput("office_phone_private")
    if not _FIXED.fullmatch(digits):
        raise InvalidInput("office_phone_invalid")
