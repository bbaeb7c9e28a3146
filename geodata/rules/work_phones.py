"""The number colleagues may call: the only telephone number kept of a person with an account."""

import re

from geodata.errors import InvalidInput

_FORM = re.compile(r"[+(]?[0-9][0-9 ()-]{3,18}[0-9]")
_MOST_DIGITS = 15  # ITU-T E.164


def check_work_phone(text: str) -> None:
    """Refuse what is no telephone number: 5 to 15 digits, perhaps with ``+``, spaces, hyphens, brackets.

    Raises:
        InvalidInput: ``work_phone_invalid``.
    """
    digits = sum(character.isdigit() for character in text)
    if not _FORM.fullmatch(text.strip()) or digits > _MOST_DIGITS:
        raise InvalidInput("work_phone_invalid")
