"""Vector tiles: one statement a tile, several layers in it, encoded by PostGIS (``ST_AsMVT``).

Coordinates inside a tile run 0–4096 from its north-west corner. Below zoom 14 enterprises are counts per
1/64 of a tile side; from there on they are points, those of one place merged. No layer holds a contact.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geodata.errors import NotFound
from geodata.queries.scopes import EVERYTHING, Scope
from geodata.queries.tile_layers import (
    LIVE_SOURCES,
    MADE_SOURCES,
    ground_layers,
    plan_layers,
    point_layers,
    work_layers,
)
from geodata.queries.tile_tables import COUNTS, OUTLINES, fresh_parts, refresh
from geodata.rules.outlines import band_of_zoom

__all__ = [
    "SUBJECTS",
    "SUBJECTS_OF",
    "ZOOM_MAX",
    "ZOOM_MIN",
    "Part",
    "Tile",
    "build_part",
    "build_tile",
    "get_tile",
    "refresh",
]

ZOOM_MIN = 5
ZOOM_MAX = 18


class Part(StrEnum):
    """Layers that change together. A tile is its parts one behind the other."""

    GROUND = "ground"
    WORK = "work"
    POINTS = "points"
    PLANS = "plans"


SUBJECTS_OF: Mapping[Part, tuple[str, ...]] = {
    Part.GROUND: ("divisions", "grids", "networks", "streets"),
    Part.WORK: ("assignments", "divisions", "enterprises", "grids"),
    Part.POINTS: ("demand", "stations"),
    Part.PLANS: ("barriers", "plans"),
}
"""Whose data a part shows. A station that is confirmed remakes the points of a tile, not its streets."""

SUBJECTS = tuple(sorted({subject for subjects in SUBJECTS_OF.values() for subject in subjects}))
"""Whose data a tile shows."""

HALF_WORLD_M = math.pi * 6378137
EXTENT = 4096
BUFFER = 128


@dataclass(frozen=True)
class Tile:
    """An existing tile of the Web Mercator scheme."""

    z: int
    x: int
    y: int

    @property
    def side_m(self) -> float:
        """Side in Mercator metres."""
        return math.ldexp(HALF_WORLD_M, 1 - self.z)

    def box_m(self, *, buffer: int = 0) -> tuple[float, float, float, float]:
        """West, south, east, north in Mercator metres, widened by ``buffer`` of the tile's 4096 units."""
        margin = self.side_m * buffer / EXTENT
        west = -HALF_WORLD_M + self.x * self.side_m
        north = HALF_WORLD_M - self.y * self.side_m
        return west - margin, north - self.side_m - margin, west + self.side_m + margin, north + margin

    def box_degrees(self, *, buffer: int = 0) -> tuple[float, float, float, float]:
        """The same box in degrees; a Mercator box is one in degrees too."""
        west, south, east, north = self.box_m(buffer=buffer)
        return _longitude(west), _latitude(south), _longitude(east), _latitude(north)


def get_tile(z: int, x: int, y: int) -> Tile:
    """The tile of these numbers.

    Raises:
        NotFound: ``tile_not_found`` for a zoom outside 5–18 or numbers beyond the world.
    """
    if not (ZOOM_MIN <= z <= ZOOM_MAX and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("tile_not_found", zoom_min=ZOOM_MIN, zoom_max=ZOOM_MAX)
    return Tile(z, x, y)


@dataclass(frozen=True)
class Opened:
    """What of a tile is open to its reader: where enterprises are drawn, grids counted, plans shown.

    Only whole counties; who answers for single grids finds their enterprises in lists.
    """

    enterprises: Scope
    counts: Scope
    plans: Scope

    def by_county(self) -> "Opened":
        """Without what a tile cannot tell apart, so that readers of the same counties share their tiles."""
        return Opened(
            *(
                Scope(each.everything, each.county_codes)
                for each in (self.enterprises, self.counts, self.plans)
            )
        )


ALL_OPEN = Opened(EVERYTHING, EVERYTHING, EVERYTHING)


def build_tile(session: Session, tile: Tile, *, opened: Opened, county: str | None = None) -> bytes:
    """Encode a tile as far as it is open to its reader; empty bytes when nothing lies in it."""
    return b"".join(build_part(session, tile, part, opened=opened, county=county) for part in Part)


def build_part(
    session: Session, tile: Tile, part: Part, *, opened: Opened, county: str | None = None
) -> bytes:
    """Encode one part of a tile; ``Part.WORK`` and ``Part.PLANS`` depend on their reader.

    ``county`` limits enterprises, demand points and stations to one county; grids, divisions and streets
    are drawn for all. Counts and outlines come from the tables of ``refresh`` while these show today's
    data, else they are made on the way: slower, never different in meaning.
    """
    fresh = fresh_parts(session) if part in {Part.GROUND, Part.WORK} else set[str]()
    statement = _statement(
        tile.z,
        part,
        counts_made=COUNTS in fresh,
        outlines_made=OUTLINES in fresh,
        for_one_county=county is not None,
        with_enterprises=opened.enterprises.is_county_wide,
        with_plans=opened.plans.is_county_wide,
    )
    if statement is None:
        return b""
    values = _values(tile, county) | _open_values("open", opened.enterprises)
    values |= _open_values("counted", opened.counts) | _open_values("planned", opened.plans)
    return bytes(session.scalar(statement, values) or b"")


def _open_values(what: str, scope: Scope) -> dict[str, Any]:
    return {f"{what}_everywhere": scope.everything, f"{what}_counties": sorted(scope.county_codes)}


@cache
def _statement(
    zoom: int,
    part: Part,
    *,
    counts_made: bool,
    outlines_made: bool,
    for_one_county: bool,
    with_enterprises: bool,
    with_plans: bool,
) -> sa.TextClause | None:
    counted = MADE_SOURCES if counts_made else LIVE_SOURCES
    outlined = MADE_SOURCES if outlines_made else LIVE_SOURCES
    sources = replace(counted, outlines=outlined.outlines)
    if part == Part.GROUND:
        layers = ground_layers(zoom, sources)
    elif part == Part.WORK:
        layers = work_layers(zoom, sources, for_one_county=for_one_county, with_enterprises=with_enterprises)
    elif part == Part.POINTS:
        layers = point_layers(zoom, for_one_county=for_one_county)
    else:
        layers = plan_layers(zoom, for_one_county=for_one_county) if with_plans else []
    if not layers:
        return None
    return sa.text("SELECT " + " || ".join(f"coalesce(({layer}), '')" for layer in layers))


def _values(tile: Tile, county: str | None) -> dict[str, Any]:
    exact, wide = tile.box_m(), tile.box_m(buffer=BUFFER)
    degrees, wide_degrees = tile.box_degrees(), tile.box_degrees(buffer=BUFFER)
    boxes = {"box": exact, "wide": wide, "deg": degrees, "wide_deg": wide_degrees}
    sides = ("w", "s", "e", "n")
    values: dict[str, Any] = {
        f"{name}_{side}": number
        for name, box in boxes.items()
        for side, number in zip(sides, box, strict=True)
    }
    return values | {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "tiles": 2**tile.z,
        "band": band_of_zoom(tile.z),
        "county": county,
        "tolerance_m": tile.side_m / EXTENT * 4,
    }


def _longitude(east_m: float) -> float:
    return east_m / HALF_WORLD_M * 180


def _latitude(north_m: float) -> float:
    return math.degrees(math.atan(math.sinh(north_m / HALF_WORLD_M * math.pi)))
