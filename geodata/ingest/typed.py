"""A typed row on its way into the database."""

import math
from dataclasses import dataclass, field
from typing import Any

from geodata.rules.hours_text import Opening
from geodata.rules.service_text import ServiceValue


@dataclass(slots=True)
class Row:
    """One row that stands on its own.

    Attributes:
        number: as the sender sees it.
        values: by field; a field the row says nothing about is absent.
        damaged: codes that a spreadsheet rounded, as they arrived.
        services: raw words by item, later replaced by ``offered``.
        x: raw longitude or easting as delivered, NaN without one.
        y: raw latitude or northing as delivered.
        wkb: geometry as delivered.
        problem: why there is no geometry.
        lon: stored longitude, NaN when not located.
        lat: stored latitude.
        ewkb: stored geometry, hexadecimal.
        openings: weekly hours, None when the row says nothing readable.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    offered: dict[str, ServiceValue] = field(default_factory=dict)
    x: float = math.nan
    y: float = math.nan
    wkb: bytes | None = None
    problem: tuple[str, dict[str, Any]] | None = None
    lon: float = math.nan
    lat: float = math.nan
    ewkb: str | None = None
    openings: list[Opening] | None = None

    @property
    def is_located(self) -> bool:
        """Whether the row has a point."""
        return not math.isnan(self.lon)
