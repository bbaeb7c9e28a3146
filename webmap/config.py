"""Settings: read once from the environment, checked, then never changed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from geodata.codes import parse_division_code
from geodata.errors import GeodataError, Misconfigured
from geodata.vocab import DivisionLevel

_PREFIX = "WEBMAP_"
_URL_PLACEHOLDERS = ("{z}", "{x}", "{y}")
_HOST = re.compile(r"[A-Za-z0-9.{}-]+(:[0-9]+)?")


@dataclass(frozen=True)
class Settings:
    """What an installation may choose; every field but ``database_url`` is ``WEBMAP_<FIELD>``.

    Everything works without a base map of somebody else. If the office has one (天地图), the four
    ``base_map_*`` fields name its tile address with ``{z} {x} {y}`` (and ``{key}``, ``{s}``), its key, the
    line of thanks, and the approval number 审图号 that must stand on the map.

    ``demo`` (``1`` or ``0``) says whether the invented accounts of a demonstration may sign in.
    """

    database_url: str
    default_county: str | None = None
    base_map_url: str | None = None
    base_map_key: str | None = None
    base_map_attribution: str | None = None
    base_map_approval: str | None = None
    demo: bool = True

    def __post_init__(self) -> None:
        if not self.database_url:
            raise Misconfigured("database_url_missing")
        if self.default_county is not None:
            _check_county(self.default_county)
        if self.base_map_url is not None:
            _check_base_map(self.base_map_url, self.base_map_key)

    @property
    def base_map_source(self) -> str | None:
        """What the Content-Security-Policy must allow for the base map: scheme and host, nothing else."""
        if self.base_map_url is None:
            return None
        parts = urlsplit(self.base_map_url)
        host = re.sub(r"^[^.]*\{s\}[^.]*", "*", parts.netloc)  # t0 … t7 are one wildcard
        return f"{parts.scheme}://{host}"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``DATABASE_URL`` and ``WEBMAP_*``; an empty value is no value.

    Raises:
        Misconfigured: ``setting_unknown`` for a ``WEBMAP_*`` name nobody reads (a misspelt setting must
            not be dropped in silence), ``setting_invalid``, or ``database_url_missing``.
    """
    known = {field.name for field in fields(Settings)} - {"database_url"}
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(_PREFIX)
    }
    unknown = sorted(given.keys() - known)
    if unknown:
        raise Misconfigured("setting_unknown", names=", ".join(_PREFIX + name.upper() for name in unknown))
    chosen: dict[str, Any] = {name: value.strip() for name, value in given.items() if value.strip()}
    if "demo" in chosen:
        chosen["demo"] = _switch("DEMO", chosen["demo"])
    return Settings(database_url=environment.get("DATABASE_URL", "").strip(), **chosen)


def _switch(name: str, value: str) -> bool:
    if value not in {"0", "1"}:
        raise Misconfigured("setting_invalid", name=_PREFIX + name)
    return value == "1"


def _check_county(code: str) -> None:
    try:
        parsed, level = parse_division_code(code)
    except GeodataError as error:
        raise Misconfigured("setting_invalid", name=_PREFIX + "DEFAULT_COUNTY") from error
    if parsed != code or level is not DivisionLevel.COUNTY:
        raise Misconfigured("setting_invalid", name=_PREFIX + "DEFAULT_COUNTY")


def _check_base_map(url: str, key: str | None) -> None:
    parts = urlsplit(url)
    is_sound = (
        parts.scheme in {"http", "https"}
        and _HOST.fullmatch(parts.netloc) is not None
        and all(part in url for part in _URL_PLACEHOLDERS)
    )
    if not is_sound:
        raise Misconfigured("setting_invalid", name=_PREFIX + "BASE_MAP_URL")
    if "{key}" in url and key is None:
        raise Misconfigured("setting_invalid", name=_PREFIX + "BASE_MAP_KEY")
