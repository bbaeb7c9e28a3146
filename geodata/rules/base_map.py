"""The base map of somebody else (天地图), if an office has one: what a sound tile address is."""

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from geodata.errors import InvalidInput

_PLACEHOLDERS = ("{z}", "{x}", "{y}")
_HOST = re.compile(r"[A-Za-z0-9.{}-]+(:[0-9]{1,5})?")
_ADDRESS = re.compile(r"[!#-&(-+\--:=?-\[\]_a-z{}~]+")
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_STRANGE = re.compile(r"\{(?!(z|x|y|s|key)\})")


@dataclass(frozen=True)
class BaseMap:
    """A tile address with ``{z} {x} {y}`` (and ``{key}``, ``{s}``), its key, the thanks, the approval 审图号.

    All empty means: no base map, whatever the environment of the installation names.
    """

    url: str | None = None
    key: str | None = None
    attribution: str | None = None
    approval: str | None = None

    @property
    def source(self) -> str | None:
        """What a Content-Security-Policy must allow: scheme and host, nothing else."""
        if self.url is None:
            return None
        parts = urlsplit(self.url)
        host = re.sub(r"^[^.]*\{s\}[^.]*", "*", parts.netloc)  # t0 … t7 are one wildcard
        return f"{parts.scheme}://{host}"

    def to_json(self) -> dict[str, Any]:
        """The four parts by name."""
        return asdict(self)


def check_base_map(base_map: BaseMap) -> None:
    """Refuse an address that is no tile address, or lacks its key.

    Raises:
        InvalidInput: ``base_map_url_wrong``, ``base_map_key_wrong``.
    """
    if base_map.url is not None:
        check_tile_address(base_map.url)
        if "{key}" in base_map.url and base_map.key is None:
            raise InvalidInput("base_map_key_wrong")
    if base_map.key is not None and not _KEY.fullmatch(base_map.key):
        raise InvalidInput("base_map_key_wrong")


def check_tile_address(url: str) -> None:
    """Refuse what is no ``http`` or ``https`` address of tiles; a host may hold ``{s}``, nothing else odd.

    The host goes into a response header, so it is letters, digits, dots and hyphens.

    Raises:
        InvalidInput: ``base_map_url_wrong``.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidInput("base_map_url_wrong") from None
    host = parts.netloc.replace("{s}", "s")
    is_sound = (
        parts.scheme in {"http", "https"}
        and _HOST.fullmatch(parts.netloc) is not None
        and not set(host) & set("{}")
        and _ADDRESS.fullmatch(url) is not None
        and _STRANGE.search(url) is None
        and all(part in url for part in _PLACEHOLDERS)
    )
    if not is_sound:
        raise InvalidInput("base_map_url_wrong")
