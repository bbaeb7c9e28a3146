"""Pure checks of codes: administrative divisions, unified social credit codes, grid codes."""

import re

from stdnum.cn import uscc as stdnum_uscc

from geodata.errors import InvalidInput
from geodata.vocab import DivisionLevel

# Two letters may open the code of rural collectives (N1...), which stdnum's own validate() refuses.
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_GRID_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,31}")
_DIVISION_LENGTHS = {6: DivisionLevel.COUNTY, 9: DivisionLevel.TOWN, 12: DivisionLevel.COMMUNITY}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5"})


def parse_division_code(text: str) -> tuple[str, DivisionLevel]:
    """Read a GB/T 2260 or 12-digit statistical code; return it shortened to its level, and the level.

    Counties have 6 digits, towns 9, communities 12; trailing zeros of a longer form are dropped, so
    ``410102000000`` is the county ``410102``.

    Raises:
        InvalidInput: ``division_code_invalid`` when it is not 6, 9 or 12 digits of a county or below.
    """
    code = text.strip()
    if not (code.isascii() and code.isdigit() and len(code) in _DIVISION_LENGTHS and code[4:6] != "00"):
        raise InvalidInput("division_code_invalid", value=text)
    for length in (9, 6):
        if len(code) > length and set(code[length:]) == {"0"}:
            code = code[:length]
    return code, _DIVISION_LENGTHS[len(code)]


def uscc_is_valid(code: str) -> bool:
    """Whether an 18-character code (upper case, no spaces) passes GB 32100-2015, check character included."""
    return bool(_USCC.fullmatch(code)) and code[-1] == stdnum_uscc.calc_check_digit(code[:-1])


def parse_uscc(text: str) -> str:
    """Read a unified social credit code: spaces and case forgiven, the check character not.

    Raises:
        InvalidInput: ``uscc_invalid``, with ``suggestion`` when swapping look-alike characters
            (O/0, I/1, Z/2, S/5) would make it valid; the suggestion is for a person to confirm.
    """
    code = re.sub(r"[\s-]", "", text).upper()
    if uscc_is_valid(code):
        return code
    mended = code.translate(_LOOKALIKES)
    suggestion = mended if mended != code and uscc_is_valid(mended) else ""
    raise InvalidInput("uscc_invalid", value=text, suggestion=suggestion)


def parse_grid_code(text: str) -> str:
    """Read a grid code: up to 32 letters, digits, dot, dash, underscore.

    Raises:
        InvalidInput: ``grid_code_invalid``.
    """
    code = text.strip()
    if not _GRID_CODE.fullmatch(code):
        raise InvalidInput("grid_code_invalid", value=text)
    return code


def unit_kind_of(uscc: str) -> str:
    """The unit kind that the first two characters of a credit code tell, or ``other``.

    91 enterprise, 92 individual business, 93 farmers' cooperative, 51-53 social organisations, 11-13
    public bodies. Digits 3-8 name the registering authority and say nothing about the place of work.
    """
    kinds = {
        "91": "non_public_enterprise",
        "92": "individual_business",
        "93": "farmer_cooperative",
        "51": "social_organization",
        "52": "social_organization",
        "53": "social_organization",
        "11": "public_body",
        "12": "public_body",
        "13": "public_body",
    }
    return kinds.get(uscc[:2], "other")
