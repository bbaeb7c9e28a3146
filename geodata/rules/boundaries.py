"""What is wrong with a drawing of grids: where, how large, and whether it may go live.

Topology is judged in stored degrees, exactly as ``ST_Covers`` will see the shapes: projecting first would
bend long straight edges apart by decimetres and invent slivers. Areas and widths are in metres at the scale
of the piece's own place, for the same reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.crs import metres_per_degree
from geodata.vocab import GridKind

SLIVER_AREA_M2 = 100.0
"""Default ⚙: an overlap or gap smaller than this is a digitising sliver, and warns only."""

SLIVER_WIDTH_M = 0.5
"""Default ⚙: so is one narrower than this on average, however long."""

NOISE_M2 = 0.01
"""Below this a difference is rounding of coordinates, and no finding."""

MOST_FINDINGS = 500
"""A broken file may have thousands; the largest are kept and the rest counted."""


class FindingSeverity(StrEnum):
    """A blocking finding stops activation; a warning is shown and may stand."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a drawing; ``finding.<code>`` is its sentence.

    ``place`` is a longitude and latitude inside it; ``area_m2`` and the mean ``width_m`` are its size;
    ``geometry`` (degrees) is the overlap, gap or overshoot itself.
    """

    code: str
    severity: FindingSeverity
    grid_codes: tuple[str, ...] = ()
    area_m2: float | None = None
    width_m: float | None = None
    place: tuple[float, float] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    geometry: shapely.Geometry | None = field(default=None, compare=False)

    @property
    def is_blocking(self) -> bool:
        """Whether it stops activation."""
        return self.severity == FindingSeverity.BLOCKING

    def to_json(self) -> dict[str, Any]:
        """As stored with the version: without nulls, the geometry as GeoJSON."""
        values = {key: value for key, value in asdict(self).items() if value not in (None, (), {})}
        if self.geometry is not None:
            values["geometry"] = shapely.geometry.mapping(self.geometry)
        return values


@dataclass(frozen=True)
class Drawn:
    """One grid of a drawing; the shape in stored degrees."""

    code: str
    kind: str
    shape: shapely.Geometry
    community_codes: tuple[str, ...] = ()

    @property
    def is_exclusive(self) -> bool:
        """Whether it overlays the others instead of tiling with them."""
        return self.kind == GridKind.EXCLUSIVE


def find_faults(
    drawn: Sequence[Drawn],
    county: shapely.Geometry | None,
    *,
    previous_codes: Iterable[str] = (),
    sliver_area_m2: float = SLIVER_AREA_M2,
    sliver_width_m: float = SLIVER_WIDTH_M,
) -> list[Finding]:
    """Everything wrong with a drawing of one county, the blocking first, the largest first.

    Args:
        drawn: all its grids. Grids and zones must tile the county; exclusive ones must lie in it and not
            meet each other, and count where they fill what the others leave open.
        county: the county's own polygon in degrees; without it only enclosed gaps can be seen.
        previous_codes: codes of the drawing in force; those that vanish are named.
        sliver_area_m2: smaller overlaps, gaps and overshoots warn.
        sliver_width_m: as do narrower ones, by mean width (area over half the outline).
    """
    if not drawn:
        return [Finding("version_empty", FindingSeverity.BLOCKING)]
    sound = [each for each in drawn if each.shape.is_valid and not each.shape.is_empty]
    gauge = _Gauge(sliver_area_m2, sliver_width_m)
    ordinary = [each for each in sound if not each.is_exclusive]
    exclusive = [each for each in sound if each.is_exclusive]
    findings = [
        *_invalid(drawn),
        *_overlaps(ordinary, "grids_overlap", gauge),
        *_overlaps(exclusive, "exclusive_overlap", gauge),
        *_gaps(sound, county, gauge),
        *_overshoots(sound, county, gauge),
        *_listed_twice(ordinary),
        *_vanished(drawn, previous_codes),
    ]
    return _ranked(findings)


@dataclass(frozen=True)
class _Gauge:
    """Measures pieces of overlap or gap and says which are slivers."""

    area_m2: float
    width_m: float

    def pieces(self, shape: shapely.Geometry) -> list["_Piece"]:
        """The polygons of a shape with their size; lines, points and rounding noise fall away."""
        parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]
        if shape.geom_type == "GeometryCollection":
            parts = [each for part in shapely.get_parts(shape).tolist() for each in _polygons(part)]
        measured = (self._measure(part) for part in parts if not part.is_empty)
        return [piece for piece in measured if piece.area_m2 >= NOISE_M2]

    def _measure(self, part: shapely.Polygon) -> "_Piece":
        scale = metres_per_degree(shapely.centroid(part).y)
        flat = shapely.transform(part, lambda lonlat: lonlat * scale)
        width_m = 2.0 * flat.area / flat.length if flat.length else 0.0
        is_sliver = flat.area < self.area_m2 or width_m < self.width_m
        return _Piece(part, float(flat.area), float(width_m), is_sliver)


@dataclass(frozen=True)
class _Piece:
    shape: shapely.Polygon
    area_m2: float
    width_m: float
    is_sliver: bool


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    if shape.geom_type == "Polygon":
        return [shape]
    return [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]


def _report(code: str, pieces: Sequence[_Piece], grid_codes: Sequence[str]) -> list[Finding]:
    """One finding for what is too large, one for the slivers beside it."""
    findings = []
    for is_sliver in (False, True):
        group = [piece for piece in pieces if piece.is_sliver == is_sliver]
        if not group:
            continue
        largest = max(group, key=lambda piece: piece.area_m2)
        inside = largest.shape.representative_point()
        findings.append(
            Finding(
                f"{code}_sliver" if is_sliver else code,
                FindingSeverity.WARNING if is_sliver else FindingSeverity.BLOCKING,
                tuple(sorted(grid_codes)),
                area_m2=round(sum(piece.area_m2 for piece in group), 2),
                width_m=round(largest.width_m, 2),
                place=(round(inside.x, 7), round(inside.y, 7)),
                params={"pieces": len(group)} if len(group) > 1 else {},
                geometry=shapely.MultiPolygon([piece.shape for piece in group]),
            )
        )
    return findings


def _invalid(drawn: Sequence[Drawn]) -> list[Finding]:
    return [
        Finding(
            "shape_invalid",
            FindingSeverity.BLOCKING,
            (each.code,),
            params={"why": shapely.is_valid_reason(each.shape)},
        )
        for each in drawn
        if not each.shape.is_valid or each.shape.is_empty
    ]


def _overlaps(drawn: Sequence[Drawn], code: str, gauge: _Gauge) -> list[Finding]:
    shapes = np.array([each.shape for each in drawn], dtype=object)
    # A perfect coverage, the usual case after careful drawing, is recognised at once.
    if len(drawn) < 2 or _is_coverage(shapes):  # noqa: PLR2004
        return []
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    shared = shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])
    findings: list[Finding] = []
    for a, b, common in zip(left[pairs], right[pairs], shared, strict=True):
        findings += _report(code, gauge.pieces(common), [drawn[a].code, drawn[b].code])
    return findings


def _is_coverage(shapes: npt.NDArray[np.object_]) -> bool:
    return bool(shapely.coverage_is_valid(shapes))


def _gaps(drawn: Sequence[Drawn], county: shapely.Geometry | None, gauge: _Gauge) -> list[Finding]:
    """What no grid takes: of the county, however wide; without its polygon, whatever is enclosed."""
    shapes = np.array([each.shape for each in drawn], dtype=object)
    together = shapely.union_all(shapes)
    if county is None:
        rings = [ring for part in _polygons(together) for ring in part.interiors]
        open_ground = shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])
        findings = [Finding("county_shape_missing", FindingSeverity.WARNING)]
    else:
        open_ground, findings = shapely.difference(county, together), []
    tree = shapely.STRtree(shapes)
    for piece in gauge.pieces(open_ground):
        beside = tree.query(piece.shape, predicate="intersects")
        findings += _report("gap", [piece], [drawn[index].code for index in beside])
    return findings


def _overshoots(drawn: Sequence[Drawn], county: shapely.Geometry | None, gauge: _Gauge) -> list[Finding]:
    if county is None:
        return []
    shapely.prepare(county)
    rim = [each for each in drawn if not shapely.contains_properly(county, each.shape)]
    findings: list[Finding] = []
    for each in rim:
        findings += _report(
            "grid_outside_county", gauge.pieces(shapely.difference(each.shape, county)), [each.code]
        )
    return findings


def _listed_twice(ordinary: Sequence[Drawn]) -> list[Finding]:
    """A community listed by two grids cannot decide a border case or a missing coordinate."""
    listing: dict[str, list[str]] = {}
    for each in ordinary:
        for community in sorted(set(each.community_codes)):
            listing.setdefault(community, []).append(each.code)
    return [
        Finding(
            "community_listed_twice",
            FindingSeverity.WARNING,
            tuple(sorted(codes)),
            params={"community": community},
        )
        for community, codes in sorted(listing.items())
        if len(codes) > 1
    ]


def _vanished(drawn: Sequence[Drawn], previous_codes: Iterable[str]) -> list[Finding]:
    gone = sorted(set(previous_codes) - {each.code for each in drawn})
    return [Finding("grid_vanished", FindingSeverity.WARNING, (code,)) for code in gone]


def _ranked(findings: Sequence[Finding]) -> list[Finding]:
    ranked = sorted(
        findings,
        key=lambda each: (not each.is_blocking, -(each.area_m2 or 0.0), each.code, each.grid_codes),
    )
    kept, left = ranked[:MOST_FINDINGS], ranked[MOST_FINDINGS:]
    if left:
        is_blocking = any(each.is_blocking for each in left)
        severity = FindingSeverity.BLOCKING if is_blocking else FindingSeverity.WARNING
        kept.append(Finding("more_findings", severity, params={"left_out": len(left)}))
    return kept
