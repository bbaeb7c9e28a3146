"""Settings: read once from the environment, checked, then never changed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from geodata.codes import parse_division_code
from geodata.errors import GeodataError, Misconfigured
from geodata.rules.base_map import BaseMap, check_base_map
from geodata.vocab import DivisionLevel

_PREFIX = "WEBMAP_"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_YES_NO = {"1": True, "0": False}
_SWITCHES = frozenset({"https", "demo"})
_NUMBERS = {"trusted_proxies": (0, 5), "idle_minutes": (5, 1440), "session_hours": (1, 168)}
"""Smallest and largest value of settings that are numbers."""


@dataclass(frozen=True)
class Settings:
    """What an installation may choose; every field but ``database_url`` is ``WEBMAP_<FIELD>``.

    Everything works without a base map of somebody else. If the office has one (天地图), the four
    ``base_map_*`` fields name its tile address with ``{z} {x} {y}`` (and ``{key}``, ``{s}``), its key, the
    line of thanks, and the approval number 审图号 that must stand on the map.

    ``https``: the site is reached by https, so cookies go no other way. ``trusted_proxies``: so many proxies
    of our own stand before us and may say where a request comes from; with 0 nobody is believed. A session
    ends after ``idle_minutes`` without a request, and at the latest after ``session_hours``.

    ``demo`` (``1`` or ``0``) says whether the invented accounts of a demonstration may sign in.
    ``public_url`` is the address that printed codes lead to; without it, where the page was asked for.
    ``oidc_issuer``, ``oidc_client_id`` and ``oidc_client_secret`` together offer single sign-on by OpenID
    Connect, under the name ``oidc_label``; it needs the extra ``tenmin[sso]``.
    """

    database_url: str
    default_county: str | None = None
    base_map_url: str | None = None
    base_map_key: str | None = None
    base_map_attribution: str | None = None
    base_map_approval: str | None = None
    https: bool = False
    trusted_proxies: int = 0
    idle_minutes: int = 120
    session_hours: int = 12
    demo: bool = True
    public_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_label: str | None = None

    def __post_init__(self) -> None:
        if not self.database_url:
            raise Misconfigured("database_url_missing")
        if self.default_county is not None:
            _check_county(self.default_county)
        if self.public_url is not None:
            _check_public_url(self.public_url)
        if self.base_map is not None:
            _check_base_map(self.base_map)
        self._check_sign_on()

    def _check_sign_on(self) -> None:
        parts = {
            "OIDC_ISSUER": self.oidc_issuer,
            "OIDC_CLIENT_ID": self.oidc_client_id,
            "OIDC_CLIENT_SECRET": self.oidc_client_secret,
        }
        missing = [name for name, value in parts.items() if value is None]
        if len(missing) == len(parts) and self.oidc_label is None:
            return
        if missing:
            raise Misconfigured("setting_invalid", name=_PREFIX + missing[0])
        if not _is_issuer(self.oidc_issuer or ""):
            raise Misconfigured("setting_invalid", name=_PREFIX + "OIDC_ISSUER")

    @property
    def has_sign_on(self) -> bool:
        """Whether single sign-on is offered."""
        return self.oidc_issuer is not None

    @property
    def idle_time(self) -> timedelta:
        """How long a session may rest."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(hours=self.session_hours)

    @property
    def base_map(self) -> BaseMap | None:
        """The base map that the environment names, if any; what an administrator stored goes before it."""
        if self.base_map_url is None:
            return None
        return BaseMap(
            self.base_map_url, self.base_map_key, self.base_map_attribution, self.base_map_approval
        )


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``DATABASE_URL`` and ``WEBMAP_*``; an empty value is no value.

    Raises:
        Misconfigured: ``setting_unknown`` for a ``WEBMAP_*`` name nobody reads (a misspelt setting must
            not be dropped in silence), ``setting_invalid``, or ``database_url_missing``.
    """
    known = {one.name for one in fields(Settings)} - {"database_url"}
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(_PREFIX)
    }
    unknown = sorted(given.keys() - known)
    if unknown:
        raise Misconfigured("setting_unknown", names=", ".join(_PREFIX + name.upper() for name in unknown))
    chosen = {name: _parse(name, value.strip()) for name, value in given.items() if value.strip()}
    return Settings(database_url=environment.get("DATABASE_URL", "").strip(), **chosen)


def _parse(name: str, value: str) -> Any:
    """A setting as its field wants it: yes or no, a number within bounds, or text."""
    if name in _SWITCHES and value in _YES_NO:
        return _YES_NO[value]
    if name in _NUMBERS and value.isascii() and value.isdigit():
        low, high = _NUMBERS[name]
        if low <= int(value) <= high:
            return int(value)
    if name in _SWITCHES or name in _NUMBERS:
        raise Misconfigured("setting_invalid", name=_PREFIX + name.upper())
    return value


def _is_issuer(text: str) -> bool:
    """An https address without query; http only on this machine, for trying it out."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return is_safe and bool(host) and not parts.query and not parts.fragment and "@" not in parts.netloc


def _check_county(code: str) -> None:
    try:
        parsed, level = parse_division_code(code)
    except GeodataError as error:
        raise Misconfigured("setting_invalid", name=_PREFIX + "DEFAULT_COUNTY") from error
    if parsed != code or level is not DivisionLevel.COUNTY:
        raise Misconfigured("setting_invalid", name=_PREFIX + "DEFAULT_COUNTY")


def _check_public_url(url: str) -> None:
    parts = urlsplit(url)
    is_sound = (
        parts.scheme in {"http", "https"}
        and _HOST.fullmatch(parts.netloc) is not None
        and not parts.query
        and not parts.fragment
    )
    if not is_sound:
        raise Misconfigured("setting_invalid", name=_PREFIX + "PUBLIC_URL")


def _check_base_map(base_map: BaseMap) -> None:
    try:
        check_base_map(base_map)
    except GeodataError as error:
        part = "KEY" if error.code == "base_map_key_wrong" else "URL"
        raise Misconfigured("setting_invalid", name=f"{_PREFIX}BASE_MAP_{part}") from error
