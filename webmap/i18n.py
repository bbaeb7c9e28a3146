"""Languages: Chinese first, English second; sentences live in ``webmap/translations/<locale>/*.po``.

A message is found by a key (``error.not_found``, ``station_status.open``), not by an English sentence,
so that neither language is the translation of the other. The catalogues are read as text at start; no
compiled files to forget.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.pofile import read_po

LOCALES = ("zh", "en")
"""In order of preference; the first is the default."""

_ROOT = Path(__file__).parent / "translations"


@cache
def catalogue(locale: str) -> dict[str, str]:
    """All messages of one locale by key.

    Raises:
        KeyError: the locale is not one of ``LOCALES``, or two files claim the same key.
    """
    if locale not in LOCALES:
        raise KeyError(locale)
    messages: dict[str, str] = {}
    for path in sorted((_ROOT / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if not message.id:
                    continue
                if message.id in messages:
                    raise KeyError(f"{message.id} stands twice, again in {path.name}")
                messages[str(message.id)] = str(message.string)
    return messages


@cache
def spoken(locale: str, prefixes: str | tuple[str, ...]) -> Mapping[str, str]:
    """The messages whose keys begin so: what a page hands to its scripts."""
    chosen = {key: text for key, text in catalogue(locale).items() if key.startswith(prefixes)}
    return MappingProxyType(chosen)


def has_key(key: str) -> bool:
    """Whether a message exists."""
    return key in catalogue(LOCALES[0])


def translate(locale: str, key: str, /, **params: Any) -> str:
    """The sentence for a key, with its ``{params}`` filled.

    Raises:
        KeyError: there is no such message, or a parameter is missing; both are bugs.
    """
    return catalogue(locale)[key].format(**params)


def choose_locale(wanted: str | None, accept_language: str | None) -> str:
    """The locale a reader gets: what the address says, else the browser's wish, else Chinese."""
    if wanted in LOCALES:
        return str(wanted)
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LOCALES:
            return language
    return LOCALES[0]
