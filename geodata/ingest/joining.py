"""Streets of a file to edges of a network in stored degrees. Run only in the child process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.crs import metric_srid, to_metric, to_wgs84
from geodata.ingest.streets import Array, Street, StreetFile
from geodata.network.graph import Use
from geodata.network.noding import node_lines
from geodata.network.ways import turn
from geodata.vocab import Datum

_DEGREE_DECIMALS = 8
"""About a millimetre."""

Ints = npt.NDArray[np.int64]


@dataclass(eq=False)
class Joined:
    """Edges between numbered junctions; ``almost`` are ends that almost meet: degrees, metres between."""

    streets: list[Street]
    lines: npt.NDArray[np.object_]
    start: Ints
    end: Ints
    almost: list[tuple[float, float, float]]


def join(found: StreetFile, datum: Datum | int) -> Joined:
    """Convert all streets to stored degrees, node them where the file does not say what hangs together, and
    take every stretch once.
    """  # noqa: D205 - one thought
    streets = _converted(found.streets, datum)
    if not streets:
        nothing = np.empty(0, dtype=np.int64)
        return Joined([], np.empty(0, dtype=object), nothing, nothing, [])
    joined = _by_keys(streets) if found.is_joined else _by_place(streets)
    return _once(joined, found)


def _converted(streets: list[Street], datum: Datum | int) -> list[Street]:
    if not streets:
        return []
    xy = np.concatenate([street.xy for street in streets])
    lon, lat = to_wgs84(xy[:, 0].copy(), xy[:, 1].copy(), datum)
    placed = np.column_stack([lon, lat])
    bounds = np.cumsum([0, *(len(street.xy) for street in streets)])
    kept = []
    for number, street in enumerate(streets):
        street.xy = placed[bounds[number] : bounds[number + 1]]
        if np.isfinite(street.xy).all():
            kept.append(street)
    return kept


def _by_keys(streets: list[Street]) -> Joined:
    keys = np.array([(street.start, street.end) for street in streets], dtype=np.int64)
    _, number = np.unique(keys, return_inverse=True)
    number = number.reshape(-1, 2)
    lines = _lines([street.xy for street in streets])
    return Joined(streets, lines, number[:, 0], number[:, 1], [])


def _lines(corners: list[Array]) -> npt.NDArray[np.object_]:
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        np.concatenate(corners), indices=np.repeat(np.arange(len(corners)), [len(xy) for xy in corners])
    )
    return lines


def _by_place(streets: list[Street]) -> Joined:
    lines = _lines([street.xy for street in streets])
    west, _, east, _ = shapely.total_bounds(lines)
    srid = metric_srid(float(west + east) / 2)
    flat = shapely.transform(lines, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], srid)))
    level = np.array([street.level for street in streets], dtype=np.int64)
    is_structure = np.array([street.is_bridge or street.is_tunnel for street in streets], dtype=np.bool_)
    noded = node_lines(flat, level, is_structure)
    degrees = shapely.transform(noded.pieces, lambda xy: _to_degrees(xy, srid))
    almost = np.column_stack([_to_degrees(noded.almost, srid), noded.almost_m])
    in_file = np.argsort(noded.line, kind="stable")
    return Joined(
        [streets[row] for row in noded.line[in_file].tolist()],
        degrees[in_file],
        noded.start[in_file],
        noded.end[in_file],
        [(float(lon), float(lat), float(metres)) for lon, lat, metres in almost],
    )


def _to_degrees(xy: Array, srid: int) -> Array:
    lon, lat = to_wgs84(xy[:, 0].copy(), xy[:, 1].copy(), srid)
    return np.asarray(np.round(np.column_stack([lon, lat]), _DEGREE_DECIMALS))


def _once(joined: Joined, found: StreetFile) -> Joined:
    """Every stretch once: what two rows draw may be used by whoever may use either, and is told."""
    first: dict[tuple[int, int, bytes], int] = {}
    uses = [street.uses for street in joined.streets]
    kept: list[int] = []
    told: set[tuple[int, int]] = set()
    for number, (key, is_turned) in enumerate(_keys(joined)):
        other = first.setdefault(key, number)
        if other == number:
            kept.append(number)
            continue
        own, earlier = joined.streets[number], joined.streets[other]
        uses[other] |= int(turn(Use(own.uses))) if is_turned != _is_turned(joined, other) else own.uses
        if (own.row, earlier.row) not in told:
            told.add((own.row, earlier.row))
            found.warn(own.row, "street_repeats", None, other=earlier.row)
    rows = np.array(kept, dtype=np.int64)
    return Joined(
        [_with_uses(joined.streets[number], uses[number]) for number in kept],
        joined.lines[rows],
        joined.start[rows],
        joined.end[rows],
        joined.almost,
    )


def _keys(joined: Joined) -> Iterator[tuple[tuple[int, int, bytes], bool]]:
    """What two drawings of one stretch have in common, and whether one runs the other way."""
    ends = zip(joined.start.tolist(), joined.end.tolist(), strict=True)
    for number, (start, end) in enumerate(ends):
        is_turned = _is_turned(joined, number)
        xy = _rounded(joined.lines[number])
        yield (min(start, end), max(start, end), (xy[::-1] if is_turned else xy).tobytes()), is_turned


def _is_turned(joined: Joined, number: int) -> bool:
    xy = _rounded(joined.lines[number])
    return bool(xy.tolist() > xy[::-1].tolist())


def _rounded(line: Any) -> Array:
    return np.asarray(np.round(shapely.get_coordinates(line), 7) + 0.0)


def _with_uses(street: Street, uses: int) -> Street:
    """A copy: pieces of one line share it."""
    return Street(
        row=street.row,
        xy=street.xy,
        uses=uses,
        road_class=street.road_class,
        name=street.name,
        speed_kmh=street.speed_kmh,
        is_bridge=street.is_bridge,
        is_tunnel=street.is_tunnel,
        level=street.level,
    )
