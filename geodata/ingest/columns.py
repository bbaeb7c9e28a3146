"""Headers: which column of a file is which field, by the published synonyms and nothing else."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from geodata.rules.file_fields import FIELDS, Field
from geodata.rules.file_words import SERVICE_LABELS
from geodata.rules.street_words import STREET_FIELDS
from geodata.vocab import Datum, ImportKind, NetworkSource

FileKind = ImportKind | NetworkSource
"""Whose headers are known: of rows of a kind, or of streets."""

HEADER_SEARCH_ROWS = 10
"""A title or a note may stand above the header; it is looked for this far down."""

_DATUM_WORDS = {
    "wgs84": Datum.WGS84,
    "cgcs2000": Datum.CGCS2000,
    "天地图": Datum.CGCS2000,
    "大地2000": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "火星": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "腾讯": Datum.GCJ02,
    "bd09": Datum.BD09,
    "百度": Datum.BD09,
}
_IGNORED = re.compile(r"[\s_\-*:;·./\\'\"#]+")
_BRACKETED = re.compile(r"[(\[【《].*?[)\]】》]")
_CONTINUED = re.compile(r"^geometry(\d+)$|^几何(\d+)$")


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns of a file are.

    Attributes:
        fields: one name a column: a field, ``lon@<datum>`` / ``lat@<datum>`` for a pair whose header
            names its datum, ``service:<item>``, ``geometry+<n>`` for a continued geometry, or empty.
        unknown: headers that are no field; told to the user, so that a misspelt one is seen.
        repeated: headers that name a field another column already brings.
    """

    fields: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] = field(default=())

    @property
    def recognized(self) -> int:
        """How many columns are known."""
        return sum(1 for name in self.fields if name)


def normalize(header: str) -> str:
    """A header without case, width, spaces and punctuation: what synonyms are compared by."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", header).lower())


def _fields(kind: FileKind) -> tuple[Field, ...]:
    return STREET_FIELDS if isinstance(kind, NetworkSource) else FIELDS[kind]


@cache
def _synonyms(kind: FileKind) -> dict[str, str]:
    names: dict[str, str] = {}
    for item in _fields(kind):
        for label in (item.name, *item.labels):
            names.setdefault(normalize(label), item.name)
    return names


def service_labels(items: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Normalised header -> ``service:<code>`` for the items of the database and their synonyms."""
    labels = {
        normalize(label): f"service:{code}"
        for code, synonyms in SERVICE_LABELS.items()
        if code in items
        for label in synonyms
    }
    labels |= {normalize(label): f"service:{code}" for code, names in items.items() for label in names}
    return labels | {normalize(code): f"service:{code}" for code in items}


def recognize(kind: FileKind, header: str, services: Mapping[str, str]) -> str:
    """The field a header names, or an empty string."""
    plain = normalize(header)
    if continued := _CONTINUED.match(plain):
        return f"geometry+{continued[1] or continued[2]}"
    # The datum before the bracketed remark: in 经度(高德) the remark is the datum.
    for word, datum in _DATUM_WORDS.items():
        if word in plain:
            axis = _synonyms(kind).get(re.sub(r"[()\[\]坐标系]", "", plain.replace(word, "")))
            if axis in {"lon", "lat"}:
                return f"{axis}@{datum}"
    for candidate in (plain, _BRACKETED.sub("", plain)):
        if found := _synonyms(kind).get(candidate) or services.get(candidate):
            return found
    return ""


def read_header(kind: FileKind, headers: Sequence[str], services: Mapping[str, str]) -> Header:
    """Name every column of a header row."""
    names: list[str] = []
    unknown: list[str] = []
    repeated: list[str] = []
    for header in headers:
        name = recognize(kind, header, services) if header else ""
        if name and name in names:
            repeated.append(header)
            name = ""
        elif not name and header:
            unknown.append(header)
        names.append(name)
    return Header(tuple(names), tuple(unknown), tuple(repeated))


def find_header(
    kind: ImportKind, rows: Sequence[Sequence[str]], services: Mapping[str, str]
) -> tuple[int, Header] | None:
    """The header among the first rows of a table: the one with most known columns, the first of equals."""
    best: tuple[int, Header] | None = None
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        header = read_header(kind, row, services)
        if header.recognized and (best is None or header.recognized > best[1].recognized):
            best = (index, header)
    return best
