"""Lines as short text for a map: differences of rounded degrees in printable characters.

The encoding is the public "encoded polyline" one: latitude and longitude by turns at five decimals (about a
metre), each the difference to the point before, in groups of five bits.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from geodata.rules.reach import Ints

DECIMALS = 5

_GROUPS = 7
"""Five-bit groups of the greatest difference, 360 degrees, with its sign."""


def encode_lines(lines: Sequence[shapely.Geometry]) -> list[str]:
    """One text for each line in longitude/latitude (EPSG:4326); what rounds to one point is no line.

    All lines are encoded at once: a county has a hundred thousand corners.
    """
    corners, owner = shapely.get_coordinates(np.asarray(lines, dtype=object), return_index=True)
    if not len(corners):
        return []
    units = np.rint(corners[:, ::-1] * 10**DECIMALS).astype(np.int64)
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = owner[1:] != owner[:-1]
    moved = np.ones(len(owner), dtype=np.bool_)
    moved[1:] = first[1:] | (units[1:] != units[:-1]).any(axis=1)
    units, owner, first = units[moved], owner[moved], first[moved]
    steps = units.copy()
    steps[1:] -= np.where(first[1:, None], 0, units[:-1])
    starts = np.flatnonzero(first)
    whole = np.diff(np.append(starts, len(owner))) > 1
    texts = _texts(steps, np.append(starts, len(owner)))
    return [text for text, is_line in zip(texts, whole.tolist(), strict=True) if is_line]


def _texts(steps: Ints, bounds: Ints) -> list[str]:
    """The characters of the differences, cut at the bounds of lines."""
    values = steps.reshape(-1)
    zigzag = (values << 1) ^ (values >> 63)
    groups = np.stack([(zigzag >> (5 * at)) & 31 for at in range(_GROUPS)], axis=1)
    needed = np.maximum(1, _GROUPS - np.argmax(groups[:, ::-1] > 0, axis=1))
    needed[zigzag == 0] = 1
    at = np.arange(_GROUPS)
    used = at < needed[:, None]
    more = at < needed[:, None] - 1
    letters = (groups + 63 + 32 * more)[used].astype(np.uint8).tobytes().decode("ascii")
    ends = np.concatenate(([0], np.cumsum(needed)))[2 * bounds]
    return [letters[start:end] for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
