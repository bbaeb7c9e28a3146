"""Named conditions for WHERE: each is a piece of constant SQL with its bound values, or nothing.

A filter that was not asked for is ``None`` and falls away in ``where``. Column names come from the calling
query, never from a request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from geodata.vocab import UNORGANIZED_STATES


class StaffBand(StrEnum):
    """Bands of the number of staff; ``unknown`` is no count, or a count of nought."""

    UNDER_10 = "1-9"
    UNDER_25 = "10-24"
    UNDER_50 = "25-49"
    UNDER_100 = "50-99"
    UNDER_200 = "100-199"
    FROM_200 = "200+"
    UNKNOWN = "unknown"


BAND_LIMITS = {
    StaffBand.UNDER_10: (1, 9),
    StaffBand.UNDER_25: (10, 24),
    StaffBand.UNDER_50: (25, 49),
    StaffBand.UNDER_100: (50, 99),
    StaffBand.UNDER_200: (100, 199),
    StaffBand.FROM_200: (200, None),
}
"""Smallest and largest count of each band, inclusive."""

WITHOUT_UNION = "without_union"
"""Filter word for 未建会: every state that still needs somebody to found a union."""


@dataclass(frozen=True)
class Bbox:
    """West, south, east, north in degrees (4326), already checked: west < east, south < north."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Clause:
    """One condition and the values it binds."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


def where(*clauses: Clause | None) -> tuple[str, dict[str, Any]]:
    """Join conditions with AND; without any, the SQL is ``TRUE``. Returns SQL and all bound values."""
    present = [clause for clause in clauses if clause is not None]
    values = {name: value for clause in present for name, value in clause.values.items()}
    return " AND ".join(f"({clause.sql})" for clause in present) or "TRUE", values


def equals(column: str, value: object | None, *, name: str) -> Clause | None:
    """The column has this value; ``name`` is the bound name."""
    return None if value is None else Clause(f"{column} = :{name}", {name: value})


def one_of(column: str, values: Sequence[str] | None, *, name: str) -> Clause | None:
    """The column has one of these values; ``name`` is the bound name."""
    return None if not values else Clause(f"{column} = ANY(:{name})", {name: list(values)})


def after(column: str, last_id: int | None) -> Clause | None:
    """Keyset paging: rows beyond the last one seen."""
    return None if last_id is None else Clause(f"{column} > :after", {"after": last_id})


def in_bbox(column: str, bbox: Bbox | None) -> Clause | None:
    """The geometry meets the box; its border counts. Rows without a geometry do not."""
    if bbox is None:
        return None
    box = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
    return Clause(
        f"{column} && {box} AND ST_Intersects({column}, {box})",
        {"west": bbox.west, "south": bbox.south, "east": bbox.east, "north": bbox.north},
    )


def contains_text(column: str, text: str | None) -> Clause | None:
    """The column contains the text, whatever its case.

    From two characters on, the GIN index over ``bigrams(column)`` finds the candidates (pg_trgm cannot
    index two Chinese characters) and ``strpos`` decides.
    """
    if text is None:
        return None
    found = f"strpos(lower({column}), lower(:q)) > 0"
    if len(text) > 1:
        found = f"bigrams({column}) @> bigrams(:q) AND {found}"
    return Clause(found, {"q": text})


def below_division(column: str, county: str | None) -> Clause | None:
    """The division code is the county's own or below it."""
    return None if county is None else Clause(f"starts_with({column}, :county)", {"county": county})


def organized_as(column: str, org: str | None) -> Clause | None:
    """The organisation status is this one, or any that still needs a union for ``without_union``."""
    if org is None:
        return None
    if org == WITHOUT_UNION:
        return Clause(f"{column} = ANY(:orgs)", {"orgs": sorted(UNORGANIZED_STATES)})
    return Clause(f"{column} = :org", {"org": org})


def in_bands(column: str, bands: Sequence[str] | None) -> Clause | None:
    """The staff count falls in one of the bands."""
    return None if not bands else Clause(f"{band_of(column)} = ANY(:bands)", {"bands": list(bands)})


def band_of(column: str) -> str:
    """SQL that names the band of a staff count."""
    cases = " ".join(
        f"WHEN {column} >= {low}" + (f" AND {column} <= {high}" if high else "") + f" THEN '{band}'"
        for band, (low, high) in BAND_LIMITS.items()
    )
    return f"CASE {cases} ELSE '{StaffBand.UNKNOWN}' END"
