"""A service of a station as one cell of a table: its condition, and where it is when not inside."""

import re
import unicodedata

from geodata.errors import InvalidInput
from geodata.rules import file_words as words
from geodata.vocab import ServiceCondition, ServiceMode

ServiceValue = tuple[str, str, float | None]
"""Condition, mode, metres when nearby."""

_NEARBY = re.compile(r"[(]?(?:附近|旁边|nearby)(?:(\d+(?:\.\d+)?)(?:米|m)?)?[)]?")
_CONDITIONS = {
    unicodedata.normalize("NFKC", word).lower(): condition
    for condition, synonyms in words.SERVICE_CONDITION.items()
    for word in (str(condition), *synonyms)
}


def parse_service(text: str) -> ServiceValue:
    """Read one service cell: a condition word, and where it is when not in the station itself.

    ``正常``, ``故障``, ``无``, ``附近120米``, ``正常（附近 120 米）``.

    Raises:
        InvalidInput: ``word_unknown``.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).lower())
    mode, distance_m = ServiceMode.OWN, None
    if nearby := _NEARBY.search(plain):
        mode = ServiceMode.NEARBY
        distance_m = float(nearby[1]) if nearby[1] else None
        plain = plain.replace(nearby[0], "", 1) or "正常"
    condition = _CONDITIONS.get(plain)
    if condition is None:
        allowed = "、".join(synonyms[0] for synonyms in words.SERVICE_CONDITION.values())
        raise InvalidInput("word_unknown", value=text, allowed=allowed)
    return str(ServiceCondition(str(condition))), str(mode), distance_m


def format_service(condition: str, mode: str, distance_m: float | None) -> str:
    """Write a service so that ``parse_service`` reads the same again."""
    word = words.SERVICE_CONDITION[ServiceCondition(condition)][0]
    if mode != ServiceMode.NEARBY:
        return word
    return f"{word}（附近 {distance_m:g} 米）" if distance_m is not None else f"{word}（附近）"
